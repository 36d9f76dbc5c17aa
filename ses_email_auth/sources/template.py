"""Templates of CloudFormation: the record sets, identities and zones of their resources.

Templates are read one at a time and dropped; what one takes from another is filled in at the end. A parameter of a nested stack
has the value that the parent passes, and is not known if two parents pass different ones.
"""

from __future__ import annotations

import os
import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.sources.cloudformation import Template
from ses_email_auth.sources.contents import Contents, UnreadableSource
from ses_email_auth.sources.file_text import text_of_file
from ses_email_auth.sources.filling import filled
from ses_email_auth.sources.for_each import resources_of
from ses_email_auth.sources.references import Place, References
from ses_email_auth.sources.resources import Reader
from ses_email_auth.sources.template_file import TemplateFile, is_template, read_template_body
from ses_email_auth.sources.template_values import NO_VALUE, mapping, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["TemplateFile", "is_template", "read_template_body", "read_templates"]

_MOST_READS = 8
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}")
_HASH = re.compile(r"[0-9a-f]{64}")
_NESTED = "AWS::CloudFormation::Stack"
_WRITER = "Custom::CrossRegionExportWriter"


def read_templates(files: Iterable[TemplateFile], unreadable: list[UnreadableSource] | None = None) -> list[Contents]:
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
    found: dict[int, Contents] = field(default_factory=dict)
    waiting: deque[tuple[int, TemplateFile]] = field(default_factory=deque)
    known: dict[str, tuple[int, TemplateFile]] = field(default_factory=dict)
    """The templates with parameters that were read, by path."""

    callers: dict[str, dict[tuple[int, str], tuple[Mapping[str, object], Place]]] = field(default_factory=dict)
    """What the stacks that nest a template pass to it, by the path of the template."""

    reads: dict[int, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """Of the first template with a path."""

    def read(self, files: Iterable[TemplateFile]) -> list[Contents]:
        nested: list[tuple[int, TemplateFile]] = []
        for number, file in enumerate(files):
            self.found[number] = Contents(path=file.path)
            if file.is_nested:
                nested.append((number, file))
            else:
                self._take(number, file)
        self.waiting.extend(nested)
        while self.waiting:
            self._take(*self.waiting.popleft())
        return [filled(each, self.references) for each in self.found.values()]

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
        contents = Contents(path=file.path, account=place.account, region=place.region, scope=place.scope)
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
