"""Tests of the rules on the record sets of a zone together, and on their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from tests.checks.seen_sets import files, identity, seen
from tests.checks.views import TOKEN, finding, found

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

DMARC = "_dmarc.example.com"
ERROR, WARNING = Severity.ERROR, Severity.WARNING
ONE = "keep one resource with all values"
ALONE = "remove the CNAME, or all that stands beside it"
SPF = '"v=spf1 -all"'


def _outside(name: str) -> tuple[str, str]:
    return (
        f"{name} is not in the zone example.com; Route 53 refuses it, and nobody asks this zone for it",
        f"write the whole name, {name}.example.com, or put it into the zone that it belongs to",
    )


def _doubled(name: str, meant: str) -> tuple[str, str]:
    return (
        f"{name} holds the domain twice, so nobody looks there",
        f"write {meant}; a name without its final dot may have got the domain appended",
    )


LOUD = [
    pytest.param(
        "record-set-twice",
        files(seen(DMARC, "TXT", '"v=DMARC1; p=none"'), seen(f"{DMARC}.", "TXT", '"v=DMARC1; p=reject"')),
        ERROR,
        f"{DMARC} TXT",
        f"{DMARC} TXT stands in 2 resources, with different values or TTLs; Route 53 refuses the second",
        ONE,
        id="different-values",
    ),
    pytest.param(
        "record-set-twice",
        files(seen("example.com", "A", "192.0.2.1", "192.0.2.2"), seen("EXAMPLE.com", "A", "192.0.2.2", "192.0.2.1")),
        ERROR,
        "example.com A",
        "example.com A stands in 2 resources, with the same values: the second can take over the record of the first, and "
        "deleting one deletes it for both",
        ONE,
        id="the-same-values",
    ),
    pytest.param(
        "record-set-twice",
        files(seen("a_b.example.com", "A", is_alias=True), seen("a_b.example.com.", "A", is_alias=True), zone=None),
        ERROR,
        "a_b.example.com A",
        "a_b.example.com A stands in 2 resources, and Route 53 refuses the second, or it takes over the record of the first",
        ONE,
        id="aliases-at-an-odd-name",
    ),
    pytest.param(
        "cname-beside-data",
        files(
            seen("a.example.com", "CNAME", "b.example.net"), seen("a.example.com", "TXT", SPF), seen("a.example.com", "HTTPS")
        ),
        ERROR,
        "a.example.com CNAME",
        "a.example.com has a CNAME and TXT, HTTPS; a CNAME must stand alone, and Route 53 refuses both together",
        ALONE,
        id="a-text-and-more",
    ),
    pytest.param(
        "cname-beside-data",
        files(seen(DMARC, "CNAME", is_alias=True), seen(DMARC, "TXT", '"v=DMARC1; p=none"')),
        ERROR,
        f"{DMARC} CNAME",
        f"{DMARC} has a CNAME and TXT; a CNAME must stand alone, and Route 53 refuses both together",
        ALONE,
        id="an-alias-of-type-cname",
    ),
    pytest.param(
        "cname-at-apex",
        files(seen("example.com", "CNAME", "host.example.net")),
        ERROR,
        "example.com CNAME",
        "example.com is the apex of its zone, where SOA and NS stand; Route 53 refuses a CNAME there",
        "use an alias record of type A, or the addresses themselves",
        id="apex",
    ),
    pytest.param(
        "name-outside-zone", files(seen("_dmarc", "TXT", SPF)), ERROR, "_dmarc TXT", *_outside("_dmarc"), id="relative"
    ),
    pytest.param(
        "name-outside-zone",
        files(seen("a_b.notexample.com.", "A", "192.0.2.1")),
        ERROR,
        "a_b.notexample.com A",
        *_outside("a_b.notexample.com"),
        id="a-zone-that-ends-alike",
    ),
    pytest.param(
        "name-outside-zone",
        files(seen("www.example.net", "A", "192.0.2.1"), complete=True),
        WARNING,
        "www.example.net A",
        *_outside("www.example.net"),
        id="in-a-zone-file",
    ),
    pytest.param(
        "name-outside-zone",
        files(seen("_dmarc.example.net", "TXT", SPF), complete=True),
        ERROR,
        "_dmarc.example.net TXT",
        *_outside("_dmarc.example.net"),
        id="dmarc-in-a-zone-file",
    ),
    pytest.param(
        "name-outside-zone",
        files(seen("bounce", "MX", "10 a.example"), complete=True, identities=(identity(mail_from="bounce.example.com"),)),
        ERROR,
        "bounce MX",
        *_outside("bounce"),
        id="mail-from-in-a-zone-file",
    ),
    pytest.param(
        "name-doubled",
        files(seen(f"{DMARC}.example.com", "TXT", SPF)),
        ERROR,
        f"{DMARC}.example.com TXT",
        *_doubled(f"{DMARC}.example.com", DMARC),
        id="dmarc",
    ),
    pytest.param(
        "name-doubled",
        files(seen("www.example.com.example.com", "A", "192.0.2.1")),
        WARNING,
        "www.example.com.example.com A",
        *_doubled("www.example.com.example.com", "www.example.com"),
        id="a-host",
    ),
    pytest.param(
        "name-doubled",
        files(seen("bounce.example.com.example.com", "MX", "10 feedback-smtp.us-east-1.amazonses.com")),
        ERROR,
        "bounce.example.com.example.com MX",
        *_doubled("bounce.example.com.example.com", "bounce.example.com"),
        id="the-mx-of-a-mail-from-domain",
    ),
    pytest.param(
        "name-doubled",
        files(seen("example.com.example.com", "TXT", SPF)),
        WARNING,
        "example.com.example.com TXT",
        *_doubled("example.com.example.com", "example.com"),
        id="the-apex",
    ),
    pytest.param(
        "name-doubled",
        files(seen("s._domainkey.example.com.a.example.com", "CNAME", "b.example.net"), zone="a.example.com"),
        ERROR,
        "s._domainkey.example.com.a.example.com CNAME",
        *_doubled("s._domainkey.example.com.a.example.com", "s._domainkey.example.com"),
        id="a-whole-name-in-a-zone-below",
    ),
    pytest.param(
        "name-doubled",
        files(seen("_mta-sts.example.co.jp.example.co.jp", "TXT", '"x"'), zone=None),
        ERROR,
        "_mta-sts.example.co.jp.example.co.jp TXT",
        *_doubled("_mta-sts.example.co.jp.example.co.jp", "_mta-sts.example.co.jp"),
        id="the-zone-is-not-known",
    ),
    pytest.param(
        "name-doubled",
        files(
            seen("bounce.example.com.example.com", "MX", "10 a.example"),
            identities=(identity(mail_from="bounce.example.com"), identity("example.net")),
        ),
        ERROR,
        "bounce.example.com.example.com MX",
        *_doubled("bounce.example.com.example.com", "bounce.example.com"),
        id="mail-from",
    ),
]

DKIM = KnownAfterDeploy("DkimDNSTokenName1")
SILENT = [
    pytest.param(
        "record-set-twice", files(seen("example.com", "A", "192.0.2.1"), seen("example.com", "AAAA", "::1")), id="two-types"
    ),
    pytest.param(
        "record-set-twice",
        files(
            seen("example.com", "A", "192.0.2.1", set_identifier="a"), seen("example.com", "A", "192.0.2.2", set_identifier="b")
        ),
        id="alternatives",
    ),
    pytest.param(
        "record-set-twice",
        files(seen("x", "CNAME", "a", known_name=DKIM), seen("y", "CNAME", "b", known_name=DKIM)),
        id="names-of-two-identities",
    ),
    pytest.param("record-set-twice", files(seen("a.example.com", "?"), seen("a.example.com", "?")), id="types-not-known-yet"),
    pytest.param("record-set-twice", files(seen(TOKEN, "A", "192.0.2.1"), seen(TOKEN, "A", "192.0.2.1")), id="tokens"),
    pytest.param(
        "record-set-twice",
        files(seen(DMARC, "TXT", SPF), seen(DMARC, "TXT", SPF, path="zone.json"), complete=True),
        id="what-stands-in-dns-and-in-a-template",
    ),
    pytest.param("cname-beside-data", files(seen(DMARC, "CNAME", "x.example.net")), id="hosted-dmarc"),
    pytest.param(
        "cname-beside-data",
        files(seen("a.example.com", "CNAME", "b.example.net"), seen("a.example.com", "RRSIG", "x"), complete=True),
        id="a-signed-zone",
    ),
    pytest.param("cname-beside-data", files(seen("x", "CNAME", "a", known_name=DKIM)), id="an-attribute"),
    pytest.param(
        "cname-beside-data",
        files(
            seen(DMARC, "CNAME", "x.example.net", set_identifier="condition Hosted"),
            seen(DMARC, "TXT", SPF, set_identifier="condition Own"),
        ),
        id="one-or-the-other",
    ),
    pytest.param(
        "cname-beside-data",
        files(seen(DMARC, "CNAME", "x.example.net"), seen(DMARC, "?"), seen(DMARC, "TXT", SPF, set_identifier="condition Own")),
        id="what-nobody-knows-beside-it",
    ),
    pytest.param(
        "cname-beside-data", files(seen("example.com", "CNAME", "a.example"), seen("example.com", "NS", "b")), id="apex"
    ),
    pytest.param("cname-at-apex", files(seen("example.com", "A", is_alias=True)), id="an-alias"),
    pytest.param("cname-at-apex", files(seen("www.example.com", "CNAME", "a.example.net")), id="below"),
    pytest.param("cname-at-apex", files(seen("example.com", "CNAME", "a.example.net"), zone=None), id="no-zone"),
    pytest.param(
        "name-outside-zone",
        files(seen("example.com", "TXT", SPF), seen("a.b.EXAMPLE.com.", "TXT", SPF), seen("\\052.example.com", "TXT", SPF)),
        id="within",
    ),
    pytest.param("name-outside-zone", files(seen("_dmarc", "TXT", SPF), zone=None), id="no-zone"),
    pytest.param("name-outside-zone", files(seen("_dmarc", "TXT", SPF), zone=TOKEN), id="a-token-for-a-zone"),
    pytest.param("name-outside-zone", files(seen(f"a.{TOKEN}", "TXT", SPF), seen("x", "A", known_name=DKIM)), id="tokens"),
    pytest.param("name-doubled", files(seen("example.com._report._dmarc.example.com", "TXT", '"v=DMARC1;"')), id="consent"),
    pytest.param("name-doubled", files(seen("notexample.com.example.com", "A", "192.0.2.1")), id="a-domain-that-ends-alike"),
    pytest.param("name-doubled", files(seen("com.com", "A", "192.0.2.1"), zone="com"), id="a-zone-of-one-label"),
    pytest.param(
        "name-doubled",
        files(
            seen("a.co.jp.b.co.jp", "A", "192.0.2.1"),
            seen("www.example.com", "A", "192.0.2.1"),
            seen("x.com.com.com", "A", "192.0.2.1"),
            seen("com.com.com", "A", "192.0.2.1"),
            zone=None,
        ),
        id="the-zone-is-not-known",
    ),
    pytest.param("name-doubled", files(seen(f"{TOKEN}.example.com.example.com", "A", "192.0.2.1"), zone=None), id="a-token"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []


def test_a_set_in_two_stacks_leads_to_both() -> None:
    """Whoever reads the finding sees both resources."""
    (said,) = found(
        "record-set-twice",
        files(seen(DMARC, "TXT", SPF, path="a.json", resource="A"), seen(DMARC, "TXT", SPF, path="b.json", resource="B")),
    )
    assert [(origin.path, origin.resource) for origin in said.origins] == [("a.json", "A"), ("b.json", "B")]


def test_many_sets_at_one_name_are_judged_quickly() -> None:
    """A name is looked at once."""
    sets = [seen("a.example.com", "CNAME", f"{n}.example.net") for n in range(3000)]
    assert len(found("cname-beside-data", files(*sets, seen("a.example.com", "TXT", SPF)))) == 1


def test_what_somebody_wrote_as_a_name_is_shown_harmless_and_short() -> None:
    """Names of templates can be anything."""
    odd = "\x1b[2J" + "x" * 400
    view = files(seen(odd, "TXT", SPF), seen(odd, "TXT", SPF), seen(f"{odd}.example.com.example.com", "TX\x1bT"))
    findings = [*found("record-set-twice", view), *found("name-outside-zone", view), *found("name-doubled", view)]
    assert [len(each.records) for each in findings] == [2, 1, 1, 1]
    assert [each for each in findings if not f"{each}{each.where}".isprintable() or len(each.message) > 400] == []
