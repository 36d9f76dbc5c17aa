"""Rules on the URIs that DMARC reports go to (RFC 9989 sections 4.7 and 4.8). Whether they arrive: `report_rules`."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.shown import said, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import DmarcInView, ZoneView
    from ses_email_auth.records.dmarc import DmarcProblem, DmarcRecord
    from ses_email_auth.records.report_uri import ReportUri

__all__ = ["REPORT_URI_RULES", "first_problems", "is_of_rua", "is_of_uris", "tag_at"]

_URI_AS_TAG = re.compile(r"mailto:|https?:", re.IGNORECASE)
_MAX_URIS = 2
_LISTS = ("rua", "ruf")
_MOST_PROBLEMS = 20  # a text can hold thousands


def first_problems(entry: DmarcInView, *, voids_record: bool) -> Iterator[DmarcProblem]:
    """What is wrong with a record, with the whole of it or with single tags; enough of it to begin with."""
    return islice((problem for problem in entry.reading.problems if problem.voids_record is voids_record), _MOST_PROBLEMS)


def _part_at(problem: DmarcProblem) -> str:
    """What stands between two `;` around the start of a fault."""
    source = problem.error.source
    start = source.rfind(";", 0, problem.error.span[0]) + 1
    return source[start:].partition(";")[0].strip()


def tag_at(problem: DmarcProblem) -> str:
    """The name of the tag that a fault is in, in lower case."""
    return _part_at(problem).partition("=")[0].strip().lower()


def is_of_uris(problem: DmarcProblem) -> bool:
    """Whether a fault of a DMARC record is about its URIs, so that `dmarc-rua-not-uri` speaks about it."""
    if _URI_AS_TAG.match(_part_at(problem)):
        return True
    return not problem.voids_record and tag_at(problem) in _LISTS


def is_of_rua(problem: DmarcProblem) -> bool:
    """Whether `dmarc-rua-not-uri` says already that no report comes."""
    return is_of_uris(problem) and tag_at(problem) != "ruf"


def _rua_not_uri(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dmarc:
        problems = (*first_problems(entry, voids_record=True), *first_problems(entry, voids_record=False))
        for problem in filter(is_of_uris, problems):
            part, tag = _part_at(problem), tag_at(problem)
            if tag not in _LISTS:
                yield Fault(
                    where=entry.where,
                    message=f"a ';' ends the list of report URIs, so {shown(part)} is read as a tag and spoils the record",
                    fix="write ',' between two URIs",
                )
            else:
                yield Fault(
                    where=entry.where,
                    message=said(problem.error),
                    fix=f"write {tag}=mailto:dmarc-reports@{entry.domain}",
                )


def _lists(record: DmarcRecord) -> tuple[tuple[str, tuple[ReportUri, ...]], ...]:
    return (("rua", record.rua), ("ruf", record.ruf))


def _rua_many(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        for tag, uris in _lists(record):
            count = len(set(uris))
            if count > _MAX_URIS:
                yield Fault(
                    where=where,
                    message=f"{tag} names {count} places; RFC 7489 receivers need to send reports to {_MAX_URIS} only",
                    fix=f"name {_MAX_URIS} at most, and pass the reports on from there",
                )


def _rua_not_mailto(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        for tag, uris in _lists(record):
            others = [uri for uri in uris if uri.scheme not in {"mailto", ""}]
            if others:
                yield Fault(
                    where=where,
                    message=f"{tag}: reporters must know mailto: only, and few send anything to {shown(others[0].text)}",
                    fix=f"name a mail address in {tag} too" if len(others) == len(uris) else "",
                    severity=Severity.WARNING if len(others) == len(uris) else Severity.INFO,
                )


def _size_suffix(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        limits = [f"!{uri.size_limit}" for uri in record.rua + record.ruf if uri.size_limit is not None]
        if limits:
            yield Fault(
                where=where,
                message=f"the size limit {shown(limits[0])} is obsolete, and reporters ignore it",
                fix="leave the size limit out",
            )


REPORT_URI_RULES = (
    Rule(
        id="dmarc-rua-not-uri",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="Receivers read URIs: a bare address, a space or a second mailto: makes them send no report.",
        reference="RFC 9989 section 4.8",
        faults=_rua_not_uri,
        example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=dmarc@example.com"',
    ),
    Rule(
        id="dmarc-rua-many",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="Receivers that follow RFC 7489 need to support two URIs; a third one gets fewer reports or none.",
        reference="RFC 7489 section 6.2",
        faults=_rua_many,
        example=(
            '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; '
            'rua=mailto:a@example.com,mailto:b@example.com,mailto:c@example.com"'
        ),
    ),
    Rule(
        id="dmarc-rua-not-mailto",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="Any URI is legal, but reporters need to support mailto: only, and most do no more.",
        reference="RFC 9989 section 4.7",
        faults=_rua_not_mailto,
        example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=https://example.com/dmarc"',
    ),
    Rule(
        id="dmarc-size-suffix",
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="A size limit behind a report URI is obsolete: reporters no longer look at it.",
        reference="RFC 9989 section 4.8",
        faults=_size_suffix,
        example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com!10m"',
    ),
)
