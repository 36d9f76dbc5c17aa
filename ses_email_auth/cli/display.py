"""Text of others on a screen. Records, names and paths are an attacker's text.

What is printed must not steer a terminal, hide itself, or be a command of the runner that prints the log.
"""

from __future__ import annotations

from ses_email_auth.errors import display

__all__ = ["display", "harmless"]


def harmless(line: str) -> str:
    """`line`, which a runner of GitHub Actions takes for no command: it does so after leading spaces too."""
    return line.replace("::", r"\x3a:", 1) if line.lstrip().startswith("::") else line
