"""Tests of the rules on the MX of a custom MAIL FROM domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.checks.views import FEEDBACK, TOKEN, declared, identity, mx, part

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


def _with_unknown(*values: str) -> ResourceRecordSet:
    return ResourceRecordSet(DomainName(BOUNCE), RecordType.MX, 600, (UNKNOWN, *values))


def _weighted(value: str, identifier: str) -> DeclaredRecordSet:
    return declared(BOUNCE, "MX", value, set_identifier=identifier)


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
]

SILENT = [
    silent("mail-from-receives", part(mx("example.com", FEEDBACK, "20 a.example.net")), id="mail-from-outside-identity"),
    silent("mail-from-receives", part(mx(BOUNCE, FEEDBACK)), id="one-mx"),
    silent("mail-from-receives", part(mx("a.example.com", FEEDBACK), mx("b.example.com", ELSEWHERE)), id="two-names"),
    silent("mail-from-receives", part(mx("example.com", "1 a.example.net", "2 b.example.net")), id="two-mx-of-others"),
    silent("mail-from-receives", part(mx(BOUNCE, FEEDBACK, ELSEWHERE)), id="two-regions"),
    silent("mail-from-receives", part(mx(BOUNCE, FEEDBACK, "0 .")), id="null-mx"),
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
]


test_rules = rule_test(LOUD, SILENT)


def test_two_stacks_with_one_name_are_both_named() -> None:
    """The finding leads to the records of both."""
    view = part(declared(BOUNCE, "MX", FEEDBACK), declared(BOUNCE, "MX", ELSEWHERE))
    assert [each.records for each in findings_of("mail-from-shared", view)] == [view.records]


def test_a_wrong_region_leads_to_the_mx_and_the_identity() -> None:
    """Either of them can be the one to change."""
    view = part(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from=BOUNCE))
    assert [each.records for each in findings_of("mail-from-wrong-region", view)] == [(*view.records, *view.identities)]
