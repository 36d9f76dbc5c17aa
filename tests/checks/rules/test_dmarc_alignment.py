"""Tests of the rules on SES identities in files and the DMARC policy that applies to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.alignment import AlignmentQuestion
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.declared import DeclaredIdentity, Origin
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.checks.views import FEEDBACK, REPORTS, TOKEN, ZONE, declared, mx, part, record_set, txt

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import RecordInView

AT = "_dmarc.example.com TXT"
BOUNCE = "bounce.example.com"
SIGN = "let SES sign with a key of the domain (Easy DKIM)"
FAILS = "cannot pass DMARC: SES does not sign it, and"
RELAX = "leave out aspf=s"
STRICT = txt("_dmarc.example.com", "v=DMARC1; p=none; aspf=s")


def _of(
    tags: str,
    *records: RecordInView,
    name: str = "example.com",
    signs: bool | None = False,
    mail_from: str | None = None,
    complete: bool = False,
) -> ZoneView:
    """An identity, and the DMARC record of example.com."""
    return ZoneView(
        records=(txt("_dmarc.example.com", f"v=DMARC1; {tags}"), *records),
        zone=ZONE,
        complete=complete,
        identities=(DeclaredIdentity(name=name, origin=Origin("app.yaml"), signs=signs, mail_from=mail_from),),
    )


PROOF = prove(AlignmentQuestion(from_domain=DomainName("example.com"), identities=(), dmarc_records={}))


def _strict(mail_from: str) -> str:
    return (
        f"aspf=s asks for the very domain of the From address, and SES sends with MAIL FROM {mail_from}: SPF never aligns, and "
        "DMARC rests on DKIM alone"
    )


LOUD = [
    loud(
        "dmarc-nothing-aligns",
        _of("p=reject"),
        Severity.ERROR,
        "example.com",
        f"mail From example.com {FAILS} SPF passes for a domain of SES; reject hits it",
        SIGN,
        id="no-dkim-and-no-mail-from",
    ),
    loud(
        "dmarc-nothing-aligns",
        _of("p=reject; aspf=s", mail_from=BOUNCE),
        Severity.ERROR,
        "example.com",
        f"mail From example.com {FAILS} aspf=s wants MAIL FROM example.com, not bounce.example.com; reject hits it",
        SIGN,
        id="strict-spf",
    ),
    loud(
        "dmarc-nothing-aligns",
        _of("p=none; sp=quarantine", name="mail.example.com"),
        Severity.WARNING,
        "mail.example.com",
        f"mail From mail.example.com {FAILS} SPF passes for a domain of SES; quarantine hits it",
        SIGN,
        id="an-own-record-may-be-out-of-view",
    ),
    loud(
        "dmarc-nothing-aligns",
        _of("p=reject", name="mail.example.com", complete=True),
        Severity.ERROR,
        "mail.example.com",
        f"mail From mail.example.com {FAILS} SPF passes for a domain of SES; reject hits it",
        SIGN,
        id="the-record-above-in-a-complete-zone",
    ),
    loud(
        "dmarc-nothing-aligns",
        _of("p=reject; t=y; pct=0"),
        Severity.ERROR,
        "example.com",
        f"mail From example.com {FAILS} SPF passes for a domain of SES; quarantine hits it",
        SIGN,
        id="one-level-down",
    ),
    loud(
        "dmarc-spf-alone",
        _of("p=reject", mail_from=BOUNCE),
        Severity.WARNING,
        "example.com",
        "mail From example.com rests on SPF alone, which every forwarder breaks; reject hits it",
        SIGN,
        id="no-dkim",
    ),
    loud(
        "dmarc-aspf-strict",
        _of("p=none; aspf=s", signs=True, mail_from=BOUNCE),
        Severity.WARNING,
        AT,
        _strict(BOUNCE),
        RELAX,
        id="an-identity",
    ),
    loud(
        "dmarc-aspf-strict",
        _of(
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
    silent("dmarc-nothing-aligns", _of("p=reject", signs=True), id="ses-signs"),
    silent("dmarc-nothing-aligns", _of("p=none", record_set(f"s.{TOKEN}", RecordType.CNAME, "x.example.net")), id="tokens"),
    silent("dmarc-nothing-aligns", _of("p=reject", signs=None), id="nobody-knows-whether-ses-signs"),
    silent("dmarc-nothing-aligns", _of("p=none"), id="nothing-is-enforced"),
    silent("dmarc-nothing-aligns", _of("p=quarantine; t=y; pct=0"), id="one-level-down-is-none"),
    silent("dmarc-nothing-aligns", _of("p=reject", name="info@example.com"), id="an-address-inherits"),
    silent("dmarc-nothing-aligns", _of("p=reject", name=TOKEN), id="a-name-that-nobody-knows"),
    silent("dmarc-nothing-aligns", _of("p=reject", mail_from=BOUNCE), id="spf-aligns"),
    silent("dmarc-nothing-aligns", _of("p=reject; aspf=s", mail_from=TOKEN), id="a-mail-from-that-nobody-knows"),
    silent(
        "dmarc-nothing-aligns", _of("p=reject", txt("s._domainkey.example.com", "v=DKIM1; p=AAAA")), id="the-program-may-sign"
    ),
    silent(
        "dmarc-nothing-aligns",
        _of("p=reject", txt("s._domainkey.example.com", "v=DKIM1; p=AAAA"), name="mail.example.com"),
        id="the-program-may-sign-with-a-key-above",
    ),
    silent(
        "dmarc-nothing-aligns",
        _of("p=reject", record_set("_dmarc.mail.example.com", RecordType.CNAME, "x.example.net"), name="mail.example.com"),
        id="a-hosted-record",
    ),
    silent(
        "dmarc-nothing-aligns",
        _of("p=reject", txt("_dmarc.mail.example.com", "v=DMARC1; p=none"), name="mail.example.com"),
        id="a-weaker-record-of-its-own",
    ),
    silent("dmarc-nothing-aligns", _of("p=reject", txt("_dmarc.example.com", "v=DMARC1; p=none")), id="two-records-are-none"),
    silent("dmarc-nothing-aligns", _of("p=reject", name="example.net"), id="another-domain"),
    silent("dmarc-nothing-aligns", replace(_of("p=reject"), proofs=(PROOF,)), id="our-constructs-have-proofs"),
    silent(
        "dmarc-nothing-aligns",
        _of(
            "p=none",
            declared("_dmarc.mail.example.com", "TXT", '"v=DMARC1; p=reject"', set_identifier="a"),
            declared("_dmarc.mail.example.com", "TXT", '"v=DMARC1; p=none"', set_identifier="b"),
            name="mail.example.com",
        ),
        id="an-answer-that-varies",
    ),
    silent("dmarc-spf-alone", _of("p=reject", signs=True, mail_from=BOUNCE), id="both"),
    silent("dmarc-spf-alone", _of("p=reject; aspf=s", mail_from=BOUNCE), id="strict-spf-is-worse"),
    silent("dmarc-spf-alone", _of("p=reject"), id="no-spf-either"),
    silent("dmarc-aspf-strict", _of("p=none", signs=True, mail_from=BOUNCE), id="relaxed"),
    silent("dmarc-aspf-strict", _of("p=none; aspf=s", signs=True), id="no-mail-from"),
    silent("dmarc-aspf-strict", _of("p=none; aspf=s", signs=True, mail_from="bounce.example.net"), id="ses-refuses-this-one"),
    silent(
        "dmarc-aspf-strict",
        _of(
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
        "dmarc-aspf-strict", replace(_of("p=none; aspf=s", mail_from=BOUNCE), proofs=(PROOF,)), id="our-constructs-have-proofs"
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
    view = _of(f"p=reject; {REPORTS}")
    assert [each.records for each in findings_of("dmarc-nothing-aligns", view)] == [(*view.identities, *view.records)]
