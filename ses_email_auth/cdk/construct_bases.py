"""What the constructs have in common: a plan, its resources directly below the construct, and what can be read back of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from aws_cdk import aws_ses
from constructs import Construct

from ses_email_auth.cdk.dkim import signing_of
from ses_email_auth.cdk.dns import record_target
from ses_email_auth.cdk.dynamic_references import fields_of, refuse_dynamic_references
from ses_email_auth.cdk.findings import annotate, findings_of
from ses_email_auth.cdk.identity_resources import IdentityResources
from ses_email_auth.cdk.permissions import (
    SendingLimits,
    SendingScope,
    account_policy,
    cognito_policy,
    grant_send_email,
    sending_policy,
    ses_arn,
)
from ses_email_auth.cdk.props import domain_plan
from ses_email_auth.cdk.record_target import PublishRequest
from ses_email_auth.cdk.record_writer import shared_spf
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.cdk.stack_tags import leave_stack_tags_out
from ses_email_auth.cdk.verification import verification
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import CfnResource, aws_cognito, aws_iam
    from constructs import IDependable

    from ses_email_auth.cdk.props import CommonProps, PolicyProps, SendingProps
    from ses_email_auth.cdk.record_sets import RecordLayout
    from ses_email_auth.cdk.record_target import RecordTarget, ZoneFacts
    from ses_email_auth.cdk.signing import Signing
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.publication.plan import AlignmentProofs, DomainPlan
    from ses_email_auth.records.resource_record_set import ResourceRecordSet


class EmailAuthConstruct(Construct):
    """A construct that publishes the records of one domain."""

    def __init__(
        self, scope: Construct, construct_id: str, common: CommonProps, sending: SendingProps | None, policy: PolicyProps | None
    ) -> None:
        # All is checked before the node exists: a refused construct leaves nothing in the tree.
        self._stack, facts = StackFacts.of(scope)
        target = record_target(common.hosted_zone, common.dns)
        zone = target.read(self._stack, facts)
        signing = None if sending is None else signing_of(sending.dkim, sending.dkim_key_length)
        if signing is not None:
            signing.check(self._stack, facts)
        refuse_dynamic_references(self._stack, fields_of(common) | fields_of(sending) | fields_of(policy))
        self._plan: DomainPlan = domain_plan(common, sending, policy, target=target, zone=zone, facts=facts, signing=signing)
        # Once more as it is published: a generator among the props is empty now, tokens of `from_existing` are no props.
        refuse_dynamic_references(self._stack, {record.place: record for record in self._plan.records.values()})
        self._findings = findings_of(
            self._plan,
            None if signing is None else signing.key_length,
            feedback_by_mail=sending is not None
            and sending.configuration_set is None
            and signing is not None
            and signing.makes_identity,
        )
        super().__init__(scope, construct_id)
        identity = IdentityResources()
        if sending is not None and signing is not None:
            identity = signing.identity_resources(self, self._plan, sending.settings())
        if isinstance(identity.identity, aws_ses.CfnEmailIdentity):
            leave_stack_tags_out(self._stack, identity.identity)
        self._identity_resource = identity.identity
        resources = self._publish(target, zone, identity, signing, common.record_layout)
        _settle(resources, common)
        self._verification: CfnResource | None = None
        wait = None if sending is None else sending.wait_for_verification
        if wait is not None and self._plan.sending is not None:
            zone_id = target.readable_zone_id(zone)
            self._verification = verification(self, self._plan.sending, wait, zone_id, resources.values())
        annotate(self, self._findings)

    def _publish(
        self,
        target: RecordTarget,
        zone: ZoneFacts,
        identity: IdentityResources,
        signing: Signing | None,
        layout: RecordLayout,
    ) -> dict[str, CfnResource]:
        """Make the resources that write records; all resources by child id, those of the identity first."""
        request = PublishRequest(
            scope=self, domain=self._plan.domain, zone=zone, records=self._plan.records, layout=layout, identity=identity
        )
        published = target.publish(request)
        resources = {**identity.by_child_id(), **published}
        if self._plan.policy is not None and self._plan.policy.shares:
            resources["FromDomainTxt"] = shared_spf(request, target.writer, self._plan.policy)
        if signing is not None:
            resources |= signing.after_publication(self, self._plan.domain, identity, published)
        return resources

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


def _settle(resources: dict[str, CfnResource], common: CommonProps) -> None:
    """Give the resources the logical ids and the removal policy that the props ask for."""
    for child, logical_id in (common.logical_ids or {}).items():
        resources[child].override_logical_id(logical_id)
    if common.removal_policy is not None:
        for resource in resources.values():
            resource.apply_removal_policy(common.removal_policy)


class SendingConstruct(EmailAuthConstruct):
    """A construct that holds an SES identity."""

    def __init__(
        self, scope: Construct, construct_id: str, common: CommonProps, sending: SendingProps, policy: PolicyProps | None
    ) -> None:
        super().__init__(scope, construct_id, common, sending, policy)
        self._configuration_set = sending.configuration_set

    @property
    def cfn_identity(self) -> aws_ses.CfnEmailIdentity:
        """The `AWS::SES::EmailIdentity`: the escape hatch.

        Raises:
            EmailAuthError: if a custom resource makes the identity, as for a replica, or if it was made elsewhere.
        """
        if self._identity_resource is None:
            raise EmailAuthError(
                f"{self.domain_name!r} has no 'cfn_identity' here, the identity was made elsewhere; use 'identity'"
            )
        if not isinstance(self._identity_resource, aws_ses.CfnEmailIdentity):
            raise EmailAuthError(
                f"{self.domain_name!r} has no 'cfn_identity' here, a custom resource makes the identity; use 'identity'"
            )
        return self._identity_resource

    @cached_property
    def identity(self) -> aws_ses.IEmailIdentity:
        """The identity for APIs of CDK that want one."""
        return aws_ses.EmailIdentity.from_email_identity_name(self, "ImportedIdentity", self.domain_name)

    @property
    def verified(self) -> IDependable:
        """What stands when SES has verified the identity and its MAIL FROM domain; others depend on it.

        `user_pool.node.add_dependency(auth.verified)`

        Raises:
            EmailAuthError: without `wait_for_verification`.
        """
        if self._verification is None:
            raise EmailAuthError(
                f"'verified' needs 'wait_for_verification', which {self.node.path!r} has not; pass for example "
                f"wait_for_verification=Duration.minutes(14)"
            )
        return self._verification

    @property
    def mail_from_domain(self) -> str | None:
        """The MAIL FROM domain; None if it is SES's own."""
        sending = self._plan.sending
        return None if sending is None or sending.mail_from is None else sending.mail_from.text

    @property
    def alignment(self) -> AlignmentProofs:
        """The proofs that mail passes DMARC, one for each From domain; `print` it."""
        return self._plan.proofs

    @property
    def identity_arn(self) -> str:
        """The ARN of the identity, for tenants, policies and other resources that name it."""
        return ses_arn(self._stack, "identity", self.domain_name)

    def grant_send_email(
        self,
        grantee: aws_iam.IGrantable,
        *,
        from_addresses: Iterable[str] | None = None,
        feedback_addresses: Iterable[str] | None = None,
        templates: Iterable[str] | None = None,
        sandbox_recipients: Iterable[str] | None = None,
    ) -> aws_iam.Grant:
        """Let `grantee` send mail through the identity, with its configuration set.

        IAM cannot limit the bulk action of SES's API version 2, `ses:SendBulkEmail`, by addresses (service authorization
        reference). So with `from_addresses` or `feedback_addresses` it is not allowed: send templates by `SendEmail`, or in
        bulk by `SendBulkTemplatedEmail` of version 1. A second grant with `templates` alone allows it, for every address.

        Args:
            grantee: who may send.
            from_addresses: the From addresses that it may use, for example `info@example.com` or `*@news.example.com`. SES
                compares the part before the `@` case-sensitively. Default: - every address that the identity covers
            feedback_addresses: the Return-Path addresses that it may name. Default: - every address
            templates: the names of the SES templates that it may send. Default: - none
            sandbox_recipients: recipients that are verified identities of this account, as all are in the sandbox: the
                addresses, or the domains, as they were verified. SES asks for the permission on them too (reported by users,
                not documented by AWS). Mail to them has to come From the identity, and `ses:SendBulkEmail` is not allowed for
                them. Default: - none

        Raises:
            EmailAuthError: for an address that the identity does not cover, since SES would refuse it, for a name that no
                template can have, for a recipient that is no address and no domain, and for an empty list.
        """
        limits = SendingLimits(from_addresses, feedback_addresses)
        scope = SendingScope(templates, sandbox_recipients)
        return grant_send_email(self._stack, grantee, self._plan.domain, self._configuration_set, limits, scope)

    def allow_account(
        self, account_id: str, *, from_addresses: Iterable[str] | None = None, name: str | None = None
    ) -> CfnResource:
        """Let another AWS account send mail of the identity, with its own quota and configuration sets.

        Who there may send is up to that account: a role needs `ses:SendEmail` on `identity_arn`, and names it in each call
        (`FromEmailAddressIdentityArn`). The permission goes with this line, even where `removal_policy` keeps the identity.
        In a region that accounts opt in to, that account must have switched the region on, or SES calls the principal invalid.

        Args:
            account_id: its 12 digits.
            from_addresses: as in `grant_send_email`. Default: - every address that the identity covers
            name: of the policy; another one is another policy. Default: - `account-<account_id>`

        Raises:
            EmailAuthError: for what SES would refuse, and for an account that is known only after the deploy without a `name`.
        """
        document = account_policy(self._stack, self._plan.domain, account_id, SendingLimits(from_addresses))
        if name is None and holds_token(account_id):
            raise EmailAuthError("'account_id' is known only after the deploy, so 'name' must be given, for example 'partner'")
        return self.add_sending_policy(f"account-{account_id}" if name is None else name, document)

    def allow_cognito(
        self, user_pool: aws_cognito.IUserPool, *, from_addresses: Iterable[str] | None = None, name: str = "cognito"
    ) -> CfnResource:
        """Let one Cognito user pool send with its default email function and a From address of the identity.

        A pool with `UserPoolEmail.with_ses(...)` needs no policy: Cognito uses a role of its own there.

        Args:
            user_pool: that pool and no other.
            from_addresses: as in `grant_send_email`. Default: - every address that the identity covers
            name: of the policy; a second pool needs another one. Default: `cognito`

        Raises:
            EmailAuthError: for what SES would refuse.
        """
        document = cognito_policy(self._stack, self._plan.domain, user_pool, SendingLimits(from_addresses))
        return self.add_sending_policy(name, document)

    def add_sending_policy(self, name: str, document: aws_iam.PolicyDocument) -> CfnResource:
        """Give the identity a sending authorization policy, written by a custom resource.

        A policy of that name that stands there already and says something else fails the deployment, and nothing is changed.
        SES takes only principals that exist. One that this stack makes is waited for, nearly two minutes; an account must have
        switched on the region of the identity, if that is one to opt in to (terraform-provider-aws #22549).

        By the API reference SES refuses a policy of an identity that is not verified yet; whether it does is not known. With
        `wait_for_verification` the policy is written after that. Without it a first deployment may fail: add the policy in the
        next one.

        Args:
            name: 1 to 64 letters, digits, `-` and `_`; another name is another policy.
            document: at most 4 kB; its resource is `identity_arn`.

        Returns:
            The custom resource, for what has to wait until the policy stands.

        Raises:
            EmailAuthError: for a bad or second name, for more than 20 policies, and for an incomplete document.
        """
        policy = sending_policy(self, self._plan.domain, name, document)
        for resource in (self._identity_resource, self._verification):
            if resource is not None:
                policy.node.add_dependency(resource)
        return policy
