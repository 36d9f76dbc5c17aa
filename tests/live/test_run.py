"""`make live` against a local AWS that it takes for a stranger's: whole runs, and runs that are stopped, killed and refused."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.live.answers import newest
from tests.live.catalogue import QUESTIONS
from tests.live.masks import leaks
from tests.live.page import page
from tests.live.stranger import DOMAIN, OPT_IN, ZONE_ID, place
from tests.local_aws import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.live.stranger import Place
    from tests.local_aws import LocalAws

# What is otherwise in the classic world of record sets.
RECORD_SETS = ("record-set-type", "equal-record", "renamed-record", "import-of-a-record")


@pytest.fixture
def zone(aws: LocalAws, tmp_path: Path) -> Iterator[Place]:
    """An empty zone."""
    with place(aws, tmp_path) as made:
        yield made


def answers(zone: Place) -> dict[str, Any]:
    """The file that a run has written."""
    whole = newest(zone.folder / "out" / "live")
    assert whole is not None
    return whole


@pytest.mark.parametrize(
    ("world", "surprises"),
    [
        pytest.param("registry", (), id="registry"),
        pytest.param("classic", RECORD_SETS, id="classic", marks=pytest.mark.full),
    ],
)
def test_every_question(zone: Place, world: str, surprises: tuple[str, ...]) -> None:
    """Every question gets an answer, with a second account and an opt-in region too; each world of record sets has its own.

    The answers are written and masked, nothing is left, and the screen fits into 80 columns.
    """
    zone.aws.play(record_sets=world)
    before = zone.left()
    code, out, errors = zone.run(SECOND_ACCOUNT_PROFILE="second", SECOND_REGION=OPT_IN)
    assert errors == ""
    whole = answers(zone)
    verdicts = {entry["id"]: entry["verdict"] for entry in whole["answers"]}
    assert list(verdicts) == [question.id for question in QUESTIONS]
    assert verdicts == {name: "otherwise" if name in surprises else "as expected" for name in verdicts}, out
    assert code == (1 if surprises else 0)
    assert "Left: nothing" in out
    assert zone.left() == before
    assert list((zone.folder / "journals").iterdir()) == []
    assert [line for line in out.splitlines() if len(line) > 80] == []
    text = (zone.folder / "out" / "live.md").read_text(encoding="utf-8")
    assert text == page(whole)
    assert leaks(json.dumps(whole) + text.partition("## The questions")[2], DOMAIN) == []
    assert ZONE_ID not in json.dumps(whole)
    assert whole["asked"] == "an endpoint that was given, which is not AWS"


@pytest.mark.parametrize("asked", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.full)])
def test_a_run_that_is_interrupted(zone: Place, asked: signal.Signals) -> None:
    """Half way, while a stack is being made: it cleans up, writes no answers, and nothing is left."""
    before = zone.left()
    with zone.start(ONLY="equal-record failure-beside-an-update lambda-boto3") as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("[2/3]"):
                break
        until_a_stack_is_made(zone, "beside-update")
        assert zone.left() != before
        child.send_signal(asked)
        rest, errors = child.communicate(timeout=300)
    assert (child.returncode, errors) == (130, "")
    assert "Interrupted. Cleaning up" in rest
    assert "Left: nothing" in rest
    assert "[3/3]" not in rest
    assert zone.left() == before
    assert newest(zone.folder / "out" / "live") is None


def test_a_run_that_was_killed_is_cleaned_by_its_id(zone: Place) -> None:
    """What a killed run has left goes with CLEAN and its id; then its journal is gone too."""
    before = zone.left()
    with zone.start(ONLY="import-of-an-identity renamed-record failure-beside-an-update") as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("[3/3]"):
                break
        until_a_stack_is_made(zone, "beside-update")
        child.kill()
        child.communicate(timeout=60)
    (journal,) = (zone.folder / "journals").iterdir()
    assert zone.left() != before
    code, out, errors = zone.run(CLEAN=journal.stem)
    assert (code, errors) == (0, "")
    assert "Left: nothing" in out
    assert zone.left() == before
    assert not journal.exists()


def until_a_stack_is_made(zone: Place, label: str) -> None:
    """Wait for a stack of that label; it is being made then."""
    cloudformation = zone.aws.client("cloudformation", "us-east-1")
    while not any(stack["StackName"].endswith(label) for stack in cloudformation.list_stacks()["StackSummaries"]):
        time.sleep(0.05)


@pytest.mark.full
def test_a_ceiling_on_time(zone: Place) -> None:
    """What is not asked by then is said to be so, and all is cleaned up."""
    before = zone.left()
    code, out, errors = zone.run(ONLY="equal-record fifteen-policies", MINUTES="0.04")
    assert (code, errors) == (1, "")
    (entry,) = (entry for entry in answers(zone)["answers"] if entry["id"] == "fifteen-policies")
    assert (entry["verdict"], entry["answer"]) == ("not asked", "the 0.04 minutes were over"), out
    assert zone.left() == before


# --- refused -----------------------------------------------------------------------------------------------------------


def refusal(zone: Place, **given: str) -> str:
    """The sentence of a run that is refused before it has made anything."""
    before = zone.left()
    code, _, errors = zone.run(**given)
    assert code == 2
    assert zone.left() == before
    assert not (zone.folder / "journals").exists()
    assert not (zone.folder / "out").exists()
    return errors.strip()


def test_another_account(zone: Place) -> None:
    """The credentials are of another account than the person thinks."""
    said = refusal(zone, ACCOUNT="210987654321")
    assert said == "the credentials are of the account 123456789012, not of ACCOUNT=210987654321; nothing was made"


def test_the_zone_of_another_domain(zone: Place) -> None:
    """The zone is that of a domain that is in use."""
    said = refusal(zone, DOMAIN="example.net")
    assert said == f"the zone {ZONE_ID} is that of example.com, not of DOMAIN=example.net; nothing was made"


def test_a_zone_that_is_not_empty(zone: Place) -> None:
    """Something stands in the zone; with a child that is new, a run is possible, with one that is in use it is not."""
    record = {"Name": "www.example.com", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"ours"'}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    zone.aws.client("route53").change_resource_record_sets(HostedZoneId=ZONE_ID, ChangeBatch=batch)
    said = refusal(zone)
    assert said == (
        "something stands in the zone already: www.example.com TXT; take an empty zone, or give CHILD=name to work below a new "
        "name; nothing was made"
    )
    said = refusal(zone, CHILD="www")
    assert said == (
        "something stands at or below www.example.com already: www.example.com TXT; take another CHILD; nothing was made"
    )
    before = zone.left()
    code, out, _ = zone.run(CHILD="live", ONLY="renamed-record")
    assert code in {0, 1}, out
    assert answers(zone)["answers"][0]["verdict"] != "failed to ask"
    assert zone.left() == before


@pytest.mark.parametrize("typed", ["n", ""])
def test_a_person_does_not_agree(zone: Place, typed: str) -> None:
    """At a terminal the cost is said, and nothing is made before a person agrees. Without a terminal nobody is asked."""
    before = zone.left()
    master, terminal = os.openpty()
    try:
        os.write(master, f"{typed}\n".encode())
        run = zone.start(terminal)
        out, errors = run.communicate(timeout=60)
    finally:
        os.close(terminal)
        os.close(master)
    assert (run.returncode, errors) == (2, "nothing was made\n")
    assert "less than 0.10 USD" in out
    assert zone.left() == before


def test_the_suite_knows_nothing_of_the_local_aws() -> None:
    """What asks imports nothing of the local AWS and of the helpers of its tests, and names neither."""
    for path in (ROOT / "tests" / "live").glob("*.py"):
        if path.name.startswith("test_") or path.name == "stranger.py":
            continue
        text = path.read_text(encoding="utf-8")
        imported = {node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
        foreign = {name for name in imported if re.match(r"ses_email_auth\.local|tests\.(?!live)", name)}
        assert foreign == set(), path
        assert "ministack" not in text.lower(), path
