"""Where the SPF records in view lead, and what that costs (RFC 7208 sections 4.6.4, 5.2 and 6.1).

Not handled: records outside of the view, beyond what the table of known includes says, and terms that hold a macro.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.checks.known_includes import KNOWN_INCLUDES
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import InvalidDomainName, RecordSyntaxError
from ses_email_auth.records.spf import All, Include, Redirect, SpfQualifier, SpfRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.checks.zone_view import TextInView
    from ses_email_auth.records.spf import Mechanism

__all__ = ["Cost", "Lead", "SpfInView", "SpfWalk", "spf_in_view"]

_ENOUGH = 100  # counting stops here: ten lookups are the limit
_LOOP_KEPT = 6  # names of a loop: five to show, and one to know that there are more


@dataclass(frozen=True, slots=True)
class Lead:
    """A term that leads to the SPF record of another name."""

    term: Include | Redirect
    host: str
    """In lower case, without the final dot."""

    name: DomainName | None
    """None for a host that no zone of ours can hold, such as one with a macro."""

    @property
    def passes(self) -> bool:
        """Whether a pass of that record is a pass here."""
        return isinstance(self.term, Redirect) or self.term.qualifier is SpfQualifier.PASS


@dataclass(frozen=True, slots=True)
class SpfInView:
    """A text that receivers take as an SPF record, and what they make of it."""

    source: TextInView
    record: SpfRecord | None
    """None if they answer permerror."""

    error: RecordSyntaxError | None
    """Why."""

    reached: tuple[Mechanism, ...] = ()
    """The mechanisms that receivers come to; those behind `all` are void (RFC 7208 section 5.1)."""

    leads: tuple[Lead, ...] = ()
    """Terms that lead to other records, those that are not void."""

    lookups: int = 0
    """As `SpfRecord.dns_lookups`."""

    @property
    def name(self) -> DomainName:
        """The name that has it."""
        return self.source.name

    @property
    def where(self) -> str:
        """The record, for findings."""
        return self.source.where


@dataclass(frozen=True, slots=True)
class Cost:
    """The lookups of a record and of all that it leads to."""

    in_view: int
    """As far as records are in view; each other include counts 1."""

    estimated: int
    """With the table of known includes for those that are not in view."""


@dataclass(slots=True)
class SpfWalk:
    """The walk through all records in view."""

    leads: dict[DomainName, tuple[Lead, ...]] = field(default_factory=dict)
    costs: dict[DomainName, Cost] = field(default_factory=dict)
    """By each name whose walk comes to an end."""

    loops: dict[DomainName, tuple[DomainName, ...]] = field(default_factory=dict)
    """By each other name: the names of the loop that it comes to, in order; only the first six of a long one."""

    @classmethod
    def through(cls, entries: Iterable[SpfInView]) -> SpfWalk:
        """Walk through `entries`. Names with several records, which can be alternatives, cost what the worst of them does."""
        by_name: dict[DomainName, list[SpfInView]] = {}
        for entry in entries:
            if entry.record is not None:
                by_name.setdefault(entry.name, []).append(entry)
        walk = cls({name: tuple(lead for entry in found for lead in entry.leads) for name, found in by_name.items()})
        for name in by_name:
            if name not in walk.costs and name not in walk.loops:
                walk._visit(name, by_name)
        return walk

    def _visit(self, root: DomainName, by_name: dict[DomainName, list[SpfInView]]) -> None:
        """Depth first without recursion; each name is left once."""
        path, depth = [root], {root: 0}
        ahead = [iter(self.leads[root])]
        while path:
            lead = next(ahead[-1], None)
            if lead is None:
                ahead.pop()
                name = path.pop()
                del depth[name]
                if name not in self.loops:
                    self._leave(name, by_name[name])
            elif lead.name is None or lead.name not in by_name:
                continue
            elif lead.name in depth:
                at = depth[lead.name]
                self.loops.setdefault(path[-1], tuple(path[at : at + _LOOP_KEPT]))
            elif lead.name not in self.costs and lead.name not in self.loops:
                depth[lead.name] = len(path)
                path.append(lead.name)
                ahead.append(iter(self.leads[lead.name]))

    def _leave(self, name: DomainName, entries: list[SpfInView]) -> None:
        for lead in self.leads[name]:
            if lead.name is not None and lead.name in self.loops:
                self.loops[name] = self.loops[lead.name]
                return
        costs = [self._cost(entry) for entry in entries]
        self.costs[name] = Cost(max(cost.in_view for cost in costs), max(cost.estimated for cost in costs))

    def _cost(self, entry: SpfInView) -> Cost:
        in_view = estimated = entry.lookups
        for lead in entry.leads:
            known = None if lead.name is None else self.costs.get(lead.name)
            in_view += 0 if known is None else known.in_view
            estimated += (KNOWN_INCLUDES.get(lead.host) or 0) if known is None else known.estimated
        return Cost(min(in_view, _ENOUGH), min(estimated, _ENOUGH))


def spf_in_view(source: TextInView) -> SpfInView:
    """What receivers make of a text."""
    try:
        record = SpfRecord.parse(source.text)
    except RecordSyntaxError as error:
        return SpfInView(source, None, error)
    mechanisms = record.mechanisms
    end = next((at for at, mechanism in enumerate(mechanisms, 1) if isinstance(mechanism, All)), None)
    reached = mechanisms[:end]
    leads = [_lead(mechanism) for mechanism in reached if isinstance(mechanism, Include)]
    lookups = sum(mechanism.costs_lookup for mechanism in reached)
    if end is None and record.redirect is not None:  # RFC 7208 section 6.1: redirect is void beside `all`
        leads.append(_lead(next(term for term in record.modifiers if isinstance(term, Redirect))))
        lookups += 1
    return SpfInView(source, record, None, reached, tuple(leads), lookups)


def _lead(term: Include | Redirect) -> Lead:
    try:
        name = None if "%" in term.domain else DomainName(term.domain)
    except InvalidDomainName:
        name = None
    return Lead(term, term.domain.lower().removesuffix("."), name)
