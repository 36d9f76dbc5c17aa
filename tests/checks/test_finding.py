"""Tests of findings."""

from __future__ import annotations

from dataclasses import replace

from ses_email_auth.checks.finding import Finding, Severity


def test_a_finding_prints_its_fix_and_its_reference() -> None:
    """One line; the fix is left out where nothing needs to be done."""
    finding = Finding(id="a-b", severity=Severity.ERROR, message="bad", fix="mend it", reference="RFC 1", where="x TXT")
    assert str(finding) == "a-b: bad; mend it (RFC 1)"
    assert str(replace(finding, fix="")) == "a-b: bad (RFC 1)"
