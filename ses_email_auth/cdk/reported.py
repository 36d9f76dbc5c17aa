"""Which findings of an app are reported already, so that the plug-in does not repeat them.

Our constructs report theirs as annotations, which stand in the metadata of a stack. An annotation that is acknowledged is gone,
but the acknowledgement holds for the plug-in too. CDK runs a plug-in once for each time that it was added, to the app or to a
stage.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from ses_email_auth.cdk.findings import LIBRARY
from ses_email_auth.sources.json_values import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aws_cdk import Stage
    from constructs import IConstruct

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.zone.declared import Origin

_WARNING = "aws:cdk:warning"
_ACKNOWLEDGE = re.compile(rf"\[ack: {LIBRARY}::([^\]]+)\]")
_reported_in: WeakKeyDictionary[IConstruct, tuple[tuple[int, ...], set[object]]] = WeakKeyDictionary()


class Reported:
    """The findings that were reported in this synthesis.

    Args:
        app: the app that is synthesized.
        templates: the paths of the templates of its stacks.
    """

    def __init__(self, app: IConstruct, templates: Iterable[str]) -> None:
        now = _synthesis(app)
        if app not in _reported_in or _reported_in[app][0] != now:
            _reported_in[app] = (now, set())
        self._by_plugin = _reported_in[app][1]
        self._annotated = {warning for template in templates for warning in _annotations(Path(template))}

    def is_new(self, finding: Finding, origins: tuple[Origin, ...], severity: str) -> bool:
        """Whether no construct reports the finding, and no plug-in has reported it so severely; note that one does now."""
        if any((finding.id, path) in self._annotated for path in _common_scopes(origins)):
            return False
        about = (finding, origins)
        if (about, "error") in self._by_plugin or (about, severity) in self._by_plugin:
            return False
        self._by_plugin.add((about, severity))
        return True


def _synthesis(app: IConstruct) -> tuple[int, ...]:
    """Tells a synthesis from the next one of the same app: CDK writes these files before and after all plug-ins are run."""
    folder = Path(cast("Stage", app).outdir)
    files = (folder / name for name in ("manifest.json", "validation-report.json"))
    return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)


def _common_scopes(origins: tuple[Origin, ...]) -> set[str]:
    """The constructs that hold all of `origins`."""
    return set.intersection(*(set(accumulate(origin.construct_path.split("/"), "{}/{}".format)) for origin in origins))


def _annotations(template: Path) -> Iterator[tuple[str, str]]:
    """(rule id, construct path) of the warnings of our constructs in one stack."""
    metadata = template.with_name(f"{template.name.removesuffix('.template.json')}.metadata.json")
    written = metadata.read_bytes() if metadata.is_file() else b""
    if f"[ack: {LIBRARY}::".encode() not in written:
        return
    try:
        by_path = mapping(json.loads(written))
    except (ValueError, RecursionError):
        return
    for path, entries in by_path.items():
        for entry in map(mapping, entries if isinstance(entries, list) else ()):
            match = _ACKNOWLEDGE.search(str(entry.get("data"))) if entry.get("type") == _WARNING else None
            if match is not None:
                yield match[1], path.removeprefix("/")
