"""Custom resources (`Custom::*`, `AWS::CloudFormation::CustomResource`) whose service token is a Lambda function.

Sources: CloudFormation user guide ("Custom resource request and response objects", "Replacing a custom resource during an
update"), and for what it leaves out reports: remind101/empire #918 and cloudformation-coverage-roadmap #1814 (ids that
CloudFormation makes up), aws-cdk #17040 and #13527 (an update that fails with another physical id), aws-cdk #29581 (order of
a rollback). Wording of reasons as quoted there.

- Lambda is invoked as CloudFormation does it, asynchronously: a function that fails is invoked again with the same event, twice
  or as often as its EventInvokeConfig says. AWS waits one minute and two; here it is one second and two.
- A create that failed is followed by a delete of the physical id that was answered, in the rollback. After a time-out or a bad
  answer it is an id that CloudFormation makes up, which the handler never saw.
- An update that failed is followed by an update back. If it answered another physical id, that one is deleted instead.
- An update that answered another physical id is a replacement: the old one is deleted when all else is done, and in a rollback
  the new one.

`side_by_side` has what happens while other resources are made. Not handled: service tokens that are SNS topics, `NoEcho` (it
hides values from descriptions of the resource, which show none here; AWS does not hide them in outputs either).
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, cast

from ses_email_auth.local import emulator, side_by_side

if TYPE_CHECKING:
    from ses_email_auth.local.emulator import Answer, Operation, Resource

_DEFAULT_TIMEOUT = 3600  # seconds; "the maximum is 3600 seconds (1 hour). The default is 3600"
_MAX_ID = 1024  # characters of a physical id: "can be up to 1 KB"
_MAX_ANSWER = 4096  # bytes: "the total size of the response body can't exceed 4096 bytes"

# What creations and updates that failed have left, until their rollback: (stack id, logical id) -> resource.
_failed: dict[tuple[str, str], Resource] = {}


class _Failed(Exception):
    """The reason that CloudFormation shows."""


def install() -> None:
    """Put this behaviour into MiniStack."""
    emulator.answer_custom_resources(handle)
    emulator.before_rollback(_undo_failed)
    side_by_side.install(_request)
    emulator.on_reset(_failed.clear)


def handle(
    request_type: str,
    logical_id: str,
    props: dict[str, object],
    stack_name: str,
    stack_id: str,
    resource_type: str,
    physical_id: str | None = None,
    old_props: dict[str, object] | None = None,
) -> tuple[str, dict[str, str]]:
    """Send the event, if it was not sent before its turn, and wait for the answer.

    Returns the physical id and what `Fn::GetAtt` reads.
    """
    begun = side_by_side.result_of(stack_id, logical_id)
    if begun is not None:
        return begun.result()
    return _request(request_type, logical_id, props, stack_name, stack_id, resource_type, physical_id, old_props)


def _request(
    request_type: str,
    logical_id: str,
    props: dict[str, object],
    stack_name: str,
    stack_id: str,
    resource_type: str,
    physical_id: str | None = None,
    old_props: dict[str, object] | None = None,
) -> tuple[str, dict[str, str]]:
    token = str(props.get("ServiceToken", ""))
    invoke = emulator.invocation_of(token)
    if invoke is None:
        raise _Failed(f"Invalid service token: there is no Lambda function {token}")
    _failed.pop((stack_id, logical_id), None)
    request_id = secrets.token_hex(16)
    event = _event(request_type, request_id, stack_id, resource_type, logical_id, props)
    if physical_id is not None:
        event["PhysicalResourceId"] = physical_id
    if old_props is not None:
        event["OldResourceProperties"] = emulator.normalised(old_props)
    invoke(event)
    answer = emulator.wait_for_answer(request_id, _timeout(props))
    reason = _fault(answer, event)
    if answer is not None and reason is None:
        data = cast("dict[str, object]", answer.get("Data") or {})
        return str(answer["PhysicalResourceId"]), {name: _text(value) for name, value in data.items()}
    leftover_id = _id_of(answer) or physical_id or f"{stack_name}-{logical_id}-{secrets.token_hex(6).upper()}"
    _failed[stack_id, logical_id] = {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": leftover_id,
        "ResourceType": resource_type,
        "ResourceStatus": f"{request_type.upper()}_FAILED",
        "Properties": props,
        "Attributes": {},
    }
    raise _Failed(reason)


def _event(
    request_type: str, request_id: str, stack_id: str, resource_type: str, logical_id: str, props: dict[str, object]
) -> dict[str, object]:
    """What every request holds."""
    return {
        "RequestType": request_type,
        "RequestId": request_id,
        "StackId": stack_id,
        "ServiceToken": str(props["ServiceToken"]),
        "ResponseURL": emulator.response_url(request_id),
        "ResourceType": resource_type,
        "LogicalResourceId": logical_id,
        "ResourceProperties": emulator.normalised(props),
    }


def _timeout(props: dict[str, object]) -> int:
    timeout = str(props.get("ServiceTimeout", _DEFAULT_TIMEOUT))
    return int(timeout) if timeout.isdecimal() else _DEFAULT_TIMEOUT


def _fault(answer: Answer | None, event: dict[str, object]) -> str | None:
    """Why the request has failed, or None."""
    request_id = event["RequestId"]
    if answer is None:
        return (
            "CloudFormation did not receive a response from your Custom Resource. "
            f"Please check your logs for requestId [{request_id}]. If you are using the Python cfn-response module, "
            "you may need to update your Lambda function code so that CloudFormation can attach the updated version."
        )
    if _id_of(answer) is None:  # reported for failures too: the reason of the handler is lost then
        return "Invalid PhysicalResourceId"
    if answer.get("Status") == "FAILED":
        reason = f"Received response status [FAILED] from custom resource. Message returned: {answer.get('Reason', '')}"
        return f"{reason} (RequestId: {request_id})"
    if len(_text(answer).encode()) > _MAX_ANSWER:
        return "Response object is too long."
    wrong = [name for name in ("StackId", "RequestId", "LogicalResourceId") if answer.get(name) != event[name]]
    wrong += ["Status"] if answer.get("Status") != "SUCCESS" else []
    wrong += ["Data"] if not isinstance(answer.get("Data") or {}, dict) else []
    return f"Invalid Response object: Value of property {wrong[0]} is not valid" if wrong else None


def _id_of(answer: Answer | None) -> str | None:
    """The physical id of an answer, if CloudFormation takes it."""
    value = None if answer is None else answer.get("PhysicalResourceId")
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_ID else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _undo_failed(stack_id: str, resources: dict[str, Resource], operation: Operation) -> None:
    """Let the rollback delete what a creation or a replacement made before it failed, and undo what is still worked on.

    What was begun last is undone first.
    """
    _undo_failed_one(stack_id, resources, operation)
    side_by_side.cancel(stack_id, resources, operation, lambda *key: _failed.pop(key, None))


def _undo_failed_one(stack_id: str, resources: dict[str, Resource], operation: Operation) -> None:
    logical_id = operation["failed_logical_id"]
    leftover = _failed.pop((stack_id, logical_id), None) if logical_id is not None else None
    if logical_id is None or leftover is None:
        return
    update = operation["failed_update"]
    if update is not None:
        if leftover["PhysicalResourceId"] == update[2]:
            return  # MiniStack sends the update back
        operation["failed_update"] = [*update[:3], None, None, None]
    operation["created"].append(logical_id)
    resources[logical_id] = leftover
