"""What a command that judges files has to say; `findings_text.py` and its neighbours print it, one module for each format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.notices import CANNOT_TELL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.sources.source_file import UnreadableSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The findings of a run, and the sentences around them."""

    verdict: str
    """One sentence, which stands first."""

    findings: tuple[Finding, ...] = ()
    """The worst first; only those that are shown. People read what cannot be told in `notes` alone."""

    worst: Severity | None = None
    """Of all findings, also of those that are not shown."""

    unreadable: tuple[UnreadableSource, ...] = ()
    """Paths that were named and could not be read."""

    about_files: tuple[str, ...] = ()
    """What people must know of the files, one sentence each; on standard error where the output is for programs."""

    notes: tuple[str, ...] = ()
    """Sentences below the findings, for people alone."""

    def exit_code(self, fail_on: Severity | None) -> int:
        """2: a path cannot be read; 1: a finding is as bad as `fail_on`, or worse (None is never reached); else 0."""
        if self.unreadable:
            return 2
        return int(fail_on is not None and self.worst is not None and self.worst.rank <= fail_on.rank)


def counts(findings: Iterable[Finding]) -> str:
    """How many there are of each severity: `3 errors, 2 warnings`; empty if there are none."""
    severities = [finding.severity for finding in findings if finding.id != CANNOT_TELL]
    found = [(severities.count(severity), severity.value) for severity in Severity]
    return ", ".join(many(count, word) for count, word in found if count)


def many(count: int, word: str) -> str:
    """`1 zone`, `2 zones`, `3 identities`."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word.removesuffix('y')}ies" if word.endswith("y") else f"{count} {word}s"
