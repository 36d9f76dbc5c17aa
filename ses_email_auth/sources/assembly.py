"""A cloud assembly, the folder `cdk.out` that `cdk synth` writes: the stacks of all stages, and the stacks nested in them.

As CDK 2.271 to 2.275 writes it. A stage is an assembly of its own in a folder below. A nested stack is no artifact of the
manifest: its template lies beside the parent's as `<unique id of the construct>.nested.template.json`. The metadata has the
construct path of every resource, also in nested stacks.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ses_email_auth.sources.file_text import text_of_file
from ses_email_auth.sources.json_values import mapping
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.sources.template import TemplateFile, read_templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.sources.source_file import SourceFile

_OF_TOOLS = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
_MANIFEST = "manifest.json"
_STACK = "aws:cloudformation:stack"
_STAGE = "cdk:cloud-assembly"
_ASSETS = "cdk:asset-manifest"
_NESTED_FILES = "*.nested.template.json"
_NESTED = re.compile(r"((?:.*/)?)([^/]+)\.NestedStack/\2\.NestedStackResource")
_ENVIRONMENT = re.compile(r"aws://([^/]*)/([^/]*)")


def is_assembly(directory: Path) -> bool:
    """Whether a folder is what `cdk synth` writes."""
    if not (directory / _MANIFEST).is_file():
        return False
    if (directory / "cdk.out").is_file():
        return True
    try:
        return "artifacts" in _json(directory / _MANIFEST)
    except UnreadableSource:
        return False


def assemblies_below(directory: Path) -> list[Path]:
    """The assemblies named `cdk.out` anywhere below a folder, but not in what tools keep there: hidden folders, packages."""
    found: list[Path] = []
    for above, names, _ in os.walk(directory):
        names[:] = [name for name in sorted(names) if not (name.startswith(".") or name in _OF_TOOLS)]
        if "cdk.out" in names:
            names.remove("cdk.out")
            found += [folder for folder in (Path(above, "cdk.out"),) if is_assembly(folder)]
    return found


def template_files(directory: Path) -> list[TemplateFile]:
    """The templates of all stacks of all stages, a parent before what is nested in it.

    Raises:
        UnreadableSource: if the manifest cannot be read, or names a file outside of the folder.
    """
    return list(_files(directory))


def read_assembly(directory: Path, unreadable: list[UnreadableSource] | None = None) -> list[SourceFile]:
    """What the templates of an assembly declare.

    Args:
        directory: the assembly.
        unreadable: as in `read_templates`, for its templates.

    Raises:
        UnreadableSource: if the manifest or a template cannot be read.
    """
    return read_templates(_files(directory), unreadable)


def _files(root: Path) -> Iterator[TemplateFile]:
    waiting, read = [root], set()
    while waiting:
        directory = waiting.pop(0)
        if directory.resolve() in read:
            continue
        read.add(directory.resolve())
        listed = mapping(_json(directory / _MANIFEST).get("artifacts"))
        artifacts = {name: mapping(artifact) for name, artifact in listed.items()}
        yield from _Assembly(root, directory, artifacts).files()
        for artifact in artifacts.values():
            name = mapping(artifact.get("properties")).get("directoryName")
            if artifact.get("type") == _STAGE and isinstance(name, str):
                waiting.append(_inside(root, directory, name))


class _Assembly:
    """The stacks of one manifest."""

    def __init__(self, root: Path, directory: Path, artifacts: Mapping[str, Mapping[str, object]]) -> None:
        self._root = root
        self._directory = directory
        self._artifacts = artifacts
        paths = sorted(directory.glob(_NESTED_FILES))
        self._nested = {path.name: str(path) for path in paths if path.is_file() and _is_below(path, root)}
        self._assets = self._read_assets() if self._nested else {}

    def files(self) -> Iterator[TemplateFile]:
        without_parent = dict(self._nested)
        for name, artifact in self._artifacts.items():
            if artifact.get("type") == _STACK:
                for file in self._stack(name, artifact):
                    without_parent.pop(Path(file.path).name, None)
                    yield file
        for path in without_parent.values():
            yield TemplateFile(path=path, scope=str(self._directory), is_nested=True, assets=self._assets)

    def _stack(self, name: str, artifact: Mapping[str, object]) -> Iterator[TemplateFile]:
        properties = mapping(artifact.get("properties"))
        template = properties.get("templateFile")
        if not isinstance(template, str):
            return
        environment, stack_name = artifact.get("environment"), properties.get("stackName")
        match = _ENVIRONMENT.fullmatch(environment) if isinstance(environment, str) else None
        account, region = match.groups() if match is not None else ("", "")
        path = str(_inside(self._root, self._directory, template))
        stacks = _Scopes(self._metadata(artifact), self._nested)
        for scope, (paths, nested) in stacks.by_scope.items():
            own = path if scope == "" else stacks.files.get(scope)
            if own is not None:
                yield TemplateFile(
                    path=own,
                    stack_name=(stack_name if isinstance(stack_name, str) else name) if scope == "" else "",
                    artifact_id=name,
                    account=account if account.isdigit() else "",
                    region="" if region == "unknown-region" else region,
                    scope=str(self._directory),
                    construct_paths=paths,
                    is_nested=scope != "",
                    nested=nested,
                    assets=self._assets,
                )

    def _metadata(self, artifact: Mapping[str, object]) -> dict[str, object]:
        """Metadata by construct path; older versions of CDK write it into the manifest."""
        metadata = dict(mapping(artifact.get("metadata")))
        name = artifact.get("additionalMetadataFile")
        if isinstance(name, str):
            metadata.update(_json(_inside(self._root, self._directory, name)))
        return metadata

    def _read_assets(self) -> dict[str, str]:
        """The nested templates by asset hash."""
        paths: dict[str, str] = {}
        for artifact in self._artifacts.values():
            name = mapping(artifact.get("properties")).get("file")
            if artifact.get("type") == _ASSETS and isinstance(name, str):
                assets = mapping(_json(_inside(self._root, self._directory, name)).get("files"))
                for key, asset in assets.items():
                    path = mapping(mapping(asset).get("source")).get("path")
                    if isinstance(path, str) and path in self._nested:
                        paths[key] = self._nested[path]
        return paths


class _Scopes:
    """The constructs of one stack, by the nested stack that they are in; the stack itself is the empty text."""

    def __init__(self, metadata: Mapping[str, object], nested_files: Mapping[str, str]) -> None:
        ids = {path.removeprefix("/"): id_ for path, entries in metadata.items() if (id_ := _entry(entries, "logicalId"))}
        resources = {f"{match[1]}{match[2]}": path for path in ids if (match := _NESTED.fullmatch(path))}
        self.files = {scope: path for scope in resources if (path := _file_of(scope, metadata, nested_files))}
        self.by_scope: dict[str, tuple[dict[str, str], dict[str, str]]] = {
            scope: ({}, {}) for scope in ("", *sorted(resources, key=lambda scope: scope.count("/")))
        }
        for path, logical_id in ids.items():
            self.by_scope[_owner(path, resources)][0][logical_id] = path
        for scope, path in resources.items():
            if scope in self.files:
                self.by_scope[_owner(path, resources)][1][ids[path]] = self.files[scope]


def _owner(path: str, scopes: Mapping[str, str]) -> str:
    above, slash, _ = path.rpartition("/")
    while slash and above not in scopes:
        above, slash, _ = above.rpartition("/")
    return above if slash else ""


def _file_of(scope: str, metadata: Mapping[str, object], nested_files: Mapping[str, str]) -> str | None:
    """The template of a nested stack: named in the metadata, or by CDK's unique id, which ends in a digest of the path."""
    named = _entry(metadata.get(f"/{scope}"), "templateFile")
    if named is not None and named in nested_files:
        return nested_files[named]
    digest = hashlib.md5(scope.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:8].upper()
    return next((path for name, path in nested_files.items() if name.split(".", 1)[0].endswith(digest)), None)


def _entry(entries: object, kind: str) -> str | None:
    for entry in entries if isinstance(entries, list) else ():
        data = mapping(entry).get("data")
        if mapping(entry).get("type") == f"aws:cdk:{kind}" and isinstance(data, str):
            return data
    return None


def _inside(root: Path, directory: Path, name: str) -> Path:
    path = directory / name
    if not _is_below(path, root):
        raise UnreadableSource(str(directory / _MANIFEST), f"it names {name[:60]!r}, which is outside of the assembly")
    return path


def _is_below(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):  # a null character, a name that is too long, links in a circle
        return False


def _json(path: Path) -> Mapping[str, object]:
    text = text_of_file(str(path))
    try:
        body: object = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(str(path), "it is not valid JSON") from error
    if not isinstance(body, dict):
        raise UnreadableSource(str(path), "it is no manifest")
    return body
