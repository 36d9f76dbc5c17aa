"""`python -m ses_email_auth.local` as a process: where it listens (Linux: /proc), what it says, how it ends."""

from __future__ import annotations

import ast
import io
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.local import settings
from tests.local.templates import SPF, ZONE, change, make_zone, member, record, template
from tests.local_aws import ROOT, interpreter, local_aws, own_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_aws import LocalAws


def launch(*arguments: str, python: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher to its end; meant for starts that fail."""
    command = [python or interpreter(), "-m", "ses_email_auth.local", *arguments]
    path = os.pathsep.join([environment.pop("PYTHONPATH", str(ROOT)), str(ROOT)])
    env = own_environment() | {"PYTHONPATH": path} | environment
    return subprocess.run(command, env=env, cwd="/", capture_output=True, encoding="utf-8", timeout=60, check=False)


def listening(pid: int) -> set[tuple[str, str]]:
    """(protocol, local address in hex) of every socket of a process that waits for others."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = str(descriptor.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    sockets = set()
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{protocol}").read_text(encoding="utf-8").splitlines()[1:]:
            fields = line.split()
            # 0A is LISTEN; a UDP socket waits as soon as it is bound.
            if fields[9] in inodes and (fields[3] == "0A" or protocol.startswith("udp")):
                sockets.add((protocol, fields[1]))
    return sockets


def loopback(port: int) -> set[tuple[str, str]]:
    """What `listening` says of one TCP socket on 127.0.0.1."""
    return {("tcp", f"0100007F:{port:04X}")}


def port_of(aws: LocalAws) -> int:
    """The port of its endpoint."""
    return int(aws.endpoint.rpartition(":")[2])


def test_one_port_on_loopback(local: LocalAws) -> None:
    """One TCP port on 127.0.0.1, nothing else: MiniStack alone would, beside `cryptography`, listen on 0.0.0.0:8883 too."""
    local.client("route53").list_hosted_zones()
    time.sleep(1)  # its MQTT listener would come after the HTTP port
    assert listening(local.pid) == loopback(port_of(local))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::1", "192.0.2.1", ""])  # noqa: S104 - the subject
def test_any_other_address_is_refused(host: str) -> None:
    """Any address but 127.0.0.1 is refused, by option and by MiniStack's own variable."""
    for refused in (launch("--host", host), launch(BIND_HOST=host)):
        assert (refused.returncode, refused.stdout) == (2, "")
        sentence = f"error: the local AWS listens on 127.0.0.1 only, got {host!r}; unset BIND_HOST and leave --host out\n"
        assert refused.stderr == sentence


def test_without_ministack() -> None:
    """Without MiniStack the error names the command that installs it."""
    refused = launch(python=sys.executable)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        "error: ministack is not installed in this environment; "
        f"run {sys.executable} -m pip install {shlex.join(settings.REQUIREMENTS)}\n"
    )


def test_another_ministack(tmp_path: Path) -> None:
    """Another version of MiniStack is refused, even a newer one: private names are used."""
    metadata = tmp_path / "ministack-9.9.9.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: ministack\nVersion: 9.9.9\n", encoding="utf-8")
    refused = launch(PYTHONPATH=str(tmp_path))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: ministack 9.9.9 is installed, but this needs exactly 1.5.33; run ")


def test_the_extra_is_what_the_launcher_asks_for() -> None:
    """setup.py, from which the Makefile installs, and the launcher agree; and boto3 fits."""
    line = next(
        line for line in (ROOT / "setup.py").read_text(encoding="utf-8").splitlines() if line.strip().startswith('"local": ')
    )
    assert tuple(ast.literal_eval(line.strip().removeprefix('"local": ').removesuffix(","))) == settings.REQUIREMENTS
    command = [interpreter(), "-m", "pip", "check"]
    assert (
        subprocess.run(command, capture_output=True, encoding="utf-8", check=False).stdout == "No broken requirements found.\n"
    )


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none(port: str) -> None:
    """An impossible port is refused before MiniStack is loaded."""
    refused = launch("--port", port)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"error: cannot listen on 127.0.0.1 port {port} (")


def test_a_port_in_use(local: LocalAws) -> None:
    """A port in use is refused with what to do."""
    refused = launch("--port", str(port_of(local)))
    assert refused.returncode == 2
    assert refused.stderr.endswith("; pass another --port, or 0 for a free one\n")


def test_it_imports_nothing_else_of_ours() -> None:
    """It runs where aws-cdk-lib, idna and the others are missing."""
    code = (
        "import sys; from ses_email_auth.local.__main__ import install; install();"
        "print(*sorted(m for m in sys.modules if m.startswith('ses_email_auth')))"
    )
    env = own_environment() | {"PYTHONPATH": str(ROOT)} | settings.server_environment(1)
    done = subprocess.run([interpreter(), "-c", code], env=env, capture_output=True, encoding="utf-8", check=True)
    assert "ses_email_auth.local.permissions" in done.stdout
    assert [m for m in done.stdout.split() if not m.startswith("ses_email_auth.local")] == ["ses_email_auth"]


@pytest.fixture
def launcher() -> Iterator[subprocess.Popen[str]]:
    """The launcher on a free port, its output in a pipe."""
    command = [interpreter(), "-m", "ses_email_auth.local", "--port", "0"]
    env = own_environment() | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=env, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    ) as child:
        yield child
        child.kill()


def test_what_it_prints_is_a_shell_script(launcher: subprocess.Popen[str], tmp_path: Path) -> None:
    """Sourced, it points the CDK CLI at the local AWS and away from any real account."""
    assert launcher.stdout is not None
    script = tmp_path / "environment"
    script.write_text(
        "".join(launcher.stdout.readline() for _ in range(2 + len(settings.client_environment(1)))), encoding="utf-8"
    )
    env = {"PATH": os.environ["PATH"], "AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "t"}
    done = subprocess.run(["/bin/sh", "-c", f". {script}; env"], env=env, capture_output=True, encoding="utf-8", check=True)
    set_now = dict(line.split("=", 1) for line in done.stdout.splitlines())
    port = int(set_now["AWS_ENDPOINT_URL"].removeprefix("http://127.0.0.1:"))
    assert {k: v for k, v in set_now.items() if k.startswith("AWS_")} == settings.client_environment(port)
    assert script.read_text(encoding="utf-8").startswith(f"# local AWS on http://127.0.0.1:{port}; ")
    assert reachable(port)


def reachable(port: int) -> bool:
    """Whether something answers within the time that a start takes."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((settings.HOST, port)) == 0:
                return True
        time.sleep(0.05)
    return False


def busy_worker(aws: LocalAws) -> int:
    """Invoke a Lambda function and leave it busy; returns the process id of its worker, which MiniStack keeps warm."""
    archive = io.BytesIO()
    code = "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()\n"
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("index.py", code)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Statement": trust}))
    function = aws.client("lambda")
    function.create_function(
        FunctionName="f",
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Role=f"arn:aws:iam::{settings.ACCOUNT}:role/r",
        Timeout=60,
    )
    worker = int(function.invoke(FunctionName="f", Payload="0")["Payload"].read())
    function.invoke(FunctionName="f", InvocationType="Event", Payload="60")
    time.sleep(0.3)  # until it sleeps: an idle worker ends by itself when its pipe closes
    return worker


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(*pids: int) -> bool:
    """Whether none of the processes runs after at most ten seconds."""
    for _ in range(100):
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("ending", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.full)])
def test_its_end_ends_lambda_workers(ending: signal.Signals) -> None:
    """The launcher ends its Lambda workers when it is asked to stop, even busy ones."""
    with local_aws() as aws:
        worker = busy_worker(aws)
        assert alive(worker)
        os.kill(aws.pid, ending)
        assert gone(worker, aws.pid)


def test_the_context_manager_leaves_no_process() -> None:
    """The context manager ends the workers of a launcher that was killed."""
    with local_aws() as aws:
        worker = busy_worker(aws)
        os.kill(aws.pid, signal.SIGKILL)
    assert gone(worker, aws.pid)


def test_the_start_chooses_how_record_sets_are_treated() -> None:
    """What `--record-sets` says is played at once, and again after a reset."""
    with local_aws(options=("--record-sets", "classic")) as aws:
        for world in ("registry", "classic"):
            zone = make_zone(aws)
            change(aws, zone, ("CREATE", member(ZONE, SPF)))
            assert aws.deploy("S", template(R=record(zone, ZONE, SPF))).status == "CREATE_COMPLETE"
            aws.play(record_sets=world)
            aws.reset()


@pytest.mark.parametrize("option", ["--record-sets", "--renames"])
def test_a_choice_that_does_not_exist(option: str) -> None:
    """Another word is refused."""
    refused = launch(option, "other")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"error: argument {option}: invalid choice: 'other' (choose from " in refused.stderr


def test_a_missing_interpreter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing interpreter is an error that names the command that makes it."""
    monkeypatch.setenv("LOCAL_AWS_PYTHON", "/nonexistent/python")
    with (
        pytest.raises(RuntimeError, match=r"/nonexistent/python does not exist.*/pip install ministack==1\.5\.33 boto3"),
        local_aws(),
    ):
        pass


def test_reset_and_clients(aws: LocalAws) -> None:
    """Reset empties all accounts; a client is made once, and knows region and account."""
    first = aws.client("route53")
    assert aws.client("route53") is first
    first.create_hosted_zone(Name="a.example", CallerReference="1")
    other = aws.client("route53", account="210987654321")
    assert (len(first.list_hosted_zones()["HostedZones"]), len(other.list_hosted_zones()["HostedZones"])) == (1, 0)
    aws.reset()
    assert first.list_hosted_zones()["HostedZones"] == []
    assert aws.client("sts", "eu-west-1").get_caller_identity()["Account"] == settings.ACCOUNT
    assert aws.client("sts", "eu-west-1").meta.region_name == "eu-west-1"


def test_the_environment_for_children(local: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment for children keeps none of the user's AWS settings."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    environment = local.environment("eu-west-1")
    assert "AWS_PROFILE" not in environment
    assert environment["AWS_ENDPOINT_URL"] == local.endpoint
    assert environment["AWS_REGION"] == "eu-west-1"
    assert "PATH" in environment
