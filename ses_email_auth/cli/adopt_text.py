"""What `adopt OLD NEW` prints: for each construct its `logical_ids`, and what a deploy would replace or delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.adopt.python_text import folded, literal, value
from ses_email_auth.cli.display import display, harmless
from ses_email_auth.publication.columns import wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ses_email_auth.adopt.stack_moves import StackMove
    from ses_email_auth.adopt.template_moves import ConstructMove, KeptId

__all__ = ["moves_json", "moves_text"]

_WRITER = (
    "its records are written by a custom resource and have no logical ids to keep; "
    "Dns.route53(zone, adopt=True) takes over records that have the wanted values already"
)


def moves_text(moves: Sequence[StackMove]) -> str:
    """The verdict, what needs a hand, then what to paste."""
    lines = wrap(_verdict(moves), "", "    ")
    for move in moves:
        # Many records share a fix; each fix is said once.
        for fix in dict.fromkeys(loss.fix for loss in move.losses):
            lines.append("")
            for loss in move.losses:
                lines += wrap(f"NG  {display(loss.message)}", "", "    ") if loss.fix == fix else []
            lines += wrap(f"fix: {display(fix)}", "    ", "         ")
    for move in moves:
        for construct in move.constructs:
            lines += ["", *_construct(construct)]
        lines += _others(move)
    return "\n".join(map(harmless, lines)) + "\n"


def moves_json(moves: Sequence[StackMove]) -> str:
    """The same for programs."""
    return json.dumps({"stacks": [_object(move) for move in moves]}, indent=2) + "\n"


def _verdict(moves: Sequence[StackMove]) -> str:
    constructs = [each for move in moves for each in move.constructs]
    losses = sum(len(move.losses) for move in moves)
    replaced = sum(1 for each in constructs for kept in each.kept if kept.overrides)
    if losses or replaced:
        parts = [f"{losses} would be lost or refused"] if losses else []
        parts += [f"{replaced} would be replaced without the lines below"] if replaced else []
        return f"NG: {', '.join(parts)}"
    if not constructs and any(move.is_not_ours for move in moves):
        return "NG: the new template shows no construct of ses-email-auth; name cdk.out, which has their paths"
    return f"ok: {_well(moves, constructs)}"


def _well(moves: Sequence[StackMove], constructs: Sequence[ConstructMove]) -> str:
    """What happens if nothing is lost."""
    if not constructs:
        return "there are no logical ids to keep" if any(move.writers for move in moves) else "nothing is lost"
    kept = sum(len(each.kept) for each in constructs)
    if not kept:
        return "all is new, and nothing is lost; there is nothing to write"
    resources = f"{kept} resource{'s' if kept > 1 else ''}"
    if all(each.is_at_rest for each in constructs):
        return f"nothing to write: {resources} with the ids of before"
    return f"one update in place: paste the logical ids of {resources}"


def _construct(move: ConstructMove) -> Iterator[str]:
    yield display(move.construct or "(no construct path)")
    if move.kept and not move.is_at_rest and not move.is_grouped:
        yield "    logical_ids={"
        yield from (f"        {literal(child)}: {literal(logical_id)}," for child, logical_id in move.logical_ids.items())
        yield "    },"
    overrides = _lines(move)
    if overrides:
        yield "  below the construct, which is called auth here:"
        for line in overrides:
            yield from folded("    ", line)
    changed = [kept for kept in move.kept if kept.changes]
    if changed:
        yield "  updated in place:"
        for kept in changed:
            yield from wrap(f"{display(kept.new.place)}: {display('; '.join(kept.changes))}", "    ", "      ")
    if move.fresh:
        yield "  new:"
        yield from (f"    {display(each.place)}" for each in move.fresh)
    for kept in move.kept:
        for doubt in kept.doubts:
            yield from wrap(f"--  {display(kept.new.place)}: {display(doubt)}", "  ", "      ")


def _lines(move: ConstructMove) -> list[str]:
    """What has to stand below the construct; members of a group share lines."""
    renamed = _renamed(move) if move.is_grouped and not move.is_at_rest else ()
    return list(dict.fromkeys([*renamed, *(line for kept in move.kept for line in _overrides(kept))]))


def _renamed(move: ConstructMove) -> Iterator[str]:
    """The escape hatch in place of `logical_ids`, for a construct whose records are one resource."""
    for child, logical_id in move.logical_ids.items():
        yield f"auth.node.find_child({literal(child)}).override_logical_id({literal(logical_id)})"


def _overrides(kept: KeptId) -> Iterator[str]:
    """The escape hatch for each property whose other text means a replacement."""
    child = f"auth.node.find_child({literal(kept.child)})"
    for each in kept.overrides:
        if each.value is None:
            yield f"{child}.add_property_deletion_override({literal(each.name)})"
        else:
            yield f"{child}.add_property_override({literal(each.name)}, {value(each.value)})"


def _others(move: StackMove) -> list[str]:
    lines: list[str] = []
    if move.gone:
        lines += ["", f"deleted from {display(move.name)}, and nothing takes their place:"]
        lines += _places((each.place, each.resource.logical_id) for each in move.gone)
    if move.retained:
        lines += ["", f"leave {display(move.name)} and stay where they are (DeletionPolicy):"]
        lines += _places((each.place, each.resource.logical_id) for each in move.retained)
    for writer in move.writers:
        lines += ["", *wrap(f"{display(writer)}: {_WRITER}", "", "    ")]
    return lines


def _places(found: Iterable[tuple[str, str]]) -> list[str]:
    return [f"    {display(place)} ({display(logical_id)})" for place, logical_id in found]


def _object(move: StackMove) -> dict[str, object]:
    return {
        "stack": display(move.name),
        "needs_a_hand": move.needs_a_hand,
        "constructs": [_construct_object(each) for each in move.constructs],
        "losses": [{"message": display(each.message), "fix": display(each.fix)} for each in move.losses],
        "deleted": [{"name": display(each.place), "resource": display(each.resource.logical_id)} for each in move.gone],
        "retained": [{"name": display(each.place), "resource": display(each.resource.logical_id)} for each in move.retained],
        "writers": [display(each) for each in move.writers],
    }


def _construct_object(move: ConstructMove) -> dict[str, object]:
    return {
        "construct": display(move.construct),
        "logical_ids": {display(child): display(logical_id) for child, logical_id in move.logical_ids.items()},
        "is_grouped": move.is_grouped,
        "overrides": _lines(move),
        "changes": {
            display(kept.new.place): [display(change) for change in kept.changes] for kept in move.kept if kept.changes
        },
        "new": [display(each.place) for each in move.fresh],
        "doubts": [f"{display(kept.new.place)}: {display(doubt)}" for kept in move.kept for doubt in kept.doubts],
    }
