"""What a run of `lint` has checked and found; the formats print it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.notices import CANNOT_TELL
from ses_email_auth.checks.run import check_all
from ses_email_auth.cli.rule_help import is_opt_in, rules
from ses_email_auth.sources.read import read
from ses_email_auth.sources.views import views

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.sources.source_file import UnreadableSource
    from ses_email_auth.zone.view import ZoneView


@dataclass(frozen=True, slots=True, kw_only=True)
class LintResult:
    """The findings of a run, and what they are about."""

    findings: tuple[Finding, ...]
    """The worst first; of infos only those that were asked for."""

    worst: Severity | None
    """Of all findings, also of infos that are not shown."""

    hidden_infos: int = 0
    cannot_tell: str = ""
    """How much could not be judged, as one sentence; empty if everything could."""

    record_sets: int = 0
    identities: int = 0
    zones: int = 0
    whole_zones: int = 0
    """Zones that are in view with all their records."""

    unreadable: tuple[UnreadableSource, ...] = ()

    def reaches(self, severity: Severity | None) -> bool:
        """Whether a finding is as bad as `severity`, or worse; None is never reached."""
        return severity is not None and self.worst is not None and self.worst.rank <= severity.rank

    def counts(self) -> str:
        """The findings that are shown: `3 errors, 2 warnings`; empty if there are none."""
        severities = [finding.severity for finding in self.findings if finding.id != CANNOT_TELL]
        counts = [(severities.count(severity), severity.value) for severity in Severity]
        return ", ".join(_many(count, word) for count, word in counts if count)

    def verdict(self) -> str:
        """One sentence that says no more than what was checked."""
        missing = f"{_many(len(self.unreadable), 'path')} cannot be read; " if self.unreadable else ""
        if self.counts():
            return f"{missing}{self.counts()}" + (f" in {_many(self.zones, 'zone')}" if self.zones else "")
        checked = " and ".join(
            _many(count, word) for count, word in ((self.record_sets, "record set"), (self.identities, "SES identity")) if count
        )
        if not checked:
            return f"{missing}nothing to judge: no record sets and no SES identities"
        return f"{missing or 'ok: '}nothing wrong in {checked}" + (f" of {_many(self.zones, 'zone')}" if self.zones else "")

    def not_in_view(self) -> str:
        """What `verdict` says nothing about; empty if all zones are in view as a whole."""
        part = self.zones - self.whole_zones
        return f"{_many(part, 'zone')} in view in part: nothing is said of records that may be missing" if part else ""


def lint_paths(paths: Sequence[str], *, infos: bool, ignored: Collection[str], parked: bool) -> LintResult:
    """Read `paths` and check what they hold together. A path that cannot be read hides no other."""
    unreadable: list[UnreadableSource] = []
    sources = read(paths, unreadable)
    counts = {"record_sets": 0, "zones": 0, "whole_zones": 0}
    active = [rule for rule in rules(parked=parked) if rule.id not in ignored]
    kept = [finding for finding in check_all(_counted(views(sources), counts), active) if finding.id not in ignored]
    opted_in = {rule.id for rule in active if is_opt_in(rule)}  # who asks for a rule wants to see what it says
    shown = tuple(f for f in kept if infos or f.severity is not Severity.INFO or f.id in opted_in)
    notes = [finding.message for finding in kept if finding.id == CANNOT_TELL]
    return LintResult(
        findings=shown,
        worst=kept[0].severity if kept else None,
        hidden_infos=len(kept) - len(shown) - (0 if infos else len(notes)),
        cannot_tell="".join(notes),
        identities=sum(len(source.identities) for source in sources),
        unreadable=tuple(unreadable),
        **counts,
    )


def _counted(views: Iterable[ZoneView], counts: dict[str, int]) -> Iterator[ZoneView]:
    """One zone after the other, so that none is kept in memory once it is checked."""
    for view in views:
        counts["record_sets"] += len(view.records)
        counts["zones"] += bool(view.records)
        counts["whole_zones"] += view.complete and bool(view.records)
        yield view


def _many(count: int, word: str) -> str:
    if count == 1:
        return f"1 {word}"
    return f"{count} {word.removesuffix('y')}ies" if word.endswith("y") else f"{count} {word}s"
