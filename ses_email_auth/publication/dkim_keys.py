"""How mail is signed with DKIM, and the records that publish the keys (Amazon SES developer guide, "Easy DKIM", "BYODKIM" and
"Deterministic Easy DKIM").

Three CNAME records for Easy DKIM, the public key itself for a key of one's own or a managed one, none for a replica. SES signs
as the domain of the identity in every case.

Not handled: an own key of an identity that exists already; its record is there before SES has the key.
"""

from __future__ import annotations

import functools
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.publication.prop_values import check_room, domain, text_list
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.ses.regions import dkim_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.dkim import DkimKeyRecord

_EASY_DKIM_NUMBERS = (1, 2, 3)  # always three names, so that SES can rotate the keys

EASY_DKIM_ATTRIBUTES = tuple(f"DkimDNSToken{part}{n}" for n in _EASY_DKIM_NUMBERS for part in ("Name", "Value"))
"""The attributes of an identity that hold the names and values of its records."""

_TOKEN = re.compile(r"[a-z0-9]{32}")
_ANY_TOKEN = "x" * 32
_BELOW = "._domainkey"
_ASK_SES = "aws sesv2 get-email-identity --email-identity <domain>"


class DkimKeys(ABC):
    """The keys that sign the mail of an identity."""

    __slots__ = ()

    @property
    @abstractmethod
    def selectors(self) -> tuple[str, ...]:
        """What stands in front of `._domainkey`, or as much text where SES chooses it."""

    @abstractmethod
    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """The record sets by the id of the construct child that carries them; `ttl` in seconds."""

    def check_room(self, identity: DomainName) -> None:
        """Refuse an identity below which a key has no room.

        Raises:
            EmailAuthError: with the longest name that an identity can have.
        """
        for selector in self.selectors:
            check_room(identity, f"{selector}{_BELOW}", "a DKIM record")


@dataclass(frozen=True, slots=True)
class EasyDkim(DkimKeys):
    """Keys that SES makes, publishes and rotates (developer guide, "Easy DKIM")."""

    @property
    def selectors(self) -> tuple[str, ...]:
        """As long as the tokens of SES."""
        return (_ANY_TOKEN,)

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:  # noqa: ARG002 - SES knows the names
        """Three CNAME records whose names and values only AWS knows."""
        return _easy_dkim_records(ttl)


@functools.lru_cache(maxsize=16)  # the same for every domain
def _easy_dkim_records(ttl: int) -> Mapping[str, ResourceRecordSet]:
    return {
        f"DkimRecord{n}": ResourceRecordSet(
            KnownAfterDeploy(f"DkimDNSTokenName{n}"), RecordType.CNAME, ttl, (KnownAfterDeploy(f"DkimDNSTokenValue{n}"),)
        )
        for n in _EASY_DKIM_NUMBERS
    }


@dataclass(frozen=True, slots=True)
class OwnKey(DkimKeys):
    """A key that was made outside of SES (developer guide, "BYODKIM")."""

    selector: str
    record: DkimKeyRecord

    @property
    def selectors(self) -> tuple[str, ...]:
        """The one."""
        return (self.selector,)

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """The public key, in strings of 255 octets: a key of 2048 bits takes two."""
        return {"DkimKey": ResourceRecordSet(_key_name(self.selector, identity), RecordType.TXT, ttl, (self.record.strings,))}


@dataclass(frozen=True, slots=True)
class ManagedKey(DkimKeys):
    """Keys that a function makes at deployment, one for each generation. The one before stays published: mail that it signed
    may still be on its way, and a failed change goes back to it.
    """

    selector: str
    """Without the generation."""

    generation: int

    @property
    def generations(self) -> tuple[int, ...]:
        """Those that are published, the one that signs first."""
        return (self.generation,) if self.generation == 1 else (self.generation, self.generation - 1)

    @property
    def selectors(self) -> tuple[str, ...]:
        """One for each generation."""
        return tuple(selector_of(self.selector, n) for n in self.generations)

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """The public keys, which only AWS knows; each attribute holds a whole value, quoted and cut into strings."""
        return {
            f"DkimKey{n}": ResourceRecordSet(
                _key_name(selector_of(self.selector, n), identity), RecordType.TXT, ttl, (KnownAfterDeploy(key_attribute(n)),)
            )
            for n in self.generations
        }


def selector_of(selector: str, generation: int) -> str:
    """The selector of one generation of a managed key."""
    return f"{selector}-{generation}"


def key_attribute(generation: int) -> str:
    """The attribute that holds the TXT value of one generation of a managed key."""
    return f"DkimKeyText{generation}"


@dataclass(frozen=True, slots=True)
class Replica(DkimKeys):
    """The keys and records of the identity in another region (developer guide, "Deterministic Easy DKIM")."""

    @property
    def selectors(self) -> tuple[str, ...]:
        """As long as the tokens of SES, which are those of the parent."""
        return (_ANY_TOKEN,)

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:  # noqa: ARG002 - there is none
        """None: those of the parent identity serve all replicas."""
        return {}


@dataclass(frozen=True, slots=True)
class ExistingKeys(DkimKeys):
    """Easy DKIM of an identity that exists already, as SES reports it (API reference v2, "DkimAttributes")."""

    tokens: tuple[str, ...]
    """Three; none to leave the records alone."""

    signing_zone: str
    """The zone in which SES keeps the public keys."""

    @property
    def selectors(self) -> tuple[str, ...]:
        """The tokens, if they are known."""
        return self.tokens

    def records(self, identity: DomainName, ttl: int) -> Mapping[str, ResourceRecordSet]:
        """A CNAME record for each token."""
        return {
            f"DkimRecord{n}": ResourceRecordSet(
                _key_name(token, identity), RecordType.CNAME, ttl, (f"{token}.{self.signing_zone}",)
            )
            for n, token in enumerate(self.tokens, start=1)
        }


def existing_keys(tokens: Iterable[str], signing_zone: object, region: str | None) -> ExistingKeys:
    """The keys that `dkim_tokens` and `dkim_signing_zone` describe; the default of the zone is that of `region`.

    Raises:
        EmailAuthError: for anything but no token or three different ones, and if the zone is not known.
    """
    kept = _check_tokens(text_list("dkim_tokens", tokens, "['<token>', '<token>', '<token>']"))
    if signing_zone is not None:
        if not kept:
            raise EmailAuthError("'dkim_signing_zone' has no use without 'dkim_tokens'; leave it out")
        return ExistingKeys(kept, domain("dkim_signing_zone", signing_zone).text)
    if kept and region is None:
        raise EmailAuthError(
            "'dkim_signing_zone' must be given in a stack without a region; pass DkimAttributes.SigningHostedZone, for "
            "example 'dkim.amazonses.com'"
        )
    return ExistingKeys(kept, "" if region is None else dkim_zone(region))


def _check_tokens(tokens: tuple[str, ...]) -> tuple[str, ...]:
    hint = f"pass the three of DkimAttributes.Tokens ({_ASK_SES})"
    for token in tokens:
        if not holds_token(token) and _TOKEN.fullmatch(token) is None:
            raise EmailAuthError(
                f"'dkim_tokens' must hold tokens of 32 letters and digits in lower case, got {token!r}; {hint}"
            )
    if len(tokens) not in {0, len(_EASY_DKIM_NUMBERS)} or len(set(tokens)) != len(tokens):
        raise EmailAuthError(f"'dkim_tokens' must hold three different tokens, got {list(tokens)!r}; {hint}")
    return tokens


def _key_name(selector: str, identity: DomainName) -> DomainName:
    return identity.child(f"{selector}{_BELOW}")
