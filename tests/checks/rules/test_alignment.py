"""Tests of the rules on alignment: of proofs, with the numbers of the proof's own cases, and of what files declare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.alignment import AlignmentQuestion, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import FEEDBACK, REPORTS, TOKEN, ZONE, declared, identity, mx, part, record_set, txt, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import RecordInView

BOUNCE = "bounce.example.com"
SIGN = "let SES sign with a key of the domain"
RESTS_ON_SPF = "DMARC of mail From example.com rests on SPF alone, which every forwarder breaks"
AT = "_dmarc.example.com TXT"
SIGN_BY_EASY_DKIM = "let SES sign with a key of the domain (Easy DKIM)"
FAILS = "cannot pass DMARC: SES does not sign it, and"
RELAX = "leave out aspf=s"
STRICT = txt("_dmarc.example.com", "v=DMARC1; p=none; aspf=s")
PROOF = prove(AlignmentQuestion(from_domain=DomainName("example.com"), identities=(), dmarc_records={}))


def _view(
    tags: str | None = "p=none",
    *,
    sender: str = "example.com",
    identity: str = "example.com",
    signs: bool | None = True,
    mail_from: str | None = BOUNCE,
    at: str = "example.com",
    behavior: MxFailure = MxFailure.USE_DEFAULT_VALUE,
) -> ZoneView:
    """The proof for one From domain; `tags` is the DMARC record at `at`, None one that was not given."""
    record = DmarcKnowledge.UNKNOWN if tags is None else DmarcRecord.parse(f"v=DMARC1; {tags}")
    question = AlignmentQuestion(
        from_domain=DomainName(sender),
        identities=(
            SesIdentity(
                name=identity,
                dkim_domain=None if signs is False else DomainName(identity),
                dkim_known=signs is not None,
                mail_from=None if mail_from is None else DomainName(mail_from),
                on_mx_failure=behavior,
            ),
        ),
        dmarc_records={ZONE: DmarcRecord.parse("v=DMARC1; p=none"), DomainName(at): record},
        region="ap-northeast-1",
    )
    return ZoneView(records=(), proofs=(prove(question),))


def _identity_and_dmarc(
    tags: str,
    *records: RecordInView,
    name: str = "example.com",
    signs: bool | None = False,
    mail_from: str | None = None,
    complete: bool = False,
) -> ZoneView:
    """An identity, and the DMARC record of example.com."""
    view = whole if complete else part
    record = txt("_dmarc.example.com", f"v=DMARC1; {tags}")
    return view(record, *records, identity(name, signs=signs, mail_from=mail_from))


def _strict(mail_from: str) -> str:
    return (
        f"aspf=s asks for the very domain of the From address, and SES sends with MAIL FROM {mail_from}: SPF never aligns, and "
        "DMARC rests on DKIM alone"
    )


LOUD = [
    loud(
        "from-not-covered",
        _view(identity="mail.example.com", mail_from="bounce.mail.example.com"),
        Severity.ERROR,
        "From: example.com",
        "no identity covers mail From example.com, so SES refuses to send it",
        "make an identity for example.com or a domain above it",
        id="12-from-above-the-identity",
    ),
    loud(
        "alignment-fails",
        _view(signs=False, mail_from=None),
        Severity.ERROR,
        "From: example.com",
        "mail From example.com cannot pass DMARC, nothing aligns: DKIM none (SES does not sign with a key of this domain), "
        "SPF ap-northeast-1.amazonses.com (SES's own domain)",
        SIGN,
        id="5-no-dkim-and-no-mail-from",
    ),
    loud(
        "alignment-fails",
        _view("p=none; adkim=s; aspf=s", sender="news.example.com"),
        Severity.ERROR,
        "From: news.example.com",
        "mail From news.example.com cannot pass DMARC, nothing aligns: DKIM example.com (strict alignment asks for the same "
        "domain), SPF bounce.example.com (strict alignment asks for the same domain)",
        "use relaxed alignment (leave out adkim and aspf), or make an identity for that domain",
        id="9-strict-from-a-subdomain",
    ),
    loud(
        "alignment-fails",
        _view("p=none; psd=n", sender="eu.mail.example.com", at="mail.example.com"),
        Severity.ERROR,
        "From: eu.mail.example.com",
        "mail From eu.mail.example.com cannot pass DMARC, nothing aligns: DKIM example.com (other organizational domain), "
        "SPF bounce.example.com (other organizational domain)",
        "make an identity for that domain",
        id="15-only-receivers-of-rfc-9989-fail-it",
    ),
    loud(
        "alignment-dkim-only",
        _view(mail_from=None),
        Severity.WARNING,
        "From: example.com",
        "SPF passes for ap-northeast-1.amazonses.com and can never align; DMARC rests on DKIM alone",
        "set mail_from_subdomain, for example 'bounce'",
        id="2-no-mail-from",
    ),
    loud(
        "alignment-dkim-only",
        _view("p=none; aspf=s"),
        Severity.WARNING,
        "From: example.com",
        "aspf=s asks for MAIL FROM = example.com, and SES wants MAIL FROM below the identity, so SPF can never align",
        "remove aspf=s",
        id="3-strict-spf",
    ),
    loud(
        "alignment-dkim-only",
        _view("p=none; psd=n", at=BOUNCE),
        Severity.WARNING,
        "From: example.com",
        "SPF passes for bounce.example.com and can never align; DMARC rests on DKIM alone",
        "use a MAIL FROM domain of the organization of example.com",
        id="mail-from-of-another-organization",
    ),
    loud(
        "alignment-spf-only",
        _view(signs=False),
        Severity.WARNING,
        "From: example.com",
        RESTS_ON_SPF,
        SIGN,
        id="4-no-dkim",
    ),
    loud(
        "alignment-spf-only",
        _view("p=reject", signs=False),
        Severity.ERROR,
        "From: example.com",
        f"{RESTS_ON_SPF}; once the MX is lost, reject hits all of it",
        SIGN,
        id="4-no-dkim-at-reject",
    ),
    loud(
        "alignment-spf-only",
        _view("p=reject", signs=False, behavior=MxFailure.REJECT_MESSAGE),
        Severity.WARNING,
        "From: example.com",
        RESTS_ON_SPF,
        SIGN,
        id="4-without-an-mx-ses-sends-nothing",
    ),
    loud(
        "alignment-spf-only",
        _view("p=reject; adkim=s", sender="news.example.com"),
        Severity.WARNING,
        "From: news.example.com",
        "DMARC of mail From news.example.com rests on SPF alone, which every forwarder breaks",
        "remove adkim=s, or make an identity for that domain",
        id="8-strict-dkim",
    ),
    loud(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=reject"),
        Severity.ERROR,
        "example.com",
        f"mail From example.com {FAILS} SPF passes for a domain of SES; reject hits it",
        SIGN_BY_EASY_DKIM,
        id="no-dkim-and-no-mail-from",
    ),
    loud(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=reject; aspf=s", mail_from=BOUNCE),
        Severity.ERROR,
        "example.com",
        f"mail From example.com {FAILS} aspf=s wants MAIL FROM example.com, not bounce.example.com; reject hits it",
        SIGN_BY_EASY_DKIM,
        id="strict-spf",
    ),
    loud(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=none; sp=quarantine", name="mail.example.com"),
        Severity.WARNING,
        "mail.example.com",
        f"mail From mail.example.com {FAILS} SPF passes for a domain of SES; quarantine hits it",
        SIGN_BY_EASY_DKIM,
        id="an-own-record-may-be-out-of-view",
    ),
    loud(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=reject", name="mail.example.com", complete=True),
        Severity.ERROR,
        "mail.example.com",
        f"mail From mail.example.com {FAILS} SPF passes for a domain of SES; reject hits it",
        SIGN_BY_EASY_DKIM,
        id="the-record-above-in-a-complete-zone",
    ),
    loud(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=reject; t=y; pct=0"),
        Severity.ERROR,
        "example.com",
        f"mail From example.com {FAILS} SPF passes for a domain of SES; quarantine hits it",
        SIGN_BY_EASY_DKIM,
        id="one-level-down",
    ),
    loud(
        "dmarc-spf-alone",
        _identity_and_dmarc("p=reject", mail_from=BOUNCE),
        Severity.WARNING,
        "example.com",
        "mail From example.com rests on SPF alone, which every forwarder breaks; reject hits it",
        SIGN_BY_EASY_DKIM,
        id="no-dkim",
    ),
    loud(
        "dmarc-aspf-strict",
        _identity_and_dmarc("p=none; aspf=s", signs=True, mail_from=BOUNCE),
        Severity.WARNING,
        AT,
        _strict(BOUNCE),
        RELAX,
        id="an-identity",
    ),
    loud(
        "dmarc-aspf-strict",
        _identity_and_dmarc(
            "p=none; aspf=s",
            mx("bounce.mail.example.com", FEEDBACK),
            name="mail.example.com",
            mail_from="bounce.mail.example.com",
        ),
        Severity.WARNING,
        AT,
        _strict("bounce.mail.example.com"),
        RELAX,
        id="an-identity-below-said-once",
    ),
    loud(
        "dmarc-aspf-strict",
        part(STRICT, mx(BOUNCE, FEEDBACK), zone=None),
        Severity.WARNING,
        AT,
        _strict(BOUNCE),
        RELAX,
        id="an-mx",
    ),
    loud(
        "dmarc-aspf-strict",
        part(STRICT, mx("b.mail.example.com", FEEDBACK), zone=None),
        Severity.WARNING,
        AT,
        _strict("b.mail.example.com"),
        RELAX,
        id="an-mx-deeper-down",
    ),
]

SILENT = [
    silent("from-not-covered", _view(sender="news.example.com"), id="7-an-identity-covers-its-subdomains"),
    silent("from-not-covered", _view(identity=TOKEN, mail_from=None), id="nobody-knows-whom-the-identity-covers"),
    silent("alignment-fails", _view(), id="1-both"),
    silent("alignment-fails", _view(None), id="17-a-dmarc-record-that-was-not-given"),
    silent("alignment-fails", _view(signs=None, mail_from=None), id="a-key-that-ses-has-not-seen-yet"),
    silent("alignment-dkim-only", _view(), id="both"),
    silent("alignment-dkim-only", _view(mail_from=TOKEN), id="a-mail-from-that-nobody-knows"),
    silent("alignment-spf-only", _view(), id="dkim-too"),
    silent("alignment-spf-only", _view(signs=None), id="18-a-key-that-ses-has-not-seen-yet"),
    silent("dmarc-nothing-aligns", _identity_and_dmarc("p=reject", signs=True), id="ses-signs"),
    silent(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=none", record_set(f"s.{TOKEN}", RecordType.CNAME, "x.example.net")),
        id="tokens",
    ),
    silent("dmarc-nothing-aligns", _identity_and_dmarc("p=reject", signs=None), id="nobody-knows-whether-ses-signs"),
    silent("dmarc-nothing-aligns", _identity_and_dmarc("p=none"), id="nothing-is-enforced"),
    silent("dmarc-nothing-aligns", _identity_and_dmarc("p=quarantine; t=y; pct=0"), id="one-level-down-is-none"),
    silent("dmarc-nothing-aligns", _identity_and_dmarc("p=reject", name="info@example.com"), id="an-address-inherits"),
    silent("dmarc-nothing-aligns", _identity_and_dmarc("p=reject", name=TOKEN), id="a-name-that-nobody-knows"),
    silent("dmarc-nothing-aligns", _identity_and_dmarc("p=reject", mail_from=BOUNCE), id="spf-aligns"),
    silent(
        "dmarc-nothing-aligns", _identity_and_dmarc("p=reject; aspf=s", mail_from=TOKEN), id="a-mail-from-that-nobody-knows"
    ),
    silent(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=reject", txt("s._domainkey.example.com", "v=DKIM1; p=AAAA")),
        id="the-program-may-sign",
    ),
    silent(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=reject", txt("s._domainkey.example.com", "v=DKIM1; p=AAAA"), name="mail.example.com"),
        id="the-program-may-sign-with-a-key-above",
    ),
    silent(
        "dmarc-nothing-aligns",
        _identity_and_dmarc(
            "p=reject", record_set("_dmarc.mail.example.com", RecordType.CNAME, "x.example.net"), name="mail.example.com"
        ),
        id="a-hosted-record",
    ),
    silent(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=reject", txt("_dmarc.mail.example.com", "v=DMARC1; p=none"), name="mail.example.com"),
        id="a-weaker-record-of-its-own",
    ),
    silent(
        "dmarc-nothing-aligns",
        _identity_and_dmarc("p=reject", txt("_dmarc.example.com", "v=DMARC1; p=none")),
        id="two-records-are-none",
    ),
    silent("dmarc-nothing-aligns", _identity_and_dmarc("p=reject", name="example.net"), id="another-domain"),
    silent("dmarc-nothing-aligns", replace(_identity_and_dmarc("p=reject"), proofs=(PROOF,)), id="our-constructs-have-proofs"),
    silent(
        "dmarc-nothing-aligns",
        _identity_and_dmarc(
            "p=none",
            declared("_dmarc.mail.example.com", "TXT", '"v=DMARC1; p=reject"', set_identifier="a"),
            declared("_dmarc.mail.example.com", "TXT", '"v=DMARC1; p=none"', set_identifier="b"),
            name="mail.example.com",
        ),
        id="an-answer-that-varies",
    ),
    silent("dmarc-spf-alone", _identity_and_dmarc("p=reject", signs=True, mail_from=BOUNCE), id="both"),
    silent("dmarc-spf-alone", _identity_and_dmarc("p=reject; aspf=s", mail_from=BOUNCE), id="strict-spf-is-worse"),
    silent("dmarc-spf-alone", _identity_and_dmarc("p=reject"), id="no-spf-either"),
    silent("dmarc-aspf-strict", _identity_and_dmarc("p=none", signs=True, mail_from=BOUNCE), id="relaxed"),
    silent("dmarc-aspf-strict", _identity_and_dmarc("p=none; aspf=s", signs=True), id="no-mail-from"),
    silent(
        "dmarc-aspf-strict",
        _identity_and_dmarc("p=none; aspf=s", signs=True, mail_from="bounce.example.net"),
        id="ses-refuses-this-one",
    ),
    silent(
        "dmarc-aspf-strict",
        _identity_and_dmarc(
            "p=none; aspf=s",
            txt("_dmarc.mail.example.com", "v=DMARC1; p=none"),
            name="mail.example.com",
            mail_from="b.mail.example.com",
        ),
        id="an-own-record",
    ),
    silent(
        "dmarc-aspf-strict",
        part(STRICT, txt("_dmarc.mail.example.com", "v=DMARC1; p=none"), mx("b.mail.example.com", FEEDBACK), zone=None),
        id="an-own-record-above-the-mx",
    ),
    silent(
        "dmarc-aspf-strict",
        part(STRICT, mx("b.example.net", FEEDBACK), mx("com", FEEDBACK), mx("b.com", FEEDBACK), zone=None),
        id="other-domains",
    ),
    silent(
        "dmarc-aspf-strict",
        replace(_identity_and_dmarc("p=none; aspf=s", mail_from=BOUNCE), proofs=(PROOF,)),
        id="our-constructs-have-proofs",
    ),
    silent(
        "dmarc-aspf-strict",
        replace(
            part(txt("_dmarc.a.example.com", "v=DMARC1; p=none; aspf=s"), mx("b.mail.example.com", FEEDBACK), zone=None),
            dmarc_elsewhere={ZONE: DmarcRecord.parse("v=DMARC1; p=none")},
        ),
        id="the-strict-record-is-of-another-name",
    ),
]

test_rules = rule_test(LOUD, SILENT)


def test_a_fault_leads_to_the_identity_and_the_record() -> None:
    """Two files can hold them."""
    view = _identity_and_dmarc(f"p=reject; {REPORTS}")
    assert [finding.records for finding in findings_of("dmarc-nothing-aligns", view)] == [(*view.identities, *view.records)]
