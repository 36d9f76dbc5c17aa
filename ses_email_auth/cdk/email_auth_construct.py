"""What the three constructs have in common: a plan, its resources directly below the construct, and what can be read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_ses
from constructs import Construct

from ses_email_auth.cdk.dkim import dkim_of
from ses_email_auth.cdk.dns import Publication, zone_of
from ses_email_auth.cdk.findings import annotate, findings_of
from ses_email_auth.cdk.identity_resources import IdentityResources
from ses_email_auth.cdk.props import DomainPolicyProps
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.cdk.stack_tags import leave_stack_tags_out
from ses_email_auth.cdk.wishes import Props, plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import CfnResource

    from ses_email_auth.cdk.dns import ZoneFacts
    from ses_email_auth.cdk.record_resources import RecordLayout
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.publication.plan import DomainPlan
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

__all__ = ["EmailAuthConstruct"]


class EmailAuthConstruct(Construct):
    """A construct that publishes the records of one domain."""

    def __init__(self, scope: Construct, construct_id: str, props: Props) -> None:
        # All is checked before the node exists: a refused construct leaves nothing in the tree.
        self._stack, facts = StackFacts.of(scope)
        dns = zone_of(props.hosted_zone, props.dns)
        zone = dns.read(self._stack, facts)
        sending = None if isinstance(props, DomainPolicyProps) else props
        dkim = None if sending is None else dkim_of(sending.dkim, sending.dkim_key_length)
        if dkim is not None:
            dkim.check(self._stack, facts)
        self._plan: DomainPlan = plan_of(props, zone, facts, dkim)
        self._findings = findings_of(
            self._plan,
            None if dkim is None else dkim.key_length,
            feedback_by_mail=sending is not None
            and sending.configuration_set is None
            and dkim is not None
            and dkim.makes_identity,
        )
        super().__init__(scope, construct_id)
        self._verification: CfnResource | None = None
        made = IdentityResources() if dkim is None or sending is None else dkim.identity_resources(self, self._plan, sending)
        self._identity_resource = made.identity
        if isinstance(made.identity, aws_ses.CfnEmailIdentity):
            leave_stack_tags_out(self._stack, made.identity)
        publication = self._publication(zone, made, props.record_layout)
        published = dns.publish(publication)
        resources = {**made.by_child_id(), **published}
        if self._plan.policy is not None and self._plan.policy.shares:
            resources["FromDomainTxt"] = dns.share_spf(publication, self._plan.policy)
        if dkim is not None:
            resources |= dkim.after_publication(self, self._plan.domain, made, published)
        _settle(resources, props)
        wait = None if sending is None else sending.wait_for_verification
        if wait is not None and self._plan.sending is not None:
            from ses_email_auth.cdk.verification import verification  # noqa: PLC0415 - few wait, all would import it

            self._verification = verification(self, self._plan.sending, wait, dns, zone, resources.values())
        annotate(self, self._findings)

    def _publication(self, zone: ZoneFacts, made: IdentityResources, layout: RecordLayout) -> Publication:
        return Publication(
            scope=self,
            domain=self._plan.domain,
            zone=zone,
            records=self._plan.records,
            layout=layout,
            origins=made.origins,
            gate="" if made.ahead else made.identity_id,
            ahead=made.ahead,
            gate_of_others=made.identity_id,
        )

    @property
    def domain_name(self) -> str:
        """The domain, in lower case, with A-labels and without a final dot."""
        return self._plan.domain.text

    @property
    def records(self) -> tuple[ResourceRecordSet, ...]:
        """All record sets that are published, in the order of the children."""
        return tuple(self._plan.records.values())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks say, the worst first. Warnings are shown at synthesis; infos are only here."""
        return self._findings


def _settle(resources: Mapping[str, CfnResource], props: Props) -> None:
    """Give the resources the ids and the removal policy that `props` ask for."""
    for child, logical_id in (props.logical_ids or {}).items():
        resources[child].override_logical_id(logical_id)
    if props.removal_policy is not None:
        for resource in resources.values():
            resource.apply_removal_policy(props.removal_policy)
