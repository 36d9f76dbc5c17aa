"""The examples of the rules that judge what the author of a stack said: they are Python, and each does what it is shown for."""

from __future__ import annotations

import ast

import pytest

from ses_email_auth import AlignmentProof, DmarcRecord, DomainName, EmailAuthError, SesEmailAuth
from ses_email_auth.checks.finding import Need, Rule
from ses_email_auth.checks.rules import RULES
from ses_email_auth.checks.run import check
from ses_email_auth.publication.alignment import AlignmentQuestion, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.zone.view import ZoneView
from tests.cdk.stacks import imported_zone, new_app, new_stack


def _said(example: str) -> str:
    """What the last expression of an example says: its error, or its findings."""
    stack = new_stack(new_app())
    names: dict[str, object] = {
        "self": stack,
        "zone": imported_zone(stack, "example.com"),
        "AlignmentQuestion": AlignmentQuestion,
        "DmarcRecord": DmarcRecord,
        "DomainName": DomainName,
        "SesEmailAuth": SesEmailAuth,
        "SesIdentity": SesIdentity,
        "prove": prove,
    }
    *before, last = ast.parse(example).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(before, []), "example", "exec"), names)  # noqa: S102 - our own example
    try:
        value = eval(compile(ast.Expression(last.value), "example", "eval"), names)  # noqa: S307 - as above
    except EmailAuthError as error:
        return str(error)
    if isinstance(value, AlignmentProof):
        return "\n".join(map(str, check(ZoneView(records=(), proofs=(value,)))))
    assert isinstance(value, SesEmailAuth)
    return "\n".join(map(str, value.findings))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.need is Need.INTENT], ids=lambda rule: rule.id)
def test_an_example_makes_its_rule_speak(rule: Rule) -> None:
    """As an error of the construct, or among its findings."""
    assert [line for line in _said(rule.example).splitlines() if line.startswith(f"{rule.id}: ")]
