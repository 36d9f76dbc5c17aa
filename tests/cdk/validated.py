"""Apps that the plug-in judges, and what CDK's report then says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from aws_cdk import Acknowledgment, App, Environment, Stack, Validations, aws_route53

from ses_email_auth import EmailAuthValidation, Fault, Need, Rule, Severity
from tests.cdk.stacks import ACCOUNT, TOKYO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from constructs import Construct

    from ses_email_auth import ZoneView

TWO_SPF = ["v=spf1 -all", "v=spf1 ~all"]
OPEN_SPF = "v=spf1 +all"
NO_RUA = "v=DMARC1; p=reject"

Said: TypeAlias = tuple[str, str, str]
"""Severity, rule id, construct path."""


def app_with(plugin: EmailAuthValidation | None = None, **context: object) -> App:
    """An app that the plug-in judges."""
    app = App(analytics_reporting=False, context=context)
    if plugin is not None:
        Validations.of(app).add_plugins(plugin)
    return app


def stack_of(scope: Construct, name: str = "Stack", account: str = ACCOUNT, region: str = TOKYO) -> Stack:
    """A stack with an environment."""
    return Stack(scope, name, env=Environment(account=account, region=region))


def zone_of(scope: Construct, name: str = "example.com", zone_id: str = "Z0123456789EXAMPLE") -> aws_route53.IHostedZone:
    """An imported zone."""
    return aws_route53.HostedZone.from_hosted_zone_attributes(scope, "Zone", hosted_zone_id=zone_id, zone_name=name)


def txt(
    scope: Construct, *values: str, zone: aws_route53.IHostedZone, name: str | None = None, construct_id: str = "Txt"
) -> aws_route53.TxtRecord:
    """A TXT record of CDK's own."""
    return aws_route53.TxtRecord(scope, construct_id, zone=zone, record_name=name, values=list(values))


def acknowledge(scope: Construct, rule_id: str) -> None:
    """Acknowledge a finding as the documentation says."""
    Validations.of(scope).acknowledge(Acknowledgment(id=f"ses-email-auth::{rule_id}", reason="known"))


def synthesized(app: App, *, force: bool = False) -> str:
    """The text of the error that ends the synthesis; empty if none does."""
    try:
        app.synth(force=force)
    except RuntimeError as error:
        return str(error)
    return ""


def reports(app: App) -> list[dict[str, Any]]:
    """CDK's reports of the plug-in."""
    written = json.loads((Path(app.outdir) / "validation-report.json").read_text(encoding="utf-8"))
    return [report for report in written["pluginReports"] if report["pluginName"] == "ses-email-auth"]


def violations(app: App) -> list[dict[str, Any]]:
    """What is not acknowledged."""
    return [violation for report in reports(app) for violation in report["violations"]]


def said(app: App) -> list[Said]:
    """What is not acknowledged, one line for each construct."""
    return sorted(_lines(app))


def _lines(app: App) -> Iterator[Said]:
    for violation in violations(app):
        for construct in violation["violatingConstructs"]:
            yield violation["severity"], violation["ruleName"], construct["constructPath"]


def rule(
    faults: Callable[[ZoneView], Iterator[Fault]], rule_id: str = "acme-rule", severity: Severity = Severity.WARNING
) -> Rule:
    """A rule of a user."""
    return Rule(
        id=rule_id,
        severity=severity,
        need=Need.RECORD,
        reason="The handbook says so.",
        reference="our mail handbook",
        faults=faults,
    )
