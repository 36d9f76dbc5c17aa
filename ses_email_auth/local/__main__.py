"""`python -m ses_email_auth.local`: check version and port, print what a client has to set, serve until stopped."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import shlex
import socket
import sys

from ses_email_auth.local import settings


def main(arguments: list[str] | None = None) -> int:
    """Serve the local AWS. Returns the exit code: 2 if it cannot start."""
    parser = argparse.ArgumentParser(
        prog="python -m ses_email_auth.local", description="AWS on this machine, for demos and tests"
    )
    parser.add_argument("--port", type=int, default=4566, help="the port to listen on (default 4566; 0 takes a free one)")
    parser.add_argument("--host", default=os.environ.get("BIND_HOST", settings.HOST), help="only 127.0.0.1 is possible")
    parser.add_argument(
        "--record-sets",
        choices=settings.WORLDS,
        default=settings.WORLDS[0],
        help="how CloudFormation treats AWS::Route53::RecordSet: registry (default), as its published schema says, refuses a "
        "record set that exists and can import it; classic, as users reported until June 2026, takes an equal one over",
    )
    parser.add_argument(
        "--renames",
        choices=settings.RENAMES,
        default=settings.RENAMES[0],
        help="how a record set of the registry gets another name or type: in-place (default), old and new in one batch; "
        "replace, the new one first, the old one at the end",
    )
    options = parser.parse_args(arguments)
    fault = _host_fault(options.host) or _ministack_fault() or _port_fault(options.port)
    if fault is not None:
        sys.stderr.write(f"error: {fault}\n")
        return 2
    port = options.port if options.port != 0 else _free_port()
    sys.stdout.write(_greeting(port))
    sys.stdout.flush()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # Lambda functions inherit what is set here
    os.environ.update(settings.server_environment(port))
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    _serve(options.record_sets, options.renames)
    return 0


def _serve(record_sets_world: str, renames: str) -> None:
    """Serve until SIGINT or SIGTERM; then end the Lambda workers that are still warm."""
    install(record_sets_world, renames)
    from ses_email_auth.local import emulator  # noqa: PLC0415 - as in `install`

    sys.argv = sys.argv[:1]  # MiniStack has a command line of its own
    try:
        emulator.run()
    finally:
        emulator.end_workers()


def install(record_sets_world: str = settings.WORLDS[0], renames: str = settings.RENAMES[0]) -> None:
    """Put our resource types and operations into MiniStack, which reads its environment when it is imported."""
    from ses_email_auth.local import (  # noqa: PLC0415 - the environment has to be set before
        custom_resources,
        emulator_registry,
        event_publishing,
        function_logs,
        identity_api,
        permissions,
        record_sets,
        route53_requests,
        route53_resources,
        service_requests,
        ses_resources,
        verification,
    )

    emulator_registry.find_secrets_by_arn()
    record_sets.install()
    route53_resources.install(record_sets_world, renames)
    route53_requests.install()
    custom_resources.install()
    identity_api.install()
    ses_resources.install()
    verification.install()
    event_publishing.install()
    function_logs.install()
    permissions.install()  # last of these: what is sent by another account's identity is looked at in that account
    service_requests.install()


def _host_fault(host: str) -> str | None:
    if host in {settings.HOST, "localhost"}:
        return None
    return f"the local AWS listens on 127.0.0.1 only, got {host!r}; unset BIND_HOST and leave --host out"


def _ministack_fault() -> str | None:
    needed = settings.MINISTACK_VERSION
    command = shlex.join([sys.executable, "-m", "pip", "install", *settings.REQUIREMENTS])
    try:
        installed = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        return f"ministack is not installed in this environment; run {command}"
    if installed == needed:
        return None
    return f"ministack {installed} is installed, but this needs exactly {needed}; run {command}"


def _port_fault(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, port))
        except (OSError, OverflowError) as refusal:
            return f"cannot listen on {settings.HOST} port {port} ({refusal}); pass another --port, or 0 for a free one"
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((settings.HOST, 0))
        return int(probe.getsockname()[1])


def _greeting(port: int) -> str:
    """Address and settings; the whole text is a shell script that can be sourced."""
    lines = [f"# local AWS on http://{settings.HOST}:{port}; stop it with Ctrl-C. In the shell of the CDK CLI:"]
    lines.append("unset AWS_PROFILE AWS_SESSION_TOKEN")
    lines += [f"export {name}={value}" for name, value in settings.client_environment(port).items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
