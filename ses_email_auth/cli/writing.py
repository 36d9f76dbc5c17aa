"""The last step of a command: its text on standard output, and its exit code."""

from __future__ import annotations

import os
import sys

import click

__all__ = ["write"]


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
