"""CloudFormation templates in YAML 1.1, with short forms such as `!Ref` ("Template formats" of the CloudFormation user guide).

Built from parser events, which bounds depth and size: aliases may double again and again or hold themselves, and nesting may
never end. Of two equal keys the last one counts, as in JSON. Numbers stay text, as CloudFormation reads them.
Not handled: keys that are lists or mappings (refused), `!!binary` and dates (kept as text).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.sources.source_file import UnreadableSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yaml.events import Event, ScalarEvent

_DEEPEST = 128
_TOO_DEEP = f"it is nested deeper than {_DEEPEST} levels"
_MOST_NODES = 2_000_000
_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = frozenset(f(word) for word in ("true", "yes", "on") for f in (str, str.title, str.upper))
_FALSE = frozenset(f(word) for word in ("false", "no", "off") for f in (str, str.title, str.upper))
_WITHOUT_PREFIX = ("Ref", "Condition")
_MERGE = "<<"


def parse_yaml(text: str, path: str) -> object:
    """The first document of `text` as mappings, lists, texts, True, False and None.

    Raises:
        UnreadableSource: if it is no YAML, is nested too deep, or grows too large through aliases.
    """
    try:
        import yaml  # noqa: PLC0415 - an extra, and JSON needs none
    except ImportError as error:
        raise UnreadableSource(path, "YAML needs the package pyyaml; pip install 'ses-email-auth[cli]'") from error
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(path).build(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = "" if mark is None else f"line {mark.line + 1}: "
        problem = error.problem or error.context or "no YAML"
        # Some builds of libyaml have a limit of their own, and read ahead: they may fail before `_limit` does.
        raise UnreadableSource(path, _TOO_DEEP if "nesting depth" in problem else f"{line}{problem}") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise UnreadableSource(path, "it holds characters that YAML forbids") from error


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is not closed yet."""

    into: list[object] | dict[str, object]
    tag: str | None
    anchor: str | None
    key: str | None = None
    size: int = 1
    height: int = 1
    merged: list[object] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Node:
    """A value that is complete, with the number of values and levels in it."""

    value: object
    size: int
    height: int


class _Builder:
    """Builds the value of one document from parser events."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open: list[_Frame] = []
        self._anchors: dict[str, _Node] = {}
        self._root: _Node | None = None

    def build(self, events: Iterable[Event]) -> object:
        import yaml  # noqa: PLC0415 - as above

        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._close(_Node(_tagged(_scalar(event), event.tag), 1, 1), event.anchor)
            elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                is_list = isinstance(event, yaml.SequenceStartEvent)
                self._open.append(_Frame([] if is_list else {}, event.tag, event.anchor))
                self._limit(len(self._open))
            elif isinstance(event, yaml.CollectionEndEvent):
                frame = self._open.pop()
                self._close(_Node(_tagged(_merged(frame), frame.tag), frame.size, frame.height), frame.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self._close(self._aliased(event.anchor), None)
            elif isinstance(event, yaml.DocumentEndEvent):
                break
        return None if self._root is None else self._root.value

    def _aliased(self, anchor: str | None) -> _Node:
        if anchor is None or anchor not in self._anchors:
            raise UnreadableSource(
                self._path, f"the alias {str(anchor)[:60]!r} stands for nothing, or for something that holds it"
            )
        return self._anchors[anchor]

    def _close(self, node: _Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self._root = node
            return
        frame = self._open[-1]
        frame.size += node.size
        frame.height = max(frame.height, node.height + 1)
        self._limit(frame.height)
        if frame.size > _MOST_NODES:
            raise UnreadableSource(self._path, f"it grows to more than {_MOST_NODES} values")
        if isinstance(frame.into, list):
            frame.into.append(node.value)
        elif frame.key is None:
            if not isinstance(node.value, str | bool | None):
                raise UnreadableSource(self._path, "a key is a list or a mapping")
            frame.key = node.value if isinstance(node.value, str) else str(node.value).lower()
        else:
            if frame.key == _MERGE:
                frame.merged.append(node.value)
            else:
                frame.into[frame.key] = node.value
            frame.key = None

    def _limit(self, depth: int) -> None:
        if depth > _DEEPEST:
            raise UnreadableSource(self._path, _TOO_DEEP)


def _scalar(event: ScalarEvent) -> object:
    text: str = event.value
    if not event.implicit[0]:  # quoted, a block, or with a tag
        return text
    if _NULL.fullmatch(text):
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return text


def _merged(frame: _Frame) -> object:
    """The mapping with the members of `<<`; its own keys win ("Merge key language-independent type" of YAML 1.1)."""
    if not frame.merged or isinstance(frame.into, list):
        return frame.into
    members: dict[str, object] = {}
    for value in frame.merged:
        for source in reversed(value) if isinstance(value, list) else (value,):
            members.update(source if isinstance(source, dict) else {})
    return {**members, **frame.into}


def _tagged(value: object, tag: str | None) -> object:
    """A short form in its long form: `!Sub x` is `{"Fn::Sub": "x"}`."""
    if tag is None or not tag.startswith("!") or tag == "!":
        return value
    name = tag[1:]
    if name in _WITHOUT_PREFIX:
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        return {"Fn::GetAtt": value.split(".", 1)}
    return {f"Fn::{name}": value}
