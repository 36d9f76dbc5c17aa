"""Tests of what a file holds, and of the error for one that cannot be read."""

from __future__ import annotations

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile, UnreadableSource


def test_the_error_names_file_and_reason() -> None:
    """It is one of our own, so that a command shows it without a traceback."""
    error = UnreadableSource("a\tb.json", "line 3: it is empty")
    assert isinstance(error, EmailAuthError)
    assert str(error) == r"cannot read 'a\tb.json': line 3: it is empty"
    assert (error.path, error.reason) == ("a\tb.json", "line 3: it is empty")


def test_contents_begin_empty_and_share_nothing() -> None:
    """Two files never write into one list."""
    first, second = SourceFile(path="a"), SourceFile(path="b")
    first.zones.append(DeclaredZone(zone_id="Z1"))
    assert second.zones == []
    assert (second.account, second.region, second.scope, second.records, second.identities) == ("", "", "", [], [])


def test_a_zone_claims_nothing_by_itself() -> None:
    """It is neither complete nor private nor signed, and has no name."""
    zone = DeclaredZone(zone_id="Z1")
    assert (zone.name, zone.is_complete, zone.is_private, zone.dnssec_signed) == (None, False, False, None)
