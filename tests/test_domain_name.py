"""`DomainName`: one form for equal names, whole labels, and answers that say when a token hides them."""

from __future__ import annotations

import idna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName

TOKEN = "${Token[TOKEN.16]}"
LABEL_63 = "a" * 63
NAME_253 = ".".join([LABEL_63] * 3 + ["b" * 61])

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
UNICODE_LABELS = st.text(st.characters(min_codepoint=0x80, max_codepoint=0x9FFF), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("blacksheep.link", "blacksheep.link", id="as-it-is"),
        pytest.param("BlackSheep.LINK", "blacksheep.link", id="upper-case"),
        pytest.param("blacksheep.link.", "blacksheep.link", id="final-dot"),
        pytest.param("日本語.jp", "xn--wgv71a119e.jp", id="unicode"),
        pytest.param("日本語。ＪＰ。", "xn--wgv71a119e.jp", id="ideographic-full-stops"),
        pytest.param("ｂｌａｃｋｓｈｅｅｐ．ｌｉｎｋ", "blacksheep.link", id="full-width"),
        pytest.param("XN--WGV71A119E.jp", "xn--wgv71a119e.jp", id="a-label-in-upper-case"),
        pytest.param("か\u3099.jp", "xn--v8j.jp", id="decomposed-as-macos-pastes-it"),
        pytest.param("BÜCHER.example", "xn--bcher-kva.example", id="unicode-upper-case"),
        pytest.param("faß.example", "xn--fa-hia.example", id="idna-2008-not-transitional"),
        pytest.param("_dmarc.日本語.jp", "_dmarc.xn--wgv71a119e.jp", id="underscored-label-beside-unicode"),
        pytest.param("_a_b-c._domainkey.example.com", "_a_b-c._domainkey.example.com", id="inner-underscore-behind-one"),
        pytest.param("*._report._dmarc.example.com", "*._report._dmarc.example.com", id="wildcard"),
        pytest.param("1.2.example.com", "1.2.example.com", id="digits"),
        pytest.param("jp", "jp", id="one-label"),
        pytest.param(f"{LABEL_63}.example", f"{LABEL_63}.example", id="63-octet-label"),
        pytest.param(NAME_253, NAME_253, id="253-octets"),
        pytest.param(f"{NAME_253}.", NAME_253, id="253-octets-and-the-final-dot"),
        pytest.param(f"X.{TOKEN}.", f"X.{TOKEN}.", id="token-keeps-case-and-dot"),
        pytest.param(f"日本語.{TOKEN}", f"日本語.{TOKEN}", id="token-keeps-unicode"),
    ],
)
def test_a_name_has_one_form(text: str, name: str) -> None:
    """Lower case, A-labels, no final dot; text with a token to the letter."""
    assert DomainName(text).text == name
    assert str(DomainName(text)) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "it is empty", id="empty"),
        pytest.param(".", "it is empty", id="the-root"),
        pytest.param("a..b", "it has an empty label; dots must stand alone between labels", id="two-dots"),
        pytest.param(".a", "it has an empty label; dots must stand alone between labels", id="leading-dot"),
        pytest.param("example.com..", "it has an empty label; dots must stand alone between labels", id="two-final-dots"),
        pytest.param("a b.jp", "the label 'a b' may hold letters, digits and inner hyphens only", id="space"),
        pytest.param("-a.jp", "the label '-a' may hold letters, digits and inner hyphens only", id="leading-hyphen"),
        pytest.param("a-.jp", "the label 'a-' may hold letters, digits and inner hyphens only", id="final-hyphen"),
        pytest.param("a_b.jp", "the label 'a_b' may hold letters, digits and inner hyphens only", id="inner-underscore"),
        pytest.param("_.jp", "the label '_' may hold letters, digits and inner hyphens only", id="underscore-alone"),
        pytest.param("a.*.jp", "the label '*' may hold letters, digits and inner hyphens only", id="inner-wildcard"),
        pytest.param("*a.jp", "the label '*a' may hold letters, digits and inner hyphens only", id="half-a-wildcard"),
        pytest.param("x@y.jp", "the label 'x@y' may hold letters, digits and inner hyphens only", id="address"),
        pytest.param("https://x.jp", "the label 'https://x' may hold letters, digits and inner hyphens only", id="url"),
        pytest.param("x.jp\n", "the label 'jp\\n' may hold letters, digits and inner hyphens only", id="pasted-line-end"),
        pytest.param(f"{LABEL_63}a.jp", f"the label '{LABEL_63}a' has 64 octets; at most 63 are allowed", id="64-octet-label"),
        pytest.param(f"{NAME_253}b", "it has 254 octets; at most 253 are allowed", id="254-octets"),
    ],
)
def test_what_is_no_name_is_refused(text: str, reason: str) -> None:
    """The sentence shows what was given and says what is wrong."""
    with pytest.raises(InvalidDomainName) as caught:
        DomainName(text)
    assert str(caught.value) == f"{text!r} is not a domain name: {reason}"
    assert (caught.value.name, caught.value.reason) == (text, reason)
    assert isinstance(caught.value, EmailAuthError)


@pytest.mark.parametrize(
    ("text", "start", "hint"),
    [
        pytest.param("日本\u3000語.jp", "codepoint ", "U+0020", id="ideographic-space"),
        pytest.param("a\u202e語.jp", "codepoint ", "U+202E", id="bidi-override"),
        pytest.param("🐑.link", "codepoint ", "U+1F411", id="emoji-is-not-in-idna-2008"),
        pytest.param("あ" + "日" * 60 + ".jp", "label too long", "", id="unicode-label-too-long"),
        pytest.param("xn--a.jp", "the label 'xn--a' is not a valid A-label (", "U+0080", id="no-a-label"),
    ],
)
def test_what_idna_refuses_is_refused_in_its_words(text: str, start: str, hint: str) -> None:
    """The reason of `idna`, with nothing in it that could steer a terminal."""
    with pytest.raises(InvalidDomainName) as caught:
        DomainName(text)
    assert caught.value.reason.startswith(start)
    assert hint in caught.value.reason
    assert str(caught.value).isprintable()
    assert not str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "organizational", "is_suffix"),
    [
        pytest.param("blacksheep.link", "blacksheep.link", False, id="itself"),
        pytest.param("a.b.blacksheep.link", "blacksheep.link", False, id="below"),
        pytest.param("_dmarc.blacksheep.link", "blacksheep.link", False, id="record-name"),
        pytest.param("shop.example.co.jp", "example.co.jp", False, id="suffix-of-two-labels"),
        pytest.param("foo.kawasaki.jp", None, True, id="none: the list holds *.kawasaki.jp"),
        pytest.param("a.foo.kawasaki.jp", "a.foo.kawasaki.jp", False, id="below-a-wildcard-suffix"),
        pytest.param("city.kawasaki.jp", "city.kawasaki.jp", False, id="exception-of-the-wildcard"),
        pytest.param("example.tokyo.jp", "example.tokyo.jp", False, id="tokyo.jp-is-a-suffix"),
        pytest.param("shop.example.tokyo.jp", "example.tokyo.jp", False, id="below-tokyo.jp"),
        pytest.param("jp", None, True, id="top-level"),
        pytest.param("co.jp", None, True, id="suffix"),
        pytest.param("xn--wgv71a119e.jp", "xn--wgv71a119e.jp", False, id="a-labels"),
        pytest.param(f"{TOKEN}.jp", None, False, id="a-token-hides-it"),
    ],
)
def test_the_organizational_domain_comes_from_the_public_suffix_list(
    name: str, organizational: str | None, *, is_suffix: bool
) -> None:
    """None for a suffix and for an opaque name, and only the first is a suffix."""
    found = DomainName(name).organizational
    assert found == (None if organizational is None else DomainName(organizational))
    assert DomainName(name).is_public_suffix is is_suffix


@pytest.mark.parametrize(
    ("name", "other", "below", "at_or_below"),
    [
        pytest.param("mail.example.com", "example.com", True, True, id="below"),
        pytest.param("a.b.example.com", "example.com", True, True, id="far-below"),
        pytest.param("example.com", "example.com", False, True, id="itself"),
        pytest.param("EXAMPLE.com.", "example.COM", False, True, id="itself-in-other-spelling"),
        pytest.param("notexample.com", "example.com", False, False, id="no-whole-label"),
        pytest.param("com", "example.com", False, False, id="above"),
        pytest.param(TOKEN, TOKEN, False, True, id="the-same-token"),
        pytest.param(f"a.{TOKEN}", TOKEN, True, True, id="below-a-token"),
        pytest.param(f"{TOKEN}.example.com", "example.com", True, True, id="token-in-front"),
        pytest.param(TOKEN, "example.com", None, None, id="a-token-may-be-anything"),
        pytest.param("mail.example.com", TOKEN, None, None, id="the-other-is-a-token"),
    ],
)
def test_below_counts_whole_labels(name: str, other: str, *, below: bool | None, at_or_below: bool | None) -> None:
    """True and False where it is certain, None where a token hides the answer."""
    assert DomainName(name).is_subdomain_of(other) is below
    assert DomainName(name).is_subdomain_of(DomainName(other)) is below
    assert DomainName(name).is_at_or_below(DomainName(other)) is at_or_below


@pytest.mark.parametrize(
    ("name", "labels", "parent", "is_hostname"),
    [
        pytest.param("a.b.jp", ("a", "b", "jp"), "b.jp", True, id="host"),
        pytest.param("jp", ("jp",), None, False, id="no-mail-ends-in-one-label"),
        pytest.param("_dmarc.b.jp", ("_dmarc", "b", "jp"), "b.jp", False, id="underscore"),
        pytest.param("*.b.jp", ("*", "b", "jp"), "b.jp", False, id="wildcard"),
        pytest.param(f"a.{TOKEN}.jp", (f"a.{TOKEN}.jp",), None, True, id="an-opaque-name-is-one-label"),
    ],
)
def test_the_parts_of_a_name(name: str, labels: tuple[str, ...], parent: str | None, *, is_hostname: bool) -> None:
    """Labels, the name above, and whether mail addresses can end in it."""
    assert DomainName(name).labels == labels
    assert DomainName(name).parent == (None if parent is None else DomainName(parent))
    assert DomainName(name).is_hostname is is_hostname
    assert DomainName(name).is_known is (TOKEN not in name)


@pytest.mark.parametrize(
    ("name", "zone", "host"),
    [
        pytest.param("_dmarc.blacksheep.link", "blacksheep.link", "_dmarc", id="one-label"),
        pytest.param("x._domainkey.a.blacksheep.link", "blacksheep.link", "x._domainkey.a", id="several"),
        pytest.param("blacksheep.link", "blacksheep.link.", "@", id="the-zone-itself"),
        pytest.param(f"{TOKEN}.example.com", "example.com", TOKEN, id="token-in-front"),
    ],
)
def test_the_host_column_of_a_dns_panel(name: str, zone: str, host: str) -> None:
    """The labels in front of the zone, or the sign for the zone itself."""
    assert DomainName(name).relative_to(zone) == host
    assert DomainName(name).relative_to(DomainName(zone)) == host


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        pytest.param("notexample.com", "example.com", id="no-whole-label"),
        pytest.param("com", "example.com", id="above"),
        pytest.param(TOKEN, "example.com", id="a-token-hides-it"),
    ],
)
def test_a_name_outside_of_the_zone_has_no_host_column(name: str, zone: str) -> None:
    """An error rather than a name that the panel would double."""
    with pytest.raises(InvalidDomainName) as caught:
        DomainName(name).relative_to(zone)
    assert str(caught.value) == f"{name!r} is not a domain name: it is not in the zone 'example.com'"


def test_a_child_keeps_the_token_of_its_parent() -> None:
    """Text in front of a token; the token itself to the letter."""
    assert DomainName(TOKEN).child("_dmarc").text == f"_dmarc.{TOKEN}"


def test_equal_names_are_equal_and_ordered() -> None:
    """Spelling is no part of a name; names sort as text, so that output is stable."""
    assert {DomainName("A.jp"), DomainName("a.jp.")} == {DomainName("a.jp")}
    assert sorted([DomainName("b.jp"), DomainName("a.jp")]) == [DomainName("a.jp"), DomainName("b.jp")]


@given(NAMES)
def test_law_the_form_is_stable(text: str) -> None:
    """The form of the form is the form, and case and the final dot say nothing."""
    name = DomainName(text)
    assert DomainName(name.text) == DomainName(f"{text.upper()}.") == name


@given(st.lists(UNICODE_LABELS, min_size=1, max_size=3).map(".".join))
@settings(max_examples=300)
def test_law_idna_is_the_judge_of_unicode(text: str) -> None:
    """Accepted with the same A-labels, or refused, as `idna` does with UTS 46; what is accepted is stable."""
    try:
        expected = idna.encode(text, uts46=True).decode("ascii").lower().removesuffix(".")
    except idna.IDNAError:
        with pytest.raises(InvalidDomainName):
            DomainName(text)
    else:
        name = DomainName(text)
        assert name.text == expected
        assert DomainName(name.text) == name


@given(NAMES, NAMES)
def test_law_child_and_relative_to_are_inverse(zone: str, prefix: str) -> None:
    """What a child adds is its host column, and it is below its parent."""
    origin = DomainName(zone)
    child = origin.child(prefix)
    assert child.relative_to(origin) == prefix
    assert child.is_subdomain_of(origin) is True
    assert origin.is_at_or_below(child) is False


@given(NAMES, NAMES)
def test_law_below_is_what_the_parents_say(one: str, other: str) -> None:
    """A name is at or below exactly the names of its own line of parents."""
    name, line = DomainName(one), [DomainName(one)]
    while (parent := line[-1].parent) is not None:
        line.append(parent)
    assert name.is_at_or_below(DomainName(other)) is (DomainName(other) in line)
    assert all(name.is_at_or_below(step) for step in line)


@given(NAMES)
def test_law_the_organizational_domain_of_itself_is_itself(text: str) -> None:
    """Every name has at most one, at or above it."""
    found = DomainName(text).organizational
    assert found is None or (found.organizational == found and DomainName(text).is_at_or_below(found))
