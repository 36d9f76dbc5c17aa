"""The TXT set of the From domain: taken over byte for byte, or one SPF string beside the values of the user."""

from __future__ import annotations

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.policy import FromDomainTxt, from_domain_spf, site_values
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfQualifier, SpfRecord

NAME = DomainName("blacksheep.link")
TOKEN = "${Token[TOKEN.16]}"
GOOGLE = "v=spf1 include:_spf.google.com ~all"


def test_what_exists_is_adopted_byte_for_byte() -> None:
    """Values, their order, their cuts and the TTL: what CloudFormation compares."""
    adopted = FromDomainTxt.adopt([GOOGLE, ["ab", "c"], "V=SPF1  ", TOKEN], ttl=300)
    record = adopted.at(NAME)
    assert record == ResourceRecordSet(NAME, RecordType.TXT, 300, (GOOGLE, ("ab", "c"), "V=SPF1  ", TOKEN))
    assert record.resource_records == (f'"{GOOGLE}"', '"ab" "c"', '"V=SPF1  "', f'"{TOKEN}"')


def test_a_long_text_is_cut_where_dns_panels_cut_it() -> None:
    """After every 255 octets, unless the cuts are given."""
    (value,) = FromDomainTxt.adopt(["a" * 300], ttl=300).at(NAME).resource_records
    assert value == f'"{"a" * 255}" "{"a" * 45}"'


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param(GOOGLE, f"FromDomainTxt.adopt takes a list of TXT values, got the string '{GOOGLE}'", id="string"),
        pytest.param(None, "FromDomainTxt.adopt takes a list of TXT values, got None", id="none"),
        pytest.param([1], "FromDomainTxt.adopt takes a list of TXT values, got [1]", id="entry-that-is-no-text"),
        pytest.param([], "FromDomainTxt.adopt got no value; without a TXT record there is nothing to take over", id="no-value"),
        pytest.param(
            ["#{Token[TOKEN.7]}"],
            "FromDomainTxt.adopt got a list that is known only after the deploy; pass its values one by one",
            id="list-token",
        ),
        pytest.param(
            [("a", "#{Token[TOKEN.7]}")],
            "FromDomainTxt.adopt got a list that is known only after the deploy; pass its values one by one",
            id="list-token-as-cuts",
        ),
    ],
)
def test_what_cannot_be_adopted(values: object, sentence: str) -> None:
    """No list, or nothing in it."""
    with pytest.raises(EmailAuthError) as caught:
        FromDomainTxt.adopt(values, ttl=300)  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence


def test_the_ttl_of_an_adopted_set_is_checked() -> None:
    """As every TTL."""
    with pytest.raises(EmailAuthError, match=r"'ttl' must be whole seconds from 0 to 2147483647, got -1; "):
        FromDomainTxt.adopt(["a"], ttl=-1)


@pytest.mark.parametrize(
    ("spf", "includes", "qualifier", "text"),
    [
        pytest.param(None, [], None, "v=spf1 include:amazonses.com ~all", id="default"),
        pytest.param(
            None,
            ["_spf.google.com"],
            None,
            "v=spf1 include:_spf.google.com include:amazonses.com ~all",
            id="own-senders-come-first",
        ),
        pytest.param(None, ["amazonses.com"], None, "v=spf1 include:amazonses.com ~all", id="ses-is-not-doubled"),
        pytest.param(None, [], SpfQualifier.FAIL, "v=spf1 include:amazonses.com -all", id="qualifier"),
        pytest.param(None, [TOKEN], None, f"v=spf1 include:{TOKEN} include:amazonses.com ~all", id="token"),
        pytest.param("v=spf1 a -all", [], None, "v=spf1 a include:amazonses.com -all", id="merged: the all is kept"),
        pytest.param("v=spf1 include:amazonses.com ?all", [], None, "v=spf1 include:amazonses.com ?all", id="merged-already"),
    ],
)
def test_the_spf_record(spf: str | None, includes: list[str], qualifier: SpfQualifier | None, text: str) -> None:
    """One record that says all."""
    record = None if spf is None else SpfRecord.parse(spf)
    assert str(from_domain_spf(record, includes, qualifier)) == text


def test_a_domain_that_sends_elsewhere_has_no_include_of_ses() -> None:
    """`DomainPolicy` of a domain that never sends through SES."""
    assert str(from_domain_spf(None, ["_spf.google.com"], None, senders=())) == GOOGLE
    assert str(from_domain_spf(None, [], SpfQualifier.FAIL, senders=())) == "v=spf1 -all"


BESIDE = (
    "'spf' is the whole record, so 'spf_includes' and 'spf_qualifier' cannot be given beside it; "
    "leave them out, or leave 'spf' out"
)
HOST = "pass the host alone, for example '_spf.google.com'"


@pytest.mark.parametrize(
    ("spf", "includes", "qualifier", "sentence"),
    [
        pytest.param(
            "v=spf1 -all", [], None, "'spf' must be an SpfRecord, got 'v=spf1 -all'; use SpfRecord.parse(...)", id="text"
        ),
        pytest.param(SpfRecord.parse("v=spf1 -all"), ["a.example"], None, BESIDE, id="record-and-includes"),
        pytest.param(SpfRecord.parse("v=spf1 -all"), [], SpfQualifier.FAIL, BESIDE, id="record-and-qualifier"),
        pytest.param(
            None, [], "-", "'spf_qualifier' must be an SpfQualifier, got '-'; use SpfQualifier.SOFTFAIL", id="qualifier-as-text"
        ),
        pytest.param(
            None,
            "_spf.google.com",
            None,
            "'spf_includes' must be a list of strings, got the string '_spf.google.com'; "
            "pass a list, for example ['_spf.google.com']",
            id="string-where-a-list-is-due",
        ),
        pytest.param(
            None,
            ["include:_spf.google.com"],
            None,
            f"'spf_includes': includes must be hosts, got 'include:_spf.google.com': it begins with 'include:'; {HOST}",
            id="include-with-a-prefix",
        ),
        pytest.param(
            None,
            ["https://_spf.google.com"],
            None,
            f"'spf_includes': includes must be hosts, got 'https://_spf.google.com': it is a URL; {HOST}",
            id="include-with-a-scheme",
        ),
        pytest.param(
            None,
            ["a@example.com"],
            None,
            f"'spf_includes': includes must be hosts, got 'a@example.com': it is a mail address; {HOST}",
            id="include-that-is-an-address",
        ),
    ],
)
def test_what_makes_no_spf_record(spf: object, includes: object, qualifier: object, sentence: str) -> None:
    """Each part is named with its prop."""
    with pytest.raises(EmailAuthError) as caught:
        from_domain_spf(spf, includes, qualifier)  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["google-site-verification=abc", "MS=ms1"], id="site-tokens"),
        pytest.param(["v=spf10 is something else"], id="not-quite-spf"),
        pytest.param(["v=spf2.0/pra ~all"], id="sender-id-is-no-spf"),
        pytest.param([TOKEN, f"site={TOKEN}"], id="text-with-a-token-stays"),
        pytest.param([], id="none"),
    ],
)
def test_site_values_stay_as_they_are(values: list[str]) -> None:
    """In the order given."""
    assert site_values(values) == tuple(values)


SPF_SENTENCE = (
    "'from_domain_txt_values' holds the SPF record {!r}; a second one makes receivers believe neither "
    "(RFC 7208 section 4.5); pass spf=SpfRecord.parse(...) or spf_includes=[...]"
)
QUOTES_SENTENCE = "'from_domain_txt_values' holds {!r}; pass the text without quotes and backslashes, they are added for you"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param([GOOGLE], SPF_SENTENCE.format(GOOGLE), id="spf"),
        pytest.param(["V=SPF1"], SPF_SENTENCE.format("V=SPF1"), id="bare-version-in-upper-case"),
        pytest.param(
            ["v=DMARC1; p=none"],
            "'from_domain_txt_values' holds the DMARC record 'v=DMARC1; p=none'; it belongs at _dmarc: "
            "pass dmarc=DmarcRecord.parse(...)",
            id="dmarc",
        ),
        pytest.param(['"abc"'], QUOTES_SENTENCE.format('"abc"'), id="quotes-of-the-panel"),
        pytest.param(["a\\;b"], QUOTES_SENTENCE.format("a\\;b"), id="backslash-of-a-zone-file"),
        pytest.param(
            "abc",
            "'from_domain_txt_values' must be a list of strings, got the string 'abc'; "
            "pass a list, for example ['google-site-verification=...']",
            id="string-where-a-list-is-due",
        ),
    ],
)
def test_what_is_no_site_value(values: object, sentence: str) -> None:
    """Records that have a place of their own, and text copied with its quotes."""
    with pytest.raises(EmailAuthError) as caught:
        site_values(values)  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence
