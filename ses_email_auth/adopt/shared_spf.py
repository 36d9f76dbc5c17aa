"""`FromDomainTxt.shared()` in templates: our function adds Amazon SES to an SPF record of others, and takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.adopt.stack_templates import StackResource, StackTemplate

_TYPE = "Custom::SesEmailAuthSharedSpf"


def shared_names(stack: StackTemplate) -> Mapping[str, StackResource]:
    """The resources that share an SPF record, by its name."""
    found: dict[str, StackResource] = {}
    for resource in stack.resources.values():
        name = resource.properties.get("Name")
        if resource.type == _TYPE and isinstance(name, str):
            found[name.lower().removesuffix(".")] = resource
    return found
