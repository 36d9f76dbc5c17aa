"""The text for people: what it says first, what it leaves out, and how wide it is."""

from __future__ import annotations

import unicodedata
from textwrap import dedent

import click
import pytest

from ses_email_auth.checks.finding import Finding, Severity
from ses_email_auth.cli.findings_text import as_text
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.zone.declared import Origin
from tests.cli.lint_results import STACK, ZONE, finding, linted
from tests.hostile import HOSTILE

WARNING, INFO = Severity.WARNING, Severity.INFO


def _text(table: str) -> str:
    return dedent(table).strip("\n") + "\n"


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in line)


def test_the_look() -> None:
    """Verdict, then each finding: what and where, the sentence, its sources, the fix; how to learn more."""
    said = linted(
        finding(origins=(ZONE, STACK), message="example.com has 2 SPF records; receivers answer permerror and believe none"),
        finding("dmarc-no-rua", WARNING, where="_dmarc.example.com TXT", message="nobody gets reports", fix="add rua="),
        zones=2,
    )
    assert as_text(said) == _text("""
        1 error, 1 warning in 2 zones

        1 ERROR  spf-multiple                                            example.com TXT
          example.com has 2 SPF records; receivers answer permerror and believe none
          zones/example.com.zone:12
          cdk.out/Mail.template.json:40  Mail/Spf (Spf2D1)
          Fix: merge them

        2 WARN   dmarc-no-rua                                     _dmarc.example.com TXT
          nobody gets reports
          zones/example.com.zone:12
          Fix: add rua=

        Why, and source: ses-email-auth lint --explain ID
    """)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        pytest.param({}, "ok: nothing wrong in 7 record sets of 1 zone\n", id="ok"),
        pytest.param(
            {"record_sets": 214, "zones": 3, "whole_zones": 3, "identities": 1},
            "ok: nothing wrong in 214 record sets and 1 SES identity of 3 zones\n",
            id="with-an-identity",
        ),
        pytest.param(
            {"record_sets": 0, "zones": 0, "whole_zones": 0, "identities": 2},
            "ok: nothing wrong in 2 SES identities\n",
            id="no-zone",
        ),
        pytest.param(
            {"record_sets": 0, "zones": 0, "whole_zones": 0},
            "nothing to judge: no record sets and no SES identities\n",
            id="nothing",
        ),
        pytest.param(
            {"whole_zones": 0},
            "ok: nothing wrong in 7 record sets of 1 zone\n\n"
            "1 zone in view in part: nothing is said of records that may be missing\n",
            id="in-part",
        ),
        pytest.param(
            {"unreadable": (UnreadableSource("x", "no such file"),)},
            "1 path cannot be read; nothing wrong in 7 record sets of 1 zone\n",
            id="unreadable-is-not-ok",
        ),
        pytest.param(
            {"hidden_infos": 2},
            "ok: nothing wrong in 7 record sets of 1 zone\n\nInfos that need no action: 2; --info shows them\n",
            id="hidden-infos",
        ),
        pytest.param(
            {"cannot_tell": "4 record sets hold tokens"},
            "ok: nothing wrong in 7 record sets of 1 zone\n\nCannot tell: 4 record sets hold tokens\n",
            id="cannot-tell",
        ),
    ],
)
def test_the_verdict_says_no_more_than_was_looked_at(facts: dict[str, object], verdict: str) -> None:
    """`ok` stands there only if all that was named could be read."""
    assert as_text(linted(**facts)) == verdict


def test_findings_without_a_zone() -> None:
    """An identity alone can have findings too."""
    assert as_text(linted(finding(), zones=0)).startswith("1 error\n")


def test_what_cannot_be_told_is_one_line_and_no_finding() -> None:
    """With --info too, where it is among the findings for programs."""
    silent = finding("cannot-tell", INFO, message="4 record sets hold tokens", fix="", where="", origins=())
    assert as_text(linted(silent, cannot_tell="4 record sets hold tokens")) == (
        "ok: nothing wrong in 7 record sets of 1 zone\n\nCannot tell: 4 record sets hold tokens\n"
    )


def _many(count: int) -> list[Finding]:
    return [finding(where=f"h{number}.example.com TXT") for number in range(count)]


def test_many_of_one_rule_are_one_block() -> None:
    """The first in full, where some others are, and how many more there are; up to three are said one by one."""
    table = as_text(linted(*_many(400), finding("spf-pass-all", where="x TXT")))
    assert "401 errors in 1 zone" in table
    assert table.count("ERROR") == 2
    assert "1 ERROR  spf-multiple (x400)" in table
    assert "  Also: h1.example.com TXT, h2.example.com TXT, h3.example.com TXT and 396 more\n" in table
    assert as_text(linted(*_many(3))).count("ERROR") == 3


@pytest.mark.parametrize(
    ("places", "line"),
    [
        pytest.param("aaaa", "  Also: 3 more\n", id="all-at-one-place"),
        pytest.param("abab", "  Also: b TXT and 1 more\n", id="another-place-twice"),
        pytest.param("abcd", "  Also: b TXT, c TXT and d TXT\n", id="no-more"),
        pytest.param("abbb", "  Also: b TXT\n", id="one-other-place"),
    ],
)
def test_places_of_a_block_are_named_once(places: str, line: str) -> None:
    """Names are not repeated; the rest is counted in findings."""
    assert line in as_text(linted(*(finding(where=f"{place} TXT") for place in places)))


def test_one_rule_with_two_severities_makes_two_blocks() -> None:
    """The worse one first, as the findings come."""
    table = as_text(linted(*_many(4), *(finding(severity=INFO) for _ in range(4))))
    assert [line[:8] for line in table.splitlines() if "(x4)" in line] == ["1 ERROR ", "2 INFO  "]


def test_many_sources_of_one_finding() -> None:
    """Four are named."""
    origins = tuple(Origin("z", line=number) for number in range(1, 8))
    table = as_text(linted(finding(origins=origins)))
    assert "  z:4\n  and 3 more places\n  Fix: " in table
    assert "z:5" not in table


def test_a_source_without_a_line() -> None:
    """Then the file and the resource stand alone; a finding of no file has no source."""
    terraform = Origin("plan.json", resource="aws_route53_record.spf")
    assert "\n  plan.json  aws_route53_record.spf\n" in as_text(linted(finding(origins=(terraform,))))
    assert "two SPF records\n  Fix:" in as_text(linted(finding(origins=())))


def test_infos_need_no_fix() -> None:
    """No empty line is printed for it."""
    assert "Fix" not in as_text(linted(finding("dmarc-sp-ignored", INFO, fix="")))


def test_a_long_name_stands_below() -> None:
    """It is never cut, and no column runs over the edge; a finding about no name has none."""
    name = "a" * 58 + ".example.com TXT"
    assert f"1 ERROR  spf-multiple\n  {name}\n  two SPF" in as_text(linted(finding(where=name)))
    assert "1 ERROR  spf-multiple\n  two SPF" in as_text(linted(finding(where="")))


@pytest.mark.parametrize("text", ["長い日本語の値がここにあります。" * 8, "α×÷… " * 30, "plain words " * 20])
def test_no_line_is_wider_than_a_terminal(text: str) -> None:
    """80 columns, East Asian ambiguous characters counted as two; the marks are ASCII."""
    table = as_text(linted(finding(message=text, fix=text, where="日本語.example.com TXT"), cannot_tell=text, hidden_infos=1))
    assert [line for line in table.splitlines() if _columns(line) > 80] == []


def test_colors_change_nothing_but_colors() -> None:
    """The mark alone is colored."""
    said = linted(finding(), finding("a-b", WARNING), finding("c-d", INFO, fix=""))
    colored = as_text(said, color=True)
    assert "\x1b[31m\x1b[1mERROR\x1b[0m" in colored
    assert click.unstyle(colored) == as_text(said)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text(text: str) -> None:
    """In no field can it steer the terminal or be a command of a runner."""
    origin = Origin(text, resource=text, construct_path=text)
    alike = [finding(message=text, fix=text, where=f"{number}{text}", origins=(origin, ZONE)) for number in range(4)]
    table = as_text(linted(*alike, finding("a-b", where=text, message=f"see {text}"), cannot_tell=text))
    assert table.replace("\n", "").isprintable()
    assert [line for line in table.splitlines() if line.lstrip().startswith("::") or "##[" in line] == []
