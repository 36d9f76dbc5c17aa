"""One account owns the domain, the role of another one sends: the owner allows it, the other account says who there may.

The sender names the identity in each call: `send_email(FromEmailAddressIdentityArn=…)` of SESv2.
`SES_EXAMPLE_FROM` is the address that it may use.
"""

import os

from aws_cdk import App, Duration, Environment, Stack
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_route53 import HostedZone
from constructs import Construct

from ses_email_auth import SesEmailAuth

REGION = "ap-northeast-1"
OWNER, SENDER = "123456789012", "210987654321"
FROM = os.environ.get("SES_EXAMPLE_FROM", "news@blacksheep.link")


class OwnerStack(Stack):
    """The domain; the other account may send with one address of it."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, env=Environment(account=OWNER, region=REGION))
        zone = HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link"
        )
        auth = SesEmailAuth(
            self,
            "EmailAuth",
            hosted_zone=zone,
            dmarc_rua=["dmarc-reports@blacksheep.link"],
            wait_for_verification=Duration.minutes(14),  # SES may refuse a policy of what is not verified yet
        )
        auth.allow_account(SENDER, from_addresses=[FROM])


class SenderStack(Stack):
    """What sends."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, env=Environment(account=SENDER, region=REGION))
        function = ServicePrincipal("lambda.amazonaws.com")
        role = Role(self, "Role", assumed_by=function)  # pyright: ignore[reportArgumentType]  # aws-cdk-lib's own types
        identity = self.format_arn(service="ses", account=OWNER, resource="identity", resource_name="blacksheep.link")
        role.add_to_policy(PolicyStatement(actions=["ses:SendEmail", "ses:SendRawEmail"], resources=[identity]))


app = App()
OwnerStack(app, "OwnerStack")
SenderStack(app, "SenderStack")
app.synth()
