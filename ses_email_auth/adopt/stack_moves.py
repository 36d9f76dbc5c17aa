"""What a deploy of new templates over old ones does to records and identities, once `logical_ids` are set: what it would lose.

CloudFormation makes what is new first and deletes what is gone last, and what is gone may be what has just been taken over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.adopt.move_problem import MoveProblem, deletion, is_written_dkim, refusal, unknown, written_dkim
from ses_email_auth.adopt.template_moves import Declared, construct_moves, could_be_same, declared, same_zone
from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.adopt.stack_templates import StackTemplate
    from ses_email_auth.adopt.template_moves import ConstructMove

__all__ = [
    "StackMove",
    "stack_moves",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMove:
    """One stack that is deployed again."""

    name: str
    constructs: tuple[ConstructMove, ...]
    losses: tuple[MoveProblem, ...]
    gone: tuple[Declared, ...]
    """What is deleted and has no heir."""

    retained: tuple[Declared, ...]
    """What leaves the stack and stays where it is."""

    writers: tuple[str, ...]
    """The custom resources of ours: what they write has no logical ids."""

    @property
    def needs_a_hand(self) -> bool:
        """Whether to paste `logical_ids` is not all that has to be done."""
        overrides = any(kept.overrides for each in self.constructs for kept in each.kept)
        return bool(self.losses) or overrides

    @property
    def is_not_ours(self) -> bool:
        """Whether something goes and no construct of ours is there to take it."""
        return bool(self.gone) and not self.constructs and not self.writers


def stack_moves(old: Sequence[StackTemplate], new: Sequence[StackTemplate], stack: str | None = None) -> list[StackMove]:
    """The moves of all stacks of `new`, and of those of `old` that are no more.

    Args:
        old: what is deployed.

        new: what shall be deployed.

        stack: the name of the only stack to look at. Default: - all, told apart by their names

    Raises:
        EmailAuthError: if nobody can tell which stack becomes which.
    """
    pairs = _pairs(old, new, stack)
    everything = [each for _, later in pairs if later is not None for each in declared(later)]
    return [_stack_move(before, after, everything) for before, after in pairs]


def _pairs(
    old: Sequence[StackTemplate], new: Sequence[StackTemplate], stack: str | None
) -> list[tuple[StackTemplate | None, StackTemplate | None]]:
    olds, news = ([each for each in listed if stack is None or each.name in {"", stack}] for listed in (old, new))
    if stack is not None and not news:
        raise EmailAuthError(f"no stack is called {stack!r}; there are {', '.join(each.name for each in new)}")
    if len(olds) == 1 and len(news) > 1 and not olds[0].name:
        news = [each for each in news if construct_moves(None, each)] or news
    if len(olds) == len(news) == 1:
        return [(olds[0], news[0])]
    names = [each.name for each in (*olds, *news)]
    if "" in names:
        known = ", ".join(sorted({name for name in names if name})) or "none with a name"
        raise EmailAuthError(f"nobody can tell which stack becomes which; name one of them by --stack: {known}")
    by_name = {each.name: each for each in olds}
    pairs: list[tuple[StackTemplate | None, StackTemplate | None]] = [(by_name.pop(each.name, None), each) for each in news]
    return [*pairs, *((each, None) for each in by_name.values())]


def _stack_move(old: StackTemplate | None, new: StackTemplate | None, everything: Sequence[Declared]) -> StackMove:
    constructs = () if new is None else tuple(construct_moves(old, new))
    found = _Found(old, new, constructs, everything)
    found.look()
    stack = new or old
    return StackMove(
        name="" if stack is None else stack.name or stack.path,
        constructs=constructs,
        losses=tuple(found.losses),
        gone=tuple(found.gone),
        retained=tuple(found.retained),
        writers=() if new is None else tuple(_writers(new)),
    )


def _writers(stack: StackTemplate) -> Iterator[str]:
    written = {each.resource.logical_id: each.resource for each in declared(stack) if each.is_written and each.is_member}
    yield from (resource.construct_path or logical_id for logical_id, resource in written.items())


class _Found:
    """What becomes of everything in the old template."""

    def __init__(
        self,
        old: StackTemplate | None,
        new: StackTemplate | None,
        constructs: Sequence[ConstructMove],
        everything: Sequence[Declared],
    ) -> None:
        self._old, self._new, self._everything = old, new, everything
        # The logical ids that the resources of the new template will have.
        self._renamed = {kept.new.resource.logical_id: kept.old.resource.logical_id for c in constructs for kept in c.kept}
        known = [] if old is None else list(declared(old))
        self._heirless = [each for each in everything if not any(_is_same(one, each) for one in known)]
        self._after: dict[str, list[Declared]] = {}
        for each in everything:
            if each.stack is new:
                logical_id = each.resource.logical_id
                self._after.setdefault(self._renamed.get(logical_id, logical_id), []).append(each)
        self.losses: list[MoveProblem] = []
        self.gone: list[Declared] = []
        self.retained: list[Declared] = []

    def look(self) -> None:
        self._look_for_clashes()
        for each in () if self._old is None else declared(self._old):
            after = self._after.get(each.resource.logical_id, [])
            stays = (later for later in after if later.resource.type == each.resource.type)
            if any(_is_same(each, later) or could_be_same(each, later) for later in stays):
                continue
            stays_in_template = self._new is not None and each.resource.logical_id in self._ids()
            heir = self._heir(each)
            if each.resource.is_retained and not stays_in_template:
                self.retained.append(each)
                loss = None if heir is None else refusal(each, heir)
            else:
                loss = self._loss(each, heir)
                if loss is None:
                    self.gone.append(each)
            if loss is not None:
                self.losses.append(loss)

    def _heir(self, each: Declared) -> Declared | None:
        """What is the same in the new templates, in this stack if it is there."""
        heirs = [later for later in self._everything if _is_same(each, later)]
        return min(heirs, key=lambda later: later.stack is not self._new, default=None)

    def _ids(self) -> set[str]:
        names = () if self._new is None else self._new.resources
        return {self._renamed.get(name, name) for name in names}

    def _look_for_clashes(self) -> None:
        """An id that shall be kept and that the new template still has at another resource."""
        resources = {} if self._new is None else self._new.resources
        for new_id, old_id in self._renamed.items():
            if old_id in resources and new_id != old_id and self._renamed.get(old_id, old_id) == old_id:
                there = resources[old_id]
                self.losses.append(
                    MoveProblem(
                        f"the new template has {old_id} still, and {new_id} declares the same again",
                        f"take {there.construct_path or old_id} out of the app",
                    )
                )

    def _loss(self, each: Declared, heir: Declared | None) -> MoveProblem | None:
        if heir is not None:
            return deletion(each, heir, "" if heir.stack is self._new else heir.stack.name or heir.stack.path)
        if any("<DkimDNSTokenName" in later.key[0] for later in self._everything) and is_written_dkim(each):
            return written_dkim(each)
        return next((unknown(each, later) for later in self._heirless if could_be_same(each, later)), None)


def _is_same(one: Declared, other: Declared) -> bool:
    return one.key == other.key and same_zone(one, other) is not False
