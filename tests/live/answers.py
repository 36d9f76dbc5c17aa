"""The file of the answers in `docs/live`, named by the date; schema 1. Nothing is written into it before it is masked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.live.masks import masked
from tests.live.questions import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.questions import Question
    from tests.live.settings import Options

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one question."""

    question: Question
    verdict: Verdict
    answer: str
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def consequence(self) -> str:
        """What follows."""
        if self.verdict is Verdict.AS_EXPECTED:
            return self.question.then
        return self.question.otherwise if self.verdict is Verdict.OTHERWISE else "Open as before."


def content(options: Options, date: str, results: list[Result], left: list[str]) -> dict[str, Any]:
    """What the file holds, masked."""
    whole = {
        "schema": SCHEMA,
        "date": date,
        "asked": "an endpoint that was given, which is not AWS" if options.endpoint else "AWS",
        "region": options.region,
        "domain": options.domain,
        "left": left,
        "answers": [
            {
                "id": result.question.id,
                "question": result.question.question,
                "expectation": result.question.expectation,
                "why": result.question.why,
                "how": result.question.how,
                "verdict": result.verdict.value,
                "answer": result.answer,
                "facts": result.facts,
                "consequence": result.consequence,
                "seconds": round(result.seconds, 1),
            }
            for result in results
        ],
    }
    return dict(masked(whole, options.domain, (options.account, options.zone_id)))


def write(folder: Path, whole: dict[str, Any]) -> Path:
    """Write the file; a second one of a day gets a number, so that none is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (path := folder / f"{whole['date']}{'' if number == 1 else f'-{number}'}.json").exists():
        number += 1
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def newest(folder: Path) -> dict[str, Any] | None:
    """The file of the latest date, and of the latest run of that day; None if nobody has asked."""

    def age(path: Path) -> tuple[str, int]:
        date, _, number = path.stem[:10], path.stem[10:11], path.stem[11:]
        return date, int(number or 1)

    files = sorted(folder.glob("????-??-??*.json"), key=age)
    return json.loads(files[-1].read_text(encoding="utf-8")) if files else None
