"""`ses-email-auth lint`: what is wrong in files that declare DNS records and SES identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ses_email_auth.cli.judging import Ignored, conclude, judging_options, known_rule
from ses_email_auth.cli.origin_option import origin_option
from ses_email_auth.cli.terminal import write
from ses_email_auth.sources.read import FORMATS

if TYPE_CHECKING:
    from ses_email_auth.domain_name import DomainName

_HELP = f"""Say what receivers, SES or Route 53 will not like in the DNS records of PATH.

A PATH is {FORMATS}. All are judged together, zone by zone; nothing asks the network.

Exit code 0: nothing at or above --fail-on; 1: findings; 2: a PATH cannot be read, or wrong usage.
"""


@click.command("lint", help=_HELP)
@click.argument("paths", nargs=-1, metavar="PATH...")
@judging_options(old_formats={"table": "text"})
@click.option("--info", is_flag=True, help="Also say what needs no action.")
@click.option("--parked", is_flag=True, help="Also ask domains that send no mail for their protection.")
@click.option(
    "--complete",
    is_flag=True,
    help="The PATHs, templates and Terraform's too, hold all records of their zones, so that a missing one is a fault.",
)
@origin_option
@click.option("--list", "list_rules", is_flag=True, help="List the rules.")
@click.option("--explain", metavar="ID", help="Say all there is to know about one rule.")
def command(  # noqa: PLR0913 - click passes each option by its name
    *,
    paths: tuple[str, ...],
    form: str,
    fail_on: str,
    info: bool,
    ignore: tuple[str, ...],
    parked: bool,
    complete: bool,
    origin: DomainName | None,
    list_rules: bool,
    explain: str | None,
) -> int:
    """Run the rules over `paths` and print the findings; the exit code."""
    if list_rules or explain is not None:
        return write(_help_text(explain), 0)
    if not paths:
        raise click.UsageError("name a PATH, such as cdk.out or a zone file")
    from ses_email_auth.cli.lint_result import lint_paths  # noqa: PLC0415 - --list needs no readers

    infos = info or fail_on == "info"
    ignored = Ignored.of(ignore)
    report = lint_paths(paths, infos=infos, ignored=ignored, parked=parked, complete=complete, origin=origin)
    return conclude(report, form=form, fail_on=fail_on)


def _help_text(explain: str | None) -> str:
    from ses_email_auth.cli.rule_help import explanation, listing  # noqa: PLC0415 - --help needs no rules

    return listing() if explain is None else explanation(known_rule(explain, "--explain"))
