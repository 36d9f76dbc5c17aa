"""Where records go. Each kind of place is a module of its own: how records get there differs, what is published does not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import CfnResource, Stack, aws_route53
    from constructs import Construct

    from ses_email_auth.cdk.record_resources import RecordLayout
    from ses_email_auth.cdk.record_writer import Writer
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.policy import PolicyPlan
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

__all__ = ["ZONE_FIX", "Dns", "Publication", "ZoneFacts", "zone_of"]

ZONE_FIX = "use aws_route53.HostedZone.from_lookup(...) or .from_hosted_zone_attributes(...)"


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """What records need to know of their hosted zone."""

    name: DomainName | None
    """None if the zone was imported by its id alone."""

    hosted_zone_id: str
    """The id, or a token; empty if no hosted zone is known."""

    one_resource: bool = False
    """Whether a single resource, the child `Records`, writes all records."""

    as_outputs: bool = False
    """Whether records are outputs of the stack, and no resource writes any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What shall be published, and where the parts of it come from that only AWS knows."""

    scope: Construct
    """What the resources become children of."""

    domain: DomainName
    zone: ZoneFacts
    records: Mapping[str, ResourceRecordSet]
    """The record sets by child id."""

    layout: RecordLayout
    origins: Mapping[str, str]
    """The logical id of the resource that knows an attribute, by the name of the attribute (`DkimDNSTokenName1`)."""

    gate: str
    """The logical id of the identity, which has to stand before records that are known already; empty without one, and if the
    identity waits for some of the records itself."""

    ahead: frozenset[str] = frozenset()
    """The children that the identity waits for: the public key has to answer before SES signs with the private one."""

    gate_of_others: str = ""
    """The logical id of that identity, for records that are resources of their own and not among `ahead`."""


class Dns(ABC):
    """Where the records of a domain go. Make one with `Dns.route53(zone)`, `Dns.cross_account(...)` or `Dns.external()`."""

    __slots__ = ()

    @staticmethod
    def route53(hosted_zone: aws_route53.IHostedZone, *, adopt: bool = False) -> Dns:
        """A public hosted zone in the account of the stack.

        Args:
            hosted_zone: the zone.
            adopt: let a function of ours write the records, one custom resource for a domain. When the construct is deployed
                first, it takes over a record that stands as it is wanted (type, TTL and values), and refuses any other. What
                was taken over and never changed since stays when the stack goes. Leave it as it was at the first deployment:
                another one changes the resources, and the old one deletes its records. Default: - CloudFormation writes them

        Raises:
            EmailAuthError: for a private zone, an L1 zone, or what is no hosted zone at all.
        """
        from ses_email_auth.cdk.route53_dns import Route53Dns  # noqa: PLC0415 - each kind knows this class, not the reverse

        return Route53Dns(hosted_zone, adopt)

    @staticmethod
    def cross_account(
        *, hosted_zone_id: str, zone_name: str, role_arn: str, external_id: str | None = None, adopt: bool = False
    ) -> Dns:
        """A public hosted zone in another account. A function in this stack writes the records through a role there.

        Args:
            hosted_zone_id: the id of the zone.
            zone_name: the name of the zone.
            role_arn: the role that may write these records, made by `ZoneWriterRole` in a stack of that account.
            external_id: what the role asks for, if it does. Default: - nothing
            adopt: take over records that stand as they are wanted, as with `Dns.route53`. It can be left out after the first
                deployment. Default: - what stands already is refused

        Raises:
            EmailAuthError: for an argument of a wrong form.
        """
        from ses_email_auth.cdk.cross_account import CrossAccountDns  # noqa: PLC0415 - as above

        return CrossAccountDns.of(
            hosted_zone_id=hosted_zone_id, zone_name=zone_name, role_arn=role_arn, external_id=external_id, adopt=adopt
        )

    @staticmethod
    def external(zone_name: str | None = None) -> Dns:
        """DNS that AWS does not host, or that nobody may write: each record is an output of the stack, to paste into a panel.

        No record is made, changed or deleted by a deployment. SES looks for the MAIL FROM MX for 72 hours from the deployment
        and then gives it up; after that it has to be set again. A stack takes 200 outputs, so about 25 domains.

        Outputs are shown when a deployment is over, so what waits for their records within it waits in vain: add
        `wait_for_verification` when they answer. The next generation of a managed key fails once, with its record in the
        message, and goes through when that answers.

        Args:
            zone_name: the zone of the panel, which hosts are relative to. Default: - the organizational domain of
                `domain_name`, which has to be given then

        Raises:
            EmailAuthError: for a zone that is no domain name.
        """
        from ses_email_auth.cdk.external_dns import external_dns  # noqa: PLC0415 - as above

        return external_dns(zone_name)

    @abstractmethod
    def read(self, stack: Stack, facts: StackFacts) -> ZoneFacts:
        """Name and id of the zone, for records of a construct in `stack`.

        Raises:
            EmailAuthError: if records of that stack cannot go there.
        """

    def zone_writer(self) -> Writer:
        """As whom our functions write into the hosted zone; the own account, unless a kind says otherwise."""
        from ses_email_auth.cdk.record_writer import Writer  # noqa: PLC0415 - few need it, all would import it

        return Writer()

    def share_spf(self, publication: Publication, policy: PolicyPlan) -> CfnResource:
        """The resource that adds Amazon SES to a TXT record set of others."""
        from ses_email_auth.cdk.shared_spf import shared_spf  # noqa: PLC0415 - as above

        return shared_spf(publication, self.zone_writer(), policy)

    @abstractmethod
    def publish(self, publication: Publication) -> dict[str, CfnResource]:
        """The resources that publish the records, by child id."""


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
        raise EmailAuthError(f"'hosted_zone' must be given; {ZONE_FIX}")
    if not isinstance(dns, Dns):
        raise EmailAuthError(f"'dns' must be a Dns, got {dns!r}; use Dns.route53(zone)")
    return dns
