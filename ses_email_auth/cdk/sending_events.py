"""`SendingEvents`: a configuration set, where its events go, alarms and a dashboard (Amazon SES developer guide, "Monitoring
using Amazon SES event publishing", "Creating reputation monitoring alarms using CloudWatch").

Bounces name people, so a topic that we make is encrypted, and takes nothing over plain HTTP. Alarms watch the rates that SES
itself judges an account by: an own sum of ten mails says nothing. Not handled: Firehose, Pinpoint and CloudWatch destinations,
dedicated IP pools, archiving and the Virtual Deliverability Manager; `cfn_configuration_set` is the escape hatch.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from aws_cdk import (
    ArnFormat,
    CfnResource,
    Duration,
    RemovalPolicy,
    Stack,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_iam,
    aws_kms,
    aws_ses,
    aws_sns,
    aws_sns_subscriptions,
)
from constructs import Construct

from ses_email_auth.cdk.dynamic_references import fields_of, refuse_dynamic_references
from ses_email_auth.cdk.events_props import EventsProps
from ses_email_auth.cdk.permissions import ses_arn
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.cdk.stack_tags import leave_stack_tags_out
from ses_email_auth.cdk.tracking import Tracking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_route53
    from constructs import IDependable

    from ses_email_auth.cdk.dns import Dns

_ALWAYS = (aws_ses.EmailSendingEvent.BOUNCE, aws_ses.EmailSendingEvent.COMPLAINT)
_SUPPRESSED = {
    aws_ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS: ["BOUNCE", "COMPLAINT"],
    aws_ses.SuppressionReasons.BOUNCES_ONLY: ["BOUNCE"],
    aws_ses.SuppressionReasons.COMPLAINTS_ONLY: ["COMPLAINT"],
}
_SES = "ses.amazonaws.com"
_CLOUDWATCH = "cloudwatch.amazonaws.com"
_NAMESPACE = "AWS/SES"
_HOUR = 60  # minutes, as in the guide
_BOUNCE = "Reputation.BounceRate"
_COMPLAINT = "Reputation.ComplaintRate"
_COUNTED = ("Send", "Delivery", "Bounce", "Complaint", "Reject")


class SendingEvents(Construct):
    """Takes the bounces and complaints of mail that is sent through Amazon SES, and watches the account's reputation.

    Hand its `configuration_set` to `SesEmailAuth(configuration_set=…)`: SES then uses it for all mail of the identity that
    names no other one.
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
        """A configuration set, its events, and alarms on the account's reputation.

        Args:
            scope: the construct or stack around it, which decides account and region.
            construct_id: the id below `scope`.
            topic: the standard topic that events and alarms go to. If it is encrypted, the policy of its key must
                let `ses.amazonaws.com` and `cloudwatch.amazonaws.com` use it; of an imported topic the policy of
                the topic must let them publish, too. Default: - one is made, unless `event_bridge` alone takes the
                events
            encryption_key: the key of the topic that is made. Its policy is extended; that of an imported key has
                to let SES and CloudWatch use it. Default: - one is made, for about 1 USD a month: SES cannot
                publish with the free key of SNS
            event_bridge: whether events go to the default event bus of Amazon EventBridge. Default: - False
            notify: mail addresses that get all events and alarms of the topic; SNS asks each for its consent first.
                Default: - none
            additional_events: events beside bounces and complaints, for example REJECT, RENDERING_FAILURE and
                DELIVERY_DELAY. With OPEN and CLICK SES changes the mails: it adds a picture and rewrites links.
                Default: - none
            suppression_reasons: after what SES stops to send to an address. None leaves it to the setting of the
                account. Default: - SuppressionReasons.BOUNCES_AND_COMPLAINTS
            tls_policy: whether mail must go out over TLS. REQUIRE loses the mail to every host that does not offer
                STARTTLS: it is not delivered in the clear, and bounces. Default: -
                ConfigurationSetTlsPolicy.OPTIONAL
            bounce_rate_alarm: the bounce rate, from 0 to 1, from which on an alarm is raised. It is that of the
                account in this region, as SES counts it itself; SES puts accounts under review from 5 %. None makes
                no alarm: one in an account and region is enough. Default: 0.05
            complaint_rate_alarm: the same for complaints; SES reviews from 0.1 %. Default: 0.001
            dashboard: whether to make a CloudWatch dashboard of rates and numbers. Three in an account are free,
                each further one costs 3 USD a month. Default: - False
            tracking_subdomain: the name for links and pictures of OPEN and CLICK events: one label, or a full name
                below the domain; its CNAME is published. The domain has to be verified by SES before, so it cannot
                be given in the deployment that makes the identity. Default: - SES's own names
            tracking_target: what the CNAME leads to: the host of a CDN with a certificate for the name, in front of
                `r.<region>.awstrack.me`. Without one, `https` links in mails get a certificate that does not fit,
                and browsers warn. Default: - `r.<region>.awstrack.me`, for `http` links alone
            tracking_https_policy: whether links and pictures go over HTTPS. Default: - SES's own, OPTIONAL: as the
                link was written, and pictures over HTTP
            hosted_zone: the zone of `tracking_subdomain`. The short form of `dns`. Default: - `dns` must be given
                with `tracking_subdomain`
            dns: where the CNAME goes. Default: - `Dns.route53(hosted_zone)`
            domain_name: the domain of the identity. Default: - the name of the zone
            removal_policy: what happens to all resources of the construct when they leave the stack. Default: -
                they are deleted

        Raises:
            EmailAuthError: at this line, for props that SES, CloudWatch or Route 53 would refuse.
        """
        props = EventsProps(
            topic=topic,
            encryption_key=encryption_key,
            event_bridge=event_bridge,
            notify=notify,
            additional_events=additional_events,
            suppression_reasons=suppression_reasons,
            tls_policy=tls_policy,
            bounce_rate_alarm=bounce_rate_alarm,
            complaint_rate_alarm=complaint_rate_alarm,
            dashboard=dashboard,
            tracking_subdomain=tracking_subdomain,
            tracking_target=tracking_target,
            tracking_https_policy=tracking_https_policy,
            hosted_zone=hosted_zone,
            dns=dns,
            domain_name=domain_name,
            removal_policy=removal_policy,
        )
        props.check()
        stack, facts = StackFacts.of(scope)
        refuse_dynamic_references(stack, fields_of(props))
        tracking = Tracking.of(props, stack, facts)
        super().__init__(scope, construct_id)
        waited_for = [] if tracking is None else tracking.publish(self)
        self._set = _configuration_set(self, props, tracking)
        leave_stack_tags_out(stack, self._set)
        if waited_for:  # SES looks for the name when it is told to use it
            self._set.node.add_dependency(*waited_for)
        self._topic, policy = _events_topic(self, stack, self._set.ref, props)
        self._send_events(stack, props, policy)
        self.alarms = _alarms(self, props, self._topic)
        """The alarms of the account's rates, bounces before complaints."""
        if props.dashboard:
            _dashboard(self, props, self._set.ref)
        if props.removal_policy is not None:
            for child in self.node.find_all():
                if isinstance(child, CfnResource):
                    child.apply_removal_policy(props.removal_policy)

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

    def _send_events(self, stack: Stack, props: EventsProps, policy: IDependable | None) -> None:
        l1 = aws_ses.CfnConfigurationSetEventDestination
        wanted = [_in_template(event) for event in dict.fromkeys((*_ALWAYS, *props.additional_events))]
        if self._topic is not None:
            sns = l1.SnsDestinationProperty(topic_arn=self._topic.topic_arn)
            to_topic = l1.EventDestinationProperty(enabled=True, matching_event_types=wanted, sns_destination=sns)
            destination = l1(self, "ToTopic", configuration_set_name=self._set.ref, event_destination=to_topic)
            if policy is not None:  # SES publishes once to see whether it may
                destination.node.add_dependency(policy)
        if props.event_bridge:
            bus = l1.EventBridgeDestinationProperty(
                event_bus_arn=stack.format_arn(service="events", resource="event-bus", resource_name="default")
            )
            to_bus = l1.EventDestinationProperty(enabled=True, matching_event_types=wanted, event_bridge_destination=bus)
            l1(self, "ToEventBridge", configuration_set_name=self._set.ref, event_destination=to_bus)


def _configuration_set(scope: Construct, props: EventsProps, tracking: Tracking | None) -> aws_ses.CfnConfigurationSet:
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


def _events_topic(
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


def _alarms(scope: Construct, props: EventsProps, topic: aws_sns.ITopic | None) -> tuple[aws_cloudwatch.Alarm, ...]:
    """The alarms that the props ask for, with `topic` as their action if there is one: EventBridge gets every alarm anyway."""
    wanted = (
        ("BounceRateAlarm", _BOUNCE, props.bounce_rate_alarm, "bounces"),
        ("ComplaintRateAlarm", _COMPLAINT, props.complaint_rate_alarm, "complaints"),
    )
    alarms = tuple(
        aws_cloudwatch.Alarm(
            scope,
            child,
            alarm_description=f"Amazon SES: {rate:.2%} of the account's mail and more ends in {what}; SES may pause sending",
            metric=_metric(name),
            threshold=rate,
            comparison_operator=aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            # SES says nothing while nothing is sent.
            treat_missing_data=aws_cloudwatch.TreatMissingData.IGNORE,
        )
        for child, name, rate, what in wanted
        if rate is not None
    )
    for alarm in alarms:
        if topic is not None:
            alarm.add_alarm_action(aws_cloudwatch_actions.SnsAction(topic))
    return alarms


def _dashboard(scope: Construct, props: EventsProps, configuration_set: str) -> aws_cloudwatch.Dashboard:
    """Two rows: the rates with the thresholds of the alarms, and the numbers."""
    rates = [
        _rates("Bounce rate", _BOUNCE, props.bounce_rate_alarm, configuration_set),
        _rates("Complaint rate", _COMPLAINT, props.complaint_rate_alarm, configuration_set),
    ]
    numbers = aws_cloudwatch.GraphWidget(
        title="Mail of the account", width=24, left=[_metric(name, statistic="Sum") for name in _COUNTED]
    )
    return aws_cloudwatch.Dashboard(scope, "Dashboard", widgets=[list(rates), [numbers]])


def _rates(title: str, name: str, threshold: float | None, configuration_set: str) -> aws_cloudwatch.GraphWidget:
    line = [] if threshold is None else [aws_cloudwatch.HorizontalAnnotation(value=threshold, label="alarm")]
    of_set = _metric(name, dimensions={"ses:configuration-set": configuration_set}, label="of this configuration set")
    return aws_cloudwatch.GraphWidget(
        title=title, width=12, left=[_metric(name, label="of the account"), of_set], left_annotations=line
    )


def _metric(
    name: str, *, statistic: str = "Average", dimensions: dict[str, str] | None = None, label: str | None = None
) -> aws_cloudwatch.Metric:
    return aws_cloudwatch.Metric(
        namespace=_NAMESPACE,
        metric_name=name,
        statistic=statistic,
        period=Duration.minutes(_HOUR),
        dimensions_map=dimensions,
        label=label,
    )
