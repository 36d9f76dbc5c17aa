"""Hears of bounces and complaints, watches the account's reputation, and stops sending where SES should not send again.

`SES_EXAMPLE_BOUNCE_RATE` sets from which rate on the alarm is raised.
"""

import os

from aws_cdk import App, Environment, Stack
from aws_cdk.aws_route53 import HostedZone
from aws_cdk.aws_ses import EmailSendingEvent
from constructs import Construct

from ses_email_auth import SendingEvents, SesEmailAuth


class EventsStack(Stack):
    """A domain, and what happens to its mail."""

    def __init__(self, scope: Construct, construct_id: str, *, env: Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        zone = HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link"
        )
        events = SendingEvents(
            self,
            "Events",
            notify=["ops@blacksheep.link"],
            event_bridge=True,
            additional_events=[EmailSendingEvent.REJECT, EmailSendingEvent.RENDERING_FAILURE],
            bounce_rate_alarm=float(os.environ.get("SES_EXAMPLE_BOUNCE_RATE", "0.05")),
        )
        SesEmailAuth(
            self,
            "EmailAuth",
            hosted_zone=zone,
            configuration_set=events.configuration_set,
            dmarc_rua=["dmarc-reports@blacksheep.link"],
        )


app = App()
EventsStack(app, "EventsStack", env=Environment(account="123456789012", region="ap-northeast-1"))
app.synth()
