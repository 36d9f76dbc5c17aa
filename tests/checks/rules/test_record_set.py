"""Tests of the rules on one record set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import TEMPLATE, TOKEN, declared, part, txt

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredRecordSet
    from ses_email_auth.zone.view import ZoneView

AT = "example.com TXT"
ERROR = Severity.ERROR
QUOTE = 'write each string as "..." and a quotation mark within one as \\"'
CUT = 'cut it into several strings, "..." "...", which receivers join without a space'
LONG = "x" * 256
ESCAPED = '"' + "\\303" * 255 + '"'
FOUR = " ".join(f'"{"x" * 250}"' for _ in range(16))
SECONDS = "write seconds, for example 3600"
WHOLE_SECONDS = "it must be a whole number of seconds up to 2147483647"


def _txt(*values: str) -> ZoneView:
    return part(declared("example.com", "TXT", *values))


def _a(ttl: str, line: int | None = None) -> DeclaredRecordSet:
    return declared("example.com", "A", "192.0.2.1", ttl=ttl, line=line)


def _policy(ttl: str, set_identifier: str, path: str = TEMPLATE) -> DeclaredRecordSet:
    return declared("example.com", "A", "192.0.2.1", ttl=ttl, set_identifier=set_identifier, path=path)


LOUD = [
    loud(
        "txt-quoting",
        _txt("v=spf1 -all"),
        ERROR,
        AT,
        "'v=spf1 -all' is not in quotation marks",
        'put it into quotation marks: "v=spf1 -all"',
        id="no-quotes",
    ),
    loud(
        "txt-quoting", _txt('"a'), ERROR, AT, "'\"a' has a quotation mark too many or too few", QUOTE, id="one-quotation-mark"
    ),
    loud(
        "txt-quoting",
        _txt('"a"b"'),
        ERROR,
        AT,
        '\'"a"b"\' has a quotation mark too many or too few',
        QUOTE,
        id="a-quotation-mark-within",
    ),
    loud(
        "txt-quoting",
        _txt('"a" b'),
        ERROR,
        AT,
        "'\"a\" b' has a quotation mark too many or too few",
        QUOTE,
        id="a-word-behind-the-quotes",
    ),
    loud(
        "txt-quoting",
        _txt(f'"{LONG}"'),
        ERROR,
        AT,
        f"'\"{'x' * 59}'... holds a string of 256 octets; DNS takes at most 255",
        CUT,
        id="a-string-of-256",
    ),
    loud(
        "txt-quoting",
        _txt(f'"{"é" * 128}"'),
        ERROR,
        AT,
        f"'\"{'é' * 59}'... holds a string of 256 octets; DNS takes at most 255",
        CUT,
        id="octets-count-not-characters",
    ),
    loud(
        "txt-quoting",
        _txt(FOUR),
        ERROR,
        AT,
        f"'\"{'x' * 59}'... has 4047 characters; Route 53 takes at most 4000",
        "make the value shorter",
        id="a-value-of-4047",
    ),
    loud("txt-quoting", _txt(), ERROR, AT, "the record set has no value", "give it a value, or remove it", id="no-value"),
    loud(
        "txt-set-large",
        part(txt("example.com", "x" * 257, "y" * 256)),
        Severity.INFO,
        AT,
        "the texts at example.com alone have 513 octets, over 512, the limit without EDNS",
        "",
        id="over-512",
    ),
    loud(
        "txt-set-large",
        part(txt("example.com", *(f"{n}{'é' * 123}" for n in range(4)), "x" * 245)),
        Severity.WARNING,
        AT,
        "the texts at example.com alone have 1,233 octets, over 1,232, so resolvers must ask again over TCP",
        "remove what nobody needs any more, such as old verification texts",
        id="over-1232",
    ),
    loud(
        "cname-several",
        part(declared("www.example.com", "CNAME", "a.example.net", "b.example.net")),
        ERROR,
        "www.example.com CNAME",
        "a CNAME has one value, and this one has 2",
        "keep the one that is meant",
        id="two-values",
    ),
    loud(
        "cname-several",
        part(declared("www.example.com", "CNAME")),
        ERROR,
        "www.example.com CNAME",
        "a CNAME has one value, and this one has no",
        "keep the one that is meant",
        id="none",
    ),
    loud(
        "value-twice",
        part(declared("example.com", "A", "192.0.2.1", "192.0.2.2", "192.0.2.1")),
        ERROR,
        "example.com A",
        "the value '192.0.2.1' stands 2 times",
        "keep one of them",
        id="an-address-twice",
    ),
    loud(
        "ttl-missing",
        part(_a("")),
        ERROR,
        "example.com A",
        "the record set has no TTL",
        "give it a TTL in seconds, for example 3600",
        id="no-ttl",
    ),
    loud(
        "ttl-invalid",
        part(_a("-1")),
        ERROR,
        "example.com A",
        f"the TTL is '-1'; {WHOLE_SECONDS}",
        SECONDS,
        id="negative",
    ),
    loud(
        "ttl-invalid",
        part(_a("1h")),
        ERROR,
        "example.com A",
        f"the TTL is '1h'; {WHOLE_SECONDS}",
        SECONDS,
        id="an-hour",
    ),
    loud(
        "ttl-invalid",
        part(_a("2147483648")),
        ERROR,
        "example.com A",
        f"the TTL is '2147483648'; {WHOLE_SECONDS}",
        SECONDS,
        id="too-long",
    ),
    loud(
        "ttl-invalid",
        part(_a("9" * 5000)),
        ERROR,
        "example.com A",
        f"the TTL is '{'9' * 60}'...; {WHOLE_SECONDS}",
        SECONDS,
        id="endless",
    ),
    loud(
        "ttl-several",
        part(declared("example.com", "TXT", '"a"', '"b"', ttl="300", other_ttls=("3600", "60"), line=3)),
        Severity.INFO,
        AT,
        "lines of one record set say the TTLs 300, 3600, 60; a set has one, and DNS answers with one of them",
        "give all its lines one TTL",
        id="lines-of-a-zone-file",
    ),
    loud(
        "ttl-several",
        part(_policy("300", "blue"), _policy("60", "green"), _policy("300", "red")),
        Severity.INFO,
        "example.com A",
        "the record sets of one routing policy have the TTLs 300, 60; where they are weighted, Route 53 gives all the last one",
        "give all of them one TTL",
        id="a-routing-policy",
    ),
    loud(
        "record-type-unknown",
        part(declared("example.com", "TXTT", '"x"')),
        ERROR,
        "example.com TXTT",
        "Route 53 knows no record type 'TXTT'",
        "use one of A, AAAA, CAA, CNAME, DS, HTTPS, MX, NAPTR, NS, PTR, SOA, SPF, SRV, SSHFP, SVCB, TLSA, TXT",
        id="misspelt",
    ),
]

SILENT = [
    silent("txt-quoting", _txt('"v=spf1 -all"', '""', '"a" "b"', '"a""b"', '"a\\"b"', '"\\303\\251"'), id="quoted"),
    silent("txt-quoting", _txt(f'"{LONG[1:]}"', ESCAPED, f'"{LONG[1:]}" "{LONG[1:]}"'), id="strings-of-255"),
    silent("txt-quoting", _txt(TOKEN, f"x{TOKEN}"), id="tokens"),
    silent("txt-quoting", part(declared("example.com", "TXT", KnownAfterDeploy("X"))), id="an-attribute"),
    silent("txt-quoting", part(declared("example.com", "TXT", is_alias=True)), id="an-alias"),
    silent("txt-quoting", part(declared("example.com", "CAA", '0 issue "ca.example"', "x")), id="another-type"),
    silent("txt-quoting", part(declared("example.com", "TXT", FOUR, line=1)), id="a-zone-file-may-hold-more"),
    silent("txt-set-large", part(txt("example.com", "x" * 256, "y" * 256)), id="just-small"),
    silent(
        "txt-set-large",
        part(
            declared("example.com", "TXT", f'"{"x" * 250}"', set_identifier="a"),
            declared("example.com", "TXT", f'"{"x" * 250}"', set_identifier="b"),
        ),
        id="alternatives",
    ),
    silent("cname-several", part(declared("www.example.com", "CNAME", "a.example.net")), id="one-value"),
    silent("cname-several", part(declared("www.example.com", "CNAME", is_alias=True)), id="an-alias"),
    silent("value-twice", part(declared("example.com", "A", "192.0.2.1", "192.0.2.2")), id="two-addresses"),
    silent("value-twice", part(declared("example.com", "A", TOKEN, TOKEN)), id="tokens-that-look-alike"),
    silent("ttl-missing", part(_a("0")), id="zero"),
    silent("ttl-missing", part(declared("example.com", "A", ttl="", is_alias=True)), id="an-alias"),
    silent("ttl-missing", part(_a("", line=1)), id="a-zone-file"),
    silent("ttl-invalid", part(_a("2147483647"), _a(""), _a(TOKEN), _a("0")), id="good-absent-and-unknown"),
    silent("ttl-invalid", part(_a("1h", line=1)), id="a-zone-file"),
    silent(
        "ttl-several",
        part(
            declared("example.com", "SPF", '"a"', ttl="300", other_ttls=("60",), line=1),
            declared("www.example.com", "RRSIG", "x", ttl="300", other_ttls=("60",), line=2),
        ),
        id="types-that-mail-does-not-use",
    ),
    silent(
        "ttl-several", part(declared("example.com", "TXT", '"a"', ttl="", other_ttls=("60",), line=1)), id="one-is-not-known"
    ),
    silent("ttl-several", part(_policy("300", "blue"), _policy("300", "green"), _policy("", "an-alias")), id="one-ttl"),
    silent("ttl-several", part(_policy("300", "blue"), _policy(TOKEN, "green")), id="a-ttl-not-known-yet"),
    silent("ttl-several", part(_policy("300", "condition IsTest"), _policy("60", "condition IsProd")), id="conditions"),
    silent("ttl-several", part(_policy("300", "blue"), _policy("60", "green", path="old.json")), id="two-files"),
    silent(
        "record-type-unknown",
        part(declared("example.com", "SVCB", "1 ."), declared("example.com", "a", "192.0.2.1")),
        id="known",
    ),
    silent("record-type-unknown", part(declared("example.com", TOKEN, "x")), id="a-token"),
    silent("record-type-unknown", part(declared("example.com", "LOC", "x", line=1)), id="a-zone-file"),
]


test_rules = rule_test(LOUD, SILENT)


def test_of_two_sets_at_a_name_only_the_wrong_one_is_named() -> None:
    """A finding leads to the resource that must change."""
    wrong = declared("example.com", "TXT", "x", resource="Wrong")
    (finding,) = findings_of("txt-quoting", part(declared("example.com", "TXT", '"x"'), wrong))
    assert finding.records == (wrong,)
