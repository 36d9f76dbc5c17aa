"""How SES signs, and the identity resource that follows from it. Each kind but Easy DKIM is a module of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_ses

from ses_email_auth.cdk.identity_resources import IdentityResources, cfn_identity
from ses_email_auth.cdk.kinds import check_enum
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.dkim_keys import EASY_DKIM_ATTRIBUTES, EasyDkim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import CfnResource, SecretValue, Stack, aws_kms
    from constructs import Construct

    from ses_email_auth.cdk.props import SendingIdentityProps, SesEmailAuthProps
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.dkim_keys import DkimKeys
    from ses_email_auth.publication.plan import DomainPlan

__all__ = ["Dkim", "Easy", "dkim_of"]


class Dkim(ABC):
    """How SES signs the mail of an identity. Make one with `Dkim.easy()`, `Dkim.bring_your_own(...)`, `Dkim.managed_key()` or
    `Dkim.replica_of(...)`.
    """

    __slots__ = ()

    @staticmethod
    def easy(key_length: aws_ses.EasyDkimSigningKeyLength | None = None) -> Dkim:
        """Easy DKIM: SES makes and rotates the keys, three CNAME records point to them.

        Args:
            key_length: of the next keys. SES refuses to set the length that is in force already. Default: - not set; SES
                uses 2048 bits

        Raises:
            EmailAuthError: if `key_length` is no `EasyDkimSigningKeyLength`.
        """
        if key_length is not None:
            check_enum("key_length", key_length, aws_ses.EasyDkimSigningKeyLength.RSA_2048_BIT)
        return Easy(key_length)

    @staticmethod
    def bring_your_own(*, selector: str, private_key: SecretValue, public_key: str) -> Dkim:
        """A key of your own (BYODKIM): its public half becomes one TXT record, which stands before SES gets the private half.

        Args:
            selector: the label in front of `._domainkey`. A new key needs a new one.
            private_key: a secret that holds the base64 of an RSA key of 1024 to 2048 bits on one line, without BEGIN and END:
                `SecretValue.secrets_manager(...)`. It never stands in the template.
            public_key: the public half in PEM form.

        Raises:
            EmailAuthError: for a selector or a key that SES would refuse, and for a private key that is not in a secret; no
                sentence ever holds a key.
        """
        from ses_email_auth.cdk.own_key import own_key  # noqa: PLC0415 - each kind knows this class, not the reverse

        return own_key(selector, private_key, public_key)

    @staticmethod
    def managed_key(generation: int = 1, *, selector: str = "ses", encryption_key: aws_kms.IKey | None = None) -> Dkim:
        """An RSA key of 2048 bits that is made at deployment, by AWS KMS; its private half lies in Secrets Manager and in SES.

        Args:
            generation: raise it by one to make the next key. Its record is published beside the old one, SES signs with it
                when the record answers, and the old record goes with the following number. Default: 1
            selector: the keys are published as `<selector>-<generation>`. Default: `ses`
            encryption_key: a symmetric KMS key, under which the secrets lie. Default: - one for each stack is made

        Raises:
            EmailAuthError: for a generation that is no whole number from 1, or a selector that SES would refuse.
        """
        from ses_email_auth.cdk.managed_key import managed_key  # noqa: PLC0415 - as above

        return managed_key(generation, selector, encryption_key)

    @staticmethod
    def replica_of(region: str) -> Dkim:
        """The keys and DKIM records of the Easy DKIM identity of the same domain in another region (Deterministic Easy DKIM).

        That identity has to be verified first. CloudFormation cannot make a replica, so a custom resource does, and there is no
        `cfn_identity`.

        Args:
            region: where the parent stands, in the same account.

        Raises:
            EmailAuthError: for a region where SES does not send.
        """
        from ses_email_auth.cdk.replica import replica_of  # noqa: PLC0415 - as above

        return replica_of(region)

    @property
    def key_length(self) -> aws_ses.EasyDkimSigningKeyLength | None:
        """The length that is asked of SES; None if it is not asked."""
        return None

    @property
    def makes_identity(self) -> bool:
        """Whether the identity is a resource of the stack."""
        return True

    def check(self, stack: Stack, facts: StackFacts) -> None:  # noqa: B027 - most kinds take every stack
        """Refuse a stack in which this cannot be.

        Raises:
            EmailAuthError: if it cannot.
        """

    @abstractmethod
    def wish(self) -> DkimKeys:
        """The plan's view: which records this needs."""

    @abstractmethod
    def identity_resources(
        self, scope: Construct, plan: DomainPlan, props: SesEmailAuthProps | SendingIdentityProps
    ) -> IdentityResources:
        """Define the identity below `scope`, and what it needs."""

    def after_publication(
        self,
        scope: Construct,  # noqa: ARG002 - for kinds that need a resource of their own
        domain: DomainName,  # noqa: ARG002 - as above
        made: IdentityResources,
        published: Mapping[str, CfnResource],
    ) -> dict[str, CfnResource]:
        """Let the identity wait for the records that have to stand first.

        Args:
            scope: what further resources become children of.
            domain: the domain of the identity.
            made: what `identity_resources` returned.
            published: the resources that write records, by child id.

        Returns:
            Further resources by child id.
        """
        made.wait_for(made.ahead_of_it(published))
        return {}


@dataclass(frozen=True, slots=True)
class Easy(Dkim):
    """`Dkim.easy()`."""

    length: aws_ses.EasyDkimSigningKeyLength | None = None

    @property
    def key_length(self) -> aws_ses.EasyDkimSigningKeyLength | None:
        """The length that is asked of SES; None if it is not asked."""
        return self.length

    def wish(self) -> DkimKeys:
        """Three CNAME records."""
        return EasyDkim()

    def identity_resources(
        self, scope: Construct, plan: DomainPlan, props: SesEmailAuthProps | SendingIdentityProps
    ) -> IdentityResources:
        """One `AWS::SES::EmailIdentity`."""
        attributes = (
            None
            if self.length is None
            else aws_ses.CfnEmailIdentity.DkimSigningAttributesProperty(next_signing_key_length=self.length.value)
        )
        identity = cfn_identity(scope, plan, props, attributes)
        identity_id = identity.logical_id
        return IdentityResources(
            identity=identity, identity_id=identity_id, origins=dict.fromkeys(EASY_DKIM_ATTRIBUTES, identity_id)
        )


def dkim_of(dkim: Dkim | None, key_length: aws_ses.EasyDkimSigningKeyLength | None) -> Dkim:
    """The one of both that is given, else Easy DKIM.

    Raises:
        EmailAuthError: if both are given, or `dkim` is no Dkim.
    """
    if dkim is None:
        return Easy(key_length)
    if key_length is not None:
        raise EmailAuthError(
            "'dkim_key_length' is the short form of 'dkim', so both cannot be given; use Dkim.easy(key_length)"
        )
    if not isinstance(dkim, Dkim):
        raise EmailAuthError(f"'dkim' must be a Dkim, got {type(dkim).__name__}; use Dkim.easy()")
    return dkim
