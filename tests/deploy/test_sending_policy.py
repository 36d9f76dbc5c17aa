"""Sending policies through CloudFormation: what others wrote stays, and a right goes with its line. And grants, by mails."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_cdk import aws_iam
from botocore.exceptions import ClientError

from ses_email_auth import SesEmailAuth
from tests.deploy.stacks import RUA, TOKYO, build, upload
from tests.local.templates import ZONE, make_zone

if TYPE_CHECKING:
    from tests.local_aws import Deployment, LocalAws

PARTNER, FRIEND = "210987654321", "333333333333"
FOREIGN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ses:SendEmail", "Resource": "*"}],
}


class Domain:
    """The stack S with some accounts allowed: name of the policy -> account."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.zone_id = make_zone(aws)

    def deploy(self, **allowed: str) -> Deployment:
        """Create or update."""

        def fill(stack: Any, zone: Any) -> SesEmailAuth:
            auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dmarc_rua=[RUA])
            for name, account in allowed.items():
                auth.allow_account(account, name=name)
            return auth

        return self.aws.deploy("S", upload(self.aws, build(fill, self.zone_id)))

    def policies(self) -> dict[str, Any]:
        """The documents by name."""
        policies = self.aws.client("sesv2").get_email_identity_policies(EmailIdentity=ZONE)["Policies"]
        return {name: json.loads(text) for name, text in policies.items()}

    def accounts(self) -> dict[str, str]:
        """The account that each policy allows."""
        return {name: document["Statement"][0]["Principal"]["AWS"].split(":")[4] for name, document in self.policies().items()}


@pytest.fixture
def domain(aws: LocalAws) -> Domain:
    """Nothing is deployed yet."""
    return Domain(aws)


def test_life(domain: Domain) -> None:
    """Policies are written, changed in place, renamed and taken away; the identity is deleted after the last."""
    assert domain.deploy(one=PARTNER, two=FRIEND).status == "CREATE_COMPLETE"
    assert domain.accounts() == {"one": PARTNER, "two": FRIEND}
    assert domain.deploy(one=FRIEND, two=FRIEND).status == "UPDATE_COMPLETE"
    assert domain.accounts() == {"one": FRIEND, "two": FRIEND}
    assert domain.deploy(one=FRIEND, three=FRIEND).status == "UPDATE_COMPLETE"
    assert domain.accounts() == {"one": FRIEND, "three": FRIEND}
    assert domain.deploy().status == "UPDATE_COMPLETE"
    assert domain.accounts() == {}
    domain.deploy(one=PARTNER)
    outcome = domain.aws.destroy("S")
    assert (outcome.status, outcome.failures) == ("DELETE_COMPLETE", {})
    assert domain.aws.client("sesv2").list_email_identities()["EmailIdentities"] == []


def test_a_policy_of_others(domain: Domain) -> None:
    """A policy of others is not overwritten: the update is rolled back with both policies as they were."""
    domain.deploy(one=PARTNER)
    ses = domain.aws.client("sesv2")
    ses.create_email_identity_policy(EmailIdentity=ZONE, PolicyName="two", Policy=json.dumps(FOREIGN))
    before = domain.policies()
    outcome = domain.deploy(one=FRIEND, two=PARTNER)
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = (text for name, text in outcome.failures.items() if "two" in name)
    assert "has a sending policy 'two' already, which this resource did not write" in reason
    assert domain.policies() == before
    domain.aws.destroy("S")
    with pytest.raises(ClientError):  # the identity is gone, and what hung on it
        domain.policies()


def test_a_principal_that_is_not_known_yet(domain: Domain) -> None:
    """As a role of the same stack: the policy is tried again until SES knows it."""
    domain.aws.control("unknown-principals", writes="1")
    assert domain.deploy(one=PARTNER).status == "CREATE_COMPLETE"
    assert domain.accounts() == {"one": PARTNER}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"StackId": "arn:aws:cloudformation:ap-northeast-1:123456789012:stack/T/1"}, id="another-stack"),
        pytest.param({"ResponseURL": "https://example.com/answer"}, id="another-url"),
    ],
)
def test_an_event_of_others(domain: Domain, change: dict[str, str]) -> None:
    """Whoever may invoke the function cannot take away a policy with an event of their own."""
    domain.deploy(one=PARTNER)
    stack = domain.aws.client("cloudformation").describe_stack_resources(StackName="S")["StackResources"]
    ids = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in stack}
    (policy,) = (name for name in ids if name.startswith("EmailAuthSendingPolicyone") and "Role" not in name)
    template = domain.aws.client("cloudformation").get_template(StackName="S")["TemplateBody"]
    role = next(name for name in ids if name.startswith("EmailAuthSendingPolicyoneRole"))
    account = domain.aws.client("sts").get_caller_identity()["Account"]
    event = {
        "RequestType": "Delete",
        "ResponseURL": f"{domain.aws.endpoint}/answer",
        "StackId": stack[0]["StackId"],
        "RequestId": "1",
        "LogicalResourceId": policy,
        "PhysicalResourceId": ids[policy],
        "ResourceProperties": {
            **template["Resources"][policy]["Properties"],
            "Role": f"arn:aws:iam::{account}:role/ses-email-auth/{ids[role]}",
            "Policy": {},
        },
    }
    function = next(r["PhysicalResourceId"] for r in stack if r["ResourceType"] == "AWS::Lambda::Function")
    answer = domain.aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event | change))
    assert "the event" in answer["Payload"].read().decode()
    assert answer["FunctionError"]
    assert domain.accounts() == {"one": PARTNER}


OWNER = "123456789012"


def as_role(aws: LocalAws, **grant: Any) -> Any:
    """SES as a role sees it that got a grant."""

    def fill(stack: Any, zone: Any) -> None:
        auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dmarc_rua=[RUA])
        auth.grant_send_email(aws_iam.Role(stack, "R", role_name="R", assumed_by=aws_iam.AccountRootPrincipal()), **grant)

    assert aws.deploy("S", upload(aws, build(fill, make_zone(aws)))).failures == {}
    keys = aws.client("sts").assume_role(RoleArn=f"arn:aws:iam::{OWNER}:role/R", RoleSessionName="mail")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=TOKYO)
    return session.client("sesv2", endpoint_url=aws.endpoint)


def send(ses: Any, sender: str, recipient: str) -> str:
    """Send a mail; why it was refused, or nothing."""
    body = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    try:
        ses.send_email(FromEmailAddress=sender, Destination={"ToAddresses": [recipient]}, Content=body)
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""


def test_a_granted_role_sends_in_the_sandbox(aws: LocalAws) -> None:
    """To the named recipient and to nobody else who is an identity; never From the recipient's address."""
    for address in ("you@gmail.com", "other@gmail.com"):
        aws.client("sesv2").create_email_identity(EmailIdentity=address)
    with contextlib.closing(as_role(aws, sandbox_recipients=["you@gmail.com"])) as ses:
        assert send(ses, f"hello@{ZONE}", "you@gmail.com") == ""
        assert send(ses, f"hello@{ZONE}", "success@simulator.amazonses.com") == ""
        assert send(ses, f"hello@{ZONE}", "other@gmail.com").endswith(f":{OWNER}:identity/other@gmail.com'")
        assert send(ses, "you@gmail.com", "success@simulator.amazonses.com").endswith("identity/you@gmail.com'")
        assert send(ses, "you@gmail.com", "you@gmail.com").endswith("identity/you@gmail.com'")
