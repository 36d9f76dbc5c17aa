"""The errors: one family, a caret below the fault, and nothing that could steer a terminal."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError, InvalidDomainName, RecordSyntaxError, display, visible
from tests.hostile import HOSTILE


def columns(text: str) -> int:
    """Terminal columns, counted by hand for the characters of this module: Japanese two, marks none, all others one."""
    return sum(0 if unicodedata.category(c) == "Mn" else 2 if ord(c) >= 0x1100 else 1 for c in text)


@pytest.mark.parametrize("error", [InvalidDomainName("a..b", "it is"), RecordSyntaxError("it is", "a", (0, 1), "RFC 1")])
def test_every_error_is_an_email_auth_error_and_a_value_error(error: Exception) -> None:
    """So that one `except` is enough."""
    assert isinstance(error, EmailAuthError)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("source", "span", "shown", "marker"),
    [
        pytest.param("v=spf1 x -all", (7, 8), "v=spf1 x -all", "       ^", id="one-character"),
        pytest.param("v=spf1 xyz", (7, 10), "v=spf1 xyz", "       ^^^", id="several"),
        pytest.param("v=spf1", (6, 6), "v=spf1", "      ^", id="an-empty-span-marks-a-place"),
        pytest.param("", (0, 0), "", "^", id="empty-text"),
        pytest.param("ｖ=spf1", (0, 1), "ｖ=spf1", "^^", id="full-width-fault"),
        pytest.param("日本 x", (3, 4), "日本 x", "     ^", id="full-width-in-front"),
        pytest.param("日本語", (1, 2), "日本語", "  ^^", id="full-width-around"),
        pytest.param("ﾊﾟ x", (3, 4), "ﾊﾟ x", "   ^", id="half-width-kana"),
        pytest.param("e\u0301 x", (3, 4), "e\u0301 x", "  ^", id="combining-mark"),
        pytest.param("か\u3099 x", (3, 4), "か\u3099 x", "   ^", id="combining-mark-of-kana"),
        pytest.param("a\tx", (2, 3), "a\\tx", "   ^", id="tab-in-front"),
        pytest.param("a\x1bx", (1, 2), "a\\x1bx", " ^^^^", id="escape-is-the-fault"),
        pytest.param("a\u202ex", (2, 3), "a\\u202ex", "       ^", id="bidi-override-in-front"),
        pytest.param("a\u00a0b", (1, 2), "a\\xa0b", " ^^^^", id="no-break-space-shows"),
        pytest.param("a\u3000b", (1, 2), "a\\u3000b", " ^^^^^^", id="ideographic-space-shows"),
        pytest.param("a\r\nb", (3, 4), "a\\r\\nb", "     ^", id="line-end-stays-on-one-line"),
    ],
)
def test_the_caret_stands_below_the_fault(source: str, span: tuple[int, int], shown: str, marker: str) -> None:
    """Measured in columns of a terminal, after what is invisible was written as an escape."""
    error = RecordSyntaxError("a bad term", source, span, "RFC 7208 section 12")
    assert str(error) == f"a bad term (RFC 7208 section 12)\n    {shown}\n    {marker}"
    assert (error.message, error.source, error.span, error.reference) == ("a bad term", source, span, "RFC 7208 section 12")


def test_a_domain_name_error_says_what_was_given() -> None:
    """As a representation, so that a control character in it is seen and does nothing."""
    error = InvalidDomainName("a\x1b[2J", "it is not")
    assert str(error) == "'a\\x1b[2J' is not a domain name: it is not"
    assert (error.name, error.reason) == ("a\x1b[2J", "it is not")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain é 日本語 ｖ", "plain é 日本語 ｖ", id="what-prints-stays"),
        pytest.param("\x1b]8;;http://x\x07", "\\x1b]8;;http://x\\x07", id="terminal-hyperlink"),
        pytest.param("\x9b31m", "\\x9b31m", id="c1-control"),
        pytest.param("\x7f", "\\x7f", id="delete"),
        pytest.param("\u2066\u2069\u200f\u200b\ufeff", "\\u2066\\u2069\\u200f\\u200b\\ufeff", id="bidi-and-zero-width"),
        pytest.param("\u2028", "\\u2028", id="line-separator"),
        pytest.param("\ud800", "\\ud800", id="lone-surrogate"),
        pytest.param("\U000e0041", "\\U000e0041", id="tag-character"),
    ],
)
def test_what_a_terminal_would_not_show_becomes_an_escape(text: str, shown: str) -> None:
    """Controls, bidi marks, odd spaces and what cannot be encoded."""
    assert visible(text) == shown


@given(st.text())
def test_law_visible_text_is_printable_and_stable(text: str) -> None:
    """Nothing is left to escape, and printable text is never touched."""
    shown = visible(text)
    assert shown.isprintable()
    assert visible(shown) == shown
    assert text != shown or text.isprintable()
    shown.encode()


@given(st.text("ab;= ｖ日語\u0301\u3099"), st.data())
def test_law_the_marker_is_as_wide_as_the_fault(source: str, data: st.DataObject) -> None:
    """And stands as far right as the text in front of it is wide."""
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    marker = str(RecordSyntaxError("m", source, (start, end), "r")).splitlines()[2]
    assert len(marker) - len(marker.lstrip()) == 4 + columns(source[:start])
    assert marker.count("^") == max(1, columns(source[start:end]))


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
