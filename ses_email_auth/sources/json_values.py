"""JSON of others is trusted in nothing: what should be an object, a list or a text is asked for as such.

Only shapes. What the keys mean is for the readers to know.
"""

from __future__ import annotations

__all__ = ["items", "mapping", "mappings", "text", "whole_number"]


def mapping(value: object) -> dict[str, object]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def mappings(value: object) -> list[dict[str, object]]:
    """The objects of a list, and nothing else of it."""
    return [item for item in items(value) if isinstance(item, dict)]


def text(value: object) -> str:
    """`value` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def whole_number(value: object) -> str:
    """A number as it is written, or the text that stands for one; empty for anything else."""
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
