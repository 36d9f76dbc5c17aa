"""Macro-strings, domain-specs, addresses and prefix lengths of SPF records (RFC 7208 sections 4.8, 5.6, 7 and 12).

Every function judges one piece of a term; an error's `source` is that piece. Macros are checked, never expanded: that
needs a message. Text that holds a CDK token is not judged, except that it must not end the term.
"""

from __future__ import annotations

import ipaddress
import re

from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token

__all__ = [
    "check_domain_spec",
    "check_macro_string",
    "check_no_length",
    "domain_spec_meaning",
    "ip4_address",
    "ip6_address",
    "literal_text",
    "prefix_length",
]

_MACRO = re.compile(r"%(?:[%_-]|\{(?P<letter>[A-Za-z])(?P<parts>[0-9]*)[Rr]?[.\-+,/_=]*\})")
_TOP_LABEL = re.compile(r"[0-9A-Za-z]*[A-Za-z][0-9A-Za-z]*|[0-9A-Za-z]+-[0-9A-Za-z-]*[0-9A-Za-z]")
_IP4_LIKE = re.compile(r"[0-9]+(?:\.[0-9]+){3}(?:/[0-9]+)?")
_HIDDEN = "\0"  # stands for each character of a macro, whose expansion is not known
_MAX_LABEL = 63


def check_macro_string(text: str) -> None:
    """Check a macro-string (section 7.1).

    Raises:
        RecordSyntaxError: if a character is not visible US-ASCII, or a `%` does not begin a macro that is allowed here.
    """
    for index, char in enumerate(text):
        if not "\x21" <= char <= "\x7e":  # macro-literal; SP ends a term
            raise RecordSyntaxError(
                f"{char!r} is not allowed here; only visible US-ASCII is", text, (index, index + 1), "RFC 7208 section 7.1"
            )
    if holds_token(text):
        return
    at = text.find("%")
    while at != -1:
        at = text.find("%", _macro_end(text, at))


def check_domain_spec(text: str) -> None:
    """Check a domain-spec (sections 4.8 and 7.1): a macro-string that ends in a dot and a top-level label, or in a macro.

    Raises:
        RecordSyntaxError: as for `check_macro_string`, and if the end is wrong or literal text makes an empty label or one
            over 63 octets.
    """
    if not text:
        raise RecordSyntaxError("the domain is empty", text, (0, 0), "RFC 7208 section 7.1")
    check_macro_string(text)
    if holds_token(text):
        return
    masked = _masked(text)
    _check_labels(text, masked)
    _check_domain_end(text, masked)


def literal_text(text: str) -> str:
    """`text` without its macros."""
    return _masked(text).replace(_HIDDEN, "")


def domain_spec_meaning(text: str) -> str:
    """The one spelling of all domain-specs that mean the same: literal text in lower case, no final dot.

    The case of a macro letter stays: upper case asks for URL escaping (section 7.3). Text with a token stays whole.
    """
    if holds_token(text):
        return text
    pairs = zip(text, _masked(text), strict=True)
    return "".join(char if mask == _HIDDEN else char.lower() for char, mask in pairs).removesuffix(".")


def ip4_address(text: str) -> str:
    """`text` if it is an ip4-network (section 5.6): four decimal octets without leading zeros.

    Raises:
        RecordSyntaxError: otherwise.
    """
    if holds_token(text):
        check_macro_string(text)
        return text
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        raise RecordSyntaxError(
            f"{text!r} is not an IPv4 address: four decimal numbers up to 255 without leading zeros",
            text,
            (0, len(text)),
            "RFC 7208 section 5.6",
        ) from None
    return text


def ip6_address(text: str) -> str:
    """The text of an ip6-network (section 5.6, RFC 4291 section 2.2) in the one form of RFC 5952.

    Raises:
        RecordSyntaxError: if it is not an IPv6 address.
    """
    if holds_token(text):
        check_macro_string(text)
        return text
    try:
        # ipaddress reads a zone id behind "%", which no DNS record can mean; without "%" it is not one.
        address = ipaddress.IPv6Address(text.replace("%", "!"))
    except ValueError:
        raise RecordSyntaxError(
            f"{text!r} is not an IPv6 address", text, (0, len(text)), "RFC 7208 section 5.6, RFC 4291 section 2.2"
        ) from None
    # Python 3.13 changed how it prints mapped addresses; RFC 5952 section 5 wants the dotted form.
    return address.compressed if address.ipv4_mapped is None else f"::ffff:{address.ipv4_mapped}"


def prefix_length(digits: str, maximum: int) -> int:
    """The number of a cidr-length (section 12).

    Raises:
        RecordSyntaxError: if it has a leading zero or is over `maximum`.
    """
    reference = "RFC 7208 section 12"
    if digits.startswith("0") and digits != "0":
        raise RecordSyntaxError(
            f"the prefix length {digits!r} must not have a leading zero", digits, (0, len(digits)), reference
        )
    if len(digits) > len(str(maximum)) or int(digits) > maximum:
        raise RecordSyntaxError(
            f"the prefix length {digits} is over the maximum {maximum}", digits, (0, len(digits)), reference
        )
    return int(digits)


def check_no_length(text: str) -> None:
    """Text with a token is not judged, but its prefix length has a field of its own, or `parse(str(r))` would not be `r`.

    Raises:
        RecordSyntaxError: if it ends in one.
    """
    found = re.search(r"/[0-9]*\Z", text)
    if found is not None and holds_token(text):
        raise RecordSyntaxError(
            f"{found.group()!r} is no part of {text!r}; a prefix length is a number of its own",
            text,
            found.span(),
            "RFC 7208 section 12",
        )


def _macro_end(text: str, at: int) -> int:
    """Where the macro that begins at `at` ends."""
    match = _MACRO.match(text, at)
    if match is None:
        close = text.find("}", at) + 1 if text.startswith("%{", at) else 0
        raise RecordSyntaxError(
            "this is no macro; write '%{' letter digits 'r' delimiters '}', or '%%' for a percent sign",
            text,
            (at, close or min(at + 2, len(text))),
            "RFC 7208 section 7.1",
        )
    letter = match["letter"]
    if letter is not None and letter.lower() in "crt":
        raise RecordSyntaxError(
            f"the macro letter {letter!r} is allowed in the text of an explanation only",
            text,
            match.span(),
            "RFC 7208 section 7.2",
        )
    if letter is not None and letter.lower() not in "slodiphv":
        raise RecordSyntaxError(
            f"there is no macro letter {letter!r}; use one of s, l, o, d, i, p, h, v",
            text,
            match.span(),
            "RFC 7208 section 7.2",
        )
    if match["parts"] and not match["parts"].strip("0"):
        raise RecordSyntaxError("the number of parts must not be zero", text, match.span("parts"), "RFC 7208 section 7.3")
    return match.end()


def _check_labels(text: str, masked: str) -> None:
    """Section 4.8: the result is a DNS name. Receivers differ on a malformed one (no match or permerror), so it is refused."""
    reference = "RFC 7208 section 4.8, RFC 1035 section 2.3.4"
    at = 0
    for label in masked.removesuffix(".").split("."):
        octets = len(label.replace(_HIDDEN, ""))
        if not label:
            message = "the domain has an empty label; dots must stand alone between labels"
            raise RecordSyntaxError(message, text, (at, at + 1), reference)
        if octets > _MAX_LABEL:
            message = f"a label has {octets} octets; at most {_MAX_LABEL} are allowed"
            raise RecordSyntaxError(message, text, (at, at + len(label)), reference)
        at += len(label) + 1


def _check_domain_end(text: str, masked: str) -> None:
    """Section 12: domain-end = ( "." toplabel [ "." ] ) / macro-expand."""
    if masked.endswith(_HIDDEN):
        return
    name = masked.removesuffix(".")
    rest, dot, last = name.rpartition(".")
    if dot and _TOP_LABEL.fullmatch(last):
        return
    reason = "must be letters, digits and inner hyphens, with at least one letter or hyphen"
    if _IP4_LIKE.fullmatch(name):
        reason = "is part of an address, not of a name; use ip4"
    elif _HIDDEN in last:
        reason = "must not hold a macro and end in plain text"
    elif not dot:
        reason = "must follow a dot; a domain needs at least two labels"
    elif "/" in last:
        reason = "has a '/'; only a, mx, ip4 and ip6 take a prefix length"
    start = len(rest) + len(dot)
    shown = text[start:]
    raise RecordSyntaxError(f"the last label {shown!r} {reason}", text, (start, len(text)), "RFC 7208 section 7.1")


def _masked(text: str) -> str:
    """`text` with each character of each macro hidden, so that positions stay and a dot in a macro is none."""
    return _MACRO.sub(lambda match: _HIDDEN * len(match.group()), text)
