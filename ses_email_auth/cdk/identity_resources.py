"""The resources of an identity, and the `AWS::SES::EmailIdentity` that most kinds of DKIM have among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_cdk import aws_ses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import CfnResource
    from constructs import Construct

    from ses_email_auth.cdk.props import SendingIdentityProps, SesEmailAuthProps
    from ses_email_auth.publication.plan import DomainPlan

__all__ = ["IdentityResources", "cfn_identity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityResources:
    """What was made for the identity of a construct; by default nothing."""

    identity: CfnResource | None = None
    """The identity itself: an `AWS::SES::EmailIdentity`, or a custom resource where CloudFormation cannot make it. None for one
    that was made elsewhere."""

    identity_id: str = ""
    """Its logical id: to ask jsii for it costs about 0.3 ms. Empty without one."""

    origins: Mapping[str, str] = field(default_factory=dict)
    """The logical id of the resource that knows an attribute, by the name of the attribute."""

    others: Mapping[str, CfnResource] = field(default_factory=dict)
    """What stands beside it, by child id."""

    ahead: frozenset[str] = frozenset()
    """The record children that the identity has to wait for."""

    def by_child_id(self) -> dict[str, CfnResource]:
        """The resources by child id, the identity first."""
        return {**({} if self.identity is None else {"Identity": self.identity}), **self.others}

    def ahead_of_it(self, published: Mapping[str, CfnResource]) -> list[CfnResource]:
        """The resources that write the records that the identity waits for: their own ones, or those that write all."""
        own = [published[child] for child in sorted(self.ahead) if child in published]
        return own if own or not self.ahead else list(published.values())

    def wait_for(self, resources: Iterable[CfnResource]) -> None:
        """Let the identity, if there is one, wait for `resources`."""
        if self.identity is not None:
            for resource in resources:
                self.identity.node.add_dependency(resource)


def cfn_identity(
    scope: Construct,
    plan: DomainPlan,
    props: SesEmailAuthProps | SendingIdentityProps,
    dkim_signing_attributes: aws_ses.CfnEmailIdentity.DkimSigningAttributesProperty | None,
) -> aws_ses.CfnEmailIdentity:
    """The `AWS::SES::EmailIdentity` of a plan, as the child `Identity` of `scope`."""
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
        dkim_signing_attributes=dkim_signing_attributes,
        feedback_attributes=None
        if props.feedback_forwarding is None
        else l1.FeedbackAttributesProperty(email_forwarding_enabled=props.feedback_forwarding),
        mail_from_attributes=mail_from_attributes,
    )
