"""Tests of finding the line of a resource in a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.sources.lines import line_of
from ses_email_auth.zone.declared import Origin

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
