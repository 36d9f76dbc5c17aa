"""The records of one domain that exist already, as our constructs would publish them: found, compared, or in need of a hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.checks.seen import txt_strings
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet, character_strings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.checks.seen import SeenIdentity, SeenRecordSet
    from ses_email_auth.sources.contents import Contents

__all__ = ["Existing", "choose_domain", "existing", "seconds_of", "txt_values"]

_LONGEST_TTL = 10


@dataclass(slots=True, kw_only=True)
class Existing:
    """What stands for one domain."""

    domain: DomainName
    zone: DomainName | None
    """The name of its hosted zone; None if nobody can tell."""

    is_complete: bool = False
    """Whether a file holds all of the zone, so that what is not there does not exist."""

    records: dict[tuple[str, str], SeenRecordSet] = field(default_factory=dict)
    """By name and type."""

    routed: set[tuple[str, str]] = field(default_factory=set)
    """The ones with a routing policy, or that are aliases: CloudFormation would have to know all of it."""

    identities: list[SeenIdentity] = field(default_factory=list)

    def txt(self, name: DomainName) -> SeenRecordSet | None:
        """The TXT record set at `name`."""
        return self.records.get((name.text, "TXT"))


def choose_domain(found: Iterable[Contents], wanted: str | None) -> Existing:
    """The domain that is meant, and what stands for it.

    Raises:
        EmailAuthError: if it is no domain name, if nobody can tell which one is meant, or if nothing is known of it.
    """
    listed = list(found)
    zones = {zone.name for each in listed for zone in each.zones if zone.name is not None and not zone.is_private}
    if wanted is not None:
        made = existing(listed, DomainName(wanted), zones)
        if made.zone is None and not (made.records or made.routed or made.identities):
            raise EmailAuthError(
                f"the files say nothing of {made.domain.text!r}; name another domain by --domain{_known(zones)}"
            )
        return made
    identities = {i.domain for each in listed for i in each.identities if not i.is_address and i.domain is not None}
    candidates = identities or zones
    if len(candidates) != 1:
        raise EmailAuthError(f"nobody can tell which domain is meant; name it by --domain{_known(candidates)}")
    return existing(listed, next(iter(candidates)), zones)


def _known(domains: Iterable[DomainName]) -> str:
    names = sorted(each.text for each in domains)
    return f": {', '.join(names)}" if names else ""


def existing(found: Iterable[Contents], domain: DomainName, zones: Iterable[DomainName]) -> Existing:
    """What stands for `domain` in the nearest of `zones`; records of private zones do not count."""
    above = [zone for zone in zones if domain.is_at_or_below(zone)]
    made = Existing(domain=domain, zone=max(above, key=lambda zone: len(zone.labels), default=None))
    for contents in found:
        made.identities += [each for each in contents.identities if each.domain == domain and not each.is_address]
        made.is_complete |= any(zone.is_complete for zone in contents.zones if zone.name == made.zone)
        others = {z.zone_id for z in contents.zones if z.is_private or (z.name is not None and z.name != made.zone)}
        for record in contents.records:
            name = record.name
            if record.zone_id in others or not isinstance(name, DomainName) or not name.is_known:
                continue
            if not name.is_at_or_below(domain):
                continue
            key = (name.text, record.type_text)
            if record.set_identifier is not None or record.is_alias:
                made.routed.add(key)
            else:
                made.records[key] = record
    return made


def txt_values(record: SeenRecordSet) -> tuple[str | tuple[str, ...], ...] | None:
    """The values as `FromDomainTxt.adopt` takes them; None if that would not give the same text again."""
    values: list[str | tuple[str, ...]] = []
    for written in record.values:
        if isinstance(written, KnownAfterDeploy) or holds_token(written):
            return None
        strings = txt_strings(written)
        text = "".join(strings)
        values.append(text if character_strings(text) == strings else strings)
    try:
        again = ResourceRecordSet(DomainName("example.com"), RecordType.TXT, 0, tuple(values)).resource_records
    except EmailAuthError:
        return None
    return tuple(values) if again == record.values else None


def seconds_of(record: SeenRecordSet) -> int | None:
    """The TTL; None if the file does not say."""
    written = record.ttl
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= _LONGEST_TTL else None
