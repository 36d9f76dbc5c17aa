"""One fault for each rule: the example that the rule itself gives, as the resources of a stack of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aws_cdk import CfnResource, Environment, Stack

from ses_email_auth.checks.finding import Need
from ses_email_auth.checks.rules import RULES
from ses_email_auth.sources.template import read_template_body
from ses_email_auth.sources.zone_file import read_zone_file
from tests.cdk.stacks import ACCOUNT, TOKYO

if TYPE_CHECKING:
    from constructs import Construct

    from ses_email_auth.checks.finding import Rule

# Rules that judge what an app says: the others need a whole zone, or speak while one of our constructs is built.
SEEDED = [rule for rule in RULES if rule.need in {Need.RECORD, Need.RECORDS}]


def seed(scope: Construct, rule: Rule) -> Stack:
    """A stack with the fault of `rule`, named after it."""
    region = re.match(r"# region: (\S+)", rule.example)
    stack = Stack(scope, stack_id(rule), env=Environment(account=ACCOUNT, region=region[1] if region else TOKYO))
    resources = (
        _of_template(rule.example)
        if "Resources:" in rule.example
        else _of_zone_lines(rule.example, f"Z{len(rule.id)}{rule.id.upper()}")
    )
    for name, (kind, properties) in resources.items():
        CfnResource(stack, name, type=kind, properties=properties).override_logical_id(name)
    return stack


def stack_id(rule: Rule) -> str:
    """The id of the stack that holds the fault of `rule`."""
    return "".join(word.title() for word in rule.id.split("-"))


def _of_template(example: str) -> dict[str, tuple[str, dict[str, Any]]]:
    body: Any = read_template_body(example, "example")
    return {name: (each["Type"], each.get("Properties", {})) for name, each in body["Resources"].items()}


def _of_zone_lines(example: str, zone_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    resources: dict[str, tuple[str, dict[str, Any]]] = {}
    for number, record in enumerate(read_zone_file(example, "example").records):
        properties = {
            "HostedZoneId": zone_id.replace("-", ""),
            "Name": record.spelling,
            "Type": record.type_text,
            "TTL": record.ttl or "300",
            "ResourceRecords": list(record.values),
        }
        resources[f"Record{number}"] = ("AWS::Route53::RecordSet", properties)
    return resources
