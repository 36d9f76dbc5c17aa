"""Tags that a resource of SES and its stack have in common (aws-cdk #35298).

CloudFormation hands the tags of a stack to SES together with those of an identity, and SES refuses a key that comes twice:
"Duplicate tag keys found". So an identity leaves out what its stack has. With the feature flag
`@aws-cdk/core:explicitStackTags` off CDK puts each tag of an app on both; with it on they meet where a stack has `tags=` of
its own, and in nested stacks, which get their tags as resources.

A configuration set does the same: it got its tags in the weeks of that fault (coverage-roadmap #1237). Whether SES refuses
there too is not known; nothing is lost, since it has the tags of its stack anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import TagManager
from constructs import IValidation

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.aws_ses import CfnConfigurationSet, CfnEmailIdentity


def leave_stack_tags_out(stack: Stack, resource: CfnEmailIdentity | CfnConfigurationSet) -> None:
    """See to it that `resource` gets no tag that `stack` has."""
    step = _STEPS.get(stack)
    if step is None:
        step = _TagStep(stack)
        _STEPS[stack] = step
        # CDK validates after all aspects, so after tags are set, and before it writes the template. One step for a stack
        # costs nothing for each domain, as long as the stack has no tags.
        stack.node.add_validation(step)
    step.resources.append(resource)


@jsii.implements(IValidation)
class _TagStep:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.resources: list[CfnEmailIdentity | CfnConfigurationSet] = []

    def validate(self) -> list[str]:
        """Set the tags of the resources; there is nothing to complain of."""
        on_stack = _keys(self.stack)
        for resource in self.resources if on_stack else ():
            own = resource.cdk_tag_manager.tag_values()
            left = [{"Key": key, "Value": value} for key, value in own.items() if key not in on_stack]
            if left:
                resource.add_property_override("Tags", left)
            elif own:
                resource.add_property_deletion_override("Tags")
        return []


def _keys(stack: Stack) -> set[str]:
    """The tags that CloudFormation hands down from `stack`; a nested one has those of its resource and of its parent too."""
    keys = set(stack.tags.tag_values())
    parent, resource = stack.nested_stack_parent, stack.nested_stack_resource
    if parent is not None and resource is not None:
        manager = TagManager.of(resource)
        keys |= _keys(parent) | set({} if manager is None else manager.tag_values())
    return keys


_STEPS: WeakKeyDictionary[Stack, _TagStep] = WeakKeyDictionary()
