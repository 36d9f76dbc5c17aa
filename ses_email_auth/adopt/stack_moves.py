"""What a deploy of new templates over old ones does to records and identities, once `logical_ids` are set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.adopt.fates import Deployment, End
from ses_email_auth.adopt.impact_kinds import LOSSES
from ses_email_auth.adopt.move_problem import MoveProblem, is_claimed, problem_of
from ses_email_auth.adopt.stack_impact import impact_by_stack
from ses_email_auth.adopt.stack_pairs import pairs_of
from ses_email_auth.adopt.template_moves import Entry, construct_moves, entries
from ses_email_auth.checks.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ses_email_auth.adopt.stack_templates import StackTemplate
    from ses_email_auth.adopt.template_moves import ConstructMove
    from ses_email_auth.checks.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMove:
    """One stack that is deployed again."""

    name: str
    constructs: tuple[ConstructMove, ...]
    problems: tuple[MoveProblem, ...]
    lost: tuple[Finding, ...]
    """What mail loses although all ids are kept."""

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
        return bool(self.problems) or bool(self.lost) or overrides

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
    entries_of_all = [entry for _, after in pairs if after is not None for entry in entries(after)]
    deployments, moves = [], []
    for before, after in pairs:
        constructs = () if after is None else tuple(construct_moves(before, after))
        renamed = {kept.new.resource.logical_id: kept.old.resource.logical_id for each in constructs for kept in each.kept}
        deployments.append(Deployment(old=before, new=after, everywhere=entries_of_all, renamed=renamed))
        moves.append(constructs)
    found = impact_by_stack(deployments)
    return [_stack_move(*each) for each in zip(deployments, moves, found, strict=True)]


def _stack_move(deployment: Deployment, constructs: tuple[ConstructMove, ...], found: Sequence[Finding]) -> StackMove:
    fates = deployment.fates()
    stack = deployment.new or deployment.old
    return StackMove(
        name="" if stack is None else stack.name or stack.path,
        constructs=constructs,
        problems=(*_doubles(deployment.new, deployment.renamed), *filter(None, map(problem_of, fates))),
        lost=tuple(finding for finding in found if finding.id in LOSSES and finding.severity is Severity.ERROR),
        deleted=tuple(fate.old for fate in fates if fate.end is End.GOES),
        retained=tuple(fate.old for fate in fates if fate.end in {End.RETAINED, End.TAKEN_OVER}),
        claimed=tuple(fate.old for fate in fates if is_claimed(fate)),
        writers=() if deployment.new is None else tuple(_writers(deployment.new)),
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
