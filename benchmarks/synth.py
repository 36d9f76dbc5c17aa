"""Build and synthesis time of SesEmailAuth against hand-written CDK that gives the same records.

    .venv/bin/python benchmarks/synth.py [--domains 1 50 500] [--rounds 3]

Each measurement is a process of its own, so that no jsii kernel is warm, and the variants take turns, so that a slow moment
of the machine hits all alike. Seconds are medians; a ratio compares with the hand-written variant of the same run. The last
lines measure the part of the package that needs no AWS CDK.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IHostedZone

HAND_WRITTEN, SEPARATE, GROUPED = "hand-written", "SEPARATE", "GROUPED"
VARIANTS = (HAND_WRITTEN, SEPARATE, GROUPED)
# CloudFormation takes 500 resources in a stack; a domain has 8, or 2 when grouped.
DOMAINS_IN_STACK = {HAND_WRITTEN: 62, SEPARATE: 62, GROUPED: 250}
PURE = "ses_email_auth.records.spf, ses_email_auth.records.dmarc, ses_email_auth.records.dkim, ses_email_auth.checks.run"


def main() -> None:
    """Measure all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--domains", type=int, nargs="+", default=[1, 50, 500])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=VARIANTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child is not None:
        print(json.dumps(_build_and_synth(arguments.child, arguments.domains[0])))
        return
    for validation in ("true", "false"):
        print(f"\nCDK's template validation: {'on, as users have it' if validation == 'true' else 'off'}")
        columns = f"{'build s':>8} {'synth s':>8} {'total s':>8} {'ratio':>6} {'jsii calls/domain':>18}"
        print(f"{'domains':>7}  {'variant':<13} {columns}")
        for count in arguments.domains:
            _compare(count, arguments.rounds, validation)
    _measure_import(arguments.rounds)


def _compare(count: int, rounds: int, validation: str) -> None:
    """Print one row for each variant, measured in turns."""
    runs: dict[str, list[dict[str, float]]] = {variant: [] for variant in VARIANTS}
    for _ in range(rounds):
        for variant in VARIANTS:
            command = [sys.executable, __file__, "--child", variant, "--domains", str(count)]
            done = subprocess.run(
                command, env=os.environ | {"CDK_VALIDATION": validation}, capture_output=True, encoding="utf-8", check=True
            )
            runs[variant].append(json.loads(done.stdout))
    medians = {v: {key: statistics.median(run[key] for run in runs[v]) for key in runs[v][0]} for v in VARIANTS}
    base = medians[HAND_WRITTEN]["total"]
    for variant, row in medians.items():
        print(
            f"{count:>7}  {variant:<13} {row['build']:>8.2f} {row['synth']:>8.2f} {row['total']:>8.2f} "
            f"{row['total'] / base:>6.2f} {row['calls'] / count:>18.1f}"
        )


def _build_and_synth(variant: str, count: int) -> dict[str, float]:
    """Seconds and jsii calls for `count` domains; the import of aws_cdk is not counted, it is the same for all."""
    from aws_cdk import App, Environment, Stack  # noqa: PLC0415 - only the child needs it
    from aws_cdk.aws_route53 import HostedZone  # noqa: PLC0415

    domain = _builder(variant)
    counter = _count_jsii_calls()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        app = App(outdir=folder, analytics_reporting=False)
        stack: Stack | None = None
        for n in range(count):
            if n % DOMAINS_IN_STACK[variant] == 0:
                stack = Stack(app, f"Stack{n}", env=Environment(account="111122223333", region="ap-northeast-1"))
            assert stack is not None  # noqa: S101 - the first turn makes one
            name = f"d{n}.example"
            zone = HostedZone.from_hosted_zone_attributes(stack, f"Zone{n}", hosted_zone_id=f"Z{n}", zone_name=name)
            domain(stack, n, zone)
        built = time.perf_counter()
        app.synth()
        ended = time.perf_counter()
    return {"build": built - started, "synth": ended - built, "total": ended - started, "calls": counter()}


def _builder(variant: str) -> Callable[[Stack, int, IHostedZone], None]:
    from aws_cdk import aws_route53 as route53  # noqa: PLC0415 - only the child needs it
    from aws_cdk import aws_ses as ses  # noqa: PLC0415
    from constructs import Construct  # noqa: PLC0415

    from ses_email_auth import DmarcPolicy, RecordLayout, SesEmailAuth  # noqa: PLC0415

    def by_hand(stack: Stack, n: int, zone: IHostedZone) -> None:
        scope = Construct(stack, f"Mail{n}")
        ses.EmailIdentity(
            scope, "Identity", identity=ses.Identity.public_hosted_zone(zone), mail_from_domain=f"bounce.d{n}.example"
        )
        route53.TxtRecord(scope, "Spf", zone=zone, values=["v=spf1 include:amazonses.com ~all"])
        route53.TxtRecord(
            scope, "Dmarc", zone=zone, record_name="_dmarc", values=[f"v=DMARC1; p=none; rua=mailto:dmarc@d{n}.example"]
        )

    def by_us(stack: Stack, n: int, zone: IHostedZone) -> None:
        SesEmailAuth(
            stack,
            f"Mail{n}",
            hosted_zone=zone,
            dmarc_policy=DmarcPolicy.NONE,
            dmarc_rua=[f"dmarc@d{n}.example"],
            record_layout=RecordLayout.GROUPED if variant == GROUPED else RecordLayout.SEPARATE,
        )

    return by_hand if variant == HAND_WRITTEN else by_us


def _count_jsii_calls() -> Callable[[], int]:
    """Count what goes to the jsii kernel from now on."""
    from jsii._kernel.providers.process import _NodeProcess  # noqa: PLC0415 - only the child needs it

    calls = 0
    send = _NodeProcess.send

    def counted(self: _NodeProcess, *arguments: object) -> object:
        nonlocal calls
        calls += 1
        return send(self, *arguments)  # type: ignore[arg-type]  # passed on as it came

    _NodeProcess.send = counted  # type: ignore[method-assign,assignment]  # a counter around it
    return lambda: calls


def _measure_import(rounds: int) -> None:
    """Print what the import of the pure part costs over a bare interpreter."""
    # Not ru_maxrss: a child starts with that of its parent. Linux only.
    report = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    seconds: dict[str, list[float]] = {"bare": [], "pure": []}
    memory: dict[str, int] = {}
    for _ in range(max(10, rounds)):
        for name, code in (("bare", report), ("pure", f"import {PURE}; {report}")):
            started = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
            seconds[name].append(time.perf_counter() - started)
            memory[name] = int(done.stdout)
    over = (statistics.median(seconds["pure"]) - statistics.median(seconds["bare"])) * 1000
    mebibytes = (memory["pure"] - memory["bare"]) / 1024
    print(f"\nimport of the pure part: {over:.0f} ms and {mebibytes:.1f} MiB over a bare interpreter")


if __name__ == "__main__":
    main()
