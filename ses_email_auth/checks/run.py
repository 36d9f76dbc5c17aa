"""All rules, and how they are run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.alignment_rules import ALIGNMENT_RULES
from ses_email_auth.checks.bimi_rules import BIMI_RULES
from ses_email_auth.checks.dmarc_alignment_rules import DMARC_ALIGNMENT_RULES
from ses_email_auth.checks.dmarc_presence_rules import DMARC_PRESENCE_RULES
from ses_email_auth.checks.dmarc_rules import DMARC_RULES
from ses_email_auth.checks.dmarc_syntax_rules import DMARC_SYNTAX_RULES
from ses_email_auth.checks.finding import Finding, Rule, Severity
from ses_email_auth.checks.mx_rules import MX_RULES
from ses_email_auth.checks.near_miss_rules import NEAR_MISS_RULES
from ses_email_auth.checks.record_set_rules import RECORD_SET_RULES
from ses_email_auth.checks.report_rules import REPORT_RULES
from ses_email_auth.checks.report_uri_rules import REPORT_URI_RULES
from ses_email_auth.checks.ses_rules import SES_RULES
from ses_email_auth.checks.spf_rules import SPF_RULES
from ses_email_auth.checks.spf_ses_rules import SPF_SES_RULES
from ses_email_auth.checks.spf_syntax_rules import SPF_SYNTAX_RULES
from ses_email_auth.checks.spf_target_rules import SPF_TARGET_RULES
from ses_email_auth.checks.spf_term_rules import SPF_TERM_RULES
from ses_email_auth.checks.transport_rules import TRANSPORT_RULES
from ses_email_auth.checks.zone_rules import ZONE_RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["RULES", "check", "check_all"]

RULES: tuple[Rule, ...] = (
    *SPF_SYNTAX_RULES,
    *SPF_RULES,
    *SPF_TARGET_RULES,
    *SPF_TERM_RULES,
    *SPF_SES_RULES,
    *NEAR_MISS_RULES,
    *DMARC_PRESENCE_RULES,
    *DMARC_SYNTAX_RULES,
    *REPORT_URI_RULES,
    *REPORT_RULES,
    *DMARC_RULES,
    *ALIGNMENT_RULES,
    *DMARC_ALIGNMENT_RULES,
    *SES_RULES,
    *TRANSPORT_RULES,
    *BIMI_RULES,
    *RECORD_SET_RULES,
    *MX_RULES,
    *ZONE_RULES,
)

_ORDER = list(Severity)


def check(view: ZoneView, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """What `rules` find in `view`, the worst first; what could not be looked at is one info at the end."""
    return check_all((view,), rules)


def check_all(views: Iterable[ZoneView], rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """What `rules` find in several zones, the worst first; what could not be looked at is one info for all of them.

    A rule that raises is a finding `rule-failed`, so that a fault of ours or of a user's own rule hides no other finding.
    """
    rules = tuple(rules)
    found: list[Finding] = []
    hidden = 0
    for view in views:
        for rule in rules:
            found.extend(_findings(rule, view))
        hidden += view.hidden
    found.sort(key=lambda finding: _ORDER.index(finding.severity))
    return (*found, *_cannot_tell(hidden))


def _findings(rule: Rule, view: ZoneView) -> Iterator[Finding]:
    try:
        yield from rule.findings(view)
    except Exception as error:  # noqa: BLE001 - whatever a rule raises, the others have something to say
        yield Finding(
            id="rule-failed",
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
            id="cannot-tell",
            severity=Severity.INFO,
            message=f"{hidden} record sets hold text that is known only after the deploy; rules on texts skip it",
            fix="",
            reference="AWS CDK developer guide, tokens",
            where="",
        ),
    )
