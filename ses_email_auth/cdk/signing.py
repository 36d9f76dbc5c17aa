"""How SES signs, and the identity resource that follows from it. Ways that need more than a few lines are modules of their own.

`Dkim` has the factories that users call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_ses

from ses_email_auth.cdk.identity_resources import IdentityResources, cfn_identity
from ses_email_auth.publication.dkim_keys import EASY_DKIM_ATTRIBUTES, EasyDkim, existing_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import CfnResource, Stack
    from constructs import Construct

    from ses_email_auth.cdk.identity_resources import IdentitySettings
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.dkim_keys import DkimKeys
    from ses_email_auth.publication.plan import DomainPlan


class Signing(ABC):
    """A way in which SES signs the mail of an identity."""

    __slots__ = ()

    @property
    def key_length(self) -> aws_ses.EasyDkimSigningKeyLength | None:
        """The length that is asked of SES; None if it is not asked."""
        return None

    @property
    def makes_identity(self) -> bool:
        """Whether the identity is a resource of the stack."""
        return True

    def check(self, stack: Stack, facts: StackFacts) -> None:  # noqa: B027 - most ways take every stack
        """Refuse a stack in which this cannot be.

        Raises:
            EmailAuthError: if it cannot.
        """

    @abstractmethod
    def keys(self) -> DkimKeys:
        """The keys, from which the plan knows the records."""

    @abstractmethod
    def identity_resources(self, scope: Construct, plan: DomainPlan, settings: IdentitySettings) -> IdentityResources:
        """Define the identity below `scope`, and what it needs."""

    def after_publication(
        self,
        scope: Construct,  # noqa: ARG002 - for ways that need a resource of their own
        domain: DomainName,  # noqa: ARG002 - as above
        identity: IdentityResources,
        published: Mapping[str, CfnResource],
    ) -> dict[str, CfnResource]:
        """Let the identity wait for the records that have to stand first.

        Args:
            scope: what further resources become children of.
            domain: the domain of the identity.
            identity: what `identity_resources` returned.
            published: the resources that write records, by child id.

        Returns:
            Further resources by child id.
        """
        identity.wait_for(identity.awaited(published))
        return {}


@dataclass(frozen=True, slots=True)
class EasySigning(Signing):
    """`Dkim.easy()`."""

    length: aws_ses.EasyDkimSigningKeyLength | None = None

    @property
    def key_length(self) -> aws_ses.EasyDkimSigningKeyLength | None:
        """The length that is asked of SES; None if it is not asked."""
        return self.length

    def keys(self) -> DkimKeys:
        """Three CNAME records."""
        return EasyDkim()

    def identity_resources(self, scope: Construct, plan: DomainPlan, settings: IdentitySettings) -> IdentityResources:
        """One `AWS::SES::EmailIdentity`."""
        attributes = (
            None
            if self.length is None
            else aws_ses.CfnEmailIdentity.DkimSigningAttributesProperty(next_signing_key_length=self.length.value)
        )
        identity = cfn_identity(scope, plan, settings, attributes)
        identity_id = identity.logical_id
        return IdentityResources(
            identity=identity, identity_id=identity_id, origins=dict.fromkeys(EASY_DKIM_ATTRIBUTES, identity_id)
        )


@dataclass(frozen=True, slots=True)
class ExistingSigning(Signing):
    """How an identity signs that was made elsewhere, and is not ours to change."""

    existing: DkimKeys

    @property
    def makes_identity(self) -> bool:
        """No: it stands."""
        return False

    def keys(self) -> DkimKeys:
        """The records of its tokens, if they are known."""
        return self.existing

    def identity_resources(
        self,
        scope: Construct,  # noqa: ARG002 - nothing is made
        plan: DomainPlan,  # noqa: ARG002 - as above
        settings: IdentitySettings,  # noqa: ARG002 - as above
    ) -> IdentityResources:
        """None."""
        return IdentityResources()


def existing_signing(tokens: Iterable[str], signing_zone: str | None, region: str | None) -> Signing:
    """The way of `SesEmailAuth.from_existing`, its arguments checked."""
    return ExistingSigning(existing_keys(tokens, signing_zone, region))
