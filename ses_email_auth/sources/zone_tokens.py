"""The words of a master file (RFC 1035 section 5.1): entries, one or more lines each, cut into tokens.

Escapes stay as they are written; `zone_file` knows what they mean. Not handled: quoted strings over several lines, which BIND
refuses too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.sources.contents import UnreadableSource

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entry", "entries", "shown"]

_SPECIAL = re.compile(r'[";()\\]')
_WORD = re.compile(r"[^ \t]+")
_TOKEN = re.compile(
    r"""(?P<word>(?:[^ \t";()\\]|\\.)+)|(?P<string>"(?:[^"\\]|\\.)*")|;.*|[^ \t]""",
    re.DOTALL,
)
_SHOWN = 24  # longer than any type, too short for any part of a private key


@dataclass(slots=True)
class Entry:
    """One record or control entry."""

    line: int
    """Where it begins, counted from 1."""

    is_continued: bool
    """Whether it begins with a blank, so that it is about the owner above."""

    tokens: list[str]
    """A quoted string keeps its first quote, and loses its last."""


def entries(text: str, path: str) -> Iterator[Entry]:
    """The entries of a file, without comments.

    Raises:
        UnreadableSource: for a quote or a parenthesis that has no partner, or a backslash at the end of a line.
    """
    entry = Entry(0, is_continued=False, tokens=[])
    depth = 0
    for number, ended in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = ended.removesuffix("\r")
        if depth == 0:
            entry = Entry(number, is_continued=line.startswith((" ", "\t")), tokens=[])
        if _SPECIAL.search(line) is None:
            entry.tokens += _WORD.findall(line)
        else:
            depth = _scan(line, entry.tokens, depth, f"line {number}", path)
        if depth == 0 and entry.tokens:
            yield entry
    if depth:
        raise UnreadableSource(path, f"line {entry.line}: a '(' of this entry is never closed")


def _scan(line: str, tokens: list[str], depth: int, where: str, path: str) -> int:
    """Add the tokens of `line`; how many parentheses are open behind it."""
    for match in _TOKEN.finditer(line):
        found = match.group()
        if match.lastgroup == "word":
            tokens.append(found)
        elif match.lastgroup == "string":
            tokens.append(found[:-1])
        elif found == "(":
            depth += 1
        elif found == ")":
            depth -= 1
            if depth < 0:
                raise UnreadableSource(path, f"{where}: a ')' closes nothing")
        elif not found.startswith(";"):
            what = "a quote is never closed" if found == '"' else "it ends in a backslash, which escapes nothing"
            raise UnreadableSource(path, f"{where}: {what}")
    return depth


def shown(token: str) -> str:
    """`token` for a message: printable, and not too long."""
    return repr(token if len(token) <= _SHOWN else f"{token[:_SHOWN]}...")
