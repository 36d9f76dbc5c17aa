"""What a deploy would delete or be refused, and the way out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.adopt.fates import End, Fate

if TYPE_CHECKING:
    from ses_email_auth.adopt.template_moves import Entry

_GROUP = "AWS::Route53::RecordSetGroup"
_IMPORT = (
    "keep it by 'DeletionPolicy: Retain', and use SesEmailAuth.from_existing, or import it ('ses-email-auth adopt --mapping', "
    "'cdk import')"
)
TWO_STEPS = (
    "first deploy the old template with 'DeletionPolicy: Retain' at what goes, then the new one with "
    "dns=Dns.route53(zone, adopt=True) and removal_policy=RemovalPolicy.RETAIN; without adopt=True it may be refused "
    '(docs/moving.md, "Two steps")'
)
_OR = "Or leave it as it is"


@dataclass(frozen=True, slots=True)
class MoveProblem:
    """A live record or identity that has to be cared for by hand."""

    message: str
    fix: str


def problem_of(fate: Fate) -> MoveProblem | None:
    """What has to be cared for by hand; None if the entry stays, or goes for good."""
    old, new, problem = fate.old, fate.new, None
    if fate.end is End.REFUSED:
        problem = _refused_type(old)
    elif fate.end is End.MAY_BE_DKIM:
        problem = _literal_dkim(old)
    elif new is None:
        pass
    elif fate.end is End.STACK_STAYS:
        problem = _second(old, new, fate.other_stack)
    elif fate.end is End.MOVES:
        problem = _deletion(old, new, fate.other_stack)
    elif fate.end is End.TAKEN_OVER:
        problem = _refusal(old, new)
    elif fate.end is End.MAY_MOVE:
        problem = _unknown(old, new)
    return problem


def is_claimed(fate: Fate) -> bool:
    """Whether CloudFormation shall take over what stays, under another id: TTL and values are equal, and it may refuse that."""
    return fate.end is End.TAKEN_OVER and fate.new is not None and not fate.new.is_written and problem_of(fate) is None


def _second(old: Entry, new: Entry, other_stack: str) -> MoveProblem:
    """The stack of `old` is no more in the app and stays deployed, with what `new` makes again."""
    stack = old.stack.name or old.stack.path
    if old.record is None:
        return MoveProblem(f"the stack {stack} stays deployed and keeps {old.place}: SES refuses the second one", _IMPORT)
    end = "refuses it, or takes it over and loses it when that stack is destroyed" if _is_equal(old, new) else "refuses it"
    message = f"the stack {stack} stays deployed and keeps {old.place}; {other_stack} makes it again, and Route 53 {end}"
    return MoveProblem(message, f"it moves to the stack {other_stack}: {TWO_STEPS}. {_OR}")


def _is_equal(old: Entry, new: Entry) -> bool:
    ttls = {entry.record.ttl for entry in (old, new) if entry.record is not None}
    return old.values == new.values and len(ttls) == 1


def _refused_type(old: Entry) -> MoveProblem:
    return MoveProblem(
        f"{old.resource.logical_id} ({old.place}) gets another type: CloudFormation refuses the deploy, and nothing is changed",
        f"give the new resource another id; {TWO_STEPS}. {_OR}",
    )


def _deletion(old: Entry, new: Entry, other_stack: str) -> MoveProblem:
    """`old` goes after `new`, the same record, has taken it over: the record that stays is the one that is deleted.

    That is how record sets behaved until 2026. A type of CloudFormation's registry refuses `new` (docs/moving.md).
    """
    old_id, new_id = old.resource.logical_id, new.resource.logical_id
    fix = f"give {new.resource.construct_path or new_id} the old id: override_logical_id({old_id!r})"
    if old.record is None:
        message = f"{old.place} leaves the stack as {old_id} and comes back as {new_id}: SES refuses the second one"
        return MoveProblem(message, _IMPORT if other_stack else fix)
    message = (
        f"{old.place} is live, and the deploy DELETES it: {old_id} goes, and {new_id} is the same record "
        f"(or it refuses {new_id})"
    )
    if other_stack:
        return MoveProblem(message, f"it moves to the stack {other_stack}: {TWO_STEPS}. {_OR}")
    if old.is_member or new.is_member:
        owner = "a RecordSetGroup" if _GROUP in {old.resource.type, new.resource.type} else "our record writer"
        return MoveProblem(message, f"{owner} cannot keep the ids of records: {TWO_STEPS}. {_OR}")
    return MoveProblem(message, fix)


def _refusal(old: Entry, new: Entry) -> MoveProblem | None:
    """`old` is retained: `new` may take over a record that is equal to the letter, and an identity not at all."""
    if old.record is None or new.record is None:
        return MoveProblem(f"{old.place} stays, and {new.resource.logical_id} is the same: SES refuses the second one", _IMPORT)
    if new.is_written or _is_equal(old, new):
        return None
    return MoveProblem(
        f"{old.place} stays as it is, and {new.resource.logical_id} is different: Route 53 refuses a second one",
        "give the new one the old TTL and values in this deploy, and change them in the next; equal ones are taken over by "
        "Dns.route53(zone, adopt=True), and perhaps by CloudFormation itself",
    )


def _literal_dkim(old: Entry) -> MoveProblem:
    """The old template has the three names written out, the new one as attributes of the identity."""
    return MoveProblem(
        f"{old.place} is a DKIM record whose name is written out in {old.resource.logical_id}; the new template has "
        f"it from Fn::GetAtt, so nobody can tell which of the three it is",
        "ask SES for their order ('aws sesv2 get-email-identity --query DkimAttributes.Tokens'), put the old ids into "
        "logical_ids as DkimRecord1 to 3 in that order, and keep each Name by add_property_override",
    )


def _unknown(old: Entry, new: Entry) -> MoveProblem:
    """`old` goes and may be `new`: a template does not say the values of its parameters."""
    return MoveProblem(
        f"{old.place} goes as {old.resource.logical_id}, and nobody can tell whether it is {new.place}: then the deploy "
        f"{'is refused by SES' if old.record is None else 'DELETES it'}",
        "write the value into a copy of the template, for example as the Default of its parameter, and ask again",
    )
