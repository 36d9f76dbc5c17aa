"""The props of `SendingEvents` as plain values, and what is refused of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_kms, aws_ses, aws_sns

from ses_email_auth.cdk.prop_types import check_flag, check_removal_policy, is_a
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.prop_values import text_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import RemovalPolicy, aws_route53

    from ses_email_auth.cdk.dns import Dns

_TOPICS = ("aws-cdk-lib.aws_sns.ITopic",)
_KEYS = ("aws-cdk-lib.aws_kms.IKey",)
_ENUMS = {
    "suppression_reasons": aws_ses.SuppressionReasons,
    "tls_policy": aws_ses.ConfigurationSetTlsPolicy,
    "tracking_https_policy": aws_ses.HttpsPolicy,
}
_OF_TRACKING = ("tracking_target", "tracking_https_policy", "hosted_zone", "dns", "domain_name")
_TRACKED = {aws_ses.EmailSendingEvent.OPEN, aws_ses.EmailSendingEvent.CLICK}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsProps:
    """The props of `SendingEvents`, which documents them."""

    topic: aws_sns.ITopic | None
    encryption_key: aws_kms.IKey | None
    event_bridge: bool
    notify: Sequence[str]
    additional_events: Sequence[aws_ses.EmailSendingEvent]
    suppression_reasons: aws_ses.SuppressionReasons | None
    tls_policy: aws_ses.ConfigurationSetTlsPolicy
    bounce_rate_alarm: float | None
    complaint_rate_alarm: float | None
    dashboard: bool
    tracking_subdomain: str | None
    tracking_target: str | None
    tracking_https_policy: aws_ses.HttpsPolicy | None
    hosted_zone: aws_route53.IHostedZone | None
    dns: Dns | None
    domain_name: str | None
    removal_policy: RemovalPolicy | None

    def check(self) -> None:
        """Refuse what CDK, SES or CloudWatch would refuse, or what could have no effect.

        Raises:
            EmailAuthError: with the prop, the value and the fix.
        """
        _check_types(self)
        _check_topic(self)
        _check_addresses(self.notify)
        _check_rate("bounce_rate_alarm", self.bounce_rate_alarm)
        _check_rate("complaint_rate_alarm", self.complaint_rate_alarm)
        _check_tracking(self)

    @property
    def raises_alarms(self) -> bool:
        """Whether an alarm is made."""
        return self.bounce_rate_alarm is not None or self.complaint_rate_alarm is not None


def _check_types(props: EventsProps) -> None:
    for name, enum_type in _ENUMS.items():
        value = getattr(props, name)
        if not isinstance(value, enum_type) and (value is not None or name == "tls_policy"):
            first = next(iter(enum_type))
            raise EmailAuthError(
                f"{name!r} must be a {enum_type.__name__}, got {value!r}; use {enum_type.__name__}.{first.name}"
            )
    for name in ("event_bridge", "dashboard"):
        check_flag(name, getattr(props, name))
    check_removal_policy(props.removal_policy)
    events: object = props.additional_events
    if not isinstance(events, list | tuple) or not all(isinstance(event, aws_ses.EmailSendingEvent) for event in events):
        raise EmailAuthError(
            f"'additional_events' must be a list of EmailSendingEvent, got {events!r}; pass for example "
            "[EmailSendingEvent.REJECT]"
        )


def _check_topic(props: EventsProps) -> None:
    topic, key = props.topic, props.encryption_key
    if topic is not None and not is_a(topic, aws_sns.Topic, *_TOPICS):
        raise EmailAuthError(f"'topic' must be an aws_sns.ITopic, got {topic!r}")
    if topic is not None and topic.fifo:
        raise EmailAuthError("'topic' is a FIFO topic, which SES and CloudWatch cannot publish to; pass a standard topic")
    if key is not None and not is_a(key, aws_kms.Key, *_KEYS):
        raise EmailAuthError(f"'encryption_key' must be an aws_kms.IKey, got {key!r}")
    if key is not None and topic is not None:
        raise EmailAuthError("'encryption_key' is for the topic that is made, so it cannot be given with 'topic'")


def _check_addresses(addresses: Sequence[str]) -> None:
    for address in text_list("notify", addresses, "['ops@example.com']"):
        if not holds_token(address) and (address.count("@") != 1 or any(c.isspace() for c in address)):
            raise EmailAuthError(f"'notify' must hold mail addresses, got {address!r}; pass for example 'ops@example.com'")


def _check_rate(prop: str, rate: object) -> None:
    is_rate = isinstance(rate, int | float) and not isinstance(rate, bool) and 0 < rate <= 1
    if rate is not None and not is_rate:
        raise EmailAuthError(f"{prop!r} must be a rate above 0 and up to 1, got {rate!r}; pass for example 0.02 for 2 %")


def _check_tracking(props: EventsProps) -> None:
    if props.tracking_subdomain is None:
        for name in _OF_TRACKING:
            if getattr(props, name) is not None:
                raise EmailAuthError(
                    f"{name!r} has a meaning only with 'tracking_subdomain'; pass that too, for example 'click'"
                )
    elif _TRACKED.isdisjoint(props.additional_events):
        raise EmailAuthError(
            "'tracking_subdomain' is used for OPEN and CLICK events alone; pass "
            "additional_events=[EmailSendingEvent.OPEN, EmailSendingEvent.CLICK], or leave it out"
        )
