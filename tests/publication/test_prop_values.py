"""What users type: names, lists and seconds, and the sentence that names prop, value and fix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.prop_values import UNSET, domain, identity_domain, is_given, name_below, seconds, text_list

TOKEN = "${Token[TOKEN.16]}"
EXAMPLE = DomainName("example.com")
LABEL_64 = "a" * 64
LABELS = st.from_regex(r"[a-z]([a-z0-9]{0,8})?", fullmatch=True)


@pytest.mark.parametrize("value", [None, "", 0, (), "<not given>"])
def test_a_prop_that_is_off_or_empty_was_given(value: object) -> None:
    """Only the default itself is not."""
    assert is_given(value)
    assert not is_given(UNSET)


def test_a_signature_says_that_a_prop_was_not_given() -> None:
    """As `help()` and editors print the default."""
    assert repr(UNSET) == "<not given>"


class Span:
    """A time span as `aws_cdk.Duration` is one."""

    def __init__(self, length: float | Exception) -> None:
        self._length = length

    def to_seconds(self) -> float:
        """The length, or the error of jsii."""
        if isinstance(self._length, Exception):
            raise self._length
        return self._length

    def __repr__(self) -> str:
        return "Span()"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("Example.COM.", "example.com", id="spelling"),
        pytest.param("日本語.jp", "xn--wgv71a119e.jp", id="unicode"),
        pytest.param(DomainName("example.com"), "example.com", id="a-name-already"),
        pytest.param(f"a@{TOKEN}", f"a@{TOKEN}", id="a-token-is-not-judged"),
    ],
)
def test_a_domain_prop(text: object, name: str) -> None:
    """Text becomes a name; one that is a name already stays."""
    assert domain("domain_name", text).text == name


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(None, "'domain_name' must be a domain name, got None; pass for example 'example.com'", id="no-text"),
        pytest.param(
            "info@example.com",
            "'domain_name' must be a domain name, got the address 'info@example.com'; pass the part behind the '@'",
            id="address",
        ),
        pytest.param(
            "exa mple.com",
            "'domain_name' must be a domain name, but 'exa mple.com' is not a domain name: the label 'exa mple' may hold "
            "letters, digits and inner hyphens only; pass for example 'example.com'",
            id="bad-label",
        ),
        pytest.param(
            f"{LABEL_64}.com",
            f"'domain_name' must be a domain name, but '{LABEL_64}.com' is not a domain name: the label '{LABEL_64}' has 64 "
            "octets; at most 63 are allowed; pass for example 'example.com'",
            id="64-octet-label",
        ),
        pytest.param(
            "localhost",
            "'domain_name' must be a domain that mail addresses can end in, got 'localhost'; pass for example 'example.com'",
            id="one-label",
        ),
        pytest.param(
            "_dmarc.example.com",
            "'domain_name' must be a domain that mail addresses can end in, got '_dmarc.example.com'; "
            "pass for example 'example.com'",
            id="record-name",
        ),
    ],
)
def test_what_is_no_domain_is_refused(text: object, sentence: str) -> None:
    """One sentence for each way to be wrong."""
    with pytest.raises(EmailAuthError) as caught:
        domain("domain_name", text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("text", "zone", "override", "name"),
    [
        pytest.param(None, "example.com", None, "example.com", id="the-zone"),
        pytest.param("mail.example.com", "example.com", None, "mail.example.com", id="below-the-zone"),
        pytest.param("EXAMPLE.com.", "example.com", None, "example.com", id="the-zone-in-other-spelling"),
        pytest.param("example.com", None, None, "example.com", id="zone-without-a-name"),
        pytest.param("foo.kawasaki.jp", None, "foo.kawasaki.jp", "foo.kawasaki.jp", id="the-list-is-overridden"),
        pytest.param("a.foo.kawasaki.jp", None, "foo.kawasaki.jp", "a.foo.kawasaki.jp", id="below-the-override"),
        pytest.param(None, TOKEN, None, TOKEN, id="zone-known-after-the-deploy"),
        pytest.param("example.com", TOKEN, None, "example.com", id="nobody-can-tell-whether-it-is-inside"),
        pytest.param(None, TOKEN, "example.com", TOKEN, id="nobody-can-tell-whether-the-override-is-above"),
    ],
)
def test_the_domain_of_the_identity(text: str | None, zone: str | None, override: str | None, name: str) -> None:
    """`domain_name`, else the zone's name."""
    zone_name = None if zone is None else DomainName(zone)
    organizational = None if override is None else DomainName(override)
    assert identity_domain(text, zone_name, organizational) == DomainName(name)


OUTSIDE = (
    "'domain_name' must be 'example.com', the name of the zone, or a name below it, got {!r}; "
    "records outside of the zone are never found"
)


@pytest.mark.parametrize(
    ("text", "zone", "override", "sentence"),
    [
        pytest.param(
            None,
            None,
            None,
            "'hosted_zone' has no readable name; pass domain_name=, or make the zone by "
            "HostedZone.from_hosted_zone_attributes(hosted_zone_id=..., zone_name=...)",
            id="zone-without-a-name",
        ),
        pytest.param("other.org", "example.com", None, OUTSIDE.format("other.org"), id="outside-of-the-zone"),
        pytest.param("notexample.com", "example.com", None, OUTSIDE.format("notexample.com"), id="no-whole-label"),
        pytest.param(
            "foo.kawasaki.jp",
            None,
            None,
            "'foo.kawasaki.jp' is a public suffix, not a domain one can own; if the Public Suffix List is wrong here, "
            "pass organizational_domain='foo.kawasaki.jp'",
            id="public-suffix",
        ),
        pytest.param(
            None,
            "co.jp",
            None,
            "'co.jp' is a public suffix, not a domain one can own; if the Public Suffix List is wrong here, "
            "pass organizational_domain='co.jp'",
            id="public-suffix-as-zone",
        ),
        pytest.param(
            "example.com",
            None,
            "mail.example.com",
            "'organizational_domain' must be 'example.com' or a name above it, got 'mail.example.com'",
            id="override-below-the-domain",
        ),
        pytest.param(
            None,
            "1.0.168.192.in-addr._x",
            None,
            "'hosted_zone' has the name '1.0.168.192.in-addr._x', in which no mail address can end; pass domain_name=",
            id="zone-name-that-is-no-host",
        ),
    ],
)
def test_what_cannot_be_the_domain_of_the_identity(
    text: str | None, zone: str | None, override: str | None, sentence: str
) -> None:
    """Outside of the zone, nobody's domain, or not known at all."""
    zone_name = None if zone is None else DomainName(zone)
    organizational = None if override is None else DomainName(override)
    with pytest.raises(EmailAuthError) as caught:
        identity_domain(text, zone_name, organizational)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("parent", "text", "name"),
    [
        pytest.param("example.com", "bounce", "bounce.example.com", id="label"),
        pytest.param("example.com", "BOUNCE", "bounce.example.com", id="upper-case"),
        pytest.param("example.com", "bounce.example.com", "bounce.example.com", id="full-name"),
        pytest.param("example.com", "Bounce.Example.com.", "bounce.example.com", id="full-name-in-other-spelling"),
        pytest.param("example.com", "a.b.example.com", "a.b.example.com", id="full-name-of-two-labels-below"),
        pytest.param("example.com", "ｂｏｕｎｃｅ", "bounce.example.com", id="full-width"),
        pytest.param("xn--wgv71a119e.jp", "配信.日本語.jp", "xn--vuqv80n.xn--wgv71a119e.jp", id="unicode-full-name"),
        pytest.param("example.com", "com", "com.example.com", id="a-label-that-is-a-suffix-too"),
        pytest.param("example.com", TOKEN, f"{TOKEN}.example.com", id="token-as-label"),
        pytest.param("example.com", f"{TOKEN}.example.com", f"{TOKEN}.example.com", id="token-in-a-full-name"),
        pytest.param("example.com", f"X-{TOKEN}", f"X-{TOKEN}.example.com", id="token-keeps-its-neighbours"),
        pytest.param(TOKEN, "bounce", f"bounce.{TOKEN}", id="below-a-token"),
        pytest.param(TOKEN, f"bounce.{TOKEN}", f"bounce.{TOKEN}", id="full-name-below-a-token"),
    ],
)
def test_a_name_below(parent: str, text: str, name: str) -> None:
    """One label, or a full name below the parent."""
    assert name_below("mail_from_subdomain", DomainName(parent), text, "bounce").text == name


BELOW = "'mail_from_subdomain' must be a label below 'example.com', got {!r}; pass for example 'bounce'"
ITSELF = "'mail_from_subdomain' must be below 'example.com', not the domain itself; pass for example 'bounce'"
BUT = "'mail_from_subdomain' must be a label below 'example.com', but {}; pass for example 'bounce'"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", BELOW.format(""), id="empty"),
        pytest.param("  ", BELOW.format("  "), id="blank"),
        pytest.param(None, BELOW.format(None), id="no-text"),
        pytest.param("a.other.org", BELOW.format("a.other.org"), id="outside: CDK would append the domain"),
        pytest.param("a．other．org", BELOW.format("a．other．org"), id="outside-with-full-width-dots"),
        pytest.param("a.b", BELOW.format("a.b"), id="two-labels"),
        pytest.param("bounce.", BELOW.format("bounce."), id="a-final-dot-means-a-full-name"),
        pytest.param("bounce.notexample.com", BELOW.format("bounce.notexample.com"), id="no-whole-label"),
        pytest.param("_bounce", BELOW.format("_bounce"), id="underscore"),
        pytest.param("*", BELOW.format("*"), id="wildcard"),
        pytest.param("example.com", ITSELF, id="the-domain-itself"),
        pytest.param("EXAMPLE.com.", ITSELF, id="the-domain-itself-in-other-spelling"),
        pytest.param(
            LABEL_64,
            BUT.format(f"'{LABEL_64}' is not a domain name: the label '{LABEL_64}' has 64 octets; at most 63 are allowed"),
            id="64-octet-label",
        ),
        pytest.param(
            "bounce mail",
            BUT.format(
                "'bounce mail' is not a domain name: the label 'bounce mail' may hold letters, digits and inner hyphens only"
            ),
            id="space",
        ),
    ],
)
def test_what_is_not_below_is_refused(text: object, sentence: str) -> None:
    """SES wants MAIL FROM below the identity; nothing is completed silently."""
    with pytest.raises(EmailAuthError) as caught:
        name_below("mail_from_subdomain", EXAMPLE, text, "bounce")
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("parent", "text", "sentence"),
    [
        pytest.param(
            TOKEN,
            TOKEN,
            f"'mail_from_subdomain' must be below '{TOKEN}', not the domain itself; pass for example 'bounce'",
            id="the-same-token",
        ),
        pytest.param(
            TOKEN,
            "bounce.example.com",
            f"'mail_from_subdomain' must be a label below '{TOKEN}', got 'bounce.example.com'; pass for example 'bounce'",
            id="nobody-can-tell",
        ),
        pytest.param(
            ".".join(["a" * 63] * 3 + ["b" * 55]),
            "bounce",
            f"'mail_from_subdomain' must be a label below '{'.'.join(['a' * 63] * 3 + ['b' * 55])}', "
            f"but 'bounce.{'.'.join(['a' * 63] * 3 + ['b' * 55])}' is not a domain name: it has 254 octets; "
            "at most 253 are allowed; pass for example 'bounce'",
            id="254-octets-together",
        ),
    ],
)
def test_what_is_not_below_an_odd_parent_is_refused(parent: str, text: str, sentence: str) -> None:
    """A token, or a name that leaves no room."""
    with pytest.raises(EmailAuthError) as caught:
        name_below("mail_from_subdomain", DomainName(parent), text, "bounce")
    assert str(caught.value) == sentence


@given(st.lists(LABELS, min_size=2, max_size=3).map(".".join), st.text("abc.-_ X．。日", max_size=12))
def test_law_a_name_below_is_below_or_refused(parent: str, text: str) -> None:
    """Whatever is typed: no result is outside of the parent, and a result given again is the same."""
    top = DomainName(parent)
    try:
        name = name_below("mail_from_subdomain", top, text, "bounce")
    except EmailAuthError:
        return
    assert name.is_subdomain_of(top) is True
    assert name_below("mail_from_subdomain", top, name.text, "bounce") == name
    assert len(name.labels) == len(top.labels) + 1 or "." in text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        pytest.param(["a", "b"], ("a", "b"), id="list"),
        pytest.param((), (), id="empty"),
        pytest.param(iter(["a"]), ("a",), id="iterator"),
        pytest.param([f"x{TOKEN}"], (f"x{TOKEN}",), id="token-to-the-letter"),
        pytest.param([" a "], (" a ",), id="blanks-around-are-not-ours-to-cut"),
    ],
)
def test_a_list_of_texts(values: list[str], texts: tuple[str, ...]) -> None:
    """Unchanged, as a tuple."""
    assert text_list("dmarc_rua", values, "['a@example.com']") == texts


HINT = "pass a list, for example ['a@example.com']"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param("a@b.jp", f"'dmarc_rua' must be a list of strings, got the string 'a@b.jp'; {HINT}", id="string"),
        pytest.param(b"a@b.jp", f"'dmarc_rua' must be a list of strings, got the string b'a@b.jp'; {HINT}", id="bytes"),
        pytest.param(None, f"'dmarc_rua' must be a list of strings, got None; {HINT}", id="none"),
        pytest.param({"a@b.jp"}, f"'dmarc_rua' must be a list of strings, got a set; {HINT}", id="set"),
        pytest.param({"a@b.jp": 1}, f"'dmarc_rua' must be a list of strings, got a dict; {HINT}", id="mapping"),
        pytest.param([1], f"'dmarc_rua' must hold strings, got 1; {HINT}", id="entry-that-is-no-text"),
        pytest.param(["a", ""], "'dmarc_rua' holds an empty entry; leave it out", id="empty-entry"),
        pytest.param(["\u3000"], "'dmarc_rua' holds an empty entry; leave it out", id="blank-entry"),
        pytest.param(
            ["#{Token[TOKEN.7]}"],
            "'dmarc_rua' is a list that is known only after the deploy; pass its entries one by one",
            id="list-token",
        ),
    ],
)
def test_what_is_no_list_of_texts_is_refused(values: object, sentence: str) -> None:
    """One string would else become a list of its characters, and a set has another order in each run."""
    with pytest.raises(EmailAuthError) as caught:
        text_list("dmarc_rua", values, "['a@example.com']")  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("value", "number"),
    [
        pytest.param(0, 0, id="zero-is-a-value"),
        pytest.param(600, 600, id="whole-number"),
        pytest.param(600.0, 600, id="whole-float"),
        pytest.param(2**31 - 1, 2**31 - 1, id="longest"),
        pytest.param(Span(300), 300, id="duration"),
    ],
)
def test_seconds(value: int | Span, number: int) -> None:
    """A number, or a span of time."""
    result = seconds("dmarc_ttl", value)
    assert (result, type(result)) == (number, int)


LIKE = "pass for example Duration.seconds(600)"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        pytest.param(-1, f"'dmarc_ttl' must be whole seconds from 0 to 2147483647, got -1; {LIKE}", id="negative"),
        pytest.param(2**31, f"'dmarc_ttl' must be whole seconds from 0 to 2147483647, got 2147483648; {LIKE}", id="too-long"),
        pytest.param(0.5, f"'dmarc_ttl' must be whole seconds from 0 to 2147483647, got 0.5; {LIKE}", id="half"),
        pytest.param(
            float("nan"), f"'dmarc_ttl' must be whole seconds from 0 to 2147483647, got nan; {LIKE}", id="not-a-number"
        ),
        pytest.param(float("inf"), f"'dmarc_ttl' must be whole seconds from 0 to 2147483647, got inf; {LIKE}", id="for-ever"),
        pytest.param(True, f"'dmarc_ttl' must be a Duration or whole seconds, got True; {LIKE}", id="bool"),
        pytest.param("600", f"'dmarc_ttl' must be a Duration or whole seconds, got '600'; {LIKE}", id="text"),
        pytest.param([600], f"'dmarc_ttl' must be a Duration or whole seconds, got [600]; {LIKE}", id="list"),
        pytest.param(
            Span(RuntimeError("'1500 millis' cannot be converted into a whole number of seconds.")),
            f"'dmarc_ttl' must be whole seconds, got a Duration that is none; {LIKE}",
            id="duration-of-1500-milliseconds",
        ),
        pytest.param(
            -1.8881545897087513e289,
            f"'dmarc_ttl' is a number that is known only after the deploy; {LIKE}",
            id="number-token",
        ),
        pytest.param(
            Span(-1.8881545897087513e289),
            f"'dmarc_ttl' is a number that is known only after the deploy; {LIKE}",
            id="duration-made-from-a-number-token",
        ),
    ],
)
def test_what_is_no_time_to_live_is_refused(value: object, sentence: str) -> None:
    """Before a wrong number reaches CloudFormation."""
    with pytest.raises(EmailAuthError) as caught:
        seconds("dmarc_ttl", value)  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence
