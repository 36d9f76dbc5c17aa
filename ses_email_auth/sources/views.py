"""From files to zones: a `ZoneView` has the record sets of one hosted zone, whichever files declare them, and its identities.

Zones are told apart by their id and account, never by their name: two stages of an app own zones of equal names. Records whose
zone is not known stay with their file. Private zones are left out: receivers do not see them.

A view can ask for the other zones that hold a name, so that an include or a consent is followed into another file. Zones of two
stages or of two accounts are never asked together: one of them is not what the other will meet in DNS. A file that says
neither, such as a zone file, is what public DNS has for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
    stages: set[str] = field(default_factory=set)
    """The folders of assemblies: one for each stage, and one for what is in none."""

    is_said_complete: bool = False

    @property
    def name(self) -> DomainName | None:
        return next((zone.name for zone in self.declared if zone.name is not None), None)

    @property
    def is_complete(self) -> bool:
        return self.is_said_complete or any(zone.is_complete for zone in self.declared)

    @property
    def is_private(self) -> bool:
        return any(zone.is_private for zone in self.declared)

    def add_file(self, file: SourceFile) -> None:
        self.paths.add(file.path)
        self.scopes.add(file.scope or file.path)
        self.accounts.add(file.account)
        if file.scope:
            self.stages.add(file.scope)

    def is_of_one_world(self, other: _Zone) -> bool:
        """Whether both can be what one receiver sees: not of two stages or accounts, as far as the files say."""
        return not (_are_apart(self.stages, other.stages) or _are_apart(self.accounts - {""}, other.accounts - {""}))

    @property
    def organizations(self) -> set[DomainName]:
        """The organizational domains of its names: where identities of a zone without a name may belong."""
        names = {record.name for record in self.records if isinstance(record.name, DomainName)}
        return {name.organizational or name for name in names}

    def view(self, elsewhere: Callable[[DomainName], tuple[ZoneView, ...]]) -> ZoneView:
        signed = [zone.dnssec_signed for zone in self.declared if zone.dnssec_signed is not None]
        return ZoneView(
            records=tuple(self.records),
            zone=self.name,
            complete=self.is_complete,
            created=any(zone.is_created for zone in self.declared),
            elsewhere=elsewhere,
            identities=tuple(self.identities),
            dnssec_signed=any(signed) if signed else None,
        )


def _are_apart(one: set[str], other: set[str]) -> bool:
    return bool(one) and bool(other) and one.isdisjoint(other)


def views(source_files: Iterable[SourceFile], *, complete: bool = False) -> Iterator[ZoneView]:
    """The zones in the order in which files name them; identities without a zone make a view without records.

    Args:
        source_files: what the readers have read.
        complete: whether the files hold all records of each zone that they name. Default: False: those of a template may be a
            part
    """
    files = list(source_files)
    zones = _zones(files)
    for zone in zones.values() if complete else ():
        zone.is_said_complete = True
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
            yield zone.view(_Elsewhere(zone, zones_of_domains))


@dataclass(frozen=True, slots=True, eq=False)
class _Elsewhere:
    """The other zones beside one, as its view asks for them."""

    zone: _Zone
    zones_of_domains: _ZonesOfDomains

    def __call__(self, name: DomainName) -> tuple[ZoneView, ...]:
        return self.zones_of_domains.beside(self.zone, name)


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
        self._views: dict[int, ZoneView] = {}
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
            candidates = self._candidates[domain] = _Candidates()
            for zone in self._zones_of(domain):
                candidates.add(zone)
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

    def beside(self, zone: _Zone, name: DomainName) -> tuple[ZoneView, ...]:
        """The other zones that may hold `name` and are of one world with `zone`. The views of zones that were asked for are
        kept, so that each is gone through once.
        """
        if not name.is_known:
            return ()
        others = (other for other in self._zones_of(name) if other is not zone and zone.is_of_one_world(other))
        return tuple(map(self._view, others))

    def _view(self, zone: _Zone) -> ZoneView:
        view = self._views.get(id(zone))
        if view is None:
            view = self._views[id(zone)] = zone.view(_Elsewhere(zone, self))
        return view

    def _zones_of(self, name: DomainName) -> Iterator[_Zone]:
        """The zones at `name` and above it, the deepest first, and those without a name that have names of its organization."""
        above: DomainName | None = name if self._named else None
        while above is not None:
            yield from self._named.get(above, ())
            above = above.parent
        if self._nameless:
            yield from self._nameless.get(name.organizational or name, ())
