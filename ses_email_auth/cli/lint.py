"""`ses-email-auth lint`: what is wrong in files that declare DNS records and SES identities."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from ses_email_auth.cli.terminal import write
from ses_email_auth.errors import display
from ses_email_auth.sources.read import FORMATS

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Explanation
    from ses_email_auth.cli.lint_result import LintResult

_FORMATS = ("table", "json", "sarif", "github")
_LEVELS = ("error", "warning", "info", "never")


_HELP = f"""Say what receivers, SES or Route 53 will not like in the DNS records of PATH.

A PATH is {FORMATS}. All are judged together, zone by zone; nothing asks the network.

Exit code 0: nothing at or above --fail-on; 1: findings; 2: a PATH cannot be read, or wrong usage.
"""


@click.command("lint", help=_HELP)
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True, help="How to print.")
@click.option("--fail-on", type=click.Choice(_LEVELS), default="error", show_default=True, help="Exit with 1 from here on.")
@click.option("--info", is_flag=True, help="Also say what needs no action.")
@click.option("--ignore", multiple=True, metavar="ID", help="Leave a rule out; may be given several times.")
@click.option("--parked", is_flag=True, help="Also ask domains that send no mail for their protection.")
@click.option("--list", "list_rules", is_flag=True, help="List the rules.")
@click.option("--explain", metavar="ID", help="Say all there is to know about one rule.")
def command(
    *,
    paths: tuple[str, ...],
    form: str,
    fail_on: str,
    info: bool,
    ignore: tuple[str, ...],
    parked: bool,
    list_rules: bool,
    explain: str | None,
) -> int:
    """Run the rules over `paths` and print the findings; the exit code."""
    if list_rules or explain is not None:
        return write(_help_text(explain), 0)
    if not paths:
        raise click.UsageError("name a PATH, such as cdk.out or a zone file")
    from ses_email_auth.checks.finding import Severity  # noqa: PLC0415 - --help needs no rules
    from ses_email_auth.cli.lint_result import lint_paths  # noqa: PLC0415 - --list needs no readers

    ignored = {_known_rule(rule_id, "--ignore").id for rule_id in ignore}
    result = lint_paths(paths, infos=info or fail_on == "info", ignored=ignored, parked=parked)
    for error in result.unreadable:
        click.echo(f"ses-email-auth: {display(str(error))}", err=True)
    limit = None if fail_on == "never" else Severity(fail_on)
    return write(_formatted(result, form), 2 if result.unreadable else int(result.reaches(limit)))


def _help_text(explain: str | None) -> str:
    from ses_email_auth.cli.rule_help import explanation, listing  # noqa: PLC0415 - --help needs no rules

    return listing() if explain is None else explanation(_known_rule(explain, "--explain"))


def _known_rule(rule_id: str, option: str) -> Explanation:
    """The rule of that id; also as the CDK names it, `ses-email-auth::ID`.

    Raises:
        UsageError: if there is none.
    """
    from ses_email_auth.cli.rule_help import by_id, near  # noqa: PLC0415 - --help needs no rules

    name = rule_id.removeprefix("ses-email-auth::")
    rule = by_id().get(name)
    if rule is None:
        raise click.UsageError(f"{option} {rule_id!r}: no such rule{near(name)}")
    return rule


def _formatted(result: LintResult, form: str) -> str:
    if form == "json":
        from ses_email_auth.cli.lint_json import as_json  # noqa: PLC0415 - each format brings modules of its own

        return as_json(result)
    if form == "sarif":
        from ses_email_auth.cli.lint_sarif import as_sarif  # noqa: PLC0415 - as above

        return as_sarif(result)
    if form == "github":
        from ses_email_auth.cli.lint_github import as_github  # noqa: PLC0415 - as above

        return as_github(result)
    from ses_email_auth.cli.lint_table import as_table  # noqa: PLC0415 - as above

    return as_table(result, color=sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
