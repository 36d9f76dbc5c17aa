"""Dynamic references in props: CloudFormation replaces `{{resolve:service:…}}` in every text of a template (user guide, "Get
values stored in other services using dynamic references"), so a secret would stand in public DNS.

A text that is written so is refused by the check of all props. Here are the records that are given as objects, and tokens:
`SecretValue.secrets_manager(…).unsafe_unwrap()` becomes such a text. Not handled: a token for a plain parameter of Parameter
Store, which is no secret; tags and names of other constructs.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.prop_values import refuse_dynamic_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import Stack

_SECRET = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):")


def refuse_dynamic_references(stack: Stack, values: Mapping[str, object]) -> None:
    """Refuse what CloudFormation would replace.

    Args:
        stack: the stack that resolves tokens.
        values: texts, lists of them, and records, by the name of the prop. Whatever else is among them is passed over.

    Raises:
        EmailAuthError: for the first of them, with the name of the prop.
    """
    for prop, value in values.items():
        for text in _texts(value):
            refuse_dynamic_reference(prop, text)
            if holds_token(text) and _SECRET.search(_resolved(stack, text)):
                raise EmailAuthError(
                    f"{prop!r} holds a token for a secret, which would stand in public DNS for everyone to read; pass the text "
                    f"itself"
                )


def fields_of(props: object) -> dict[str, object]:
    """The fields of a dataclass of props by name; none of None."""
    if props is None or isinstance(props, type) or not dataclasses.is_dataclass(props):
        return {}
    return {field.name: getattr(props, field.name) for field in dataclasses.fields(props)}


def _resolved(stack: Stack, text: str) -> str:
    """What stands in the template; empty for what only looks like a token."""
    try:
        return json.dumps(stack.resolve(text), default=str)
    except RuntimeError:  # jsii: "Unrecognized token key"
        return ""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for entry in (*value.keys(), *value.values()):
            yield from _texts(entry)
    elif isinstance(value, Collection):
        for entry in value:
            yield from _texts(entry)
    elif dataclasses.is_dataclass(value):
        yield str(value)
