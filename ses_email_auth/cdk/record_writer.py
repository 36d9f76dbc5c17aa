"""Custom resources that write records: all those of a domain, or Amazon SES into an SPF record that others own.

What a function may do in a zone (service authorization reference, "Actions, resources, and condition keys for Amazon Route 53";
developer guide, "Using IAM policy conditions for fine-grained access control to manage resource record sets"): Route 53
compares names in lower case, without a final dot; a `*` stands for anything there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Stack, aws_iam

from ses_email_auth.cdk.custom_resource import custom_resource
from ses_email_auth.cdk.record_sets import RecordLayout, record_set_properties
from ses_email_auth.cdk.record_target import RecordTarget, ZoneWriter
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.ses.hosts import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import CfnResource

    from ses_email_auth.cdk.record_sets import Json
    from ses_email_auth.cdk.record_target import PublishRequest
    from ses_email_auth.publication.policy import PolicyPlan
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

CHANGE_WILDCARD = {"Resource::arn:<AWS::Partition>:route53:::change/*": "the id of a change is not known before the change"}
"""Why `read_and_write` has a wildcard, for cdk-nag."""

RECORD_TYPES = ("CNAME", "MX", "TXT")
_KEY = "route53:ChangeResourceRecordSets"
_NAMES, _TYPES, _ACTIONS = f"{_KEY}NormalizedRecordNames", f"{_KEY}RecordTypes", f"{_KEY}Actions"


@dataclass(frozen=True, slots=True)
class WritableRecords:
    """Record sets that one ChangeBatch may create and delete: Route 53 compares all its changes with one statement."""

    types: tuple[str, ...] = RECORD_TYPES
    names: tuple[str, ...] = ()
    """`*` stands for anything; none is every name."""


def read_and_write(
    partition: str, zone_id: str, writable: Iterable[WritableRecords] = (WritableRecords(),)
) -> list[aws_iam.PolicyStatement]:
    """Read a zone, create and delete records there, with a statement for each kind of batch, and follow a change.

    UPSERT is left out, since it overwrites.
    """
    zone = f"arn:{partition}:route53:::hostedzone/{zone_id}"
    return [
        *(
            aws_iam.PolicyStatement(
                actions=["route53:ChangeResourceRecordSets"], resources=[zone], conditions=_conditions(records)
            )
            for records in writable
        ),
        aws_iam.PolicyStatement(actions=["route53:ListResourceRecordSets"], resources=[zone]),
        # The id of a change is not known before the change.
        aws_iam.PolicyStatement(actions=["route53:GetChange"], resources=[f"arn:{partition}:route53:::change/*"]),
    ]


def _conditions(records: WritableRecords) -> dict[str, dict[str, list[str] | str]]:
    names = list(records.names)
    asked = (_TYPES, _ACTIONS, *((_NAMES,) if names else ()))
    return {
        "ForAllValues:StringEquals": {_TYPES: list(records.types), _ACTIONS: ["CREATE", "DELETE"]},
        **({"ForAllValues:StringLike": {_NAMES: names}} if names else {}),
        # ForAllValues holds for a request that says nothing at all.
        "Null": dict.fromkeys(asked, "false"),
    }


@dataclass(frozen=True, slots=True)
class FunctionTarget(RecordTarget):
    """A hosted zone whose records one custom resource, the child `Records`, writes for a domain."""

    adopt: bool
    """Whether it takes over records that stand as they are wanted."""

    def check(self, layout: RecordLayout, domain_name: str | None) -> None:  # noqa: ARG002 - for other kinds
        """Refuse a record layout: it is about resources of CloudFormation.

        Raises:
            EmailAuthError: for `RecordLayout.GROUPED`.
        """
        if layout is RecordLayout.GROUPED:
            raise EmailAuthError(
                "'record_layout' says how CloudFormation writes records; a function writes these; leave it out"
            )

    def children(self, records: Mapping[str, ResourceRecordSet]) -> tuple[str, ...]:
        """The one custom resource."""
        return ("Records",) if records else ()

    def publish(self, request: PublishRequest) -> dict[str, CfnResource]:
        """One custom resource for all record sets."""
        if not request.records:
            return {}
        # The records that hold attributes of the identity wait for it by themselves, all others have to.
        after = "" if request.identity.first else request.identity.identity_id
        records = [record_set_properties(record, request.identity.origins) for record in request.records.values()]
        stack = Stack.of(request.scope)
        resource = custom_resource(
            request.scope,
            "Records",
            concern="record_writer",
            resource_type="Custom::SesEmailAuthRecords",
            properties={
                **_zone_properties(request, self.writer),
                **({"Adopt": "true"} if self.adopt else {}),
                "RecordSets": list(records),
                **_after(after),
            },
            statements=[
                *_zone_statements(request, self.writer),
                # Whether an update was refused: what was never written must not be taken back. And who has taken over a record.
                aws_iam.PolicyStatement(
                    actions=["cloudformation:DescribeStackEvents", "cloudformation:ListStackResources"],
                    resources=[stack.stack_id],
                ),
            ],
            wildcards=CHANGE_WILDCARD,
        )
        return {"Records": resource}


def shared_spf(request: PublishRequest, writer: ZoneWriter, policy: PolicyPlan) -> CfnResource:
    """The custom resource that adds Amazon SES to the SPF record of others, and takes back what it added."""
    return custom_resource(
        request.scope,
        "FromDomainTxt",
        concern="shared_spf",
        resource_type="Custom::SesEmailAuthSharedSpf",
        properties={
            **_zone_properties(request, writer),
            "Name": policy.domain.text,
            "Include": SPF_INCLUDE,
            # Only for a record that is made, as the TTL.
            "All": str(policy.spf).rpartition(" ")[2],
            "TTL": str(policy.from_domain_txt_ttl),
            # What others may refuse comes first: a rollback then has less to undo.
            **_after(request.identity.identity_id),
        },
        statements=[
            *_zone_statements(request, writer),
            # Whether the stack rolls back while the function works. And whether another resource needs the include: a
            # construct that got another name.
            aws_iam.PolicyStatement(
                actions=["cloudformation:DescribeStackEvents", "cloudformation:ListStackResources"],
                resources=[Stack.of(request.scope).stack_id],
            ),
        ],
        wildcards=CHANGE_WILDCARD,
    )


def _zone_properties(request: PublishRequest, writer: ZoneWriter) -> dict[str, Json]:
    """What each of our functions that writes records gets."""
    role = {"RoleArn": writer.role_arn, "ExternalId": writer.external_id}
    zone = request.zone
    return {
        "HostedZoneId": zone.hosted_zone_id,
        **({} if zone.name is None else {"ZoneName": zone.name.text}),
        "Domain": request.domain.text,
        **{name: value for name, value in role.items() if value},
    }


def _zone_statements(request: PublishRequest, writer: ZoneWriter) -> list[aws_iam.PolicyStatement]:
    """What such a function may do: become the role, or write into the zone.

    At any name there: an update deletes what the new template does not know any more.
    """
    if writer.role_arn:
        return [aws_iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[writer.role_arn])]
    return read_and_write(Stack.of(request.scope).partition, request.zone.hosted_zone_id)


def _after(logical_id: str) -> dict[str, Json]:
    """Makes the resource wait for another one."""
    return {"After": {"Ref": logical_id}} if logical_id else {}
