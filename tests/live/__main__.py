"""`python -m tests.live`: guards, asks, cleans up, writes. `make live` starts it; docs/live.md says what it takes.

Exit code 0: every answer as expected. 1: one was not, could not be had, or something is left. 2: refused, and nothing was made.
130: interrupted, and cleaned up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import textwrap
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tests.live import account, answers, cleaning, page
from tests.live.catalogue import QUESTIONS
from tests.live.questions import NotAsked, Verdict
from tests.live.run import Interrupted, OutOfTime, Run
from tests.live.settings import Refused, read

if TYPE_CHECKING:
    from types import FrameType

    from tests.live.questions import Question
    from tests.live.settings import Options

_COLUMNS = 80
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Estimate of November 2026 after AWS's price lists for us-east-1; nobody has compared it with a bill.
_COST = """\
What it will make, all with the id of the run in its name, and what it costs
(estimate of November 2026, never compared with a bill):
  Route 53     about 60 records, for minutes                     0.00 USD
  SES          10 identities, up to ten mails                     0.01 USD
  Lambda, S3   some 20 functions, their code in a bucket          0.01 USD
  KMS          two keys for minutes, one key pair                 0.01 USD
  Secrets      one secret; billed until its deletion is ordered   0.01 USD
  SNS, SQS, CloudFormation, IAM, CloudWatch Logs                  0.01 USD
  together: less than 0.10 USD"""


def main() -> int:
    """Run. Returns the exit code."""
    _on_signal(_interrupt)
    os.environ.setdefault("CDK_VALIDATION", "false")  # the templates are judged elsewhere; here it is a second for each
    try:
        options = read(os.environ)
        run = Run(options)
        chosen = _chosen(options)
        warnings = account.check(run)
        if not options.is_cleaning:
            _announce(options, warnings, len(chosen))
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    except Interrupted:
        return 130
    try:
        return _clean_alone(run) if options.is_cleaning else _ask_and_clean(run, chosen)
    finally:
        run.close()


def _chosen(options: Options) -> list[Question]:
    known = {question.id: question for question in QUESTIONS}
    unknown = [name for name in options.only if name not in known]
    if unknown:
        raise Refused(f"ONLY names questions that do not exist: {', '.join(unknown)}; there are {', '.join(known)}")
    return [question for name, question in known.items() if not options.only or name in options.only]


def _announce(options: Options, warnings: list[str], count: int) -> None:
    """Say what will happen; where a person sits there, go on only if that person agrees."""
    for warning in warnings:
        _say(f"Note: {warning}")
    where = f"account {options.account}, region {options.region}, names below {options.run}.{options.base}"
    _say(f"Run {options.run}: {count} questions, at most {options.minutes:g} minutes and the cleaning; {where}.")
    sys.stdout.write(f"{_COST}\n")
    # Without a terminal the three arguments have to do: they name the account, the domain and its zone.
    if options.yes or not sys.stdin.isatty():
        return
    if input("Go on? [y/N] ").strip().lower() not in {"y", "yes"}:
        raise Refused("nothing was made")


# --- asking ------------------------------------------------------------------------------------------------------------


def _ask_and_clean(run: Run, chosen: list[Question]) -> int:
    run.deadline = time.monotonic() + run.options.minutes * 60
    results: list[answers.Result] = []
    interrupted = False
    try:
        for number, question in enumerate(chosen, start=1):
            _say(f"[{number}/{len(chosen)}] {question.id}: {question.question}")
            results.append(_ask(run, question))
            last = results[-1]
            _say(f"{last.verdict.value} ({last.seconds:.0f} s): {last.answer}", "    ")
        _on_signal(signal.SIG_IGN)  # until the cleaning has a handler of its own
    except Interrupted:
        _on_signal(signal.SIG_IGN)
        interrupted = True
        _say("Interrupted. Cleaning up; to leave all as it is, press Ctrl-C four times more.")
    left = _clean(run)
    whole = answers.content(run.options, datetime.now(UTC).date().isoformat(), results, left.left)
    if interrupted:
        return 130
    path = answers.write(run.options.out / "live", whole)
    (run.options.out / "live.md").write_text(page.page(answers.newest(run.options.out / "live")), encoding="utf-8")
    _say(f"Written: {path} and {run.options.out / 'live.md'}")
    return _summary(results, left)


def _ask(run: Run, question: Question) -> answers.Result:
    """Ask one question; whatever goes wrong is its answer."""
    started = time.monotonic()
    facts = {}
    try:
        run.check_time()
        answer = question.ask(run)
        verdict, text, facts = Verdict.AS_EXPECTED if answer.is_as_expected else Verdict.OTHERWISE, answer.text, answer.facts
    except NotAsked as reason:
        verdict, text = Verdict.NOT_ASKED, str(reason)
    except OutOfTime:
        verdict, text = Verdict.NOT_ASKED, f"the {run.options.minutes:g} minutes were over"
    except ClientError as error:
        verdict, text = Verdict.FAILED, str(error)
    except Exception as error:  # noqa: BLE001 - the other questions are asked all the same
        verdict, text = Verdict.FAILED, f"{type(error).__name__}: {error}"
    return answers.Result(question, verdict, " ".join(text.split()), facts, time.monotonic() - started)


def _summary(results: list[answers.Result], left: cleaning.Left) -> int:
    counts = {verdict: [r for r in results if r.verdict is verdict] for verdict in Verdict}
    _say("; ".join(f"{len(found)} {verdict.value}" for verdict, found in counts.items() if found))
    missed = [r for r in counts[Verdict.NOT_ASKED] if not r.question.optional]
    wrong = [*counts[Verdict.OTHERWISE], *counts[Verdict.FAILED], *missed]
    return 1 if wrong or left.left or left.faults else 0


# --- cleaning ----------------------------------------------------------------------------------------------------------


def _clean_alone(run: Run) -> int:
    left = _clean(run)
    return 1 if left.left or left.faults else 0


def _clean(run: Run) -> cleaning.Left:
    """Clean up; only somebody who insists stops that."""
    presses = iter(range(3))

    def insist(number: int, _frame: FrameType | None) -> None:
        if next(presses, None) is None:
            _say(f"Stopped. What is left goes with CLEAN={run.options.run} and the same other variables.")
            os._exit(128 + number)
        _say("Still cleaning up.")

    _on_signal(insist)
    started = time.monotonic()
    left = cleaning.clean(run, _say)
    for fault in left.faults:
        _say(f"Could not clean or look at {fault}")
    for name in left.scheduled:
        _say(f"Scheduled to be deleted: {name}")
    _say(f"Left: {', '.join(left.left) or 'nothing'} (cleaned up in {time.monotonic() - started:.0f} s)")
    if left.left or left.faults:
        _say(f"Try again with CLEAN={run.options.run} and the same other variables.")
    return left


def _on_signal(handler: object) -> None:
    for number in _SIGNALS:
        signal.signal(number, handler)  # type: ignore[arg-type]


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


def _say(text: str, indent: str = "") -> None:
    """A paragraph of at most 80 columns."""
    lines = textwrap.wrap(text, _COLUMNS, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
    with contextlib.suppress(OSError):  # a terminal that was closed does not keep us from cleaning up
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
