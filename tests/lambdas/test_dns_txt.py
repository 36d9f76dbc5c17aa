"""What handlers ask of DNS with the standard library alone, over the wire on 127.0.0.1."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.lambdas import dns_txt
from ses_email_auth.lambdas.dns_txt import NS, TXT, Malformed, query, read_answer
from tests.dns_server import DnsServer, dns_server

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "ses-1._domainkey.mail.example.com"
KEY = "v=DKIM1; k=rsa; p=" + "A" * 392
VALUE = f'"{KEY[:255]}" "{KEY[255:]}"'


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    """Resolver and authority in one: the zone is example.com."""
    records = [
        ("example.com", "NS", 60, ["ns1.example.net.", "ns2.example.net."]),
        (NAME, "TXT", 60, [VALUE]),
        ("two.example.com", "TXT", 60, ['"a" "b"', '"\\303\\251"']),
        ("other.example.com", "CNAME", 60, ["two.example.com."]),
    ]
    with dns_server(records) as made:
        monkeypatch.setenv(dns_txt.RESOLVER, f"{made.host}:{made.port}")
        monkeypatch.setattr(dns_txt, "_PORT", made.port)
        monkeypatch.setattr(dns_txt, "_TIMEOUT", 0.2)
        yield made


def test_all_name_servers_are_asked(server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the zone above the domain, each by its own name."""
    monkeypatch.setattr(dns_txt, "_address", lambda _host: server.host)
    assert dns_txt.texts_everywhere("mail.example.com", NAME) == {"ns1.example.net": (KEY,), "ns2.example.net": (KEY,)}


def test_a_name_server_that_is_not_there(server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is left out, whether its name is not found or nobody answers at its address."""
    monkeypatch.setattr(dns_txt, "_address", lambda host: server.host if host.startswith("ns1") else None)
    assert list(dns_txt.texts_everywhere("mail.example.com", NAME)) == ["ns1.example.net"]
    monkeypatch.setattr(dns_txt, "_address", lambda host: server.host if host.startswith("ns1") else "127.0.0.9")
    assert list(dns_txt.texts_everywhere("mail.example.com", NAME)) == ["ns1.example.net"]


@pytest.mark.parametrize(
    ("name", "texts"), [(NAME, (KEY,)), ("two.example.com", ("ab", "\u00c3\u00a9")), ("x.example.com", ())]
)
def test_the_resolver(
    server: DnsServer,  # noqa: ARG001 - it is asked
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    texts: tuple[str, ...],
) -> None:
    """Where no name server can be reached; strings are joined, octets stay octets."""
    monkeypatch.setattr(dns_txt, "_address", lambda _host: None)
    assert dns_txt.texts_everywhere("example.com", name) == {"the resolver": texts}


def test_no_zone_is_found(server: DnsServer) -> None:  # noqa: ARG001 - it is asked
    """The resolver alone."""
    assert dns_txt.texts_everywhere("example.org", "two.example.com") == {"the resolver": ("ab", "\u00c3\u00a9")}


def test_nobody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is not an empty answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        monkeypatch.setattr(dns_txt, "_TIMEOUT", 0.02)
        monkeypatch.setenv(dns_txt.RESOLVER, f"127.0.0.1:{silent.getsockname()[1]}")
        assert dns_txt.texts_everywhere("example.com", NAME) == {}


def test_an_answer_to_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is no answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as liar:
        liar.bind(("127.0.0.1", 0))
        monkeypatch.setattr(dns_txt, "_TIMEOUT", 0.2)
        monkeypatch.setenv(dns_txt.RESOLVER, f"127.0.0.1:{liar.getsockname()[1]}")

        def lie() -> None:
            for _ in range(4):
                _, sender = liar.recvfrom(512)
                liar.sendto(b"\0" * 12, sender)

        thread = threading.Thread(target=lie)
        thread.start()
        assert dns_txt.texts_everywhere("example.com", NAME) == {}
        thread.join()


@pytest.mark.parametrize(
    ("content", "server"),
    [
        pytest.param("search x\nnameserver fe80::1\nnameserver 10.0.0.2\n", ("10.0.0.2", 53), id="the-first-of-IPv4"),
        pytest.param("# nothing\n", ("127.0.0.1", 53), id="none"),
        pytest.param(None, ("127.0.0.1", 53), id="no-file"),
    ],
)
def test_the_resolver_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, content: str | None, server: tuple[str, int]
) -> None:
    """As resolv.conf names it."""
    path = tmp_path_factory.mktemp("etc") / "resolv.conf"
    if content is not None:
        path.write_text(content, encoding="ascii")
    monkeypatch.setattr(dns_txt, "_RESOLV_CONF", path)
    monkeypatch.delenv(dns_txt.RESOLVER, raising=False)
    assert dns_txt._resolver() == server


def test_addresses() -> None:
    """A name that the system knows, and one that is none."""
    assert dns_txt._address("localhost") == "127.0.0.1"
    assert dns_txt._address("no name") is None
    assert dns_txt._address(f"{'x' * 64}.example.com") is None  # no label, though a message can hold it


def test_compressed_names() -> None:
    """RFC 1035 section 4.1.4: a name may end elsewhere in the message."""
    question = b"\x07example\x03com\0" + b"\0\x02\0\x01"
    answer = b"\xc0\x0c\0\x02\0\x01\0\0\0\x3c\0\x06\x03ns1\xc0\x0c"
    message = b"\0\x07\x81\x80\0\x01\0\x01\0\0\0\0" + question + answer
    assert read_answer(message, 7, NS).texts == ("ns1.example.com",)
    assert read_answer(message, 7, TXT).texts == ()
    with pytest.raises(Malformed):
        read_answer(message, 8, NS)
    for end in range(len(message)):
        with pytest.raises(Malformed):
            read_answer(message[:end], 7, NS)


def test_a_name_that_points_to_itself() -> None:
    """Ends."""
    with pytest.raises(Malformed):
        read_answer(b"\0\x07\x81\x80\0\x01\0\0\0\0\0\0" + b"\xc0\x0c" + b"\0\x02\0\x01", 7, NS)


@given(st.binary(max_size=80))
def test_any_octets(octets: bytes) -> None:
    """Are an answer or malformed, and nothing else happens."""
    try:
        read_answer(b"\0\x07\x81\x80\0\x01\0\x01\0\0\0\0" + octets, 7, TXT)
    except Malformed:
        return


def test_a_question() -> None:
    """With recursion or without, and with room for 1232 octets."""
    wanted = "0007{}00010000000000010161076578616d706c6503636f6d000010000100002904d0000000000000"
    assert query(7, "a.example.com.", TXT, recursive=True).hex() == wanted.format("0100")
    assert query(7, "a.example.com", TXT, recursive=False).hex() == wanted.format("0000")
