"""What a rule looks at: the record sets of a zone that are in view, and what is known beside them.

Texts that hold a CDK token are left out of what rules see; `hidden` counts them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.dmarc import DmarcReading, DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.publication.alignment import AlignmentProof

__all__ = ["DmarcInView", "TextInView", "ZoneView"]


@dataclass(frozen=True, slots=True)
class TextInView:
    """One TXT value, its strings joined."""

    name: DomainName
    text: str

    @property
    def where(self) -> str:
        """The record, for findings."""
        return f"{self.name} TXT"


@dataclass(frozen=True, slots=True)
class DmarcInView:
    """A TXT value at `_dmarc` that receivers take as a DMARC record."""

    domain: DomainName
    where: str
    reading: DmarcReading

    @property
    def record(self) -> DmarcRecord | None:
        """What receivers make of it; None if they ignore it."""
        return self.reading.record


@dataclass(frozen=True, kw_only=True)
class ZoneView:
    """The records of one hosted zone, as far as somebody can see them."""

    records: tuple[ResourceRecordSet, ...]
    zone: DomainName | None = None
    """The name of the zone; None if it is not known."""

    complete: bool = False
    """Whether these are all records of the zone: a zone file, or what Route 53 lists."""

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

    proofs: tuple[AlignmentProof, ...] = ()

    @cached_property
    def texts(self) -> tuple[TextInView, ...]:
        """All TXT values that can be read."""
        return tuple(
            TextInView(record.name, text)
            for record in self.records
            if record.type is RecordType.TXT and isinstance(record.name, DomainName)
            for text in record.texts
            if not holds_token(text)
        )

    @property
    def hidden(self) -> int:
        """How many record sets hold a token in name or value."""
        return sum(holds_token(str(record.name)) or any(map(holds_token, record.texts)) for record in self.records)

    @cached_property
    def dmarc(self) -> tuple[DmarcInView, ...]:
        """The DMARC records in view, by receivers' reading."""
        return tuple(
            DmarcInView(domain, text.where, self._reading(text.text))
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
    def spf(self) -> Mapping[DomainName, tuple[str, ...]]:
        """The SPF texts by name."""
        found: dict[DomainName, tuple[str, ...]] = {}
        for text in self.texts:
            if SpfRecord.is_spf(text.text):
                found[text.name] = (*found.get(text.name, ()), text.text)
        return found

    def sets(self, record_type: RecordType) -> tuple[ResourceRecordSet, ...]:
        """The record sets of one type."""
        return tuple(record for record in self.records if record.type is record_type)

    def at(self, name: DomainName, *types: RecordType) -> tuple[ResourceRecordSet, ...]:
        """The record sets of these types at `name`."""
        return tuple(record for record in self.records if record.name == name and record.type in types)

    def answers(self, name: DomainName, *types: RecordType) -> tuple[ResourceRecordSet, ...]:
        """The record sets of these types that DNS answers with for `name`: its own, else those of a wildcard above it."""
        own = self.at(name, *RecordType)
        if own:  # RFC 4592 section 3.3.1: a name that exists is answered by no wildcard
            return tuple(record for record in own if record.type in types)
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
