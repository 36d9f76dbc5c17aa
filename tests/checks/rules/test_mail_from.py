"""Tests of the rules on the MX of a custom MAIL FROM domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from tests.checks.ses_views import identity, seen, view_of
from tests.checks.views import FEEDBACK, TOKEN, finding, found, mx, part

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredRecordSet
    from ses_email_auth.zone.view import ZoneView

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
    return seen(BOUNCE, RecordType.MX, value, set_identifier=identifier)


LOUD = [
    pytest.param(
        "mail-from-receives",
        part(mx(BOUNCE, FEEDBACK, "10 inbound-smtp.us-east-1.amazonaws.com")),
        Severity.ERROR,
        WHERE,
        ONE_MX,
        ANOTHER_NAME,
        id="mail-from-that-receives",
    ),
    pytest.param(
        "mail-from-receives",
        view_of(mx(BOUNCE, "10 FEEDBACK-SMTP.x"), mx(BOUNCE, "20 mail.example.com")),
        Severity.ERROR,
        WHERE,
        ONE_MX,
        ANOTHER_NAME,
        id="two-sets-of-one-name",
    ),
    pytest.param(
        "mail-from-receives",
        part(mx(BOUNCE, FEEDBACK, f"20 {TOKEN}")),
        Severity.ERROR,
        WHERE,
        ONE_MX,
        ANOTHER_NAME,
        id="a-second-host-that-nobody-knows",
    ),
    pytest.param(
        "mail-from-receives",
        part(mx(BOUNCE, FEEDBACK, FEEDBACK.replace("10", "20"))),
        Severity.ERROR,
        WHERE,
        ONE_MX,
        "keep one of the values",
        id="one-host-twice",
    ),
    pytest.param(
        "mail-from-shared", part(mx(BOUNCE, FEEDBACK, ELSEWHERE)), Severity.ERROR, WHERE, SHARED, OF_ITS_OWN, id="set"
    ),
    pytest.param(
        "mail-from-shared",
        part(_with_unknown(ELSEWHERE)),
        Severity.ERROR,
        WHERE,
        SHARED,
        OF_ITS_OWN,
        id="with-an-unknown-region",
    ),
    pytest.param(
        "mail-from-shared",
        view_of(seen(BOUNCE, RecordType.MX, FEEDBACK), seen(BOUNCE, RecordType.MX, ELSEWHERE)),
        Severity.ERROR,
        WHERE,
        SHARED,
        OF_ITS_OWN,
        id="two-stacks",
    ),
    pytest.param(
        "mail-from-wrong-region",
        view_of(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from="Bounce.example.com.")),
        Severity.ERROR,
        WHERE,
        "the MX leads to SES in 'us-east-1', and 'example.com' sends from 'eu-west-1'",
        "point it to feedback-smtp.eu-west-1.amazonses.com",
        id="wrong-region",
    ),
    pytest.param(
        "mail-from-host-misspelt",
        part(mx(BOUNCE, "10 feedback-smtp.us-east-1.amazonaws.com")),
        Severity.ERROR,
        WHERE,
        "'feedback-smtp.us-east-1.amazonaws.com' does not end in amazonses.com",
        "write feedback-smtp.us-east-1.amazonses.com",
        id="another-suffix",
    ),
    pytest.param(
        "mail-from-host-misspelt",
        view_of(seen(BOUNCE, RecordType.MX, "10 feedback-smtp.us-east-9.amazonses.com")),
        Severity.WARNING,
        WHERE,
        "'feedback-smtp.us-east-9.amazonses.com' names a region where no feedback host of SES is documented",
        "write feedback-smtp.<region>.amazonses.com with the region that sends",
        id="a-region-that-could-be-new",
    ),
]

SILENT = [
    pytest.param("mail-from-receives", part(mx("example.com", FEEDBACK, "20 a.example.net")), id="mail-from-outside-identity"),
    pytest.param("mail-from-receives", part(mx(BOUNCE, FEEDBACK)), id="one-mx"),
    pytest.param("mail-from-receives", part(mx("a.example.com", FEEDBACK), mx("b.example.com", ELSEWHERE)), id="two-names"),
    pytest.param("mail-from-receives", part(mx("example.com", "1 a.example.net", "2 b.example.net")), id="two-mx-of-others"),
    pytest.param("mail-from-receives", part(mx(BOUNCE, FEEDBACK, ELSEWHERE)), id="two-regions"),
    pytest.param("mail-from-receives", part(mx(BOUNCE, FEEDBACK, "0 .")), id="null-mx"),
    pytest.param("mail-from-receives", view_of(mx(BOUNCE, FEEDBACK), mx(BOUNCE, f"10 {TOKEN}")), id="perhaps-the-same-host"),
    pytest.param(
        "mail-from-receives", view_of(_weighted(FEEDBACK, "a"), _weighted("10 mail.example.com", "b")), id="routing-policy"
    ),
    pytest.param("mail-from-shared", part(mx(BOUNCE, FEEDBACK)), id="one-mx"),
    pytest.param("mail-from-shared", view_of(mx(BOUNCE, FEEDBACK), mx(BOUNCE, FEEDBACK)), id="two-stacks-with-one-host"),
    pytest.param("mail-from-shared", view_of(mx(BOUNCE, FEEDBACK), _with_unknown()), id="perhaps-one-region"),
    pytest.param("mail-from-shared", part(mx(BOUNCE, FEEDBACK, ELSEWHERE, "10 mail.example.com")), id="receives-too"),
    pytest.param("mail-from-shared", view_of(_weighted(FEEDBACK, "a"), _weighted(ELSEWHERE, "b")), id="routing-policy"),
    pytest.param(
        "mail-from-wrong-region", view_of(mx(BOUNCE, ELSEWHERE), identity(region="us-east-1", mail_from=BOUNCE)), id="right"
    ),
    pytest.param("mail-from-wrong-region", view_of(mx(BOUNCE, ELSEWHERE), identity(mail_from=BOUNCE)), id="region-not-known"),
    pytest.param(
        "mail-from-wrong-region", view_of(_with_unknown(), identity(region="us-east-1", mail_from=BOUNCE)), id="mx-not-known"
    ),
    pytest.param("mail-from-wrong-region", view_of(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1")), id="no-mail-from"),
    pytest.param(
        "mail-from-wrong-region",
        view_of(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from="b.example.com")),
        id="another-mail-from",
    ),
    pytest.param(
        "mail-from-wrong-region",
        view_of(
            mx(BOUNCE, ELSEWHERE),
            identity(region="eu-west-1", mail_from=BOUNCE),
            identity(region="us-east-1", mail_from=BOUNCE),
        ),
        id="the-identity-of-the-other-region",
    ),
    pytest.param(
        "mail-from-wrong-region",
        view_of(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from=BOUNCE), identity(mail_from=BOUNCE)),
        id="an-identity-of-a-region-not-known",
    ),
    pytest.param("mail-from-host-misspelt", part(mx(BOUNCE, FEEDBACK), mx("example.com", "10 mail.example.com")), id="right"),
    pytest.param("mail-from-host-misspelt", part(mx(BOUNCE, f"10 feedback-smtp.{TOKEN}.amazonses.com")), id="token"),
    pytest.param("mail-from-host-misspelt", part(_with_unknown()), id="region-not-known"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []


def test_two_stacks_with_one_name_are_both_named() -> None:
    """The finding leads to the records of both."""
    view = view_of(seen(BOUNCE, RecordType.MX, FEEDBACK), seen(BOUNCE, RecordType.MX, ELSEWHERE))
    assert [each.records for each in found("mail-from-shared", view)] == [view.records]


def test_a_wrong_region_leads_to_the_mx_and_the_identity() -> None:
    """Either of them can be the one to change."""
    view = view_of(mx(BOUNCE, ELSEWHERE), identity(region="eu-west-1", mail_from=BOUNCE))
    assert [each.records for each in found("mail-from-wrong-region", view)] == [(*view.records, *view.identities)]
