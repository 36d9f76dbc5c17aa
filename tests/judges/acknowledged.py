"""What the judges say and we do not follow, each with its reason. An entry that nothing needs any more fails a test."""

from __future__ import annotations

import re

from tests.judges.statements import Kind

_ANY_CHANGE = "the id of a change is not known before the change is made"

# Kind of policy, action, resource -> why. A resource that is left out stands for the name of the action itself.
WILDCARDS: dict[tuple[Kind, str, str], str] = {
    (Kind.KEY, "kms:*", ""): "the default key policy of CDK and of KMS: the account itself, so that its IAM policies count",
    (Kind.IDENTITY, "route53:GetChange", "arn:aws:route53:::change/*"): _ANY_CHANGE,
}

WITHOUT_DEPENDENT_ACTIONS: dict[str, str] = {
    "cloudformation:DescribeStacks": "ListStacks is for a call that names no stack; ours names its own",
}
"""Actions whose dependent actions are not needed as we call them -> why."""


def wildcard_reason(kind: Kind, action: str, resource: str = "") -> str | None:
    """Why an action is allowed on more than one resource, or why an action is not named; None if it must not be so."""
    return WILDCARDS.get((kind, action, resource))


LINT_RULES_LEFT_OUT: dict[str, str] = {
    "W3005": "CDK writes DependsOn beside a reference that says the same; it changes nothing",
}
"""Rules of cfn-lint -> why they are left out."""

# Rule of cfn-lint and what it says -> why that is no fault.
LINT: dict[tuple[str, str], str] = {
    ("E1001", "'Resources' is a required property"): "a stack of a test that is empty on purpose; the CLI deploys none",
    ("W2001", r"Parameter Text not used\."): "a parameter of tests/cdk/test_tokens.py; what holds it is a proof, not a record",
    ("E3023", r'.*\\\\".*'): "its pattern has no escaped quotation mark; Route 53 takes it (developer guide, TXT record type)",
    ("E3023", """'""' does not match .*"""): "an empty string that stands in the zone; RFC 1035 section 3.3 has it",
}


def lint_reason(rule: str, message: str) -> str | None:
    """Why something that cfn-lint says is no fault; None if it is one."""
    return next((why for (known, says), why in LINT.items() if known == rule and re.fullmatch(says, message)), None)
