"""What commands that judge files share: which findings `--ignore` leaves out."""

from __future__ import annotations

import pytest

from ses_email_auth.cli.judging import Ignored
from tests.cli.lint_results import finding

NAMES = [
    pytest.param("spf-multiple", "example.com TXT", True, id="at-all-names"),
    pytest.param("spf-multiple@example.com", "example.com TXT", True, id="at-the-name"),
    pytest.param("spf-multiple@Example.COM.", "example.com TXT", True, id="another-spelling"),
    pytest.param("spf-multiple@日本.example.com", "xn--wgv71a.example.com TXT", True, id="idn"),
    pytest.param("spf-multiple@xn--wgv71a.example.com", "日本.example.com TXT", True, id="idn-in-the-finding"),
    pytest.param("spf-multiple@a_b.example.com", "a_b.example.com TXT", True, id="a-name-that-no-host-has"),
    pytest.param("spf-multiple@a..example.com", "a..example.com TXT", True, id="no-name-at-all"),
    pytest.param("spf-multiple@*.example.com", "*.example.com TXT", True, id="wildcard-record"),
    pytest.param("spf-multiple@*.example.com", "a.example.com TXT", False, id="a-wildcard-covers-no-other"),
    pytest.param("spf-multiple@example.com", "a.example.com TXT", False, id="a-name-covers-none-below"),
    pytest.param("spf-multiple@example.com", "", False, id="a-finding-without-a-name"),
    pytest.param("spf-pass-all@example.com", "example.com TXT", False, id="another-rule"),
    pytest.param("spf-multiple@info@example.com", "info@example.com", True, id="an-address"),
]


@pytest.mark.parametrize(("option", "where", "covered"), NAMES)
def test_a_finding_is_ignored_by_rule_and_by_name(option: str, where: str, covered: bool) -> None:  # noqa: FBT001
    """A name counts in all its spellings, and alone."""
    assert Ignored.of((option,)).covers(finding(where=where)) == covered


def test_several_are_ignored_together() -> None:
    """Rules, and names of other rules."""
    ignored = Ignored.of(("spf-pass-all", "spf-multiple@example.com", "spf-multiple@example.org"))
    covered = [
        ignored.covers(finding(rule_id, where=where))
        for rule_id, where in (("spf-pass-all", "x TXT"), ("spf-multiple", "example.org TXT"), ("spf-multiple", "x TXT"))
    ]
    assert covered == [True, True, False]
