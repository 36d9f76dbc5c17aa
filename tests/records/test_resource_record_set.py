r"""`ResourceRecordSet`: quoted and cut as Route 53 wants it, and refused where Route 53 or DNS would refuse it.

dnspython reads the TXT values that we write. One disagreement is known: Route 53's `\ddd` is octal (developer guide, "TXT
record type"), that of a zone file is decimal (RFC 1035 section 5.1); `rdata` below turns the one into the other.
"""

from __future__ import annotations

import re

import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, split_at_tokens
from ses_email_auth.records.resource_record_set import (
    MAX_TTL,
    RecordType,
    RecordValue,
    ResourceRecordSet,
    character_strings,
    check_together,
)

NAME = DomainName("blacksheep.link")
TOKEN = "${Token[TOKEN.16]}"
LONG_TOKEN = f"${{Token[{'x' * 300}.1]}}"  # longer than a string may be: only its form counts

TEXTS = st.text(max_size=240) | st.text('aé"\\', max_size=480)  # at most 4000 characters with all escapes
TOKEN_TEXTS = st.lists(st.sampled_from([TOKEN, LONG_TOKEN]) | st.text('a日é🐑"\\', max_size=260), max_size=9).map("".join)


def txt(*values: RecordValue) -> ResourceRecordSet:
    """A TXT set at the reference domain."""
    return ResourceRecordSet(NAME, RecordType.TXT, 600, values)


def written(value: RecordValue) -> str:
    """The one value of a TXT set as Route 53 gets it."""
    (presentation,) = txt(value).resource_records
    assert isinstance(presentation, str)
    return presentation


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
def test_a_txt_value_is_quoted(value: RecordValue, presentation: str) -> None:
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


def test_the_reference_records() -> None:
    """As Route 53 and a reader of zone files see them."""
    mx = ResourceRecordSet(
        DomainName("Bounce.BlackSheep.link."),
        RecordType.MX,
        600,
        ("10 feedback-smtp.ap-northeast-1.amazonses.com",),
    )
    assert mx.route53_name == "bounce.blacksheep.link."
    assert mx.resource_records == ("10 feedback-smtp.ap-northeast-1.amazonses.com",)
    assert str(mx) == "bounce.blacksheep.link. 600 IN MX 10 feedback-smtp.ap-northeast-1.amazonses.com"
    both = txt("v=spf1 include:amazonses.com ~all", ("a", "b"))
    assert str(both) == ('blacksheep.link. 600 IN TXT "v=spf1 include:amazonses.com ~all"\nblacksheep.link. 600 IN TXT "a" "b"')
    assert both.texts == ("v=spf1 include:amazonses.com ~all", "ab")


def test_what_only_aws_knows_is_passed_on() -> None:
    """A name, a CNAME target and an MX host may be decided at the deploy."""
    name, value = KnownAfterDeploy("DkimDNSTokenName1"), KnownAfterDeploy("DkimDNSTokenValue1")
    dkim = ResourceRecordSet(name, RecordType.CNAME, 600, (value,))
    assert (dkim.route53_name, dkim.resource_records, dkim.texts) == (name, (value,), ("<DkimDNSTokenValue1>",))
    assert str(dkim) == "<DkimDNSTokenName1> 600 IN CNAME <DkimDNSTokenValue1>"
    host = KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com")
    assert ResourceRecordSet(NAME, RecordType.MX, 600, (host,)).resource_records == (host,)


def test_text_and_lists_become_values() -> None:
    """A name given as text is a `DomainName`, values given as a list are a tuple: equal sets are equal."""
    given_as_text = ResourceRecordSet("BLACKSHEEP.link", RecordType.TXT, 600, ["a"])  # type: ignore[arg-type]  # the point
    assert given_as_text == txt("a")
    assert hash(given_as_text) == hash(txt("a"))


def test_a_name_with_a_token_keeps_it() -> None:
    """With the final dot behind it."""
    assert ResourceRecordSet(DomainName(f"x.{TOKEN}"), RecordType.TXT, 0, ("a",)).route53_name == f"x.{TOKEN}."


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("0 .", id="null-mx"),
        pytest.param("65535 mail.example.com", id="highest-preference"),
        pytest.param(f"10 {TOKEN}", id="token-as-host"),
        pytest.param(TOKEN, id="token-as-value"),
    ],
)
def test_mx_values_that_route_53_takes(value: str) -> None:
    """A preference and a host."""
    assert ResourceRecordSet(NAME, RecordType.MX, 600, (value,)).resource_records == (value,)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("mail.example.com", id="no-preference"),
        pytest.param("65536 mail.example.com", id="preference-too-high"),
        pytest.param("-1 mail.example.com", id="preference-negative"),
        pytest.param("10  mail.example.com", id="two-spaces"),
        pytest.param("10 mail example.com", id="two-hosts"),
        pytest.param("１０ mail.example.com", id="full-width-digits"),
        pytest.param("10 メール.jp", id="host-that-is-no-a-label"),
        pytest.param("10 mail.example.com\n", id="pasted-line-end"),
        pytest.param("", id="empty"),
    ],
)
def test_mx_values_that_are_none(value: str) -> None:
    """The sentence shows the form."""
    with pytest.raises(EmailAuthError) as caught:
        ResourceRecordSet(NAME, RecordType.MX, 600, (value,))
    assert str(caught.value) == (
        f"the MX record set of 'blacksheep.link' holds {value!r}; "
        "an MX value is '<preference> <host>', for example '10 mail.example.com'"
    )


TXT_AT = "the TXT record set of 'blacksheep.link'"


@pytest.mark.parametrize(
    ("record_type", "ttl", "values", "sentence"),
    [
        pytest.param(RecordType.TXT, 600, (), f"{TXT_AT} has no value", id="no-value"),
        pytest.param(RecordType.TXT, 600, ("a", "b", "a"), f"{TXT_AT} holds a value twice: Route 53 refuses that", id="twice"),
        pytest.param(
            RecordType.TXT,
            600,
            ("a", ("a",)),
            f"{TXT_AT} holds a value twice: Route 53 refuses that",
            id="twice-in-two-forms",
        ),
        pytest.param(
            RecordType.TXT, 600, ((),), f"{TXT_AT} has a value without a string; an empty text is ('',)", id="no-string"
        ),
        pytest.param(
            RecordType.TXT,
            600,
            (("a" * 256,),),
            f"{TXT_AT} has a string of 256 octets; at most 255 are allowed",
            id="explicit-string-too-long",
        ),
        pytest.param(
            RecordType.TXT,
            600,
            (("日" * 86,),),
            f"{TXT_AT} has a string of 258 octets; at most 255 are allowed",
            id="explicit-string-too-long-in-octets",
        ),
        pytest.param(
            RecordType.TXT,
            600,
            ("a" * 3954,),
            f"{TXT_AT} holds a value of 4001 characters; Route 53 takes at most 4000",
            id="value-too-long",
        ),
        pytest.param(
            RecordType.CNAME,
            600,
            ("a.example", "b.example"),
            "the CNAME record set of 'blacksheep.link' must have exactly one value (RFC 1034 section 3.6.2)",
            id="two-cnames",
        ),
        pytest.param(
            RecordType.MX,
            600,
            (("10 a", "b"),),
            "the MX record set of 'blacksheep.link': only a TXT value has several strings, got ('10 a', 'b')",
            id="several-strings-in-an-mx",
        ),
        pytest.param(
            RecordType.TXT,
            -1,
            ("a",),
            "a TTL is a whole number of seconds from 0 to 2147483647, got -1",
            id="negative-ttl",
        ),
        pytest.param(
            RecordType.TXT,
            MAX_TTL + 1,
            ("a",),
            "a TTL is a whole number of seconds from 0 to 2147483647, got 2147483648",
            id="ttl-of-32-bits",
        ),
        pytest.param(
            RecordType.TXT, True, ("a",), "a TTL is a whole number of seconds from 0 to 2147483647, got True", id="bool-ttl"
        ),
        pytest.param(
            RecordType.TXT, 1.5, ("a",), "a TTL is a whole number of seconds from 0 to 2147483647, got 1.5", id="half-ttl"
        ),
        pytest.param(
            RecordType.TXT,
            600,
            "v=spf1 -all",
            "the values of a record set must be a list, got the string 'v=spf1 -all'; pass ['v=spf1 -all']",
            id="string-where-a-list-is-due",
        ),
        pytest.param(
            "mx",
            600,
            ("10 a.example",),
            "the type of a record set must be a RecordType, got 'mx'; use RecordType.MX",
            id="string-instead-of-the-enum",
        ),
        pytest.param(
            "SPF", 600, ("a",), "the type of a record set must be a RecordType, got 'SPF'; use RecordType.TXT", id="type-99"
        ),
    ],
)
def test_what_route_53_would_refuse_cannot_be_built(record_type: object, ttl: object, values: object, sentence: str) -> None:
    """One sentence that names the set and the fault."""
    with pytest.raises(EmailAuthError) as caught:
        ResourceRecordSet(NAME, record_type, ttl, values)  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("ttl", "value"),
    [
        pytest.param(0, "a", id="no-caching"),
        pytest.param(MAX_TTL, "a", id="longest-ttl"),
        pytest.param(600, "a" * 3953, id="4000-characters-with-quotes"),
        pytest.param(600, "a" * 3990 + TOKEN, id="length-with-a-token-is-not-known"),
        pytest.param(600, (f"{'a' * 250}{TOKEN}",), id="explicit-string-with-a-token-is-not-measured"),
    ],
)
def test_what_is_just_allowed(ttl: int, value: RecordValue) -> None:
    """The other side of each limit."""
    assert ResourceRecordSet(NAME, RecordType.TXT, ttl, (value,)).values == (value,)


def test_the_longest_value_has_4000_characters() -> None:
    """Quotes and the spaces between strings included."""
    assert len(written("a" * 3953)) == 4000


CNAME_BESIDE = "'a.example.com' has a CNAME and other records; a CNAME must stand alone"


@pytest.mark.parametrize(
    ("records", "sentence"),
    [
        pytest.param(
            [("_dmarc.notexample.com", RecordType.TXT)],
            "'_dmarc.notexample.com' is outside of the zone 'example.com'; nobody would look there",
            id="outside-by-a-part-of-a-label",
        ),
        pytest.param(
            [("com", RecordType.TXT)], "'com' is outside of the zone 'example.com'; nobody would look there", id="above"
        ),
        pytest.param(
            [("example.com", RecordType.CNAME)], "a CNAME cannot stand at 'example.com', the apex of its zone", id="apex"
        ),
        pytest.param(
            [("a.example.com", RecordType.TXT), ("A.example.com.", RecordType.TXT)],
            "'a.example.com' has two TXT record sets; put all values into one",
            id="two-sets-of-one-name-and-type",
        ),
        pytest.param([("a.example.com", RecordType.CNAME), ("a.example.com", RecordType.TXT)], CNAME_BESIDE, id="cname-first"),
        pytest.param([("a.example.com", RecordType.MX), ("a.example.com", RecordType.CNAME)], CNAME_BESIDE, id="cname-last"),
    ],
)
def test_sets_that_do_not_go_together(records: list[tuple[str, RecordType]], sentence: str) -> None:
    """What Route 53 would refuse only at the deploy."""
    values = {RecordType.MX: "10 b.example", RecordType.TXT: "a", RecordType.CNAME: "b.example"}
    sets = [ResourceRecordSet(DomainName(name), kind, 600, (values[kind],)) for name, kind in records]
    with pytest.raises(EmailAuthError) as caught:
        check_together(DomainName("example.com"), sets)
    assert str(caught.value) == sentence


def test_sets_that_go_together() -> None:
    """Several types at one name, names that hold a token, and names that only AWS knows."""
    unknown = [
        ResourceRecordSet(KnownAfterDeploy(f"DkimDNSTokenName{n}"), RecordType.CNAME, 600, ("b.example",)) for n in (1, 2)
    ]
    token = ResourceRecordSet(DomainName(TOKEN), RecordType.CNAME, 600, ("b.example",))
    mx = ResourceRecordSet(NAME, RecordType.MX, 600, ("0 .",))
    below = ResourceRecordSet(NAME.child("a"), RecordType.CNAME, 600, ("b.example",))
    check_together(NAME, [*unknown, token, txt("a"), mx, below])
    check_together(DomainName(TOKEN), [txt("a")])


def test_a_doubled_name_in_another_spelling_of_a_token_is_not_judged() -> None:
    """The same token is the same name; a different one may be."""
    one = ResourceRecordSet(DomainName(TOKEN), RecordType.TXT, 600, ("a",))
    with pytest.raises(EmailAuthError, match="has two TXT record sets"):
        check_together(NAME, [one, one])
    other = ResourceRecordSet(DomainName("${Token[TOKEN.17]}"), RecordType.TXT, 600, ("a",))
    check_together(NAME, [one, other])
