"""Tests of the rules on BIMI records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.checks.views import REPORTS, ZONE, declared, part, txt

if TYPE_CHECKING:
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

BIMI = "default._bimi.example.com"
AT = f"{BIMI} TXT"
LOGO = "v=BIMI1; l=https://example.com/logo.svg"
POLICY = "publish p=quarantine or p=reject, for subdomains too and for all mail"


def _with_dmarc(tags: str, *records: ResourceRecordSet) -> ZoneView:
    return part(txt("_dmarc.example.com", f"v=DMARC1; {tags}; {REPORTS}"), *(records or (txt(BIMI, LOGO),)))


def _weak(says: str, domain: str = "example.com") -> str:
    return f"receivers show no logo for {domain} while the DMARC record of example.com says {says}"


LOUD = [
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
    """So that it leads to whoever wrote the policy."""
    (said,) = findings_of("bimi-needs-dmarc", _with_dmarc("p=none"))
    assert [str(record.name) for record in said.records] == [BIMI, "_dmarc.example.com"]
