"""The lines of resources, and of values and properties within them, in JSON and YAML files, for findings that are shown.

Only the reader of zone files counts lines. Elsewhere the file is searched when a finding is printed: for a logical id, an
address of Terraform, or an entry of Route 53's list or change batch, and within it for the value that the finding speaks about.
What is not found has the line of what holds it; a resource that is not found has none. A file is opened once.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ses_email_auth.sources.file_text import STANDARD_INPUT, file_text
from ses_email_auth.sources.positions import JsonNode, scalars, yaml_root
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.zone.declared import VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ses_email_auth.sources.positions import Member, Node
    from ses_email_auth.zone.declared import Origin, Part

_FILES = 1  # findings are sorted by file, and the text of a file is kept
# What the properties of CloudFormation are called by Terraform.
_OF_TERRAFORM = {
    "ConfigurationSetAttributes": ("configuration_set_name",),
    "DkimSigningAttributes": ("dkim_signing_attributes",),
    "EmailIdentity": ("email_identity", "domain", "email"),
    "Name": ("name",),
    VALUES: ("records",),
    "TTL": ("ttl",),
    "Type": ("type",),
}
# What holds the properties, where no location of the template says it: in Terraform's output, in its state, in a change.
_HOLDERS = ("values", "attributes", "ResourceRecordSet")
_GROUP = "RecordSets"


def line_of(origin: Origin) -> int | None:
    """The line in the file, counted from 1: as the reader counted it, or by searching the file; None if it is not found."""
    if origin.line is not None or not origin.resource or origin.path == STANDARD_INPUT:
        return origin.line
    try:
        status = Path(origin.path).stat()
        place = _places(origin.path, status.st_mtime_ns, status.st_size).get(origin.resource)
    except (OSError, ValueError):
        return None
    return None if place is None else _line_within(place, origin)


@dataclass(frozen=True, slots=True)
class _Place:
    """A resource in its file."""

    line: int
    node: Node | None
    """None if its parts have no lines of their own."""


@functools.lru_cache(maxsize=_FILES)
def _places(path: str, _changed: int, _size: int) -> Mapping[str, _Place]:
    """All resources of a file, searched again if the file has changed."""
    try:
        return dict(_resources(file_text(path).text))
    except (UnreadableSource, ValueError, LookupError, RecursionError):  # it is another file than the one that was read
        return {}


def _resources(text: str) -> Iterator[tuple[str, _Place]]:
    start = text.lstrip()[:1]
    root: Node | None = JsonNode.root(text) if start and start in '{"' else yaml_root(text)
    if root is None:
        return
    if root.text is not None:
        yield from _within_text(root)
        return
    sections = root.members()
    yield from _in_template(root, sections)
    yield from _of_route53(sections)
    yield from _of_terraform(sections)


def _within_text(node: Node) -> Iterator[tuple[str, _Place]]:
    """The resources of a template that `get-template` has printed as one text, which has one line."""
    for name, _ in _resources(node.text or ""):
        yield name, _Place(node.line, None)


def _in_template(root: Node, sections: Mapping[str, Member]) -> Iterator[tuple[str, _Place]]:
    """By logical id, also in what `get-template` prints, and below `resources` of a service."""
    wrapped = sections.get("TemplateBody", sections.get("resources"))
    if "Resources" in sections or wrapped is None:
        parts: list[Node] = [root]
    elif wrapped.node.text is not None:
        yield from _within_text(wrapped.node)
        return
    else:
        parts = [wrapped.node, *wrapped.node.elements()]
    for part in parts:
        resources = part.members().get("Resources")
        for name, member in {} if resources is None else resources.node.members().items():
            yield name, _Place(member.line, member.node)


def _of_route53(sections: Mapping[str, Member]) -> Iterator[tuple[str, _Place]]:
    """The entries of a list, or the changes of a batch, by their number."""
    batch = sections["ChangeBatch"].node.members() if "ChangeBatch" in sections else sections
    for name, members in (("ResourceRecordSets", sections), ("Changes", batch)):
        for index, entry in enumerate(members[name].node.elements() if name in members else ()):
            change = entry.members()
            record = change["ResourceRecordSet"].node.members() if "ResourceRecordSet" in change else change
            yield f"{name}[{index}]", _Place(record["Name"].line if "Name" in record else _line(entry), entry)


def _of_terraform(sections: Mapping[str, Member]) -> Iterator[tuple[str, _Place]]:
    """By address: what `terraform show -json` prints, and the file in which Terraform keeps its state."""
    shown = sections.get("planned_values", sections.get("values"))
    modules = [] if shown is None else [member.node for member in (shown.node.members().get("root_module"),) if member]
    while modules:
        module = modules.pop().members()
        for resource in _elements(module, "resources"):
            address = resource.members().get("address")
            if address is not None and address.node.text is not None:
                yield address.node.text, _Place(address.line, resource)
        modules += _elements(module, "child_modules")
    for resource in _elements(sections, "resources"):
        members = resource.members()
        kind = "data" if _text(members, "mode") == "data" else ""
        base = ".".join(filter(None, (_text(members, "module"), kind, _text(members, "type"), _text(members, "name"))))
        for instance in _elements(members, "instances"):
            yield from ((f"{base}{key}", _Place(_line(instance), instance)) for key in _keys(instance.members()))


def _line(node: Node) -> int:
    """Where a person looks for an element: a mapping is known by its first key."""
    first = next(iter(node.members().values()), None)
    return node.line if first is None else first.line


def _elements(members: Mapping[str, Member], name: str) -> Sequence[Node]:
    return members[name].node.elements() if name in members else ()


def _text(members: Mapping[str, Member], name: str) -> str:
    return (members[name].node.text if name in members else None) or ""


def _keys(instance: Mapping[str, Member]) -> tuple[str, ...]:
    """The brackets of an instance of `count` and of `for_each`; none for one that the next apply destroys."""
    key = _text(instance, "index_key")
    if _text(instance, "deposed"):
        return ()
    return (f"[{key}]", f"[{json.dumps(key, ensure_ascii=False)}]") if key else ("",)


def _line_within(place: _Place, origin: Origin) -> int:
    """The line of the part that the finding speaks about, or of what holds it."""
    if place.node is None:
        return place.line
    line, members = place.line, place.node.members()
    group, member_of_group = _steps(origin.location)
    for holder in (group,) if group else _HOLDERS:
        members = members[holder].node.members() if holder in members else members
    if member_of_group is not None:
        sets = _elements(members, _GROUP)
        if member_of_group >= len(sets):
            return members[_GROUP].line if _GROUP in members else line
        line, members = _line(sets[member_of_group]), sets[member_of_group].members()
    part = origin.part
    if part is None:
        return line
    name, *within = part.name.split("/")
    found = next((members[each] for each in (name, *_OF_TERRAFORM.get(name, ())) if each in members), None)
    if found is None:
        return line
    for step in within:
        found = found.node.members().get(step, found)
    return _line_of_part(found, part)


def _steps(location: str) -> tuple[str, int | None]:
    """The member of a resource that holds its properties, and which record set of a group is meant."""
    properties, *rest = location.split("/")
    is_in_group = len(rest) > 1 and rest[0] == _GROUP and rest[1].isdecimal()
    return properties, int(rest[1]) if is_in_group else None


def _line_of_part(found: Member, part: Part) -> int:
    """Where the text stands; a value that a function makes is where the function is."""
    elements = found.node.elements()
    own = elements[part.index] if 0 < part.count == len(elements) else None  # else a function makes the list, or a part of it
    written = scalars(found.node if own is None else own)
    otherwise = found.line if own is None else _line(own)
    return next((each.line for each in written if each.text in part.spellings), otherwise)
