"""Tests of the rules on the names to which SPF records lead, and of how includes are spelt."""

from __future__ import annotations

import re
import time

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.rules.spf_syntax import meant_include
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import Include
from ses_email_auth.ses.hosts import SPF_INCLUDE
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin
from ses_email_auth.zone.known_includes import CHECKED, KNOWN_INCLUDES, WRONG_SES_INCLUDES
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import loud, rule_test, silent
from tests.checks.views import TOKEN, part, record_set, txt, whole

AT = "example.com TXT"
INCLUDES = txt("example.com", "v=spf1 include:_spf.example.com ~all")
NO_RECORD = "_spf.example.com has no SPF record, so receivers answer permerror when they come to"
PUBLISH = "publish an SPF record at _spf.example.com, or take the term out"


def misspelt(host: str) -> ZoneView:
    """A record with an include."""
    return part(txt("example.com", f"v=spf1 include:{host} ~all"))


def with_seen(record_type: str, *values: str | KnownAfterDeploy, name: str, is_alias: bool = False) -> ZoneView:
    """The whole zone, with one set of a file."""
    record = DeclaredRecordSet.of(name, record_type, values, Origin("zone"), is_alias=is_alias)
    return whole(INCLUDES, record)


LOUD = [
    loud(
        "spf-include-no-spf",
        whole(INCLUDES),
        Severity.ERROR,
        AT,
        f"{NO_RECORD} 'include:_spf.example.com'",
        PUBLISH,
        id="the-name-does-not-exist",
    ),
    loud(
        "spf-include-no-spf",
        whole(txt("example.com", "v=spf1 mx redirect=_spf.example.com"), txt("_spf.example.com", "MS=ms1")),
        Severity.ERROR,
        AT,
        f"{NO_RECORD} 'redirect=_spf.example.com'",
        PUBLISH,
        id="a-redirect-to-another-text",
    ),
    loud(
        "spf-include-no-spf",
        whole(INCLUDES, record_set("_spf.example.com", RecordType.A, "192.0.2.1"), txt("*.example.com", "v=spf1 -all")),
        Severity.ERROR,
        AT,
        f"{NO_RECORD} 'include:_spf.example.com'",
        PUBLISH,
        id="no-wildcard-answers-for-a-name-that-exists",
    ),
    loud(
        "spf-include-typo",
        misspelt("Amazonse.com."),
        Severity.WARNING,
        AT,
        "'include:Amazonse.com.' is not where Amazon SES keeps its SPF record; amazonses.com was meant, as it seems",
        "write include:amazonses.com",
        id="amazonses",
    ),
    loud(
        "spf-include-typo",
        misspelt("amazon_ses.com"),
        Severity.WARNING,
        AT,
        "'include:amazon_ses.com' is not where Amazon SES keeps its SPF record; amazonses.com was meant, as it seems",
        "write include:amazonses.com",
        id="a-name-that-no-zone-can-hold",
    ),
    loud(
        "spf-include-typo",
        part(txt("example.com", "v=spf1 redirect=_spf.gogle.com")),
        Severity.WARNING,
        AT,
        "'redirect=_spf.gogle.com' is not where the service keeps its SPF record; _spf.google.com was meant, as it seems",
        "write redirect=_spf.google.com",
        id="google",
    ),
]

SILENT = [
    silent("spf-include-no-spf", part(INCLUDES), id="not-the-whole-zone"),
    silent("spf-include-no-spf", whole(INCLUDES, zone=None), id="a-zone-without-a-name"),
    silent("spf-include-no-spf", whole(INCLUDES, txt("_spf.example.com", "v=spf1 mx -all")), id="there-it-is"),
    silent("spf-include-no-spf", whole(INCLUDES, txt("*.example.com", "v=spf1 mx -all")), id="a-wildcard-answers"),
    silent(
        "spf-include-no-spf",
        whole(INCLUDES, record_set("_spf.example.com", RecordType.CNAME, "spf.example.net")),
        id="a-cname-leads-elsewhere",
    ),
    silent("spf-include-no-spf", with_seen("DNAME", "example.net.", name="example.com."), id="a-dname-leads-elsewhere"),
    silent("spf-include-no-spf", with_seen("TXT", name="_spf.example.com.", is_alias=True), id="an-alias"),
    silent("spf-include-no-spf", with_seen("TXT", f'"{TOKEN}"', name="_spf.example.com."), id="a-token"),
    silent("spf-include-no-spf", with_seen("TXT", KnownAfterDeploy("Region"), name="_spf.example.com."), id="not-known-yet"),
    silent(
        "spf-include-no-spf",
        whole(
            txt("example.com", "v=spf1 include:_spf.mail.example.com ~all"),
            record_set("mail.example.com", RecordType.NS, "ns.example.net"),
        ),
        id="delegated",
    ),
    silent(
        "spf-include-no-spf",
        whole(txt("example.com", "v=spf1 include:a.example.net include:%{d}.example.com include:a_b.example.com ~all")),
        id="outside-of-the-zone-or-with-a-macro",
    ),
    silent("spf-include-no-spf", whole(txt("example.com", "v=spf1 -all include:_spf.example.com")), id="behind-all"),
    silent("spf-include-typo", misspelt("amazonses.com"), id="as-it-should-be"),
    silent("spf-include-typo", misspelt("%{i}.amazonse.com"), id="a-macro"),
    silent("spf-include-typo", part(txt("amazonse.com", "v=spf1 include:amazonse.com ~all")), id="one-self"),
    silent("spf-include-typo", part(txt("a.amazonse.com", "v=spf1 include:amazonse.com ~all")), id="of-the-same-owner"),
    silent("spf-include-typo", part(*misspelt("amazonse.com").records, txt("amazonse.com", "v=spf1 mx ~all")), id="in-view"),
    silent(
        "spf-include-typo",
        ZoneView(records=misspelt("amazonse.com").records, zone=DomainName("amazonse.com")),
        id="the-zone",
    ),
]


test_rules = rule_test(LOUD, SILENT)


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        pytest.param("amazones.com", "amazonses.com", id="a-letter-is-missing"),
        pytest.param("amazonsse.com", "amazonses.com", id="swapped"),
        pytest.param("amazonsess.com", "amazonses.com", id="doubled"),
        pytest.param("amazomses.com", "amazonses.com", id="another-letter"),
        pytest.param("amzonse.com", "amazonses.com", id="two-slips"),
        pytest.param("amazonses.co", "amazonses.com", id="the-end-is-cut"),
        pytest.param("_spf.gogle.com", "_spf.google.com", id="missing-in-a-short-label"),
        pytest.param("_spf.gooogle.com", "_spf.google.com", id="doubled-in-a-short-label"),
        pytest.param("_spf.googel.com", "_spf.google.com", id="swapped-in-a-short-label"),
        pytest.param("_spfgoogle.com", "_spf.google.com", id="a-dot-is-missing"),
        pytest.param("spf.protection.outlook.co", "spf.protection.outlook.com", id="top-level-domain"),
        pytest.param("spf.protecton.outlook.com", "spf.protection.outlook.com", id="in-the-middle"),
        pytest.param("spf.protection.outlok.com", "spf.protection.outlook.com", id="outlok"),
        pytest.param("sendgird.net", "sendgrid.net", id="sendgrid"),
        pytest.param("spf.mandrilapp.com", "spf.mandrillapp.com", id="mandrill"),
        pytest.param("_spf.amazonses.com", "amazonses.com", id="underscore-spf"),
        pytest.param("amazonaws.com", "amazonses.com", id="amazonaws"),
        pytest.param("feedback-smtp.us-east-1.amazonses.com", "amazonses.com", id="the-host-of-the-mx"),
        pytest.param("email-smtp.eu-west-1.amazonaws.com", "amazonses.com", id="the-host-of-smtp"),
    ],
)
def test_what_was_meant(host: str, meant: str) -> None:
    """A slip or two of the keyboard, and what people believe the include of SES to be."""
    assert meant_include(host) == meant


@pytest.mark.parametrize(
    "host",
    [
        *("spfd.protection.outlook.com", "spf-a.outlook.com", "_spf1.mailgun.org", "_spf2.mailgun.org", "ab.sendgrid.net"),
        *("spf.google.com", "google.com", "_netblocks.google.com", "us-west-2.amazonses.com", "amazon.co.jp", "amazon.ca"),
        *(
            "spf.mailnet.com",
            "spf.bravo.com",
            "mailgun.com",
            "sendgrid.com",
            "zoho.jp",
            "zoho.co",
            "zoho.in",
            "mail2.zendesk.com",
        ),
        *("example.com", "a.b", "x", "", "spf.example.co.jp", "_spf.example.jp", "mail.zendesks.com.example", "spf.mtasx.net"),
        *("kagoya.jp", "outlook.jp", "spf.zoho.eu", "servers.mcsx.net", "server.mcsv.net", "spf.protection.oatlaok.com"),
        *("smtp.amazonses.com.example", "aspmx.l.google.com", "_spf.ghoogle.com", "amazon.ses.net", "moogle.com"),
    ],
)
def test_what_may_be_meant_as_it_is(host: str) -> None:
    """Hosts of services, and hosts of others that only resemble them."""
    assert meant_include(host) is None


def test_the_table_holds_hosts_in_the_form_in_which_they_are_looked_up() -> None:
    """Each is a domain that an include can name, in lower case; none is a slip of another; SES's own costs one lookup."""
    assert re.fullmatch(r"20\d\d-\d\d", CHECKED)
    assert {str(Include(host)) for host in KNOWN_INCLUDES} == {f"include:{host.lower()}" for host in KNOWN_INCLUDES}
    assert [host for host in KNOWN_INCLUDES if meant_include(host) is not None] == []
    assert KNOWN_INCLUDES[SPF_INCLUDE] == 0
    assert all(cost is None or 0 <= cost < 10 for cost in KNOWN_INCLUDES.values())
    assert WRONG_SES_INCLUDES.isdisjoint(KNOWN_INCLUDES)


def test_many_hosts_are_looked_at_quickly() -> None:
    """Includes of others need no closer look, and those that resemble a known one are cheap too."""
    meant_include("warm.example")
    started = time.perf_counter()
    for n in range(2_000):
        meant_include(f"spf{n}.protection.outlook.example")
        meant_include(f"{n:x}amazonses.com")
    assert time.perf_counter() - started < 2
