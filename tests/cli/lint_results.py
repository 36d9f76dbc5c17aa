"""Short ways to write findings and what `lint` knows beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Finding, Severity
from ses_email_auth.cli.lint_result import LintResult
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin

if TYPE_CHECKING:
    from ses_email_auth.cli.report import Report

ZONE = Origin("zones/example.com.zone", resource="line 12", line=12)
STACK = Origin("cdk.out/Mail.template.json", resource="Spf2D1", construct_path="Mail/Spf", line=40)


def finding(rule_id: str = "spf-multiple", severity: Severity = Severity.ERROR, **more: object) -> Finding:
    """A finding at `example.com TXT`; `origins` says where its records were written."""
    origins = more.pop("origins", (ZONE,))
    facts = {
        "message": "two SPF records",
        "fix": "merge them",
        "reference": "RFC 7208 section 4.5",
        "where": "example.com TXT",
    } | more
    records = tuple(DeclaredRecordSet.of("example.com.", "TXT", (), origin) for origin in origins)
    return Finding(id=rule_id, severity=severity, records=records, **facts)


def linted(*findings: Finding, **more: object) -> Report:
    """What `lint` says about findings in one zone that is wholly in view."""
    worst = findings[0].severity if findings else None
    facts = {"findings": findings, "worst": worst, "record_sets": 7, "zones": 1, "whole_zones": 1} | more
    return LintResult(**facts).report()
