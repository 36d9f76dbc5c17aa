"""`ses-email-auth impact`: what a deploy does to mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ses_email_auth.cli.judging import Ignored, conclude, judging_options
from ses_email_auth.cli.origin_option import origin_option
from ses_email_auth.errors import display
from ses_email_auth.sources.read import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_email_auth.adopt.states import State
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.cli.report import Report
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.sources.source_file import UnreadableSource

_UNREADABLE = 2  # the exit code
_HELP = f"""Say what the deploy of NEW does to mail, the worst first.

OLD is what stands, NEW what shall be deployed, usually cdk.out. Each is {FORMATS}. Nothing asks the network.

Exit code 0: nothing at or above --fail-on; 1: findings; 2: OLD or NEW cannot be read, or wrong usage.
"""


@click.command("impact", help=_HELP)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@judging_options(old_formats={})
@click.option("--stack", metavar="NAME", help="Which stack, where a folder holds several.")
@origin_option
def command(
    *, old: str, new: str, form: str, fail_on: str, ignore: tuple[str, ...], stack: str | None, origin: DomainName | None
) -> int:
    """Compare OLD and NEW and print the findings; the exit code."""
    from ses_email_auth.errors import EmailAuthError  # noqa: PLC0415 - --help needs no readers

    try:
        report = _report(old, new, stack, origin, Ignored.of(ignore))
    except EmailAuthError as error:
        click.echo(f"ses-email-auth: {display(str(error))}", err=True)
        return _UNREADABLE
    return conclude(report, form=form, fail_on=fail_on)


def _report(old: str, new: str, stack: str | None, origin: DomainName | None, ignored: Ignored) -> Report:
    from ses_email_auth.adopt.impact import impact  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.adopt.states import read_state  # noqa: PLC0415 - as above
    from ses_email_auth.cli.report import Report  # noqa: PLC0415 - as above
    from ses_email_auth.sources.source_file import UnreadableSource  # noqa: PLC0415 - as above

    states: list[State] = []
    unreadable: list[UnreadableSource] = []
    for path in (new, old):  # an assembly says where a single template is deployed
        try:
            states.append(read_state(path, origin=origin, beside=states[0] if states else None))
        except UnreadableSource as error:
            unreadable.insert(0, error)
    if unreadable:
        return Report(verdict="nothing is compared: a path cannot be read", unreadable=tuple(unreadable))
    after, before = states
    found = tuple(finding for finding in impact(before, after, stack) if not ignored.covers(finding))
    return Report(verdict=_verdict(found), findings=found, worst=found[0].severity if found else None)


def _verdict(found: Sequence[Finding]) -> str:
    """One sentence that promises no more than the files tell."""
    from ses_email_auth.adopt.impact_kinds import CANNOT_TELL  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.checks.finding import Severity  # noqa: PLC0415 - as above
    from ses_email_auth.cli.report import counts  # noqa: PLC0415 - as above

    changes = counts(found)
    if any(finding.severity is not Severity.INFO for finding in found):
        return f"NG: {changes}"
    if any(finding.id == CANNOT_TELL.id for finding in found):
        return f"ok as far as can be told: no mail is lost; {changes}"
    return f"ok: no mail is lost; {changes or 'nothing changes'}"
