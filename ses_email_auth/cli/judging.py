"""What commands that judge files share: their options, what is ignored, and how they end."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from ses_email_auth.cli.terminal import write
from ses_email_auth.errors import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ses_email_auth.checks.finding import Explanation, Finding
    from ses_email_auth.cli.report import Report

_Command = TypeVar("_Command", bound="Callable[..., int]")
_FORMATS = ("text", "json", "sarif", "github")
_LEVELS = ("error", "warning", "info", "never")


def judging_options(*, old_formats: Mapping[str, str]) -> Callable[[_Command], _Command]:
    """Add `--format`, `--fail-on` and `--ignore`; the function gets them as `form`, `fail_on` and `ignore`.

    Args:
        old_formats: former names of formats, which are still taken and no longer shown.
    """
    options = (
        click.option(
            "--format",
            "form",
            callback=_as_one_of_the_formats(old_formats),
            metavar=f"[{'|'.join(_FORMATS)}]",
            default="text",
            show_default=True,
            help="What is printed.",
        ),
        click.option(
            "--fail-on", type=click.Choice(_LEVELS), default="error", show_default=True, help="Exit with 1 from here on."
        ),
        click.option(
            "--ignore",
            multiple=True,
            metavar="ID[@NAME]",
            help="Leave a rule out, or what it says of one name; may be given several times.",
        ),
    )

    def add(function: _Command) -> _Command:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def _as_one_of_the_formats(old_names: Mapping[str, str]) -> Callable[[click.Context, click.Parameter, str], str]:
    def as_one_of_the_formats(ctx: click.Context, param: click.Parameter, value: str) -> str:
        return str(click.Choice(_FORMATS).convert(old_names.get(value, value), param, ctx))

    return as_one_of_the_formats


@dataclass(frozen=True, slots=True)
class Ignored:
    """What `--ignore` names: rules, and rules at one name."""

    rules: frozenset[str]
    """Ids that are ignored at all names."""

    at_names: frozenset[tuple[str, str]]
    """Ids, each with the one name at which it is ignored."""

    @classmethod
    def of(cls, options: Iterable[str]) -> Ignored:
        """What these `ID` and `ID@NAME` name.

        Raises:
            UsageError: if there is no such rule, or no name behind the `@`.
        """
        rules: set[str] = set()
        at_names: set[tuple[str, str]] = set()
        for option in options:
            rule_id, at, name = option.partition("@")
            known = known_rule(rule_id, "--ignore").id
            if not at:
                rules.add(known)
            elif not name:
                raise click.UsageError(f"--ignore {option!r}: no name behind the '@'; write {rule_id}@example.com")
            else:
                at_names.add((known, _same_for_all_spellings(name)))
        return cls(frozenset(rules), frozenset(at_names))

    def covers(self, finding: Finding) -> bool:
        """Whether it is left out. A name covers no name below it."""
        return finding.id in self.rules or (
            bool(self.at_names) and (finding.id, _same_for_all_spellings(finding.name)) in self.at_names
        )


def known_rule(rule_id: str, option: str) -> Explanation:
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


def conclude(report: Report, *, form: str, fail_on: str) -> int:
    """Print the report, and on standard error what cannot be read and must be known of the files; the exit code."""
    from ses_email_auth.checks.finding import Severity  # noqa: PLC0415 - --help needs no rules

    for error in report.unreadable:
        click.echo(f"ses-email-auth: {display(str(error))}", err=True)
    for note in report.about_files if form != "text" else ():
        click.echo(f"ses-email-auth: note: {display(note)}", err=True)
    return write(_formatted(report, form), report.exit_code(None if fail_on == "never" else Severity(fail_on)))


def _formatted(report: Report, form: str) -> str:
    if form == "json":
        from ses_email_auth.cli.findings_json import as_json  # noqa: PLC0415 - each format brings modules of its own

        return as_json(report)
    if form == "sarif":
        from ses_email_auth.cli.findings_sarif import as_sarif  # noqa: PLC0415 - as above

        return as_sarif(report)
    if form == "github":
        from ses_email_auth.cli.findings_github import as_github  # noqa: PLC0415 - as above

        return as_github(report)
    from ses_email_auth.cli.findings_text import as_text  # noqa: PLC0415 - as above

    return as_text(report, color=sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


def _same_for_all_spellings(name: str) -> str:
    """`name` in lower case, without the final dot, in A-labels; one that is no domain name in lower case alone."""
    from ses_email_auth.zone.declared import declared_name  # noqa: PLC0415 - --help needs no rules

    known = declared_name(name)
    return name.removesuffix(".").lower() if known is None else str(known).lower()
