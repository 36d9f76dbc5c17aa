"""Events of configuration sets: what the mailbox simulator makes SES publish, and through which topics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import ZONE, dkim_records, identity, make_zone

if TYPE_CHECKING:
    from tests.local_aws import LocalAws


def deploy(aws: LocalAws, *events: str, service: str = "", default: bool = False, listed: bool = True) -> str:
    """A verified identity, a set whose events go to a topic, and a queue that hears of it; returns the address of the queue.

    With a `service` the topic has a key, which that service may use by the one statement of its policy, `listed` or not.
    `default`: the identity names the set.
    """
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"]}
    statement["Resource"] = "*"
    policy = {"Version": "2012-10-17", "Statement": [statement] if listed else statement}
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}
    topic = {"KmsMasterKeyId": {"Ref": "Key"}} if service else {}
    subscription = {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]}}
    destination = {"Enabled": True, "MatchingEventTypes": list(events), "SnsDestination": {"TopicARN": {"Ref": "Topic"}}}
    publish = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}
    open_to_topics = {"Queues": [{"Ref": "Queue"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [publish]}}
    resources = {
        "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": open_to_topics},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": topic},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": subscription},
        "Set": {"Type": "AWS::SES::ConfigurationSet", "Properties": {"Name": "set"}},
        "Destination": {
            "Type": "AWS::SES::ConfigurationSetEventDestination",
            "Properties": {"ConfigurationSetName": {"Ref": "Set"}, "EventDestination": destination},
        },
        "Identity": identity(**({"ConfigurationSetAttributes": {"ConfigurationSetName": {"Ref": "Set"}}} if default else {})),
        **dkim_records(make_zone(aws)),
        **({"Key": key} if service else {}),
    }
    template = {"Resources": resources, "Outputs": {"Queue": {"Value": {"Ref": "Queue"}}}}
    assert aws.deploy("Events", template).failures == {}
    return aws.outputs("Events")["Queue"]


def send(aws: LocalAws, recipient: str, **more: str) -> None:
    """Send a mail to the simulator."""
    content = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    destination = {"ToAddresses": [f"{recipient}@simulator.amazonses.com"]}
    aws.client("sesv2").send_email(FromEmailAddress=f"a@{ZONE}", Destination=destination, Content=content, **more)


def heard(aws: LocalAws, queue: str) -> list[dict[str, Any]]:
    """The events in the queue."""
    messages = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        pytest.param("success", ["Delivery", "Send"], id="success"),
        pytest.param("bounce+label", ["Bounce", "Send"], id="bounce"),
        pytest.param("complaint", ["Complaint", "Delivery", "Send"], id="complaint"),
        pytest.param("nobody-knows", ["Send"], id="another"),
    ],
)
def test_each_recipient(aws: LocalAws, recipient: str, expected: list[str]) -> None:
    """Each recipient has its events, with the mail that they are about."""
    queue = deploy(aws, "send", "delivery", "bounce", "complaint")
    send(aws, recipient, ConfigurationSetName="set")
    events = heard(aws, queue)
    assert sorted(event["eventType"] for event in events) == expected
    assert {event["mail"]["source"] for event in events} == {f"a@{ZONE}"}
    for event in events:
        assert "timestamp" in event[event["eventType"].lower()]


def test_only_what_is_wanted(aws: LocalAws) -> None:
    """Other events and mail without the set are not told."""
    queue = deploy(aws, "bounce")
    send(aws, "complaint", ConfigurationSetName="set")
    send(aws, "bounce")
    assert heard(aws, queue) == []


def test_the_set_of_the_identity(aws: LocalAws) -> None:
    """Mail that names no set uses that of the identity."""
    queue = deploy(aws, "bounce", default=True)
    send(aws, "bounce")
    (event,) = heard(aws, queue)
    assert event["bounce"]["bouncedRecipients"] == [{"emailAddress": "bounce@simulator.amazonses.com"}]


@pytest.mark.parametrize(("service", "number"), [("ses.amazonaws.com", 1), ("cloudwatch.amazonaws.com", 0)])
def test_an_encrypted_topic(aws: LocalAws, service: str, number: int) -> None:
    """The policy of the key has to let SES use it."""
    queue = deploy(aws, "bounce", service=service)
    send(aws, "bounce", ConfigurationSetName="set")
    assert len(heard(aws, queue)) == number


def test_a_policy_of_one_statement_without_a_list(aws: LocalAws) -> None:
    """IAM takes it as it takes a list of one."""
    queue = deploy(aws, "bounce", service="ses.amazonaws.com", listed=False)
    send(aws, "bounce", ConfigurationSetName="set")
    assert len(heard(aws, queue)) == 1
