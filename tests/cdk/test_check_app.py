"""Settings, rules and files with something wrong in them: refused at once, or said; never a dead synthesis."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_cdk import NestedStack, Stage

from ses_email_auth import EmailAuthError, EmailAuthValidation, Fault, Need, Rule, Severity
from ses_email_auth.cdk import check_app, validation
from ses_email_auth.checks.rules import RULES
from ses_email_auth.sources import assembly, template
from ses_email_auth.sources.file_text import text_of_file
from tests.cdk.stacks import ACCOUNT
from tests.cdk.validated import (
    OPEN_SPF,
    TWO_SPF,
    acknowledge,
    app_with,
    rule,
    said,
    stack_of,
    synthesized,
    txt,
    violations,
    zone_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aws_cdk import App

    from ses_email_auth import ZoneView


def silent(_: ZoneView) -> Iterator[Fault]:
    """Find nothing."""
    yield from ()


GOOD = rule(silent)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param(
            {"fail_on": "warning"},
            "'fail_on' must be a Severity or None, got 'warning'; use Severity.WARNING",
            id="fail_on-a-string",
        ),
        pytest.param({"fail_on": 3}, "'fail_on' must be a Severity or None, got 3; use Severity.ERROR", id="fail_on-a-number"),
        pytest.param(
            {"rules_off": "spf-multiple"},
            "'rules_off' must be a list of rule ids, got 'spf-multiple'; pass ['spf-multiple']",
            id="rules_off-a-string",
        ),
        pytest.param(
            {"rules_off": ["spf-mutliple"]}, "'rules_off' names no rule 'spf-mutliple'; did you mean 'spf-multiple'?", id="typo"
        ),
        pytest.param(
            {"rules_off": ["ses-email-auth::spf-multiple"]},
            "'rules_off' names no rule 'ses-email-auth::spf-multiple'; did you mean 'spf-multiple'?",
            id="rules_off-with-the-name-of-the-plug-in",
        ),
        pytest.param({"rules_off": [[]]}, r"'rules_off' names no rule []; did you mean", id="rules_off-a-list-of-lists"),
        pytest.param({"rules_off": 3}, "'rules_off' must be a list of rule ids, got 3", id="rules_off-a-number"),
        pytest.param(
            {"extra_rules": GOOD},
            "'extra_rules' must be a list of rules, got the rule 'acme-rule'; pass it in a list",
            id="bare",
        ),
        pytest.param({"extra_rules": None}, "'extra_rules' must be a list of rules, got None", id="extra_rules-None"),
        pytest.param(
            {"extra_rules": [silent]}, "'extra_rules' must hold rules, Rule(id=..., faults=...), got <fun", id="function"
        ),
        pytest.param(
            {"extra_rules": [replace(GOOD, id="spf-multiple")]},
            "the id 'spf-multiple' of an extra rule is taken; put your name before it: 'acme-spf-multiple'",
            id="ours",
        ),
        pytest.param(
            {"extra_rules": [replace(GOOD, id="rule-failed")]}, "the id 'rule-failed' of an extra rule is", id="reserved"
        ),
        pytest.param({"extra_rules": [GOOD, GOOD]}, "the id 'acme-rule' of an extra rule is taken", id="twice"),
        pytest.param(
            {"extra_rules": [replace(GOOD, id="acme::rule")]},
            "the id of an extra rule must be lower-case words joined by '-', got 'acme::rule'; for example "
            "'acme-dmarc-address', which is acknowledged as 'ses-email-auth::acme-dmarc-address'",
            id="colons",
        ),
        pytest.param({"extra_rules": [replace(GOOD, id="AcmeRule")]}, "the id of an extra rule must be lower-case", id="case"),
        pytest.param({"extra_rules": [replace(GOOD, id=cast("str", 3))]}, "the id of an extra rule must be", id="number"),
        pytest.param(
            {"extra_rules": [replace(GOOD, severity=cast("Severity", "error"))]},
            "the extra rule 'acme-rule' must have a Severity, a Need and the text of a reference, got 'error', ",
            id="severity-a-string",
        ),
    ],
)
def test_wrong_settings(settings: dict[str, Any], sentence: str) -> None:
    """Refused where they are written, with what to write instead."""
    with pytest.raises(EmailAuthError) as caught:
        EmailAuthValidation(**settings)
    assert str(caught.value).startswith(sentence)


def judged(*extra: Rule, off: list[str] | None = None) -> App:
    """An app with one faulty record, synthesized."""
    app = app_with(EmailAuthValidation(fail_on=None, extra_rules=extra, rules_off=off or []))
    stack = stack_of(app)
    txt(stack, *TWO_SPF, zone=zone_of(stack))
    assert synthesized(app) == ""
    return app


def test_rules_off() -> None:
    """A rule that is off is not run, also one of the user's own."""
    assert said(judged()) == [("warning", "spf-multiple", "Stack/Txt/Resource")]
    assert said(judged(off=["spf-multiple"])) == []
    assert said(judged(rule(broken), off=["spf-multiple", "acme-rule"])) == []


def broken(_: ZoneView) -> Iterator[Fault]:
    """Raise, as a rule should not."""
    raise LookupError("acme")
    yield


def not_faults(_: ZoneView) -> Iterator[Fault]:
    """Give something else."""
    yield cast("Fault", "a text")


def strange_fault(**wrong: Any) -> Callable[[ZoneView], Iterator[Fault]]:
    """A rule whose fault has something wrong in it."""

    def faults(_: ZoneView) -> Iterator[Fault]:
        yield replace(Fault(where="", message="m"), **wrong)

    return faults


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(broken, id="raises"),
        pytest.param(not_faults, id="no-fault"),
        pytest.param(strange_fault(message=None), id="no-message"),
        pytest.param(strange_fault(severity="error"), id="severity-a-string"),
        pytest.param(strange_fault(records=("example.com TXT",)), id="records-are-texts"),
        pytest.param(None, id="no-function"),
    ],
)
def test_a_rule_that_fails(faults: Callable[[ZoneView], Iterator[Fault]]) -> None:
    """It is named, it can be acknowledged, and the others have spoken."""
    app = judged(rule(faults))
    assert said(app) == [
        ("warning", "rule-failed", "Stack/Txt/Resource"),
        ("warning", "spf-multiple", "Stack/Txt/Resource"),
    ]
    (failed,) = (each for each in violations(app) if each["ruleName"] == "rule-failed")
    assert "the rule acme-rule failed with" in failed["description"]


def test_a_part_of_a_rule_that_fails() -> None:
    """The whole rule is named; what its other parts found is kept."""
    in_parts = rule(strange_fault())
    in_parts.also(need=Need.RECORDS)(not_faults)
    app = judged(in_parts)
    assert [rule_id for _, rule_id, _ in said(app)] == ["acme-rule", "rule-failed", "spf-multiple"]
    assert "the rule acme-rule failed with TypeError" in str(violations(app))


def test_a_rule_of_the_user() -> None:
    """It is reported like ours; a finding about no record goes to the first of its zone, and texts are made inert."""

    def faults(view: ZoneView) -> Iterator[Fault]:
        for text in view.texts:
            yield Fault(where=text.where, message="not ours\u202e\ufe0f ##[error]", fix='write\n"v=spf1 -all"')
        yield Fault(where="", message="about nothing", severity=Severity.INFO)

    app = app_with(EmailAuthValidation(fail_on=Severity.INFO, extra_rules=[rule(faults)], rules_off=[r.id for r in RULES]))
    stack = stack_of(app)
    txt(stack, "v=spf1 -all", zone=zone_of(stack))
    assert synthesized(app)
    assert said(app) == [("error", "acme-rule", "Stack/Txt/Resource")] * 2
    assert [(each["description"], each.get("suggestedFix")) for each in violations(app)] == [
        (r"example.com TXT: not ours\u202e\ufe0f \x23#[error] (our mail handbook)", 'write\n"v=spf1 -all"'),
        ("about nothing (our mail handbook)", None),
    ]


def spoil(monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    """Let files read as rubbish. CDK 2.271 does not let a plug-in write into the assembly."""

    def spoilt(path: str) -> str:
        return "{ this is no JSON" if fnmatch(Path(path).name, pattern) else text_of_file(path)

    for module in (assembly, template):
        monkeypatch.setattr(module, "text_of_file", spoilt)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("One.template.json", [("cannot-read", "One"), ("spf-pass-all", "Two/Txt/Resource")], id="a-template"),
        pytest.param(
            "*.nested.template.json",
            [("cannot-read", "Two"), ("spf-pass-all", "One/Txt/Resource"), ("spf-pass-all", "Two/Txt/Resource")],
            id="a-nested-template",
        ),
        pytest.param("manifest.json", [("cannot-read", "One"), ("cannot-read", "Two")], id="the-manifest"),
        pytest.param("One.metadata.json", [("cannot-read", "One"), ("cannot-read", "Two")], id="metadata"),
    ],
)
def test_what_cannot_be_read(monkeypatch: pytest.MonkeyPatch, pattern: str, expected: list[tuple[str, str]]) -> None:
    """It is said of the stacks that it belongs to, and the others are judged."""
    spoil(monkeypatch, pattern)
    app = app_with(EmailAuthValidation(fail_on=None))
    for name in ("One", "Two"):
        stack = stack_of(app, name)
        txt(stack, OPEN_SPF, zone=zone_of(stack), name=name)
    nested = NestedStack(stack, "Nested")
    txt(nested, "v=spf1 -all", zone=zone_of(nested))
    acknowledge(stack_of(app, "Else"), "cannot-read")
    assert synthesized(app) == ""
    assert [line[1:] for line in said(app) if line[2] != "Else"] == expected


@pytest.mark.parametrize("reader", ["template_files", "read_templates"])
def test_reading_that_fails(monkeypatch: pytest.MonkeyPatch, reader: str) -> None:
    """A fault of our own reader ends no synthesis either."""

    def fails(*_: object) -> list[object]:
        raise ZeroDivisionError

    monkeypatch.setattr(check_app, reader, fails)
    app = judged()
    assert said(app) == [("warning", "cannot-read", "Stack")]
    (violation,) = violations(app)
    assert violation["description"].startswith("cannot read the templates: reading fails with ZeroDivisionError; nothing in")


def test_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that of the package, if the package is installed."""
    plugin = EmailAuthValidation(rules_off=["spf-multiple"], extra_rules=[GOOD])
    assert plugin.version is not None
    assert plugin.version.startswith("0.")
    monkeypatch.setattr(validation, "LIBRARY", "no-such-package")
    assert plugin.version is None
    assert "spf-multiple" not in plugin.rule_ids
    assert plugin.rule_ids[-1] == "acme-rule"


def test_public_need() -> None:
    """What a user's rule is made of can be imported from the package."""
    assert isinstance(GOOD, Rule)
    assert GOOD.need is Need.RECORD


@pytest.mark.parametrize(
    ("scopes", "accounts", "expected"),
    [
        pytest.param(("", ""), (ACCOUNT, ACCOUNT), {"spf-include-loop"}, id="one-app"),
        pytest.param(("Dev", "Dev"), (ACCOUNT, ACCOUNT), {"spf-include-loop"}, id="one-stage"),
        pytest.param(("Dev", "Prod"), (ACCOUNT, ACCOUNT), set(), id="two-stages"),
        pytest.param(("", ""), (ACCOUNT, "9" * 12), set(), id="two-accounts"),
    ],
)
def test_zones_of_one_app_are_one_world(scopes: tuple[str, str], accounts: tuple[str, str], expected: set[str]) -> None:
    """An include leads into the zone of another stack, but never of another stage or account."""
    app = app_with(EmailAuthValidation())
    stages = {name: Stage(app, name) for name in set(scopes) - {""}}
    names = ("example.com", "example.net")
    for name, other, scope, account in zip(names, reversed(names), scopes, accounts, strict=True):
        stack = stack_of(stages.get(scope, app), name.replace(".", ""), account)
        txt(stack, f"v=spf1 include:{other} -all", zone=zone_of(stack, name, name.upper().replace(".", "")))
    synthesized(app)
    assert {rule_id.removeprefix("ses-email-auth::") for _, rule_id, _ in said(app)} == expected
