"""Tests of the error for a file that cannot be read."""

from __future__ import annotations

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.sources.source_file import UnreadableSource


def test_the_error_names_file_and_reason() -> None:
    """It is one of our own, so that a command shows it without a traceback."""
    error = UnreadableSource("a\tb.json", "line 3: it is empty")
    assert isinstance(error, EmailAuthError)
    assert str(error) == r"cannot read 'a\tb.json': line 3: it is empty"
    assert (error.path, error.reason) == ("a\tb.json", "line 3: it is empty")
