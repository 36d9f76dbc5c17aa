"""Tests of the rules on the record sets of a zone together, and on their names."""

from __future__ import annotations

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import FEEDBACK, TOKEN, declared, identity, mx, part, whole

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


def _at_sign(name: str) -> str:
    return f"the @ in {name} does not stand for the zone; it is a part of the name, and nobody looks there"


def _address(name: str) -> str:
    return f"{name} is written like an address; nobody looks for a record at such a name"


LOUD = [
    loud(
        "record-set-twice",
        part(declared(DMARC, "TXT", '"v=DMARC1; p=none"'), declared(f"{DMARC}.", "TXT", '"v=DMARC1; p=reject"')),
        ERROR,
        f"{DMARC} TXT",
        f"{DMARC} TXT stands in 2 resources, with different values or TTLs; Route 53 refuses the second",
        ONE,
        id="different-values",
    ),
    loud(
        "record-set-twice",
        part(declared("example.com", "A", "192.0.2.1", "192.0.2.2"), declared("EXAMPLE.com", "A", "192.0.2.2", "192.0.2.1")),
        ERROR,
        "example.com A",
        "example.com A stands in 2 resources, with the same values: the second can take over the record of the first, and "
        "deleting one deletes it for both",
        ONE,
        id="the-same-values",
    ),
    loud(
        "record-set-twice",
        part(declared("a_b.example.com", "A", is_alias=True), declared("a_b.example.com.", "A", is_alias=True), zone=None),
        ERROR,
        "a_b.example.com A",
        "a_b.example.com A stands in 2 resources, and Route 53 refuses the second, or it takes over the record of the first",
        ONE,
        id="aliases-at-an-odd-name",
    ),
    loud(
        "cname-beside-data",
        part(
            declared("a.example.com", "CNAME", "b.example.net"),
            declared("a.example.com", "TXT", SPF),
            declared("a.example.com", "HTTPS"),
        ),
        ERROR,
        "a.example.com CNAME",
        "a.example.com has a CNAME and TXT, HTTPS; a CNAME must stand alone, and Route 53 refuses both together",
        ALONE,
        id="a-text-and-more",
    ),
    loud(
        "cname-beside-data",
        part(declared(DMARC, "CNAME", is_alias=True), declared(DMARC, "TXT", '"v=DMARC1; p=none"')),
        ERROR,
        f"{DMARC} CNAME",
        f"{DMARC} has a CNAME and TXT; a CNAME must stand alone, and Route 53 refuses both together",
        ALONE,
        id="an-alias-of-type-cname",
    ),
    *(
        loud(
            "cname-beside-data",
            view,
            ERROR,
            "bounce.example.com CNAME",
            f"bounce.example.com has a CNAME and {kind}; a CNAME must stand alone, and Route 53 refuses both together",
            'choose another MAIL FROM domain, for example mail_from_subdomain="ses-bounce"; '
            "the CNAME usually belongs to another e-mail provider",
            id=f"a-mail-from-domain-with-its-{kind.lower()}",
        )
        for kind, view in (
            ("MX", part(declared("bounce.example.com", "CNAME", "u1.wl.sendgrid.net"), mx("bounce.example.com", FEEDBACK))),
            (
                "TXT",
                part(
                    declared("bounce.example.com", "CNAME", "u1.wl.sendgrid.net"),
                    declared("bounce.example.com", "TXT", SPF),
                    identity(mail_from="bounce.example.com"),
                ),
            ),
        )
    ),
    loud(
        "cname-at-apex",
        part(declared("example.com", "CNAME", "host.example.net")),
        ERROR,
        "example.com CNAME",
        "example.com is the apex of its zone, where SOA and NS stand; Route 53 refuses a CNAME there",
        "use an alias record of type A, or the addresses themselves",
        id="apex",
    ),
    loud(
        "name-at-sign", part(declared("@", "TXT", SPF)), ERROR, "@ TXT", _at_sign("the name"), "write example.com", id="alone"
    ),
    loud(
        "name-at-sign",
        part(declared("@.example.com.", "A", "192.0.2.1")),
        ERROR,
        "@.example.com A",
        _at_sign("@.example.com"),
        "write example.com",
        id="as-the-provider-of-terraform-makes-it",
    ),
    loud(
        "name-at-sign",
        whole(declared("\\100.example.com.", "TXT", SPF)),
        ERROR,
        "\\100.example.com TXT",
        _at_sign("@.example.com"),
        "write example.com",
        id="as-route-53-lists-it",
    ),
    loud(
        "name-at-sign",
        part(declared("_dmarc.@", "TXT", SPF)),
        ERROR,
        "_dmarc.@ TXT",
        _at_sign("_dmarc.@"),
        f"write {DMARC}",
        id="behind-a-label",
    ),
    loud(
        "name-at-sign",
        part(declared("\\100.bounce.Example.com", "MX", "10 a.example")),
        ERROR,
        "\\100.bounce.example.com MX",
        _at_sign("@.bounce.example.com"),
        "write bounce.example.com",
        id="below-the-zone",
    ),
    loud(
        "name-at-sign",
        part(declared("@", "TXT", SPF), declared("example.com", "TXT", SPF)),
        ERROR,
        "@ TXT",
        _at_sign("the name"),
        "put the values into the record set of example.com, which exists too, and remove this one",
        id="beside-the-right-name",
    ),
    loud(
        "name-at-sign",
        part(declared("@.example.com", "TYPE731", "x"), declared("example.com", "TYPE731", "x")),
        ERROR,
        "@.example.com TYPE731",
        _at_sign("@.example.com"),
        "write example.com",
        id="a-type-that-no-rule-looks-at",
    ),
    loud(
        "name-at-sign",
        part(declared("@", "CNAME", "a.example.net")),
        ERROR,
        "@ CNAME",
        _at_sign("the name"),
        "a CNAME cannot stand at example.com either: use an alias record of type A there, or the addresses themselves",
        id="a-cname",
    ),
    loud(
        "name-at-sign",
        part(declared("@", "TXT", SPF), zone=None),
        ERROR,
        "@ TXT",
        _at_sign("the name"),
        "write the name of the zone for the @",
        id="the-zone-is-not-known",
    ),
    loud(
        "name-at-sign",
        part(declared("_dmarc.@", "TXT", SPF), zone=TOKEN),
        ERROR,
        "_dmarc.@ TXT",
        _at_sign("_dmarc.@"),
        "write the name of the zone for the @",
        id="below-a-zone-that-is-a-token",
    ),
    loud(
        "name-at-sign",
        part(declared("@.example.org.", "TXT", SPF), zone=None),
        ERROR,
        "@.example.org TXT",
        _at_sign("@.example.org"),
        "write example.org",
        id="a-whole-name-in-a-zone-that-is-not-known",
    ),
    loud(
        "name-at-sign",
        part(declared("@.${Token[main.tf#var.stage]}.example.com", "TXT", SPF)),
        ERROR,
        "@.<var.stage>.example.com TXT",
        _at_sign("@.<var.stage>.example.com"),
        "write <var.stage>.example.com",
        id="a-token",
    ),
    loud(
        "name-at-sign",
        part(declared("s._domainkey@Example.com", "TXT", SPF)),
        ERROR,
        "s._domainkey@example.com TXT",
        _address("s._domainkey@example.com"),
        "write s._domainkey.example.com",
        id="for-a-dot",
    ),
    loud(
        "name-at-sign",
        whole(declared("info\\100a.example.com", "MX", "10 a.example")),
        WARNING,
        "info\\100a.example.com MX",
        _address("info@a.example.com"),
        "write info.a.example.com",
        id="an-address-that-is-served",
    ),
    loud(
        "name-at-sign",
        whole(declared("_dmarc\\100a.example.com", "TXT", SPF)),
        ERROR,
        "_dmarc\\100a.example.com TXT",
        _address("_dmarc@a.example.com"),
        "write _dmarc.a.example.com",
        id="dmarc-that-is-served",
    ),
    loud("name-outside-zone", part(declared("_dmarc", "TXT", SPF)), ERROR, "_dmarc TXT", *_outside("_dmarc"), id="relative"),
    loud(
        "name-outside-zone",
        part(declared("a_b.notexample.com.", "A", "192.0.2.1")),
        ERROR,
        "a_b.notexample.com A",
        *_outside("a_b.notexample.com"),
        id="a-zone-that-ends-alike",
    ),
    loud(
        "name-outside-zone",
        whole(declared("www.example.net", "A", "192.0.2.1")),
        WARNING,
        "www.example.net A",
        *_outside("www.example.net"),
        id="in-a-zone-file",
    ),
    loud(
        "name-outside-zone",
        whole(declared("_dmarc.example.net", "TXT", SPF)),
        ERROR,
        "_dmarc.example.net TXT",
        *_outside("_dmarc.example.net"),
        id="dmarc-in-a-zone-file",
    ),
    loud(
        "name-outside-zone",
        whole(declared("bounce", "MX", "10 a.example"), identity(mail_from="bounce.example.com")),
        ERROR,
        "bounce MX",
        *_outside("bounce"),
        id="mail-from-in-a-zone-file",
    ),
    loud(
        "name-doubled",
        part(declared(f"{DMARC}.example.com", "TXT", SPF)),
        ERROR,
        f"{DMARC}.example.com TXT",
        *_doubled(f"{DMARC}.example.com", DMARC),
        id="dmarc",
    ),
    loud(
        "name-doubled",
        part(declared("www.example.com.example.com", "A", "192.0.2.1")),
        WARNING,
        "www.example.com.example.com A",
        *_doubled("www.example.com.example.com", "www.example.com"),
        id="a-host",
    ),
    loud(
        "name-doubled",
        part(declared("bounce.example.com.example.com", "MX", "10 feedback-smtp.us-east-1.amazonses.com")),
        ERROR,
        "bounce.example.com.example.com MX",
        *_doubled("bounce.example.com.example.com", "bounce.example.com"),
        id="the-mx-of-a-mail-from-domain",
    ),
    loud(
        "name-doubled",
        part(declared("example.com.example.com", "TXT", SPF)),
        WARNING,
        "example.com.example.com TXT",
        *_doubled("example.com.example.com", "example.com"),
        id="the-apex",
    ),
    loud(
        "name-doubled",
        part(declared("s._domainkey.example.com.a.example.com", "CNAME", "b.example.net"), zone="a.example.com"),
        ERROR,
        "s._domainkey.example.com.a.example.com CNAME",
        *_doubled("s._domainkey.example.com.a.example.com", "s._domainkey.example.com"),
        id="a-whole-name-in-a-zone-below",
    ),
    loud(
        "name-doubled",
        part(declared("_mta-sts.example.co.jp.example.co.jp", "TXT", '"x"'), zone=None),
        ERROR,
        "_mta-sts.example.co.jp.example.co.jp TXT",
        *_doubled("_mta-sts.example.co.jp.example.co.jp", "_mta-sts.example.co.jp"),
        id="the-zone-is-not-known",
    ),
    loud(
        "name-doubled",
        part(
            declared("bounce.example.com.example.com", "MX", "10 a.example"),
            identity(mail_from="bounce.example.com"),
            identity("example.net"),
        ),
        ERROR,
        "bounce.example.com.example.com MX",
        *_doubled("bounce.example.com.example.com", "bounce.example.com"),
        id="mail-from",
    ),
]

DKIM = KnownAfterDeploy("DkimDNSTokenName1")
SILENT = [
    silent(
        "record-set-twice",
        part(declared("example.com", "A", "192.0.2.1"), declared("example.com", "AAAA", "::1")),
        id="two-types",
    ),
    silent(
        "record-set-twice",
        part(
            declared("example.com", "A", "192.0.2.1", set_identifier="a"),
            declared("example.com", "A", "192.0.2.2", set_identifier="b"),
        ),
        id="alternatives",
    ),
    silent(
        "record-set-twice",
        part(declared("x", "CNAME", "a", known_name=DKIM), declared("y", "CNAME", "b", known_name=DKIM)),
        id="names-of-two-identities",
    ),
    silent("record-set-twice", part(declared("a.example.com", "?"), declared("a.example.com", "?")), id="types-not-known-yet"),
    silent("record-set-twice", part(declared(TOKEN, "A", "192.0.2.1"), declared(TOKEN, "A", "192.0.2.1")), id="tokens"),
    silent(
        "record-set-twice",
        whole(declared(DMARC, "TXT", SPF), declared(DMARC, "TXT", SPF, path="zone.json")),
        id="what-stands-in-dns-and-in-a-template",
    ),
    silent("cname-beside-data", part(declared(DMARC, "CNAME", "x.example.net")), id="hosted-dmarc"),
    silent(
        "cname-beside-data",
        whole(declared("a.example.com", "CNAME", "b.example.net"), declared("a.example.com", "RRSIG", "x")),
        id="a-signed-zone",
    ),
    silent("cname-beside-data", part(declared("x", "CNAME", "a", known_name=DKIM)), id="an-attribute"),
    silent(
        "cname-beside-data",
        part(
            declared(DMARC, "CNAME", "x.example.net", set_identifier="condition Hosted"),
            declared(DMARC, "TXT", SPF, set_identifier="condition Own"),
        ),
        id="one-or-the-other",
    ),
    silent(
        "cname-beside-data",
        part(
            declared(DMARC, "CNAME", "x.example.net"),
            declared(DMARC, "?"),
            declared(DMARC, "TXT", SPF, set_identifier="condition Own"),
        ),
        id="what-nobody-knows-beside-it",
    ),
    silent(
        "cname-beside-data", part(declared("example.com", "CNAME", "a.example"), declared("example.com", "NS", "b")), id="apex"
    ),
    silent("cname-at-apex", part(declared("example.com", "A", is_alias=True)), id="an-alias"),
    silent("cname-at-apex", part(declared("www.example.com", "CNAME", "a.example.net")), id="below"),
    silent("cname-at-apex", part(declared("example.com", "CNAME", "a.example.net"), zone=None), id="no-zone"),
    silent(
        "name-outside-zone",
        part(
            declared("example.com", "TXT", SPF),
            declared("a.b.EXAMPLE.com.", "TXT", SPF),
            declared("\\052.example.com", "TXT", SPF),
        ),
        id="within",
    ),
    silent("name-at-sign", part(declared("example.com", "TXT", SPF), declared("x", "TXT", SPF, known_name=DKIM)), id="no-sign"),
    silent(
        "name-at-sign", whole(declared("Web\\040\\100\\040Home._http._tcp.example.com", "TXT", SPF)), id="name-of-a-service"
    ),
    silent("name-at-sign", whole(declared("a\\100b.example.com", "A", "192.0.2.1")), id="a-host-that-mail-does-not-need"),
    silent("name-outside-zone", part(declared("@", "TXT", SPF), declared("a@example.com", "TXT", SPF)), id="at-signs"),
    silent("name-outside-zone", part(declared("_dmarc", "TXT", SPF), zone=None), id="no-zone"),
    silent("name-outside-zone", part(declared("_dmarc", "TXT", SPF), zone=TOKEN), id="a-token-for-a-zone"),
    silent("name-outside-zone", part(declared(f"a.{TOKEN}", "TXT", SPF), declared("x", "A", known_name=DKIM)), id="tokens"),
    silent("name-doubled", part(declared("example.com._report._dmarc.example.com", "TXT", '"v=DMARC1;"')), id="consent"),
    silent("name-doubled", part(declared("notexample.com.example.com", "A", "192.0.2.1")), id="a-domain-that-ends-alike"),
    silent("name-doubled", part(declared("com.com", "A", "192.0.2.1"), zone="com"), id="a-zone-of-one-label"),
    silent(
        "name-doubled",
        part(
            declared("a.co.jp.b.co.jp", "A", "192.0.2.1"),
            declared("www.example.com", "A", "192.0.2.1"),
            declared("x.com.com.com", "A", "192.0.2.1"),
            declared("com.com.com", "A", "192.0.2.1"),
            zone=None,
        ),
        id="the-zone-is-not-known",
    ),
    silent("name-doubled", part(declared(f"{TOKEN}.example.com.example.com", "A", "192.0.2.1"), zone=None), id="a-token"),
]


test_rules = rule_test(LOUD, SILENT)


def test_a_set_in_two_stacks_leads_to_both() -> None:
    """The finding leads to both resources."""
    (finding,) = findings_of(
        "record-set-twice",
        part(
            declared(DMARC, "TXT", SPF, path="a.json", resource="A"), declared(DMARC, "TXT", SPF, path="b.json", resource="B")
        ),
    )
    assert [(origin.path, origin.resource) for origin in finding.origins] == [("a.json", "A"), ("b.json", "B")]


def test_many_sets_at_one_name_are_judged_quickly() -> None:
    """A name is looked at once."""
    sets = [declared("a.example.com", "CNAME", f"{n}.example.net") for n in range(3000)]
    assert len(findings_of("cname-beside-data", part(*sets, declared("a.example.com", "TXT", SPF)))) == 1


def test_hostile_names_are_shown_harmless_and_short() -> None:
    """Names of templates can be anything."""
    odd = "\x1b[2J" + "x" * 400
    view = part(declared(odd, "TXT", SPF), declared(odd, "TXT", SPF), declared(f"{odd}.example.com.example.com", "TX\x1bT"))
    findings = [
        *findings_of("record-set-twice", view),
        *findings_of("name-outside-zone", view),
        *findings_of("name-doubled", view),
    ]
    assert [len(finding.records) for finding in findings] == [2, 1, 1, 1]
    assert [
        finding for finding in findings if not f"{finding}{finding.where}".isprintable() or len(finding.message) > 400
    ] == []
