"""An identity that was made in the console: its records, and a role that may send. The identity itself is left alone.

Tokens and signing zone are those of `aws sesv2 get-email-identity --email-identity blacksheep.link`.
`SES_EXAMPLE_RUA=reports@blacksheep.link cdk deploy` changes the DMARC record.
"""

import os

from aws_cdk import App, Environment, Stack, aws_iam
from aws_cdk.aws_route53 import HostedZone

from ses_email_auth import SesEmailAuth

app = App()
stack = Stack(app, "ExistingStack", env=Environment(account="123456789012", region="ap-northeast-1"))
zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link")
auth = SesEmailAuth.from_existing(
    stack,
    "EmailAuth",
    hosted_zone=zone,
    dkim_tokens=[letter * 32 for letter in "abc"],  # yours look like hirjd4exampled5477y22yd23ettobi3
    dkim_signing_zone="dkim.amazonses.com",
    mail_from_subdomain="bounce",  # as it is set in SES
    dmarc_rua=[os.environ.get("SES_EXAMPLE_RUA", "dmarc-reports@blacksheep.link")],
)
function = aws_iam.ServicePrincipal("lambda.amazonaws.com")
sender = aws_iam.Role(stack, "Sender", assumed_by=function)  # pyright: ignore[reportArgumentType]  # aws-cdk-lib's own types
auth.grant_send_email(sender, from_addresses=["info@blacksheep.link"])
app.synth()
