"""The private names of MiniStack that have to do with Lambda functions and CloudFormation's custom resources."""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, TypedDict, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack.core import lambda_runtime  # type: ignore[import-not-found]  # as above
from ministack.services import lambda_svc  # type: ignore[import-not-found]  # as above
from ministack.services.cloudformation import custom_resource, stacks  # type: ignore[import-not-found]  # as above

__all__ = [
    "Answer",
    "Invoke",
    "Operation",
    "Resource",
    "RollBack",
    "answer_custom_resources",
    "before_rollback",
    "end_workers",
    "invocation_of",
    "normalised",
    "response_url",
    "wait_for_answer",
]

Answer: TypeAlias = dict[str, object]  # what a handler has PUT to the ResponseURL
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
    ) -> tuple[str, dict[str, str]]: ...


RollBack: TypeAlias = Callable[[str, dict[str, Resource], Operation], None]  # stack id, its resources, what failed


def end_workers() -> None:
    """End the Lambda functions that are kept warm; MiniStack itself leaves them behind."""
    lambda_runtime.reset()


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
    """Where the answer has to be PUT to; from now on it is waited for."""
    custom_resource.register_token(token)
    return str(custom_resource._response_url(token))


def wait_for_answer(token: str, seconds: float) -> Answer | None:
    """The answer for `token`, or None if there is none in time. To be called from a worker thread only."""
    entry = custom_resource._pending.get(token)
    if entry is not None:
        entry["event"].wait(timeout=seconds)
        custom_resource._pending.pop(token, None)
    return None if entry is None else cast("Answer | None", entry["result"])
