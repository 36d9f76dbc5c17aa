"""What a stack says of itself, read once for all constructs in it: each question to jsii costs about 0.3 ms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from aws_cdk import Stack, Token

if TYPE_CHECKING:
    from constructs import Construct


@dataclass(frozen=True, slots=True)
class StackFacts:
    """The environment of a stack."""

    region: str | None
    """None in a stack without a region."""

    account: str | None
    """None in a stack without an account."""

    @classmethod
    def of(cls, scope: Construct) -> tuple[Stack, StackFacts]:
        """The stack around `scope` and its facts."""
        stack = scope if isinstance(scope, Stack) else Stack.of(scope)
        facts = _FACTS.get(stack)
        if facts is None:
            region, account = stack.region, stack.account
            facts = cls(
                None if Token.is_unresolved(region) else region,
                None if Token.is_unresolved(account) else account,
            )
            _FACTS[stack] = facts
        return stack, facts


_FACTS: WeakKeyDictionary[Stack, StackFacts] = WeakKeyDictionary()
