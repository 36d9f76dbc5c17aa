"""The DNS zone is in one account, the mail in another: a role there lets our function write these records and no others.

Deploy `DnsStack` first; the mail stack needs no more than the ARN of its role. `SES_EXAMPLE_POLICY` is the DMARC policy.
"""

import os

from aws_cdk import App, Environment, Stack
from aws_cdk.aws_route53 import HostedZone
from constructs import Construct

from ses_email_auth import DmarcPolicy, Dns, SesEmailAuth, ZoneWriterRole

REGION = "ap-northeast-1"
DNS_ACCOUNT, MAIL_ACCOUNT = "210987654321", "123456789012"
ZONE_ID, ZONE_NAME = "Z0123456789EXAMPLE", "blacksheep.link"


class DnsStack(Stack):
    """The role that may write the mail records of the zone."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, env=Environment(account=DNS_ACCOUNT, region=REGION))
        zone = HostedZone.from_hosted_zone_attributes(self, "Zone", hosted_zone_id=ZONE_ID, zone_name=ZONE_NAME)
        ZoneWriterRole(
            self,
            "MailRecords",
            hosted_zone=zone,
            role_name="mail-records",
            trusted=[MAIL_ACCOUNT],
            from_domain_txt=True,  # the SPF record of the domain itself
        )


class MailStack(Stack):
    """The domain in Amazon SES, and its records through that role."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, env=Environment(account=MAIL_ACCOUNT, region=REGION))
        SesEmailAuth(
            self,
            "EmailAuth",
            dns=Dns.cross_account(
                hosted_zone_id=ZONE_ID, zone_name=ZONE_NAME, role_arn=f"arn:aws:iam::{DNS_ACCOUNT}:role/mail-records"
            ),
            dmarc_policy=DmarcPolicy(os.environ.get("SES_EXAMPLE_POLICY", "none")),
            dmarc_rua=["dmarc-reports@blacksheep.link"],
        )


app = App()
MailStack(app, "MailStack").node.add_dependency(DnsStack(app, "DnsStack"))
app.synth()
