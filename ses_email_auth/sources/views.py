"""From files to zones: the record sets of one hosted zone belong together, whichever file they stand in.

Zones are told apart by their id and account, never by their name: two stages of an app own zones of equal names. Records whose
zone is not known stay with their file. Private zones are left out: receivers do not see them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.checks.zone_view import ZoneView
from ses_email_auth.domain_name import DomainName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ses_email_auth.checks.seen import SeenIdentity, SeenRecordSet
    from ses_email_auth.sources.contents import Contents, SeenZone

__all__ = ["views"]


@dataclass(slots=True)
class _Zone:
    records: list[SeenRecordSet] = field(default_factory=list)
    declared: list[SeenZone] = field(default_factory=list)
    identities: list[SeenIdentity] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    organizations: set[DomainName] | None = None

    @property
    def name(self) -> DomainName | None:
        return next((zone.name for zone in self.declared if zone.name is not None), None)

    @property
    def is_complete(self) -> bool:
        return any(zone.is_complete for zone in self.declared)

    @property
    def is_private(self) -> bool:
        return any(zone.is_private for zone in self.declared)

    def join(self, contents: Contents) -> None:
        self.paths.add(contents.path)
        self.scopes.add(contents.scope or contents.path)
        self.accounts.add(contents.account)

    def covers(self, domain: DomainName) -> bool:
        """Whether mail of `domain` depends on this zone, as far as names tell."""
        if self.name is not None:
            return bool(domain.is_at_or_below(self.name))
        if self.organizations is None:
            names = {record.name for record in self.records if isinstance(record.name, DomainName)}
            self.organizations = {name.organizational or name for name in names}
        return (domain.organizational or domain) in self.organizations

    def view(self) -> ZoneView:
        signed = [zone.dnssec_signed for zone in self.declared if zone.dnssec_signed is not None]
        return ZoneView(
            records=tuple(self.records),
            zone=self.name,
            complete=self.is_complete,
            identities=tuple(self.identities),
            dnssec_signed=any(signed) if signed else None,
        )


def views(contents: Iterable[Contents]) -> Iterator[ZoneView]:
    """The zones in view, in the order in which they are first met; an identity without a zone makes a view without records."""
    files = list(contents)
    zones = _zones(files)
    for each in files:
        for identity in each.identities:
            _place(identity, each, zones)
    for zone in zones.values():
        if not zone.is_private and (zone.records or zone.identities):
            yield zone.view()


def _zones(files: list[Contents]) -> dict[tuple[str, str], _Zone]:
    accounts = _accounts_by_zone(files)
    zones: dict[tuple[str, str], _Zone] = {}

    def of(zone_id: str, each: Contents) -> _Zone:
        known = accounts.get(zone_id, set())
        account = each.account or (next(iter(known)) if len(known) == 1 else "")
        zone = zones.setdefault((account, zone_id) if zone_id else (each.path, ""), _Zone())
        zone.join(each)
        return zone

    for each in files:
        for declared in each.zones:
            of(declared.zone_id, each).declared.append(declared)
        for record in each.records:
            of(record.zone_id, each).records.append(record)
    return zones


def _accounts_by_zone(files: list[Contents]) -> dict[str, set[str]]:
    """The accounts that are known to hold each zone, so that a stack without an account finds the zone of another."""
    found: dict[str, set[str]] = {}
    for each in files:
        if each.account:
            for zone_id in {record.zone_id for record in each.records} | {zone.zone_id for zone in each.zones}:
                found.setdefault(zone_id, set()).add(each.account)
    return found


def _place(identity: SeenIdentity, each: Contents, zones: dict[tuple[str, str], _Zone]) -> None:
    domain = identity.domain
    covering = [zone for zone in zones.values() if domain is not None and not zone.is_private and zone.covers(domain)]
    nearest = (
        [zone for zone in covering if each.path in zone.paths]
        or [zone for zone in covering if (each.scope or each.path) in zone.scopes]
        or [zone for zone in covering if each.account in zone.accounts]
        or covering
    )
    # A complete zone is what DNS really says: a zone file beside the app.
    nearest += [zone for zone in covering if zone.is_complete and zone not in nearest]
    if not nearest:
        alone = zones.setdefault((each.account, f"{each.scope or each.path} without a zone"), _Zone())
        alone.join(each)
        nearest = [alone]
    deepest = max(len(zone.name.labels) if zone.name is not None else 0 for zone in nearest)
    for zone in nearest:
        if zone.name is None or len(zone.name.labels) == deepest:
            zone.identities.append(identity)
