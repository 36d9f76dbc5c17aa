"""What the two constructs have in common that hold an SES identity: what can be read of it, and who may send with it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from aws_cdk import aws_ses

from ses_email_auth.cdk.email_auth_construct import EmailAuthConstruct
from ses_email_auth.cdk.grants import SendingLimits, grant_send_email, ses_arn
from ses_email_auth.cdk.sending_policy import account_policy, cognito_policy, sending_policy
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import CfnResource, aws_cognito, aws_iam
    from constructs import Construct, IDependable

    from ses_email_auth.cdk.props import SendingIdentityProps, SesEmailAuthProps
    from ses_email_auth.publication.plan import AlignmentProofs

__all__ = ["SendingConstruct"]


class SendingConstruct(EmailAuthConstruct):
    """A construct that holds an SES identity."""

    def __init__(self, scope: Construct, construct_id: str, props: SesEmailAuthProps | SendingIdentityProps) -> None:
        super().__init__(scope, construct_id, props)
        self._configuration_set = props.configuration_set

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
                f"wait_for_verification=Duration.minutes(10)"
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
    ) -> aws_iam.Grant:
        """Let `grantee` send mail through the identity, with its configuration set.

        Args:
            grantee: who may send.
            from_addresses: the From addresses that it may use, for example `info@example.com` or `*@news.example.com`. SES
                compares the part before the `@` case-sensitively. Default: - every address that the identity covers
            feedback_addresses: the Return-Path addresses that it may name. Default: - every address
            templates: the names of the SES templates that it may send. Default: - none

        Raises:
            EmailAuthError: for an address that the identity does not cover, since SES would refuse it, for a name that no
                template can have, and for an empty list.
        """
        limits = SendingLimits(from_addresses, feedback_addresses)
        return grant_send_email(self._stack, grantee, self._plan.domain, self._configuration_set, limits, templates)

    def allow_account(
        self, account_id: str, *, from_addresses: Iterable[str] | None = None, name: str | None = None
    ) -> CfnResource:
        """Let another AWS account send mail of the identity, with its own quota and configuration sets.

        Who there may send is up to that account: a role needs `ses:SendEmail` on `identity_arn`, and names it in each call
        (`FromEmailAddressIdentityArn`). The permission goes with this line, even where `removal_policy` keeps the identity.

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

        Args:
            name: 1 to 64 letters, digits, `-` and `_`; another name is another policy.
            document: at most 4 kB; its resource is `identity_arn`.

        Returns:
            The custom resource, for what has to wait until the policy stands.

        Raises:
            EmailAuthError: for a bad or second name, for more than 20 policies, and for an incomplete document.
        """
        policy = sending_policy(self, self._plan.domain, name, document)
        if self._identity_resource is not None:
            policy.node.add_dependency(self._identity_resource)
        return policy
