"""Findings, and the rules that give them.

A rule says what it must see. From the absence of a record nothing follows unless the whole zone is in view.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.known_after_deploy import readable
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredPart, DeclaredRecordSet
from ses_email_auth.zone.texts import PlaceOfText, TextInView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ses_email_auth.zone.declared import Origin
    from ses_email_auth.zone.texts import InView, PartInView
    from ses_email_auth.zone.view import ZoneView

    FaultFinder: TypeAlias = Callable[[ZoneView], Iterator["Fault"]]


_NAME = re.compile(r"(?:<[^>]*>|[^ ])*")  # what is not known stands in `<>`, and may hold spaces


class Severity(enum.Enum):
    """What happens to mail."""

    ERROR = "error"
    """Receivers, SES or Route 53 refuse or ignore it today."""

    WARNING = "warning"
    """It will hurt, or it protects less than its author thinks."""

    INFO = "info"
    """True, and needs no action."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _WORST_FIRST.index(self)


_WORST_FIRST = list(Severity)


class Need(enum.Enum):
    """What a rule must see."""

    RECORD = "the record itself"
    RECORDS = "several records in view"
    ABSENCE = "the whole zone"
    """It speaks of what is not there, so it is never run over a part of a zone."""

    TARGET = "the whole zone of the name that a record leads to"
    """It speaks of what is absent there, in this zone or another one in view: `ZoneView.whole_zone_of` finds it."""

    NEW_ZONE = "a zone that is made in view"
    """It speaks of what is likely to stand beside the zone, and of absence in a part of it: as an info at most."""

    INTENT = "what the author of the stack said"
    """It speaks of props of our constructs. No file says the same, so over files it has nothing to say."""

    CHANGE = "what is deployed, and what a deploy makes of it"
    """It compares two states. No state alone says the same, so a view of a zone has nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule says about the records of a domain.

    Args:
        id: the id of the rule, for example `dmarc-no-rua`.
        severity: what happens to mail.
        message: what is wrong, in lower case without a full stop.
        fix: what to change; empty for an info that needs no action.
        reference: the section that says so.
        where: the record, for example `_dmarc.example.com TXT`.
        records: what it is about, as far as that is in view. Default: - none
        points_at: the values and properties of `records` that it speaks about. Default: - records as a whole
    """

    id: str
    severity: Severity
    message: str
    fix: str
    """What to change; empty for an info that needs no action."""

    reference: str
    """The section that says so."""

    where: str
    """The record, for example `_dmarc.example.com TXT`."""

    records: tuple[InView, ...] = field(default=(), compare=False, repr=False)
    """What it is about, as far as that is in view."""

    points_at: tuple[PartInView, ...] = field(default=(), compare=False, repr=False)
    """The values and properties of `records` that it speaks about. Default: - records as a whole"""

    @property
    def name(self) -> str:
        """The DNS name in `where`; empty if the finding is about no name."""
        where = self.where.removeprefix("From: ")
        return where if " " not in where else "".join(_NAME.findall(where)[:1])

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where its records were written; empty for what our own constructs publish."""
        return tuple(
            dict.fromkeys(record.origin for record in self.records if isinstance(record, DeclaredRecordSet | DeclaredIdentity))
        )

    @property
    def places(self) -> tuple[Origin, ...]:
        """The same for who looks for it: the values and properties that it points at, then the other records as a whole."""
        parts = [part.origin for part in self.points_at if part.origin is not None]
        in_part = {id(part.record) for part in self.points_at}
        whole = (
            record.origin
            for record in self.records
            if isinstance(record, DeclaredRecordSet | DeclaredIdentity) and id(record) not in in_part
        )
        return tuple(dict.fromkeys((*parts, *whole)))

    def __str__(self) -> str:
        fix = f"; {self.fix}" if self.fix else ""
        return f"{self.id}: {self.message}{fix} ({self.reference})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong at one place, as the function of a rule gives it.

    Args:
        where: the record, for example `_dmarc.example.com TXT`.
        message: what is wrong, in lower case without a full stop.
        fix: what to change. Default: - nothing; for an info that needs no action
        severity: set where it differs from the rule's own. Default: - that of the rule
        records: what the fault is about: record sets, identities, or values and properties of theirs. Default: - the text
            whose `where` it is, else the record sets at `where`
    """

    where: str
    message: str
    fix: str = ""
    severity: Severity | None = None
    """Set where it differs from the rule's own."""

    records: tuple[InView | PartInView, ...] = ()
    """What the fault is about: record sets, identities, or values and properties of theirs. Default: - the text whose `where`
    it is, else the record sets at `where`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What people need to know about the findings of one id."""

    id: str
    severity: Severity
    need: Need
    reason: str
    """Why it matters, for people."""

    reference: str
    """The section that says so."""

    example: str = ""
    """What the findings are about: lines of a zone file, a template in YAML (below `# region: eu-west-1` where that matters),
    both with `---` between them, or Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Explanation):
    """One piece of good practice: a function over a view of a zone. The decorator `rule` makes one.

    Args:
        id: lower-case words joined by `-`, for example `dmarc-no-rua`.
        severity: of its faults, unless a fault has another one.
        need: what the rule must see; with `Need.ABSENCE` it is run over whole zones alone.
        reason: why it matters, for people.
        reference: the section that says so.
        example: what the findings are about: lines of a zone file, a template in YAML (below `# region: eu-west-1` where that
            matters), both with `---` between them, or Python. Default: - none
        faults: what is wrong in a view; called once for each view.
        for_constructs: whether our constructs run it too: it can speak about what they publish. Default: False
    """

    faults: FaultFinder
    """What is wrong in a view; called once for each view."""

    for_constructs: bool = False
    """Whether our constructs run it too: it can speak about what they publish. The plug-in and `lint` run every rule."""

    parts: list[Rule] = field(default_factory=list, init=False, compare=False, repr=False)
    """Further functions of the same rule that need something else. `also` adds them."""

    def also(self, *, need: Need) -> Callable[[FaultFinder], FaultFinder]:
        """Declare the function below as a part of this rule that needs something else and shares all the rest.

        Args:
            need: what this part must see.
        """

        def declare(faults: FaultFinder) -> FaultFinder:
            self.parts.append(replace(self, need=need, faults=faults))
            return faults

        return declare

    def finding(self, fault: Fault, view: ZoneView) -> Finding:
        """The finding about one of its faults."""
        things: tuple[InView | PartInView, ...] = fault.records or view.placed(fault.where)
        if isinstance(fault.where, PlaceOfText):
            text = fault.where.of
            things = tuple(text if thing is text.record else thing for thing in fault.records) or (text,)
        parts = tuple(thing for thing in things if isinstance(thing, TextInView | DeclaredPart))
        records = (thing.record if isinstance(thing, TextInView | DeclaredPart) else thing for thing in things)
        return Finding(
            id=self.id,
            severity=fault.severity or self.severity,
            message=readable(fault.message),
            fix=readable(fault.fix),
            reference=self.reference,
            where=readable(str(fault.where)),
            records=tuple({id(record): record for record in records}.values()),
            points_at=parts,
        )


def rule(
    *,
    id: str,  # noqa: A002 - the word of findings, acknowledgements and SARIF
    severity: Severity,
    need: Need,
    reason: str,
    reference: str,
    example: str = "",
    for_constructs: bool = False,
) -> Callable[[FaultFinder], Rule]:
    """Declare the function below as a rule; its name then stands for the `Rule`.

    Args:
        id: lower-case words joined by `-`, for example `dmarc-no-rua`.
        severity: of its faults, unless a fault has another one.
        need: what the rule must see; with `Need.ABSENCE` it is run over whole zones alone.
        reason: why it matters, for people.
        reference: the section that says so.
        example: what the findings are about: lines of a zone file, a template in YAML (below `# region: eu-west-1` where that
            matters), both with `---` between them, or Python. Default: - none
        for_constructs: whether our constructs run it too: it can speak about what they publish. Default: False
    """

    def declare(faults: FaultFinder) -> Rule:
        return Rule(
            id=id,
            severity=severity,
            need=need,
            reason=reason,
            reference=reference,
            faults=faults,
            example=example,
            for_constructs=for_constructs,
        )

    return declare
