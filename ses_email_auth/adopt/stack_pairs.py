"""Which stack of one state becomes which of another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.adopt.template_moves import construct_moves
from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_email_auth.adopt.stack_templates import StackTemplate


def pairs_of(
    old: Sequence[StackTemplate], new: Sequence[StackTemplate], stack: str | None
) -> list[tuple[StackTemplate | None, StackTemplate | None]]:
    """Old and new of each stack, None where there is none.

    Args:
        old: what is deployed.
        new: what shall be deployed.
        stack: the name of the only stack to look at. Default: - all, told apart by their names

    Raises:
        EmailAuthError: if it is not clear which stack becomes which.
    """
    olds, news = ([template for template in stacks if stack is None or template.is_called(stack)] for stacks in (old, new))
    if stack is not None and not news:
        raise EmailAuthError(f"no stack is called {stack!r}; there are {', '.join(template.name for template in new)}")
    if len(olds) == 1 and len(news) > 1 and not olds[0].name:
        news = _meant(olds[0], news)
    if len(olds) == len(news) == 1 and ("" in {olds[0].name, news[0].name} or olds[0].name == news[0].name):
        return [(olds[0], news[0])]
    names = [template.name for template in (*olds, *news)]
    if "" in names:
        known = ", ".join(sorted({name for name in names if name})) or "none with a name"
        raise EmailAuthError(f"nobody can tell which stack becomes which; name one of them by --stack: {known}")
    by_name = {template.name: template for template in olds}
    pairs: list[tuple[StackTemplate | None, StackTemplate | None]] = [
        (by_name.pop(template.name, None), template) for template in news
    ]
    return [*pairs, *((template, _emptied(template, news)) for template in by_name.values())]


def _meant(old: StackTemplate, news: Sequence[StackTemplate]) -> list[StackTemplate]:
    """The stacks that a template without a name may be: with constructs of ours, and with most of its logical ids."""
    ours = [template for template in news if construct_moves(None, template)] or list(news)
    shared = [len(_ids(old) & _ids(template)) for template in ours]
    best = [template for template, count in zip(ours, shared, strict=True) if count and count == max(shared)]
    return best if len(best) == 1 else ours


def _ids(template: StackTemplate) -> set[tuple[str, str]]:
    return {(name, resource.type) for name, resource in template.resources.items() if resource.type != "AWS::CDK::Metadata"}


def _emptied(old: StackTemplate, news: Sequence[StackTemplate]) -> StackTemplate | None:
    """A nested stack goes with all it has when it leaves its parent; another one stays deployed."""
    parent = old.name.rpartition("/")[0]
    is_left = any(template.name == parent for template in news)
    return replace(old, resources={}) if parent and is_left else None
