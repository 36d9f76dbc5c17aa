"""Text in lines of at most 80 columns, in Japanese too, for the proofs and the screens of the command line.

East Asian ambiguous characters count as two columns, as terminals in Japan show them (Unicode Standard Annex 11).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = 80

_UNITS = re.compile(r" +|[!-\x7f]+|[\u3041-\u3096]+|[\u30a1-\u30fc]+|.", re.DOTALL)  # a run of kana is a word, or its ending
_NEVER_FIRST = "、。)」ー"
_NEVER_LAST = "(「"


def wrap(text: str, first: str, rest: str) -> list[str]:
    """`text` in lines of at most 80 columns, East Asian ambiguous characters counted as two.

    Breaks at spaces, and between Japanese characters but for the marks that may not begin or end a line.
    """
    lines, line = [], first
    for unit in _units(text):
        if width(line + unit.rstrip()) > COLUMNS and line.strip():
            lines.append(line.rstrip())
            line = rest + unit.lstrip()
        else:
            line += unit
    return [*lines, line.rstrip()]


def _units(text: str) -> Iterator[str]:
    """The pieces that must not be cut."""
    held = ""
    for unit in _UNITS.findall(text):
        if held and not (unit[0] in _NEVER_FIRST or held[-1] in _NEVER_LAST):
            yield held
            held = ""
        held += unit
    if held:
        yield held


def width(text: str) -> int:
    """How many columns `text` takes, East Asian ambiguous characters counted as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in text)
