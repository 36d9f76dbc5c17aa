"""The plug-in that checks a whole app while it is synthesized, whether or not it uses our constructs.

What CDK does with a report (aws-cdk-lib 2.271 to 2.275): it prints a block for each resource of each violation, drops
acknowledged resources one by one, and after any acknowledgement decides anew whether the report failed, by the severities
`error` and `fatal` alone. So what is to fail is reported as `error`, whatever it is; `fatal`, which cannot be acknowledged,
is not used. Not handled: a template that a pipeline changes after the synthesis.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import jsii
from aws_cdk import (
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

from ses_email_auth.cdk.check_app import check_app
from ses_email_auth.cdk.findings import LIBRARY
from ses_email_auth.cdk.reported import Reported
from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.notices import NOTICES
from ses_email_auth.checks.rules import RULES
from ses_email_auth.errors import EmailAuthError, display
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredPart, DeclaredRecordSet
from ses_email_auth.zone.texts import TextInView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import UnionType

    from aws_cdk import IPolicyValidationContext

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.zone.declared import Origin
    from ses_email_auth.zone.view import ZoneView


@jsii.implements(IPolicyValidationPlugin)
class EmailAuthValidation:
    """Checks the mail records and SES identities of all stacks, stages and nested stacks of an app.

    `Validations.of(app).add_plugins(EmailAuthValidation())`. Only what the app declares is in view: nothing is said about
    records that are missing. A finding is acknowledged by its id behind `ses-email-auth::`; one that names several resources
    must be acknowledged at each of them, or at a scope above them all.

    The CDK CLI shows what was found for the stacks that it selects: for an app that has all its stacks in stages, and so none
    that `cdk synth` alone would select, run `cdk synth "**"`.
    """

    def __init__(
        self,
        *,
        fail_on: Severity | None = Severity.ERROR,
        rules_off: Iterable[str] = (),
        extra_rules: Iterable[Rule] = (),
    ) -> None:
        """Checks the mail records and SES identities of an app.

        Args:
            fail_on: findings of this severity and worse end the synthesis with an error; None never ends it. An info is shown
                only if it ends the synthesis. Default: - Severity.ERROR
            rules_off: ids of rules that are not run. Default: - all rules are run
            extra_rules: rules of your own, which are run beside ours. Default: - no other rules

        Raises:
            EmailAuthError: for a value that cannot be.
        """
        check_fail_on(fail_on)
        self._fails = () if fail_on is None else tuple(severity for severity in Severity if severity.rank <= fail_on.rank)
        self._rules = chosen_rules(rules_off, extra_rules)

    @property
    def name(self) -> str:
        """What stands before `::` in an acknowledgement."""
        return LIBRARY

    @property
    def version(self) -> str | None:
        """The version of this package; None if it is not installed."""
        try:
            return version(LIBRARY)
        except PackageNotFoundError:
            return None

    @property
    def rule_ids(self) -> list[str]:
        """The rules that are run."""
        return [rule.id for rule in self._rules]

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Called by CDK for each app or stage that the plug-in was added to."""
        stacks = {stack.template_path: stack.stack_construct_path for stack in context.stack_templates}
        reported = Reported(context.app_construct, stacks)
        violations: list[PolicyViolation] = []
        for finding, origins in check_app(stacks, self._rules):
            severity = self._severity(finding)
            if severity is not None and reported.is_new(finding, origins, severity):
                violations.append(_violation(finding, origins, severity))
        fails = any(violation.severity == Severity.ERROR.value for violation in violations)
        return PolicyValidationPluginReport(success=not fails, violations=violations)

    def _severity(self, finding: Finding) -> str | None:
        """The severity that CDK gets; None for a finding that is not reported."""
        if finding.severity in self._fails:
            return Severity.ERROR.value
        return None if finding.severity is Severity.INFO else Severity.WARNING.value


def _violation(finding: Finding, origins: tuple[Origin, ...], severity: str) -> PolicyViolation:
    named = finding.message if finding.name in finding.message else f"{finding.where}: {finding.message}"
    return PolicyViolation(
        rule_name=finding.id,
        description=f"{display(named)} ({finding.reference})",
        fix="\n".join(map(display, finding.fix.split("\n"))) or None,
        severity=severity,
        rule_metadata={"severity": finding.severity.value, "reference": finding.reference, "where": display(finding.where)},
        violating_resources=[_resource(origin) for origin in origins],
    )


def _resource(origin: Origin) -> PolicyViolatingResource:
    if not origin.resource:
        return PolicyViolatingResource(construct_path=origin.construct_path, locations=[])
    return PolicyViolatingResource(
        resource_logical_id=origin.resource,
        template_path=origin.path,
        locations=[origin.location.replace("/", ".")] if origin.location else [],
    )


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
        bare = str(rule_id).removeprefix(f"{LIBRARY}::")
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
                f"'acme-dmarc-address', which is acknowledged as '{LIBRARY}::acme-dmarc-address'"
            )
        if rule.id in taken:
            raise EmailAuthError(f"the id {rule.id!r} of an extra rule is taken; put your name before it: 'acme-{rule.id}'")
        taken.add(rule.id)
        yield rule


def _iterated(prop: str, what: str, value: object) -> Iterator[object]:
    try:
        yield from value  # type: ignore[misc]  # what is not iterable is refused below
    except TypeError:
        raise EmailAuthError(f"{prop!r} must be a list of {what}, got {value!r}") from None


def _guarded(rule: Rule) -> Rule:
    """A rule of the user, which fails as a rule if what it gives is no fault, and not later while it is shown."""

    def faults(view: ZoneView) -> Iterator[Fault]:
        for fault in rule.faults(view):
            _check_fault(fault)
            yield fault

    guarded = replace(rule, faults=faults)
    guarded.parts.extend(map(_guarded, rule.parts))
    return guarded


_IN_VIEW = DeclaredRecordSet | DeclaredIdentity | DeclaredPart | TextInView


def _check_fault(fault: object) -> None:
    if not isinstance(fault, Fault) or not _are(str, fault.where, fault.message, fault.fix):
        raise TypeError("no Fault of texts")
    if not _are(Severity | None, fault.severity) or not _are(_IN_VIEW, *fault.records):
        raise TypeError("no Fault with a Severity and the records of the view")


def _are(kind: type | UnionType, *values: object) -> bool:
    return all(isinstance(value, kind) for value in values)
