"""A real name server on 127.0.0.1 for resolvers under test: UDP and TCP on one port, an authority for the records it is given.

RFC 1034 section 4.3.2 (answers, CNAME chains), RFC 4592 (wildcards), RFC 2308 (NXDOMAIN against NODATA), RFC 6891 and 1035
(truncation). Not handled: referrals, SOA in negative answers, DNSSEC. A name of which nothing is known does not exist.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import socketserver
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dnslib

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["DnsServer", "Record", "dns_server", "from_route53", "txt_strings"]

_HOST = "127.0.0.1"
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")


@dataclass(frozen=True, slots=True)
class Record:
    """A record set: values as Route 53 presents them, a TXT in quotation marks."""

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DnsServer:
    """Where the server listens."""

    host: str
    port: int


@contextlib.contextmanager
def dns_server(
    records: Iterable[Record | tuple[str, str, int, Iterable[str]]] | Callable[[], Iterable[Record]],
) -> Iterator[DnsServer]:
    """Serve `records`, given as `Record`s or tuples (name, type, ttl in seconds, values).

    A function is asked for them at each query: what stands at that moment is served.
    """
    zone: _Zone | _LiveZone
    if callable(records):
        zone = _LiveZone(records)
    else:
        zone = _Zone(
            Record(r.name, r.type, r.ttl, r.values) if isinstance(r, Record) else Record(*r[:3], tuple(r[3])) for r in records
        )
    with contextlib.ExitStack() as stack:
        tcp, udp = _both_servers()
        for server in (tcp, udp):
            server.zone = zone
            stack.callback(server.server_close)
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield DnsServer(_HOST, int(tcp.server_address[1]))


def from_route53(client: Any) -> list[Record]:
    """All records of all public zones that a boto3 Route 53 client sees; alias targets are left out."""
    records = []
    for zone in client.get_paginator("list_hosted_zones").paginate().search("HostedZones[]"):
        if zone["Config"]["PrivateZone"]:
            continue
        pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone["Id"])
        for record_set in pages.search("ResourceRecordSets[]"):
            values = tuple(item["Value"] for item in record_set.get("ResourceRecords", []))
            if values:
                records.append(Record(record_set["Name"].replace("\\052", "*"), record_set["Type"], record_set["TTL"], values))
    return records


def txt_strings(value: str) -> list[bytes]:
    """The strings of a TXT value; Route 53 escapes octets as three octal digits."""
    strings = _STRING.findall(value)
    return [_ESCAPE.sub(lambda m: chr(int(m[1], 8)) if len(m[1]) > 1 else m[1], s).encode("latin-1") for s in strings]


class _Zone:
    def __init__(self, records: Iterable[Record]) -> None:
        self._sets: dict[str, dict[str, Record]] = {}
        self._names: set[str] = set()  # with the empty ones between (RFC 4592 section 2.2.2)
        for record in records:
            name = _plain(record.name)
            self._sets.setdefault(name, {})[record.type] = record
            labels = name.split(".")
            self._names.update(".".join(labels[i:]) for i in range(len(labels)))

    def answer(self, request: dnslib.DNSRecord) -> dnslib.DNSRecord:
        reply = request.reply(ra=0, aa=1)
        name, qtype = _plain(str(request.q.qname)), dnslib.QTYPE[request.q.qtype]
        seen = set()
        while name not in seen:
            seen.add(name)
            node = self._node(name)
            if node is None:
                # RFC 6604 section 2.1: the code is about the last name of the chain. A name that others serve is not ours.
                ours = len(seen) == 1 or any(name.endswith("." + known) for known in self._sets)
                reply.header.rcode = dnslib.RCODE.NXDOMAIN if ours else dnslib.RCODE.NOERROR
                break
            for rtype in [qtype] if qtype != "ANY" else list(node):
                for rr in _resource_records(name, node.get(rtype)):
                    reply.add_answer(rr)
            if qtype in node or "CNAME" not in node or qtype == "ANY":
                break
            for rr in _resource_records(name, node["CNAME"]):
                reply.add_answer(rr)
            name = _plain(node["CNAME"].values[0])
        return reply

    def _node(self, name: str) -> dict[str, Record] | None:
        """The record sets at a name, a wildcard's if there is one; None if the name does not exist."""
        if name in self._names:
            return self._sets.get(name, {})
        labels = name.split(".")
        encloser = next((i for i in range(1, len(labels)) if ".".join(labels[i:]) in self._names), None)
        return None if encloser is None else self._sets.get(".".join(["*", *labels[encloser:]]))


class _LiveZone:
    def __init__(self, records: Callable[[], Iterable[Record]]) -> None:
        self._records = records

    def answer(self, request: dnslib.DNSRecord) -> dnslib.DNSRecord:
        return _Zone(self._records()).answer(request)


def _resource_records(name: str, record: Record | None) -> list[dnslib.RR]:
    if record is None:
        return []
    resource_records = []
    for value in record.values:
        if record.type == "TXT":
            data = dnslib.TXT(txt_strings(value))
        else:
            data = dnslib.RDMAP[record.type].fromZone(shlex.split(value))
        resource_records.append(dnslib.RR(name, getattr(dnslib.QTYPE, record.type), ttl=record.ttl, rdata=data))
    return resource_records


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")


class _UdpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        request = dnslib.DNSRecord.parse(data)
        reply = self.server.zone.answer(request)
        # RFC 6891 section 6.2.3: the size that the client names, else RFC 1035 section 4.2.1.
        limit = max([512, *(rr.edns_len for rr in request.ar if rr.rtype == dnslib.QTYPE.OPT)])
        packed = reply.pack()
        if len(packed) > limit:
            cut = request.reply(ra=0, aa=1)
            cut.header.tc = 1
            packed = cut.pack()
        sock.sendto(packed, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while len(prefix := self.rfile.read(2)) == 2:
            request = dnslib.DNSRecord.parse(self.rfile.read(int.from_bytes(prefix, "big")))
            packed = self.server.zone.answer(request).pack()
            self.wfile.write(len(packed).to_bytes(2, "big") + packed)


class _UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    zone: _Zone | _LiveZone


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    zone: _Zone | _LiveZone


def _both_servers() -> tuple[_TcpServer, _UdpServer]:
    """One of each on one free port."""
    for _ in range(20):
        tcp = _TcpServer((_HOST, 0), _TcpHandler)
        try:
            return tcp, _UdpServer((_HOST, tcp.server_address[1]), _UdpHandler)
        except OSError:
            tcp.server_close()
    raise RuntimeError("no port is free for both UDP and TCP")
