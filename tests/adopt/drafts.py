"""Zones as Route 53 lists them, what `adopt --zone` prints of them, and what that publishes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ses_email_auth.cli.main import main
from tests.deploy.moves import paste
from tests.deploy.stacks import Template, synth

ZONE = "blacksheep.link"
OURS = '"v=spf1 include:amazonses.com ~all"'
MX = "10 feedback-smtp.ap-northeast-1.amazonses.com"


def listed(name: str, kind: str, *values: str, ttl: int = 300, **more: Any) -> dict[str, Any]:
    """A record set as Route 53 lists it."""
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values], **more}


SOA = listed(f"{ZONE}.", "SOA", "ns.example.net. admin.example.net. 1 7200 900 1209600 86400")


def run(*sets: dict[str, Any], options: tuple[str, ...] = ()) -> Result:
    """What the command line does with a zone."""
    Path("zone.json").write_text(json.dumps({"ResourceRecordSets": [SOA, *sets]}), encoding="utf-8")
    return CliRunner().invoke(main, ["adopt", "--zone", "zone.json", *options])


def said(*sets: dict[str, Any], options: tuple[str, ...] = ()) -> dict[str, Any]:
    """Its JSON."""
    return dict(json.loads(run(*sets, options=("--format", "json", *options)).stdout))


def pasted(text: str, region: str | None = "ap-northeast-1") -> Template:
    """The template of the construct that was printed, in `region`."""
    return synth(lambda stack, zone: paste(text, stack, zone), region)


def published(template: Template) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """The record sets of a template whose names are known."""
    sets = [each["Properties"] for each in template.get("Resources", {}).values() if each["Type"] == "AWS::Route53::RecordSet"]
    return {
        (each["Name"], each["Type"]): (each["TTL"], each["ResourceRecords"]) for each in sets if isinstance(each["Name"], str)
    }


SENDING = [listed(f"bounce.{ZONE}.", "MX", MX, ttl=1800), listed(f"bounce.{ZONE}.", "TXT", OURS, ttl=900)]


def dkim(*ttls: int, zone: str = "dkim.amazonses.com") -> list[dict[str, Any]]:
    """CNAME records of Easy DKIM."""
    return [
        listed(f"{number:032}._domainkey.{ZONE}.", "CNAME", f"{number:032}.{zone}", ttl=ttl) for number, ttl in enumerate(ttls)
    ]
