"""Whatever somebody names on a command line: files and folders of all kinds that hold records, told apart by what is in them.

Templates are handed over by their path, so that a thousand of them are never in memory together. Their kind is told by their
first key, without parsing; everything else is parsed once.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ses_email_auth.sources.assembly import is_assembly, read_assembly
from ses_email_auth.sources.file_text import STANDARD_INPUT, FileText, UnknownKind, file_text
from ses_email_auth.sources.json_values import mapping
from ses_email_auth.sources.route53_json import is_route53, read_route53
from ses_email_auth.sources.source_file import SourceFile, UnreadableSource
from ses_email_auth.sources.template import TemplateFile, is_template, read_template_body, read_templates
from ses_email_auth.sources.terraform import is_terraform, read_terraform
from ses_email_auth.sources.zone_file import is_zone_file, read_zone_file

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["read"]

_FIRST_KEY = re.compile(r'\s*\{\s*"([A-Za-z0-9]+)"\s*:')
_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Globals",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
_YAML_TEMPLATE = re.compile(r"""^["']?Resources["']?[ \t]*:(?=\s|$)""", re.MULTILINE)
_JSON_KINDS = re.compile(r'"(?:Resources|ResourceRecordSets|format_version)"\s*:')
_KINDS = "no CloudFormation template, no list of Route 53 and no plan or state of 'terraform show -json'"


def read(paths: Iterable[str | Path], unreadable: list[UnreadableSource] | None = None) -> list[SourceFile]:
    """What stands in files and folders, in their order; what is named twice is read once.

    A file is a CloudFormation template (JSON or YAML), what `aws route53 list-resource-record-sets` or `terraform show -json`
    prints, or a zone file. A folder is a cloud assembly, or all files of these kinds in it, without the folders below. `-` is
    standard input.

    Args:
        paths: files and folders.

        unreadable: what cannot be read is put here, and the rest is read all the same. Default: - the first one is raised

    Raises:
        UnreadableSource: if something does not exist, is of no kind that we know, or is broken.
    """
    reading = _Reading(unreadable)
    for path in map(str, paths):
        reading.read(path)
    return reading.in_order()


class _Reading:
    """The files of one call."""

    def __init__(self, unreadable: list[UnreadableSource] | None) -> None:
        self._unreadable = unreadable
        self._found: list[SourceFile | TemplateFile] = []
        self._seen: set[str] = set()

    def read(self, path: str) -> None:
        try:
            self._read_path(path)
        except UnreadableSource as error:
            self._note(error)
        except OSError as error:
            self._note(UnreadableSource(path, (error.strerror or str(error)).lower()))

    def _note(self, error: UnreadableSource) -> None:
        if self._unreadable is None:
            raise error
        self._unreadable.append(error)

    def _read_path(self, path: str) -> None:
        if not path or "\0" in path:
            raise UnreadableSource(path, "it is no path")
        folder = Path(path)
        if folder.name == "manifest.json" and is_assembly(folder.parent):
            folder = folder.parent
        if path == STANDARD_INPUT or not folder.is_dir():
            self._read_file(path)
        elif not is_assembly(folder):
            self._read_folder(path)
        elif not self._is_met(str(folder)):
            # One template may stand in it twice: two stacks that nest it. Named before, it counts no more.
            met = frozenset(self._seen)
            found = read_assembly(folder, self._unreadable)
            self._found += [each for each in found if os.path.realpath(each.path) not in met]
            self._seen.update(os.path.realpath(each.path) for each in found)

    def _read_folder(self, path: str) -> None:
        has_known = False
        for file in sorted(Path(path).iterdir()):
            if not file.is_file():
                continue
            try:
                self._read_file(str(file))
            except UnknownKind:
                continue
            except UnreadableSource as error:
                self._note(error)
            has_known = True
        if not has_known:
            inside = Path(path, "cdk.out")
            fix = f"; name {str(inside)!r}, which is a cloud assembly" if is_assembly(inside) else ""
            raise UnreadableSource(path, f"no file in it is a template, a list of records or a zone file{fix}")

    def _read_file(self, path: str) -> None:
        if not self._is_met(path):
            self._found.append(_read_file(path))

    def _is_met(self, path: str) -> bool:
        """Whether the file has been read; from now on it has."""
        key = path if path == STANDARD_INPUT else os.path.realpath(path)
        is_known = key in self._seen
        self._seen.add(key)
        return is_known

    def in_order(self) -> list[SourceFile]:
        """All contents where they were named. Templates are read together, since one takes values from another."""
        files = [each for each in self._found if isinstance(each, TemplateFile)]
        templates = iter(read_templates(files, self._unreadable))
        return [each if isinstance(each, SourceFile) else next(templates) for each in self._found]


def _read_file(path: str) -> SourceFile | TemplateFile:
    file = file_text(path)
    first = file.text.lstrip()[:1]
    if first in {"{", "["}:
        return _read_json(path, file)
    if _YAML_TEMPLATE.search(file.text) is not None:
        return _template(path, file)
    return _read_zone(path, file)


def _read_json(path: str, file: FileText) -> SourceFile | TemplateFile:
    key = _FIRST_KEY.match(file.text)
    if key is not None and key[1] in _SECTIONS and '"Resources"' in file.text:
        return _template(path, file)
    if not file.is_utf8:
        raise UnreadableSource(path, "it is JSON, but not UTF-8")
    try:
        body: object = json.loads(file.text)
    except RecursionError as error:
        raise UnknownKind(path, "it is nested too deeply") from error
    except ValueError as error:
        kind = UnreadableSource if _JSON_KINDS.search(file.text) is not None else UnknownKind
        raise kind(path, f"it is no valid JSON: {_fault(error)}") from error
    if is_template(body):
        return _template(path, file)
    if is_route53(body):
        return read_route53(body, path)
    if is_terraform(body):
        return read_terraform(body, path)
    raise UnknownKind(path, _no_kind(body))


def _template(path: str, file: FileText) -> TemplateFile:
    """A template by its path, so that it need not be in memory before it is its turn."""
    if file.is_plain:
        return TemplateFile(path=path)
    return TemplateFile(path=path, body=read_template_body(file.text, path))


def _read_zone(path: str, file: FileText) -> SourceFile:
    if is_zone_file(file.text):
        return read_zone_file(file.text, path)
    try:
        return read_zone_file(file.text, path)
    except UnreadableSource as error:
        reason = f"it is no JSON, no CloudFormation template, and as a zone file it breaks off at {error.reason}"
        raise UnknownKind(path, reason) from error


def _fault(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}"
    return str(error).lower()


def _no_kind(body: object) -> str:
    keys = mapping(body).keys()
    if "lineage" in keys:
        return "it is Terraform's own state; give what 'terraform show -json' prints"
    if "artifacts" in keys:
        return "it is the manifest of a cloud assembly; give its folder"
    return f"it is JSON, but {_KINDS}"
