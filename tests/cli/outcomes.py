"""Short ways to write findings and what `lint` knows beside them."""

from __future__ import annotations

from ses_email_auth.checks.finding import Finding, Severity
from ses_email_auth.cli.outcome import Outcome
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin

ZONE = Origin("zones/example.com.zone", resource="line 12", line=12)
STACK = Origin("cdk.out/Mail.template.json", resource="Spf2D1", construct_path="Mail/Spf", line=40)
HOSTILE = {
    "escape": "\x1b[2J\x1b]8;;https://evil.example\x07link",
    "c1": "\x9b2J\x85",
    "bidi": "\u202egnp.exe\u202c\u2066\u2069\u200e\u200f\u061c",
    "zero-width": "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg",
    "lines": "a\rb\nc\u2028d\u2029e\x0bf\x0cg",
    "command": "\n::error file=x,line=1::owned\r\n::stop-commands::x",
    "command-at-the-start": "::set-output name=x::y",
    "command-of-old": "##[add-mask]x ##vso[task.setvariable]y ###[error]z ##teamcity[buildStatus]",
    "command-behind-spaces": " \u3000 ::warning::x " + "long " * 14 + "::add-mask::y",
    "surrogate": "a\ud800b\udcffc",
    "filler": "a\u3164b\u2800c\ufe0fd\U000e0101e\u115f",
    "unassigned": "\u0378\ue000\U000e0041\U0010ffff",
    "delete": "\x7f\x00",
    "escapes": "%0A::error::x %25 %",
    "link": "[click](https://evil.example/) [here](1)",
    "markup": "<script>alert(1)</script> | =cmd()",
}


def found(rule_id: str = "spf-multiple", severity: Severity = Severity.ERROR, **more: object) -> Finding:
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


def outcome(*findings: Finding, **more: object) -> Outcome:
    """What `lint` makes of findings in one zone that is wholly in view."""
    worst = findings[0].severity if findings else None
    facts = {"findings": findings, "worst": worst, "record_sets": 7, "zones": 1, "whole_zones": 1} | more
    return Outcome(**facts)
