"""Tests of the rules on domains that say they take no mail, or do not say that they do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.resource_record_set import RecordType
from tests.checks.ses_views import easy_dkim, identity, seen, view_of
from tests.checks.views import FEEDBACK, finding, found, mx, other, part

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

BOUNCE = "bounce.example.com"
REFUSE = "the MAIL FROM domain bounce.example.com has a null MX; receivers refuse mail from a domain that takes none"
OF_SES = "keep the MX of SES alone: 10 feedback-smtp.<region>.amazonses.com"

LOUD = [
    pytest.param(
        "null-mx-mail-from",
        part(mx(BOUNCE, "0 .", FEEDBACK)),
        Severity.ERROR,
        f"{BOUNCE} MX",
        REFUSE,
        OF_SES,
        id="beside-the-mx-of-ses",
    ),
    pytest.param(
        "null-mx-mail-from",
        view_of(mx(BOUNCE, "0 ."), identity(mail_from=BOUNCE)),
        Severity.ERROR,
        f"{BOUNCE} MX",
        REFUSE,
        OF_SES,
        id="of-an-identity",
    ),
    pytest.param(
        "null-mx-from",
        view_of(mx("example.com", "0 ."), identity("a@example.com")),
        Severity.WARNING,
        "example.com MX",
        "example.com sends through SES, and its null MX says that it takes no mail; replies are lost",
        "publish the MX of a host that takes its mail, or remove the null MX",
        id="an-identity",
    ),
    pytest.param(
        "null-mx-from",
        view_of(mx("example.com", "0 ."), mx("example.com", "0 ."), *easy_dkim("abc")),
        Severity.WARNING,
        "example.com MX",
        "example.com sends through SES, and its null MX says that it takes no mail; replies are lost",
        "publish the MX of a host that takes its mail, or remove the null MX",
        id="easy-dkim-said-once",
    ),
    pytest.param(
        "mx-null-with-others",
        part(mx("example.com", "0 .", "10 mail.example.com")),
        Severity.ERROR,
        "example.com MX",
        "a null MX stands beside other MX records; it must stand alone, and senders differ in what they do",
        "remove '0 .' if the domain takes mail, else the others",
        id="two",
    ),
    pytest.param(
        "from-cannot-receive",
        view_of(identity(), *easy_dkim("abc"), complete=True),
        Severity.INFO,
        "example.com MX",
        "example.com sends mail and has no MX, so replies to it may be lost",
        "",
        id="no-mx",
    ),
]

SILENT = [
    pytest.param("null-mx-mail-from", part(mx(BOUNCE, FEEDBACK), mx("example.com", "0 .")), id="another-name"),
    pytest.param("null-mx-from", part(mx("example.com", "0 .")), id="sends-nothing"),
    pytest.param("null-mx-from", view_of(mx("example.com", "10 mail.example.com"), identity()), id="receives"),
    pytest.param(
        "null-mx-from", view_of(mx(BOUNCE, "0 ."), identity(BOUNCE), identity(mail_from=BOUNCE)), id="a-mail-from-domain"
    ),
    pytest.param("mx-null-with-others", part(mx("example.com", "0 .")), id="alone"),
    pytest.param("mx-null-with-others", part(mx("example.com", "10 mail.example.com")), id="none"),
    pytest.param("mx-null-with-others", part(mx(BOUNCE, "0 .", FEEDBACK)), id="a-mail-from-domain"),
    pytest.param(
        "mx-null-with-others",
        view_of(
            seen("example.com", RecordType.MX, "0 .", set_identifier="a"),
            seen("example.com", RecordType.MX, "10 mail.example.com", set_identifier="b"),
        ),
        id="routing-policy",
    ),
    pytest.param("from-cannot-receive", view_of(identity()), id="a-part-of-the-zone"),
    pytest.param("from-cannot-receive", view_of(identity(), mx("example.com", "10 a.example"), complete=True), id="mx"),
    pytest.param(
        "from-cannot-receive",
        view_of(identity("a.example.com"), mx("*.example.com", "10 a.example"), complete=True),
        id="wildcard",
    ),
    pytest.param(
        "from-cannot-receive",
        view_of(identity("a.example.com"), other("a.example.com", RecordType.CNAME, "a.example.net"), complete=True),
        id="cname",
    ),
    pytest.param(
        "from-cannot-receive",
        view_of(identity("a.example.com"), other("a.example.com", RecordType.NS, "a.example.net"), complete=True),
        id="delegated",
    ),
    pytest.param("from-cannot-receive", view_of(identity("example.net"), complete=True), id="another-zone"),
    pytest.param("from-cannot-receive", replace(view_of(identity(), complete=True), zone=None), id="a-zone-not-known"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []
