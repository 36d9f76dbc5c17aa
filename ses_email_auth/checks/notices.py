"""What a check says of itself: findings that come from no rule, described as rules are, so that they can be explained.

`check_all` gives the first two, the plug-in for CDK apps the third.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Need, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.finding import Fault
    from ses_email_auth.zone.view import ZoneView

__all__ = ["CANNOT_READ", "CANNOT_TELL", "NOTICES", "RULE_FAILED", "WHAT_TO_DO"]

RULE_FAILED = "rule-failed"
CANNOT_TELL = "cannot-tell"
"""The id of what could not be judged. It is no fault, and not counted among them."""

CANNOT_READ = "cannot-read"


def _never(_: ZoneView) -> Iterator[Fault]:
    yield from ()


NOTICES = (
    Rule(
        id=RULE_FAILED,
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="A rule raised an exception, so it has judged nothing in one zone; the others have. It is a fault of ours.",
        reference="AWS CDK developer guide, policy validation",
        faults=_never,
    ),
    Rule(
        id=CANNOT_TELL,
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="Texts that hold a CDK token, or that only AWS knows, are written at the deploy. Rules on texts skip them.",
        reference="AWS CDK developer guide, tokens",
        faults=_never,
    ),
    Rule(
        id=CANNOT_READ,
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="The plug-in for CDK apps could not read a template, so nothing in it is judged; the other stacks are.",
        reference="AWS CDK developer guide, cloud assembly",
        faults=_never,
    ),
)

WHAT_TO_DO = {
    RULE_FAILED: "report it, and leave the rule that failed out with --ignore until it is mended",
    CANNOT_TELL: "nothing; look at DNS after the deploy if you want to be sure",
    CANNOT_READ: "if CDK has written it, report this; else see what else writes into the folder",
}
