"""Tests of the rule on DKIM names of another domain below the zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import TOKEN, declared, identity, part, token_names, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredRecordSet

FOREIGN = "dkim-name-foreign"
EASY = "token.dkim.amazonses.com"


def _key(below: str, zone: str = "example.com") -> DeclaredRecordSet:
    """The key of `below`, which a panel has put below the zone."""
    return declared(f"s._domainkey.{below}.{zone}", "TXT", '"v=DKIM1; p="')


def _cname(below: str, target: str, selector: str = "s") -> DeclaredRecordSet:
    return declared(f"{selector}._domainkey.{below}.example.com", "CNAME", target)


def _message(domain: str, looks: str = "looks like") -> str:
    return f"{domain} {looks} a domain of another organization, and nobody looks for its keys in this zone"


def _fix(domain: str, organization: str = "", selector: str = "s") -> str:
    return (
        f"publish {selector}._domainkey.{domain} in the zone of {organization or domain}; "
        f"if this zone's domain signs, leave {domain} out of the name"
    )


CERTAIN = [
    ("sendgrid.net", "s.domainkey.u1.wl.sendgrid.net.", "the-target-is-the-provider-s"),
    ("em.sendgrid.net", EASY, "a-provider"),
    ("other.jp", "s._domainkey.mail.other.jp", "the-target-is-below-it"),
    ("other.info", "s-other-info._domainkey.tenant.onmicrosoft.com", "microsoft-names-it"),
]
LIKELY = ["other.com", "news.other.com", "other.co.jp", "other.co.uk", "other.com.au", "shop.other.ne.jp", "example.co.jp"]

LOUD = [
    *(
        loud(
            FOREIGN,
            part(_cname(domain, target)),
            Severity.ERROR,
            f"s._domainkey.{domain}.example.com CNAME",
            _message(domain, "is"),
            _fix(domain, domain.removeprefix("em.")),
            id=name,
        )
        for domain, target, name in CERTAIN
    ),
    *(
        loud(
            FOREIGN,
            part(_key(domain)),
            Severity.WARNING,
            f"s._domainkey.{domain}.example.com TXT",
            _message(domain),
            _fix(domain, domain.removeprefix("news.").removeprefix("shop.")),
            id=domain,
        )
        for domain in LIKELY
    ),
    loud(
        FOREIGN,
        whole(*(_cname("other.com", f"{token}.dkim.amazonses.com", token) for token in "abc"), _key("third.com", "test")),
        Severity.WARNING,
        "a._domainkey.other.com.example.com CNAME",
        _message("other.com"),
        _fix("other.com", selector="a"),
        id="the-three-names-of-ses",
    ),
    loud(
        FOREIGN,
        part(_key("other.com"), zone=None),
        Severity.WARNING,
        "s._domainkey.other.com.example.com TXT",
        _message("other.com"),
        _fix("other.com"),
        id="in-a-zone-not-known",
    ),
]

SUBDOMAINS = [
    *("mail", "jp", "dev", "app", "com", "co.uk", "com.au", "news.jp", "news.dev", "mail.info", "mail.app", "a.dev", "eu.shop"),
    *("jp.news", "mail.tokyo", "eng.net", "alumni.org", "news.us.com", "a.b.c", "com.mail", "co.jp.mail", "mail.web.app"),
]

SILENT = [
    *(silent(FOREIGN, whole(_key(name), _cname(name, EASY, "t")), id=name) for name in SUBDOMAINS),
    silent(
        FOREIGN, part(declared("s._domainkey.example.com", "CNAME", "s.domainkey.u1.wl.sendgrid.net")), id="the-zone-itself"
    ),
    silent(FOREIGN, part(_key("example.com")), id="name-doubled-says-it"),
    silent(FOREIGN, part(_key("mail.example.com"), zone="example.com"), id="doubled-below-a-subdomain"),
    silent(FOREIGN, part(_key("other.com"), identity("other.com.example.com")), id="an-identity"),
    silent(FOREIGN, part(_key("other.com"), declared("other.com.example.com", "A", "192.0.2.1")), id="a-host-of-the-name"),
    silent(FOREIGN, part(_key("a.other.com"), declared("com.example.com", "AAAA", "2001:db8::1")), id="a-host-above-it"),
    silent(FOREIGN, part(_key("other.com"), declared("com.example.com", "NS", "ns.example.net")), id="delegated"),
    silent(
        FOREIGN,
        whole(_key("other.com"), declared("s._domainkey.example.com", "CNAME", "S._domainkey.other.com.example.com.")),
        id="a-cname-leads-there",
    ),
    silent(FOREIGN, whole(_key("a.com"), _key("b.com"), _key("c.co.jp")), id="keys-that-are-kept-for-customers"),
    silent(FOREIGN, part(_key("other.com", "co.jp"), zone=None), id="no-zone-and-no-domain"),
    silent(
        FOREIGN,
        part(
            *token_names(1, 2, 3),
            declared(f"s._domainkey.{TOKEN}.example.com", "TXT", '"x"'),
            declared("_domainkey.other.com.example.com", "TXT", '"o=-"'),
            _cname("other.jp", TOKEN),
            declared("s._domainkey.other.dev.example.com", "CNAME", is_alias=True),
        ),
        id="unknown-names-and-targets",
    ),
]

test_rules = rule_test(LOUD, SILENT)


@pytest.mark.parametrize("domain", ["other.jp", "eng.net"])
def test_three_names_give_one_finding(domain: str) -> None:
    """About all three records."""
    view = part(*(_cname(domain, f"{selector}.keys.{domain}", selector) for selector in "abc"))
    (finding,) = findings_of(FOREIGN, view)
    assert len(finding.records) == 3
