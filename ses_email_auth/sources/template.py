"""One template of CloudFormation: a file in JSON or YAML, and what is known of its stack.

`Fn::ForEach` among the resources of a template ("Fn::ForEach" of the CloudFormation user guide, AWS::LanguageExtensions).

A loop over a list that is not known is left out, and so is what follows when loops write out more than any stack can hold.
Not handled: loops inside of properties and outputs.

Puts into record sets and identities what other templates say.

Templates of CloudFormation: the record sets, identities and zones of their resources.

Templates are read one at a time and dropped; references are resolved at the end. A parameter of a nested stack
has the value that the parent passes, and is not known if two parents pass different ones.
"""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.cloudformation import NO_VALUE, Template, mapping, text_of
from ses_email_auth.sources.file_text import text_of_file
from ses_email_auth.sources.references import Place, References, with_marks
from ses_email_auth.sources.resources import Reader, zone_id_of
from ses_email_auth.sources.source_file import SourceFile, UnreadableSource
from ses_email_auth.sources.yaml_template import parse_yaml
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ses_email_auth.zone.declared import DeclaredValue

__all__ = [
    "TemplateFile",
    "is_template",
    "read_template_body",
    "read_templates",
    "resolve_references",
    "resources_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """A template and what is known of its stack."""

    path: str
    """As shown to people. It is read from there unless `body` is given."""

    body: Mapping[str, object] | None = None
    stack_name: str = ""
    artifact_id: str = ""
    """The name of the stack in its assembly."""

    account: str = ""
    """Twelve digits; anything else counts as not known."""

    region: str = ""
    """Likewise `unknown-region` and tokens."""

    scope: str = ""
    """What is deployed together: the folder of an assembly, one for each stage. Default: - the file alone"""

    construct_paths: Mapping[str, str] = field(default_factory=dict)
    """By logical id, without a leading slash."""

    is_nested: bool = False
    """Whether a parent stack passes parameters, so that it is read after the others."""

    nested: Mapping[str, str] = field(default_factory=dict)
    """The paths of the templates of nested stacks, by logical id. Default: - by the `TemplateURL` and CDK's metadata"""

    assets: Mapping[str, str] = field(default_factory=dict)
    """The paths of templates by the asset hash in a `TemplateURL`."""


def read_template_body(text: str, path: str) -> Mapping[str, object]:
    """A template in JSON or YAML, told apart by its first character.

    Raises:
        UnreadableSource: if it is neither, or no mapping.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        try:
            # Numbers stay text: a TTL of a million digits is no reason to stop.
            body: object = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        except RecursionError as error:
            raise UnreadableSource(path, "it is nested too deep") from error
        except json.JSONDecodeError as error:
            raise UnreadableSource(path, f"line {error.lineno}: {error.msg[:1].lower()}{error.msg[1:]}") from error
    else:
        body = parse_yaml(text, path)
    if not isinstance(body, dict):
        raise UnreadableSource(path, "it is no template; a template is a mapping with 'Resources'")
    return body


def is_template(body: object) -> bool:
    """Whether `body` has resources with a type, as a template of CloudFormation has."""
    resources = mapping(mapping(body).get("Resources"))
    return any(
        str(name).startswith("Fn::ForEach::") or isinstance(mapping(each).get("Type"), str) for name, each in resources.items()
    )


_LOOP = "Fn::ForEach::"
_PARTS = 3  # the name, the list, the body
_MOST_TEXT = 2_000_000  # a template has 1 MB at most
_DEEPEST = 64


def resources_of(body: Mapping[str, object], value: Callable[[object], object]) -> dict[str, Mapping[str, object]]:
    """The resources by logical id, loops written out; what is no resource is left out.

    Args:
        body: the template.

        value: resolves the functions in the list of a loop.
    """
    found = _Loops(value).written_out(mapping(body.get("Resources")), 0)
    return {name: each for name, each in found if isinstance(each, Mapping)}


class _Loops:
    def __init__(self, value: Callable[[object], object]) -> None:
        self._value = value
        self._left = _MOST_TEXT

    def written_out(self, members: Mapping[str, object], depth: int) -> Iterator[tuple[str, object]]:
        for name, member in members.items():
            if not isinstance(name, str):
                continue
            if not name.startswith(_LOOP):
                yield name, member
            elif isinstance(member, list | tuple) and len(member) == _PARTS and depth < _DEEPEST:
                variable, given, body = member
                items = self._value(given)
                if isinstance(variable, str) and isinstance(items, list):
                    yield from self._rounds(variable, items, body, depth)

    def _rounds(self, variable: str, items: list[object], body: object, depth: int) -> Iterator[tuple[str, object]]:
        for item in items:
            text = text_of(item)
            if isinstance(text, str):
                members = mapping(self._replaced(body, variable, text, 0))
                if self._left <= 0:
                    return
                yield from self.written_out(members, depth + 1)

    def _replaced(self, given: object, variable: str, text: str, depth: int) -> object:
        """`given` with `${variable}`, `&{variable}` and `{"Ref": variable}` replaced."""
        if depth > _DEEPEST or self._left <= 0:
            return None
        self._left -= 1
        if isinstance(given, str):
            self._left -= len(given) + (given.count(variable) * len(text) if variable else _MOST_TEXT)
            plain = "".join(filter(str.isalnum, text))
            return given.replace(f"${{{variable}}}", text).replace(f"&{{{variable}}}", plain) if self._left > 0 else given
        if isinstance(given, Mapping):
            if len(given) == 1 and given.get("Ref") == variable:
                return text
            members = ((self._replaced(name, variable, text, depth + 1), member) for name, member in given.items())
            return {name: self._replaced(member, variable, text, depth + 1) for name, member in members}
        return [self._replaced(each, variable, text, depth + 1) for each in given] if isinstance(given, list) else given


def resolve_references(contents: SourceFile, references: References) -> SourceFile:
    """`contents` with every mark replaced that another template answers."""
    if references.requests:
        contents.records = [_record(each, references) if _holds_mark(each) else each for each in contents.records]
        contents.identities = [_identity(each, references) for each in contents.identities]
        contents.zones = [
            replace(each, zone_id=zone_id_of(references.resolve_references(each.zone_id))) for each in contents.zones
        ]
    return contents


def _holds_mark(record: DeclaredRecordSet) -> bool:
    return (
        holds_token(record.zone_id)
        or holds_token(record.spelling)
        or any(holds_token(value) for value in record.values if isinstance(value, str))
    )


def _record(record: DeclaredRecordSet, references: References) -> DeclaredRecordSet:
    given = record.name if isinstance(record.name, KnownAfterDeploy) else record.spelling
    name = references.resolve_references(given)
    values: tuple[DeclaredValue, ...] = tuple(references.resolve_references(value) for value in record.values)
    return DeclaredRecordSet.of(
        str(name),
        record.type_text,
        values,
        record.origin,
        known_name=name if isinstance(name, KnownAfterDeploy) else None,
        ttl=record.ttl,
        set_identifier=record.set_identifier,
        is_alias=record.is_alias,
        identity=record.identity,
        zone_id=zone_id_of(references.resolve_references(record.zone_id)),
    )


def _identity(identity: DeclaredIdentity, references: References) -> DeclaredIdentity:
    mail_from = identity.mail_from
    return replace(
        identity,
        name=with_marks(references.resolve_references(identity.name)),
        mail_from=None if mail_from is None else with_marks(references.resolve_references(mail_from)),
    )


_MOST_READS = 8
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}")
_HASH = re.compile(r"[0-9a-f]{64}")
_NESTED = "AWS::CloudFormation::Stack"
_WRITER = "Custom::CrossRegionExportWriter"


def read_templates(files: Iterable[TemplateFile], unreadable: list[UnreadableSource] | None = None) -> list[SourceFile]:
    """What the templates hold, in their order.

    Args:
        files: the templates.

        unreadable: what cannot be read is put here, and counts as empty. Default: - the first one is raised

    Raises:
        UnreadableSource: if a file cannot be read.
    """
    return _Reading(unreadable).read(files)


@dataclass(slots=True)
class _Reading:
    """All templates of one call."""

    unreadable: list[UnreadableSource] | None
    references: References = field(default_factory=References)
    found: dict[int, SourceFile] = field(default_factory=dict)
    waiting: deque[tuple[int, TemplateFile]] = field(default_factory=deque)
    known: dict[str, tuple[int, TemplateFile]] = field(default_factory=dict)
    """The templates with parameters that were read, by path."""

    callers: dict[str, dict[tuple[int, str], tuple[Mapping[str, object], Place]]] = field(default_factory=dict)
    """What the stacks that nest a template pass to it, by the path of the template."""

    reads: dict[int, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """Of the first template with a path."""

    def read(self, files: Iterable[TemplateFile]) -> list[SourceFile]:
        nested: list[tuple[int, TemplateFile]] = []
        for number, file in enumerate(files):
            self.found[number] = SourceFile(path=file.path)
            if file.is_nested:
                nested.append((number, file))
            else:
                self._take(number, file)
        self.waiting.extend(nested)
        while self.waiting:
            self._take(*self.waiting.popleft())
        return [resolve_references(each, self.references) for each in self.found.values()]

    def _take(self, number: int, file: TemplateFile) -> None:
        try:
            self._read(number, file)
        except UnreadableSource as error:
            if self.unreadable is None:
                raise
            self.unreadable.append(error)

    def _read(self, number: int, file: TemplateFile) -> None:
        path = os.path.normpath(file.path)
        self.reads[number] = self.reads.get(number, 0) + 1
        body = read_template_body(text_of_file(file.path), file.path) if file.body is None else file.body
        given, parent = self._given(path)
        place = Place(
            file.account if _ACCOUNT.fullmatch(file.account) else parent.account,
            file.region if _REGION.fullmatch(file.region) else parent.region,
            file.scope or parent.scope,
        )
        base = file.path if self.numbers.setdefault(path, number) == number else f"{file.path} {number + 1}"
        template = Template(body, base, place, file.stack_name, given, self.references)
        template.resources = resources_of(body, template.value)
        children = {name: _child(file, template, name) for name in template.resources if template.kind(name) == _NESTED}
        template.child = children.get
        contents = SourceFile(path=file.path, account=place.account, region=place.region, scope=place.scope)
        Reader(template, contents, file.construct_paths).read()
        self.found[number] = contents
        _offer(template, number, path)
        if any(_is_passed(each) for each in mapping(body.get("Parameters")).values()):
            self.known[path] = (number, file)
        for name, child in children.items():
            if child is not None:
                self._call(number, template, name, child)

    def _call(self, number: int, template: Template, name: str, child: str) -> None:
        """Note what the stack `name` passes to `child`, which is read again if it was read with other parameters."""
        before = self._given(child)
        properties = mapping(template.value(template.resources[name].get("Properties")))
        self.callers.setdefault(child, {})[number, name] = (mapping(properties.get("Parameters")), template.place)
        known = self.known.get(child)
        if known is not None and self.reads[known[0]] < _MOST_READS and self._given(child) != before:
            self.waiting.append(known)

    def _given(self, path: str) -> tuple[Mapping[str, object], Place]:
        """The parameters that are passed to a template, and where its parents are: as far as all of them agree."""
        calls = list(self.callers.get(path, {}).values())
        given: dict[str, object] = {}
        for name in {name for passed, _ in calls for name in passed}:
            values = [passed.get(name) for passed, _ in calls]
            given[name] = values[0] if all(value == values[0] for value in values) else NO_VALUE
        places = {place for _, place in calls}
        return given, places.pop() if len(places) == 1 else Place()


def _is_passed(parameter: object) -> bool:
    kind = mapping(parameter).get("Type")
    return not (isinstance(kind, str) and kind.startswith("AWS::SSM::"))


def _child(file: TemplateFile, template: Template, name: str) -> str | None:
    """The path of the template of a nested stack; None if the template does not say."""
    resource = template.resources[name]
    url = text_of(template.value(mapping(resource.get("Properties")).get("TemplateURL")))
    asset = mapping(resource.get("Metadata")).get("aws:asset:path")
    hashes = _HASH.findall(url) if isinstance(url, str) else []
    found = file.nested.get(name) or next((file.assets[each] for each in hashes if each in file.assets), None)
    if found is None and isinstance(asset, str):
        found = os.path.join(os.path.dirname(file.path), asset)  # noqa: PTH118, PTH120 - texts, as people gave them
    if found is None and isinstance(url, str) and "://" not in url:
        found = os.path.join(os.path.dirname(file.path), url)  # noqa: PTH118, PTH120 - as above
    return None if found is None else os.path.normpath(found)


def _offer(template: Template, number: int, path: str) -> None:
    """Tell the other templates what this one gives them."""
    offer, place = template.references.offer, template.place
    for name, each in mapping(template.body.get("Outputs")).items():
        output = mapping(each)
        value = text_of(template.value(output.get("Value")))
        if value is None or template.condition(output.get("Condition")) is False:
            continue
        offer(("file", path, name), number, Place(), value)
        offer(("stack", template.stack_name, name), number, place, value)
        export = text_of(template.value(mapping(output.get("Export")).get("Name")))
        if isinstance(export, str):
            offer(("export", export), number, place, value)
    for name, resource in template.resources.items():
        if template.kind(name) == _WRITER:
            written = mapping(mapping(template.value(resource.get("Properties"))).get("WriterProps"))
            region = written.get("region")
            there = Place(place.account, region if isinstance(region, str) else "", place.scope)
            for key, exported in mapping(written.get("exports")).items():
                offer(("ssm", key), number, there, exported)
