"""Tests of the rules on alignment proofs; the numbers are those of the proof's own cases."""

from __future__ import annotations

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.alignment import AlignmentQuestion, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import loud, rule_test, silent
from tests.checks.views import TOKEN, ZONE

BOUNCE = "bounce.example.com"
SIGN = "let SES sign with a key of the domain"
RESTS_ON_SPF = "DMARC of mail From example.com rests on SPF alone, which every forwarder breaks"


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
]


test_rules = rule_test(LOUD, SILENT)
