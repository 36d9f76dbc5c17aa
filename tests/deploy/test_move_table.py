"""What each move of docs/moving.md does in each world of record sets, while a reader polls DNS; the page says the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.deploy.move_table import KEPT, LOST, MOVES, REFUSED, Move, Stage
from tests.deploy.readers import read_dns
from tests.deploy.stacks import in_zone, policy_alone
from tests.local.templates import ZONE, make_zone

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

PAGE = Path(__file__).parents[2] / "docs/moving.md"


@pytest.mark.parametrize("move", [pytest.param(move, id=re.sub("[^A-Za-z0-9]+", "-", move.name)) for move in MOVES])
def test_what_a_move_does(aws: LocalAws, every_world: str, tmp_path: Path, move: Move) -> None:
    """As the table says: no answer is ever missing, or the move is refused and nothing changes, or it loses records."""
    assert outcome(aws, Stage.of(aws, tmp_path), move) == (move.classic if every_world == "classic" else move.registry)


def outcome(aws: LocalAws, stage: Stage, move: Move) -> str:
    """Play a move up to its end, or up to the step that is refused."""
    steps = move.steps(stage)
    first = next(steps)
    assert first in {"", "CREATE_COMPLETE"}
    found, standing = KEPT, aws.records()
    with read_dns(aws) as reader:
        for status in steps:
            if "ROLLBACK" in status or status == "FAILED":
                found = REFUSED
                break
            assert status.endswith("_COMPLETE")
            standing = aws.records()
    if reader.missing - move.goes:
        return LOST
    assert aws.records() == standing
    return found


@pytest.mark.parametrize("renames", ["in-place", "replace"])
def test_the_name_of_the_zone_in_place_of_its_id(aws: LocalAws, renames: str) -> None:
    """The lines of `adopt` keep the name: in the registry it is a replacement, which is refused."""
    aws.play(record_sets="registry", renames=renames)
    zone = make_zone(aws)
    before = in_zone(policy_alone(), zone)
    for resource in before["Resources"].values():
        del resource["Properties"]["HostedZoneId"]
        resource["Properties"]["HostedZoneName"] = f"{ZONE}."
    assert aws.deploy("S", before).status == "CREATE_COMPLETE"
    with read_dns(aws) as reader:
        assert aws.deploy("S", in_zone(policy_alone(), zone)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert (reader.missing, reader.other) == (set(), set())


def test_the_table_of_the_page() -> None:
    """docs/moving.md has each move and each outcome, and no other."""
    _, _, table = PAGE.read_text(encoding="utf-8").partition("\n| move | classic | registry |\n|---|---|---|\n")
    rows = [line.strip("|").split("|") for line in table.partition("\n\n")[0].splitlines()]
    assert [tuple(cell.strip() for cell in row) for row in rows] == [(m.name, m.classic, m.registry) for m in MOVES]
