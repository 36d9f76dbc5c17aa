"""What can be learned about each rule, on the screen and in docs/rules.md."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ses_email_auth.adopt.impact_kinds import KINDS
from ses_email_auth.checks.finding import Explanation, Need, Severity
from ses_email_auth.checks.notices import NOTICES
from ses_email_auth.checks.rules import RULES
from ses_email_auth.checks.rules.parked import PARKED_RULES
from ses_email_auth.cli import rules_page as rules_page_module
from ses_email_auth.cli.rule_help import by_id, explanation, listing, near, reference_url, speech
from ses_email_auth.cli.rules_page import rules_page

EVERY = list(by_id().values())
PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_all_that_can_be_found_is_known() -> None:
    """The rules, those on parked domains, the three findings of the check itself, and what a deploy does."""
    of_itself = ["rule-failed", "cannot-tell", "cannot-read"]
    of_changes = [kind.id for kind in KINDS]
    assert [rule.id for rule in EVERY] == [*(each.id for each in (*RULES, *PARKED_RULES)), *of_itself, *of_changes]


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_an_explanation_is_complete(rule: Explanation) -> None:
    """Reason, needs, severity, source, example, what to do, and how to say that it is meant; only examples are wide."""
    text = explanation(rule)
    words = re.sub(r"\s+", " ", text)
    for part in (rule.id, rule.severity.value.upper(), rule.reason, rule.need.value, rule.reference, "What to do"):
        assert re.sub(r"\s+", " ", part) in words
    if rule.need is Need.CHANGE:
        assert f"ses-email-auth impact --ignore {rule.id} OLD NEW" in text
    else:
        assert f'Acknowledgment( id="ses-email-auth::{rule.id}", reason="..." )' in words
        assert f"ses-email-auth lint --ignore {rule.id} PATH" in text
    assert (rule in PARKED_RULES) == ("only with --parked" in text)
    example = {f"    {line}".rstrip() for line in rule.example.splitlines()}
    assert example <= set(text.splitlines())
    assert bool(example) == (rule not in {*NOTICES, *KINDS})
    assert [line for line in text.splitlines() if len(line) > 80 and line not in example and " " in line.strip()] == []


def test_what_a_deploy_does_is_acknowledged_in_no_app() -> None:
    """The plug-in does not know what is deployed, so only the command can leave it out."""
    goes = Explanation(
        id="impact-x",
        severity=Severity.ERROR,
        need=Need.CHANGE,
        reason="A record goes.",
        reference="AWS CloudFormation user guide, DeletionPolicy attribute",
    )
    text = explanation(goes)
    assert "Acknowledgment" not in text
    assert text.endswith("\nIf it is meant\n    ses-email-auth impact --ignore impact-x OLD NEW\n")
    assert "https://docs.aws.amazon.com/AWSCloudFormation/" in text


@pytest.mark.parametrize(
    "rule",
    [rule for rule in EVERY if rule not in NOTICES and rule.need not in {Need.INTENT, Need.CHANGE}],
    ids=lambda rule: rule.id,
)
def test_a_rule_speaks_of_its_example_and_says_what_to_do(rule: Explanation) -> None:
    """The explanation shows what people will see, tried on the example itself."""
    message, fix = speech(rule)
    assert message
    assert rule.severity is Severity.INFO or fix != "the finding says it, with your own names"


def test_rules_that_need_the_words_of_the_author_have_no_file_to_try() -> None:
    """Their example is Python; the fix is in the finding."""
    by_intent = next(rule for rule in RULES if rule.need is Need.INTENT)
    assert speech(by_intent)[0] == ""
    assert speech(by_id()["rule-failed"])[1].startswith("report it")
    assert speech(by_id()["cannot-tell"])[1].startswith("nothing")
    assert speech(by_id()["cannot-read"])[1].startswith("if CDK has written it, report this")


def test_the_list_names_all_rules_the_worst_first() -> None:
    """Under what the severity means for mail, each with its reason."""
    lines = listing().splitlines()
    named = [match[1] for line in lines if (match := re.fullmatch(r"  ([a-z0-9-]+)( \(--parked\))?", line))]
    assert sorted(named) == sorted(by_id())
    severities = [by_id()[each].severity for each in named]
    assert severities == sorted(severities, key=list(Severity).index)
    assert [line.split("  ")[0] for line in lines if line[:1].isupper() and "  " in line] == ["ERROR", "WARNING", "INFO"]
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize(
    ("rule_id", "clause"),
    [
        pytest.param("spf-multple", "; did you mean spf-multiple?", id="typo"),
        pytest.param("zzzzzz", "; --list shows all", id="nothing-near"),
    ],
)
def test_near(rule_id: str, clause: str) -> None:
    """A wrong id is answered with right ones."""
    assert near(rule_id).startswith(clause[:-1])


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        pytest.param("RFC 7208 section 4.6.4", "https://datatracker.ietf.org/doc/html/rfc7208#section-4.6.4", id="section"),
        pytest.param("RFC 7489 appendix A.5", "https://datatracker.ietf.org/doc/html/rfc7489#appendix-A.5", id="appendix"),
        pytest.param("draft-a-b-14 section 4.3", "https://datatracker.ietf.org/doc/html/draft-a-b-14#section-4.3", id="draft"),
        pytest.param("RFC 7505, RFC 5321", "https://datatracker.ietf.org/doc/html/rfc7505", id="whole"),
        pytest.param(
            "Amazon SES developer guide, Easy DKIM", "https://docs.aws.amazon.com/ses/latest/dg/Welcome.html", id="ses"
        ),
    ],
)
def test_reference_url(reference: str, url: str) -> None:
    """The first source that is named."""
    assert reference_url(reference) == url


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_every_reference_can_be_read_somewhere(rule: Explanation) -> None:
    """SARIF needs a URI for each rule."""
    assert urlsplit(reference_url(rule.reference)).hostname in {
        "www.rfc-editor.org",
        "docs.aws.amazon.com",
        "datatracker.ietf.org",
    }


def test_the_page_of_rules_is_up_to_date() -> None:
    """If this fails: python -m ses_email_auth.cli.rules_page > docs/rules.md."""
    assert PAGE.read_text(encoding="utf-8") == rules_page()


def test_the_page_of_rules_is_complete(capsys: pytest.CaptureFixture[str]) -> None:
    """A section for each rule, the worst first, with its reason; and it is what the module prints."""
    runpy.run_path(rules_page_module.__file__, run_name="__main__")
    page = capsys.readouterr().out
    assert page == rules_page()
    assert sorted(re.findall(r"^## (.*)$", page, re.MULTILINE)) == sorted(by_id())
    for rule in EVERY:
        assert f"[{rule.id}](#{rule.id})" in page
        assert re.sub(r"([<*_`])", r"\\\1", rule.reason) in page
        assert rule.example.strip() in page
