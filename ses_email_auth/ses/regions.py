"""Where Amazon SES exists, and what its hosts are called there (AWS General Reference, "Amazon SES endpoints and quotas").

A new region is a row of `_REGIONS`. In a stack without a region, what depends on the region is `KnownAfterDeploy`.

Not handled: the API and SMTP endpoints (the SDK knows them), and the targets of DKIM CNAMEs (they vary by cell; only
`Fn::GetAtt` knows them).
"""

from __future__ import annotations

from dataclasses import dataclass

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token


@dataclass(frozen=True, slots=True)
class Partition:
    """A group of regions with accounts of its own."""

    name: str
    """What `AWS::Partition` gives."""

    url_suffix: str = "amazonaws.com"
    """What `AWS::URLSuffix` gives."""

    has_ses: bool = True


# By the beginning of region codes; all other regions are in the partition "aws".
_PARTITIONS = {
    "cn-": Partition("aws-cn", "amazonaws.com.cn", has_ses=False),  # no endpoint of SES at all (botocore 1.44.5)
    "us-gov-": Partition("aws-us-gov"),
}
_COMMERCIAL = Partition("aws")


@dataclass(frozen=True, slots=True)
class _Region:
    code: str

    receives: bool = True
    """Whether SES also receives mail there."""

    has_dkim_zone: bool = False
    """Whether the keys of Easy DKIM stand in a zone of the region's own, by the published table."""


# The regions that the documentation names; SES sends mail from all of them. Checked 2026-11-24.
# Source: AWS General Reference, and the same list twice in botocore 1.44.5 (the endpoints of ses and the enum
# DkimSigningAttributesOrigin of sesv2); a test compares it with the installed botocore.
# receives: AWS General Reference, "Email receiving endpoints" (quoted 2026-08-20: 22 regions, the others are named as not
# supported); the CloudFormation schema of AWS::SES::ReceiptRule is missing in exactly these others (2026-11).
# has_dkim_zone: AWS General Reference, "DKIM domains" (three Terraform modules of 2026 carry the same list). Cells of a region
# have zones beside it, such as a31d.dkim.us-west-2.amazonses.com, so the table cannot prove a target wrong.
_REGIONS = (
    _Region("af-south-1", has_dkim_zone=True),
    _Region("ap-northeast-1"),
    _Region("ap-northeast-2"),
    _Region("ap-northeast-3", has_dkim_zone=True),
    _Region("ap-south-1"),
    _Region("ap-south-2", receives=False, has_dkim_zone=True),
    _Region("ap-southeast-1"),
    _Region("ap-southeast-2"),
    _Region("ap-southeast-3", has_dkim_zone=True),
    _Region("ap-southeast-5", receives=False, has_dkim_zone=True),
    _Region("ca-central-1"),
    _Region("ca-west-1", receives=False, has_dkim_zone=True),
    _Region("eu-central-1"),
    _Region("eu-central-2", receives=False, has_dkim_zone=True),
    _Region("eu-north-1"),
    _Region("eu-south-1", has_dkim_zone=True),
    _Region("eu-west-1"),
    _Region("eu-west-2"),
    _Region("eu-west-3"),
    _Region("il-central-1", has_dkim_zone=True),
    _Region("me-central-1", receives=False, has_dkim_zone=True),
    _Region("me-south-1"),
    _Region("sa-east-1"),
    _Region("us-east-1"),
    _Region("us-east-2"),
    _Region("us-gov-east-1", receives=False, has_dkim_zone=True),
    _Region("us-gov-west-1", receives=False),
    _Region("us-west-1"),
    _Region("us-west-2"),
)
SENDING_REGIONS = frozenset(region.code for region in _REGIONS)
RECEIVING_REGIONS = frozenset(region.code for region in _REGIONS if region.receives)
REGIONS_WITH_DKIM_ZONE = frozenset(region.code for region in _REGIONS if region.has_dkim_zone)


def partition_of(region: str) -> Partition:
    """The partition of a region, also of one that is not documented."""
    return next((partition for start, partition in _PARTITIONS.items() if region.startswith(start)), _COMMERCIAL)


def can_send(region: str | None) -> bool | None:
    """Whether SES sends mail from `region`; None if that is unknown: no region yet, a token, or a region not documented."""
    if region is None or holds_token(region):
        return None
    if not partition_of(region).has_ses:
        return False
    return True if region in SENDING_REGIONS else None


def can_receive(region: str | None) -> bool | None:
    """Whether SES receives mail in `region`; None if that is unknown, as with `can_send`."""
    if can_send(region) is not True:
        return can_send(region)
    return region in RECEIVING_REGIONS


def dkim_zone(region: str) -> str:
    """The zone of the keys of Easy DKIM in `region`, by the published table; a cell can have another one."""
    return f"dkim.{region}.amazonses.com" if region in REGIONS_WITH_DKIM_ZONE else "dkim.amazonses.com"


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
    if not partition_of(region).has_ses:
        raise EmailAuthError(f"Amazon SES does not exist in the China region {region!r}; deploy the stack to another region")
