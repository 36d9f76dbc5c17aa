"""What each move of docs/moving.md does in each world of record sets, while a reader polls DNS; the page says the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ses_email_auth.cli.main import main
from tests.deploy.move_table import KEPT, LOST, MOVES, REFUSED, Move, Stage
from tests.deploy.readers import read_dns
from tests.deploy.stacks import plain

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

PAGE = Path(__file__).parents[2] / "docs/moving.md"


WORLDS = ("classic", "in-place", "replace")
PLAYS = [(move, world) for move in MOVES for world in WORLDS if world != "replace" or move.changes_name]


@pytest.mark.parametrize(
    ("move", "world"),
    [pytest.param(move, world, id=re.sub("[^A-Za-z0-9]+", "-", f"{move.name} {world}")) for move, world in PLAYS],
)
def test_what_a_move_does(aws: LocalAws, tmp_path: Path, move: Move, world: str) -> None:
    """As the table says: no answer is ever missing, or the move is refused and nothing changes, or it loses records."""
    if world == "classic":
        aws.play(record_sets="classic")
    else:
        aws.play(record_sets="registry", renames=world)
    assert outcome(aws, Stage.of(aws, tmp_path), move) == (move.classic if world == "classic" else move.registry)


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


def test_the_table_of_the_page() -> None:
    """docs/moving.md has each move and each outcome, and no other."""
    _, _, table = PAGE.read_text(encoding="utf-8").partition("\n| move | classic | registry |\n|---|---|---|\n")
    rows = [line.strip("|").split("|") for line in table.partition("\n\n")[0].splitlines()]
    assert [tuple(cell.strip() for cell in row) for row in rows] == [(m.name, m.classic, m.registry) for m in MOVES]


def test_the_mapping_of_the_page(tmp_path: Path) -> None:
    """The file that the page shows is what `adopt --mapping` writes."""
    (tmp_path / "new.json").write_text(plain().replace("Z0123456789EXAMPLE", "Z0123456789ABC"), encoding="utf-8")
    tokens = " ".join(letter * 32 for letter in "abc")
    done = CliRunner().invoke(main, ["adopt", "--mapping", str(tmp_path / "new.json"), "--dkim-tokens", tokens])
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert json.loads(shown).items() <= json.loads(done.stdout).items()
