"""One template of CloudFormation: a file in JSON or YAML, and what is known of its stack."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.sources.contents import UnreadableSource
from ses_email_auth.sources.template_values import mapping
from ses_email_auth.sources.yaml_template import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TemplateFile", "is_template", "read_template_body"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """A template and what is known of its stack."""

    path: str
    """As shown to people. It is read from there unless `body` is given."""

    body: Mapping[str, object] | None = None
    stack_name: str = ""
    artifact_id: str = ""
    """The name of the stack in its assembly."""

    account: str = ""
    """Twelve digits; anything else counts as not known."""

    region: str = ""
    """Likewise `unknown-region` and tokens."""

    scope: str = ""
    """What is deployed together: the folder of an assembly, one for each stage. Default: - the file alone"""

    construct_paths: Mapping[str, str] = field(default_factory=dict)
    """By logical id, without a leading slash."""

    is_nested: bool = False
    """Whether a parent stack passes parameters, so that it is read after the others."""

    nested: Mapping[str, str] = field(default_factory=dict)
    """The paths of the templates of nested stacks, by logical id. Default: - by the `TemplateURL` and CDK's metadata"""

    assets: Mapping[str, str] = field(default_factory=dict)
    """The paths of templates by the asset hash in a `TemplateURL`."""


def read_template_body(text: str, path: str) -> Mapping[str, object]:
    """A template in JSON or YAML, told apart by its first character.

    Raises:
        UnreadableSource: if it is neither, or no mapping.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        try:
            # Numbers stay text: a TTL of a million digits is no reason to stop.
            body: object = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        except RecursionError as error:
            raise UnreadableSource(path, "it is nested too deep") from error
        except json.JSONDecodeError as error:
            raise UnreadableSource(path, f"line {error.lineno}: {error.msg[:1].lower()}{error.msg[1:]}") from error
    else:
        body = parse_yaml(text, path)
    if not isinstance(body, dict):
        raise UnreadableSource(path, "it is no template; a template is a mapping with 'Resources'")
    return body


def is_template(body: object) -> bool:
    """Whether `body` has resources with a type, as a template of CloudFormation has."""
    resources = mapping(mapping(body).get("Resources"))
    return any(
        str(name).startswith("Fn::ForEach::") or isinstance(mapping(each).get("Type"), str) for name, each in resources.items()
    )
