"""What one of our constructs has said as an annotation, the plug-in does not say again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Stack, Stage

from ses_email_auth import DmarcPolicy, EmailAuthValidation, FromDomainTxt, RecordLayout, SesEmailAuth, Severity
from ses_email_auth.cdk import reported
from tests.cdk.validated import NO_RUA, TWO_SPF, acknowledge, app_with, said, stack_of, synthesized, txt, zone_of

if TYPE_CHECKING:
    from pathlib import Path

    from aws_cdk import App

ANNOTATED = "@aws-cdk/core:annotationsInValidationReport"


def ours(stack: Stack, **props: Any) -> SesEmailAuth:
    """A construct of ours that says `dmarc-no-rua` unless told otherwise."""
    return SesEmailAuth(stack, "EmailAuth", hosted_zone=zone_of(stack), **props)


def warnings_of(app: App) -> list[str]:
    """The annotations of all stacks."""
    return [str(message.entry.data) for stack in app.synth().stacks_recursively for message in stack.messages]


@pytest.mark.parametrize("layout", RecordLayout)
def test_an_annotation(layout: RecordLayout) -> None:
    """It is there, and the plug-in is silent, even if warnings fail."""
    app = app_with(EmailAuthValidation(fail_on=Severity.WARNING), **{ANNOTATED: True})
    ours(stack_of(app), record_layout=layout)
    assert synthesized(app) == ""
    assert said(app) == []
    assert [text.rpartition("[ack: ")[2] for text in warnings_of(app)] == ["ses-email-auth::dmarc-no-rua]"]


@pytest.mark.parametrize(
    "at",
    [pytest.param("EmailAuth", id="at-the-construct"), pytest.param(None, id="at-the-stack")],
)
def test_an_annotation_that_is_acknowledged(at: str | None) -> None:
    """One acknowledgement silences both channels."""
    app = app_with(EmailAuthValidation(fail_on=Severity.WARNING))
    stack = stack_of(app)
    auth = ours(stack)
    acknowledge(stack if at is None else auth, "dmarc-no-rua")
    assert synthesized(app) == ""
    assert said(app) == []
    assert warnings_of(app) == []


def test_a_fault_that_is_taken_over() -> None:
    """Our construct warns of what it takes over; the plug-in does not make an error of it."""
    app = app_with(EmailAuthValidation())
    auth = ours(stack_of(app), dmarc_rua=["a@example.net"], from_domain_txt=FromDomainTxt.adopt(TWO_SPF, ttl=300))
    assert "spf-multiple" in {finding.id for finding in auth.findings}
    assert synthesized(app) == ""
    assert said(app) == []


def test_what_no_construct_of_ours_has_said() -> None:
    """The same id about the record of somebody else, also in a stage."""
    app = app_with(EmailAuthValidation())
    ours(stack_of(app))
    stack = stack_of(Stage(app, "Prod"))
    txt(stack, NO_RUA, zone=zone_of(stack), name="_dmarc.below")
    assert synthesized(app) == ""
    assert said(app) == [("warning", "dmarc-no-rua", "Prod/Stack/Txt/Resource")]


def test_a_finding_that_only_the_app_shows() -> None:
    """A record of ours and one of another stack: both are named."""
    app = app_with(EmailAuthValidation())
    stack = stack_of(app)
    ours(stack, dmarc_policy=DmarcPolicy.NONE, dmarc_rua=["a@example.com"])
    other = stack_of(app, "Other")
    txt(other, "v=spf1 -all", zone=zone_of(other))
    assert synthesized(app)
    twice = {path for _, rule_id, path in said(app) if rule_id == "record-set-twice"}
    assert twice == {"Other/Txt/Resource", "Stack/EmailAuth/FromDomainTxt"}


def test_nothing_of_ours_is_said_for_the_reference_example() -> None:
    """`cdk synth --strict` ends with 0."""
    app = app_with(EmailAuthValidation(fail_on=Severity.WARNING))
    auth = ours(
        stack_of(app), mail_from_subdomain="bounce", dmarc_policy=DmarcPolicy.NONE, dmarc_rua=["dmarc-reports@example.com"]
    )
    assert auth.identity is not None
    assert synthesized(app) == ""
    assert said(app) == []


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("[ack: ses-email-auth::a", id="no-json"),
        pytest.param('["[ack: ses-email-auth::a]"]', id="no-object"),
        pytest.param('{"/S": {"type": "[ack: ses-email-auth::a]"}}', id="no-list"),
        pytest.param('{"/S": ["[ack: ses-email-auth::a]"]}', id="no-entry"),
        pytest.param('{"/S": [{"type": "aws:cdk:info", "data": "[ack: ses-email-auth::a]"}]}', id="no-warning"),
        pytest.param('{"/S": [{"type": "aws:cdk:warning", "data": "[ack: ses-email-auth::"}]}', id="no-id"),
    ],
)
def test_metadata_of_another_form(tmp_path: Path, written: str) -> None:
    """It says nothing, and does no harm."""
    (tmp_path / "S.metadata.json").write_text(written, encoding="utf-8")
    assert list(reported._annotations(tmp_path / "S.template.json")) == []
