"""What `adopt` prints: the arguments that keep what exists, and what has to be done by hand, for people or as JSON.

`adopt OLD NEW` gives `logical_ids`, `adopt --zone` a whole construct, `adopt --mapping` the file for
`cdk import --resource-mapping`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.adopt.move_problem import MoveProblem
from ses_email_auth.adopt.python_text import folded, literal, value
from ses_email_auth.cli.terminal import harmless
from ses_email_auth.errors import display
from ses_email_auth.publication.columns import wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ses_email_auth.adopt.draft import Draft
    from ses_email_auth.adopt.import_mapping import ImportMapping
    from ses_email_auth.adopt.stack_moves import StackMove
    from ses_email_auth.adopt.template_moves import ConstructMove, Entry, KeptId
    from ses_email_auth.sources.source_file import UnreadableSource

_WRITER = (
    "its records are written by a custom resource and have no logical ids to keep; "
    "Dns.route53(zone, adopt=True) takes over records that have the wanted values already"
)
_BEST_WAY = "dns=Dns.route53(zone, adopt=True)"
_WAY = (
    "the best way to own these records: a function of ours takes them over, in every account. Write this in place of "
    "hosted_zone, and keep it in all later deploys:"
)
_OTHER_WAYS = (
    "or import them by 'cdk import' with the file of 'ses-email-auth adopt --mapping', which nobody has tried on AWS; or "
    "deploy as printed, by equal values: CloudFormation may refuse that as 'already exists', and then RETAIN keeps all "
    "(docs/moving.md)"
)
_OF_A_STACK = (
    "these are resources of a stack, which deletes what leaves it. In that stack keep their logical ids instead "
    "('ses-email-auth adopt OLD NEW'); before they move to another stack, retain them (docs/moving.md, section 2)"
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
        problems = _problems(move)
        for fix in dict.fromkeys(problem.fix for problem in problems):
            lines += ["", *(line for problem in problems if problem.fix == fix for line in _problem(problem)), *_fix(fix)]
    for move in moves:
        for construct in move.constructs:
            lines += ["", *_construct(construct)]
        lines += _others(move)
    return "\n".join(map(harmless, lines)) + "\n"


def moves_json(moves: Sequence[StackMove], unreadable: Sequence[UnreadableSource] = ()) -> str:
    """The same for programs."""
    return _document(unreadable, {"stacks": [_stack_object(move) for move in moves]})


def draft_text(draft: Draft, unreadable: Sequence[UnreadableSource] = ()) -> str:
    """Of a zone: the verdict, what needs a hand, then what to paste."""
    lines = wrap(_verdict_of_draft(draft, unreadable), "", "    ")
    for problem in (*map(_unread, unreadable), *draft.hand_work):
        lines += ["", *_problem(problem), *_fix(problem.fix)]
    lines += ["", *_imports(draft), "", f"{_callee(draft)}(", "    self,", '    "EmailAuth",']
    for prop, text in draft.arguments.items():
        comment = f"  # better: {_BEST_WAY}" if prop == "hosted_zone" and draft.taken_over else ""
        lines += folded(f"    {prop}=", text, f",{comment}")
    lines += [")", ""]
    lines += _listed("taken over as they stand:", draft.taken_over)
    lines += _listed("new:", draft.new)
    for zone, tokens in draft.dkim_records.items():
        lines += _listed(f"DKIM records of SES with their keys in {display(zone)}:", tokens)
    for note in _notes(draft):
        lines += wrap(f"--  {display(note)}", "", "    ")
    lines += _ways(draft)
    if draft.later:
        lines.append("--  the deploy after this one, in place of from_domain_txt:")
        lines += ["    from ses_email_auth import SpfRecord"] if "spf" in draft.later else []
        for prop, text in draft.later.items():
            lines += folded(f"    {prop}=", text, ",")
    return "\n".join(map(harmless, lines)) + "\n"


def draft_json(draft: Draft, unreadable: Sequence[UnreadableSource] = ()) -> str:
    """The same for programs."""
    return _document(
        unreadable,
        {
            "domain": draft.domain.text,
            "call": _callee(draft),
            "region": draft.region if draft.has_mail_from else None,
            "is_complete": draft.existing.is_complete,
            "arguments": draft.arguments,
            "imports": _imports(draft),
            "taken_over": list(map(display, draft.taken_over)),
            "new": list(map(display, draft.new)),
            "hand_work": [_problem_object(problem) for problem in draft.hand_work],
            "notes": list(map(display, draft.notes)),
            "later": draft.later,
            "identities": [display(identity.origin.resource) for identity in draft.existing.identities],
        },
    )


def no_answer_json(unreadable: Sequence[UnreadableSource]) -> str:
    """The document of a question that has no answer, since nothing could be read."""
    return _document(unreadable, {})


def mapping_json(mapping: ImportMapping) -> str:
    """The file of `cdk import --resource-mapping`."""
    return json.dumps(mapping.identifiers, indent=2) + "\n"


def _document(unreadable: Sequence[UnreadableSource], members: Mapping[str, object]) -> str:
    paths = [{"path": display(error.path), "reason": display(error.reason)} for error in unreadable]
    return json.dumps({"schema": 1, "unreadable": paths, **members}, indent=2) + "\n"


def _problem(problem: MoveProblem) -> list[str]:
    return wrap(f"NG  {display(problem.message)}", "", "    ")


def _fix(fix: str) -> list[str]:
    return wrap(f"fix: {display(fix)}", "    ", "         ")


def _problem_object(problem: MoveProblem) -> dict[str, str]:
    return {"message": display(problem.message), "fix": display(problem.fix)}


def _problems(move: StackMove) -> list[MoveProblem]:
    """What would be lost or refused, the loss of mail last."""
    return [*move.problems, *(MoveProblem(f"{each.where}: {each.message}", each.fix) for each in move.lost)]


def _verdict_of_moves(moves: Sequence[StackMove]) -> str:
    constructs = [construct for move in moves for construct in move.constructs]
    lost = sum(len(_problems(move)) for move in moves)
    replaced = sum(1 for construct in constructs for kept in construct.kept if kept.overrides)
    shows_nothing = not constructs and any(move.is_not_ours for move in moves)
    if replaced or (lost and not shows_nothing):
        parts = [f"{lost} would be lost or refused"] if lost else []
        parts += [f"{replaced} would be replaced without the lines below"] if replaced else []
        return f"NG: {', '.join(parts)}"
    if shows_nothing:
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
        "losses": [_problem_object(problem) for problem in _problems(move)],
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


def _verdict_of_draft(draft: Draft, unreadable: Sequence[UnreadableSource]) -> str:
    sets = f"{_many(len(draft.taken_over), 'record set')} of {draft.domain}"
    faults = [f"{_many(len(unreadable), 'path')} cannot be read"] if unreadable else []
    faults += [f"{_many(len(draft.hand_work), 'thing')} to do by hand"] if draft.hand_work else []
    if faults:
        return f"NG: {', '.join(faults)}; {sets} would be taken over"
    return f"ok: {sets} would be taken over as they stand"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"


def _unread(error: UnreadableSource) -> MoveProblem:
    return MoveProblem(str(error), "what it holds is not in this draft: mend it, and ask again before you deploy")


def _callee(draft: Draft) -> str:
    return "SesEmailAuth.from_existing" if draft.is_existing else "SesEmailAuth"


def _imports(draft: Draft) -> list[str]:
    text = " ".join(draft.arguments.values())
    cdk = [name for name in _FROM_CDK if f"{name}." in text]
    ours = [name for name in _FROM_US if f"{name}." in text]
    return [f"from aws_cdk import {', '.join(cdk)}", f"from ses_email_auth import {', '.join([*ours, 'SesEmailAuth'])}"]


def _listed(title: str, places: list[str]) -> list[str]:
    return [title, *(f"    {display(place)}" for place in places)] if places else []


def _ways(draft: Draft) -> list[str]:
    """How the records that exist come into the stack; without records there is nothing to choose."""
    if not draft.taken_over:
        return []
    lines = ["    from ses_email_auth import Dns", f"    {_BEST_WAY},"]
    return [*wrap(f"--  {_WAY}", "", "    "), *lines, *wrap(f"--  {_OTHER_WAYS}", "", "    ")]


def _notes(draft: Draft) -> Iterator[str]:
    if draft.existing.is_in_stack:
        yield _OF_A_STACK
    yield from draft.notes
    if draft.new and not draft.existing.is_complete:
        yield (
            "the file does not hold the whole zone: if one of the new ones stands already, name the list of Route 53 too "
            "(aws route53 list-resource-record-sets)"
        )
    if draft.is_existing and not draft.existing.is_in_stack:
        without = " without dkim_tokens and dkim_signing_zone" if "dkim_tokens" in draft.arguments else ""
        yield (
            "the identity exists, so from_existing makes none. If CloudFormation shall own it, import it ('cdk import' with "
            f"the file of 'ses-email-auth adopt --mapping') and write SesEmailAuth(...){without}"
        )
    if draft.follows_stack and draft.has_mail_from:
        yield "the MX of the MAIL FROM domain names the region of its stack: deploy this one in the same region"
    elif draft.region is not None and draft.has_mail_from:
        yield f"the MAIL FROM domain is that of {draft.region}: deploy the stack there"
