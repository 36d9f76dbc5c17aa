"""The functions of CloudFormation that make texts and choose between values; `Ref` and `Fn::GetAtt` are the template's own.

What cannot be told becomes a mark: see `cloudformation`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.sources.references import Place, Text, joined, mark, with_marks
from ses_email_auth.sources.template_values import mapping, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ses_email_auth.sources.cloudformation import Template

__all__ = ["FUNCTIONS"]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_ROLE_ACCOUNT = re.compile(r":iam::([0-9]{12}):")
_INDEX = re.compile(r"[0-9]{1,6}")
_PAIR = 2
_MAP_AND_KEYS = 3
_CONDITION_AND_VALUES = 3


def _join(template: Template, argument: object, depth: int) -> object:
    found = template.value(argument, depth)
    if not isinstance(found, list) or len(found) != _PAIR or not isinstance(found[0], str) or not isinstance(found[1], list):
        return template.unknown("Fn::Join", found)
    parts: list[Text] = []
    for member in found[1]:
        text = text_of(member)
        if text is None:
            return template.unknown("Fn::Join", found)
        parts += [found[0], text] if parts else [text]
    return joined(parts)


def _sub(template: Template, argument: object, depth: int) -> object:
    is_pair = isinstance(argument, list | tuple) and len(argument) == _PAIR
    pattern, given = argument if isinstance(argument, list | tuple) and is_pair else (argument, None)
    if not isinstance(pattern, str):
        return template.unknown("Fn::Sub", template.value(argument, depth))
    variables = {name: template.value(value, depth) for name, value in mapping(given).items()}
    parts: list[Text] = []
    at = 0
    for match in _VARIABLE.finditer(pattern):
        parts += [pattern[at : match.start()], _variable(template, match[1], variables, depth)]
        at = match.end()
    # What a dynamic reference names may be put together first.
    return template.value(joined([*parts, pattern[at:]]), depth)


def _variable(template: Template, name: str, variables: Mapping[str, object], depth: int) -> Text:
    if name.startswith("!"):
        return f"${{{name[1:]}}}"
    if name in variables:
        found = variables[name]
    else:
        found = template.get_att(name, depth) if "." in name else template.ref(name, depth)
    text = text_of(found)
    return template.unknown(f"{name} in Fn::Sub", found) if text is None else text


def _select(template: Template, argument: object, depth: int) -> object:
    found = template.value(argument, depth)
    if isinstance(found, list) and len(found) == _PAIR and isinstance(found[1], list):
        index = text_of(found[0])
        if isinstance(index, str) and _INDEX.fullmatch(index) and int(index) < len(found[1]):
            return found[1][int(index)]
    return template.unknown("Fn::Select", found)


def _split(template: Template, argument: object, depth: int) -> object:
    found = template.value(argument, depth)
    if isinstance(found, list) and len(found) == _PAIR:
        separator, text = found
        if isinstance(separator, str) and isinstance(text, str) and separator and not holds_token(text):
            return text.split(separator)
    return template.unknown("Fn::Split", found)


def _find_in_map(template: Template, argument: object, depth: int) -> object:
    found = template.value(argument, depth)
    keys = found[:_MAP_AND_KEYS] if isinstance(found, list) else []
    if len(keys) < _MAP_AND_KEYS or not all(isinstance(key, str) and not holds_token(key) for key in keys):
        return template.unknown("Fn::FindInMap", found)
    inner: object = template.body.get("Mappings")
    for key in keys:
        inner = mapping(inner).get(key)
    if inner is None and isinstance(found, list) and isinstance(found[-1], dict):
        inner = found[-1].get("DefaultValue")  # of AWS::LanguageExtensions
    return template.unknown("Fn::FindInMap", found) if inner is None else inner


def _if(template: Template, argument: object, depth: int) -> object:
    if not isinstance(argument, list | tuple) or len(argument) != _CONDITION_AND_VALUES:
        return template.unknown("Fn::If", template.value(argument, depth))
    holds = template.condition(argument[0], depth)
    if holds is not None:
        return template.value(argument[1 if holds else 2], depth)
    one, another = template.value(argument[1], depth), template.value(argument[2], depth)
    return one if one == another else template.unknown("Fn::If", text_of(argument[0]), one, another)


def _import_value(template: Template, argument: object, depth: int) -> object:
    name = text_of(template.value(argument, depth))
    if not isinstance(name, str):
        return template.unknown("Fn::ImportValue", name)
    return template.references.ask(template.shared(f"Fn::ImportValue {name}"), ("export", name), template.place)


def _get_stack_output(template: Template, argument: object, depth: int) -> object:
    """What CDK writes for a stack of another account: the account stands in the ARN of the role that may read it."""
    found = mapping(template.value(argument, depth))
    stack, output = text_of(found.get("StackName")), text_of(found.get("OutputName"))
    role, region = text_of(found.get("RoleArn", "")), text_of(found.get("Region", template.place.region))
    if not isinstance(stack, str) or not isinstance(output, str) or not isinstance(region, str) or role is None:
        return template.unknown("Fn::GetStackOutput", found)
    reader = _ROLE_ACCOUNT.search(with_marks(role))
    here = template.place.account if role == "" else ""
    place = Place(here if reader is None else reader[1], "" if holds_token(region) else region, template.place.scope)
    where = " ".join(part for part in (place.account or place.scope or template.base, region) if part)
    return template.references.ask(mark(f"{stack}.{output} {where}"), ("stack", stack, output), place)


FUNCTIONS: Final[Mapping[object, Callable[[Template, object, int], object]]] = {
    "Fn::Join": _join,
    "Fn::Sub": _sub,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::GetStackOutput": _get_stack_output,
}
