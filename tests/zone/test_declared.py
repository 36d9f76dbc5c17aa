"""Tests of how record sets and identities that files declare are read."""

from __future__ import annotations

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.zone.declared import declared_name, txt_strings
from tests.zone.views import TOKEN, declared, identity


@pytest.mark.parametrize(
    ("value", "strings"),
    [
        pytest.param('"v=spf1 -all"', ("v=spf1 -all",), id="one"),
        pytest.param('"a b" "c"', ("a b", "c"), id="two"),
        pytest.param('"a""b"', ("a", "b"), id="no-space-between-them"),
        pytest.param("v=spf1 -all", ("v=spf1", "-all"), id="no-quotation-marks"),
        pytest.param('""', ("",), id="an-empty-string"),
        pytest.param("", (), id="nothing"),
        pytest.param(r'"a\"b"', ('a"b',), id="an-escaped-quotation-mark"),
        pytest.param(r'"a\\"', ("a\\",), id="an-escaped-backslash"),
        pytest.param(r'"\100"', ("@",), id="an-octal-escape"),
        pytest.param(r'"\303\251"', ("é",), id="utf-8-in-octal-escapes"),
        pytest.param(r'"\377"', ("\ufffd",), id="no-utf-8"),
        pytest.param(r'"\400"', ("400",), id="no-octet"),
        pytest.param(r"\100 b", ("@", "b"), id="an-escape-without-quotation-marks"),
    ],
)
def test_the_strings_of_a_txt_value(value: str, strings: tuple[str, ...]) -> None:
    """Quoted or not, escapes become characters."""
    assert txt_strings(value) == strings


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        pytest.param("Example.COM.", "example.com", id="case-and-final-dot"),
        pytest.param(r"\052.example.com", "*.example.com", id="a-wildcard-as-route-53-lists-it"),
        pytest.param(f"a.{TOKEN}", f"a.{TOKEN}", id="a-token-is-kept"),
        pytest.param("a_b.example.com", None, id="no-mail-domain"),
        pytest.param("a..b", None, id="an-empty-label"),
    ],
)
def test_the_name_behind_a_spelling(spelling: str, name: str | None) -> None:
    """What is no domain name is None, not an error."""
    assert declared_name(spelling) == (None if name is None else DomainName(name))


def test_texts_are_joined_without_a_space() -> None:
    """RFC 7208 section 3.3; values of other types stay as they are."""
    assert declared("example.com", "TXT", '"a" "b"', KnownAfterDeploy("X")).texts == ("ab", str(KnownAfterDeploy("X")))
    assert declared("example.com", "MX", "10 a.example").texts == ("10 a.example",)


@pytest.mark.parametrize(
    ("spelling", "place"),
    [
        pytest.param("Example.com.", "example.com TXT", id="a-name"),
        pytest.param("A_b.example.com.", "a_b.example.com TXT", id="no-mail-domain"),
    ],
)
def test_the_place_of_a_record_set(spelling: str, place: str) -> None:
    """Findings name it so, whatever the spelling."""
    assert declared(spelling, "txt").place == place


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        pytest.param("example.com", "example.com", id="a-domain"),
        pytest.param("info@Example.com", "example.com", id="an-address"),
        pytest.param(TOKEN, None, id="a-token"),
        pytest.param("a@b c", None, id="no-domain-name"),
    ],
)
def test_the_domain_of_an_identity(name: str, domain: str | None) -> None:
    """An address has the domain behind its @; the same holds of the MAIL FROM domain."""
    expected = None if domain is None else DomainName(domain)
    assert identity(name).domain == expected
    assert identity(mail_from=name.rpartition("@")[2]).mail_from_domain == expected
    assert identity(name).is_address == ("@" in name)
    assert identity(name).mail_from_domain is None
