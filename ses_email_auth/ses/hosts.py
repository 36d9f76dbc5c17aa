"""Hosts of Amazon SES in other people's records: the feedback host of a MAIL FROM domain, the targets of Easy DKIM (guide:
"Using a custom MAIL FROM domain" and "Easy DKIM in Amazon SES"; AWS General Reference, "Amazon SES endpoints and quotas").

For reading only. What we publish comes from `regions` and from `Fn::GetAtt`: the target of a DKIM CNAME varies by cell.

Misspelt hosts of Amazon SES in MX records (guide: "Using a custom MAIL FROM domain", "Receiving email").

Three hosts are alike: feedback-smtp.<region>.amazonses.com takes bounces, inbound-smtp.<region>.amazonaws.com receives mail,
email-smtp.<region>.amazonaws.com sends it. Not handled: suffixes of other partitions, which are documented nowhere.

The SPF include of Amazon SES (guide: "Using a custom MAIL FROM domain"; RFC 7208 sections 4.6.4 and 5.2).

The addresses behind it are not handled: they change without notice, and only DNS knows them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ses_email_auth.ses.regions import SENDING_REGIONS, can_send

__all__ = [
    "REGIONS_WITH_DKIM_ZONE",
    "SPF_INCLUDE",
    "HostFault",
    "dkim_zone",
    "feedback_region",
    "host_fault",
    "is_easy_dkim_target",
    "is_feedback_mx",
]

# Regions whose DKIM zone is dkim.<region>.amazonses.com by the published table; in the others it is dkim.amazonses.com.
# AWS General Reference, "DKIM domains" (three Terraform modules of 2026 carry the same list; checked 2026-11-24). Cells of a
# region have zones beside it, such as a31d.dkim.us-west-2.amazonses.com, so the table cannot prove a target wrong.
REGIONS_WITH_DKIM_ZONE = frozenset(
    {
        "af-south-1",
        "ap-northeast-3",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-5",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "il-central-1",
        "me-central-1",
        "us-gov-east-1",
    }
)

_EASY_DKIM_TARGET = re.compile(r"\.dkim(?:\.([a-z0-9-]+))?\.amazonses\.com\.?\Z", re.IGNORECASE)
_FEEDBACK_HOST = "feedback-smtp."
_FEEDBACK_REGION = re.compile(r"feedback-smtp\.([a-z0-9-]+)\.amazonses\.com\.?", re.IGNORECASE)


def is_easy_dkim_target(target: str) -> bool:
    """Whether `target` of a CNAME is a key that SES keeps for a domain: `<token>.dkim.amazonses.com`, or a cell's."""
    return _EASY_DKIM_TARGET.search(target) is not None


def dkim_zone(region: str) -> str:
    """The zone of the DKIM keys of `region` by the published table; a cell can have another one."""
    return f"dkim.{region}.amazonses.com" if region in REGIONS_WITH_DKIM_ZONE else "dkim.amazonses.com"


def is_feedback_mx(value: str) -> bool:
    """Whether the MX value (`10 host`) names a feedback host of SES, perhaps misspelt or of a region not known yet."""
    return value.rpartition(" ")[2].lower().startswith(_FEEDBACK_HOST)


def feedback_region(value: str) -> str | None:
    """The region in an MX value (`10 feedback-smtp.<region>.amazonses.com`); None for another host and one not known yet."""
    found = _FEEDBACK_REGION.fullmatch(value.rpartition(" ")[2])
    return None if found is None else found[1].lower()


_REGION_FORM = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]")
_SUFFIX = "amazonses.com"
_INBOUND_SUFFIX = "amazonaws.com"
_WRITE = f"write feedback-smtp.<region>.{_SUFFIX} with the region that sends"


@dataclass(frozen=True, slots=True)
class HostFault:
    """What is wrong with a host."""

    reason: str
    """Goes on from the host: `names no region`."""

    fix: str
    is_sure: bool = True
    """False for a region that is not documented: new ones appear."""


def host_fault(host: str) -> HostFault | None:
    """Why no mail server of SES is at `host`, which looks like one; None for right hosts and for hosts of others."""
    first, _, rest = host.lower().removesuffix(".").partition(".")
    if first == "feedback-smtp":
        return _feedback_fault(rest)
    if first == "inbound-smtp" and (rest == _SUFFIX or rest.endswith(f".{_SUFFIX}")):
        return HostFault(
            f"is no host of SES; the hosts that receive mail end in {_INBOUND_SUFFIX}",
            f"write inbound-smtp.<region>.{_INBOUND_SUFFIX}",
        )
    if first == "email-smtp" and rest.endswith(f".{_INBOUND_SUFFIX}"):
        return HostFault(
            "is where SES takes mail to send; it accepts none from other mail servers",
            f"{_WRITE}, or inbound-smtp.<region>.{_INBOUND_SUFFIX} to receive mail",
        )
    if first.startswith("feedback") and (
        rest.endswith((_SUFFIX, _INBOUND_SUFFIX)) and rest.partition(".")[0] in SENDING_REGIONS
    ):
        return HostFault("is no host of SES; its feedback hosts begin with feedback-smtp", _WRITE)
    return None


def _feedback_fault(rest: str) -> HostFault | None:
    region, _, suffix = rest.partition(".")
    if rest in {_SUFFIX, _INBOUND_SUFFIX}:
        return HostFault("names no region", _WRITE)
    if suffix == _SUFFIX:
        return _region_fault(region)
    if region not in SENDING_REGIONS:
        return None
    if suffix.startswith(f"{_SUFFIX}."):  # a zone file adds its origin to a name without the final dot
        return HostFault(
            f"goes on behind {_SUFFIX}", f"write feedback-smtp.{region}.{_SUFFIX}; in a zone file with a final dot"
        )
    return HostFault(f"does not end in {_SUFFIX}", f"write feedback-smtp.{region}.{_SUFFIX}")


def _region_fault(region: str) -> HostFault | None:
    if region in SENDING_REGIONS:
        return None
    if can_send(region) is False:
        return HostFault("names a China region, where SES does not exist", _WRITE)
    if _REGION_FORM.fullmatch(region):
        return HostFault("names a region where no feedback host of SES is documented", _WRITE, is_sure=False)
    return HostFault("names no region", _WRITE)


# One name for all regions. The guide prints "v=spf1 include:amazonses.com ~all" for the MAIL FROM domain (2026-11). It costs
# one DNS lookup: the record behind it holds ip4 terms alone (dig outputs of 2026).
SPF_INCLUDE = "amazonses.com"
