"""How a record set stands in a template, and which logical ids records can have (AWS::Route53::RecordSet)."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.known_after_deploy import KnownAfterDeploy
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

Json: TypeAlias = "str | dict[str, Json] | list[Json]"
"""What stands in a template."""

_LOGICAL_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{0,254}")


class RecordLayout(enum.Enum):
    """How record sets become CloudFormation resources. Chosen at the first deploy.

    Changing it on a deployed stack is refused or, worse, removes the records in a green deploy: CloudFormation may take an
    equal record over under its new id and then delete that of the old id, which is the same one. README, "Changing it later",
    has the safe way.
    """

    SEPARATE = "separate"
    """One `AWS::Route53::RecordSet` for each record set: `cdk diff` and errors name the record. 62 domains in a stack."""

    GROUPED = "grouped"
    """One `AWS::Route53::RecordSetGroup` for a domain: 2 resources instead of 8, 250 domains in a stack. No `cdk import`."""


def check_logical_ids(logical_ids: object, children: Iterable[str], layout: RecordLayout) -> None:
    """Check the ids that resources shall keep.

    Raises:
        EmailAuthError: for a child that does not exist, a bad or repeated id, or with `RecordLayout.GROUPED`.
    """
    known = tuple(children)
    if not known:
        raise EmailAuthError("'logical_ids' has no use, this construct has no resource of its own; leave it out")
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


def record_set_properties(record: ResourceRecordSet, origins: Mapping[str, str]) -> dict[str, Json]:
    """One set; in this order of keys `cdk diff` shows the name beside a changed value."""
    return {
        "Type": record.type.value,
        "TTL": str(record.ttl),
        "Name": in_template(record.route53_name, origins),
        "ResourceRecords": [in_template(value, origins) for value in record.resource_records],
    }


def in_template(text: str | KnownAfterDeploy, origins: Mapping[str, str]) -> Json:
    """`text` as a template says it: what only AWS knows is read from the resource that `origins` names."""
    if isinstance(text, str):
        return text
    unknown: Json = (
        {"Ref": "AWS::Region"} if text.attribute == "Region" else {"Fn::GetAtt": [origins[text.attribute], text.attribute]}
    )
    if not text.before and not text.after:
        return unknown
    return {"Fn::Join": ["", [text.before, unknown, text.after]]}
