"""One term more or less in the text of an SPF record (RFC 7208 sections 3.3, 4.5, 4.6 and 12), all else byte for byte.

Strings are joined without a space before anybody reads them, so a term can be cut in two; strings stay cut where they were.
Not handled: records that an include or a redirect leads to, so what they cost is not counted.
"""

from __future__ import annotations

import re
from typing import TypeAlias

__all__ = ["SpfFault", "adding", "is_only", "is_spf", "removing"]

Strings: TypeAlias = tuple[str, ...]

_VERSION = re.compile(r"v=spf1(?= |$)", re.IGNORECASE)
_TERM = re.compile(r"[^ ]+")
# What an include has to stand in front of: `all`, behind which nothing is read (section 5.1), and modifiers, by custom.
_LATE = re.compile(r"[+\-~?]?all$|(?:redirect|exp)=", re.IGNORECASE)
_LOOKUP = re.compile(r"[+\-~?]?(?:include:|exists:|(?:a|mx|ptr)(?:[:/]|$))|redirect=", re.IGNORECASE)  # section 4.6.4
_MAX_LOOKUPS = 10
_MAX_STRING = 255


class SpfFault(ValueError):
    """Why a term cannot be added."""


def is_only(strings: Strings, host: str) -> bool:
    """Whether a record says no more than that the host may send, and something of all others."""
    terms = "".join(strings).split(" ")
    return is_spf(strings) and [_include(term)[1] for term in terms[1:-1]] == [host.lower()] and terms[-1].endswith("all")


def is_spf(strings: Strings) -> bool:
    """Whether receivers take a TXT value for an SPF record (section 4.5)."""
    return _VERSION.match("".join(strings)) is not None


def adding(strings: Strings, host: str) -> Strings | None:
    """The record with `include:host` in front of its `all`; None if it includes the host already.

    Raises:
        SpfFault: if the record says that the host may not send, or would need more lookups than receivers do.
    """
    text = "".join(strings)
    terms = list(_TERM.finditer(text))[1:]
    for term in terms:
        qualifier, found = _include(term[0])
        if found == host.lower():
            if qualifier == "+":
                return None
            raise SpfFault(f"it holds {term[0]!r}, which is another verdict on the same senders")
    lookups = sum(_LOOKUP.match(term[0]) is not None for term in terms)
    if lookups >= _MAX_LOOKUPS:
        raise SpfFault(
            f"it has {lookups} terms that cost a DNS lookup, and receivers do {_MAX_LOOKUPS} at most (RFC 7208 section 4.6.4)"
        )
    late = next((term.start() for term in terms if _LATE.match(term[0])), None)
    if late is not None:
        return _spliced(strings, late, late, f"include:{host} ")
    end = len(text.rstrip(" "))
    return _spliced(strings, end, end, f" include:{host}")


def removing(strings: Strings, host: str) -> Strings | None:
    """The record without `include:host`; None if it is not there."""
    text = "".join(strings)
    for term in _TERM.finditer(text):
        if _include(term[0]) == ("+", host.lower()):
            end = len(text) - len(text[term.end() :].lstrip(" "))
            if end == len(text):  # it is the last one: the space in front of it goes
                return _spliced(strings, len(text[: term.start()].rstrip(" ")), end, "")
            return _spliced(strings, term.start(), end, "")
    return None


def _include(term: str) -> tuple[str, str]:
    """Qualifier and host of an include; an empty host for other terms."""
    qualifier, rest = (term[0], term[1:]) if term[0] in "+-~?" else ("+", term)
    name, _, host = rest.partition(":")
    return qualifier, host.lower().removesuffix(".") if name.lower() == "include" else ""


def _spliced(strings: Strings, start: int, end: int, new: str) -> Strings:
    """`strings` with the characters from `start` to `end`, counted over all of them, replaced by `new`."""
    offsets = [sum(map(len, strings[:place])) for place in range(len(strings))]
    into = max(place for place, offset in enumerate(offsets) if offset <= start)
    result: list[str] = []
    for place, (string, offset) in enumerate(zip(strings, offsets, strict=True)):
        # Slices of what is wholly before or behind keep all or nothing.
        changed = string[: max(start - offset, 0)] + (new if place == into else "") + string[max(end - offset, 0) :]
        if changed or not string:
            result += [changed[cut : cut + _MAX_STRING] for cut in range(0, max(len(changed), 1), _MAX_STRING)]
    return tuple(result)
