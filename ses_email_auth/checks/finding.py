"""Findings and rules: the words of `checks`.

A severity says what happens to mail. A rule says what it must see; from the absence of a record nothing follows unless the
whole zone is in view.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["Fault", "Finding", "Need", "Rule", "Severity"]


class Severity(enum.Enum):
    """What happens to mail."""

    ERROR = "error"
    """Receivers, SES or Route 53 refuse or ignore it today."""

    WARNING = "warning"
    """It will hurt, or it protects less than its author thinks."""

    INFO = "info"
    """True, and needs no action."""


class Need(enum.Enum):
    """What a rule must see."""

    RECORD = "the record itself"
    RECORDS = "several records in view"
    ABSENCE = "the whole zone"
    INTENT = "what the author of the stack said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to know about a domain's records."""

    id: str
    severity: Severity
    message: str
    fix: str
    """What to change; empty for an info that needs no action."""

    reference: str
    """The section that says so."""

    where: str
    """The record, for example `_dmarc.example.com TXT`."""

    def __str__(self) -> str:
        fix = f"; {self.fix}" if self.fix else ""
        return f"{self.id}: {self.message}{fix} ({self.reference})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a rule has found at one place."""

    where: str
    message: str
    fix: str = ""
    severity: Severity | None = None
    """Set where it differs from the rule's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One piece of good practice: a function over a view of a zone, with what people need to know about it."""

    id: str
    severity: Severity
    need: Need
    reason: str
    """Why it matters, for people."""

    reference: str
    faults: Callable[[ZoneView], Iterator[Fault]]

    def findings(self, view: ZoneView) -> Iterator[Finding]:
        """What the rule finds in `view`."""
        for fault in self.faults(view):
            yield Finding(
                id=self.id,
                severity=fault.severity or self.severity,
                message=fault.message,
                fix=fault.fix,
                reference=self.reference,
                where=fault.where,
            )
