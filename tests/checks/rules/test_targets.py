"""Tests of the rules on where MX and CNAME records lead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import TOKEN, declared, mx, part, token_names, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredRecordSet
    from ses_email_auth.zone.view import ZoneView

ERROR, WARNING = Severity.ERROR, Severity.WARNING
AT = "example.com MX"
TO_MAIL = declared("example.com", "MX", "10 mail.example.com.")
NAMELESS = declared("", "A", "192.0.2.1", known_name=KnownAfterDeploy("Name"))
NO_MAIL = "mail.example.com has no A or AAAA record in the zone example.com: mail to example.com comes back"
GIVE_MAIL = "give mail.example.com an A or AAAA record, or name the host that takes mail"
DKIM = "s1._domainkey.example.com"


def _address(name: str, kind: str = "A") -> DeclaredRecordSet:
    return declared(name, kind, "192.0.2.1")


def _cname(target: str, name: str = "www.example.com") -> DeclaredRecordSet:
    return declared(name, "CNAME", target)


def _misspelt(host: str, meant: str, owner: str = "Google") -> tuple[Severity, str, str, str]:
    return WARNING, AT, f"'{host}' is no host of {owner}; {meant} was meant, as it seems", f"write {meant}"


MX_SLIPS = [
    ("aspmx.l.gogle.com", "aspmx.l.google.com", "Google"),
    ("aspmx.1.google.com", "aspmx.l.google.com", "Google"),
    ("aspmx.l.google.co", "aspmx.l.google.com", "Google"),
    ("apsmx.l.google.com", "aspmx.l.google.com", "Google"),
    ("aspmxl.google.com", "aspmx.l.google.com", "Google"),
    ("alt1.aspmx.l.googel.com", "alt1.aspmx.l.google.com", "Google"),
    ("al4.aspmx.l.google.com", "alt4.aspmx.l.google.com", "Google"),
    ("aspmx3.googlmail.com", "aspmx3.googlemail.com", "Google"),
    ("smtp.gooogle.com", "smtp.google.com", "Google"),
    ("smtp.google.con", "smtp.google.com", "Google"),
    ("a-com.mail.protecton.outlook.com", "a-com.mail.protection.outlook.com", "Microsoft"),
    ("a-com.mail.protection.outlok.com", "a-com.mail.protection.outlook.com", "Microsoft"),
    ("a-com.mail.protection.outlook.co", "a-com.mail.protection.outlook.com", "Microsoft"),
    ("a-com.mailprotection.outlook.com", "a-com.mail.protection.outlook.com", "Microsoft"),
    ("a-com.d-v1.mx.microsft", "a-com.d-v1.mx.microsoft", "Microsoft"),
]
CNAME_SLIPS = [
    ("autodiscover.outlok.com", "autodiscover.outlook.com", "Microsoft"),
    ("autodiscovr.outlook.com", "autodiscover.outlook.com", "Microsoft"),
    ("autodiscover.outlook.cmo", "autodiscover.outlook.com", "Microsoft"),
    ("a-com._domainkey.a.onmicrosft.com", "a-com._domainkey.a.onmicrosoft.com", "Microsoft"),
    ("a-com._domainkey.a.onmicrosoft.co", "a-com._domainkey.a.onmicrosoft.com", "Microsoft"),
    ("a-com._domainkey.a.d-v1.dkim.mail.microsof", "a-com._domainkey.a.d-v1.dkim.mail.microsoft", "Microsoft"),
    ("ghs.googlhosted.com", "ghs.googlehosted.com", "Google"),
]
RIGHT_OR_OTHERS = [
    *("aspmx.l.google.com", "ASPMX.L.GOOGLE.COM.", "alt4.aspmx.l.google.com", "aspmx5.googlemail.com", "smtp.google.com"),
    *("a-com.mail.protection.outlook.com", "a-com.d-v1.mx.microsoft", "eur.olc.protection.outlook.com"),
    *(
        "a-gov.mail.protection.office365.us",
        "a.mail.eo.outlook.com",
        "mx.zoho.com",
        "mx1.improvmx.com",
        "in1-smtp.messagingengine.com",
    ),
    *(
        "smtp2.google.com",
        "smtps.google.com",
        "smtp.goggle.com",
        "smtp.google.co",
        "smtpgoogle.com",
        "mail.protection.outlook.com",
    ),
    *("aspmx6.googlemail.com", "alt5.aspmx.l.google.com", "gmail-smtp-in.l.google.com", "a.m.microsoft", "mail.example.com"),
    *("localhost", "com", "a_b", "${Token[TOKEN.16]}.l.gogle.com", "192.0.2.1"),
]
RIGHT_OR_OTHER_CNAMES = [
    *("autodiscover.outlook.com", "autodiscover.outlook.co", "autodiscover.outlock.com", "autodiscover-s.outlook.com"),
    *("a-com._domainkey.a.onmicrosoft.com", "a.onmicrosoft.co", "a-com._domainkey.a.d-v1.dkim.mail.microsoft"),
    *("ghs.googlehosted.com", "x.dv.googlehosted.com", "ghs.google.com", "aspmx.l.gogle.com", "token.dkim.amazonses.com"),
]


LOUD = [
    loud("mx-target-missing", whole(TO_MAIL), ERROR, AT, NO_MAIL, GIVE_MAIL, id="nothing"),
    loud(
        "mx-target-missing",
        whole(TO_MAIL, declared("mail.example.com", "TXT", '"x"')),
        ERROR,
        AT,
        NO_MAIL,
        GIVE_MAIL,
        id="a-text",
    ),
    loud(
        "mx-target-missing",
        whole(TO_MAIL, declared("mail.example.com", "TXT", '"x"'), _address("*.example.com")),
        ERROR,
        AT,
        NO_MAIL,
        GIVE_MAIL,
        id="a-name-that-exists-hides-the-wildcard",
    ),
    loud("mx-target-missing", whole(mx("example.com", "10 mail.example.com")), ERROR, AT, NO_MAIL, GIVE_MAIL, id="ours"),
    loud(
        "mx-target-missing",
        whole(declared("example.com", "MX", *(f"10 {host}.example.com" for host in "abcd"))),
        ERROR,
        AT,
        "a.example.com, b.example.com, c.example.com and 1 more have no A or AAAA record in the zone example.com: "
        "mail to example.com comes back",
        "give a.example.com an A or AAAA record, or name the host that takes mail",
        id="several",
    ),
    loud(
        "mx-target-missing",
        whole(declared("example.com", "MX", "10 mail.example.com", "20 mx.example.net")),
        WARNING,
        AT,
        "mail.example.com has no A or AAAA record in the zone example.com: "
        "senders lose time, or mail, before they try the other hosts",
        GIVE_MAIL,
        id="one-of-two",
    ),
    loud(
        "mx-target-missing",
        whole(declared("example.com", "MX", "1 aspmx.l.google.com.example.com.")),
        ERROR,
        AT,
        "aspmx.l.google.com.example.com has no A or AAAA record in the zone example.com: mail to example.com comes back",
        "give aspmx.l.google.com.example.com an A or AAAA record, or name the host that takes mail; "
        "if aspmx.l.google.com was meant, write it with the final dot",
        id="without-the-final-dot",
    ),
    loud(
        "mx-target-missing",
        whole(TO_MAIL, declared("example.com", "MX", "10 mail.example.com", path="app.json"), *token_names(1, 2, 3)),
        ERROR,
        AT,
        NO_MAIL,
        GIVE_MAIL,
        id="in-two-files-beside-names-of-ses",
    ),
    loud(
        "cname-target-missing",
        whole(_cname("host.example.com")),
        WARNING,
        "www.example.com CNAME",
        "it leads to host.example.com, and the zone example.com has no record there",
        "publish what belongs to host.example.com, or remove the CNAME",
        id="nothing",
    ),
    loud(
        "cname-target-missing",
        whole(_cname("s1.keys.example.com.", DKIM), _cname("s1.keys.example.com.", DKIM)),
        ERROR,
        f"{DKIM} CNAME",
        "it leads to s1.keys.example.com, and the zone example.com has no record there: signatures with this selector fail",
        "publish what belongs to s1.keys.example.com, or remove the CNAME",
        id="a-key",
    ),
    loud(
        "cname-target-missing",
        whole(_cname("a.hosted.example.net.example.com", "_dmarc.example.com")),
        ERROR,
        "_dmarc.example.com CNAME",
        "it leads to a.hosted.example.net.example.com, and the zone example.com has no record there",
        "publish what belongs to a.hosted.example.net.example.com, or remove the CNAME; "
        "if a.hosted.example.net was meant, write it with the final dot",
        id="a-policy-without-the-final-dot",
    ),
    *(
        loud("host-misspelt", part(declared("example.com", "MX", f"10 {host}.")), *_misspelt(host, meant, owner), id=host)
        for host, meant, owner in MX_SLIPS
    ),
    *(
        loud(
            "host-misspelt",
            part(_cname(f"{host}.", "x.example.com")),
            WARNING,
            "x.example.com CNAME",
            *_misspelt(host, meant, owner)[2:],
            id=host,
        )
        for host, meant, owner in CNAME_SLIPS
    ),
]

SILENT = [
    *(
        silent("mx-target-missing", whole(TO_MAIL, _address("Mail.example.com.", kind)), id=kind)
        for kind in ("A", "AAAA", "CNAME", "ALIAS", "ANAME", TOKEN)
    ),
    silent("mx-target-missing", whole(TO_MAIL, declared("mail.example.com", "A", is_alias=True)), id="an-alias"),
    silent("mx-target-missing", whole(TO_MAIL, _address("*.example.com")), id="a-wildcard"),
    silent(
        "mx-target-missing",
        whole(declared("example.com", "MX", "10 a.mx.example.com"), _address("*.example.com", "ALIAS")),
        id="a-wildcard-further-up",
    ),
    silent("mx-target-missing", part(TO_MAIL), id="a-part-of-the-zone"),
    silent("mx-target-missing", replace(whole(TO_MAIL), zone=None), id="no-zone"),
    silent("mx-target-missing", whole(declared("example.com", "MX", "10 mail.example.net")), id="another-zone"),
    silent("mx-target-missing", whole(TO_MAIL, declared("mail.example.com", "NS", "ns.example.net")), id="delegated"),
    silent("mx-target-missing", whole(TO_MAIL, NAMELESS), id="a-name-that-is-not-known-yet"),
    silent("mx-target-missing", whole(TO_MAIL, _address(f"{TOKEN}.example.com")), id="a-name-with-a-token"),
    silent(
        "mx-target-missing",
        whole(
            declared("a.sub.example.com", "MX", "10 mail.example.com"),
            declared("sub.example.com", "NS", "ns.example.net"),
            declared(f"{TOKEN}.example.com", "MX", "10 mail.example.com"),
            declared("a_b.example.com", "MX", "10 mail.example.com"),
        ),
        id="an-mx-that-nobody-asks-for",
    ),
    silent(
        "mx-target-missing",
        whole(declared("example.com", "MX", "10 a.d.example.com"), declared("d.example.com", "DNAME", "d.example.net")),
        id="moved",
    ),
    silent(
        "mx-target-missing",
        whole(
            declared(
                *(
                    "example.com",
                    "MX",
                    "0 .",
                    "10 192.0.2.1.example.com.",
                    "mail.example.com",
                    "10 a_b.example.com",
                    f"10 {TOKEN}",
                ),
                *(KnownAfterDeploy("Host", "10 "), "10 feedback-smtp.us-east-1.amazonses.com.example.com."),
            )
        ),
        id="what-other-rules-say-or-nobody-knows",
    ),
    silent("cname-target-missing", whole(_cname("host.example.com"), _address("host.example.com")), id="an-address"),
    silent("cname-target-missing", whole(_cname("host.example.com"), declared("host.example.com", "SRV", "x")), id="any-type"),
    silent("cname-target-missing", whole(_cname("host.example.com"), declared("*.example.com", "TXT", '"x"')), id="wildcard"),
    silent("cname-target-missing", whole(_cname("example.com.")), id="the-apex"),
    silent("cname-target-missing", whole(_cname("www.example.com.")), id="itself"),
    silent("cname-target-missing", part(_cname("host.example.com")), id="a-part-of-the-zone"),
    silent("cname-target-missing", whole(_cname("host.example.net")), id="another-zone"),
    silent("cname-target-missing", whole(_cname("a.sub.example.com"), declared("sub.example.com", "NS", "ns")), id="delegated"),
    silent(
        "cname-target-missing",
        whole(_cname("host.example.com", "a.sub.example.com"), declared("sub.example.com", "NS", "ns")),
        id="below-a-delegation",
    ),
    silent("cname-target-missing", whole(_cname("host.example.com"), NAMELESS), id="a-name-that-is-not-known-yet"),
    silent(
        "cname-target-missing", whole(_cname("a._domainkey.example.com", DKIM), *token_names(1)), id="one-of-the-names-of-ses"
    ),
    silent(
        "cname-target-missing",
        whole(
            _cname(TOKEN),
            _cname("a_b.example.com"),
            declared("v.example.com", "CNAME", KnownAfterDeploy("Host")),
            declared("w.example.com", "CNAME", is_alias=True),
            declared("x", "CNAME", "host.example.com", known_name=KnownAfterDeploy("DkimDNSTokenName1")),
        ),
        id="nobody-knows-where-to",
    ),
    silent(
        "cname-target-missing",
        whole(
            _cname("_acme-challenge.example.com", "_acme-challenge.www.example.com"),
            _cname("x.acme.example.com", "_acme-challenge.example.com"),
        ),
        id="texts-that-come-and-go",
    ),
    silent(
        "cname-target-missing",
        whole(_cname(f"{'a' * 32}.dkim.amazonses.com.example.com", f"{'a' * 32}._domainkey.example.com")),
        id="ses-dkim-target-says-it",
    ),
    *(silent("host-misspelt", part(declared("example.com", "MX", f"10 {host}")), id=host) for host in RIGHT_OR_OTHERS),
    *(silent("host-misspelt", part(_cname(host)), id=host) for host in RIGHT_OR_OTHER_CNAMES),
    silent(
        "host-misspelt",
        part(declared("gogle.com", "MX", "10 aspmx.l.gogle.com", "20 smtp.gogle.com"), zone="gogle.com"),
        id="a-host-of-ones-own",
    ),
    silent("host-misspelt", part(declared("a.gogle.com", "MX", "10 aspmx.l.gogle.com"), zone=None), id="in-a-zone-not-known"),
    silent(
        "host-misspelt", part(declared("x", "MX", known_name=KnownAfterDeploy("Name")), declared("a.b", "MX")), id="no-value"
    ),
]

test_rules = rule_test(LOUD, SILENT)


@pytest.mark.parametrize("rule", ["mx-target-missing", "cname-target-missing", "host-misspelt"])
def test_a_large_zone_is_looked_through_in_time(rule: str) -> None:
    """Each target is looked up once, by its name."""
    names = [f"host{number}.example.com" for number in range(3000)]
    view: ZoneView = whole(
        *(declared(f"a{name}", "CNAME", name) for name in names), *(declared(f"m{name}", "MX", f"10 {name}") for name in names)
    )
    assert len(findings_of(rule, view)) in {0, 3000}
