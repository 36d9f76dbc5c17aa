"""From files to zones: the record sets of one hosted zone belong together, whichever file they stand in.

Zones are told apart by their id and account, never by their name: two stages of an app own zones of equal names. Records whose
zone is not known stay with their file. Private zones are left out: receivers do not see them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ses_email_auth.sources.source_file import DeclaredZone, SourceFile
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

__all__ = ["views"]


@dataclass(slots=True, eq=False)
class _Zone:
    records: list[DeclaredRecordSet] = field(default_factory=list)
    declared: list[DeclaredZone] = field(default_factory=list)
    identities: list[DeclaredIdentity] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)

    @property
    def name(self) -> DomainName | None:
        return next((zone.name for zone in self.declared if zone.name is not None), None)

    @property
    def is_complete(self) -> bool:
        return any(zone.is_complete for zone in self.declared)

    @property
    def is_private(self) -> bool:
        return any(zone.is_private for zone in self.declared)

    def join(self, contents: SourceFile) -> None:
        self.paths.add(contents.path)
        self.scopes.add(contents.scope or contents.path)
        self.accounts.add(contents.account)

    @property
    def organizations(self) -> set[DomainName]:
        """The organizational domains of its names, which tell what a zone without a name is about."""
        names = {record.name for record in self.records if isinstance(record.name, DomainName)}
        return {name.organizational or name for name in names}

    def view(self) -> ZoneView:
        signed = [zone.dnssec_signed for zone in self.declared if zone.dnssec_signed is not None]
        return ZoneView(
            records=tuple(self.records),
            zone=self.name,
            complete=self.is_complete,
            identities=tuple(self.identities),
            dnssec_signed=any(signed) if signed else None,
        )


def views(contents: Iterable[SourceFile]) -> Iterator[ZoneView]:
    """The zones in view, in the order in which they are first met; an identity without a zone makes a view without records."""
    files = list(contents)
    zones = _zones(files)
    places = _Places(zones.values())
    for each in files:
        for identity in each.identities:
            found = places.of(identity.domain, each)
            if not found:
                found = [zones.setdefault((each.account, f"{each.scope or each.path} without a zone"), _Zone())]
            for zone in found:
                zone.identities.append(identity)
    for zone in zones.values():
        if not zone.is_private and (zone.records or zone.identities):
            yield zone.view()


def _zones(files: list[SourceFile]) -> dict[tuple[str, str], _Zone]:
    accounts = _accounts_by_zone(files)
    # A mark names the resource that makes the zone, so it is one zone also where a stack of another account refers to it.
    makers = {zone.zone_id: each.account for each in files for zone in each.zones if holds_token(zone.zone_id)}
    makers |= {zone.zone_id: zone.account for each in files for zone in each.zones if zone.account}
    zones: dict[tuple[str, str], _Zone] = {}

    def of(zone_id: str, each: SourceFile) -> _Zone:
        known = accounts.get(zone_id, set())
        account = makers.get(zone_id) or each.account or (next(iter(known)) if len(known) == 1 else "")
        zone = zones.setdefault((account, zone_id) if zone_id else (each.path, ""), _Zone())
        zone.join(each)
        return zone

    for each in files:
        for declared in each.zones:
            of(declared.zone_id, each).declared.append(declared)
        for record in each.records:
            of(record.zone_id, each).records.append(record)
    return zones


def _accounts_by_zone(files: list[SourceFile]) -> dict[str, set[str]]:
    """The accounts that are known to hold each zone, so that a stack without an account finds the zone of another."""
    found: dict[str, set[str]] = {}
    for each in files:
        if each.account:
            for zone_id in {record.zone_id for record in each.records} | {zone.zone_id for zone in each.zones}:
                found.setdefault(zone_id, set()).add(each.account)
    return found


@dataclass(slots=True)
class _Cover:
    """The zones that mail of one domain may depend on, as far as names tell."""

    zones: list[_Zone] = field(default_factory=list)
    by_path: dict[str, list[_Zone]] = field(default_factory=dict)
    by_scope: dict[str, list[_Zone]] = field(default_factory=dict)
    by_account: dict[str, list[_Zone]] = field(default_factory=dict)
    complete: list[_Zone] = field(default_factory=list)

    def add(self, zone: _Zone) -> None:
        self.zones.append(zone)
        for table, keys in ((self.by_path, zone.paths), (self.by_scope, zone.scopes), (self.by_account, zone.accounts)):
            for key in keys:
                table.setdefault(key, []).append(zone)
        if zone.is_complete:
            self.complete.append(zone)


class _Places:
    """Which zones an identity belongs to; identities of one domain are many in a big app."""

    def __init__(self, zones: Iterable[_Zone]) -> None:
        self._named: dict[DomainName, list[_Zone]] = {}
        self._nameless: dict[DomainName, list[_Zone]] = {}
        self._covers: dict[DomainName, _Cover] = {}
        for zone in zones:
            if zone.is_private:
                continue
            if zone.name is not None:
                self._named.setdefault(zone.name, []).append(zone)
            else:
                for name in zone.organizations:
                    self._nameless.setdefault(name, []).append(zone)

    def of(self, domain: DomainName | None, each: SourceFile) -> list[_Zone]:
        """The zones for an identity that stands in `each`: those of its file, else of its scope, its account, or all."""
        if domain is None:
            return []
        cover = self._covers.get(domain)
        if cover is None:
            cover = self._covers[domain] = self._cover(domain)
        nearest = (
            cover.by_path.get(each.path)
            or cover.by_scope.get(each.scope or each.path)
            or cover.by_account.get(each.account)
            or cover.zones
        )
        # A complete zone is what DNS really says: a zone file beside the app.
        both = dict.fromkeys((*nearest, *cover.complete))
        deepest = max((len(zone.name.labels) for zone in both if zone.name is not None), default=0)
        return [zone for zone in both if zone.name is None or len(zone.name.labels) == deepest]

    def _cover(self, domain: DomainName) -> _Cover:
        cover = _Cover()
        above: DomainName | None = domain
        while above is not None:
            for zone in self._named.get(above, ()):
                cover.add(zone)
            above = above.parent
        for zone in self._nameless.get(domain.organizational or domain, ()):
            cover.add(zone)
        return cover
