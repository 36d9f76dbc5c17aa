"""Alarms and a dashboard on the rates that SES itself judges an account by (developer guide, "Creating reputation monitoring
alarms using CloudWatch").

An own sum of ten mails says nothing; SES's rates are over a representative volume.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, aws_cloudwatch, aws_cloudwatch_actions

if TYPE_CHECKING:
    from aws_cdk import aws_sns
    from constructs import Construct

    from ses_email_auth.cdk.events_props import EventsProps

_NAMESPACE = "AWS/SES"
_HOUR = 60  # minutes, as in the guide
_BOUNCE = "Reputation.BounceRate"
_COMPLAINT = "Reputation.ComplaintRate"
_COUNTED = ("Send", "Delivery", "Bounce", "Complaint", "Reject")


def add_alarms(scope: Construct, props: EventsProps, topic: aws_sns.ITopic | None) -> tuple[aws_cloudwatch.Alarm, ...]:
    """The alarms that are wanted; they tell `topic` if there is one. EventBridge hears of every alarm by itself."""
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


def add_dashboard(scope: Construct, props: EventsProps, configuration_set: str) -> aws_cloudwatch.Dashboard:
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
