"""Findings about the check itself. No rule gives them, but they are explained as rules are."""

from __future__ import annotations

from ses_email_auth.checks.finding import Explanation, Need, Severity

RULE_FAILED = "rule-failed"
CANNOT_TELL = "cannot-tell"
"""The id of what could not be judged. It is no fault, and not counted among them."""

CANNOT_READ = "cannot-read"
"""Given by the plug-in for CDK apps alone."""

NOTICES = (
    Explanation(
        id=RULE_FAILED,
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="A rule raised an exception, so it has judged nothing in one zone; the others have. It is a fault of ours.",
        reference="AWS CDK developer guide, policy validation",
    ),
    Explanation(
        id=CANNOT_TELL,
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="Texts that hold a CDK token, or that only AWS knows, are written at the deploy. Rules on texts skip them.",
        reference="AWS CDK developer guide, tokens",
    ),
    Explanation(
        id=CANNOT_READ,
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="The plug-in for CDK apps could not read a template, so nothing in it is judged; the other stacks are.",
        reference="AWS CDK developer guide, cloud assembly",
    ),
)

WHAT_TO_DO = {
    RULE_FAILED: "report it, and leave the rule that failed out with --ignore until it is mended",
    CANNOT_TELL: "nothing; look at DNS after the deploy if you want to be sure",
    CANNOT_READ: "if CDK has written it, report this; else see what else writes into the folder",
}
