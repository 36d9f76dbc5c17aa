r"""Tests of the TXT values of Route 53: what is written, what is read, and dnspython as a second opinion.

One disagreement is known: Route 53's `\ddd` is octal (developer guide, "TXT record type"), that of a zone file is decimal (RFC
1035 section 5.1); `rdata` below turns the one into the other.
"""

from __future__ import annotations

import re

import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.known_after_deploy import split_at_tokens
from ses_email_auth.records.route53_txt import character_strings, octets_of, quoted_strings, txt_strings, txt_value

TOKEN = "${Token[TOKEN.16]}"
LONG_TOKEN = f"${{Token[{'x' * 300}.1]}}"  # longer than a string may be: only its form counts

TEXTS = st.text(max_size=240) | st.text('aé"\\', max_size=480)  # at most 4000 characters with all escapes
TOKEN_TEXTS = st.lists(st.sampled_from([TOKEN, LONG_TOKEN]) | st.text('a日é🐑"\\', max_size=260), max_size=9).map("".join)


def written(value: str | tuple[str, ...]) -> str:
    """A text, or strings that are cut already, as Route 53 gets it."""
    return txt_value(character_strings(value) if isinstance(value, str) else value)


def rdata(presentation: str) -> tuple[bytes, ...]:
    """The strings that dnspython reads from a value of Route 53."""

    def decimal(match: re.Match[str]) -> str:
        return match.group() if match[1] is None else f"\\{int(match[1], 8):03d}"

    text = re.sub(r'\\(?:([0-7]{3})|["\\])', decimal, presentation)
    return tuple(dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, text).strings)


@pytest.mark.parametrize(
    ("value", "presentation"),
    [
        pytest.param("v=spf1 include:amazonses.com ~all", '"v=spf1 include:amazonses.com ~all"', id="plain"),
        pytest.param("", '""', id="empty"),
        pytest.param('say "a\\b"', r'"say \"a\\b\""', id="quote-and-backslash"),
        pytest.param(r"\101", r'"\\101"', id="a-backslash-is-no-escape"),
        pytest.param("a\tb\x7f", r'"a\011b\177"', id="controls-in-octal"),
        pytest.param("é", r'"\303\251"', id="utf-8-in-octal"),
        pytest.param("a; b $ {}", '"a; b $ {}"', id="the-rest-of-ascii-as-it-is"),
        pytest.param(TOKEN, f'"{TOKEN}"', id="token-to-the-letter"),
        pytest.param(f'"{TOKEN}"', rf'"\"{TOKEN}\""', id="token-between-quotes"),
        pytest.param("a" * 255, f'"{"a" * 255}"', id="255-octets"),
        pytest.param("a" * 256, f'"{"a" * 255}" "a"', id="256-octets"),
        pytest.param('"' * 256, '"' + r"\"" * 255 + r'" "\""', id="octets-are-counted-before-the-escapes"),
        pytest.param(("a", "b" * 255), f'"a" "{"b" * 255}"', id="explicit-cuts-are-kept"),
        pytest.param(("", "a"), '"" "a"', id="an-explicit-empty-string-is-kept"),
        pytest.param((TOKEN, "a"), f'"{TOKEN}" "a"', id="token-as-an-explicit-string"),
    ],
)
def test_a_txt_value_is_quoted(value: str | tuple[str, ...], presentation: str) -> None:
    """In strings of at most 255 octets, with Route 53's escapes."""
    assert written(value) == presentation


@pytest.mark.parametrize(
    ("text", "strings"),
    [
        pytest.param("a" * 600, ("a" * 255, "a" * 255, "a" * 90), id="ascii"),
        pytest.param("日" * 86, ("日" * 85, "日"), id="three-octets-each"),
        pytest.param("a" * 254 + "é", ("a" * 254, "é"), id="never-inside-of-a-character"),
        pytest.param("a" * 255 + TOKEN, ("a" * 255, TOKEN), id="never-inside-of-a-token"),
        pytest.param("a" * 155 + TOKEN + "b", (f"{'a' * 155}{TOKEN}", "b"), id="a-token-counts-as-100-octets"),
        pytest.param("a" * 156 + TOKEN, ("a" * 156, TOKEN), id="a-token-that-may-not-fit-goes-on"),
        pytest.param(TOKEN * 3, (TOKEN * 2, TOKEN), id="tokens-side-by-side"),
        pytest.param(LONG_TOKEN, (LONG_TOKEN,), id="a-long-placeholder-stays-whole"),
        pytest.param("", ("",), id="empty"),
    ],
)
def test_text_is_cut_by_octets(text: str, strings: tuple[str, ...]) -> None:
    """As full as they get, never through a character or a token."""
    assert character_strings(text) == strings


@given(TEXTS)
def test_law_dnspython_reads_the_octets_that_were_meant(text: str) -> None:
    """Joined, they are the text in UTF-8; each string fits into its length octet."""
    strings = rdata(written(text))
    assert b"".join(strings) == text.encode()
    assert all(len(string) <= 255 for string in strings)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5).map(tuple))
def test_law_dnspython_reads_explicit_cuts(strings: tuple[str, ...]) -> None:
    """Byte for byte, so that CloudFormation takes an existing record over."""
    assert rdata(written(strings)) == tuple(string.encode() for string in strings)


@given(TOKEN_TEXTS)
@settings(max_examples=200)
def test_law_cuts_lose_nothing_and_spare_tokens(text: str) -> None:
    """The strings joined are the text, the tokens in them are the tokens of the text, and known strings fit."""
    strings = character_strings(text)
    assert "".join(strings) == text
    tokens = [part for part, is_token in split_at_tokens(text) if is_token]
    assert [part for string in strings for part, is_token in split_at_tokens(string) if is_token] == tokens
    for string in strings:
        known = sum(100 if is_token else len(part.encode()) for part, is_token in split_at_tokens(string))
        assert known <= 255
        assert string or not text


@given(TOKEN_TEXTS)
def test_law_a_token_survives_the_quoting(text: str) -> None:
    """No escape is written into a token, and what is around it reads back."""
    presentation = written(text)
    tokens = [part for part, is_token in split_at_tokens(text) if is_token]
    assert [part for part, is_token in split_at_tokens(presentation) if is_token] == tokens
    resolved = "".join("T" if is_token else part for part, is_token in split_at_tokens(presentation))
    expected = "".join("T" if is_token else part for part, is_token in split_at_tokens(text))
    assert b"".join(rdata(resolved)) == expected.encode()


@pytest.mark.parametrize(
    ("value", "strings"),
    [
        pytest.param('"v=spf1 -all"', ("v=spf1 -all",), id="plain"),
        pytest.param('""', ("",), id="empty-string"),
        pytest.param('"a" "b"', ("a", "b"), id="two-strings"),
        pytest.param('"a""b"', ("a", "b"), id="nothing-between-two-strings"),
        pytest.param(r'"say \"a\\b\""', ('say "a\\b"',), id="quote-and-backslash"),
        pytest.param(r'"\303\251\a"', ("éa",), id="octal"),
        pytest.param(r'"\377"', ("\ufffd",), id="not-utf-8"),
        pytest.param(r'"\400"', ("400",), id="over-255"),
        pytest.param("v=spf1 -all", ("v=spf1", "-all"), id="without-quotes"),
        pytest.param('a"b"', ("a", "b"), id="quotes-begin-late"),
        pytest.param('"a', ("a",), id="quote-open"),
        pytest.param('"\ud800\\101"', ("?A",), id="lone-surrogate"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_strings_of_a_value(value: str, strings: tuple[str, ...]) -> None:
    """Also of a value that Route 53 would refuse."""
    assert txt_strings(value) == strings


@given(TEXTS)
def test_law_what_is_written_is_read(text: str) -> None:
    """Both readers find the strings that were written, and their octets."""
    value = written(text)
    strings = character_strings(text)
    assert txt_strings(value) == strings
    assert [octets_of(string) for string in quoted_strings(value) or ()] == [len(string.encode()) for string in strings]


@pytest.mark.parametrize(
    ("value", "strings"),
    [
        pytest.param(r' "a\"b"   "\101" ', (r"a\"b", r"\101"), id="escapes-stay"),
        pytest.param('"a""b"', ("a", "b"), id="nothing-between-two-strings"),
        pytest.param("v=spf1 -all", None, id="without-quotes"),
        pytest.param('"a" b', None, id="one-without-quotes"),
        pytest.param('"a', None, id="quote-open"),
        pytest.param(r'"a\"', None, id="the-last-quote-is-escaped"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_strings_as_route_53_reads_them(value: str, strings: tuple[str, ...] | None) -> None:
    """Quoted strings and nothing else."""
    assert quoted_strings(value) == strings
