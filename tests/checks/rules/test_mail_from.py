"""Tests of the rules on MAIL FROM domains: their MX records, and the identities that use them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.alignment import AlignmentQuestion, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import FEEDBACK, TOKEN, ZONE, declared, identity, mx, part, record_set, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredRecordSet

BOUNCE = "bounce.example.com"
WHERE = f"{BOUNCE} MX"
ELSEWHERE = "10 feedback-smtp.us-east-1.amazonses.com"
UNKNOWN = KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com")
ONE_MX = "a MAIL FROM domain has one MX, that of SES; with a second one SES's set-up fails"
ANOTHER_NAME = "receive mail at another name"
SHARED = "one MAIL FROM domain has feedback hosts of several regions; SES asks for one MX, so its set-up fails"
OF_ITS_OWN = "give each region a MAIL FROM domain of its own"
NOT_YET = "a new identity sends nothing until SES has seen the MX, which takes up to 72 hours"
SENDS = "bounce.example.com is a MAIL FROM domain, and an identity of its own sends mail from it"
NOTHING_ELSE = "send from another domain: SES asks that a MAIL FROM domain is used for nothing else"
CHOOSE_ANOTHER = 'choose another MAIL FROM domain, for example mail_from_subdomain="ses-bounce"'
REJECT = "REJECT_MESSAGE"


def _with_unknown(*values: str) -> ResourceRecordSet:
    return ResourceRecordSet(DomainName(BOUNCE), RecordType.MX, 600, (UNKNOWN, *values))


def _known_after_deploy() -> ResourceRecordSet:
    """An MX of which AWS knows the whole host."""
    return ResourceRecordSet(DomainName(BOUNCE), RecordType.MX, 600, (KnownAfterDeploy("Host", "10 "),))


def _weighted(value: str, identifier: str) -> DeclaredRecordSet:
    return declared(BOUNCE, "MX", value, set_identifier=identifier)


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
        "mail-from-receives",
        part(mx(BOUNCE, FEEDBACK, "10 inbound-smtp.us-east-1.amazonaws.com")),
        Severity.ERROR,
        WHERE,
        ONE_MX,
        ANOTHER_NAME,
        id="mail-from-that-receives",
    ),
    loud(
        "mail-from-receives",
        part(mx(BOUNCE, "10 FEEDBACK-SMTP.x"), mx(BOUNCE, "20 mail.example.com")),
        Severity.ERROR,
        WHERE,
        ONE_MX,
        ANOTHER_NAME,
        id="two-sets-of-one-name",
    ),
    loud(
        "mail-from-receives",
        part(mx(BOUNCE, FEEDBACK, f"20 {TOKEN}")),
        Severity.ERROR,
        WHERE,
        ONE_MX,
        ANOTHER_NAME,
        id="a-second-host-that-nobody-knows",
    ),
    loud(
        "mail-from-receives",
        part(mx(BOUNCE, FEEDBACK, FEEDBACK.replace("10", "20"))),
        Severity.ERROR,
        WHERE,
        ONE_MX,
        "keep one of the values",
        id="one-host-twice",
    ),
    loud("mail-from-shared", part(mx(BOUNCE, FEEDBACK, ELSEWHERE)), Severity.ERROR, WHERE, SHARED, OF_ITS_OWN, id="set"),
    loud(
        "mail-from-shared",
        part(_with_unknown(ELSEWHERE)),
        Severity.ERROR,
        WHERE,
        SHARED,
        OF_ITS_OWN,
        id="with-an-unknown-region",
    ),
    loud(
        "mail-from-shared",
        part(declared(BOUNCE, "MX", FEEDBACK), declared(BOUNCE, "MX", ELSEWHERE)),
        Severity.ERROR,
        WHERE,
        SHARED,
        OF_ITS_OWN,
        id="two-stacks",
    ),
    loud(
        "mail-from-wrong-region",
        part(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from="Bounce.example.com.")),
        Severity.ERROR,
        WHERE,
        "the MX leads to SES in 'us-east-1', and 'example.com' sends from 'eu-west-1'",
        "point it to feedback-smtp.eu-west-1.amazonses.com",
        id="wrong-region",
    ),
    loud(
        "mail-from-host-misspelt",
        part(mx(BOUNCE, "10 feedback-smtp.us-east-1.amazonaws.com")),
        Severity.ERROR,
        WHERE,
        "'feedback-smtp.us-east-1.amazonaws.com' does not end in amazonses.com",
        "write feedback-smtp.us-east-1.amazonses.com",
        id="another-suffix",
    ),
    loud(
        "mail-from-host-misspelt",
        part(declared(BOUNCE, "MX", "10 feedback-smtp.us-east-9.amazonses.com")),
        Severity.WARNING,
        WHERE,
        "'feedback-smtp.us-east-9.amazonses.com' names a region where no feedback host of SES is documented",
        "write feedback-smtp.<region>.amazonses.com with the region that sends",
        id="a-region-that-could-be-new",
    ),
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
        "mail-from-no-mx",
        whole(identity(mail_from=BOUNCE), mx(BOUNCE, "10 mail.example.com")),
        Severity.ERROR,
        f"{BOUNCE} MX",
        "bounce.example.com, the MAIL FROM domain of 'example.com', has another MX",
        f"{CHOOSE_ANOTHER}; that MX usually belongs to somebody else",
        id="the-mx-of-somebody-else",
    ),
    *(
        loud(
            "mail-from-cname",
            view(identity(mail_from=BOUNCE), record_set(BOUNCE, RecordType.CNAME, "u1.wl.sendgrid.net")),
            Severity.WARNING,
            f"{BOUNCE} CNAME",
            "bounce.example.com, the MAIL FROM domain of 'example.com', is a CNAME, beside which no MX can stand",
            f"{CHOOSE_ANOTHER}; the CNAME usually belongs to another e-mail provider",
            id=view.__name__,
        )
        for view in (part, whole)
    ),
    loud(
        "mail-from-cname",
        part(identity(mail_from="ses-bounce.example.com"), declared("ses-bounce.example.com", "CNAME", "a.example.net")),
        Severity.WARNING,
        "ses-bounce.example.com CNAME",
        "ses-bounce.example.com, the MAIL FROM domain of 'example.com', is a CNAME, beside which no MX can stand",
        f"{CHOOSE_ANOTHER.replace('ses-bounce', 'ses-mail')}; the CNAME usually belongs to another e-mail provider",
        id="the-other-name-is-taken-too",
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
    silent("mail-from-receives", part(mx("example.com", FEEDBACK, "20 a.example.net")), id="mail-from-outside-identity"),
    silent("mail-from-receives", part(mx(BOUNCE, FEEDBACK)), id="one-mx"),
    silent("mail-from-receives", part(mx("a.example.com", FEEDBACK), mx("b.example.com", ELSEWHERE)), id="two-names"),
    silent("mail-from-receives", part(mx("example.com", "1 a.example.net", "2 b.example.net")), id="two-mx-of-others"),
    silent("mail-from-receives", part(mx(BOUNCE, FEEDBACK, ELSEWHERE)), id="two-regions"),
    silent("mail-from-receives", part(mx(BOUNCE, FEEDBACK, "0 .")), id="null-mx"),
    silent("mail-from-receives", part(mx(BOUNCE, FEEDBACK), _known_after_deploy()), id="perhaps-the-same-attribute"),
    silent("mail-from-receives", part(mx(BOUNCE, FEEDBACK), mx(BOUNCE, f"10 {TOKEN}")), id="perhaps-the-same-host"),
    silent("mail-from-receives", part(_weighted(FEEDBACK, "a"), _weighted("10 mail.example.com", "b")), id="routing-policy"),
    silent("mail-from-shared", part(mx(BOUNCE, FEEDBACK)), id="one-mx"),
    silent("mail-from-shared", part(mx(BOUNCE, FEEDBACK), mx(BOUNCE, FEEDBACK)), id="two-stacks-with-one-host"),
    silent("mail-from-shared", part(mx(BOUNCE, FEEDBACK), _with_unknown()), id="perhaps-one-region"),
    silent("mail-from-shared", part(mx(BOUNCE, FEEDBACK, ELSEWHERE, "10 mail.example.com")), id="receives-too"),
    silent("mail-from-shared", part(_weighted(FEEDBACK, "a"), _weighted(ELSEWHERE, "b")), id="routing-policy"),
    silent("mail-from-wrong-region", part(mx(BOUNCE, ELSEWHERE), identity(region="us-east-1", mail_from=BOUNCE)), id="right"),
    silent("mail-from-wrong-region", part(mx(BOUNCE, ELSEWHERE), identity(mail_from=BOUNCE)), id="region-not-known"),
    silent("mail-from-wrong-region", part(_with_unknown(), identity(region="us-east-1", mail_from=BOUNCE)), id="mx-not-known"),
    silent("mail-from-wrong-region", part(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1")), id="no-mail-from"),
    silent(
        "mail-from-wrong-region",
        part(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from="b.example.com")),
        id="another-mail-from",
    ),
    silent(
        "mail-from-wrong-region",
        part(
            mx(BOUNCE, ELSEWHERE),
            identity(region="eu-west-1", mail_from=BOUNCE),
            identity(region="us-east-1", mail_from=BOUNCE),
        ),
        id="the-identity-of-the-other-region",
    ),
    silent(
        "mail-from-wrong-region",
        part(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from=BOUNCE), identity(mail_from=BOUNCE)),
        id="an-identity-of-a-region-not-known",
    ),
    silent("mail-from-host-misspelt", part(mx(BOUNCE, FEEDBACK), mx("example.com", "10 mail.example.com")), id="right"),
    silent("mail-from-host-misspelt", part(mx(BOUNCE, f"10 feedback-smtp.{TOKEN}.amazonses.com")), id="token"),
    silent("mail-from-host-misspelt", part(_with_unknown()), id="region-not-known"),
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
    silent(
        "mail-from-cname",
        part(identity(mail_from=BOUNCE), declared(BOUNCE, "CNAME", "a.example.net"), declared(BOUNCE, "MX", FEEDBACK)),
        id="cname-beside-data-says-it",
    ),
    silent(
        "mail-from-cname",
        part(
            identity(mail_from=BOUNCE), declared(BOUNCE, "CNAME", "B.example.com."), declared("b.example.com", "MX", FEEDBACK)
        ),
        id="it-leads-to-the-mx-of-ses",
    ),
    silent("mail-from-cname", part(identity(mail_from=BOUNCE), declared(BOUNCE, "CNAME", TOKEN)), id="nobody-knows-where-to"),
    silent(
        "mail-from-cname",
        part(identity(mail_from=BOUNCE), declared(BOUNCE, "CNAME", KnownAfterDeploy("Host"))),
        id="a-target-known-after-the-deploy",
    ),
    silent("mail-from-cname", part(identity(mail_from=BOUNCE), declared(BOUNCE, "CNAME", is_alias=True)), id="an-alias"),
    silent(
        "mail-from-cname",
        part(identity(mail_from=BOUNCE), declared(BOUNCE, "CNAME", "a.example.net", set_identifier="condition IsTest")),
        id="one-that-may-not-be-deployed",
    ),
    silent(
        "mail-from-cname",
        part(identity(mail_from=TOKEN), identity(), declared(BOUNCE, "CNAME", "u1.wl.sendgrid.net")),
        id="the-name-of-another-sender",
    ),
    silent(
        "mail-from-cname",
        whole(identity(mail_from=BOUNCE), record_set("*.example.com", RecordType.CNAME, "a.example.net")),
        id="a-wildcard-that-gives-way",
    ),
    silent("mail-from-used-as-from", part(identity(mail_from=BOUNCE), mx(BOUNCE, FEEDBACK)), id="for-bounces-alone"),
    silent("mail-from-used-as-from", part(identity(TOKEN)), id="token"),
    silent("mail-from-reject-on-create", _on_mx_failure(MxFailure.USE_DEFAULT_VALUE, BOUNCE), id="default"),
    silent("mail-from-reject-on-create", _on_mx_failure(MxFailure.REJECT_MESSAGE, None), id="no-mail-from"),
    silent("mail-from-reject-on-create", part(), id="nothing-is-sent"),
    silent("mail-from-reject-on-create", part(identity(mail_from=BOUNCE)), id="default-in-a-template"),
    silent("mail-from-reject-on-create", part(identity(on_mx_failure=REJECT)), id="nothing-to-reject"),
]

test_rules = rule_test(LOUD, SILENT)


def test_two_stacks_with_one_name_are_both_named() -> None:
    """The finding leads to the records of both."""
    view = part(declared(BOUNCE, "MX", FEEDBACK), declared(BOUNCE, "MX", ELSEWHERE))
    assert [finding.records for finding in findings_of("mail-from-shared", view)] == [view.records]


def test_a_wrong_region_leads_to_the_mx_and_the_identity() -> None:
    """Either of them can be the one to change."""
    view = part(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from=BOUNCE))
    assert [finding.records for finding in findings_of("mail-from-wrong-region", view)] == [(*view.records, *view.identities)]


def test_a_behaviour_is_reported_once_for_all_from_domains() -> None:
    """The behaviour belongs to the identity, so its first proof is enough."""
    view = _on_mx_failure(MxFailure.REJECT_MESSAGE, BOUNCE)
    assert len(findings_of("mail-from-reject-on-create", replace(view, proofs=view.proofs * 2))) == 1
