"""A replica of the Easy DKIM identity in another region (Amazon SES developer guide, "Deterministic Easy DKIM").

CloudFormation has no property for it and SES takes it at creation alone, so a custom resource does all that an identity needs.
It has the properties of `AWS::SES::EmailIdentity`, which readers of templates know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jsii
from aws_cdk import IStableAnyProducer, ITaggableV2, Lazy, Stack, TagManager, TagType, aws_iam
from constructs import Construct

from ses_email_auth.cdk.custom_resource import custom_resource, whether_cancelled
from ses_email_auth.cdk.identity_resources import IdentityResources
from ses_email_auth.cdk.signing import Signing
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.dkim_keys import Replica
from ses_email_auth.ses.regions import SENDING_REGIONS, partition_of

if TYPE_CHECKING:
    from ses_email_auth.cdk.identity_resources import IdentitySettings
    from ses_email_auth.cdk.record_sets import Json
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.publication.dkim_keys import DkimKeys
    from ses_email_auth.publication.plan import DomainPlan

_LONGEST_REGION = 30
_ACTIONS = (
    "CreateEmailIdentity",
    "DeleteEmailIdentity",
    "GetEmailIdentity",
    "PutEmailIdentityConfigurationSetAttributes",
    "PutEmailIdentityFeedbackAttributes",
    "PutEmailIdentityMailFromAttributes",
    "TagResource",
    "UntagResource",
)


@dataclass(frozen=True, slots=True)
class ReplicaSigning(Signing):
    """`Dkim.replica_of(...)`."""

    region: str

    def keys(self) -> DkimKeys:
        """No records: those of the parent serve."""
        return Replica()

    def check(self, stack: Stack, facts: StackFacts) -> None:  # noqa: ARG002 - for other ways
        """Refuse the region of the stack itself, and one of another partition.

        Raises:
            EmailAuthError: for either.
        """
        if facts.region is None:
            return
        if facts.region == self.region:
            raise EmailAuthError(
                f"'dkim' is a replica of {self.region!r}, which is the region of the stack; a replica stands in another one, "
                "use Dkim.easy() here"
            )
        partition = partition_of(facts.region)
        if partition.has_ses and partition != partition_of(self.region):
            raise EmailAuthError(
                f"'dkim' is a replica of {self.region!r}, which another partition than {facts.region!r} has; use Dkim.easy() "
                "here"
            )

    def identity_resources(self, scope: Construct, plan: DomainPlan, settings: IdentitySettings) -> IdentityResources:
        """One custom resource."""
        stack = Stack.of(scope)
        own = stack.format_arn(service="ses", resource="identity", resource_name=plan.domain.text)
        identity = custom_resource(
            scope,
            "Identity",
            concern="replica_identity",
            resource_type="Custom::SesEmailAuthReplicaIdentity",
            properties={
                "EmailIdentity": plan.domain.text,
                "IdentityArn": own,
                "ParentRegion": self.region,
                **_attributes(plan, settings),
            },
            statements=self._statements(stack, plan, settings, own),
        )
        tags = _Tags(scope, "IdentityTags")
        identity.add_property_override("Tags", Lazy.any(_Rendered(stack, tags.cdk_tag_manager)))
        return IdentityResources(identity=identity, identity_id=identity.logical_id)

    def _statements(
        self, stack: Stack, plan: DomainPlan, settings: IdentitySettings, own: str
    ) -> list[aws_iam.PolicyStatement]:
        parent = stack.format_arn(service="ses", resource="identity", resource_name=plan.domain.text, region=self.region)
        resources = [own]
        if settings.configuration_set is not None:
            name = settings.configuration_set.configuration_set_name
            resources.append(stack.format_arn(service="ses", resource="configuration-set", resource_name=name))
        return [
            aws_iam.PolicyStatement(actions=[f"ses:{action}" for action in _ACTIONS], resources=resources),
            aws_iam.PolicyStatement(
                actions=["ses:ReplicateEmailIdentityDKIMSigningKey"],
                resources=[parent],
                conditions={"ForAllValues:StringEquals": {"ses:ReplicaRegion": [stack.region]}},
            ),
            whether_cancelled(stack),
        ]


def replica_of(region: object) -> Signing:
    """`Dkim.replica_of`, its argument checked."""
    if not isinstance(region, str) or holds_token(region):
        got = "a token" if isinstance(region, str) else type(region).__name__
        raise EmailAuthError(f"'region' must be a region code, got {got}; pass for example 'ap-northeast-1'")
    if region not in SENDING_REGIONS:
        # A long text is not shown: it could be a key in the wrong place.
        got = repr(region) if len(region) <= _LONGEST_REGION else f"a text of {len(region)} characters"
        raise EmailAuthError(
            f"'region' must be a region from which Amazon SES sends, got {got}; pass for example 'ap-northeast-1'"
        )
    return ReplicaSigning(region)


def _attributes(plan: DomainPlan, settings: IdentitySettings) -> dict[str, Json]:
    """What is asked of the identity beside its DKIM; what is absent here is SES's own default."""
    attributes: dict[str, Json] = {}
    mail_from = None if plan.sending is None else plan.sending.mail_from
    if mail_from is not None:
        behavior = settings.mail_from_behavior_on_mx_failure
        attributes["MailFromAttributes"] = {
            "MailFromDomain": mail_from.text,
            **({} if behavior is None else {"BehaviorOnMxFailure": behavior.value}),
        }
    if settings.configuration_set is not None:
        name = settings.configuration_set.configuration_set_name
        attributes["ConfigurationSetAttributes"] = {"ConfigurationSetName": name}
    if settings.feedback_forwarding is not None:
        attributes["FeedbackAttributes"] = {"EmailForwardingEnabled": str(settings.feedback_forwarding).lower()}
    return attributes


@jsii.implements(ITaggableV2)
class _Tags(Construct):
    """Takes the tags that `Tags.of(...)` puts on the construct: a custom resource of CDK has none."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        # By the type of the identity, so that tags for identities alone come here too.
        self._manager = TagManager(TagType.STANDARD, "AWS::SES::EmailIdentity")

    @property
    @jsii.member(jsii_name="cdkTagManager")
    def cdk_tag_manager(self) -> TagManager:
        """The tags."""
        return self._manager


@jsii.implements(IStableAnyProducer)
class _Rendered:
    """The tags of the construct and of its stack: CloudFormation hands the latter to its own resources alone."""

    def __init__(self, stack: Stack, manager: TagManager) -> None:
        self._stack, self._manager = stack, manager

    @jsii.member(jsii_name="produce")
    def produce(self) -> object:
        """The tags as a template has them; None leaves the property out."""
        tags = {**self._stack.tags.tag_values(), **self._manager.tag_values()}
        return [{"Key": key, "Value": tags[key]} for key in sorted(tags)] or None
