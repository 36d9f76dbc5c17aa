"""When two templates mean the same record set or identity: hosted zone, name without case and final dot, and type.

What only AWS knows is compared by where it comes from: `DkimDNSTokenName1` of the identity of one domain is one name, whatever
the identity is called in each template.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token, split_at_tokens
from ses_email_auth.sources.references import with_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.seen import SeenRecordSet
    from ses_email_auth.sources.references import Text
    from ses_email_auth.sources.stack_templates import StackResource, StackTemplate

__all__ = ["IDENTITY", "Declared", "could_be_same", "declared", "same_zone", "values_of", "without_path"]

IDENTITY = "SES identity"
_BY_NAME = "name:"
_OURS = "Custom::SesEmailAuth"  # what the types of our custom resources begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One record set or identity of a template."""

    stack: StackTemplate
    resource: StackResource
    record: SeenRecordSet | None
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


def _key(record: SeenRecordSet, stack: StackTemplate) -> tuple[str, str]:
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


def _identity_name(record: SeenRecordSet, stack: StackTemplate) -> str:
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
