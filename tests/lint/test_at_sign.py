"""Route 53 has no `@` for the zone itself: said in every kind of file, and of a zone file's own `@` never."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lint.apps import findings

if TYPE_CHECKING:
    from pathlib import Path

VALUE = '"v=spf1 -all"'
LISTED = {"Name": "\\100.example.com.", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": VALUE}]}
SOA = {
    "Name": "example.com.",
    "Type": "SOA",
    "TTL": 900,
    "ResourceRecords": [{"Value": "ns.example.net. hostmaster.example.com. 1 7200 900 1209600 86400"}],
}
TEMPLATE = {
    "Resources": {
        "Spf": {
            "Type": "AWS::Route53::RecordSet",
            "Properties": {
                "HostedZoneName": "example.com.",
                "Name": "@.example.com.",
                "Type": "TXT",
                "TTL": "60",
                "ResourceRecords": [VALUE],
            },
        }
    }
}
ZONE = {"address": "aws_route53_zone.z", "mode": "managed", "type": "aws_route53_zone", "name": "z"}
RECORD = {"address": "aws_route53_record.r", "mode": "managed", "type": "aws_route53_record", "name": "r"}
TERRAFORM = {
    "format_version": "1.0",
    "values": {
        "root_module": {
            "resources": [
                {**ZONE, "values": {"name": "example.com", "zone_id": "Z1"}},
                {**RECORD, "values": {"name": "@", "type": "TXT", "ttl": 60, "records": ["v=spf1 -all"], "zone_id": "Z1"}},
            ]
        }
    },
}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(TEMPLATE, id="template"),
        pytest.param(TERRAFORM, id="terraform"),
        pytest.param({"ResourceRecordSets": [SOA, LISTED]}, id="list-of-route-53"),
        pytest.param({"Changes": [{"Action": "UPSERT", "ResourceRecordSet": LISTED}]}, id="change-batch"),
    ],
)
def test_an_at_sign_in_a_name(body: object, tmp_path: Path) -> None:
    """An error with the right name, whatever wrote it."""
    path = tmp_path / "file.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    (finding,) = [each for each in findings(path) if each.id == "name-at-sign"]
    assert finding.severity.value == "error"
    assert finding.fix.startswith("write example.com")


def test_the_at_sign_of_a_zone_file(tmp_path: Path) -> None:
    """There it stands for the origin (RFC 1035 section 5.1)."""
    path = tmp_path / "example.com.zone"
    path.write_text(f"$ORIGIN example.com.\n@ 60 IN TXT {VALUE}\n", encoding="utf-8")
    assert "name-at-sign" not in {each.id for each in findings(path)}
