"""What a deploy of new templates over old ones does to records and identities, once `logical_ids` are set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ses_email_auth.adopt.fates import Deployment, End
from ses_email_auth.adopt.move_problem import MoveProblem, is_claimed, problem_of
from ses_email_auth.adopt.template_moves import Entry, construct_moves, entries
from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ses_email_auth.adopt.stack_templates import StackTemplate
    from ses_email_auth.adopt.template_moves import ConstructMove


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMove:
    """One stack that is deployed again."""

    name: str
    constructs: tuple[ConstructMove, ...]
    problems: tuple[MoveProblem, ...]
    deleted: tuple[Entry, ...]
    """What is deleted and not taken over."""

    retained: tuple[Entry, ...]
    """What leaves the stack and stays where it is."""

    claimed: tuple[Entry, ...]
    """What of it CloudFormation shall take over under another id, because TTL and values are equal: it may refuse that."""

    writers: tuple[str, ...]
    """The custom resources of ours that write records: these have no logical ids."""

    @property
    def needs_a_hand(self) -> bool:
        """Whether to paste `logical_ids` is not all that has to be done."""
        overrides = any(kept.overrides for construct in self.constructs for kept in construct.kept)
        return bool(self.problems) or overrides

    @property
    def is_not_ours(self) -> bool:
        """Whether something is deleted and no construct of ours is there to take it over."""
        return bool(self.deleted) and not self.constructs and not self.writers


def stack_moves(old: Sequence[StackTemplate], new: Sequence[StackTemplate], stack: str | None = None) -> list[StackMove]:
    """The moves of all stacks of `new`, and of those of `old` that are no more.

    Args:
        old: what is deployed.
        new: what shall be deployed.
        stack: the name of the only stack to look at. Default: - all, told apart by their names

    Raises:
        EmailAuthError: if it is not clear which stack becomes which.
    """
    pairs = pairs_of(old, new, stack)
    new_entries = [entry for _, after in pairs if after is not None for entry in entries(after)]
    return [_stack_move(before, after, new_entries) for before, after in pairs]


def pairs_of(
    old: Sequence[StackTemplate], new: Sequence[StackTemplate], stack: str | None
) -> list[tuple[StackTemplate | None, StackTemplate | None]]:
    """Which stack becomes which: old and new, None where there is none; the arguments are those of `stack_moves`.

    Raises:
        EmailAuthError: if that is not clear.
    """
    olds, news = ([template for template in stacks if stack is None or template.is_called(stack)] for stacks in (old, new))
    if stack is not None and not news:
        raise EmailAuthError(f"no stack is called {stack!r}; there are {', '.join(template.name for template in new)}")
    if len(olds) == 1 and len(news) > 1 and not olds[0].name:
        news = _meant(olds[0], news)
    if len(olds) == len(news) == 1:
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


def _stack_move(old: StackTemplate | None, new: StackTemplate | None, new_entries: Sequence[Entry]) -> StackMove:
    constructs = () if new is None else tuple(construct_moves(old, new))
    renamed = {kept.new.resource.logical_id: kept.old.resource.logical_id for each in constructs for kept in each.kept}
    fates = Deployment(old=old, new=new, everywhere=new_entries, renamed=renamed).fates()
    stack = new or old
    return StackMove(
        name="" if stack is None else stack.name or stack.path,
        constructs=constructs,
        problems=(*_doubles(new, renamed), *filter(None, map(problem_of, fates))),
        deleted=tuple(fate.old for fate in fates if fate.end is End.GOES),
        retained=tuple(fate.old for fate in fates if fate.end in {End.RETAINED, End.TAKEN_OVER}),
        claimed=tuple(fate.old for fate in fates if is_claimed(fate)),
        writers=() if new is None else tuple(_writers(new)),
    )


def _writers(stack: StackTemplate) -> Iterator[str]:
    writers = {entry.resource.logical_id: entry.resource for entry in entries(stack) if entry.is_written and entry.is_member}
    yield from (resource.construct_path or logical_id for logical_id, resource in writers.items())


def _doubles(new: StackTemplate | None, renamed: Mapping[str, str]) -> Iterator[MoveProblem]:
    """An id that shall be kept and that the new template still has at another resource."""
    resources = {} if new is None else new.resources
    for new_id, old_id in renamed.items():
        if old_id in resources and new_id != old_id and renamed.get(old_id, old_id) == old_id:
            yield MoveProblem(
                f"the new template has {old_id} still, and {new_id} declares the same again",
                f"take {resources[old_id].construct_path or old_id} out of the app",
            )
