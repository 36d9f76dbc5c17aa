"""A public hosted zone in the account of the stack: CloudFormation writes the records itself, or our function takes over what
stands there already.

Records are plain `CfnResource`s: no type checks at run time, and snapshots that do not change with CDK's own constructs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jsii
from aws_cdk import CfnResource, aws_route53

from ses_email_auth.cdk.prop_types import check_flag, is_a
from ses_email_auth.cdk.record_sets import RecordLayout, record_set_properties
from ses_email_auth.cdk.record_target import RecordTarget, ZoneFacts
from ses_email_auth.cdk.record_writer import FunctionTarget
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from aws_cdk import Stack

    from ses_email_auth.cdk.record_sets import Json
    from ses_email_auth.cdk.record_target import PublishRequest

ZONE_FIX = "use aws_route53.HostedZone.from_lookup(...) or .from_hosted_zone_attributes(...)"
_PUBLIC = ("aws-cdk-lib.aws_route53.IHostedZone", "aws-cdk-lib.aws_route53.IPublicHostedZone")
_PRIVATE = "aws-cdk-lib.aws_route53.IPrivateHostedZone"
_RECORD_SET = "AWS::Route53::RecordSet"
_RECORD_SET_GROUP = "AWS::Route53::RecordSetGroup"


def route53_dns(hosted_zone: aws_route53.IHostedZone, adopt: object) -> RecordTarget:
    """`Dns.route53`, its arguments checked."""
    _check_kind(hosted_zone)
    check_flag("adopt", adopt)
    zone = Route53Dns(hosted_zone)
    return AdoptingRoute53Dns(adopt=True, zone=zone) if adopt else zone


@dataclass(frozen=True, slots=True)
class Route53Dns(RecordTarget):
    """`Dns.route53(zone)`: CloudFormation writes the records."""

    hosted_zone: aws_route53.IHostedZone

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
            return ZoneFacts(None, self._id())
        try:
            return ZoneFacts(DomainName(name), self._id())
        except InvalidDomainName as error:
            raise EmailAuthError(f"'hosted_zone' has the name {name!r}, but {error}") from error

    def publish(self, request: PublishRequest) -> dict[str, CfnResource]:
        """One resource for each record set, or one for all."""
        records = {child: record_set_properties(record, request.identity.origins) for child, record in request.records.items()}
        if request.layout is RecordLayout.GROUPED:
            return {"Records": _group(request, list(records.values()))}
        resources: dict[str, CfnResource] = {}
        awaited = request.identity.identity_id
        for child, properties in records.items():
            record = request.records[child]
            waits = isinstance(record.name, DomainName) and child not in request.identity.first
            resources[child] = CfnResource(
                request.scope,
                child,
                type=_RECORD_SET,
                properties={
                    "HostedZoneId": request.zone.hosted_zone_id,
                    **properties,
                    **(_after(awaited) if waits else {}),
                },
            )
            if record.type is RecordType.MX:
                awaited = resources[child].logical_id
        return resources

    def readable_zone_id(self, zone: ZoneFacts) -> str:
        """The zone is in the account of the stack."""
        return zone.hosted_zone_id

    def _id(self) -> str:
        return str(jsii.get(self.hosted_zone, "hostedZoneId")).removeprefix("/hostedzone/")


@dataclass(frozen=True, slots=True)
class AdoptingRoute53Dns(FunctionTarget):
    """`Dns.route53(zone, adopt=True)`: our function writes the records, and takes over what stands as it is wanted."""

    zone: Route53Dns

    def read(self, stack: Stack, facts: StackFacts) -> ZoneFacts:
        """Name and id of the zone."""
        return self.zone.read(stack, facts)

    def readable_zone_id(self, zone: ZoneFacts) -> str:
        """The zone is in the account of the stack."""
        return zone.hosted_zone_id


def _group(request: PublishRequest, records: list[dict[str, Json]]) -> CfnResource:
    properties = {"HostedZoneId": request.zone.hosted_zone_id, "RecordSets": records}
    return CfnResource(request.scope, "Records", type=_RECORD_SET_GROUP, properties=properties)


def _after(logical_id: str) -> dict[str, Json]:
    """Makes a record wait for the resource with that id, as DependsOn does, but without a jsii call for each record.

    A deployment that is refused is rolled back: CloudFormation deletes what it has made, and a record that it took over is a
    live one. So what can be refused comes first: the identity, which SES refuses if another stack has it or the construct got
    a new id, then the MAIL FROM MX, which differs by region. What stands equally for others is taken over after them. DKIM
    records wait by themselves, they hold attributes of the identity.

    A comment has at most 256 characters (Route 53 API reference, "ChangeBatch"). `Ref` is the domain, of at most 253, or the
    name of the MX; should it be the whole identifier of the registry's record set (`name|zone|type|`), an MX of up to 219
    octets fits.
    """
    return {"Comment": {"Ref": logical_id}} if logical_id else {}


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
