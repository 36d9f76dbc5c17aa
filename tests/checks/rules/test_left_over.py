"""Tests of the rules on records of Amazon SES that no identity in view needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from tests.checks.ses_views import easy_dkim, identity, view_of
from tests.checks.views import finding, found, part, txt

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

WHERE = "_domainkey.example.com CNAME"

LOUD = [
    pytest.param(
        "ses-unknown-signer",
        view_of(*easy_dkim("abcdef"), identity(), identity("a@example.com"), complete=True),
        WHERE,
        "example.com has 6 DKIM records of SES, and the identities in view explain 3; "
        "another account or region can sign as this domain",
        id="three-more",
    ),
    pytest.param(
        "ses-unknown-signer",
        view_of(*easy_dkim("abc"), identity(selector="s"), complete=True),
        WHERE,
        "example.com has 3 DKIM records of SES, and the identities in view explain 0; "
        "another account or region can sign as this domain",
        id="an-own-key-needs-none",
    ),
    pytest.param(
        "ses-verification-txt",
        part(txt("_amazonses.example.com", "pmBGN/7MjnfhTKUZ06Enqq1PeGUaOkw8lGhcfwefcHU=", "another")),
        "_amazonses.example.com TXT",
        "SES verifies domains by DKIM now; once it shows DKIM as verified, this record can go",
        id="legacy",
    ),
]

SILENT = [
    pytest.param("ses-unknown-signer", view_of(*easy_dkim("abc"), identity(), complete=True), id="explained"),
    pytest.param(
        "ses-unknown-signer",
        view_of(*easy_dkim("abcdef"), identity(region="us-east-1"), identity(region="eu-west-1"), complete=True),
        id="two-regions",
    ),
    pytest.param("ses-unknown-signer", view_of(*easy_dkim("abcdef"), identity()), id="a-part-of-the-zone"),
    pytest.param("ses-unknown-signer", view_of(*easy_dkim("abcdef"), complete=True), id="no-identity-in-view"),
    pytest.param("ses-verification-txt", part(txt("amazonses.example.com", "a")), id="another-name"),
]


@pytest.mark.parametrize(("rule", "view", "where", "message"), LOUD)
def test_it_can_go(rule: str, view: ZoneView, where: str, message: str) -> None:
    """An info that asks for no action."""
    assert found(rule, view) == [finding(rule, Severity.INFO, where, message, "")]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_needed_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []
