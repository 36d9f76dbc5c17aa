"""The sample app: everything that `blacksheep.link` needs to send mail through Amazon SES.

Each setting comes from CDK context, for example
`cdk deploy -c domain=example.com -c zone_id=Z0123456789ABC -c policy=quarantine`.
Without any it synthesizes offline and without credentials.
"""

from aws_cdk import App, Environment, Stack
from aws_cdk.aws_route53 import HostedZone
from constructs import Construct

from ses_email_auth import DmarcPolicy, EmailAuthError, SesEmailAuth


class EmailAuthStack(Stack):
    """One domain's mail, in one region."""

    def __init__(self, scope: Construct, construct_id: str, *, env: Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        domain = self._setting("domain", "blacksheep.link")
        zone = HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=self._setting("zone_id", "Z0123456789EXAMPLE"), zone_name=domain
        )
        self.email_auth = SesEmailAuth(
            self,
            "EmailAuth",
            hosted_zone=zone,
            mail_from_subdomain="bounce",
            dmarc_policy=self._policy(),
            dmarc_rua=[self._setting("rua", f"dmarc-reports@{domain}")],
        )

    def _policy(self) -> DmarcPolicy:
        """The policy by its word in DMARC."""
        text = self._setting("policy", "none")
        known = {policy.value: policy for policy in DmarcPolicy}
        if text not in known:
            raise EmailAuthError(f"context 'policy' must be one of {', '.join(known)}, got {text!r}")
        return known[text]

    def _setting(self, name: str, default: str) -> str:
        """A value from CDK context."""
        value = self.node.try_get_context(name)
        return default if value is None else str(value)


if __name__ == "__main__":
    app = App()
    region = app.node.try_get_context("region") or "ap-northeast-1"
    EmailAuthStack(app, "EmailAuthStack", env=Environment(region=region))
    app.synth()
