"""Runs rules over the zones in view.

The rules are imported when they are first run: an app that only builds records need not wait for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Finding, Need, Rule, Severity
from ses_email_auth.checks.notices import CANNOT_TELL, RULE_FAILED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ses_email_auth.zone.view import ZoneView


def check(view: ZoneView, rules: Iterable[Rule] | None = None) -> tuple[Finding, ...]:
    """What `rules` find in `view`, the worst first; what could not be looked at is one info at the end."""
    return check_all((view,), rules)


def check_all(views: Iterable[ZoneView], rules: Iterable[Rule] | None = None) -> tuple[Finding, ...]:
    """What `rules` find in several zones, the worst first; what could not be looked at is one info for all of them.

    A rule that raises is a finding `rule-failed`, so that a fault of ours or of a user's own rule hides no other finding.

    Args:
        views: the zones.
        rules: which rules are run. Default: - `checks.rules.RULES`
    """
    if rules is None:
        from ses_email_auth.checks.rules import RULES  # noqa: PLC0415 - see above

        rules = RULES
    rules = tuple(rules)
    findings: list[Finding] = []
    hidden = 0
    for view in views:
        for rule in _run_over(view, rules):
            try:
                for fault in rule.faults(view):
                    findings.append(rule.finding(fault, view))  # noqa: PERF401 - those before a rule raised are kept
            except Exception as error:  # noqa: BLE001 - whatever a rule raises, the others have something to say
                findings.append(_failed(rule, view, error))
        hidden += view.hidden
    findings.sort(key=lambda finding: finding.severity.rank)
    return (*findings, *_cannot_tell(hidden))


def _run_over(view: ZoneView, rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules and parts of rules that see what they need: of a part of a zone nothing follows from absence."""
    # Looked up once: Python 3.11 is slow at it, and an app may hold hundreds of domains.
    absence, target, new_zone = Need.ABSENCE, Need.TARGET, Need.NEW_ZONE
    for rule in rules:
        need = rule.need
        if (
            (need is not absence or view.complete)
            and (need is not target or view.sees_whole_zones)
            and (need is not new_zone or (view.created and not view.complete))
        ):
            yield rule
        if rule.parts:
            yield from _run_over(view, rule.parts)


def _failed(rule: Rule, view: ZoneView, error: Exception) -> Finding:
    return Finding(
        id=RULE_FAILED,
        severity=Severity.WARNING,
        message=f"the rule {rule.id} failed with {type(error).__name__} and has judged nothing in {view.zone or 'a zone'}",
        fix=f"report it, and switch the rule {rule.id} off until it is mended",
        reference=rule.reference,
        where="",
    )


def _cannot_tell(hidden: int) -> tuple[Finding, ...]:
    if not hidden:
        return ()
    return (
        Finding(
            id=CANNOT_TELL,
            severity=Severity.INFO,
            message=f"{hidden} record {'set holds' if hidden == 1 else 'sets hold'} text that is known only after the deploy; "
            "rules on texts skip it",
            fix="",
            reference="AWS CDK developer guide, tokens",
            where="",
        ),
    )
