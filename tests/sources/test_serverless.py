"""Tests of the resources of a `serverless.yml`, and of the variables of the Serverless Framework."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.run import check_all
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.read import read
from ses_email_auth.sources.serverless import is_serverless
from ses_email_auth.sources.template import read_template_body
from ses_email_auth.sources.views import views

if TYPE_CHECKING:
    from pathlib import Path

    from ses_email_auth.zone.declared import DeclaredRecordSet

HEAD = """
service: mail
frameworkVersion: "3"
custom:
  domain: ${env:DOMAIN}
provider:
  name: aws
  region: ${opt:region, 'eu-west-1'}
  stage: ${opt:stage, "dev"}
functions: {}
"""

MX = """
    Mx:
      Type: AWS::Route53::RecordSet
      Properties:
        HostedZoneId: ${self:custom.zoneId}
        Name: !Sub "bounce.${self:custom.domain}."
        Type: MX
        TTL: "300"
        ResourceRecords:
          - !Sub "10 feedback-smtp.${AWS::Region}.amazonses.com"
"""

SPF = """
    Spf:
      Type: AWS::Route53::RecordSet
      Properties:
        HostedZoneId: ${self:custom.zoneId}
        Name: ${self:custom.${opt:stage}.domain}
        Type: TXT
        TTL: ${self:custom.ttl}
        ResourceRecords:
          - '"v=spf1 include:amazonses.com ~all"'
"""


def records(tmp_path: Path, text: str) -> dict[str, DeclaredRecordSet]:
    """The record sets of a file, by their logical id."""
    file = tmp_path / "serverless.yml"
    file.write_text(text, encoding="utf-8")
    return {each.origin.resource: each for source in read([file]) for each in source.records}


def test_variables_are_not_known_and_functions_of_cloudformation_are(tmp_path: Path) -> None:
    """The region is that of the stack; the zone is one for all records that name it alike."""
    found = records(tmp_path, HEAD + "resources:\n  Resources:" + MX + SPF)
    assert found["Mx"].values == (KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com"),)
    assert found["Spf"].texts == ("v=spf1 include:amazonses.com ~all",)
    assert [holds_token(found[name].spelling) for name in ("Mx", "Spf")] == [True, True]
    assert found["Spf"].spelling.count("${") == 1
    assert holds_token(found["Spf"].ttl)
    assert found["Mx"].zone_id == found["Spf"].zone_id != ""


def test_nothing_is_found_in_what_is_not_known(tmp_path: Path) -> None:
    """A name, a TTL or a value with a variable is right until somebody knows it."""
    records(tmp_path, HEAD + "resources:\n  Resources:" + MX + SPF)
    found = check_all(views(read([tmp_path / "serverless.yml"])))
    assert [str(each) for each in found if each.id != "cannot-tell"] == []


def test_a_list_of_resources_is_merged(tmp_path: Path) -> None:
    """As the framework merges it; what stands in another file is left out."""
    parts = (
        "resources:\n- Description: x\n- ${file(resources/a.yml)}\n- Resources:\n"
        + textwrap.indent(textwrap.dedent(MX), "    ")
        + "- Resources:\n"
        + textwrap.indent(textwrap.dedent(SPF), "    ")
    )
    assert list(records(tmp_path, HEAD + parts)) == ["Mx", "Spf"]


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param("resources: ${file(resources.yml)}", id="another-file"),
        pytest.param("resources:", id="null"),
        pytest.param("resources: [1, null, [x]]", id="no-mappings"),
        pytest.param("resources:\n  Resources: ${file(a.yml)}\n  Outputs: x", id="resources-of-another-file"),
        pytest.param("resources: [{Resources: x}, {Resources: {A: 1}}]", id="a-text-and-a-mapping"),
    ],
)
def test_resources_elsewhere_declare_nothing(tmp_path: Path, resources: str) -> None:
    """They can be named themselves."""
    assert records(tmp_path, HEAD + resources) == {}


VARIABLES = [
    pytest.param("${self:custom.domain}", "?", id="self"),
    pytest.param("a.${opt:stage, 'dev'}.example.com", "a.?.example.com", id="fallback"),
    pytest.param("${file(./config.yml):domain}", "?", id="file-and-key"),
    pytest.param("${file(./config.yml)}", "?", id="file"),
    pytest.param("${ssm(us-east-1):/a/b}", "?", id="of-another-region"),
    pytest.param("${self:custom.${sls:stage}.domain}.", "?.", id="nested"),
    pytest.param("${env:A}.${env:B}", "?.?", id="two"),
    pytest.param("a.${self:custom", "a.?", id="not-closed"),
    pytest.param("a.#{AWS::Region}.b", "a.?.b", id="pseudo-parameters-of-the-plugin"),
    pytest.param("a.${AWS::Region}.b", "a.${AWS::Region}.b", id="pseudo-parameter"),
    pytest.param("a.${Domain}.b", "a.${Domain}.b", id="reference-of-cloudformation"),
    pytest.param("v=spf1 exists:%{i}.x ~all", "v=spf1 exists:%{i}.x ~all", id="macro-of-spf"),
]


@pytest.mark.parametrize(("written", "expected"), VARIABLES)
def test_a_variable_is_a_mark(written: str, expected: str) -> None:
    """As a whole, whatever it holds; all else stays as it is."""
    body = read_template_body(
        f"service: x\nprovider: {{}}\nresources:\n  Resources:\n    A:\n      Name: {written!r}\n", "p.yml"
    )
    found = body["Resources"]["A"]["Name"]  # type: ignore[index]
    mark = found
    while holds_token(mark):
        start = mark.index("${Token[")
        mark = f"{mark[:start]}?{mark[mark.index(']}', start) + 2 :]}"
    assert mark == expected


def test_a_part_of_a_service_has_variables_too() -> None:
    """A template that a service includes stands in a file of its own; what belongs to a plugin stays there."""
    text = (
        "Resources:\n  A:\n    Type: T\n    Properties: {Name: '${self:custom.a}', B: '#{AWS::Region}', C: [1, '${env:A}']}\n"
    )
    properties = read_template_body(text, "a.yml")["Resources"]["A"]["Properties"]  # type: ignore[index]
    assert properties == {"Name": "${Token[a.yml#self:custom.a]}", "B": "#{AWS::Region}", "C": ["1", "${Token[a.yml#env:A]}"]}


def test_what_grows_by_aliases_is_replaced_once() -> None:
    """Ten doublings are a thousand values; they stay the same few objects."""
    lines = ["service: x", "provider: {}", "resources:", "  Resources:", "    A0: &a0 ['${self:a}', '${self:b}']"]
    lines += [f"    A{number}: &a{number} [*a{number - 1}, *a{number - 1}]" for number in range(1, 11)]
    resources = read_template_body("\n".join(lines), "p")["Resources"]
    last = resources["A10"]  # type: ignore[index]
    assert last[0] is last[1]


def test_what_is_nested_too_deep_stays() -> None:
    """No template is nested like that, and the reader of values stops there too."""
    text = "service: x\nprovider: {}\nresources:\n  Resources:\n    A: " + "[" * 100 + "'${self:a}'" + "]" * 100
    value = read_template_body(text, "p")["Resources"]["A"]  # type: ignore[index]
    while isinstance(value, list):
        (value,) = value
    assert value == "${self:a}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"service": "x", "provider": "aws", "resources": None}, True, id="service"),
        pytest.param({"service": "x", "provider": "aws"}, False, id="without-resources"),
        pytest.param({"services": {}, "provider": {}, "resources": {}}, False, id="something-else"),
        pytest.param(None, False, id="nothing"),
    ],
)
def test_a_service_is_told_by_its_keys(body: object, expected: bool) -> None:  # noqa: FBT001 - a column
    """All three stand in each service with resources."""
    assert is_serverless(body) is expected


SAM = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13}
Resources:
  Handler:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.b, CodeUri: .}
  Dmarc:
    Type: AWS::Route53::RecordSet
    Properties: {HostedZoneId: Z1, Name: _dmarc.example.com., Type: TXT, TTL: "300", ResourceRecords: ['"v=DMARC1; p=none"']}
"""


def test_a_template_of_sam_is_a_template(tmp_path: Path) -> None:
    """Its transform makes no record sets."""
    assert records(tmp_path, SAM)["Dmarc"].texts == ("v=DMARC1; p=none",)
