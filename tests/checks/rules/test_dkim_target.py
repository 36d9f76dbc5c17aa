"""Tests of the rule on Easy DKIM CNAMEs that lead past the key."""

from __future__ import annotations

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.resource_record_set import RecordType
from tests.checks.views import TOKEN, finding, found, other, part

RULE = "ses-dkim-target"
KEY = "abcdefghijklmnopqrstuvwxyz234567"
NAME = f"{KEY}._domainkey.example.com"

LOUD = [
    pytest.param(
        RULE,
        NAME,
        f"{KEY[::-1]}.dkim.us-west-2.amazonses.com.",
        f"it leads to the key of '{KEY[::-1]}', and each DKIM name of SES leads to the key of its own token",
        f"write {KEY}.dkim.us-west-2.amazonses.com",
        id="tokens-mixed-up",
    ),
    pytest.param(
        RULE,
        NAME,
        f"{KEY}.dkim.amazonses.com.example.com",
        "its target has 'example.com' behind the host of SES, where no key is",
        f"write {KEY}.dkim.amazonses.com. with the final dot",
        id="zone-appended",
    ),
    pytest.param(
        RULE,
        NAME,
        f"{KEY}.dkim.amazonaws.com",
        "its target ends in amazonaws.com; the DKIM keys of SES are below amazonses.com",
        f"write {KEY}.dkim.amazonses.com",
        id="the-host-of-receiving",
    ),
    pytest.param(
        RULE,
        NAME,
        f"{KEY}.dkim.ap-northeast-3.amazonse.com.",
        "its target ends in amazonse.com; the DKIM keys of SES are below amazonses.com",
        f"write {KEY}.dkim.ap-northeast-3.amazonses.com",
        id="a-letter-is-missing",
    ),
    pytest.param(
        RULE,
        f"{KEY}.example.com",
        f"{KEY}.dkim.amazonses.com",
        f"it stands at {KEY}.example.com, and SES and receivers look below _domainkey only",
        f"write {NAME}",
        id="domainkey-is-missing",
    ),
]

SILENT = [
    pytest.param(RULE, f"{KEY[:-2]}-a._domainkey.example.com", f"{KEY}.dkim.amazonses.com", id="a-long-name-that-is-no-token"),
    pytest.param(RULE, NAME, f"{KEY}.dkim.amazonses.com", id="as-ses-gives-it"),
    pytest.param(RULE, NAME, f"{KEY.upper()}.DKIM.amazonses.com.", id="spelling"),
    pytest.param(RULE, NAME, f"{KEY}.a31d.dkim.us-west-2.amazonses.com", id="a-cell"),
    pytest.param(RULE, NAME, f"{KEY}.dkim.ap-northeast-3.amazonses.com", id="a-region"),
    pytest.param(RULE, NAME, f"{KEY}.dkim.{TOKEN}", id="token"),
    pytest.param(RULE, NAME, f"{KEY}.dkim.hubspotemail.com", id="another-service"),
    pytest.param(RULE, "s1._domainkey.example.com", f"{KEY}.dkim.amazonses.com", id="a-name-that-somebody-chose"),
    pytest.param(RULE, "www.example.com", "host.example.net", id="another-target"),
]


@pytest.mark.parametrize(("rule", "name", "target", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, name: str, target: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    view = part(other(name, RecordType.CNAME, target))
    assert found(rule, view) == [finding(rule, Severity.ERROR, f"{name} CNAME", message, fix)]


@pytest.mark.parametrize(("rule", "name", "target"), SILENT)
def test_what_is_right_is_left_alone(rule: str, name: str, target: str) -> None:
    """The rule finds nothing."""
    assert found(rule, part(other(name, RecordType.CNAME, target))) == []
