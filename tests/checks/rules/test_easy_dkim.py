"""Tests of the rules on the CNAMEs of Easy DKIM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.declared import Origin
from tests.checks.ses_views import easy_dkim, identity, own_names, seen, token_names, typed, view_of
from tests.checks.views import TOKEN, finding, found, other, part

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

WHERE = "_domainkey.example.com CNAME"
PUBLISH = "publish all three CNAMEs that SES shows"
TYPED = "the host in the DKIM records of example.com is typed; it varies by region and cell"
COMPARE = (
    "take it from the identity (Fn::GetAtt), or compare it with SigningHostedZone of "
    "'aws sesv2 get-email-identity --email-identity example.com'"
)


def _only(here: int, of: str = "example.com") -> str:
    return f"only {here} of the 3 DKIM records of {of} can be seen; SES verifies all or nothing"


def _unknown_name(target: str | KnownAfterDeploy) -> ResourceRecordSet:
    return ResourceRecordSet(KnownAfterDeploy("Name"), RecordType.CNAME, 600, (target,))


LOUD = [
    pytest.param("ses-dkim-partial", part(*easy_dkim("a")), Severity.ERROR, WHERE, _only(1), PUBLISH, id="one-of-three"),
    pytest.param(
        "ses-dkim-partial",
        part(*easy_dkim("ab", "a31d.dkim.us-west-2.amazonses.com"), *easy_dkim("abc", domain="mail.example.com")),
        Severity.ERROR,
        WHERE,
        _only(2),
        PUBLISH,
        id="two-of-three-in-a-cell-of-a-region",
    ),
    pytest.param(
        "ses-dkim-partial",
        view_of(*typed("aab")),
        Severity.ERROR,
        WHERE,
        _only(2),
        PUBLISH,
        id="one-of-them-twice",
    ),
    pytest.param(
        "ses-dkim-partial",
        part(*easy_dkim("abcd")),
        Severity.WARNING,
        WHERE,
        "example.com has 4 DKIM records of SES; an identity has 3, so some are missing or left over",
        "compare them with what SES shows for each region and account, and publish all or none of each three",
        id="a-second-account-with-one-of-three",
    ),
    pytest.param(
        "ses-dkim-partial",
        part(*own_names(1, 3)),
        Severity.ERROR,
        "_domainkey CNAME",
        _only(2, "the identity"),
        PUBLISH,
        id="two-of-three-names-that-aws-knows",
    ),
    pytest.param(
        "ses-dkim-partial",
        view_of(
            *token_names(1, 2, 3), *token_names(1, 2, owner="Second"), *token_names(1, 2, 3, path="b.json", owner="Second")
        ),
        Severity.ERROR,
        "<DkimDNSTokenName1> CNAME",
        _only(2, "the identity 'Second'"),
        PUBLISH,
        id="one-identity-of-three",
    ),
    pytest.param(
        "dkim-name-doubled",
        view_of(*token_names(1, 2, 3, after=".example.com.")),
        Severity.ERROR,
        "<DkimDNSTokenName1>.example.com. CNAME",
        "DKIM names, which end in the domain already, have '.example.com.' behind them; nobody finds them",
        "write the name as it is, absolute; in the CDK with CfnRecordSet, since CnameRecord adds the zone",
        id="doubled",
    ),
    pytest.param(
        "dkim-cname-by-hand",
        view_of(*typed("abc"), identity()),
        Severity.WARNING,
        WHERE,
        TYPED,
        COMPARE,
        id="typed-in-a-template",
    ),
    pytest.param(
        "dkim-cname-by-hand",
        view_of(*typed("abc"), identity(TOKEN)),
        Severity.WARNING,
        WHERE,
        TYPED,
        COMPARE,
        id="an-identity-that-may-be-it",
    ),
    pytest.param(
        "dkim-cname-by-hand",
        view_of(*typed("abc"), identity("example.org")),
        Severity.INFO,
        WHERE,
        TYPED,
        COMPARE.removeprefix("take it from the identity (Fn::GetAtt), or "),
        id="the-identity-was-made-elsewhere",
    ),
    pytest.param(
        "dkim-cname-by-hand",
        view_of(*typed("abc"), identity(region="eu-south-1")),
        Severity.WARNING,
        WHERE,
        f"{TYPED}, and AWS lists dkim.eu-south-1.amazonses.com for 'eu-south-1'",
        COMPARE,
        id="another-zone-by-the-table",
    ),
    pytest.param(
        "dkim-cname-by-hand",
        view_of(*typed("abc", "dkim.eu-south-1.amazonses.com."), identity(region="eu-south-1")),
        Severity.WARNING,
        WHERE,
        TYPED,
        COMPARE,
        id="the-zone-of-the-table",
    ),
    pytest.param(
        "dkim-cname-by-hand",
        view_of(*typed("abc", origin=Origin("plan.json", resource="aws_route53_record.dkim"))),
        Severity.INFO,
        WHERE,
        TYPED,
        COMPARE.removeprefix("take it from the identity (Fn::GetAtt), or "),
        id="terraform-knows-no-better",
    ),
]

SILENT = [
    pytest.param(
        "ses-dkim-partial",
        part(
            *easy_dkim("ab"),
            other(f"{'c' * 32}._domainkey.example.com", RecordType.CNAME, f"{'c' * 32}.dkim.amazonses.com.example.com"),
        ),
        id="ses-dkim-target-says-where-the-third-leads",
    ),
    pytest.param(
        "ses-dkim-partial",
        part(*easy_dkim("ab"), other(f"{'c' * 32}.example.com", RecordType.CNAME, f"{'c' * 32}.dkim.amazonses.com")),
        id="or-where-it-stands",
    ),
    pytest.param("ses-dkim-partial", part(*easy_dkim("abc")), id="all-three"),
    pytest.param(
        "ses-dkim-partial", part(*easy_dkim("abc"), *easy_dkim("def", "dkim.eu-south-1.amazonses.com.")), id="two-regions"
    ),
    pytest.param("ses-dkim-partial", part(*own_names(1, 2, 3)), id="names-that-aws-knows"),
    pytest.param("ses-dkim-partial", view_of(*token_names(1, 2, 3), *token_names(1, 2, 3, owner="B")), id="two-identities"),
    pytest.param("ses-dkim-partial", view_of(*token_names(1, 1, 2, 3)), id="one-of-them-twice-and-all"),
    pytest.param("ses-dkim-partial", part(_unknown_name("mail.example.com")), id="another-name-that-aws-knows"),
    pytest.param("ses-dkim-partial", part(*easy_dkim("a"), _unknown_name(KnownAfterDeploy("x"))), id="a-hidden-name"),
    pytest.param("ses-dkim-partial", part(*easy_dkim("a"), _unknown_name("b.dkim.amazonses.com")), id="a-hidden-name-of-ses"),
    pytest.param("ses-dkim-partial", part(*easy_dkim("a", "dkim.example.net")), id="another-service"),
    pytest.param("ses-dkim-partial", part(other("x.example.com", RecordType.CNAME, "a.dkim.amazonses.com")), id="no-dkim-name"),
    pytest.param("ses-dkim-partial", part(*easy_dkim("a", domain=TOKEN)), id="a-domain-that-nobody-knows"),
    pytest.param("ses-dkim-partial", part(other(TOKEN, RecordType.CNAME, TOKEN)), id="nobody-knows-what-this-is"),
    pytest.param("ses-dkim-partial", view_of(seen("a_b", RecordType.CNAME, TOKEN)), id="no-name-at-all"),
    pytest.param("dkim-name-doubled", view_of(*token_names(1, 2, 3)), id="as-it-is"),
    pytest.param("dkim-name-doubled", view_of(*token_names(1, 2, 3, after=".")), id="final-dot"),
    pytest.param("dkim-cname-by-hand", part(*easy_dkim("abc")), id="our-own"),
    pytest.param("dkim-cname-by-hand", view_of(*typed("abc"), complete=True), id="what-dns-says"),
    pytest.param("dkim-cname-by-hand", view_of(*token_names(1, 2, 3)), id="from-the-identity"),
    pytest.param(
        "dkim-cname-by-hand",
        view_of(
            seen(
                "a._domainkey.example.com",
                RecordType.CNAME,
                "a.dkim.amazonses.com",
                origin=Origin("zone", resource="line 1", line=1),
            )
        ),
        id="part-of-a-zone-file",
    ),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []


@pytest.mark.parametrize("rule", ["ses-dkim-partial", "dkim-cname-by-hand"])
def test_a_finding_leads_to_its_records(rule: str) -> None:
    """The place in the sentence is that of no single record."""
    view = view_of(*typed("ab"))
    assert [each.records for each in found(rule, view)] == [view.records]
