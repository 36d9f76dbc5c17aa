"""A move from one template of a stack to the next: which logical ids our constructs have to keep, and what happens else.

CloudFormation can neither import nor refactor Route 53 records, and a record under a new logical id is deleted with the old one
in a green deploy (README, "Changing it later"). So what is the same gets the same logical id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.sources.move_keys import Declared, could_be_same, declared, same_zone, values_of, without_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ses_email_auth.sources.stack_templates import StackResource, StackTemplate

__all__ = ["ConstructMove", "KeptId", "Override", "construct_moves"]

_CHILD = re.compile(r"Identity|DkimRecord[0-9]*|MailFromMx|MailFromSpf|FromDomainTxt(?:-.+)?|Dmarc|Records")
_MADE_ID = re.compile(
    r"([A-Za-z0-9]*?)(Identity|DkimRecord[0-9]?|MailFromMx|MailFromSpf|FromDomainTxt|Dmarc|Records)(.*)[0-9A-F]{8}"
)
_SUBDOMAIN = "FromDomainTxt"


@dataclass(frozen=True, slots=True)
class Override:
    """A property that has to stay as it is written, or the resource is replaced."""

    name: str
    value: object
    """As in a template; None takes the property out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptId:
    """A child of our construct that is a resource of the old template."""

    child: str
    old: Declared
    new: Declared
    changes: tuple[str, ...] = ()
    """What is updated in place."""

    overrides: tuple[Override, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstructMove:
    """One construct of ours in the new template."""

    construct: str
    """Its path; without paths in the template what its logical ids begin with."""

    kept: tuple[KeptId, ...]
    fresh: tuple[Declared, ...]
    """What the old template does not have."""

    @property
    def logical_ids(self) -> dict[str, str]:
        """The argument of the construct."""
        return {each.child: each.old.resource.logical_id for each in self.kept}

    @property
    def is_grouped(self) -> bool:
        """Whether all records are one resource; the construct takes no `logical_ids` then."""
        return any(each.is_member for each in (*self.fresh, *(kept.new for kept in self.kept)))

    @property
    def is_at_rest(self) -> bool:
        """Whether all ids are as they were, so that nothing has to be written."""
        return all(each.old.resource.logical_id == each.new.resource.logical_id for each in self.kept)


@dataclass(slots=True)
class _Pool:
    """What the old template has and nobody has taken yet."""

    found: list[Declared]
    still_used: frozenset[str]
    """The logical ids of the new template."""

    taken: set[int] = field(default_factory=set)
    groups: dict[str, str] = field(default_factory=dict)
    """Which group of the old template a group of the new one is, by logical ids."""

    def take(self, wanted: Declared) -> Declared | None:
        """The one that `wanted` is: its own logical id first, then what leaves the template."""
        candidates = [
            each
            for each in self.found
            if (each.key == wanted.key or _is_known_by_id(each, wanted))
            and each.resource.type == wanted.resource.type
            and id(each) not in self.taken
            and same_zone(each, wanted) is not False
            and self.groups.get(wanted.resource.logical_id, each.resource.logical_id) == each.resource.logical_id
        ]
        if not candidates:
            return None
        best = min(candidates, key=lambda each: self._rank(each, wanted))
        self.taken.add(id(best))
        if wanted.is_member:  # one group can become one group
            self.groups[wanted.resource.logical_id] = best.resource.logical_id
        return best

    def _rank(self, each: Declared, wanted: Declared) -> tuple[bool, bool, bool]:
        logical_id = each.resource.logical_id
        return (
            logical_id != wanted.resource.logical_id,
            same_zone(each, wanted) is None,
            logical_id in self.still_used,
        )


def _is_known_by_id(each: Declared, wanted: Declared) -> bool:
    """Whether nobody can tell the names apart, and the logical id says that it is the same."""
    return each.resource.logical_id == wanted.resource.logical_id and could_be_same(each, wanted)


def construct_moves(old: StackTemplate | None, new: StackTemplate) -> list[ConstructMove]:
    """Our constructs in `new`, with what they take over from `old`, in the order of the template."""
    pool = _Pool([] if old is None else list(declared(old)), frozenset(new.resources))
    groups: dict[str, list[tuple[str, Declared]]] = {}
    for each in declared(new):
        construct, child = _owner(each)
        if child:
            groups.setdefault(construct, []).append((child, each))
    return [_construct_move(construct, children, pool) for construct, children in groups.items()]


def _construct_move(construct: str, children: Sequence[tuple[str, Declared]], pool: _Pool) -> ConstructMove:
    kept: list[KeptId] = []
    fresh: list[Declared] = []
    for child, each in children:
        found = pool.take(each)
        if found is None:
            fresh.append(each)
        else:
            kept.append(_kept(child, found, each))
    return ConstructMove(construct=construct, kept=tuple(kept), fresh=tuple(fresh))


def _owner(each: Declared) -> tuple[str, str]:
    """The construct of ours that something belongs to, and the child id; empty if it is of others.

    The children of CDK's own constructs are called `Resource`, ours have names.
    """
    path = each.resource.construct_path
    if path:
        construct, _, child = path.rpartition("/")
        return (construct, child) if _CHILD.fullmatch(child) and "/" in construct else ("", "")
    match = _MADE_ID.fullmatch(each.resource.logical_id)
    if match is None:
        return "", ""
    prefix, child, rest = match.groups()
    if not rest:
        return prefix, child
    # CDK leaves dots and hyphens out of ids: the name of the record says where they were.
    labels = each.key[0].split(".")
    names = (".".join(labels[:count]) for count in range(1, len(labels)))
    name = next((name for name in names if re.sub("[^A-Za-z0-9]", "", name) == rest), None)
    return (prefix, f"{child}-{name}") if child == _SUBDOMAIN and name is not None else ("", "")


def _kept(child: str, old: Declared, new: Declared) -> KeptId:
    if old.record is None or new.record is None:
        return _kept_identity(child, old, new)
    changes, overrides, doubts = [], [], []
    if old.record.ttl != new.record.ttl:
        changes.append(f"TTL {old.record.ttl or '(none)'} -> {new.record.ttl}")
    before, after = (values_of(each) for each in (old, new))
    if before != after:
        changes.append(f"{', '.join(before) or '(no value)'} -> {', '.join(after)}")
    written, wanted = old.resource.written, new.resource.written
    if new.is_written:
        return KeptId(child=child, old=old, new=new, changes=tuple(changes))
    if old.is_member:
        pass  # a group changes its members in place
    elif _spelling(old) != _spelling(new):
        overrides.append(Override("Name", written.get("Name")))
    elif written.get("Name") != wanted.get("Name") and not old.key[0].startswith("<"):
        doubts.append("its Name is written otherwise, and resolves to the same text")
    if "HostedZoneName" in written and "HostedZoneName" not in wanted:
        overrides += [Override("HostedZoneId", None), Override("HostedZoneName", written["HostedZoneName"])]
    elif same_zone(old, new) is None or written.get("HostedZoneId") != wanted.get("HostedZoneId"):
        doubts.append("its HostedZoneId is written otherwise: both must be the same zone")
    return KeptId(child=child, old=old, new=new, changes=tuple(changes), overrides=tuple(overrides), doubts=tuple(doubts))


def _kept_identity(child: str, old: Declared, new: Declared) -> KeptId:
    named = ((each.resource.identity, each.stack) for each in (old, new))
    names = [without_path(identity.name, stack) for identity, stack in named if identity is not None]
    overrides = () if names[0] == names[1] else (Override("EmailIdentity", old.resource.written.get("EmailIdentity")),)
    return KeptId(child=child, old=old, new=new, changes=tuple(_differing(old.resource, new.resource)), overrides=overrides)


def _differing(old: StackResource, new: StackResource) -> Iterable[str]:
    """The properties that are not the same; a key may stand in them, so no value is shown."""
    names = dict.fromkeys([*old.written, *new.written])
    return [str(name) for name in names if name != "EmailIdentity" and old.written.get(name) != new.written.get(name)]


def _spelling(each: Declared) -> str:
    return "" if each.record is None else without_path(each.record.spelling, each.stack)
