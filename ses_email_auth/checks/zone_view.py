"""What a rule looks at: the record sets of a zone that are in view, and what is known beside them.

Texts that hold a CDK token are left out of what rules see; `hidden` counts them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.checks.dkim_view import DkimInView, dkim_in_view
from ses_email_auth.checks.seen import RecordInView, SeenIdentity, SeenRecordSet
from ses_email_auth.checks.spf_walk import SpfInView, SpfWalk, spf_in_view
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.dmarc import DmarcReading, DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.hosts import is_easy_dkim_target, is_feedback_mx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.publication.alignment import AlignmentProof

__all__ = ["DmarcInView", "InView", "TextInView", "ZoneView"]

InView: TypeAlias = "RecordInView | SeenIdentity"
"""What a finding can be about."""


@dataclass(frozen=True, slots=True)
class TextInView:
    """One TXT value, its strings joined."""

    name: DomainName
    text: str
    record: RecordInView
    """The set that holds it."""

    @property
    def where(self) -> str:
        """The record, for findings."""
        return f"{self.name} TXT"

    @property
    def set_identifier(self) -> str | None:
        """Of a routing policy: DNS answers with one of the sets at the name, never with texts of two of them."""
        return self.record.set_identifier if isinstance(self.record, SeenRecordSet) else None


@dataclass(frozen=True, slots=True)
class DmarcInView:
    """A TXT value at `_dmarc` that receivers take as a DMARC record."""

    domain: DomainName
    source: TextInView
    reading: DmarcReading

    @property
    def where(self) -> str:
        """The record, for findings."""
        return self.source.where

    @property
    def record(self) -> DmarcRecord | None:
        """What receivers make of it; None if they ignore it."""
        return self.reading.record


@dataclass(frozen=True, kw_only=True)
class ZoneView:
    """The records of one hosted zone, as far as somebody can see them."""

    records: tuple[RecordInView, ...]
    zone: DomainName | None = None
    """The name of the zone; None if it is not known."""

    complete: bool = False
    """Whether these are all records of the zone: a zone file, or what Route 53 lists."""

    identities: tuple[SeenIdentity, ...] = ()
    """SES identities for names of the zone, where files declare them."""

    dnssec_signed: bool | None = None
    dmarc_elsewhere: Mapping[DomainName, DmarcRecord] = field(default_factory=dict)
    """DMARC records outside of the view that somebody told of, by the domain they speak for."""

    dmarc_parsed: Mapping[str, DmarcRecord] = field(default_factory=dict)
    """DMARC records of ours by their text, so that they need not be read again."""

    dmarc_undecided: tuple[DomainName, ...] = ()
    """Domains that publish no DMARC record of their own because nothing was said."""

    spf_by_hand: tuple[tuple[DomainName, SpfRecord], ...] = ()
    """SPF records that somebody wants to add by hand."""

    easy_dkim_bits: int | None = None
    """The key length that was asked of Easy DKIM."""

    feedback_by_mail: DomainName | None = None
    """The domain of an identity without a configuration set, whose bounces and complaints come by mail alone."""

    own_selectors: tuple[tuple[str, DomainName], ...] = ()  # with which SES signs by a key of one's own, by domain
    proofs: tuple[AlignmentProof, ...] = ()

    @cached_property
    def texts(self) -> tuple[TextInView, ...]:
        """All TXT values that can be read."""
        return tuple(
            TextInView(record.name, text, record)
            for record in self.sets(RecordType.TXT)
            if isinstance(record.name, DomainName)
            for value, text in zip(record.values, record.texts, strict=True)
            if not (isinstance(value, KnownAfterDeploy) or holds_token(text))
        )

    @cached_property
    def seen(self) -> tuple[SeenRecordSet, ...]:
        """The record sets that were read from files, which Route 53 might refuse."""
        return tuple(record for record in self.records if isinstance(record, SeenRecordSet))

    @cached_property
    def hidden(self) -> int:
        """How many record sets hold a token in name or value."""
        return sum(holds_token(str(record.name)) or any(map(holds_token, record.texts)) for record in self.records)

    @cached_property
    def dmarc(self) -> tuple[DmarcInView, ...]:
        """The DMARC records in view, by receivers' reading."""
        return tuple(
            DmarcInView(domain, text, self._reading(text.text))
            for text in self.texts
            if text.name.text.startswith("_dmarc.") and DmarcRecord.is_dmarc(text.text)
            for domain in (DomainName(text.name.text.removeprefix("_dmarc.")),)
        )

    def _reading(self, text: str) -> DmarcReading:
        return DmarcReading(self.dmarc_parsed[text], ()) if text in self.dmarc_parsed else DmarcRecord.read(text)

    @cached_property
    def dmarc_records(self) -> tuple[tuple[DomainName, str, DmarcRecord], ...]:
        """The DMARC records that receivers apply: the domain, where, and what they make of it."""
        return tuple((entry.domain, entry.where, entry.record) for entry in self.dmarc if entry.record is not None)

    @cached_property
    def spf(self) -> Mapping[DomainName, tuple[TextInView, ...]]:
        """The texts that receivers take as SPF records, by name."""
        found: dict[DomainName, list[TextInView]] = {}
        for text in self.texts:
            if SpfRecord.is_spf(text.text):
                found.setdefault(text.name, []).append(text)
        return {name: tuple(texts) for name, texts in found.items()}

    @cached_property
    def spf_records(self) -> tuple[SpfInView, ...]:
        """The texts of `spf`, each read once."""
        return tuple(spf_in_view(text) for texts in self.spf.values() for text in texts)

    @cached_property
    def spf_walk(self) -> SpfWalk:
        """Where the SPF records in view lead."""
        return SpfWalk.through(self.spf_records)

    @cached_property
    def ses_senders(self) -> frozenset[DomainName]:
        """The domains that send through Amazon SES, as far as can be seen: those of identities, and those with Easy DKIM."""
        found = {identity.domain for identity in self.identities}
        for record in self.sets(RecordType.CNAME):
            if isinstance(record.name, DomainName) and record.texts and is_easy_dkim_target(record.texts[0]):
                _, _, domain = record.name.text.partition("._domainkey.")
                found.add(DomainName(domain) if domain and record.name.is_known else None)
        return frozenset(domain for domain in found if domain is not None)

    @cached_property
    def dkim(self) -> tuple[DkimInView, ...]:
        """The TXT values at selectors, which verifiers take as DKIM keys."""
        return tuple(dkim_in_view(self.texts))

    @cached_property
    def mail_from_mx(self) -> Mapping[DomainName, tuple[str, ...]]:
        """All MX values at each name that has a feedback host of SES among them, which makes it a MAIL FROM domain."""
        found: dict[DomainName, list[str]] = {}
        for record in self.sets(RecordType.MX):
            if isinstance(record.name, DomainName):
                found.setdefault(record.name, []).extend(record.texts)
        return {name: tuple(texts) for name, texts in found.items() if any(map(is_feedback_mx, texts))}

    @cached_property
    def _by_type(self) -> Mapping[RecordType | None, tuple[RecordInView, ...]]:
        found: dict[RecordType | None, list[RecordInView]] = {}
        for record in self.records:
            found.setdefault(record.type, []).append(record)
        return {kind: tuple(records) for kind, records in found.items()}

    @cached_property
    def _by_name(self) -> Mapping[DomainName, list[RecordInView]]:
        found: dict[DomainName, list[RecordInView]] = {}
        for record in self.records:
            if isinstance(record.name, DomainName):
                found.setdefault(record.name, []).append(record)
        return found

    @cached_property
    def _by_place(self) -> Mapping[str, tuple[InView, ...]]:
        found: dict[str, list[InView]] = {}
        for record in self.records:
            found.setdefault(record.place, []).append(record)
        for identity in self.identities:
            found.setdefault(identity.name, []).append(identity)
        return {place: tuple(things) for place, things in found.items()}

    def placed(self, where: str) -> tuple[InView, ...]:
        """The record sets at `<name> <type>`, or the identities of a name or an address; none for another text."""
        return self._by_place.get(where, ())

    def sets(self, record_type: RecordType) -> tuple[RecordInView, ...]:
        """The record sets of one type."""
        return self._by_type.get(record_type, ())

    def all_at(self, name: DomainName) -> tuple[RecordInView, ...]:
        """The record sets at `name`, of any type."""
        return tuple(self._by_name.get(name, ()))

    def at(self, name: DomainName, *types: RecordType) -> tuple[RecordInView, ...]:
        """The record sets of these types at `name`."""
        return tuple(record for record in self._by_name.get(name, ()) if record.type in types)

    def answers(self, name: DomainName, *types: RecordType) -> tuple[RecordInView, ...]:
        """The record sets of these types that DNS answers with for `name`: its own, else those of a wildcard above it."""
        if name in self._by_name:  # RFC 4592 section 3.3.1: a name that exists is answered by no wildcard
            return self.at(name, *types)
        above = name.parent
        while above is not None:
            found = self.at(above.child("*"), *types)
            if found:
                return found
            above = above.parent
        return ()

    def is_delegated(self, name: DomainName) -> bool:
        """Whether `name` belongs to another zone that is delegated from this one (RFC 1034 section 4.2.1)."""
        above: DomainName | None = name
        while above is not None and above != self.zone:
            if self.at(above, RecordType.NS):
                return True
            above = above.parent
        return False
