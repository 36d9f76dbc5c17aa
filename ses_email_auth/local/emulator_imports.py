"""The private names of MiniStack that have to do with importing a resource into a stack (`cdk import`)."""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack.services.cloudformation import changesets, handlers, provisioners  # type: ignore[import-not-found]  # as above

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_email_auth.local.emulator import Created, Response

__all__ = ["let_import"]


def let_import(resource_type: str, key: str, find: Callable[[str], Created | None]) -> None:
    """Let a resource that exists be imported: `find` looks it up by the property `key`, its identifier."""

    def problem(identifier: str) -> str | None:
        if find(identifier) is not None:
            return None
        return str(changesets._IMPORT_NOT_FOUND.format(type=resource_type, value=identifier))

    changesets._IMPORT_LOOKUPS[resource_type] = ((key,), problem)
    provisioners._RESOURCE_HANDLERS[resource_type]["import"] = lambda given: find(given[key])
    _say_identifiers()


@functools.cache
def _say_identifiers() -> None:
    """Let GetTemplateSummary tell what identifies the resources that can be imported, as the CDK CLI asks it to."""
    original = handlers._get_template_summary

    def summary(parameters: object) -> Response:
        status, headers, body = cast("Response", original(parameters))
        text, _ = handlers._resolve_template(parameters)
        resources = handlers._parse_template(text).get("Resources", {}) if text else {}
        summaries = ""
        for kind, (keys, _) in changesets._IMPORT_LOOKUPS.items():
            ids = "".join(f"<member>{name}</member>" for name, found in resources.items() if found.get("Type") == kind)
            names = "".join(f"<member>{name}</member>" for name in keys)
            if ids:
                summaries += (
                    f"<member><ResourceType>{kind}</ResourceType><LogicalResourceIds>{ids}</LogicalResourceIds>"
                    f"<ResourceIdentifiers>{names}</ResourceIdentifiers></member>"
                )
        end = b"</GetTemplateSummaryResult>"
        block = f"<ResourceIdentifierSummaries>{summaries}</ResourceIdentifierSummaries>".encode()
        return status, headers, body.replace(end, block + end)

    handlers._ACTION_HANDLERS["GetTemplateSummary"] = summary
