"""From the text of an SPF record to its terms (RFC 7208 sections 3.1, 4.5, 4.6.1 and 12).

Names and the version are case-insensitive. How often a modifier may occur is the record's business (`spf`).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.spf_macro import prefix_length
from ses_email_auth.records.spf_mechanisms import A, All, Exists, Include, Ip4, Ip6, Mx, Ptr, SpfQualifier
from ses_email_auth.records.spf_terms import Explanation, OpaqueTerm, Redirect, UnknownModifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.records.spf_terms import Mechanism, Modifier, Term

__all__ = ["VERSION", "parse_terms"]

VERSION = "v=spf1"
_WORD = re.compile(r"[^ ]+")
_TERM = re.compile(r"(?P<qualifier>[+\-~?]?)(?P<name>[A-Za-z][A-Za-z0-9_.-]*)(?P<rest>.*)")
# Both fit every text, so that `next(finditer())` always finds one.
_LENGTHS = re.compile(r"(?P<front>.*?)(?:/(?P<ip4>[0-9]+))?(?://(?P<ip6>[0-9]+))?\Z")  # section 12: dual-cidr-length
_LENGTH = re.compile(r"(?P<front>.*?)(?:/(?P<length>[0-9]+))?\Z")
_SECTIONS = {"all": "5.1", "include": "5.2", "a": "5.3", "mx": "5.4", "ptr": "5.5", "ip4": "5.6", "ip6": "5.6", "exists": "5.7"}
_MISTAKES = {"ipv4": "ip4", "ipv6": "ip6", "ip": "ip4", "includes": "include", "exist": "exists"}


def parse_terms(text: str) -> list[tuple[Term, tuple[int, int]]]:
    """The terms of the record `text` and where each stands in it.

    Raises:
        RecordSyntaxError: if `text` is not an SPF record or a term breaks the grammar.
    """
    _check_version(text)
    for index, char in enumerate(text):
        if not " " <= char <= "~":
            reference = "RFC 7208 section 4.6.1" if char.isascii() else "RFC 7208 section 3.1"
            message = f"{char!r} is not allowed; a record is visible US-ASCII, its terms separated by spaces"
            raise RecordSyntaxError(message, text, (index, index + 1), reference)
    return [(_term(text, match), match.span()) for match in _WORD.finditer(text, len(VERSION))]


def _check_version(text: str) -> None:
    version = text[: len(VERSION)]
    if version.lower() != VERSION:
        end = text.find(" ") if " " in text.strip() else len(text)
        message = f"this is not an SPF record: it must begin with {VERSION!r}"
        raise RecordSyntaxError(message, text, (0, max(end, 1)), "RFC 7208 section 4.5")
    if text[len(VERSION) : len(VERSION) + 1] not in ("", " "):
        message = f"this is not an SPF record: after {VERSION!r} must come a space or the end"
        raise RecordSyntaxError(message, text, (len(VERSION), len(VERSION) + 1), "RFC 7208 section 4.5")


def _term(source: str, word: re.Match[str]) -> Term:
    start, end = word.span()
    match = _TERM.fullmatch(source, start, end)
    if match is None:
        if holds_token(word.group()):
            return _opaque(source, start, end)
        message = f"{word.group()!r} is not a term: a mechanism such as 'include:' or a modifier such as 'redirect='"
        raise RecordSyntaxError(message, source, (start, end), "RFC 7208 section 4.6.1")
    # Section 4.6.1: what has '=' directly behind the name, before any ':' or '/', is a modifier.
    return _modifier(match) if match["rest"].startswith("=") else _mechanism(match)


def _modifier(match: re.Match[str]) -> Modifier:
    if match["qualifier"]:
        message = f"the modifier {match['name']!r} takes no qualifier"
        raise RecordSyntaxError(message, match.string, match.span("qualifier"), "RFC 7208 section 4.6.1")
    name, value = match["name"].lower(), match["rest"][1:]
    with _located(match.string, match.start("rest") + 1):
        if name == Redirect.name:
            return Redirect(value)
        return Explanation(value) if name == Explanation.name else UnknownModifier(name, value)


def _mechanism(match: re.Match[str]) -> Mechanism | OpaqueTerm:
    name, rest = match["name"].lower(), match["rest"]
    qualifier = SpfQualifier(match["qualifier"] or "+")
    if name in _SECTIONS and (not rest or rest[0] in ":/"):
        if name in ("a", "mx"):
            return _host_mechanism(match, name, qualifier)
        if rest.startswith(":") and name != "all":
            return _mechanism_with_argument(match, name, qualifier)
        if not rest and name in ("all", "ptr"):
            return All(qualifier=qualifier) if name == "all" else Ptr(qualifier=qualifier)
    if rest[:1] not in ("", ":", "/") and holds_token(rest):  # the token may be the rest of the name
        return _opaque(match.string, *match.span())
    raise _no_mechanism(match, name, rest)


def _mechanism_with_argument(match: re.Match[str], name: str, qualifier: SpfQualifier) -> Mechanism:
    argument, start = match["rest"][1:], match.start("rest") + 1
    if name in ("ip4", "ip6"):
        lengths = next(_LENGTH.finditer(match.string, start, match.end()))
        length = _length(lengths, "length", 32 if name == "ip4" else 128)
        with _located(match.string, start):
            if name == "ip4":
                return Ip4(lengths["front"], length, qualifier=qualifier)
            return Ip6(lengths["front"], length, qualifier=qualifier)
    with _located(match.string, start):
        if name == "include":
            return Include(argument, qualifier=qualifier)
        return Exists(argument, qualifier=qualifier) if name == "exists" else Ptr(argument, qualifier=qualifier)


def _host_mechanism(match: re.Match[str], name: str, qualifier: SpfQualifier) -> Mechanism | OpaqueTerm:
    lengths = next(_LENGTHS.finditer(match.string, match.start("rest"), match.end()))
    front = lengths["front"]
    if front and not front.startswith(":"):
        if holds_token(front):
            return _opaque(match.string, *match.span())
        message = f"{match['rest']!r} is no prefix length; write '/24' for IPv4, '//64' for IPv6, or '/24//64'"
        raise RecordSyntaxError(message, match.string, match.span("rest"), "RFC 7208 section 12")
    ip4, ip6 = _length(lengths, "ip4", 32), _length(lengths, "ip6", 128)
    domain = front[1:] if front else None
    with _located(match.string, match.start("rest") + 1):
        if name == "a":
            return A(domain, ip4, ip6, qualifier=qualifier)
        return Mx(domain, ip4, ip6, qualifier=qualifier)


def _opaque(source: str, start: int, end: int) -> OpaqueTerm:
    with _located(source, start):
        return OpaqueTerm(source[start:end])


def _length(lengths: re.Match[str], group: str, maximum: int) -> int | None:
    if lengths[group] is None:
        return None
    with _located(lengths.string, lengths.start(group)):
        return prefix_length(lengths[group], maximum)


def _no_mechanism(match: re.Match[str], name: str, rest: str) -> RecordSyntaxError:
    """Why this is no mechanism, with the fix for what people get wrong."""
    if name in ("redirect", "exp"):
        message = f"{name!r} is a modifier; write {name + '='!r}"
        return RecordSyntaxError(message, match.string, match.span("name"), "RFC 7208 section 4.6.1")
    if name not in _SECTIONS:
        hint = f"; use {_MISTAKES[name]!r}" if name in _MISTAKES else ""
        message = f"there is no mechanism {match['name']!r}{hint}"
        return RecordSyntaxError(message, match.string, match.span("name"), "RFC 7208 section 4.6.1")
    reference = f"RFC 7208 section {_SECTIONS[name]}"
    if rest:
        message = f"{rest!r} is not allowed after {name!r}"
        return RecordSyntaxError(message, match.string, match.span("rest"), reference)
    kind = "an address" if name in ("ip4", "ip6") else "a domain"
    return RecordSyntaxError(f"{name!r} needs {kind}: '{name}:...'", match.string, match.span("name"), reference)


@contextmanager
def _located(source: str, offset: int) -> Iterator[None]:
    """Say of a fault in a piece where it is in the record."""
    try:
        yield
    except RecordSyntaxError as fault:
        start, end = fault.span
        raise RecordSyntaxError(fault.message, source, (offset + start, offset + end), fault.reference) from None
