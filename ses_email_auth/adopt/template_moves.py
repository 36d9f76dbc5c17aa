"""A move from one template of a stack to the next: which logical ids our constructs have to keep, and what changes.

A record under a new logical id is deleted with the old one in a green deploy, or the deploy is refused (docs/moving.md, "Two
worlds"). So the same record or identity gets the same logical id.

Two templates mean the same record set if hosted zone, type, and name without case and final dot are the same. What only AWS
knows is compared by where it comes from: `DkimDNSTokenName1` of the identity of one domain is one name, whatever the identity
is called in each template.
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
    from ses_email_auth.records.resource_record_set import RecordType
    from ses_email_auth.sources.references import Text
    from ses_email_auth.zone.declared import DeclaredRecordSet

_IDENTITY = "SES identity"
_BY_NAME = "name:"
_OF = "> of "
_OUR_CUSTOM_RESOURCES = "Custom::SesEmailAuth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record set or identity of a template."""

    stack: StackTemplate
    resource: StackResource
    record: DeclaredRecordSet | None
    """None for an identity."""

    key: tuple[str, str]
    """Name and type: equal for what is the same in DNS or in SES, apart from the zone."""

    zone: str
    """Empty if it is not known, and for an identity."""

    @property
    def place(self) -> str:
        """As people name it: `_dmarc.example.com TXT`."""
        return " ".join(self.key)

    @property
    def where(self) -> str:
        """`place` for findings, whose name people type: of what only AWS knows the domain, of what is not known nothing."""
        name, kind = self.key
        if name.startswith("<"):
            name = name.rpartition(_OF)[2]
            name, kind = name if "." in name else "", "DKIM"
        return "" if holds_token(name) or " " in name or not name else f"{name} {kind}"

    @property
    def values(self) -> tuple[str, ...]:
        """The values of a record set, comparable with those of another template."""
        return () if self.record is None else tuple(_comparable(value, self.stack) for value in self.record.values)

    @property
    def spelling(self) -> str:
        """The name of a record set as the template writes it, comparable with that of another template."""
        return "" if self.record is None else _comparable(self.record.spelling, self.stack)

    @property
    def is_written(self) -> bool:
        """Whether a custom resource of ours writes it."""
        return self.resource.type.startswith(_OUR_CUSTOM_RESOURCES)

    @property
    def is_known(self) -> bool:
        """Whether all values of a record set are known."""
        record = self.record
        return record is None or not any(isinstance(value, KnownAfterDeploy) or holds_token(value) for value in record.values)

    @property
    def texts(self) -> tuple[str, ...]:
        """The values whose text is known, TXT strings joined."""
        if self.record is None:
            return ()
        pairs = zip(self.record.values, self.record.texts, strict=True)
        return tuple(text for value, text in pairs if not isinstance(value, KnownAfterDeploy) and not holds_token(value))

    @property
    def type(self) -> RecordType | None:
        """That of a record set; None for a type that no rule looks at, and for an identity."""
        return None if self.record is None else self.record.type

    @property
    def is_private(self) -> bool:
        """Whether it is in a private zone, which receivers do not see."""
        zone = None if self.record is None else self.stack.zones.get(self.record.zone_id)
        return zone is not None and zone.is_private

    @property
    def is_member(self) -> bool:
        """Whether it shares its resource with others, so that it has no logical id of its own."""
        return self.record is not None and self.resource.type != "AWS::Route53::RecordSet"


def entries(stack: StackTemplate) -> Iterator[Entry]:
    """All record sets and identities of a stack, in its order."""
    for resource in stack.resources.values():
        if resource.identity is not None:
            name = _identity_key(resource.identity.name, stack)
            yield Entry(stack=stack, resource=resource, record=None, key=(name, _IDENTITY), zone="")
        for record in resource.records:
            zone = _comparable(record.zone_id, stack)
            yield Entry(stack=stack, resource=resource, record=record, key=_record_key(record, stack), zone=zone)


def _record_key(record: DeclaredRecordSet, stack: StackTemplate) -> tuple[str, str]:
    kind = record.type_text
    if record.set_identifier is not None:
        kind = f"{kind} ({_comparable(record.set_identifier, stack)})"
    if isinstance(record.name, KnownAfterDeploy):
        after = record.name.after.removesuffix(".")
        attribute = KnownAfterDeploy(record.name.attribute, record.name.before, after)
        return f"{attribute} of {_identity_of(record, stack)}", kind
    if holds_token(record.spelling):
        return _comparable(record.spelling, stack).removesuffix("."), kind
    name = record.name.text if isinstance(record.name, DomainName) else record.spelling.lower().removesuffix(".")
    return name, kind


def _identity_of(record: DeclaredRecordSet, stack: StackTemplate) -> str:
    resource = stack.resources.get(record.identity)
    if resource is None or resource.identity is None:
        return record.identity or "an identity"
    return _identity_key(resource.identity.name, stack)


def _identity_key(text: str, stack: StackTemplate) -> str:
    name = _comparable(text, stack).removesuffix(".")
    return name if holds_token(name) else name.lower()


def _comparable(text: Text, stack: StackTemplate) -> str:
    """`text` with the marks of unknown values alike in all templates: the reader begins them with the path of the file."""
    return with_marks(text).replace(f"${{Token[{stack.path}#", "${Token[#").replace(f"@{stack.path}", "")


def same_zone(one: Entry, other: Entry) -> bool | None:
    """Whether both are in one hosted zone; None if the templates do not say."""
    zones = (one.zone, other.zone)
    if one.zone == other.zone:
        return True if one.zone or one.record is None else None
    if "" in zones or any(zone.startswith(_BY_NAME) or holds_token(zone) for zone in zones):
        return None
    return False


def zone_name(entry: Entry) -> DomainName | None:
    """The name of the hosted zone of a record set; None if it is not known."""
    zone = None if entry.record is None else entry.stack.zones.get(entry.record.zone_id)
    return None if zone is None else zone.name


def may_share_zone(one: Entry, other: Entry) -> bool:
    """Whether the hosted zones of two record sets have one name, as far as that is known: for files that name no zone ids."""
    names = (zone_name(one), zone_name(other))
    return None in names or names[0] == names[1]


def is_same(one: Entry, other: Entry) -> bool:
    """Whether both are one record set or identity, as far as the templates say."""
    return one.key == other.key and same_zone(one, other) is not False


def could_be_same(one: Entry, other: Entry) -> bool:
    """Whether both are the same for some value of what is not known yet."""
    names = (one.key[0], other.key[0])
    if one.key[1] != other.key[1] or same_zone(one, other) is False or not any(map(holds_token, names)):
        return False
    if all(map(holds_token, names)):
        return True
    pattern, name = names if holds_token(names[0]) else reversed(names)
    parts = (".+" if is_token else re.escape(part) for part, is_token in split_at_tokens(pattern))
    return re.fullmatch("".join(parts), name, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class Override:
    """A property that has to stay as it is written, or the resource may be replaced."""

    name: str
    value: object
    """As in a template; None takes the property out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptId:
    """A child of our construct that is a resource of the old template."""

    child: str
    old: Entry
    new: Entry
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
    new: tuple[Entry, ...]
    """What the old template does not have."""

    @property
    def logical_ids(self) -> dict[str, str]:
        """The argument of the construct."""
        return {kept.child: kept.old.resource.logical_id for kept in self.kept}

    @property
    def is_grouped(self) -> bool:
        """Whether all records are one resource; the construct takes no `logical_ids` then."""
        return any(entry.is_member for entry in (*self.new, *(kept.new for kept in self.kept)))

    @property
    def is_at_rest(self) -> bool:
        """Whether all ids are as they were, so that nothing has to be written."""
        return all(kept.old.resource.logical_id == kept.new.resource.logical_id for kept in self.kept)


def construct_moves(old: StackTemplate | None, new: StackTemplate) -> list[ConstructMove]:
    """Our constructs in `new`, with what they take over from `old`, in the order of the template."""
    pool = _Pool([] if old is None else list(entries(old)), frozenset(new.resources))
    children: dict[str, list[tuple[str, Entry]]] = {}
    for entry in entries(new):
        construct, child = owner_of(entry)
        if child:
            children.setdefault(construct, []).append((child, entry))
    return [_construct_move(construct, members, pool) for construct, members in children.items()]


def _construct_move(construct: str, children: Sequence[tuple[str, Entry]], pool: _Pool) -> ConstructMove:
    kept: list[KeptId] = []
    new: list[Entry] = []
    for child, entry in children:
        old = pool.take(entry)
        if old is None:
            new.append(entry)
        else:
            kept.append(_kept(child, old, entry))
    return ConstructMove(construct=construct, kept=tuple(kept), new=tuple(new))


@dataclass(slots=True)
class _Pool:
    """The entries of the old template that no construct has taken yet."""

    entries: list[Entry]
    new_ids: frozenset[str]
    """The logical ids of the new template."""

    taken: set[int] = field(default_factory=set)
    groups: dict[str, str] = field(default_factory=dict)
    """Which group of the old template a group of the new one is, by logical ids."""

    def take(self, wanted: Entry) -> Entry | None:
        """The entry that `wanted` is: with its own logical id first, then one that leaves the template."""
        candidates = [
            entry
            for entry in self.entries
            if (entry.key == wanted.key or _is_known_by_id(entry, wanted))
            and entry.resource.type == wanted.resource.type
            and id(entry) not in self.taken
            and same_zone(entry, wanted) is not False
            and self.groups.get(wanted.resource.logical_id, entry.resource.logical_id) == entry.resource.logical_id
        ]
        if not candidates:
            return None
        best = min(candidates, key=lambda entry: self._rank(entry, wanted))
        self.taken.add(id(best))
        if wanted.is_member:  # one group can become one group
            self.groups[wanted.resource.logical_id] = best.resource.logical_id
        return best

    def _rank(self, entry: Entry, wanted: Entry) -> tuple[bool, bool, bool]:
        logical_id = entry.resource.logical_id
        return (
            logical_id != wanted.resource.logical_id,
            same_zone(entry, wanted) is None,
            logical_id in self.new_ids,
        )


def _is_known_by_id(entry: Entry, wanted: Entry) -> bool:
    """Whether the names may be the same, and the logical id is."""
    return entry.resource.logical_id == wanted.resource.logical_id and could_be_same(entry, wanted)


_CHILD = re.compile(r"Identity|DkimRecord[0-9]*|MailFromMx|MailFromSpf|FromDomainTxt(?:-.+)?|Dmarc|Records")
_LOGICAL_ID = re.compile(
    r"([A-Za-z0-9]*?)(Identity|DkimRecord[0-9]?|MailFromMx|MailFromSpf|FromDomainTxt|Dmarc|Records)(.*)[0-9A-F]{8}"
)
_SUBDOMAIN = "FromDomainTxt"


def owner_of(entry: Entry) -> tuple[str, str]:
    """The construct of ours that an entry belongs to, and the child id; both empty if it belongs to others.

    The children of CDK's own constructs are called `Resource`, ours have names.
    """
    path = entry.resource.construct_path
    if path:
        construct, _, child = path.rpartition("/")
        return (construct, child) if _CHILD.fullmatch(child) and "/" in construct else ("", "")
    match = _LOGICAL_ID.fullmatch(entry.resource.logical_id)
    if match is None:
        return "", ""
    prefix, child, rest = match.groups()
    if not rest:
        return prefix, child
    # CDK leaves dots and hyphens out of ids: the name of the record says where they were.
    labels = entry.key[0].split(".")
    names = (".".join(labels[:count]) for count in range(1, len(labels)))
    name = next((name for name in names if re.sub("[^A-Za-z0-9]", "", name) == rest), None)
    return (prefix, f"{child}-{name}") if child == _SUBDOMAIN and name is not None else ("", "")


def _kept(child: str, old: Entry, new: Entry) -> KeptId:
    if old.record is None or new.record is None:
        return _kept_identity(child, old, new)
    changes, overrides, doubts = [], [], []
    if old.record.ttl != new.record.ttl:
        changes.append(f"TTL {old.record.ttl or '(none)'} -> {new.record.ttl}")
    if old.values != new.values:
        changes.append(f"{', '.join(old.values) or '(no value)'} -> {', '.join(new.values)}")
    if new.is_written:
        return KeptId(child=child, old=old, new=new, changes=tuple(changes))
    written, wanted = old.resource.properties, new.resource.properties
    if old.is_member:
        pass  # a group changes its members in place
    elif old.spelling != new.spelling:
        overrides.append(Override("Name", written.get("Name")))
    elif written.get("Name") != wanted.get("Name") and not old.key[0].startswith("<"):
        doubts.append("its Name is written otherwise, and resolves to the same text")
    if "HostedZoneName" in written and "HostedZoneName" not in wanted:
        overrides += [Override("HostedZoneId", None), Override("HostedZoneName", written["HostedZoneName"])]
    elif same_zone(old, new) is None or written.get("HostedZoneId") != wanted.get("HostedZoneId"):
        doubts.append("its HostedZoneId is written otherwise: both must be the same zone")
    return KeptId(child=child, old=old, new=new, changes=tuple(changes), overrides=tuple(overrides), doubts=tuple(doubts))


def _kept_identity(child: str, old: Entry, new: Entry) -> KeptId:
    names = [
        _comparable(entry.resource.identity.name, entry.stack) for entry in (old, new) if entry.resource.identity is not None
    ]
    overrides = () if names[0] == names[1] else (Override("EmailIdentity", old.resource.properties.get("EmailIdentity")),)
    return KeptId(child=child, old=old, new=new, changes=tuple(differing(old.resource, new.resource)), overrides=overrides)


def differing(old: StackResource, new: StackResource) -> Iterable[str]:
    """The properties that are not the same; a key may stand in them, so no value is shown."""
    names = dict.fromkeys([*old.properties, *new.properties])
    return [str(name) for name in names if name != "EmailIdentity" and old.properties.get(name) != new.properties.get(name)]
