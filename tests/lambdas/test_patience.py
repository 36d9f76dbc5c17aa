"""Calls that wait for their permission."""

from __future__ import annotations

import pytest

from ses_email_auth.lambdas import patience
from tests.lambdas.fake_keys import refused


class Caller:
    """Refuses some times."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        self.calls = 0

    def __call__(self, *, name: str) -> str:
        """What it was given."""
        self.calls += 1
        if self.codes:
            raise refused("Something", self.codes.pop(0))
        return name


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which take no time."""
    pauses: list[float] = []
    monkeypatch.setattr(patience.time, "sleep", pauses.append)
    return pauses


def test_permissions_that_come_late(slept: list[float]) -> None:
    """By either name of the refusal."""
    call = Caller("AccessDenied", "AccessDeniedException")
    assert patience.patiently(call, name="x") == "x"
    assert (call.calls, slept) == (3, [2, 4])


def test_permissions_that_do_not_come(slept: list[float]) -> None:
    """The last refusal is told."""
    call = Caller(*["AccessDeniedException"] * 9)
    with pytest.raises(patience.ClientError, match="AccessDeniedException"):
        patience.patiently(call, name="x")
    assert (call.calls, slept) == (5, [2, 4, 6, 8])


def test_other_trouble(slept: list[float]) -> None:
    """Is told at once."""
    with pytest.raises(patience.ClientError, match="NotFound"):
        patience.patiently(Caller("NotFound"), name="x")
    assert slept == []
