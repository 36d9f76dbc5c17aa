"""A view of a zone: the record sets that are in view, what is known beside them, and how receivers read them.

`ZoneView` comes first, then DMARC records and DKIM keys; texts are in `texts`, SPF records in `spf_walk`. Texts that hold a CDK
token are left out; `ZoneView.hidden` counts them.

`ZoneView.zone_of` leads to the other zones that were read together with it. Not handled: records outside of all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token, readable
from ses_email_auth.records.dkim import DkimKeyRecord
from ses_email_auth.records.dmarc import DmarcReading, DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.hosts import is_easy_dkim_target, is_feedback_mx
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, RecordInView
from ses_email_auth.zone.spf_walk import SpfWalk, spf_in_view
from ses_email_auth.zone.texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ses_email_auth.publication.alignment import AlignmentProof
    from ses_email_auth.zone.spf_walk import SpfInView
    from ses_email_auth.zone.texts import InView, PlaceOfText, TextInView

_DOMAINKEY = "._domainkey."
# RFC 6376 section 3.6.1: unknown words in h=, s= and t= are ignored, and n= is for people.
_IGNORED_VALUES = ("h", "s", "t", "n")
_QUOTED = re.compile(r"(['\"])(.{24}).+?\1")  # enough of a text to know it by, too little for any part of a key
_MAX_SENTENCE = 200  # characters


class World(Protocol):
    """The zones that were read together, as one of them sees them: those of another stage or account are not there for it."""

    def zone_of(self, name: DomainName, asker: ZoneView) -> ZoneView | None:
        """What is in view of the zone that `name` belongs to, for the zone `asker`; None if it is not known."""

    def spf_walk(self) -> SpfWalk:
        """Where SPF records lead that stand in these zones."""

    @property
    def holds_whole_zones(self) -> bool:
        """Whether any zone of the world is whole in view."""


@dataclass(frozen=True, kw_only=True)
class ZoneView:
    """The records of one hosted zone that are in view, and what is known beside them.

    Args:
        records: the record sets, of our constructs or as files declare them.
        zone: the name of the zone; None if it is not known. Default: - not known
        complete: whether these are all records of the zone: a zone file, what Route 53 lists, or what the user says is all.
            Default: False
        planned: whether it is what the user says: the records are those of a deploy, and not what DNS has. Default: False
        created: whether the files in view make the zone, so that most of its records are likely to stand beside it.
            Default: False
        identities: SES identities for names of the zone, where files declare them. Default: - none
        dnssec_signed: whether the zone is signed with DNSSEC; None if it is not known. Default: - not known
        dmarc_elsewhere: DMARC records outside of the view, as the user gave them, by the domain they speak for. Default: - none
        dmarc_parsed: DMARC records of our constructs by their text, so that they are not parsed again. Default: - none
        dmarc_undecided: domains that publish no DMARC record of their own because the user said nothing. Default: - none
        spf_by_hand: SPF records that the user adds by hand, by their name. Default: - none
        easy_dkim_bits: the key length that is asked of Easy DKIM. Default: - not known
        feedback_by_mail: the domain of an identity without a configuration set, whose bounces and complaints come by mail
            alone. Default: - none
        own_selectors: the selectors of own keys (BYODKIM) with which SES signs, and their domains. Default: - none
        proofs: what our constructs prove about DMARC alignment. Default: - nothing
        world: the zones that were read together with this one. Default: - this one alone
    """

    records: tuple[RecordInView, ...]
    zone: DomainName | None = None
    """The name of the zone; None if it is not known."""

    complete: bool = False
    """Whether these are all records of the zone: a zone file, what Route 53 lists, or what the user says is all."""

    planned: bool = False
    """Whether it is what the user says: the records are those of a deploy, and not what DNS has."""

    created: bool = False
    """Whether the files in view make the zone, so that most of its records are likely to stand beside it."""

    identities: tuple[DeclaredIdentity, ...] = ()
    """SES identities for names of the zone, where files declare them."""

    dnssec_signed: bool | None = None
    """Whether the zone is signed with DNSSEC; None if it is not known."""

    dmarc_elsewhere: Mapping[DomainName, DmarcRecord] = field(default_factory=dict)
    """DMARC records outside of the view, as the user gave them, by the domain they speak for."""

    dmarc_parsed: Mapping[str, DmarcRecord] = field(default_factory=dict)
    """DMARC records of our constructs by their text, so that they are not parsed again."""

    dmarc_undecided: tuple[DomainName, ...] = ()
    """Domains that publish no DMARC record of their own because the user said nothing."""

    spf_by_hand: tuple[tuple[DomainName, SpfRecord], ...] = ()
    """SPF records that the user adds by hand, by their name."""

    easy_dkim_bits: int | None = None
    """The key length that is asked of Easy DKIM."""

    feedback_by_mail: DomainName | None = None
    """The domain of an identity without a configuration set, whose bounces and complaints come by mail alone."""

    own_selectors: tuple[tuple[str, DomainName], ...] = ()
    """The selectors of own keys (BYODKIM) with which SES signs, and their domains."""

    proofs: tuple[AlignmentProof, ...] = ()
    """What our constructs prove about DMARC alignment."""

    world: World | None = field(default=None, compare=False, repr=False)
    """The zones that were read together with this one."""

    @cached_property
    def texts(self) -> tuple[TextInView, ...]:
        """All TXT values whose text is known."""
        return tuple(texts_of(self.sets(RecordType.TXT)))

    @cached_property
    def seen(self) -> tuple[DeclaredRecordSet, ...]:
        """The record sets that files declare, which Route 53 might refuse."""
        return tuple(record for record in self.records if isinstance(record, DeclaredRecordSet))

    @cached_property
    def hidden(self) -> int:
        """How many record sets hold a token in their name or a value."""
        return sum(holds_token(str(record.name)) or any(map(holds_token, record.texts)) for record in self.records)

    @cached_property
    def dmarc(self) -> tuple[DmarcInView, ...]:
        """The DMARC records in view, as receivers read them."""
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
        """The DMARC records that receivers apply: the domain, the place, and the record as they read it."""
        return tuple((entry.domain, entry.where, entry.record) for entry in self.dmarc if entry.record is not None)

    @cached_property
    def spf(self) -> Mapping[DomainName, tuple[TextInView, ...]]:
        """The texts that receivers take as SPF records, by name."""
        by_name: dict[DomainName, list[TextInView]] = {}
        for text in self.texts:
            if SpfRecord.is_spf(text.text):
                by_name.setdefault(text.name, []).append(text)
        return {name: tuple(texts) for name, texts in by_name.items()}

    @cached_property
    def spf_records(self) -> tuple[SpfInView, ...]:
        """The texts of `spf`, as receivers read them."""
        return tuple(spf_in_view(text) for texts in self.spf.values() for text in texts)

    @cached_property
    def spf_walk(self) -> SpfWalk:
        """Where the SPF records in view lead, also through other zones that were read together with this one."""
        by_name: dict[DomainName, list[SpfInView]] = {}
        for entry in self.spf_records:
            if entry.record is not None:
                by_name.setdefault(entry.name, []).append(entry)
        walk = SpfWalk(lambda name: by_name.get(name, ()), self._walk_beyond)
        for name in by_name:
            walk.visit(name)
        return walk

    def _walk_beyond(self, name: DomainName) -> SpfWalk | None:
        """The walk that goes on at a name of another zone; None if nothing of that is in view."""
        zone = self.zone_of(name)
        return None if zone is None or zone is self or zone.world is None else zone.world.spf_walk()

    def spf_at(self, name: DomainName) -> tuple[SpfInView, ...]:
        """The SPF records at one name that receivers can read; none if there are several that are no alternatives."""
        texts: dict[str | None, dict[str, TextInView]] = {}
        for text in texts_of(self.at(name, RecordType.TXT)):
            if SpfRecord.is_spf(text.text):
                texts.setdefault(text.set_identifier, {})[text.text] = text
        # RFC 7208 section 4.5: several are a permerror. Or two files disagree about the name.
        only = [text for same in texts.values() if len(same) == 1 for text in same.values()]
        entries = tuple(spf_in_view(text) for text in only) if len(only) == len(texts) else ()
        return tuple(entry for entry in entries if entry.record is not None)

    @cached_property
    def ses_senders(self) -> frozenset[DomainName]:
        """The domains that send through Amazon SES, as far as can be seen: those of identities, and those with Easy DKIM."""
        senders = {identity.domain for identity in self.identities}
        for record in self.sets(RecordType.CNAME):
            if isinstance(record.name, DomainName) and record.texts and is_easy_dkim_target(record.texts[0]):
                _, _, domain = record.name.text.partition(_DOMAINKEY)
                senders.add(DomainName(domain) if domain and record.name.is_known else None)
        return frozenset(domain for domain in senders if domain is not None)

    @cached_property
    def dkim(self) -> tuple[DkimInView, ...]:
        """The TXT values at selectors, which verifiers take for DKIM keys."""
        return tuple(_dkim_in_view(self.texts))

    @cached_property
    def mail_from_mx(self) -> Mapping[DomainName, tuple[str, ...]]:
        """All MX values at each name that has a feedback host of SES among them, which makes it a MAIL FROM domain."""
        hosts: dict[DomainName, list[str]] = {}
        for record in self.sets(RecordType.MX):
            if isinstance(record.name, DomainName):
                hosts.setdefault(record.name, []).extend(record.texts)
        return {name: tuple(texts) for name, texts in hosts.items() if any(map(is_feedback_mx, texts))}

    @cached_property
    def _by_type(self) -> Mapping[RecordType | None, tuple[RecordInView, ...]]:
        by_type: dict[RecordType | None, list[RecordInView]] = {}
        for record in self.records:
            by_type.setdefault(record.type, []).append(record)
        return {record_type: tuple(records) for record_type, records in by_type.items()}

    @cached_property
    def _by_name(self) -> Mapping[DomainName, RecordInView | list[RecordInView]]:
        """Of most names there is one set: a list for each would double the memory that a large zone takes."""
        by_name: dict[DomainName, RecordInView | list[RecordInView]] = {}
        for record in self.records:
            if isinstance(record.name, DomainName):
                known = by_name.setdefault(record.name, record)
                if isinstance(known, list):
                    known.append(record)
                elif known is not record:
                    by_name[record.name] = [known, record]
        return by_name

    @cached_property
    def unknown_names(self) -> tuple[DomainName | KnownAfterDeploy, ...]:
        """The names of record sets that are written at the deploy: each may be any name, or any selector."""
        return tuple(
            record.name
            for record in self.records
            if record.name is not None and (isinstance(record.name, KnownAfterDeploy) or not record.name.is_known)
        )

    @cached_property
    def _by_place(self) -> Mapping[str, tuple[InView, ...]]:
        by_place: dict[str, list[InView]] = {}
        for record in self.records:
            by_place.setdefault(record.place, []).append(record)
        for identity in self.identities:
            by_place.setdefault(identity.name, []).append(identity)
        return {place: tuple(things) for place, things in by_place.items()}

    def placed(self, where: str) -> tuple[InView, ...]:
        """The record sets at `<name> <type>`, or the identities of a name or an address; none for another text."""
        return self._by_place.get(where, ())

    def sets(self, record_type: RecordType) -> tuple[RecordInView, ...]:
        """The record sets of one type."""
        return self._by_type.get(record_type, ())

    @property
    def in_dns(self) -> bool:
        """Whether the records are what DNS has, and not what a deploy will write."""
        return self.complete and not self.planned

    def all_at(self, name: DomainName) -> tuple[RecordInView, ...]:
        """The record sets at `name`, of any type."""
        found = self._by_name.get(name, [])
        return tuple(found) if isinstance(found, list) else (found,)

    def at(self, name: DomainName, *types: RecordType) -> tuple[RecordInView, ...]:
        """The record sets of these types at `name`."""
        found = self._by_name.get(name)
        if found is None:
            return ()
        return tuple(record for record in (found if isinstance(found, list) else (found,)) if record.type in types)

    def answers(self, name: DomainName, *types: RecordType) -> tuple[RecordInView, ...]:
        """The record sets of these types that DNS answers with for `name`: its own, else those of a wildcard above it."""
        if name in self._by_name:  # RFC 4592 section 3.3.1: a name that exists is answered by no wildcard
            return self.at(name, *types)
        above = name.parent
        while above is not None:
            wildcard = self.at(above.child("*"), *types)
            if wildcard:
                return wildcard
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

    def zone_of(self, name: DomainName) -> ZoneView | None:
        """What is in view of the zone that `name` belongs to: this view, or that of another zone that was read with it.

        None if nothing of it is in view, or it is not known which zone it is: that of one stage or of another.
        """
        if self.world is not None:
            return self.world.zone_of(name, self)
        is_here = name in self._by_name if self.zone is None else name.is_at_or_below(self.zone) is True
        return self if is_here else None

    @property
    def sees_whole_zones(self) -> bool:
        """Whether this zone, or any that was read with it, is whole in view."""
        return self.complete or (self.world is not None and self.world.holds_whole_zones)

    def whole_zone_of(self, name: DomainName) -> ZoneView | None:
        """As `zone_of`, if absence counts: the zone is whole in view, and does not delegate `name` to another one."""
        zone = self.zone_of(name) if self.sees_whole_zones else None
        if zone is None or not zone.complete or zone.zone is None or zone.is_delegated(name):
            return None
        return zone


@dataclass(frozen=True, slots=True)
class DmarcInView:
    """A TXT value at `_dmarc` that receivers take as a DMARC record."""

    domain: DomainName
    source: TextInView
    reading: DmarcReading

    @property
    def where(self) -> PlaceOfText:
        """The record, for findings."""
        return self.source.where

    @property
    def record(self) -> DmarcRecord | None:
        """The record as receivers read it; None if they ignore it."""
        return self.reading.record


# DKIM keys (RFC 6376 sections 3.6.1 and 3.6.2). Every TXT at `<selector>._domainkey.<domain>` is a key record to verifiers.
# Not so at `_domainkey` itself (DomainKeys policies, RFC 4870) and at names such as `_adsp._domainkey` (RFC 5617) and
# `_report._domainkey` (RFC 6651): no selector has an underscore.


@dataclass(frozen=True, slots=True)
class DkimInView:
    """A TXT value at a selector."""

    source: TextInView
    selector: str
    domain: str
    key: DkimKeyRecord | None
    """The key as verifiers read it; None if they cannot use it."""

    problem: str = ""
    """What is wrong with the text, without any part of a key; empty if nothing is."""

    @property
    def where(self) -> PlaceOfText:
        """The record, for findings."""
        return self.source.where

    @property
    def is_wildcard(self) -> bool:
        """Whether it stands at a wildcard, which answers for all selectors that do not exist."""
        return self.selector.startswith("*")


def _dkim_in_view(texts: Iterable[TextInView]) -> Iterator[DkimInView]:
    """The values of `texts` that verifiers take as keys, good or bad."""
    for text in texts:
        selector, _, domain = text.name.text.partition(_DOMAINKEY)
        if domain and "_" not in selector and text.name.is_known:
            key, problem = _read_key(text.text)
            yield DkimInView(text, selector, domain, key, problem)


def keys_in_view(view: ZoneView) -> Iterator[tuple[DkimInView, DkimKeyRecord, bool]]:
    """The keys that verifiers can read, and whether an identity in view signs with the selector."""
    own = {
        (identity.own_selector.lower(), str(identity.domain))
        for identity in view.identities
        if identity.own_selector is not None
    }
    own |= {(selector.lower(), domain.text) for selector, domain in view.own_selectors}
    for entry in view.dkim:
        if entry.key is not None:
            yield entry, entry.key, (entry.selector, entry.domain) in own


def _read_key(text: str, problem: str = "") -> tuple[DkimKeyRecord | None, str]:
    """The key, and the first thing that is wrong with the text; values that verifiers ignore are passed over."""
    try:
        return DkimKeyRecord.parse(text), problem
    except RecordSyntaxError as error:
        rest = _without_ignored_value(text, error)
        if rest is None:
            return None, _sentence(error)
        return _read_key(rest, problem or _sentence(error))


def _without_ignored_value(text: str, error: RecordSyntaxError) -> str | None:
    """`text` without the tag in whose value the fault is, if verifiers do without that tag."""
    at = error.span[0]
    start = text.rfind(";", 0, at) + 1
    name, equals, _ = text[start:at].partition("=")
    if not equals or name.strip() not in _IGNORED_VALUES:
        return None
    end = text.find(";", at)
    return text[:start].rstrip("; ") if end < 0 else text[:start] + text[end + 1 :]


def _sentence(error: RecordSyntaxError) -> str:
    return _QUOTED.sub(r"\1\2...\1", readable(error.message))[:_MAX_SENTENCE]
