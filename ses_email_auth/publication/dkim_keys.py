"""How mail is signed, and the records that this needs: three CNAME records for Easy DKIM, the public key for a key of one's
own, none for a replica, which uses the records of its parent.

Whatever the kind, SES signs as the domain of the identity.

The DKIM records of an identity that stands already (Amazon SES API reference v2, "DkimAttributes").

Its tokens and the zone of its keys are read from SES by a person. Not handled: a selector of one's own (BYODKIM), whose record
stands before SES has the key.
"""

from __future__ import annotations

import functools
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.publication.prop_values import domain, text_list
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.ses.hosts import dkim_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.dkim import DkimKeyRecord

__all__ = [
    "EASY_DKIM_ATTRIBUTES",
    "DkimKeys",
    "EasyDkim",
    "ExistingKeys",
    "ManagedKey",
    "OwnKey",
    "Replica",
    "existing_keys",
    "key_attribute",
    "selector_of",
]

# Easy DKIM always has three names, so that SES can rotate keys.
_EASY_DKIM = tuple((f"DkimDNSTokenName{n}", f"DkimDNSTokenValue{n}") for n in (1, 2, 3))

EASY_DKIM_ATTRIBUTES = tuple(attribute for pair in _EASY_DKIM for attribute in pair)
"""What only the identity knows of its records."""


class DkimKeys(ABC):
    """How the mail of an identity is signed."""

    __slots__ = ()

    @abstractmethod
    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """The record sets by the id of the construct child that carries them; `ttl` in seconds."""


@dataclass(frozen=True, slots=True)
class EasyDkim(DkimKeys):
    """SES makes, publishes and rotates the keys (developer guide, "Easy DKIM")."""

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:  # noqa: ARG002 - SES knows the names
        """Three CNAME records whose names and values only AWS knows."""
        return _easy_dkim_records(ttl)


@dataclass(frozen=True, slots=True)
class OwnKey(DkimKeys):
    """A key that somebody else made (developer guide, "BYODKIM")."""

    selector: str
    record: DkimKeyRecord

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """The public key, in strings of 255 octets: a key of 2048 bits takes two."""
        return {"DkimKey": ResourceRecordSet(_name(self.selector, identity), RecordType.TXT, ttl, (self.record.strings,))}


@dataclass(frozen=True, slots=True)
class ManagedKey(DkimKeys):
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
class Replica(DkimKeys):
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


_TOKENS = 3
_TOKEN = re.compile(r"[a-z0-9]{32}")
_WHERE = "aws sesv2 get-email-identity --email-identity <domain>"


@dataclass(frozen=True, slots=True)
class ExistingKeys(DkimKeys):
    """Keys of an identity that was made elsewhere."""

    tokens: tuple[str, ...]
    """Three, or none if the records are not ours."""

    signing_zone: str
    """Where SES keeps the keys."""

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """A CNAME record for each token."""
        return {
            f"DkimRecord{n}": ResourceRecordSet(
                identity.child(f"{token}._domainkey"), RecordType.CNAME, ttl, (f"{token}.{self.signing_zone}",)
            )
            for n, token in enumerate(self.tokens, start=1)
        }


def existing_keys(tokens: Iterable[str], signing_zone: object, region: str | None) -> ExistingKeys:
    """The keys, with all arguments checked.

    Raises:
        EmailAuthError: for anything but no token or three different ones, and if the zone of the keys is not known.
    """
    hint = f"pass the three of DkimAttributes.Tokens ({_WHERE})"
    entries = text_list("dkim_tokens", tokens, "['<token>', '<token>', '<token>']")
    for token in entries:
        if not holds_token(token) and _TOKEN.fullmatch(token) is None:
            raise EmailAuthError(
                f"'dkim_tokens' must hold tokens of 32 letters and digits in lower case, got {token!r}; {hint}"
            )
    if len(entries) not in {0, _TOKENS} or len(set(entries)) != len(entries):
        raise EmailAuthError(f"'dkim_tokens' must hold three different tokens, got {list(entries)!r}; {hint}")
    if signing_zone is not None:
        if not entries:
            raise EmailAuthError("'dkim_signing_zone' has no use without 'dkim_tokens'; leave it out")
        return ExistingKeys(entries, domain("dkim_signing_zone", signing_zone).text)
    if entries and region is None:
        raise EmailAuthError(
            "'dkim_signing_zone' must be given in a stack without a region; pass DkimAttributes.SigningHostedZone, for "
            "example 'dkim.amazonses.com'"
        )
    return ExistingKeys(entries, "" if region is None else dkim_zone(region))
