"""`ses-email-auth impact`: what a deploy does to mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ses_email_auth.cli.judging import Ignored, conclude, judging_options
from ses_email_auth.errors import display
from ses_email_auth.sources.read import FORMATS

if TYPE_CHECKING:
    from ses_email_auth.adopt.states import State
    from ses_email_auth.cli.report import Report
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
@click.option("--origin", metavar="NAME", help="The domain that names in a zone file are relative to.")
def command(
    *, old: str, new: str, form: str, fail_on: str, ignore: tuple[str, ...], stack: str | None, origin: str | None
) -> int:
    """Compare OLD and NEW and print the findings; the exit code."""
    from ses_email_auth.errors import EmailAuthError  # noqa: PLC0415 - --help needs no readers

    try:
        report = _report(old, new, stack, origin, Ignored.of(ignore))
    except EmailAuthError as error:
        click.echo(f"ses-email-auth: {display(str(error))}", err=True)
        return _UNREADABLE
    return conclude(report, form=form, fail_on=fail_on)


def _report(old: str, new: str, stack: str | None, origin: str | None, ignored: Ignored) -> Report:
    from ses_email_auth.adopt.impact import impact  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.adopt.states import read_state  # noqa: PLC0415 - as above
    from ses_email_auth.cli.report import Report, counts  # noqa: PLC0415 - as above
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
    harm = counts(finding for finding in found if finding.severity.value != "info")
    changes = counts(finding for finding in found)
    return Report(
        verdict=(f"NG: {changes}" if harm else f"ok: no mail is lost; {changes or 'nothing changes'}"),
        findings=found,
        worst=found[0].severity if found else None,
    )
