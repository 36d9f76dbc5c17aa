"""Tests of templates: their text, loops, nested stacks, and what one template takes from another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.cloudformation import Template
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.sources.template import TemplateFile, is_template, read_template_body, read_templates, resources_of
from ses_email_auth.sources.views import views
from tests.sources.templates import record_set

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


ACCOUNT = "111111111111"


ZONE = {"Z": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com"}}}


def _outputs(export: object = "Zone") -> Mapping[str, object]:
    return {"Out": {"Value": {"Ref": "Z"}, "Export": {"Name": export}}}


def _file(path: str, body: Mapping[str, object], **known: str) -> TemplateFile:
    return TemplateFile(path=path, body=body, **known)  # type: ignore[arg-type]


def _zone_ids(*files: TemplateFile) -> list[str]:
    return [record.zone_id for file in read_templates(files) for record in file.records]


def _user(reference: object) -> Mapping[str, object]:
    return {"Resources": {"R": record_set(HostedZoneId=reference)}}


THE_ZONE = "${Token[a.json#Z.Ref]}"


OWNER = {"Resources": ZONE, "Outputs": _outputs()}


OUTPUT = {"Fn::GetStackOutput": {"StackName": "A", "OutputName": "Out", "Region": "eu-west-1"}}


ROLE = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{ACCOUNT}:role/r"]]}


FOREIGN = {"Fn::GetStackOutput": {**OUTPUT["Fn::GetStackOutput"], "RoleArn": ROLE}}


HERE = {"account": ACCOUNT, "region": "eu-west-1"}


ACROSS = [
    pytest.param({"Fn::ImportValue": "Zone"}, HERE, HERE, True, id="import"),
    pytest.param({"Fn::ImportValue": "Zone"}, {}, HERE, True, id="import-where-the-account-is-not-known"),
    pytest.param({"Fn::ImportValue": "Zone"}, HERE, {**HERE, "region": "us-east-1"}, False, id="import-into-another-region"),
    pytest.param(
        {"Fn::ImportValue": "Zone"}, HERE, {**HERE, "account": "222222222222"}, False, id="import-into-another-account"
    ),
    pytest.param({"Fn::ImportValue": "Other"}, HERE, HERE, False, id="import-of-nothing"),
    pytest.param(OUTPUT, {**HERE, "stack_name": "A"}, HERE, True, id="output-of-this-account"),
    pytest.param(FOREIGN, {**HERE, "stack_name": "A"}, {"account": "222222222222"}, True, id="output-of-another-account"),
    pytest.param(FOREIGN, {"account": "222222222222", "stack_name": "A"}, HERE, False, id="output-of-the-wrong-account"),
    pytest.param(OUTPUT, {**HERE, "stack_name": "B"}, HERE, False, id="output-of-another-stack"),
]


@pytest.mark.parametrize(("reference", "owner", "user", "is_found"), ACROSS)
def test_a_zone_is_followed_into_another_template(
    reference: object,
    owner: dict[str, str],
    user: dict[str, str],
    is_found: bool,  # noqa: FBT001 - a table
) -> None:
    """By export and import, and by the output of a stack; in whichever order the files come."""
    files = [_file("a.json", OWNER, **owner), _file("b.json", _user(reference), **user)]
    for order in (files, files[::-1]):
        found = _zone_ids(*order)
        assert (found == [THE_ZONE]) is is_found
        assert holds_token(found[0])


def test_a_zone_of_another_region_is_followed() -> None:
    """CDK writes exports into SSM parameters of the other region and reads them there."""
    key = "/cdk/exports/B/Zone"
    writer = {
        "Type": "Custom::CrossRegionExportWriter",
        "Properties": {"WriterProps": {"region": "us-east-1", "exports": {key: {"Ref": "Z"}}}},
    }
    odd = {"Type": "Custom::CrossRegionExportWriter", "Properties": {"WriterProps": {"region": 3, "exports": ["x"]}}}
    reader = {"Type": "Custom::CrossRegionExportReader", "Properties": {}}
    body = {"Resources": {"R": record_set(HostedZoneId={"Fn::GetAtt": ["Reader", key]}), "Reader": reader}}
    owner = _file("a.json", {"Resources": {**ZONE, "W": writer, "X": odd}}, **HERE)
    assert _zone_ids(owner, _file("b.json", body, account=ACCOUNT, region="us-east-1")) == [THE_ZONE]
    assert _zone_ids(owner, _file("b.json", body, account=ACCOUNT, region="us-east-2")) != [THE_ZONE]


def test_two_stages_keep_their_zones_apart() -> None:
    """Exports of equal names in two stages of unknown accounts: each stage has its own."""
    files = [
        _file(f"{stage}/{name}.json", body, scope=stage)
        for stage in ("dev", "prod")
        for name, body in (("a", OWNER), ("b", _user({"Fn::ImportValue": "Zone"})))
    ]
    assert _zone_ids(*files) == ["${Token[dev/a.json#Z.Ref]}", "${Token[prod/a.json#Z.Ref]}"]
    assert [len(view.records) for view in views(read_templates(files))] == [1, 1]
    elsewhere = _file("c.json", _user({"Fn::ImportValue": "Zone"}), scope="other")
    assert _zone_ids(files[0], files[2], elsewhere)[0] not in ("${Token[dev/a.json#Z.Ref]}", "${Token[prod/a.json#Z.Ref]}")


def test_names_and_values_are_filled_in_too() -> None:
    """An output can be any text, and what only AWS knows stays what it is."""
    outputs = {
        "Name": {"Value": "example.com", "Export": {"Name": "Name"}},
        "Host": {"Value": {"Fn::Sub": "mx.${AWS::Region}.x"}, "Export": {"Name": "Host"}},
        "Dkim": {"Value": {"Fn::GetAtt": ["Id", "DkimDNSTokenName1"]}, "Export": {"Name": "Dkim"}},
        "List": {"Value": ["a"], "Export": {"Name": "List"}},
        "Never": {"Value": "x", "Condition": "No", "Export": {"Name": "Never"}},
        "Odd": 3,
    }
    identity = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "example.com"}}
    owner = {"Resources": {"Id": identity}, "Outputs": outputs, "Conditions": {"No": {"Fn::Equals": ["a", "b"]}}}
    named = {"Fn::ImportValue": "Name"}
    user = {
        "Resources": {
            "A": record_set(Name=named, ResourceRecords=[{"Fn::Join": ["", ["10 ", {"Fn::ImportValue": "Host"}]]}]),
            "B": record_set(
                Name={"Fn::ImportValue": "Dkim"}, ResourceRecords=[{"Ref": "AWS::Region"}, {"Fn::ImportValue": "List"}]
            ),
            "I": {
                "Type": "AWS::SES::EmailIdentity",
                "Properties": {
                    "EmailIdentity": named,
                    "MailFromAttributes": {"MailFromDomain": {"Fn::Sub": ["b.${n}", {"n": named}]}},
                },
            },
            "J": identity,
            "N": record_set(Name={"Fn::ImportValue": "Never"}),
        }
    }
    found = read_templates([_file("a.json", owner), _file("b.json", user, scope="x")])[1]
    one, two, never = found.records
    assert (one.name, one.values) == (DomainName("example.com"), (KnownAfterDeploy("Region", "10 mx.", ".x"),))
    assert two.name == KnownAfterDeploy("DkimDNSTokenName1")
    assert two.values[0] == KnownAfterDeploy("Region")
    assert holds_token(str(two.values[1]))
    assert holds_token(never.spelling)
    assert (found.identities[0].name, found.identities[0].mail_from) == ("example.com", "b.example.com")


def test_references_in_a_circle_end() -> None:
    """Two exports that import each other, and a chain of imports without end, are not known."""
    circle = {
        "Outputs": {
            "X": {"Value": {"Fn::ImportValue": "Y"}, "Export": {"Name": "X"}},
            "Y": {"Value": {"Fn::ImportValue": "X"}, "Export": {"Name": "Y"}},
        }
    }
    chain = {
        "Outputs": {f"O{n}": {"Value": {"Fn::ImportValue": f"E{n + 1}"}, "Export": {"Name": f"E{n}"}} for n in range(3000)}
    }
    found = _zone_ids(
        _file("a.json", {**circle, **_user({"Fn::ImportValue": "X"})}),
        _file("b.json", {**chain, **_user({"Fn::ImportValue": "E0"})}),
    )
    assert all(map(holds_token, found))


def test_two_templates_of_one_path_are_two() -> None:
    """Marks of one are not marks of the other."""
    first, second = _zone_ids(*[_file("t.json", {"Resources": {**ZONE, "R": record_set(HostedZoneId={"Ref": "Z"})}})] * 2)
    assert first != second


CHILD = {
    "Parameters": {"Zone": {"Type": "String"}, "Name": {"Type": "String", "Default": "default.example"}},
    "Resources": {"R": record_set(HostedZoneId={"Ref": "Zone"}, Name={"Ref": "Name"}), "Own": ZONE["Z"]},
    "Outputs": {"Own": {"Value": {"Ref": "Own"}}},
}


def _parent(**resource: object) -> Mapping[str, object]:
    given = {"Zone": {"Ref": "Z"}, "Name": "given.example"}
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "./child.json", "Parameters": given},
        **resource,
    }
    return {"Resources": {**ZONE, "N": nested, "R": record_set(HostedZoneId={"Fn::GetAtt": ["N", "Outputs.Own"]})}}


HASH = "a" * 64


LINKS = [
    pytest.param({}, {}, id="by-the-url"),
    pytest.param(
        {
            "Properties": {
                "TemplateURL": {"Fn::Sub": f"https://x.${{AWS::URLSuffix}}/{HASH}.json"},
                "Parameters": {"Zone": {"Ref": "Z"}, "Name": "given.example"},
            }
        },
        {"assets": {HASH: "dir/child.json"}},
        id="by-the-hash",
    ),
    pytest.param({"Metadata": {"aws:asset:path": "child.json"}}, {}, id="by-the-metadata"),
    pytest.param({}, {"nested": {"N": "dir/child.json"}}, id="as-given"),
]


@pytest.mark.parametrize(("resource", "known"), LINKS)
def test_parameters_of_a_nested_stack_are_what_the_parent_passes(
    resource: dict[str, object], known: dict[str, dict[str, str]]
) -> None:
    """However the parent names its template; the outputs lead back."""
    parent = TemplateFile(path="dir/a.json", body=_parent(**resource), account=ACCOUNT, region="eu-west-1", scope="s", **known)  # type: ignore[arg-type]
    for child in (
        TemplateFile(path="dir/child.json", body=CHILD),
        TemplateFile(path="dir/child.json", body=CHILD, is_nested=True),
    ):
        for files in ([parent, child], [child, parent]):
            by_path = {file.path: file for file in read_templates(files)}
            nested = by_path["dir/child.json"]
            assert (nested.records[0].zone_id, nested.records[0].spelling) == ("${Token[dir/a.json#Z.Ref]}", "given.example")
            assert (nested.account, nested.region, nested.scope) == (ACCOUNT, "eu-west-1", "s")
            assert by_path["dir/a.json"].records[0].zone_id == "${Token[dir/child.json#Own.Ref]}"


def test_a_template_with_two_parents_has_what_both_agree_on() -> None:
    """A parameter that they pass with two values is not known, and so is the place if they differ."""
    one, two = dict(_parent()), json.loads(json.dumps(_parent()).replace("given.example", "other.example"))
    files = [
        TemplateFile(path="a.json", body=one, region="eu-west-1"),
        TemplateFile(path="b.json", body=two, region="us-east-1"),
        TemplateFile(path="child.json", body=CHILD, is_nested=True),
    ]
    nested = read_templates(files)[2]
    assert holds_token(nested.records[0].spelling)
    assert nested.region == ""


def test_a_nested_template_without_a_parent_is_read_with_its_defaults() -> None:
    """A parent that is not there, that cannot be matched, or that nests itself, changes nothing."""
    orphan = read_templates([TemplateFile(path="child.json", body=CHILD, is_nested=True)])[0]
    assert (orphan.records[0].spelling, orphan.records[0].zone_id) == ("default.example", "${Token[child.json#Zone]}")
    remote = dict(_parent(Properties={"TemplateURL": "https://x/y.json"}))
    assert holds_token(_zone_ids(_file("a.json", remote))[0])
    grows = {"Parameters": {"Zone": {"Type": "String", "Default": "x"}}}
    passes = {"TemplateURL": "a.json", "Parameters": {"Zone": {"Fn::Sub": "${Zone}x"}}}
    itself = {
        "Resources": {"N": {"Type": "AWS::CloudFormation::Stack", "Properties": passes}, "R": record_set(Name={"Ref": "Zone"})},
        **grows,
    }
    assert len(read_templates([_file("a.json", itself)])[0].records) == 1


BODIES = [
    pytest.param('{"Resources": {}}', {"Resources": {}}, id="json"),
    pytest.param('\ufeff {"A": 600}', {"A": "600"}, id="byte-order-mark"),
    pytest.param('{"A": ' + "9" * 5000 + "}", {"A": "9" * 5000}, id="huge-number"),
    pytest.param("Resources: {}", {"Resources": {}}, id="yaml"),
]


@pytest.mark.parametrize(("text", "body"), BODIES)
def test_json_and_yaml_are_told_apart_by_content(text: str, body: object) -> None:
    """The name of the file says nothing."""
    assert read_template_body(text, "t") == body


UNREADABLE = [
    pytest.param('{"a": ', "line 1: expecting value", id="json"),
    pytest.param('{"a": ' + "[" * 100_000, "nested too deep", id="deep"),
    pytest.param("[1]", "it is no template", id="list"),
    pytest.param("", "it is no template", id="empty"),
    pytest.param("a: [", "line 2", id="yaml"),
]


@pytest.mark.parametrize(("text", "reason"), UNREADABLE)
def test_what_is_no_template_is_refused(text: str, reason: str) -> None:
    """With the line, where there is one."""
    with pytest.raises(UnreadableSource, match=reason):
        read_template_body(text, "t")


def test_files_are_read_from_their_paths(tmp_path: Path) -> None:
    """A file that cannot be read is named with its path."""
    good = tmp_path / "t.json"
    good.write_text(json.dumps({"Resources": {"R": record_set()}}), encoding="utf-8")
    assert len(read_templates([TemplateFile(path=str(good))])[0].records) == 1
    with pytest.raises(UnreadableSource, match="no such file"):
        read_templates([TemplateFile(path=str(tmp_path / "none"))])


TEMPLATES = [
    pytest.param({"Resources": {"R": {"Type": "T"}}}, True, id="template"),
    pytest.param({"Resources": {"Fn::ForEach::X": []}}, True, id="loop"),
    pytest.param({"Resources": {"R": {"Type": 3}}}, False, id="no-type"),
    pytest.param({"Resources": {}}, False, id="no-resources"),
    pytest.param({"Resources": []}, False, id="list"),
    pytest.param([], False, id="no-mapping"),
]


@pytest.mark.parametrize(("body", "answer"), TEMPLATES)
def test_what_a_template_is(body: object, answer: bool) -> None:  # noqa: FBT001 - a table
    """A mapping with resources that have a type."""
    assert is_template(body) is answer


def _resources(resources: object) -> list[str]:
    body = {"Resources": resources}
    return list(resources_of(body, Template(body, "t.json").value))


def _loop(items: object, body: object, variable: object = "D") -> list[str]:
    return _resources({"Fn::ForEach::L": [variable, items, body], "A": {}, 3: {}, "B": 3})


LOOPS = [
    pytest.param(["x", "y"], {"R${D}": {"Type": "T"}}, ["Rx", "Ry", "A"], id="list"),
    pytest.param(["x.y"], {"R&{D}": {"Type": "T"}}, ["Rxy", "A"], id="without-dots"),
    pytest.param(["x", {"a": "b"}, 3], {"R${D}": {"Type": "T"}}, ["Rx", "R3", "A"], id="members-that-are-no-texts"),
    pytest.param({"Ref": "Open"}, {"R${D}": {"Type": "T"}}, ["A"], id="list-that-is-not-known"),
    pytest.param(["x"], ["R"], ["A"], id="no-mapping"),
    pytest.param(
        ["x", "y"],
        {"Fn::ForEach::M": ["E", ["1", "2"], {"R${D}${E}": {"P": [{"Ref": "D"}, 3]}}]},
        ["Rx1", "Rx2", "Ry1", "Ry2", "A"],
        id="loop-in-a-loop",
    ),
]


@pytest.mark.parametrize(("items", "body", "names"), LOOPS)
def test_loops_are_written_out(items: object, body: object, names: list[str]) -> None:
    """`Fn::ForEach` over a known list gives one resource for each item; another one gives none."""
    assert _loop(items, body) == names


def test_loops_cannot_grow_without_end() -> None:
    """Loops stop when they have written out more than any stack can hold."""
    body: object = {"R${A}${B}${C}": {"Type": "T"}}
    for variable in "ABC":
        body = {f"Fn::ForEach::{variable}": [variable, [str(n) for n in range(400)], body]}
    assert len(_resources(body)) < 400_000
    deep: object = {"R": {"Type": "T"}}
    for n in range(100):
        deep = {"Fn::ForEach::X": [f"V{n}", ["1"], deep]}
    assert _loop(["1"], deep) == ["A"]
    assert _loop(["1", "2"], {"R${D}": {"Type": "T"}}, variable="") == ["A"]
    assert _loop(["1"], {"R": {"Type": "T"}}, variable=["D"]) == ["A"]
    assert _resources({"Fn::ForEach::L": ["D", ["1"]]}) == []


WORDS = st.sampled_from(
    [
        "Ref",
        "Fn::GetAtt",
        "Fn::Join",
        "Fn::Sub",
        "Fn::Select",
        "Fn::Split",
        "Fn::FindInMap",
        "Fn::If",
        "Fn::ImportValue",
        "Fn::GetStackOutput",
        "Fn::Equals",
        "Fn::And",
        "Condition",
        "A",
        "B",
        "Type",
        "Properties",
        "Name",
        "HostedZoneId",
        "ResourceRecords",
        "RecordSets",
        "EmailIdentity",
        "DkimAttributes",
        "Parameters",
        "TemplateURL",
        "t.json",
        "Value",
        "Export",
        "StackName",
        "OutputName",
        "${A}",
        "${A.B}",
        "Default",
        "Fn::ForEach::X",
        "AWS::NoValue",
        "AWS::Region",
        "VPCs",
    ]
)


TYPES = st.sampled_from(
    [
        "AWS::Route53::RecordSet",
        "AWS::Route53::RecordSetGroup",
        "AWS::Route53::HostedZone",
        "AWS::Route53::DNSSEC",
        "AWS::SES::EmailIdentity",
        "AWS::CloudFormation::Stack",
        "Custom::CrossRegionExportReader",
        "Custom::CrossRegionExportWriter",
    ]
)


LEAVES = st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))


JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(WORDS, st.text(max_size=4)), inner, max_size=4)
    ),
    max_leaves=12,
)


RESOURCES = st.dictionaries(
    WORDS,
    st.one_of(JSON, st.fixed_dictionaries({"Type": TYPES, "Properties": JSON}, optional={"Condition": JSON, "Metadata": JSON})),
    max_size=5,
)


SECTIONS = {name: st.dictionaries(WORDS, JSON, max_size=3) for name in ("Parameters", "Conditions", "Mappings", "Outputs")}


ANY_BODY = st.one_of(
    st.dictionaries(WORDS, JSON, max_size=3),
    st.fixed_dictionaries({"Resources": RESOURCES}, optional={**SECTIONS, "Other": JSON}),
)


@pytest.mark.full
@settings(max_examples=300, deadline=None)
@given(st.lists(ANY_BODY, min_size=1, max_size=3))
def test_no_template_makes_the_reader_fall(bodies: list[dict[str, object]]) -> None:
    """Any values in any places are read, and become views."""
    list(views(read_templates([TemplateFile(path="t.json", body=body, stack_name="A") for body in bodies])))
