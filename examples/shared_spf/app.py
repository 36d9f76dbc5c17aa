"""Other teams own the TXT records of the domain: Amazon SES is added to their SPF record, and all else stays theirs.

`SES_EXAMPLE_POLICY` is the DMARC policy.
"""

import os

from aws_cdk import App, Environment, Stack
from aws_cdk.aws_route53 import HostedZone

from ses_email_auth import DmarcPolicy, FromDomainTxt, SesEmailAuth

app = App()
stack = Stack(app, "SharedSpf", env=Environment(account="123456789012", region="ap-northeast-1"))
zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link")
SesEmailAuth(
    stack,
    "EmailAuth",
    hosted_zone=zone,
    from_domain_txt=FromDomainTxt.shared(),
    dmarc_policy=DmarcPolicy(os.environ.get("SES_EXAMPLE_POLICY", "none")),
    dmarc_rua=["dmarc-reports@blacksheep.link"],
)
app.synth()
