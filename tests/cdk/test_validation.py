"""The plug-in in apps without any of our constructs, judged by CDK's validation report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, CfnParameter, NestedStack, Stage, Validations, aws_route53, aws_ses

from ses_email_auth import EmailAuthValidation, Fault, Severity
from tests.cdk.stacks import ACCOUNT
from tests.cdk.validated import (
    NO_RUA,
    OPEN_SPF,
    TWO_SPF,
    acknowledge,
    app_with,
    reports,
    rule,
    said,
    stack_of,
    synthesized,
    txt,
    violations,
    zone_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth import ZoneView


def app_of_three(plugin: EmailAuthValidation) -> App:
    """One error, one warning and one info."""
    app = app_with(plugin)
    stack = stack_of(app)
    zone = zone_of(stack)
    txt(stack, *TWO_SPF, zone=zone)
    txt(stack, NO_RUA, zone=zone, name="_dmarc", construct_id="Dmarc")
    txt(stack, f"{NO_RUA}; rua=mailto:a@example.com; fo=1", zone=zone, name="_dmarc.sub", construct_id="Below")
    return app


ERROR, WARNING, INFO = (
    ("error", "spf-multiple", "Stack/Txt/Resource"),
    ("warning", "dmarc-no-rua", "Stack/Dmarc/Resource"),
    ("info", "dmarc-fo-without-ruf", "Stack/Below/Resource"),
)


def of_three(app: App) -> list[tuple[str, str, str]]:
    """What is said of the three, whatever else is."""
    ids = {ERROR[1], WARNING[1], INFO[1]}
    return [line for line in said(app) if line[1] in ids]


def louder(line: tuple[str, str, str], severity: str = "error") -> tuple[str, str, str]:
    """The same with another severity."""
    return (severity, *line[1:])


@pytest.mark.parametrize(
    ("plugin", "shown", "fails"),
    [
        pytest.param(EmailAuthValidation(), [ERROR, WARNING], True, id="default"),
        pytest.param(EmailAuthValidation(fail_on=Severity.ERROR), [ERROR, WARNING], True, id="error"),
        pytest.param(EmailAuthValidation(fail_on=Severity.WARNING), [louder(WARNING), ERROR], True, id="warning"),
        pytest.param(
            EmailAuthValidation(fail_on=Severity.INFO), [louder(INFO), louder(WARNING), ERROR], True, id="info-shows-infos"
        ),
        pytest.param(EmailAuthValidation(fail_on=None), [WARNING, louder(ERROR, "warning")], False, id="none-fails-never"),
    ],
)
def test_fail_on(plugin: EmailAuthValidation, shown: list[tuple[str, str, str]], *, fails: bool) -> None:
    """What fails is reported as an error, what does not as a warning, and infos only if they fail."""
    app = app_of_three(plugin)
    assert bool(synthesized(app)) is fails
    assert of_three(app) == sorted(shown)
    assert [report["conclusion"] for report in reports(app)] == ["failure" if fails else "success"]


@pytest.mark.parametrize(
    ("fail_on", "acknowledged", "fails"),
    [
        pytest.param(Severity.ERROR, ["spf-multiple"], False, id="the-error"),
        pytest.param(Severity.ERROR, ["dmarc-no-rua"], True, id="the-warning-while-the-error-stays"),
        pytest.param(Severity.WARNING, ["spf-multiple"], True, id="a-warning-fails-still-after-an-acknowledgement"),
        pytest.param(None, ["spf-multiple"], False, id="none"),
    ],
)
def test_acknowledgement_decides_anew(fail_on: Severity | None, acknowledged: list[str], *, fails: bool) -> None:
    """CDK looks at the severities again after an acknowledgement; the answer is the one that was asked for."""
    app = app_of_three(EmailAuthValidation(fail_on=fail_on))
    for rule_id in acknowledged:
        acknowledge(app, rule_id)
    assert bool(synthesized(app)) is fails
    assert not {line[1] for line in said(app)} & set(acknowledged)


def test_a_violation() -> None:
    """It says what, where, how to mend it and by which section; the true severity stands beside it."""
    app = app_with(EmailAuthValidation(fail_on=Severity.WARNING))
    stack = stack_of(app)
    txt(stack, NO_RUA, zone=zone_of(stack), name="_dmarc")
    text = synthesized(app)
    (violation,) = violations(app)
    assert violation["description"].startswith("_dmarc.example.com TXT: nobody gets reports")
    assert violation["description"].endswith("(RFC 9989 section 4.7)")
    assert "rua" in violation["suggestedFix"]
    assert violation["ruleMetadata"] == {
        "severity": "warning",
        "reference": "RFC 9989 section 4.7",
        "where": "_dmarc.example.com TXT",
    }
    (construct,) = violation["violatingConstructs"]
    resource = construct["cloudFormationResource"]
    assert resource["templatePath"] == "Stack.template.json"
    assert resource["propertyPaths"][0].startswith("Properties")
    assert "/" not in resource["propertyPaths"][0]
    assert "Acknowledge with 'ses-email-auth::dmarc-no-rua'" in text


def test_nested_stacks() -> None:
    """Templates of nested stacks are not handed to plug-ins; they are read all the same, with the zone of the parent."""
    app = app_with(EmailAuthValidation())
    stack = stack_of(app)
    zone = aws_route53.PublicHostedZone(stack, "Own", zone_name="example.com")
    nested = NestedStack(stack, "Nested")
    deeper = NestedStack(nested, "Deeper")
    txt(nested, *TWO_SPF, zone=zone)
    txt(deeper, OPEN_SPF, zone=zone, name="below")
    assert synthesized(app)
    assert said(app) == [
        ("error", "spf-multiple", "Stack/Nested/Txt/Resource"),
        ("error", "spf-pass-all", "Stack/Nested/Deeper/Txt/Resource"),
    ]
    again = app_with(EmailAuthValidation())
    stack = stack_of(again)
    nested = NestedStack(stack, "Nested")
    txt(nested, *TWO_SPF, zone=aws_route53.PublicHostedZone(stack, "Own", zone_name="example.com"))
    acknowledge(nested, "spf-multiple")
    assert synthesized(again) == ""
    assert said(again) == []


def test_templates_of_an_earlier_synthesis_are_not_read(tmp_path: str) -> None:
    """A nested stack that is gone leaves its template in the folder."""
    for construct_id in ("Before", "After"):
        app = App(analytics_reporting=False, outdir=str(tmp_path))
        Validations.of(app).add_plugins(EmailAuthValidation())
        stack = stack_of(app)
        values = TWO_SPF if construct_id == "Before" else TWO_SPF[:1]
        txt(NestedStack(stack, construct_id), *values, zone=zone_of(stack))
        assert bool(synthesized(app)) is (construct_id == "Before")


@pytest.mark.parametrize(
    ("scopes", "left"),
    [
        pytest.param([], ["One/Txt/Resource", "Two/Txt/Resource"], id="neither"),
        pytest.param(["One"], ["Two/Txt/Resource"], id="one"),
        pytest.param(["One", "Two"], [], id="both"),
        pytest.param([""], [], id="above-both"),
    ],
)
def test_a_finding_over_two_stacks(scopes: list[str], left: list[str]) -> None:
    """Both records are named, and both must be acknowledged."""
    app = app_with(EmailAuthValidation())
    stacks = {"": app, "One": stack_of(app, "One"), "Two": stack_of(app, "Two")}
    for name, value in (("One", "v=spf1 -all"), ("Two", "v=spf1 ~all")):
        txt(stacks[name], value, zone=zone_of(stacks[name]))
    for scope in scopes:
        for rule_id in ("spf-multiple", "record-set-twice"):
            acknowledge(stacks[scope], rule_id)
    assert bool(synthesized(app)) is bool(left)
    assert [path for _, rule_id, path in said(app) if rule_id == "record-set-twice"] == left


def two_stages(app: App) -> tuple[Stage, Stage]:
    """Development and production, each with a zone of the same name and a TXT record at its apex."""
    stages = Stage(app, "Dev"), Stage(app, "Prod")
    for stage, value in zip(stages, TWO_SPF, strict=True):
        stack = stack_of(stage, "Mail")
        txt(stack, value, zone=aws_route53.PublicHostedZone(stack, "Own", zone_name="example.com"))
    return stages


def test_stages_with_equal_zone_names() -> None:
    """Zones are told apart by what they are, not by their names."""
    app = app_with(EmailAuthValidation())
    two_stages(app)
    assert synthesized(app) == ""
    assert said(app) == []


def test_on_a_stage_only() -> None:
    """The other stages are not looked at."""
    app = app_with()
    stages = two_stages(app)
    for stage in stages:
        stack = stack_of(stage, "More")
        txt(stack, OPEN_SPF, zone=zone_of(stack))
    Validations.of(stages[1]).add_plugins(EmailAuthValidation())
    assert synthesized(app)
    assert said(app) == [("error", "spf-pass-all", "Prod/More/Txt/Resource")]


def test_a_stage_inside_a_stage() -> None:
    """Folders of assemblies lie in each other; each template is judged once."""
    app = app_with(EmailAuthValidation())
    outer = Stage(app, "Outer")
    for scope in (app, Stage(outer, "Inner")):
        stack = stack_of(scope, "Mail")
        txt(stack, OPEN_SPF, zone=zone_of(stack), name=f"at{len(scope.node.path)}")
    assert synthesized(app)
    assert said(app) == [
        ("error", "spf-pass-all", "Mail/Txt/Resource"),
        ("error", "spf-pass-all", "Outer/Inner/Mail/Txt/Resource"),
    ]


def test_a_plugin_that_is_added_several_times() -> None:
    """To the app twice, as another object, and to a stage: a finding is said once in each synthesis."""
    plugin = EmailAuthValidation()
    app = app_with(plugin)
    stage = Stage(app, "Prod")
    stack = stack_of(stage, "Mail")
    txt(stack, *TWO_SPF, zone=zone_of(stack))
    for scope, another in ((app, plugin), (app, EmailAuthValidation()), (stage, plugin)):
        Validations.of(scope).add_plugins(another)
    for _ in range(2):
        assert synthesized(app, force=True)
        assert said(app) == [("error", "spf-multiple", "Prod/Mail/Txt/Resource")]


def test_the_strictest_plugin_is_heard() -> None:
    """What one says as a warning, a stricter one still says as an error."""
    app = app_with()
    stage = Stage(app, "Prod")
    stack = stack_of(stage, "Mail")
    txt(stack, NO_RUA, zone=zone_of(stack), name="_dmarc")
    Validations.of(stage).add_plugins(EmailAuthValidation())
    Validations.of(app).add_plugins(EmailAuthValidation(fail_on=Severity.WARNING))
    assert synthesized(app)
    assert {severity for severity, _, _ in said(app)} == {"warning", "error"}


def test_a_zone_that_is_not_looked_up_yet() -> None:
    """What is wrong in one record is said; two records with an unknown zone may be in two zones."""
    app = app_with(EmailAuthValidation())
    stack = stack_of(app)
    for construct_id, private in (("Public", False), ("Private", True)):
        zone = aws_route53.HostedZone.from_lookup(stack, construct_id, domain_name="example.com", private_zone=private)
        txt(stack, f"v=spf1 ip4:192.0.2.{int(private)} -all", zone=zone, construct_id=f"{construct_id}Txt")
    txt(stack, *TWO_SPF, zone=zone, name="certain", construct_id="Certain")
    assert synthesized(app)
    assert said(app) == [("error", "spf-multiple", "Stack/Certain/Resource")]


def test_the_zone_of_another_region_and_account() -> None:
    """References find the zone: by CDK's reader for another region, and by `Fn::GetStackOutput` from another account."""
    app = app_with(EmailAuthValidation(), **{"@aws-cdk/core:defaultCrossStackReferences": "strong"})
    home = stack_of(app, "Home", region="us-east-1")
    zone = aws_route53.PublicHostedZone(home, "Own", zone_name="example.com")
    txt(home, TWO_SPF[0], zone=zone)
    txt(stack_of(app, "Region"), TWO_SPF[1], zone=zone)
    txt(stack_of(app, "Account", account="210987654321", region="us-east-1"), "v=spf1 ?all", zone=zone)
    assert synthesized(app)
    twice = {path for _, rule_id, path in said(app) if rule_id == "record-set-twice"}
    assert twice == {"Home/Txt/Resource", "Region/Txt/Resource", "Account/Txt/Resource"}


def test_identities() -> None:
    """An identity of CDK's own, in a stack without a record, is judged too."""
    seen: list[str] = []

    def faults(view: ZoneView) -> Iterator[Fault]:
        for identity in view.identities:
            seen.append(identity.name)
            yield Fault(where=identity.name, message=f"{identity.name} is an identity")

    app = app_with(EmailAuthValidation(extra_rules=[rule(faults)]))
    aws_ses.EmailIdentity(stack_of(app), "Identity", identity=aws_ses.Identity.domain("example.com"))
    synthesized(app)
    assert ("warning", "acme-rule", "Stack/Identity/Resource") in said(app)
    assert seen == ["example.com"]


def test_what_nobody_can_tell_is_not_shown() -> None:
    """A text that is known only after the deploy is no finding for CDK, even if infos fail."""
    app = app_with(EmailAuthValidation(fail_on=Severity.INFO))
    stack = stack_of(app)
    txt(stack, CfnParameter(stack, "Text").value_as_string, zone=zone_of(stack))
    assert synthesized(app) == ""
    assert said(app) == []


def test_an_app_without_mail() -> None:
    """Nothing to judge, nothing to say."""
    app = app_with(EmailAuthValidation(fail_on=Severity.INFO))
    stack_of(app)
    assert synthesized(app) == ""
    assert reports(app) == []


def test_account_is_kept_apart() -> None:
    """The same imported zone id in two accounts is two zones."""
    app = app_with(EmailAuthValidation())
    for name, account, value in (("One", ACCOUNT, TWO_SPF[0]), ("Two", "210987654321", TWO_SPF[1])):
        stack = stack_of(app, name, account=account)
        txt(stack, value, zone=zone_of(stack))
    assert synthesized(app) == ""
    assert said(app) == []
