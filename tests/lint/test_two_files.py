"""Tests of the rules that need a whole zone and the app beside it, which no single file shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lint.apps import findings

if TYPE_CHECKING:
    from pathlib import Path

APP = {
    "Resources": {
        "Identity": {
            "Type": "AWS::SES::EmailIdentity",
            "Properties": {"EmailIdentity": "example.com", "MailFromAttributes": {"MailFromDomain": "bounce.example.com"}},
        }
    }
}
SOA = "example.com. 900 IN SOA ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 900"
TOKENS = "\n".join(f"{token}._domainkey.example.com. 600 IN CNAME {token}.dkim.amazonses.com." for token in "abc")
MX = "bounce.example.com. 600 IN MX 10 feedback-smtp.us-east-1.amazonses.com."


@pytest.mark.parametrize(
    ("zone", "rule"),
    [
        pytest.param(TOKENS, "mail-from-no-mx", id="the-mx-is-missing"),
        pytest.param(
            TOKENS + "\n" + TOKENS.replace("a.", "d.").replace("b.", "e.").replace("c.", "f."), "ses-unknown-signer", id="six"
        ),
    ],
)
def test_what_the_zone_and_the_app_show_together(zone: str, rule: str, tmp_path: Path) -> None:
    """The template says what is wanted, the zone what is there."""
    (tmp_path / "app.template.json").write_text(json.dumps(APP), encoding="utf-8")
    (tmp_path / "example.com.zone").write_text(f"{SOA}\n{zone}\n", encoding="utf-8")
    assert rule in {each.id for each in findings(tmp_path)}
    (tmp_path / "example.com.zone").write_text(f"{SOA}\n{TOKENS}\n{MX}\n", encoding="utf-8")
    assert rule not in {each.id for each in findings(tmp_path)}
