"""Steps that take a while, so that people can watch them: a dot for each second, and the log of one that fails.

Needs nothing but Python. The Makefile runs it as a program: python examples/progress.py TITLE LOG COMMAND...
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

__all__ = ["StepFailed", "program", "run", "step", "stop_cleanly"]

PROGRAM_SECONDS = 900
STOP_SECONDS = 10
LINES_SHOWN = 15
LAST_COLUMN = 70  # leaves room for how it went


class StepFailed(Exception):
    """A step did not do what it should; as text: its name, the end of its log, and where the whole log is."""

    def __init__(self, title: str, log: Path) -> None:
        super().__init__(title, log)
        self.title = title
        self.log = log

    def __str__(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES_SHOWN:]
        return "\n  ".join([f"\nFailed: {self.title}\nThe end of its log:", *lines]) + f"\nThe whole log: {self.log}"


@contextlib.contextmanager
def step(title: str, log: Path) -> Iterator[Path]:
    """Print `title`, a dot for each second that the block takes, and how it went; gives the block its log.

    Raises:
        StepFailed: whatever goes wrong in the block; the reason stands in `log` then.
    """
    print(f"{title} .", end="", flush=True)
    log.write_text("", encoding="utf-8")
    started, done = time.monotonic(), threading.Event()
    dots = threading.Thread(target=_print_dots, args=(done, len(title) + 2), daemon=True)
    dots.start()
    outcome = "stopped"
    try:
        yield log
        outcome = f"{time.monotonic() - started:.0f} s"
    except Exception as error:
        outcome = "failed"
        if not isinstance(error, subprocess.CalledProcessError):  # that program has said itself what is wrong
            with log.open("a", encoding="utf-8") as out:
                traceback.print_exception(error, file=out)
        raise StepFailed(title, log) from error
    finally:
        done.set()
        dots.join()
        print(f" {outcome}", flush=True)


def run(command: Sequence[str], log: Path) -> None:
    """Run a program to its end.

    Raises:
        subprocess.CalledProcessError: if its exit code is not 0.
    """
    with program(command, log) as child:
        code = child.wait(PROGRAM_SECONDS)
    if code != 0:
        raise subprocess.CalledProcessError(code, command)


@contextlib.contextmanager
def program(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program with its output in `log`; behind the block neither it nor a child of it runs any more."""
    with log.open("a", encoding="utf-8") as out:
        out.write(f"$ {shlex.join(command)}\n")
        out.flush()
        # A session of its own: Ctrl-C reaches us alone, and its process group is it and its children, nothing else.
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    try:
        yield child
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group that is gone
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(STOP_SECONDS)


def stop_cleanly() -> None:
    """Let Ctrl-C, `kill` and a closed terminal end this process through its `finally` blocks, which nothing interrupts."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, _: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for each in signals:
        signal.signal(each, stop)


def _print_dots(done: threading.Event, column: int) -> None:
    while not done.wait(1):
        if column == LAST_COLUMN:
            column = 2
            print("\n  ", end="")
        column += 1
        print(".", end="", flush=True)


def main() -> int:
    """Run one program as one step."""
    title, log, *command = sys.argv[1:]
    stop_cleanly()
    path = Path(log).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with step(title, path):
            run(command, path)
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
