"""Hosts of Amazon SES in records: in SPF, in the CNAMEs of Easy DKIM, and in MX (guide: "Using a custom MAIL FROM domain",
"Easy DKIM in Amazon SES", "Receiving email").

For reading, but for `SPF_INCLUDE`: what we publish comes from `regions` and from `Fn::GetAtt`. Three hosts are alike:
feedback-smtp.<region>.amazonses.com takes bounces, inbound-smtp.<region>.amazonaws.com receives mail,
email-smtp.<region>.amazonaws.com sends it. Not handled: suffixes of other partitions, which are documented nowhere, and the
addresses behind the SPF include, which change without notice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ses_email_auth.ses.regions import SENDING_REGIONS, can_send

# One name for all regions. The guide prints "v=spf1 include:amazonses.com ~all" for the MAIL FROM domain (2026-11). It costs
# one DNS lookup (RFC 7208 section 4.6.4): the record behind it holds ip4 terms alone (dig outputs of 2026).
SPF_INCLUDE = "amazonses.com"

_SUFFIX = "amazonses.com"
_INBOUND_SUFFIX = "amazonaws.com"
_WRITE = f"write feedback-smtp.<region>.{_SUFFIX} with the region that sends"
_EASY_DKIM_TARGET = re.compile(r"\.dkim(?:\.([a-z0-9-]+))?\.amazonses\.com\.?\Z", re.IGNORECASE)
_FEEDBACK_HOST = "feedback-smtp."
_FEEDBACK_REGION = re.compile(r"feedback-smtp\.([a-z0-9-]+)\.amazonses\.com\.?", re.IGNORECASE)
_REGION_FORM = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]")


def is_easy_dkim_target(target: str) -> bool:
    """Whether `target` of a CNAME is a key that SES keeps for a domain: `<token>.dkim.amazonses.com`, or a cell's."""
    return _EASY_DKIM_TARGET.search(target) is not None


def is_feedback_mx(value: str) -> bool:
    """Whether the MX value (`10 host`) names a feedback host of SES, perhaps misspelt or of a region not known yet."""
    return value.rpartition(" ")[2].lower().startswith(_FEEDBACK_HOST)


def feedback_region(value: str) -> str | None:
    """The region in an MX value (`10 feedback-smtp.<region>.amazonses.com`); None for another host and one not known yet."""
    match = _FEEDBACK_REGION.fullmatch(value.rpartition(" ")[2])
    return None if match is None else match[1].lower()


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
