"""The command `impact`: options, formats, exit codes and hostile text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from ses_email_auth.cli.main import main
from tests.adopt.templates import assembly, record, template
from tests.hostile import HOSTILE

if TYPE_CHECKING:
    from click.testing import Result

REJECT, NONE = (template(D=record("_dmarc.example.com.", "TXT", f'"v=DMARC1; p={policy}"')) for policy in ("reject", "none"))
NOTHING = template(T={"Type": "AWS::SNS::Topic"})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(old: Any, new: Any, *options: str) -> Result:
    """What the command line does with two files."""
    for name, body in (("old", old), ("new", new)):
        text = body if isinstance(body, str) else json.dumps(body)
        Path(f"{name}.json").write_text(text, encoding="utf-8", errors="surrogatepass")
    return CliRunner().invoke(main, ["impact", "old.json", "new.json", *options])


def test_the_screen() -> None:
    """The verdict, the finding, the line to paste."""
    result = run(REJECT, NOTHING)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == (
        "NG: 1 error\n"
        "\n"
        "1 ERROR  impact-record-goes                               _dmarc.example.com TXT\n"
        '  the DMARC record goes ("v=DMARC1; p=reject"): receivers apply no policy of\n'
        "  this domain, and nobody gets reports\n"
        "  old.json:1  D\n"
        '  Fix: keep "v=DMARC1; p=reject"; with SesEmailAuth\n'
        '    dmarc=DmarcRecord.parse("v=DMARC1; p=reject")\n'
        "\n"
        "Why, and source: ses-email-auth lint --explain ID\n"
    )


def test_nothing_changes() -> None:
    """Which is said."""
    result = run(REJECT, REJECT)
    assert (result.exit_code, result.stdout) == (0, "ok: no mail is lost; nothing changes\n")


def test_the_verdict_promises_no_more_than_the_files_tell() -> None:
    """The record goes, and may be the one whose name only a parameter tells."""
    unknown = template(E=record({"Ref": "Name"}, "TXT", '"v=DMARC1; p=reject"')) | {"Parameters": {"Name": {"Type": "String"}}}
    result = run(REJECT, unknown)
    assert result.stdout.splitlines()[0].startswith("ok as far as can be told: no mail is lost; ")
    assert "impact-cannot-tell" in result.stdout


def test_infos_are_shown() -> None:
    """They are part of the answer, and no reason to stop."""
    result = run(NOTHING, NONE)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "ok: no mail is lost; 1 info")
    assert "impact-record-new" in result.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param([], 0, id="error"),
        pytest.param(["--fail-on", "warning"], 1, id="warning"),
        pytest.param(["--fail-on", "never"], 0, id="never"),
        pytest.param(["--fail-on", "warning", "--ignore", "impact-policy-weaker"], 0, id="ignored"),
        pytest.param(["--fail-on", "warning", "--ignore", "impact-policy-weaker@_dmarc.example.com"], 0, id="ignored-here"),
        pytest.param(["--fail-on", "warning", "--ignore", "impact-policy-weaker@example.org"], 1, id="ignored-elsewhere"),
        pytest.param(["--ignore", "impact-x"], 2, id="no-such-id"),
        pytest.param(["--origin", "a..b"], 2, id="no-name"),
    ],
)
def test_exit_codes(options: list[str], code: int) -> None:
    """By what is asked for."""
    if "--origin" in options:
        Path("z.zone").write_text("@ 60 IN TXT x\n", encoding="utf-8")
        assert CliRunner().invoke(main, ["impact", "z.zone", "z.zone", *options]).exit_code == code
    else:
        assert run(REJECT, NONE, *options).exit_code == code


def test_json() -> None:
    """The contract of findings; a path that cannot be read is named."""
    said = json.loads(run(REJECT, NOTHING, "--format", "json").stdout)
    (finding,) = said.pop("findings")
    assert said == {"schema": 1, "unreadable": []}
    assert {key: finding[key] for key in ("id", "severity", "path", "line", "resource", "name")} == {
        "id": "impact-record-goes",
        "severity": "error",
        "path": "old.json",
        "line": 1,
        "resource": "D",
        "name": "_dmarc.example.com",
    }
    result = run("{", NOTHING, "--format", "json")
    assert result.exit_code == 2
    assert [each["path"] for each in json.loads(result.stdout)["unreadable"]] == ["old.json"]
    assert "cannot read 'old.json'" in result.stderr


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_other_formats(form: str) -> None:
    """As lint prints them."""
    result = run(REJECT, NOTHING, "--format", form)
    assert (result.exit_code, "impact-record-goes" in result.stdout) == (1, True)


def test_which_stack() -> None:
    """It is asked for where it is not clear; standard input is a template."""
    several = assembly("several", A=REJECT, B=REJECT)
    Path("old.json").write_text(json.dumps({"TemplateBody": NONE}), encoding="utf-8")
    unclear = CliRunner().invoke(main, ["impact", "old.json", several])
    assert (unclear.exit_code, "--stack" in unclear.stderr) == (2, True)
    text = Path("old.json").read_text(encoding="utf-8")
    piped = CliRunner().invoke(main, ["impact", "-", several, "--stack", "A"], input=text)
    assert "impact-policy-jump" in piped.stdout


def test_an_id_is_explained() -> None:
    """By the command that explains all of them."""
    result = CliRunner().invoke(main, ["lint", "--explain", "impact-record-moves"])
    assert (result.exit_code, "Nobody" in result.stdout) == (0, True)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
def test_hostile_text(text: str) -> None:
    """Whatever somebody wrote into a template: no control reaches the terminal, and nothing crashes."""
    old = template(
        **{text: record(f"_dmarc.{text}", "TXT", text), "S": record("example.com.", "TXT", f'"{text}"', '"v=spf1 a"')}
    )
    new = template(**{f"a{text}": record(f"_dmarc.{text}", "TXT", text, path=f"S/{text}/Dmarc")})
    for options in ([], ["--format", "json"], ["--format", "sarif"]):
        result = run(old, new, *options)
        assert result.exit_code in {0, 1, 2}, result
        shown = result.stdout + result.stderr
        assert all(character.isprintable() or character == "\n" for character in shown), shown
        assert not any(line.lstrip().startswith("::") for line in shown.splitlines())


def test_help() -> None:
    """What it asks for, in 80 columns."""
    shown = CliRunner().invoke(main, ["impact", "--help"]).stdout
    assert "OLD is what stands" in shown
    assert max(map(len, shown.splitlines())) <= 80
