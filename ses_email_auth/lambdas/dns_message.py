"""DNS messages, as far as a question for one record type needs them (RFC 1035 section 4, RFC 6891).

Not handled: DNSSEC, and names with other octets than ASCII.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

__all__ = ["CNAME", "NS", "TXT", "Answer", "Malformed", "query", "read"]

NS, CNAME, TXT = 2, 5, 16

_IN = 1
_RECURSION_DESIRED = 0x0100
_RESPONSE, _TRUNCATED = 0x8000, 0x0200
_HEADER = 12
_POINTER = 0xC0
_MOST_STEPS = 256  # labels and pointers of one name; it has at most 127 labels
# RFC 6891: an OPT record that takes answers of up to 1232 octets; without it a key of 2048 bits hardly fits.
_OPT = b"\0" + struct.pack("!2HIH", 41, 1232, 0, 0)


class Malformed(Exception):
    """The octets are no answer to the question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says."""

    code: int
    """0 is no error, 3 the name does not exist (RFC 1035 section 4.1.1)."""

    is_truncated: bool
    texts: tuple[str, ...]
    """TXT: the strings of a record joined. NS and CNAME: a name without its final dot."""


def query(message_id: int, name: str, kind: int, *, recursive: bool) -> bytes:
    """A question."""
    header = struct.pack("!6H", message_id, _RECURSION_DESIRED if recursive else 0, 1, 0, 0, 1)
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.rstrip(".").split("."))
    return header + labels + b"\0" + struct.pack("!2H", kind, _IN) + _OPT


def read(message: bytes, message_id: int, kind: int) -> Answer:
    """The records of that kind in an answer, whatever their name: a CNAME may have led to it.

    Raises:
        Malformed: if it is none, or one to another question.
    """
    try:
        given, flags, questions, answers, _, _ = struct.unpack_from("!6H", message)
        if given != message_id or not flags & _RESPONSE:
            raise Malformed
        at = _HEADER
        for _ in range(questions):
            _, at = _name(message, at)
            at += 4
        texts = []
        for _ in range(answers):
            _, at = _name(message, at)
            found, _, _, length = struct.unpack_from("!2HIH", message, at)
            at += 10
            if found == kind:
                texts.append(_text(message, at, length, kind))
            at += length
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Malformed from None
    return Answer(flags & 0xF, bool(flags & _TRUNCATED), tuple(texts))


def _text(message: bytes, at: int, length: int, kind: int) -> str:
    if kind != TXT:
        return _name(message, at)[0]
    strings, end = [], at + length
    while at < end:
        size = message[at]
        strings.append(message[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(strings).decode("latin-1")


def _name(message: bytes, at: int) -> tuple[str, int]:
    """A name, and where what follows it begins (section 4.1.4: the end of a name may stand elsewhere)."""
    labels: list[str] = []
    after = None
    for _ in range(_MOST_STEPS):
        size = message[at]
        if size & _POINTER == _POINTER:
            after = at + 2 if after is None else after
            at = struct.unpack_from("!H", message, at)[0] & 0x3FFF
        elif size == 0:
            return ".".join(labels), at + 1 if after is None else after
        else:
            labels.append(message[at + 1 : at + 1 + size].decode("ascii"))
            at += 1 + size
    raise Malformed
