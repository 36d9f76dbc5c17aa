"""The entry point of `ses-email-auth`. Says what to install where click is missing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


_INTERRUPTED = 130  # as in `commands`, which may not be loaded yet


def _without_click() -> None:
    sys.stderr.write('ses-email-auth: the command line needs click; install it with: pip install "ses-email-auth[cli]"\n')
    sys.exit(2)


def _load() -> Callable[[], object]:
    try:
        from ses_email_auth.cli.commands import group  # noqa: PLC0415 - click may be missing
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        return _without_click
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    return group


main = _load()
"""Runs a command and ends the process; without click, says that it is missing."""
