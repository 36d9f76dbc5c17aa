"""The record sets that an update changes, one by one: what each was, what it shall be, and what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_email_auth.lambdas.hosted_zone import Change
    from ses_email_auth.lambdas.record_set import RecordSet

__all__ = ["Step", "stands", "were_done"]


@dataclass(frozen=True, slots=True)
class Step:
    """One record set."""

    old: RecordSet | None
    new: RecordSet | None
    found: RecordSet | None

    @property
    def is_done(self) -> bool:
        """Whether it is as it shall be."""
        return self.found is None if self.new is None else self.new.is_like(self.found)

    @property
    def is_as_it_was(self) -> bool:
        """Whether it is still what it was."""
        return self.found is None if self.old is None else self.old.is_like(self.found)

    @property
    def is_strange(self) -> bool:
        """Whether it is new in this update, and stands already as it shall be."""
        return self.old is None and self.is_done

    @property
    def conflict(self) -> str | None:
        """What is wrong if somebody else has written it."""
        if self.is_done or self.is_as_it_was or self.found is None:
            return None
        if self.old is None:
            return None if self.new is None else stands(self.new, self.found)
        wanted = "" if self.new is None else f", or give it the new value: {self.new}"
        return (
            f"{self.old.place} was changed outside of this stack: it holds {self.found}, this stack wrote {self.old}; "
            f"put that back{wanted}, and deploy again"
        )

    def changes(self) -> list[Change]:
        """What is to be done in the zone."""
        if self.is_done:
            return []
        gone: list[Change] = [] if self.found is None else [("DELETE", self.found)]
        return gone if self.new is None else [*gone, ("CREATE", self.new)]


def were_done(steps: Sequence[Step]) -> bool:
    """Whether the update that `steps` take back was done although it counts as failed, as after a time-out.

    It was done whole or not at all. A set that it added is no proof, since that may be the one that stood there before.
    """
    return all(step.is_as_it_was for step in steps) and any(step.new is not None for step in steps)


def stands(wanted: RecordSet, found: RecordSet) -> str:
    """The conflict with a record set that somebody else has written."""
    return (
        f"{wanted.place} stands in the zone with another value: {found}; this stack wants {wanted}; remove it there, or give "
        f"it that value and pass adopt=True"
    )
