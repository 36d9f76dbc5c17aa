"""Reads the files and folders that a command line names: each by the first reader in a table that recognises its content.

A template is kept by its path and read in its turn, so that a thousand of them are never in memory together; its first key
tells that it is one, without parsing. Every other file is parsed once.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ses_email_auth.domain_name import DomainName
from ses_email_auth.sources.assembly import assemblies_below, is_assembly, read_assembly
from ses_email_auth.sources.file_text import STANDARD_INPUT, UnknownFormat, file_text
from ses_email_auth.sources.json_values import mapping
from ses_email_auth.sources.route53_json import is_change_batch, is_route53, read_change_batch, read_route53
from ses_email_auth.sources.source_file import SourceFile, UnreadableSource
from ses_email_auth.sources.template import (
    TemplateFile,
    is_template,
    is_template_text,
    read_template_body,
    read_templates,
)
from ses_email_auth.sources.terraform import is_terraform, read_terraform
from ses_email_auth.sources.terraform_state import is_state_file, read_state_file, without_replaced
from ses_email_auth.sources.unprinted import UnprintedSource, advice_on_json, advice_on_text
from ses_email_auth.sources.yaml_template import parse_yaml
from ses_email_auth.sources.zone_file import is_zone_file, read_zone_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


FORMATS = (
    "a cdk.out folder, a CloudFormation template (also as get-template prints it, or in serverless.yml), a zone file, the "
    'JSON of "aws route53 list-resource-record-sets" or of "terraform show -json", a change batch of Route 53, or a '
    "terraform.tfstate"
)
"""What can be read, for the help of commands."""

_YAML_OF_ROUTE53 = re.compile(r"^(?:ResourceRecordSets|ChangeBatch):[ \t]*\r?$", re.MULTILINE)


def read(
    paths: Iterable[str | Path],
    unreadable: list[UnreadableSource] | None = None,
    *,
    origin: DomainName | str | None = None,
) -> list[SourceFile]:
    """What files and folders declare, in their order; a file that is named twice is read once.

    A file is a CloudFormation template (JSON or YAML, also within what `aws cloudformation get-template` prints, or among the
    resources of a `serverless.yml`), what `aws route53 list-resource-record-sets` or `terraform show -json` prints, a change
    batch of Route 53, a `terraform.tfstate`, or a zone file. A folder is a cloud assembly, or all files of these formats in it
    and each `cdk.out` below it, but not the other folders below. `-` is standard input.

    Args:
        paths: files and folders.
        unreadable: errors are added here, and the other files are read all the same. Default: - the first one is raised
        origin: the domain that names in a zone file are relative to (RFC 1035 section 5.1) where the file does not say so.
            Default: - the name of the file, if it is that of a domain

    Raises:
        UnreadableSource: if a path does not exist, or its file is of no known format or broken.
        InvalidDomainName: if `origin` is no domain name.
    """
    reading = _Reading(unreadable, DomainName(origin) if isinstance(origin, str) else origin)
    for path in map(str, paths):
        reading.read(path)
    return reading.in_order()


class _Reading:
    """The files of one call."""

    def __init__(self, unreadable: list[UnreadableSource] | None, origin: DomainName | None) -> None:
        self._unreadable = unreadable
        self._origin = origin
        self._files: list[SourceFile | TemplateFile] = []
        self._known_paths: set[str] = set()

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
        elif self._is_new(str(folder)):
            self._read_assembly(folder)

    def _read_assembly(self, folder: Path) -> None:
        """All templates, but for those that were named before. Two stacks that nest one template have it twice."""
        before = frozenset(self._known_paths)
        files = read_assembly(folder, self._unreadable)
        self._files += [file for file in files if os.path.realpath(file.path) not in before]
        self._known_paths.update(os.path.realpath(file.path) for file in files)

    def _read_folder(self, path: str) -> None:
        assemblies = assemblies_below(Path(path))
        has_known = bool(assemblies)
        advice = ""
        for file in sorted(Path(path).iterdir()):
            if not file.is_file():
                continue
            try:
                self._read_file(str(file))
            except UnknownFormat as error:
                if isinstance(error, UnprintedSource):
                    advice = advice or f"; {file.name!r}: {error.reason}"
                continue
            except UnreadableSource as error:
                self._note(error)
            has_known = True
        for folder in assemblies:
            self.read(str(folder))
        if not has_known:
            raise UnreadableSource(path, f"no file in it is a template, a list of records or a zone file{advice}")

    def _read_file(self, path: str) -> None:
        if self._is_new(path):
            self._files.append(_read_file(_File(path, self._origin)))

    def _is_new(self, path: str) -> bool:
        """Whether the path is named for the first time; from now on it is known."""
        key = path if path == STANDARD_INPUT else os.path.realpath(path)
        is_new = key not in self._known_paths
        self._known_paths.add(key)
        return is_new

    def in_order(self) -> list[SourceFile]:
        """All files as they were named. Templates are read together, since one takes values from another."""
        templates = [file for file in self._files if isinstance(file, TemplateFile)]
        read = iter(read_templates(templates, self._unreadable))
        return without_replaced([file if isinstance(file, SourceFile) else next(read) for file in self._files])


class _File:
    """One file: its text, and its JSON, which is parsed when a reader first asks for it."""

    def __init__(self, path: str, origin: DomainName | None) -> None:
        self.path = path
        self.origin = origin
        self._content = file_text(path)
        self.text = self._content.text
        self.is_plain = self._content.is_plain
        self.is_json = self.text.lstrip().startswith(("{", "["))

    @cached_property
    def json(self) -> object:
        """The parsed JSON, or what Route 53's commands print or take as YAML; None for a file that is none.

        Raises:
            UnreadableSource: if it is broken, and holds a key of a known format.
            UnknownFormat: if it holds none, or is nested too deeply.
        """
        if not self.is_json:
            return parse_yaml(self.text, self.path) if _YAML_OF_ROUTE53.search(self.text) else None
        if not self._content.is_utf8:
            raise UnreadableSource(self.path, "it is JSON, but not UTF-8")
        try:
            body: object = json.loads(self.text)
        except RecursionError as error:
            raise UnknownFormat(self.path, "it is nested too deeply") from error
        except ValueError as error:
            is_known = any(re.search(rf'"{reader.json_key}"\s*:', self.text) for reader in _READERS if reader.json_key)
            fault = UnreadableSource if is_known else UnknownFormat
            raise fault(self.path, f"it is no valid JSON: {_reason(error)}") from error
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """A format: how a file of it is recognised, and how it is read."""

    recognises: Callable[[_File], bool]
    read: Callable[[_File], SourceFile | TemplateFile]

    json_key: str = ""
    """A key that all JSON of the format holds; broken JSON with this key is a broken file, and not a file of something else."""

    json_name: str = ""
    """What an error calls JSON of the format."""


def _json_reader(
    is_format: Callable[[object], bool], read_body: Callable[[object, str], SourceFile], *, key: str, name: str = ""
) -> _Reader:
    return _Reader(
        recognises=lambda file: is_format(file.json),
        read=lambda file: read_body(file.json, file.path),
        json_key=key,
        json_name=name,
    )


def _text_reader(is_format: Callable[[str], bool], read_text: Callable[[str, str, DomainName | None], SourceFile]) -> _Reader:
    return _Reader(
        recognises=lambda file: not file.is_json and is_format(file.text),
        read=lambda file: read_text(file.text, file.path, file.origin),
    )


def _holds_template(file: _File) -> bool:
    return is_template_text(file.text) or is_template(file.json)


def _template(file: _File) -> TemplateFile:
    """A template by its path, so that it need not be in memory before its turn; the text of a pipe is read only once."""
    return TemplateFile(path=file.path, body=None if file.is_plain else read_template_body(file.text, file.path))


# A new format is one more row. The first reader that recognises a file reads it.
_READERS: Final = (
    _Reader(recognises=_holds_template, read=_template, json_key="Resources", json_name="CloudFormation template"),
    _json_reader(is_route53, read_route53, key="ResourceRecordSets", name="list of Route 53"),
    _json_reader(is_terraform, read_terraform, key="format_version", name="plan or state of 'terraform show -json'"),
    _json_reader(is_change_batch, read_change_batch, key="ResourceRecordSet"),
    _json_reader(is_state_file, read_state_file, key="lineage"),
    _text_reader(is_zone_file, read_zone_file),
)


def _read_file(file: _File) -> SourceFile | TemplateFile:
    for reader in _READERS:
        if reader.recognises(file):
            return reader.read(file)
    advice = advice_on_json(file.json, file.path) if file.is_json else advice_on_text(file.text)
    if advice:
        raise UnprintedSource(file.path, advice)
    if file.is_json:
        raise UnknownFormat(file.path, _no_format(file.json))
    try:  # a part of a zone may begin like prose
        return read_zone_file(file.text, file.path, file.origin)
    except UnreadableSource as error:
        reason = f"it is no JSON, no CloudFormation template, and as a zone file it breaks off at {error.reason}"
        raise UnknownFormat(file.path, reason) from error


def _no_format(body: object) -> str:
    keys = mapping(body).keys()
    if "lineage" in keys:
        return "it is Terraform's own state; give what 'terraform show -json' prints: it is not of version 4, or encrypted"
    if "artifacts" in keys:
        return "it is the manifest of a cloud assembly; give its folder"
    *names, last = [f"no {reader.json_name}" for reader in _READERS if reader.json_name]
    return f"it is JSON, but {', '.join(names)} and {last}; nor a change batch of Route 53 or a terraform.tfstate"


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}"
    return str(error).lower()
