"""Which rules the plug-in runs: ours without those that are off, and those of the user."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.notices import NOTICES
from ses_email_auth.checks.rules import RULES
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import UnionType

    from ses_email_auth.zone.view import ZoneView

__all__ = ["PLUGIN", "check_fail_on", "chosen_rules"]

PLUGIN = "ses-email-auth"
"""The name of the plug-in, and what stands before `::` in an acknowledgement."""

_TAKEN = {rule.id for rule in (*RULES, *NOTICES)}
_KEBAB_CASE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def check_fail_on(fail_on: object) -> None:
    """Refuse what is neither a severity nor None.

    Raises:
        EmailAuthError: with the member that was meant.
    """
    if fail_on is None or isinstance(fail_on, Severity):
        return
    meant = str(fail_on).upper()
    member = meant if meant in Severity.__members__ else Severity.ERROR.name
    raise EmailAuthError(f"'fail_on' must be a Severity or None, got {fail_on!r}; use Severity.{member}")


def chosen_rules(rules_off: Iterable[str], extra_rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules to run.

    Raises:
        EmailAuthError: for the first rule that cannot be switched off or added.
    """
    extra = tuple(_extra(extra_rules))
    known = {rule.id for rule in (*RULES, *extra)}
    off = set(_off(rules_off, known))
    return tuple(rule for rule in (*RULES, *map(_guarded, extra)) if rule.id not in off)


def _off(rules_off: object, known: set[str]) -> Iterator[str]:
    if isinstance(rules_off, str):
        raise EmailAuthError(f"'rules_off' must be a list of rule ids, got {rules_off!r}; pass [{rules_off!r}]")
    for rule_id in _iterated("rules_off", "rule ids", rules_off):
        if isinstance(rule_id, str) and rule_id in known:
            yield rule_id
            continue
        bare = str(rule_id).removeprefix(f"{PLUGIN}::")
        near = get_close_matches(bare, sorted(known), n=1, cutoff=0)
        raise EmailAuthError(f"'rules_off' names no rule {rule_id!r}; did you mean {near[0]!r}?")


def _extra(extra_rules: object) -> Iterator[Rule]:
    if isinstance(extra_rules, Rule):
        raise EmailAuthError(f"'extra_rules' must be a list of rules, got the rule {extra_rules.id!r}; pass it in a list")
    taken = set(_TAKEN)
    for rule in _iterated("extra_rules", "rules", extra_rules):
        if not isinstance(rule, Rule):
            raise EmailAuthError(f"'extra_rules' must hold rules, Rule(id=..., faults=...), got {rule!r}")
        if not (_are(Severity, rule.severity) and _are(Need, rule.need) and _are(str, rule.reference)):
            raise EmailAuthError(
                f"the extra rule {rule.id!r} must have a Severity, a Need and the text of a reference, got {rule.severity!r}, "
                f"{rule.need!r} and {rule.reference!r}; for example Severity.WARNING, Need.RECORD and 'our mail handbook'"
            )
        if not _are(str, rule.id) or _KEBAB_CASE.fullmatch(rule.id) is None:
            raise EmailAuthError(
                f"the id of an extra rule must be lower-case words joined by '-', got {rule.id!r}; for example "
                f"'acme-dmarc-address', which is acknowledged as '{PLUGIN}::acme-dmarc-address'"
            )
        if rule.id in taken:
            raise EmailAuthError(f"the id {rule.id!r} of an extra rule is taken; put your name before it: 'acme-{rule.id}'")
        taken.add(rule.id)
        yield rule


def _iterated(prop: str, what: str, given: object) -> Iterator[object]:
    try:
        yield from given  # type: ignore[misc]  # what is not iterable is refused below
    except TypeError:
        raise EmailAuthError(f"{prop!r} must be a list of {what}, got {given!r}") from None


def _guarded(rule: Rule) -> Rule:
    """A rule of the user, which fails as a rule if what it gives is no fault, and not later while it is shown."""

    def faults(view: ZoneView) -> Iterator[Fault]:
        for fault in rule.faults(view):
            _check_fault(fault)
            yield fault

    return replace(rule, faults=faults)


def _check_fault(fault: object) -> None:
    if not isinstance(fault, Fault) or not _are(str, fault.where, fault.message, fault.fix):
        raise TypeError("no Fault of texts")
    if not _are(Severity | None, fault.severity) or not _are(DeclaredRecordSet | DeclaredIdentity, *fault.records):
        raise TypeError("no Fault with a Severity and the records of the view")


def _are(kind: type | UnionType, *values: object) -> bool:
    return all(isinstance(value, kind) for value in values)
