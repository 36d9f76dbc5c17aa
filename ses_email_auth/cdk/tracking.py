"""A name of one's own for open and click tracking (Amazon SES developer guide, "Configuring custom domains to handle open and
click tracking").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Aws, CfnResource, Stack

from ses_email_auth.cdk.dns import record_target
from ses_email_auth.cdk.record_sets import RecordLayout
from ses_email_auth.cdk.record_target import PublishRequest
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.prop_values import domain, identity_domain, name_below
from ses_email_auth.publication.sending import DEFAULT_TTL
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet

if TYPE_CHECKING:
    from constructs import Construct

    from ses_email_auth.cdk.events_props import EventsProps
    from ses_email_auth.cdk.record_target import RecordTarget, ZoneFacts
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.domain_name import DomainName


@dataclass(frozen=True, slots=True)
class Tracking:
    """A name for links and pictures, and the zone that its CNAME goes to."""

    name: DomainName
    target: str
    dns: RecordTarget
    zone: ZoneFacts

    @classmethod
    def of(cls, props: EventsProps, stack: Stack, facts: StackFacts) -> Tracking | None:
        """What the props ask for; None without a `tracking_subdomain`.

        Raises:
            EmailAuthError: for a name outside of the domain, and for a zone that records of `stack` cannot go to.
        """
        if props.tracking_subdomain is None:
            return None
        dns = record_target(props.hosted_zone, props.dns)
        zone = dns.read(stack, facts)
        parent = identity_domain(props.domain_name, zone.name, None)
        name = name_below("tracking_subdomain", parent, props.tracking_subdomain, "click")
        return cls(name, _target(props.tracking_target, facts.region), dns, zone)

    def publish(self, scope: Construct) -> list[CfnResource]:
        """The resources that write the CNAME."""
        record = ResourceRecordSet(self.name, RecordType.CNAME, DEFAULT_TTL, (self.target,))
        request = PublishRequest(
            scope=scope,
            domain=self.name,
            zone=self.zone,
            records={"TrackingCname": record},
            layout=RecordLayout.SEPARATE,
        )
        return list(self.dns.publish(request).values())


def _target(host: object, region: str | None) -> str:
    if host is None:
        return f"r.{Aws.REGION if region is None else region}.awstrack.me"
    if isinstance(host, str) and holds_token(host):
        return host
    if isinstance(host, str) and "." not in host.strip("."):
        raise EmailAuthError(f"'tracking_target' must be the full name of a host, got {host!r}; pass that of your CDN")
    return domain("tracking_target", host).text
