"""Checks a synthesized app: reads its templates, groups their records by zone and runs the rules.

A zone that CDK has still to look up (`HostedZone.from_lookup`, first synthesis) can be any zone, public or private. So each
record of an unknown zone is checked by itself: no finding follows from two of them together.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.checks.finding import Finding, Severity
from ses_email_auth.checks.notices import CANNOT_READ, CANNOT_TELL, WHAT_TO_DO
from ses_email_auth.checks.run import check_all
from ses_email_auth.sources.assembly import template_files
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.sources.template import read_templates
from ses_email_auth.sources.views import views
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.checks.finding import Rule
    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.sources.template import TemplateFile

LocatedFinding: TypeAlias = "tuple[Finding, tuple[Origin, ...]]"
"""A finding, and what it is about: at least one resource, or one stack (an origin without a resource)."""


def check_app(stacks: Mapping[str, str], rules: tuple[Rule, ...]) -> list[LocatedFinding]:
    """What `rules` find in the templates of `stacks` and in those nested in them.

    Args:
        stacks: the construct path of each stack, by the path of its template.
        rules: what to look for.
    """
    reading = _Reading(stacks)
    files = reading.source_files()
    findings = reading.unreadable
    for view in views(map(_in_known_zones, files)):
        findings.extend(_check_view(view, rules))
    for record in (record for file in files for record in file.records if not record.zone_id):
        findings.extend(_check_view(ZoneView(records=(record,)), rules))
    return findings


def _in_known_zones(file: SourceFile) -> SourceFile:
    return replace(file, records=[record for record in file.records if record.zone_id])


def _check_view(view: ZoneView, rules: tuple[Rule, ...]) -> Iterator[LocatedFinding]:
    declared: tuple[DeclaredRecordSet | DeclaredIdentity, ...] = (*view.seen, *view.identities)
    for finding in check_all((view,), rules):
        if finding.id != CANNOT_TELL:
            yield finding, finding.origins or (declared[0].origin,)


class _Reading:
    """Reads the templates of one app. One that cannot be read is a finding and hides no other."""

    def __init__(self, stacks: Mapping[str, str]) -> None:
        self._stacks = stacks
        self.unreadable: list[LocatedFinding] = []

    def source_files(self) -> list[SourceFile]:
        files = [file for folder in self._folders() for file in self._files(folder)]
        unreadable: list[UnreadableSource] = []
        try:
            source_files = read_templates(files, unreadable)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the synthesis
            self._note("", [], error)
            return []
        for source in unreadable:
            stacks = {(file.scope, file.artifact_id) for file in files if file.path == source.path}
            self._note(source.path, [file.path for file in files if (file.scope, file.artifact_id) in stacks], source)
        return source_files

    def _folders(self) -> list[Path]:
        """The folders of cloud assemblies, without the stages inside of another one: those are read with it."""
        folders = {Path(path).parent for path in self._stacks}
        return sorted(folder for folder in folders if folders.isdisjoint(folder.parents))

    def _files(self, folder: Path) -> list[TemplateFile]:
        try:
            # A template that belongs to no stack is left from an earlier synthesis.
            return [file for file in template_files(folder) if file.artifact_id]
        except Exception as error:  # noqa: BLE001 - as above
            path = error.path if isinstance(error, UnreadableSource) else ""
            self._note(path, [template for template in self._stacks if folder in Path(template).parents], error)
            return []

    def _note(self, path: str, templates: list[str], error: Exception) -> None:
        reason = error.reason if isinstance(error, UnreadableSource) else f"reading fails with {type(error).__name__}"
        about = [self._stacks[template] for template in templates if template in self._stacks] or self._stacks.values()
        finding = Finding(
            id=CANNOT_READ,
            severity=Severity.WARNING,
            message=f"cannot read {Path(path).name or 'the templates'}: {reason}; nothing in it is judged",
            fix=WHAT_TO_DO[CANNOT_READ],
            reference="AWS CDK developer guide, cloud assembly",
            where="",
        )
        self.unreadable.append((finding, tuple(Origin(path, construct_path=stack) for stack in about)))
