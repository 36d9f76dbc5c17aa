"""The props of `SendingEvents`, each documented once, and what is refused of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_kms, aws_ses, aws_sns

from ses_email_auth.cdk.kinds import check_flag, check_removal_policy, is_a
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.prop_values import text_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import RemovalPolicy, aws_route53

    from ses_email_auth.cdk.dns import Dns

__all__ = ["SendingEventsProps", "check_events_props"]

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
class SendingEventsProps:
    """The props of `SendingEvents`, for `SendingEvents.from_props` and `dataclasses.replace`."""

    topic: aws_sns.ITopic | None = None
    """The standard topic that events and alarms go to. If it is encrypted, the policy of its key must let `ses.amazonaws.com`
    and `cloudwatch.amazonaws.com` use it; of an imported topic the policy of the topic must let them publish, too.

    Default: - one is made, unless `event_bridge` alone takes the events
    """

    encryption_key: aws_kms.IKey | None = None
    """The key of the topic that is made. Its policy is extended; that of an imported key has to let SES and CloudWatch use it.

    Default: - one is made, for about 1 USD a month: SES cannot publish with the free key of SNS
    """

    event_bridge: bool = False
    """Whether events go to the default event bus of Amazon EventBridge.

    Default: - False
    """

    notify: Sequence[str] = ()
    """Mail addresses that get all events and alarms of the topic; SNS asks each for its consent first.

    Default: - none
    """

    additional_events: Sequence[aws_ses.EmailSendingEvent] = ()
    """Events beside bounces and complaints, for example REJECT, RENDERING_FAILURE and DELIVERY_DELAY. With OPEN and CLICK SES
    changes the mails: it adds a picture and rewrites links.

    Default: - none
    """

    suppression_reasons: aws_ses.SuppressionReasons | None = aws_ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS
    """After what SES stops to send to an address. None leaves it to the setting of the account.

    Default: - SuppressionReasons.BOUNCES_AND_COMPLAINTS
    """

    tls_policy: aws_ses.ConfigurationSetTlsPolicy = aws_ses.ConfigurationSetTlsPolicy.OPTIONAL
    """Whether mail must go out over TLS. REQUIRE loses the mail to every host that does not offer STARTTLS: it is not delivered
    in the clear, and bounces.

    Default: - ConfigurationSetTlsPolicy.OPTIONAL
    """

    bounce_rate_alarm: float | None = 0.05
    """The bounce rate, from 0 to 1, from which on an alarm is raised. It is that of the account in this region, as SES counts
    it itself; SES puts accounts under review from 5 %. None makes no alarm: one in an account and region is enough.

    Default: 0.05
    """

    complaint_rate_alarm: float | None = 0.001
    """The same for complaints; SES reviews from 0.1 %.

    Default: 0.001
    """

    dashboard: bool = False
    """Whether to make a CloudWatch dashboard of rates and numbers. Three in an account are free, each further one costs 3 USD a
    month.

    Default: - False
    """

    tracking_subdomain: str | None = None
    """The name for links and pictures of OPEN and CLICK events: one label, or a full name below the domain; its CNAME is
    published. The domain has to be verified by SES before, so it cannot be given in the deployment that makes the identity.

    Default: - SES's own names
    """

    tracking_target: str | None = None
    """What the CNAME leads to: the host of a CDN with a certificate for the name, in front of `r.<region>.awstrack.me`. Without
    one, `https` links in mails get a certificate that does not fit, and browsers warn.

    Default: - `r.<region>.awstrack.me`, for `http` links alone
    """

    tracking_https_policy: aws_ses.HttpsPolicy | None = None
    """Whether links and pictures go over HTTPS.

    Default: - SES's own, OPTIONAL: as the link was written, and pictures over HTTP
    """

    hosted_zone: aws_route53.IHostedZone | None = None
    """The zone of `tracking_subdomain`. The short form of `dns`.

    Default: - `dns` must be given with `tracking_subdomain`
    """

    dns: Dns | None = None
    """Where the CNAME goes.

    Default: - `Dns.route53(hosted_zone)`
    """

    domain_name: str | None = None
    """The domain of the identity.

    Default: - the name of the zone
    """

    removal_policy: RemovalPolicy | None = None
    """What happens to all resources of the construct when they leave the stack.

    Default: - they are deleted
    """


def check_events_props(props: SendingEventsProps) -> None:
    """Refuse what CDK, SES or CloudWatch would refuse, or what could have no effect.

    Raises:
        EmailAuthError: with the prop, the value and the fix.
    """
    _check_kinds(props)
    _check_topic(props)
    _check_addresses(props.notify)
    _check_rate("bounce_rate_alarm", props.bounce_rate_alarm)
    _check_rate("complaint_rate_alarm", props.complaint_rate_alarm)
    _check_tracking(props)


def _check_kinds(props: SendingEventsProps) -> None:
    for name, kind in _ENUMS.items():
        value = getattr(props, name)
        if not isinstance(value, kind) and (value is not None or name == "tls_policy"):
            first = next(iter(kind))
            raise EmailAuthError(f"{name!r} must be a {kind.__name__}, got {value!r}; use {kind.__name__}.{first.name}")
    for name in ("event_bridge", "dashboard"):
        check_flag(name, getattr(props, name))
    check_removal_policy(props.removal_policy)
    events: object = props.additional_events
    if not isinstance(events, list | tuple) or not all(isinstance(each, aws_ses.EmailSendingEvent) for each in events):
        raise EmailAuthError(
            f"'additional_events' must be a list of EmailSendingEvent, got {events!r}; pass for example "
            "[EmailSendingEvent.REJECT]"
        )


def _check_topic(props: SendingEventsProps) -> None:
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


def _check_tracking(props: SendingEventsProps) -> None:
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
