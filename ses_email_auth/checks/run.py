"""All rules, and how they are run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.alignment_rules import ALIGNMENT_RULES
from ses_email_auth.checks.dmarc_rules import DMARC_RULES
from ses_email_auth.checks.finding import Finding, Rule, Severity
from ses_email_auth.checks.near_miss_rules import NEAR_MISS_RULES
from ses_email_auth.checks.report_rules import REPORT_RULES
from ses_email_auth.checks.ses_rules import SES_RULES
from ses_email_auth.checks.spf_rules import SPF_RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["RULES", "check"]

RULES: tuple[Rule, ...] = (*SPF_RULES, *NEAR_MISS_RULES, *REPORT_RULES, *DMARC_RULES, *ALIGNMENT_RULES, *SES_RULES)

_ORDER = list(Severity)


def check(view: ZoneView, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """What `rules` find in `view`, the worst first; what could not be looked at is one info at the end."""
    found = [finding for rule in rules for finding in rule.findings(view)]
    found.sort(key=lambda finding: _ORDER.index(finding.severity))
    return (*found, *_cannot_tell(view))


def _cannot_tell(view: ZoneView) -> tuple[Finding, ...]:
    if not view.hidden:
        return ()
    return (
        Finding(
            id="cannot-tell",
            severity=Severity.INFO,
            message=f"{view.hidden} record sets hold text that is known only after the deploy; rules on texts skip it",
            fix="",
            reference="AWS CDK developer guide, tokens",
            where="",
        ),
    )
