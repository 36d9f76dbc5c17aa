"""Tests of the rules on where DMARC reports go."""

from __future__ import annotations

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.view import ZoneView
from tests.checks.seen_sets import files, seen
from tests.checks.views import FEEDBACK, REPORTS, TOKEN, dmarc, finding, found, mx, other, part, txt, whole

AT = "_dmarc.example.com TXT"
ADD_RUA = "add a rua with an address that can receive mail (in our constructs: dmarc_rua=[...])"
RECEIVES = "name an address that receives mail"
DMARC = txt("_dmarc.example.com", f"v=DMARC1; p=none; {REPORTS}")
# Two organizations in one zone: github.io is on the Public Suffix List.
SUFFIX_DMARC = txt("_dmarc.a.github.io", "v=DMARC1; p=none; rua=mailto:x@b.github.io")
SEEN_DMARC = seen("_dmarc.a.github.io.", "TXT", '"v=DMARC1; p=none; rua=mailto:x@b.github.io"')
CONSENT = "a.github.io._report._dmarc.b.github.io"
LONG = ".".join(["a" * 60] * 3) + ".com"

LOUD = [
    pytest.param(
        "dmarc-no-rua",
        dmarc("p=none"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com",
        ADD_RUA,
        id="no-rua",
    ),
    pytest.param(
        "dmarc-no-rua",
        dmarc("p=reject"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com, so its policy is enforced blind",
        ADD_RUA,
        id="no-rua-at-reject",
    ),
    pytest.param(
        "dmarc-no-rua",
        dmarc("p=none; sp=quarantine"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com, so its policy is enforced blind",
        ADD_RUA,
        id="no-rua-with-a-policy-for-subdomains",
    ),
    pytest.param(
        "dmarc-no-rua",
        part(txt("_dmarc.example.com", "v=DMARC1; p=reject"), txt("example.com", "MS=ms1", "v=spf1 -all")),
        Severity.INFO,
        AT,
        "nobody gets reports about mail From example.com",
        ADD_RUA,
        id="no-rua-of-a-parked-domain",
    ),
    pytest.param(
        "dmarc-no-rua",
        part(txt("_dmarc.example.com", "v=DMARC1; p=reject"), txt("example.com", "v=spf1 mx -all")),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com, so its policy is enforced blind",
        ADD_RUA,
        id="no-rua-of-a-domain-that-sends",
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
    pytest.param(
        "dmarc-consent-no-semicolon",
        part(txt("*._report._dmarc.example.com", "v=DMARC1")),
        Severity.INFO,
        "*._report._dmarc.example.com TXT",
        "RFC 7489 receivers want a ';' behind v=DMARC1, and may see no consent without it",
        "write v=DMARC1;",
        id="consent-to-everyone",
    ),
    pytest.param(
        "dmarc-consent-elsewhere",
        part(txt("a.example._report._dmarc.example.com", "v=DMARC1; rua=mailto:x@reports.example.com")),
        Severity.ERROR,
        "a.example._report._dmarc.example.com TXT",
        "its rua names reports.example.com, and only example.com is allowed here, so reporters send nothing at all",
        "leave out rua, or name an address at example.com",
        id="another-host",
    ),
    pytest.param(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, other("_dmarc.b.github.io", RecordType.NS, "ns.example.net"), zone="github.io"),
        Severity.INFO,
        "_dmarc.a.github.io TXT",
        "reports to mailto:x@b.github.io are sent only if its owner allows it",
        f'ask for this record, unless they have it: {CONSENT} TXT "v=DMARC1;"',
        id="consent-in-a-delegated-zone",
    ),
]

SILENT = [
    pytest.param(
        "dmarc-consent-no-semicolon", part(txt("a.example._report._dmarc.example.com", "v=DMARC1;")), id="with-a-semicolon"
    ),
    pytest.param(
        "dmarc-consent-no-semicolon",
        part(txt(f"a.example._report._dmarc.{TOKEN}", "v=DMARC1"), txt("a.example._report._dmarc.example.com", "x")),
        id="nothing-to-see",
    ),
    pytest.param(
        "dmarc-consent-elsewhere",
        part(txt("a.example._report._dmarc.example.com", "v=DMARC1; rua=mailto:x@Example.com")),
        id="the-same-host",
    ),
    pytest.param(
        "dmarc-consent-elsewhere",
        part(txt("a.example._report._dmarc.example.com", "v=DMARC1; rua=x", "v=DMARC1;")),
        id="no-uri",
    ),
    pytest.param(
        "dmarc-consent-elsewhere",
        part(txt("a.example._report._dmarc.example.com", "v=DMARC1; rua=https://192.0.2.1/")),
        id="no-host",
    ),
    pytest.param(
        "dmarc-rua-external",
        files(SEEN_DMARC, seen(CONSENT, "TXT", is_alias=True), zone="github.io", complete=True),
        id="consent-behind-an-alias",
    ),
    pytest.param(
        "dmarc-rua-external",
        files(SEEN_DMARC, seen(CONSENT, "CNAME", is_alias=True), zone="github.io", complete=True),
        id="consent-behind-a-cname-without-a-value",
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        files(DMARC, seen("example.com", "MX", is_alias=True), complete=True),
        id="mx-behind-an-alias",
    ),
    pytest.param(
        "dmarc-rua-undeliverable", files(DMARC, seen("example.com", "A", is_alias=True), complete=True), id="a-behind-an-alias"
    ),
    pytest.param(
        "dmarc-rua-undeliverable",
        files(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@r.example.com"),
            seen("*.example.com", "A", is_alias=True),
            complete=True,
        ),
        id="a-of-a-wildcard-behind-an-alias",
    ),
    pytest.param(
        "dmarc-rua-undeliverable", files(DMARC, seen("example.com", "MX", ""), complete=True), id="an-mx-without-a-value"
    ),
    pytest.param("dmarc-no-rua", dmarc(f"p=reject; {REPORTS}"), id="reports"),
    pytest.param("dmarc-no-rua", dmarc("p=reject; rua=dmarc@example.com"), id="a-wrong-rua-is-said-by-another-rule"),
    pytest.param("dmarc-no-rua", part(txt("a.example.net._report._dmarc.example.com", "v=DMARC1;")), id="consent-is-no-policy"),
    pytest.param("dmarc-no-rua", part(other("_dmarc.example.com", RecordType.CNAME, "x.dmarc.example.net")), id="hosted-dmarc"),
    pytest.param("dmarc-no-rua", part(txt("_dmarc.example.com", f"v=DMARC1; p=none; rua={TOKEN}")), id="token"),
    pytest.param("dmarc-no-rua", part(txt("_dmarc.example.com", "v=spf1 -all", "x")), id="other-texts-at-the-name"),
    pytest.param("dmarc-no-rua", part(txt("_dmarc.example.com", "v=DMARC1; foo=bar")), id="receivers-apply-no-dmarc-anyway"),
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
