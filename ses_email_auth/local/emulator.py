"""What this package uses of MiniStack, private names included, with types: the process, CloudFormation and Lambda.

`emulator_route53`, `emulator_ses`, `event_publishing`, `function_logs` and the second half of `permissions` do the same for one
service each, `emulator_registry` for import, drift and Cloud Control, `emulator_concurrency` for deployments while they run; no
other module imports MiniStack. Its version is pinned exactly for this reason; `tests/local` fails when one of these names
changes its meaning.
"""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

import contextvars
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypedDict, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack import app  # type: ignore[import-not-found]  # as above
from ministack.core import lambda_runtime, responses  # type: ignore[import-not-found]  # as above
from ministack.services import cloudformation, lambda_svc  # type: ignore[import-not-found]  # as above
from ministack.services.cloudformation import (  # type: ignore[import-not-found]  # as above
    custom_resource,
    provisioners,
    stacks,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager

Properties: TypeAlias = Mapping[str, object]  # of a resource, references resolved
Created: TypeAlias = tuple[str, dict[str, str]]  # physical id and what Fn::GetAtt answers
Response: TypeAlias = tuple[int, dict[str, str], bytes]
Create: TypeAlias = Callable[[str, Properties, str], Created]  # logical id, properties, stack name
Update: TypeAlias = Callable[[str, Properties, Properties, str], Created]  # physical id, old and new properties, stack name
Delete: TypeAlias = Callable[[str, Properties], None]  # physical id, properties
Handler: TypeAlias = Callable[[str, str, dict[str, str], bytes, dict[str, object]], Awaitable[Response]]
Answer: TypeAlias = dict[str, object]  # what a function has PUT to the ResponseURL
# Method, path as sent, headers, body, query.
Refuse: TypeAlias = Callable[[str, str, Mapping[str, str], bytes, Mapping[str, list[str]]], "Response | None"]
Invoke: TypeAlias = Callable[[dict[str, object]], None]  # with an event


class Resource(TypedDict):
    """A resource of a stack as CloudFormation remembers it."""

    LogicalResourceId: str
    PhysicalResourceId: str
    ResourceType: str
    ResourceStatus: str
    Properties: dict[str, object]
    Attributes: dict[str, str]


class Operation(TypedDict):
    """What is known of a creation or update of a stack that failed."""

    created: list[str]
    failed_update: list[object] | None
    failed_logical_id: str | None


class Handle(Protocol):
    """`answer_custom_resources` calls this instead of MiniStack's function, with the same arguments."""

    def __call__(
        self,
        request_type: str,
        logical_id: str,
        props: dict[str, object],
        stack_name: str,
        stack_id: str,
        resource_type: str,
        physical_id: str | None = None,
        old_props: dict[str, object] | None = None,
    ) -> tuple[str, dict[str, str]]:
        """Return the physical id and what `Fn::GetAtt` reads."""


RollBack: TypeAlias = Callable[[str, dict[str, Resource], Operation], None]  # stack id, its resources, what failed


# --- the process -----------------------------------------------------------------------------------------------------


def run() -> None:
    """Serve until stopped."""
    app.main()


def end_workers() -> None:
    """End the Lambda functions that are kept warm; MiniStack itself leaves them behind."""
    lambda_runtime.reset()


def region() -> str:
    """The region of the request or stack that is being worked on."""
    return str(responses.get_region())


def account() -> str:
    """The account of the request or stack that is being worked on."""
    return str(responses.get_account_id())


def acting_for(account_id: str, region_name: str) -> AbstractContextManager[None]:
    """Work on what another account or region has."""
    return cast("AbstractContextManager[None]", responses.request_scope(account_id, region_name))


def answer_control_requests(prefix: str, answer: Callable[[str, dict[str, str]], object]) -> None:
    """Let `answer` do POST requests to paths that start with `prefix`; they need no signature.

    It gets the rest of the path and the query. What it returns is sent as JSON; a ValueError is status 400 with its text.
    """
    original = app._handle_admin_reset

    async def handle(path: str, method: str, query: dict[str, list[str]]) -> Response | None:
        if method != "POST" or not path.startswith(prefix):
            return cast("Response | None", await original(path, method, query))
        headers = {"Content-Type": "application/json"}
        try:
            result = answer(path.removeprefix(prefix), {name: values[0] for name, values in query.items()})
        except ValueError as fault:
            return 400, headers, json.dumps({"message": str(fault)}).encode()
        return 200, headers, json.dumps(result).encode()

    app._handle_admin_reset = handle


def before_all_requests(refuse: Refuse) -> None:
    """Let `refuse` answer requests to services before anybody else; None leaves a request to MiniStack."""
    sent_path: contextvars.ContextVar[str] = contextvars.ContextVar("sent_path", default="")
    original_pin, original = app.pin_signed_request, app._handle_post_body_shortcuts

    def pin(method: str, path: str, *rest: object) -> None:
        sent_path.set(path)  # later on it is decoded, and a slash within a name cannot be told from others
        original_pin(method, path, *rest)

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]], request_id: str
    ) -> Response | None:
        answer = cast("Response | None", await original(method, path, headers, body, query, request_id))
        return answer if answer is not None else refuse(method, sent_path.get() or path, headers, body, query)

    app.pin_signed_request = pin
    app._handle_post_body_shortcuts = handle


def on_reset(forget: Callable[[], None]) -> None:
    """Call `forget` whenever MiniStack forgets everything."""
    original = app._reset_all_state

    def reset() -> None:
        original()
        forget()

    app._reset_all_state = reset


# --- CloudFormation --------------------------------------------------------------------------------------------------


def register(
    resource_type: str,
    create: Create,
    update: Update,
    delete: Delete,
    *,
    replacing: tuple[str, ...],
    perhaps_replacing: tuple[str, ...] = (),
) -> None:
    """Make CloudFormation use these for `resource_type`. A ValueError is the reason of a failure.

    A change of a property in `replacing` creates the new resource through `create` and deletes the old one at the end. For
    those in `perhaps_replacing` `update` decides; a change set says that the resource may be replaced.
    """
    provisioners._RESOURCE_HANDLERS[resource_type] = {"create": create, "update": update, "delete": delete}
    provisioners._REPLACING_PROPERTIES[resource_type] = replacing
    provisioners._CONDITIONALLY_REPLACING_PROPERTIES[resource_type] = perhaps_replacing


def check_before_delete(resource_type: str, check: Callable[[str], None]) -> None:
    """Call `check` with the physical id before MiniStack deletes a resource of that type."""
    functions = provisioners._RESOURCE_HANDLERS[resource_type]
    original: Delete = functions["delete"]

    def delete(physical_id: str, properties: Properties) -> None:
        check(physical_id)
        original(physical_id, properties)

    functions["delete"] = delete


def show_as_physical_id(resource_type: str, attribute: str, ministack_id: Callable[[str], str]) -> None:
    """Let the physical id of a resource type, which `Ref` reads, be one of its attributes.

    `ministack_id` computes MiniStack's physical id from that attribute.
    """
    functions = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update, delete = functions["create"], functions["update"], functions["delete"]

    def shown(created: Created) -> Created:
        return created[1][attribute], created[1]

    functions["create"] = lambda *arguments: shown(create(*arguments))
    functions["update"] = lambda physical_id, *arguments: shown(update(ministack_id(physical_id), *arguments))
    functions["delete"] = lambda physical_id, *arguments: delete(ministack_id(physical_id), *arguments)


def delete_predecessor(delete: Delete, physical_id: str, properties: Properties) -> None:
    """Delete what an update replaced: at the end of the stack's update, and not under UpdateReplacePolicy Retain.

    The rollback of a replacement deletes the new resource; for that it must know of the old one under Retain too.
    """
    at_the_end = provisioners._DEFERRED_PREDECESSOR_DELETES.get()
    if at_the_end is None:  # in a nested stack
        provisioners._delete_predecessor(delete, physical_id, properties)
    else:
        at_the_end.append((delete, (physical_id, properties), {}))


def replace_under_the_same_id(resource_types: Collection[str]) -> None:
    """Let a replacement of these types delete the old resource even if old and new have the same physical id."""
    original = provisioners._replace_resource

    def replace(
        resource_type: str, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Created:
        created = cast("Created", original(resource_type, physical_id, old, new, stack_name, logical_id))
        if resource_type in resource_types and created[0] == physical_id:
            delete_predecessor(provisioners._RESOURCE_HANDLERS[resource_type]["delete"], physical_id, old)
        return created

    provisioners._replace_resource = replace


def stack_tags(stack_name: str) -> list[dict[str, str]]:
    """The tags of a stack, or none if there is no such stack (a nested one that is being created)."""
    stack = cast("dict[str, list[dict[str, str]]] | None", cloudformation._stacks.get(stack_name))
    return [] if stack is None else stack.get("Tags", [])


# --- custom resources and Lambda functions ------------------------------------------------------------------------------


def answer_custom_resources(handle: Handle) -> None:
    """Let `handle` do Create, Update and Delete; an exception is the reason of a failure."""
    custom_resource.invoke_custom_resource = handle


def before_rollback(prepare: RollBack) -> None:
    """Call `prepare` when a stack has failed, before anything is undone."""
    original = stacks._roll_back_operation

    async def roll_back(
        stack_name: str, stack_id: str, stack: dict[str, object], operation: Operation, reason_override: str = ""
    ) -> None:
        prepare(stack_id, cast("dict[str, Resource]", stack.setdefault("_resources", {})), operation)
        await cast("Awaitable[None]", original(stack_name, stack_id, stack, operation, reason_override))

    stacks._roll_back_operation = roll_back


def invocation_of(service_token: str) -> Invoke | None:
    """How to invoke the function with this name or ARN of the account and region at hand; None if there is none.

    It is invoked asynchronously, with the retries of its AWS::Lambda::EventInvokeConfig.
    """
    record, config, _ = lambda_svc._get_func_record_for_ref(service_token)
    if record is None or config is None:
        return None
    function = lambda_svc._execution_record_for_config(record, config)

    return lambda event: lambda_svc.invoke_async_with_retry(function, event)


def normalised(properties: dict[str, object]) -> dict[str, object]:
    """The properties as they arrive in an event: numbers and flags are texts."""
    return cast("dict[str, object]", custom_resource._normalise_resource_properties(properties))


def response_url(token: str) -> str:
    """The URL to which the answer has to be PUT; the token is registered as pending."""
    custom_resource.register_token(token)
    return str(custom_resource._response_url(token))


def wait_for_answer(token: str, seconds: float) -> Answer | None:
    """The answer for `token`, or None if there is none in time. To be called from a worker thread only."""
    entry = custom_resource._pending.get(token)
    if entry is not None:
        entry["event"].wait(timeout=seconds)
        custom_resource._pending.pop(token, None)
    return None if entry is None else cast("Answer | None", entry["result"])
