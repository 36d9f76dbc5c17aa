"""MiniStack's deployments while they run, private names included: how far a stack is, and requests that are held."""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

import asyncio
import copy
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack.services import cloudformation, route53  # type: ignore[import-not-found]  # as above
from ministack.services.cloudformation import changesets, handlers, stacks  # type: ignore[import-not-found]  # as above

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ses_email_auth.local.emulator import Handler, Resource, Response

_DONE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


@dataclass(frozen=True, slots=True)
class Deployment:
    """A creation or an update of a stack that runs."""

    stack_name: str
    stack_id: str
    template: Mapping[str, dict[str, object]]
    parameters: Mapping[str, object]
    before: Mapping[str, Resource]
    """The resources as they were before an update."""

    done: set[str] = field(default_factory=set)
    """The logical ids of the resources that are done in this deployment."""

    def is_ready(self, logical_id: str) -> bool:
        """Whether the resource is wanted, is not done yet, and all that it depends on is done."""
        resources = self.template["Resources"]
        definition = cast("dict[str, object]", resources[logical_id])
        wanted = stacks._evaluate_conditions(self.template, self.parameters).get(definition.get("Condition"), True)
        return bool(wanted) and logical_id not in self.done and stacks._extract_deps(definition, set(resources)) <= self.done

    def properties(self, logical_id: str) -> dict[str, object]:
        """The properties of a resource that is ready, references resolved."""
        definition = cast("dict[str, object]", self.template["Resources"][logical_id])
        resolved = stacks._resolve_refs(
            copy.deepcopy(definition.get("Properties", {})),
            cloudformation._stacks[self.stack_name]["_resources"],
            self.parameters,
            stacks._evaluate_conditions(self.template, self.parameters),
            self.template.get("Mappings", {}),
            self.stack_name,
            self.stack_id,
        )
        return {name: value for name, value in resolved.items() if value is not stacks._NO_VALUE}

    def tell(self, resource: Resource, reason: str = "") -> None:
        """Add the event that `resource` has the status which it says."""
        _add_event(
            self.stack_id,
            self.stack_name,
            resource["LogicalResourceId"],
            resource["ResourceType"],
            resource["ResourceStatus"],
            reason,
            resource["PhysicalResourceId"],
        )

    @property
    def goes_back(self) -> bool:
        """Whether it has failed and is rolled back."""
        return "ROLLBACK" in str(cloudformation._stacks[self.stack_name]["StackStatus"])


_running: ContextVar[Deployment | None] = ContextVar("_running", default=None)
_add_event: Callable[..., None] = stacks._add_event


def watch_deployments(progressed: Callable[[Deployment], None]) -> None:
    """Call `progressed` whenever one more resource of a stack is created or updated."""
    original: Callable[..., Awaitable[None]] = stacks._deploy_stack_async

    async def deploy(
        stack_name: str,
        stack_id: str,
        template: Mapping[str, dict[str, object]],
        parameters: Mapping[str, object],
        *more: object,
        previous_stack: Mapping[str, Mapping[str, Resource]] | None = None,
        **options: object,
    ) -> None:
        cloudformation._stacks[stack_name].setdefault("_resources", {})
        before = (previous_stack or {}).get("_resources", {})
        _running.set(Deployment(stack_name, stack_id, template, parameters, before))
        await original(stack_name, stack_id, template, parameters, *more, previous_stack=previous_stack, **options)

    def add_event(
        stack_id: str, stack_name: str, logical_id: str, resource_type: str, status: str, *more: object, **named: object
    ) -> None:
        _add_event(stack_id, stack_name, logical_id, resource_type, status, *more, **named)
        deployment = _running.get()
        if deployment is None or deployment.stack_id != stack_id or status not in _DONE or deployment.goes_back:
            return
        if logical_id in deployment.template["Resources"]:
            deployment.done.add(logical_id)
            progressed(deployment)

    stacks._add_event = add_event
    for module in (stacks, handlers, changesets):
        module._deploy_stack_async = deploy


def hold_route53(has_to_wait: Callable[[str, str], Callable[[], bool] | None]) -> None:
    """Let requests to Route 53 wait: `has_to_wait` gets method and path, and returns what says how long, or None."""
    original: Handler = route53.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, object]) -> Response:
        is_waiting = has_to_wait(method, path)
        while is_waiting is not None and is_waiting():  # noqa: ASYNC110 - it is released by another request, perhaps never
            await asyncio.sleep(0.02)
        return await original(method, path, headers, body, query)

    route53.handle_request = handle
