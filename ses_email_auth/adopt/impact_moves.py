"""Records and identities that come back under another logical id, in another layout or in another stack: one finding for each
such change, with all that it moves.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ses_email_auth.adopt.fates import End, Fate
from ses_email_auth.adopt.impact_kinds import CLASH, RECORD_MOVES, RECORD_STAYS, finding
from ses_email_auth.adopt.move_problem import TWO_STEPS, is_claimed, problem_of
from ses_email_auth.adopt.python_text import literal
from ses_email_auth.adopt.record_changes import named, records_of
from ses_email_auth.adopt.template_moves import owner_of
from ses_email_auth.checks.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.adopt.template_moves import ConstructMove, Entry
    from ses_email_auth.checks.finding import Finding

_TERRAFORM = "aws_"
_OUTCOME = (
    "CloudFormation makes the new and then deletes the old, which is the same: the deploy may delete all of them and end "
    "green, or be refused"
)


def moves(fates: Sequence[Fate], constructs: Sequence[ConstructMove]) -> Iterator[Finding]:
    """What the deploy moves, and what it is refused for."""
    groups: dict[tuple[str, str], list[Fate]] = {}
    for fate in fates:
        if fate.end in {End.MOVES, End.MAY_BE_DKIM}:
            groups.setdefault(_group(fate, constructs), []).append(fate)
    for (kind, name), members in groups.items():
        yield _move(kind, members, next((each for each in constructs if kind == "ids" and each.construct == name), None))
    yield from _refusals(fates)
    claimed = [fate for fate in fates if is_claimed(fate)]
    if claimed:
        yield _claimed(claimed)


def _group(fate: Fate, constructs: Sequence[ConstructMove]) -> tuple[str, str]:
    if fate.other_stack:
        return "stack", fate.other_stack
    if fate.end is End.MAY_BE_DKIM or fate.new is None:
        return "dkim", ""
    if fate.old.resource.type.startswith(_TERRAFORM):
        return "address", ""
    for construct in constructs:
        if any(kept.new.resource is fate.new.resource and kept.old.key == fate.old.key for kept in construct.kept):
            return "ids", construct.construct
    if fate.old.is_member or fate.new.is_member:
        return "layout", fate.new.resource.construct_path.rpartition("/")[0]
    return "others", ""


def _move(kind: str, members: Sequence[Fate], construct: ConstructMove | None) -> Finding:
    first = members[0]
    problem = problem_of(first)
    fix = "" if problem is None else problem.fix
    if construct is not None:
        fix = _ids(construct)
    elif kind == "others":
        fix = f"give each the old id: {'; '.join(map(_override, members))}"
    elif kind == "address":
        fix = "; ".join(_moved(fate) for fate in members)
    elif kind == "layout" and first.new is not None and owner_of(first.new)[1]:
        fix = f"{_layout(first.old)}; or in two steps: {TWO_STEPS}"
    return finding(
        RECORD_MOVES, first.old.where, _message(kind, members), fix, records=records_of(*(fate.old for fate in members))
    )


def _message(kind: str, members: Sequence[Fate]) -> str:
    names = named([fate.old for fate in members])
    verb = "come" if len(members) > 1 else "comes"
    old, new = members[0].old.resource, members[0].new
    new_id = "" if new is None else new.resource.logical_id
    if kind == "dkim":
        return (
            f"{names} {'go' if len(members) > 1 else 'goes'}, and may be the DKIM records that the new template has as "
            f"attributes of the identity: {_OUTCOME}"
        )
    if kind == "address":
        return (
            f"{names} {verb} back under another address: Terraform deletes the old and makes the new in any order, so "
            f"the record may be gone in the end, or the apply is refused"
        )
    one = f"under another logical id ({old.logical_id} -> {new_id})"
    how = {
        "stack": f"in the stack {members[0].other_stack}",
        "layout": f"as part of {new_id}"
        if new is not None and new.is_member
        else f"as a resource each, out of {old.logical_id}",
    }.get(kind, one if len(members) == 1 else "under other logical ids")
    identities = [fate for fate in members if fate.old.record is None]
    if len(identities) == len(members):
        return f"{names} {verb} back {how}: SES refuses a second one, and with it the deploy"
    refused = "; SES refuses a second identity" if identities else ""
    return f"{names} {verb} back {how}: {_OUTCOME}{refused}"


def _ids(construct: ConstructMove) -> str:
    """The argument of the construct, or the lines where its records are one resource."""
    if construct.is_grouped:
        pairs = construct.logical_ids.items()
        lines = "; ".join(f"auth.node.find_child({literal(child)}).override_logical_id({literal(old)})" for child, old in pairs)
        fix = f"below the construct, which is called auth here: {lines}"
    else:
        pairs = construct.logical_ids.items()
        fix = f"logical_ids={{{', '.join(f'{literal(child)}: {literal(old)}' for child, old in pairs)}}}"
    if any(kept.overrides for kept in construct.kept):
        fix += "; and the lines that 'ses-email-auth adopt OLD NEW' prints, for names that are written otherwise"
    return fix


def _override(fate: Fate) -> str:
    new = fate.new
    path = "" if new is None else new.resource.construct_path or new.resource.logical_id
    return f"{path}: override_logical_id({literal(fate.old.resource.logical_id)})"


def _moved(fate: Fate) -> str:
    new_id = "" if fate.new is None else fate.new.resource.logical_id
    return f"terraform state mv {shlex.quote(fate.old.resource.logical_id)} {shlex.quote(new_id)}"


def _layout(old: Entry) -> str:
    """The argument with which our construct stays what is deployed."""
    if old.is_written:
        return "dns=Dns.route53(zone, adopt=True)"
    return "record_layout=RecordLayout.GROUPED" if old.is_member else "record_layout=RecordLayout.SEPARATE"


def _refusals(fates: Sequence[Fate]) -> Iterator[Finding]:
    """What stays and comes again, and ids that get another type."""
    equal: dict[tuple[str, str], list[Fate]] = {}
    for fate in fates:
        problem = problem_of(fate) if fate.end in {End.TAKEN_OVER, End.REFUSED, End.STACK_STAYS} else None
        if problem is None:
            continue
        new = fate.new
        if fate.end is End.STACK_STAYS and fate.old.record is not None and new is not None and fate.old.values == new.values:
            equal.setdefault((fate.old.stack.name, fate.other_stack), []).append(fate)
        else:
            yield finding(CLASH, fate.old.where, problem.message, problem.fix, records=records_of(new, fate.old))
    for (stays, other_stack), members in equal.items():
        problem = problem_of(members[0])
        message = (
            f"the stack {stays} stays deployed and keeps {named([fate.old for fate in members])}; {other_stack} makes the same "
            f"again: the deploy takes over or is refused, and what is taken over goes when {stays} is destroyed"
        )
        yield finding(
            CLASH,
            members[0].old.where,
            message,
            "" if problem is None else problem.fix,
            severity=Severity.WARNING,
            records=records_of(*(fate.old for fate in members)),
        )


def _claimed(claimed: Sequence[Fate]) -> Finding:
    names = named([fate.old for fate in claimed])
    message = (
        f"{names} {'stay' if len(claimed) > 1 else 'stays'} (DeletionPolicy) and {'come' if len(claimed) > 1 else 'comes'} "
        f"again with equal values: CloudFormation may take that over, or refuse the deploy; nothing is lost"
    )
    return finding(
        RECORD_STAYS,
        claimed[0].old.where,
        message,
        "keep the logical ids, or dns=Dns.route53(zone, adopt=True)",
        records=records_of(*(fate.old for fate in claimed)),
    )
