"""Tests of the rule on domains that send and take no mail, which is not one of `RULES`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Finding, Severity
from ses_email_auth.checks.rules import RULES
from ses_email_auth.checks.rules.parked import PARKED_RULES
from ses_email_auth.checks.run import check
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType
from tests.zone.views import declared, identity, mx, part, record_set, txt, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

SOA = record_set("example.com", RecordType.SOA, "ns.example.net. admin.example.com. 1 7200 900 1209600 300")
SPF = txt("example.com", "v=spf1 -all")
DMARC = txt("_dmarc.example.com", "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s")
DKIM = txt("*._domainkey.example.com", "v=DKIM1; p=")
NULL_MX = mx("example.com", "0 .")

LACKS = {
    "an SPF record that names no sender": 'example.com TXT "v=spf1 -all"',
    "a DMARC policy of reject": '_dmarc.example.com TXT "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s"',
    "a revoked DKIM key for every selector": '*._domainkey.example.com TXT "v=DKIM1; p="',
    "a null MX": "example.com MX 0 .",
}


def _found(view: ZoneView) -> list[Finding]:
    return [finding for finding in check(view, PARKED_RULES) if finding.id == "parked-unprotected"]


@pytest.mark.parametrize(
    ("view", "lacks"),
    [
        pytest.param(whole(SOA), list(LACKS), id="nothing"),
        pytest.param(whole(SOA, DMARC, DKIM, NULL_MX), ["an SPF record that names no sender"], id="no-spf"),
        pytest.param(whole(SPF, DKIM, NULL_MX), ["a DMARC policy of reject"], id="no-dmarc"),
        pytest.param(
            whole(SPF, DKIM, NULL_MX, txt("_dmarc.example.com", "v=DMARC1; p=reject; t=y")),
            ["a DMARC policy of reject"],
            id="t=y",
        ),
        pytest.param(whole(SPF, DMARC, NULL_MX), ["a revoked DKIM key for every selector"], id="no-dkim"),
        pytest.param(whole(SPF, DMARC, DKIM), ["a null MX"], id="no-mx"),
    ],
)
def test_what_a_parked_domain_lacks_is_listed(view: ZoneView, lacks: list[str]) -> None:
    """One info with the records to paste."""
    (finding,) = _found(view)
    assert (finding.severity, finding.where) == (Severity.INFO, "example.com TXT")
    listed = " and ".join(", ".join(lacks).rsplit(", ", 1))
    assert finding.message == f"example.com has no mail, and lacks {listed}; anybody may send in its name"
    assert finding.fix == f"publish {'; '.join(LACKS[record] for record in lacks)}"


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(whole(SPF, DMARC, DKIM, NULL_MX), id="protected"),
        pytest.param(
            whole(SPF, DKIM, NULL_MX, record_set("_dmarc.example.com", RecordType.CNAME, "a.example")), id="hosted-dmarc"
        ),
        pytest.param(
            whole(
                txt("a.example.com", "v=spf1 -all"),
                mx("a.example.com", "0 ."),
                txt("*._domainkey.a.example.com", "p="),
                zone="a.example.com",
            ),
            id="below-the-organizational-domain",
        ),
        pytest.param(part(SOA), id="a-part"),
        pytest.param(whole(zone=None), id="no-zone"),
        pytest.param(whole(zone="jp"), id="no-mail-domain"),
        pytest.param(whole(mx("example.com", "10 mail.example.com")), id="takes-mail"),
        pytest.param(whole(txt("example.com", "v=spf1 include:amazonses.com ~all")), id="sends-mail"),
        pytest.param(whole(txt("s._domainkey.example.com", "v=DKIM1; p=x")), id="signs-mail"),
        pytest.param(whole(record_set("s._domainkey.example.com", RecordType.CNAME, "s.example.net")), id="signs-by-a-service"),
        pytest.param(whole(identity()), id="sends-through-ses"),
        pytest.param(whole(declared("x", "CNAME", "y", known_name=KnownAfterDeploy("DkimDNSTokenName1"))), id="will-sign-mail"),
    ],
)
def test_other_domains_are_left_alone(view: ZoneView) -> None:
    """Mail, or not enough in view."""
    assert _found(view) == []


def test_the_rule_is_opt_in() -> None:
    """A zone does not show whether its domain is parked on purpose."""
    assert {rule.id for rule in PARKED_RULES}.isdisjoint(rule.id for rule in RULES)
    assert [rule.example != "" for rule in PARKED_RULES] == [True]
