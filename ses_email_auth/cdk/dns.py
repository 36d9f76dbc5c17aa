"""Where records go."""

from __future__ import annotations

from dataclasses import dataclass

import jsii
from aws_cdk import Stack, aws_route53

from ses_email_auth.cdk.kinds import is_a
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName

__all__ = ["Dns", "ZoneFacts", "zone_of"]

_FIX = "use aws_route53.HostedZone.from_lookup(...) or .from_hosted_zone_attributes(...)"
_PUBLIC = ("aws-cdk-lib.aws_route53.IHostedZone", "aws-cdk-lib.aws_route53.IPublicHostedZone")
_PRIVATE = "aws-cdk-lib.aws_route53.IPrivateHostedZone"


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """What records need to know of their hosted zone."""

    name: DomainName | None
    """None if the zone was imported by its id alone."""

    hosted_zone_id: str
    """The id, or a token."""


@dataclass(frozen=True, slots=True)
class Dns:
    """Where the records of a domain go. Make one with `Dns.route53(zone)`."""

    hosted_zone: aws_route53.IHostedZone

    def __post_init__(self) -> None:
        _check_kind(self.hosted_zone)

    @classmethod
    def route53(cls, hosted_zone: aws_route53.IHostedZone) -> Dns:
        """A public hosted zone in the account of the stack.

        Raises:
            EmailAuthError: for a private zone, an L1 zone, or what is no hosted zone at all.
        """
        return cls(hosted_zone)

    def read(self, stack: Stack, facts: StackFacts) -> ZoneFacts:
        """Name and id of the zone, for records in `stack`.

        Raises:
            EmailAuthError: if the zone is in another account, or its name is no domain name.
        """
        _check_account(self.hosted_zone, stack, facts)
        try:
            # `zone.zone_name` of an imported zone asks jsii twice, this asks once.
            name = str(jsii.get(self.hosted_zone, "zoneName"))
        except RuntimeError:  # from_hosted_zone_id: CannotReferenceZoneName
            return ZoneFacts(None, self._id())
        try:
            return ZoneFacts(DomainName(name), self._id())
        except InvalidDomainName as error:
            raise EmailAuthError(f"'hosted_zone' has the name {name!r}, but {error}") from error

    def _id(self) -> str:
        return str(jsii.get(self.hosted_zone, "hostedZoneId")).removeprefix("/hostedzone/")


def zone_of(hosted_zone: aws_route53.IHostedZone | None, dns: Dns | None) -> Dns:
    """The one of both that is given.

    Raises:
        EmailAuthError: if none or both are given.
    """
    if hosted_zone is not None and dns is not None:
        raise EmailAuthError("'hosted_zone' is the short form of 'dns', so both cannot be given; leave one out")
    if hosted_zone is not None:
        return Dns.route53(hosted_zone)
    if dns is None:
        raise EmailAuthError(f"'hosted_zone' must be given; {_FIX}")
    if not isinstance(dns, Dns):
        raise EmailAuthError(f"'dns' must be a Dns, got {dns!r}; use Dns.route53(zone)")
    return dns


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
        raise EmailAuthError(f"'hosted_zone' must be a hosted zone, got {zone!r}; {_FIX}")


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
            f"its own account only; move the construct into a stack of account {theirs.account}"
        )
