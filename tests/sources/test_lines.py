"""Tests of finding the line of a resource in a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.sources.lines import line_of
from ses_email_auth.zone.declared import VALUES, Origin, Part

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """{
  "Parameters": {"Spf": {"Type": "String"}},
  "Resources": {
    "Zone": {"Type": "AWS::Route53::HostedZone",
      "Properties": {"Spf": {"Resources": {"Dmarc": {}}}, "Note": "\\"Dmarc\\": {"}},
    "Spf": {"Type": "AWS::Route53::RecordSet"}, "Dmarc": {
      "Type": "AWS::Route53::RecordSet"}
  },
  "Outputs": {"Out": {"Value": "x"}}
}
"""

YAML = """# a comment
Parameters:
  Spf: {Type: String}
"Resources":   # here

  # not: this
  Zone:
    Type: AWS::Route53::HostedZone
    Properties:
      Spf: x
  'Spf':
    Type: AWS::Route53::RecordSet
  Fn::ForEach::All:
    - Name
Outputs:
  Out:
    Value: x
"""

PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {"resources": [{"address": "aws_route53_record.a"}, {"address": 'aws_route53_record.b["k"]'}]}
    },
    "resource_changes": [{"address": "aws_route53_record.a"}],
}

LISTED = {
    "ResourceRecordSets": [
        {"Name": "example.com.", "Type": "TXT", "ResourceRecords": [{"Value": '"\\"Name\\":"'}]},
        {"Name": "example.com.", "Type": "MX"},
    ]
}

NO_ADDRESS = {"values": {"root_module": {"resources": [{"address": {}}, {}, {"address": "a.b"}]}}}

LINES = [
    pytest.param(TEMPLATE, "Zone", 4, id="json"),
    pytest.param(TEMPLATE, "Spf", 6, id="json-no-parameter-and-no-property"),
    pytest.param(TEMPLATE, "Dmarc", 6, id="json-no-text-that-looks-like-it"),
    pytest.param(TEMPLATE, "Out", None, id="json-no-output"),
    pytest.param(TEMPLATE.replace("\n", ""), "Dmarc", 1, id="json-on-one-line"),
    pytest.param(YAML, "Zone", 7, id="yaml"),
    pytest.param(YAML, "Spf", 11, id="yaml-quoted"),
    pytest.param(YAML, "Fn::ForEach::All", 13, id="yaml-loop"),
    pytest.param(YAML, "Out", None, id="yaml-no-output"),
    pytest.param(YAML, "Type", None, id="yaml-no-property"),
    pytest.param(json.dumps(PLAN, indent=1), "aws_route53_record.a", 7, id="terraform-the-first-of-two"),
    pytest.param(json.dumps(PLAN, indent=1), 'aws_route53_record.b["k"]', 10, id="terraform-key"),
    pytest.param(json.dumps(NO_ADDRESS, indent=1), "a.b", 10, id="terraform-resources-without-an-address"),
    pytest.param(json.dumps(LISTED, indent=1), "ResourceRecordSets[0]", 4, id="route-53"),
    pytest.param(json.dumps(LISTED, indent=1), "ResourceRecordSets[1]", 13, id="route-53-second"),
    pytest.param('{"format_version": 1, "address": "\\x"}', "x", None, id="an-escape-that-is-none"),
    pytest.param("", "Zone", None, id="empty"),
    pytest.param("\0", "Zone", None, id="binary"),
]


@pytest.mark.parametrize(("text", "resource", "expected"), LINES)
def test_a_resource_is_found(tmp_path: Path, text: str, resource: str, expected: int | None) -> None:
    """By its logical id, its address or its number; the line is where its name stands."""
    file = tmp_path / "file"
    file.write_text(text, encoding="utf-8")
    assert line_of(Origin(str(file), resource=resource)) == expected


def test_a_line_that_was_read_is_not_looked_for() -> None:
    """A zone file knows its lines; nothing is opened."""
    assert line_of(Origin("no such file", resource="line 3", line=3)) == 3


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param(Origin("no such file", resource="Spf"), id="gone"),
        pytest.param(Origin("a\0b", resource="Spf"), id="no-path"),
        pytest.param(Origin("-", resource="Spf"), id="standard-input"),
        pytest.param(Origin(".", resource="Spf"), id="folder"),
        pytest.param(Origin("pyproject.toml"), id="no-resource"),
    ],
)
def test_what_cannot_be_found_has_no_line(origin: Origin) -> None:
    """Nothing is raised, so that the finding is shown without a line."""
    assert line_of(origin) is None


def test_a_file_that_has_changed_is_looked_at_again(tmp_path: Path) -> None:
    """Otherwise it is searched once."""
    file = tmp_path / "a.json"
    file.write_text(TEMPLATE, encoding="utf-8")
    assert line_of(Origin(str(file), resource="Zone")) == 4
    file.write_text("\n" + TEMPLATE, encoding="utf-8")
    assert line_of(Origin(str(file), resource="Zone")) == 5


SET = {
    "Type": "AWS::Route53::RecordSet",
    "Properties": {
        "Name": "example.com.",
        "TTL": 300,
        "ResourceRecords": ['"a\\""', {"Fn::Join": ["", ['"', "b", '"']]}, '"\u00e9 c"', '"a\\""'],
    },
}
GROUP = {
    "Type": "AWS::Route53::RecordSetGroup",
    "Properties": {"RecordSets": [{"Name": "a.example.com."}, {"Name": "b.example.com.", "ResourceRecords": ['"b"']}]},
}
CHOSEN = {
    "Properties": {"ResourceRecords": {"Fn::If": ["C", ['"a"', '"b"'], {"Ref": "AWS::NoValue"}]}, "RecordSets": {"Ref": "P"}}
}
BODY = {"Resources": {"Set": SET, "Group": GROUP, "Chosen": CHOSEN, "Empty": None}}
YAML_BODY = """\
  %(head)sResources: &all
    Set: &set
      Properties: {Name: example.com., ResourceRecords: ['"a"', "b\\
        c", !Sub d]}
    Alias: *set
    Block:
      Properties:
        ResourceRecords:
        - |
          # no comment
        - >-

          "b

          c"
        - ""
        - |
        Name: x
---
Resources:
  Other: {}
"""
STATE = {
    "version": 4,
    "resources": [
        {"type": "t", "name": "one", "instances": [{"attributes": {"name": "x", "records": ["v=spf1 -all", "b"], "ttl": 300}}]},
        {
            "module": "module.m",
            "mode": "data",
            "type": "t",
            "name": "many",
            "instances": [{"index_key": 0}, {"index_key": "\u00e9"}, {"index_key": 0, "deposed": "0a"}],
        },
    ],
}
CHANGES = {
    "Changes": [
        {"Action": "UPSERT", "ResourceRecordSet": {"Name": "a.", "ResourceRecords": [{"Value": '"a"'}, {"Value": '"b"'}]}}
    ]
}


def _written(body: object) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False)


def value(text: str, index: int = 0, count: int = 1) -> Part:
    """One of the values of a record set."""
    return Part(VALUES, text, index, count)


IN_GROUP = "Properties/RecordSets/{}/ResourceRecords"
JSON_BODY = _written(BODY)

PARTS = [
    pytest.param(JSON_BODY, "Set", value('"a\\""', 0, 4), '"\\"a', id="json-first"),
    pytest.param(JSON_BODY, "Set", value("", 1, 4), "Fn::Join", id="json-function"),
    pytest.param(JSON_BODY, "Set", value('"bc"', 1, 4), "Fn::Join", id="json-what-a-function-makes"),
    pytest.param(JSON_BODY, "Set", value('"\u00e9 c"', 2, 4), "\u00e9 c", id="json-third"),
    pytest.param(json.dumps(BODY, indent=1), "Set", value('"\u00e9 c"', 2, 4), "\\u00e9 c", id="json-escaped"),
    pytest.param(JSON_BODY, "Set", value('"\u00e9 c"', 0, 3), "\u00e9 c", id="json-one-value-was-dropped"),
    pytest.param(JSON_BODY, "Set", value('"z"', 0, 3), '"ResourceRecords"', id="json-another-list"),
    pytest.param(JSON_BODY, "Set", Part("TTL"), '"TTL"', id="json-ttl"),
    pytest.param(JSON_BODY, "Set", Part("Name"), '"Name": "example.com."', id="json-name"),
    pytest.param(JSON_BODY, "Set", Part("SetIdentifier"), '"Set"', id="json-a-property-that-is-not-there"),
    pytest.param(JSON_BODY, "Chosen", value('"b"', 1, 2), '"\\"b\\""', id="json-in-a-function"),
    pytest.param(JSON_BODY, "Chosen", value('"z"', 1, 2), '"ResourceRecords"', id="json-a-function-as-a-whole"),
    pytest.param(JSON_BODY, "Empty", Part("Name"), '"Empty"', id="json-a-resource-that-is-none"),
    pytest.param(_written({"TemplateBody": BODY}), "Set", Part("TTL"), '"TTL"', id="get-template"),
    pytest.param(json.dumps({"TemplateBody": JSON_BODY}, indent=1), "Set", Part("TTL"), "TemplateBody", id="get-template-text"),
    pytest.param(
        json.dumps({"StagesAvailable": [], "TemplateBody": "Resources:\n  Set: {}\n"}, indent=1),
        "Set",
        Part("TTL"),
        "TemplateBody",
        id="get-template-yaml",
    ),
    pytest.param(json.dumps("Resources:\n  Set: {}\n"), "Set", Part("TTL"), "Resources", id="get-template-body-alone"),
    pytest.param(_written({"service": "s", "resources": BODY}), "Set", Part("TTL"), '"TTL"', id="serverless"),
    pytest.param(_written({"service": "s", "resources": [{}, BODY]}), "Set", Part("TTL"), '"TTL"', id="serverless-list"),
    pytest.param(_written(CHANGES), "Changes[0]", value('"b"', 1, 2), '\\"b\\"', id="change"),
    pytest.param(_written({"ChangeBatch": CHANGES}), "Changes[0]", value('"b"', 1, 2), '\\"b\\"', id="change-batch"),
    pytest.param(_written(CHANGES), "Changes[0]", Part("TTL"), '"Name"', id="change-without-a-ttl"),
    pytest.param(_written({"Changes": [{}, {"x": 1}]}), "Changes[1]", None, '"x"', id="change-without-a-name"),
    pytest.param(_written(STATE), "t.one", value('"v=spf1 -all"', 0, 2), "v=spf1", id="state"),
    pytest.param(_written(STATE), "t.one", Part("TTL"), "ttl", id="state-ttl"),
    pytest.param(_written(STATE), "module.m.data.t.many[0]", None, '"index_key": 0', id="state-count"),
    pytest.param(_written(STATE), 'module.m.data.t.many["\u00e9"]', Part("Name"), '"index_key": "\u00e9"', id="state-for-each"),
    pytest.param(YAML_BODY % {"head": ""}, "Set", value('"a"', 0, 3), "Properties", id="yaml-indented-as-a-whole"),
    pytest.param(YAML_BODY % {"head": ""}, "Set", value("b c", 1, 3), "Properties", id="yaml-over-two-lines"),
    pytest.param(YAML_BODY % {"head": ""}, "Set", value("e", 2, 3), "c", id="yaml-function"),
    pytest.param(YAML_BODY % {"head": ""}, "Alias", value('"a"', 0, 3), "Properties", id="yaml-alias"),
    pytest.param(YAML_BODY % {"head": ""}, "Alias", None, "Alias", id="yaml-alias-itself"),
    pytest.param(YAML_BODY % {"head": ""}, "Block", value("", 0, 4), "# no comment", id="yaml-block"),
    pytest.param(YAML_BODY % {"head": ""}, "Block", value('"b\nc"', 1, 4), '"b', id="yaml-folded"),
    pytest.param(YAML_BODY % {"head": ""}, "Block", value("", 3, 4), "- |", id="yaml-empty-block"),
    pytest.param("service: s\nresources: |\n  Resources:\n    A: {}\n", "A", None, "Resources", id="yaml-in-a-text"),
]


@pytest.mark.parametrize(("text", "resource", "part", "held"), PARTS)
def test_a_part_of_a_resource_is_found(tmp_path: Path, text: str, resource: str, part: Part | None, held: str) -> None:
    """A value where it stands, a property where its name stands; else what holds it."""
    file = tmp_path / "file"
    file.write_text(text, encoding="utf-8")
    location = "Properties/ResourceRecords" if "Properties" in text else ""
    line = line_of(Origin(str(file), resource=resource, location=location, part=part))
    assert line is not None
    assert held in text.split("\n")[line - 1]


@pytest.mark.parametrize(
    ("resource", "index", "part", "held"),
    [
        pytest.param("Group", 1, value('"b"'), '\\"b\\"', id="value"),
        pytest.param("Group", 1, Part("TTL"), '"Name": "b.', id="no-such-property"),
        pytest.param("Group", 0, None, '"Name": "a.', id="the-member"),
        pytest.param("Group", 2, Part("Name"), '"RecordSets"', id="made-by-a-macro"),
        pytest.param("Chosen", 0, Part("Name"), '"RecordSets"', id="made-by-a-function"),
        pytest.param("Set", 0, Part("Name"), '"Set"', id="no-group"),
    ],
)
def test_a_part_of_a_member_of_a_group(tmp_path: Path, resource: str, index: int, part: Part | None, held: str) -> None:
    """The member is found by its number."""
    file = tmp_path / "file"
    file.write_text(JSON_BODY, encoding="utf-8")
    line = line_of(Origin(str(file), resource=resource, location=IN_GROUP.format(index), part=part))
    assert line is not None
    assert held in JSON_BODY.split("\n")[line - 1]


@pytest.mark.parametrize(
    "text", ["{", '{"a"', '{"Resources": {"Set": [1, 2', "a: [", "*a", "[]", "", "# a comment", "a", '"a"', '{"a": "b"}']
)
def test_a_file_that_is_another_one_by_now(tmp_path: Path, text: str) -> None:
    """Nothing is raised for what no reader would have taken."""
    file = tmp_path / "file"
    file.write_text(text, encoding="utf-8")
    assert line_of(Origin(str(file), resource="Set", part=Part("Name"))) is None


def test_a_value_is_looked_for_as_far_as_a_person_would(tmp_path: Path) -> None:
    """A file cannot make the search endless."""
    file = tmp_path / "file"
    records = {"Fn::If": [[str(number) for number in range(2000)], ['"a"']]}
    file.write_text(
        json.dumps({"Resources": {"Set": {"Properties": {"ResourceRecords": records}}}}, indent=1), encoding="utf-8"
    )
    origin = Origin(str(file), resource="Set", location="Properties/ResourceRecords", part=value('"a"'))
    assert line_of(origin) == 5
