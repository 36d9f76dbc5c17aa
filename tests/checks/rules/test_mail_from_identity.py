"""Tests of the rules on identities and their MAIL FROM domains."""

from __future__ import annotations

from dataclasses import replace

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.alignment import AlignmentQuestion, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.checks.views import FEEDBACK, TOKEN, ZONE, identity, mx, part, record_set, whole

BOUNCE = "bounce.example.com"
NOT_YET = "a new identity sends nothing until SES has seen the MX, which takes up to 72 hours"
SENDS = "bounce.example.com is a MAIL FROM domain, and an identity of its own sends mail from it"
NOTHING_ELSE = "send from another domain: SES asks that a MAIL FROM domain is used for nothing else"
REJECT = "REJECT_MESSAGE"


def _on_mx_failure(behavior: MxFailure, mail_from: str | None) -> ZoneView:
    identity = SesIdentity(
        name="example.com",
        dkim_domain=ZONE,
        mail_from=None if mail_from is None else DomainName(mail_from),
        on_mx_failure=behavior,
    )
    return ZoneView(records=(), proofs=(prove(AlignmentQuestion(from_domain=ZONE, identities=(identity,))),))


LOUD = [
    loud(
        "mail-from-outside-identity",
        part(mx("example.com", FEEDBACK, "20 mail.example.net")),
        Severity.ERROR,
        "example.com MX",
        "example.com has the MX of a MAIL FROM domain; SES takes none but subdomains of the domain that sends",
        "move the MX to a name such as bounce.example.com, and make that the MAIL FROM domain",
        id="a-feedback-host-at-the-organizational-domain",
    ),
    loud(
        "mail-from-outside-identity",
        part(identity("mail.example.com", mail_from=BOUNCE)),
        Severity.ERROR,
        "mail.example.com",
        "the MAIL FROM domain 'bounce.example.com' is not below 'mail.example.com'; SES refuses it",
        "take a name such as bounce.mail.example.com",
        id="a-sibling",
    ),
    loud(
        "mail-from-outside-identity",
        part(identity("a@example.com", mail_from="example.com")),
        Severity.ERROR,
        "a@example.com",
        "the MAIL FROM domain 'example.com' is not below 'example.com'; SES refuses it",
        "take a name such as bounce.example.com",
        id="the-domain-itself",
    ),
    loud(
        "mail-from-no-mx",
        whole(identity(mail_from=BOUNCE, region="us-east-1")),
        Severity.ERROR,
        f"{BOUNCE} MX",
        "bounce.example.com, the MAIL FROM domain of 'example.com', has no MX",
        "publish one MX there: 10 feedback-smtp.us-east-1.amazonses.com",
        id="no-mx",
    ),
    loud(
        "mail-from-no-mx",
        whole(identity(mail_from=BOUNCE), mx("*.example.com", "10 mail.example.com")),
        Severity.ERROR,
        f"{BOUNCE} MX",
        "bounce.example.com, the MAIL FROM domain of 'example.com', has another MX",
        "publish one MX there: 10 feedback-smtp.<region>.amazonses.com",
        id="the-mx-of-a-wildcard",
    ),
    loud(
        "mail-from-used-as-from",
        part(identity(mail_from=BOUNCE), identity(f"a@{BOUNCE}"), identity(BOUNCE)),
        Severity.WARNING,
        f"a@{BOUNCE}",
        SENDS,
        NOTHING_ELSE,
        id="two-identities-said-once",
    ),
    loud(
        "mail-from-used-as-from",
        part(mx(BOUNCE, FEEDBACK), identity(BOUNCE)),
        Severity.WARNING,
        BOUNCE,
        SENDS,
        NOTHING_ELSE,
        id="a-feedback-host",
    ),
    loud(
        "mail-from-reject-on-create",
        _on_mx_failure(MxFailure.REJECT_MESSAGE, BOUNCE),
        Severity.INFO,
        f"{BOUNCE} MX",
        NOT_YET,
        "",
        id="reject-message",
    ),
    loud(
        "mail-from-reject-on-create",
        part(identity(mail_from=BOUNCE, on_mx_failure=REJECT)),
        Severity.INFO,
        "example.com",
        NOT_YET,
        "",
        id="in-a-template",
    ),
]

SILENT = [
    silent("mail-from-outside-identity", part(mx(BOUNCE, FEEDBACK)), id="a-feedback-host-below"),
    silent("mail-from-outside-identity", part(mx("example.com", "10 feedback-smtp.example.com")), id="a-host-of-its-own"),
    silent("mail-from-outside-identity", part(mx("co.jp", FEEDBACK)), id="a-public-suffix"),
    silent(
        "mail-from-outside-identity",
        part(mx("bounce.foo.kawasaki.jp", FEEDBACK), zone="foo.kawasaki.jp"),
        id="below-a-public-suffix-that-somebody-owns",
    ),
    silent(
        "mail-from-outside-identity",
        part(mx("bounce.foo.kawasaki.jp", FEEDBACK), zone=None),
        id="perhaps-below-one-as-the-zone-is-not-known",
    ),
    silent("mail-from-outside-identity", part(identity(mail_from=BOUNCE)), id="below"),
    silent("mail-from-outside-identity", part(identity()), id="without"),
    silent("mail-from-outside-identity", part(identity(mail_from=f"bounce.{TOKEN}")), id="token"),
    silent("mail-from-outside-identity", part(identity(TOKEN, mail_from=BOUNCE)), id="identity-with-a-token"),
    silent("mail-from-no-mx", part(identity(mail_from=BOUNCE)), id="a-part-of-the-zone"),
    silent("mail-from-no-mx", whole(identity(mail_from=BOUNCE), mx(BOUNCE, FEEDBACK)), id="mx"),
    silent("mail-from-no-mx", whole(identity(mail_from=BOUNCE), mx(BOUNCE, "0 .")), id="null-mx"),
    silent(
        "mail-from-no-mx",
        whole(identity(mail_from=BOUNCE), record_set(BOUNCE, RecordType.CNAME, "a.example.net")),
        id="cname",
    ),
    silent(
        "mail-from-no-mx",
        whole(identity(mail_from=BOUNCE), record_set(BOUNCE, RecordType.NS, "ns.example.net")),
        id="delegated",
    ),
    silent("mail-from-no-mx", whole(identity(mail_from="b.example.net")), id="of-another-zone"),
    silent("mail-from-no-mx", whole(identity()), id="no-mail-from"),
    silent("mail-from-no-mx", replace(whole(identity(mail_from=BOUNCE)), zone=None), id="a-zone-not-known"),
    silent("mail-from-used-as-from", part(identity(mail_from=BOUNCE), mx(BOUNCE, FEEDBACK)), id="for-bounces-alone"),
    silent("mail-from-used-as-from", part(identity(TOKEN)), id="token"),
    silent("mail-from-reject-on-create", _on_mx_failure(MxFailure.USE_DEFAULT_VALUE, BOUNCE), id="default"),
    silent("mail-from-reject-on-create", _on_mx_failure(MxFailure.REJECT_MESSAGE, None), id="no-mail-from"),
    silent("mail-from-reject-on-create", part(), id="nothing-is-sent"),
    silent("mail-from-reject-on-create", part(identity(mail_from=BOUNCE)), id="default-in-a-template"),
    silent("mail-from-reject-on-create", part(identity(on_mx_failure=REJECT)), id="nothing-to-reject"),
]


test_rules = rule_test(LOUD, SILENT)


def test_a_behaviour_is_said_once_for_all_from_domains() -> None:
    """The behaviour belongs to the identity, so its first proof is enough."""
    view = _on_mx_failure(MxFailure.REJECT_MESSAGE, BOUNCE)
    assert len(findings_of("mail-from-reject-on-create", replace(view, proofs=view.proofs * 2))) == 1
