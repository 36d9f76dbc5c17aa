"""Tests that each rule finds its fault in a CDK app with none of our constructs, and nothing in the app without the faults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, BootstraplessSynthesizer, Validations

from ses_email_auth import EmailAuthValidation, Severity
from tests.cdk.stacks import new_stack
from tests.lint.apps import above_info, findings, sending_domain
from tests.lint.seeds import SEEDED, seed, stack_id

if TYPE_CHECKING:
    from pathlib import Path

    from ses_email_auth.checks.finding import Finding, Rule


def _app(*, seeded: bool, folder: Path) -> App:
    app = App(analytics_reporting=False, default_stack_synthesizer=BootstraplessSynthesizer(), outdir=str(folder))
    sending_domain(new_stack(app, "Good"), "good.example.com", "ZGOOD")
    if seeded:
        for rule in SEEDED:
            seed(app, rule)
    Validations.of(app).add_plugins(EmailAuthValidation(fail_on=Severity.INFO))
    return app


def _report(folder: Path) -> list[dict[str, Any]]:
    reports = json.loads((folder / "validation-report.json").read_text(encoding="utf-8"))["pluginReports"]
    return [violation for each in reports if each["pluginName"] == "ses-email-auth" for violation in each["violations"]]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cdk.out of an app with one fault for each rule."""
    folder = tmp_path_factory.mktemp("seeded")
    with pytest.raises(RuntimeError, match="spf-multiple"):
        _app(seeded=True, folder=folder).synth()
    return folder


@pytest.fixture(scope="module")
def reported(seeded: Path) -> set[tuple[str, str]]:
    """The id of each violation that the plug-in reports, with the path of a construct."""
    return {
        (violation["ruleName"], construct["constructPath"])
        for violation in _report(seeded)
        for construct in violation["violatingConstructs"]
    }


@pytest.fixture(scope="module")
def linted(seeded: Path) -> tuple[Finding, ...]:
    """What `lint` finds in it."""
    return findings(seeded)


@pytest.mark.parametrize("rule", SEEDED, ids=lambda rule: rule.id)
def test_a_fault_is_found(rule: Rule, reported: set[tuple[str, str]], linted: tuple[Finding, ...]) -> None:
    """By the plug-in and by `lint`, at a resource of the stack that holds it."""
    inside = f"{stack_id(rule)}/"
    assert [path for name, path in reported if name == rule.id and path.startswith(inside)]
    paths = [origin.construct_path for each in linted if each.id == rule.id for origin in each.origins]
    assert [path for path in paths if path.startswith(inside)]


def test_the_plugin_and_lint_say_the_same(reported: set[tuple[str, str]], linted: tuple[Finding, ...]) -> None:
    """At the same constructs."""
    assert reported == {(each.id, origin.construct_path) for each in linted for origin in each.origins}


def test_nothing_is_found_where_nothing_is_wrong(reported: set[tuple[str, str]]) -> None:
    """The faults of other stacks do not rub off."""
    assert {path for _, path in reported if path.startswith("Good/")} == set()


def test_the_app_without_the_faults_gives_no_finding(tmp_path: Path) -> None:
    """Not even an info."""
    _app(seeded=False, folder=tmp_path).synth()
    assert _report(tmp_path) == []
    assert above_info(findings(tmp_path)) == []
