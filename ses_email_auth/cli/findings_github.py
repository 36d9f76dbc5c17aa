"""Findings as workflow commands of GitHub Actions, which shows them beside the line of the file.

One command for each finding, at its first location; the message names the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.cli.locations import file_of, lines_of, other_locations
from ses_email_auth.cli.terminal import harmless
from ses_email_auth.errors import display

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.cli.locations import Lines
    from ses_email_auth.cli.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_github(report: Report) -> str:
    """The commands, and the verdict for the log."""
    lines = lines_of(report.findings)
    commands = [_command(finding, lines) for finding in report.findings]
    return "".join(f"{line}\n" for line in (*commands, harmless(display(report.verdict))))


def _command(finding: Finding, lines: Lines) -> str:
    properties = [f"title={_property(f'{finding.id}: {finding.where}'.removesuffix(': '))}"]
    if finding.places:
        origin = finding.places[0]
        line = lines[origin]
        at = [] if line is None else [f"line={line}"]
        properties = [f"file={_property(file_of(origin))}", *at, *properties]
    fix = f"\nFix: {display(finding.fix)}" if finding.fix else ""
    message = f"{display(finding.message)}{other_locations(finding, lines)}{fix}\n({finding.reference})"
    return f"::{_COMMANDS[finding.severity]} {','.join(properties)}::{_escaped(message)}"


def _escaped(message: str) -> str:
    """As `escapeData` of @actions/core has it."""
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    """As `escapeProperty` of @actions/core has it."""
    return _escaped(display(value)).replace(":", "%3A").replace(",", "%2C")
