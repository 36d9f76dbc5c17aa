"""What CloudFormation knows of the stack of a request: whether it rolls back, how its last update ended, its other resources.

After an update that was refused, CloudFormation sends the update back to the old state; it must not take back what was never
done. When another resource fails, a request is cancelled while it is still worked on; it must not change anything more. And a
resource that is deleted must leave what another resource of the stack has taken over, as when a construct gets another name
(API reference, "DescribeStackEvents", "DescribeStacks" and "ListStackResources").
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.custom_resource import CONFIG, retry_denied

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.config import Config

    from ses_email_auth.lambdas.custom_resource import Request

_ENDED = ("_COMPLETE", "_FAILED")
_STACK = "AWS::CloudFormation::Stack"
_DELETED = "DELETE_COMPLETE"

_log = logging.getLogger(__name__)


def last_update_failed(request: Request) -> bool:
    """Whether the last update of the resource in this operation of the stack was answered with a failure, or not at all.

    An update back that failed, before a rollback is continued, says nothing of the update that it takes back.
    """
    last = ""
    for event in _members(request, "describe_stack_events", "StackEvents"):  # newest first
        status = str(event["ResourceStatus"])
        if event["LogicalResourceId"] == request.logical_id and status.endswith(_ENDED):
            last = last or status
        elif _is_of_stack(event, request) and _is_rollback(status):  # what is newer belongs to the way back
            last = ""
        elif _is_of_stack(event, request) and status == "UPDATE_IN_PROGRESS":  # the operation began here
            break
    return last == "UPDATE_FAILED"


def is_rolling_back(request: Request) -> bool:
    """Whether the stack goes back to its old state, by its events."""
    events = _members(request, "describe_stack_events", "StackEvents")
    return next((_is_rollback(event["ResourceStatus"]) for event in events if _is_of_stack(event, request)), False)


def is_given_up(request: Request) -> bool:
    """Whether CloudFormation does not wait any more for the answer to a create or an update to a new state.

    Then the resource has failed ("Resource creation cancelled"), or the stack goes back or is deleted. False if the events
    cannot be read: nearly always the request is wanted.
    """
    try:
        for event in _members(request, "describe_stack_events", "StackEvents"):  # newest first
            status = str(event["ResourceStatus"])
            if _is_of_stack(event, request):
                return _is_rollback(status) or status.startswith("DELETE_")
            if event["LogicalResourceId"] == request.logical_id and status.endswith("_FAILED"):
                return True
    except (BotoCoreError, ClientError) as error:
        _log.warning("the events of the stack cannot be read: %s", type(error).__name__)
    return False


def has_rollback_status(request: Request, config: Config) -> bool:
    """The same by the status of the stack, for a function that may not read events; False if it cannot be read."""
    try:
        (stack,) = boto3.client("cloudformation", config=config).describe_stacks(StackName=request.stack_id)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        _log.warning("the stack cannot be read: %s", type(error).__name__)
        return False
    return _is_rollback(stack["StackStatus"])


def other_ids(request: Request) -> list[str]:
    """The physical ids of the other resources; none if CloudFormation does not answer, so that a delete is not held up."""
    try:
        return [
            str(resource.get("PhysicalResourceId", ""))
            for resource in _members(request, "list_stack_resources", "StackResourceSummaries")
            if resource["LogicalResourceId"] != request.logical_id and resource["ResourceStatus"] != _DELETED
        ]
    except (BotoCoreError, ClientError) as error:
        _log.warning("the resources of the stack cannot be read: %s", type(error).__name__)
        return []


def _is_rollback(status: object) -> bool:
    return "ROLLBACK" in str(status)


def _is_of_stack(event: Mapping[str, object], request: Request) -> bool:
    """Whether the event is of the stack itself. A nested stack has the same type of resource, and another id."""
    return event["ResourceType"] == _STACK and event.get("PhysicalResourceId") == request.stack_id


def _members(request: Request, operation: str, members: str) -> Iterator[Mapping[str, object]]:
    """The members of all pages; a page is read when it is needed."""
    call = getattr(boto3.client("cloudformation", config=CONFIG), operation)
    arguments = {"StackName": request.stack_id}
    while True:
        page = retry_denied(call, **arguments)
        yield from page[members]
        if "NextToken" not in page:
            return
        arguments["NextToken"] = page["NextToken"]
