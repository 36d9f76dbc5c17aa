"""Two readers that poll while a stack is deployed: one asks DNS, the other the APIs of Route 53 and SES.

`read_dns` asks a name server on 127.0.0.1, which asks Route 53 at each query, so an answer is what stands at that moment;
nothing is cached. `watched` also sees TTLs and whether SES counts the identity as verified.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.query
import dns.rcode

from tests.deploy.stacks import TOKYO
from tests.dns_server import dns_server, from_route53
from tests.local.templates import ZONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dns_server import DnsServer
    from tests.local_aws import LocalAws

Answers = dict[tuple[str, str], frozenset[str]]
Records = dict[tuple[str, str], tuple[int, list[str]]]


# --- DNS -------------------------------------------------------------------------------------------------------------


@dataclass
class Reader:
    """What the reader was told."""

    before: Answers
    """The answers when it began, by name and type."""

    queries: int = 0
    missing: set[tuple[str, str]] = field(default_factory=set)
    """The questions that were without an answer at least once."""

    other: set[tuple[str, str]] = field(default_factory=set)
    """The questions that were answered otherwise at least once."""

    failure: Exception | None = None

    def take(self, key: tuple[str, str], answer: frozenset[str]) -> None:
        """Note one answer."""
        self.queries += 1
        if not answer:
            self.missing.add(key)
        elif answer != self.before[key]:
            self.other.add(key)


@contextlib.contextmanager
def read_dns(aws: LocalAws) -> Iterator[Reader]:
    """Ask for everything that stands in the zones now, again and again, until the end of the block and once more after it."""
    route53 = aws.client("route53")
    with dns_server(lambda: from_route53(route53)) as server:
        before = {key: _ask(server, *key) for key in aws.records()}
        assert all(before.values()), "a reader that begins without an answer would see nothing"
        reader, done = Reader(before), threading.Event()
        thread = threading.Thread(target=_run, args=(server, reader, done))
        thread.start()
        try:
            yield reader
        finally:
            done.set()
            thread.join()
        if reader.failure is not None:
            raise reader.failure
        for key in before:
            reader.take(key, _ask(server, *key))


def _run(server: DnsServer, reader: Reader, done: threading.Event) -> None:
    try:
        for key in itertools.cycle(reader.before):
            if done.is_set():
                return
            reader.take(key, _ask(server, *key))
    except Exception as error:  # noqa: BLE001 - it is told to the test, which runs in another thread
        reader.failure = error


def _ask(server: DnsServer, name: str, kind: str) -> frozenset[str]:
    """The answer that the name itself gives; empty for NXDOMAIN and for none of that type."""
    query = dns.message.make_query(name, kind)
    reply, _ = dns.query.udp_with_fallback(query, server.host, timeout=10, port=server.port)
    assert reply.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}, reply
    return frozenset(str(data) for rrset in reply.answer if str(rrset.name).lower() == name.lower() for data in rrset)


# --- Route 53 and SES ------------------------------------------------------------------------------------------------


@dataclass
class Watch:
    """What a reader saw that asked again and again."""

    expected: Records
    rounds: int = 0
    missing: set[tuple[str, str]] = field(default_factory=set)
    """(name, type) of the answers that were absent or not as expected at least once."""

    unverified: bool = False
    """Whether SES did not count the identity as verified at least once."""

    failure: Exception | None = None


@contextlib.contextmanager
def watched(aws: LocalAws, region: str = TOKYO) -> Iterator[Watch]:
    """Ask Route 53 and SES all the time whether all that stands now still stands."""
    watch, done = Watch(aws.records()), threading.Event()
    route53, sesv2 = aws.client("route53"), aws.client("sesv2", region)
    has_identity = bool(sesv2.list_email_identities()["EmailIdentities"])

    def read() -> None:
        standing = {(record.name, record.type): (record.ttl, list(record.values)) for record in from_route53(route53)}
        watch.missing |= {key for key, value in watch.expected.items() if standing.get(key) != value}
        if has_identity:
            watch.unverified |= not sesv2.get_email_identity(EmailIdentity=ZONE)["VerifiedForSendingStatus"]
        watch.rounds += 1

    def run() -> None:
        try:
            while not done.is_set():
                read()
        except Exception as error:  # noqa: BLE001 - it is told to the test, which runs in another thread
            watch.failure = error

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()
    if watch.failure is not None:
        raise watch.failure
    read()
