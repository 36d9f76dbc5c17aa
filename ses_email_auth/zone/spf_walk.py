"""SPF records in view: how receivers read them, where they lead, and what that costs (RFC 7208 sections 4.6.4, 5.2 and 6.1).

Not handled: records that stand in no file in view, beyond the table of known includes, and terms that hold a macro.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import InvalidDomainName, RecordSyntaxError
from ses_email_auth.records.spf import All, Include, Redirect, SpfQualifier, SpfRecord
from ses_email_auth.zone.known_includes import KNOWN_INCLUDES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ses_email_auth.records.spf import Mechanism
    from ses_email_auth.zone.texts import PlaceOfText, TextInView

_ENOUGH = 100  # counting stops here: ten lookups are the limit
LOOP_KEPT = 6  # names of a loop: five to show, and one to know that there are more


@dataclass(frozen=True, slots=True)
class SpfInView:
    """A text that receivers take as an SPF record, and how they read it."""

    source: TextInView
    record: SpfRecord | None
    """None if they answer permerror."""

    error: RecordSyntaxError | None
    """Why they do."""

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
    def where(self) -> PlaceOfText:
        """The record, for findings."""
        return self.source.where


@dataclass(frozen=True, slots=True)
class Lead:
    """An include or a redirect: a term that leads to the SPF record of another name."""

    term: Include | Redirect
    host: str
    """In lower case, without the final dot."""

    name: DomainName | None
    """None for a host that is no domain name, such as one with a macro."""

    @property
    def passes(self) -> bool:
        """Whether a pass of that record is a pass here."""
        return isinstance(self.term, Redirect) or self.term.qualifier is SpfQualifier.PASS


def spf_in_view(source: TextInView) -> SpfInView:
    """How receivers read a text that begins as an SPF record."""
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


@dataclass(slots=True)
class SpfWalk:
    """Where SPF records lead: what each name costs, and which names come into a loop.

    A name with several records, which can be alternatives, costs as much as the worst of them.
    """

    _at: Callable[[DomainName], Sequence[SpfInView]]
    """The records at a name that this walk goes through."""

    _beyond: Callable[[DomainName], SpfWalk | None]
    """The walk that goes on at any other name."""

    costs: dict[DomainName, Cost] = field(default_factory=dict)
    """By each name from which no loop is reached."""

    loops: dict[DomainName, tuple[DomainName, ...]] = field(default_factory=dict)
    """By each other name: the names of the loop that is reached, in order; only the first six of a long one."""

    def visit(self, root: DomainName) -> None:
        """Walk from `root`: depth first without recursion; each name is left once."""
        path, depth = [root], {root: 0}
        entries = [() if root in self.costs or root in self.loops else self._at(root)]
        pending = [iter(_all_leads(entries[0]))]
        while path:
            lead = next(pending[-1], None)
            if lead is None:
                pending.pop()
                name = path.pop()
                del depth[name]
                self._leave(name, entries.pop())
            elif lead.name is None or lead.name in self.costs or lead.name in self.loops:
                continue
            elif lead.name in depth:
                at = depth[lead.name]
                self.loops.setdefault(path[-1], tuple(path[at : at + LOOP_KEPT]))
            elif found := self._at(lead.name):
                depth[lead.name] = len(path)
                path.append(lead.name)
                entries.append(found)
                pending.append(iter(_all_leads(found)))
            else:
                self._take_over(lead.name)

    def _take_over(self, name: DomainName) -> None:
        """What the walk beyond knows of a name."""
        other = self._beyond(name)
        if other is not None:
            other.visit(name)
            if name in other.costs:
                self.costs[name] = other.costs[name]
            elif name in other.loops:
                self.loops[name] = other.loops[name]

    def _leave(self, name: DomainName, entries: Sequence[SpfInView]) -> None:
        if not entries or name in self.loops:
            return
        for lead in _all_leads(entries):
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


def _all_leads(entries: Sequence[SpfInView]) -> tuple[Lead, ...]:
    return tuple(lead for entry in entries for lead in entry.leads)


@dataclass(frozen=True, slots=True)
class Cost:
    """The DNS lookups of a record and of all that it leads to (RFC 7208 section 4.6.4)."""

    in_view: int
    """Counted over records in view; an include of another record counts 1."""

    estimated: int
    """With the table of known includes for those that are not in view."""
