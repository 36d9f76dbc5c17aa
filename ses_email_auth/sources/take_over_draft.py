"""The draft of a construct that takes over what stands in DNS: its arguments, and what they cannot express."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.publication.sending import DEFAULT_TTL
from ses_email_auth.sources.existing_mail import Existing, seconds_of
from ses_email_auth.sources.move_losses import Loss

if TYPE_CHECKING:
    from ses_email_auth.checks.seen import SeenRecordSet
    from ses_email_auth.domain_name import DomainName

__all__ = ["TakeOver"]


@dataclass(slots=True, kw_only=True)
class TakeOver:
    """What to write, and what that means."""

    found: Existing
    arguments: dict[str, str] = field(default_factory=dict)
    """Props with their values as Python."""

    equal: list[str] = field(default_factory=list)
    """The record sets that stand and stay as they are."""

    fresh: list[str] = field(default_factory=list)
    """The ones that the first deploy adds."""

    hand_work: list[Loss] = field(default_factory=list)
    later: dict[str, str] = field(default_factory=dict)
    """What takes the place of `from_domain_txt` in the deploy after that."""

    is_existing: bool = False
    """Whether the identity stands already, so that nothing may make it again."""

    region: str | None = None
    """Where the MAIL FROM domain says that SES is."""

    def standing(self, key: tuple[str, str]) -> SeenRecordSet | None:
        """The record set that stands there; what keeps ours from being made is hand work."""
        name, kind = key
        if key in self.found.routed or (name, "CNAME") in {*self.found.records, *self.found.routed}:
            self.hand_work.append(
                Loss(
                    f"{name} has a CNAME, an alias or a routing policy, so {kind} cannot stand there",
                    "replace it by a plain record",
                )
            )
            return None
        record = self.found.records.get(key)
        if record is None:
            self.fresh.append(" ".join(key))
        return record

    def keep(self, key: tuple[str, str], argument: str, record: SeenRecordSet) -> None:
        """It stands, and the prop `argument` keeps its TTL."""
        self.equal.append(" ".join(key))
        self.set_ttl(" ".join(key), argument, seconds_of(record))

    def set_ttl(self, place: str, argument: str, ttl: int | None) -> None:
        """Give the prop `argument` what stands at `place`, unless that is the default."""
        if ttl is None:
            self.hand_work.append(Loss(f"the file does not say the TTL of {place}", f"add {argument}=Duration.seconds(…)"))
        elif ttl != DEFAULT_TTL:
            self.arguments[argument] = f"Duration.seconds({ttl})"

    def below(self, name: DomainName) -> str:
        """A name as the props take it: one label, or the full name."""
        label = name.relative_to(self.found.domain)
        return name.text if "." in label else label
