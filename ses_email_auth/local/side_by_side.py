"""Custom resources that are worked on while CloudFormation makes others, and are cancelled when one of those fails.

Sources: cloudformation-coverage-roadmap #1730 and #1814, aws-cdk #26139. CloudFormation makes at the same time what does not
depend on each other. When a resource fails, those that are still worked on fail too ("Resource creation cancelled", "Resource
update cancelled"), and at once the rollback sends a delete, with an id that CloudFormation makes up, or the update back. What
the function answers to the first request is not heard any more.

By default one resource comes after the other, so that each deployment does the same. Without a signature can be asked for:

- POST /_side-by-side/on: from now on, a custom resource begins when all that it depends on is done.
- POST /_side-by-side/hold?method=POST: the next request to the record sets of Route 53 with this method (POST changes, GET
  lists) waits until `release`.
- POST /_side-by-side/release: it goes on.
- POST /_side-by-side/held: status 200 if a request waits, else 400.
- POST /_side-by-side/idle: status 200 if no function works any more on a request that was cancelled, else 400.

Not handled: nested stacks, and properties with dynamic references; both come in their turn. Resources that are no custom
resources are not cancelled: here they are made at once.
"""

from __future__ import annotations

import contextvars
import secrets
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.local import emulator, emulator_concurrency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ses_email_auth.local.emulator import Created, Handle, Operation, Resource
    from ses_email_auth.local.emulator_concurrency import Deployment


@dataclass(frozen=True, slots=True)
class _Work:
    """A request that was sent before its turn."""

    deployment: Deployment
    resource: Resource
    """As it is while it is worked on."""

    result: Future[Created]


@dataclass(slots=True)
class _Switches:
    is_on: bool = False
    method: str = ""
    """Of the next request that is held; empty for none."""

    is_held: bool = False


_switches = _Switches()
_works: dict[tuple[str, str], _Work] = {}  # by stack id and logical id
_cancelled: list[Future[Created]] = []


def install(handle: Handle) -> None:
    """Put this behaviour into MiniStack; `handle` sends a request and waits for its answer."""
    emulator.answer_control_requests("/_side-by-side/", _control)
    emulator_concurrency.watch_deployments(lambda deployment: _begin(deployment, handle))
    emulator_concurrency.hold_route53(_has_to_wait)
    emulator.on_reset(_forget)


def result_of(stack_id: str, logical_id: str) -> Future[Created] | None:
    """What becomes of the request of a resource whose turn has come, if it was sent before; None if it was not."""
    work = _works.pop((stack_id, logical_id), None)
    return None if work is None else work.result


def cancel(
    stack_id: str, resources: dict[str, Resource], operation: Operation, leftover: Callable[[str, str], Resource | None]
) -> None:
    """Let the rollback undo what was begun before its turn; `leftover` is what a request that failed has left."""
    for key in [key for key in _works if key[0] == stack_id]:
        work = _works.pop(key)
        _cancelled.append(work.result)
        resource, reason = _ended(work, leftover(*key))
        work.deployment.tell(resource, reason)
        resources[key[1]] = resource
        operation["created"].append(key[1])


def _begin(deployment: Deployment, handle: Handle) -> None:
    """Send the requests of all custom resources that are ready."""
    definitions: Mapping[str, object] = deployment.template["Resources"] if _switches.is_on else {}
    for logical_id, definition in definitions.items():
        kind = str(definition["Type"]) if isinstance(definition, dict) else ""
        is_custom = kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"
        if not is_custom or "{{resolve:" in str(definition) or not deployment.is_ready(logical_id):
            continue
        before, properties = deployment.before.get(logical_id), deployment.properties(logical_id)
        is_new = (deployment.stack_id, logical_id) not in _works
        if is_new and (before is None or before["Properties"] != properties):
            _send(deployment, handle, _resource(deployment, logical_id, kind, properties, before), before)


def _resource(
    deployment: Deployment, logical_id: str, kind: str, properties: dict[str, object], before: Resource | None
) -> Resource:
    made_up = f"{deployment.stack_name}-{logical_id}-{secrets.token_hex(6).upper()}"
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": made_up if before is None else before["PhysicalResourceId"],
        "ResourceType": kind,
        "ResourceStatus": "CREATE_IN_PROGRESS" if before is None else "UPDATE_IN_PROGRESS",
        "Properties": properties,
        "Attributes": {},
    }


def _send(deployment: Deployment, handle: Handle, resource: Resource, before: Resource | None) -> None:
    result: Future[Created] = Future()
    logical_id = resource["LogicalResourceId"]

    def work() -> None:
        try:
            result.set_result(
                handle(
                    "Create" if before is None else "Update",
                    logical_id,
                    resource["Properties"],
                    deployment.stack_name,
                    deployment.stack_id,
                    resource["ResourceType"],
                    None if before is None else before["PhysicalResourceId"],
                    None if before is None else before["Properties"],
                )
            )
        except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
            result.set_exception(error)

    deployment.tell(resource)
    _works[deployment.stack_id, logical_id] = _Work(deployment, resource, result)
    threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()


def _ended(work: _Work, leftover: Resource | None) -> tuple[Resource, str]:
    """The resource as the rollback finds it, and the reason of its failure."""
    verb, ended = work.resource["ResourceStatus"].partition("_")[0], work.resource.copy()
    ended["ResourceStatus"] = f"{verb}_FAILED"
    if not work.result.done():
        return ended, f"Resource {'creation' if verb == 'CREATE' else 'update'} cancelled"
    error = work.result.exception()
    if error is not None:
        return leftover or ended, str(error)
    ended["ResourceStatus"] = f"{verb}_COMPLETE"
    ended["PhysicalResourceId"], ended["Attributes"] = work.result.result()
    return ended, ""


def _control(what: str, query: dict[str, str]) -> object:
    if what == "on":
        _switches.is_on = True
    elif what == "hold":
        _switches.method = query["method"]
    elif what == "release":
        _switches.is_held = False
    elif not (_switches.is_held if what == "held" else what == "idle" and all(result.done() for result in _cancelled)):
        raise ValueError(f"{what}: no")
    return {}


def _has_to_wait(method: str, path: str) -> Callable[[], bool] | None:
    if method != _switches.method or "/rrset" not in path:
        return None
    _switches.method, _switches.is_held = "", True
    return lambda: _switches.is_held


def _forget() -> None:
    _works.clear()
    _cancelled.clear()
    _switches.is_on, _switches.method, _switches.is_held = False, "", False
