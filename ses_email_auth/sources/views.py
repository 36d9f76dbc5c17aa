"""From files to zones: a `ZoneView` has the record sets of one hosted zone, whichever files declare them, and its identities.

Each view knows the others as its `world`. Private zones are left out: receivers do not see them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.sources.world import World, ZonesByName
from ses_email_auth.sources.zones import Zone, zones_of
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.sources.source_file import SourceFile


def views(source_files: Iterable[SourceFile], *, complete: bool = False) -> Iterator[ZoneView]:
    """The zones in the order in which files name them; identities without a zone make a view without records.

    Args:
        source_files: what the readers have read.
        complete: whether the files hold all records of each zone that they name. Default: False: those of a template may be a
            part
    """
    files = list(source_files)
    zones = zones_of(files)
    by_name = ZonesByName(zones.values())
    if complete:
        _say_complete(zones, by_name)
    zones_of_domains = _ZonesOfDomains(by_name)
    for file in files:
        for identity in file.identities:
            homes = zones_of_domains.near(identity.domain, file)
            if not homes:
                homes = [zones.setdefault((file.account, f"{file.scope or file.path} without a zone"), Zone())]
                homes[0].add_file(file)
            for zone in homes:
                zone.identities.append(identity)
    world = World(by_name)
    for zone in zones.values():
        if not zone.is_private and (zone.records or zone.identities):
            yield _view(zone, world)


def _say_complete(zones: Mapping[tuple[str, str], Zone], by_name: ZonesByName) -> None:
    """Take the user's word for each zone that is in view, but where it cannot be true: two that may be parts of one zone."""
    for (_, zone_id), zone in zones.items():
        same = by_name.named.get(zone.name.text, []) if zone.name is not None else [zone]
        is_alone = not any(other is not zone and zone.standpoint.may_see(other.standpoint) for other in same)
        # Without an id it is not known which zone it is, or that it is one.
        zone.is_said_complete = bool(zone_id) and is_alone and not zone.is_in_dns and not zone.hides_names


def _view(zone: Zone, world: World) -> ZoneView:
    return ZoneView(
        records=tuple(zone.records),
        zone=zone.name,
        complete=zone.is_complete,
        planned=zone.is_said_complete,
        created=zone.is_created,
        identities=tuple(zone.identities),
        dnssec_signed=zone.dnssec_signed,
        world=world.around(zone),
    )


@dataclass(slots=True)
class _Candidates:
    """The zones that mail of one domain may depend on, by their names."""

    zones: list[Zone] = field(default_factory=list)
    by_path: dict[str, list[Zone]] = field(default_factory=dict)
    by_scope: dict[str, list[Zone]] = field(default_factory=dict)
    by_account: dict[str, list[Zone]] = field(default_factory=dict)
    complete: list[Zone] = field(default_factory=list)

    def add(self, zone: Zone) -> None:
        self.zones.append(zone)
        for table, keys in ((self.by_path, zone.paths), (self.by_scope, zone.scopes), (self.by_account, zone.accounts)):
            for key in keys:
                table.setdefault(key, []).append(zone)
        if zone.is_in_dns:
            self.complete.append(zone)


class _ZonesOfDomains:
    """The zones that an identity belongs to. Kept by domain: a big app has many identities of one."""

    def __init__(self, zones: ZonesByName) -> None:
        self._zones = zones
        self._candidates: dict[DomainName, _Candidates] = {}

    def near(self, domain: DomainName | None, file: SourceFile) -> list[Zone]:
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
        # A zone file beside the app is what DNS really has.
        both = dict.fromkeys((*nearest, *candidates.complete))
        deepest = max((len(zone.name.labels) for zone in both if zone.name is not None), default=0)
        return [zone for zone in both if zone.name is None or len(zone.name.labels) == deepest]

    def _find(self, domain: DomainName) -> _Candidates:
        candidates = _Candidates()
        for zones in (*self._zones.above(domain), self._zones.without_a_name(domain)):
            for zone in zones:
                candidates.add(zone)
        return candidates
