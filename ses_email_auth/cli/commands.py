"""The list of commands, each loaded when it is called, and the exit codes.

0: nothing to complain about; 1: findings; 2: something could not be read or written, or wrong usage; 130: interrupted.
"""

from __future__ import annotations

import importlib
import io
import sys
from typing import TYPE_CHECKING, NoReturn, cast

import click

from ses_email_auth.errors import display

if TYPE_CHECKING:
    from collections.abc import Sequence

# By name, the module that holds `command`.
_COMMANDS = {
    "adopt": "ses_email_auth.cli.adopt",
    "impact": "ses_email_auth.cli.impact",
    "lint": "ses_email_auth.cli.lint",
}
_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class _Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        return cast("click.Command", importlib.import_module(_COMMANDS[cmd_name]).command)

    def main(  # type: ignore[override]  # this one always ends the process
        self, args: Sequence[str] | None = None, prog_name: str | None = None
    ) -> NoReturn:
        """Run the command line, and end the process with its exit code."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no reason to crash
        try:
            code = super().main(args, prog_name or self.name, standalone_mode=False)
        except click.ClickException as error:
            hint = f"\nTry '{error.ctx.command_path} --help'." if isinstance(error, click.UsageError) and error.ctx else ""
            # Names of files are an attacker's text too, and `*` may put them among the options.
            click.echo(f"ses-email-auth: {display(error.format_message())}{hint}", err=True)
            code = 2
        except click.Abort:
            code = _INTERRUPTED
        sys.exit(code)


@click.group("ses-email-auth", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ses-email-auth", prog_name="ses-email-auth")
def group() -> None:
    """SPF, DKIM and DMARC for domains that send through Amazon SES."""
