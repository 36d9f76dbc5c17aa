"""The zones of one call as one world: which zone a name belongs to, for another zone that asks.

Public DNS is one world; files are not. Two stages or two accounts are deployed apart, so neither sees the other, and what
leads from one to the other by way of a third is not followed either. A name that could be in several such zones is not known.
Private zones are left out: receivers do not see them. Nothing is looked up before a rule asks for it, and little is kept.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.zone.spf_walk import SpfWalk
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.sources.zones import Standpoint, Zone
    from ses_email_auth.zone.spf_walk import SpfInView

    _Homes: TypeAlias = tuple[tuple[Zone, ...], Standpoint]

_MOST_KEPT = 250_000  # record sets of the views that are kept
_MOST_HOMES = 50  # more templates that each know a part of a zone are not gone through for each name
_MOST_NAMES = 2_000  # several rules ask for the same names of one zone


class ZonesByName:
    """The public zones by their names; those without a name by what stands in them."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self.named: dict[str, list[Zone]] = {}
        self.nameless: dict[str, list[Zone]] = {}
        self._by_end: dict[str, list[Zone]] = {}
        for zone in zones:
            if zone.is_private:
                continue
            if zone.name is not None:
                self.named.setdefault(zone.name.text, []).append(zone)
            else:
                for organization, end in zone.ends.items():
                    self.nameless.setdefault(organization.text, []).append(zone)
                    self._by_end.setdefault(end, []).append(zone)

    @cached_property
    def has_whole(self) -> bool:
        """Whether any of them is whole in view."""
        return any(zone.is_complete for zones in self.named.values() for zone in zones)

    def above(self, name: DomainName) -> Iterator[list[Zone]]:
        """The named zones that `name` is in or below, the nearest first."""
        return _at_or_above(name, self.named)

    def without_a_name(self, name: DomainName) -> list[Zone]:
        """The zones without a name that may be those of `name`: they hold names of the same organization."""
        return next(_at_or_above(name, self.nameless), [])

    def holding(self, name: DomainName) -> list[Zone]:
        """The zones without a name that may hold `name`: all that they hold ends like it."""
        return list(chain.from_iterable(_at_or_above(name, self._by_end)))


def _at_or_above(name: DomainName, zones: Mapping[str, list[Zone]]) -> Iterator[list[Zone]]:
    text = name.text
    while text and zones:
        found = zones.get(text)
        if found is not None:
            yield found
        text = text.partition(".")[2]


class World:
    """All zones of one call."""

    def __init__(self, zones: ZonesByName) -> None:
        self.zones = zones
        self._views: dict[tuple[tuple[int, ...], Standpoint], ZoneView] = {}
        self._kept = 0
        self._homes: dict[tuple[DomainName, Standpoint, Zone | None], _Homes] = {}
        self._walks: dict[Standpoint, SpfWalk] = {}

    def around(self, zone: Zone) -> _WorldAround:
        """The world as `zone` sees it."""
        return _WorldAround(self, zone.standpoint, zone)

    def homes(self, name: DomainName, standpoint: Standpoint, asker: Zone | None) -> _Homes:
        """The zones that hold what DNS has at `name`, and from where all of them are seen; none if that is not known."""
        key = (name, standpoint, asker)
        homes = self._homes.get(key)
        if homes is None:
            if len(self._homes) >= _MOST_NAMES:
                self._homes.clear()
            homes = self._homes[key] = self._find(name, standpoint, asker)
        return homes

    def _find(self, name: DomainName, standpoint: Standpoint, asker: Zone | None) -> _Homes:
        named, nameless = list(self.zones.above(name)), self.zones.holding(name)
        if sum(map(len, (*named, nameless))) > _MOST_HOMES:
            return ((asker,) if asker is not None and any(asker in zones for zones in (*named, nameless)) else ()), standpoint
        nearest, *above = [seen for zones in named if (seen := _seen(zones, standpoint))] or [[]]
        if any(self._is_held_above(name, zones, standpoint) for zones in above):
            return (), standpoint
        whole = [zone for zone in nearest if zone.is_complete]
        if len(whole) > 1:  # two exports of one zone: an old and a new one, or one of them is private
            if asker not in whole:
                return (), standpoint
            nearest = [zone for zone in nearest if not zone.is_complete or zone is asker]
        homes = (*nearest, *_seen(nameless, standpoint))
        for zone in homes:
            if not standpoint.may_see(zone.standpoint):
                return (), standpoint
            standpoint = standpoint.narrowed_by(zone.standpoint)
        return homes, standpoint

    def _is_held_above(self, name: DomainName, zones: list[Zone], standpoint: Standpoint) -> bool:
        """Whether a zone above has records at a name that seems to be in the one below; addresses of name servers are none."""
        view = self.view_of(tuple(zones), standpoint)
        return bool(view.all_at(name)) and not view.is_delegated(name)

    def view_of(self, homes: tuple[Zone, ...], standpoint: Standpoint) -> ZoneView:
        """One view of zones that are one in DNS."""
        key = (tuple(map(id, homes)), standpoint)
        view = self._views.pop(key, None)
        if view is None:
            signed = [zone.dnssec_signed for zone in homes if zone.dnssec_signed is not None]
            view = ZoneView(
                records=tuple(chain.from_iterable(zone.records for zone in homes)),
                zone=homes[0].name,
                complete=any(zone.is_complete for zone in homes) and not any(zone.hides_names for zone in homes),
                dnssec_signed=any(signed) if signed else None,
                world=_WorldAround(self, standpoint, None),
            )
            self._kept += len(view.records)
        self._views[key] = view  # the one that was asked for last is dropped last
        while self._kept > _MOST_KEPT and len(self._views) > 1:
            self._kept -= len(self._views.pop(next(iter(self._views))).records)
        return view

    def walk(self, standpoint: Standpoint) -> SpfWalk:
        """Where SPF records lead, seen from `standpoint`; kept, since many zones lead to the same few names."""
        if standpoint not in self._walks:

            def records_at(name: DomainName) -> Sequence[SpfInView]:
                homes, there = self.homes(name, standpoint, None)
                return self.view_of(homes, there).spf_at(name) if homes and there == standpoint else ()

            def beyond(name: DomainName) -> SpfWalk | None:
                homes, there = self.homes(name, standpoint, None)
                return self.walk(there) if homes and there != standpoint else None

            self._walks[standpoint] = SpfWalk(records_at, beyond)
        return self._walks[standpoint]


def _seen(zones: Iterable[Zone], standpoint: Standpoint) -> list[Zone]:
    return [zone for zone in zones if standpoint.may_see(zone.standpoint)]


class _WorldAround:
    """The world as one zone sees it."""

    __slots__ = ("_standpoint", "_world", "_zone")

    def __init__(self, world: World, standpoint: Standpoint, zone: Zone | None) -> None:
        self._world = world
        self._standpoint = standpoint
        self._zone = zone

    def zone_of(self, name: DomainName, asker: ZoneView) -> ZoneView | None:
        """As `ZoneView.zone_of`."""
        if not name.is_known:
            return None
        homes, standpoint = self._world.homes(name, self._standpoint, self._zone)
        if not homes:
            return None
        return asker if homes == (self._zone,) else self._world.view_of(homes, standpoint)

    @property
    def holds_whole_zones(self) -> bool:
        """Whether any zone of the world is whole in view."""
        return self._world.zones.has_whole

    def spf_walk(self) -> SpfWalk:
        """As `ZoneView.spf_walk`, for names of all zones."""
        return self._world.walk(self._standpoint)
