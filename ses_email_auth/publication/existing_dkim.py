"""The DKIM records of an identity that stands already (Amazon SES API reference v2, "DkimAttributes").

Its tokens and the zone of its keys are read from SES by a person. Not handled: a selector of one's own (BYODKIM), whose record
stands before SES has the key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.dkim_wish import DkimWish
from ses_email_auth.publication.wish_values import domain, text_list
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.ses.hosts import dkim_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ses_email_auth.domain_name import DomainName

__all__ = ["ExistingKeys", "existing_keys"]

_TOKENS = 3
_TOKEN = re.compile(r"[a-z0-9]{32}")
_WHERE = "aws sesv2 get-email-identity --email-identity <domain>"


@dataclass(frozen=True, slots=True)
class ExistingKeys(DkimWish):
    """Keys of an identity that was made elsewhere."""

    tokens: tuple[str, ...]
    """Three, or none if the records are not ours."""

    signing_zone: str
    """Where SES keeps the keys."""

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """A CNAME record for each token."""
        return {
            f"DkimRecord{n}": ResourceRecordSet(
                identity.child(f"{token}._domainkey"), RecordType.CNAME, ttl, (f"{token}.{self.signing_zone}",)
            )
            for n, token in enumerate(self.tokens, start=1)
        }


def existing_keys(tokens: Iterable[str], signing_zone: object, region: str | None) -> ExistingKeys:
    """The keys, with all arguments checked.

    Raises:
        EmailAuthError: for anything but no token or three different ones, and if the zone of the keys is not known.
    """
    hint = f"pass the three of DkimAttributes.Tokens ({_WHERE})"
    entries = text_list("dkim_tokens", tokens, "['<token>', '<token>', '<token>']")
    for token in entries:
        if not holds_token(token) and _TOKEN.fullmatch(token) is None:
            raise EmailAuthError(
                f"'dkim_tokens' must hold tokens of 32 letters and digits in lower case, got {token!r}; {hint}"
            )
    if len(entries) not in {0, _TOKENS} or len(set(entries)) != len(entries):
        raise EmailAuthError(f"'dkim_tokens' must hold three different tokens, got {list(entries)!r}; {hint}")
    if signing_zone is not None:
        if not entries:
            raise EmailAuthError("'dkim_signing_zone' has no use without 'dkim_tokens'; leave it out")
        return ExistingKeys(entries, domain("dkim_signing_zone", signing_zone).text)
    if entries and region is None:
        raise EmailAuthError(
            "'dkim_signing_zone' must be given in a stack without a region; pass DkimAttributes.SigningHostedZone, for "
            "example 'dkim.amazonses.com'"
        )
    return ExistingKeys(entries, "" if region is None else dkim_zone(region))
