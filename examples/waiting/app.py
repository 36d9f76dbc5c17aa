"""A user pool that sends its mail through SES: it is made when SES has verified the domain, in the same deployment.

`SES_EXAMPLE_MAIL_FROM` is the MAIL FROM subdomain; another one is waited for again.
"""

import os

from aws_cdk import App, Duration, Environment, RemovalPolicy, Stack
from aws_cdk.aws_cognito import FeaturePlan, Mfa, MfaSecondFactor, PasswordPolicy, UserPool, UserPoolEmail
from aws_cdk.aws_route53 import HostedZone
from constructs import Construct

from ses_email_auth import SesEmailAuth


class WaitingStack(Stack):
    """A domain, and what needs it verified."""

    def __init__(self, scope: Construct, construct_id: str, *, env: Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        zone = HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link"
        )
        auth = SesEmailAuth(
            self,
            "EmailAuth",
            hosted_zone=zone,
            mail_from_subdomain=os.environ.get("SES_EXAMPLE_MAIL_FROM", "bounce"),
            dmarc_rua=["dmarc-reports@blacksheep.link"],
            wait_for_verification=Duration.minutes(14),  # resolvers may remember for minutes that there was no record
        )
        pool = UserPool(
            self,
            "Users",
            email=UserPoolEmail.with_ses(from_email="hello@blacksheep.link", ses_verified_domain="blacksheep.link"),
            mfa=Mfa.REQUIRED,
            mfa_second_factor=MfaSecondFactor(otp=True, sms=False),
            password_policy=PasswordPolicy(min_length=12, require_uppercase=True, require_digits=True, require_symbols=True),
            feature_plan=FeaturePlan.PLUS,
            removal_policy=RemovalPolicy.DESTROY,  # of an example; a user pool holds people's accounts
        )
        pool.node.add_dependency(auth.verified)


app = App()
WaitingStack(app, "WaitingStack", env=Environment(account="123456789012", region="ap-northeast-1"))
app.synth()
