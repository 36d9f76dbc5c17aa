"""The conditions of a template, with a third answer: nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.sources.template_values import text_of

if TYPE_CHECKING:
    from ses_email_auth.sources.cloudformation import Template
    from ses_email_auth.sources.references import Text

__all__ = ["truth"]

_DECISIVE = {"Fn::And": False, "Fn::Or": True}


def truth(template: Template, given: object, depth: int) -> bool | None:
    """Whether the condition function `given` holds; None if nobody can tell. `False and unknown` is False."""
    if not isinstance(given, Mapping) or len(given) != 1 or template.is_too_deep(depth):
        return None
    name, argument = next(iter(given.items()))
    if name == "Condition":
        return template.condition(argument, depth + 1)
    if not isinstance(argument, list | tuple):
        return None
    if name == "Fn::Equals":
        return _equal([text_of(template.value(each, depth + 1)) for each in argument])
    return _combined(str(name), [truth(template, each, depth + 1) for each in argument])


def _combined(name: str, answers: list[bool | None]) -> bool | None:
    if name == "Fn::Not" and len(answers) == 1:
        return None if answers[0] is None else not answers[0]
    decisive = _DECISIVE.get(name)
    if decisive is None or not answers:
        return None
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


def _equal(texts: list[Text | None]) -> bool | None:
    known = [text for text in texts if isinstance(text, str)]
    if len(known) != len(texts) or len(known) != 2:  # noqa: PLR2004 - a pair
        return None
    one, another = known
    if one == another:
        return True
    return None if holds_token(one) or holds_token(another) else False
