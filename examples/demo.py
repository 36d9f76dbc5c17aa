"""The life of the sample app (`app.py`) on a local AWS, with the real CDK CLI. Run it with `make demo`.

It deploys, reads back what Route 53 and SES then hold, changes the DMARC policy, destroys. It listens and talks on 127.0.0.1
only and reads no AWS profile, so it cannot touch a real account. All that it writes is in `.demo/`.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import socket
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from deployed import changes, identities, proof, read_identity, read_records, table
from progress import StepFailed, program, run, step, stop_cleanly

from ses_email_auth.local import settings

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
DOMAIN = "blacksheep.link"
STEPS = 9
START_SECONDS = 30
KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR")  # what the programs need of the user's environment
COLUMNS = 80


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the programs are, where the demo writes, and which step is next."""

    python: Path
    cli: Path
    node: Path
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def step(self, name: str, title: str) -> contextlib.AbstractContextManager[Path]:
        """The next step; gives its log."""
        number = next(self.numbers)
        return step(f"[{number}/{STEPS}] {title}", self.folder / f"{number}-{name}.log")

    def cdk(self, log: Path, *arguments: str) -> None:
        """Run the CDK CLI, which runs `app.py`."""
        run([str(self.cli), *arguments, "--output", str(self.folder / "cdk.out"), "--no-notices"], log)


def main() -> int:
    """Run the demo. Returns the exit code: 1 if a step failed."""
    started = time.monotonic()
    try:
        programs = [Path(os.environ[name]).absolute() for name in ("LOCAL_AWS_PYTHON", "CDK_CLI", "JSII_NODE")]
    except KeyError as missing:
        sys.exit(f"{missing.args[0]} is not set; `make demo` sets it")
    python, cli, node = programs
    demo = Demo(python, cli, node, Path(os.environ.get("DEMO_FOLDER", ROOT / ".demo")).absolute())
    languages = ["en", "ja"] if (os.environ.get("LC_ALL") or os.environ.get("LANG", "")).startswith("ja") else ["en"]
    (demo.folder / "home").mkdir(parents=True, exist_ok=True)
    for old in demo.folder.glob("*.log"):
        old.unlink()
    port = free_port()
    know_only_the_local_aws(demo, port)
    os.chdir(ROOT)
    stop_cleanly()
    try:
        with local_aws(demo, port):
            live_through(demo, languages)
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print_what_next(cli, time.monotonic() - started)
    return 0


@contextlib.contextmanager
def local_aws(demo: Demo, port: int) -> Iterator[None]:
    """A local AWS that runs until the end of the block."""
    with contextlib.ExitStack() as until_the_end:
        with demo.step("local-aws", f"starting a local AWS on {settings.HOST}:{port}") as log:
            command = [str(demo.python), "-m", "ses_email_auth.local", "--port", str(port)]
            child = until_the_end.enter_context(program(command, log))
            wait_for_answer(child, port)
        yield


def live_through(demo: Demo, languages: list[str]) -> None:
    """Deploy, look, change, look, destroy, look."""
    with demo.step("zone", f"creating the hosted zone {DOMAIN}"):
        zone_id = create_zone()
    with demo.step("bootstrap", "cdk bootstrap") as log:
        demo.cdk(log, "bootstrap", f"aws://{settings.ACCOUNT}/{settings.REGION}")
    deploy = ("deploy", "--require-approval", "never", "-c", f"zone_id={zone_id}")
    with demo.step("deploy", "cdk deploy: the sample app") as log:
        demo.cdk(log, *deploy)
    with demo.step("read", "asking Route 53 and SES what they hold now"):
        before = read_records(zone_id)
        identity, said = read_identity(DOMAIN)
    print(f"\n{table(before, DOMAIN)}\n\n{said}\n")
    for language in languages:
        print(proof(identity, before, settings.REGION).explain(language), end="\n\n")
    with demo.step("policy", "cdk deploy -c policy=quarantine") as log:
        demo.cdk(log, *deploy, "-c", "policy=quarantine")
    with demo.step("compare", "comparing the records with those before"):
        after = read_records(zone_id)
        changed = list(changes(before, after))
        if [line.split()[:3] for line in changed] != [[mark, f"_dmarc.{DOMAIN}", "TXT"] for mark in "-+"]:
            raise RuntimeError(f"the DMARC record alone should change, but: {changed}")
    print(f"\n1 record changed, {len(before & after)} did not:")
    for line in changed:
        print(textwrap.fill(line, COLUMNS, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False))
    print()
    with demo.step("destroy", "cdk destroy") as log:
        demo.cdk(log, "destroy", "--force", "-c", f"zone_id={zone_id}")
    with demo.step("nothing-left", "checking that nothing is left but the zone itself"):
        left = [*read_records(zone_id), *identities()]
        if left:
            raise RuntimeError(f"left behind: {left}")


def know_only_the_local_aws(demo: Demo, port: int) -> None:
    """From here on neither boto3 nor a program that we start knows of another AWS, or of a proxy on the way to it."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = [str(demo.node.parent), str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]
    os.environ.clear()
    os.environ.update(kept)
    os.environ.update(settings.client_environment(port))
    os.environ.update(
        PATH=os.pathsep.join(path),  # cdk.json says `python3 app.py`: the one that runs us
        HOME=str(demo.folder / "home"),  # the CLI keeps a cache of accounts in ~/.cdk
        JSII_NODE=str(demo.node),
        CDK_DISABLE_CLI_TELEMETRY="true",
        CDK_DISABLE_VERSION_CHECK="true",
    )


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((settings.HOST, 0))
        return int(probe.getsockname()[1])


def wait_for_answer(child: subprocess.Popen[bytes], port: int) -> None:
    """Return when the local AWS answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection(settings.HOST, port)) as connection:
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        time.sleep(0.1)
    raise RuntimeError("the local AWS does not answer")


def create_zone() -> str:
    """Create the public hosted zone; returns its id."""
    zone = boto3.client("route53").create_hosted_zone(Name=DOMAIN, CallerReference="demo")
    return str(zone["HostedZone"]["Id"]).rpartition("/")[2]


def print_what_next(cli: Path, seconds: float) -> None:
    """How the same is done on AWS."""
    version = json.loads((cli.resolve().parents[1] / "package.json").read_text(encoding="utf-8"))["version"]
    print(f"\nDone in {seconds:.0f} s; nothing is left running. On AWS, for a domain of yours:\n")
    print(f"  . {os.path.relpath(sys.prefix)}/bin/activate")
    print(f"  npx aws-cdk@{version} bootstrap")
    print(f"  npx aws-cdk@{version} deploy -c domain=example.com -c zone_id=Z0123456789ABC")


if __name__ == "__main__":
    sys.exit(main())
