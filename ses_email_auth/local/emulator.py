"""What this package uses of MiniStack, private names included, with types: here the process and CloudFormation.

`emulator_*` do the same for one service each; nothing else here imports MiniStack. Its version is pinned exactly for this
reason; `tests/local` fails when one of these names changes its meaning.
"""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack import app  # type: ignore[import-not-found]  # as above
from ministack.core import responses  # type: ignore[import-not-found]  # as above
from ministack.services import cloudformation  # type: ignore[import-not-found]  # as above
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]  # as above

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

Properties: TypeAlias = Mapping[str, object]  # of a resource, references resolved
Created: TypeAlias = tuple[str, dict[str, str]]  # physical id and what Fn::GetAtt answers
Response: TypeAlias = tuple[int, dict[str, str], bytes]
Create: TypeAlias = Callable[[str, Properties, str], Created]  # logical id, properties, stack name
Update: TypeAlias = Callable[[str, Properties, Properties, str], Created]  # physical id, old and new properties, stack name
Delete: TypeAlias = Callable[[str, Properties], None]  # physical id, properties
Handler: TypeAlias = Callable[[str, str, dict[str, str], bytes, dict[str, object]], Awaitable[Response]]


# --- the process -----------------------------------------------------------------------------------------------------


def run() -> None:
    """Serve until stopped."""
    app.main()


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
            found = answer(path.removeprefix(prefix), {name: values[0] for name, values in query.items()})
        except ValueError as fault:
            return 400, headers, json.dumps({"message": str(fault)}).encode()
        return 200, headers, json.dumps(found).encode()

    app._handle_admin_reset = handle


def on_reset(forget: Callable[[], None]) -> None:
    """Call `forget` whenever MiniStack forgets everything."""
    original = app._reset_all_state

    def reset() -> None:
        original()
        forget()

    app._reset_all_state = reset


# --- CloudFormation --------------------------------------------------------------------------------------------------


def register(resource_type: str, create: Create, update: Update, delete: Delete, *, replacing: tuple[str, ...]) -> None:
    """Make CloudFormation use these for `resource_type`. A ValueError is the reason of a failure.

    A change of a property in `replacing` creates the new resource through `create` and deletes the old one at the end.
    """
    provisioners._RESOURCE_HANDLERS[resource_type] = {"create": create, "update": update, "delete": delete}
    provisioners._REPLACING_PROPERTIES[resource_type] = replacing


def check_before_delete(resource_type: str, check: Callable[[str], None]) -> None:
    """Call `check` with the physical id before MiniStack deletes a resource of that type."""
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    original: Delete = handlers["delete"]

    def delete(physical_id: str, properties: Properties) -> None:
        check(physical_id)
        original(physical_id, properties)

    handlers["delete"] = delete


def show_as_physical_id(resource_type: str, attribute: str, own: Callable[[str], str]) -> None:
    """Let the physical id of a resource type, which `Ref` reads, be one of its attributes; `own` makes MiniStack's of it."""
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    create, change, delete = handlers["create"], handlers["update"], handlers["delete"]

    def shown(made: Created) -> Created:
        return made[1][attribute], made[1]

    handlers["create"] = lambda *given: shown(create(*given))
    handlers["update"] = lambda physical_id, *given: shown(change(own(physical_id), *given))
    handlers["delete"] = lambda physical_id, *given: delete(own(physical_id), *given)


def delete_predecessor(delete: Delete, physical_id: str, properties: Properties) -> None:
    """Delete what an update replaced: at the end of the stack's update, and not under UpdateReplacePolicy Retain."""
    provisioners._delete_predecessor(delete, physical_id, properties)


def stack_tags(stack_name: str) -> list[dict[str, str]]:
    """The tags of a stack, or none if there is no such stack (a nested one that is being created)."""
    stack = cast("dict[str, list[dict[str, str]]] | None", cloudformation._stacks.get(stack_name))
    return [] if stack is None else stack.get("Tags", [])
