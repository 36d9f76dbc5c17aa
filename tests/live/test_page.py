"""docs/live.md, and the questions on it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.live.__main__ import _ask
from tests.live.answers import Result, content, newest, write
from tests.live.catalogue import QUESTIONS
from tests.live.page import page
from tests.live.questions import Answer, NotAsked, Verdict
from tests.live.run import OutOfTime, Run
from tests.live.settings import DOCS, read

if TYPE_CHECKING:
    from pathlib import Path

GIVEN = {"DOMAIN": "example.com", "ZONE_ID": "Z0123456789ABC", "ACCOUNT": "123456789012"}


def test_the_page_is_up_to_date() -> None:
    """It is what the generator writes: `python -m tests.live.page > docs/live.md`."""
    assert (DOCS / "live.md").read_text(encoding="utf-8") == page(newest(DOCS / "live"))


def test_questions_are_complete() -> None:
    """Each has an id of its own and all its texts, which end like sentences."""
    assert len({question.id for question in QUESTIONS}) == len(QUESTIONS) == 27
    for question in QUESTIONS:
        assert question.question.endswith("?"), question.id
        assert question.expectation.endswith((".", ")")), question.id
        assert all((question.why, question.how, question.then, question.otherwise)), question.id


def test_until_somebody_has_asked() -> None:
    """The page says so, and has each question with what is expected."""
    text = page(None)
    assert "**Nobody has run it on AWS yet.**" in text
    assert text.count("- answer: nobody has asked yet\n") == len(QUESTIONS)


def test_answers(tmp_path: Path) -> None:
    """An answer, its facts and its consequence, masked; the page has them."""
    first, second, third = QUESTIONS[:3]
    results = [
        Result(first, Verdict.AS_EXPECTED, "DKIM 41 s", {"seconds": {"DKIM": 41.26}}, 41.26),
        Result(second, Verdict.OTHERWISE, "refused for arn:aws:iam::123456789012:role/r", {}, 1),
        Result(third, Verdict.NOT_ASKED, "the 45 minutes were over"),
    ]
    path = write(tmp_path, content(read(GIVEN), "2026-12-01", results, ["secret me@gmail.com"]))
    assert path.name == "2026-12-01.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert (whole["schema"], whole["asked"], whole["left"]) == (1, "AWS", ["secret <address>"])
    assert [entry["verdict"] for entry in whole["answers"]] == ["as expected", "otherwise", "not asked"]
    assert [entry["consequence"] for entry in whole["answers"]] == [first.then, second.otherwise, "Open as before."]
    assert whole["answers"][0]["seconds"] == 41.3
    text = page(whole)
    assert "Asked on 2026-12-01, in us-east-1, at AWS: 3 answers, of which 1 were as expected." in text
    assert "- answer: **otherwise**: refused for &lt;iam arn>\n" in text
    assert "Nobody has run it" not in text


def test_the_newest(tmp_path: Path) -> None:
    """The last run of the last day; a second run of a day overwrites nothing."""
    assert newest(tmp_path) is None
    for date in ("2026-12-02", "2026-12-01", *["2026-12-02"] * 10):
        write(tmp_path, {"date": date, "number": len(list(tmp_path.iterdir()))})
    assert (tmp_path / "2026-12-02-11.json").exists()
    assert newest(tmp_path) == {"date": "2026-12-02", "number": 11}


def test_whatever_goes_wrong_in_a_question_is_its_answer() -> None:
    """A fault of the suite, the ceiling on time, and what cannot be asked: the next question is asked all the same."""
    faults = {ZeroDivisionError("b"): Verdict.FAILED, OutOfTime(): Verdict.NOT_ASKED, NotAsked("no"): Verdict.NOT_ASKED}
    for fault, verdict in faults.items():

        def ask(_: Run, fault: Exception = fault) -> Answer:
            raise fault

        result = _ask(Run(read(GIVEN)), replace(QUESTIONS[0], ask=ask))
        assert result.verdict is verdict
    assert _ask(Run(read(GIVEN), deadline=1), QUESTIONS[0]).answer == "the 45 minutes were over"
