"""Values of parsed JSON and YAML by their kind: an object, a list, a text or a number, or an empty one in its place.

Files come from elsewhere, so a reader never assumes that a value has the kind that the format asks for.
"""

from __future__ import annotations

from collections.abc import Mapping

_MAPPINGS = (dict, Mapping)  # most are dict, and the check for Mapping is slow


def mapping(value: object) -> Mapping[str, object]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, _MAPPINGS) else {}


def items(value: object) -> list[object]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def mappings(value: object) -> list[Mapping[str, object]]:
    """The objects of a list, and nothing else of it."""
    return [item for item in items(value) if isinstance(item, _MAPPINGS)]


def text(value: object) -> str:
    """`value` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def whole_number(value: object) -> str:
    """A number as it is written, or the text that stands for one; empty for anything else."""
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
