"""What becomes of each record and identity of a stack when another template is deployed over it.

CloudFormation creates what is new first and deletes what is gone last, and what is gone may be what has just been taken over.
Where record sets are a type of its registry, it refuses to create what exists. Nobody knows which an account does.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.adopt.template_moves import could_be_same, entries, is_same, same_zone
from ses_email_auth.ses.hosts import is_easy_dkim_target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ses_email_auth.adopt.stack_templates import StackTemplate
    from ses_email_auth.adopt.template_moves import Entry


class End(enum.Enum):
    """What becomes of a record or an identity."""

    STAYS = "the same resource keeps it, perhaps with other values"
    MAY_STAY = "the same resource keeps it, if what is not known is the same"
    RETAINED = "it leaves the stack and stays where it is"
    TAKEN_OVER = "it stays where it is, and another resource takes it over or is refused"
    MOVES = "another resource makes it before this one deletes it"
    MAY_MOVE = "it is deleted, and another resource may be the same"
    MAY_BE_DKIM = "it is deleted, and is one of the three DKIM records that the new template has as attributes of the identity"
    GOES = "it is deleted, and nothing takes its place"
    REFUSED = "its logical id gets another type, which CloudFormation refuses"
    STACK_STAYS = "its stack is no more in the app, and stays deployed"
    UNSEEN = "the new state does not hold all records, so nobody can tell"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of `old`."""

    old: Entry
    end: End
    new: Entry | None = None
    """The same, or what may be the same, in the new templates."""

    @property
    def other_stack(self) -> str:
        """The stack that `new` is in, where that is another one; empty if it is not."""
        if self.new is None or not self.moves_stack:
            return ""
        return self.new.stack.name or self.new.stack.path

    moves_stack: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One stack that is deployed again.

    Args:
        old: its template; None for a stack that is new.
        new: the template that is deployed over it; None for a stack that is no more in the app.
        everywhere: the entries of all new templates.
        renamed: logical ids of `new` that shall be others. Default: - none
    """

    old: StackTemplate | None
    new: StackTemplate | None
    everywhere: Sequence[Entry]
    renamed: Mapping[str, str]

    def logical_id(self, entry: Entry) -> str:
        """The logical id that a resource of the new template has in the deployment."""
        return self.renamed.get(entry.resource.logical_id, entry.resource.logical_id)

    def fates(self) -> list[Fate]:
        """Of all entries of the old template, in its order."""
        olds = [] if self.old is None else list(entries(self.old))
        by_id: dict[str, list[Entry]] = {}
        for entry in self.everywhere:
            if entry.stack is self.new:
                by_id.setdefault(self.logical_id(entry), []).append(entry)
        return [self._fate(entry, by_id, olds) for entry in olds]

    def _fate(self, old: Entry, by_id: Mapping[str, Sequence[Entry]], olds: Sequence[Entry]) -> Fate:
        own_id = old.resource.logical_id
        kept = [entry for entry in by_id.get(own_id, ()) if entry.resource.type == old.resource.type]
        for end, holds in ((End.STAYS, is_same), (End.MAY_STAY, could_be_same), (End.MAY_STAY, _is_alternative)):
            same = next((entry for entry in kept if holds(old, entry)), None)
            if same is not None:
                return Fate(old, end, same)
        if self._has_other_type(own_id, old):
            return Fate(old, End.REFUSED)
        heir = self._heir(old)
        if self.new is None:
            return Fate(old, End.STACK_STAYS, heir, moves_stack=True)
        is_kept = old.resource.is_retained and not self._is_declared(own_id)
        if heir is not None:
            return Fate(old, End.TAKEN_OVER if is_kept else End.MOVES, heir, moves_stack=heir.stack is not self.new)
        return Fate(old, End.RETAINED) if is_kept else self._fate_without_heir(old, olds)

    def _fate_without_heir(self, old: Entry, olds: Sequence[Entry]) -> Fate:
        if any("<DkimDNSTokenName" in entry.key[0] for entry in self.everywhere) and _is_literal_dkim(old):
            return Fate(old, End.MAY_BE_DKIM)
        unclear = next((entry for entry in self._unclear(old) if not any(is_same(each, entry) for each in olds)), None)
        return Fate(old, End.GOES if unclear is None else End.MAY_MOVE, unclear)

    def _heir(self, old: Entry) -> Entry | None:
        """The same in the new templates, in this stack if it is there."""
        same = [entry for entry in self.everywhere if is_same(old, entry) and self._is_near(old, entry)]
        return min(same, key=lambda entry: entry.stack is not self.new, default=None)

    def _is_near(self, old: Entry, entry: Entry) -> bool:
        """Whether an equal name means the same record: in another stage or account it does not, unless the zone is the same."""
        own = self.new or self.old
        if own is None or entry.stack is self.new or (same_zone(old, entry) and old.record is not None):
            return True
        pairs = [(own.account, entry.stack.account)]
        if old.record is None:
            pairs.append((own.region, entry.stack.region))
        if self.new is not None:
            pairs.append((own.scope, entry.stack.scope))
        return all(not one or not another or one == another for one, another in pairs)

    def _unclear(self, old: Entry) -> Iterator[Entry]:
        return (entry for entry in self.everywhere if could_be_same(old, entry))

    def _is_declared(self, logical_id: str) -> bool:
        """Whether the new template has a resource of that id, once all have theirs."""
        resources = {} if self.new is None else self.new.resources
        return any(
            self.renamed.get(name, name) == logical_id and not resource.is_left_out for name, resource in resources.items()
        )

    def _has_other_type(self, logical_id: str, old: Entry) -> bool:
        resources = {} if self.new is None else self.new.resources
        return any(
            self.renamed.get(name, name) == logical_id and resource.type != old.resource.type and not resource.is_left_out
            for name, resource in resources.items()
        )


def _is_literal_dkim(entry: Entry) -> bool:
    """Whether it is an Easy DKIM record whose name is written out, and not an attribute of the identity."""
    return (
        entry.record is not None
        and entry.record.type_text == "CNAME"
        and "._domainkey." in entry.key[0]
        and any(is_easy_dkim_target(str(value)) for value in entry.record.values)
    )


def _is_alternative(one: Entry, other: Entry) -> bool:
    """Whether both are one record set, and one of them is declared under a condition that may not hold."""
    if one.record is None or other.record is None or one.key[0] != other.key[0]:
        return False
    conditions = [(entry.record.set_identifier or "").startswith("condition ") for entry in (one, other) if entry.record]
    return one.record.type_text == other.record.type_text and any(conditions)


def fates_of_zone(
    before: Sequence[Entry], after: Sequence[Entry], *, is_whole: bool, deleted: Collection[tuple[str, str]] = ()
) -> list[Fate]:
    """What becomes of the records of a zone that is published anew: by their names and types.

    Args:
        before: what stands.
        after: what is published.
        is_whole: whether that are all records of the zone, so that what is missing goes.
        deleted: names and types that go in any case. Default: - none
    """
    by_key: dict[tuple[str, str], Entry] = {entry.key: entry for entry in after}
    fates = []
    for old in before:
        new = by_key.get(old.key)
        if new is not None:
            fates.append(Fate(old, End.STAYS, new))
        else:
            fates.append(Fate(old, End.GOES if is_whole or old.key in deleted else End.UNSEEN))
    return fates
