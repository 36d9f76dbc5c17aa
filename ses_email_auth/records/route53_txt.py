r"""TXT values in the form of Amazon Route 53: quoted strings of at most 255 octets (RFC 1035 section 3.3; Route 53 developer
guide, "TXT record type").

Escapes are a backslash before `"` and `\`, and `\ddd` with the octal digits of an octet; names have the same. Not handled: the
decimal escapes of a zone file (RFC 1035 section 5.1), which `ses_email_auth.sources.zone_file` reads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.known_after_deploy import holds_token, split_at_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_STRING = 255  # RFC 1035 section 3.3: a character-string has a length octet
MAX_VALUE = 4000  # characters of a value that Route 53 takes, quotes included
# What a CDK token will resolve to is not known; a mail domain or an address rarely has more octets than this.
_ASSUMED_TOKEN_OCTETS = 100
# Possessive, so that a text of megabytes leaves no way back for each of its characters.
_QUOTED = re.compile(r'[ \t]*"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
# Also a run of other characters: Route 53 refuses it, but people write it.
_QUOTED_OR_BARE = re.compile(r'"((?:[^"\\]++|\\.)*+)"|([^\s"]+)', re.DOTALL)
_ESCAPE = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
_LAST_OCTET = 0o377


def character_strings(text: str) -> tuple[str, ...]:
    """`text` cut into strings of at most 255 octets; never inside a CDK token or a UTF-8 sequence.

    A token counts as 100 octets: how many it will have is known after the deploy.
    """
    if len(text) <= MAX_STRING and text.isascii() and not holds_token(text):
        return (text,)
    strings: list[str] = []
    size = 0
    for atom, octets in _atoms(text):
        if not strings or size + octets > MAX_STRING:
            strings.append("")
            size = 0
        strings[-1] += atom
        size += octets
    return tuple(strings)


def _atoms(text: str) -> Iterator[tuple[str, int]]:
    """What must not be cut: the CDK tokens and the characters, with their octets."""
    for part, is_token in split_at_tokens(text):
        if is_token:
            yield part, _ASSUMED_TOKEN_OCTETS
        else:
            yield from ((character, len(character.encode())) for character in part)


def txt_value(strings: Iterable[str]) -> str:
    """The value that has these strings. CDK tokens stay as they are."""
    return " ".join(f'"{_escaped(string)}"' for string in strings)


def _escaped(string: str) -> str:
    if string.isascii() and string.isprintable() and not {'"', "\\"} & set(string):
        return string
    return "".join(part if is_token else escaped_octets(part.encode()) for part, is_token in split_at_tokens(string))


def escaped_octets(octets: bytes) -> str:
    """The inside of a string: backslash before `"` and itself, octal digits for all outside of printable ASCII."""
    return "".join(map(_escaped_octet, octets))


def _escaped_octet(octet: int) -> str:
    if octet in b'"\\':
        return "\\" + chr(octet)
    return chr(octet) if 0x20 <= octet <= 0x7E else octal(octet)  # noqa: PLR2004 - printable ASCII


def octal(octet: int) -> str:
    """The escape of an octet in octal digits."""
    return f"\\{octet:03o}"


def is_one_plain_string(value: str) -> bool:
    """Whether a value is one quoted string without escapes, as most are."""
    return value.startswith('"') and value.endswith('"') and value.count('"') == 2 and "\\" not in value  # noqa: PLR2004 - a pair


def txt_strings(value: str) -> tuple[str, ...]:
    """The strings of a value, quoted or not. Escapes become characters, or `U+FFFD` if they are not UTF-8."""
    if is_one_plain_string(value):
        return (value[1:-1],)
    return tuple(unescaped(match[2] if match[1] is None else match[1]) for match in _QUOTED_OR_BARE.finditer(value))


def quoted_strings(value: str) -> tuple[str, ...] | None:
    """The strings of a value as Route 53 reads it, with their escapes; None if it refuses the value."""
    strings: list[str] = []
    at = 0
    while match := _QUOTED.match(value, at):
        strings.append(match[1])
        at = match.end()
    return tuple(strings) if strings and not value[at:].strip() else None


def octets_of(string: str) -> int:
    """The octets of a string with escapes."""
    return len(_ESCAPE.sub("x", string).encode("utf-8", "replace"))


def unescaped(text: str) -> str:
    """`text` with its escapes resolved: octets are read as UTF-8."""
    if "\\" not in text:
        return text
    octets = bytearray()
    at = 0
    for match in _ESCAPE.finditer(text):
        octets += text[at : match.start()].encode("utf-8", "replace")
        octets += _octets(match[1])
        at = match.end()
    octets += text[at:].encode("utf-8", "replace")
    return octets.decode("utf-8", "replace")


def _octets(escaped: str) -> bytes:
    """What stands behind a backslash: three octal digits for one octet, or a character for itself."""
    if len(escaped) == 3 and int(escaped, 8) <= _LAST_OCTET:  # noqa: PLR2004 - octal digits
        return bytes([int(escaped, 8)])
    return escaped.encode("utf-8", "replace")
