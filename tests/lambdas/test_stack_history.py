"""What CloudFormation knows of a stack: events of nested stacks and resources that are gone do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.lambdas.custom_resource import Request
from ses_email_auth.lambdas.stack_history import is_given_up, is_rolling_back, last_update_failed, other_ids
from tests.lambdas.events import LOGICAL_ID, NESTED_STACK_ID, STACK_ID, resource_event, stack_event

if TYPE_CHECKING:
    from tests.lambdas.route53 import Aws

REQUEST = Request("Update", "1", STACK_ID, LOGICAL_ID, "id", {}, {}, lambda: 60)
BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
BEGIN = stack_event("UPDATE_IN_PROGRESS")
BACK_FAILED = [
    stack_event(BACK),  # ContinueUpdateRollback
    stack_event("UPDATE_ROLLBACK_FAILED"),
    resource_event("UPDATE_FAILED"),
    stack_event(BACK),
]
"""The events of a rollback that failed at this resource and is continued."""


@pytest.mark.parametrize(
    ("events", "failed"),
    [
        pytest.param([], False, id="no-events"),
        pytest.param([resource_event("UPDATE_IN_PROGRESS"), resource_event("UPDATE_FAILED")], True, id="failed"),
        pytest.param([stack_event(BACK), resource_event("UPDATE_FAILED")], True, id="rolls-back"),
        pytest.param([resource_event("UPDATE_COMPLETE"), resource_event("UPDATE_FAILED")], False, id="done-since"),
        pytest.param([resource_event("UPDATE_FAILED", "Another")], False, id="another-resource"),
        pytest.param([stack_event("UPDATE_IN_PROGRESS"), resource_event("UPDATE_FAILED")], False, id="operation-before"),
        pytest.param(
            [stack_event("UPDATE_IN_PROGRESS", NESTED_STACK_ID), resource_event("UPDATE_FAILED")], True, id="nested-stack"
        ),
        pytest.param([*BACK_FAILED, resource_event("UPDATE_COMPLETE"), BEGIN], False, id="way-back-failed"),
        pytest.param([*BACK_FAILED, resource_event("UPDATE_FAILED"), BEGIN], True, id="both-failed"),
        pytest.param([*BACK_FAILED, BEGIN], False, id="way-back-failed-alone"),
    ],
)
def test_last_update(aws: Aws, events: list[dict[str, object]], *, failed: bool) -> None:
    """The last update of the resource in this operation of the stack, whatever becomes of nested stacks."""
    aws.events = events
    assert last_update_failed(REQUEST) is failed


@pytest.mark.parametrize(
    ("events", "rolls_back"),
    [
        pytest.param([], False, id="no-events"),
        pytest.param([resource_event("UPDATE_IN_PROGRESS"), stack_event(BACK)], True, id="rolls-back"),
        pytest.param([stack_event("UPDATE_IN_PROGRESS"), stack_event(BACK)], False, id="operation-before"),
        pytest.param([stack_event("UPDATE_IN_PROGRESS", NESTED_STACK_ID), stack_event(BACK)], True, id="nested-stack"),
        pytest.param([stack_event(BACK, NESTED_STACK_ID), stack_event("UPDATE_IN_PROGRESS")], False, id="nested-stack-alone"),
    ],
)
def test_rollback(aws: Aws, events: list[dict[str, object]], *, rolls_back: bool) -> None:
    """The newest event of the stack itself says it."""
    aws.events = events
    assert is_rolling_back(REQUEST) is rolls_back


@pytest.mark.parametrize(
    ("events", "given_up"),
    [
        pytest.param([], False, id="no-events"),
        pytest.param([resource_event("CREATE_IN_PROGRESS"), stack_event("CREATE_IN_PROGRESS")], False, id="wanted"),
        pytest.param([resource_event("CREATE_FAILED"), stack_event("CREATE_IN_PROGRESS")], True, id="cancelled"),
        pytest.param([resource_event("CREATE_FAILED", "Another"), stack_event("CREATE_IN_PROGRESS")], False, id="another"),
        pytest.param([stack_event(BACK), stack_event("UPDATE_IN_PROGRESS")], True, id="rolls-back"),
        pytest.param([stack_event("ROLLBACK_COMPLETE")], True, id="rolled-back"),
        pytest.param([stack_event("DELETE_IN_PROGRESS")], True, id="deleted"),
        pytest.param([stack_event("UPDATE_IN_PROGRESS"), resource_event("UPDATE_FAILED")], False, id="operation-before"),
        pytest.param([stack_event(BACK, NESTED_STACK_ID), stack_event("UPDATE_IN_PROGRESS")], False, id="nested-stack"),
    ],
)
def test_given_up(aws: Aws, events: list[dict[str, object]], *, given_up: bool) -> None:
    """CloudFormation says so of the resource or of the stack, whatever becomes of others."""
    aws.events = events
    assert is_given_up(REQUEST) is given_up


def test_other_resources(aws: Aws) -> None:
    """Neither the own one, nor those that are gone, which CloudFormation lists with their id; nor those without one yet."""
    aws.resources = [
        {"LogicalResourceId": LOGICAL_ID, "PhysicalResourceId": "own", "ResourceStatus": "DELETE_IN_PROGRESS"},
        {"LogicalResourceId": "Gone", "PhysicalResourceId": "gone", "ResourceStatus": "DELETE_COMPLETE"},
        {"LogicalResourceId": "Heir", "PhysicalResourceId": "heir", "ResourceStatus": "CREATE_COMPLETE"},
        {"LogicalResourceId": "Kept", "PhysicalResourceId": "kept", "ResourceStatus": "DELETE_FAILED"},
        {"LogicalResourceId": "New", "ResourceStatus": "CREATE_IN_PROGRESS"},
    ]
    assert other_ids(REQUEST) == ["heir", "kept", ""]
