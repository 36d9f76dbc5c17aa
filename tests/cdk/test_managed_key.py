"""`Dkim.managed_key()`: ids, order and permissions are a contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import RemovalPolicy, Token, aws_kms

from ses_email_auth import Dkim, EmailAuthError, RecordLayout, SendingIdentity, SesEmailAuth, Severity
from tests.cdk.keys import app_with_assets
from tests.cdk.stacks import identity, imported_zone, new_stack, records, resources, templates

if TYPE_CHECKING:
    from aws_cdk import App, Stack

    from tests.cdk.stacks import Template

KEY_ARN = "arn:aws:kms:ap-northeast-1:123456789012:key/0123"


@pytest.fixture
def app() -> App:
    """An app."""
    return app_with_assets()


@pytest.fixture
def stack(app: App) -> Stack:
    """A stack in Tokyo."""
    return new_stack(app)


def auth(stack: Stack, dkim: Dkim, **props: Any) -> SesEmailAuth:
    """A construct that gives no warning of its own."""
    return SesEmailAuth(
        stack, "EmailAuth", hosted_zone=imported_zone(stack), dmarc_rua=["d@blacksheep.link"], dkim=dkim, **props
    )


def template_of(stack: Stack) -> Template:
    """What is synthesized."""
    return templates(stack.node.root)["Stack"]


def id_of(template: Template, start: str) -> str:
    """The logical id that begins so."""
    (found,) = (name for name in template["Resources"] if name.startswith(start) and "Role" not in name)
    return found


def test_ids_are_a_contract(stack: Stack) -> None:
    """Of the keys, their records, and what stands between them and the identity."""
    auth(stack, Dkim.managed_key(2))
    template = template_of(stack)
    wanted = {
        "EmailAuthManagedKey180DEE87E": "Custom::SesEmailAuthManagedKey",
        "EmailAuthManagedKey2A072DDA6": "Custom::SesEmailAuthManagedKey",
        "EmailAuthDkimKey1EEA0BA52": "AWS::Route53::RecordSet",
        "EmailAuthDkimKey2C2691448": "AWS::Route53::RecordSet",
        "EmailAuthDkimReady9BC3A3D4": "Custom::SesEmailAuthDkimReady",
        "EmailAuthIdentity26A6EF86": "AWS::SES::EmailIdentity",
        "SesEmailAuthManagedKeyEncryptionCAFA4947": "AWS::KMS::Key",
        "SesEmailAuthManagedKey14123CC4": "AWS::Lambda::Function",
        "SesEmailAuthDkimReadyA2B51836": "AWS::Lambda::Function",
    }
    assert wanted.items() <= {name: resource["Type"] for name, resource in template["Resources"].items()}.items()


def test_records(stack: Stack) -> None:
    """The key that signs, and the one before."""
    made = auth(stack, Dkim.managed_key(2))
    assert records(template_of(stack))[:2] == [
        "ses-2._domainkey.blacksheep.link. 600 TXT <DkimKeyText2>",
        "ses-1._domainkey.blacksheep.link. 600 TXT <DkimKeyText1>",
    ]
    assert Severity.WARNING not in {found.severity for found in made.findings}


def test_the_identity_signs_with_the_last_one(stack: Stack) -> None:
    """By a reference to its secret, whose ARN is the id of the resource."""
    auth(stack, Dkim.managed_key(3, selector="mail"))
    template = template_of(stack)
    secret = {"Ref": id_of(template, "EmailAuthManagedKey3")}
    assert identity(template)["DkimSigningAttributes"] == {
        "DomainSigningSelector": "mail-3",
        "DomainSigningPrivateKey": {"Fn::Join": ["", ["{{resolve:secretsmanager:", secret, ":SecretString:::}}"]]},
    }


@pytest.mark.parametrize("layout", RecordLayout)
def test_order(stack: Stack, layout: RecordLayout) -> None:
    """Keys, records, the wait, the identity."""
    auth(stack, Dkim.managed_key(2), record_layout=layout)
    template = template_of(stack)
    ready = id_of(template, "EmailAuthDkimReady")
    wanted = ["EmailAuthDkimKey1", "EmailAuthDkimKey2"] if layout is RecordLayout.SEPARATE else ["EmailAuthRecords"]
    assert {id_of(template, name) for name in wanted} <= set(template["Resources"][ready]["DependsOn"])
    assert ready in template["Resources"][id_of(template, "EmailAuthIdentity")]["DependsOn"]
    assert template["Resources"][ready]["Properties"]["Value"] == {
        "Fn::GetAtt": [id_of(template, "EmailAuthManagedKey2"), "DkimKeyText2"]
    }


def test_removal_policy(stack: Stack) -> None:
    """All that is made for the identity stays with it, what waits between record and identity too."""
    auth(stack, Dkim.managed_key(2), removal_policy=RemovalPolicy.RETAIN)
    resources_by_id = template_of(stack)["Resources"]
    children = ("ManagedKey1", "ManagedKey2", "DkimKey1", "DkimKey2", "DkimReady", "Identity")
    policies = {
        child: resource["DeletionPolicy"]
        for name, resource in resources_by_id.items()
        for child in children
        if name.startswith(f"EmailAuth{child}") and resource["Type"] != "AWS::IAM::Role"
    }
    assert policies == dict.fromkeys(children, "Retain")


def test_permissions(stack: Stack) -> None:
    """Each key may be made and deleted, and none may be read again."""
    auth(stack, Dkim.managed_key())
    found = resources(template_of(stack), "AWS::IAM::Role")
    (work,) = (properties["Policies"] for name, properties in found.items() if name.startswith("EmailAuthManagedKey1Role"))
    statements = work[0]["PolicyDocument"]["Statement"]
    assert [statement["Action"] for statement in statements] == [
        "kms:GenerateDataKeyPair",
        ["kms:Decrypt", "kms:GenerateDataKey"],
        [f"secretsmanager:{action}Secret" for action in ("Create", "Delete", "Describe", "Restore")],
        "cloudformation:DescribeStackEvents",
    ]
    assert statements[3]["Resource"] == {"Ref": "AWS::StackId"}
    assert "secret:ses-email-auth/blacksheep.link/ses-1/*" in json.dumps(statements[2]["Resource"])
    assert "GetSecretValue" not in json.dumps(found)
    assert "ses:" not in json.dumps(statements)


def test_one_encryption_key_for_a_stack(stack: Stack) -> None:
    """However many domains have managed keys; it rotates, and both it and the secrets can be restored for 30 days."""
    for name in ("a.example", "b.example"):
        SendingIdentity(stack, name[0], hosted_zone=imported_zone(stack, name, f"Zone{name[0]}"), dkim=Dkim.managed_key())
    (key,) = resources(template_of(stack), "AWS::KMS::Key").values()
    assert (key["EnableKeyRotation"], key["PendingWindowInDays"]) == (True, 30)


def test_an_own_encryption_key(stack: Stack) -> None:
    """Then none is made."""
    auth(stack, Dkim.managed_key(encryption_key=aws_kms.Key.from_key_arn(stack, "Key", KEY_ARN)))
    template = template_of(stack)
    assert resources(template, "AWS::KMS::Key") == {}
    (made,) = resources(template, "Custom::SesEmailAuthManagedKey").values()
    assert made["EncryptionKey"] == KEY_ARN


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"generation": 0}, "'generation' must be a whole number from 1, got 0; begin with 1", id="zero"),
        pytest.param({"generation": True}, "'generation' must be a whole number from 1, got True", id="flag"),
        pytest.param(
            {"generation": Token.as_number({"Ref": "Generation"})},
            "'generation' must be a whole number from 1, got one that is known only after the deploy; begin with 1",
            id="token",
        ),
        pytest.param({"generation": "2"}, "'generation' must be a whole number from 1, got str; begin with 1", id="text"),
        pytest.param({"selector": "a_b"}, "the DKIM selector must be 1 to 63 letters", id="selector"),
        pytest.param({"selector": "x" * 62}, "the DKIM selector must be 1 to 63 letters", id="selector-with-its-number"),
        pytest.param({"selector": None}, "'selector' must be a text, got NoneType; pass for example 'ses'", id="no-selector"),
        pytest.param(
            {"encryption_key": KEY_ARN},
            "'encryption_key' must be a KMS key, got str; use aws_kms.Key.from_key_arn(...)",
            id="encryption-key",
        ),
    ],
)
def test_refused(arguments: dict[str, Any], message: str) -> None:
    """At the user's line."""
    with pytest.raises(EmailAuthError) as caught:
        Dkim.managed_key(**arguments)
    assert str(caught.value).startswith(message)
