"""A DKIM key that is made at deployment and followed by the next one when its number is raised.

`GENERATION=2 cdk deploy` makes the second key, publishes it beside the first and lets SES sign with it once it answers.
"""

import os

from aws_cdk import App, Environment, Stack
from aws_cdk.aws_route53 import HostedZone

from ses_email_auth import Dkim, SesEmailAuth

app = App()
stack = Stack(app, "ManagedKey", env=Environment(account="123456789012", region="ap-northeast-1"))
zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link")
SesEmailAuth(
    stack,
    "EmailAuth",
    hosted_zone=zone,
    dkim=Dkim.managed_key(generation=int(os.environ.get("GENERATION", "1"))),
    dmarc_rua=["dmarc-reports@blacksheep.link"],
)
app.synth()
