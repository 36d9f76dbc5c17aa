"""Records of the domain stand already, made by Terraform or by hand: what is as wanted is taken over, nothing is overwritten.

`SES_EXAMPLE_POLICY` is the DMARC policy. `ses-email-auth adopt --zone` writes the arguments that equal what stands.
"""

import os

from aws_cdk import App, Environment, Stack
from aws_cdk.aws_route53 import HostedZone

from ses_email_auth import DmarcPolicy, Dns, SesEmailAuth

app = App()
stack = Stack(app, "ExistingRecords", env=Environment(account="123456789012", region="ap-northeast-1"))
zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link")
SesEmailAuth(
    stack,
    "EmailAuth",
    dns=Dns.route53(zone, adopt=True),
    from_domain_txt_values=["google-site-verification=abc"],
    dmarc_policy=DmarcPolicy(os.environ.get("SES_EXAMPLE_POLICY", "none")),
    dmarc_rua=["dmarc-reports@blacksheep.link"],
)
app.synth()
