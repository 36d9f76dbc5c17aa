"""Tests of how texts of records are shown in findings, and of what counts as a slip of the keyboard."""

from __future__ import annotations

import pytest

from ses_email_auth.checks.rules.record_text import is_one_off, message_of, shown
from ses_email_auth.errors import RecordSyntaxError

PRIVATE = [
    pytest.param("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw", id="pkcs-8"),
    pytest.param("MIIEpAIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo", id="pkcs-1"),
    pytest.param("MHcCAQEEIIYpE5nkLZ0mW0hTnVb9dkqYUPPQ", id="sec-1"),
    pytest.param("MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEH", id="pkcs-8-of-a-curve"),
    pytest.param("MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v7VmZ0Vvh", id="pkcs-8-of-ed25519"),
]


@pytest.mark.parametrize("key", PRIVATE)
@pytest.mark.parametrize(
    "frame", ["{}", "v=DKIM1; p={}", "v=spf1 include:{} ~all", "p=none{}\n", "-----BEGIN PRIVATE KEY-----\n{}"]
)
def test_a_private_key_is_not_shown(key: str, frame: str) -> None:
    """Wherever it stands in a text, and not in part."""
    text = frame.format(key)
    assert key[:8] not in shown(text)
    assert message_of(RecordSyntaxError(f"{text!r} is wrong", text, (0, 1), "RFC 1")) == "it holds a private key (not shown)"


def test_a_public_key_is_shown() -> None:
    """It is public, and the start of it tells which one is meant."""
    assert shown("p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A") == "'p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'"
    assert shown("p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB") == "'p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB'"


def test_long_texts_are_cut() -> None:
    """Sixty characters of a text, or as many as asked for; beginning and end of a message."""
    assert shown("a" * 60) == f"'{'a' * 60}'"
    assert shown("a" * 61) == f"'{'a' * 60}'..."
    assert shown("abc", 2) == "'ab'..."
    assert message_of(RecordSyntaxError("a" * 180, "", (0, 0), "RFC 1")) == "a" * 180
    assert message_of(RecordSyntaxError("a" * 100 + "b" * 100, "", (0, 0), "RFC 1")) == f"{'a' * 80} ... {'b' * 100}"


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
