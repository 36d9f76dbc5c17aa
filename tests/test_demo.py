"""`make demo` from end to end, with the real CDK CLI on a local AWS: what it shows, and that it leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local_aws import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

DEMO = ROOT / "examples" / "demo.py"
PROGRESS = ROOT / "examples" / "progress.py"
LEFT_IN_ROOT = ("cdk.out", "cdk.context.json", ".demo")
# A user's settings, all of them harmful to a demo that would read them.
USER = {
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "LC_ALL": "ja_JP.UTF-8",
}
STEPS = (
    r"starting a local AWS on 127\.0\.0\.1:\d+",
    "creating the hosted zone blacksheep.link",
    "cdk bootstrap",
    "cdk deploy: the sample app",
    "asking Route 53 and SES what they hold now",
    "cdk deploy -c policy=quarantine",
    "comparing the records with those before",
    "cdk destroy",
    "checking that nothing is left but the zone itself",
)


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """What the Makefile sets, on top of `USER`; the demo writes to `folder`."""
    for name in ("LOCAL_AWS_PYTHON", "CDK_CLI", "JSII_NODE"):
        assert name in os.environ, f"{name} is not set; run the tests with `make tests`, which installs and names all programs"
    return dict(os.environ) | USER | {"DEMO_FOLDER": str(folder)} | changes


def run(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end."""
    command = [sys.executable, str(DEMO)]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300, check=False)


def left_running(folder: Path) -> list[str]:
    """The processes that the demo with this folder has started: their home is in it, whatever their session."""
    home = f"HOME={folder / 'home'}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if home in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text(encoding="utf-8").replace("\0", " "))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found


def script(folder: Path, text: str) -> str:
    """A program that stands in for the CDK CLI."""
    path = folder / "cdk"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def columns(line: str) -> int:
    """The width of a line in a terminal that shows ambiguous characters wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in line)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of a run that went well."""
    folder = tmp_path_factory.mktemp("demo")
    before = [(ROOT / name).exists() for name in LEFT_IN_ROOT]
    done = run(environment(folder))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert left_running(folder) == []
    assert [(ROOT / name).exists() for name in LEFT_IN_ROOT] == before
    shutil.rmtree(folder)  # pytest would keep it, and jsii has unpacked 200 MB there
    return done.stdout.splitlines()


@pytest.mark.full
def test_each_step_is_announced_and_timed(shown: list[str]) -> None:
    """Steps are shown in order, numbered, with a dot for each second and then the seconds."""
    text = "\n".join(shown)
    titles = [rf"^\[{number}/{len(STEPS)}\] {title} [.\s]+ \d+ s$" for number, title in enumerate(STEPS, start=1)]
    places = [found.start() for title in titles for found in re.finditer(title, text, re.MULTILINE)]
    assert len(places) == len(STEPS)
    assert places == sorted(places)
    assert text.count(f"/{len(STEPS)}] ") == len(STEPS)


@pytest.mark.full
def test_the_records_that_are_deployed(shown: list[str]) -> None:
    """The seven records are shown as a table; the DKIM tokens are cut short and differ from each other."""
    start = shown.index("name                    type  TTL  value")
    table = shown[start + 1 : shown.index("", start)]
    assert table[:5] == [
        'blacksheep.link         TXT   600  "v=spf1 include:amazonses.com ~all"',
        '_dmarc.blacksheep.link  TXT   600  "v=DMARC1; p=none;',
        '                                   rua=mailto:dmarc-reports@blacksheep.link"',
        "bounce.blacksheep.link  MX    600  10 feedback-smtp.ap-northeast-1.amazonses.com",
        'bounce.blacksheep.link  TXT   600  "v=spf1 include:amazonses.com ~all"',
    ]
    dkim = r"(\w{4}\.\.\.\w{4})\._domainkey  CNAME 600  \1\.dkim\.amazonses\.com\n  \.blacksheep\.link\n"
    found = list(re.finditer(dkim, "\n".join([*table[5:], ""])))
    assert len({token[1] for token in found}) == 3
    assert sum(len(token[0]) for token in found) == sum(len(line) + 1 for line in table[5:])


@pytest.mark.full
def test_what_ses_says_and_what_is_proved(shown: list[str]) -> None:
    """The demo shows SES's status and the proof, in English and for a Japanese user in Japanese too."""
    assert "SES says of blacksheep.link: DKIM SUCCESS, MAIL FROM SUCCESS, verified" in shown
    assert "  => DMARC passes by DKIM and by SPF. Receivers apply p=none to forgeries." in shown
    assert any(line.startswith("差出人 *@blacksheep.link") for line in shown)


@pytest.mark.full
def test_the_second_deploy_changes_the_dmarc_record_alone(shown: list[str]) -> None:
    """The second deploy changes the DMARC record from none to quarantine, and no other."""
    start = shown.index("1 record changed, 6 did not:")
    assert shown[start + 1 : start + 6] == [
        '  - _dmarc.blacksheep.link TXT 600 "v=DMARC1; p=none;',
        '    rua=mailto:dmarc-reports@blacksheep.link"',
        '  + _dmarc.blacksheep.link TXT 600 "v=DMARC1; p=quarantine;',
        '    rua=mailto:dmarc-reports@blacksheep.link"',
        "",
    ]


@pytest.mark.full
def test_what_comes_next(shown: list[str]) -> None:
    """The last lines are the commands for AWS, with the version of the CLI that the Makefile has installed."""
    package = re.search(r"aws-cdk@[\d.]+", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert package is not None
    assert shown[-2:] == [
        f"  npx {package[0]} bootstrap",
        f"  npx {package[0]} deploy -c domain=example.com -c zone_id=Z0123456789ABC",
    ]


@pytest.mark.full
def test_it_fits_into_80_columns(shown: list[str]) -> None:
    """No line is wider than 80 columns, also in Japanese, also on a slow machine."""
    assert [line for line in shown if columns(line) > 80] == []


def test_a_step_that_fails(tmp_path: Path) -> None:
    """A failed step is named, with the end and the path of its log; what it has started ends with it."""
    cli = script(tmp_path, "sleep 300 &\necho first\nfor n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo line $n; done\nexit 3")
    folder = tmp_path / "demo"
    started = time.monotonic()
    failed = run(environment(folder, CDK_CLI=cli))
    assert time.monotonic() - started < 10  # the local AWS is asked to stop, not waited for and killed
    assert failed.returncode == 1
    assert failed.stdout.splitlines()[-1] == f"[3/{len(STEPS)}] cdk bootstrap . failed"
    lines = [f"  line {n}" for n in range(1, 15)]
    log = folder / "3-bootstrap.log"
    assert failed.stderr.splitlines() == [
        "",
        f"Failed: [3/{len(STEPS)}] cdk bootstrap",
        "The end of its log:",
        "  first",
        *lines,
        f"The whole log: {log}",
    ]
    assert log.read_text(encoding="utf-8").startswith(f"$ {cli} bootstrap aws://123456789012/ap-northeast-1 ")
    assert left_running(folder) == []


def test_a_local_aws_that_does_not_start(tmp_path: Path) -> None:
    """A local AWS that does not start shows its own error, without a wait for an answer that cannot come."""
    started = time.monotonic()
    failed = run(environment(tmp_path, LOCAL_AWS_PYTHON=sys.executable))
    assert time.monotonic() - started < 20  # it would be 30
    assert failed.returncode == 1
    assert "error: ministack is not installed in this environment" in failed.stderr
    assert "RuntimeError: the local AWS does not answer" in failed.stderr


@pytest.mark.parametrize(
    "asked", [signal.SIGINT, *(pytest.param(s, marks=pytest.mark.full) for s in (signal.SIGTERM, signal.SIGHUP))]
)
def test_a_demo_that_is_stopped(tmp_path: Path, asked: signal.Signals) -> None:
    """Ctrl-C, `kill` and a closed terminal end all that it has started, even what does not want to."""
    cli = script(tmp_path, "trap '' INT TERM HUP\n(trap '' INT TERM HUP; sleep 300) &\necho up\nsleep 1")
    folder = tmp_path / "demo"
    env = environment(folder, CDK_CLI=cli)
    with subprocess.Popen([sys.executable, str(DEMO)], env=env, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as demo:
        until(lambda: "up" in text_of(folder / "3-bootstrap.log").split())
        assert left_running(folder) != []
        demo.send_signal(asked)
        shown, _ = demo.communicate(timeout=60)
    assert demo.returncode == 128 + asked
    assert shown.splitlines()[-1].endswith(" stopped")
    assert left_running(folder) == []


@pytest.mark.parametrize("name", ["LOCAL_AWS_PYTHON", "CDK_CLI", "JSII_NODE"])
def test_a_program_that_is_not_named(tmp_path: Path, name: str) -> None:
    """A missing variable is an error that says what sets it."""
    env = environment(tmp_path)
    del env[name]
    refused = run(env)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"{name} is not set; `make demo` sets it\n"


def progress(tmp_path: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """One step of the Makefile."""
    run_it = [sys.executable, str(PROGRESS), "doing it", str(tmp_path / "logs" / "it.log"), *command]
    return subprocess.run(run_it, capture_output=True, encoding="utf-8", timeout=60, check=False)


def test_a_step_of_the_makefile(tmp_path: Path) -> None:
    """A step of the Makefile shows a dot for each second, and its output goes into the log."""
    done = progress(tmp_path, "sh", "-c", "echo out; echo err >&2; sleep 2.5")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"doing it \.\.\. [23] s\n", done.stdout)
    assert (tmp_path / "logs" / "it.log").read_text(
        encoding="utf-8"
    ) == "$ sh -c 'echo out; echo err >&2; sleep 2.5'\nout\nerr\n"


def test_a_step_of_the_makefile_that_fails(tmp_path: Path) -> None:
    """A failed step of the Makefile makes make fail, with the reason on the screen."""
    failed = progress(tmp_path, "sh", "-c", "echo no network; exit 7")
    assert (failed.returncode, failed.stdout) == (1, "doing it . failed\n")
    assert failed.stderr.endswith(f"  no network\nThe whole log: {tmp_path}/logs/it.log\n")
    missing = progress(tmp_path, "/nonexistent")
    assert missing.returncode == 1
    assert "FileNotFoundError" in missing.stderr


def text_of(path: Path) -> str:
    """The text of a file that may not be there yet."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def until(happened: Callable[[], bool]) -> None:
    """Wait for at most 30 seconds."""
    for _ in range(300):
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")
