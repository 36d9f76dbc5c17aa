"""`SpfRecord`: the grammar of RFC 7208, what a record says, and where a fault is."""

from __future__ import annotations

import ipaddress
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.records.spf import (
    A,
    All,
    Exists,
    Explanation,
    Include,
    Ip4,
    Ip6,
    Mx,
    OpaqueTerm,
    Ptr,
    Redirect,
    SpfQualifier,
    SpfRecord,
    UnknownModifier,
)
from tests.records.spf_strategies import TOKEN, records, spellings

FAIL, SOFTFAIL, NEUTRAL = SpfQualifier.FAIL, SpfQualifier.SOFTFAIL, SpfQualifier.NEUTRAL

TERMS = [
    pytest.param("all", All(), id="all"),
    pytest.param("?all", All(qualifier=NEUTRAL), id="qualifier"),
    pytest.param("include:_spf.google.com", Include("_spf.google.com"), id="include"),
    pytest.param("-include:%{d2}.x.example.", Include("%{d2}.x.example.", qualifier=FAIL), id="final-dot-is-kept"),
    pytest.param("a", A(), id="a"),
    pytest.param("a/24", A(ip4_length=24), id="a-ip4-length"),
    pytest.param("a//64", A(ip6_length=64), id="a-ip6-length"),
    pytest.param("a:h.example/0//0", A("h.example", 0, 0), id="a-both-zero"),
    pytest.param("a:foo:bar/baz.example.com", A("foo:bar/baz.example.com"), id="macro-literals-may-be-colon-and-slash"),
    pytest.param("mx:%{d}/24//64", Mx("%{d}", 24, 64), id="mx"),
    pytest.param("ptr", Ptr(), id="ptr"),
    pytest.param("~ptr:example.com", Ptr("example.com", qualifier=SOFTFAIL), id="ptr-domain"),
    pytest.param("ip4:192.0.2.1/24", Ip4("192.0.2.1", 24), id="host-bits-are-legal"),
    pytest.param("ip4:192.0.2.1", Ip4("192.0.2.1"), id="ip4"),
    pytest.param("ip6:2001:db8::/32", Ip6("2001:db8::", 32), id="ip6"),
    pytest.param("ip6:::ffff:192.0.2.1", Ip6("::ffff:192.0.2.1"), id="mapped-address-is-dotted-on-every-python"),
    pytest.param("exists:%{ir}.%{l1r+-}._x.%{d}", Exists("%{ir}.%{l1r+-}._x.%{d}"), id="exists"),
    pytest.param("exists:%{S}.x.example", Exists("%{S}.x.example"), id="upper-case-macro-letter-is-kept"),
    pytest.param("redirect=_spf.example.com", Redirect("_spf.example.com"), id="redirect"),
    pytest.param("exp=e.%{d}", Explanation("e.%{d}"), id="exp"),
    pytest.param("foo=", UnknownModifier("foo", ""), id="unknown-modifier-may-be-empty"),
    pytest.param("moo.cow-far_out=man:dog/cat", UnknownModifier("moo.cow-far_out", "man:dog/cat"), id="unknown-modifier"),
    pytest.param("ra=100%%", UnknownModifier("ra", "100%%"), id="unknown-modifier-with-macro"),
    pytest.param(f"include:{TOKEN}", Include(TOKEN), id="token"),
    pytest.param(f"a:x.{TOKEN}/24", A(f"x.{TOKEN}", 24), id="token-and-length"),
    pytest.param(f"ip4:{TOKEN}/24", Ip4(TOKEN, 24), id="token-as-address"),
    pytest.param(f"ip4:192.0.2.1/{TOKEN}", Ip4(f"192.0.2.1/{TOKEN}"), id="token-as-length"),
    pytest.param(f"ip6:{TOKEN}", Ip6(TOKEN), id="token-as-address6"),
    pytest.param(f"foo={TOKEN}", UnknownModifier("foo", TOKEN), id="token-as-value"),
    pytest.param(TOKEN, OpaqueTerm(TOKEN), id="token-as-term"),
    pytest.param(f"?{TOKEN}", OpaqueTerm(f"?{TOKEN}"), id="token-behind-qualifier"),
    pytest.param(f"Include{TOKEN}", OpaqueTerm(f"Include{TOKEN}"), id="token-may-be-the-rest-of-the-name"),
    pytest.param(f"a/{TOKEN}", OpaqueTerm(f"a/{TOKEN}"), id="token-as-own-length"),
]


@pytest.mark.parametrize(("text", "term"), TERMS)
def test_a_term_is_read_and_written(text: str, term: object) -> None:
    """The one term of the record, and the same text again."""
    record = SpfRecord.parse(f"v=spf1 {text}")
    assert record.terms == (term,)
    assert str(record) == f"v=spf1 {text}"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("v=spf1", "v=spf1", id="empty"),
        pytest.param("V=SPF1  +A   -ALL ", "v=spf1 a -all", id="case-plus-spaces"),
        pytest.param("v=spf1 Include:Spf.Example.COM", "v=spf1 include:Spf.Example.COM", id="domain-as-written"),
        pytest.param("v=spf1 ip6:CAFE:0:0::1", "v=spf1 ip6:cafe::1", id="one-form-of-an-address"),
        pytest.param("v=spf1 Redirect=x.example FOO=Bar", "v=spf1 redirect=x.example foo=Bar", id="modifier-names"),
        pytest.param(f"v=spf1 +Include:{TOKEN} -all", f"v=spf1 include:{TOKEN} -all", id="token"),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    """Names in lower case, single spaces, no "+"; `verbatim` prints what was there and is equal."""
    assert str(SpfRecord.parse(text)) == canonical
    assert str(SpfRecord.verbatim(text)) == text
    assert SpfRecord.verbatim(text) == SpfRecord.parse(text)
    assert hash(SpfRecord.verbatim(text)) == hash(SpfRecord.parse(text))


FAULTS = [
    pytest.param("", "", "4.5", id="empty"),
    pytest.param("spf1 -all", "spf1", "4.5", id="no-version"),
    pytest.param(" v=spf1 -all", " ", "4.5", id="leading-space"),
    pytest.param("v=spf10", "0", "4.5", id="other-version"),
    pytest.param("v=spf1;-all", ";", "4.5", id="semicolon"),
    pytest.param("v=spf1 a\t-all", "\t", "4.6.1", id="tab-is-no-separator"),
    pytest.param("v=spf1 a:ü.example -all", "ü", "3.1", id="not-ascii"),
    pytest.param("v=spf1 ip4:1.2.3.4 moo -all", "moo", "4.6.1", id="unknown-mechanism"),
    pytest.param("v=spf1 ipv4:1.2.3.4", "ipv4", "4.6.1", id="ipv4-is-ip4"),
    pytest.param(f"v=spf1 foo:{TOKEN}", "foo", "4.6.1", id="unknown-mechanism-with-token"),
    pytest.param(f"v=spf1 ={TOKEN}", f"={TOKEN}", "4.6.1", id="no-name-with-token"),
    pytest.param("v=spf1 1up=foo", "1up=foo", "4.6.1", id="name-begins-with-digit"),
    pytest.param("v=spf1 -redirect=x.example", "-", "4.6.1", id="modifier-with-qualifier"),
    pytest.param("v=spf1 redirect:x.example", "redirect", "4.6.1", id="redirect-with-colon"),
    pytest.param("v=spf1 exp:x.example", "exp", "4.6.1", id="exp-with-colon"),
    pytest.param("v=spf1 all:x", ":x", "5.1", id="all-takes-nothing"),
    pytest.param("v=spf1 include -all", "include", "5.2", id="include-without-domain"),
    pytest.param("v=spf1 include: -all", "", "7.1", id="empty-domain"),
    pytest.param("v=spf1 include:x.com/24", "com/24", "7.1", id="include-with-length"),
    pytest.param("v=spf1 a,b", ",b", "5.3", id="comma"),
    pytest.param("v=spf1 a/24/64", "/24/64", "12", id="single-slash-before-ip6-length"),
    pytest.param("v=spf1 a/", "/", "12", id="no-length"),
    pytest.param("v=spf1 a/33", "33", "12", id="ip4-length-over-32"),
    pytest.param("v=spf1 a//129", "129", "12", id="ip6-length-over-128"),
    pytest.param(f"v=spf1 mx/{'9' * 5000}", "9" * 5000, "12", id="length-of-5000-digits"),
    pytest.param("v=spf1 mx/08", "08", "12", id="leading-zero"),
    pytest.param(f"v=spf1 a:{TOKEN}/", "/", "12", id="no-length-behind-token"),
    pytest.param("v=spf1 ptr/0", "/0", "5.5", id="ptr-with-length"),
    pytest.param("v=spf1 exists", "exists", "5.7", id="exists-without-domain"),
    pytest.param("v=spf1 ip4", "ip4", "5.6", id="ip4-without-address"),
    pytest.param("v=spf1 ip4:1.2.3.04 -all", "1.2.3.04", "5.6", id="octet-with-leading-zero"),
    pytest.param("v=spf1 ip4:1.2.3", "1.2.3", "5.6", id="three-octets"),
    pytest.param("v=spf1 ip4:1.2.3.4//32", "1.2.3.4/", "5.6", id="dual-length-of-ip4"),
    pytest.param("v=spf1 ip6:fe80::1%eth0", "fe80::1%eth0", "5.6", id="zone-id"),
    pytest.param("v=spf1 ip6::CAFE::BABE", ":CAFE::BABE", "5.6", id="not-an-ip6"),
    pytest.param("v=spf1 a:localhost -all", "localhost", "7.1", id="one-label"),
    pytest.param("v=spf1 a:1.2.3.4", "4", "7.1", id="address-as-domain"),
    pytest.param("v=spf1 a:x.123", "123", "7.1", id="top-label-of-digits"),
    pytest.param("v=spf1 a:x.-com", "-com", "7.1", id="top-label-begins-with-hyphen"),
    pytest.param("v=spf1 a:x.%{d}com", "%{d}com", "7.1", id="text-behind-the-last-macro"),
    pytest.param("v=spf1 include:_spf..example", ".", "4.8", id="empty-label"),
    pytest.param("v=spf1 include:.example.com", ".", "4.8", id="leading-dot"),
    pytest.param(f"v=spf1 a:{'x' * 64}.com", "x" * 64, "4.8", id="label-of-64"),
    pytest.param(f"v=spf1 a:{'x' * 32}%{{d}}{'x' * 32}.com", f"{'x' * 32}%{{d}}{'x' * 32}", "4.8", id="64-beside-a-macro"),
    pytest.param("v=spf1 exists:%(ir).x.example", "%(", "7.1", id="wrong-bracket"),
    pytest.param("v=spf1 exists:%{ir.x.example", "%{", "7.1", id="open-bracket"),
    pytest.param("v=spf1 exists:%{i!}.x.example", "%{i!}", "7.1", id="no-delimiter"),
    pytest.param("v=spf1 foo=100%", "%", "7.1", id="percent-at-the-end"),
    pytest.param("v=spf1 a:%{a}.example", "%{a}", "7.2", id="no-macro-letter"),
    pytest.param("v=spf1 exp=%{R}.example", "%{R}", "7.2", id="letter-for-explanations-only"),
    pytest.param("v=spf1 a:%{d00}.example", "00", "7.3", id="zero-parts"),
    pytest.param("v=spf1 exp=a.b -all exp=a.b", "exp=a.b", "6", id="exp-twice"),
    pytest.param("v=spf1 redirect=a.b REDIRECT=c.d", "REDIRECT=c.d", "6", id="redirect-twice"),
]


@pytest.mark.parametrize(("text", "fault", "section"), FAULTS)
def test_a_fault_is_refused_and_shown(text: str, fault: str, section: str) -> None:
    """`verbatim` refuses what `parse` refuses; the error names the whole record, the fault in it and the section."""
    for read in (SpfRecord.parse, SpfRecord.verbatim):
        with pytest.raises(RecordSyntaxError) as caught:
            read(text)
        start, end = caught.value.span
        assert caught.value.source == text
        assert text[start:end] == fault
        assert caught.value.reference.split(",")[0] == f"RFC 7208 section {section}"


@pytest.mark.parametrize("letter", string.ascii_letters)
def test_macro_letters(letter: str) -> None:
    """RFC 7208 section 7.2: eight letters in either case; c, r and t only in the text of an explanation."""
    if letter.lower() in "slodiphv":
        assert Exists(f"%{{{letter}}}").domain == f"%{{{letter}}}"
        return
    reason = "in the text of an explanation only" if letter.lower() in "crt" else f"there is no macro letter '{letter}'"
    with pytest.raises(RecordSyntaxError, match=reason):
        Exists(f"%{{{letter}}}")


def test_the_caret_stands_below_the_fault() -> None:
    """What a person sees."""
    with pytest.raises(RecordSyntaxError) as caught:
        SpfRecord.parse("v=spf1 include:_spf.google.com ip4:192.0.2.0/33 ~all")
    assert str(caught.value) == (
        "the prefix length 33 is over the maximum 32 (RFC 7208 section 12)\n"
        "    v=spf1 include:_spf.google.com ip4:192.0.2.0/33 ~all\n"
        "                                                 ^^"
    )


def test_the_second_redirect_is_marked_even_if_both_are_alike() -> None:
    """The first is no fault."""
    with pytest.raises(RecordSyntaxError) as caught:
        SpfRecord.parse("v=spf1 redirect=a.b redirect=a.b")
    assert caught.value.span == (20, 32)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        pytest.param(lambda: Include("localhost"), "two labels", id="include"),
        pytest.param(lambda: Include(""), "empty", id="include-empty"),
        pytest.param(lambda: Include("x.com -all"), "' ' is not allowed", id="space-would-be-a-second-term"),
        pytest.param(lambda: Include(f"{TOKEN} -all"), "' ' is not allowed", id="space-beside-a-token"),
        pytest.param(lambda: Ptr("x"), "two labels", id="ptr"),
        pytest.param(lambda: A("x"), "two labels", id="a"),
        pytest.param(lambda: A(ip4_length=33), "ip4_length must be a whole number from 0 to 32, got 33", id="length4"),
        pytest.param(lambda: Mx(ip6_length=-1), "ip6_length must be a whole number from 0 to 128, got -1", id="length6"),
        pytest.param(lambda: Mx(ip6_length=True), "got True", id="bool-is-no-length"),
        pytest.param(lambda: A(f"{TOKEN}/24"), "a prefix length is a number of its own", id="length-in-the-domain"),
        pytest.param(lambda: Ip4(f"{TOKEN}/24"), "a prefix length is a number of its own", id="length-in-the-address"),
        pytest.param(lambda: Ip4("1.2.3.4/24"), "not an IPv4 address", id="ip4"),
        pytest.param(lambda: Ip4(f"{TOKEN} -all"), "' ' is not allowed", id="space-beside-an-opaque-ip4"),
        pytest.param(lambda: Ip6(f"{TOKEN} -all"), "' ' is not allowed", id="space-beside-an-opaque-ip6"),
        pytest.param(lambda: Ip4("1.2.3.4", 33), "prefix_length must be a whole number from 0 to 32", id="ip4-length"),
        pytest.param(lambda: Ip6("1.2.3.4"), "not an IPv6 address", id="ip6"),
        pytest.param(lambda: All(qualifier="-"), "qualifier must be a SpfQualifier, got '-'; use SpfQualifier.FAIL", id="str"),
        pytest.param(lambda: All(qualifier="fail"), "got 'fail'; use one of SpfQualifier.PASS, SpfQualifier.FAIL", id="word"),
        pytest.param(lambda: Redirect("x"), "two labels", id="redirect"),
        pytest.param(lambda: UnknownModifier("1up", ""), "'1up' is not a modifier name", id="modifier-name"),
        pytest.param(lambda: UnknownModifier("Exp", "a.b"), "use Redirect or Explanation", id="known-modifier"),
        pytest.param(lambda: UnknownModifier("x", "a b"), "' ' is not allowed", id="modifier-value"),
        pytest.param(lambda: OpaqueTerm("include:a.b"), "is no term whose kind a CDK token hides", id="opaque-without-token"),
        pytest.param(lambda: OpaqueTerm(f"include:{TOKEN}"), "is no term whose kind", id="opaque-of-a-plain-kind"),
        pytest.param(lambda: SpfRecord("v=spf1 -all"), "terms must be a list of terms, got 'v=spf1 -all'", id="text"),
        pytest.param(lambda: SpfRecord(("-all",)), "terms must hold terms such as .*, got '-all'", id="text-as-term"),
        pytest.param(lambda: SpfRecord((Redirect("a.b"), Redirect("c.d"))), "may occur only once", id="redirect-twice"),
    ],
)
def test_an_invalid_record_cannot_be_built(build: object, message: str) -> None:
    """Not from terms either."""
    with pytest.raises(EmailAuthError, match=message):
        build()  # type: ignore[operator] # a table of different callables


def test_terms_may_be_any_iterable() -> None:
    """They are kept as a tuple, so that the record can be hashed."""
    assert SpfRecord([A(), All()]) == SpfRecord((A(), All()))  # type: ignore[arg-type] # a list, on purpose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("v=spf1", True, id="empty"),
        pytest.param("V=sPf1 -all", True, id="case"),
        pytest.param("v=spf1 garbage:", True, id="the-rest-is-not-judged"),
        pytest.param("v=spf10 -all", False, id="other-version"),
        pytest.param("v=spf1;-all", False, id="semicolon"),
        pytest.param(" v=spf1 -all", False, id="leading-space"),
        pytest.param("v=spf1\t-all", False, id="tab"),
        pytest.param("google-site-verification=v=spf1 ", False, id="other-txt"),
        pytest.param("", False, id="nothing"),
        pytest.param(TOKEN, False, id="token"),
    ],
)
def test_is_spf(text: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """RFC 7208 section 4.5: the version in any case, then a space or the end."""
    assert SpfRecord.is_spf(text) is expected


@pytest.mark.parametrize(
    ("text", "lookups"),
    [
        pytest.param("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 exp=a.b foo=bar -all", 0, id="free"),
        pytest.param("v=spf1 include:a.b a mx ptr exists:a.b redirect=a.b", 6, id="each-costs-one"),
        pytest.param("v=spf1 a redirect=a.b -all", 1, id="redirect-is-void-beside-all-section-6.1"),
        pytest.param("v=spf1 a -all mx include:a.b", 1, id="nothing-behind-all-section-5.1"),
        pytest.param(f"v=spf1 a {TOKEN}", 1, id="token-is-not-counted"),
    ],
)
def test_dns_lookups(text: str, lookups: int) -> None:
    """RFC 7208 section 4.6.4, the terms of this record alone."""
    assert SpfRecord.parse(text).dns_lookups == lookups


@pytest.mark.parametrize(
    ("text", "qualifier", "effective", "redirect"),
    [
        pytest.param("v=spf1 a", None, NEUTRAL, None, id="neither-is-neutral-section-4.7"),
        pytest.param("v=spf1 ~all", SOFTFAIL, SOFTFAIL, None, id="all"),
        pytest.param("v=spf1 -all ~all", FAIL, FAIL, None, id="first-all-counts"),
        pytest.param("v=spf1 redirect=a.b", None, None, "a.b", id="redirect-decides"),
        pytest.param("v=spf1 redirect=a.b -all", FAIL, FAIL, "a.b", id="all-beats-redirect"),
    ],
)
def test_what_decides(text: str, qualifier: SpfQualifier | None, effective: SpfQualifier | None, redirect: str | None) -> None:
    """What was written, and what it comes to."""
    record = SpfRecord.parse(text)
    assert (record.all_qualifier, record.effective_all, record.redirect) == (qualifier, effective, redirect)


def test_views_of_the_terms() -> None:
    """Mechanisms, modifiers and includes, each in order; opaque terms are neither."""
    record = SpfRecord.parse(f"v=spf1 z=1 include:B.example ?include:a.example {TOKEN} -all exp=x.example y=2 mx")
    assert [str(term) for term in record.mechanisms] == ["include:B.example", "?include:a.example", "-all", "mx"]
    assert [str(term) for term in record.modifiers] == ["z=1", "exp=x.example", "y=2"]
    assert record.includes == ("B.example", "a.example")
    assert not record.is_known
    assert SpfRecord.parse("v=spf1 a").is_known


def test_networks() -> None:
    """The addresses that an ip4 or ip6 term matches; None behind a token."""
    assert Ip4("192.0.2.7", 24).network == ipaddress.ip_network("192.0.2.0/24")
    assert Ip4("192.0.2.7").network == ipaddress.ip_network("192.0.2.7/32")
    assert Ip6("2001:db8::1", 0).network == ipaddress.ip_network("::/0")
    assert Ip4(TOKEN).network is None


@given(records)
@settings(max_examples=100)
def test_law_what_is_printed_parses_to_the_same(record: SpfRecord) -> None:
    """`parse(str(r)) == r`, and every printed character is US-ASCII."""
    text = str(record)
    assert SpfRecord.parse(text) == record
    assert text.isascii()
    assert SpfRecord.is_spf(text)


@given(spellings())
@settings(max_examples=100)
def test_law_canonical_text_is_stable(text: str) -> None:
    """`str(parse(t))` is its own canonical text; `verbatim` keeps `t` and means the same."""
    record = SpfRecord.parse(text)
    canonical = str(record)
    assert str(SpfRecord.parse(canonical)) == canonical
    assert SpfRecord.verbatim(text) == record
    assert str(SpfRecord.verbatim(text)) == text


@given(st.text(alphabet="v=spf1 aincludemx:/.%{}drp+-~?0149_\t\x00é=", max_size=40).map("v=spf1 {}".format))
@settings(max_examples=200)
def test_law_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    """No other exception, and the span lies in the text."""
    fault = _fault(text)
    if fault is None:
        assert SpfRecord.parse(str(SpfRecord.parse(text))) == SpfRecord.parse(text)
    else:
        assert fault.source == text
        assert 0 <= fault.span[0] <= fault.span[1] <= len(text)


def _fault(text: str) -> RecordSyntaxError | None:
    try:
        SpfRecord.parse(text)
    except RecordSyntaxError as fault:
        return fault
    return None
