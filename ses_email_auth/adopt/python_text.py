"""Values as Python source that is safe to paste, also those that an attacker wrote into a record."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.errors import display

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_COLUMNS = 80
_PIECE = 46  # what printers of findings keep on one line, behind the name of an argument
_INDENT = " " * 4
_Folds: TypeAlias = ast.List | ast.Tuple | ast.Dict | ast.Call
_BRACKETS: dict[type[ast.expr], str] = {ast.List: "[]", ast.Tuple: "()", ast.Dict: "{}", ast.Call: "()"}


def literal(text: str) -> str:
    """`text` as a string of Python in ASCII, in double quotes."""
    return '"' + display(text.encode("unicode_escape").decode("ascii").replace('"', '\\"')) + '"'


def long_literal(text: str) -> str:
    """`text` as a string of Python; a long one in pieces that stand beside each other, so that each fits on a line."""
    pieces = [""]
    for word in re.findall(r"\S+\s*|\s+", text):
        if pieces[-1] and len(literal(pieces[-1] + word)) > _PIECE:
            pieces.append("")
        pieces[-1] += word
    return " ".join(map(literal, pieces))


def value(item: object) -> str:
    """A value of a template as Python: texts, lists and mappings."""
    if isinstance(item, str):
        return literal(item)
    if isinstance(item, dict):
        return "{" + ", ".join(f"{literal(str(key))}: {value(member)}" for key, member in item.items()) + "}"
    if isinstance(item, list):
        return "[" + ", ".join(map(value, item)) + "]"
    return "None" if item is None else literal(str(item))


def name_list(values: Iterable[str | tuple[str, ...]]) -> str:
    """A list of texts; a tuple stays a tuple."""
    return "[" + ", ".join(literal(text) if isinstance(text, str) else _strings(text) for text in values) + "]"


def folded(before: str, code: str, after: str = "") -> Iterator[str]:
    """An expression in lines of 80 columns: where it is too long, each member of a list or a call has a line of its own.

    Args:
        before: the indent, and what stands in front of it.
        code: the expression, in ASCII.
        after: what stands behind it.
    """
    node = _node(code) if len(before + code + after) > _COLUMNS else None
    if not isinstance(node, _Folds):
        yield before + code + after
        return
    brackets = _BRACKETS[type(node)]
    indent = before[: len(before) - len(before.lstrip())] + _INDENT
    yield f"{before}{ast.get_source_segment(code, node.func) if isinstance(node, ast.Call) else ''}{brackets[0]}"
    for name, member in _members(node, code):
        yield from folded(f"{indent}{name}", ast.get_source_segment(code, member) or "", ",")
    yield f"{indent.removesuffix(_INDENT)}{brackets[1]}{after}"


def _node(code: str) -> ast.expr | None:
    """The expression; None if it is nested too deep for Python to read: it could not be pasted either."""
    try:
        return ast.parse(code, mode="eval").body
    except (SyntaxError, MemoryError, RecursionError):
        return None


def _members(node: _Folds, code: str) -> Iterator[tuple[str, ast.expr]]:
    """What stands in its brackets, with the names or keys in front."""
    if isinstance(node, ast.Call):
        yield from (("", argument) for argument in node.args)
        yield from ((f"{keyword.arg}=", keyword.value) for keyword in node.keywords)
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from ((f"{ast.get_source_segment(code, key)}: ", member) for key, member in pairs if key is not None)
    else:
        yield from (("", member) for member in node.elts)


def _strings(strings: tuple[str, ...]) -> str:
    return "(" + ", ".join(map(literal, strings)) + ("," if len(strings) == 1 else "") + ")"
