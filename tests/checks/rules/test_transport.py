"""Tests of the rules on MTA-STS and TLS-RPT records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType
from tests.checks.seen_sets import files, seen
from tests.checks.views import TOKEN, finding, found, mx, other, part, txt, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

STS = "_mta-sts.example.com"
TLS = "_smtp._tls.example.com"
GOOD_STS = "v=STSv1; id=20261124;"
GOOD_TLS = "v=TLSRPTv1; rua=mailto:tls@example.com"
CORRECT = "correct it, or remove the record"
NONE = "senders act as if there were none"


def _no(kind: str, begin: str) -> str:
    return f"is not {kind} record: it does not begin with '{begin}', and is passed over"


def _begin(begin: str) -> str:
    return f"begin it with '{begin}', case and spaces included, or remove it"


LOUD = [
    *(
        pytest.param(
            rule,
            part(txt(f"{prefix}example.com", text)),
            Severity.ERROR,
            f"{prefix}example.com TXT",
            f"{prefix}example.com holds {kind} record; senders look at {right} only",
            f"move it to {right}",
            id=f"{rule}-at-{prefix}",
        )
        for rule, prefix, text, kind, right in (
            ("mta-sts-syntax", "mta-sts.", GOOD_STS, "an MTA-STS", STS),
            ("tls-rpt-syntax", "_tls._smtp.", GOOD_TLS, "a TLS-RPT", TLS),
            ("tls-rpt-syntax", "_smtp-tls.", GOOD_TLS, "a TLS-RPT", TLS),
        )
    ),
    pytest.param(
        "mta-sts-syntax",
        part(txt(STS, "v=STSv1; id=2026-11-24")),
        Severity.ERROR,
        f"{STS} TXT",
        "'v=STSv1; id=2026-11-24': id= must be 1 to 32 letters and digits, without hyphens",
        CORRECT,
        id="hyphens-in-the-id",
    ),
    pytest.param(
        "mta-sts-syntax",
        part(txt(STS, "v=stsv1; id=1;")),
        Severity.ERROR,
        f"{STS} TXT",
        f"'v=stsv1; id=1;' {_no('an MTA-STS', 'v=STSv1;')}",
        _begin("v=STSv1;"),
        id="small-letters",
    ),
    pytest.param(
        "mta-sts-syntax",
        part(txt(STS, "v=STSv1 id=1")),
        Severity.ERROR,
        f"{STS} TXT",
        f"'v=STSv1 id=1' {_no('an MTA-STS', 'v=STSv1;')}",
        _begin("v=STSv1;"),
        id="missing-semicolon",
    ),
    pytest.param(
        "mta-sts-syntax",
        part(txt(STS, GOOD_STS, "v=STSv1; id=2;")),
        Severity.ERROR,
        f"{STS} TXT",
        f"{STS} has 2 MTA-STS records; {NONE}",
        "keep one of them",
        id="two-records",
    ),
    pytest.param(
        "mta-sts-no-host",
        whole(txt(STS, GOOD_STS), other("www.example.com", RecordType.A, "192.0.2.1")),
        Severity.WARNING,
        f"{STS} TXT",
        "mta-sts.example.com has no address, so senders find no policy at https://mta-sts.example.com/.well-known/mta-sts.txt",
        "publish mta-sts.example.com and serve the policy there, or remove the record",
        id="no-policy-host",
    ),
    pytest.param(
        "tls-rpt-syntax",
        part(txt(TLS, "v=TLSRPTv1; rua=a@example.com")),
        Severity.ERROR,
        f"{TLS} TXT",
        "'v=TLSRPTv1; rua=a@example.com': 'a@example.com' is not a report URI: it has no scheme; write for example "
        "'mailto:a@example.com'",
        CORRECT,
        id="no-scheme",
    ),
    pytest.param(
        "tls-rpt-syntax",
        part(txt(TLS, "v=TLSRPT1; rua=mailto:a@example.com")),
        Severity.ERROR,
        f"{TLS} TXT",
        f"'v=TLSRPT1; rua=mailto:a@example.com' {_no('a TLS-RPT', 'v=TLSRPTv1;')}",
        _begin("v=TLSRPTv1;"),
        id="other-version",
    ),
    pytest.param(
        "tls-rpt-syntax",
        part(txt(TLS, GOOD_TLS, "v=TLSRPTv1; rua=mailto:b@example.com")),
        Severity.ERROR,
        f"{TLS} TXT",
        f"{TLS} has 2 TLS-RPT records; {NONE}",
        "keep one of them",
        id="two-tls-rpt-records",
    ),
    pytest.param(
        "tls-rpt-no-mx",
        whole(txt(TLS, GOOD_TLS)),
        Severity.INFO,
        f"{TLS} TXT",
        "example.com has no MX; reports tell of mail that is sent to a domain, so there will be none",
        "",
        id="nobody-sends-there",
    ),
]

A_HOST = other("mta-sts.example.com", RecordType.A, "192.0.2.1")
DELEGATED = other("mta-sts.example.com", RecordType.NS, "ns.example.net")
SILENT = [
    pytest.param(
        "mta-sts-syntax",
        part(txt("mta-sts.example.com", GOOD_STS), other(STS, RecordType.CNAME, "mta-sts.example.com")),
        id="a-cname-leads-to-it",
    ),
    pytest.param("mta-sts-syntax", part(txt("mta-sts.example.com", "x", "v=spf1 -all")), id="other-texts-at-the-host"),
    pytest.param("tls-rpt-syntax", part(txt(f"_smtp-tls.{TOKEN}", GOOD_TLS)), id="a-name-that-nobody-knows"),
    pytest.param("mta-sts-syntax", part(txt(STS, GOOD_STS)), id="good"),
    pytest.param("mta-sts-syntax", part(txt(STS, GOOD_STS, "google-site-verification=x")), id="other-text-beside-a-good-one"),
    pytest.param("mta-sts-syntax", part(other(STS, RecordType.CNAME, "x.mta-sts.example.net")), id="hosted"),
    pytest.param("mta-sts-syntax", part(txt(STS, TOKEN)), id="a-token"),
    pytest.param("mta-sts-syntax", part(txt(STS, TOKEN, "x")), id="a-token-may-be-the-record"),
    pytest.param("mta-sts-syntax", files(seen(STS, "TXT", KnownAfterDeploy("X"), '"x"')), id="so-may-an-attribute"),
    pytest.param(
        "mta-sts-syntax",
        files(seen(STS, "TXT", f'"{GOOD_STS}"'), seen(STS, "TXT", f'"{GOOD_STS}"', path="zone.json"), complete=True),
        id="one-record-that-two-files-tell-of",
    ),
    pytest.param("mta-sts-syntax", part(txt("example.com", "v=stsv1; id=1")), id="another-name"),
    pytest.param("mta-sts-no-host", part(txt(STS, GOOD_STS)), id="a-part-of-the-zone"),
    pytest.param("mta-sts-no-host", whole(txt(STS, GOOD_STS), A_HOST), id="a-host"),
    pytest.param("mta-sts-no-host", whole(txt(STS, GOOD_STS), DELEGATED), id="a-host-in-another-zone"),
    pytest.param("mta-sts-no-host", whole(txt(f"_mta-sts.{TOKEN}", GOOD_STS)), id="a-token-in-the-name"),
    pytest.param(
        "mta-sts-no-host",
        whole(txt("_mta-sts.a.example.com", GOOD_STS), other("a.example.com", RecordType.NS, "ns.example.net")),
        id="a-record-that-another-zone-hides",
    ),
    pytest.param(
        "mta-sts-no-host", whole(txt(STS, GOOD_STS), other("*.example.com", RecordType.CNAME, "x.example.net")), id="a-wildcard"
    ),
    pytest.param("tls-rpt-syntax", part(txt(TLS, GOOD_TLS)), id="good-tls-rpt"),
    pytest.param("tls-rpt-no-mx", part(txt(TLS, GOOD_TLS)), id="a-part"),
    pytest.param("tls-rpt-no-mx", whole(txt(TLS, GOOD_TLS), mx("example.com", "10 mail.example.net")), id="it-takes-mail"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []
