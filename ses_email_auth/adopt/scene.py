"""The records and identities before and after a deploy, as single findings ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ses_email_auth.adopt.template_moves import owner_of
from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.zone.declared import declared_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ses_email_auth.adopt.template_moves import Entry
    from ses_email_auth.zone.declared import DeclaredIdentity

_SUBDOMAIN = "FromDomainTxt"  # and a hyphen and the name, below the construct


@dataclass(frozen=True)
class Scene:
    """What is in view before the deploy and after it."""

    before: Sequence[Entry]
    after: Sequence[Entry]
    """What the new state declares, and what stays of the old one although it leaves."""

    @cached_property
    def mx_hosts(self) -> frozenset[str]:
        """The hosts that an MX leads to after the deploy."""
        texts = (text for entry in self.after if entry.type is RecordType.MX for text in entry.texts)
        return frozenset(text.rpartition(" ")[2].removesuffix(".").lower() for text in texts)

    def is_ours(self, gone: Entry) -> bool:
        """Whether the construct of ours that published a record is still there, so that its props bring it back."""
        construct, child = owner_of(gone)
        return bool(child) and any(owner_of(entry)[0] == construct and owner_of(entry)[1] for entry in self.after)

    def from_subdomains(self, gone: Entry) -> list[str]:
        """The prop of our construct that brings the SPF record of a subdomain back; empty for another record."""
        construct, child = owner_of(gone)
        _, _, subdomain = child.partition(f"{_SUBDOMAIN}-")
        kept = [owner_of(entry)[1].partition(f"{_SUBDOMAIN}-")[2] for entry in self.after if owner_of(entry)[0] == construct]
        return [*filter(None, dict.fromkeys(kept)), subdomain] if subdomain else []

    def spf_at(self, name: str) -> Sequence[str]:
        """The SPF records at a name after the deploy."""
        return self._spf.get(name.removesuffix("."), ())

    @cached_property
    def _spf(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in self.after:
            if entry.type is RecordType.TXT:
                found.setdefault(entry.key[0], []).extend(filter(SpfRecord.is_spf, entry.texts))
        return found

    def mail_from_use(self, name: str) -> Literal["stays", "gone", ""]:
        """Whether an identity still uses the MAIL FROM domain `name` after the deploy; empty if no identity ever says so."""
        if any(
            identity.mail_from_domain is not None and identity.mail_from_domain.text == name for identity in self.identities
        ):
            return "stays"
        users = (entry.resource.identity for entry in self.before if entry.record is None)
        used = any(
            user is not None and user.mail_from_domain is not None and user.mail_from_domain.text == name for user in users
        )
        return "gone" if used else ""

    @cached_property
    def identities(self) -> tuple[DeclaredIdentity, ...]:
        """Those that are there after the deploy."""
        return tuple(
            entry.resource.identity for entry in self.after if entry.record is None and entry.resource.identity is not None
        )

    def identities_before(self, domain: str) -> Iterator[DeclaredIdentity]:
        """The identities of a domain before the deploy."""
        for entry in self.before:
            identity = entry.resource.identity
            if entry.record is None and identity is not None and identity.domain is not None and identity.domain.text == domain:
                yield identity

    def identities_after(self, domain: str) -> Iterator[DeclaredIdentity]:
        """The identities of a domain after the deploy."""
        for identity in self.identities:
            if identity.domain is not None and identity.domain.text == domain:
                yield identity

    def inherited_dmarc(self, domain: str) -> tuple[str, str] | None:
        """The organizational domain above `domain` and its DMARC record, where that was in view before the deploy."""
        name = declared_name(domain)
        above = name.organizational if isinstance(name, DomainName) and name.is_known else None
        if above is None or above == name:
            return None
        wanted = f"_dmarc.{above}"
        for entry in self.before:
            if entry.key == (wanted, "TXT"):
                text = next(filter(DmarcRecord.is_dmarc, entry.texts), None)
                if text is not None:
                    return above.text, text
        return None
