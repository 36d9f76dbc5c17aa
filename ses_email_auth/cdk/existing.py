"""An identity that was made elsewhere: its records, and no resource for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.cdk.dkim import Dkim
from ses_email_auth.cdk.identity_resources import IdentityResources
from ses_email_auth.publication.dkim_keys import existing_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct

    from ses_email_auth.cdk.props import SendingIdentityProps, SesEmailAuthProps
    from ses_email_auth.publication.dkim_keys import DkimKeys
    from ses_email_auth.publication.plan import DomainPlan

__all__ = ["ExistingDkim", "existing_dkim"]


@dataclass(frozen=True, slots=True)
class ExistingDkim(Dkim):
    """How an identity signs that is not ours to change."""

    keys: DkimKeys

    @property
    def makes_identity(self) -> bool:
        """No: it stands."""
        return False

    def wish(self) -> DkimKeys:
        """The records of its tokens, if they are known."""
        return self.keys

    def identity_resources(
        self,
        scope: Construct,  # noqa: ARG002 - nothing is made
        plan: DomainPlan,  # noqa: ARG002 - as above
        props: SesEmailAuthProps | SendingIdentityProps,  # noqa: ARG002 - as above
    ) -> IdentityResources:
        """None."""
        return IdentityResources()


def existing_dkim(tokens: Iterable[str], signing_zone: str | None, region: str | None) -> Dkim:
    """The kind of `SesEmailAuth.from_existing`, its arguments checked."""
    return ExistingDkim(existing_keys(tokens, signing_zone, region))
