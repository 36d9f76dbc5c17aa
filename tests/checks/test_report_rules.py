"""Tests of the rules on where DMARC reports go."""

from __future__ import annotations

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.zone_view import ZoneView
from ses_email_auth.records.resource_record_set import RecordType
from tests.checks.views import FEEDBACK, REPORTS, TOKEN, dmarc, finding, found, mx, other, part, txt, whole

AT = "_dmarc.example.com TXT"
WRITE = "write rua=mailto:dmarc-reports@example.com"
RECEIVES = "name an address that receives mail"
DMARC = txt("_dmarc.example.com", f"v=DMARC1; p=none; {REPORTS}")
# Two organizations in one zone: github.io is on the Public Suffix List.
SUFFIX_DMARC = txt("_dmarc.a.github.io", "v=DMARC1; p=none; rua=mailto:x@b.github.io")
CONSENT = "a.github.io._report._dmarc.b.github.io"
LONG = ".".join(["a" * 60] * 3) + ".com"

LOUD = [
    pytest.param(
        "dmarc-no-rua",
        dmarc("p=none"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com",
        "pass dmarc_rua=[...] with an address that can receive mail",
        id="no-rua",
    ),
    pytest.param(
        "dmarc-no-rua",
        dmarc("p=reject"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com, which is enforcing blind",
        "pass dmarc_rua=[...] with an address that can receive mail",
        id="no-rua-at-reject",
    ),
    pytest.param(
        "dmarc-no-rua",
        dmarc("p=none; sp=quarantine"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com, which is enforcing blind",
        "pass dmarc_rua=[...] with an address that can receive mail",
        id="no-rua-with-a-policy-for-subdomains",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="bare-address",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto: a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'mailto: a@example.com' is not a report address: it holds white space; remove it",
        WRITE,
        id="space-behind-mailto",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto:mailto:a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'mailto:mailto:a@example.com' holds 'mailto:' twice; write it once",
        WRITE,
        id="mailto-twice",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto:a@example.com;mailto:b@example.com"),
        Severity.ERROR,
        AT,
        "a ';' ends the list of report URIs, so 'mailto:b@example.com' is read as a tag and spoils the record",
        "write ',' between two URIs",
        id="semicolon-between-uris",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua="),
        Severity.ERROR,
        AT,
        "rua has no value; write one or remove the tag",
        WRITE,
        id="empty-rua",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc(f"p=none; {REPORTS}; RUF=a@example.com; fo=1"),
        Severity.ERROR,
        AT,
        "ruf: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        "write ruf=mailto:dmarc-reports@example.com",
        id="ruf-too",
    ),
    pytest.param(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, zone="github.io"),
        Severity.WARNING,
        "_dmarc.a.github.io TXT",
        "reports to mailto:x@b.github.io are sent only if its owner allows it",
        f'ask for this record, unless they have it: {CONSENT} TXT "v=DMARC1;"',
        id="no-consent-in-a-complete-zone",
    ),
    pytest.param(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, txt(CONSENT, "consent"), zone="github.io"),
        Severity.WARNING,
        "_dmarc.a.github.io TXT",
        "reports to mailto:x@b.github.io are sent only if its owner allows it",
        f'ask for this record, unless they have it: {CONSENT} TXT "v=DMARC1;"',
        id="another-text-is-no-consent",
    ),
    pytest.param(
        "dmarc-rua-external",
        dmarc("p=none; rua=mailto:x@reports.example.net,mailto:x@reports.example.net"),
        Severity.INFO,
        AT,
        "reports to mailto:x@reports.example.net are sent only if its owner allows it",
        'ask for this record, unless they have it: example.com._report._dmarc.reports.example.net TXT "v=DMARC1;"',
        id="offline-it-is-an-info",
    ),
    pytest.param(
        "dmarc-rua-external",
        ZoneView(records=(txt(f"_dmarc.{LONG}", "v=DMARC1; p=none; rua=mailto:x@" + "b" * 60 + ".example.net"),)),
        Severity.ERROR,
        f"_dmarc.{LONG} TXT",
        f"{'b' * 60}.example.net cannot consent to reports about {LONG}: its record would have too long a name",
        "name an address at a shorter host",
        id="consent-is-impossible",
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        part(DMARC, mx("example.com", "0 .")),
        Severity.WARNING,
        AT,
        "example.com takes no mail (null MX), so every report bounces",
        RECEIVES,
        id="null-mx",
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        part(txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@b.example.com"), mx("b.example.com", FEEDBACK)),
        Severity.WARNING,
        AT,
        "b.example.com is a MAIL FROM domain: SES takes bounces there, and no reports",
        RECEIVES,
        id="mail-from-domain",
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        whole(DMARC, txt("example.com", "v=spf1 -all"), mx("*.example.com", "10 mail.example.net")),
        Severity.WARNING,
        AT,
        "example.com has no MX, so every report bounces",
        RECEIVES,
        id="nothing-takes-mail",
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@r.example.com"),
            txt("r.example.com", "-"),
            mx("*.example.com", "10 mail.example.net"),
        ),
        Severity.WARNING,
        AT,
        "r.example.com has no MX, so every report bounces",
        RECEIVES,
        id="no-wildcard-answers-for-a-name-that-exists",
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        dmarc("p=none; rua=mailto:a@example.com,mailto:b@example.com"),
        Severity.INFO,
        AT,
        "cannot tell whether reports arrive; example.com has no MX in this app",
        "",
        id="an-mx-may-be-out-of-view",
    ),
    pytest.param(
        "dmarc-fo-without-ruf",
        dmarc(f"p=none; {REPORTS}; fo=1:d"),
        Severity.INFO,
        AT,
        "fo is ignored without ruf",
        "leave out fo",
        id="fo-without-ruf",
    ),
]

SILENT = [
    pytest.param("dmarc-no-rua", dmarc(f"p=reject; {REPORTS}"), id="reports"),
    pytest.param("dmarc-no-rua", part(txt("a.example.net._report._dmarc.example.com", "v=DMARC1;")), id="consent-is-no-policy"),
    pytest.param("dmarc-no-rua", part(other("_dmarc.example.com", RecordType.CNAME, "x.dmarc.example.net")), id="hosted-dmarc"),
    pytest.param("dmarc-no-rua", part(txt("_dmarc.example.com", f"v=DMARC1; p=none; rua={TOKEN}")), id="token"),
    pytest.param("dmarc-no-rua", part(txt("_dmarc.example.com", "v=spf1 -all", "x")), id="other-texts-at-the-name"),
    pytest.param("dmarc-no-rua", part(txt("_dmarc.example.com", "v=DMARC1; foo=bar")), id="receivers-apply-no-dmarc-anyway"),
    pytest.param("dmarc-rua-not-uri", dmarc("p=none;rua=mailto:a@example.com,mailto:b@example.com"), id="no-space"),
    pytest.param("dmarc-rua-not-uri", dmarc("p=none; rua=mailto:a@example.com!10m, https://example.com/r"), id="obsolete-size"),
    pytest.param("dmarc-rua-not-uri", dmarc("p=bogus; adkim=x; rua=mailto:a@example.com"), id="other-tags-are-wrong"),
    pytest.param("dmarc-rua-external", dmarc("p=none; rua=mailto:a@mail.example.com"), id="same-organization"),
    pytest.param("dmarc-rua-external", whole(SUFFIX_DMARC, txt(CONSENT, "v=DMARC1;"), zone="github.io"), id="consent"),
    pytest.param(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, txt("*._report._dmarc.b.github.io", "v=DMARC1"), zone="github.io"),
        id="consent-to-everyone",
    ),
    pytest.param(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, other(CONSENT, RecordType.CNAME, "consent.example.net"), zone="github.io"),
        id="consent-behind-a-cname",
    ),
    pytest.param("dmarc-rua-external", whole(SUFFIX_DMARC, txt(CONSENT, TOKEN), zone="github.io"), id="consent-in-a-token"),
    pytest.param("dmarc-rua-undeliverable", part(DMARC, mx("example.com", "10 mail.example.net")), id="mx"),
    pytest.param("dmarc-rua-undeliverable", whole(DMARC, mx("example.com", f"10 {TOKEN}")), id="mx-in-a-token"),
    pytest.param("dmarc-rua-undeliverable", whole(DMARC, other("example.com", RecordType.A, "192.0.2.1")), id="a-for-mx"),
    pytest.param("dmarc-rua-undeliverable", whole(DMARC, other("example.com", RecordType.AAAA, "2001:db8::1")), id="aaaa"),
    pytest.param("dmarc-rua-undeliverable", dmarc("p=none; rua=mailto:a@example.net"), id="host-in-another-zone"),
    pytest.param("dmarc-rua-undeliverable", dmarc("p=none; rua=https://example.com/reports"), id="no-mail"),
    pytest.param("dmarc-rua-undeliverable", ZoneView(records=(DMARC,), complete=True), id="zone-without-a-name"),
    pytest.param(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@r.example.com"),
            mx("*.example.com", "10 mail.example.net"),
        ),
        id="mx-of-a-wildcard",
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@r.example.com"),
            other("r.example.com", RecordType.CNAME, "mail.example.net"),
        ),
        id="host-behind-a-cname",
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@x.r.example.com"),
            other("r.example.com", RecordType.NS, "ns.example.net"),
        ),
        id="host-in-a-delegated-zone",
    ),
    pytest.param("dmarc-fo-without-ruf", dmarc("p=none; fo=1; ruf=mailto:a@example.com"), id="fo-with-ruf"),
    pytest.param("dmarc-fo-without-ruf", dmarc("p=none"), id="no-fo"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []


def test_every_wrong_uri_is_named() -> None:
    """Two wrong URIs of one list are two findings."""
    view = dmarc("p=none; rua=a@example.com,b@example.com")
    assert [each.message.partition(" is ")[0] for each in found("dmarc-rua-not-uri", view)] == [
        "rua: 'a@example.com'",
        "rua: 'b@example.com'",
    ]


def test_every_destination_must_consent() -> None:
    """Each host of another organization is named, those of ruf too, and one that cannot consent hides no other."""
    host = "b" * 60 + ".example.net"
    view = ZoneView(
        records=(
            txt(f"_dmarc.{LONG}", f"v=DMARC1; p=none; rua=mailto:x@{host},mailto:x@c.example; ruf=mailto:x@d.example; fo=1"),
        )
    )
    assert [(each.severity, each.message[:28]) for each in found("dmarc-rua-external", view)] == [
        (Severity.ERROR, "b" * 28),
        (Severity.INFO, "reports to mailto:x@c.exampl"),
        (Severity.INFO, "reports to mailto:x@d.exampl"),
    ]
