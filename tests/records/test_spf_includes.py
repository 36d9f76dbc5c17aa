"""`SpfRecord.of_includes`: from hosts to a record, and what people write instead of hosts."""

from __future__ import annotations

import re

import pytest

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.spf import SpfQualifier, SpfRecord
from tests.records.spf_strategies import TOKEN


@pytest.mark.parametrize(
    ("includes", "text"),
    [
        pytest.param(["amazonses.com"], "v=spf1 include:amazonses.com ~all", id="reference-example"),
        pytest.param([], "v=spf1 ~all", id="none"),
        pytest.param(["_SPF.Google.com.", "_spf.google.com"], "v=spf1 include:_spf.google.com ~all", id="one-name-once"),
        pytest.param(["spf_c.example.com"], "v=spf1 include:spf_c.example.com ~all", id="inner-underscore"),
        pytest.param(["spf.例え.jp"], "v=spf1 include:spf.xn--r8jz45g.jp ~all", id="unicode"),
        pytest.param(["spf_c.例え。ＪＰ"], "v=spf1 include:spf_c.xn--r8jz45g.jp ~all", id="full-width"),
        pytest.param(["%{D}._SPF.Example.net."], "v=spf1 include:%{D}._spf.example.net ~all", id="macro-letter-keeps-its-case"),
        pytest.param(["_spf.%{d}"], "v=spf1 include:_spf.%{d} ~all", id="ends-in-a-macro"),
        pytest.param([TOKEN, f"A.{TOKEN}."], f"v=spf1 include:{TOKEN} include:A.{TOKEN}. ~all", id="tokens-stay"),
        pytest.param([".".join(["a"] * 125) + ".com"], f"v=spf1 include:{'a.' * 125}com ~all", id="253-octets"),
    ],
)
def test_hosts(includes: list[str], text: str) -> None:
    """The exact text."""
    assert str(SpfRecord.of_includes(includes)) == text


def test_all_qualifier() -> None:
    """A parked domain, and an iterator that can be read once only."""
    assert str(SpfRecord.of_includes([], SpfQualifier.FAIL)) == "v=spf1 -all"
    assert str(SpfRecord.of_includes(iter(["a.b"]), SpfQualifier.NEUTRAL)) == "v=spf1 include:a.b ?all"


@pytest.mark.parametrize(
    ("include", "reason"),
    [
        pytest.param("", "it is empty", id="empty"),
        pytest.param(" amazonses.com", "it holds white space", id="white-space"),
        pytest.param("amazonses.com\u3000", "it holds white space", id="ideographic-space"),
        pytest.param("include:amazonses.com", "it begins with 'include:'", id="include"),
        pytest.param(f"include:{TOKEN}", "it begins with 'include:'", id="include-of-a-token"),
        pytest.param("+include:amazonses.com", "it begins with '+include:'", id="qualifier-and-include"),
        pytest.param("~amazonses.com", "it begins with '~'", id="qualifier"),
        pytest.param("ip4:192.0.2.1", "it begins with 'ip4:'", id="another-mechanism"),
        pytest.param("redirect=a.b", "it begins with 'redirect='", id="redirect"),
        pytest.param("https://amazonses.com", "it is a URL", id="url"),
        pytest.param("me@amazonses.com", "it is a mail address", id="mail-address"),
        pytest.param("a.com,b.com", "',' is no character of a host", id="two-in-one"),
        pytest.param("a.com;", "';' is no character of a host", id="semicolon"),
        pytest.param("localhost", "a domain needs at least two labels (RFC 7208 section 7.1)", id="one-label"),
        pytest.param("192.0.2.1", "use ip4 (RFC 7208 section 7.1)", id="address"),
        pytest.param("_spf..example", "it has an empty label|an empty label", id="empty-label"),
        pytest.param(f"{'x' * 64}.com", "a label has 64 octets; at most 63 are allowed", id="label-of-64"),
        pytest.param(".".join(["a"] * 126) + ".com", "it has 255 octets; at most 253 are allowed", id="too-long"),
        pytest.param("%{c}.example", "allowed in the text of an explanation only", id="macro-letter"),
        pytest.param("%(d).example", "'%' is no character of a host", id="no-macro"),
        pytest.param("ü!.example", "not allowed", id="bad-unicode"),
        pytest.param("#{Token[TOKEN.3]}", "it is a CDK list token", id="list-token"),
        pytest.param(f"{TOKEN}\x00", r"is not allowed here", id="nul-beside-a-token"),
        pytest.param(None, "it is no text", id="none"),
    ],
)
def test_no_host(include: str, reason: str) -> None:
    """The error names what was given, what is wrong and what to pass."""
    with pytest.raises(EmailAuthError) as caught:
        SpfRecord.of_includes([include])
    message = str(caught.value)
    assert message.startswith(f"includes must be hosts, got {include!r}: ")
    assert any(part in message for part in reason.split("|"))
    assert message.endswith("; pass the host alone, for example '_spf.google.com'")


def test_a_bare_string_is_refused() -> None:
    """It would be read letter by letter."""
    with pytest.raises(EmailAuthError, match=re.escape("includes must be a list of hosts, got 'a.b'; pass ['a.b']")):
        SpfRecord.of_includes("a.b")


def test_a_bare_qualifier_is_refused() -> None:
    """With the member that it stands for."""
    with pytest.raises(
        EmailAuthError, match=re.escape("all_qualifier must be a SpfQualifier, got '~'; use SpfQualifier.SOFTFAIL")
    ):
        SpfRecord.of_includes(["a.b"], "~")  # type: ignore[arg-type] # on purpose
