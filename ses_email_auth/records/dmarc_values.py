"""The words that DMARC tags take (RFC 9989 section 4.7), and the checks of what a caller passes for them.

Import these names from `ses_email_auth.records.dmarc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import TypeVar

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token

__all__ = ["Alignment", "DmarcPolicy", "FailureOption", "PsdFlag"]

# RFC 9989 section 4.7, and the three tags of RFC 7489 section 6.3 that it made historic.
KNOWN_TAGS = ("v", "p", "sp", "np", "adkim", "aspf", "fo", "rua", "ruf", "psd", "t", "pct", "rf", "ri")
TAG_NAME = re.compile(r"[A-Za-z]+")  # RFC 9989 section 4.8: dmarc-tag
TAG_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]+")  # RFC 9989 section 4.8: dmarc-value
REPORT_FORMATS = re.compile(r"[A-Za-z0-9-]+(?:[ \t]*:[ \t]*[A-Za-z0-9-]+)*")  # RFC 7489 section 6.4: dmarc-rfmt
MAX_PCT = 100
MAX_RI = 2**32 - 1  # RFC 7489 section 6.3: a 32-bit unsigned integer


class DmarcPolicy(Enum):
    """What receivers are asked to do with mail that fails (RFC 9989 section 4.7, `p`, `sp` and `np`)."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"

    @property
    def strength(self) -> int:
        """0 for `none`, 1 for `quarantine`, 2 for `reject`."""
        return list(DmarcPolicy).index(self)

    def is_weaker_than(self, other: DmarcPolicy) -> bool:
        """Whether this asks for less than `other`."""
        return self.strength < other.strength


class Alignment(Enum):
    """How close an authenticated domain must be to the From domain (RFC 9989 section 4.7, `adkim` and `aspf`)."""

    RELAXED = "r"
    """The same organizational domain."""

    STRICT = "s"
    """The same domain."""


class FailureOption(Enum):
    """When a failure report is wanted (RFC 9989 section 4.7, `fo`)."""

    ALL_FAIL = "0"
    """If nothing gives an aligned pass."""

    ANY_FAIL = "1"
    """If anything gives something other than an aligned pass."""

    DKIM = "d"
    """If a DKIM signature fails, aligned or not."""

    SPF = "s"
    """If SPF fails, aligned or not."""


class PsdFlag(Enum):
    """What the domain is in the DNS tree walk (RFC 9989 section 4.7, `psd`)."""

    YES = "y"
    """A public suffix; for public suffix operators only."""

    NO = "n"
    """An organizational domain: the walk stops here."""

    UNKNOWN = "u"
    """Not said: the walk decides."""


E = TypeVar("E", bound=Enum)


def checked_enum(name: str, value: object, kind: type[E]) -> E | None:
    """`value` if it is None or a member of `kind`; a bare string is refused with the member to use."""
    if value is None or isinstance(value, kind):
        return value
    members = [f"{kind.__name__}.{member.name}" for member in kind]
    meant = [f"{kind.__name__}.{member.name}" for member in kind if member.value == str(value).lower()]
    article = "an" if kind.__name__.startswith("A") else "a"
    raise EmailAuthError(f"{name} must be {article} {kind.__name__}, got {value!r}; use {' or '.join(meant or members)}")


def checked_failure_options(value: object) -> tuple[FailureOption, ...]:
    """The options of `fo`: a list without repeats and without both 0 and 1 (RFC 9989 sections 4.7 and 4.8)."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise EmailAuthError(f"fo must be a list, got {value!r}; write for example [FailureOption.ANY_FAIL]")
    options = [option for entry in value if (option := checked_enum("an entry of fo", entry, FailureOption)) is not None]
    fault = failure_options_fault(options)
    if fault is not None:
        raise EmailAuthError(f"fo {fault}")
    return tuple(options)


def failure_options_fault(options: list[FailureOption]) -> str | None:
    """What forbids these options to stand together, or None."""
    if {FailureOption.ALL_FAIL, FailureOption.ANY_FAIL} <= set(options):
        return "holds both '0' and '1', which exclude each other; keep one"
    return "holds an option twice; keep one" if len(set(options)) < len(options) else None


def checked_flag(name: str, value: object) -> bool | None:
    """`value` if it is a bool or None."""
    if value is None or isinstance(value, bool):
        return value
    raise EmailAuthError(f"{name} must be True, False or None, got {value!r}")


def checked_number(name: str, value: object, maximum: int) -> int | None:
    """`value` if it is None or a whole number from 0 to `maximum`."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= maximum):
        return value
    raise EmailAuthError(f"{name} must be a whole number from 0 to {maximum}, got {value!r}")


def checked_formats(value: str | None) -> str | None:
    """The value of `rf`: one or more report formats with ":" between them."""
    if value is None or holds_token(value) or REPORT_FORMATS.fullmatch(value):
        return value
    raise EmailAuthError(f"rf must be report formats with ':' between them, got {value!r}; the only one in use is 'afrf'")


def checked_other(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Tags that no standard knows: letters, one time each, with a value that can stand in a record."""
    seen = set(KNOWN_TAGS)
    checked: list[tuple[str, str]] = []
    for name, value in pairs:
        if not TAG_NAME.fullmatch(name):
            raise EmailAuthError(f"other: a tag name must be of the letters a to z, got {name!r}")
        if name.lower() in seen:
            raise EmailAuthError(f"other: the tag {name!r} is known or stands there twice; use its own argument, or keep one")
        if not holds_token(value) and (not TAG_VALUE.fullmatch(value) or value != value.strip(" ")):
            raise EmailAuthError(f"other: the value of {name!r} must be printable US-ASCII without ';', got {value!r}")
        seen.add(name.lower())
        checked.append((name, value))
    return tuple(checked)
