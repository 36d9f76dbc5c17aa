"""Tags of an app (aws-cdk #35298): CloudFormation hands those of the stack to SES too, and SES refuses a key twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import Environment, Stack, Tags, assertions, aws_ses
from aws_cdk.aws_route53 import HostedZone
from constructs import Construct

from ses_email_auth import SesEmailAuth
from tests.deploy.stacks import TOKYO, bare_app, identity, in_zone
from tests.local.templates import ZONE, make_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws import LocalAws

FLAG = "@aws-cdk/core:explicitStackTags"
DUPLICATE = "Duplicate tag keys found"


def ours(stack: Stack) -> None:
    """A SesEmailAuth with a tag of its own."""
    zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name=ZONE)
    Tags.of(SesEmailAuth(stack, "EmailAuth", hosted_zone=zone)).add("own", "yes")


def plain(stack: Stack) -> None:
    """CDK's own identity with such a tag."""
    scope = Construct(stack, "EmailAuth")
    aws_ses.CfnEmailIdentity(scope, "Identity", email_identity=ZONE)
    Tags.of(scope).add("own", "yes")


def deploy(aws: LocalAws, build: Callable[[Stack], None], *, flag: bool, tags: dict[str, str] | None = None) -> dict[str, str]:
    """Deploy as the CDK CLI does, with the tags of the stack, an app-wide tag among them; the failures."""
    app = bare_app(**{FLAG: flag})
    Tags.of(app).add("stage", "prod")
    stack = Stack(app, "S", env=Environment(region=TOKYO), tags=tags)
    build(stack)
    template = assertions.Template.from_stack(stack).to_json()
    tags = stack.tags.tag_values()
    assert ("stage" in tags) is not flag or tags == {"stage": "stack"}
    options = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    return aws.deploy("S", in_zone(template, make_zone(aws)), **options).failures


@pytest.mark.parametrize("flag", [pytest.param(False, id="flag-off"), pytest.param(True, id="flag-on")])
def test_our_identity_gets_each_tag_once(aws: LocalAws, *, flag: bool) -> None:
    """Our identity gets each tag once, from the stack or from the template."""
    assert deploy(aws, ours, flag=flag) == {}
    answer = identity(aws)
    assert sorted((tag["Key"], tag["Value"]) for tag in answer["Tags"]) == [("own", "yes"), ("stage", "prod")]
    assert answer["VerifiedForSendingStatus"] is True


def test_a_stack_with_the_same_tag_of_its_own(aws: LocalAws) -> None:
    """A tag of the stack with the same key: ours deploys, a plain identity fails even with the flag."""
    assert deploy(aws, ours, flag=True, tags={"stage": "stack"}) == {}
    assert sorted((tag["Key"], tag["Value"]) for tag in identity(aws)["Tags"]) == [("own", "yes"), ("stage", "stack")]
    aws.reset()
    assert list(deploy(aws, plain, flag=True, tags={"stage": "stack"}).values()) == [DUPLICATE]


def test_a_plain_identity_fails_with_the_flag_off(aws: LocalAws) -> None:
    """A plain identity fails with the flag off: the key comes twice."""
    (reason,) = deploy(aws, plain, flag=False).values()
    assert reason == DUPLICATE


def test_a_plain_identity_works_with_the_flag_on(aws: LocalAws) -> None:
    """A plain identity works with CDK's flag on."""
    assert deploy(aws, plain, flag=True) == {}
