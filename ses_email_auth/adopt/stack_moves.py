"""What a deploy of new templates over old ones does to records and identities, once `logical_ids` are set.

CloudFormation creates what is new first and deletes what is gone last, and what is gone may be what has just been taken over.
Where record sets are a type of its registry, it refuses to create what exists. Nobody knows which an account does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.adopt.move_problem import MoveProblem, deletion, is_literal_dkim, literal_dkim, refusal, unknown
from ses_email_auth.adopt.template_moves import Entry, construct_moves, could_be_same, entries, is_same
from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    pairs = _pairs(old, new, stack)
    new_entries = [entry for _, after in pairs if after is not None for entry in entries(after)]
    return [_stack_move(before, after, new_entries) for before, after in pairs]


def _pairs(
    old: Sequence[StackTemplate], new: Sequence[StackTemplate], stack: str | None
) -> list[tuple[StackTemplate | None, StackTemplate | None]]:
    olds, news = ([template for template in stacks if stack is None or template.name in {"", stack}] for stacks in (old, new))
    if stack is not None and not news:
        raise EmailAuthError(f"no stack is called {stack!r}; there are {', '.join(template.name for template in new)}")
    if len(olds) == 1 and len(news) > 1 and not olds[0].name:
        news = [template for template in news if construct_moves(None, template)] or news
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
    return [*pairs, *((template, None) for template in by_name.values())]


def _stack_move(old: StackTemplate | None, new: StackTemplate | None, new_entries: Sequence[Entry]) -> StackMove:
    constructs = () if new is None else tuple(construct_moves(old, new))
    comparison = _Comparison(old, new, constructs, new_entries)
    comparison.compare()
    stack = new or old
    return StackMove(
        name="" if stack is None else stack.name or stack.path,
        constructs=constructs,
        problems=tuple(comparison.problems),
        deleted=tuple(comparison.deleted),
        retained=tuple(comparison.retained),
        claimed=tuple(comparison.claimed),
        writers=() if new is None else tuple(_writers(new)),
    )


def _writers(stack: StackTemplate) -> Iterator[str]:
    writers = {entry.resource.logical_id: entry.resource for entry in entries(stack) if entry.is_written and entry.is_member}
    yield from (resource.construct_path or logical_id for logical_id, resource in writers.items())


class _Comparison:
    """What becomes of the entries of the old template."""

    def __init__(
        self,
        old: StackTemplate | None,
        new: StackTemplate | None,
        constructs: Sequence[ConstructMove],
        new_entries: Sequence[Entry],
    ) -> None:
        self._new, self._new_entries = new, new_entries
        self._old_entries = [] if old is None else list(entries(old))
        # The logical ids that the resources of the new template will have.
        self._renamed = {kept.new.resource.logical_id: kept.old.resource.logical_id for c in constructs for kept in c.kept}
        self._ids = {self._renamed.get(name, name) for name in (() if new is None else new.resources)}
        self._by_id: dict[str, list[Entry]] = {}
        for entry in new_entries:
            if entry.stack is new:
                logical_id = entry.resource.logical_id
                self._by_id.setdefault(self._renamed.get(logical_id, logical_id), []).append(entry)
        self.problems: list[MoveProblem] = []
        self.deleted: list[Entry] = []
        self.retained: list[Entry] = []
        self.claimed: list[Entry] = []

    def compare(self) -> None:
        self._find_clashes()
        for entry in self._old_entries:
            if self._stays(entry):
                continue
            successor = self._successor(entry)
            if entry.resource.is_retained and entry.resource.logical_id not in self._ids:
                self.retained.append(entry)
                problem = None if successor is None else refusal(entry, successor)
                if successor is not None and problem is None and not successor.is_written:
                    self.claimed.append(entry)
            else:
                problem = self._problem_of_deletion(entry, successor)
                if problem is None:
                    self.deleted.append(entry)
            if problem is not None:
                self.problems.append(problem)

    def _find_clashes(self) -> None:
        """An id that shall be kept and that the new template still has at another resource."""
        resources = {} if self._new is None else self._new.resources
        for new_id, old_id in self._renamed.items():
            if old_id in resources and new_id != old_id and self._renamed.get(old_id, old_id) == old_id:
                self.problems.append(
                    MoveProblem(
                        f"the new template has {old_id} still, and {new_id} declares the same again",
                        f"take {resources[old_id].construct_path or old_id} out of the app",
                    )
                )

    def _stays(self, entry: Entry) -> bool:
        """Whether the resource with its logical id is the same, or may be."""
        return any(
            later.resource.type == entry.resource.type and (is_same(entry, later) or could_be_same(entry, later))
            for later in self._by_id.get(entry.resource.logical_id, [])
        )

    def _successor(self, entry: Entry) -> Entry | None:
        """The same in the new templates, in this stack if it is there."""
        same = [later for later in self._new_entries if is_same(entry, later)]
        return min(same, key=lambda later: later.stack is not self._new, default=None)

    def _problem_of_deletion(self, entry: Entry, successor: Entry | None) -> MoveProblem | None:
        if successor is not None:
            other_stack = "" if successor.stack is self._new else successor.stack.name or successor.stack.path
            return deletion(entry, successor, other_stack)
        if any("<DkimDNSTokenName" in later.key[0] for later in self._new_entries) and is_literal_dkim(entry):
            return literal_dkim(entry)
        return next(
            (unknown(entry, later) for later in self._new_entries if could_be_same(entry, later) and self._is_new(later)), None
        )

    def _is_new(self, entry: Entry) -> bool:
        return not any(is_same(old, entry) for old in self._old_entries)
