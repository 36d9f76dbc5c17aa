"""Findings for people: the verdict first, the worst fault first, no fault without its fix; 80 columns, plain marks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.notices import CANNOT_TELL
from ses_email_auth.cli.locations import lines_of, location
from ses_email_auth.cli.terminal import harmless
from ses_email_auth.errors import display
from ses_email_auth.publication.columns import COLUMNS, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.cli.locations import Lines
    from ses_email_auth.cli.report import Report

_HELD = "\x7f"  # in place of a space that no line ends at: `display` leaves none in a text
_QUOTED = re.compile(r'"[^"]*"')
_MOST_HELD = 48  # characters
_ALIKE = 3  # so many findings of one rule are said one by one
_PLACES = 3
_MARKS = {Severity.ERROR: "ERROR", Severity.WARNING: "WARN", Severity.INFO: "INFO"}
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def as_text(report: Report, *, color: bool = False) -> str:
    """The text, with colors or without."""
    lines = wrap(display(report.verdict), "", "  ")
    findings = [finding for finding in report.findings if finding.id != CANNOT_TELL]  # that is a line at the end
    groups = list(_groups(findings))
    file_lines = lines_of(alike[0] for alike in groups)
    for number, alike in enumerate(groups, 1):
        first, *rest = map(harmless, _block(number, alike, file_lines))
        lines += ["", _colored(first, alike[0].severity) if color else first, *rest]
    return "\n".join([*lines, *_ending(report), ""])


def _groups(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """The findings one by one, but many of one rule together, where the first of them stands."""
    by_rule: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault((finding.id, finding.severity), []).append(finding)
    for finding in findings:
        alike = by_rule[finding.id, finding.severity]
        if len(alike) <= _ALIKE:
            yield [finding]
        elif finding is alike[0]:
            yield alike


def _block(number: int, alike: Sequence[Finding], file_lines: Lines) -> Iterator[str]:
    finding = alike[0]
    times = f" (x{len(alike)})" if len(alike) > 1 else ""
    yield from _head(f"{number} {_MARKS[finding.severity]:<5}  {finding.id}{times}", display(finding.where))
    yield from wrap(display(finding.message), "  ", "  ")
    yield from (line for origin in finding.places[: _PLACES + 1] for line in wrap(location(origin, file_lines), "  ", "    "))
    if len(finding.places) > _PLACES + 1:
        yield f"  and {len(finding.places) - _PLACES - 1} more {'place' if len(finding.places) == _PLACES + 2 else 'places'}"
    if finding.fix:
        yield from _fix(display(finding.fix))
    if len(alike) > 1:
        yield from wrap(_others(alike), "  ", "    ")


def _fix(fix: str) -> list[str]:
    """The fix; a short text in quotes stays on one line, or what is copied would be no Python."""

    def hold(match: re.Match[str]) -> str:
        return match.group().replace(" ", _HELD) if len(match.group()) <= _MOST_HELD else match.group()

    held = _QUOTED.sub(hold, fix)
    return [line.replace(_HELD, " ") for line in wrap(f"Fix: {held}", "  ", "    ")]


def _head(start: str, where: str) -> Iterator[str]:
    """The name at the right edge, or below if it is too long for that."""
    gap = COLUMNS - width(start) - width(where)
    if where and gap > 1:
        yield start + " " * gap + where
    else:
        yield start
        if where:
            yield from wrap(where, "  ", "    ")


def _others(alike: Sequence[Finding]) -> str:
    names = list(dict.fromkeys(finding.where for finding in alike[1:] if finding.where != alike[0].where))[:_PLACES]
    rest = len(alike) - 1 - sum(finding.where in names for finding in alike[1:])
    *first, last = [*map(display, names), *([f"{rest} more"] if rest else [])]
    return "Also: " + ", ".join(first) + (" and " if first else "") + last


def _colored(line: str, severity: Severity) -> str:
    mark = _MARKS[severity]
    return line.replace(mark, click.style(mark, fg=_COLORS[severity], bold=True), 1)


def _ending(report: Report) -> Iterator[str]:
    notes = [line for note in report.about_files for line in wrap(f"Note: {display(note)}", "", "  ")]
    notes += [line for note in report.notes for line in wrap(display(note), "", "  ")]
    if any(finding.id != CANNOT_TELL for finding in report.findings):
        notes += ["Why, and source: ses-email-auth lint --explain ID"]
    if notes:
        yield ""
        yield from notes
