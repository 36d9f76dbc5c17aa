"""The command `adopt`: wrong usage, files that cannot be read, hostile text and the screen."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ses_email_auth.cli.main import main
from tests.adopt.templates import DMARC, NEW, record, run, template
from tests.hostile import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- usage, unreadable, hostile --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["one.json"], id="one"),
        pytest.param(["a", "b", "c"], id="three"),
        pytest.param(["a", "b", "--zone", "z"], id="templates-and-zone"),
        pytest.param(["a", "b", "--mapping", "m"], id="templates-and-mapping"),
        pytest.param(["--zone", "z", "--dkim-tokens", "t"], id="tokens"),
        pytest.param(["a", "b", "--domain", "d"], id="domain"),
        pytest.param(["--mapping", "m", "--region", "r"], id="region"),
        pytest.param(["--zone", "z", "--stack", "S"], id="stack"),
        pytest.param(["a", "b", "--origin", "example.com"], id="origin"),
        pytest.param(["--zone", "z", "--origin", "a b"], id="origin-that-is-no-domain"),
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    """Exit code 2, and how to ask."""
    result = CliRunner().invoke(main, ["adopt", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Try 'ses-email-auth adopt --help'" in result.stderr


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("{}", "it is no template", id="no-template"),
        pytest.param("[1]", "it is no template", id="list"),
        pytest.param("{", "line 1", id="broken"),
        pytest.param('{"TemplateBody": 3}', "it is no template", id="body"),
        pytest.param('{"TemplateBody": "{"}', "line 1", id="broken-body"),
    ],
)
def test_unreadable(body: str, reason: str) -> None:
    """Exit code 2, and why."""
    result = run(body, NEW)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"ses-email-auth: cannot read 'old.json': {reason}")


@pytest.mark.parametrize(
    ("name", "options", "note"),
    [
        pytest.param("zone", ["--origin", "example.com"], "", id="given"),
        pytest.param(
            "example.com.zone", [], "ses-email-auth: note: the zone is taken from the name of the file: ", id="guessed"
        ),
    ],
)
def test_the_origin_of_a_zone_file(folder: Path, name: str, options: list[str], note: str) -> None:
    """It is given, or a guess that is said."""
    (folder / name).write_text('@ 600 IN TXT "v=spf1 -all"\n', encoding="utf-8")
    result = CliRunner().invoke(main, ["adopt", "--zone", name, *options])
    assert "v=spf1 -all" in result.stdout
    assert result.stderr.startswith(note)
    assert bool(result.stderr) is bool(note)


def test_paths_that_cannot_be(folder: Path) -> None:
    """A file that is not there, a folder that is no assembly."""
    (folder / "x").mkdir()
    for path in ("missing.json", "x"):
        assert CliRunner().invoke(main, ["adopt", path, path]).exit_code == 2


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
def test_hostile_text(text: str) -> None:
    """Whatever somebody wrote into a template: no control reaches the terminal, and what is pasted means the same text."""
    path = f"S/{text}/Dmarc"
    old = template(
        **{text: record(f"_dmarc.{text}", DeletionPolicy="Retain", ttl=text), "Policy": record("_DMARC.example.com")}
    )
    new = template(
        **{f"a{text}": record(f"_dmarc.{text}", "TXT", text, path=path)}, M=record("_dmarc.example.com.", path="S/M/Dmarc")
    )
    for options in ([], ["--format", "json"]):
        result = run(old, new, *options)
        assert result.exit_code in {0, 1, 2}, result
        shown = result.stdout + result.stderr
        assert all(character.isprintable() or character == "\n" for character in shown), shown
        assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
        assert "##[" not in shown
    pasted = [line for line in run(old, new).stdout.splitlines() if line.startswith('        "Dmarc": ')]
    assert "Policy" in [ast.literal_eval("{" + line + "}")["Dmarc"] for line in pasted]


def test_help() -> None:
    """It says what each form writes, in 80 columns."""
    shown = CliRunner().invoke(main, ["adopt", "--help"]).stdout
    assert "logical_ids" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_80_columns() -> None:
    """All that has spaces; what has to be pasted stays one expression."""
    old = template(Old=record({"Fn::Join": [".", ["_dmarc", "EXAMPLE", "com"]]}, HostedZoneId={"Ref": "SomeLongParameterName"}))
    new = template(
        New=record("_dmarc.example.com.", path="S/Mail/Dmarc", ttl="300"),
        Writer={
            "Type": "Custom::SesEmailAuthRecords",
            "Properties": {"RecordSets": [{"Name": "a.example.com.", "Type": "TXT", "TTL": "60", "ResourceRecords": [DMARC]}]},
            "Metadata": {"aws:cdk:path": "S/Second/Records"},
        },
    )
    lines = run(old, new).stdout.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    start = lines.index('    auth.node.find_child("Dmarc").add_property_override(')
    assert lines[start + 1 : start + 4] == [
        '        "Name",',
        '        {"Fn::Join": [".", ["_dmarc", "EXAMPLE", "com"]]},',
        "    )",
    ]
    assert any(line.startswith("  --  _dmarc.example.com TXT: its HostedZoneId") for line in lines)
    assert any(line.startswith("S/Second/Records: its records are written by") for line in lines)
