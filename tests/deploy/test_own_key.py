"""A key of one's own through CloudFormation: the local SES verifies that the public key in DNS fits the private one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import SecretValue
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ses_email_auth import Dkim, RecordLayout, SesEmailAuth
from ses_email_auth.ses.own_key import private_key_body
from tests.deploy.stacks import RUA, Template, email_auth, identity, in_zone, synth
from tests.local.templates import ZONE, make_zone

if TYPE_CHECKING:
    from tests.local_aws import LocalAws


def store(aws: LocalAws, name: str) -> str:
    """Put a new private key into a secret as the README says; returns the public half."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    aws.client("secretsmanager").create_secret(Name=name, SecretString=private_key_body(pem))
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def own_key(selector: str, secret: str, public_key: str, **props: Any) -> Template:
    """The template of a stack."""
    dkim = Dkim.bring_your_own(selector=selector, private_key=SecretValue.secrets_manager(secret), public_key=public_key)
    return synth(lambda stack, zone: SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dmarc_rua=[RUA], dkim=dkim, **props))


def signs_with(aws: LocalAws) -> tuple[str, list[str]]:
    """The status and the selector of the identity."""
    dkim = identity(aws)["DkimAttributes"]
    return dkim["Status"], dkim["Tokens"]


def published(aws: LocalAws) -> list[str]:
    """The names below `_domainkey`."""
    return sorted(name.partition(".")[0] for name, _ in aws.records() if "._domainkey." in name)


@pytest.mark.parametrize("layout", RecordLayout)
def test_life(aws: LocalAws, layout: RecordLayout) -> None:
    """An identity with an own key is made, changed to another key and destroyed."""
    zone = make_zone(aws)
    first, second = store(aws, "first"), store(aws, "second")
    outcome = aws.deploy("S", in_zone(own_key("key-1", "first", first, record_layout=layout), zone))
    assert (outcome.status, outcome.failures) == ("CREATE_COMPLETE", {})
    assert (signs_with(aws), published(aws)) == (("SUCCESS", ["key-1"]), ["key-1"])
    assert aws.deploy("S", in_zone(own_key("key-2", "second", second, record_layout=layout), zone)).status == "UPDATE_COMPLETE"
    assert (signs_with(aws), published(aws)) == (("SUCCESS", ["key-2"]), ["key-2"])
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_from_easy_dkim_and_back(aws: LocalAws) -> None:
    """From Easy DKIM to an own key and back, in place."""
    zone = make_zone(aws)
    public = store(aws, "first")
    aws.deploy("S", in_zone(email_auth(), zone))
    assert len(published(aws)) == 3
    assert aws.deploy("S", in_zone(own_key("key-1", "first", public), zone)).status == "UPDATE_COMPLETE"
    assert (signs_with(aws), published(aws)) == (("SUCCESS", ["key-1"]), ["key-1"])
    assert aws.deploy("S", in_zone(email_auth(), zone)).status == "UPDATE_COMPLETE"
    assert (signs_with(aws)[0], len(published(aws))) == ("SUCCESS", 3)


def test_the_halves_do_not_belong_together(aws: LocalAws) -> None:
    """Halves of two keys: SES does not count the identity as verified; nothing of ours could see it before."""
    zone = make_zone(aws)
    store(aws, "first")
    aws.deploy("S", in_zone(own_key("key-1", "first", store(aws, "second")), zone))
    assert identity(aws)["VerifiedForSendingStatus"] is False


def test_a_secret_that_does_not_exist(aws: LocalAws) -> None:
    """A secret that does not exist fails the deployment, and nothing is left."""
    zone = make_zone(aws)
    public = store(aws, "first")
    outcome = aws.deploy("S", in_zone(own_key("key-1", "other", public), zone))
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert aws.records() == {}


def test_no_private_key_is_said(aws: LocalAws) -> None:
    """Template, events and description of the stack hold no private key."""
    zone = make_zone(aws)
    public = store(aws, "first")
    aws.deploy("S", in_zone(own_key("key-1", "first", public), zone))
    private = aws.client("secretsmanager").get_secret_value(SecretId="first")["SecretString"]
    cloudformation = aws.client("cloudformation")
    said = json.dumps(
        [
            cloudformation.get_template(StackName="S"),
            cloudformation.describe_stacks(StackName="S"),
            cloudformation.describe_stack_events(StackName="S"),
            cloudformation.describe_stack_resources(StackName="S"),
        ],
        default=str,
    )
    assert ZONE in said
    assert not [at for at in range(0, len(private) - 40, 20) if private[at : at + 40] in said]
