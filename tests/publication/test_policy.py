"""The policy half: the TXT set of the From domain and the SPF record in it, DMARC, and what is known of DMARC above."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge
from ses_email_auth.publication.policy import (
    DmarcChoice,
    FromDomainTxt,
    PolicyPlan,
    choose_dmarc,
    from_domain_spf,
    from_domains,
    inherited_record,
    known_dmarc,
    site_values,
)
from ses_email_auth.publication.prop_values import UNSET
from ses_email_auth.records.dmarc import Alignment, DmarcPolicy, DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfQualifier, SpfRecord

BLACKSHEEP = DomainName("blacksheep.link")
MAIL = DomainName("mail.blacksheep.link")
KAWASAKI = DomainName("foo.kawasaki.jp")
TOKEN = "${Token[TOKEN.16]}"
SPF = SpfRecord.parse("v=spf1 include:amazonses.com ~all")
REJECT = DmarcRecord.parse("v=DMARC1; p=reject; adkim=s")
RUA = "dmarc-reports@blacksheep.link"
GOOGLE = "v=spf1 include:_spf.google.com ~all"


def plan(dmarc: DmarcRecord | None = None, *, txt: bool = True, subdomains: tuple[DomainName, ...] = ()) -> PolicyPlan:
    """What the reference domain publishes."""
    return PolicyPlan(
        domain=BLACKSHEEP,
        from_subdomains=subdomains,
        spf=SPF,
        from_domain_txt=ResourceRecordSet(BLACKSHEEP, RecordType.TXT, 600, (str(SPF),)) if txt else None,
        dmarc=DmarcChoice(dmarc, undecided=False),
        dmarc_ttl=3600,
        from_domain_txt_ttl=300,
    )


def test_the_reference_records() -> None:
    """SPF at the From domain, DMARC below `_dmarc`."""
    choice = choose_dmarc(BLACKSHEEP, None, UNSET, DmarcPolicy.NONE, [RUA])
    assert {child: str(record) for child, record in plan(choice.record).records().items()} == {
        "FromDomainTxt": 'blacksheep.link. 600 IN TXT "v=spf1 include:amazonses.com ~all"',
        "Dmarc": f'_dmarc.blacksheep.link. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:{RUA}"',
    }


def test_each_from_subdomain_gets_an_spf_record() -> None:
    """Carriers look at the From domain of each mail; a token in the name stays out of the id."""
    subdomains = (BLACKSHEEP.child("news"), BLACKSHEEP.child("a.b"), BLACKSHEEP.child(TOKEN))
    assert {child: str(record) for child, record in plan(txt=False, subdomains=subdomains).records().items()} == {
        "FromDomainTxt-news": 'news.blacksheep.link. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
        "FromDomainTxt-a.b": 'a.b.blacksheep.link. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
        "FromDomainTxt-Unknown3": f'{TOKEN}.blacksheep.link. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
    }


def test_from_subdomains_of_a_domain_that_sends_elsewhere() -> None:
    """`DomainPolicy(sends_with_ses=False)`: SPF names no sender, and has the default qualifier."""
    elsewhere = replace(plan(txt=False, subdomains=(BLACKSHEEP.child("news"),)), senders=())
    assert {child: str(record) for child, record in elsewhere.records().items()} == {
        "FromDomainTxt-news": 'news.blacksheep.link. 300 IN TXT "v=spf1 ~all"'
    }


def test_what_is_switched_off_is_not_published() -> None:
    """Neither SPF nor DMARC."""
    assert plan(txt=False).records() == {}


def test_a_verbatim_record_is_published_as_it_is_spelt() -> None:
    """For taking over the record that exists."""
    record = DmarcRecord.verbatim("v=DMARC1;p=none")
    assert plan(record).records()["Dmarc"].values == ("v=DMARC1;p=none",)


def test_what_exists_is_adopted_byte_for_byte() -> None:
    """Values, their order, their cuts and the TTL: what CloudFormation compares."""
    adopted = FromDomainTxt.adopt([GOOGLE, ["ab", "c"], "V=SPF1  ", TOKEN], ttl=300)
    record = adopted.at(BLACKSHEEP)
    assert record == ResourceRecordSet(BLACKSHEEP, RecordType.TXT, 300, (GOOGLE, ("ab", "c"), "V=SPF1  ", TOKEN))
    assert record.resource_records == (f'"{GOOGLE}"', '"ab" "c"', '"V=SPF1  "', f'"{TOKEN}"')


def test_a_long_text_is_cut_where_dns_panels_cut_it() -> None:
    """After every 255 octets, unless the cuts are given."""
    (value,) = FromDomainTxt.adopt(["a" * 300], ttl=300).at(BLACKSHEEP).resource_records
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


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        pytest.param([], [], id="none"),
        pytest.param(["news", "Shop.blacksheep.link."], ["news.blacksheep.link", "shop.blacksheep.link"], id="both-forms"),
        pytest.param([TOKEN], [f"{TOKEN}.blacksheep.link"], id="token"),
    ],
)
def test_the_from_subdomains(entries: list[str], names: list[str]) -> None:
    """Labels or full names below the domain."""
    assert from_domains(BLACKSHEEP, entries, BLACKSHEEP.child("bounce")) == tuple(map(DomainName, names))


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        pytest.param(
            "news",
            "'from_subdomains' must be a list of strings, got the string 'news'; pass a list, for example ['news']",
            id="string",
        ),
        pytest.param(["news", "NEWS.blacksheep.link"], "'from_subdomains' holds 'news' twice", id="twice-in-two-spellings"),
        pytest.param(
            ["bounce"],
            "'from_subdomains' holds 'bounce', which is the MAIL FROM domain; SES wants that name for nothing else",
            id="the-mail-from-domain",
        ),
        pytest.param(
            ["news.other.org"],
            "'from_subdomains' must be a label below 'blacksheep.link', got 'news.other.org'; pass for example 'news'",
            id="outside",
        ),
        pytest.param(
            ["blacksheep.link"],
            "'from_subdomains' must be below 'blacksheep.link', not the domain itself; pass for example 'news'",
            id="the-domain-itself",
        ),
    ],
)
def test_what_is_no_from_subdomain(entries: object, sentence: str) -> None:
    """Outside, twice, or taken."""
    with pytest.raises(EmailAuthError) as caught:
        from_domains(BLACKSHEEP, entries, BLACKSHEEP.child("bounce"))  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("domain", "override", "policy", "rua", "text", "undecided"),
    [
        pytest.param(BLACKSHEEP, None, UNSET, [], "v=DMARC1; p=none", False, id="default-at-the-organizational-domain"),
        pytest.param(BLACKSHEEP, None, UNSET, [RUA], f"v=DMARC1; p=none; rua=mailto:{RUA}", False, id="default-with-reports"),
        pytest.param(MAIL, None, UNSET, [], None, True, id="default-below: nothing would undo a parent's p=reject"),
        pytest.param(MAIL, MAIL, UNSET, [], "v=DMARC1; p=none", False, id="the-override-says-that-it-is-the-top"),
        pytest.param(KAWASAKI, KAWASAKI, UNSET, [], "v=DMARC1; p=none", False, id="overridden-suffix"),
        pytest.param(DomainName(TOKEN), None, UNSET, [], None, True, id="default-with-a-token-is-not-guessed"),
        pytest.param(MAIL, None, DmarcPolicy.REJECT, [], "v=DMARC1; p=reject", False, id="explicit-below"),
        pytest.param(BLACKSHEEP, None, None, [], None, False, id="switched-off-is-a-decision"),
        pytest.param(MAIL, None, None, [], None, False, id="switched-off-below-too"),
    ],
)
def test_the_short_form_of_dmarc(
    domain: DomainName, override: DomainName | None, policy: object, rua: list[str], text: str | None, *, undecided: bool
) -> None:
    """`dmarc_policy` and `dmarc_rua`; what nobody decided is marked."""
    record = None if text is None else DmarcRecord.parse(text)
    choice = choose_dmarc(domain, override, UNSET, policy, rua)  # type: ignore[arg-type]  # a table of several types
    assert choice == DmarcChoice(record, undecided=undecided)
    assert text is None or str(choice.record) == text


@pytest.mark.parametrize("record", [pytest.param(REJECT, id="record"), pytest.param(None, id="none")])
def test_the_whole_record_is_taken_as_it_is(record: DmarcRecord | None) -> None:
    """None publishes none."""
    assert choose_dmarc(MAIL, None, record, UNSET, []) == DmarcChoice(record, undecided=False)


BOTH_FORMS = (
    "'dmarc' is the whole record, so 'dmarc_policy' and 'dmarc_rua' cannot be given beside it; "
    "leave them out, or leave 'dmarc' out"
)
NO_RECORD = (
    "'dmarc_rua' has no record to stand in, because {!r} publishes none; "
    "pass dmarc_policy=DmarcPolicy.NONE, or leave 'dmarc_rua' out"
)


@pytest.mark.parametrize(
    ("domain", "dmarc", "policy", "rua", "sentence"),
    [
        pytest.param(BLACKSHEEP, REJECT, DmarcPolicy.NONE, [], BOTH_FORMS, id="record-and-policy"),
        pytest.param(BLACKSHEEP, REJECT, None, [], BOTH_FORMS, id="record-and-no-policy"),
        pytest.param(BLACKSHEEP, REJECT, UNSET, [RUA], BOTH_FORMS, id="record-and-reports"),
        pytest.param(BLACKSHEEP, None, UNSET, [RUA], BOTH_FORMS, id="no-record-and-reports"),
        pytest.param(
            BLACKSHEEP,
            "v=DMARC1; p=none",
            UNSET,
            [],
            "'dmarc' must be a DmarcRecord, got 'v=DMARC1; p=none'; use DmarcRecord.parse(...)",
            id="record-as-text",
        ),
        pytest.param(
            BLACKSHEEP,
            UNSET,
            "reject",
            [],
            "'dmarc_policy' must be a DmarcPolicy, got 'reject'; use DmarcPolicy.REJECT",
            id="string-instead-of-the-enum",
        ),
        pytest.param(
            BLACKSHEEP,
            UNSET,
            "strict",
            [],
            "'dmarc_policy' must be a DmarcPolicy, got 'strict'; use DmarcPolicy.NONE, .QUARANTINE or .REJECT",
            id="string-that-is-no-policy",
        ),
        pytest.param(MAIL, UNSET, UNSET, [RUA], NO_RECORD.format("mail.blacksheep.link"), id="reports-without-a-record"),
        pytest.param(BLACKSHEEP, UNSET, None, [RUA], NO_RECORD.format("blacksheep.link"), id="reports-and-switched-off"),
        pytest.param(
            BLACKSHEEP,
            UNSET,
            UNSET,
            RUA,
            f"'dmarc_rua' must be a list of strings, got the string '{RUA}'; "
            "pass a list, for example ['dmarc-reports@example.com']",
            id="string-where-a-list-is-due",
        ),
        pytest.param(BLACKSHEEP, UNSET, UNSET, [RUA, " "], "'dmarc_rua' holds an empty entry; leave it out", id="empty-entry"),
        pytest.param(
            BLACKSHEEP,
            UNSET,
            UNSET,
            ["dmarc reports@blacksheep.link"],
            "'dmarc_rua': 'dmarc reports@blacksheep.link' is not a report address: it holds white space; remove it",
            id="space",
        ),
        pytest.param(
            BLACKSHEEP,
            UNSET,
            UNSET,
            ["blacksheep.link"],
            "'dmarc_rua': 'blacksheep.link' is not a report address: it has no '@'; "
            "write for example 'dmarc-reports@example.com'",
            id="no-address",
        ),
    ],
)
def test_what_makes_no_dmarc_record(domain: DomainName, dmarc: object, policy: object, rua: object, sentence: str) -> None:
    """Each part is named with its prop."""
    with pytest.raises(EmailAuthError) as caught:
        choose_dmarc(domain, None, dmarc, policy, rua)  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("inherited", "record"),
    [
        pytest.param(None, None, id="not-given"),
        pytest.param("v=DMARC1; p=reject; adkim=s", REJECT, id="text"),
        pytest.param(REJECT, REJECT, id="record"),
        pytest.param(
            "v=DMARC1; p=reject; adkim=x", DmarcRecord.parse("v=DMARC1; p=reject"), id="a-bad-tag-is-ignored-as-receivers-do"
        ),
        pytest.param(f"v=DMARC1; p={TOKEN}", None, id="with-a-token-it-is-as-good-as-not-given"),
    ],
)
def test_an_inherited_record_is_read_as_receivers_read_it(
    inherited: str | DmarcRecord | None, record: DmarcRecord | None
) -> None:
    """Text or record; never published."""
    assert inherited_record(inherited, MAIL, None, None) == record
    assert inherited_record(inherited, MAIL, REJECT, None) == record


def test_a_record_without_dmarc_in_it_cannot_be_inherited() -> None:
    """The caret stands at the fault, the prop in front."""
    with pytest.raises(RecordSyntaxError) as caught:
        inherited_record("v=spf1 -all", MAIL, None, None)
    assert str(caught.value).startswith("'inherited_dmarc': ")
    assert str(caught.value).splitlines()[1] == "    v=spf1 -all"


@pytest.mark.parametrize(
    ("inherited", "domain", "own", "override", "sentence"),
    [
        pytest.param(
            5,
            MAIL,
            None,
            None,
            "'inherited_dmarc' must be the text of a DMARC record, got 5; pass for example 'v=DMARC1; p=reject'",
            id="no-text",
        ),
        pytest.param(
            "v=DMARC1; p=reject",
            BLACKSHEEP,
            REJECT,
            None,
            "'inherited_dmarc' says what stands at 'blacksheep.link' already, and a DMARC record is published there too; "
            "pass dmarc_policy=None to leave the existing one alone",
            id="two-records-at-one-name",
        ),
        pytest.param(
            "v=DMARC1; p=reject",
            MAIL,
            REJECT,
            MAIL,
            "'inherited_dmarc' says what stands at 'mail.blacksheep.link' already, and a DMARC record is published there too; "
            "pass dmarc_policy=None to leave the existing one alone",
            id="two-records-at-the-overridden-top",
        ),
    ],
)
def test_what_cannot_be_inherited(
    inherited: object, domain: DomainName, own: DmarcRecord | None, override: DomainName | None, sentence: str
) -> None:
    """No record, or one that would stand beside ours."""
    with pytest.raises(EmailAuthError) as caught:
        inherited_record(inherited, domain, own, override)  # type: ignore[arg-type]  # wrong types on purpose
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("domain", "override", "own", "inherited", "known"),
    [
        pytest.param(BLACKSHEEP, None, REJECT, None, {BLACKSHEEP: REJECT}, id="ours-at-the-top"),
        pytest.param(BLACKSHEEP, None, None, None, {BLACKSHEEP: DmarcKnowledge.UNKNOWN}, id="nobody-knows"),
        pytest.param(BLACKSHEEP, None, None, REJECT, {BLACKSHEEP: REJECT}, id="told-what-stands-there"),
        pytest.param(MAIL, None, None, None, {BLACKSHEEP: DmarcKnowledge.UNKNOWN}, id="nobody-knows-the-parent"),
        pytest.param(MAIL, None, None, REJECT, {BLACKSHEEP: REJECT}, id="told-of-the-parent"),
        pytest.param(MAIL, None, REJECT, None, {BLACKSHEEP: DmarcKnowledge.UNKNOWN, MAIL: REJECT}, id="ours-below"),
        pytest.param(MAIL, MAIL, None, REJECT, {MAIL: REJECT}, id="the-override-is-the-top"),
        pytest.param(KAWASAKI, None, None, None, {KAWASAKI: DmarcKnowledge.UNKNOWN}, id="without-a-top-the-domain-itself"),
    ],
)
def test_what_is_known_of_dmarc(
    domain: DomainName,
    override: DomainName | None,
    own: DmarcRecord | None,
    inherited: DmarcRecord | None,
    known: dict[DomainName, object],
) -> None:
    """Ours, what was told, and what nobody can tell."""
    assert known_dmarc(domain, override, own, inherited) == known


def test_the_inherited_record_keeps_its_tags() -> None:
    """The proof needs the alignment modes of it."""
    record = inherited_record("v=DMARC1; p=reject; adkim=s", MAIL, None, None)
    assert record is not None
    assert record.effective_adkim is Alignment.STRICT
