"""How mail is signed, and the records that this needs: three CNAME records for Easy DKIM, the public key for a key of one's
own, none for a replica, which uses the records of its parent.

Whatever the kind, SES signs as the domain of the identity.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.dkim import DkimKeyRecord

__all__ = [
    "EASY_DKIM_ATTRIBUTES",
    "DkimWish",
    "EasyDkim",
    "ManagedKey",
    "OwnKey",
    "Replica",
    "key_attribute",
    "selector_of",
]

# Easy DKIM always has three names, so that SES can rotate keys.
_EASY_DKIM = tuple((f"DkimDNSTokenName{n}", f"DkimDNSTokenValue{n}") for n in (1, 2, 3))

EASY_DKIM_ATTRIBUTES = tuple(attribute for pair in _EASY_DKIM for attribute in pair)
"""What only the identity knows of its records."""


class DkimWish(ABC):
    """How the mail of an identity is signed."""

    __slots__ = ()

    @abstractmethod
    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """The record sets by the id of the construct child that carries them; `ttl` in seconds."""


@dataclass(frozen=True, slots=True)
class EasyDkim(DkimWish):
    """SES makes, publishes and rotates the keys (developer guide, "Easy DKIM")."""

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:  # noqa: ARG002 - SES knows the names
        """Three CNAME records whose names and values only AWS knows."""
        return _easy_dkim_records(ttl)


@dataclass(frozen=True, slots=True)
class OwnKey(DkimWish):
    """A key that somebody else made (developer guide, "BYODKIM")."""

    selector: str
    record: DkimKeyRecord

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """The public key, in strings of 255 octets: a key of 2048 bits takes two."""
        return {"DkimKey": ResourceRecordSet(_name(self.selector, identity), RecordType.TXT, ttl, (self.record.strings,))}


@dataclass(frozen=True, slots=True)
class ManagedKey(DkimWish):
    """Keys that are made at deployment, one for each generation. The one before stays published: mail that it signed may still
    be on its way, and a failed change goes back to it.
    """

    selector: str
    """Without the generation."""

    generation: int

    @property
    def generations(self) -> tuple[int, ...]:
        """Those that are published, the one that signs first."""
        return (self.generation,) if self.generation == 1 else (self.generation, self.generation - 1)

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """The public keys, which only AWS knows; each attribute holds a whole value, quoted and cut into strings."""
        return {
            f"DkimKey{n}": ResourceRecordSet(
                _name(selector_of(self.selector, n), identity), RecordType.TXT, ttl, (KnownAfterDeploy(key_attribute(n)),)
            )
            for n in self.generations
        }


@dataclass(frozen=True, slots=True)
class Replica(DkimWish):
    """The keys and records of the identity in another region (developer guide, "Deterministic Easy DKIM")."""

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:  # noqa: ARG002 - there is none
        """None: those of the parent serve all replicas."""
        return {}


def selector_of(selector: str, generation: int) -> str:
    """The selector of one generation of a managed key."""
    return f"{selector}-{generation}"


def key_attribute(generation: int) -> str:
    """The attribute that holds the TXT value of one generation of a managed key."""
    return f"DkimKeyText{generation}"


def _name(selector: str, identity: DomainName) -> DomainName:
    return identity.child(f"{selector}._domainkey")


@functools.lru_cache(maxsize=16)  # the same for every domain
def _easy_dkim_records(ttl: int) -> Mapping[str, ResourceRecordSet]:
    return {
        f"DkimRecord{n}": ResourceRecordSet(KnownAfterDeploy(name), RecordType.CNAME, ttl, (KnownAfterDeploy(value),))
        for n, (name, value) in enumerate(_EASY_DKIM, start=1)
    }
