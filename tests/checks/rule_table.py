"""Tables of rules: views about which a rule says something, and views about which it is silent.

A test module of rules writes its rows with `loud` and `silent`, and runs them with `test_rules = rule_test(LOUD, SILENT)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Finding, Severity
from ses_email_auth.checks.rules import RULES
from ses_email_auth.checks.run import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ses_email_auth.zone.view import ZoneView


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one rule says about one view."""

    id: str
    rule: str
    view: ZoneView
    finding: Finding | None
    """The one finding; None if the rule is silent."""

    @property
    def is_loud(self) -> bool:
        """Whether the rule says something."""
        return self.finding is not None


def loud(
    rule: str,
    view: ZoneView,
    severity: Severity,
    where: str,
    message: str,
    fix: str,
    *,
    id: str,  # noqa: A002 - as pytest.param
) -> Row:
    """A view about which `rule` says this and no more; `id` says what is special about the view."""
    (reference,) = {known.reference for known in RULES if known.id == rule}
    finding = Finding(id=rule, severity=severity, message=message, fix=fix, reference=reference, where=where)
    return Row(id=id, rule=rule, view=view, finding=finding)


def silent(rule: str, view: ZoneView, *, id: str) -> Row:  # noqa: A002
    """A view about which `rule` says nothing; `id` says why."""
    return Row(id=id, rule=rule, view=view, finding=None)


def rule_test(*tables: Iterable[Row]) -> Callable[[Row], None]:
    """A test that runs each row, to be kept under a name that begins with `test_`."""

    @pytest.mark.parametrize("row", [row for table in tables for row in table], ids=_name)
    def test_row(row: Row) -> None:
        """All rules look; the rule of the row says what the row has, and a fault has a fix."""
        expected = [] if row.finding is None else [row.finding]
        assert findings_of(row.rule, row.view) == expected
        assert [finding for finding in expected if not finding.fix and finding.severity is not Severity.INFO] == []

    return test_row


def findings_of(rule: str, view: ZoneView) -> list[Finding]:
    """What one rule finds in a view, when all rules look."""
    return [finding for finding in check(view) if finding.id == rule]


def _name(row: Row) -> str:
    return f"{row.rule}/{'loud' if row.is_loud else 'silent'}/{row.id}"
