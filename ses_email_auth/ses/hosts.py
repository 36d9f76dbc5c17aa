"""Hosts of Amazon SES in other people's records: the feedback host of a MAIL FROM domain, the targets of Easy DKIM (guide:
"Using a custom MAIL FROM domain" and "Easy DKIM in Amazon SES"; AWS General Reference, "Amazon SES endpoints and quotas").

For reading only. What we publish comes from `regions` and from `Fn::GetAtt`: the target of a DKIM CNAME varies by cell.
"""

from __future__ import annotations

import re

__all__ = ["REGIONS_WITH_DKIM_ZONE", "dkim_zone", "feedback_region", "is_easy_dkim_target", "is_feedback_mx"]

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
