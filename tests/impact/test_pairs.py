"""Tests of `ses-email-auth impact` from outside: a table of what is deployed and what shall be, and what must be said of it.

A line that it gives to paste is taken out of what it says, pasted into the app and tried.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration
from click.testing import CliRunner

import ses_email_auth
from ses_email_auth.cli.main import main
from tests.impact.inputs import Ours
from tests.impact.table import PAIRS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.impact.inputs import Input
    from tests.impact.pairs import Pair

SEVERITIES = {
    **dict.fromkeys(
        (
            *("impact-record-goes", "impact-spf-sender-goes", "impact-dkim-goes", "impact-mail-from-mx-goes"),
            *("impact-identity-goes", "impact-record-moves", "impact-clash", "impact-swapped"),
        ),
        "error",
    ),
    **dict.fromkeys(
        (
            *("impact-reports-stop", "impact-policy-weaker", "impact-site-token-goes", "impact-policy-jump"),
            *("impact-policy-without-reports", "impact-mail-from-changes", "impact-alignment-stricter"),
        ),
        "warning",
    ),
    **dict.fromkeys(
        (
            *("impact-policy-step", "impact-new-sender", "impact-ttl", "impact-record-new", "impact-record-changes"),
            *("impact-cannot-tell", "impact-stack-stays", "impact-record-stays"),
        ),
        "info",
    ),
}
WORST_FIRST = ("error", "warning", "info")
KEYS = {"id", "severity", "message", "fix", "reference", "path", "line", "resource", "name"}


@dataclass(frozen=True)
class Answer:
    """What the command line said."""

    result: Result
    findings: list[dict[str, Any]]

    @property
    def faults(self) -> list[dict[str, Any]]:
        """Errors and warnings."""
        return [each for each in self.findings if each["severity"] != "info"]


def impact(old: Input, new: Input, folder: Path, *options: str) -> Result:
    """The command line over two inputs."""
    paths = []
    for side, each in (("old", old), ("new", new)):
        (folder / side).mkdir(exist_ok=True)
        paths.append(each.path(folder / side))
    return CliRunner().invoke(main, ["impact", *paths, *options])


def answer(old: Input, new: Input, folder: Path, *options: str) -> Answer:
    """What it says as JSON, infos too."""
    result = impact(old, new, folder, "--format", "json", *options)
    assert result.exit_code in {0, 1}, result.output
    document = json.loads(result.stdout)
    assert (document["schema"], document["unreadable"]) == (1, [])
    for finding in document["findings"]:
        assert set(finding) == KEYS
        assert WORST_FIRST.index(SEVERITIES[finding["id"]]) <= WORST_FIRST.index(finding["severity"]), finding
    return Answer(result, document["findings"])


def _line(finding: dict[str, Any]) -> str:
    return f"{finding['severity']} {finding['id']} {finding['name']}"


def _fits(said: str, wanted: str) -> bool:
    """Whether `said` is what was wanted: `a|b` is one of both, `*` is all."""
    pairs = zip(said.split(" "), wanted.split(" "), strict=True)
    return all("*" in options.split("|") or part in options.split("|") for part, options in pairs)


def _missing(said: list[str], wanted: tuple[str, ...]) -> list[str]:
    return [line for line in wanted if not any(_fits(each, line) for each in said)]


def _rows(pairs: list[Pair]) -> list[Any]:
    return [pytest.param(pair, id=pair.id) for pair in pairs]


@pytest.mark.parametrize("pair", _rows(PAIRS))
def test_pair(pair: Pair, tmp_path: Path) -> None:
    """Each loss is said once, by its severity and its name; nothing else is an error or a warning."""
    got = answer(pair.old, pair.new, tmp_path)
    said = [_line(each) for each in got.faults]
    unwanted = [
        line
        for line, each in zip(said, got.faults, strict=True)
        if not any(_fits(line, wanted) for wanted in pair.says) and each["id"] not in pair.may
    ]
    assert (unwanted, _missing(said, pair.says)) == ([], []), "\n".join(
        f"{_line(each)}: {each['message']} FIX {each['fix']}" for each in got.findings
    )
    assert len(set(said)) == len(said), said
    infos = [_line(each) for each in got.findings if each["severity"] == "info"]
    assert _missing(infos, tuple(f"info {line}" for line in pair.infos)) == [], infos
    assert not (pair.silent and infos), infos
    assert got.result.exit_code == int(any(each["severity"] == "error" for each in got.findings))
    for rule_id, words in (pair.words or {}).items():
        text = " ".join(f"{each['message']} {each['fix']}" for each in got.findings if each["id"] in rule_id.split("|"))
        assert [word for word in words if not any(option in text for option in word.split("|"))] == [], text


@pytest.mark.parametrize("pair", _rows([pair for pair in PAIRS if any(line.startswith("error") for line in pair.says)]))
def test_worst_first(pair: Pair, tmp_path: Path) -> None:
    """Errors stand before warnings, and these before infos; each error and warning has a fix."""
    got = answer(pair.old, pair.new, tmp_path)
    ranks = [WORST_FIRST.index(each["severity"]) for each in got.findings]
    assert ranks == sorted(ranks)
    assert [each["id"] for each in got.faults if not each["fix"] or not each["reference"]] == []


def pasted(fix: str, name: str) -> Any:
    """The value of the argument `name` in a line to paste."""
    start = re.search(rf"(?<![\w.]){name}=", fix)
    assert start is not None, f"{name}= is not in {fix!r}"
    text = fix[start.end() :]
    for end in [match.end() for match in re.finditer(r"[\w\])}\"']", text)][::-1]:
        try:
            tree = ast.parse(text[:end], mode="eval")
        except SyntaxError:
            continue
        names = {name: getattr(ses_email_auth, name) for name in ses_email_auth.__all__}
        return eval(compile(tree, "fix", "eval"), names | {"Duration": Duration})  # noqa: S307 - ours, as a user would
    raise AssertionError(f"{name}= has no value in {fix!r}")


@pytest.mark.parametrize("pair", _rows([pair for pair in PAIRS if pair.paste]))
def test_the_line_to_paste(pair: Pair, tmp_path: Path) -> None:
    """The lines that the fix gives, pasted into the construct: the finding is gone, and there is no other."""
    assert isinstance(pair.new, Ours)
    got = answer(pair.old, pair.new, tmp_path)
    wanted = {line.split(" ")[1] for line in pair.says}
    fix = " ".join(each["fix"] for each in got.faults if wanted & set(f"{each['id']}".split("|")))
    lines = {}
    for names in pair.paste:
        found = [name for name in names.split("|") if re.search(rf"(?<![\w.]){name}=", fix)]
        assert found, f"none of {names} in {fix!r}"
        lines[found[0]] = pasted(fix, found[0])
    if "dmarc_policy" in lines and "dmarc_rua=" in fix:
        lines["dmarc_rua"] = pasted(fix, "dmarc_rua")
    again = answer(pair.old, pair.new.pasted(lines), tmp_path)
    assert [_line(each) for each in again.faults if each["id"] not in pair.after] == []


@pytest.mark.parametrize("pair", _rows([pair for pair in PAIRS if pair.paste]))
def test_the_line_to_paste_on_the_screen(pair: Pair, tmp_path: Path) -> None:
    """What is copied from a terminal of 80 columns is the same Python: no line ends within a string."""
    got = answer(pair.old, pair.new, tmp_path)
    fix = " ".join(each["fix"] for each in got.faults)
    blocks = re.findall(r"(?ms)^ *Fix: (.*?)(?=^\n|^\d+ (?:ERROR|WARN|INFO)|\Z)", impact(pair.old, pair.new, tmp_path).stdout)
    screen = " ".join("\n".join(line.strip() for line in block.splitlines()) for block in blocks)
    for names in pair.paste:
        for name in names.split("|"):
            if re.search(rf"(?<![\w.]){name}=", fix):
                assert pasted(screen, name) == pasted(fix, name)
