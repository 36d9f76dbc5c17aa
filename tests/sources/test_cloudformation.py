"""Tests of intrinsic functions and conditions: what a template says, and what it leaves open."""

from __future__ import annotations

import pytest

from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.cloudformation import NO_VALUE, Template, text_of
from ses_email_auth.sources.references import Environment
from ses_email_auth.sources.template import resources_of

BODY: dict[str, object] = {
    "Parameters": {
        "Zone": {"Type": "String", "Default": "example.com"},
        "Open": {"Type": "String"},
        "Null": {"Type": "String", "Default": None},
        "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "Numbers": {"Type": "List<Number>", "Default": "1,2"},
        "Ssm": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/zone"},
        "SsmOpen": {"Type": "AWS::SSM::Parameter::Value<String>"},
        "Odd": {"Type": ["String"], "Default": 3},
    },
    "Mappings": {"Hosts": {"eu-west-1": {"Mx": "mx.eu", "List": ["x", "y"]}}},
    "Conditions": {
        "Yes": {"Fn::Equals": [{"Ref": "Zone"}, "example.com"]},
        "No": {"Fn::Equals": ["a", "b"]},
        "Maybe": {"Fn::Equals": [{"Ref": "Open"}, "b"]},
        "Same": {"Fn::Equals": [{"Ref": "Open"}, {"Ref": "Open"}]},
        "Region": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
        "Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "Maybe"}]},
        "Neither": {"Fn::And": [{"Condition": "No"}, {"Condition": "Maybe"}]},
        "All": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "Yes"}]},
        "Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "Maybe"}]},
        "Negated": {"Fn::Not": [{"Condition": "Yes"}]},
        "NegatedMaybe": {"Fn::Not": [{"Condition": "Maybe"}]},
        "Loop": {"Fn::Not": [{"Condition": "Loop"}]},
        "NoList": {"Fn::Not": "x"},
        "NoFunction": {"Fn::Contains": [["a"], "a"]},
        "NoArguments": {"Fn::Or": []},
        "OneSide": {"Fn::Equals": ["a"]},
        "NoText": "true",
        "NoName": {"Condition": ["Yes"]},
    },
    "Resources": {
        "Z": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com"}},
        "Id": {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": {"Ref": "Zone"}}},
        "Nameless": {"Type": "AWS::SES::EmailIdentity"},
        "Itself": {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": {"Fn::Sub": "a.${Itself}"}}},
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Untyped": {"Type": 3},
    },
}


def _template(region: str = "", account: str = "", body: dict[str, object] | None = None) -> Template:
    template = Template(BODY if body is None else body, "t.json", Environment(account, region))
    template.resources = resources_of(template.body, template.value)
    return template


SAID = [
    pytest.param("text", "text", id="text"),
    pytest.param(3, 3, id="number"),
    pytest.param({"Ref": "Zone"}, "example.com", id="parameter-with-default"),
    pytest.param({"Ref": "List"}, ["a", "b"], id="list-parameter"),
    pytest.param({"Ref": "Numbers"}, ["1", "2"], id="list-of-numbers"),
    pytest.param({"Ref": "Odd"}, 3, id="parameter-of-odd-type"),
    pytest.param({"Ref": "Id"}, "example.com", id="ref-of-an-identity-is-its-name"),
    pytest.param({"Ref": "AWS::URLSuffix"}, "amazonaws.com", id="url-suffix"),
    pytest.param({"Ref": "AWS::Region"}, KnownAfterDeploy("Region"), id="region-not-known"),
    pytest.param({"Ref": "AWS::NoValue"}, NO_VALUE, id="no-value"),
    pytest.param(["a", {"Ref": "AWS::NoValue"}], ["a"], id="no-value-in-a-list"),
    pytest.param({"a": "b", "c": {"Ref": "AWS::NoValue"}}, {"a": "b"}, id="no-value-in-a-mapping"),
    pytest.param({"Fn::GetAtt": ["Id", "DkimDNSTokenName1"]}, KnownAfterDeploy("DkimDNSTokenName1"), id="dkim-name"),
    pytest.param({"Fn::GetAtt": "Id.DkimDNSTokenValue3"}, KnownAfterDeploy("DkimDNSTokenValue3"), id="dkim-value-in-text-form"),
    pytest.param(
        {"Fn::Join": ["", [{"Fn::GetAtt": ["Id", "DkimDNSTokenName2"]}, ".example.com."]]},
        KnownAfterDeploy("DkimDNSTokenName2", "", ".example.com."),
        id="doubled-dkim-name",
    ),
    pytest.param(
        {"Fn::Join": ["", ["10 feedback-smtp.", {"Ref": "AWS::Region"}, ".amazonses.com"]]},
        KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com"),
        id="region-as-a-piece",
    ),
    pytest.param({"Fn::Join": ["-", ["a", 1, True]]}, "a-1-true", id="join"),
    pytest.param({"Fn::Join": [".", {"Ref": "List"}]}, "a.b", id="join-of-a-parameter"),
    pytest.param({"Fn::Join": ["", []]}, "", id="join-of-nothing"),
    pytest.param({"Fn::Sub": "_dmarc.${Zone}"}, "_dmarc.example.com", id="sub"),
    pytest.param({"Fn::Sub": "${!Zone}"}, "${Zone}", id="sub-literal"),
    pytest.param({"Fn::Sub": ["${a}.${Zone}", {"a": {"Ref": "Zone"}}]}, "example.com.example.com", id="sub-with-variables"),
    pytest.param({"Fn::Sub": "${Id.DkimDNSTokenName1}"}, KnownAfterDeploy("DkimDNSTokenName1"), id="sub-of-an-attribute"),
    pytest.param({"Fn::Select": [1, ["a", "b"]]}, "b", id="select"),
    pytest.param({"Fn::Select": ["0", {"Fn::Split": [".", {"Ref": "Zone"}]}]}, "example", id="select-of-split"),
    pytest.param({"Fn::FindInMap": ["Hosts", "eu-west-1", "Mx"]}, "mx.eu", id="find-in-map"),
    pytest.param({"Fn::FindInMap": ["Hosts", "eu-west-1", "List"]}, ["x", "y"], id="find-a-list"),
    pytest.param({"Fn::FindInMap": ["Hosts", "x", "Mx", {"DefaultValue": "d"}]}, "d", id="find-in-map-default"),
    pytest.param({"Fn::If": ["Yes", "a", "b"]}, "a", id="if"),
    pytest.param({"Fn::If": ["No", "a", "b"]}, "b", id="else"),
    pytest.param({"Fn::If": ["Maybe", "a", "a"]}, "a", id="if-without-difference"),
    pytest.param({"a": {"Condition": "Yes"}}, {"a": {"Condition": "Yes"}}, id="no-function"),
]


@pytest.mark.parametrize(("written", "value"), SAID)
def test_what_a_template_says_is_resolved(written: object, value: object) -> None:
    """A function whose arguments are known gives its value; two things that only AWS knows keep their name."""
    assert _template().value(written) == value


OPEN = [
    pytest.param({"Ref": "Open"}, id="parameter-without-default"),
    pytest.param({"Ref": "Null"}, id="parameter-whose-default-is-null"),
    pytest.param({"Ref": "Ssm"}, id="ssm-parameter"),
    pytest.param({"Ref": "SsmOpen"}, id="ssm-parameter-without-a-name"),
    pytest.param({"Ref": "Bucket"}, id="resource"),
    pytest.param({"Ref": "Nameless"}, id="identity-without-a-name"),
    pytest.param({"Ref": "Missing"}, id="nothing"),
    pytest.param({"Ref": ["a"]}, id="ref-of-a-list"),
    pytest.param({"Ref": "Untyped"}, id="resource-of-no-type"),
    pytest.param({"Ref": "Itself"}, id="record-named-by-itself"),
    pytest.param({"Ref": "AWS::AccountId"}, id="account"),
    pytest.param({"Ref": "AWS::Partition"}, id="partition"),
    pytest.param({"Ref": "AWS::StackName"}, id="stack-name"),
    pytest.param({"Fn::GetAtt": ["Z", "NameServers"]}, id="name-servers"),
    pytest.param({"Fn::GetAtt": ["Id", "DkimDNSTokenName4"]}, id="no-attribute"),
    pytest.param({"Fn::GetAtt": "Z"}, id="attribute-without-a-name"),
    pytest.param({"Fn::GetAtt": 3}, id="attribute-of-a-number"),
    pytest.param({"Fn::GetAtt": ["Z", {"a": "b"}]}, id="attribute-that-is-a-mapping"),
    pytest.param({"Fn::Join": ["", [{"Ref": "AWS::Region"}, {"Ref": "AWS::Region"}]]}, id="two-regions"),
    pytest.param({"Fn::Join": ["", [{"Ref": "AWS::Region"}, {"Ref": "Open"}]]}, id="region-and-parameter"),
    pytest.param({"Fn::Join": ["", [["a"]]]}, id="join-of-lists"),
    pytest.param({"Fn::Join": "a"}, id="join-of-a-text"),
    pytest.param({"Fn::Join": ["", ["x" * 60_000, "x" * 60_000]]}, id="join-of-too-much"),
    pytest.param({"Fn::Sub": ["a"]}, id="sub-of-one"),
    pytest.param({"Fn::Sub": "${List}"}, id="sub-of-a-list"),
    pytest.param({"Fn::Sub": "{{resolve:ssm:/${Zone}}}"}, id="dynamic-reference-in-sub"),
    pytest.param("{{resolve:ssm:/zone}}", id="dynamic-reference"),
    pytest.param({"Fn::Select": [5, ["a"]]}, id="select-beyond-the-end"),
    pytest.param({"Fn::Select": ["x", ["a"]]}, id="select-by-a-word"),
    pytest.param({"Fn::Select": "x"}, id="select-of-a-text"),
    pytest.param({"Fn::Split": ["", "a"]}, id="split-at-nothing"),
    pytest.param({"Fn::Split": [".", {"Ref": "Open"}]}, id="split-of-what-is-not-known"),
    pytest.param({"Fn::Split": "a"}, id="split-of-a-text"),
    pytest.param({"Fn::FindInMap": ["Hosts", {"Ref": "AWS::Region"}, "Mx"]}, id="map-by-region"),
    pytest.param({"Fn::FindInMap": ["Hosts", "x", "Mx"]}, id="map-without-the-key"),
    pytest.param({"Fn::FindInMap": "x"}, id="map-of-a-text"),
    pytest.param({"Fn::If": ["Maybe", "a", "b"]}, id="if-of-a-condition-that-is-not-known"),
    pytest.param({"Fn::If": ["Yes"]}, id="if-of-one"),
    pytest.param({"Fn::If": [["Yes"], "a", "b"]}, id="if-of-a-list"),
    pytest.param({"Fn::ImportValue": "Zone"}, id="import"),
    pytest.param({"Fn::ImportValue": ["Zone"]}, id="import-of-a-list"),
    pytest.param({"Fn::GetStackOutput": {"StackName": "S", "OutputName": "O"}}, id="output-of-a-stack"),
    pytest.param({"Fn::GetStackOutput": "S"}, id="output-of-a-text"),
    pytest.param({"Fn::Base64": "a"}, id="function-that-is-not-read"),
]


@pytest.mark.parametrize("written", OPEN)
def test_what_a_template_leaves_open_becomes_a_mark(written: object) -> None:
    """Nobody can tell: the text has the form of a CDK token, which rules leave alone."""
    value = _template().value(written)
    assert isinstance(value, str)
    assert holds_token(value)


ENVIRONMENTS = [
    pytest.param("AWS::Region", "eu-west-1", "eu-west-1", id="region"),
    pytest.param("AWS::AccountId", "eu-west-1", "111111111111", id="account"),
    pytest.param("AWS::Partition", "eu-west-1", "aws", id="partition"),
    pytest.param("AWS::Partition", "cn-north-1", "aws-cn", id="partition-china"),
    pytest.param("AWS::Partition", "us-gov-west-1", "aws-us-gov", id="partition-gov"),
    pytest.param("AWS::URLSuffix", "cn-north-1", "amazonaws.com.cn", id="suffix-china"),
]


@pytest.mark.parametrize(("name", "region", "value"), ENVIRONMENTS)
def test_pseudo_parameters_follow_the_environment_of_the_stack(name: str, region: str, value: str) -> None:
    """What is known of the stack is known in its template."""
    assert _template(region, "111111111111").value({"Ref": name}) == value


CONDITIONS = [
    ("Yes", True),
    ("No", False),
    ("Maybe", None),
    ("Same", True),
    ("Region", None),
    ("Both", None),
    ("Neither", False),
    ("All", True),
    ("Either", True),
    ("Negated", False),
    ("NegatedMaybe", None),
    ("Loop", None),
    ("NoList", None),
    ("NoFunction", None),
    ("NoArguments", None),
    ("OneSide", None),
    ("NoText", None),
    ("NoName", None),
    ("Missing", None),
    (3, None),
]


@pytest.mark.parametrize(("name", "holds"), CONDITIONS)
def test_conditions_have_three_answers(name: object, holds: bool | None) -> None:  # noqa: FBT001 - a table
    """False and unknown is false; a parameter counts as its default."""
    assert _template().condition(name) is holds


def test_a_mark_stands_for_one_thing() -> None:
    """Two parameters, two templates and two choices have marks of their own; the same one twice has the same mark."""
    one, other = _template(), Template(BODY, "other.json")
    written: list[object] = [
        {"Ref": "Open"},
        {"Ref": "Null"},
        {"Fn::If": ["Maybe", "a", "b"]},
        {"Fn::If": ["Maybe", "a", "c"]},
        {"Fn::Base64": "x"},
    ]
    marks = [template.value(each) for template in (one, other) for each in written]
    assert len(set(map(str, marks))) == len(marks)
    assert one.value(written[2]) == one.value(written[2])


def test_an_ssm_parameter_is_one_thing_in_an_account() -> None:
    """Stacks of one account and region mean the same value; of unknown accounts it is not known."""
    one = [Template(BODY, path, Environment("111111111111", "eu-west-1")).value({"Ref": "Ssm"}) for path in ("a", "b")]
    assert one[0] == one[1] == Template(BODY, "c", Environment("111111111111", "eu-west-1")).value("{{resolve:ssm:/zone}}")
    assert Template(BODY, "a").value({"Ref": "Ssm"}) != Template(BODY, "b").value({"Ref": "Ssm"})


def test_the_zone_is_the_same_by_ref_and_by_attribute() -> None:
    """`Ref` and `Fn::GetAtt Id` of a hosted zone both give its id."""
    template = _template()
    assert template.value({"Ref": "Z"}) == template.value({"Fn::GetAtt": ["Z", "Id"]}) == "${Token[t.json#Z.Ref]}"


def test_text_that_looks_like_a_token_is_kept() -> None:
    """Literal text is what it is."""
    assert _template().value("${Token[x]}") == "${Token[x]}"


def test_deep_and_doubling_templates_end() -> None:
    """Nesting is read to a depth, and texts that double again and again stop growing."""
    deep: object = "a"
    doubling: object = "a"
    for _ in range(500):
        deep = {"Fn::Join": ["", [deep]]}
    for _ in range(40):
        doubling = {"Fn::Sub": ["${a}${a}", {"a": doubling}]}
    template = _template()
    assert holds_token(str(template.value(deep)))
    assert len(str(template.value(doubling))) <= 100_000
    chain: dict[str, object] = {
        f"R{n}": {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": {"Fn::Sub": f"${{R{n + 1}}}${{R{n + 1}}}"}}}
        for n in range(300)
    }
    conditions: dict[str, object] = {f"C{n}": {"Fn::Not": [{"Condition": f"C{n + 1}"}]} for n in range(3000)}
    long = _template(body={"Resources": chain, "Conditions": conditions})
    assert holds_token(str(long.value({"Ref": "R0"})))
    assert long.condition("C0") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (1.5, "1.5"), (10**5000, None), (None, None), ([], None)],
    ids=["true", "false", "float", "huge", "null", "list"],
)
def test_scalars_are_texts(value: object, text: str | None) -> None:
    """CloudFormation turns numbers and booleans into texts; a number that no property takes is nothing."""
    assert text_of(value) == text
