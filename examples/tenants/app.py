"""A tenant: a customer whose mail has a reputation of its own, so that SES pauses it alone; and an endpoint over two regions.

Both are plain CDK (L1); `identity_arn` and `configuration_set_arn` are what they need of ours.
`SES_EXAMPLE_CONTACT` is a tag of the tenant.
"""

import os

from aws_cdk import App, CfnTag, Environment, Stack
from aws_cdk.aws_route53 import HostedZone
from aws_cdk.aws_ses import CfnMultiRegionEndpoint, CfnTenant
from constructs import Construct

from ses_email_auth import SendingEvents, SendingIdentity, SesEmailAuth

HOME, SECOND = "ap-northeast-1", "us-east-1"


class SecondStack(Stack):
    """The domain in the second region."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, env=Environment(account="123456789012", region=SECOND))
        zone = HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link"
        )
        SendingIdentity(self, "Sending", hosted_zone=zone)


class HomeStack(Stack):
    """The domain, a tenant that sends with it, and the endpoint over both regions."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, env=Environment(account="123456789012", region=HOME))
        zone = HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link"
        )
        events = SendingEvents(self, "Events", event_bridge=True)
        auth = SesEmailAuth(self, "EmailAuth", hosted_zone=zone, configuration_set=events.configuration_set, dmarc_policy=None)
        tenant = CfnTenant(
            self,
            "Tenant",
            tenant_name="customer-1",
            tags=[CfnTag(key="Contact", value=os.environ.get("SES_EXAMPLE_CONTACT", "sales"))],
            resource_associations=[
                CfnTenant.ResourceAssociationProperty(resource_arn=arn)
                for arn in (auth.identity_arn, events.configuration_set_arn)
            ],
        )
        tenant.node.add_dependency(auth)
        endpoint = CfnMultiRegionEndpoint(
            self,
            "Endpoint",
            endpoint_name="blacksheep",
            details=CfnMultiRegionEndpoint.DetailsProperty(
                route_details=[CfnMultiRegionEndpoint.RouteDetailsItemsProperty(region=SECOND)]
            ),
        )
        endpoint.node.add_dependency(auth)


app = App()
second = SecondStack(app, "SecondStack")
HomeStack(app, "HomeStack").node.add_dependency(second)
app.synth()
