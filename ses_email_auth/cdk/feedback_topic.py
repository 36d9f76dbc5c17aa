"""The SNS topic that bounces, complaints and alarms go to (developer guide, "Set up an Amazon SNS event destination").

Bounces name people, so a topic that we make is encrypted, and takes nothing over plain HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import ArnFormat, RemovalPolicy, Stack, aws_iam, aws_kms, aws_sns, aws_sns_subscriptions

from ses_email_auth.cdk.permissions import ses_arn

if TYPE_CHECKING:
    from constructs import Construct, IDependable

    from ses_email_auth.cdk.events_props import EventsProps

_SES = "ses.amazonaws.com"
_CLOUDWATCH = "cloudwatch.amazonaws.com"


def events_topic(
    scope: Construct, stack: Stack, configuration_set: str, props: EventsProps
) -> tuple[aws_sns.ITopic | None, IDependable | None]:
    """The topic, if one takes the events, and the policy that lets SES publish there, if it is ours to write."""
    topic = props.topic
    if topic is None:
        if props.event_bridge and not props.notify and props.encryption_key is None:
            return None, None
        topic = aws_sns.Topic(scope, "Topic", master_key=_key(scope, props), enforce_ssl=True)
    added = topic.add_to_resource_policy(
        _publishing(stack, topic, _SES, ses_arn(stack, "configuration-set", configuration_set))
    )
    if props.raises_alarms:
        alarms = stack.format_arn(
            service="cloudwatch", resource="alarm", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        topic.add_to_resource_policy(_publishing(stack, topic, _CLOUDWATCH, alarms))
    for address in props.notify:
        topic.add_subscription(aws_sns_subscriptions.EmailSubscription(address))
    return topic, added.policy_dependable


def _publishing(stack: Stack, topic: aws_sns.ITopic, service: str, source: str) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(
        principals=[aws_iam.ServicePrincipal(service)],
        actions=["sns:Publish"],
        resources=[topic.topic_arn],
        conditions={"StringEquals": {"aws:SourceAccount": stack.account}, "ArnLike": {"aws:SourceArn": source}},
    )


def _key(scope: Construct, props: EventsProps) -> aws_kms.IKey:
    key = props.encryption_key
    if key is None:
        key = aws_kms.Key(
            scope,
            "Key",
            description="ses-email-auth: bounces and complaints",
            enable_key_rotation=True,
            # What was in the topic is gone with it; KMS keeps the key for 30 days.
            removal_policy=RemovalPolicy.DESTROY,
        )
    services = [_SES, _CLOUDWATCH] if props.raises_alarms else [_SES]
    key.add_to_resource_policy(
        aws_iam.PolicyStatement(
            # No condition, as the guides of SES and CloudWatch have it: the policy of the topic says for what they may publish.
            principals=[aws_iam.ServicePrincipal(service) for service in services],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
        )
    )
    return key
