"""Lines of 80 columns, on a terminal in Japan too."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.publication.columns import _units, wrap


def terminal_columns(text: str) -> int:
    """Terminal columns, East Asian ambiguous characters counted as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in text)


UNITS = st.lists(
    st.text("ab", min_size=1, max_size=30) | st.text("日本ァのがー、。()「」", min_size=1, max_size=30), max_size=12
)


@given(UNITS.map(" ".join))
def test_law_wrapping_keeps_the_text_and_the_width(text: str) -> None:
    """Nothing but blanks at line ends is lost, and a line is over 80 columns only if it cannot be cut."""
    lines = wrap(text, "  ", "    ")
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(terminal_columns(line) <= 80 for line in lines if len(list(_units(line.strip()))) > 1)
    assert all(line[:1] in (" ", "") for line in lines)


@pytest.mark.parametrize(
    ("word", "in_a_line"),
    [
        pytest.param("日", 40, id="wide"),
        pytest.param("Ａ", 40, id="full-width"),
        pytest.param("…", 40, id="ambiguous: wide on a Japanese terminal"),
        pytest.param("ｱ", 80, id="half-width"),
    ],
)
def test_columns_are_counted_as_a_japanese_terminal_does(word: str, in_a_line: int) -> None:
    """80 of them, and the rest on the next line."""
    assert wrap(word * 81, "", "")[0] == word * in_a_line


@given(st.text("日本のー、。)」「(ァ", min_size=30, max_size=90))
def test_law_no_japanese_line_begins_or_ends_with_the_wrong_mark(text: str) -> None:
    """Closing marks, and the long vowel mark, stay with what they follow; opening marks with what they open."""
    lines = [line.strip() for line in wrap(text, "", "")]
    assert all(line[0] not in "、。)」ー" for line in lines[1:])
    assert all(line[-1] not in "「(" for line in lines[:-1])
