"""TXT records as the name servers of a domain answer them, read with the standard library alone.

A resolver remembers for minutes that there was no record, so the name servers of the zone are asked themselves. If they cannot
be found or reached, the resolver is asked. DNS messages as in RFC 1035 section 4 and RFC 6891.

Not handled: TCP, IPv6, DNSSEC, names with other octets than ASCII, and zones cut below the domain (their servers are not asked,
so a record in them is not seen).
"""

from __future__ import annotations

import os
import secrets
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

RESOLVER = "SES_EMAIL_AUTH_RESOLVER"
"""The environment variable that names another resolver, as `address:port`: for tests and for networks with one of their own."""

_PORT = 53
_TIMEOUT = 3.0  # seconds
_ATTEMPTS = 2
_RESOLV_CONF = Path("/etc/resolv.conf")

NS, TXT = 2, 16

_IN = 1
_RECURSION_DESIRED = 0x0100
_RESPONSE = 0x8000
_HEADER_OCTETS = 12
_POINTER = 0xC0
_MOST_STEPS = 256  # labels and pointers of one name; it has at most 127 labels
# RFC 6891: an OPT record that takes answers of up to 1232 octets; without it a key of 2048 bits hardly fits.
_OPT = b"\0" + struct.pack("!2HIH", 41, 1232, 0, 0)

_Server = tuple[str, int]


def texts_everywhere(domain: str, name: str) -> dict[str, tuple[str, ...]]:
    """The TXT records at `name` by the server that was asked; servers that cannot be reached are left out.

    Args:
        domain: a domain above `name`, in whose zone it stands.
        name: an absolute name.
    """
    texts: dict[str, tuple[str, ...]] = {}
    for host, server in _authorities(domain).items():
        answer = _ask(server, name, TXT, recursive=False)
        if answer is not None:
            texts[host] = answer.texts
    if not texts:
        answer = _ask(_resolver(), name, TXT, recursive=True)
        if answer is not None:
            texts["the resolver"] = answer.texts
    return texts


def _authorities(domain: str) -> dict[str, _Server]:
    """The name servers of the zone that `domain` is in, by host; none if they cannot be found."""
    labels = domain.split(".")
    while len(labels) > 1:
        answer = _ask(_resolver(), ".".join(labels), NS, recursive=True)
        if answer is not None and answer.texts:
            addresses = {host: _address(host) for host in sorted(answer.texts)}
            return {host: (address, _PORT) for host, address in addresses.items() if address is not None}
        labels.pop(0)
    return {}


def _address(host: str) -> str | None:
    try:
        return str(socket.getaddrinfo(host, _PORT, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0])
    except (OSError, UnicodeError):  # the latter for what is no name of a host
        return None


def _resolver() -> _Server:
    address, _, port = os.environ.get(RESOLVER, "").partition(":")
    if address:
        return address, int(port or _PORT)
    try:
        lines = _RESOLV_CONF.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    servers = [line.split()[1] for line in lines if line.startswith("nameserver ") and ":" not in line]
    return (servers or ["127.0.0.1"])[0], _PORT


def _ask(server: _Server, name: str, kind: int, *, recursive: bool) -> Answer | None:
    """The answer of a server; None if there is none in time."""
    for _ in range(_ATTEMPTS):
        message_id = secrets.randbelow(0x10000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(_TIMEOUT)
            try:
                client.connect(server)
                client.send(query(message_id, name, kind, recursive=recursive))
                return read_answer(client.recv(4096), message_id, kind)
            except (OSError, Malformed):
                continue
    return None


class Malformed(Exception):
    """The octets are no answer to the question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a server to one question."""

    code: int
    """0 is no error, 3 the name does not exist (RFC 1035 section 4.1.1)."""

    texts: tuple[str, ...]
    """TXT: the strings of a record joined. NS: a name without its final dot."""


def query(message_id: int, name: str, kind: int, *, recursive: bool) -> bytes:
    """The octets of a question for the records of one kind at a name."""
    header = struct.pack("!6H", message_id, _RECURSION_DESIRED if recursive else 0, 1, 0, 0, 1)
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.rstrip(".").split("."))
    return header + labels + b"\0" + struct.pack("!2H", kind, _IN) + _OPT


def read_answer(message: bytes, message_id: int, kind: int) -> Answer:
    """The records of that kind in an answer, whatever their name: a CNAME may have led to it.

    Raises:
        Malformed: if the octets are no answer, or one to another question.
    """
    try:
        answered_id, flags, questions, answers, _, _ = struct.unpack_from("!6H", message)
        if answered_id != message_id or not flags & _RESPONSE:
            raise Malformed
        at = _HEADER_OCTETS
        for _ in range(questions):
            _, at = _name(message, at)
            at += 4
        texts = []
        for _ in range(answers):
            _, at = _name(message, at)
            record_kind, _, _, length = struct.unpack_from("!2HIH", message, at)
            at += 10
            if record_kind == kind:
                texts.append(_text(message, at, length, kind))
            at += length
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Malformed from None
    return Answer(flags & 0xF, tuple(texts))


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
    end = None
    for _ in range(_MOST_STEPS):
        size = message[at]
        if size & _POINTER == _POINTER:
            end = at + 2 if end is None else end
            at = struct.unpack_from("!H", message, at)[0] & 0x3FFF
        elif size == 0:
            return ".".join(labels), at + 1 if end is None else end
        else:
            labels.append(message[at + 1 : at + 1 + size].decode("ascii"))
            at += 1 + size
    raise Malformed
