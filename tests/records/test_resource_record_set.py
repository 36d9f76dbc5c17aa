"""Tests of `ResourceRecordSet`: what Route 53 or DNS would refuse cannot be built."""

from __future__ import annotations

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import (
    MAX_TTL,
    RecordType,
    RecordValue,
    ResourceRecordSet,
    check_together,
)

NAME = DomainName("blacksheep.link")
TOKEN = "${Token[TOKEN.16]}"


def txt(*values: RecordValue) -> ResourceRecordSet:
    """A TXT set at the reference domain."""
    return ResourceRecordSet(NAME, RecordType.TXT, 600, values)


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
    (value,) = txt("a" * 3953).resource_records
    assert len(str(value)) == 4000


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
