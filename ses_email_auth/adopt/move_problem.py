"""What a move from one template to the next would lose, each with the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.adopt.template_moves import values_of
from ses_email_auth.ses.hosts import is_easy_dkim_target

if TYPE_CHECKING:
    from ses_email_auth.adopt.template_moves import Declared

__all__ = [
    "MoveProblem",
    "deletion",
    "is_written_dkim",
    "refusal",
    "unknown",
    "written_dkim",
]

_GROUP = "AWS::Route53::RecordSetGroup"
_IMPORT = (
    "keep it by 'DeletionPolicy: Retain', and either import it ('ses-email-auth adopt --mapping', 'cdk import') "
    "or use SesEmailAuth.from_existing"
)
_TWO_STEPS = (
    "first deploy the old template with 'DeletionPolicy: Retain' at what goes, then the new one with "
    'removal_policy=RemovalPolicy.RETAIN (docs/moving.md, "Two steps")'
)


@dataclass(frozen=True, slots=True)
class MoveProblem:
    """Something that is live and would be deleted, or refused."""

    message: str
    fix: str


def deletion(each: Declared, heir: Declared, other_stack: str) -> MoveProblem:
    """What goes, and is taken over before: the record that stays is the one that is deleted."""
    old_id, new_id = each.resource.logical_id, heir.resource.logical_id
    fix = f"give {heir.resource.construct_path or new_id} the old id: override_logical_id({old_id!r})"
    if each.record is None:
        message = f"{each.place} leaves the stack as {old_id} and comes back as {new_id}: SES refuses the second one"
        return MoveProblem(message, _IMPORT if other_stack else fix)
    message = f"{each.place} is live, and the deploy DELETES it: {old_id} goes, and {new_id} is the same record"
    if other_stack:
        return MoveProblem(message, f"it moves to the stack {other_stack}: {_TWO_STEPS}")
    if each.is_member or heir.is_member:
        what = "a RecordSetGroup" if _GROUP in {each.resource.type, heir.resource.type} else "our record writer"
        return MoveProblem(message, f"{what} cannot keep the ids of records: {_TWO_STEPS}")
    return MoveProblem(message, fix)


def refusal(each: Declared, heir: Declared) -> MoveProblem | None:
    """What is retained can be taken over by what is equal to the letter alone, and an identity not at all."""
    if each.record is None:
        return MoveProblem(
            f"{each.place} stays, and {heir.resource.logical_id} is the same: SES refuses the second one", _IMPORT
        )
    if heir.is_written:
        return None
    old, new = ((values_of(one), one.record.ttl) for one in (each, heir) if one.record is not None)
    if old == new:
        return None
    return MoveProblem(
        f"{each.place} stays as it is, and {heir.resource.logical_id} is different: Route 53 refuses a second one",
        "give the new one the old TTL and values in this deploy, and change them in the next",
    )


def is_written_dkim(each: Declared) -> bool:
    """Whether it is a record of Easy DKIM that does not take its name from the identity."""
    return (
        each.record is not None
        and each.record.type_text == "CNAME"
        and "._domainkey." in each.key[0]
        and any(is_easy_dkim_target(str(value)) for value in each.record.values)
    )


def written_dkim(each: Declared) -> MoveProblem:
    """Three names that stand in full in one template, and come from the identity in the other."""
    return MoveProblem(
        f"{each.place} is a DKIM record whose name is written out in {each.resource.logical_id}; the new template has "
        f"it from Fn::GetAtt, so nobody can tell which of the three it is",
        "ask SES for their order ('aws sesv2 get-email-identity --query DkimAttributes.Tokens'), put the old ids into "
        "logical_ids as DkimRecord1 to 3 in that order, and keep each Name by add_property_override",
    )


def unknown(each: Declared, later: Declared) -> MoveProblem:
    """What goes and may be what comes, as a template does not say the values of its parameters."""
    return MoveProblem(
        f"{each.place} goes as {each.resource.logical_id}, and nobody can tell whether it is {later.place}: then the deploy "
        f"{'is refused by SES' if each.record is None else 'DELETES it'}",
        "write the value into a copy of the template, for example as the Default of its parameter, and ask again",
    )
