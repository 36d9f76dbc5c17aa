"""The local AWS as a child process, for tests and scripts: `with local_aws() as aws: aws.client("route53")`."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from ses_email_auth.local import settings
from tests.dns_server import from_route53

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Deployment", "LocalAws", "interpreter", "local_aws", "own_environment"]

ROOT = Path(__file__).parents[1]
START_SECONDS = 30
STOP_SECONDS = 10
DEPLOY_SECONDS = 240  # Lambda tries a function again after a minute


@dataclass(frozen=True, slots=True)
class Deployment:
    """How CloudFormation ended: the status of the stack, and for each logical id that failed (in its life) the reason."""

    status: str
    failures: dict[str, str]


@dataclass
class LocalAws:
    """A running local AWS: account 123456789012, empty after `reset()`."""

    endpoint: str
    pid: int
    log: Path  # of the server
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str = settings.REGION, account: str = settings.ACCOUNT) -> Any:
        """A boto3 client, the same one for the same arguments; it is closed with the local AWS."""
        key = (service, region, account)
        if key not in self._clients:
            session = boto3.Session(aws_access_key_id=account, aws_secret_access_key="local", region_name=region)
            config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60)
            self._clients[key] = session.client(service, endpoint_url=self.endpoint, config=config)
        return self._clients[key]

    def reset(self) -> None:
        """Forget everything, in all accounts and regions."""
        self.request("POST", "/_ministack/reset")

    def control(self, what: str, **query: str) -> None:
        """Ask SES for what would take time: see `ses_email_auth.local.verification`."""
        assert self.request("POST", f"/_ses/{what}?{urllib.parse.urlencode(query)}") == http.HTTPStatus.OK

    def play(self, record_sets: str | None = None, renames: str | None = None) -> None:
        """Choose how CloudFormation treats `AWS::Route53::RecordSet` until the next reset (`local.route53_resources`).

        Args:
            record_sets: "registry" or "classic". Default: as before.
            renames: "in-place" or "replace", for the registry. Default: as before.
        """
        query = {name: value for name, value in (("world", record_sets), ("renames", renames)) if value is not None}
        assert self.request("POST", f"/_route53/record-sets?{urllib.parse.urlencode(query)}") == http.HTTPStatus.OK

    def create_zone(self, name: str, zone_id: str, account: str = settings.ACCOUNT) -> None:
        """Create a public hosted zone with this id."""
        assert self.request("POST", f"/_route53/next-zone-id?id={zone_id}") == http.HTTPStatus.OK
        self.client("route53", account=account).create_hosted_zone(Name=name, CallerReference=f"{zone_id}-{time.time_ns()}")

    def request(self, method: str, path: str) -> int:
        """Send a request without a body, past any proxy; returns the status."""
        connection = http.client.HTTPConnection(self.endpoint.removeprefix("http://"), timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path)
            return connection.getresponse().status

    def deploy(
        self,
        stack: str,
        template: dict[str, Any],
        region: str = settings.REGION,
        account: str = settings.ACCOUNT,
        **options: Any,
    ) -> Deployment:
        """Create or update a stack and wait until CloudFormation is done with it, well or not."""
        cloudformation = self.client("cloudformation", region, account)
        options.setdefault("Capabilities", ["CAPABILITY_NAMED_IAM"])
        options |= {"StackName": stack, "TemplateBody": json.dumps(template)}
        try:
            cloudformation.describe_stacks(StackName=stack)
        except cloudformation.exceptions.ClientError:
            cloudformation.create_stack(**options)
        else:
            cloudformation.update_stack(**options)
        return self._outcome(stack, region, account)

    def destroy(self, stack: str, region: str = settings.REGION, account: str = settings.ACCOUNT) -> Deployment:
        """Delete a stack and wait until CloudFormation is done with it, well or not."""
        cloudformation = self.client("cloudformation", region, account)
        # By id: a stack that is gone is found by its id only.
        stack_id = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=stack)
        return self._outcome(stack_id, region, account)

    def records(self, account: str = settings.ACCOUNT) -> dict[tuple[str, str], tuple[int, list[str]]]:
        """What stands in the zones of the account, NS and SOA aside: (name, type) -> (TTL in seconds, values)."""
        records = {}
        for record in from_route53(self.client("route53", account=account)):
            if record.type not in {"NS", "SOA"}:
                records[record.name, record.type] = (record.ttl, list(record.values))
        return records

    def outputs(self, stack: str, region: str = settings.REGION, account: str = settings.ACCOUNT) -> dict[str, str]:
        """The outputs of a stack."""
        description = self.client("cloudformation", region, account).describe_stacks(StackName=stack)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}

    def _outcome(self, stack: str, region: str, account: str) -> Deployment:
        cloudformation = self.client("cloudformation", region, account)
        deadline = time.monotonic() + DEPLOY_SECONDS
        while (status := cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]).endswith("_IN_PROGRESS"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the stack {stack} is still {status} after {DEPLOY_SECONDS} s")
            time.sleep(0.01)
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        return Deployment(
            status,
            {e["LogicalResourceId"]: e["ResourceStatusReason"] for e in events if e["ResourceStatus"].endswith("_FAILED")},
        )

    def environment(self, region: str = settings.REGION, account: str = settings.ACCOUNT) -> dict[str, str]:
        """The whole environment of a child process (the CDK CLI, say) that talks to this AWS and to no other."""
        port = int(self.endpoint.rpartition(":")[2])
        return own_environment() | settings.client_environment(port, region) | {"AWS_ACCESS_KEY_ID": account}

    def close(self) -> None:
        """Close the connections of all clients."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()


@contextlib.contextmanager
def local_aws(port: int = 0, options: Sequence[str] = (), **variables: str) -> Iterator[LocalAws]:
    """Start the local AWS on `port` (0: a free one) and end it, with the Lambda workers that it keeps warm.

    `options` are further words of its command line; `variables` are further environment variables of it, and so of the Lambda
    functions.
    """
    port = port if port != 0 else _free_port()
    command = [interpreter(), "-m", "ses_email_auth.local", "--port", str(port), *options]
    environment = own_environment() | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | variables
    with tempfile.NamedTemporaryFile() as log:
        # A session of its own, so that its process group is it and its workers, and nothing else.
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT, start_new_session=True)
        aws = LocalAws(f"http://{settings.HOST}:{port}", child.pid, Path(log.name))
        try:
            _wait_until_healthy(aws, child, log)
            yield aws
        finally:
            aws.close()
            _end(child)


def interpreter() -> str:
    """The Python that has MiniStack: LOCAL_AWS_PYTHON, else .venv-local/bin/python."""
    python = Path(os.environ.get("LOCAL_AWS_PYTHON", ROOT / ".venv-local" / "bin" / "python"))
    if not python.exists():
        raise RuntimeError(
            f"{python} does not exist, so there is no local AWS; run "
            f"python3 -m venv .venv-local && .venv-local/bin/pip install {shlex.join(settings.REQUIREMENTS)}"
        )
    return str(python)


def own_environment() -> dict[str, str]:
    """The environment of this process without anything that steers AWS clients or MiniStack."""
    strange = {"BIND_HOST", "SERVICES", "LOG_LEVEL", "PYTHONPATH"}
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name not in strange}


def _wait_until_healthy(aws: LocalAws, child: subprocess.Popen[bytes], log: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(OSError):
            if aws.request("GET", "/_ministack/health") == http.HTTPStatus.OK:
                return
        time.sleep(0.05)
    log.seek(0)
    raise RuntimeError(f"the local AWS did not start: {log.read().decode(errors='replace')[-2000:]}")


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child, then whatever is left of its process group."""
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((settings.HOST, 0))
        return int(probe.getsockname()[1])
