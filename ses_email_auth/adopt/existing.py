"""What stands for one domain by the files that are read: its record sets and its SES identities.

Records of private zones, and of zones above and below that of the domain, do not count. What a whole zone says wins over what
others say of the same record set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

ALIAS, ROUTING = "an alias record", "records with a routing policy"


@dataclass(slots=True, kw_only=True)
class Existing:
    """The records and identities of one domain."""

    domain: DomainName
    zone: DomainName | None
    """The name of its hosted zone; None if it is not known."""

    is_complete: bool = False
    """Whether a file holds all of the zone, so that what is not there does not exist."""

    records: dict[tuple[str, str], DeclaredRecordSet] = field(default_factory=dict)
    """By name and type."""

    routed: dict[tuple[str, str], list[DeclaredRecordSet]] = field(default_factory=dict)
    """Aliases and sets with a routing policy: CloudFormation would have to know all of it."""

    identities: list[DeclaredIdentity] = field(default_factory=list)

    dkim_by_attribute: bool = False
    """Whether a template or a plan makes the DKIM records, with names that only SES knows."""

    is_in_stack: bool = False
    """Whether records or identities are resources of a template."""

    def obstacle(self, name: DomainName, *kinds: str) -> str:
        """What keeps plain records of these types from standing at `name`, as `a CNAME`; empty if nothing does."""
        if self.has(name, "CNAME"):
            return "a CNAME"
        above: DomainName | None = name
        while above is not None and above != (self.zone or self.domain) and above.is_at_or_below(self.domain):
            if self.has(above, "NS"):
                return f"NS records at {above}, so that another zone answers for it"
            above = above.parent
        standing = [record for kind in kinds for record in self.routed.get((name.text, kind), ())]
        if not standing:
            return ""
        return ALIAS if any(record.is_alias for record in standing) else ROUTING

    def has(self, name: DomainName, kind: str) -> bool:
        """Whether any record set of the type stands at `name`."""
        return not {(name.text, kind)}.isdisjoint({*self.records, *self.routed})

    def types_at(self, name: DomainName) -> list[str]:
        """The types of all that stands at `name`."""
        return sorted({kind for its_name, kind in (*self.records, *self.routed) if its_name == name.text})


def choose_domain(sources: Iterable[SourceFile], wanted: str | None) -> Existing:
    """What exists for the domain `wanted`, or for the only one in the files.

    Raises:
        EmailAuthError: if it is no domain name, if several domains could be meant, or if the files do not know the domain.
    """
    files = list(sources)
    zones = {zone.name for file in files for zone in file.zones if zone.name is not None and not zone.is_private}
    if wanted is not None:
        existing = _existing(files, DomainName(wanted), zones)
        if existing.zone is None and not (existing.records or existing.routed or existing.identities):
            raise EmailAuthError(
                f"the files say nothing of {existing.domain.text!r}; name another domain by --domain{_listed(zones)}"
            )
        return existing
    identities = {i.domain for file in files for i in file.identities if not i.is_address and i.domain is not None}
    candidates = identities or zones
    if len(candidates) != 1:
        raise EmailAuthError(f"nobody can tell which domain is meant; name it by --domain{_listed(candidates)}")
    return _existing(files, next(iter(candidates)), zones)


def _listed(domains: Iterable[DomainName]) -> str:
    names = sorted(domain.text for domain in domains)
    return f": {', '.join(names)}" if names else ""


def _existing(files: Iterable[SourceFile], domain: DomainName, zones: Iterable[DomainName]) -> Existing:
    """What exists for `domain` in the nearest of `zones`."""
    above = [zone for zone in zones if domain.is_at_or_below(zone)]
    existing = Existing(domain=domain, zone=max(above, key=lambda zone: len(zone.labels), default=None))

    def is_whole(file: SourceFile) -> bool:
        return any(zone.is_complete for zone in file.zones if zone.name == existing.zone)

    for file in sorted(files, key=is_whole):
        existing.is_complete |= is_whole(file)
        _add(existing, file)
    return existing


def _add(existing: Existing, file: SourceFile) -> None:
    identities = [i for i in file.identities if i.domain == existing.domain and not i.is_address]
    existing.identities += identities
    addresses = {identity.origin.resource for identity in identities}
    found: list[DeclaredRecordSet] = []
    others = {z.zone_id for z in file.zones if z.is_private or (z.name is not None and z.name != existing.zone)}
    for record in file.records:
        name = record.name
        if isinstance(name, KnownAfterDeploy):
            existing.dkim_by_attribute |= record.identity in addresses
        elif record.zone_id not in others and name is not None and name.is_known and name.is_at_or_below(existing.domain):
            found.append(record)
            key = (name.text, record.type_text)
            if record.set_identifier is not None or record.is_alias:
                existing.routed.setdefault(key, []).append(record)
            else:
                existing.records[key] = record
    # Only resources of a template have a place in them.
    origins = [*(record.origin for record in found), *(identity.origin for identity in identities)]
    existing.is_in_stack |= any(origin.location for origin in origins)
