"""Tests of the rules on identities and their MAIL FROM domains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.alignment import AlignmentQuestion, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.view import ZoneView
from tests.checks.ses_views import identity, view_of
from tests.checks.views import FEEDBACK, TOKEN, ZONE, finding, found, mx, other, part

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
    pytest.param(
        "mail-from-outside-identity",
        part(mx("example.com", FEEDBACK, "20 mail.example.net")),
        Severity.ERROR,
        "example.com MX",
        "example.com has the MX of a MAIL FROM domain; SES takes none but subdomains of the domain that sends",
        "move the MX to a name such as bounce.example.com, and make that the MAIL FROM domain",
        id="a-feedback-host-at-the-organizational-domain",
    ),
    pytest.param(
        "mail-from-outside-identity",
        view_of(identity("mail.example.com", mail_from=BOUNCE)),
        Severity.ERROR,
        "mail.example.com",
        "the MAIL FROM domain 'bounce.example.com' is not below 'mail.example.com'; SES refuses it",
        "take a name such as bounce.mail.example.com",
        id="a-sibling",
    ),
    pytest.param(
        "mail-from-outside-identity",
        view_of(identity("a@example.com", mail_from="example.com")),
        Severity.ERROR,
        "a@example.com",
        "the MAIL FROM domain 'example.com' is not below 'example.com'; SES refuses it",
        "take a name such as bounce.example.com",
        id="the-domain-itself",
    ),
    pytest.param(
        "mail-from-no-mx",
        view_of(identity(mail_from=BOUNCE, region="us-east-1"), complete=True),
        Severity.ERROR,
        f"{BOUNCE} MX",
        "bounce.example.com, the MAIL FROM domain of 'example.com', has no MX",
        "publish one MX there: 10 feedback-smtp.us-east-1.amazonses.com",
        id="no-mx",
    ),
    pytest.param(
        "mail-from-no-mx",
        view_of(identity(mail_from=BOUNCE), mx("*.example.com", "10 mail.example.com"), complete=True),
        Severity.ERROR,
        f"{BOUNCE} MX",
        "bounce.example.com, the MAIL FROM domain of 'example.com', has another MX",
        "publish one MX there: 10 feedback-smtp.<region>.amazonses.com",
        id="the-mx-of-a-wildcard",
    ),
    pytest.param(
        "mail-from-used-as-from",
        view_of(identity(mail_from=BOUNCE), identity(f"a@{BOUNCE}"), identity(BOUNCE)),
        Severity.WARNING,
        f"a@{BOUNCE}",
        SENDS,
        NOTHING_ELSE,
        id="two-identities-said-once",
    ),
    pytest.param(
        "mail-from-used-as-from",
        view_of(mx(BOUNCE, FEEDBACK), identity(BOUNCE)),
        Severity.WARNING,
        BOUNCE,
        SENDS,
        NOTHING_ELSE,
        id="a-feedback-host",
    ),
    pytest.param(
        "mail-from-reject-on-create",
        _on_mx_failure(MxFailure.REJECT_MESSAGE, BOUNCE),
        Severity.INFO,
        f"{BOUNCE} MX",
        NOT_YET,
        "",
        id="reject-message",
    ),
    pytest.param(
        "mail-from-reject-on-create",
        view_of(identity(mail_from=BOUNCE, on_mx_failure=REJECT)),
        Severity.INFO,
        "example.com",
        NOT_YET,
        "",
        id="in-a-template",
    ),
]

SILENT = [
    pytest.param("mail-from-outside-identity", part(mx(BOUNCE, FEEDBACK)), id="a-feedback-host-below"),
    pytest.param("mail-from-outside-identity", part(mx("example.com", "10 feedback-smtp.example.com")), id="a-host-of-its-own"),
    pytest.param("mail-from-outside-identity", part(mx("co.jp", FEEDBACK)), id="a-public-suffix"),
    pytest.param(
        "mail-from-outside-identity",
        ZoneView(records=(mx("bounce.foo.kawasaki.jp", FEEDBACK),), zone=DomainName("foo.kawasaki.jp")),
        id="below-a-public-suffix-that-somebody-owns",
    ),
    pytest.param(
        "mail-from-outside-identity",
        ZoneView(records=(mx("bounce.foo.kawasaki.jp", FEEDBACK),)),
        id="perhaps-below-one-as-the-zone-is-not-known",
    ),
    pytest.param("mail-from-outside-identity", view_of(identity(mail_from=BOUNCE)), id="below"),
    pytest.param("mail-from-outside-identity", view_of(identity()), id="without"),
    pytest.param("mail-from-outside-identity", view_of(identity(mail_from=f"bounce.{TOKEN}")), id="token"),
    pytest.param("mail-from-outside-identity", view_of(identity(TOKEN, mail_from=BOUNCE)), id="identity-with-a-token"),
    pytest.param("mail-from-no-mx", view_of(identity(mail_from=BOUNCE)), id="a-part-of-the-zone"),
    pytest.param("mail-from-no-mx", view_of(identity(mail_from=BOUNCE), mx(BOUNCE, FEEDBACK), complete=True), id="mx"),
    pytest.param("mail-from-no-mx", view_of(identity(mail_from=BOUNCE), mx(BOUNCE, "0 ."), complete=True), id="null-mx"),
    pytest.param(
        "mail-from-no-mx",
        view_of(identity(mail_from=BOUNCE), other(BOUNCE, RecordType.CNAME, "a.example.net"), complete=True),
        id="cname",
    ),
    pytest.param(
        "mail-from-no-mx",
        view_of(identity(mail_from=BOUNCE), other(BOUNCE, RecordType.NS, "ns.example.net"), complete=True),
        id="delegated",
    ),
    pytest.param("mail-from-no-mx", view_of(identity(mail_from="b.example.net"), complete=True), id="of-another-zone"),
    pytest.param("mail-from-no-mx", view_of(identity(), complete=True), id="no-mail-from"),
    pytest.param(
        "mail-from-no-mx", replace(view_of(identity(mail_from=BOUNCE), complete=True), zone=None), id="a-zone-not-known"
    ),
    pytest.param("mail-from-used-as-from", view_of(identity(mail_from=BOUNCE), mx(BOUNCE, FEEDBACK)), id="for-bounces-alone"),
    pytest.param("mail-from-used-as-from", view_of(identity(TOKEN)), id="token"),
    pytest.param("mail-from-reject-on-create", _on_mx_failure(MxFailure.USE_DEFAULT_VALUE, BOUNCE), id="default"),
    pytest.param("mail-from-reject-on-create", _on_mx_failure(MxFailure.REJECT_MESSAGE, None), id="no-mail-from"),
    pytest.param("mail-from-reject-on-create", part(), id="nothing-is-sent"),
    pytest.param("mail-from-reject-on-create", view_of(identity(mail_from=BOUNCE)), id="default-in-a-template"),
    pytest.param("mail-from-reject-on-create", view_of(identity(on_mx_failure=REJECT)), id="nothing-to-reject"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []


def test_a_behaviour_is_said_once_for_all_from_domains() -> None:
    """The behaviour belongs to the identity, so its first proof is enough."""
    view = _on_mx_failure(MxFailure.REJECT_MESSAGE, BOUNCE)
    assert len(found("mail-from-reject-on-create", replace(view, proofs=view.proofs * 2))) == 1
