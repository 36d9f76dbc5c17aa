"""A question to AWS, what we believe of it, and what an answer is; the decorator `question` declares one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.live.run import Run


class Verdict(Enum):
    """What came of a question."""

    AS_EXPECTED = "as expected"
    OTHERWISE = "otherwise"
    NOT_ASKED = "not asked"
    FAILED = "failed to ask"


class NotAsked(Exception):
    """Why a question cannot be asked in this run."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What AWS answered."""

    text: str
    is_as_expected: bool
    facts: dict[str, Any] = field(default_factory=dict)
    """Numbers, names of statuses, sentences of AWS: whatever the text rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question; all texts are for people."""

    id: str
    question: str
    expectation: str
    why: str
    """The source of the expectation, and how sure it is."""

    how: str
    then: str
    """What follows if it is as expected."""

    otherwise: str
    """What changes in the code and the pages if it is not."""

    optional: bool = False
    """Whether it needs something that most runs are not given."""

    ask: Callable[[Run], Answer]


def question(**texts: Any) -> Callable[[Callable[[Run], Answer]], Question]:
    """Declare the function below as the one that asks; it then stands for the `Question`."""
    return lambda ask: Question(ask=ask, **texts)
