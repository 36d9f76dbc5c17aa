"""Findings as JSON, for programs: one object for each finding, so that counting objects counts faults.

`path` and `resource` are the first location of a finding. If it has others (two stacks, one name), `message` names them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.cli.locations import lines_of, other_locations
from ses_email_auth.errors import display

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.cli.lint_result import LintResult
    from ses_email_auth.cli.locations import Lines


def as_json(result: LintResult) -> str:
    """The document, in ASCII."""
    lines = lines_of(finding for finding in result.findings if len(finding.origins) > 1)
    return json.dumps({"findings": [_object(finding, lines) for finding in result.findings]}, indent=2) + "\n"


def _object(finding: Finding, lines: Lines) -> dict[str, str]:
    first = next(iter(finding.origins), None)
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "message": display(finding.message) + other_locations(finding, lines),
        "fix": display(finding.fix),
        "reference": finding.reference,
        "path": "" if first is None else display(first.path),
        "resource": "" if first is None else display(first.resource),
        "name": display(finding.name),
    }
