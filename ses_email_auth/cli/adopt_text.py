"""What `adopt` prints: the arguments that keep what exists, and what has to be done by hand, for people or as JSON.

`adopt OLD NEW` gives `logical_ids`, `adopt --zone` a whole construct, `adopt --mapping` the file for
`cdk import --resource-mapping`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.adopt.python_text import folded, literal, value
from ses_email_auth.cli.terminal import harmless
from ses_email_auth.errors import display
from ses_email_auth.publication.columns import wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ses_email_auth.adopt.import_mapping import ImportMapping
    from ses_email_auth.adopt.move_problem import MoveProblem
    from ses_email_auth.adopt.stack_moves import StackMove
    from ses_email_auth.adopt.take_over import Draft
    from ses_email_auth.adopt.template_moves import ConstructMove, Entry, KeptId

_WRITER = (
    "its records are written by a custom resource and have no logical ids to keep; "
    "Dns.route53(zone, adopt=True) takes over records that have the wanted values already"
)
_ORDER = (
    "three ways to own these records, the best first: (1) dns=Dns.route53(zone, adopt=True) in place of hosted_zone: our "
    "function takes them over in every account; (2) 'cdk import' with 'ses-email-auth adopt --mapping', of identity and "
    "records: nobody has tried it on AWS; (3) as printed, by equal values: CloudFormation may refuse that as 'already exists', "
    "and then RETAIN keeps all (docs/moving.md)"
)
_CLAIMED = (
    "would come back under another id with equal values: CloudFormation may take that over or refuse the deploy, and Retain "
    "keeps all. Better: keep the logical ids, or dns=Dns.route53(zone, adopt=True) in the new template; or leave them out of "
    "it and 'cdk import' them afterwards (docs/moving.md)"
)
_FROM_CDK = ("Duration", "RemovalPolicy")
_FROM_US = ("DmarcRecord", "FromDomainTxt")


def moves_text(moves: Sequence[StackMove]) -> str:
    """Of templates: the verdict, what needs a hand, then what to paste."""
    lines = wrap(_verdict_of_moves(moves), "", "    ")
    for move in moves:
        # Many records share a fix; each fix is said once.
        for fix in dict.fromkeys(problem.fix for problem in move.problems):
            lines += ["", *(line for problem in move.problems if problem.fix == fix for line in _problem(problem)), *_fix(fix)]
    for move in moves:
        for construct in move.constructs:
            lines += ["", *_construct(construct)]
        lines += _others(move)
    return "\n".join(map(harmless, lines)) + "\n"


def moves_json(moves: Sequence[StackMove]) -> str:
    """The same for programs."""
    return json.dumps({"stacks": [_stack_object(move) for move in moves]}, indent=2) + "\n"


def draft_text(draft: Draft) -> str:
    """Of a zone: the verdict, what needs a hand, then what to paste."""
    lines = [_verdict_of_draft(draft)]
    for problem in draft.hand_work:
        lines += ["", *_problem(problem), *_fix(problem.fix)]
    lines += ["", *_imports(draft), "", f"{_callee(draft)}(", "    self,", '    "EmailAuth",']
    for prop, text in draft.arguments.items():
        lines += folded(f"    {prop}=", text, ",")
    lines += [")", ""]
    lines += _listed("taken over as they stand:", draft.taken_over)
    lines += _listed("new:", draft.new)
    for note in _notes(draft):
        lines += wrap(f"--  {note}", "", "    ")
    if draft.later:
        lines.append("--  the deploy after this one, in place of from_domain_txt:")
        lines += ["    from ses_email_auth import SpfRecord"] if "spf" in draft.later else []
        for prop, text in draft.later.items():
            lines += folded(f"    {prop}=", text, ",")
    return "\n".join(map(harmless, lines)) + "\n"


def draft_json(draft: Draft) -> str:
    """The same for programs."""
    document = {
        "domain": draft.domain.text,
        "call": _callee(draft),
        "region": draft.region,
        "is_complete": draft.existing.is_complete,
        "arguments": draft.arguments,
        "imports": _imports(draft),
        "taken_over": list(map(display, draft.taken_over)),
        "new": list(map(display, draft.new)),
        "hand_work": [_problem_object(problem) for problem in draft.hand_work],
        "later": draft.later,
        "identities": [display(identity.origin.resource) for identity in draft.existing.identities],
    }
    return json.dumps(document, indent=2) + "\n"


def mapping_json(mapping: ImportMapping) -> str:
    """The file of `cdk import --resource-mapping`."""
    return json.dumps(mapping.identifiers, indent=2) + "\n"


def _problem(problem: MoveProblem) -> list[str]:
    return wrap(f"NG  {display(problem.message)}", "", "    ")


def _fix(fix: str) -> list[str]:
    return wrap(f"fix: {display(fix)}", "    ", "         ")


def _problem_object(problem: MoveProblem) -> dict[str, str]:
    return {"message": display(problem.message), "fix": display(problem.fix)}


def _verdict_of_moves(moves: Sequence[StackMove]) -> str:
    constructs = [construct for move in moves for construct in move.constructs]
    lost = sum(len(move.problems) for move in moves)
    replaced = sum(1 for construct in constructs for kept in construct.kept if kept.overrides)
    if lost or replaced:
        parts = [f"{lost} would be lost or refused"] if lost else []
        parts += [f"{replaced} would be replaced without the lines below"] if replaced else []
        return f"NG: {', '.join(parts)}"
    if not constructs and any(move.is_not_ours for move in moves):
        return "NG: the new template shows no construct of ses-email-auth; name cdk.out, which has their paths"
    return f"ok: {_good_news(moves, constructs)}"


def _good_news(moves: Sequence[StackMove], constructs: Sequence[ConstructMove]) -> str:
    if not constructs:
        return "there are no logical ids to keep" if any(move.writers for move in moves) else "nothing is lost"
    kept = sum(len(construct.kept) for construct in constructs)
    if not kept:
        return "all is new, and nothing is lost; there is nothing to write"
    resources = f"{kept} resource{'s' if kept > 1 else ''}"
    if all(construct.is_at_rest for construct in constructs):
        return f"nothing to write: {resources} with the ids of before"
    return f"one update in place: paste the logical ids of {resources}"


def _construct(move: ConstructMove) -> Iterator[str]:
    yield display(move.construct or "(no construct path)")
    if move.kept and not move.is_at_rest and not move.is_grouped:
        yield "    logical_ids={"
        yield from (f"        {literal(child)}: {literal(logical_id)}," for child, logical_id in move.logical_ids.items())
        yield "    },"
    statements = _statements(move)
    if statements:
        yield "  below the construct, which is called auth here:"
        for statement in statements:
            yield from folded("    ", statement)
    changed = [kept for kept in move.kept if kept.changes]
    if changed:
        yield "  updated in place:"
        for kept in changed:
            yield from wrap(f"{display(kept.new.place)}: {display('; '.join(kept.changes))}", "    ", "      ")
    yield from _listed("  new:", [entry.place for entry in move.new])
    for kept in move.kept:
        for doubt in kept.doubts:
            yield from wrap(f"--  {display(kept.new.place)}: {display(doubt)}", "  ", "      ")


def _statements(move: ConstructMove) -> list[str]:
    """The escape hatches below the construct; members of a group share theirs."""
    ids = _id_overrides(move) if move.is_grouped and not move.is_at_rest else ()
    return list(dict.fromkeys([*ids, *(statement for kept in move.kept for statement in _property_overrides(kept))]))


def _id_overrides(move: ConstructMove) -> Iterator[str]:
    """In place of `logical_ids`, for a construct whose records are one resource."""
    for child, logical_id in move.logical_ids.items():
        yield f"auth.node.find_child({literal(child)}).override_logical_id({literal(logical_id)})"


def _property_overrides(kept: KeptId) -> Iterator[str]:
    """For each property whose other text means a replacement."""
    child = f"auth.node.find_child({literal(kept.child)})"
    for override in kept.overrides:
        if override.value is None:
            yield f"{child}.add_property_deletion_override({literal(override.name)})"
        else:
            yield f"{child}.add_property_override({literal(override.name)}, {value(override.value)})"


def _others(move: StackMove) -> list[str]:
    lines: list[str] = []
    if move.deleted:
        lines += ["", f"deleted from {display(move.name)}, and nothing takes their place:", *_entries(move.deleted)]
    if move.retained:
        lines += ["", f"leave {display(move.name)} and stay where they are (DeletionPolicy):", *_entries(move.retained)]
    if move.claimed:
        lines += wrap(f"--  of them, {len(move.claimed)} {_CLAIMED}", "", "    ")
    for writer in move.writers:
        lines += ["", *wrap(f"{display(writer)}: {_WRITER}", "", "    ")]
    return lines


def _entries(entries: Iterable[Entry]) -> Iterator[str]:
    return (f"    {display(entry.place)} ({display(entry.resource.logical_id)})" for entry in entries)


def _stack_object(move: StackMove) -> dict[str, object]:
    return {
        "stack": display(move.name),
        "needs_a_hand": move.needs_a_hand,
        "constructs": [_construct_object(construct) for construct in move.constructs],
        "losses": [_problem_object(problem) for problem in move.problems],
        "deleted": [_entry_object(entry) for entry in move.deleted],
        "retained": [_entry_object(entry) for entry in move.retained],
        "writers": list(map(display, move.writers)),
    }


def _entry_object(entry: Entry) -> dict[str, str]:
    return {"name": display(entry.place), "resource": display(entry.resource.logical_id)}


def _construct_object(move: ConstructMove) -> dict[str, object]:
    return {
        "construct": display(move.construct),
        "logical_ids": {display(child): display(logical_id) for child, logical_id in move.logical_ids.items()},
        "is_grouped": move.is_grouped,
        "overrides": _statements(move),
        "changes": {display(kept.new.place): list(map(display, kept.changes)) for kept in move.kept if kept.changes},
        "new": [display(entry.place) for entry in move.new],
        "doubts": [f"{display(kept.new.place)}: {display(doubt)}" for kept in move.kept for doubt in kept.doubts],
    }


def _verdict_of_draft(draft: Draft) -> str:
    count = len(draft.taken_over)
    sets = f"{count} record set{'s' if count != 1 else ''} of {draft.domain}"
    if draft.hand_work:
        things = f"{len(draft.hand_work)} thing{'s' if len(draft.hand_work) > 1 else ''}"
        return f"NG: {things} to do by hand; {sets} would be taken over"
    return f"ok: {sets} would be taken over as they stand"


def _callee(draft: Draft) -> str:
    return "SesEmailAuth.from_existing" if draft.is_existing else "SesEmailAuth"


def _imports(draft: Draft) -> list[str]:
    text = " ".join(draft.arguments.values())
    cdk = [name for name in _FROM_CDK if f"{name}." in text]
    ours = [name for name in _FROM_US if f"{name}." in text]
    return [f"from aws_cdk import {', '.join(cdk)}", f"from ses_email_auth import {', '.join([*ours, 'SesEmailAuth'])}"]


def _listed(title: str, places: list[str]) -> list[str]:
    return [title, *(f"    {display(place)}" for place in places)] if places else []


def _notes(draft: Draft) -> Iterator[str]:
    if draft.taken_over:
        yield _ORDER
    if draft.new and not draft.existing.is_complete:
        yield (
            "the file does not hold the whole zone: if one of these stands already, name the list of Route 53 too "
            "(aws route53 list-resource-record-sets)"
        )
    if draft.is_existing:
        yield (
            "the identity exists. Or import it ('cdk import' with 'ses-email-auth adopt --mapping'), and write "
            "SesEmailAuth(...) without dkim_tokens and dkim_signing_zone"
        )
    if draft.is_existing and "dkim_tokens" not in draft.arguments and not draft.hand_work:
        yield (
            "its DKIM records are not in the file: give dkim_tokens and dkim_signing_zone, which SES knows "
            "(aws sesv2 get-email-identity --query DkimAttributes)"
        )
    if draft.region is not None:
        yield f"the MAIL FROM domain is that of {draft.region}: deploy the stack there"
