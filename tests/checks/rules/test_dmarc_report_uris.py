"""Tests of the rules on the URIs that DMARC reports go to."""

from __future__ import annotations

from ses_email_auth.checks.finding import Severity
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.checks.views import REPORTS, dmarc

AT = "_dmarc.example.com TXT"
WRITE = "write rua=mailto:dmarc-reports@example.com"
THREE = "mailto:a@example.com,mailto:b@example.com, mailto:c@example.com"
TWO_AT_MOST = "name 2 at most, and pass the reports on from there"

LOUD = [
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="bare-address",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto: a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'mailto: a@example.com' is not a report address: it holds white space; remove it",
        WRITE,
        id="space-behind-mailto",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto:mailto:a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'mailto:mailto:a@example.com' holds 'mailto:' twice; write it once",
        WRITE,
        id="mailto-twice",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto:a@example.com;mailto:b@example.com"),
        Severity.ERROR,
        AT,
        "a ';' ends the list of report URIs, so 'mailto:b@example.com' is read as a tag and spoils the record",
        "write ',' between two URIs",
        id="semicolon-between-uris",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua="),
        Severity.ERROR,
        AT,
        "rua has no value; write one or remove the tag",
        WRITE,
        id="empty-rua",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc(f"p=none; {REPORTS}; RUF=a@example.com; fo=1"),
        Severity.ERROR,
        AT,
        "ruf: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        "write ruf=mailto:dmarc-reports@example.com",
        id="ruf-too",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("sp=none; rua=a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="beside-a-missing-p-only-the-uri",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc(f"p=none; rua={'a' * 300}"),
        Severity.ERROR,
        AT,
        f"rua: '{'a' * 74} ... {'a' * 19}' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="a-long-text-is-cut",
    ),
    loud(
        "dmarc-rua-many",
        dmarc(f"p=none; rua={THREE}"),
        Severity.WARNING,
        AT,
        "rua names 3 places; RFC 7489 receivers need to send reports to 2 only",
        TWO_AT_MOST,
        id="three",
    ),
    loud(
        "dmarc-rua-many",
        dmarc(f"p=none; {REPORTS}; ruf={THREE}; fo=1"),
        Severity.WARNING,
        AT,
        "ruf names 3 places; RFC 7489 receivers need to send reports to 2 only",
        TWO_AT_MOST,
        id="ruf-too",
    ),
    loud(
        "dmarc-rua-not-mailto",
        dmarc("p=none; rua=https://example.com/dmarc"),
        Severity.WARNING,
        AT,
        "rua: reporters must know mailto: only, and few send anything to 'https://example.com/dmarc'",
        "name a mail address in rua too",
        id="https-alone",
    ),
    loud(
        "dmarc-rua-not-mailto",
        dmarc(f"p=none; {REPORTS},https://example.com/dmarc"),
        Severity.INFO,
        AT,
        "rua: reporters must know mailto: only, and few send anything to 'https://example.com/dmarc'",
        "",
        id="https-beside-mailto",
    ),
    loud(
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
    silent("dmarc-rua-not-uri", dmarc("p=none;rua=mailto:a@example.com,mailto:b@example.com"), id="no-space"),
    silent("dmarc-rua-not-uri", dmarc("p=none; rua=mailto:a@example.com!10m, https://example.com/r"), id="obsolete-size"),
    silent("dmarc-rua-not-uri", dmarc("p=bogus; adkim=x; rua=mailto:a@example.com"), id="other-tags-are-wrong"),
    silent("dmarc-rua-not-uri", dmarc(f"p=none; {REPORTS}; {REPORTS}"), id="twice-is-a-fault-of-the-record"),
    silent("dmarc-rua-not-uri", dmarc("sp=none"), id="a-missing-p-is-a-fault-of-the-record"),
    silent(
        "dmarc-rua-many", dmarc("p=none; rua=mailto:a@example.com,mailto:b@example.com,mailto:a@example.com"), id="two-places"
    ),
    silent("dmarc-rua-not-mailto", dmarc(f"p=none; {REPORTS}; ruf=mailto:a@example.com"), id="mail"),
    silent("dmarc-size-suffix", dmarc(f"p=none; {REPORTS}"), id="no-limit"),
]


test_rules = rule_test(LOUD, SILENT)


def test_every_wrong_uri_is_named() -> None:
    """Two wrong URIs of one list are two findings."""
    view = dmarc("p=none; rua=a@example.com,b@example.com")
    assert [each.message.partition(" is ")[0] for each in findings_of("dmarc-rua-not-uri", view)] == [
        "rua: 'a@example.com'",
        "rua: 'b@example.com'",
    ]
