"""The domain-wide half: SPF of the From domains, which DMARC record is published, and what is known of the others."""

from __future__ import annotations

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge
from ses_email_auth.publication.policy import (
    DmarcChoice,
    PolicyPlan,
    choose_dmarc,
    from_domains,
    inherited_record,
    known_dmarc,
)
from ses_email_auth.publication.prop_values import UNSET
from ses_email_auth.records.dmarc import Alignment, DmarcPolicy, DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfRecord

BLACKSHEEP = DomainName("blacksheep.link")
MAIL = DomainName("mail.blacksheep.link")
KAWASAKI = DomainName("foo.kawasaki.jp")
TOKEN = "${Token[TOKEN.16]}"
SPF = SpfRecord.parse("v=spf1 include:amazonses.com ~all")
REJECT = DmarcRecord.parse("v=DMARC1; p=reject; adkim=s")
RUA = "dmarc-reports@blacksheep.link"


def wish(dmarc: DmarcRecord | None = None, *, txt: bool = True, subdomains: tuple[DomainName, ...] = ()) -> PolicyPlan:
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
    assert {child: str(record) for child, record in wish(choice.record).records().items()} == {
        "FromDomainTxt": 'blacksheep.link. 600 IN TXT "v=spf1 include:amazonses.com ~all"',
        "Dmarc": f'_dmarc.blacksheep.link. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:{RUA}"',
    }


def test_each_from_subdomain_gets_an_spf_record() -> None:
    """Carriers look at the From domain of each mail; a token in the name stays out of the id."""
    subdomains = (BLACKSHEEP.child("news"), BLACKSHEEP.child("a.b"), BLACKSHEEP.child(TOKEN))
    assert {child: str(record) for child, record in wish(txt=False, subdomains=subdomains).records().items()} == {
        "FromDomainTxt-news": 'news.blacksheep.link. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
        "FromDomainTxt-a.b": 'a.b.blacksheep.link. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
        "FromDomainTxt-Unknown3": f'{TOKEN}.blacksheep.link. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
    }


def test_what_is_switched_off_is_not_published() -> None:
    """Neither SPF nor DMARC."""
    assert wish(txt=False).records() == {}


def test_a_verbatim_record_is_published_as_it_is_spelt() -> None:
    """For taking over the record that exists."""
    record = DmarcRecord.verbatim("v=DMARC1;p=none")
    assert wish(record).records()["Dmarc"].values == ("v=DMARC1;p=none",)


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
