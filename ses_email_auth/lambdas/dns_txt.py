"""What DNS answers for TXT, with the standard library alone: it is asked of the name servers of the domain themselves.

A resolver remembers for minutes that there was no record; who publishes one has to ask those that serve it. If they cannot be
found or reached, the resolver has to do. Not handled: TCP, IPv6, and zones cut below the domain (their servers are not asked,
so a record in them is not seen).
"""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

from ses_email_auth.lambdas.dns_message import NS, TXT, Answer, Malformed, query, read

__all__ = ["RESOLVER", "texts_everywhere"]

RESOLVER = "SES_EMAIL_AUTH_RESOLVER"
"""The environment variable that names another resolver, as `address:port`: for tests and for networks with one of their own."""

_PORT = 53
_TIMEOUT = 3.0  # seconds
_ATTEMPTS = 2
_RESOLV_CONF = Path("/etc/resolv.conf")

_Server = tuple[str, int]


def texts_everywhere(domain: str, name: str) -> dict[str, tuple[str, ...]]:
    """The TXT records at `name` by the server that was asked; servers that cannot be reached are left out.

    Args:
        domain: a domain above `name`, in whose zone it stands.
        name: an absolute name.
    """
    found: dict[str, tuple[str, ...]] = {}
    for host, server in _authorities(domain).items():
        answer = _ask(server, name, TXT, recursive=False)
        if answer is not None:
            found[host] = answer.texts
    if not found:
        answer = _ask(_resolver(), name, TXT, recursive=True)
        if answer is not None:
            found["the resolver"] = answer.texts
    return found


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
    named = [line.split()[1] for line in lines if line.startswith("nameserver ") and ":" not in line]
    return (named or ["127.0.0.1"])[0], _PORT


def _ask(server: _Server, name: str, kind: int, *, recursive: bool) -> Answer | None:
    """The answer of a server; None if there is none in time."""
    for _ in range(_ATTEMPTS):
        message_id = secrets.randbelow(0x10000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(_TIMEOUT)
            try:
                client.connect(server)
                client.send(query(message_id, name, kind, recursive=recursive))
                return read(client.recv(4096), message_id, kind)
            except (OSError, Malformed):
                continue
    return None
