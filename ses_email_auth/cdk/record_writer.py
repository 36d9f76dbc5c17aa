"""Records that our own function writes: into a zone of another account, or over records that exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Stack, aws_iam

from ses_email_auth.cdk.custom_resource import custom_resource
from ses_email_auth.cdk.record_resources import record_set_properties
from ses_email_auth.cdk.zone_permissions import CHANGE_WILDCARD, read_and_write

if TYPE_CHECKING:
    from aws_cdk import CfnResource

    from ses_email_auth.cdk.dns import Publication
    from ses_email_auth.cdk.record_resources import Json

__all__ = ["Writer", "written_records"]


@dataclass(frozen=True, slots=True)
class Writer:
    """As whom our functions write into a hosted zone."""

    role_arn: str = ""
    """The role in the account of the zone; empty in the own account."""

    external_id: str = ""

    def properties(self, publication: Publication) -> dict[str, Json]:
        """What each of our functions that writes records gets."""
        named = {"RoleArn": self.role_arn, "ExternalId": self.external_id}
        zone = publication.zone
        return {
            "HostedZoneId": zone.hosted_zone_id,
            **({} if zone.name is None else {"ZoneName": zone.name.text}),
            "Domain": publication.domain.text,
            **{name: value for name, value in named.items() if value},
        }

    def statements(self, stack: Stack, zone_id: str) -> list[aws_iam.PolicyStatement]:
        """What such a function may do: become the role, or write into the zone.

        At any name there: an update deletes what the new template does not know any more.
        """
        if self.role_arn:
            return [aws_iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[self.role_arn])]
        return read_and_write(stack.partition, zone_id)


def written_records(publication: Publication, writer: Writer, *, adopt: bool) -> CfnResource:
    """One custom resource for all record sets of a domain."""
    # The records that hold attributes of the identity wait for it by themselves, all others have to.
    after: dict[str, Json] = {"After": {"Ref": publication.gate}} if publication.gate else {}
    stack = Stack.of(publication.scope)
    return custom_resource(
        publication.scope,
        "Records",
        concern="record_writer",
        resource_type="Custom::SesEmailAuthRecords",
        properties={
            **writer.properties(publication),
            **({"Adopt": "true"} if adopt else {}),
            "RecordSets": [record_set_properties(each, publication.origins) for each in publication.records.values()],
            **after,
        },
        statements=[
            *writer.statements(stack, publication.zone.hosted_zone_id),
            # Whether an update was refused: what was never written must not be taken back. And who has taken over a record.
            aws_iam.PolicyStatement(
                actions=["cloudformation:DescribeStackEvents", "cloudformation:ListStackResources"], resources=[stack.stack_id]
            ),
        ],
        wildcards=CHANGE_WILDCARD,
    )
