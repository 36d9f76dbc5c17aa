"""Tests of the rules on the URIs that DMARC reports go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from tests.checks.views import REPORTS, dmarc, finding, found

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

AT = "_dmarc.example.com TXT"
WRITE = "write rua=mailto:dmarc-reports@example.com"
THREE = "mailto:a@example.com,mailto:b@example.com, mailto:c@example.com"
TWO_AT_MOST = "name 2 at most, and pass the reports on from there"

LOUD = [
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="bare-address",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto: a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'mailto: a@example.com' is not a report address: it holds white space; remove it",
        WRITE,
        id="space-behind-mailto",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto:mailto:a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'mailto:mailto:a@example.com' holds 'mailto:' twice; write it once",
        WRITE,
        id="mailto-twice",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto:a@example.com;mailto:b@example.com"),
        Severity.ERROR,
        AT,
        "a ';' ends the list of report URIs, so 'mailto:b@example.com' is read as a tag and spoils the record",
        "write ',' between two URIs",
        id="semicolon-between-uris",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua="),
        Severity.ERROR,
        AT,
        "rua has no value; write one or remove the tag",
        WRITE,
        id="empty-rua",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc(f"p=none; {REPORTS}; RUF=a@example.com; fo=1"),
        Severity.ERROR,
        AT,
        "ruf: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        "write ruf=mailto:dmarc-reports@example.com",
        id="ruf-too",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc("sp=none; rua=a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="beside-a-missing-p-only-the-uri",
    ),
    pytest.param(
        "dmarc-rua-not-uri",
        dmarc(f"p=none; rua={'a' * 300}"),
        Severity.ERROR,
        AT,
        f"rua: '{'a' * 74} ... {'a' * 19}' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="a-long-text-is-cut",
    ),
    pytest.param(
        "dmarc-rua-many",
        dmarc(f"p=none; rua={THREE}"),
        Severity.WARNING,
        AT,
        "rua names 3 places; RFC 7489 receivers need to send reports to 2 only",
        TWO_AT_MOST,
        id="three",
    ),
    pytest.param(
        "dmarc-rua-many",
        dmarc(f"p=none; {REPORTS}; ruf={THREE}; fo=1"),
        Severity.WARNING,
        AT,
        "ruf names 3 places; RFC 7489 receivers need to send reports to 2 only",
        TWO_AT_MOST,
        id="ruf-too",
    ),
    pytest.param(
        "dmarc-rua-not-mailto",
        dmarc("p=none; rua=https://example.com/dmarc"),
        Severity.WARNING,
        AT,
        "rua: reporters must know mailto: only, and few send anything to 'https://example.com/dmarc'",
        "name a mail address in rua too",
        id="https-alone",
    ),
    pytest.param(
        "dmarc-rua-not-mailto",
        dmarc(f"p=none; {REPORTS},https://example.com/dmarc"),
        Severity.INFO,
        AT,
        "rua: reporters must know mailto: only, and few send anything to 'https://example.com/dmarc'",
        "",
        id="https-beside-mailto",
    ),
    pytest.param(
        "dmarc-size-suffix",
        dmarc(f"p=none; {REPORTS}!10M"),
        Severity.INFO,
        AT,
        "the size limit '!10m' is obsolete, and reporters ignore it",
        "leave the size limit out",
        id="ten-megabytes",
    ),
]

SILENT = [
    pytest.param("dmarc-rua-not-uri", dmarc("p=none;rua=mailto:a@example.com,mailto:b@example.com"), id="no-space"),
    pytest.param("dmarc-rua-not-uri", dmarc("p=none; rua=mailto:a@example.com!10m, https://example.com/r"), id="obsolete-size"),
    pytest.param("dmarc-rua-not-uri", dmarc("p=bogus; adkim=x; rua=mailto:a@example.com"), id="other-tags-are-wrong"),
    pytest.param("dmarc-rua-not-uri", dmarc(f"p=none; {REPORTS}; {REPORTS}"), id="twice-is-a-fault-of-the-record"),
    pytest.param("dmarc-rua-not-uri", dmarc("sp=none"), id="a-missing-p-is-a-fault-of-the-record"),
    pytest.param(
        "dmarc-rua-many", dmarc("p=none; rua=mailto:a@example.com,mailto:b@example.com,mailto:a@example.com"), id="two-places"
    ),
    pytest.param("dmarc-rua-not-mailto", dmarc(f"p=none; {REPORTS}; ruf=mailto:a@example.com"), id="mail"),
    pytest.param("dmarc-size-suffix", dmarc(f"p=none; {REPORTS}"), id="no-limit"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []


def test_every_wrong_uri_is_named() -> None:
    """Two wrong URIs of one list are two findings."""
    view = dmarc("p=none; rua=a@example.com,b@example.com")
    assert [each.message.partition(" is ")[0] for each in found("dmarc-rua-not-uri", view)] == [
        "rua: 'a@example.com'",
        "rua: 'b@example.com'",
    ]
