"""Findings as JSON, for programs: one object for each finding, so that counting objects counts faults.

`path` and `resource` are the first place of a finding. If it has others (two stacks, one name), `message` names them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.cli.display import display
from ses_email_auth.cli.places import also, lines_of

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.cli.outcome import Outcome
    from ses_email_auth.cli.places import Lines

__all__ = ["as_json"]


def as_json(outcome: Outcome) -> str:
    """The document, in ASCII."""
    lines = lines_of(each for each in outcome.findings if len(each.origins) > 1)
    return json.dumps({"findings": [_object(each, lines) for each in outcome.findings]}, indent=2) + "\n"


def _object(finding: Finding, lines: Lines) -> dict[str, str]:
    first = next(iter(finding.origins), None)
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "message": display(finding.message) + also(finding, lines),
        "fix": display(finding.fix),
        "reference": finding.reference,
        "path": "" if first is None else display(first.path),
        "resource": "" if first is None else display(first.resource),
        "name": display(finding.name),
    }
