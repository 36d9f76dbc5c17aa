"""Bounces and complaints find their way, and nothing is opened wider than that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, RemovalPolicy, aws_kms, aws_ses, aws_sns
from aws_cdk.aws_ses import ConfigurationSetTlsPolicy, EmailSendingEvent, HttpsPolicy, SuppressionReasons

from ses_email_auth import Dns, EmailAuthError, SendingEvents, SesEmailAuth
from tests.cdk.stacks import (
    ACCOUNT,
    TOKYO,
    identity,
    imported_zone,
    new_app,
    new_stack,
    records,
    resources,
    templates,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    from tests.cdk.stacks import Template

TRACKED = [EmailSendingEvent.CLICK]


def build(app: Any, name: str, **props: Any) -> SendingEvents:
    """The construct alone in a stack."""
    return SendingEvents(new_stack(app, name), "Events", **props)


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """A stack for each set of props."""
    app = new_app()
    stack = new_stack(app, "defaults")
    events = SendingEvents(stack, "Events")
    SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), configuration_set=events.configuration_set)
    build(app, "bus", event_bridge=True)
    build(app, "both", event_bridge=True, notify=["ops@blacksheep.link"], additional_events=list(EmailSendingEvent))
    stack = new_stack(app, "topic")
    SendingEvents(stack, "Events", topic=aws_sns.Topic(stack, "Own"), bounce_rate_alarm=None, complaint_rate_alarm=None)
    stack = new_stack(app, "imported")
    topic = aws_sns.Topic.from_topic_arn(stack, "Own", f"arn:aws:sns:{TOKYO}:{ACCOUNT}:feedback")
    SendingEvents(stack, "Events", topic=topic)
    stack = new_stack(app, "key")
    key = aws_kms.Key(stack, "Own")
    SendingEvents(stack, "Events", encryption_key=key, bounce_rate_alarm=None, complaint_rate_alarm=None)
    build(
        app,
        "settings",
        event_bridge=True,
        suppression_reasons=SuppressionReasons.BOUNCES_ONLY,
        tls_policy=ConfigurationSetTlsPolicy.REQUIRE,
        bounce_rate_alarm=0.02,
        complaint_rate_alarm=None,
        dashboard=True,
        removal_policy=RemovalPolicy.RETAIN,
    )
    build(app, "account-list", event_bridge=True, suppression_reasons=None, bounce_rate_alarm=None, dashboard=True)
    tracked(new_stack(app, "tracking"), tracking_https_policy=HttpsPolicy.REQUIRE, tracking_target="D111.cloudfront.net")
    stack = new_stack(app, "tracking-anywhere", region=None)
    target = CfnParameter(stack, "Target", default="x").value_as_string
    tracked(stack)
    tracked(stack, "Second", tracking_subdomain="other", tracking_target=target)
    return templates(app)


def tracked(stack: Stack, construct_id: str = "Events", **props: Any) -> SendingEvents:
    """With a name of its own for links."""
    zone = imported_zone(stack, construct_id=f"{construct_id}Zone")
    given = {"tracking_subdomain": "click", "dns": Dns.route53(zone), "additional_events": TRACKED, "event_bridge": True}
    return SendingEvents(stack, construct_id, **(given | props))


def one(template: Template, kind: str) -> Template:
    """The properties of the one resource of a type."""
    (found,) = resources(template, kind).values()
    return found


def destinations(template: Template) -> list[tuple[str, list[str]]]:
    """Where events go, and which."""
    return [
        (
            next(key for key in found["EventDestination"] if key.endswith("Destination")),
            found["EventDestination"]["MatchingEventTypes"],
        )
        for found in resources(template, "AWS::SES::ConfigurationSetEventDestination").values()
    ]


def publishers(template: Template) -> dict[str, Any]:
    """Who may publish to the topic, and under which conditions."""
    statements = one(template, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    return {found["Principal"]["Service"]: found["Condition"] for found in statements if found["Effect"] == "Allow"}


def joined(service: str, resource: str, *more: object) -> dict[str, Any]:
    """An ARN of the stack."""
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":{service}:{TOKYO}:{ACCOUNT}:{resource}", *more]]}


def test_the_configuration_set(built: dict[str, Template]) -> None:
    """Suppression on, rates counted, TLS as far as the receiver has it; no name, so that it can be replaced."""
    (set_id,) = resources(built["defaults"], "AWS::SES::ConfigurationSet")
    assert one(built["defaults"], "AWS::SES::ConfigurationSet") == {
        "DeliveryOptions": {"TlsPolicy": "OPTIONAL"},
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    }
    assert identity(built["defaults"])["ConfigurationSetAttributes"] == {"ConfigurationSetName": {"Ref": set_id}}


def test_other_settings(built: dict[str, Template]) -> None:
    """As they were asked for."""
    found = one(built["settings"], "AWS::SES::ConfigurationSet")
    assert found["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert found["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE"]}
    assert "SuppressionOptions" not in one(built["account-list"], "AWS::SES::ConfigurationSet")


def test_where_events_go(built: dict[str, Template]) -> None:
    """Bounces and complaints always; a topic unless the bus alone takes them."""
    both = ["bounce", "complaint"]
    assert destinations(built["defaults"]) == [("SnsDestination", both)]
    assert destinations(built["bus"]) == [("EventBridgeDestination", both)]
    assert resources(built["bus"], "AWS::SNS::Topic") == {}
    everything = [
        *both, "send", "reject", "delivery", "open", "click", "renderingFailure", "deliveryDelay", "subscription"
    ]  # fmt: skip
    assert destinations(built["both"]) == [("SnsDestination", everything), ("EventBridgeDestination", everything)]
    assert one(built["both"], "AWS::SNS::Subscription")["Endpoint"] == "ops@blacksheep.link"
    (to_bus,) = resources(built["bus"], "AWS::SES::ConfigurationSetEventDestination").values()
    assert to_bus["EventDestination"]["EventBridgeDestination"] == {"EventBusArn": joined("events", "event-bus/default")}


def test_who_may_publish(built: dict[str, Template]) -> None:
    """SES for this configuration set, CloudWatch for alarms of this account, nobody else, and nothing in the clear."""
    template = built["defaults"]
    (set_id,) = resources(template, "AWS::SES::ConfigurationSet")
    ours = {"aws:SourceAccount": ACCOUNT}
    assert publishers(template) == {
        "ses.amazonaws.com": {
            "StringEquals": ours,
            "ArnLike": {"aws:SourceArn": joined("ses", "configuration-set/", {"Ref": set_id})},
        },
        "cloudwatch.amazonaws.com": {
            "StringEquals": ours,
            "ArnLike": {"aws:SourceArn": joined("cloudwatch", "alarm:*")},
        },
    }
    first, *_ = one(template, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    assert (first["Effect"], first["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_ses_may_publish_before_it_tries(built: dict[str, Template]) -> None:
    """The destination waits for the policy of the topic, also where the topic is the user's."""
    for name in ("defaults", "topic"):
        template = built[name]
        (policy,) = resources(template, "AWS::SNS::TopicPolicy")
        (destination,) = resources(template, "AWS::SES::ConfigurationSetEventDestination")
        assert template["Resources"][destination]["DependsOn"] == [policy]


def test_the_key_of_the_topic(built: dict[str, Template]) -> None:
    """A key of its own, which is rotated, or the user's; those that publish may use it, and CloudWatch only for alarms."""
    key = one(built["defaults"], "AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    services = {"defaults": ["ses.amazonaws.com", "cloudwatch.amazonaws.com"], "key": "ses.amazonaws.com"}
    for name, allowed in services.items():
        last = one(built[name], "AWS::KMS::Key")["KeyPolicy"]["Statement"][-1]
        assert (last["Action"], last["Principal"]) == (
            ["kms:Decrypt", "kms:GenerateDataKey"],
            {"Service": allowed},
        )


def test_a_topic_of_the_user(built: dict[str, Template]) -> None:
    """Nothing is made beside it; without alarms CloudWatch gets no right; of an imported one the policy is the user's."""
    assert list(publishers(built["topic"])) == ["ses.amazonaws.com"]
    assert resources(built["topic"], "AWS::KMS::Key") == {}
    assert resources(built["imported"], "AWS::SNS::TopicPolicy") == {}
    assert destinations(built["imported"]) == [("SnsDestination", ["bounce", "complaint"])]


def alarms(template: Template) -> list[tuple[object, ...]]:
    """Metric, threshold, and how many hear of it."""
    return [
        (found["Namespace"], found["MetricName"], found["Threshold"], len(found.get("AlarmActions", [])))
        for found in resources(template, "AWS::CloudWatch::Alarm").values()
    ]


def test_alarms(built: dict[str, Template]) -> None:
    """On the rates of the account that SES counts itself, where it begins to review."""
    assert alarms(built["defaults"]) == [
        ("AWS/SES", "Reputation.BounceRate", 0.05, 1),
        ("AWS/SES", "Reputation.ComplaintRate", 0.001, 1),
    ]
    assert alarms(built["settings"]) == [("AWS/SES", "Reputation.BounceRate", 0.02, 0)]
    assert alarms(built["topic"]) == []


def test_dashboard(built: dict[str, Template]) -> None:
    """Only if asked for, since it costs money; the thresholds are those of the alarms."""
    assert resources(built["defaults"], "AWS::CloudWatch::Dashboard") == {}
    body = json.dumps(one(built["settings"], "AWS::CloudWatch::Dashboard"))
    assert "Reputation.BounceRate" in body
    assert "ses:configuration-set" in body
    assert body.count("0.02") == 1
    assert "0.05" not in json.dumps(one(built["account-list"], "AWS::CloudWatch::Dashboard"))


def test_removal_policy(built: dict[str, Template]) -> None:
    """All or nothing stays."""
    assert {found.get("DeletionPolicy") for found in built["settings"]["Resources"].values()} == {"Retain"}


def test_tracking(built: dict[str, Template]) -> None:
    """The CNAME is published before SES looks for it."""
    template = built["tracking"]
    assert records(template) == ["click.blacksheep.link. 600 CNAME d111.cloudfront.net"]
    (set_id,) = resources(template, "AWS::SES::ConfigurationSet")
    assert template["Resources"][set_id]["Properties"]["TrackingOptions"] == {
        "CustomRedirectDomain": "click.blacksheep.link",
        "HttpsPolicy": "REQUIRE",
    }
    (cname,) = resources(template, "AWS::Route53::RecordSet")
    assert template["Resources"][set_id]["DependsOn"] == [cname]


def test_tracking_in_a_stack_without_a_region(built: dict[str, Template]) -> None:
    """The host of the region that it is deployed to."""
    assert records(built["tracking-anywhere"]) == [
        "click.blacksheep.link. 600 CNAME r.<AWS::Region>.awstrack.me",
        "other.blacksheep.link. 600 CNAME <Target>",
    ]
    first, *_ = resources(built["tracking-anywhere"], "AWS::SES::ConfigurationSet").values()
    assert first["TrackingOptions"] == {"CustomRedirectDomain": "click.blacksheep.link"}


def test_what_can_be_read_back() -> None:
    """The escape hatch, the topic, the alarms and the ARN."""
    stack = new_stack(new_app())
    events = SendingEvents(stack, "Events")
    assert isinstance(events.cfn_configuration_set, aws_ses.CfnConfigurationSet)
    assert events.configuration_set is events.configuration_set
    assert isinstance(events.topic, aws_sns.Topic)
    assert [alarm.node.id for alarm in events.alarms] == ["BounceRateAlarm", "ComplaintRateAlarm"]
    set_ref = stack.resolve(events.cfn_configuration_set.ref)
    assert stack.resolve(events.configuration_set_arn) == joined("ses", "configuration-set/", set_ref)
    assert SendingEvents(stack, "Bus", event_bridge=True).topic is None


WRONG: dict[str, tuple[Callable[[Stack], dict[str, Any]], str]] = {
    "tls-string": (
        lambda _: {"tls_policy": "REQUIRE"},
        "'tls_policy' must be a ConfigurationSetTlsPolicy, got 'REQUIRE'; use ConfigurationSetTlsPolicy.REQUIRE",
    ),
    "tls-none": (
        lambda _: {"tls_policy": None},
        "'tls_policy' must be a ConfigurationSetTlsPolicy, got None; use ConfigurationSetTlsPolicy.REQUIRE",
    ),
    "suppression": (
        lambda _: {"suppression_reasons": "BOUNCE"},
        "'suppression_reasons' must be a SuppressionReasons, got 'BOUNCE'; use SuppressionReasons.BOUNCES_AND_COMPLAINTS",
    ),
    "removal-policy": (
        lambda _: {"removal_policy": "retain"},
        "'removal_policy' must be a RemovalPolicy, got 'retain'; use RemovalPolicy.RETAIN",
    ),
    "snapshot": (
        lambda _: {"removal_policy": RemovalPolicy.SNAPSHOT},
        "'removal_policy' cannot be SNAPSHOT, there is nothing to take a snapshot of; use RemovalPolicy.RETAIN",
    ),
    "flag": (lambda _: {"dashboard": "yes"}, "'dashboard' must be True or False, got 'yes'"),
    "events": (
        lambda _: {"additional_events": "REJECT"},
        "'additional_events' must be a list of EmailSendingEvent, got 'REJECT'; pass for example [EmailSendingEvent.REJECT]",
    ),
    "topic": (lambda _: {"topic": "arn"}, "'topic' must be an aws_sns.ITopic, got 'arn'"),
    "fifo": (
        lambda stack: {"topic": aws_sns.Topic(stack, "Fifo", fifo=True)},
        "'topic' is a FIFO topic, which SES and CloudWatch cannot publish to; pass a standard topic",
    ),
    "key": (lambda _: {"encryption_key": "arn"}, "'encryption_key' must be an aws_kms.IKey, got 'arn'"),
    "key-and-topic": (
        lambda stack: {"encryption_key": aws_kms.Key(stack, "K"), "topic": aws_sns.Topic(stack, "T")},
        "'encryption_key' is for the topic that is made, so it cannot be given with 'topic'",
    ),
    "notify": (
        lambda _: {"notify": ["ops"]},
        "'notify' must hold mail addresses, got 'ops'; pass for example 'ops@example.com'",
    ),
    "notify-string": (
        lambda _: {"notify": "ops@example.com"},
        "'notify' must be a list of strings, got the string 'ops@example.com'; pass a list, for example ['ops@example.com']",
    ),
    "rate-in-percent": (
        lambda _: {"bounce_rate_alarm": 5},
        "'bounce_rate_alarm' must be a rate above 0 and up to 1, got 5; pass for example 0.02 for 2 %",
    ),
    "rate-none-at-all": (
        lambda _: {"complaint_rate_alarm": 0},
        "'complaint_rate_alarm' must be a rate above 0 and up to 1, got 0; pass for example 0.02 for 2 %",
    ),
    "tracking-of-nothing": (
        lambda stack: {"tracking_subdomain": "click", "hosted_zone": imported_zone(stack)},
        (
            "'tracking_subdomain' is used for OPEN and CLICK events alone; pass additional_events=[EmailSendingEvent.OPEN, "
            "EmailSendingEvent.CLICK], or leave it out"
        ),
    ),
    "zone-without-tracking": (
        lambda stack: {"hosted_zone": imported_zone(stack)},
        "'hosted_zone' has a meaning only with 'tracking_subdomain'; pass that too, for example 'click'",
    ),
    "tracking-outside": (
        lambda stack: {
            "tracking_subdomain": "click.example.org",
            "hosted_zone": imported_zone(stack),
            "additional_events": TRACKED,
        },
        "'tracking_subdomain' must be a label below 'blacksheep.link', got 'click.example.org'; pass for example 'click'",
    ),
    "tracking-target": (
        lambda stack: {
            "tracking_subdomain": "click",
            "tracking_target": "cdn",
            "hosted_zone": imported_zone(stack),
            "additional_events": TRACKED,
        },
        "'tracking_target' must be the full name of a host, got 'cdn'; pass that of your CDN",
    ),
}


@pytest.mark.parametrize(("props", "sentence"), [pytest.param(*row, id=name) for name, row in WRONG.items()])
def test_refused(props: Callable[[Stack], dict[str, Any]], sentence: str) -> None:
    """The prop, the value and the fix; nothing stays in the tree."""
    stack = new_stack(new_app())
    given = props(stack)
    with pytest.raises(EmailAuthError) as caught:
        SendingEvents(stack, "Events", **given)
    assert str(caught.value) == sentence
    assert stack.node.try_find_child("Events") is None


def test_text_that_is_known_after_the_deploy() -> None:
    """Goes through unchanged."""
    app = new_app()
    stack = new_stack(app)
    token = CfnParameter(stack, "Text", default="ops@example.com").value_as_string
    tracked(stack, notify=[token], tracking_subdomain=token)
    template = templates(app)["Stack"]
    assert one(template, "AWS::SNS::Subscription")["Endpoint"] == {"Ref": "Text"}
    assert records(template) == [f"<Text>.blacksheep.link. 600 CNAME r.{TOKYO}.awstrack.me"]
    assert "${token[" not in json.dumps(template).lower()


def test_feedback_that_is_heard_is_no_finding() -> None:
    """With a configuration set the construct has nothing to say about bounces."""
    stack = new_stack(new_app())
    events = SendingEvents(stack, "Events", event_bridge=True)
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), configuration_set=events.configuration_set)
    assert "ses-feedback-nowhere" not in {finding.id for finding in auth.findings}
