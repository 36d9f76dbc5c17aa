"""Record sets as CloudFormation resources (AWS::Route53::RecordSet, AWS::Route53::RecordSetGroup).

Plain `CfnResource`s: no type checks at run time, and snapshots that do not change with CDK's own constructs.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from aws_cdk import CfnResource

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct

    from ses_email_auth.known_after_deploy import KnownAfterDeploy
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

__all__ = ["RecordLayout", "check_logical_ids", "record_resources"]

_Json: TypeAlias = "str | dict[str, _Json] | list[_Json]"

_RECORD_SET = "AWS::Route53::RecordSet"
_LOGICAL_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{0,254}")


class RecordLayout(enum.Enum):
    """How record sets become CloudFormation resources. Chosen at the first deploy.

    Changing it on a deployed stack is refused by Route 53 or, worse, removes the records in a green deploy: CloudFormation
    takes an equal record over under its new id and then deletes that of the old id, which is the same one. README,
    "Changing it later", has the safe way.
    """

    SEPARATE = "separate"
    """One `AWS::Route53::RecordSet` for each record set: `cdk diff` and errors name the record. 62 domains in a stack."""

    GROUPED = "grouped"
    """One `AWS::Route53::RecordSetGroup` for a domain: 2 resources instead of 8, 250 domains in a stack."""


def record_resources(
    scope: Construct, records: Mapping[str, ResourceRecordSet], hosted_zone_id: str, layout: RecordLayout, identity_id: str
) -> dict[str, CfnResource]:
    """The resources that publish `records`, by child id.

    Args:
        scope: the construct that they become children of.
        records: the record sets by child id.
        hosted_zone_id: the zone.
        layout: one resource for each set, or one for all.
        identity_id: the logical id of the identity, whose attributes some records hold.
    """
    members = {child: _properties(record, identity_id) for child, record in records.items()}
    if layout is RecordLayout.GROUPED:
        group: dict[str, _Json] = {"HostedZoneId": hosted_zone_id, "RecordSets": list(members.values())}
        return {"Records": CfnResource(scope, "Records", type="AWS::Route53::RecordSetGroup", properties=group)}
    resources: dict[str, CfnResource] = {}
    gate = identity_id
    for child, properties in members.items():
        wait = _after(gate) if isinstance(records[child].name, DomainName) else {}
        resources[child] = CfnResource(
            scope, child, type=_RECORD_SET, properties={"HostedZoneId": hosted_zone_id, **properties, **wait}
        )
        if records[child].type is RecordType.MX:
            gate = resources[child].logical_id
    return resources


def check_logical_ids(logical_ids: object, children: Iterable[str], layout: RecordLayout) -> None:
    """Check the ids that resources shall keep.

    Raises:
        EmailAuthError: for a child that does not exist, a bad or repeated id, or with `RecordLayout.GROUPED`.
    """
    known = tuple(children)
    if not isinstance(logical_ids, Mapping):
        raise EmailAuthError(f"'logical_ids' must be a dict, got {logical_ids!r}; pass for example {{{known[-1]!r}: 'OldId'}}")
    if logical_ids and layout is RecordLayout.GROUPED:
        raise EmailAuthError("'logical_ids' goes with RecordLayout.SEPARATE only; leave out record_layout")
    for child, logical_id in logical_ids.items():
        if child not in known:
            raise EmailAuthError(f"'logical_ids' holds {child!r}; this construct has {', '.join(known)}")
        if not isinstance(logical_id, str) or not _LOGICAL_ID.fullmatch(logical_id):
            raise EmailAuthError(
                f"'logical_ids' gives {child!r} the id {logical_id!r}; a logical id has letters and digits only"
            )
        if list(logical_ids.values()).count(logical_id) > 1:
            raise EmailAuthError(f"'logical_ids' holds the id {logical_id!r} twice")


def _properties(record: ResourceRecordSet, identity_id: str) -> dict[str, _Json]:
    """One set; in this order of keys `cdk diff` shows the name beside a changed value."""
    return {
        "Type": record.type.value,
        "TTL": str(record.ttl),
        "Name": _text(record.route53_name, identity_id),
        "ResourceRecords": [_text(value, identity_id) for value in record.resource_records],
    }


def _after(logical_id: str) -> dict[str, _Json]:
    """Makes a record wait for the resource with that id, as DependsOn does, but without a jsii call for each record.

    A deployment that is refused is rolled back: CloudFormation deletes what it has made, and a record that it took over is a
    live one. So what can be refused comes first: the identity, which SES refuses if another stack has it or the construct got
    a new id, then the MAIL FROM MX, which differs by region. What stands equally for others is taken over after them. DKIM
    records wait by themselves, they hold attributes of the identity.
    """
    return {"Comment": {"Ref": logical_id}} if logical_id else {}


def _text(text: str | KnownAfterDeploy, identity_id: str) -> _Json:
    if isinstance(text, str):
        return text
    unknown: _Json = {"Ref": "AWS::Region"} if text.attribute == "Region" else {"Fn::GetAtt": [identity_id, text.attribute]}
    if not text.before and not text.after:
        return unknown
    return {"Fn::Join": ["", [text.before, unknown, text.after]]}
