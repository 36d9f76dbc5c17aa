"""The three channels: wrong input is raised, warnings are annotations to acknowledge, infos are only in `findings`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Acknowledgment, Validations, aws_ses

from ses_email_auth import (
    DmarcPolicy,
    DmarcRecord,
    DomainPolicy,
    EmailAuthError,
    FromDomainTxt,
    SendingIdentity,
    SesEmailAuth,
    Severity,
)
from tests.cdk.stacks import imported_zone, new_app, new_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import Stack
    from aws_cdk.cx_api import CloudAssembly

RUA = ["dmarc-reports@blacksheep.link"]
INHERITED = (
    "mail.blacksheep.link publishes no DMARC record of its own, so the policy of blacksheep.link applies (its sp=, else its "
    "p=); pass dmarc_policy=None to say that this is meant, or DmarcPolicy.X to publish one (RFC 9989 section 4.10.1)"
)
NO_RUA = (
    "nobody gets reports about mail From blacksheep.link; add a rua with an address that can receive mail (in our constructs: "
    "dmarc_rua=[...]) (RFC 9989 section 4.7)"
)
NO_RUA_ID, INHERITED_ID = "ses-email-auth::dmarc-no-rua", "ses-email-auth::dmarc-inherited"


def auth(stack: Stack, construct_id: str = "EmailAuth", zone_name: str = "blacksheep.link", **props: Any) -> SesEmailAuth:
    """A construct over a zone of its own."""
    return SesEmailAuth(stack, construct_id, hosted_zone=imported_zone(stack, zone_name, f"{construct_id}Zone"), **props)


@pytest.fixture(scope="module")
def assembly() -> CloudAssembly:
    """Stacks with and without findings."""
    app = new_app(**{"core:annotationsInValidationReport": True})  # as our cdk.json
    reference = auth(new_stack(app, "reference"), mail_from_subdomain="bounce", dmarc_policy=DmarcPolicy.NONE, dmarc_rua=RUA)
    assert [finding.id for finding in reference.findings] == ["dmarc-rua-undeliverable", "ses-feedback-nowhere"]
    auth(new_stack(app, "no-rua"))
    auth(new_stack(app, "below"), domain_name="mail.blacksheep.link")
    auth(new_stack(app, "below-meant"), domain_name="mail.blacksheep.link", dmarc_policy=None)
    stack = new_stack(app, "below-acknowledged")
    known = auth(stack, domain_name="mail.blacksheep.link")
    Validations.of(known).acknowledge(Acknowledgment(id=INHERITED_ID, reason="the parent says p=reject"))
    stack = new_stack(app, "one-of-two-acknowledged")
    first, _ = auth(stack, zone_name="example.com"), auth(stack, "Second")
    Validations.of(first).acknowledge(Acknowledgment(id=NO_RUA_ID, reason="no mailbox yet"))
    stack = new_stack(app, "all-acknowledged")
    Validations.of(stack).acknowledge(Acknowledgment(id=NO_RUA_ID, reason="no mailbox yet"))
    auth(stack, zone_name="example.com")
    DomainPolicy(stack, "Second", hosted_zone=imported_zone(stack))
    SendingIdentity(stack, "Sending", hosted_zone=imported_zone(stack, "example.net", "Net"))
    return app.synth()


def warnings(assembly: CloudAssembly, name: str) -> list[tuple[str, str]]:
    """(construct, text) of all that CDK shows for a stack."""
    return [(message.id, str(message.entry.data)) for message in assembly.get_stack_by_name(name).messages]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        pytest.param("reference", [], id="reference-example"),
        pytest.param("no-rua", [("/no-rua/EmailAuth", f"{NO_RUA} [ack: {NO_RUA_ID}]")], id="no-rua"),
        pytest.param("below", [("/below/EmailAuth", f"{INHERITED} [ack: {INHERITED_ID}]")], id="subdomain"),
        pytest.param("below-meant", [], id="subdomain-that-is-meant"),
        pytest.param("below-acknowledged", [], id="acknowledged-at-the-construct"),
        pytest.param(
            "one-of-two-acknowledged",
            [("/one-of-two-acknowledged/Second", f"{NO_RUA} [ack: {NO_RUA_ID}]")],
            id="acknowledged-for-one",
        ),
        pytest.param("all-acknowledged", [], id="acknowledged-above"),
    ],
)
def test_what_cdk_shows(assembly: CloudAssembly, form: str, shown: list[tuple[str, str]]) -> None:
    """Warnings with the id to acknowledge; nothing else, so that `cdk synth --strict` ends with 0 on the reference example."""
    assert warnings(assembly, form) == shown


def test_validation_report(assembly: CloudAssembly) -> None:
    """CDK's own report names the warnings that nobody has acknowledged, and no finding of CDK about our templates."""
    report = json.loads((Path(assembly.directory) / "validation-report.json").read_text(encoding="utf-8"))
    assert sorted(_violations(report)) == [
        (INHERITED_ID, "below/EmailAuth"),
        (NO_RUA_ID, "no-rua/EmailAuth"),
        (NO_RUA_ID, "one-of-two-acknowledged/Second"),
    ]


def _violations(report: Any) -> Iterator[tuple[str, str]]:
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield violation["ruleName"], construct["constructPath"]


def test_infos_are_no_annotations() -> None:
    """What needs no action is in `findings` alone."""
    stack = new_stack(new_app())
    quiet = auth(
        stack,
        dmarc=DmarcRecord.parse("v=DMARC1; p=reject; rua=mailto:a@example.net; fo=1"),
        from_domain_spf=False,
        mail_from_behavior_on_mx_failure=aws_ses.MailFromBehaviorOnMxFailure.REJECT_MESSAGE,
    )
    assert {finding.id for finding in quiet.findings} == {
        "dmarc-fo-without-ruf",
        "dmarc-rua-external",
        "from-spf-by-hand",
        "mail-from-reject-on-create",
        "ses-feedback-nowhere",
    }
    assert {finding.severity for finding in quiet.findings} == {Severity.INFO}
    assert [entry.type for entry in quiet.node.metadata if entry.type.startswith("aws:cdk:")] == []


def test_value_to_add_by_hand() -> None:
    """Without the record the finding prints its exact value."""
    stack = new_stack(new_app())
    quiet = auth(stack, dmarc_rua=RUA, from_domain_spf=False, spf_includes=["_spf.google.com"])
    (by_hand,) = [finding for finding in quiet.findings if finding.id == "from-spf-by-hand"]
    assert "v=spf1 include:_spf.google.com include:amazonses.com ~all" in by_hand.message


@pytest.mark.parametrize(
    ("props", "ids"),
    [
        pytest.param({"mail_from_subdomain": None, "dmarc_rua": RUA}, ["alignment-dkim-only"], id="no-MAIL-FROM"),
        pytest.param({}, ["dmarc-no-rua"], id="no-rua"),
        pytest.param(
            {"dmarc": DmarcRecord.parse("v=DMARC1; p=reject; aspf=s; rua=mailto:dmarc-reports@blacksheep.link")},
            ["alignment-dkim-only"],
            id="strict-SPF",
        ),
        pytest.param(
            {"dkim_key_length": aws_ses.EasyDkimSigningKeyLength.RSA_1024_BIT, "dmarc_rua": RUA},
            ["dkim-key-short"],
            id="short-key",
        ),
        pytest.param(
            {
                "domain_name": "mail.blacksheep.link",
                "dmarc_policy": DmarcPolicy.NONE,
                "dmarc_rua": RUA,
                "inherited_dmarc": "v=DMARC1; p=reject",
            },
            ["dmarc-weaker-than-parent"],
            id="weaker-than-the-parent",
        ),
        pytest.param(
            {"domain_name": "mail.blacksheep.link", "inherited_dmarc": "v=DMARC1; p=reject"},
            ["dmarc-inherited"],
            id="nothing-said",
        ),
        pytest.param(
            {"domain_name": "mail.blacksheep.link", "inherited_dmarc": "v=DMARC1; p=reject", "dmarc_policy": None},
            [],
            id="inherited-and-meant",
        ),
    ],
)
def test_warnings(props: dict[str, Any], ids: list[str]) -> None:
    """Bad practice, by the props that make it."""
    found = auth(new_stack(new_app()), **props).findings
    assert [finding.id for finding in found if finding.severity is Severity.WARNING] == ids


@pytest.mark.parametrize(
    ("props", "sentence"),
    [
        pytest.param(
            {"dmarc": DmarcRecord.parse("v=DMARC1; p=none; adkim=s; aspf=s"), "from_subdomains": ["news"]},
            "alignment-fails: mail From news.blacksheep.link cannot pass DMARC",
            id="nothing-aligns",
        ),
        pytest.param(
            {"from_domain_txt_values": ["ｖ＝ｓｐｆ１ -all"]},
            "txt-near-miss: ",
            id="full-width-characters",
        ),
    ],
)
def test_errors_are_raised(props: dict[str, Any], sentence: str) -> None:
    """What receivers refuse today cannot be deployed."""
    with pytest.raises(EmailAuthError) as caught:
        auth(new_stack(new_app()), **props)
    assert str(caught.value).startswith(sentence)


def test_two_identities_for_one_domain() -> None:
    """Within one stack CDK's own validation finds them, since each domain has one identity in a region."""
    app = new_app()
    stack = new_stack(app)
    auth(stack)
    auth(stack, "Second", mail_from_subdomain="second")
    with pytest.raises(RuntimeError, match="E3019"):
        app.synth()


def test_a_fault_that_is_taken_over_is_no_error() -> None:
    """Two SPF records that exist can be taken over as they are, and mended in the next deploy; new ones are refused."""
    existing = ["v=spf1 include:_spf.google.com ~all", "v=spf1 -all"]
    adopted = auth(new_stack(new_app(), "adopt"), dmarc_rua=RUA, from_domain_txt=FromDomainTxt.adopt(existing, ttl=300))
    (finding,) = (finding for finding in adopted.findings if finding.id == "spf-multiple")
    assert finding.severity is Severity.WARNING
    with pytest.raises(EmailAuthError, match="second one makes receivers believe neither"):
        auth(new_stack(new_app(), "new"), dmarc_rua=RUA, from_domain_txt_values=existing[1:])
