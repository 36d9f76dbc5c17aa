"""Printing: the last step of a command, and text that a log runner must not take for a command.

What comes from records, names and paths is an attacker's text: `errors.display` makes it visible, `harmless` each line.
"""

from __future__ import annotations

import os
import sys

import click


def harmless(line: str) -> str:
    """`line`, which a runner of GitHub Actions takes for no command: it does so after leading spaces too."""
    return line.replace("::", r"\x3a:", 1) if line.lstrip().startswith("::") else line


def write(text: str, code: int) -> int:
    """Print `text`, and return the exit code; a reader that has gone away (`| head`) does not change it."""
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        # Python flushes once more at the end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        click.echo(f"ses-email-auth: cannot write: {error.strerror}", err=True)
        return 2
    return code
