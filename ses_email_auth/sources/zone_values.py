"""Names and values of a master file in Route 53's form: absolute names, and escapes in octal instead of decimal.

RFC 1035 section 5.1 for `@`, relative names and escapes, RFC 3597 section 5 for data in hexadecimal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.sources.zone_tokens import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TYPES", "absolute", "name_text", "value_text"]

_TYPES = """
    A AAAA AFSDB ALIAS AMTRELAY ANAME APL ATMA AVC CAA CDNSKEY CDS CERT CNAME CSYNC DHCID DLV DNAME DNSKEY DOA DS DSYNC
    EID EUI48 EUI64 GPOS HHIT HINFO HIP HTTPS IPN IPSECKEY ISDN KEY KX L32 L64 LOC LP MB MD MF MG MINFO MR MX NAPTR NID
    NIMLOC NINFO NS NSAP NSAP-PTR NSEC NSEC3 NSEC3PARAM NULL NXT OPENPGPKEY PTR PX RESINFO RKEY RP RRSIG RT SIG SINK
    SMIMEA SOA SPF SRV SSHFP SVCB TA TALINK TKEY TLSA TXT URI WALLET WKS X25 ZONEMD BRID CLA
"""
TYPES = frozenset(_TYPES.split())
"""The types of the IANA registry, and two that providers made up (ALIAS, ANAME)."""

_NAMES = {
    **dict.fromkeys(("ALIAS", "ANAME", "CNAME", "DNAME", "NS", "PTR", "MB", "MD", "MF", "MG", "MR"), (0,)),
    **dict.fromkeys(("AFSDB", "HTTPS", "KX", "LP", "MX", "RT", "SVCB"), (1,)),
    **dict.fromkeys(("MINFO", "RP", "SOA"), (0, 1)),
    "NAPTR": (5,),
    "PX": (1, 2),
    "SRV": (3,),
}
_GENERIC = r"\#"  # RFC 3597 section 5
_ESCAPE = re.compile(r"\\([0-9]{3}|.)", re.DOTALL)
_LAST_OCTET = 255
_DIGITS = 3


def value_text(kind: str, data: list[str], origin: str) -> str:
    """The data of a record of type `kind` as Route 53 writes it.

    Raises:
        ValueError: for an escape over 255, broken hexadecimal data, or a relative name without an origin.
    """
    if kind in {"TXT", "SPF"}:
        return " ".join(map(_quoted, _strings_of_hex(data)) if data[0] == _GENERIC else map(_string, data))
    fields = [_field(token) for token in data]
    places = () if data[0] == _GENERIC else _NAMES.get(kind, ())
    for index in places:
        if index < len(fields):
            fields[index] = absolute(name_text(data[index]), origin)
    return " ".join(fields)


def name_text(token: str) -> str:
    """A name with its escapes in octal. A name in quotes is taken as BIND takes it.

    Raises:
        ValueError: for an escape over 255.
    """
    token = token.removeprefix('"')
    if _is_plain(token) and " " not in token:
        return token
    return "".join(
        _octal(part) if is_escape else "".join(chr(octet) if 0x21 <= octet <= 0x7E else f"\\{octet:03o}" for octet in part)  # noqa: PLR2004 - printable ASCII
        for part, is_escape in _parts(token)
    )


def absolute(name: str, origin: str) -> str:
    """`name` with its final dot (RFC 1035 section 5.1: a name without one is relative to the origin).

    Raises:
        ValueError: for a relative name without an origin.
    """
    if name.endswith("."):
        return name
    if not origin:
        raise ValueError(f"{shown(name)} has no final dot, and no $ORIGIN above says what it is relative to")
    if name == "@":
        return origin
    return f"{name}." if origin == "." else f"{name}.{origin}"


def _field(token: str) -> str:
    if token.startswith('"'):
        return _string(token)
    return token if token == _GENERIC else name_text(token)


def _string(token: str) -> str:
    token = token.removeprefix('"')
    return f'"{token}"' if _is_plain(token) else _quoted(b"".join(octets for octets, _ in _parts(token)))


def _is_plain(token: str) -> bool:
    return token.isascii() and token.isprintable() and "\\" not in token


def _strings_of_hex(data: list[str]) -> list[bytes]:
    r"""RFC 3597 section 5: `\# <length> <hexadecimal>`; RFC 1035 section 3.3.14: each string has its length in front."""
    try:
        octets = bytes.fromhex("".join(data[2:]))
    except ValueError:
        octets = b""
    strings: list[bytes] = []
    at = 0
    while at < len(octets):
        strings.append(octets[at + 1 : at + 1 + octets[at]])
        at += 1 + octets[at]
    if at != len(octets) or not strings or data[1] != str(len(octets)):
        raise ValueError("the data behind '\\#' is no text: a length, then the octets in hexadecimal")
    return strings


def _parts(token: str) -> Iterator[tuple[bytes, bool]]:
    """The octets of `token`, and whether they were escaped."""
    at = 0
    for match in _ESCAPE.finditer(token):
        yield _encoded(token[at : match.start()]), False
        escaped = match[1]
        if len(escaped) == _DIGITS:
            if int(escaped) > _LAST_OCTET:
                raise ValueError(f"'\\{escaped}' is no octet: escapes are three decimal digits, up to 255")
            yield bytes([int(escaped)]), True
        else:
            yield _encoded(escaped), True
        at = match.end()
    yield _encoded(token[at:]), False


def _encoded(text: str) -> bytes:
    """The octets as they stand in the file; one that is not UTF-8 was read as a lone surrogate."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _octal(octets: bytes) -> str:
    return "".join(f"\\{octet:03o}" for octet in octets)


def _quoted(octets: bytes) -> str:
    """A string as Route 53 takes it: backslash before `"` and itself, octal digits for all outside of printable ASCII."""
    text = "".join(
        f"\\{chr(octet)}" if octet in b'"\\' else chr(octet) if 0x20 <= octet <= 0x7E else f"\\{octet:03o}"  # noqa: PLR2004 - printable ASCII
        for octet in octets
    )
    return f'"{text}"'
