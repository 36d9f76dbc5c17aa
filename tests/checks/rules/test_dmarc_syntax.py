"""Tests of the rules on the text of DMARC records."""

from __future__ import annotations

import time
from string import ascii_lowercase as LETTERS  # noqa: N812 - the names of tags

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.run import check
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import REPORTS, TOKEN, declared, dmarc, part, txt

AT = "_dmarc.example.com TXT"
CORRECT = "correct the record; a right one begins with 'v=DMARC1; p=none'"
BEGIN = "begin it with 'v=DMARC1; p=', the other tags behind"
PASS_OVER = "does not begin with 'v=DMARC1;', so receivers pass over it"
BAD_P = "p must be one of 'none', 'quarantine', 'reject', got 'block'"
STRICT_P = "p does not stand right behind v=DMARC1;, where RFC 7489 wants it: strict readers ignore the record"
NO_P = "there is no p: receivers take p=none if they follow RFC 9989, and may ignore the record if RFC 7489"

LOUD = [
    loud(
        "dmarc-syntax",
        dmarc("p=block"),
        Severity.ERROR,
        AT,
        f"{BAD_P}; receivers apply no DMARC",
        CORRECT,
        id="bad-p",
    ),
    loud(
        "dmarc-syntax",
        dmarc(f"p=block; {REPORTS}"),
        Severity.ERROR,
        AT,
        f"{BAD_P}; receivers act as if it said p=none",
        CORRECT,
        id="bad-p-with-reports",
    ),
    loud(
        "dmarc-syntax",
        dmarc(f"p=reject; sp=no; np=; {REPORTS}"),
        Severity.ERROR,
        AT,
        "sp must be one of 'none', 'quarantine', 'reject', got 'no' (and 1 more); receivers act as if it said p=none",
        CORRECT,
        id="one-finding-for-two-faults",
    ),
    loud(
        "dmarc-syntax",
        dmarc("p=none; p=reject"),
        Severity.ERROR,
        AT,
        "the tag 'p' stands there twice; keep one; receivers apply no DMARC",
        CORRECT,
        id="twice",
    ),
    loud(
        "dmarc-syntax",
        dmarc(f"p=none; {REPORTS}; {REPORTS}"),
        Severity.ERROR,
        AT,
        "the tag 'rua' stands there twice; keep one; receivers apply no DMARC",
        CORRECT,
        id="rua-twice",
    ),
    loud(
        "dmarc-syntax",
        dmarc("p=none;;"),
        Severity.ERROR,
        AT,
        "a tag is missing here; write name=value, and one ';' between tags; receivers apply no DMARC",
        CORRECT,
        id="two-semicolons",
    ),
    loud(
        "dmarc-syntax",
        dmarc("p reject"),
        Severity.ERROR,
        AT,
        "'p reject' has no '='; write name=value; receivers apply no DMARC",
        CORRECT,
        id="no-equals-sign",
    ),
    loud(
        "dmarc-syntax",
        part(txt("_dmarc.example.com", "v=DMARC1")),
        Severity.ERROR,
        AT,
        "there is neither a p nor a valid rua, so receivers apply no DMARC; write 'p=none'",
        CORRECT,
        id="the-version-alone",
    ),
    loud(
        "dmarc-syntax",
        dmarc(f"p=none; {'x' * 400}"),
        Severity.ERROR,
        AT,
        f"'{'x' * 79} ... {'x' * 70}' has no '='; write name=value; receivers apply no DMARC",
        CORRECT,
        id="a-long-text-is-cut",
    ),
    loud(
        "dmarc-syntax",
        part(txt("_dmarc.example.com", f"p=reject; v=DMARC1; {REPORTS}")),
        Severity.ERROR,
        AT,
        f"'p=reject; v=DMARC1; rua=mailto:dmarc@example.com' {PASS_OVER}",
        BEGIN,
        id="the-version-is-not-first",
    ),
    loud(
        "dmarc-syntax",
        part(txt("_dmarc.example.com", "p=none")),
        Severity.ERROR,
        AT,
        f"'p=none' {PASS_OVER}",
        BEGIN,
        id="no-version",
    ),
    loud(
        "dmarc-syntax",
        part(txt("_dmarc.example.com", "v=DMARC 1; p=none")),
        Severity.ERROR,
        AT,
        f"'v=DMARC 1; p=none' {PASS_OVER}",
        BEGIN,
        id="a-space-in-the-version",
    ),
    loud(
        "dmarc-syntax",
        part(txt("_dmarc.example.com", "v=DMARC1p=reject")),
        Severity.ERROR,
        AT,
        f"'v=DMARC1p=reject' {PASS_OVER}",
        BEGIN,
        id="two-strings-without-a-semicolon",
    ),
    loud(
        "dmarc-bad-value",
        dmarc(f"p=reject; adkim=strict; {REPORTS}"),
        Severity.WARNING,
        AT,
        "adkim must be one of 'r', 's', got 'strict'; receivers take adkim=r",
        "correct it, or leave out adkim",
        id="adkim",
    ),
    loud(
        "dmarc-bad-value",
        dmarc(f"p=reject; ASPF=; {REPORTS}"),
        Severity.WARNING,
        AT,
        "ASPF has no value; write one or remove the tag; receivers take aspf=r",
        "correct it, or leave out aspf",
        id="empty-aspf",
    ),
    loud(
        "dmarc-bad-value",
        dmarc(f"p=reject; t=yes; {REPORTS}"),
        Severity.WARNING,
        AT,
        "t must be 'y' or 'n', got 'yes'; receivers take t=n",
        "correct it, or leave out t",
        id="t",
    ),
    loud(
        "dmarc-bad-value",
        dmarc(f"p=reject; psd=x; {REPORTS}"),
        Severity.WARNING,
        AT,
        "psd must be one of 'y', 'n', 'u', got 'x'; receivers take psd=u",
        "correct it, or leave out psd",
        id="psd",
    ),
    loud(
        "dmarc-bad-value",
        dmarc(f"p=reject; fo=0:1; {REPORTS}; ruf=mailto:a@example.com"),
        Severity.WARNING,
        AT,
        "fo holds both '0' and '1', which exclude each other; keep one; receivers take fo=0",
        "correct it, or leave out fo",
        id="fo",
    ),
    loud(
        "dmarc-bad-value",
        dmarc(f"p=reject; fo=9; {REPORTS}"),
        Severity.INFO,
        AT,
        "fo must be '0', '1', 'd', 's' with ':' between them, got '9'; receivers take fo=0",
        "correct it, or leave out fo",
        id="fo-without-ruf-changes-nothing",
    ),
    loud(
        "dmarc-bad-value",
        dmarc(f"p=reject; ri=day; {REPORTS}"),
        Severity.INFO,
        AT,
        "ri must be a whole number from 0 to 4294967295, got 'day'; receivers take ri=86400",
        "correct it, or leave out ri",
        id="ri-is-historic",
    ),
    loud(
        "dmarc-bad-value",
        dmarc(f"p=reject; pct=150; {REPORTS}"),
        Severity.WARNING,
        AT,
        "pct must be a whole number from 0 to 100, got '150'; receivers take pct=100",
        "correct it, or leave out pct",
        id="pct",
    ),
    loud(
        "dmarc-p-not-second",
        dmarc(f"{REPORTS}; p=reject"),
        Severity.WARNING,
        AT,
        STRICT_P,
        "begin the record with 'v=DMARC1; p=reject'",
        id="rua-first",
    ),
    loud(
        "dmarc-p-not-second",
        dmarc("x=y; P=none"),
        Severity.WARNING,
        AT,
        STRICT_P,
        "begin the record with 'v=DMARC1; p=none'",
        id="an-unknown-tag-first",
    ),
    loud(
        "dmarc-p-not-second",
        dmarc(f"sp=reject; {REPORTS}"),
        Severity.WARNING,
        AT,
        NO_P,
        "begin the record with 'v=DMARC1; p=none'",
        id="no-p",
    ),
    loud(
        "dmarc-unknown-tag",
        dmarc("p=none; ruaa=mailto:a@example.com"),
        Severity.WARNING,
        AT,
        "receivers ignore 'ruaa', which is no tag of DMARC; rua is",
        "write rua= for ruaa=",
        id="one-letter-too-many",
    ),
    loud(
        "dmarc-unknown-tag",
        dmarc("p=none; ra=mailto:a@example.com"),
        Severity.WARNING,
        AT,
        "receivers ignore 'ra', which is no tag of DMARC; rua is",
        "write rua= for ra=",
        id="one-letter-too-few",
    ),
    loud(
        "dmarc-unknown-tag",
        dmarc("p=none; rau=mailto:a@example.com"),
        Severity.WARNING,
        AT,
        "receivers ignore 'rau', which is no tag of DMARC; rua is",
        "write rua= for rau=",
        id="two-letters-swapped",
    ),
    loud(
        "dmarc-unknown-tag",
        dmarc("p=none; adkin=s"),
        Severity.WARNING,
        AT,
        "receivers ignore 'adkin', which is no tag of DMARC; adkim is",
        "write adkim= for adkin=",
        id="another-letter",
    ),
    loud(
        "dmarc-unknown-tag",
        dmarc("p=none; ps=reject"),
        Severity.WARNING,
        AT,
        "receivers ignore 'ps', which is no tag of DMARC; sp is",
        "write sp= for ps=",
        id="a-short-tag-swapped",
    ),
    loud(
        "dmarc-unknown-tag",
        dmarc("Policy=reject"),
        Severity.WARNING,
        AT,
        "receivers ignore 'policy', which is no tag of DMARC; p is",
        "write p= for policy=",
        id="a-whole-word",
    ),
    loud(
        "dmarc-unknown-tag",
        dmarc("p=none; reports=mailto:a@example.com"),
        Severity.WARNING,
        AT,
        "receivers ignore 'reports', which is no tag of DMARC; rua is",
        "write rua= for reports=",
        id="reports",
    ),
    loud(
        "dmarc-historic-tag",
        dmarc("p=none; ri=3600"),
        Severity.INFO,
        AT,
        "ri is historic, and nobody reads it",
        "leave out ri",
        id="ri",
    ),
    loud(
        "dmarc-historic-tag",
        dmarc("p=none; rf=afrf; ri=86400"),
        Severity.INFO,
        AT,
        "rf and ri are historic, and nobody reads them",
        "leave out rf and ri",
        id="rf-and-ri",
    ),
]

SILENT = [
    *(
        silent("dmarc-syntax", part(txt("_dmarc.example.com", f"v=DMARC1;{stray}p=none")), id=f"txt-near-miss-{stray!a}")
        for stray in ("\u200b", "\u00a0")
    ),
    silent("dmarc-syntax", dmarc("p=none"), id="a-record"),
    silent("dmarc-syntax", dmarc("P=NONE ; Rua=mailto:a@example.com;"), id="case-and-white-space"),
    silent("dmarc-syntax", dmarc("p=none; adkim=x; y="), id="the-record-stays"),
    silent("dmarc-syntax", dmarc("p=none; rua=mailto:a@example.com;mailto:b@example.com"), id="another-rule-says-it"),
    silent("dmarc-syntax", part(txt("_dmarc.example.com", "v=dmarc1; p=none")), id="a-near-miss"),
    silent("dmarc-syntax", part(txt("_dmarc.example.com", "v=DMARC1; p=none", "p=reject")), id="a-text-beside-the-record"),
    silent("dmarc-syntax", part(txt("_dmarc.example.com", "dmarc-verification=abc", "stop=none")), id="other-texts"),
    silent("dmarc-syntax", part(txt("dmarc.example.com", "p=none")), id="another-name"),
    silent("dmarc-syntax", part(txt("_dmarc.example.com", f"p=none; {TOKEN}")), id="token"),
    silent(
        "dmarc-bad-value", dmarc("p=none; adkim=s; aspf=R; fo=1:d:s; ruf=mailto:a@example.com; psd=u; t=n"), id="right-values"
    ),
    silent("dmarc-bad-value", dmarc("p=bogus; rua=a; x="), id="other-tags-are-wrong"),
    silent("dmarc-p-not-second", part(txt("_dmarc.example.com", "V = DMARC1\t;\tP = none")), id="white-space"),
    silent("dmarc-p-not-second", dmarc("sp=bogus; p=none; rua=mailto:a@example.com"), id="a-void-record"),
    silent("dmarc-p-not-second", dmarc("sp=reject"), id="receivers-ignore-it-anyway"),
    silent("dmarc-unknown-tag", dmarc("p=none; x=1; vendor=2; abcdefghijklmnopqrst=3"), id="a-tag-of-its-own"),
    silent(
        "dmarc-unknown-tag",
        dmarc("p=none; rua=mailto:a@example.com; ruaa=mailto:b@example.com"),
        id="the-right-tag-is-there-too",
    ),
    silent("dmarc-unknown-tag", dmarc("p=none; \u200brua=a; r_ua=b"), id="no-names-of-tags"),
    silent("dmarc-unknown-tag", dmarc("p=none; q=1; to=2"), id="short-names-are-near-to-everything"),
    silent("dmarc-historic-tag", dmarc("p=none; pct=100"), id="pct-has-a-rule-of-its-own"),
]


test_rules = rule_test(LOUD, SILENT)


def test_a_private_key_is_not_shown() -> None:
    """Someone pasted a key into a record, before and behind the version."""
    key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7" + "S3cr3t" * 40
    view = part(txt("_dmarc.example.com", f"v=DMARC1; {key}"), txt("_dmarc.a.example.com", f"p=reject; k={key}"))
    findings = findings_of("dmarc-syntax", view)
    assert [finding.message for finding in findings] == [
        "'p=reject; k=(not shown)' does not begin with 'v=DMARC1;', so receivers pass over it",
        "it holds a private key (not shown); receivers apply no DMARC",
    ]
    assert not [finding for finding in check(view) if "S3cr3t" in str(finding)]


def test_alternatives_of_a_routing_policy_are_judged_alone() -> None:
    """DNS answers with one of the sets; the other does not make up for it."""
    right = declared("_dmarc.example.com", "TXT", '"v=DMARC1; p=none"', set_identifier="a")
    wrong = declared("_dmarc.example.com", "TXT", '"p=reject"', set_identifier="b")
    (finding,) = findings_of("dmarc-syntax", part(right, wrong))
    assert finding.message.startswith("'p=reject' does not begin")


MANY_TAGS = ";".join(f"{a}{b}{c}=d" for a in LETTERS for b in LETTERS for c in LETTERS[:8])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("p" + " " * 60_000 + "x", id="white-space"),
        pytest.param(";" * 60_000, id="semicolons"),
        pytest.param("v=DMARC1; p=" + " ;p=" * 20_000, id="one-tag-many-times"),
        pytest.param(f"v=DMARC1; {MANY_TAGS}", id="many-tags"),
        pytest.param("v=DMARC1; p=none; rua=" + "a," * 20_000, id="many-wrong-uris"),
    ],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    """The author of a zone, who may be hostile, decides how long its texts are."""
    start = time.process_time()
    check(part(declared("_dmarc.example.com", "TXT", f'"{text}"')))
    assert time.process_time() - start < 5
