"""The draft of a construct that takes over what exists, while it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.adopt.move_problem import MoveProblem
from ses_email_auth.known_after_deploy import KnownAfterDeploy, split_at_tokens
from ses_email_auth.publication.sending import DEFAULT_TTL

if TYPE_CHECKING:
    from ses_email_auth.adopt.existing import Existing
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.zone.declared import DeclaredRecordSet, DeclaredValue

_LONGEST_TTL = 10  # digits


@dataclass(slots=True, kw_only=True)
class Draft:
    """The arguments of the construct, and what its first deploy does."""

    existing: Existing
    arguments: dict[str, str] = field(default_factory=dict)
    """Props with their values as Python."""

    taken_over: list[str] = field(default_factory=list)
    """The record sets that exist and stay as they are."""

    new: list[str] = field(default_factory=list)
    """The ones that the first deploy adds."""

    hand_work: list[MoveProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Why an argument is as it is: what exists and is left alone."""

    dkim_records: dict[str, list[str]] = field(default_factory=dict)
    """The tokens of DKIM records of which nobody can tell which are the three of the region, by the zone of their keys."""

    later: dict[str, str] = field(default_factory=dict)
    """What takes the place of `from_domain_txt` in the deploy after that."""

    is_existing: bool = False
    """Whether the identity exists already, so that nothing may make it again."""

    region: str | None = None
    """The region that the MX of the MAIL FROM domain names, or the one that was asked for."""

    follows_stack: bool = False
    """Whether that MX names the region of whatever stack it is deployed in."""

    @property
    def domain(self) -> DomainName:
        """The domain of the construct."""
        return self.existing.domain

    @property
    def has_mail_from(self) -> bool:
        """Whether it publishes the records of a MAIL FROM domain."""
        return self.arguments.get("mail_from_subdomain", "None") != "None"

    def take_over(self, key: tuple[str, str], ttl_prop: str, record: DeclaredRecordSet) -> None:
        """Note that `record` stays as it is; `ttl_prop` is the prop that keeps its TTL."""
        self.taken_over.append(" ".join(key))
        self.set_ttl(" ".join(key), ttl_prop, ttl_of(record))

    def set_ttl(self, place: str, ttl_prop: str, ttl: int | None) -> None:
        """Set a prop to the TTL of the records at `place`, unless that is the default."""
        if ttl is None:
            self.needs(f"the file does not say the TTL of {place}", f"add {ttl_prop}=Duration.seconds(…)")
        elif ttl != DEFAULT_TTL:
            self.arguments[ttl_prop] = f"Duration.seconds({ttl})"

    def needs(self, message: str, fix: str) -> None:
        """Note hand work."""
        self.hand_work.append(MoveProblem(message, fix))

    def below(self, name: DomainName) -> str:
        """A name as the props take it: one label, or the full name."""
        label = name.relative_to(self.domain)
        return name.text if "." in label else label


def ttl_of(record: DeclaredRecordSet) -> int | None:
    """The TTL in seconds; None if the file does not say."""
    written = record.ttl
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= _LONGEST_TTL else None


def readable(value: DeclaredValue) -> str:
    """A value for people: what is not known is `<…>`."""
    if isinstance(value, KnownAfterDeploy):
        return str(value)
    return "".join("<…>" if is_token else part for part, is_token in split_at_tokens(value))
