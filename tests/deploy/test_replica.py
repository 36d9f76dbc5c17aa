"""Two regions through CloudFormation: the parent in Tokyo, a replica in Virginia that shares its DKIM records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, Tags, aws_ses

from ses_email_auth import Dkim, SendingIdentity
from tests.deploy.stacks import build, email_auth, identity, in_zone, upload
from tests.local.templates import ZONE, make_zone, record

if TYPE_CHECKING:
    from tests.deploy.stacks import Template
    from tests.local_aws import LocalAws

VIRGINIA = "us-east-1"
MAIL_FROM = (f"bounce-us-east-1.{ZONE}.", "MX")


def replica(aws: LocalAws, zone_id: str, *, parent: str = "ap-northeast-1", tag: str = "mail", **props: Any) -> Template:
    """The template of the stack in Virginia, its assets uploaded there."""

    def fill(stack: Any, zone: Any) -> None:
        sending = SendingIdentity(stack, "Virginia", hosted_zone=zone, dkim=Dkim.replica_of(parent), **props)
        Tags.of(sending).add("team", tag)

    return upload(aws, build(fill, zone_id, VIRGINIA), VIRGINIA)


@pytest.fixture
def zone(aws: LocalAws) -> str:
    """The zone; the parent is deployed."""
    zone_id = make_zone(aws)
    assert aws.deploy("Tokyo", in_zone(email_auth(), zone_id)).status == "CREATE_COMPLETE"
    return zone_id


def test_life(aws: LocalAws, zone: str) -> None:
    """A replica is verified by its parent's records, has its own MAIL FROM domain, changes in place and goes."""
    parent = aws.records()
    outcome = aws.deploy("S", replica(aws, zone), VIRGINIA)
    assert (outcome.status, outcome.failures) == ("CREATE_COMPLETE", {})
    answer = identity(aws, region=VIRGINIA)
    assert answer["VerifiedForSendingStatus"] is True
    assert answer["DkimAttributes"]["SigningAttributesOrigin"] == "AWS_SES_AP_NORTHEAST_1"
    assert answer["DkimAttributes"]["Tokens"] == identity(aws)["DkimAttributes"]["Tokens"]
    assert answer["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"
    assert {"Key": "team", "Value": "mail"} in answer["Tags"]
    assert set(aws.records()) - set(parent) == {MAIL_FROM, (MAIL_FROM[0], "TXT")}

    changed = replica(
        aws,
        zone,
        tag="news",
        mail_from_subdomain=None,
        feedback_forwarding=False,
        mail_from_behavior_on_mx_failure=aws_ses.MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
    )
    outcome = aws.deploy("S", changed, VIRGINIA)
    assert not outcome.failures
    assert outcome.status == "UPDATE_COMPLETE"
    answer = identity(aws, region=VIRGINIA)
    assert answer["MailFromAttributes"].get("MailFromDomain", "") == ""
    assert answer["FeedbackForwardingStatus"] is False
    assert {"Key": "team", "Value": "news"} in answer["Tags"]
    assert aws.records() == parent

    assert aws.destroy("S", VIRGINIA).status == "DELETE_COMPLETE"
    assert aws.client("sesv2", VIRGINIA).list_email_identities()["EmailIdentities"] == []
    assert aws.records() == parent


def test_with_a_wait(aws: LocalAws, zone: str) -> None:
    """A replica can wait for its verification."""
    outcome = aws.deploy("S", replica(aws, zone, wait_for_verification=Duration.minutes(2)), VIRGINIA)
    assert (outcome.status, outcome.failures) == ("CREATE_COMPLETE", {})


def test_without_a_parent(aws: LocalAws) -> None:
    """Without a parent SES refuses the replica, and nothing is left."""
    zone_id = make_zone(aws)
    outcome = aws.deploy("S", replica(aws, zone_id), VIRGINIA)
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert any("CreateEmailIdentity failed" in reason for reason in outcome.failures.values())
    assert aws.records() == {}


def test_the_key_cannot_be_copied(aws: LocalAws, zone: str) -> None:
    """SES says it after the creation: the deploy fails with it, and nothing is left."""
    before = aws.records()
    aws.control("replication-error", error="REPLICATION_ACCESS_DENIED")
    outcome = aws.deploy("S", replica(aws, zone), VIRGINIA)
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert any("REPLICATION_ACCESS_DENIED, SES may not copy the key" in reason for reason in outcome.failures.values())
    assert aws.client("sesv2", VIRGINIA).list_email_identities()["EmailIdentities"] == []
    assert aws.records() == before


def test_the_parent_cannot_go_first(aws: LocalAws, zone: str) -> None:
    """The parent cannot be deleted before its replica."""
    aws.deploy("S", replica(aws, zone), VIRGINIA)
    assert aws.destroy("Tokyo").status == "DELETE_FAILED"
    assert identity(aws, region=VIRGINIA)["IdentityType"] == "DOMAIN"


def test_an_identity_that_exists(aws: LocalAws, zone: str) -> None:
    """An identity that exists in the region is refused and stays as it is."""
    aws.client("sesv2", VIRGINIA).create_email_identity(EmailIdentity=ZONE)
    outcome = aws.deploy("S", replica(aws, zone), VIRGINIA)
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert any("exists in this region already" in reason for reason in outcome.failures.values())
    assert identity(aws, region=VIRGINIA)["DkimAttributes"]["SigningAttributesOrigin"] == "AWS_SES"


def test_a_failed_update(aws: LocalAws, zone: str) -> None:
    """A failed update sets the old MAIL FROM domain again."""
    aws.deploy("S", replica(aws, zone), VIRGINIA)
    before = aws.records()
    broken = replica(aws, zone, mail_from_subdomain="other")
    broken["Resources"]["Bad"] = record(zone, f"x.{ZONE}", "no quotes", DependsOn=list(broken["Resources"]))
    outcome = aws.deploy("S", broken, VIRGINIA)
    assert (outcome.status, list(outcome.failures)) == ("UPDATE_ROLLBACK_COMPLETE", ["Bad"])
    assert aws.records() == before
    assert identity(aws, region=VIRGINIA)["MailFromAttributes"]["MailFromDomain"] == f"bounce-us-east-1.{ZONE}"


def test_another_parent_is_refused(aws: LocalAws, zone: str) -> None:
    """Another parent is refused, and the stack goes back to what was."""
    aws.deploy("S", replica(aws, zone), VIRGINIA)
    outcome = aws.deploy("S", replica(aws, zone, parent="eu-west-1"), VIRGINIA)
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("cannot become AWS_SES_EU_WEST_1" in reason for reason in outcome.failures.values())
    assert identity(aws, region=VIRGINIA)["VerifiedForSendingStatus"] is True
