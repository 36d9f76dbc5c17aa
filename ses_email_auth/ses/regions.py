"""Where Amazon SES exists, and the names of its hosts there (AWS General Reference, "Amazon SES endpoints and quotas").

A stack without a region is no fault: what depends on the region is then `KnownAfterDeploy`. Not handled: the API and SMTP
endpoints (the SDK knows them) and the targets of DKIM CNAMEs (they vary by cell; only `Fn::GetAtt` knows them).
"""

from __future__ import annotations

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token

__all__ = [
    "RECEIVING_REGIONS",
    "SENDING_REGIONS",
    "can_receive",
    "can_send",
    "default_mail_from_domain",
    "inbound_host",
    "mail_from_mx_host",
]

# Regions that the documentation names. Checked 2026-11-24: AWS General Reference, and the same list twice in botocore 1.44.5
# (the endpoints of ses and the enum DkimSigningAttributesOrigin of sesv2); the test compares it with the installed one.
SENDING_REGIONS = frozenset(
    {
        "af-south-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-5",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-gov-east-1",
        "us-gov-west-1",
        "us-west-1",
        "us-west-2",
    }
)

# AWS General Reference, "Email receiving endpoints" (quoted 2026-08-20: 22 regions, and these are named as not supported);
# the CloudFormation schema of AWS::SES::ReceiptRule is missing in exactly these regions (2026-11).
_SEND_ONLY_REGIONS = frozenset(
    {"ap-south-2", "ap-southeast-5", "ca-west-1", "eu-central-2", "me-central-1", "us-gov-east-1", "us-gov-west-1"}
)
RECEIVING_REGIONS = SENDING_REGIONS - _SEND_ONLY_REGIONS

# The partition aws-cn has no endpoint of SES at all (botocore 1.44.5).
_CHINA = "cn-"


def can_send(region: str | None) -> bool | None:
    """Whether SES sends mail from `region`; None if nobody can tell: no region yet, a token, or a region not documented."""
    if region is None or holds_token(region):
        return None
    if region.startswith(_CHINA):
        return False
    return True if region in SENDING_REGIONS else None


def can_receive(region: str | None) -> bool | None:
    """Whether SES receives mail in `region`; None if nobody can tell, as with `can_send`."""
    if can_send(region) is not True:
        return can_send(region)
    return region in RECEIVING_REGIONS


def mail_from_mx_host(region: str | None) -> str | KnownAfterDeploy:
    """The one host to which the MX record of a custom MAIL FROM domain points: `feedback-smtp.<region>.amazonses.com`.

    Args:
        region: an AWS region code; None or a text that holds a CDK token for a stack without a region.

    Raises:
        EmailAuthError: if SES does not exist in `region` (China), or no feedback host is documented there.
    """
    if region is None or holds_token(region):
        return KnownAfterDeploy("Region", "feedback-smtp.", ".amazonses.com")
    _refuse_china(region)
    if region not in SENDING_REGIONS:
        raise EmailAuthError(
            f"no MAIL FROM host of Amazon SES is documented for the region {region!r}; correct the region, or pass "
            f"mail_from_mx_host= with the host that the SES console of that region shows"
        )
    return f"feedback-smtp.{region}.amazonses.com"


def default_mail_from_domain(region: str | None) -> str | KnownAfterDeploy:
    """The MAIL FROM domain that SES uses when there is no custom one, or when its MX record is not found.

    The guide says "amazonses.com or a subdomain of that". Delivered mail shows `amazonses.com` itself in us-east-1 and
    `<region>.amazonses.com` in other regions (Authentication-Results headers seen 2026-11 for us-east-1, us-west-2 and
    ap-northeast-1). Unverified for the others, and for a region that is not documented. With a region known only after
    deployment the answer is the usual pattern, which us-east-1 does not follow.

    For explanations only: no record holds it.

    Raises:
        EmailAuthError: if SES does not exist in `region` (China).
    """
    if region is None or holds_token(region):
        return KnownAfterDeploy("Region", "", ".amazonses.com")
    _refuse_china(region)
    return "amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"


def inbound_host(region: str | None) -> str | KnownAfterDeploy:
    """The host to which the MX record of a domain that receives through SES points: `inbound-smtp.<region>.amazonaws.com`.

    It ends in `amazonaws.com`, unlike the MAIL FROM host.

    Raises:
        EmailAuthError: if SES does not receive mail in `region`.
    """
    if region is None or holds_token(region):
        return KnownAfterDeploy("Region", "inbound-smtp.", ".amazonaws.com")
    _refuse_china(region)
    if region not in RECEIVING_REGIONS:
        receiving = ", ".join(sorted(RECEIVING_REGIONS))
        raise EmailAuthError(f"Amazon SES does not receive mail in the region {region!r}; receive it in one of {receiving}")
    return f"inbound-smtp.{region}.amazonaws.com"


def _refuse_china(region: str) -> None:
    if region.startswith(_CHINA):
        raise EmailAuthError(f"Amazon SES does not exist in the China region {region!r}; deploy the stack to another region")
