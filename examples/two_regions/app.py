"""One domain, two regions: Tokyo has the keys, the DKIM records and the policy; Virginia signs with the same keys.

Each region has a MAIL FROM domain of its own. `MAIL_FROM=mail-virginia cdk deploy --all` changes that of Virginia.
"""

import os

from aws_cdk import App, Duration, Environment, Stack
from aws_cdk.aws_route53 import HostedZone, IHostedZone

from ses_email_auth import Dkim, SendingIdentity, SesEmailAuth

ACCOUNT, TOKYO, VIRGINIA = "123456789012", "ap-northeast-1", "us-east-1"


def zone_in(stack: Stack) -> IHostedZone:
    """The zone, which is the same from every region."""
    return HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link"
    )


app = App()
home = Stack(app, "Tokyo", env=Environment(account=ACCOUNT, region=TOKYO))
SesEmailAuth(
    home,
    "EmailAuth",
    hosted_zone=zone_in(home),
    dmarc_rua=["dmarc-reports@blacksheep.link"],
    wait_for_verification=Duration.minutes(14),  # a replica can only be made of what SES has verified
)

second = Stack(app, "Virginia", env=Environment(account=ACCOUNT, region=VIRGINIA))
second.node.add_dependency(home)  # the parent comes first and goes last
SendingIdentity(
    second,
    "EmailAuth",
    hosted_zone=zone_in(second),
    mail_from_subdomain=os.environ.get("MAIL_FROM", "bounce-us-east-1"),
    dkim=Dkim.replica_of(TOKYO),
)
app.synth()
