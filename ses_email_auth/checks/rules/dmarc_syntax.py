"""Rules on the text of DMARC records (RFC 9989 sections 4.7, 4.8 and 4.10.1; RFC 7489 section 6.4 for older receivers).

Not handled: texts that receivers pass over because of their version (`txt-near-miss`).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.dmarc import is_about_dmarc
from ses_email_auth.checks.rules.record_text import is_one_off, is_swapped, message_of, shown
from ses_email_auth.checks.rules.stray_text import meant_as, near_miss
from ses_email_auth.records.dmarc import DEFAULTS, KNOWN_TAGS, TAG_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.records.dmarc import DmarcProblem
    from ses_email_auth.zone.view import DmarcInView, ZoneView

_START = "v=DMARC1; p=none"
_MOST_PROBLEMS = 20  # a text can hold thousands
_LISTS = ("rua", "ruf")
_URI_AS_TAG = re.compile(r"mailto:|https?:", re.IGNORECASE)


def _first_problems(entry: DmarcInView, *, voids_record: bool) -> Iterator[DmarcProblem]:
    """The first problems of the whole record, or of single tags."""
    return islice((problem for problem in entry.reading.problems if problem.voids_record is voids_record), _MOST_PROBLEMS)


def _part_at(problem: DmarcProblem) -> str:
    """What stands between two `;` around the start of a problem."""
    source = problem.error.source
    start = source.rfind(";", 0, problem.error.span[0]) + 1
    return source[start:].partition(";")[0].strip()


def _tag_at(problem: DmarcProblem) -> str:
    """The name of the tag that a problem is in, in lower case."""
    return _part_at(problem).partition("=")[0].strip().lower()


def _is_of_uris(problem: DmarcProblem) -> bool:
    """Whether a problem is about report URIs, so that `dmarc-rua-not-uri` speaks about it."""
    if _URI_AS_TAG.match(_part_at(problem)):
        return True
    return not problem.voids_record and _tag_at(problem) in _LISTS


def is_of_rua(problem: DmarcProblem) -> bool:
    """Whether `dmarc-rua-not-uri` says of a problem that no report comes."""
    return _is_of_uris(problem) and _tag_at(problem) != "ruf"


@rule(
    id="dmarc-syntax",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="A record that breaks the grammar, or has a wrong p, sp or np, is ignored or enforces nothing.",
    reference="RFC 9989 section 4.10.1",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=block; rua=mailto:dmarc@example.com"',
)
def dmarc_syntax(view: ZoneView) -> Iterator[Fault]:
    yield from _without_version(view)
    for entry in view.dmarc:
        voids = [problem.error for problem in _first_problems(entry, voids_record=True) if not _is_of_uris(problem)]
        if not voids or near_miss(view, entry.source) is not None:  # that rule says it
            continue
        more = f" (and {len(voids) - 1} more)" if len(voids) > 1 else ""
        effect = "receivers apply no DMARC" if entry.record is None else "receivers act as if it said p=none"
        yield Fault(
            where=entry.where,
            message=f"{message_of(voids[0])}{more}" + ("" if "receivers" in voids[0].message else f"; {effect}"),
            fix=f"correct the record; a right one begins with '{_START}'",
        )


def _without_version(view: ZoneView) -> Iterator[Fault]:
    """Records at `_dmarc` that begin with something else than the version, so that they are none (RFC 9989 section 4.7)."""
    right = {(entry.source.name, entry.source.set_identifier) for entry in view.dmarc}
    for text in view.texts:
        at_dmarc = text.name.text.startswith("_dmarc.") and (text.name, text.set_identifier) not in right
        if at_dmarc and is_about_dmarc(text.text) and meant_as(text.text) is None:
            yield Fault(
                where=text.where,
                message=f"{shown(text.text)} does not begin with 'v=DMARC1;', so receivers pass over it",
                fix="begin it with 'v=DMARC1; p=', the other tags behind",
            )


_HISTORIC = ("rf", "ri")


@rule(
    id="dmarc-bad-value",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="A tag with a value that it cannot have is read as if it were not there.",
    reference="RFC 9989 section 4.8",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; adkim=strict"',
)
def dmarc_bad_value(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dmarc:
        for problem in _first_problems(entry, voids_record=False):
            tag = _tag_at(problem)
            if tag not in DEFAULTS:
                continue
            without_effect = tag in _HISTORIC or (tag == "fo" and entry.record is not None and not entry.record.ruf)
            yield Fault(
                where=entry.where,
                message=f"{message_of(problem.error)}; receivers take {tag}={DEFAULTS[tag]}",
                fix=f"correct it, or leave out {tag}",
                severity=Severity.INFO if without_effect else Severity.WARNING,
            )


# RFC 7489 section 6.4: dmarc-version, dmarc-sep, then dmarc-request.
_P_IS_SECOND = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*;[ \t]*p[ \t]*=", re.IGNORECASE)


@rule(
    id="dmarc-p-not-second",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="The older standard wants p as the second tag, and readers that are strict ignore a record without it.",
    reference="RFC 7489 section 6.3",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; rua=mailto:dmarc@example.com; p=reject"',
)
def dmarc_p_not_second(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dmarc:
        record = entry.record
        if record is None or _P_IS_SECOND.match(entry.source.text) or _is_void(entry):
            continue
        if record.policy is None:
            message = "there is no p: receivers take p=none if they follow RFC 9989, and may ignore the record if RFC 7489"
            fix = f"begin the record with '{_START}'"
        else:
            message = "p does not stand right behind v=DMARC1;, where RFC 7489 wants it: strict readers ignore the record"
            fix = f"begin the record with 'v=DMARC1; p={record.policy.value}'"
        yield Fault(where=entry.where, message=message, fix=fix)


def _is_void(entry: DmarcInView) -> bool:
    return any(problem.voids_record for problem in entry.reading.problems)


_MOST_TAGS = 50  # that are looked at
_MOST_LETTERS = 16
_LONG_ENOUGH = 3  # letters of a tag: shorter ones are near to everything
_SHORT_WORDS = {"policy": "p", "polic": "p", "pol": "p", "subpolicy": "sp", "subdomainpolicy": "sp", "testing": "t"}
_WORDS = _SHORT_WORDS | {"report": "rua", "reports": "rua", "reporting": "rua", "percent": "pct"}


@rule(
    id="dmarc-unknown-tag",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Receivers ignore tags that they do not know, so a misspelt tag does nothing.",
    reference="RFC 9989 section 4.7",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; ruaa=mailto:dmarc@example.com"',
)
def dmarc_unknown_tag(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dmarc:
        names = [part.partition("=")[0].strip().lower() for part in entry.source.text.split(";") if "=" in part]
        for name in list(dict.fromkeys(names))[:_MOST_TAGS]:
            if name in KNOWN_TAGS or len(name) > _MOST_LETTERS or not TAG_NAME.fullmatch(name):
                continue
            meant = _meant_tag(name)
            if meant is not None and meant not in names:
                yield Fault(
                    where=entry.where,
                    message=f"receivers ignore {name!r}, which is no tag of DMARC; {meant} is",
                    fix=f"write {meant}= for {name}=",
                )


def _meant_tag(name: str) -> str | None:
    if name in _WORDS:
        return _WORDS[name]
    for known in KNOWN_TAGS:
        if is_swapped(name, known) or (len(known) >= _LONG_ENOUGH and is_one_off(name, known)):
            return known
    return None


@rule(
    id="dmarc-historic-tag",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="rf and ri were removed from DMARC; nothing ever came of them.",
    reference="RFC 9989 section 4.7",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; ri=3600"',
)
def dmarc_historic_tag(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        tags = [tag for tag, value in (("rf", record.rf), ("ri", record.ri)) if value is not None]
        if tags:
            named = " and ".join(tags)
            are = "is historic, and nobody reads it" if len(tags) == 1 else "are historic, and nobody reads them"
            yield Fault(where=where, message=f"{named} {are}", fix=f"leave out {named}")


@rule(
    id="dmarc-rua-not-uri",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="Receivers read URIs: a bare address, a space or a second mailto: makes them send no report.",
    reference="RFC 9989 section 4.8",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=dmarc@example.com"',
)
def dmarc_rua_not_uri(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dmarc:
        problems = (*_first_problems(entry, voids_record=True), *_first_problems(entry, voids_record=False))
        for problem in filter(_is_of_uris, problems):
            part, tag = _part_at(problem), _tag_at(problem)
            if tag not in _LISTS:
                yield Fault(
                    where=entry.where,
                    message=f"a ';' ends the list of report URIs, so {shown(part)} is read as a tag and spoils the record",
                    fix="write ',' between two URIs",
                )
            else:
                yield Fault(
                    where=entry.where,
                    message=message_of(problem.error),
                    fix=f"write {tag}=mailto:dmarc-reports@{entry.domain}",
                )
