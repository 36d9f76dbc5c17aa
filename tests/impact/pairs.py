"""The table of `impact`: what is deployed, what shall be deployed, and what a person must be told of it.

Each row is thought through from what CloudFormation, Route 53, SES and receivers do, never from what the code says. A finding
is written `severity id name`; `a|b` means that one of both must be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import (
    aws_sns,
)

from ses_email_auth import (
    DmarcPolicy,
    DmarcRecord,
    SpfRecord,
)
from tests.cdk.stacks import new_stack
from tests.impact.inputs import (
    DOMAIN,
    GOOGLE,
    MICROSOFT,
    REPORTS,
    TOKEN,
    Cdk,
    Deployed,
    ours,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.impact.inputs import Input


EMPTY = Cdk(lambda app: aws_sns.Topic(new_stack(app, "Mail"), "Bounces"))
APEX, DMARC, BOUNCE, NEWS = DOMAIN, f"_dmarc.{DOMAIN}", f"bounce.{DOMAIN}", f"news.{DOMAIN}"


NONE, QUARANTINE, REJECT = DmarcPolicy.NONE, DmarcPolicy.QUARANTINE, DmarcPolicy.REJECT

FULL: dict[str, Any] = {
    "spf_includes": [GOOGLE, MICROSOFT],
    "from_domain_txt_values": [TOKEN, "MS=ms12345678"],
    "dmarc_policy": DmarcPolicy.QUARANTINE,
    "dmarc_rua": [REPORTS, "reports@example.net"],
}
STRICT: dict[str, Any] = {"dmarc_rua": [REPORTS], "dmarc_policy": DmarcPolicy.REJECT}
PLAIN: dict[str, Any] = {"dmarc_policy": NONE, "dmarc_rua": [REPORTS]}
SAME = Deployed(ours(**PLAIN))


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One row."""

    id: str
    reason: str
    """Why it must be said, or must not."""

    old: Input
    new: Input
    says: tuple[str, ...] = ()
    """All errors and warnings: `severity id name`."""

    may: tuple[str, ...] = ()
    """Ids of errors and warnings that may be said too, since they say the same loss in another word."""

    infos: tuple[str, ...] = ()
    """Infos that must be said, as `id name`."""

    words: Mapping[str, tuple[str, ...]] | None = None
    """By id: what must stand in the message or the fix."""

    silent: bool = False
    """Whether not even an info may be said."""

    paste: tuple[str, ...] = ()
    """The arguments that the fix gives, to be pasted into the construct of NEW: then nothing is lost."""

    after: tuple[str, ...] = ()
    """Ids of warnings that stay when it is pasted."""


def with_tags(**fields: Any) -> dict[str, Any]:
    """A DMARC record with reports, as a prop."""
    return {"dmarc": DmarcRecord(rua=[REPORTS], **fields)}


def with_spf(text: str) -> dict[str, Any]:
    """An SPF record of other senders, as a prop."""
    return {"dmarc_rua": [REPORTS], "spf": SpfRecord.parse(text)}
