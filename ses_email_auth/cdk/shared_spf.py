"""Amazon SES in an SPF record that others own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack, aws_iam

from ses_email_auth.cdk.custom_resource import custom_resource
from ses_email_auth.cdk.zone_permissions import CHANGE_WILDCARD
from ses_email_auth.ses.hosts import SPF_INCLUDE

if TYPE_CHECKING:
    from aws_cdk import CfnResource

    from ses_email_auth.cdk.dns import Publication
    from ses_email_auth.cdk.record_resources import Json
    from ses_email_auth.cdk.record_writer import Writer
    from ses_email_auth.publication.policy import PolicyPlan

__all__ = ["shared_spf"]


def shared_spf(publication: Publication, writer: Writer, policy: PolicyPlan) -> CfnResource:
    """The custom resource that adds the include, and takes back what it added."""
    # What somebody else may refuse comes first: a rollback then has less to undo.
    gate = publication.gate or publication.gate_of_others
    after: dict[str, Json] = {"After": {"Ref": gate}} if gate else {}
    stack = Stack.of(publication.scope)
    return custom_resource(
        publication.scope,
        "FromDomainTxt",
        concern="shared_spf",
        resource_type="Custom::SesEmailAuthSharedSpf",
        properties={
            **writer.properties(publication),
            "Name": policy.domain.text,
            "Include": SPF_INCLUDE,
            # Only for a record that is made, as the TTL.
            "All": str(policy.spf).rpartition(" ")[2],
            "TTL": str(policy.from_domain_txt_ttl),
            **after,
        },
        statements=[
            *writer.statements(stack, publication.zone.hosted_zone_id),
            # Whether another resource needs the include: a construct that got another name.
            aws_iam.PolicyStatement(actions=["cloudformation:ListStackResources"], resources=[stack.stack_id]),
        ],
        wildcards=CHANGE_WILDCARD,
    )
