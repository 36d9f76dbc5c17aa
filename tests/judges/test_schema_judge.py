"""The judge of templates finds each kind of fault, each resource once, and says nothing of what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnResource, assertions

from tests.cdk.stacks import new_app, new_stack
from tests.judges import acknowledged, schema_judge
from tests.judges.schema_judge import SchemaJudge
from tests.judges.watch import JudgedWrong

if TYPE_CHECKING:
    from tests.judges.statements import Template

RECORD = {"HostedZoneId": "Z1", "Type": "TXT", "TTL": "600", "Name": "example.com.", "ResourceRecords": ['"v=spf1 -all"']}


def template(**properties: Any) -> Template:
    """One record set; a property that is None is left out."""
    stated = {name: value for name, value in {**RECORD, **properties}.items() if value is not None}
    return {"Resources": {"Txt": {"Type": "AWS::Route53::RecordSet", "Properties": stated}}}


def rules(judged: Template) -> list[str]:
    """The rules that find something, and where."""
    return [f"{name}: {fault.partition(' at ')[0]}" for name, fault in SchemaJudge().faults(judged)]


def test_right() -> None:
    """Nothing is said."""
    assert rules(template()) == []


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        pytest.param({"Name": None}, "E3003", id="a-property-that-is-required"),
        pytest.param({"Nmae": "x"}, "E3002", id="a-property-that-does-not-exist"),
        pytest.param({"HostedZoneId": ["Z1"]}, "E3012", id="another-type"),
        pytest.param({"ResourceRecords": ["v=spf1 -all"]}, "E3023", id="a-text-without-quotes"),
        pytest.param({"Comment": {"Ref": "Nowhere"}}, "E1020", id="a-reference-to-nothing"),
    ],
)
def test_wrong(changed: dict[str, Any], rule: str) -> None:
    """The rule of cfn-lint that finds it."""
    assert f"Txt: {rule}" in rules(template(**changed))


def test_a_value_that_is_not_in_the_enum() -> None:
    """The schema of a record set has no enums."""
    assert rules({"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeySpec": "RSA_2047"}}}}) == ["Key: E3030"]


def test_each_resource_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a second template only what is new is shown to cfn-lint, and what was found before is said again."""
    judge, shown = SchemaJudge(), []
    ask = schema_judge._matches
    monkeypatch.setattr(schema_judge, "_matches", lambda part: (shown.append(sorted(part["Resources"])), ask(part))[1])
    first = template(TTL=["600"])
    second = {"Resources": {**first["Resources"], "Other": {"Type": "AWS::SNS::Topic"}}}
    assert list(judge.faults(first)) == list(judge.faults(second)) == list(judge.faults(second))
    assert shown == [["Txt"], ["Other"]]


EXAMPLES: dict[tuple[str, str], Template] = {
    ("E1001", "'Resources' is a required property"): {"Description": "nothing"},
    ("W2001", r"Parameter Text not used\."): {**template(), "Parameters": {"Text": {"Type": "String"}}},
    ("E3023", r'.*\\\\".*'): template(ResourceRecords=['"a\\"b"']),
    ("E3023", """'""' does not match .*"""): template(ResourceRecords=['""']),
}


@pytest.mark.parametrize("entry", acknowledged.LINT)
def test_each_exception_is_for_something(monkeypatch: pytest.MonkeyPatch, entry: tuple[str, str]) -> None:
    """Without its entry the judge says something."""
    assert rules(EXAMPLES[entry]) == []
    monkeypatch.setattr(acknowledged, "LINT", {})
    assert [said.partition(": ")[2] for said in rules(EXAMPLES[entry])] == [entry[0]]


def test_what_a_test_synthesizes_is_judged() -> None:
    """Also where the assertions of CDK synthesize it."""
    stack = new_stack(new_app(**{"core:validateAgainstDefaultRules": False}))
    CfnResource(stack, "Set", type="AWS::SES::ConfigurationSet", properties={"Nmae": "mail"})
    with pytest.raises(
        JudgedWrong, match=r"by policy_sentry .*; cfn-lint 1\..*, schemas of 20\d\d-\d\d-\d\d:\nStack/Set \(Set\): E3002"
    ):
        assertions.Template.from_stack(stack)
