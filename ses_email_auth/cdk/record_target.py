"""What every kind of DNS answers: which zone it is, what cannot be asked of it, and which resources publish the records there.

A kind is a module of its own that imports this one; `Dns` has the factories that users call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.cdk.identity_resources import IdentityResources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import CfnResource, Stack
    from constructs import Construct

    from ses_email_auth.cdk.record_sets import RecordLayout
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.resource_record_set import ResourceRecordSet


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """What records need to know of their hosted zone."""

    name: DomainName | None
    """None if the zone was imported by its id alone."""

    hosted_zone_id: str
    """The id, or a token; empty if no hosted zone is known."""


@dataclass(frozen=True, slots=True)
class ZoneWriter:
    """As whom our functions write into a hosted zone."""

    role_arn: str = ""
    """The role in the account of the zone; empty in the account of the stack."""

    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRequest:
    """What is to be published, and the identity that some of it is read from or waits for."""

    scope: Construct
    """What the resources become children of."""

    domain: DomainName
    zone: ZoneFacts
    records: Mapping[str, ResourceRecordSet]
    """The record sets by child id."""

    layout: RecordLayout
    identity: IdentityResources = field(default_factory=IdentityResources)


class RecordTarget(ABC):
    """A place that records go to."""

    __slots__ = ()

    @abstractmethod
    def read(self, stack: Stack, facts: StackFacts) -> ZoneFacts:
        """Name and id of the zone, for records of a construct in `stack`.

        Raises:
            EmailAuthError: if records of that stack cannot go there.
        """

    def check(self, layout: RecordLayout, domain_name: str | None) -> None:  # noqa: B027 - CloudFormation takes every layout
        """Refuse props that make no sense here.

        Raises:
            EmailAuthError: for the first of them.
        """

    def children(self, records: Mapping[str, ResourceRecordSet]) -> tuple[str, ...]:
        """The child ids of the resources that `publish` makes of `records`: `logical_ids` is checked against them."""
        return tuple(records)

    @abstractmethod
    def publish(self, request: PublishRequest) -> dict[str, CfnResource]:
        """Make the resources that publish the records, by child id: exactly those that `children` names.

        Records wait for the identity (`identity.identity_id`), those in `identity.first` apart: for them the identity waits.
        """

    @property
    def writer(self) -> ZoneWriter:
        """As whom our functions write into the hosted zone."""
        return ZoneWriter()

    def readable_zone_id(self, zone: ZoneFacts) -> str:  # noqa: ARG002 - for zones in the account of the stack
        """The id of `zone` if a function in the account of the stack may read it; else empty."""
        return ""
