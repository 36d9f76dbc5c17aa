"""How the command starts: what it loads, what it needs, and where it is offered (console script, pre-commit)."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
import yaml

from ses_email_auth.cli import commands
from ses_email_auth.cli import main as main_module

ROOT = Path(__file__).parents[2]
ZONE = "example.com. 600 IN SOA ns.example.net. admin.example.com. 1 7200 900 1209600 300\n"
# What costs time and no run of lint without such input needs.
HEAVY = ["aws_cdk", "boto3", "constructs", "dns", "jsii", "rich", "yaml"]


def command(
    *args: str, code: str = "from ses_email_auth.cli.main import main; main()", **environment: str
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, check=False, cwd=ROOT, env=os.environ | environment
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_console_script() -> None:
    """`ses-email-auth` is the group of commands."""
    (script,) = entry_points(group="console_scripts", name="ses-email-auth")
    assert script.load() is commands.group


def test_without_click() -> None:
    """One line that says what to install, and exit code 2; the extra brings what is needed."""
    code = "import sys; sys.modules['click'] = None; from ses_email_auth.cli.main import main; main()"
    assert command(code=code) == (
        2,
        "",
        'ses-email-auth: the command line needs click; install it with: pip install "ses-email-auth[cli]"\n',
    )
    assert re.search(r'"cli": \["click>=[^"]+", "pyyaml>=[^"]+"\]', (ROOT / "setup.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("missing", ["click", "ses_email_auth.errors"])
def test_only_click_is_excused(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Another missing module is a fault that must be seen."""
    monkeypatch.delitem(sys.modules, "ses_email_auth.cli.commands")
    monkeypatch.setitem(sys.modules, missing, None)  # type: ignore[arg-type]  # Python's way to say that it is not there
    if missing == "click":
        assert main_module._load() is main_module._without_click
    else:
        with pytest.raises(ModuleNotFoundError):
            main_module._load()


def test_an_interrupt_while_modules_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is answered at once, without a traceback."""

    class Interrupted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "ses_email_auth.cli.commands":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "ses_email_auth.cli.commands")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    with pytest.raises(SystemExit, match=r"^130$"):
        main_module._load()


def test_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m ses_email_auth.cli` is the same."""
    monkeypatch.setattr(sys, "argv", ["ses-email-auth", "--version"])
    with pytest.raises(SystemExit, match=r"^0$"):
        runpy.run_module("ses_email_auth.cli", run_name="__main__")
    assert capsys.readouterr().out.startswith("ses-email-auth, version")


def test_without_click_the_process_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """The same in this process."""
    with pytest.raises(SystemExit, match=r"^2$"):
        main_module._without_click()
    assert "click" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["--help"], id="help"),
        pytest.param(["lint", "--list"], id="list"),
        pytest.param(["lint", "ZONE"], id="zone-file"),
    ],
)
def test_what_is_not_loaded(tmp_path: Path, args: list[str]) -> None:
    """Neither the AWS CDK, which costs a second and 93 MB, nor anything that is not used."""
    zone = tmp_path / "example.com.zone"
    zone.write_text(ZONE, encoding="utf-8")
    code = (
        "import sys; from ses_email_auth.cli.main import main\ntry: main()\n"
        f"finally: sys.stderr.write(repr(sorted(sys.modules.keys() & {set(HEAVY)!r})))"
    )
    assert command(*(each.replace("ZONE", str(zone)) for each in args), code=code)[::2] == (0, "[]")


def test_help_loads_no_rules() -> None:
    """Rules take longer than click itself."""
    code = (
        "import sys; from ses_email_auth.cli.main import main\ntry: main()\n"
        "finally: sys.stderr.write(repr([name for name in sys.modules if name.startswith('ses_email_auth.checks')]))"
    )
    assert command("lint", "--help", code=code)[2] == "[]"


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "utf-8"])
def test_no_encoding_of_the_terminal_makes_it_crash(tmp_path: Path, encoding: str) -> None:
    """What cannot be shown is escaped; everything else is printed."""
    zone = tmp_path / "α\u202e日本.zone"
    zone.write_text(ZONE + 'example.com. 600 IN TXT "ｖ＝ＤＭＡＲＣ１； é\U0001f600"\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ses_email_auth.cli", "lint", str(zone), "nowhere-é"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"},
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"1 path cannot be read" in done.stdout


def test_a_reader_that_goes_away() -> None:
    """`lint --list | head -1`: no traceback, no complaint, and the exit code of the command."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ses_email_auth.cli", "lint", "--list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), errors) == (0, b"")


HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_the_hook_runs_the_command() -> None:
    """Its entry is a command that exists, from the extra that brings click."""
    (hook,) = HOOKS
    assert hook["id"] == "ses-email-auth-lint"
    assert hook["language"] == "python"
    assert hook["additional_dependencies"] == [".[cli]"]
    program, *args = hook["entry"].split()
    assert program == "ses-email-auth"
    assert commands.group.get_command(click.Context(commands.group), *args) is not None


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        pytest.param("cdk.out/Mail.template.json", True, id="template"),
        pytest.param("infra/dns.template.yaml", True, id="yaml"),
        pytest.param("zones/example.com.zone", True, id="zone"),
        pytest.param("example.com.route53.json", True, id="route53"),
        pytest.param("prod.tfplan.json", True, id="terraform"),
        pytest.param("package.json", False, id="other-json"),
        pytest.param("db.py", False, id="python"),
        pytest.param("src/db.config.ts", False, id="typescript"),
        pytest.param(".github/workflows/ci.yaml", False, id="other-yaml"),
    ],
)
def test_the_hook_looks_at_files_that_hold_records(path: str, is_ours: bool) -> None:  # noqa: FBT001
    """pre-commit searches the path; a file of another kind would stop the commit as unreadable."""
    assert (re.search(HOOKS[0]["files"], path) is not None) == is_ours
