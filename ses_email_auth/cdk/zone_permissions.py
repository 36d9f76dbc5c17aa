"""What somebody may do in a hosted zone (service authorization reference, "Actions, resources, and condition keys for Amazon
Route 53"; developer guide, "Using IAM policy conditions for fine-grained access control to manage resource record sets").

Route 53 compares names in lower case, without a final dot; a `*` stands for anything there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CHANGE_WILDCARD", "RECORD_TYPES", "read_and_write"]

CHANGE_WILDCARD = {"Resource::arn:<AWS::Partition>:route53:::change/*": "the id of a change is not known before the change"}
"""Why `read_and_write` has a wildcard, for cdk-nag."""

RECORD_TYPES = ("CNAME", "MX", "TXT")
_KEY = "route53:ChangeResourceRecordSets"
_NAMES, _TYPES, _ACTIONS = f"{_KEY}NormalizedRecordNames", f"{_KEY}RecordTypes", f"{_KEY}Actions"


def read_and_write(partition: str, zone_id: str, names: Iterable[str] = ()) -> list[aws_iam.PolicyStatement]:
    """Read a zone, create and delete records of `names` (all, if there are none) and `RECORD_TYPES`, and follow a change.

    UPSERT is left out, since it overwrites.
    """
    zone = f"arn:{partition}:route53:::hostedzone/{zone_id}"
    patterns = list(names)
    asked = (_TYPES, _ACTIONS, *((_NAMES,) if patterns else ()))
    return [
        aws_iam.PolicyStatement(
            actions=["route53:ChangeResourceRecordSets"],
            resources=[zone],
            conditions={
                "ForAllValues:StringEquals": {_TYPES: list(RECORD_TYPES), _ACTIONS: ["CREATE", "DELETE"]},
                **({"ForAllValues:StringLike": {_NAMES: patterns}} if patterns else {}),
                # ForAllValues holds for a request that says nothing at all.
                "Null": dict.fromkeys(asked, "false"),
            },
        ),
        aws_iam.PolicyStatement(actions=["route53:ListResourceRecordSets"], resources=[zone]),
        # The id of a change is not known before the change.
        aws_iam.PolicyStatement(actions=["route53:GetChange"], resources=[f"arn:{partition}:route53:::change/*"]),
    ]
