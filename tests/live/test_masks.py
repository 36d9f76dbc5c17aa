"""What is written holds no account, zone id, ARN, key or address of a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.masks import leaks, masked
from tests.live.settings import DOCS

ROLE = "arn:aws:sts::123456789012:assumed-role/ses-live-r1-Mail/r1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"User `{ROLE}' may not", "User `<sts arn>' may not", id="arn"),
        pytest.param("arn:aws-us-gov:iam::123456789012:role/a.", "<iam arn>", id="arn-of-another-partition"),
        pytest.param("in the account 123456789012.", "in the account <account>.", id="account"),
        pytest.param("1234567890123 and 12345678901", "1234567890123 and 12345678901", id="other-numbers"),
        pytest.param("zone Z0123456789ABC: /hostedzone/Z0123456789ABC", "zone <zone>: /hostedzone/<zone>", id="zone"),
        pytest.param("ZONE_ID and ZERO", "ZONE_ID and ZERO", id="words-in-capitals"),
        pytest.param("AKIAIOSFODNN7EXAMPLE, AROAEXAMPLEID12345", "<key id>, <key id>", id="key-ids"),
        pytest.param("(Request ID: 0a1b2c3d-0a1b-4c3d-8a1b-0a1b2c3d4e5f)", "(Request ID: <uuid>)", id="uuid"),
        pytest.param("a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6._domainkey", "<token>._domainkey", id="dkim-token"),
        pytest.param("https://sqs.us-east-1.amazonaws.com/123456789012/q", "<url>", id="url"),
        pytest.param("me@gmail.com and hello@mail.r1.example.com", "<address> and hello@mail.r1.example.com", id="addresses"),
        pytest.param("bounce@simulator.amazonses.com", "bounce@simulator.amazonses.com", id="simulator"),
        pytest.param("a@notexample.com", "<address>", id="address-of-a-longer-domain"),
        pytest.param("the secret word", "the <masked> word", id="given-by-name"),
        pytest.param({"key me@gmail.com": [1, None, ROLE]}, {"key <address>": [1, None, "<sts arn>"]}, id="inside"),
    ],
)
def test_masks(text: Any, expected: Any) -> None:
    """Each kind; what is left over leaks nothing."""
    assert masked(text, "example.com", ["secret"]) == expected
    assert leaks(str(expected), "example.com") == []


def test_leaks_are_seen() -> None:
    """A text that was not masked."""
    assert leaks(f"{ROLE} me@gmail.com", "example.com") == [ROLE, "123456789012", "me@gmail.com"]


def test_what_is_published() -> None:
    """Nothing of an account in the files of answers and on the page; its examples aside."""
    for path in [*(DOCS / "live").iterdir(), DOCS / "live.md"]:
        text = path.read_text(encoding="utf-8").replace("ZONE_ID=Z0123456789ABC", "").replace("ACCOUNT=123456789012", "")
        assert leaks(text, "example.com" if path.suffix == ".md" else _domain(text)) == [], path


def _domain(text: str) -> str:
    return text.partition('"domain": "')[2].partition('"')[0]
