"""The props that all constructs have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.cdk.record_resources import RecordLayout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import RemovalPolicy, aws_route53

    from ses_email_auth.cdk.dns import Dns
    from ses_email_auth.records.dmarc import DmarcRecord

__all__ = ["CommonProps"]


@dataclass(frozen=True, kw_only=True)
class CommonProps:
    """What `SesEmailAuth`, `SendingIdentity` and `DomainPolicy` take alike."""

    __slots__ = ()

    hosted_zone: aws_route53.IHostedZone | None = None
    """The public hosted zone, in the account of the stack, that the records go to. The short form of `dns`.

    Default: - `dns` must be given
    """

    dns: Dns | None = None
    """Where the records go.

    Default: - `Dns.route53(hosted_zone)`
    """

    domain_name: str | None = None
    """The domain: the name of the zone or a name below it. Unicode is taken too.

    Default: - the name of the zone
    """

    organizational_domain: str | None = None
    """The organizational domain, where the Public Suffix List is wrong about it.

    Default: - by the Public Suffix List
    """

    inherited_dmarc: str | DmarcRecord | None = None
    """The DMARC record that stands at a parent domain, or already at `_dmarc`. For the proof and the checks; never published.

    Default: - not known; relaxed alignment is assumed
    """

    record_layout: RecordLayout = RecordLayout.SEPARATE
    """How record sets become resources; chosen at the first deploy.

    Default: - RecordLayout.SEPARATE
    """

    logical_ids: Mapping[str, str] | None = None
    """Logical ids that resources have in a deployed stack, by child id: `{"Dmarc": "DCB28BBFE"}`. Only with
    `RecordLayout.SEPARATE`.

    Default: - the ids that CDK makes
    """

    removal_policy: RemovalPolicy | None = None
    """What happens to identity and records together when they leave the stack. For production:
    `RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE`; a failed first deploy then leaves nothing. For a deploy that takes records over,
    in a rename or where they exist already: `RemovalPolicy.RETAIN`, since a rollback deletes what was taken over, but for that.

    Default: - they are deleted
    """
