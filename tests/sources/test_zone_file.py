"""Tests of the reader of master files; dnspython is the second opinion on zones that are right."""

from __future__ import annotations

import dns.name
import dns.rdatatype
import dns.zone
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.route53_txt import txt_strings
from ses_email_auth.sources.source_file import SourceFile, UnreadableSource
from ses_email_auth.sources.zone_file import is_zone_file, read_zone_file
from ses_email_auth.zone.declared import Origin

SOA = "@ 600 IN SOA ns1 hostmaster 1 7200 3600 1209600 900\n"
AT = "$ORIGIN example.com.\n"

RECORDS = [
    pytest.param('example.com. 600 IN TXT "a"', ("example.com.", "TXT", "600", '"a"'), id="one-absolute-line"),
    pytest.param('\ufeffexample.com. 600 IN TXT "a"\r\n', ("example.com.", "TXT", "600", '"a"'), id="byte-order-mark-and-crlf"),
    pytest.param("example.com.\t600\tIN\tTXT\ta", ("example.com.", "TXT", "600", '"a"'), id="tabs"),
    pytest.param("example.com. IN 600 txt a", ("example.com.", "TXT", "600", '"a"'), id="class-before-the-ttl-and-lower-case"),
    pytest.param("Example.COM. 600 in Txt a", ("Example.COM.", "TXT", "600", '"a"'), id="spelling-is-kept"),
    pytest.param("example.com. TXT a", ("example.com.", "TXT", "", '"a"'), id="no-ttl-and-no-class"),
    pytest.param("example.com. CLASS1 TXT a", ("example.com.", "TXT", "", '"a"'), id="the-internet-by-its-number"),
    pytest.param("$TTL 1h30m\nexample.com. TXT a", ("example.com.", "TXT", "5400", '"a"'), id="units-of-a-ttl"),
    pytest.param("$TTL 60\nexample.com. 1W2D3S TXT a", ("example.com.", "TXT", "777603", '"a"'), id="its-own-ttl"),
    pytest.param(AT + "@ TXT a", ("example.com.", "TXT", "", '"a"'), id="at-sign"),
    pytest.param(AT + "_dmarc TXT a", ("_dmarc.example.com.", "TXT", "", '"a"'), id="relative-owner"),
    pytest.param(AT + "$ORIGIN mail\n@ TXT a", ("mail.example.com.", "TXT", "", '"a"'), id="relative-origin"),
    pytest.param("$ORIGIN .\nexample.com TXT a", ("example.com.", "TXT", "", '"a"'), id="relative-to-the-root"),
    pytest.param("$origin example.com.\n TXT a", None, id="no-owner-above"),
    pytest.param(AT + r"\042 TXT a", (r"\052.example.com.", "TXT", "", '"a"'), id="escapes-in-names-become-octal"),
    pytest.param(AT + r"a\.b TXT a", (r"a\056b.example.com.", "TXT", "", '"a"'), id="a-dot-in-a-label"),
    pytest.param(AT + "é TXT a", (r"\303\251.example.com.", "TXT", "", '"a"'), id="octets-of-utf-8-in-a-name"),
    pytest.param("e.com. TXT (\n a ; one\n b ) c\n", ("e.com.", "TXT", "", '"a" "b" "c"'), id="parentheses"),
    pytest.param(
        "e.com. TXT ( a\nb TXT c )\n", ("e.com.", "TXT", "", '"a" "b" "TXT" "c"'), id="a-line-in-parentheses-has-no-owner"
    ),
    pytest.param('e.com. TXT "a;b" ; "c', ("e.com.", "TXT", "", '"a;b"'), id="comment-with-a-quote"),
    pytest.param("e.com. TXT v=DMARC1; p=none", ("e.com.", "TXT", "", '"v=DMARC1"'), id="unquoted-semicolon-ends-the-record"),
    pytest.param("e.com. TXT v=spf1 -all", ("e.com.", "TXT", "", '"v=spf1" "-all"'), id="unquoted-words-are-strings"),
    pytest.param('e.com. TXT "a""b"', ("e.com.", "TXT", "", '"a" "b"'), id="quotes-side-by-side"),
    pytest.param(r'e.com. TXT "a\"b\\c\;\100"', ("e.com.", "TXT", "", r'"a\"b\\c;d"'), id="escapes-in-a-string"),
    pytest.param(r'e.com. TXT "\195\169é\255"', ("e.com.", "TXT", "", r'"\303\251\303\251\377"'), id="octets-become-octal"),
    pytest.param('e.com. TXT "\udce9"', ("e.com.", "TXT", "", r'"\351"'), id="an-octet-of-the-file-that-is-no-utf-8"),
    pytest.param('e.com. TXT "\ud800"', ("e.com.", "TXT", "", '"?"'), id="a-surrogate-of-no-octet"),
    pytest.param('e.com. TXT "\x01"', ("e.com.", "TXT", "", r'"\001"'), id="control-character"),
    pytest.param('e.com. TXT ""', ("e.com.", "TXT", "", '""'), id="empty-string"),
    pytest.param(r"e.com. TXT \# 5 0161 0262 63", ("e.com.", "TXT", "", '"a" "bc"'), id="hexadecimal-text"),
    pytest.param(r"e.com. TYPE16 \# 2 0161", ("e.com.", "TXT", "", '"a"'), id="type-by-its-number"),
    pytest.param("e.com. TYPE99 a", ("e.com.", "SPF", "", '"a"'), id="spf-by-its-number"),
    pytest.param(r"e.com. type731 \# 4 0A000001", ("e.com.", "TYPE731", "", r"\# 4 0A000001"), id="an-unknown-type"),
    pytest.param(r"e.com. MX \# 4 0A000001", ("e.com.", "MX", "", r"\# 4 0A000001"), id="hexadecimal-data-has-no-names"),
    pytest.param(AT + "@ MX 10 mail", ("example.com.", "MX", "", "10 mail.example.com."), id="mx"),
    pytest.param("e.com. MX 0 .", ("e.com.", "MX", "", "0 ."), id="null-mx"),
    pytest.param("e.com. MX mail.e.com.", ("e.com.", "MX", "", "mail.e.com."), id="mx-without-preference"),
    pytest.param(AT + "a CNAME @", ("a.example.com.", "CNAME", "", "example.com."), id="target-at-sign"),
    pytest.param(AT + 'a CNAME "b"', ("a.example.com.", "CNAME", "", "b.example.com."), id="target-in-quotes"),
    pytest.param(AT + "_s._tcp SRV 0 5 25 mail", ("_s._tcp.example.com.", "SRV", "", "0 5 25 mail.example.com."), id="srv"),
    pytest.param('e.com. CAA 0 issue "amazon.com"', ("e.com.", "CAA", "", '0 issue "amazon.com"'), id="other-data-is-kept"),
    pytest.param("3600.e.com. 3600 IN A 192.0.2.1", ("3600.e.com.", "A", "3600", "192.0.2.1"), id="numbers-in-an-owner"),
    pytest.param("IN.e.com. A 192.0.2.1", ("IN.e.com.", "A", "", "192.0.2.1"), id="an-owner-like-a-class"),
]

FAULTS = [
    pytest.param("x\n\n$INCLUDE sub.db", "line 1: the record has no type", id="only-an-owner"),
    pytest.param("$INCLUDE sub.db", "line 1: $INCLUDE is not followed", id="include"),
    pytest.param("; c\n$GENERATE 1-9 h$ A 192.0.2.$", "line 2: $GENERATE is not expanded", id="generate"),
    pytest.param("$FOO bar", "line 1: '$FOO bar' is no control entry", id="unknown-control"),
    pytest.param("$TTL soon", "line 1: '$TTL soon' is no control entry", id="bad-ttl"),
    pytest.param("$ORIGIN", "line 1: '$ORIGIN' is no control entry", id="origin-of-nothing"),
    pytest.param("\nwww A 192.0.2.1", "line 2: 'www' has no final dot, and no $ORIGIN above", id="relative-to-nothing"),
    pytest.param("e.com. MX 10 mail", "line 1: 'mail' has no final dot, and no $ORIGIN above", id="relative-target"),
    pytest.param("e.com. 600 AWS A 192.0.2.1", "line 1: 'A 192.0.2.1' is no alias set as cli53 writes it", id="cli53-no-alias"),
    pytest.param("e.com. AWS ALIAS x.e.com.", "line 1: 'ALIAS X.E.COM.' is no alias set as cli53", id="cli53-no-type"),
    pytest.param("e.com. 600 IN TXTT a", "line 1: 'TXTT' is no record type", id="misspelt-type"),
    pytest.param(
        "e.com. TXT a\n  f.com. TXT b", "line 2: 'F.COM.' is no record type; a line that begins with a blank", id="indented"
    ),
    pytest.param("e.com. TYPE²  a", "line 1: 'TYPE²' is no record type", id="digits-of-unicode"),
    pytest.param("e.com. 600 IN TXT", "line 1: the TXT record has no value", id="no-value"),
    pytest.param("e.com. 600 IN", "line 1: the record has no type", id="no-type"),
    pytest.param(" TXT a", "line 1: it begins with a blank, so it is about the owner above, and there is none", id="no-owner"),
    pytest.param('e.com. TXT a\ne.com. TXT "v=spf1 -all', "line 2: a quote is never closed", id="open-quote"),
    pytest.param("\ne.com. TXT ( a\nb", "line 2: a '(' of this entry is never closed", id="open-parenthesis"),
    pytest.param("e.com. TXT a )", "line 1: a ')' closes nothing", id="closed-parenthesis"),
    pytest.param("e.com. TXT a\\", "line 1: it ends in a backslash", id="backslash-at-the-end"),
    pytest.param(r"e.com. TXT a\256", "line 1: '\\256' is no octet", id="escape-over-255"),
    pytest.param(r"\999.e.com. TXT a", "line 1: '\\999' is no octet", id="escape-over-255-in-a-name"),
    pytest.param(r"e.com. TXT \# 3 0161", "line 1: the data behind '\\#' is no text", id="wrong-length"),
    pytest.param(r"e.com. TXT \# 2 0261", "line 1: the data behind '\\#' is no text", id="string-over-the-end"),
    pytest.param(r"e.com. TXT \# 2 zz", "line 1: the data behind '\\#' is no text", id="no-hexadecimal"),
    pytest.param(r"e.com. TXT \#", "line 1: the data behind '\\#' is no text", id="nothing-at-all"),
    pytest.param("e.com. " + "x" * 100 + " a", f"line 1: '{'X' * 24}...' is no record type", id="long-words-are-cut"),
]


def zone_of(file: SourceFile) -> tuple[str | None, bool]:
    """The name of the zone, and whether all of it is there."""
    (zone,) = file.zones
    return (None if zone.name is None else str(zone.name)), zone.is_complete


@pytest.mark.parametrize(("text", "expected"), RECORDS)
def test_a_record_is_read(text: str, expected: tuple[str, str, str, str] | None) -> None:
    """Owner, type, TTL and value are what a name server makes of the text."""
    if expected is None:
        with pytest.raises(UnreadableSource):
            read_zone_file(text, "part")
        return
    (record,) = read_zone_file(text, "part").records
    assert (record.spelling, record.type_text, record.ttl, *record.values) == expected


@pytest.mark.parametrize(("text", "reason"), FAULTS)
def test_a_fault_is_refused_with_its_line(text: str, reason: str) -> None:
    """The error names the line, counted from 1, and what is wrong there."""
    with pytest.raises(UnreadableSource) as caught:
        read_zone_file(text, "part")
    assert caught.value.reason.startswith(reason)
    assert caught.value.path == "part"


@pytest.mark.parametrize("path", ["zone", "example.com.txt", "prod.example.org.zone"])
@pytest.mark.parametrize("owner", ["example.com.", "example.com"], ids=["absolute", "as-cloudflare-exports-it"])
def test_names_are_relative_to_the_owner_of_the_soa(owner: str, path: str) -> None:
    """It is the zone, not the name of the file, also where an export leaves out its final dot."""
    file = read_zone_file(f"{owner} 3600 IN SOA ns.example.net hostmaster 1 2 3 4 5\nwww TXT a\nexample.com. TXT b\n", path)
    assert zone_of(file) == ("example.com", True)
    assert [record.spelling for record in file.records] == ["example.com.", "www.example.com.", "example.com."]


def test_a_blank_owner_is_the_one_above() -> None:
    """It survives comments, empty lines and records of other classes."""
    text = 'example.com. TXT "a"\n\n; c\n  MX 10 m.example.net.\nversion.bind. CH TXT "9"\n\tTXT "b"\n'
    found = read_zone_file(text, "part").records
    assert [(each.spelling, each.type_text) for each in found] == [
        ("example.com.", "TXT"),
        ("example.com.", "MX"),
        ("version.bind.", "TXT"),
    ]


def test_records_of_one_name_and_type_are_one_set() -> None:
    """Values keep their order, one that is there twice counts once, and the first line is that of the set."""
    text = AT + '\n@ 300 TXT "b"\nwww A 192.0.2.1\nEXAMPLE.com. 600 TXT "a"\n@ TXT "b"\n'
    first, _ = read_zone_file(text, "part").records
    assert first.values == ('"b"', '"a"')
    assert first.ttl == "300"
    assert first.origin == Origin("part", resource="line 3", line=3)
    assert first.zone_id == "part"
    assert first.name == DomainName("example.com")


def test_alias_sets_of_cli53_are_read() -> None:
    """They have no values and no TTL of their own; values that a routing policy has beside them are kept."""
    aliases = "@ 600 AWS ALIAS A lb.example.net. Z1 true\n@ AWS ALIAS aaaa www $self false\na AWS ALIAS A b Z1 true\n"
    text = f"{AT}{aliases}a A 192.0.2.1\n@ 60 MX 10 m\n"
    found = read_zone_file(text, "part").records
    assert [(str(each.name), each.type_text, each.values, each.is_alias, each.ttl) for each in found] == [
        ("example.com", "A", (), True, ""),
        ("example.com", "AAAA", (), True, ""),
        ("a.example.com", "A", ("192.0.2.1",), False, ""),
        ("example.com", "MX", ("10 m.example.com.",), False, "60"),
    ]


def test_all_ttls_of_a_set_are_kept() -> None:
    """RFC 2181 section 5.2: a set has one TTL, so a rule can say that it has several; the first counts."""
    lines = ["$TTL 1h", "@ 300 TXT a", "@ TXT b", "@ 5m TXT c", "@ 60 TXT c", "@ 3600 A 192.0.2.1", "@ A 192.0.2.2"]
    texts, addresses = read_zone_file("$ORIGIN example.com.\n" + "\n".join(lines), "part").records
    assert (texts.ttl, texts.other_ttls) == ("300", ("3600", "60"))
    assert (addresses.ttl, addresses.other_ttls) == ("3600", ())
    without, _ = read_zone_file("example.com. TXT a\nexample.com. A 192.0.2.1\nexample.com. 60 TXT b", "part").records
    assert (without.ttl, without.other_ttls) == ("", ("60",))


def test_a_record_without_a_ttl_has_that_of_the_one_before() -> None:
    """RFC 1035 section 5.1; with $TTL it has that one (RFC 2308 section 4)."""
    text = "a.e.com. 60 A 192.0.2.1\nb.e.com. A 192.0.2.1\n$TTL 120\nc.e.com. A 192.0.2.1\nd.e.com. 30 A 192.0.2.1\n"
    found = read_zone_file(f"{text}f.e.com. A 192.0.2.1", "part").records
    assert [each.ttl for each in found] == ["60", "60", "120", "30", "120"]


ZONES = [
    pytest.param(AT + SOA, "x", ("example.com", True), id="soa"),
    pytest.param("$ORIGIN com.\nexample 600 IN SOA a. b. 1 2 3 4 5\n", "x", ("example.com", True), id="owner-of-the-soa"),
    pytest.param(SOA, "db.example.com", ("example.com", True), id="db-and-name"),
    pytest.param(SOA, "zones/example.com.zone", ("example.com", True), id="name-and-zone"),
    pytest.param(SOA, "/etc/named/example.com", ("example.com", True), id="name-alone"),
    pytest.param("_dmarc TXT a", "example.com.txt", ("example.com", False), id="part-with-a-name"),
    pytest.param(AT + "_dmarc TXT a", "x", ("example.com", False), id="origin"),
    pytest.param("$ORIGIN www.example.com.\n@ CNAME x.example.net.", "x", (None, False), id="an-origin-that-is-no-apex"),
    pytest.param(
        "$ORIGIN a.example.com.\n@ NS ns.example.net.", "x", ("a.example.com", False), id="an-origin-with-name-servers"
    ),
    pytest.param(AT + "example.net. TXT a", "x", (None, False), id="names-beside-the-origin"),
    pytest.param("example.net. TXT a", "db.example.com", (None, False), id="names-beside-the-file"),
    pytest.param("example.com. 600 IN TXT a", "example.txt", (None, False), id="one-line"),
    pytest.param("example.com. 600 IN TXT a", "notes.md", (None, False), id="name-of-another-kind-of-file"),
    pytest.param("; nothing", "x", (None, False), id="nothing"),
    pytest.param(". 600 IN SOA a. b. 1 2 3 4 5", "x", (None, False), id="the-root"),
    pytest.param(
        "$ORIGIN .\nexample.com IN SOA ns.example.net. b. 1 2 3 4 5\n$ORIGIN example.com.\nwww A 192.0.2.1",
        "x",
        ("example.com", True),
        id="as-bind-writes-a-dynamic-zone",
    ),
]


@pytest.mark.parametrize(("text", "path", "expected"), ZONES)
def test_a_zone_is_named_and_complete_only_with_a_soa(text: str, path: str, expected: tuple[str | None, bool]) -> None:
    """The name is that of the SOA, else of $ORIGIN or of the file if nothing speaks against it."""
    file = read_zone_file(text, path)
    assert zone_of(file) == expected
    assert file.zones[0].zone_id == path


CLOUDFLARE = ";;\n;; Domain:     example.com{dot}\n;; Exported:   2018-04-24 15:58:02\n;;\n"
BLOCK = "@\t3600\tIN\tSOA\texample.com.\troot.example.com.\t(\n\t\t2027625208\t; serial\n\t\t7200 3600 86400\n\t\t3600)\n"
A_RECORD = "www.example.com.\t300\tIN\tA\t192.0.2.1\n"
NAME_SERVER = "example.com.\t300\tIN\tNS\tREPLACE&ME$WITH^YOUR@NAMESERVER.\n"
AT_ROOT = "$ORIGIN .\n@ 3600 IN SOA {} 1 7200 3600 86400 3600\n"

ROOT_SOAS = [
    pytest.param(CLOUDFLARE.format(dot="") + "$ORIGIN .\n" + BLOCK + A_RECORD, "example.com", id="cloudflare-until-2018"),
    pytest.param(CLOUDFLARE.format(dot=".") + BLOCK + A_RECORD, "example.com", id="comment-as-origin"),
    pytest.param(
        CLOUDFLARE.format(dot=".")
        + "example.com.\t3600\tIN\tSOA\texample.com. root.example.com. 2032317624 7200 3600 86400 3600\n",
        "example.com",
        id="cloudflare-of-2019",
    ),
    pytest.param(
        CLOUDFLARE.format(dot=".")
        + "example.com\t3600\tIN\tSOA\ta.ns.cloudflare.com. dns.cloudflare.com. 1 2 3 4 5\n"
        + A_RECORD,
        "example.com",
        id="cloudflare-of-today",
    ),
    pytest.param(
        CLOUDFLARE.format(dot=".") + "example.net\t3600\tIN\tSOA\ta.ns.cloudflare.com. dns.cloudflare.com. 1 2 3 4 5\n",
        "example.net",
        id="a-soa-with-an-owner-is-right",
    ),
    pytest.param(CLOUDFLARE.format(dot="") + AT_ROOT.format("ns.example.net. h.") + A_RECORD, "example.com", id="comment"),
    pytest.param(CLOUDFLARE.format(dot="") + AT_ROOT.format("ns.example.net. h."), "example.com", id="comment-alone"),
    pytest.param(
        CLOUDFLARE.format(dot="") + AT_ROOT.format("example.net. h.") + "example.net. A 192.0.2.1",
        "example.net",
        id="wrong-comment",
    ),
    pytest.param("$ORIGIN .\n" + BLOCK + NAME_SERVER + A_RECORD, "example.com", id="the-server-is-the-zone"),
    pytest.param(AT_ROOT.format("ns1.example.com. h.") + NAME_SERVER + A_RECORD, "example.com", id="a-server-in-the-zone"),
    pytest.param(AT_ROOT.format("ns1.example.com. h.") + A_RECORD, None, id="a-server-in-a-zone-above"),
    pytest.param(AT_ROOT.format("example.com. h.") + A_RECORD, None, id="nothing-stands-at-the-server"),
    pytest.param(
        AT_ROOT.format("example.com. h.") + NAME_SERVER + "example.net. A 192.0.2.1", None, id="names-beside-the-server"
    ),
    pytest.param(AT_ROOT.format("ns1.example.net. h.") + NAME_SERVER + A_RECORD, None, id="a-server-of-others"),
    pytest.param(AT_ROOT.format("com. h.") + A_RECORD, None, id="a-server-that-is-a-suffix"),
    pytest.param(AT_ROOT.format("a_b. h.") + A_RECORD, None, id="a-server-that-is-no-name"),
]


@pytest.mark.parametrize(("text", "zone"), ROOT_SOAS)
def test_a_soa_record_at_the_root_tells_its_zone(text: str, zone: str | None) -> None:
    """By the comment, or by its primary server if all records fit; else the zone has no name, and nothing is missing in it."""
    file = read_zone_file(text, "export")
    assert zone_of(file) == (zone, zone is not None)
    assert (file.records[0].spelling, file.records[0].type_text) == (f"{zone or ''}.", "SOA")
    assert file.guessed_zone is None


def test_records_at_the_root_go_to_the_zone_that_is_meant() -> None:
    """They are one set with those that are written in full."""
    text = f"$ORIGIN .\n{BLOCK}@ TXT a\nexample.com. 60 TXT b\n@ MX 10 mx.example.net.\n"
    found = {record.place: record.values for record in read_zone_file(text, "export").records}
    assert found["example.com TXT"] == ('"a"', '"b"')
    assert found["example.com MX"] == ("10 mx.example.net.",)
    assert list(found) == ["example.com SOA", "example.com TXT", "example.com MX"]


def test_the_name_of_the_file_tells_the_zone_of_a_root_soa() -> None:
    """Where nothing else does and all records fit."""
    file = read_zone_file(AT_ROOT.format("ns.example.net. h.") + NAME_SERVER + A_RECORD, "example.com.zone")
    assert (*zone_of(file), file.guessed_zone) == ("example.com", True, DomainName("example.com"))


GIVEN = DomainName("example.com")
ORIGINS = [
    pytest.param("www A 192.0.2.1", "x", ("www.example.com.", "example.com"), id="relative"),
    pytest.param("www A 192.0.2.1", "example.net.zone", ("www.example.com.", "example.com"), id="not-by-the-name-of-the-file"),
    pytest.param("@ NS ns", "named.local", ("example.com.", "example.com"), id="at-sign"),
    pytest.param("$ORIGIN mail\n@ A 192.0.2.1", "x", ("mail.example.com.", "example.com"), id="relative-origin"),
    pytest.param("$ORIGIN example.net.\nwww A 192.0.2.1", "x", ("www.example.net.", "example.net"), id="the-file-says-it"),
    pytest.param("www.example.net. A 192.0.2.1", "x", ("www.example.net.", None), id="names-elsewhere"),
    pytest.param(AT_ROOT.format("ns.example.net. h.") + A_RECORD, "x", ("www.example.com.", "example.com"), id="root-soa"),
    pytest.param(";; Domain: example.net\nwww A 192.0.2.1", "x", ("www.example.com.", "example.com"), id="above-a-comment"),
]


@pytest.mark.parametrize(("text", "path", "expected"), ORIGINS)
def test_an_origin_that_is_given_is_that_of_a_file_without_one(text: str, path: str, expected: tuple[str, str | None]) -> None:
    """It goes before a comment and the name of the file, and behind what the file says."""
    file = read_zone_file(text, path, GIVEN)
    (name, _) = zone_of(file)
    assert (next(r.spelling for r in file.records if r.type_text != "SOA"), name) == expected
    assert file.guessed_zone is None


GUESSES = [
    pytest.param("_dmarc TXT a", "example.com", id="relative-name"),
    pytest.param("example.com. MX 10 mail", "example.com", id="relative-target"),
    pytest.param("$ORIGIN mail\n@ TXT a", "example.com", id="relative-origin"),
    pytest.param(SOA, "example.com", id="soa"),
    pytest.param("www.example.com. TXT a", "example.com", id="the-zone-alone"),
    pytest.param("example.net. TXT a", None, id="another-domain"),
    pytest.param(AT + "_dmarc TXT a", None, id="origin"),
    pytest.param("example.com. IN SOA a b 1 2 3 4 5\nwww TXT a", None, id="soa-with-an-owner"),
    pytest.param("; Domain: example.com\n\nwww TXT a", None, id="comment"),
    pytest.param("; Domain: a_b\n;\nwww TXT a", "example.com", id="comment-without-a-domain"),
    pytest.param("www TXT a\n; Domain: example.net\n", "example.com", id="comment-below"),
]


@pytest.mark.parametrize(("text", "expected"), GUESSES)
def test_a_zone_that_only_the_name_of_the_file_tells_is_said(text: str, expected: str | None) -> None:
    """Not where the file names it too, or where nothing depends on it."""
    guess = read_zone_file(text, "zones/example.com.zone").guessed_zone
    assert (None if guess is None else str(guess)) == expected


@pytest.mark.parametrize(
    ("path", "is_doubted"), [("named.local", False), ("hosts", False), ("zone.prod", True), ("db.corp.internal", True)]
)
def test_a_file_that_is_not_named_after_a_domain_is_refused_with_the_remedy(path: str, is_doubted: bool) -> None:  # noqa: FBT001 - a column of the table
    """A name that ends in no top-level domain is no zone; one that might be taken for one is said."""
    with pytest.raises(UnreadableSource) as caught:
        read_zone_file("www A 192.0.2.1", path)
    assert caught.value.reason.endswith("; give --origin NAME, or write '$ORIGIN NAME.' as the first line")
    assert ("the name of the file, does not look like a zone)" in caught.value.reason) is is_doubted


@pytest.mark.parametrize(
    ("record", "signed"),
    [pytest.param("@ DNSKEY 257 3 13 AA==", True, id="signed"), pytest.param("@ TXT a", None, id="unknown")],
)
def test_a_signed_zone_is_known_by_its_keys(record: str, signed: bool | None) -> None:  # noqa: FBT001 - a column of the table
    """From a file without keys nothing follows: many servers sign as they answer."""
    assert read_zone_file(AT + SOA + record, "x").zones[0].dnssec_signed is signed


KINDS = [
    pytest.param("; c\n\n$TTL 600\n", True, id="control"),
    pytest.param("$include x", True, id="a-control-that-is-refused"),
    pytest.param("@ IN SOA ns1 (\n", True, id="soa-over-lines"),
    pytest.param("example.com. TXT a", True, id="absolute-owner"),
    pytest.param("www 600 A 192.0.2.1", True, id="ttl"),
    pytest.param("  IN MX 10 mail", True, id="continued"),
    pytest.param("", False, id="empty"),
    pytest.param("; only a comment", False, id="comment"),
    pytest.param("What A day", False, id="prose"),
    pytest.param("# Title\n\nexample.com. TXT a", False, id="markdown"),
    pytest.param('print("a', False, id="program"),
    pytest.param("example.com. IN TXT", False, id="no-value"),
    pytest.param("version: 3", False, id="yaml"),
]


@pytest.mark.parametrize(("text", "expected"), KINDS)
def test_the_first_entry_tells_a_zone_file(text: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Prose, programs and YAML are none."""
    assert is_zone_file(text) is expected


LABELS = st.from_regex(r"[a-z0-9_]([a-z0-9-]{0,5}[a-z0-9])?", fullmatch=True)
OWNERS = st.one_of(
    st.just("@"), LABELS, st.lists(LABELS, min_size=2, max_size=3).map(".".join), LABELS.map(lambda a: f"{a}.example.com.")
)
STRINGS = st.binary(max_size=20)


def _string(octets: bytes) -> str:
    return '"' + "".join(f"\\{octet:03d}" if octet in b'"\\' or not 32 <= octet < 127 else chr(octet) for octet in octets) + '"'


TXT = st.lists(STRINGS, min_size=1, max_size=3).map(lambda strings: "TXT " + " ".join(map(_string, strings)))
MX = st.tuples(st.integers(0, 65535), OWNERS).map(lambda pair: f"MX {pair[0]} {pair[1]}")
A = st.integers(1, 254).map(lambda last: f"A ( 192.0.2.{last} ; c\n )")
OTHER = st.integers(1000, 2000).map(lambda number: f"TYPE{number} \\# 2 0a0b")


@given(
    st.lists(st.tuples(OWNERS, st.sampled_from(["", "IN", "60", "IN 60", "60 IN"]), st.one_of(TXT, MX, A, OTHER)), max_size=8)
)
def test_dnspython_reads_the_same(entries: list[tuple[str, str, str]]) -> None:
    """Names and TXT octets, MX hosts, and how many records there are."""
    text = "$TTL 600\n" + SOA + "@ NS ns1\n" + "".join(f"{owner} {middle} {data}\n" for owner, middle, data in entries)
    judge = dns.zone.from_text(text, origin="example.com.", relativize=False)
    expected = {
        (name.to_text(), dns.rdatatype.to_text(rdataset.rdtype)): rdataset for name, node in judge.items() for rdataset in node
    }
    found = {(each.spelling, each.type_text): each for each in read_zone_file("$ORIGIN example.com.\n" + text, "x").records}
    assert found.keys() == expected.keys()
    for key, rdataset in expected.items():
        record = found[key]
        if key[1] == "TXT":
            texts = {tuple(string.decode("utf-8", "replace") for string in rdata.strings) for rdata in rdataset}
            assert {txt_strings(str(value)) for value in record.values} == texts
        elif key[1] in {"MX", "A"}:
            assert set(record.values) == {rdata.to_text() for rdata in rdataset}
        else:
            assert len(record.values) == len(rdataset)


@given(st.one_of(st.text(), st.text('$@;()"\\ \t\r\nAINTX016.é\udc80')))
def test_no_text_does_harm(text: str) -> None:
    """Whatever a file holds is read or refused; values can be printed."""
    is_zone_file(text)
    try:
        file = read_zone_file(text, "db.example.com")
    except UnreadableSource:
        return
    for record in file.records:
        assert str(record.values).isprintable()
        assert record.spelling.isascii()


def test_a_long_line_takes_no_longer_than_it_is() -> None:
    """Nothing is looked at twice: a hundred thousand octets of quotes, of brackets or of escapes are read at once."""
    for filler in ('"a" ', "a ( ) ", "\\" * 4, "a\\\\ "):
        (record,) = read_zone_file("e.com. TXT b " + filler * 30_000, "x").records
        assert len(record.values) == 1
