"""Waiting for SES: a custom resource that is done when SES has verified the identity and its MAIL FROM domain.

A function runs at most 15 minutes (Lambda quotas), and a minute is kept for its answer. Examples wait as long as that allows:
the SOA of a zone at Route 53 lets resolvers remember for 900 seconds that a name was not there. Not handled: longer waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack, aws_iam

from ses_email_auth.cdk.custom_resource import LONGEST_MINUTES, custom_resource
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.dkim_keys import ManagedKey, OwnKey, selector_of
from ses_email_auth.publication.prop_values import seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import CfnResource
    from constructs import Construct

    from ses_email_auth.cdk.record_sets import Json
    from ses_email_auth.publication.dkim_keys import DkimKeys
    from ses_email_auth.publication.sending import SendingPlan

_PROP = "wait_for_verification"
_MAX_MINUTES = LONGEST_MINUTES - 1  # a minute is kept for the answer


def wait_seconds(wait: object) -> int:
    """The prop in seconds.

    Raises:
        EmailAuthError: if it is no Duration of whole seconds, from one second to 14 minutes.
    """
    if not isinstance(wait, Duration):
        raise EmailAuthError(f"{_PROP!r} must be a Duration, got {wait!r}; pass for example Duration.minutes(14)")
    length = seconds(_PROP, wait)
    if length == 0:
        raise EmailAuthError(f"{_PROP!r} must be longer than 0 seconds; leave it out to not wait")
    if length > _MAX_MINUTES * 60:
        raise EmailAuthError(
            f"{_PROP!r} must be at most {_MAX_MINUTES} minutes, since a Lambda function runs 15, got {length} seconds; for a "
            f"longer wait leave it out, deploy what needs the identity later in a stack of its own, and ask "
            f"'aws sesv2 get-email-identity' in between"
        )
    return length


def verification(
    scope: Construct, sending: SendingPlan, wait: Duration, zone_id: str, after: Iterable[CfnResource]
) -> CfnResource:
    """The child `Verification` of `scope`: done when `sending` is verified, failed when that takes longer than `wait`.

    Args:
        scope: the construct with the identity.
        sending: what is waited for.
        wait: how long.
        zone_id: the hosted zone in the account of the stack that is read when the time is over; empty for another place.
        after: what has to stand before there is anything to wait for.
    """
    stack, identity = Stack.of(scope), sending.identity.text
    named: dict[str, str] = {
        "MailFrom": "" if sending.mail_from is None else sending.mail_from.text,
        "Selector": _selector(sending.dkim),
        "HostedZoneId": zone_id,
    }
    properties: dict[str, Json] = {
        "Identity": identity,
        **{name: value for name, value in named.items() if value},
        # Another way of signing is another wait. The names of these classes stand in deployed templates.
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
        timeout=Duration.minutes(LONGEST_MINUTES),
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
