"""Text of others on a screen. Records, names and paths are an attacker's text.

What is printed must not steer a terminal, hide itself, or be a command of the runner that prints the log.
"""

from __future__ import annotations

import re

from ses_email_auth.errors import visible

__all__ = ["display", "harmless"]

# Printable by Unicode, and yet nothing to see: fillers, joiners, variation selectors.
_BLANKS = (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_ESCAPED_BLANKS = {code: chr(code).encode("unicode_escape").decode("ascii") for code in _BLANKS}
# Commands that runners take from anywhere in a line: `##[error]`, `##vso[...]`, `##teamcity[...]`.
_COMMAND = re.compile(r"#(?=#\w*\[)")


def display(text: str) -> str:
    r"""`text` on one line, with everything invisible written as an escape: `\x1b`, `\u202e`, `\n`."""
    return _COMMAND.sub(r"\\x23", visible(text).translate(_ESCAPED_BLANKS))


def harmless(line: str) -> str:
    """`line`, which a runner of GitHub Actions takes for no command: it does so after leading spaces too."""
    return line.replace("::", r"\x3a:", 1) if line.lstrip().startswith("::") else line
