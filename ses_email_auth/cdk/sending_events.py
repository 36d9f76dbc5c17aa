"""What happens to mail after it was sent: a configuration set, its events, and alarms (developer guide, "Monitoring using
Amazon SES event publishing").

Not handled: Firehose, Pinpoint and CloudWatch destinations, dedicated IP pools, archiving and the Virtual Deliverability
Manager; `cfn_configuration_set` is the escape hatch.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from aws_cdk import CfnResource, Stack, aws_ses
from constructs import Construct

from ses_email_auth.cdk.feedback_topic import events_topic
from ses_email_auth.cdk.flat_props import given, spread
from ses_email_auth.cdk.grants import ses_arn
from ses_email_auth.cdk.reputation import add_alarms, add_dashboard
from ses_email_auth.cdk.sending_events_props import SendingEventsProps, check_events_props
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.cdk.tracking import Tracking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import RemovalPolicy, aws_kms, aws_route53, aws_sns
    from constructs import IDependable

    from ses_email_auth.cdk.dns import Dns

__all__ = ["SendingEvents"]

_ALWAYS = (aws_ses.EmailSendingEvent.BOUNCE, aws_ses.EmailSendingEvent.COMPLAINT)
_SUPPRESSED = {
    aws_ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS: ["BOUNCE", "COMPLAINT"],
    aws_ses.SuppressionReasons.BOUNCES_ONLY: ["BOUNCE"],
    aws_ses.SuppressionReasons.COMPLAINTS_ONLY: ["COMPLAINT"],
}


class SendingEvents(Construct):
    """Takes the bounces and complaints of mail that is sent through Amazon SES, and watches the account's reputation.

    Hand its `configuration_set` to `SesEmailAuth(configuration_set=…)`: SES then uses it for all mail of the identity that
    names no other one. The props are documented at `SendingEventsProps`.

    Raises:
        EmailAuthError: at this line, for props that SES, CloudWatch or Route 53 would refuse.

    """

    def __init__(  # noqa: PLR0913 - flat props, as CDK wants them
        self,
        scope: Construct,
        construct_id: str,
        *,
        topic: aws_sns.ITopic | None = None,
        encryption_key: aws_kms.IKey | None = None,
        event_bridge: bool = False,
        notify: Sequence[str] = (),
        additional_events: Sequence[aws_ses.EmailSendingEvent] = (),
        suppression_reasons: aws_ses.SuppressionReasons | None = aws_ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        tls_policy: aws_ses.ConfigurationSetTlsPolicy = aws_ses.ConfigurationSetTlsPolicy.OPTIONAL,
        bounce_rate_alarm: float | None = 0.05,
        complaint_rate_alarm: float | None = 0.001,
        dashboard: bool = False,
        tracking_subdomain: str | None = None,
        tracking_target: str | None = None,
        tracking_https_policy: aws_ses.HttpsPolicy | None = None,
        hosted_zone: aws_route53.IHostedZone | None = None,
        dns: Dns | None = None,
        domain_name: str | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        props = SendingEventsProps(**given(locals(), SendingEventsProps))
        check_events_props(props)
        stack, facts = StackFacts.of(scope)
        tracking = Tracking.of(props, stack, facts)
        super().__init__(scope, construct_id)
        waited_for = [] if tracking is None else tracking.publish(self)
        self._set = _configuration_set(self, props, tracking)
        if waited_for:  # SES looks for the name when it is told to use it
            self._set.node.add_dependency(*waited_for)
        self._topic, policy = events_topic(self, stack, self._set.ref, props)
        self._send_events(stack, props, policy)
        self.alarms = add_alarms(self, props, self._topic)
        """The alarms of the account's rates, bounces before complaints."""
        if props.dashboard:
            add_dashboard(self, props, self._set.ref)
        if props.removal_policy is not None:
            for child in self.node.find_all():
                if isinstance(child, CfnResource):
                    child.apply_removal_policy(props.removal_policy)

    @classmethod
    def from_props(cls, scope: Construct, construct_id: str, props: SendingEventsProps) -> SendingEvents:
        """The construct with all its props in one value, for example one changed by `dataclasses.replace`."""
        return cls(scope, construct_id, **spread(props))

    @property
    def cfn_configuration_set(self) -> aws_ses.CfnConfigurationSet:
        """The `AWS::SES::ConfigurationSet`: the escape hatch."""
        return self._set

    @cached_property
    def configuration_set(self) -> aws_ses.IConfigurationSet:
        """The configuration set, for `configuration_set=` and for other APIs of CDK."""
        return aws_ses.ConfigurationSet.from_configuration_set_name(self, "ImportedConfigurationSet", self._set.ref)

    @property
    def configuration_set_arn(self) -> str:
        """The ARN of the configuration set, for tenants and policies."""
        return ses_arn(Stack.of(self), "configuration-set", self._set.ref)

    @property
    def topic(self) -> aws_sns.ITopic | None:
        """The topic of events and alarms; None if EventBridge alone takes the events."""
        return self._topic

    def _send_events(self, stack: Stack, props: SendingEventsProps, policy: IDependable | None) -> None:
        l1 = aws_ses.CfnConfigurationSetEventDestination
        wanted = [_in_template(event) for event in dict.fromkeys((*_ALWAYS, *props.additional_events))]
        if self._topic is not None:
            sns = l1.SnsDestinationProperty(topic_arn=self._topic.topic_arn)
            to_topic = l1.EventDestinationProperty(enabled=True, matching_event_types=wanted, sns_destination=sns)
            made = l1(self, "ToTopic", configuration_set_name=self._set.ref, event_destination=to_topic)
            if policy is not None:  # SES publishes once to see whether it may
                made.node.add_dependency(policy)
        if props.event_bridge:
            bus = l1.EventBridgeDestinationProperty(
                event_bus_arn=stack.format_arn(service="events", resource="event-bus", resource_name="default")
            )
            to_bus = l1.EventDestinationProperty(enabled=True, matching_event_types=wanted, event_bridge_destination=bus)
            l1(self, "ToEventBridge", configuration_set_name=self._set.ref, event_destination=to_bus)


def _configuration_set(scope: Construct, props: SendingEventsProps, tracking: Tracking | None) -> aws_ses.CfnConfigurationSet:
    l1 = aws_ses.CfnConfigurationSet
    reasons = props.suppression_reasons
    https = props.tracking_https_policy
    return l1(
        scope,
        "ConfigurationSet",
        delivery_options=l1.DeliveryOptionsProperty(tls_policy=props.tls_policy.value),
        reputation_options=l1.ReputationOptionsProperty(reputation_metrics_enabled=True),
        suppression_options=None if reasons is None else l1.SuppressionOptionsProperty(suppressed_reasons=_SUPPRESSED[reasons]),
        tracking_options=None
        if tracking is None
        else l1.TrackingOptionsProperty(
            custom_redirect_domain=tracking.name.text, https_policy=None if https is None else https.value
        ),
    )


def _in_template(event: aws_ses.EmailSendingEvent) -> str:
    """As CloudFormation writes it: `renderingFailure`."""
    first, *more = event.value.lower().split("_")
    return first + "".join(part.capitalize() for part in more)
