"""What a deploy does to mail: the records, senders, keys and identities that go, and what receivers do otherwise.

A record goes only if the owner of the state before deletes it: a stack that is deployed again, a plan of Terraform over its own
state, a zone file that is published anew. What a CDK deploy finds in a zone that others own it never deletes: it clashes.

Not handled: what is deployed and differs from its template, and policy files of MTA-STS.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.adopt.fates import Deployment, fates_of_zone
from ses_email_auth.adopt.impact_clashes import clashes
from ses_email_auth.adopt.impact_kinds import SWAPPED, finding, worst_first
from ses_email_auth.adopt.scene import Scene
from ses_email_auth.adopt.stack_impact import impact_by_stack, of_fates
from ses_email_auth.adopt.stack_pairs import pairs_of
from ses_email_auth.adopt.states import Kind, Owner
from ses_email_auth.adopt.template_moves import entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_email_auth.adopt.stack_templates import StackTemplate
    from ses_email_auth.adopt.states import State
    from ses_email_auth.adopt.template_moves import Entry
    from ses_email_auth.checks.finding import Finding


def impact(old: State, new: State, stack: str | None = None) -> tuple[Finding, ...]:
    """What the deploy of `new` does to mail where `old` stands, the worst first.

    Args:
        old: what stands.
        new: what shall be deployed.
        stack: the name of the only stack to look at. Default: - all, told apart by their names

    Raises:
        EmailAuthError: if it is not clear which stack becomes which.
    """
    if _is_swapped(old, new):
        return (_swapped(old, new),)
    before, after = _visible(old.stacks), _visible(new.stacks)
    if old.kind.owner is not new.kind.owner:
        return worst_first(list(clashes(new, before, after, Scene(before, after))))
    if old.kind.owner is Owner.CLOUDFORMATION:
        pairs = pairs_of(old.stacks, new.stacks, stack)
        deployments = [Deployment(old=one, new=other, everywhere=after, renamed={}) for one, other in pairs]
        return _together(impact_by_stack(deployments))
    if old.kind.owner is Owner.TERRAFORM:
        state, plan = _without_forgotten(old, new), new.stacks[0]
        deployment = Deployment(old=state, new=plan, everywhere=after, renamed=dict(new.moved))
        return _together(impact_by_stack([deployment]))
    fates = fates_of_zone(before, after, is_whole=new.is_complete, deleted=new.deleted)
    return worst_first(list(of_fates(fates, (), after, Scene(before, after))))


def _together(findings: Sequence[Sequence[Finding]]) -> tuple[Finding, ...]:
    return worst_first([finding for own in findings for finding in own])


def _is_swapped(old: State, new: State) -> bool:
    """Whether OLD is what nobody has deployed, and NEW what only a deployment has."""
    if not new.kind.is_deployed:
        return False
    if old.kind is Kind.TEMPLATE:
        return new.kind is not Kind.DEPLOYED_TEMPLATE
    return old.kind in {Kind.ASSEMBLY, Kind.TERRAFORM_PLAN}


def _swapped(old: State, new: State) -> Finding:
    return finding(
        SWAPPED,
        "",
        f"OLD is {old.kind.value}, and NEW is {new.kind.value}, which shows what stands: they are swapped",
        f"ses-email-auth impact {new.path} {old.path}",
    )


def _visible(stacks: Sequence[StackTemplate]) -> list[Entry]:
    """The entries of stacks but for those in private zones, which receivers do not see."""
    return [entry for stack in stacks for entry in entries(stack) if not entry.is_private]


def _without_forgotten(old: State, new: State) -> StackTemplate:
    """The state, in which what the plan only forgets is kept as CloudFormation's Retain keeps it."""
    stack = old.stacks[0]
    resources = {name: replace(resource, is_retained=name in new.forgotten) for name, resource in stack.resources.items()}
    return replace(stack, resources=resources)
