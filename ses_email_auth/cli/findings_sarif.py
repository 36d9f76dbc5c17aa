"""Findings as SARIF 2.1.0 (OASIS), which code scanning and editors read.

One result for each finding in a file; its further places are related locations. A finding without a file (a rule that failed,
texts that are not known yet) is a notification of the run: code scanning refuses a whole upload if one result has no location.
Only the rules with results are listed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.checks.finding import Severity
from ses_email_auth.cli.locations import lines_of, other_locations, resource_of, uri_of
from ses_email_auth.cli.rule_help import by_id, explanation, reference_url
from ses_email_auth.errors import display

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Explanation, Finding
    from ses_email_auth.cli.locations import Lines
    from ses_email_auth.cli.report import Report
    from ses_email_auth.zone.declared import Origin

_Json: TypeAlias = "str | int | bool | list[_Json] | dict[str, _Json]"

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_sarif(report: Report) -> str:
    """The log, in ASCII."""
    located = [finding for finding in report.findings if finding.places]
    ids = {finding.id for finding in located}
    rules = [rule for rule in by_id().values() if rule.id in ids]
    index = {rule.id: at for at, rule in enumerate(rules)}
    lines = lines_of(located)
    times: Counter[str] = Counter()
    results: list[_Json] = []
    for finding in located:
        fingerprint = _fingerprint(finding)
        times[fingerprint] += 1  # two faults of one record are two alerts
        results.append(_result(finding, index[finding.id], lines, f"{fingerprint}:{times[fingerprint]}"))
    driver: _Json = {
        "name": "ses-email-auth",
        "semanticVersion": version("ses-email-auth"),
        "rules": [_rule(rule) for rule in rules],
    }
    run: _Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Explanation) -> _Json:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.reason},
        "fullDescription": {"text": f"{rule.reason} ({rule.reference})"},
        "helpUri": reference_url(rule.reference),
        "help": {"text": explanation(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, index: int, lines: Lines, fingerprint: str) -> _Json:
    first, *others = finding.places
    return {
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _sentence(finding, lines)},
        "locations": [_location(first, lines)],
        "relatedLocations": [_location(other, lines) | {"id": number} for number, other in enumerate(others, 1)],
        "partialFingerprints": {"idNameResource/v1": fingerprint},
    }


def _location(origin: Origin, lines: Lines) -> dict[str, _Json]:
    line = lines[origin]
    physical: dict[str, _Json] = {"artifactLocation": {"uri": uri_of(origin)}}
    location: dict[str, _Json] = {"physicalLocation": physical if line is None else physical | {"region": {"startLine": line}}}
    if not resource_of(origin):
        return location
    name: dict[str, _Json] = {
        "name": display(origin.resource or origin.construct_path),
        "fullyQualifiedName": display(origin.construct_path or origin.resource),
        "kind": "resource",
    }
    return location | {"logicalLocations": [name], "message": {"text": _plain(display(resource_of(origin)))}}


def _sentence(finding: Finding, lines: Lines) -> str:
    fix = f". Fix: {display(finding.fix)}" if finding.fix else ""
    return _plain(f"{display(finding.message)}{other_locations(finding, lines)}{fix}")


def _plain(text: str) -> str:
    """`text` without the links that viewers would make of it (section 3.11.6)."""
    return text.replace("](", "] (")


def _fingerprint(finding: Finding) -> str:
    """The same as long as the fault is: no text of the record, and no line, is in it."""
    origin = finding.places[0]
    facts = (finding.id, finding.name, resource_of(origin))
    return hashlib.sha256("\0".join(facts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _invocation(report: Report) -> _Json:
    without_location = [finding for finding in report.findings if not finding.places]
    return {
        "executionSuccessful": not report.unreadable,
        "toolExecutionNotifications": [
            *(
                _notification(_LEVELS[finding.severity], f"{finding.id}: {_sentence(finding, {})}")
                for finding in without_location
            ),
            *(_notification("error", _plain(display(str(error)))) for error in report.unreadable),
        ],
    }


def _notification(level: str, text: str) -> _Json:
    return {"level": level, "message": {"text": text}}
