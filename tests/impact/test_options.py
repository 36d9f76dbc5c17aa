"""Tests of the command `impact`: its exit codes, its options, what cannot be read, and its screens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ses_email_auth.cli.main import main
from tests.adopt.templates import record
from tests.hostile import HOSTILE
from tests.impact.inputs import DOMAIN, REPORTS, SITE, Cdk, Deployed, File, dmarc, hand, ours, zone_file
from tests.impact.table import PAIRS
from tests.impact.test_pairs import SEVERITIES, answer, impact
from tests.lint.test_hostile import INERT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.impact.pairs import Pair

WEAKER = hand(Dmarc=dmarc(f"p=none; rua=mailto:{REPORTS}"))
LOST = hand(Apex=record(f"{DOMAIN}.", "TXT", '"v=spf1 include:amazonses.com ~all"', SITE))
NEW_NAME = hand(News=record(f"news.{DOMAIN}.", "TXT", '"v=spf1 include:amazonses.com ~all"'))


@pytest.mark.parametrize(
    ("new", "fail_on", "exit_code"),
    [
        pytest.param(LOST, "error", 1, id="an-error"),
        pytest.param(LOST, "never", 0, id="an-error-and-never"),
        pytest.param(WEAKER, "error", 0, id="a-warning"),
        pytest.param(WEAKER, "warning", 1, id="a-warning-and-warning"),
        pytest.param(NEW_NAME, "warning", 0, id="an-info-and-warning"),
        pytest.param(NEW_NAME, "info", 1, id="an-info-and-info"),
        pytest.param(hand(), "info", 0, id="nothing-and-info"),
    ],
)
def test_fail_on(new: File, fail_on: str, exit_code: int, tmp_path: Path) -> None:
    """1 from the severity on that is named, 0 below; the default is error."""
    assert impact(hand(), new, tmp_path, "--fail-on", fail_on).exit_code == exit_code
    if fail_on == "error":
        assert impact(hand(), new, tmp_path).exit_code == exit_code


@pytest.mark.parametrize(
    ("ignored", "said"),
    [
        pytest.param(["impact-spf-sender-goes"], ["impact-record-goes"], id="a-kind"),
        pytest.param([f"impact-spf-sender-goes@{DOMAIN}"], ["impact-record-goes"], id="a-kind-at-a-name"),
        pytest.param([f"impact-spf-sender-goes@{DOMAIN.upper()}."], ["impact-record-goes"], id="spelling"),
        pytest.param(
            ["impact-spf-sender-goes@example.org"], ["impact-record-goes", "impact-spf-sender-goes"], id="at-another-name"
        ),
        pytest.param(["impact-record-goes", "impact-spf-sender-goes"], [], id="both"),
    ],
)
def test_ignore(ignored: list[str], said: list[str], tmp_path: Path) -> None:
    """What is meant is not said, and does not count."""
    new = hand(Apex=record(f"{DOMAIN}.", "TXT", '"v=spf1 include:amazonses.com ~all"', SITE), Dmarc=None)
    options = [word for each in ignored for word in ("--ignore", each)]
    got = answer(hand(), new, tmp_path, *options)
    assert sorted(each["id"] for each in got.faults) == said
    assert got.result.exit_code == bool(said)


def test_ignore_of_what_does_not_exist(tmp_path: Path) -> None:
    """A misspelt id would hide nothing, and its author would not know."""
    result = impact(hand(), hand(), tmp_path, "--ignore", "impact-record-gos")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "impact-record-goes" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["one"], ["one", "two", "three"], ["one", "two", "--format", "csv"]])
def test_wrong_usage(arguments: list[str]) -> None:
    """Exit code 2, and how to ask."""
    result = CliRunner().invoke(main, ["impact", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Try 'ses-email-auth impact --help'" in result.stderr


BROKEN = {
    "json": "{",
    "empty": "",
    "words": "good morning",
    "no-template": '{"a": 1}',
    "body": '{"TemplateBody": "{"}',
    "list": "[1]",
}


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in BROKEN.items()])
def test_unreadable(text: str, side: str, tmp_path: Path) -> None:
    """Exit code 2, the reason on stderr, and in the JSON: what cannot be read never looks clean."""
    broken = File("broken.json", text)
    pair = (broken, hand()) if side == "old" else (hand(), broken)
    result = impact(*pair, tmp_path)
    assert result.exit_code == 2
    assert "broken.json" in result.stderr
    result = impact(*pair, tmp_path, "--format", "json", "--fail-on", "never")
    assert result.exit_code == 2
    (unreadable,) = json.loads(result.stdout)["unreadable"]
    assert unreadable["path"].endswith("broken.json")
    assert unreadable["reason"]


def test_paths_that_are_not_there(tmp_path: Path) -> None:
    """Exit code 2 for each."""
    for name in ("missing.json", ""):
        for paths in ((name, hand().path(tmp_path)), (hand().path(tmp_path), name)):
            assert CliRunner().invoke(main, ["impact", *paths]).exit_code == 2


def _screen(pair: Pair, folder: Path, *options: str) -> str:
    return impact(pair.old, pair.new, folder, *options).stdout


@pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.id) for pair in PAIRS])
def test_screen(pair: Pair, tmp_path: Path) -> None:
    """The verdict first; 80 columns for all that has spaces; no mark of a token or of an escape."""
    text = _screen(pair, tmp_path)
    lines = text.splitlines()
    assert [line for line in lines if len(line) > 80 and " " in line.strip()] == []
    assert text.isascii(), text
    assert not INERT.search(text)
    assert "Token[" not in text
    assert "None" not in text
    errors = any(line.startswith("error ") for line in pair.says)
    assert errors == ("error" in lines[0])
    assert lines[0].startswith("ok") == (not pair.says) or pair.may, lines[0]


@pytest.mark.parametrize("rule_id", SEVERITIES)
def test_explanation(rule_id: str) -> None:
    """Each id is explained by `lint --explain`, in 80 columns: severity, reason, source and what to do."""
    result = CliRunner().invoke(main, ["lint", "--explain", rule_id])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{rule_id}  {SEVERITIES[rule_id].upper()}")
    assert [line for line in result.stdout.splitlines() if len(line) > 80 and "https://" not in line] == []
    for word in ("Source", "What to do", f"--ignore {rule_id}", "ses-email-auth impact"):
        assert word in result.stdout, result.stdout


def test_sarif_and_github(tmp_path: Path) -> None:
    """The formats of CI have the same findings as the JSON."""
    got = answer(hand(), LOST, tmp_path)
    sarif = json.loads(impact(hand(), LOST, tmp_path, "--format", "sarif").stdout)
    (run,) = sarif["runs"]
    assert [each["ruleId"] for each in run["results"]] == [each["id"] for each in got.findings]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(dict.fromkeys(each["id"] for each in got.findings))
    shown = impact(hand(), LOST, tmp_path, "--format", "github")
    assert shown.exit_code == 1
    assert shown.stdout.startswith("::error ")
    assert "impact-spf-sender-goes" in shown.stdout


def test_help() -> None:
    """It says what OLD and NEW are, in 80 columns, and stands in the list of commands."""
    shown = CliRunner().invoke(main, ["impact", "--help"]).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert all(word in shown for word in ("OLD", "NEW", "cdk.out", "get-template", "--fail-on", "--ignore"))
    assert "impact" in CliRunner().invoke(main, ["--help"]).stdout


def test_line_and_resource(tmp_path: Path) -> None:
    """A finding names the file, the resource and the line, so that an editor can go there."""
    new = File("new.json", json.dumps(json.loads(LOST.text), indent=1))
    (finding,) = answer(hand(), new, tmp_path).faults
    assert finding["path"].endswith(("new.json", "template.json"))
    assert finding["resource"] == "Apex"
    assert isinstance(finding["line"], int)
    assert finding["line"] > 0


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
def test_hostile_text(text: str, form: str, tmp_path: Path) -> None:
    """Whatever somebody wrote into a record, no control reaches the terminal, and CI takes no line for a command but ours."""
    texts = {f"R{number}": record(f"{text}{number}.{DOMAIN}.", "TXT", f'"v=spf1 include:{text} ~all"') for number in (1, 2)}
    old = hand(**texts, **{text: record(f"{DOMAIN}.", "MX", text)}, Dmarc=dmarc(f"p=reject; rua=mailto:{text}"))
    paths = []
    for side, each in (("old", old), ("new", hand(Apex=record(f"{DOMAIN}.", "TXT", f'"{text}"')))):
        (tmp_path / side).mkdir()
        paths.append(each.path(tmp_path / side))
    result = CliRunner().invoke(main, ["impact", *paths, "--format", form])
    assert result.exit_code == 1, result.output
    assert not INERT.search(result.stdout)
    assert result.stdout.isascii() or form != "json"
    commands = [line for line in result.output.splitlines() if line.lstrip().startswith("::")]
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in commands)
    assert bool(commands) == (form == "github")
    assert "##[" not in result.stdout


def test_zone_files_are_no_owners(tmp_path: Path) -> None:
    """The words for a zone file do not say that the deploy deletes."""
    got = answer(zone_file('@ 600 IN TXT "v=spf1 -all"'), ours(dmarc_rua=[REPORTS]), tmp_path)
    assert [each["id"] for each in got.faults if each["id"] == "impact-clash"] == ["impact-clash"]
    assert not any("deletes it" in each["message"] for each in got.findings)


TEMPLATES = [
    pair
    for pair in PAIRS
    if all(isinstance(each, Cdk | Deployed) or each.name == "template.json" for each in (pair.old, pair.new))
]


@pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.id) for pair in TEMPLATES])
def test_adopt_asks_the_same(pair: Pair, tmp_path: Path) -> None:
    """`adopt OLD NEW` never says ok where something is lost; there it ends with 1."""
    paths = []
    for side, each in (("old", pair.old), ("new", pair.new)):
        (tmp_path / side).mkdir()
        paths.append(each.path(tmp_path / side))
    result = CliRunner().invoke(main, ["adopt", *paths])
    assert result.exit_code in {0, 1}, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if any(line.startswith("error ") and "-goes" in line for line in pair.says):
        assert result.exit_code == 1, result.output
        assert not result.stdout.startswith("ok"), result.output
    elif pair.silent:
        assert (result.exit_code, result.stdout[:2]) == (0, "ok"), result.output
