"""Findings as JSON, for programs: one object for each finding, so that counting objects counts faults.

`path`, `line` and `resource` are the first location of a finding. If it has others (two stacks, one name), `message` names
them. A path that cannot be read is said, so that its silence is not taken for a clean file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.cli.locations import lines_of, other_locations
from ses_email_auth.errors import display

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.cli.locations import Lines
    from ses_email_auth.cli.report import Report


def as_json(report: Report) -> str:
    """The document, in ASCII."""
    lines = lines_of(report.findings)
    document = {
        "schema": 1,
        "unreadable": [{"path": display(each.path), "reason": display(each.reason)} for each in report.unreadable],
        "findings": [_object(finding, lines) for finding in report.findings],
    }
    return json.dumps(document, indent=2) + "\n"


def _object(finding: Finding, lines: Lines) -> dict[str, str | int | None]:
    first = next(iter(finding.places), None)
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "message": display(finding.message) + other_locations(finding, lines),
        "fix": display(finding.fix),
        "reference": finding.reference,
        "path": "" if first is None else display(first.path),
        "line": None if first is None else lines[first],
        "resource": "" if first is None else display(first.resource),
        "name": display(finding.name),
    }
