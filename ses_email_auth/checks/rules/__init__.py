"""The rules that always run, one module for each record or subject. `parked` is not among them: it is run on request only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Rule
from ses_email_auth.checks.rules import (
    alignment,
    dkim,
    dkim_names,
    dmarc,
    dmarc_reports,
    dmarc_syntax,
    easy_dkim,
    identity,
    intent,
    mail_from,
    mx,
    null_mx,
    record_set,
    spf,
    spf_syntax,
    spf_terms,
    stray_text,
    targets,
    transport,
    zone,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PLAN_RULES", "RULES"]

# The order of findings of one severity.
_MODULES = (
    spf_syntax,
    spf,
    spf_terms,
    stray_text,
    dmarc_syntax,
    dmarc_reports,
    dmarc,
    alignment,
    easy_dkim,
    dkim,
    dkim_names,
    mail_from,
    record_set,
    intent,
    null_mx,
    identity,
    transport,
    mx,
    targets,
    zone,
)


def _declared() -> Iterator[Rule]:
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, Rule) and value.faults.__module__ == module.__name__:
                yield value


PLAN_RULES: tuple[Rule, ...] = tuple(rule for rule in _declared() if rule.for_constructs)
"""The rules that can speak about what our own constructs publish: its texts and policies are the user's, all else is ours. An
app may build hundreds of domains, so the other rules are left to the plug-in, which also sees what stands beside."""

RULES: tuple[Rule, ...] = (*PLAN_RULES, *(rule for rule in _declared() if not rule.for_constructs))
