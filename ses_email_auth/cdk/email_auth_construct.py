"""What the three constructs have in common: a plan, its resources directly below the construct, and what can be read back."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from aws_cdk import CfnResource, aws_ses
from constructs import Construct

from ses_email_auth.cdk.dns import zone_of
from ses_email_auth.cdk.findings import annotate, findings_of
from ses_email_auth.cdk.grants import grant_send_email
from ses_email_auth.cdk.props import DomainPolicyProps
from ses_email_auth.cdk.record_resources import record_resources
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.cdk.stack_tags import leave_stack_tags_out
from ses_email_auth.cdk.wishes import Props, plan_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import aws_iam

    from ses_email_auth.cdk.props import SendingIdentityProps, SesEmailAuthProps
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.publication.plan import AlignmentProofs, DomainPlan
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

__all__ = ["EmailAuthConstruct", "SendingConstruct"]


class EmailAuthConstruct(Construct):
    """A construct that publishes the records of one domain."""

    def __init__(self, scope: Construct, construct_id: str, props: Props) -> None:
        # All is checked before the node exists: a refused construct leaves nothing in the tree.
        self._stack, facts = StackFacts.of(scope)
        zone = zone_of(props.hosted_zone, props.dns).read(self._stack, facts)
        self._plan: DomainPlan = plan_of(props, zone, facts)
        key_length = None if isinstance(props, DomainPolicyProps) else props.dkim_key_length
        self._findings = findings_of(self._plan, key_length)
        super().__init__(scope, construct_id)
        resources: dict[str, CfnResource] = {}
        identity_id = ""
        if not isinstance(props, DomainPolicyProps):
            identity = _identity(self, self._plan, props)
            self._cfn_identity = identity
            leave_stack_tags_out(self._stack, identity)
            resources["Identity"] = identity
            identity_id = identity.logical_id
        resources |= record_resources(self, self._plan.records, zone.hosted_zone_id, props.record_layout, identity_id)
        for child, logical_id in (props.logical_ids or {}).items():
            resources[child].override_logical_id(logical_id)
        if props.removal_policy is not None:
            for resource in resources.values():
                resource.apply_removal_policy(props.removal_policy)
        annotate(self, self._findings)

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


class SendingConstruct(EmailAuthConstruct):
    """A construct that holds an SES identity."""

    def __init__(self, scope: Construct, construct_id: str, props: SesEmailAuthProps | SendingIdentityProps) -> None:
        super().__init__(scope, construct_id, props)
        self._configuration_set = props.configuration_set

    @property
    def cfn_identity(self) -> aws_ses.CfnEmailIdentity:
        """The `AWS::SES::EmailIdentity`: the escape hatch."""
        return self._cfn_identity

    @cached_property
    def identity(self) -> aws_ses.IEmailIdentity:
        """The identity for APIs of CDK that want one."""
        return aws_ses.EmailIdentity.from_email_identity_name(self, "ImportedIdentity", self.domain_name)

    @property
    def mail_from_domain(self) -> str | None:
        """The MAIL FROM domain; None if it is SES's own."""
        sending = self._plan.sending
        return None if sending is None or sending.mail_from is None else sending.mail_from.text

    @property
    def alignment(self) -> AlignmentProofs:
        """The proofs that mail passes DMARC, one for each From domain; `print` it."""
        return self._plan.proofs

    def grant_send_email(self, grantee: aws_iam.IGrantable, *, from_addresses: Iterable[str] | None = None) -> aws_iam.Grant:
        """Let `grantee` send mail through the identity, with its configuration set.

        Args:
            grantee: who may send.
            from_addresses: the From addresses that it may use, for example `info@example.com` or `*@news.example.com`. SES
                compares the part before the `@` case-sensitively. Default: - every address that the identity covers

        Raises:
            EmailAuthError: for an address that the identity does not cover, since SES would refuse it, and for an empty list.
        """
        return grant_send_email(self._stack, grantee, self._plan.domain, self._configuration_set, from_addresses)


def _identity(scope: Construct, plan: DomainPlan, props: SesEmailAuthProps | SendingIdentityProps) -> aws_ses.CfnEmailIdentity:
    l1 = aws_ses.CfnEmailIdentity
    mail_from = None if plan.sending is None else plan.sending.mail_from
    mail_from_attributes: dict[str, str] | None = None
    if mail_from is not None:  # a dict: jsii checks a struct at run time, a fifth of the cost of the identity
        mail_from_attributes = {"mailFromDomain": mail_from.text}
        if props.mail_from_behavior_on_mx_failure is not None:
            mail_from_attributes["behaviorOnMxFailure"] = props.mail_from_behavior_on_mx_failure.value
    return l1(
        scope,
        "Identity",
        email_identity=plan.domain.text,
        configuration_set_attributes=None
        if props.configuration_set is None
        else l1.ConfigurationSetAttributesProperty(configuration_set_name=props.configuration_set.configuration_set_name),
        dkim_signing_attributes=None
        if props.dkim_key_length is None
        else l1.DkimSigningAttributesProperty(next_signing_key_length=props.dkim_key_length.value),
        feedback_attributes=None
        if props.feedback_forwarding is None
        else l1.FeedbackAttributesProperty(email_forwarding_enabled=props.feedback_forwarding),
        mail_from_attributes=mail_from_attributes,
    )
