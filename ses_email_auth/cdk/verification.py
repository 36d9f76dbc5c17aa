"""Waiting for SES: a custom resource that is done when SES has verified the identity and its MAIL FROM domain.

A function runs at most 15 minutes (Lambda quotas), and a minute is kept for its answer. Not handled: longer waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack, aws_iam

from ses_email_auth.cdk.custom_resource import custom_resource
from ses_email_auth.cdk.route53_dns import Route53Dns
from ses_email_auth.cdk.waiting import wait_seconds
from ses_email_auth.publication.dkim_keys import ManagedKey, OwnKey, selector_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import CfnResource
    from constructs import Construct

    from ses_email_auth.cdk.dns import Dns, ZoneFacts
    from ses_email_auth.cdk.record_resources import Json
    from ses_email_auth.publication.dkim_keys import DkimKeys
    from ses_email_auth.publication.sending import SendingPlan

__all__ = ["verification"]

_FUNCTION_MINUTES = 15


def verification(
    scope: Construct, sending: SendingPlan, wait: Duration, dns: Dns, zone: ZoneFacts, after: Iterable[CfnResource]
) -> CfnResource:
    """The child `Verification` of `scope`: done when `sending` is verified, failed when that takes longer than `wait`.

    Args:
        scope: the construct with the identity.
        sending: what is waited for.
        wait: how long.
        dns: where the records go; a hosted zone in the account of the stack is read when the time is over.
        zone: what is known of that zone.
        after: what has to stand before there is anything to wait for.
    """
    stack, identity = Stack.of(scope), sending.identity.text
    zone_id = zone.hosted_zone_id if isinstance(dns, Route53Dns) else ""
    named: dict[str, str] = {
        "MailFrom": "" if sending.mail_from is None else sending.mail_from.text,
        "Selector": _selector(sending.dkim),
        "HostedZoneId": zone_id,
    }
    properties: dict[str, Json] = {
        "Identity": identity,
        **{name: value for name, value in named.items() if value},
        "Dkim": type(sending.dkim).__name__,
        "Seconds": str(wait_seconds(wait)),
    }
    resource = custom_resource(
        scope,
        "Verification",
        concern="verification",
        resource_type="Custom::SesEmailAuthVerification",
        properties=properties,
        statements=_statements(stack, identity, zone_id, sets_mail_from=sending.mail_from is not None),
        timeout=Duration.minutes(_FUNCTION_MINUTES),
    )
    resource.node.add_dependency(*after)
    return resource


def _selector(dkim: DkimKeys) -> str:
    """The selector that SES has to sign with; empty where SES chooses."""
    if isinstance(dkim, OwnKey):
        return dkim.selector
    return selector_of(dkim.selector, dkim.generation) if isinstance(dkim, ManagedKey) else ""


def _statements(stack: Stack, identity: str, zone_id: str, *, sets_mail_from: bool) -> list[aws_iam.PolicyStatement]:
    actions = ["ses:GetEmailIdentity", *(["ses:PutEmailIdentityMailFromAttributes"] if sets_mail_from else [])]
    arn = stack.format_arn(service="ses", resource="identity", resource_name=identity)
    statements = [
        aws_iam.PolicyStatement(actions=actions, resources=[arn]),
        # A stack that rolls back is not kept waiting.
        aws_iam.PolicyStatement(actions=["cloudformation:DescribeStacks"], resources=[stack.stack_id]),
    ]
    if zone_id:
        zone = f"arn:{stack.partition}:route53:::hostedzone/{zone_id}"
        read = ["route53:GetHostedZone", "route53:ListResourceRecordSets"]
        statements.append(aws_iam.PolicyStatement(actions=read, resources=[zone]))
    return statements
