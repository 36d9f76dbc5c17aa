"""Time and memory of `ses-email-auth lint` against cfn-lint, and the start-up of the command.

    .venv/bin/python benchmarks/lint.py [--templates 1000] [--peer-templates 20] [--record-sets 200] [--zones 400]

`lint` reads all templates, cfn-lint a few of the same: the limit is that ours takes no longer. Each measurement is a process of
its own, the two take turns, and the memory is the peak of that process. A second table has zone files whose SPF records, hosts
and reports lead into one another, beside the same files where they lead to zones that are not in view: what following them
costs. Start-up is `--version`, `lint --list` and one zone file of one line, beside a bare interpreter.
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
from pathlib import Path

BIN = Path(sys.executable).parent
OURS = [str(BIN / "ses-email-auth")]
PEER = [str(BIN / "cfn-lint"), "--format", "parseable"]
MAX_MEMORY, MAX_START = 300, 0.25


def main() -> None:
    """Measure all and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--templates", type=int, default=1000)
    parser.add_argument("--peer-templates", type=int, default=20)
    parser.add_argument("--record-sets", type=int, default=200)
    parser.add_argument("--zones", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = [_write(Path(folder), number, arguments.record_sets) for number in range(arguments.templates)]
        _compare(files, arguments.peer_templates, arguments.rounds)
        _compare_joined(Path(folder), arguments.zones, arguments.rounds)
        zone = Path(folder) / "example.com.zone"
        zone.write_text('example.com. 600 IN TXT "v=spf1 -all"\n', encoding="utf-8")
        _start_up([("--version",), ("lint", "--list"), ("lint", str(zone))])


def _write(folder: Path, number: int, record_sets: int) -> Path:
    """A template of one zone with domains that are set up well, eight record sets each; one domain in ten has no reports."""
    resources = {}
    for index in range(record_sets):
        domain = f"d{index // 8}.example{number}.com"
        rua = "" if index // 8 % 10 == 0 else f"; rua=mailto:dmarc@{domain}"
        name, kind, value = [
            (f"a{index}._domainkey.{domain}.", "CNAME", f"a{index}.dkim.amazonses.com"),
            (f"b{index}._domainkey.{domain}.", "CNAME", f"b{index}.dkim.amazonses.com"),
            (f"c{index}._domainkey.{domain}.", "CNAME", f"c{index}.dkim.amazonses.com"),
            (f"bounce.{domain}.", "MX", "10 feedback-smtp.us-east-1.amazonses.com"),
            (f"bounce.{domain}.", "TXT", '"v=spf1 include:amazonses.com ~all"'),
            (f"{domain}.", "TXT", '"v=spf1 include:amazonses.com ~all"'),
            (f"_dmarc.{domain}.", "TXT", f'"v=DMARC1; p=reject{rua}"'),
            (f"www.{domain}.", "A", "192.0.2.1"),
        ][index % 8]
        properties = {"Name": name, "Type": kind, "TTL": "600", "ResourceRecords": [value], "HostedZoneId": f"Z{number:010d}"}
        resources[f"Record{index}"] = {"Type": "AWS::Route53::RecordSet", "Properties": properties}
    path = folder / f"Stack{number:04d}.template.json"
    path.write_text(json.dumps({"Resources": resources}, indent=1), encoding="utf-8")
    return path


def _compare(files: list[Path], peer_templates: int, rounds: int) -> None:
    ours, peer, memory = [], [], []
    for _ in range(rounds):
        seconds, megabytes = _run([*OURS, "lint", *map(str, files)])
        ours.append(seconds)
        memory.append(megabytes)
        peer.append(_run([*PEER, *map(str, files[:peer_templates])])[0])
    own, other = statistics.median(ours), statistics.median(peer)
    print(f"{'':<34}{'seconds':>9}{'ratio':>8}{'peak MB':>9}")
    print(f"{f'cfn-lint, {peer_templates} templates':<34}{other:>9.2f}{1:>8.2f}")
    print(f"{f'ses-email-auth lint, {len(files)} templates':<34}{own:>9.2f}{own / other:>8.2f}{max(memory):>9.0f}")
    print(f"limits: ratio 1.00, {MAX_MEMORY} MB")


def _write_zone(folder: Path, number: int, zones: int, end: str) -> Path:
    """A zone file of 40 domains, each of which leads into three other zones; those end with `end`."""
    origin = f"z{number}.example"
    lines = [f"$ORIGIN {origin}.", "@ 900 IN SOA ns1.example.org. hostmaster.example.org. 1 7200 900 1209600 900"]
    lines += [f'_spf 600 IN TXT "v=spf1 include:leaf1.z{(number + 7) % zones}.{end} ~all"']
    for index in range(40):
        first, second, third = (f"z{(number + step * (index + 1)) % zones}.{end}" for step in (1, 3, 11))
        lines += [
            f'd{index} 600 IN TXT "v=spf1 include:_spf.{first} include:leaf{index}.{second} ~all"',
            f'leaf{index} 600 IN TXT "v=spf1 ip4:192.0.2.1 ~all"',
            f"d{index} 600 IN MX 10 mx{index}.{third}.",
            f"mx{index} 600 IN A 192.0.2.1",
            f'_dmarc.d{index} 600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@d{index}.{third}"',
            f'*._report._dmarc.d{index} 600 IN TXT "v=DMARC1;"',
        ]
    path = folder / f"{origin}.{end}.zone"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _compare_joined(folder: Path, zones: int, rounds: int) -> None:
    print(f"\n{'':<34}{'seconds':>9}{'ratio':>8}{'peak MB':>9}{'ratio':>8}")
    measured = []
    for end, words in (("elsewhere", "that know nothing of each other"), ("example", "that lead into one another")):
        files = [_write_zone(folder, number, zones, end) for number in range(zones)]
        runs = [_run([*OURS, "lint", *map(str, files)]) for _ in range(rounds)]
        measured.append((statistics.median(seconds for seconds, _ in runs), max(memory for _, memory in runs)))
        (alone, least), (seconds, memory) = measured[0], measured[-1]
        print(f"{zones} zones\n{f'  {words}':<34}{seconds:>9.2f}{seconds / alone:>8.2f}{memory:>9.0f}{memory / least:>8.2f}")
    print("limit: 1.20 of the memory")


def _start_up(commands: list[tuple[str, ...]]) -> None:
    bare = _median([sys.executable, "-c", "pass"])
    print(f"\n{'start-up':<34}{'seconds':>9}")
    print(f"{'a bare interpreter':<34}{bare:>9.3f}")
    for command in commands:
        shown = " ".join(Path(word).name for word in command)
        print(f"{shown:<34}{_median([*OURS, *command]):>9.3f}")
    print(f"limit: {MAX_START:.3f}")


def _median(command: list[str]) -> float:
    _run(command)  # the first run compiles and fills the disk cache
    return statistics.median(_run(command)[0] for _ in range(9))


def _run(command: list[str]) -> tuple[float, float]:
    """Seconds, and the peak memory in megabytes."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1, 4, 6, 8, 12}:  # findings have their own exit codes in both
        errors = process.stderr.read().decode() if process.stderr else ""
        raise SystemExit(f"{command[0]} ended with {process.returncode}: {errors[-1000:]}")
    return seconds, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
