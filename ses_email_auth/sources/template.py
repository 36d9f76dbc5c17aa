"""CloudFormation templates in JSON or YAML: the record sets, identities and zones of their resources.

A template may stand in what `aws cloudformation get-template` prints, or among the resources of a `serverless.yml`.
Templates are read one at a time and dropped; references between them are resolved at the end. A parameter of a nested stack has
the value that the parent passes, and is not known if two parents pass different ones. `Fn::ForEach` among the resources is
written out ("Fn::ForEach" of the CloudFormation user guide, AWS::LanguageExtensions); a loop over a list that is not known is
left out, and so is the rest when loops grow beyond the size of any stack. Not handled: loops inside of properties and outputs.
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
from ses_email_auth.sources.cloudformation import NO_VALUE, Template, text_of
from ses_email_auth.sources.file_text import text_of_file
from ses_email_auth.sources.json_values import mapping
from ses_email_auth.sources.references import Environment, References, with_marks
from ses_email_auth.sources.resources import ResourceReader, zone_id_of
from ses_email_auth.sources.serverless import holds_variables, is_serverless, template_of, without_variables
from ses_email_auth.sources.source_file import SourceFile, UnreadableSource
from ses_email_auth.sources.yaml_template import parse_yaml
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ses_email_auth.zone.declared import DeclaredValue

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
_SERVERLESS = ("service", "provider", "resources")
_WRAPPED = "TemplateBody"
# The keys that "aws cloudformation get-template" prints.
_WRAPPERS = frozenset({_WRAPPED, "StagesAvailable"})
_JSON_STRING = re.compile(r'\s*"(?:[^"\\]++|\\.)*+"\s*')
# Blank lines, comments, directives and the beginning of the document; then the indentation of its first line.
_YAML_START = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?\r?\n|(?:---|%)[^\n]*+\n)*+( *)")
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}")
_HASH = re.compile(r"[0-9a-f]{64}")
_NESTED = "AWS::CloudFormation::Stack"
_WRITER = "Custom::CrossRegionExportWriter"
_MOST_READS = 8
_LOOP = "Fn::ForEach::"
_LOOP_PARTS = 3  # the name, the list, the body
_MOST_TEXT = 2_000_000  # a template has 1 MB at most
_DEEPEST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """A template and what is known of its stack."""

    path: str
    """As messages show it. The template is read from there if `body` is None."""

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


def is_template_text(text: str) -> bool:
    """Whether `text` is recognised as a template without parsing: JSON by its first key, YAML by its keys.

    False for a template in JSON that begins with a key of no section; `is_template` then tells.
    """
    start = text.lstrip()[:1]
    if start in ("{", "["):
        first = _FIRST_KEY.match(text)
        key = "" if first is None else first[1]
        if key in _WRAPPERS:
            return f'"{_WRAPPED}"' in text and "Resources" in text
        return key in _SECTIONS and '"Resources"' in text
    if start == '"' and _JSON_STRING.fullmatch(text):  # what "get-template --query TemplateBody" prints of YAML
        return "Resources" in text
    return _has_keys_of_yaml(text)


def _has_keys_of_yaml(text: str) -> bool:
    """Whether the outermost mapping, which may be indented as a whole, has the keys of a template or of a service."""
    start = _YAML_START.match(text)
    indentation = "" if start is None else start[1]
    names = "|".join(("Resources", _WRAPPED, *_SERVERLESS))
    keys: set[str] = set()
    for match in re.finditer(rf"""^{indentation}["']?({names})["']?[ \t]*:(?=\s|$)""", text, re.MULTILINE):
        keys.add(match[1])
        if match[1] == "Resources" or match[1] == _WRAPPED or keys.issuperset(_SERVERLESS):
            return True
    return False


def is_template(body: object) -> bool:
    """Whether parsed JSON or YAML has resources with a type, as a template has; or holds such a template."""
    members = mapping(body)
    if "Resources" not in members:
        wrapped = members.get(_WRAPPED)
        return is_serverless(members) or (isinstance(wrapped, str | Mapping) and "Resources" in wrapped)
    resources = mapping(members["Resources"])
    return any(
        str(name).startswith(_LOOP) or isinstance(mapping(resource).get("Type"), str) for name, resource in resources.items()
    )


def read_template_body(text: str, path: str) -> Mapping[str, object]:
    """A template in JSON or YAML, told apart by its first character; out of what it stands in.

    Raises:
        UnreadableSource: if it is neither, or no mapping.
    """
    body = _parsed(text, path)
    if isinstance(body, str):
        body = _parsed(body, path)
    if not isinstance(body, dict):
        raise UnreadableSource(path, "it is no template; a template is a mapping with 'Resources'")
    if "Resources" not in body and _WRAPPED in body:
        body = _unwrapped(body[_WRAPPED], path)
    elif is_serverless(body):
        return template_of(body, path)
    return without_variables(body, path) if holds_variables(text) else body


def _unwrapped(wrapped: object, path: str) -> dict[str, object]:
    """The template of `get-template`: JSON is printed as an object, YAML as one text."""
    try:
        body = _parsed(wrapped, path) if isinstance(wrapped, str) else wrapped
    except UnreadableSource as error:
        raise UnreadableSource(path, f"{error.reason} (in {_WRAPPED})") from error
    if not isinstance(body, dict) or "Resources" not in body:
        raise UnreadableSource(path, f"it is no template: its {_WRAPPED} has no 'Resources'")
    return body


def _parsed(text: str, path: str) -> object:
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] not in ("{", "[") and not _JSON_STRING.fullmatch(text):
        return parse_yaml(text, path)
    try:
        # Numbers stay text: a TTL of a million digits is no reason to stop.
        body: object = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise UnreadableSource(path, "it is nested too deep") from error
    except json.JSONDecodeError as error:
        raise UnreadableSource(path, f"line {error.lineno}: {error.msg[:1].lower()}{error.msg[1:]}") from error
    return body


def read_templates(files: Iterable[TemplateFile], unreadable: list[UnreadableSource] | None = None) -> list[SourceFile]:
    """What templates declare, in their order.

    Args:
        files: the templates.
        unreadable: errors are added here, and such a file counts as empty. Default: - the first one is raised

    Raises:
        UnreadableSource: if a file cannot be read.
    """
    return _Reading(unreadable).read(files)


@dataclass(slots=True)
class _Reading:
    """The templates of one call, by their number."""

    unreadable: list[UnreadableSource] | None
    references: References = field(default_factory=References)
    source_files: dict[int, SourceFile] = field(default_factory=dict)
    waiting: deque[tuple[int, TemplateFile]] = field(default_factory=deque)
    parametrized: dict[str, tuple[int, TemplateFile]] = field(default_factory=dict)
    """The templates with parameters that were read, by path."""

    calls: dict[str, dict[tuple[int, str], tuple[Mapping[str, object], Environment]]] = field(default_factory=dict)
    """What the stacks that nest a template pass to it, by the path of the template."""

    reads: dict[int, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """The number of the first template of each path."""

    def read(self, files: Iterable[TemplateFile]) -> list[SourceFile]:
        nested: list[tuple[int, TemplateFile]] = []
        for number, file in enumerate(files):
            self.source_files[number] = SourceFile(path=file.path)
            if file.is_nested:
                nested.append((number, file))
            else:
                self._take(number, file)
        self.waiting.extend(nested)
        while self.waiting:
            self._take(*self.waiting.popleft())
        for source_file in self.source_files.values():
            _resolve_references(source_file, self.references)
        return list(self.source_files.values())

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
        parameters, parent = self._passed(path)
        environment = Environment(
            file.account if _ACCOUNT.fullmatch(file.account) else parent.account,
            file.region if _REGION.fullmatch(file.region) else parent.region,
            file.scope or parent.scope,
        )
        base = file.path if self.numbers.setdefault(path, number) == number else f"{file.path} {number + 1}"
        template = Template(body, base, environment, file.stack_name, parameters, self.references)
        template.resources = resources_of(body, template.value)
        nested = {name: _nested_path(file, template, name) for name in template.resources if template.kind(name) == _NESTED}
        template.nested_path = nested.get
        self.source_files[number] = SourceFile(
            path=file.path, account=environment.account, region=environment.region, scope=environment.scope
        )
        ResourceReader(template, self.source_files[number], file.construct_paths).read()
        _offer(template, number, path)
        if any(_is_passed(parameter) for parameter in mapping(body.get("Parameters")).values()):
            self.parametrized[path] = (number, file)
        for name, nested_path in nested.items():
            if nested_path is not None:
                self._call(number, template, name, nested_path)

    def _call(self, number: int, template: Template, name: str, path: str) -> None:
        """Note what the nested stack `name` is passed; its template is read again if it was read with other parameters."""
        before = self._passed(path)
        properties = mapping(template.value(template.resources[name].get("Properties")))
        self.calls.setdefault(path, {})[number, name] = (mapping(properties.get("Parameters")), template.environment)
        known = self.parametrized.get(path)
        if known is not None and self.reads[known[0]] < _MOST_READS and self._passed(path) != before:
            self.waiting.append(known)

    def _passed(self, path: str) -> tuple[Mapping[str, object], Environment]:
        """The parameters that parents pass to a template, and their environment: as far as all of them agree."""
        calls = list(self.calls.get(path, {}).values())
        parameters: dict[str, object] = {}
        for name in {name for passed, _ in calls for name in passed}:
            values = [passed.get(name) for passed, _ in calls]
            parameters[name] = values[0] if all(value == values[0] for value in values) else NO_VALUE
        environments = {environment for _, environment in calls}
        return parameters, environments.pop() if len(environments) == 1 else Environment()


def _is_passed(parameter: object) -> bool:
    """Whether a parent may pass the parameter; the value of an SSM parameter comes from elsewhere."""
    kind = mapping(parameter).get("Type")
    return not (isinstance(kind, str) and kind.startswith("AWS::SSM::"))


def _nested_path(file: TemplateFile, template: Template, name: str) -> str | None:
    """The path of the template of a nested stack; None if the template does not say."""
    resource = template.resources[name]
    url = text_of(template.value(mapping(resource.get("Properties")).get("TemplateURL")))
    asset = mapping(resource.get("Metadata")).get("aws:asset:path")
    hashes = _HASH.findall(url) if isinstance(url, str) else []
    path = file.nested.get(name) or next((file.assets[digest] for digest in hashes if digest in file.assets), None)
    if path is None and isinstance(asset, str):
        path = os.path.join(os.path.dirname(file.path), asset)  # noqa: PTH118, PTH120 - keeps the spelling of the path
    if path is None and isinstance(url, str) and "://" not in url:
        path = os.path.join(os.path.dirname(file.path), url)  # noqa: PTH118, PTH120 - as above
    return None if path is None else os.path.normpath(path)


def _offer(template: Template, number: int, path: str) -> None:
    """Offer what other templates may refer to: outputs, exports, and values written into another region."""
    offer, environment = template.references.offer, template.environment
    for name, member in mapping(template.body.get("Outputs")).items():
        output = mapping(member)
        value = text_of(template.value(output.get("Value")))
        if value is None or template.condition(output.get("Condition")) is False:
            continue
        offer(("file", path, name), number, Environment(), value)
        offer(("stack", template.stack_name, name), number, environment, value)
        export = text_of(template.value(mapping(output.get("Export")).get("Name")))
        if isinstance(export, str):
            offer(("export", export), number, environment, value)
    for name, resource in template.resources.items():
        if template.kind(name) == _WRITER:
            written = mapping(mapping(template.value(resource.get("Properties"))).get("WriterProps"))
            region = written.get("region")
            there = Environment(environment.account, region if isinstance(region, str) else "", environment.scope)
            for key, exported in mapping(written.get("exports")).items():
                offer(("ssm", key), number, there, exported)


def _resolve_references(file: SourceFile, references: References) -> None:
    """Replace the marks in `file` by the values that other templates offer."""
    if references.requests:
        file.records = [_record(record, references) if _holds_mark(record) else record for record in file.records]
        file.identities = [_identity(identity, references) for identity in file.identities]
        file.zones = [replace(zone, zone_id=zone_id_of(references.resolve(zone.zone_id))) for zone in file.zones]


def _holds_mark(record: DeclaredRecordSet) -> bool:
    return (
        holds_token(record.zone_id)
        or holds_token(record.spelling)
        or any(holds_token(value) for value in record.values if isinstance(value, str))
    )


def _record(record: DeclaredRecordSet, references: References) -> DeclaredRecordSet:
    name = references.resolve(record.name if isinstance(record.name, KnownAfterDeploy) else record.spelling)
    values: tuple[DeclaredValue, ...] = tuple(references.resolve(value) for value in record.values)
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
        zone_id=zone_id_of(references.resolve(record.zone_id)),
    )


def _identity(identity: DeclaredIdentity, references: References) -> DeclaredIdentity:
    mail_from = identity.mail_from
    return replace(
        identity,
        name=with_marks(references.resolve(identity.name)),
        mail_from=None if mail_from is None else with_marks(references.resolve(mail_from)),
    )


def resources_of(body: Mapping[str, object], value: Callable[[object], object]) -> dict[str, Mapping[str, object]]:
    """The resources by logical id, loops written out; what is no resource is left out.

    Args:
        body: the template.
        value: resolves the functions in the list of a loop.
    """
    resources = _Loops(value).written_out(mapping(body.get("Resources")))
    return {name: resource for name, resource in resources if isinstance(resource, Mapping)}


class _Loops:
    """`Fn::ForEach` in one template, up to a size."""

    def __init__(self, value: Callable[[object], object]) -> None:
        self._value = value
        self._left = _MOST_TEXT

    def written_out(self, members: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        for name, member in members.items():
            if not isinstance(name, str):
                continue
            if not name.startswith(_LOOP):
                yield name, member
            elif isinstance(member, list | tuple) and len(member) == _LOOP_PARTS:
                variable, collection, body = member
                items = self._value(collection)
                if isinstance(variable, str) and isinstance(items, list):
                    yield from self._rounds(variable, items, body)

    def _rounds(self, variable: str, items: list[object], body: object) -> Iterator[tuple[str, object]]:
        for item in items:
            text = text_of(item)
            if isinstance(text, str):
                members = mapping(self._replaced(body, variable, text, 0))
                if self._left <= 0:
                    return
                yield from self.written_out(members)

    def _replaced(self, value: object, variable: str, text: str, depth: int) -> object:
        """`value` with `${variable}`, `&{variable}` and `{"Ref": variable}` replaced, down to a depth."""
        if depth > _DEEPEST or self._left <= 0:
            return None
        self._left -= 1
        if isinstance(value, str):
            self._left -= len(value) + (value.count(variable) * len(text) if variable else _MOST_TEXT)
            plain = "".join(filter(str.isalnum, text))
            return value.replace(f"${{{variable}}}", text).replace(f"&{{{variable}}}", plain) if self._left > 0 else value
        if isinstance(value, Mapping):
            if len(value) == 1 and value.get("Ref") == variable:
                return text
            members = ((self._replaced(name, variable, text, depth + 1), member) for name, member in value.items())
            return {name: self._replaced(member, variable, text, depth + 1) for name, member in members}
        return [self._replaced(member, variable, text, depth + 1) for member in value] if isinstance(value, list) else value
