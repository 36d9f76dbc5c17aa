"""Rules on how an SPF record is written: its grammar, its strings, its type (RFC 7208 sections 3.1, 3.3 and 4.6).

Not handled: texts with characters that do not belong into a record, and texts that only look like one (`txt-near-miss`).
"""

from __future__ import annotations

import ipaddress
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import message_of, shown
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.route53_txt import txt_strings
from ses_email_auth.records.spf import VERSION, All, SpfRecord
from ses_email_auth.zone.declared import declared_name
from ses_email_auth.zone.texts import value_in_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.spf_walk import SpfInView
    from ses_email_auth.zone.texts import InView, PartInView
    from ses_email_auth.zone.view import ZoneView

_TWO_STRINGS = 3  # quotation marks in a value with more than one string, at the least
_TERM_SHOWN = 40
# The beginning of a term that is no part of a host name. A string cut by a machine at 255 octets begins like this only behind a
# space or a qualifier.
_BEGINS_TERM = re.compile(r"[+\-~?]?(?:(?:include|exists|ip4|ip6|mx|ptr|a):|(?:redirect|exp)=)|[+\-~?]all\Z", re.IGNORECASE)
_IP6 = re.compile(r"[+\-~?]?ip6:", re.IGNORECASE)
_NETWORK = re.compile(r"(?P<qualifier>[+\-~?]?)ip[46]:(?P<host>[^/%]+)(?P<length>(?:/[0-9]{1,3})?)", re.IGNORECASE)
_NAME = re.compile(r"[\w.-]")
_MECHANISMS = frozenset(("include", "a", "mx", "ptr", "ip4", "ip6", "exists", "ipv4", "ipv6", "all"))

_ONE_RECORD = f"write one record: {VERSION} once in front, the terms of both, and one all at the end"


@rule(
    id="spf-syntax",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="One term that breaks the grammar is a permerror for all mail of the name, before anything is evaluated.",
    reference="RFC 7208 section 4.6",
    example='example.com. 600 IN TXT "v=spf1 ipv4:192.0.2.1 ~all"',
)
def spf_syntax(view: ZoneView) -> Iterator[Fault]:
    joined: set[tuple[DomainName | None, str]] | None = None
    for entry in view.spf_records:
        error = entry.error
        if holds_second_record(entry):
            yield Fault(
                where=entry.where,
                message="two SPF records stand in one string: receivers stop at the all of the first, and ignore the second",
                fix=_ONE_RECORD,
            )
        if error is None or not error.source.isascii() or '"' in error.source:  # the last two are txt-near-miss's
            continue
        if joined is None:
            joined = {(join.name, join.text) for join in _joins(view)}
        if (entry.name, error.source) in joined:
            continue
        term = error.source[error.source.rfind(" ", 0, error.span[0]) + 1 :].partition(" ")[0]
        at = f" (in {shown(term, _TERM_SHOWN)})" if term not in error.message else ""
        yield Fault(
            where=entry.where,
            message=f"receivers answer permerror for all mail of {entry.name}: {message_of(error)}{at}",
            fix=_fix(term),
        )


def holds_second_record(entry: SpfInView) -> bool:
    """Whether `v=spf1` stands again behind `all`, where it is an unknown modifier (RFC 7208 section 6)."""
    if entry.record is None or entry.source.text.lower().count(VERSION) == 1:
        return False
    behind = itertools.dropwhile(lambda term: not isinstance(term, All), entry.record.terms)
    return any(str(term).lower() == VERSION for term in behind)


def _fix(term: str) -> str:
    if VERSION in term.lower():  # the one behind the all of the other, without a space between them
        return _ONE_RECORD
    match = _NETWORK.fullmatch(term)
    name = None if match is None or len(term) > _TERM_SHOWN else _meant_mechanism(match["host"])
    if match is None or name is None or term.lower().startswith(f"{match['qualifier']}{name}:"):
        return "correct the term, or take it out"
    return f"write {match['qualifier']}{name}:{visible(match['host'])}{match['length']}"


def _meant_mechanism(host: str) -> str | None:
    """The mechanism that takes what stands behind `ip4:` or `ip6:`."""
    try:
        return f"ip{ipaddress.ip_address(host).version}"
    except ValueError:
        name = declared_name(host)
    return "a" if name is not None and name.is_hostname and name.parent is not None and name.labels[-1].isalpha() else None


@rule(
    id="spf-string-join",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="The strings of a TXT record are joined without a space, which makes one broken term of two.",
    reference="RFC 7208 section 3.3",
    example='example.com. 600 IN TXT "v=spf1 include:a.example" "include:b.example ~all"',
)
def spf_string_join(view: ZoneView) -> Iterator[Fault]:
    for join in _joins(view):
        before, after = (shown(word, _TERM_SHOWN) for word in (join.before, join.after))
        yield Fault(
            where=f"{join.name} TXT",
            message=f"a string ends with {before} and the next one begins with {after}; receivers join them without a space, "
            "and answer permerror or see no SPF record",
            fix="put a space inside of the quotation marks, between the two terms",
            records=(join.value,),
        )


@dataclass(frozen=True, slots=True)
class _Join:
    """Two terms in two strings of one value, without a space between them."""

    value: InView | PartInView
    name: DomainName
    text: str
    """The strings, joined."""

    before: str
    after: str


def _joins(view: ZoneView) -> Iterator[_Join]:
    for record in view.sets(RecordType.TXT):
        if not isinstance(record.name, DomainName):
            continue
        for index, value in enumerate(record.values):
            strings = _strings(value)
            text = "".join(strings)
            if len(strings) > 1 and SpfRecord.is_spf(strings[0]) and not holds_token(text):
                for one, other in itertools.pairwise(strings):
                    before, after = one.rpartition(" ")[2], other.partition(" ")[0]
                    if _are_terms(before, after):
                        yield _Join(value_in_view(record, index), record.name, text, before, after)
                        break


def _strings(value: object) -> tuple[str, ...]:
    """The strings of a TXT value that its author has cut; nothing for one in one piece."""
    if isinstance(value, str):
        return txt_strings(value) if value.count('"') >= _TWO_STRINGS else ()
    return value if isinstance(value, tuple) else ()


def _are_terms(before: str, after: str) -> bool:
    """Whether these are an end and a beginning, and not the halves of one term that was cut at 255 octets."""
    if before.lower() == VERSION:  # with another character behind it the text is txt-near-miss's
        return _NAME.match(after) is not None
    if _IP6.match(before) and after.lower().startswith("a:"):  # a part of the address
        return False
    return before.strip("+-~?") != "" and _BEGINS_TERM.match(after) is not None


@rule(
    id="spf-equals-sign",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Mechanisms take ':'; a word with '=' that nobody knows is legal and ignored, and its senders fail.",
    reference="RFC 7208 section 6",
    example='example.com. 600 IN TXT "v=spf1 include=amazonses.com ~all"',
)
def spf_equals_sign(view: ZoneView) -> Iterator[Fault]:
    for entry in view.spf_records:
        for modifier in () if entry.record is None else entry.record.modifiers:
            name, _, value = str(modifier).partition("=")
            if name.lower() in _MECHANISMS:
                yield Fault(
                    where=entry.where,
                    message=f"{shown(str(modifier), _TERM_SHOWN)} allows nobody: with '=' it is a modifier, which receivers "
                    "ignore",
                    fix=f"write {name}:{visible(value[:_TERM_SHOWN])}",
                )


@rule(
    id="spf-type99",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Records of type SPF (99) were an experiment that has ended; only TXT records count.",
    reference="RFC 7208 section 3.1",
    example='example.com. 600 IN SPF "v=spf1 -all"',
)
def spf_type99(view: ZoneView) -> Iterator[Fault]:
    for record in view.seen:
        if record.type_text != "SPF":
            continue
        has_txt = isinstance(record.name, DomainName) and record.name in view.spf
        yield Fault(
            where=record.place,
            message="receivers ask for TXT alone; nobody reads a record of type SPF",
            fix="delete it; the TXT record is enough" if has_txt else "publish its text as TXT, and delete it",
        )
