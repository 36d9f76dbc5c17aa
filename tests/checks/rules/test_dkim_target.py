"""Tests of the rule on Easy DKIM CNAMEs that lead past the key."""

from __future__ import annotations

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.resource_record_set import RecordType
from tests.checks.rule_table import Row, loud, rule_test, silent
from tests.checks.views import TOKEN, part, record_set

RULE = "ses-dkim-target"
KEY = "abcdefghijklmnopqrstuvwxyz234567"
NAME = f"{KEY}._domainkey.example.com"


def _wrong(name: str, target: str, message: str, fix: str, *, id: str) -> Row:  # noqa: A002 - as `loud`
    return loud(RULE, part(record_set(name, RecordType.CNAME, target)), Severity.ERROR, f"{name} CNAME", message, fix, id=id)


def _right(name: str, target: str, *, id: str) -> Row:  # noqa: A002
    return silent(RULE, part(record_set(name, RecordType.CNAME, target)), id=id)


LOUD = [
    _wrong(
        NAME,
        f"{KEY[::-1]}.dkim.us-west-2.amazonses.com.",
        f"it leads to the key of '{KEY[::-1]}', and each DKIM name of SES leads to the key of its own token",
        f"write {KEY}.dkim.us-west-2.amazonses.com",
        id="tokens-mixed-up",
    ),
    _wrong(
        NAME,
        f"{KEY}.dkim.amazonses.com.example.com",
        "its target has 'example.com' behind the host of SES, where no key is",
        f"write {KEY}.dkim.amazonses.com. with the final dot",
        id="zone-appended",
    ),
    _wrong(
        NAME,
        f"{KEY}.dkim.amazonaws.com",
        "its target ends in amazonaws.com; the DKIM keys of SES are below amazonses.com",
        f"write {KEY}.dkim.amazonses.com",
        id="the-host-of-receiving",
    ),
    _wrong(
        NAME,
        f"{KEY}.dkim.ap-northeast-3.amazonse.com.",
        "its target ends in amazonse.com; the DKIM keys of SES are below amazonses.com",
        f"write {KEY}.dkim.ap-northeast-3.amazonses.com",
        id="a-letter-is-missing",
    ),
    _wrong(
        f"{KEY}.example.com",
        f"{KEY}.dkim.amazonses.com",
        f"it stands at {KEY}.example.com, and SES and receivers look below _domainkey only",
        f"write {NAME}",
        id="domainkey-is-missing",
    ),
]

SILENT = [
    _right(f"{KEY[:-2]}-a._domainkey.example.com", f"{KEY}.dkim.amazonses.com", id="a-long-name-that-is-no-token"),
    _right(NAME, f"{KEY}.dkim.amazonses.com", id="as-ses-gives-it"),
    _right(NAME, f"{KEY.upper()}.DKIM.amazonses.com.", id="spelling"),
    _right(NAME, f"{KEY}.a31d.dkim.us-west-2.amazonses.com", id="a-cell"),
    _right(NAME, f"{KEY}.dkim.ap-northeast-3.amazonses.com", id="a-region"),
    _right(NAME, f"{KEY}.dkim.{TOKEN}", id="token"),
    _right(NAME, f"{KEY}.dkim.hubspotemail.com", id="another-service"),
    _right("s1._domainkey.example.com", f"{KEY}.dkim.amazonses.com", id="a-name-that-somebody-chose"),
    _right("www.example.com", "host.example.net", id="another-target"),
]

test_rules = rule_test(LOUD, SILENT)
