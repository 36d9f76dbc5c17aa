"""JSON and YAML with the line of every member and element, for findings that are shown.

JSON is looked at from place to place: what lies between is passed over by the decoder of Python. YAML is built once from the
events of its parser. Of two equal keys the last one counts, as in the readers.
"""

from __future__ import annotations

import functools
import json
import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yaml._yaml import Mark as MarkOfC
    from yaml.error import Mark
    from yaml.events import NodeEvent

_MOST_LOOKED_AT = 1000  # values within one property
_OPENED = 8  # mappings and lists that are kept


class Node(Protocol):
    """A value of a document."""

    @property
    def line(self) -> int:
        """Where it begins, counted from 1; of a block of YAML, where its text does."""

    @property
    def text(self) -> str | None:
        """A text; a number as it is written. None for anything else."""

    def members(self) -> Mapping[str, Member]:
        """What a mapping holds; empty for anything else."""

    def elements(self) -> Sequence[Node]:
        """What a list holds; empty for anything else."""


@dataclass(frozen=True, slots=True)
class Member:
    """A value of a mapping."""

    line: int
    """Of the key."""

    node: Node


def scalars(node: Node) -> Iterator[Node]:
    """The texts within a value, in their order, as far as a person would look."""
    waiting: list[Node] = [node]
    for _ in range(_MOST_LOOKED_AT):
        if not waiting:
            return
        at = waiting.pop()
        if at.text is not None:
            yield at
        inner = [*at.elements(), *(member.node for member in at.members().values())]
        waiting.extend(reversed(inner))


# JSON


_BLANK = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)


class _Text:
    """A text in JSON, and where its lines begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends = array("Q", (match.start() for match in re.finditer("\n", text)))

    def line(self, at: int) -> int:
        return bisect_left(self._ends, at) + 1

    def value(self, at: int) -> tuple[object, int]:
        """The value at an offset, and the offset behind it."""
        value: object
        value, end = _DECODER.raw_decode(self.text, at)
        return value, end

    def after_blanks(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return at if match is None else match.end()


@dataclass(frozen=True, slots=True)
class JsonNode:
    """A value in JSON, known by its offset."""

    of: _Text
    at: int

    @classmethod
    def root(cls, text: str) -> JsonNode:
        """The value that a text in JSON is."""
        of = _Text(text)
        return cls(of, of.after_blanks(0))

    @property
    def line(self) -> int:
        """As in `Node`."""
        return self.of.line(self.at)

    @property
    def text(self) -> str | None:
        """As in `Node`."""
        if self._begins_with("{") or self._begins_with("["):
            return None
        value, _ = self.of.value(self.at)
        return value if isinstance(value, str) else None

    def _begins_with(self, mark: str) -> bool:
        return self.of.text.startswith(mark, self.at)

    def members(self) -> Mapping[str, Member]:
        """As in `Node`."""
        return _json_members(self)

    def each_member(self) -> Iterator[tuple[str, Member]]:
        """The members in their order, equal keys too."""
        if not self._begins_with("{"):
            return
        at = self.of.after_blanks(self.at + 1)
        while (key := _STRING.match(self.of.text, at)) is not None:
            name, _ = self.of.value(at)
            node = JsonNode(self.of, self.of.after_blanks(self.of.after_blanks(key.end()) + 1))
            yield str(name), Member(self.of.line(at), node)
            at = self._next(node.at)

    def elements(self) -> Sequence[Node]:
        """As in `Node`."""
        return _json_elements(self)

    def each_element(self) -> Iterator[JsonNode]:
        """The elements in their order."""
        if not self._begins_with("["):
            return
        at = self.of.after_blanks(self.at + 1)
        while not self.of.text.startswith("]", at):
            yield JsonNode(self.of, at)
            at = self._next(at)

    def _next(self, at: int) -> int:
        """Where the value behind the one at `at` begins; the end of the list or mapping if there is none."""
        _, end = self.of.value(at)
        end = self.of.after_blanks(end)
        return self.of.after_blanks(end + 1) if self.of.text.startswith(",", end) else end


# Findings about one resource come one after the other, and a group can hold thousands of record sets.
@functools.lru_cache(maxsize=_OPENED)
def _json_members(node: JsonNode) -> Mapping[str, Member]:
    return dict(node.each_member())


@functools.lru_cache(maxsize=_OPENED)
def _json_elements(node: JsonNode) -> Sequence[Node]:
    return list(node.each_element())


# YAML


@dataclass(slots=True)
class YamlNode:
    """A value in YAML; an alias is the value that it stands for."""

    line: int
    text: str | None = None
    by_name: dict[str, Member] | None = None
    """Of a mapping."""

    in_order: list[Node] | None = None
    """Of a list."""

    key: YamlNode | None = None
    """That of the member whose value comes next."""

    def members(self) -> Mapping[str, Member]:
        """As in `Node`."""
        return self.by_name or {}

    def elements(self) -> Sequence[Node]:
        """As in `Node`."""
        return self.in_order or ()

    def add(self, node: YamlNode) -> None:
        """Add the next element, or the next key or value in turn."""
        if self.in_order is not None:
            self.in_order.append(node)
        elif self.key is None or self.by_name is None:
            self.key = node
        else:
            self.by_name[self.key.text or ""] = Member(self.key.line, node)
            self.key = None


def yaml_root(text: str) -> YamlNode | None:
    """The value that the first document is; None if there is none, or it is no YAML."""
    import yaml  # noqa: PLC0415 - an extra, and JSON needs none

    try:
        return _built(text)
    except yaml.YAMLError:
        return None


def _built(text: str) -> YamlNode | None:
    import yaml  # noqa: PLC0415 - as above

    lines = text.split("\n")
    opened: list[YamlNode] = []
    anchors: dict[str | None, YamlNode] = {}
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.CollectionEndEvent):
            node = opened.pop()
            if not opened:
                return node
        elif isinstance(event, yaml.NodeEvent):
            node = anchors[event.anchor] if isinstance(event, yaml.AliasEvent) else _node(event, lines)
            anchors[event.anchor] = node
            if opened:
                opened[-1].add(node)
            if isinstance(event, yaml.CollectionStartEvent):
                opened.append(node)
            elif not opened:
                return node
    return None


def _node(event: NodeEvent, lines: Sequence[str]) -> YamlNode:
    import yaml  # noqa: PLC0415 - as above

    first, last = _line(event.start_mark), _line(event.end_mark)
    if isinstance(event, yaml.SequenceStartEvent):
        return YamlNode(first, in_order=[])
    if not isinstance(event, yaml.ScalarEvent):
        return YamlNode(first, by_name={})
    if event.style in ("|", ">") and event.value.strip():  # the text of a block begins below its mark
        first = next((number for number in range(first + 1, last + 1) if lines[number - 1].strip()), first)
    return YamlNode(first, event.value)


def _line(mark: Mark | MarkOfC | None) -> int:
    return 1 if mark is None else mark.line + 1
