"""What a run of `lint` has checked and found, and what it says about that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.notices import CANNOT_TELL
from ses_email_auth.checks.run import check_all
from ses_email_auth.cli.report import Report, counts, many
from ses_email_auth.cli.rule_help import is_opt_in, rules
from ses_email_auth.cli.source_notes import notes
from ses_email_auth.sources.read import read
from ses_email_auth.sources.views import views

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.cli.judging import Ignored
    from ses_email_auth.domain_name import DomainName
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
    about_files: tuple[str, ...] = ()
    """As in `Report`."""

    def report(self) -> Report:
        """What is printed."""
        return Report(
            verdict=self.verdict(),
            findings=self.findings,
            worst=self.worst,
            unreadable=self.unreadable,
            about_files=self.about_files,
            notes=tuple(self._notes()),
        )

    def verdict(self) -> str:
        """One sentence that says no more than what was checked."""
        missing = f"{many(len(self.unreadable), 'path')} cannot be read; " if self.unreadable else ""
        found = counts(self.findings)
        if found:
            return f"{missing}{found}" + (f" in {many(self.zones, 'zone')}" if self.zones else "")
        checked = " and ".join(
            many(count, word) for count, word in ((self.record_sets, "record set"), (self.identities, "SES identity")) if count
        )
        if not checked:
            return f"{missing}nothing to judge: no record sets and no SES identities"
        return f"{missing or 'ok: '}nothing wrong in {checked}" + (f" of {many(self.zones, 'zone')}" if self.zones else "")

    def _notes(self) -> Iterator[str]:
        """What the verdict says nothing about."""
        part = self.zones - self.whole_zones
        if part and not counts(self.findings):
            yield f"{many(part, 'zone')} in view in part: nothing is said of records that may be missing"
        if self.cannot_tell:
            yield f"Cannot tell: {self.cannot_tell}"
        if self.hidden_infos:
            yield f"Infos that need no action: {self.hidden_infos}; --info shows them"


def lint_paths(
    paths: Sequence[str],
    *,
    infos: bool,
    ignored: Ignored,
    parked: bool,
    complete: bool = False,
    origin: DomainName | None = None,
) -> Report:
    """Read `paths` and check what they hold together. A path that cannot be read hides no other."""
    unreadable: list[UnreadableSource] = []
    sources = read(paths, unreadable, origin=origin)
    seen = {"record_sets": 0, "zones": 0, "whole_zones": 0}
    active = [rule for rule in rules(parked=parked) if rule.id not in ignored.rules]
    zones = _counted(views(sources, complete=complete and not unreadable), seen)
    kept = [finding for finding in check_all(zones, active) if not ignored.covers(finding)]
    opted_in = {rule.id for rule in active if is_opt_in(rule)}  # who asks for a rule wants to see what it says
    shown = tuple(f for f in kept if infos or f.severity is not Severity.INFO or f.id in opted_in)
    unknown = [finding.message for finding in kept if finding.id == CANNOT_TELL]
    return LintResult(
        findings=shown,
        worst=kept[0].severity if kept else None,
        hidden_infos=len(kept) - len(shown) - (0 if infos else len(unknown)),
        cannot_tell="".join(unknown),
        identities=sum(len(source.identities) for source in sources),
        unreadable=tuple(unreadable),
        about_files=notes(sources),
        **seen,
    ).report()


def _counted(views: Iterable[ZoneView], seen: dict[str, int]) -> Iterator[ZoneView]:
    """One zone after the other, so that none is kept in memory once it is checked."""
    for view in views:
        seen["record_sets"] += len(view.records)
        seen["zones"] += bool(view.records)
        seen["whole_zones"] += view.complete and bool(view.records)
        yield view
