"""Rules on SPF records and on texts that were meant to be records (RFC 7208 sections 3.2, 4.5, 4.6.4, 5.1)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import InvalidDomainName, RecordSyntaxError
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.spf import SpfQualifier, SpfRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import TextInView, ZoneView

__all__ = ["TEXT_RULES"]

_MAX_LOOKUPS = 10
_NEARLY_MAX = 9
_MEANT = re.compile(r"v\s*=\s*(spf1|dmarc1|dkim1)(?![\w.-])|(spf1)\s", re.IGNORECASE)
# Quotes, zero-width characters and direction marks, which text takes along from documents; NFKC turns odd spaces into spaces.
_DRESSING = re.compile(r"[\"'\u2018-\u201f\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]+")


def _records(view: ZoneView) -> Iterator[tuple[DomainName, SpfRecord]]:
    for name, texts in view.spf.items():
        for text in texts:
            try:
                yield name, SpfRecord.parse(text)
            except RecordSyntaxError:
                continue


def _spf_multiple(view: ZoneView) -> Iterator[Fault]:
    for name, texts in view.spf.items():
        if len(texts) > 1:
            yield Fault(
                where=f"{name} TXT",
                message=f"{name} has {len(texts)} SPF records; receivers answer permerror and believe none",
                fix="merge them into one: spf_includes=[...] or spf=SpfRecord.parse(...)",
            )


def _spf_pass_all(view: ZoneView) -> Iterator[Fault]:
    for name, record in _records(view):
        if record.all_qualifier is SpfQualifier.PASS:
            yield Fault(
                where=f"{name} TXT", message="+all lets every host of the internet send as the domain", fix="use ~all or -all"
            )


def _spf_lookups(view: ZoneView) -> Iterator[Fault]:
    records = dict(_records(view))
    for name in records:
        lookups = _lookups(name, records, frozenset())
        if lookups < _NEARLY_MAX:
            continue
        over = lookups > _MAX_LOOKUPS
        yield Fault(
            where=f"{name} TXT",
            message=(
                f"SPF needs {lookups} DNS lookups or more; receivers stop at {_MAX_LOOKUPS} with permerror"
                if over
                else f"SPF needs {lookups} DNS lookups or more, and {_MAX_LOOKUPS} are allowed"
            ),
            fix="drop includes that nobody sends through any more, or send from a subdomain" if over else "",
            severity=Severity.ERROR if over else Severity.INFO,
        )


def _lookups(name: DomainName, records: dict[DomainName, SpfRecord], path: frozenset[DomainName]) -> int:
    """The lookups of a record and of what it includes, as far as that is in view."""
    record = records[name]
    total = record.dns_lookups
    for target in (*record.includes, *(() if record.redirect is None else (record.redirect,))):
        try:
            included = DomainName(target)
        except InvalidDomainName:  # a macro, or a name that no zone of ours can hold
            continue
        if included in records and included not in path:
            total += _lookups(included, records, path | {name})
    return total


def _near_miss(view: ZoneView) -> Iterator[Fault]:
    for text in view.texts:
        meant = _MEANT.match(_DRESSING.sub("", unicodedata.normalize("NFKC", text.text)).lstrip())
        if meant is None:
            continue
        trouble = _trouble(text, (meant[1] or meant[2]).lower())
        if trouble is not None:
            yield Fault(where=text.where, message=f"{text.text!r} {trouble}", fix="type the record by hand, in plain ASCII")


def _trouble(text: TextInView, meant: str) -> str | None:
    """Why a text that looks like a record is none, or stands where nobody looks for it."""
    if not text.text.isascii():
        return f"looks like a {meant} record, but holds characters that are not ASCII"
    if meant == "spf1":
        return None if SpfRecord.is_spf(text.text) else "looks like SPF, but an SPF record starts with 'v=spf1 '"
    labels = text.name.labels
    if meant == "dmarc1":
        if "_dmarc" not in labels:
            return f"is a DMARC record at {text.name}; receivers look at _dmarc only"
        return None if DmarcRecord.is_dmarc(text.text) else "looks like DMARC, but a DMARC record starts with 'v=DMARC1;'"
    return None if "_domainkey" in labels else f"is a DKIM key at {text.name}; receivers look below _domainkey only"


TEXT_RULES = (
    Rule(
        id="spf-multiple",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="Two SPF records at one name are a permerror for all mail of that name.",
        reference="RFC 7208 section 4.5",
        faults=_spf_multiple,
    ),
    Rule(
        id="spf-pass-all",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="+all authorizes every sender of the world, and receivers treat it as a sign of spam.",
        reference="RFC 7208 section 5.1",
        faults=_spf_pass_all,
    ),
    Rule(
        id="spf-too-many-lookups",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="More than 10 lookups are a permerror. Only includes whose records are in view are followed.",
        reference="RFC 7208 section 4.6.4",
        faults=_spf_lookups,
    ),
    Rule(
        id="txt-near-miss",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="Text pasted from a document holds full-width letters, odd spaces or curly quotes; receivers see no record.",
        reference="RFC 7208 section 4.5, RFC 9989 section 4.8",
        faults=_near_miss,
    ),
)
