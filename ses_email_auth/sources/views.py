"""From files to zones: a `ZoneView` has the record sets of one hosted zone, whichever files declare them, and its identities.

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


@dataclass(slots=True, eq=False)
class _Zone:
    """What all files declare of one hosted zone."""

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

    def add_file(self, file: SourceFile) -> None:
        self.paths.add(file.path)
        self.scopes.add(file.scope or file.path)
        self.accounts.add(file.account)

    @property
    def organizations(self) -> set[DomainName]:
        """The organizational domains of its names: where identities of a zone without a name may belong."""
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


def views(source_files: Iterable[SourceFile]) -> Iterator[ZoneView]:
    """The zones in the order in which files name them; identities without a zone make a view without records."""
    files = list(source_files)
    zones = _zones(files)
    zones_of_domains = _ZonesOfDomains(zones.values())
    for file in files:
        for identity in file.identities:
            homes = zones_of_domains.near(identity.domain, file)
            if not homes:
                homes = [zones.setdefault((file.account, f"{file.scope or file.path} without a zone"), _Zone())]
            for zone in homes:
                zone.identities.append(identity)
    for zone in zones.values():
        if not zone.is_private and (zone.records or zone.identities):
            yield zone.view()


def _zones(files: list[SourceFile]) -> dict[tuple[str, str], _Zone]:
    """The zones of all files, by account and id."""
    accounts = _accounts_by_zone(files)
    # A mark names the resource that makes the zone, so it is one zone also where a stack of another account refers to it.
    owners = {zone.zone_id: file.account for file in files for zone in file.zones if holds_token(zone.zone_id)}
    owners |= {zone.zone_id: zone.account for file in files for zone in file.zones if zone.account}
    zones: dict[tuple[str, str], _Zone] = {}

    def zone_of(zone_id: str, file: SourceFile) -> _Zone:
        known = accounts.get(zone_id, set())
        account = owners.get(zone_id) or file.account or (next(iter(known)) if len(known) == 1 else "")
        zone = zones.setdefault((account, zone_id) if zone_id else (file.path, ""), _Zone())
        zone.add_file(file)
        return zone

    for file in files:
        for declared in file.zones:
            zone_of(declared.zone_id, file).declared.append(declared)
        for record in file.records:
            zone_of(record.zone_id, file).records.append(record)
    return zones


def _accounts_by_zone(files: list[SourceFile]) -> dict[str, set[str]]:
    """The accounts that name each zone: a file without an account belongs to the only one."""
    accounts: dict[str, set[str]] = {}
    for file in files:
        if file.account:
            for zone_id in {record.zone_id for record in file.records} | {zone.zone_id for zone in file.zones}:
                accounts.setdefault(zone_id, set()).add(file.account)
    return accounts


@dataclass(slots=True)
class _Candidates:
    """The zones that mail of one domain may depend on, by their names."""

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


class _ZonesOfDomains:
    """The zones that an identity belongs to. Kept by domain: a big app has many identities of one."""

    def __init__(self, zones: Iterable[_Zone]) -> None:
        self._named: dict[DomainName, list[_Zone]] = {}
        self._nameless: dict[DomainName, list[_Zone]] = {}
        self._candidates: dict[DomainName, _Candidates] = {}
        for zone in zones:
            if zone.is_private:
                continue
            if zone.name is not None:
                self._named.setdefault(zone.name, []).append(zone)
            else:
                for name in zone.organizations:
                    self._nameless.setdefault(name, []).append(zone)

    def near(self, domain: DomainName | None, file: SourceFile) -> list[_Zone]:
        """The zones for an identity in `file`: those of the file, else of its scope, its account, or all."""
        if domain is None:
            return []
        candidates = self._candidates.get(domain)
        if candidates is None:
            candidates = self._candidates[domain] = self._find(domain)
        nearest = (
            candidates.by_path.get(file.path)
            or candidates.by_scope.get(file.scope or file.path)
            or candidates.by_account.get(file.account)
            or candidates.zones
        )
        # A complete zone, such as a zone file beside the app, is what DNS really has.
        both = dict.fromkeys((*nearest, *candidates.complete))
        deepest = max((len(zone.name.labels) for zone in both if zone.name is not None), default=0)
        return [zone for zone in both if zone.name is None or len(zone.name.labels) == deepest]

    def _find(self, domain: DomainName) -> _Candidates:
        candidates = _Candidates()
        above: DomainName | None = domain
        while above is not None:
            for zone in self._named.get(above, ()):
                candidates.add(zone)
            above = above.parent
        for zone in self._nameless.get(domain.organizational or domain, ()):
            candidates.add(zone)
        return candidates
