"""CDK apps with none of our constructs, and what the checks say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import CfnResource, Stack, aws_route53, aws_ses

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.run import check_all
from ses_email_auth.sources.read import read
from ses_email_auth.sources.views import views

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from constructs import Construct

    from ses_email_auth.checks.finding import Finding


def findings(*paths: str | Path) -> tuple[Finding, ...]:
    """What `lint` finds."""
    return check_all(views(read(paths)))


def above_info(found: Iterable[Finding]) -> list[str]:
    """The findings that a person must act on, as text."""
    return [
        f"{finding.severity.value} {finding} at {finding.where}" for finding in found if finding.severity is not Severity.INFO
    ]


def record(scope: Construct, construct_id: str, zone_id: str, name: str, kind: str, *values: str, **more: Any) -> CfnResource:
    """A record set as an L1."""
    return aws_route53.CfnRecordSet(
        scope, construct_id, hosted_zone_id=zone_id, name=name, type=kind, ttl="300", resource_records=list(values), **more
    )


def sending_domain(stack: Stack, domain: str, zone_id: str, *, apex_spf: str = "v=spf1 include:amazonses.com ~all") -> None:
    """A domain whose mail passes, by hand: identity, DKIM, MAIL FROM, SPF and DMARC."""
    l1 = aws_ses.CfnEmailIdentity
    identity = l1(
        stack,
        "Identity",
        email_identity=domain,
        mail_from_attributes=l1.MailFromAttributesProperty(mail_from_domain=f"bounce.{domain}"),
    )
    for number in (1, 2, 3):
        name = getattr(identity, f"attr_dkim_dns_token_name{number}")
        value = getattr(identity, f"attr_dkim_dns_token_value{number}")
        record(stack, f"Dkim{number}", zone_id, name, "CNAME", value)
    record(stack, "Mx", zone_id, f"bounce.{domain}.", "MX", f"10 feedback-smtp.{stack.region}.amazonses.com")
    record(stack, "MailFromSpf", zone_id, f"bounce.{domain}.", "TXT", '"v=spf1 include:amazonses.com ~all"')
    record(stack, "Spf", zone_id, f"{domain}.", "TXT", f'"{apex_spf}"')
    record(stack, "Dmarc", zone_id, f"_dmarc.{domain}.", "TXT", f'"v=DMARC1; p=reject; rua=mailto:dmarc@{domain}"')
    record(stack, "Inbound", zone_id, f"{domain}.", "MX", "10 mx.example.net.")
