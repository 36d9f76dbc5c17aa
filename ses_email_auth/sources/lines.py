"""The lines of resources in JSON and YAML files, for findings that are shown.

Only the reader of zone files counts lines. A logical id, an address of Terraform or an entry of Route 53's list is searched for
in the text when a finding is printed; a resource that is not found has no line. A file is searched once.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ses_email_auth.sources.file_text import STANDARD_INPUT, file_text
from ses_email_auth.sources.source_file import UnreadableSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.zone.declared import Origin

_FILES = 16  # findings are sorted by file
_JSON_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[{}\[\]]', re.DOTALL)
_YAML_RESOURCES = re.compile(r"""^["']?Resources["']?[ \t]*:""")
_YAML_KEY = re.compile(r"""([ \t]*)["']?([A-Za-z0-9:]+)["']?[ \t]*:(?:\s|$)""")
_ADDRESS = re.compile(r'"address"\s*:\s*"((?:[^"\\]|\\.)*)"')
_LISTED = re.compile(r'"Name"\s*:')


def line_of(origin: Origin) -> int | None:
    """The line in the file, counted from 1: as the reader counted it, or by searching the file; None if it is not found."""
    if origin.line is not None or not origin.resource or origin.path == STANDARD_INPUT:
        return origin.line
    try:
        status = Path(origin.path).stat()
        return _lines(origin.path, status.st_mtime_ns, status.st_size).get(origin.resource)
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=_FILES)
def _lines(path: str, _changed: int, _size: int) -> Mapping[str, int]:
    """The lines of all resources of a file, searched again if the file has changed."""
    try:
        text = file_text(path).text
    except UnreadableSource:
        return {}
    if not text.lstrip().startswith("{"):
        return dict(_yaml_lines(text))
    lines: dict[str, int] = {}
    line, at = 1, 0
    for resource, offset in sorted(dict(_json_offsets(text)).items(), key=lambda item: item[1]):
        line += text.count("\n", at, offset)
        at = offset
        lines[resource] = line
    return lines


def _json_offsets(text: str) -> Iterator[tuple[str, int]]:
    """The offsets of logical ids, of Terraform's addresses, or of the entries of Route 53's list."""
    if '"ResourceRecordSets"' in text and '"Resources"' not in text:
        for index, match in enumerate(_LISTED.finditer(text)):
            yield f"ResourceRecordSets[{index}]", match.start()
    elif '"format_version"' in text:
        for match in reversed(list(_ADDRESS.finditer(text))):  # the first of several counts
            yield _unescaped(match[1]), match.start()
    else:
        yield from _logical_ids(text)


def _logical_ids(text: str) -> Iterator[tuple[str, int]]:
    """The keys directly below the top-level key `Resources`."""
    depth = 0
    is_inside = False
    for match in _JSON_TOKEN.finditer(text):
        token = match.group()
        if token in {"{", "["}:
            depth += 1
        elif token in {"}", "]"}:
            depth -= 1
        elif match[2] is not None and depth == 1:
            is_inside = match[1] == "Resources"
        elif match[2] is not None and depth == 2 and is_inside:  # noqa: PLR2004 - a logical id
            yield _unescaped(match[1]), match.start()


def _unescaped(text: str) -> str:
    return str(json.loads(f'"{text}"', strict=False)) if "\\" in text else text


def _yaml_lines(text: str) -> Iterator[tuple[str, int]]:
    """The keys below `Resources` that are indented as the first one."""
    depth: str | None = None
    is_inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] not in " \t":
            is_inside = _YAML_RESOURCES.match(line) is not None
            continue
        match = _YAML_KEY.match(line) if is_inside else None
        if match is None:
            continue
        depth = match[1] if depth is None else depth
        if match[1] == depth:
            yield match[2], number
