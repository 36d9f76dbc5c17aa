"""`Fn::ForEach` among the resources of a template ("Fn::ForEach" of the CloudFormation user guide, AWS::LanguageExtensions).

A loop over a list that is not known is left out, and so is what follows when loops write out more than any stack can hold.
Not handled: loops inside of properties and outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ses_email_auth.sources.template_values import mapping, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["resources_of"]

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
