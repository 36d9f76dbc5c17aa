"""The name server of the tests, asked with dnspython."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest

from tests.dns_server import DnsServer, Record, dns_server, from_route53, txt_strings
from tests.local.templates import ZONE, change, make_zone, member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_aws import LocalAws

LONG = " ".join([f'"{"a" * 255}"'] * 3)

RECORDS = [
    ("Example.com.", "TXT", 60, ['"v=spf1" " -all"', '"x \\"y\\" \\344"']),
    ("example.com", "MX", 60, ["10 mx.example.com", "20 mx2.example.com."]),
    ("a.example.com", "CNAME", 60, ["b.example.com."]),
    ("b.example.com", "CNAME", 60, ["c.example.com."]),
    Record("c.example.com", "A", 60, ("192.0.2.1",)),
    ("out.example.com", "CNAME", 60, ["else.example.net"]),
    ("broken.example.com", "CNAME", 60, ["nothing.example.com"]),
    ("loop.example.com", "CNAME", 60, ["loop.example.com"]),
    ("s1._domainkey.example.com", "TXT", 60, [LONG]),
    ("*._domainkey.example.com", "TXT", 60, ['"v=DKIM1; p="']),
    ("6.example.com", "AAAA", 60, ["2001:db8::1"]),
    ("caa.example.com", "CAA", 60, ['0 issue "ca.example.com"']),
]


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    """The records above."""
    with dns_server(RECORDS) as running:
        yield running


@pytest.fixture
def resolver(server: DnsServer) -> dns.resolver.Resolver:
    """A stub resolver that asks it alone."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [server.host], server.port, 5
    return resolver


def ask(server: DnsServer, name: str, rtype: str, *, tcp: bool = False, payload: int | None = None) -> dns.message.Message:
    """One question, one answer, no resolver between."""
    question = dns.message.make_query(name, rtype, use_edns=payload is not None, payload=payload or 0)
    query = dns.query.tcp if tcp else dns.query.udp
    return query(question, server.host, timeout=5, port=server.port)


def test_txt_strings_are_kept(resolver: dns.resolver.Resolver) -> None:
    """As they are cut, with escapes undone; the name in any case."""
    answer = resolver.resolve("EXAMPLE.com", "TXT")
    assert answer.rrset is not None
    assert answer.rrset.ttl == 60
    assert {data.strings for data in answer} == {(b"v=spf1", b" -all"), (b'x "y" \xe4',)}


@pytest.mark.parametrize(
    ("name", "rtype", "expected"),
    [
        pytest.param("example.com", "MX", {"10 mx.example.com.", "20 mx2.example.com."}, id="mx"),
        pytest.param("a.example.com", "A", {"192.0.2.1"}, id="chain-of-two-cnames"),
        pytest.param("a.example.com", "CNAME", {"b.example.com."}, id="the-cname-itself"),
        pytest.param("6.example.com", "AAAA", {"2001:db8::1"}, id="aaaa"),
        pytest.param("caa.example.com", "CAA", {'0 issue "ca.example.com"'}, id="caa"),
        pytest.param("other._domainkey.example.com", "TXT", {'"v=DKIM1; p="'}, id="wildcard"),
        pytest.param("x.y._domainkey.example.com", "TXT", {'"v=DKIM1; p="'}, id="wildcard-covers-several-labels"),
        pytest.param("s1._domainkey.example.com", "TXT", {LONG}, id="an-existing-name-wins-and-tcp-carries-what-udp-cannot"),
    ],
)
def test_answers(resolver: dns.resolver.Resolver, name: str, rtype: str, expected: set[str]) -> None:
    """What a resolver gets."""
    assert {data.to_text() for data in resolver.resolve(name, rtype)} == expected


@pytest.mark.parametrize(
    ("name", "rtype", "rcode", "answers"),
    [
        pytest.param("example.com", "AAAA", dns.rcode.NOERROR, 0, id="nodata"),
        pytest.param("_domainkey.example.com", "TXT", dns.rcode.NOERROR, 0, id="nodata-at-an-empty-name-between"),
        pytest.param("other._domainkey.example.com", "MX", dns.rcode.NOERROR, 0, id="nodata-at-a-wildcard"),
        pytest.param("nothing.example.com", "TXT", dns.rcode.NXDOMAIN, 0, id="nxdomain"),
        pytest.param("x.s1._domainkey.example.com", "TXT", dns.rcode.NXDOMAIN, 0, id="a-wildcard-stops-at-a-closer-name"),
        pytest.param("example.net", "TXT", dns.rcode.NXDOMAIN, 0, id="unknown-zone"),
        pytest.param("broken.example.com", "A", dns.rcode.NXDOMAIN, 1, id="chain-to-a-missing-name"),
        pytest.param("out.example.com", "A", dns.rcode.NOERROR, 1, id="chain-to-another-zone"),
        pytest.param("loop.example.com", "A", dns.rcode.NOERROR, 1, id="loop"),
        pytest.param("example.com", "ANY", dns.rcode.NOERROR, 2, id="any"),
    ],
)
def test_codes(server: DnsServer, name: str, rtype: str, rcode: dns.rcode.Rcode, answers: int) -> None:
    """NXDOMAIN, NODATA and half-followed chains, always with authority."""
    reply = ask(server, name, rtype, tcp=True)
    assert (reply.rcode(), len(reply.answer)) == (rcode, answers)
    assert reply.flags & dns.flags.AA
    assert not reply.flags & dns.flags.RA


def test_udp_is_truncated_to_what_the_client_takes(server: DnsServer) -> None:
    """512 octets without EDNS, else the size that the client names; TCP has no limit."""
    name = "s1._domainkey.example.com"
    small = dns.message.make_query(name, "TXT", use_edns=False)
    cut = dns.query.udp(small, server.host, timeout=5, port=server.port, raise_on_truncation=False)
    assert cut.flags & dns.flags.TC
    for whole in (ask(server, name, "TXT", payload=1232), ask(server, name, "TXT", tcp=True)):
        assert not whole.flags & dns.flags.TC
        assert whole.answer


def test_octal_escapes() -> None:
    """Route 53 writes octets in octal, not in decimal as zone files do."""
    assert txt_strings('"\\101\\"" ""') == [b'A"', b""]


def test_the_records_of_the_local_aws(aws: LocalAws) -> None:
    """From Route 53's API to a resolver: what was put in comes out, wildcards included, private zones not."""
    private = (
        aws.client("route53")
        .create_hosted_zone(
            Name="private.example",
            CallerReference="p",
            HostedZoneConfig={"PrivateZone": True},
            VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-00000000"},
        )["HostedZone"]["Id"]
        .removeprefix("/hostedzone/")
    )
    change(aws, private, ("CREATE", member("x.private.example", '"secret"')))
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(f"*._domainkey.{ZONE}", '"v=DKIM1; " "p="')))
    records = from_route53(aws.client("route53"))
    assert {record.name for record in records} == {f"{ZONE}.", f"*._domainkey.{ZONE}."}
    with dns_server(records) as running:
        reply = ask(running, f"x._domainkey.{ZONE}", "TXT")
        assert [data.strings for data in reply.answer[0]] == [(b"v=DKIM1; ", b"p=")]
        assert len(ask(running, ZONE, "NS").answer[0]) == 4
        assert len(ask(running, ZONE, "SOA").answer[0]) == 1
