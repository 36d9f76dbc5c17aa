"""`SesEmailAuth.from_existing`: the records and permissions of an identity that was made elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import CfnParameter, Duration, aws_cognito

from ses_email_auth import EmailAuthError, SesEmailAuth
from tests.cdk.keys import app_with_assets
from tests.cdk.stacks import child_ids, imported_zone, new_app, new_stack, records, resources, templates

TOKENS = ["a" * 32, "b" * 32, "c" * 32]


def existing(region: str | None = "ap-northeast-1", **props: Any) -> SesEmailAuth:
    """The reference domain."""
    stack = new_stack(new_app(), region=region)
    return SesEmailAuth.from_existing(stack, "EmailAuth", hosted_zone=imported_zone(stack), **props)


def test_records() -> None:
    """Those of the tokens, of the MAIL FROM domain and of the policy; no identity."""
    app = new_app()
    stack = new_stack(app)
    SesEmailAuth.from_existing(
        stack, "EmailAuth", hosted_zone=imported_zone(stack), dkim_tokens=TOKENS, mail_from_subdomain="bounce"
    )
    (template,) = templates(app).values()
    assert resources(template, "AWS::SES::EmailIdentity") == {}
    assert [line for line in records(template) if "_domainkey" in line] == [
        f"{token}._domainkey.blacksheep.link. 600 CNAME {token}.dkim.amazonses.com" for token in TOKENS
    ]
    assert len(records(template)) == 7


def test_without_tokens() -> None:
    """DKIM records are somebody else's, and so is the MAIL FROM domain; nothing is said about events."""
    auth = existing()
    assert child_ids(auth) == ["FromDomainTxt", "Dmarc"]
    assert auth.mail_from_domain is None
    assert "ses-feedback-nowhere" not in {finding.id for finding in auth.findings}


def test_a_sending_policy() -> None:
    """It waits for no identity, which stands already."""
    app = app_with_assets()
    stack = new_stack(app)
    SesEmailAuth.from_existing(stack, "EmailAuth", hosted_zone=imported_zone(stack)).allow_account("210987654321")
    (template,) = templates(app).values()
    (policy,) = (each for each in template["Resources"].values() if each["Type"] == "Custom::SesEmailAuthSendingPolicy")
    assert policy["Properties"]["Identity"] == "blacksheep.link"
    assert [name for name in policy["DependsOn"] if not name.startswith("SesEmailAuthSendingPolicy")] == []


def test_tokens_of_cdk() -> None:
    """A value that only the deploy knows is passed on unchanged."""
    app = new_app()
    stack = new_stack(app)
    first, second, third, where = (CfnParameter(stack, name).value_as_string for name in ("A", "B", "C", "Where"))
    SesEmailAuth.from_existing(
        stack,
        "EmailAuth",
        hosted_zone=imported_zone(stack),
        dkim_tokens=[first, second, third],
        dkim_signing_zone=where,
        dmarc_rua=["dmarc-reports@blacksheep.link"],
    )
    (template,) = templates(app).values()
    assert records(template)[:3] == [f"<{name}>._domainkey.blacksheep.link. 600 CNAME <{name}>.<Where>" for name in "ABC"]


def test_who_else_may_send_and_who_waits() -> None:
    """What hangs on an identity works where none is made."""
    app = app_with_assets()
    stack = new_stack(app)
    auth = SesEmailAuth.from_existing(
        stack,
        "EmailAuth",
        hosted_zone=imported_zone(stack),
        mail_from_subdomain="bounce",
        wait_for_verification=Duration.minutes(5),
    )
    pool = aws_cognito.UserPool(stack, "Pool")
    auth.allow_cognito(pool)
    pool.node.add_dependency(auth.verified)
    (template,) = templates(app).values()
    kinds = [each["Type"] for each in template["Resources"].values()]
    assert kinds.count("Custom::SesEmailAuthSendingPolicy") == 1
    (waiting,) = (name for name, each in template["Resources"].items() if each["Type"] == "Custom::SesEmailAuthVerification")
    (user_pool,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::Cognito::UserPool")
    assert waiting in user_pool["DependsOn"]


def test_no_cfn_identity() -> None:
    """The escape hatch says why it is closed."""
    with pytest.raises(EmailAuthError) as caught:
        _ = existing().cfn_identity
    assert str(caught.value) == "'blacksheep.link' has no 'cfn_identity' here, the identity was made elsewhere; use 'identity'"


@pytest.mark.parametrize(
    ("region", "props", "message"),
    [
        pytest.param("ap-northeast-1", {"dkim_tokens": TOKENS[:2]}, "must hold three different tokens", id="two"),
        pytest.param("ap-northeast-1", {"dkim_tokens": [*TOKENS[:2], TOKENS[0]]}, "three different", id="twice"),
        pytest.param("ap-northeast-1", {"dkim_tokens": ["x._domainkey", *TOKENS[:2]]}, "32 letters and digits", id="name"),
        pytest.param("ap-northeast-1", {"dkim_signing_zone": "dkim.amazonses.com"}, "has no use without", id="zone-alone"),
        pytest.param(None, {"dkim_tokens": TOKENS}, "'dkim_signing_zone' must be given in a stack without", id="no-region"),
        pytest.param("ap-northeast-1", {"logical_ids": {"Identity": "I"}}, "'logical_ids' holds 'Identity'", id="identity-id"),
    ],
)
def test_refusals(region: str | None, props: dict[str, Any], message: str) -> None:
    """What SES cannot have said, and what is not known."""
    with pytest.raises(EmailAuthError, match=message):
        existing(region, **props)
