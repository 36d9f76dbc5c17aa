"""`ses-email-auth lint`: what it reads, how it ends, and its options."""

from __future__ import annotations

import errno
import json
import os
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from ses_email_auth.cli import lint, lint_result
from ses_email_auth.cli.commands import group
from ses_email_auth.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

SOA = "example.com. 600 IN SOA ns.example.net. admin.example.com. 1 7200 900 1209600 300"
MX = "example.com. 600 IN MX 10 mx.example.net."
GOOD_SPF = 'example.com. 600 IN TXT "v=spf1 mx -all"'
TWO_SPF = 'example.com. 600 IN TXT "v=spf1 mx -all"\nexample.com. 600 IN TXT "v=spf1 a -all"'
GOOD_DMARC = '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"'
NO_RUA = '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject"'
LONELY_FO = '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com; fo=1"'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


def write(folder: Path, *lines: str, name: str = "example.com.zone") -> str:
    """A zone file."""
    (folder / name).write_text("\n".join([SOA, MX, *lines, ""]), encoding="utf-8")
    return name


def run(*args: str, text: str | None = None) -> Result:
    """What the command line does."""
    return CliRunner().invoke(main, ["lint", *args], input=text)


def ids(result: Result) -> list[str]:
    """The findings in its JSON."""
    return [each["id"] for each in json.loads(result.stdout)["findings"]]


@pytest.mark.parametrize(
    ("lines", "options", "code"),
    [
        pytest.param([GOOD_SPF, GOOD_DMARC], [], 0, id="good"),
        pytest.param([TWO_SPF, GOOD_DMARC], [], 1, id="error"),
        pytest.param([GOOD_SPF, NO_RUA], [], 0, id="warning-by-default"),
        pytest.param([GOOD_SPF, NO_RUA], ["--fail-on", "warning"], 1, id="warning"),
        pytest.param([TWO_SPF, GOOD_DMARC], ["--fail-on", "warning"], 1, id="worse-than-asked-for"),
        pytest.param([GOOD_SPF, LONELY_FO], ["--fail-on", "warning"], 0, id="info-is-no-warning"),
        pytest.param([GOOD_SPF, LONELY_FO], ["--fail-on", "info"], 1, id="info"),
        pytest.param([TWO_SPF, NO_RUA], ["--fail-on", "never"], 0, id="never"),
        pytest.param([TWO_SPF, GOOD_DMARC], ["--ignore", "spf-multiple"], 0, id="ignored"),
        pytest.param([TWO_SPF, GOOD_DMARC], ["--ignore", "ses-email-auth::spf-multiple"], 0, id="ignored-as-cdk-names-it"),
        pytest.param([TWO_SPF, GOOD_DMARC], ["--ignore", "spf-multiple@EXAMPLE.com."], 0, id="ignored-at-its-name"),
        pytest.param([TWO_SPF, GOOD_DMARC], ["--ignore", "spf-multiple@example.org"], 1, id="ignored-at-another-name"),
        pytest.param([TWO_SPF, GOOD_DMARC], ["--ignore", "spf-pass-all@example.com"], 1, id="another-rule-ignored"),
    ],
)
def test_exit_codes(folder: Path, lines: list[str], options: list[str], code: int) -> None:
    """0: nothing at or above --fail-on. 1: something."""
    result = run(write(folder, *lines), *options)
    assert (result.exit_code, result.stderr) == (code, "")


def test_a_good_zone(folder: Path) -> None:
    """What was looked at is counted."""
    assert run(write(folder, GOOD_SPF, GOOD_DMARC)).stdout == "ok: nothing wrong in 4 record sets of 1 zone\n"


def test_infos_are_shown_if_they_are_asked_for(folder: Path) -> None:
    """Or if they decide about the exit code; else they are counted in one line."""
    name = write(folder, GOOD_SPF, LONELY_FO)
    assert "--info shows them" in run(name).stdout
    for option in (["--info"], ["--fail-on", "info"]):
        shown = run(name, *option).stdout
        assert "INFO   dmarc-fo-without-ruf" in shown
        assert "--info shows them" not in shown
    assert ids(run(name, "--format", "json")) == []
    assert ids(run(name, "--format", "json", "--info")) == ["dmarc-fo-without-ruf"]


def test_parked_domains_are_asked_only_if_one_wants_it(folder: Path) -> None:
    """Then it is said without --info."""
    (folder / "z.zone").write_text(SOA + "\n", encoding="utf-8")
    assert "parked-unprotected" not in run("z.zone", "--info").stdout
    assert "parked-unprotected" in run("z.zone", "--parked").stdout
    assert "parked-unprotected" not in run("z.zone", "--parked", "--ignore", "parked-unprotected").stdout


@pytest.mark.parametrize("form", ["json", "sarif", "github", "text", "table"])
def test_formats(folder: Path, form: str) -> None:
    """Each says the finding and its place, and prints nothing else on standard output; twice the same."""
    name = write(folder, TWO_SPF, GOOD_DMARC)
    result = run("--format", form, name)
    assert "spf-multiple" in result.stdout
    assert name in result.stdout
    assert result.exit_code == 1
    assert result.stdout == run("--format", form, name).stdout
    if form in {"json", "sarif"}:
        json.loads(result.stdout)


def test_tokens_are_said_in_one_line(folder: Path) -> None:
    """What a template writes at the deploy cannot be judged, and is no finding unless a program asks."""
    zone = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com."}}
    properties = {
        "HostedZoneId": {"Ref": "Zone"},
        "Name": "example.com.",
        "Type": "TXT",
        "TTL": "600",
        "ResourceRecords": [{"Fn::Join": ["", ['"', {"Fn::GetAtt": ["Other", "Value"]}, '"']]}],
    }
    record = {"Type": "AWS::Route53::RecordSet", "Properties": properties}
    body = {"Resources": {"Zone": zone, "Txt": record}}
    (folder / "t.template.json").write_text(json.dumps(body), encoding="utf-8")
    stdout = run("t.template.json").stdout
    assert "Cannot tell: 1 record set" in stdout
    assert "--info shows them" not in stdout
    assert ids(run("t.template.json", "--format", "json")) == []
    assert ids(run("t.template.json", "--format", "json", "--info")) == ["cannot-tell"]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        pytest.param([], "name a PATH, such as cdk.out or a zone file", id="no-path"),
        pytest.param(
            ["x", "--ignore", "spf-multple"], "--ignore 'spf-multple': no such rule; did you mean spf-multiple", id="id"
        ),
        pytest.param(["--explain", "zzzz"], "--explain 'zzzz': no such rule; --list shows all", id="explain"),
        pytest.param(
            ["x", "--ignore", "spf-multple@example.com"], "--ignore 'spf-multple': no such rule; did you", id="id-at-a-name"
        ),
        pytest.param(["x", "--ignore", "spf-multiple@"], "no name behind the '@'; write spf-multiple@exam", id="no-name"),
        pytest.param(["--format", "xml", "x"], "'xml' is not one of 'text', 'json', 'sarif', 'github'.", id="format"),
        pytest.param(["--origin", "a b", "x"], "'a b' is not a domain name", id="origin"),
        pytest.param(["--\x1b[2J\n::error::x"], r"--\x1b[2J\n::error::x", id="hostile-option"),
    ],
)
def test_wrong_usage(args: list[str], sentence: str) -> None:
    """Exit code 2, one sentence and where help is; nothing on standard output."""
    result = run(*args)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.endswith("Try 'ses-email-auth lint --help'.\n")
    assert result.stdout == ""


def test_no_error_steers_the_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever click puts into a sentence."""

    def lint_paths(*_: object, **__: object) -> None:
        raise click.ClickException("no\n::error::\x1b[2J")

    monkeypatch.setattr("ses_email_auth.cli.lint_result.lint_paths", lint_paths)
    result = run(write(folder))
    assert (result.exit_code, result.stderr) == (2, "ses-email-auth: no\\n::error::\\x1b[2J\n")


def test_unknown_command() -> None:
    """Likewise."""
    result = CliRunner().invoke(main, ["lnit"])
    assert result.exit_code == 2
    assert "lnit" in result.stderr


def test_help_and_version() -> None:
    """Both end with 0; the help names what a PATH can be."""
    assert CliRunner().invoke(main, ["--version"]).stdout.startswith("ses-email-auth, version 0.")
    assert "lint" in CliRunner().invoke(main, ["-h"]).stdout
    result = run("--help")
    assert result.exit_code == 0
    assert "terraform show -json" in result.stdout
    assert "[text|json|sarif|github]" in result.stdout


def test_list_and_explain() -> None:
    """They need no PATH."""
    assert "  spf-multiple\n" in run("--list").stdout
    assert run("--explain", "spf-multiple").stdout.startswith("spf-multiple  ERROR")
    assert run("--explain", "ses-email-auth::cannot-tell").exit_code == 0


def test_what_cannot_be_read_hides_nothing(folder: Path) -> None:
    """The findings of the others, a sentence for each that cannot be read, and exit code 2."""
    name = write(folder, TWO_SPF)
    (folder / "empty.zone").write_text("", encoding="utf-8")
    result = run("nowhere\u202e", name, "empty.zone")
    assert result.exit_code == 2
    assert result.stdout.startswith("2 paths cannot be read; 1 error")
    assert [line.partition(": ")[2][:20] for line in result.stderr.splitlines()] == [
        "cannot read 'nowhere",
        "cannot read 'empty.z",
    ]
    assert result.stderr.isascii()
    assert run("empty.zone", "--fail-on", "never").exit_code == 2
    assert json.loads(run("empty.zone", "--format", "json").stdout) == {
        "schema": 1,
        "unreadable": [{"path": "empty.zone", "reason": "it is empty"}],
        "findings": [],
    }


def test_the_origin_of_a_zone_file_is_given(folder: Path) -> None:
    """Nothing is guessed, and the refusal without it names the option."""
    (folder / "zone").write_text('@ 600 IN TXT "v=spf1 mx a b -all"\n', encoding="utf-8")
    refused = run("zone")
    assert refused.exit_code == 2
    assert "; give --origin NAME, or write '$ORIGIN NAME.' as the first line" in refused.stderr
    result = run("zone", "--origin", "Example.com.", "--format", "json")
    assert json.loads(result.stdout)["findings"][0]["name"] == "example.com"
    assert result.stderr == ""


def test_a_guessed_zone_is_said(folder: Path) -> None:
    """In the text below the findings; beside the JSON, which stays JSON."""
    (folder / "example.com.zone").write_text('@ 600 IN TXT "v=spf1 mx -all"\n', encoding="utf-8")
    text = " ".join(run("example.com.zone").stdout.split())
    said = (
        "the zone is taken from the name of the file: example.com for example.com.zone; if that is wrong, "
        "give --origin NAME, or write '$ORIGIN NAME.' as the first line"
    )
    assert f"Note: {said}" in text
    result = run("example.com.zone", "--format", "json")
    assert json.loads(result.stdout)["findings"] == []
    assert result.stderr == f"ses-email-auth: note: {said}\n"
    for number in range(4):
        (folder / f"{number}.example.com.zone").write_text("@ 600 IN A 192.0.2.1\n", encoding="utf-8")
    assert "example.com for ./example.com.zone; " not in run(".").stdout
    assert "2.example.com.zone and 2 more;" in " ".join(run(".").stdout.split())


def test_private_zones_are_said(folder: Path) -> None:
    """Nothing in them is judged; one without records is not worth a word."""

    def template(*names: str) -> str:
        zones = {
            f"Zone{name[0]}": {
                "Type": "AWS::Route53::HostedZone",
                "Properties": {"Name": name, "VPCs": [{"VPCId": "vpc-1", "VPCRegion": "eu-west-1"}]},
            }
            for name in names
        }
        spf = {"Type": "TXT", "TTL": "60", "ResourceRecords": ['"v=spf1 +all"', '"v=spf1 -all"']}
        sets = {
            f"Set{name[0]}": {
                "Type": "AWS::Route53::RecordSet",
                "Properties": {"Name": name, "HostedZoneId": {"Ref": f"Zone{name[0]}"}, **spf},
            }
            for name in names
            if name[0] != "z"
        }
        return json.dumps({"Resources": zones | sets})

    (folder / "a.json").write_text(template("a.example.com", "z.example.com"), encoding="utf-8")
    text = run("a.json").stdout
    assert text.startswith("nothing to judge: no record sets and no SES identities\n")
    assert "Note: 1 private zone left out (a.example.com): receivers do not see it\n" in text
    (folder / "a.json").write_text(template("a.example.com", "b.example.com"), encoding="utf-8")
    assert "Note: 2 private zones left out (a.example.com, b.example.com): receivers do" in run("a.json").stdout


def test_a_path_that_is_named_twice_counts_once(folder: Path) -> None:
    """Else every record would stand there twice."""
    name = write(folder, GOOD_SPF, GOOD_DMARC)
    assert run(name, name).stdout == "ok: nothing wrong in 4 record sets of 1 zone\n"
    assert run("-", "-", text=SOA + "\n").exit_code == 0


def test_standard_input(folder: Path) -> None:
    """`-`, beside files, and though another cannot be read."""
    name = write(folder, GOOD_SPF)
    text = f"{SOA}\n{TWO_SPF}\n".replace("example.com", "example.org")
    result = run("-", name, "nowhere", "--format", "json", text=text)
    assert result.exit_code == 2
    assert "spf-multiple" in ids(result)


def test_templates_are_read_together(folder: Path) -> None:
    """A record set of one template stands in the zone of another; a broken third changes nothing."""
    zone = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com."}}
    output = {"ZoneId": {"Value": {"Ref": "Zone"}, "Export": {"Name": "Zone"}}}

    def txt(zone_id: object, text: str) -> dict[str, object]:
        properties = {
            "HostedZoneId": zone_id,
            "Name": "example.com.",
            "Type": "TXT",
            "TTL": "600",
            "ResourceRecords": [f'"{text}"'],
        }
        return {"Type": "AWS::Route53::RecordSet", "Properties": properties}

    first = {"Resources": {"Zone": zone, "SpfA": txt({"Ref": "Zone"}, "v=spf1 a -all")}, "Outputs": output}
    second = {"Resources": {"SpfB": txt({"Fn::ImportValue": "Zone"}, "v=spf1 mx -all")}}
    (folder / "a.template.json").write_text(json.dumps(first), encoding="utf-8")
    (folder / "b.template.json").write_text(json.dumps(second), encoding="utf-8")
    (folder / "c.template.json").write_text("{", encoding="utf-8")
    for paths in (["a.template.json", "b.template.json"], ["a.template.json", "c.template.json", "b.template.json"]):
        stdout = run(*paths).stdout
        assert "spf-multiple" in stdout
        assert "a.template.json:1  SpfA" in stdout
        assert "b.template.json:1  SpfB" in stdout


def test_a_broken_file_in_a_folder(folder: Path) -> None:
    """It hides no other file of the folder, nor another stack of an assembly."""
    write(folder, TWO_SPF, name="a.zone")
    write(folder, "$INCLUDE other\n", name="b.zone")
    stack = {"type": "aws:cloudformation:stack"}
    artifacts = {name: {**stack, "properties": {"templateFile": f"{name}.template.json"}} for name in ("A", "B", "C")}
    (folder / "cdk.out").mkdir()
    (folder / "cdk.out" / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), encoding="utf-8")
    values = {"HostedZoneId": "Z", "Name": "example.org.", "Type": "TXT", "TTL": "600", "ResourceRecords": ['"v=spf1 +all"']}
    spf = {"Type": "AWS::Route53::RecordSet", "Properties": values}
    for name, text in (("A", "{"), ("B", json.dumps({"Resources": {"Spf": spf}}))):
        (folder / "cdk.out" / f"{name}.template.json").write_text(text, encoding="utf-8")
    done = run(".", "cdk.out")
    assert done.exit_code == 2
    assert "3 paths cannot be read" in done.stdout
    assert "spf-multiple" in done.stdout
    assert "B.template.json:1  Spf" in done.stdout
    assert [line.split("'")[1] for line in done.stderr.splitlines()] == [
        "b.zone",
        "cdk.out/A.template.json",
        "cdk.out/C.template.json",
    ]


class _Terminal:
    """Standard output as a terminal has it, or one that fails."""

    def __init__(self, error: OSError | None = None) -> None:
        self.error = error
        self.text = ""

    def isatty(self) -> bool:
        """It is one."""
        return True

    def write(self, text: str) -> int:
        """Keep it, or fail."""
        if self.error is not None:
            raise self.error
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def fileno(self) -> int:
        """The copy that `_write` may replace."""
        return self.descriptor

    descriptor = -1


@pytest.mark.parametrize(("no_color", "colored"), [(None, True), ("1", False), ("", True)])
def test_colors(folder: Path, monkeypatch: pytest.MonkeyPatch, no_color: str | None, colored: bool) -> None:  # noqa: FBT001
    """Only on a terminal, and not if NO_COLOR holds something (no-color.org)."""
    terminal = _Terminal()
    name = write(folder, TWO_SPF)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys, "stdout", terminal)
    assert click.Command.main(lint.command, [name], standalone_mode=False) == 1
    assert ("\x1b[" in terminal.text) == colored


def test_a_reader_that_goes_away_changes_no_exit_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`| head` is no error: what was found is still found, and Python does not complain at the end."""
    name = write(folder, TWO_SPF)
    reader, writer = os.pipe()
    os.close(reader)
    terminal = _Terminal(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    terminal.descriptor = writer
    monkeypatch.setattr(sys, "stdout", terminal)
    assert click.Command.main(lint.command, [name], standalone_mode=False) == 1
    os.write(writer, b"goes nowhere")
    os.close(writer)


def test_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What could not be written ends with 2."""
    name = write(folder, GOOD_SPF)
    monkeypatch.setattr(sys, "stdout", _Terminal(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(SystemExit, match=r"^2$"):
        group.main(["lint", name])
    assert capsys.readouterr().err == "ses-email-auth: cannot write: No space left on device\n"


def test_interrupted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As shells have it: 130, and no traceback."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lint_result, "read", interrupt)
    result = run(write(folder, GOOD_SPF))
    assert result.exit_code == 130
    assert result.stdout == ""


def test_complete_makes_absence_count_if_all_is_read(folder: Path) -> None:
    """What cannot be read may hold what is missing."""
    (folder / "part.zone").write_text("$ORIGIN example.com.\n@ 600 IN MX 10 mail\n", encoding="utf-8")
    assert ids(run("part.zone", "--format", "json")) == []
    whole = run("part.zone", "--complete", "--format", "json")
    assert "mx-target-missing" in ids(whole)
    assert whole.exit_code == 1
    unread = run("part.zone", "missing.zone", "--complete", "--format", "json")
    assert ids(unread) == []
    assert unread.exit_code == 2
