"""The resources of an SES identity, and the `AWS::SES::EmailIdentity` that most ways of signing have among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_cdk import aws_ses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import CfnResource
    from constructs import Construct

    from ses_email_auth.publication.plan import DomainPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySettings:
    """What is asked of an identity beside its DKIM; None leaves SES's own setting."""

    mail_from_behavior_on_mx_failure: aws_ses.MailFromBehaviorOnMxFailure | None
    configuration_set: aws_ses.IConfigurationSet | None
    feedback_forwarding: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityResources:
    """The resources of one identity; by default there are none."""

    identity: CfnResource | None = None
    """The identity itself: an `AWS::SES::EmailIdentity`, or a custom resource where CloudFormation cannot make it. None for one
    that was made elsewhere."""

    identity_id: str = ""
    """Its logical id: to ask jsii for it costs about 0.3 ms. Empty without one."""

    origins: Mapping[str, str] = field(default_factory=dict)
    """The logical id of the resource that knows an attribute, by the name of the attribute (`DkimDNSTokenName1`)."""

    others: Mapping[str, CfnResource] = field(default_factory=dict)
    """The resources beside it, by child id."""

    first: frozenset[str] = frozenset()
    """The record children that the identity waits for: the public key has to answer before SES signs with the private one. All
    other records wait for the identity."""

    def by_child_id(self) -> dict[str, CfnResource]:
        """The resources by child id, the identity first."""
        return {**({} if self.identity is None else {"Identity": self.identity}), **self.others}

    def awaited(self, published: Mapping[str, CfnResource]) -> list[CfnResource]:
        """Of the resources that write records those that the identity waits for: their own ones, or those that write all."""
        own = [published[child] for child in sorted(self.first) if child in published]
        return own if own or not self.first else list(published.values())

    def wait_for(self, resources: Iterable[CfnResource]) -> None:
        """Let the identity, if there is one, wait for `resources`."""
        if self.identity is not None:
            for resource in resources:
                self.identity.node.add_dependency(resource)


def cfn_identity(
    scope: Construct,
    plan: DomainPlan,
    settings: IdentitySettings,
    dkim_signing_attributes: aws_ses.CfnEmailIdentity.DkimSigningAttributesProperty | None,
) -> aws_ses.CfnEmailIdentity:
    """The `AWS::SES::EmailIdentity` of a plan, as the child `Identity` of `scope`."""
    l1 = aws_ses.CfnEmailIdentity
    mail_from = None if plan.sending is None else plan.sending.mail_from
    mail_from_attributes: dict[str, str] | None = None
    if mail_from is not None:  # a dict: jsii checks a struct at run time, a fifth of the cost of the identity
        mail_from_attributes = {"mailFromDomain": mail_from.text}
        if settings.mail_from_behavior_on_mx_failure is not None:
            mail_from_attributes["behaviorOnMxFailure"] = settings.mail_from_behavior_on_mx_failure.value
    configuration_set = settings.configuration_set
    return l1(
        scope,
        "Identity",
        email_identity=plan.domain.text,
        configuration_set_attributes=None
        if configuration_set is None
        else l1.ConfigurationSetAttributesProperty(configuration_set_name=configuration_set.configuration_set_name),
        dkim_signing_attributes=dkim_signing_attributes,
        feedback_attributes=None
        if settings.feedback_forwarding is None
        else l1.FeedbackAttributesProperty(email_forwarding_enabled=settings.feedback_forwarding),
        mail_from_attributes=mail_from_attributes,
    )
