"""The file for `cdk import --resource-mapping`: the identities of a template by their logical ids.

Route 53 records cannot be imported into CloudFormation, so they have no place in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.known_after_deploy import holds_token

if TYPE_CHECKING:
    from ses_email_auth.adopt.stack_templates import StackTemplate

__all__ = ["mapping_json"]

_IMPORTABLE = "AWS::SES::EmailIdentity"


def mapping_json(stack: StackTemplate) -> tuple[str, list[str]]:
    """The file, and what has to be done by hand."""
    found: dict[str, dict[str, str]] = {}
    unclear: list[str] = []
    for logical_id, resource in stack.resources.items():
        identity = resource.identity
        if identity is None or resource.type != _IMPORTABLE:
            continue
        if holds_token(identity.name):
            unclear.append(f"the template does not say which identity {logical_id} is; write its name into the file")
            found[logical_id] = {"EmailIdentity": ""}
        else:
            found[logical_id] = {"EmailIdentity": identity.name}
    if not found:
        unclear.append("the template holds no AWS::SES::EmailIdentity")
    return json.dumps(found, indent=2) + "\n", unclear
