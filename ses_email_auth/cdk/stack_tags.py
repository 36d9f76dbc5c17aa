"""Tags of an app, where the feature flag `@aws-cdk/core:explicitStackTags` is off (aws-cdk #35298).

CDK then puts such a tag on the stack and on each resource. CloudFormation hands the stack's tags to SES as well, and SES
refuses the pair: "Duplicate tag keys found". So an identity leaves out what its stack has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import jsii
from constructs import IValidation

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.aws_ses import CfnEmailIdentity

__all__ = ["leave_stack_tags_out"]


def leave_stack_tags_out(stack: Stack, identity: CfnEmailIdentity) -> None:
    """See to it that `identity` gets no tag that `stack` has."""
    step = _STEPS.get(stack)
    if step is None:
        step = _TagStep(stack)
        _STEPS[stack] = step
        # CDK validates after all aspects, so after tags are set, and before it writes the template. One step for a stack
        # costs nothing for each domain, as long as the stack has no tags.
        stack.node.add_validation(step)
    step.identities.append(identity)


@jsii.implements(IValidation)
class _TagStep:
    def __init__(self, stack: Stack) -> None:
        self.stack_tags = stack.tags
        self.identities: list[CfnEmailIdentity] = []

    def validate(self) -> list[str]:
        """Set the tags of the identities; there is nothing to complain of."""
        on_stack = {tag["Key"] for tag in self.stack_tags.render_tags() or ()}
        for identity in self.identities if on_stack else ():
            own = identity.cdk_tag_manager.tag_values()
            left = [{"Key": key, "Value": value} for key, value in own.items() if key not in on_stack]
            if left:
                identity.add_property_override("Tags", left)
            else:
                identity.add_property_deletion_override("Tags")
        return []


_STEPS: WeakKeyDictionary[Stack, _TagStep] = WeakKeyDictionary()
