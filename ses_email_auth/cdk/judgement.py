"""What the rules say of a synthesized app: its templates read, grouped by zone and judged.

A zone that CDK has still to look up (`HostedZone.from_lookup`, first synthesis) can be any zone, public or private. So of
records whose zone nobody knows each is judged by itself: nothing is said that follows from two of them together.
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

__all__ = ["Judged", "judge"]

Judged: TypeAlias = "tuple[Finding, tuple[Origin, ...]]"
"""A finding, and what it is about: at least one resource, or one stack (an origin without a resource)."""


def judge(stacks: Mapping[str, str], rules: tuple[Rule, ...]) -> list[Judged]:
    """What `rules` find in the templates of `stacks` and in those nested in them.

    Args:
        stacks: the construct path of each stack, by the path of its template.

        rules: what to look for.
    """
    reading = _Reading(stacks)
    contents = reading.contents()
    found = reading.unread
    for view in views(map(_placed, contents)):
        found.extend(_judged(view, rules))
    for record in (record for each in contents for record in each.records if not record.zone_id):
        found.extend(_judged(ZoneView(records=(record,)), rules))
    return found


def _placed(contents: SourceFile) -> SourceFile:
    return replace(contents, records=[record for record in contents.records if record.zone_id])


def _judged(view: ZoneView, rules: tuple[Rule, ...]) -> Iterator[Judged]:
    seen: tuple[DeclaredRecordSet | DeclaredIdentity, ...] = (*view.seen, *view.identities)
    for finding in check_all((view,), rules):
        if finding.id != CANNOT_TELL:
            yield finding, finding.origins or (seen[0].origin,)


class _Reading:
    """The reading of one app: what cannot be read is a finding, and the rest is read all the same."""

    def __init__(self, stacks: Mapping[str, str]) -> None:
        self._stacks = stacks
        self.unread: list[Judged] = []

    def contents(self) -> list[SourceFile]:
        files = [file for folder in self._folders() for file in self._files(folder)]
        unreadable: list[UnreadableSource] = []
        try:
            contents = read_templates(files, unreadable)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the synthesis
            self._note("", [], error)
            return []
        for fault in unreadable:
            stacks = {(file.scope, file.artifact_id) for file in files if file.path == fault.path}
            self._note(fault.path, [file.path for file in files if (file.scope, file.artifact_id) in stacks], fault)
        return contents

    def _folders(self) -> list[Path]:
        """The folders of cloud assemblies, without the stages inside of another one: those are read with it."""
        found = {Path(path).parent for path in self._stacks}
        return sorted(folder for folder in found if found.isdisjoint(folder.parents))

    def _files(self, folder: Path) -> list[TemplateFile]:
        try:
            # A template that belongs to no stack is left from an earlier synthesis.
            return [file for file in template_files(folder) if file.artifact_id]
        except Exception as error:  # noqa: BLE001 - as above
            path = error.path if isinstance(error, UnreadableSource) else ""
            self._note(path, [each for each in self._stacks if folder in Path(each).parents], error)
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
        self.unread.append((finding, tuple(Origin(path, construct_path=each) for each in about)))
