"""A finding points at the line of the value that it speaks about, in every kind of file."""

from __future__ import annotations

import json
from textwrap import indent
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ses_email_auth.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

YAML = """\
Resources:
  Txt:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: Z0123456789EXAMPLE
      Name: example.com.
      Type: TXT
      TTL: 1h
      ResourceRecords:
        - '"site=1"'
        - >-

          "v=spf1 include:amazonses.com
          +all"
        - "\\"v=DKIM1; \\
          p=x\\""
        - bare
  Again:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: Z0123456789EXAMPLE
      Name: again.example.com.
      Type: TXT
      TTL: 600
      ResourceRecords: ['"site=1"', !Sub '"v=spf1 +all"', '"x"']
  Dmarc:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: Z0123456789EXAMPLE
      Name: _dmarc.example.com.
      Type: TXTT
      TTL: 600
      ResourceRecords:
        - Fn::Join:
            - ""
            - - '"v=DMARC1; p=none"'
  Group:
    Type: AWS::Route53::RecordSetGroup
    Properties:
      HostedZoneId: Z0123456789EXAMPLE
      RecordSets:
        - Name: _dmarc.a.example.com.
          Type: TXT
          TTL: 600
          ResourceRecords: ['"v=DMARC1; p=none; rua=mailto:a@example.com"']
        - Name: _dmarc.b.example.com.
          Type: TXT
          TTL: 600
          ResourceRecords:
            - !Join ["", ['"v=DMARC1; p=', 'none"']]
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      DkimSigningAttributes:
        DomainSigningSelector: a.b
        DomainSigningPrivateKey: "{{resolve:secretsmanager:dkim-key}}"
      MailFromAttributes:
        BehaviorOnMxFailure: REJECT_MESSAGE
        MailFromDomain: bounce.example.net
      EmailIdentity: example.com
"""

TEMPLATE = json.dumps(
    {
        "Resources": {
            name: {
                "Type": "AWS::Route53::RecordSet",
                "Properties": {
                    "HostedZoneId": "Z0123456789EXAMPLE",
                    "Name": f"{name.lower()}.example.com.",
                    "Type": "TXT",
                    "TTL": "600",
                    "ResourceRecords": ['"site=1"', {"Fn::Sub": '"v=spf1 include:a.example ?all"'}, value, '"é v=spf1"'],
                },
            }
            for name, value in (("One", '"v=spf1 -all"'), ("Two", '"v=spf1 +all"'), ("Three", '"v=spf1 +all"'))
        }
    },
    indent=1,
)

LISTED = json.dumps(
    {
        "ResourceRecordSets": [
            {
                "Name": "example.com.",
                "Type": "SOA",
                "TTL": 900,
                "ResourceRecords": [{"Value": "ns.example.net. a.example.com. 1 2 3 4 5"}],
            },
            {
                "Name": "example.com.",
                "Type": "MX",
                "TTL": 300,
                "ResourceRecords": [{"Value": "10 mail.example.net."}, {"Value": "20 192.0.2.1"}],
            },
            {
                "Name": "example.com.",
                "Type": "TXT",
                "TTL": 300,
                "ResourceRecords": [{"Value": '"site=1"'}, {"Value": '"v=spf1 +all"'}, {"Value": '"v=spf1 mx -all"'}],
            },
            {"Name": "example.com.example.com.", "Type": "TXT", "TTL": 300, "ResourceRecords": [{"Value": '"v=spf1 -all"'}]},
        ]
    },
    indent=2,
)


def _planned(address: str, name: str, *records: str) -> dict[str, object]:
    values = {"zone_id": "Z0123456789EXAMPLE", "name": name, "type": "TXT", "ttl": 300, "records": records}
    return {"address": address, "mode": "managed", "type": "aws_route53_record", "name": "r", "values": values}


PLAN = json.dumps(
    {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [
                    _planned("aws_route53_record.a", "example.com", "site=1", "v=spf1 -all"),
                    _planned("aws_route53_record.b", "b.example.com", "site=1", 'v=spf1 " "+all'),
                ],
                "child_modules": [
                    {"resources": [_planned("module.m.aws_route53_record.c", "c.example.com", "site=1", "v=spf1 +all")]}
                ],
            }
        },
    },
    indent=1,
)

ZONE = """\
$ORIGIN example.com.
@ 900 IN SOA ns.example.net. a.example.com. 1 7200 900 1209600 300
@ 900 IN TXT "site=1"
@ 900 IN MX 10 mail.example.net.
  900 IN MX 20 192.0.2.1
@ 900 IN TXT ( "v=spf1 include:amazonses.com "
               "+all" )
s._domainkey 900 IN TXT "v=DKIM1; p="
s._domainkey 900 IN TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""

GET_TEMPLATE = json.dumps({"TemplateBody": json.loads(TEMPLATE), "StagesAvailable": ["Original"]}, indent=4)
SERVERLESS = f"service: mail\nprovider: {{name: aws}}\nresources:\n{indent(YAML, '  ')}"
CHANGE_BATCH = json.dumps(
    {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": each} for each in json.loads(LISTED)["ResourceRecordSets"][1:]]},
    indent=1,
)
STATE = json.dumps(
    {
        "version": 4,
        "terraform_version": "1.9.0",
        "resources": [
            {
                "mode": "managed",
                "type": "aws_route53_record",
                "name": "r",
                "instances": [
                    {
                        "index_key": key,
                        "attributes": {
                            "zone_id": "Z0123456789EXAMPLE",
                            "name": f"{key}.example.com",
                            "type": "TXT",
                            "ttl": 300,
                            "records": ["site=1", text],
                        },
                    }
                    for key, text in (("a", "v=spf1 -all"), ("b", "v=spf1 +all"))
                ],
            }
        ],
    },
    indent=1,
)
TARGETS = """\
$ORIGIN example.com.
@ 900 IN SOA ns.example.net. a.example.com. 1 7200 900 1209600 300
@ 900 IN MX 10 mail.example.net.
@ 900 IN MX 20 mial.example.com.
@ 900 IN MX 30 aspmx.l.gogle.com.
www 900 IN CNAME nobody.example.com.
"""

FILES = [
    pytest.param(YAML, "spf-pass-all", ['"v=spf1 include:amazonses.com', "!Sub '\"v=spf1 +all\"'"], id="yaml-folded-and-sub"),
    pytest.param(YAML, "txt-near-miss", ['"\\"v=DKIM1; \\'], id="yaml-escaped-over-two-lines"),
    pytest.param(YAML, "txt-quoting", ['"v=spf1 include', "- bare"], id="yaml-first-and-third-value"),
    pytest.param(YAML, "ttl-invalid", ["TTL: 1h"], id="yaml-ttl"),
    pytest.param(YAML, "record-type-unknown", ["Type: TXTT"], id="yaml-type"),
    pytest.param(YAML, "dmarc-no-rua", ["!Join"], id="yaml-member-of-a-group-made-by-a-function"),
    pytest.param(YAML, "ses-selector", ["DomainSigningSelector: a.b"], id="yaml-selector"),
    pytest.param(YAML, "mail-from-outside-identity", ["MailFromDomain: bounce"], id="yaml-mail-from"),
    pytest.param(YAML, "mail-from-reject-on-create", ["BehaviorOnMxFailure"], id="yaml-behavior"),
    pytest.param(TEMPLATE, "spf-pass-all", ['v=spf1 +all\\""', 'v=spf1 +all\\""'], id="json-the-same-value-in-two-resources"),
    pytest.param(TEMPLATE, "spf-multiple", ['"Fn::Sub"', '"Fn::Sub"', '"Fn::Sub"'], id="json-function"),
    pytest.param(LISTED, "spf-pass-all", ['v=spf1 +all\\""'], id="route-53"),
    pytest.param(LISTED, "spf-multiple", ['v=spf1 +all\\""'], id="route-53-two-of-one-set"),
    pytest.param(LISTED, "mx-syntax", ["20 192.0.2.1"], id="route-53-mx"),
    pytest.param(LISTED, "name-doubled", ['"Name": "example.com.example.com."'], id="route-53-name"),
    pytest.param(PLAN, "spf-pass-all", ['v=spf1 \\" \\"+all', "v=spf1 +all"], id="terraform"),
    pytest.param(GET_TEMPLATE, "spf-pass-all", ['v=spf1 +all\\""', 'v=spf1 +all\\""'], id="get-template"),
    pytest.param(SERVERLESS, "ttl-invalid", ["TTL: 1h"], id="serverless"),
    pytest.param(CHANGE_BATCH, "spf-pass-all", ['v=spf1 +all\\""'], id="change-batch"),
    pytest.param(STATE, "spf-pass-all", ["v=spf1 +all"], id="terraform-state"),
    pytest.param(TARGETS, "mx-target-missing", ["mial.example.com."], id="zone-file-target"),
    pytest.param(TARGETS, "host-misspelt", ["aspmx.l.gogle.com."], id="zone-file-host"),
    pytest.param(ZONE, "spf-pass-all", ["include:amazonses.com"], id="zone-file-in-parentheses"),
    pytest.param(ZONE, "mx-syntax", ["20 192.0.2.1"], id="zone-file-second-value"),
    pytest.param(ZONE, "dkim-multiple", ['"v=DKIM1; p="'], id="zone-file-first-of-two"),
]


@pytest.mark.parametrize(("text", "rule", "values"), FILES)
def test_a_finding_points_at_its_value(tmp_path: Path, text: str, rule: str, values: list[str]) -> None:
    """The line that holds it; of a value that a function makes, the line of the function."""
    lines = _lines(tmp_path, text, rule)
    written = text.splitlines()
    assert [value for value, line in zip(values, lines, strict=True) if value not in written[line - 1]] == []


def _lines(folder: Path, text: str, rule: str) -> list[int]:
    file = folder / "file"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["lint", str(file), "--info", "--format", "json"])
    return [found["line"] for found in json.loads(result.stdout)["findings"] if found["id"] == rule]


def test_both_of_two_values_are_named(tmp_path: Path) -> None:
    """The first is the line of the finding, the other stands in its message and among the related locations of SARIF."""
    file = tmp_path / "a.zone"
    file.write_text(ZONE, encoding="utf-8")
    text = CliRunner().invoke(main, ["lint", str(file)]).stdout
    assert "a.zone:8\n" in text
    assert "a.zone:9\n" in text
    sarif = CliRunner().invoke(main, ["lint", str(file), "--format", "sarif"]).stdout
    (found,) = (each for each in json.loads(sarif)["runs"][0]["results"] if each["ruleId"] == "dkim-multiple")
    places = [each["physicalLocation"]["region"]["startLine"] for each in (*found["locations"], *found["relatedLocations"])]
    assert places == [8, 9]
    github = CliRunner().invoke(main, ["lint", str(file), "--format", "github"]).stdout
    assert "line=8,title=dkim-multiple" in github
    assert f"(also: {file}:9)" in github
