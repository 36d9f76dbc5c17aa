"""A public hosted zone in the account of the stack: CloudFormation writes the records itself, or our function takes over what
stands there already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_route53

from ses_email_auth.cdk.dns import ZONE_FIX, Dns, ZoneFacts
from ses_email_auth.cdk.kinds import check_flag, is_a
from ses_email_auth.cdk.record_resources import record_resources
from ses_email_auth.cdk.record_writer import Writer, written_records
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName

if TYPE_CHECKING:
    from aws_cdk import CfnResource, Stack

    from ses_email_auth.cdk.dns import Publication

__all__ = ["Route53Dns"]

_PUBLIC = ("aws-cdk-lib.aws_route53.IHostedZone", "aws-cdk-lib.aws_route53.IPublicHostedZone")
_PRIVATE = "aws-cdk-lib.aws_route53.IPrivateHostedZone"


@dataclass(frozen=True, slots=True)
class Route53Dns(Dns):
    """`Dns.route53(zone)`."""

    hosted_zone: aws_route53.IHostedZone
    adopt: bool = False

    def __post_init__(self) -> None:
        _check_kind(self.hosted_zone)
        check_flag("adopt", self.adopt)

    def read(self, stack: Stack, facts: StackFacts) -> ZoneFacts:
        """Name and id of the zone.

        Raises:
            EmailAuthError: if the zone is in another account, or its name is no domain name.
        """
        _check_account(self.hosted_zone, stack, facts)
        try:
            # `zone.zone_name` of an imported zone asks jsii twice, this asks once.
            name = str(jsii.get(self.hosted_zone, "zoneName"))
        except RuntimeError:  # from_hosted_zone_id: CannotReferenceZoneName
            return ZoneFacts(None, self._id(), one_resource=self.adopt)
        try:
            return ZoneFacts(DomainName(name), self._id(), one_resource=self.adopt)
        except InvalidDomainName as error:
            raise EmailAuthError(f"'hosted_zone' has the name {name!r}, but {error}") from error

    def publish(self, publication: Publication) -> dict[str, CfnResource]:
        """One resource for each record set, or one for all."""
        if not self.adopt:
            return record_resources(publication)
        return {"Records": written_records(publication, Writer(), adopt=True)} if publication.records else {}

    def _id(self) -> str:
        return str(jsii.get(self.hosted_zone, "hostedZoneId")).removeprefix("/hostedzone/")


def _check_kind(zone: object) -> None:
    if isinstance(zone, aws_route53.CfnHostedZone):
        raise EmailAuthError(
            "'hosted_zone' is an L1 CfnHostedZone, which does not know its name; use "
            "aws_route53.HostedZone.from_hosted_zone_attributes(self, 'Zone', hosted_zone_id=zone.attr_id, zone_name=...)"
        )
    if is_a(zone, aws_route53.PrivateHostedZone, _PRIVATE) or _has_vpcs(zone):
        raise EmailAuthError(
            "'hosted_zone' is a private zone; SES and receivers look in public DNS; pass the public zone of the same name"
        )
    if not is_a(zone, aws_route53.HostedZone, *_PUBLIC):
        raise EmailAuthError(f"'hosted_zone' must be a hosted zone, got {zone!r}; {ZONE_FIX}")


def _has_vpcs(zone: object) -> bool:
    """Whether a zone of this app is private because it was made with `vpcs`; one that gets them later is not seen."""
    return isinstance(zone, aws_route53.HostedZone) and bool(jsii.get(zone, "vpcs"))


def _check_account(zone: aws_route53.IHostedZone, stack: Stack, facts: StackFacts) -> None:
    zone_stack = jsii.get(zone, "stack")
    if zone_stack is stack:
        return
    _, theirs = StackFacts.of(zone_stack)
    if theirs.account is not None and facts.account is not None and theirs.account != facts.account:
        raise EmailAuthError(
            f"'hosted_zone' is in account {theirs.account} and this stack in {facts.account}; CloudFormation writes records of "
            f"its own account only; use dns=Dns.cross_account(...) with a ZoneWriterRole in account {theirs.account}"
        )
