"""Waiting for SES through real CloudFormation: what is deployed after the verification, a time-out, FAILED, and going back."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest
from aws_cdk import CfnResource, Duration, Stack

from ses_email_auth import SesEmailAuth
from tests.deploy.stacks import RUA, Built, build, identity, upload
from tests.local.templates import ZONE, make_zone

if TYPE_CHECKING:
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.deploy.stacks import Template
    from tests.local_aws import LocalAws

KIND = "Custom::SesEmailAuthVerification"


@functools.cache
def built(zone_id: str, seconds: int, mail_from: str) -> Built:
    """A stack that waits, with something after it."""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        auth = SesEmailAuth(
            stack,
            "EmailAuth",
            hosted_zone=zone,
            dmarc_rua=[RUA],
            mail_from_subdomain=mail_from,
            wait_for_verification=Duration.seconds(seconds),
        )
        after = CfnResource(stack, "After", type="AWS::SES::ConfigurationSet", properties={"Name": "after"})
        after.node.add_dependency(auth.verified)

    return build(fill, zone_id)


def waiting(aws: LocalAws, zone_id: str, seconds: int = 20, mail_from: str = "bounce") -> Template:
    """The template of `built` in this zone, its assets uploaded."""
    return upload(aws, built(zone_id, seconds, mail_from))


@pytest.fixture
def zone(aws: LocalAws) -> str:
    """The zone."""
    return make_zone(aws)


def verification_events(aws: LocalAws) -> list[str]:
    """What happened to the child `Verification`, the first first."""
    events = aws.client("cloudformation").describe_stack_events(StackName="S")["StackEvents"]
    return [event["ResourceStatus"] for event in reversed(events) if event["ResourceType"] == KIND]


def test_life(aws: LocalAws, zone: str) -> None:
    """The wait ends when SES has verified; another MAIL FROM domain waits again; destroy leaves nothing."""
    template = waiting(aws, zone)
    outcome = aws.deploy("S", template)
    assert (outcome.status, outcome.failures) == ("CREATE_COMPLETE", {})
    assert identity(aws)["VerifiedForSendingStatus"] is True

    outcome = aws.deploy("S", waiting(aws, zone, mail_from="mail"))
    assert (outcome.status, outcome.failures) == ("UPDATE_COMPLETE", {})
    assert identity(aws)["MailFromAttributes"]["MailFromDomain"] == f"mail.{ZONE}"
    assert verification_events(aws) == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]

    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_what_depends_on_it_waits(aws: LocalAws, zone: str) -> None:
    """SES needs some seconds: what depends on `verified` is made after that."""
    aws.control("delay", seconds="2")
    assert aws.deploy("S", waiting(aws, zone)).status == "CREATE_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName="S")["StackEvents"]
    done = [event["LogicalResourceId"] for event in reversed(events) if event["ResourceStatus"] == "CREATE_COMPLETE"]
    assert done.index("After") > next(n for n, name in enumerate(done) if name.startswith("EmailAuthVerification"))
    started, ended = (event["Timestamp"] for event in reversed(events) if event["ResourceType"] == KIND)
    assert (ended - started).total_seconds() >= 9  # asked at once, and after ten seconds


def test_time_out(aws: LocalAws, zone: str) -> None:
    """A time-out shows its reason and takes all back; a retry with a longer wait works."""
    aws.control("delay", seconds="600")
    outcome = aws.deploy("S", waiting(aws, zone, 2))
    assert outcome.status == "ROLLBACK_COMPLETE"
    (reason,) = (text for name, text in outcome.failures.items() if name.startswith("EmailAuthVerification"))
    assert f"SES has not verified {ZONE} within 2 s. Missing: DKIM is PENDING. SES looked last at 20" in reason
    assert f"The zone {zone} holds: " in reason
    assert reason.count(f"_domainkey.{ZONE} CNAME ") == 3
    assert "It is the zone that public DNS uses" in reason
    assert aws.records() == {}
    assert aws.destroy("S").status == "DELETE_COMPLETE"

    aws.control("delay", seconds="0")
    assert aws.deploy("S", waiting(aws, zone)).status == "CREATE_COMPLETE"


def test_update_that_times_out_goes_back(aws: LocalAws, zone: str) -> None:
    """An update that times out goes back to the old MAIL FROM domain without another wait."""
    assert aws.deploy("S", waiting(aws, zone)).status == "CREATE_COMPLETE"
    before = aws.records()
    aws.control("dkim-failed", identity=ZONE)
    outcome = aws.deploy("S", waiting(aws, zone, 2, "mail"))
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = (text for name, text in outcome.failures.items() if name.startswith("EmailAuthVerification"))
    assert "DKIM is FAILED (SES has stopped looking)" in reason
    assert aws.records() == before
    assert identity(aws)["MailFromAttributes"]["MailFromDomain"] == f"bounce.{ZONE}"


@pytest.mark.full
def test_mail_from_that_failed_recovers(aws: LocalAws, zone: str) -> None:
    """72 hours without the MX: SES has stopped looking. The wait sets the MAIL FROM again."""
    assert aws.deploy("S", waiting(aws, zone)).status == "CREATE_COMPLETE"
    aws.control("mail-from-failed", identity=ZONE)
    assert identity(aws)["MailFromAttributes"]["MailFromDomainStatus"] == "FAILED"
    assert aws.deploy("S", waiting(aws, zone, 21)).status == "UPDATE_COMPLETE"
    assert identity(aws)["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"
