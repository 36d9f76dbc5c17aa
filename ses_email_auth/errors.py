"""The errors for wrong input: one family, all of them a `ValueError`.

Bad practice is not an error; it is a finding (`ses_email_auth.checks`).
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["EmailAuthError", "InvalidDomainName", "RecordSyntaxError", "display", "visible"]

# Printable by Unicode, and yet nothing to see: fillers, joiners, variation selectors.
_BLANKS = (
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0),
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
)
_ESCAPED_BLANKS = {code: chr(code).encode("unicode_escape").decode("ascii") for code in _BLANKS}
# Commands that runners take from anywhere in a line: `##[error]`, `##vso[...]`, `##teamcity[...]`.
_COMMAND = re.compile(r"#(?=#\w*\[)")


class EmailAuthError(ValueError):
    """Input that cannot be deployed or that receivers, SES or Route 53 would refuse."""


class InvalidDomainName(EmailAuthError):
    """Text that is not a domain name."""

    def __init__(self, name: str, reason: str) -> None:
        """Text that is not a domain name.

        Args:
            name: the text as it was written.
            reason: what is wrong with it, in lower case without a full stop.
        """
        super().__init__(f"{name!r} is not a domain name: {reason}")
        self.name = name
        self.reason = reason


class RecordSyntaxError(EmailAuthError):
    """A record that breaks the grammar of its standard.

    `str()` shows the record with a caret below the fault.
    """

    def __init__(self, message: str, source: str, span: tuple[int, int], reference: str) -> None:
        """A record that breaks the grammar of its standard.

        Args:
            message: what is wrong, in lower case without a full stop.
            source: the whole record as it was written.
            span: (start, end) of the fault, counted in characters of `source`; an empty span marks a place.
            reference: the section that says so, for example "RFC 7208 section 4.6.1".
        """
        super().__init__(message, source, span, reference)
        self.message = message
        self.source = source
        self.span = span
        self.reference = reference

    def __str__(self) -> str:
        start, end = self.span
        indent = _columns(visible(self.source[:start]))
        width = max(1, _columns(visible(self.source[start:end])))
        marker = " " * indent + "^" * width
        return f"{self.message} ({self.reference})\n    {visible(self.source)}\n    {marker}"


def visible(text: str) -> str:
    """`text` with every character that a terminal would not show (controls, bidi marks, odd spaces) written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return shown.translate(_ESCAPED_BLANKS)


def display(text: str) -> str:
    r"""`text` of others on one line of a log: `visible`, and no command of the runner that prints the log."""
    return _COMMAND.sub(r"\\x23", visible(text))


def _columns(text: str) -> int:
    """How many terminal columns `text` takes; full-width characters take two, combining marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "FW" else 1 for c in text)
