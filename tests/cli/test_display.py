"""Text of others: made visible, and made harmless."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.cli.display import display, harmless
from tests.cli.outcomes import HOSTILE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("v=spf1 -all", "v=spf1 -all", id="plain"),
        pytest.param("日本語、ｖ＝ＤＭＡＲＣ１；", "日本語、ｖ＝ＤＭＡＲＣ１；", id="full-width-is-visible"),
        pytest.param("\x1b[31m", r"\x1b[31m", id="terminal-sequence"),
        pytest.param("a\r\nb", r"a\r\nb", id="lines"),
        pytest.param("\x85\x9b", r"\x85\x9b", id="c1"),
        pytest.param("\x7f\0", r"\x7f\x00", id="delete-and-null"),
        pytest.param("\u202e", r"\u202e", id="right-to-left-override"),
        pytest.param("\u200b\u2028\u3000\xa0", r"\u200b\u2028\u3000\xa0", id="odd-spaces"),
        pytest.param("\ud800", r"\ud800", id="lone-surrogate"),
        pytest.param("\u3164\u2800\ufe0f\U000e0100", r"\u3164\u2800\ufe0f\U000e0100", id="printable-but-blank"),
        pytest.param("\u180b\u180f", r"\u180b\u180f", id="mongolian-selectors"),
        pytest.param("\U000e0041", r"\U000e0041", id="tag-characters"),
        pytest.param("##[error]x", r"\x23#[error]x", id="command-of-old"),
        pytest.param("###vso[a]", r"#\x23#vso[a]", id="command-behind-a-hash"),
        pytest.param("## [a] #[b] ##c", "## [a] #[b] ##c", id="no-command"),
    ],
)
def test_display(text: str, shown: str) -> None:
    """What cannot be seen is written as an escape; all else stays as it is."""
    assert display(text) == shown


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        pytest.param("::error::x", r"\x3a:error::x", id="command"),
        pytest.param("  ::error::x", r"  \x3a:error::x", id="behind-spaces"),
        pytest.param(":::", r"\x3a::", id="three"),
        pytest.param("ip6:::1 ::x", "ip6:::1 ::x", id="in-a-line"),
        pytest.param("", "", id="empty"),
    ],
)
def test_harmless(line: str, printed: str) -> None:
    """A runner takes `::` at the start of a line for a command, also behind spaces."""
    assert harmless(line) == printed


@given(st.one_of(st.text(), st.sampled_from(list(HOSTILE.values()))))
def test_law_what_is_displayed_is_printable(text: str) -> None:
    """No text has a control, a direction mark or a surrogate left; displaying it again changes nothing."""
    shown = display(text)
    assert shown.isprintable()
    assert "##[" not in shown
    assert display(shown) == shown


def test_every_character_is_visible_or_escaped() -> None:
    """All of Unicode: controls, formats, surrogates, separators and what is not assigned are escaped."""
    left = [
        c for c in map(chr, range(sys.maxunicode + 1)) if c != " " and unicodedata.category(c)[0] in "CZ" and display(c) == c
    ]
    assert left == []
