"""The plug-in that judges a whole app while it is synthesized, whether or not it uses our constructs.

What CDK does with a report (aws-cdk-lib 2.271 to 2.275): it prints a block for each resource of each violation, drops
acknowledged resources one by one, and after any acknowledgement decides anew whether the report failed, by the severities
`error` and `fatal` alone. So what is to fail is reported as `error`, whatever it is; `fatal`, which nobody can acknowledge, is
not used. Not handled: a template that a pipeline changes after the synthesis.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import jsii
from aws_cdk import (
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

from ses_email_auth.cdk.already_said import AlreadySaid
from ses_email_auth.cdk.judgement import judge
from ses_email_auth.cdk.validation_rules import PLUGIN, check_fail_on, chosen_rules
from ses_email_auth.checks.finding import Severity
from ses_email_auth.errors import display

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import IPolicyValidationContext

    from ses_email_auth.checks.finding import Finding, Rule
    from ses_email_auth.zone.declared import Origin

__all__ = ["EmailAuthValidation"]

_WORST_FIRST = list(Severity)


@jsii.implements(IPolicyValidationPlugin)
class EmailAuthValidation:
    """Checks the mail records and SES identities of all stacks, stages and nested stacks of an app.

    `Validations.of(app).add_plugins(EmailAuthValidation())`. Only what the app declares is in view: nothing is said about
    records that are missing. A finding is acknowledged by its id behind `ses-email-auth::`; one that names several resources
    must be acknowledged at each of them, or at a scope above them all.

    The CDK CLI shows what was found for the stacks that it selects: for an app that has all its stacks in stages, and so none
    that `cdk synth` alone would select, run `cdk synth "**"`.

    Args:
        fail_on: findings of this severity and worse end the synthesis with an error; None never ends it. An info is shown
            only if it ends the synthesis.
            Default: - Severity.ERROR

        rules_off: ids of rules that are not run.
            Default: - all rules are run

        extra_rules: rules of your own, which are run beside ours.
            Default: - no other rules

    Raises:
        EmailAuthError: for a value that cannot be.
    """

    def __init__(
        self,
        *,
        fail_on: Severity | None = Severity.ERROR,
        rules_off: Iterable[str] = (),
        extra_rules: Iterable[Rule] = (),
    ) -> None:
        check_fail_on(fail_on)
        self._fails = () if fail_on is None else tuple(_WORST_FIRST[: _WORST_FIRST.index(fail_on) + 1])
        self._rules = chosen_rules(rules_off, extra_rules)

    @property
    def name(self) -> str:
        """What stands before `::` in an acknowledgement."""
        return PLUGIN

    @property
    def version(self) -> str | None:
        """The version of this package; None if it is not installed."""
        try:
            return version(PLUGIN)
        except PackageNotFoundError:
            return None

    @property
    def rule_ids(self) -> list[str]:
        """The rules that are run."""
        return [rule.id for rule in self._rules]

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Called by CDK for each app or stage that the plug-in was added to."""
        stacks = {stack.template_path: stack.stack_construct_path for stack in context.stack_templates}
        said = AlreadySaid(context.app_construct, stacks)
        violations: list[PolicyViolation] = []
        for finding, origins in judge(stacks, self._rules):
            severity = self._severity(finding)
            if severity is not None and said.is_new(finding, origins, severity):
                violations.append(_violation(finding, origins, severity))
        fails = any(violation.severity == Severity.ERROR.value for violation in violations)
        return PolicyValidationPluginReport(success=not fails, violations=violations)

    def _severity(self, finding: Finding) -> str | None:
        """As what CDK is told of it; None if it is not."""
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
