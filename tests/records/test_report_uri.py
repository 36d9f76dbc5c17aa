"""Tests of the URIs that DMARC reports go to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.report_uri import ReportUri, report_uris

TOKEN = "${Token[TOKEN.16]}"
ATOM = st.text("abzAZ09!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
LOCAL_PART = st.lists(ATOM, min_size=1, max_size=3).map(".".join)
HOST = st.sampled_from(["example.com", "xn--r8jz45g.jp", "a-b.reports.example.co.jp"])


@pytest.mark.parametrize(
    ("address", "text"),
    [
        pytest.param("dmarc-reports@example.com", "mailto:dmarc-reports@example.com", id="plain"),
        pytest.param("Dmarc@EXAMPLE.com.", "mailto:Dmarc@example.com", id="only-the-host-has-no-case"),
        pytest.param("a@例え.jp", "mailto:a@xn--r8jz45g.jp", id="unicode-host-becomes-a-labels"),
        pytest.param("a!b@example.com", "mailto:a%21b@example.com", id="exclamation-mark-would-begin-a-size-limit"),
        pytest.param("a%b@example.com", "mailto:a%25b@example.com", id="percent"),
        pytest.param("a+b@example.com", "mailto:a+b@example.com", id="plus-stays"),
        pytest.param("a/b?c#d&e=f@example.com", "mailto:a%2Fb%3Fc%23d%26e%3Df@example.com", id="rfc6068-section-2"),
        pytest.param('"a,b;c"@example.com', "mailto:%22a%2Cb%3Bc%22@example.com", id="quoted-comma-and-semicolon"),
        pytest.param('"a@b"@example.com', "mailto:%22a%40b%22@example.com", id="quoted-at"),
        pytest.param("x" * 64 + "@example.com", "mailto:" + "x" * 64 + "@example.com", id="64-octets"),
    ],
)
def test_mailto_writes_the_uri(address: str, text: str) -> None:
    """An address becomes the canonical URI, and the address comes back decoded."""
    uri = ReportUri.mailto(address)
    assert str(uri) == text
    assert uri.scheme == "mailto"
    assert uri.is_known
    local_part, _, host = address.rpartition("@")
    assert uri.host == DomainName(host)
    assert uri.address == f"{local_part}@{DomainName(host)}"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        pytest.param("", "it is empty", id="empty"),
        pytest.param("  ", "it is empty", id="white"),
        pytest.param("mailto:a@example.com", "is a URI already; use ReportUri.parse", id="uri"),
        pytest.param("example.com", "it has no '@'", id="no-at"),
        pytest.param("a\N{FULLWIDTH COMMERCIAL AT}example.com", "it has no '@'", id="full-width-at"),
        pytest.param("@example.com", "nothing stands before the '@'", id="no-local-part"),
        pytest.param("a@", "it is empty", id="no-host"),
        pytest.param("a@b@example.com", "it has more than one '@'", id="two-at"),
        pytest.param("a b@example.com", "it holds white space; remove it", id="space"),
        pytest.param(
            "a@example.com\N{IDEOGRAPHIC SPACE}", "it holds white space; remove it", id="ideographic-space-at-the-end"
        ),
        pytest.param("DMARC <a@example.com>", "write the bare address", id="display-name"),
        pytest.param("<a@example.com>", "write the bare address", id="angle-brackets"),
        pytest.param("a@example.com,b@example.com", "write each address as an entry of its own", id="comma-list"),
        pytest.param("a@example.com;", "write each address as an entry of its own", id="semicolon"),
        pytest.param("a..b@example.com", "'a..b' is not a dot-atom", id="two-dots"),
        pytest.param("a.@example.com", "'a.' is not a dot-atom", id="dot-before-at"),
        pytest.param('"a"b"@example.com', "is not a dot-atom", id="loose-quote"),
        pytest.param("x" * 65 + "@example.com", "is over 64 octets", id="65-octets"),
        pytest.param("\u3042@example.com", "must be US-ASCII (RFC 9989 section 4.8)", id="unicode-local-part"),
        pytest.param("a@localhost", "no mail goes to 'localhost'", id="one-label"),
        pytest.param("a@_dmarc.example.com", "no mail goes to '_dmarc.example.com'", id="underscored-host"),
        pytest.param("a@[192.0.2.1]", "is not a domain name", id="address-literal"),
        pytest.param("x" * 64 + "@" + ".".join(["y" * 63] * 3), "it is over 254 octets", id="256-octets"),
    ],
)
def test_mailto_refuses_what_is_not_one_address(address: str, reason: str) -> None:
    """The error names the value and the fix."""
    with pytest.raises(EmailAuthError) as caught:
        ReportUri.mailto(address)
    assert str(caught.value).startswith(repr(address))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("text", "canonical", "address", "host", "size_limit"),
    [
        pytest.param("mailto:a@example.com", "mailto:a@example.com", "a@example.com", "example.com", None, id="plain"),
        pytest.param("MAILTO:A@EXAMPLE.com", "mailto:A@example.com", "A@example.com", "example.com", None, id="case"),
        pytest.param(
            "mailto:a@example.com!10M", "mailto:a@example.com!10m", "a@example.com", "example.com", "10m", id="size-limit"
        ),
        pytest.param(
            "mailto:a@example.com!5", "mailto:a@example.com!5", "a@example.com", "example.com", "5", id="size-in-octets"
        ),
        pytest.param(
            "mailto:a%21b%25@e.example", "mailto:a%21b%25@e.example", "a!b%@e.example", "e.example", None, id="escapes"
        ),
        pytest.param(
            "mailto:%61=b@e.example", "mailto:a%3Db@e.example", "a=b@e.example", "e.example", None, id="needless-and-missing"
        ),
        pytest.param(
            "mailto:a%2cb@e.example", "mailto:a%2Cb@e.example", "a,b@e.example", "e.example", None, id="escaped-comma"
        ),
        pytest.param(
            "mailto:a@e.example?subject=x", "mailto:a@e.example?subject=x", "a@e.example", "e.example", None, id="fields"
        ),
        pytest.param(
            "HTTPS://e.example/r?x=1", "https://e.example/r?x=1", None, "e.example", None, id="another-scheme-is-legal"
        ),
        pytest.param("https://e.example/r!5k", "https://e.example/r!5k", None, "e.example", "5k", id="https-with-size-limit"),
        pytest.param("https://[2001:db8::1]/", "https://[2001:db8::1]/", None, None, None, id="ipv6-host"),
        pytest.param("https://192.0.2.1/", "https://192.0.2.1/", None, None, None, id="ipv4-host"),
        pytest.param("urn:example:reports", "urn:example:reports", None, None, None, id="no-host-at-all"),
    ],
)
def test_parse_reads_a_uri(text: str, canonical: str, address: str | None, host: str | None, size_limit: str | None) -> None:
    """Any scheme is read; a `mailto:` URI is decoded; the size limit is kept apart."""
    uri = ReportUri.parse(text)
    assert str(uri) == canonical
    assert (uri.address, uri.size_limit) == (address, size_limit)
    assert uri.host == (None if host is None else DomainName(host))
    assert uri.scheme == canonical.partition(":")[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "it has no scheme", id="empty"),
        pytest.param("a@example.com", "it has no scheme; write for example 'mailto:", id="bare-address"),
        pytest.param("mailto:", "it is empty", id="nothing-behind-mailto"),
        pytest.param("mailto: a@example.com", "it holds white space; remove it", id="space-behind-mailto"),
        pytest.param("mailto:mailto:a@example.com", "holds 'mailto:' twice", id="mailto-twice"),
        pytest.param("mailto://a@example.com", "takes no '//'", id="slashes"),
        pytest.param("mailto:a@example.com,b@example.com", "an entry of its own", id="comma-list"),
        pytest.param("mailto:a@example.com;mailto:b@example.com", "an entry of its own", id="semicolon-list"),
        pytest.param("mailto:a!b@example.com", "write %21 for '!'", id="bare-exclamation-mark"),
        pytest.param("mailto:a@example.com!10x", "write %21 for '!'", id="unknown-size-unit"),
        pytest.param("mailto:a#b@example.com", "write %23 for '#'", id="fragment"),
        pytest.param("mailto:a|b@example.com", "write %7C for '|'", id="not-a-uri-character"),
        pytest.param("mailto:a%b@example.com", "write %25 for the sign itself", id="lone-percent"),
        pytest.param("mailto:a%FF@example.com", "must be US-ASCII", id="not-utf-8"),
        pytest.param("mailto:a@example.com?subject=a b", "percent-encode it", id="space-in-the-fields"),
        pytest.param("https://example.com/a,b", "percent-encode it, for example %2C for ','", id="comma-in-https"),
        pytest.param("https:", "nothing stands behind the scheme", id="scheme-alone"),
        pytest.param("https://[/", "Invalid IPv6 URL", id="broken-authority"),
    ],
)
def test_parse_refuses_what_is_not_a_report_uri(text: str, reason: str) -> None:
    """The error names the value and the fix."""
    with pytest.raises(EmailAuthError) as caught:
        ReportUri.parse(text)
    assert str(caught.value).startswith(repr(text))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("given_text", "published", "scheme"),
    [
        pytest.param(TOKEN, f"mailto:{TOKEN}", "mailto", id="token-alone"),
        pytest.param(f"DMARC@{TOKEN}", f"mailto:DMARC@{TOKEN}", "mailto", id="token-as-host"),
        pytest.param(f"mailto:{TOKEN}", f"mailto:{TOKEN}", "mailto", id="token-behind-mailto"),
        pytest.param(f"https://{TOKEN}/A b", f"https://{TOKEN}/A b", "https", id="another-scheme"),
    ],
)
def test_tokens_are_opaque(given_text: str, published: str, scheme: str) -> None:
    """A text that holds a token is published to the letter, and nothing is claimed about it."""
    uri = ReportUri.mailto(given_text)
    assert str(uri) == published
    assert (uri.is_known, uri.host, uri.address, uri.scheme) == (False, None, None, scheme)
    assert ReportUri.parse(str(uri)) == uri


def test_a_token_that_is_a_whole_uri_stays_as_it_is_in_parse() -> None:
    """A record text with `rua=<token>` is not changed: the token holds the scheme."""
    uri = ReportUri.parse(f"{TOKEN}!10m")
    assert (str(uri), uri.scheme, uri.size_limit) == (f"{TOKEN}!10m", "", None)


def test_size_limit_must_be_one() -> None:
    """A size limit that no reader knows cannot be built."""
    with pytest.raises(EmailAuthError, match="size_limit must be a number and k, m, g, t or nothing, got '10 MB'"):
        ReportUri("mailto:a@example.com", "10 MB")
    assert str(ReportUri("mailto:a@example.com", "10G")) == "mailto:a@example.com!10g"


def test_report_uris_takes_addresses_uris_and_values() -> None:
    """Each entry may be a bare address, the text of a URI or a ReportUri, from any iterable."""
    entries = iter(["a@example.com", "mailto:b@example.com", ReportUri.mailto("c@example.com"), "https://example.com/r"])
    assert [str(uri) for uri in report_uris("rua", entries)] == [
        "mailto:a@example.com",
        "mailto:b@example.com",
        "mailto:c@example.com",
        "https://example.com/r",
    ]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        pytest.param(
            "a@example.com", "rua must be a list of addresses, got 'a@example.com'; write for example [", id="bare-string"
        ),
        pytest.param(None, "rua must be a list of addresses, got None", id="none"),
        pytest.param(ReportUri.mailto("a@example.com"), "rua must be a list of addresses, got ReportUri(", id="one-value"),
        pytest.param([""], "rua: '' is not a report address: it is empty", id="empty-entry"),
        pytest.param(["mailto:a"], "rua: 'mailto:a' is not a report address", id="wrong-uri"),
        pytest.param([7], "an entry of rua must be an address or a ReportUri, got 7", id="number"),
    ],
)
def test_report_uris_refuses_the_rest(entries: object, message: str) -> None:
    """The error names the argument, the value and the fix."""
    with pytest.raises(EmailAuthError) as caught:
        report_uris("rua", entries)
    assert str(caught.value).startswith(message)


@settings(max_examples=60)
@given(LOCAL_PART, HOST, st.sampled_from([None, "10m", "1"]))
def test_laws(local_part: str, host: str, size_limit: str | None) -> None:
    """parse(str(u)) == u; the address survives; the text holds nothing that would end a URI in a record."""
    address = f"{local_part}@{host}"
    uri = ReportUri(ReportUri.mailto(address).text, size_limit)
    assert ReportUri.parse(str(uri)) == uri
    assert uri.address == address
    assert not set(uri.text) & set(',!; \\"')
