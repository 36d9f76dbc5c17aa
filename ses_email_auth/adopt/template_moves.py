"""When two templates mean the same record set or identity: hosted zone, name without case and final dot, and type.

What only AWS knows is compared by where it comes from: `DkimDNSTokenName1` of the identity of one domain is one name, whatever
the identity is called in each template.

A move from one template of a stack to the next: which logical ids our constructs have to keep, and what happens else.

CloudFormation can neither import nor refactor Route 53 records, and a record under a new logical id is deleted with the old one
in a green deploy (README, "Changing it later"). So what is the same gets the same logical id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token, split_at_tokens
from ses_email_auth.sources.references import with_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ses_email_auth.adopt.stack_templates import StackResource, StackTemplate
    from ses_email_auth.sources.references import Text
    from ses_email_auth.zone.declared import DeclaredRecordSet

__all__ = [
    "IDENTITY",
    "ConstructMove",
    "Declared",
    "KeptId",
    "Override",
    "construct_moves",
    "could_be_same",
    "declared",
    "same_zone",
    "values_of",
    "without_path",
]

IDENTITY = "SES identity"
_BY_NAME = "name:"
_OURS = "Custom::SesEmailAuth"  # what the types of our custom resources begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One record set or identity of a template."""

    stack: StackTemplate
    resource: StackResource
    record: DeclaredRecordSet | None
    """None for an identity."""

    key: tuple[str, str]
    """Name and type: equal for what is the same in DNS or in SES, apart from the zone."""

    zone: str
    """Empty if nobody can tell, and for an identity."""

    @property
    def place(self) -> str:
        """As people name it: `_dmarc.example.com TXT`."""
        return " ".join(self.key)

    @property
    def is_written(self) -> bool:
        """Whether a custom resource of ours writes it."""
        return self.resource.type.startswith(_OURS)

    @property
    def is_member(self) -> bool:
        """Whether it shares its resource with others, so that it has no logical id of its own."""
        return self.record is not None and self.resource.type != "AWS::Route53::RecordSet"


def declared(stack: StackTemplate) -> Iterator[Declared]:
    """All record sets and identities of a stack, in its order."""
    for resource in stack.resources.values():
        if resource.identity is not None:
            name = _identity_key(resource.identity.name, stack)
            yield Declared(stack=stack, resource=resource, record=None, key=(name, IDENTITY), zone="")
        for record in resource.records:
            zone = without_path(record.zone_id, stack)
            yield Declared(stack=stack, resource=resource, record=record, key=_key(record, stack), zone=zone)


def _key(record: DeclaredRecordSet, stack: StackTemplate) -> tuple[str, str]:
    kind = record.type_text
    if record.set_identifier is not None:
        kind = f"{kind} ({without_path(record.set_identifier, stack)})"
    if isinstance(record.name, KnownAfterDeploy):
        after = record.name.after.removesuffix(".")
        shown = KnownAfterDeploy(record.name.attribute, record.name.before, after)
        return f"{shown} of {_identity_name(record, stack)}", kind
    if holds_token(record.spelling):
        return without_path(record.spelling, stack).removesuffix("."), kind
    name = record.name.text if isinstance(record.name, DomainName) else record.spelling.lower().removesuffix(".")
    return name, kind


def _identity_name(record: DeclaredRecordSet, stack: StackTemplate) -> str:
    found = stack.resources.get(record.identity)
    if found is None or found.identity is None:
        return record.identity or "an identity"
    return _identity_key(found.identity.name, stack)


def _identity_key(text: str, stack: StackTemplate) -> str:
    name = without_path(text, stack).removesuffix(".")
    return name if holds_token(name) else name.lower()


def same_zone(one: Declared, other: Declared) -> bool | None:
    """Whether both are in one hosted zone; None if nobody can tell."""
    zones = (one.zone, other.zone)
    if one.zone == other.zone:
        return True if one.zone or one.record is None else None
    if "" in zones or any(zone.startswith(_BY_NAME) or holds_token(zone) for zone in zones):
        return None
    return False


def could_be_same(one: Declared, other: Declared) -> bool:
    """Whether both are the same for some value of what nobody knows yet."""
    names = (one.key[0], other.key[0])
    if one.key[1] != other.key[1] or same_zone(one, other) is False or not any(map(holds_token, names)):
        return False
    if all(map(holds_token, names)):
        return True
    pattern, name = names if holds_token(names[0]) else reversed(names)
    parts = (".+" if is_token else re.escape(part) for part, is_token in split_at_tokens(pattern))
    return re.fullmatch("".join(parts), name, re.IGNORECASE) is not None


def without_path(text: Text, stack: StackTemplate) -> str:
    """`text`, its marks the same for the same thing in each template: they begin with the path of the file."""
    return with_marks(text).replace(f"${{Token[{stack.path}#", "${Token[#").replace(f"@{stack.path}", "")


def values_of(each: Declared) -> tuple[str, ...]:
    """The values of a record set, comparable with those of another template."""
    values = () if each.record is None else each.record.values
    return tuple(without_path(value, each.stack) for value in values)


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
