"""Tests of the rules on MTA-STS, TLS-RPT and BIMI records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import REPORTS, TOKEN, ZONE, declared, mx, part, record_set, txt, whole

if TYPE_CHECKING:
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

STS = "_mta-sts.example.com"
TLS = "_smtp._tls.example.com"
GOOD_STS = "v=STSv1; id=20261124;"
GOOD_TLS = "v=TLSRPTv1; rua=mailto:tls@example.com"
CORRECT = "correct it, or remove the record"
NONE = "senders act as if there were none"
A_HOST = record_set("mta-sts.example.com", RecordType.A, "192.0.2.1")
DELEGATED = record_set("mta-sts.example.com", RecordType.NS, "ns.example.net")
BIMI = "default._bimi.example.com"
AT = f"{BIMI} TXT"
LOGO = "v=BIMI1; l=https://example.com/logo.svg"
POLICY = "publish p=quarantine or p=reject, for subdomains too and for all mail"


def _no(kind: str, begin: str) -> str:
    return f"is not {kind} record: it does not begin with '{begin}', and is passed over"


def _begin(begin: str) -> str:
    return f"begin it with '{begin}', case and spaces included, or remove it"


def _with_dmarc(tags: str, *records: ResourceRecordSet) -> ZoneView:
    return part(txt("_dmarc.example.com", f"v=DMARC1; {tags}; {REPORTS}"), *(records or (txt(BIMI, LOGO),)))


def _weak(says: str, domain: str = "example.com") -> str:
    return f"receivers show no logo for {domain} while the DMARC record of example.com says {says}"


LOUD = [
    *(
        loud(
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
    loud(
        "mta-sts-syntax",
        part(txt(STS, "v=STSv1; id=2026-11-24")),
        Severity.ERROR,
        f"{STS} TXT",
        "'v=STSv1; id=2026-11-24': id= must be 1 to 32 letters and digits, without hyphens",
        CORRECT,
        id="hyphens-in-the-id",
    ),
    loud(
        "mta-sts-syntax",
        part(txt(STS, "v=stsv1; id=1;")),
        Severity.ERROR,
        f"{STS} TXT",
        f"'v=stsv1; id=1;' {_no('an MTA-STS', 'v=STSv1;')}",
        _begin("v=STSv1;"),
        id="small-letters",
    ),
    loud(
        "mta-sts-syntax",
        part(txt(STS, "v=STSv1 id=1")),
        Severity.ERROR,
        f"{STS} TXT",
        f"'v=STSv1 id=1' {_no('an MTA-STS', 'v=STSv1;')}",
        _begin("v=STSv1;"),
        id="missing-semicolon",
    ),
    loud(
        "mta-sts-syntax",
        part(txt(STS, GOOD_STS, "v=STSv1; id=2;")),
        Severity.ERROR,
        f"{STS} TXT",
        f"{STS} has 2 MTA-STS records; {NONE}",
        "keep one of them",
        id="two-records",
    ),
    loud(
        "mta-sts-no-host",
        whole(txt(STS, GOOD_STS), record_set("www.example.com", RecordType.A, "192.0.2.1")),
        Severity.WARNING,
        f"{STS} TXT",
        "mta-sts.example.com has no address, so senders find no policy at https://mta-sts.example.com/.well-known/mta-sts.txt",
        "publish mta-sts.example.com and serve the policy there, or remove the record",
        id="no-policy-host",
    ),
    loud(
        "tls-rpt-syntax",
        part(txt(TLS, "v=TLSRPTv1; rua=a@example.com")),
        Severity.ERROR,
        f"{TLS} TXT",
        "'v=TLSRPTv1; rua=a@example.com': 'a@example.com' is not a report URI: it has no scheme; write for example "
        "'mailto:a@example.com'",
        CORRECT,
        id="no-scheme",
    ),
    loud(
        "tls-rpt-syntax",
        part(txt(TLS, "v=TLSRPT1; rua=mailto:a@example.com")),
        Severity.ERROR,
        f"{TLS} TXT",
        f"'v=TLSRPT1; rua=mailto:a@example.com' {_no('a TLS-RPT', 'v=TLSRPTv1;')}",
        _begin("v=TLSRPTv1;"),
        id="other-version",
    ),
    loud(
        "tls-rpt-syntax",
        part(txt(TLS, GOOD_TLS, "v=TLSRPTv1; rua=mailto:b@example.com")),
        Severity.ERROR,
        f"{TLS} TXT",
        f"{TLS} has 2 TLS-RPT records; {NONE}",
        "keep one of them",
        id="two-tls-rpt-records",
    ),
    loud(
        "tls-rpt-no-mx",
        whole(txt(TLS, GOOD_TLS)),
        Severity.INFO,
        f"{TLS} TXT",
        "example.com has no MX; reports tell of mail that is sent to a domain, so there will be none",
        "",
        id="nobody-sends-there",
    ),
    loud(
        "bimi-syntax",
        part(txt(BIMI, "v=BIMI1; l=http://example.com/logo.svg")),
        Severity.WARNING,
        AT,
        "'v=BIMI1; l=http://example.com/logo.svg': l= must be empty or one https URI with %2C for ','",
        "correct it, or remove the record",
        id="http",
    ),
    loud(
        "bimi-syntax",
        part(txt(BIMI, '"v=BIMI1; l="')),
        Severity.WARNING,
        AT,
        "'\"v=BIMI1; l=\"' is not a BIMI record: it does not begin with 'v=BIMI1;', and is passed over",
        'take out the quotation marks inside of the text, and keep the pair around it: "v=BIMI1; l="',
        id="quotation-marks",
    ),
    loud(
        "bimi-syntax",
        part(txt(BIMI, "BIMI1; l=")),
        Severity.WARNING,
        AT,
        "'BIMI1; l=' is not a BIMI record: it does not begin with 'v=BIMI1;', and is passed over",
        "begin it with 'v=BIMI1;', case and spaces included, or remove it",
        id="no-version",
    ),
    loud(
        "bimi-syntax",
        part(txt(BIMI, LOGO, "v=BIMI1; l=")),
        Severity.WARNING,
        AT,
        f"{BIMI} has 2 BIMI records; receivers show no logo",
        "keep one of them",
        id="two-records",
    ),
    loud(
        "bimi-syntax",
        part(txt("_bimi.example.com", LOGO)),
        Severity.WARNING,
        "_bimi.example.com TXT",
        f"'{LOGO}' is a BIMI record without a selector; receivers look at {BIMI}",
        f"move it to {BIMI}",
        id="no-selector",
    ),
    loud("bimi-needs-dmarc", _with_dmarc("p=none"), Severity.WARNING, AT, _weak("p=none"), POLICY, id="none"),
    loud("bimi-needs-dmarc", _with_dmarc("p=reject; sp=none"), Severity.WARNING, AT, _weak("sp=none"), POLICY, id="sp"),
    loud("bimi-needs-dmarc", _with_dmarc("p=reject; t=y"), Severity.WARNING, AT, _weak("t=y"), POLICY, id="testing"),
    loud(
        "bimi-needs-dmarc",
        _with_dmarc("p=quarantine; pct=50; t=y"),
        Severity.WARNING,
        AT,
        _weak("pct=50, t=y"),
        POLICY,
        id="a-share-of-the-mail",
    ),
    loud(
        "bimi-needs-dmarc",
        _with_dmarc("p=none", txt("_dmarc.a.example.com", "v=DMARC1; p=reject"), txt("default._bimi.a.example.com", LOGO)),
        Severity.WARNING,
        "default._bimi.a.example.com TXT",
        _weak("p=none", "a.example.com"),
        POLICY,
        id="the-organizational-domain-counts-too",
    ),
    loud(
        "bimi-needs-dmarc",
        ZoneView(records=(txt(BIMI, LOGO),), dmarc_elsewhere={ZONE: DmarcRecord.parse("v=DMARC1; p=none")}),
        Severity.WARNING,
        AT,
        _weak("p=none"),
        POLICY,
        id="a-policy-that-was-told-of",
    ),
]

SILENT = [
    silent(
        "mta-sts-syntax",
        part(txt("mta-sts.example.com", GOOD_STS), record_set(STS, RecordType.CNAME, "mta-sts.example.com")),
        id="a-cname-leads-to-it",
    ),
    silent("mta-sts-syntax", part(txt("mta-sts.example.com", "x", "v=spf1 -all")), id="other-texts-at-the-host"),
    silent("tls-rpt-syntax", part(txt(f"_smtp-tls.{TOKEN}", GOOD_TLS)), id="a-name-that-nobody-knows"),
    silent("mta-sts-syntax", part(txt(STS, GOOD_STS)), id="good"),
    silent("mta-sts-syntax", part(txt(STS, GOOD_STS, "google-site-verification=x")), id="other-text-beside-a-good-one"),
    silent("mta-sts-syntax", part(record_set(STS, RecordType.CNAME, "x.mta-sts.example.net")), id="hosted"),
    silent("mta-sts-syntax", part(txt(STS, TOKEN)), id="a-token"),
    silent("mta-sts-syntax", part(txt(STS, TOKEN, "x")), id="a-token-may-be-the-record"),
    silent("mta-sts-syntax", part(declared(STS, "TXT", KnownAfterDeploy("X"), '"x"')), id="so-may-an-attribute"),
    silent(
        "mta-sts-syntax",
        whole(declared(STS, "TXT", f'"{GOOD_STS}"'), declared(STS, "TXT", f'"{GOOD_STS}"', path="zone.json")),
        id="one-record-that-two-files-tell-of",
    ),
    silent("mta-sts-syntax", part(txt("example.com", "v=stsv1; id=1")), id="another-name"),
    silent("mta-sts-no-host", part(txt(STS, GOOD_STS)), id="a-part-of-the-zone"),
    silent("mta-sts-no-host", whole(txt(STS, GOOD_STS), A_HOST), id="a-host"),
    silent("mta-sts-no-host", whole(txt(STS, GOOD_STS), DELEGATED), id="a-host-in-another-zone"),
    silent("mta-sts-no-host", whole(txt(f"_mta-sts.{TOKEN}", GOOD_STS)), id="a-token-in-the-name"),
    silent(
        "mta-sts-no-host",
        whole(txt("_mta-sts.a.example.com", GOOD_STS), record_set("a.example.com", RecordType.NS, "ns.example.net")),
        id="a-record-that-another-zone-hides",
    ),
    silent(
        "mta-sts-no-host",
        whole(txt(STS, GOOD_STS), record_set("*.example.com", RecordType.CNAME, "x.example.net")),
        id="a-wildcard",
    ),
    silent("tls-rpt-syntax", part(txt(TLS, GOOD_TLS)), id="good-tls-rpt"),
    silent("tls-rpt-no-mx", part(txt(TLS, GOOD_TLS)), id="a-part"),
    silent("tls-rpt-no-mx", whole(txt(TLS, GOOD_TLS), mx("example.com", "10 mail.example.net")), id="it-takes-mail"),
    silent("bimi-syntax", part(txt(BIMI, LOGO)), id="good"),
    silent("bimi-syntax", part(txt(BIMI, "v=BIMI1; l=; a=;")), id="declined"),
    silent("bimi-syntax", part(txt("_bimi.example.com", "x")), id="any-text-without-a-selector"),
    silent("bimi-syntax", part(txt("example.com", LOGO)), id="another-name"),
    silent("bimi-needs-dmarc", _with_dmarc("p=none", txt(BIMI, "v=BIMI1; l=")), id="declined-at-none"),
    silent("bimi-needs-dmarc", _with_dmarc("p=none", txt(BIMI, "v=BIMI1; l=x")), id="a-broken-record"),
    silent("bimi-needs-dmarc", part(txt(BIMI, LOGO)), id="no-policy-in-view"),
    silent("bimi-needs-dmarc", _with_dmarc("p=quarantine; pct=100"), id="quarantine"),
    silent("bimi-needs-dmarc", _with_dmarc("p=reject; pct=10"), id="reject-in-part"),
    silent("bimi-needs-dmarc", part(txt("default._bimi.co.jp", LOGO)), id="a-public-suffix"),
    silent(
        "bimi-needs-dmarc",
        part(txt(BIMI, LOGO), declared("_dmarc.example.com", "TXT", '"v=DMARC1; p=none"', set_identifier="condition IsTest")),
        id="a-policy-that-may-not-be-deployed",
    ),
]

test_rules = rule_test(LOUD, SILENT)


def test_a_finding_is_about_both_records() -> None:
    """It leads to the policy too."""
    (finding,) = findings_of("bimi-needs-dmarc", _with_dmarc("p=none"))
    assert [str(record.name) for record in finding.records] == [BIMI, "_dmarc.example.com"]
