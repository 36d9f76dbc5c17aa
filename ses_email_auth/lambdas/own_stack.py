"""What CloudFormation remembers of the stack that a handler works for (API reference, "DescribeStackEvents" and
"ListStackResources").

When an update was refused, CloudFormation sends one more: back to what was. That one must not take back what was never done.
And a resource that goes must not take along what another one of the stack has taken over: a construct may get another name.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.patience import CONFIG, patiently

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.lambdas.custom_resource import Request

__all__ = ["is_rolling_back", "last_update_failed", "other_ids"]

_ENDED = ("_COMPLETE", "_FAILED")
_STACK = "AWS::CloudFormation::Stack"
_GONE = "DELETE_COMPLETE"

_log = logging.getLogger(__name__)


def last_update_failed(request: Request) -> bool:
    """Whether the update before this one, in the same operation of the stack, was answered with a failure, or not at all."""
    for event in _listed(request, "describe_stack_events", "StackEvents"):  # the newest first
        status = str(event["ResourceStatus"])
        if event["LogicalResourceId"] == request.logical_id and status.endswith(_ENDED):
            return status == "UPDATE_FAILED"
        if _is_of_stack(event, request) and status == "UPDATE_IN_PROGRESS":  # here the operation began
            return False
    return False


def is_rolling_back(request: Request) -> bool:
    """Whether the stack goes back to what it was."""
    events = _listed(request, "describe_stack_events", "StackEvents")
    return next(("ROLLBACK" in str(event["ResourceStatus"]) for event in events if _is_of_stack(event, request)), False)


def other_ids(request: Request) -> list[str]:
    """The physical ids of all other resources; none if CloudFormation cannot be asked: a delete is not held up by that."""
    try:
        return [
            str(found.get("PhysicalResourceId", ""))
            for found in _listed(request, "list_stack_resources", "StackResourceSummaries")
            if found["LogicalResourceId"] != request.logical_id and found["ResourceStatus"] != _GONE
        ]
    except (BotoCoreError, ClientError) as error:
        _log.warning("the resources of the stack cannot be read: %s", type(error).__name__)
        return []


def _is_of_stack(event: Mapping[str, object], request: Request) -> bool:
    return event["ResourceType"] == _STACK and event.get("PhysicalResourceId") == request.stack_id


def _listed(request: Request, operation: str, members: str) -> Iterator[Mapping[str, object]]:
    """All members of all pages; a page is asked for when it is needed."""
    call = getattr(boto3.client("cloudformation", config=CONFIG), operation)
    asked = {"StackName": request.stack_id}
    while True:
        page = patiently(call, **asked)
        yield from page[members]
        if "NextToken" not in page:
            return
        asked["NextToken"] = page["NextToken"]
