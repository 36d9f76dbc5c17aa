"""Tests of words that are nearly another word."""

from __future__ import annotations

import pytest

from ses_email_auth.checks.rules.record_text import is_one_off


@pytest.mark.parametrize(
    ("word", "is_off"),
    [
        pytest.param("adkim", False, id="equal"),
        pytest.param("adkin", True, id="one-wrong"),
        pytest.param("dkim", True, id="one-too-few"),
        pytest.param("adkimm", True, id="one-too-many"),
        pytest.param("adikm", True, id="two-swapped"),
        pytest.param("mdkia", False, id="two-swapped-that-are-far-apart"),
        pytest.param("adxin", False, id="two-wrong"),
        pytest.param("adk", False, id="two-too-few"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_one_slip(word: str, is_off: bool) -> None:  # noqa: FBT001 - a column of the table
    """One slip of a finger, and no more."""
    assert is_one_off(word, "adkim") is is_off
