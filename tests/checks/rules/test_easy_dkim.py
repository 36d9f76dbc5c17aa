"""Tests of the rules on the CNAMEs of Easy DKIM, on records of Amazon SES that no identity needs, and on their targets."""

from __future__ import annotations

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.declared import Origin
from tests.checks.rule_table import Row, findings_of, loud, rule_test, silent
from tests.zone.views import (
    TOKEN,
    declared,
    easy_dkim,
    identity,
    own_names,
    part,
    record_set,
    token_names,
    txt,
    typed_dkim,
    whole,
)

WHERE = "_domainkey.example.com CNAME"
PUBLISH = "publish all three CNAMEs that SES shows"
TYPED = "the host in the DKIM records of example.com is typed; it varies by region and cell"
COMPARE = (
    "take it from the identity (Fn::GetAtt), or compare it with SigningHostedZone of "
    "'aws sesv2 get-email-identity --email-identity example.com'"
)
RULE = "ses-dkim-target"
KEY = "abcdefghijklmnopqrstuvwxyz234567"
NAME = f"{KEY}._domainkey.example.com"


def _only(here: int, of: str = "example.com") -> str:
    return f"only {here} of the 3 DKIM records of {of} can be seen; SES verifies all or nothing"


def _unknown_name(target: str | KnownAfterDeploy) -> ResourceRecordSet:
    return ResourceRecordSet(KnownAfterDeploy("Name"), RecordType.CNAME, 600, (target,))


def _wrong_target(name: str, target: str, message: str, fix: str, *, id: str) -> Row:  # noqa: A002 - as `loud`
    return loud(RULE, part(record_set(name, RecordType.CNAME, target)), Severity.ERROR, f"{name} CNAME", message, fix, id=id)


def _right_target(name: str, target: str, *, id: str) -> Row:  # noqa: A002
    return silent(RULE, part(record_set(name, RecordType.CNAME, target)), id=id)


LOUD = [
    loud("ses-dkim-partial", part(*easy_dkim("a")), Severity.ERROR, WHERE, _only(1), PUBLISH, id="one-of-three"),
    loud(
        "ses-dkim-partial",
        part(*easy_dkim("ab", "a31d.dkim.us-west-2.amazonses.com"), *easy_dkim("abc", domain="mail.example.com")),
        Severity.ERROR,
        WHERE,
        _only(2),
        PUBLISH,
        id="two-of-three-in-a-cell-of-a-region",
    ),
    loud(
        "ses-dkim-partial",
        part(*typed_dkim("aab")),
        Severity.ERROR,
        WHERE,
        _only(2),
        PUBLISH,
        id="one-of-them-twice",
    ),
    loud(
        "ses-dkim-partial",
        part(*easy_dkim("abcd")),
        Severity.WARNING,
        WHERE,
        "example.com has 4 DKIM records of SES; an identity has 3, so some are missing or left over",
        "compare them with what SES shows for each region and account, and publish all or none of each three",
        id="a-second-account-with-one-of-three",
    ),
    loud(
        "ses-dkim-partial",
        part(*own_names(1, 3)),
        Severity.ERROR,
        "_domainkey CNAME",
        _only(2, "the identity"),
        PUBLISH,
        id="two-of-three-names-that-aws-knows",
    ),
    loud(
        "ses-dkim-partial",
        part(*token_names(1, 2, 3), *token_names(1, 2, owner="Second"), *token_names(1, 2, 3, path="b.json", owner="Second")),
        Severity.ERROR,
        "<DkimDNSTokenName1> CNAME",
        _only(2, "the identity 'Second'"),
        PUBLISH,
        id="one-identity-of-three",
    ),
    loud(
        "dkim-name-doubled",
        part(*token_names(1, 2, 3, after=".example.com.")),
        Severity.ERROR,
        "<DkimDNSTokenName1>.example.com. CNAME",
        "DKIM names, which end in the domain already, have '.example.com.' behind them; nobody finds them",
        "write the name as it is, absolute; in the CDK with CfnRecordSet, since CnameRecord adds the zone",
        id="doubled",
    ),
    loud(
        "dkim-cname-by-hand",
        part(*typed_dkim("abc"), identity()),
        Severity.INFO,
        WHERE,
        TYPED,
        COMPARE,
        id="typed-in-a-template",
    ),
    loud(
        "dkim-cname-by-hand",
        part(*typed_dkim("abc"), identity(TOKEN)),
        Severity.INFO,
        WHERE,
        TYPED,
        COMPARE,
        id="an-identity-that-may-be-it",
    ),
    loud(
        "dkim-cname-by-hand",
        part(*typed_dkim("abc"), identity("example.org")),
        Severity.INFO,
        WHERE,
        TYPED,
        COMPARE.removeprefix("take it from the identity (Fn::GetAtt), or "),
        id="the-identity-was-made-elsewhere",
    ),
    loud(
        "dkim-cname-by-hand",
        part(*typed_dkim("abc"), identity(region="eu-south-1")),
        Severity.INFO,
        WHERE,
        f"{TYPED}, and AWS lists dkim.eu-south-1.amazonses.com for 'eu-south-1'",
        COMPARE,
        id="another-zone-by-the-table",
    ),
    loud(
        "dkim-cname-by-hand",
        part(*typed_dkim("abc", "dkim.eu-south-1.amazonses.com."), identity(region="eu-south-1")),
        Severity.INFO,
        WHERE,
        TYPED,
        COMPARE,
        id="the-zone-of-the-table",
    ),
    loud(
        "dkim-cname-by-hand",
        part(*typed_dkim("abc", origin=Origin("plan.json", resource="aws_route53_record.dkim"))),
        Severity.INFO,
        WHERE,
        TYPED,
        COMPARE.removeprefix("take it from the identity (Fn::GetAtt), or "),
        id="terraform-knows-no-better",
    ),
    loud(
        "ses-unknown-signer",
        whole(*easy_dkim("abcdef"), identity(), identity("a@example.com")),
        Severity.INFO,
        WHERE,
        "example.com has 6 DKIM records of SES, and the identities in view explain 3; "
        "another account or region can sign as this domain",
        "",
        id="three-more",
    ),
    loud(
        "ses-unknown-signer",
        whole(*easy_dkim("abc"), identity(selector="s")),
        Severity.INFO,
        WHERE,
        "example.com has 3 DKIM records of SES, and the identities in view explain 0; "
        "another account or region can sign as this domain",
        "",
        id="an-own-key-needs-none",
    ),
    loud(
        "ses-verification-txt",
        part(txt("_amazonses.example.com", "pmBGN/7MjnfhTKUZ06Enqq1PeGUaOkw8lGhcfwefcHU=", "another")),
        Severity.INFO,
        "_amazonses.example.com TXT",
        "SES verifies domains by DKIM now; once it shows DKIM as verified, this record can go",
        "",
        id="legacy",
    ),
    _wrong_target(
        NAME,
        f"{KEY[::-1]}.dkim.us-west-2.amazonses.com.",
        f"it leads to the key of '{KEY[::-1]}', and each DKIM name of SES leads to the key of its own token",
        f"write {KEY}.dkim.us-west-2.amazonses.com",
        id="tokens-mixed-up",
    ),
    _wrong_target(
        NAME,
        f"{KEY}.dkim.amazonses.com.example.com",
        "its target has 'example.com' behind the host of SES, where no key is",
        f"write {KEY}.dkim.amazonses.com. with the final dot",
        id="zone-appended",
    ),
    _wrong_target(
        NAME,
        f"{KEY}.dkim.amazonaws.com",
        "its target ends in amazonaws.com; the DKIM keys of SES are below amazonses.com",
        f"write {KEY}.dkim.amazonses.com",
        id="the-host-of-receiving",
    ),
    _wrong_target(
        NAME,
        f"{KEY}.dkim.ap-northeast-3.amazonse.com.",
        "its target ends in amazonse.com; the DKIM keys of SES are below amazonses.com",
        f"write {KEY}.dkim.ap-northeast-3.amazonses.com",
        id="a-letter-is-missing",
    ),
    _wrong_target(
        f"{KEY}.example.com",
        f"{KEY}.dkim.amazonses.com",
        f"it stands at {KEY}.example.com, and SES and receivers look below _domainkey only",
        f"write {NAME}",
        id="domainkey-is-missing",
    ),
]

SILENT = [
    silent(
        "ses-dkim-partial",
        part(
            *easy_dkim("ab"),
            record_set(f"{'c' * 32}._domainkey.example.com", RecordType.CNAME, f"{'c' * 32}.dkim.amazonses.com.example.com"),
        ),
        id="ses-dkim-target-says-where-the-third-leads",
    ),
    silent(
        "ses-dkim-partial",
        part(*easy_dkim("ab"), record_set(f"{'c' * 32}.example.com", RecordType.CNAME, f"{'c' * 32}.dkim.amazonses.com")),
        id="or-where-it-stands",
    ),
    silent("ses-dkim-partial", part(*easy_dkim("abc")), id="all-three"),
    silent("ses-dkim-partial", part(*easy_dkim("abc"), *easy_dkim("def", "dkim.eu-south-1.amazonses.com.")), id="two-regions"),
    silent("ses-dkim-partial", part(*own_names(1, 2, 3)), id="names-that-aws-knows"),
    silent("ses-dkim-partial", part(*token_names(1, 2, 3), *token_names(1, 2, 3, owner="B")), id="two-identities"),
    silent("ses-dkim-partial", part(*token_names(1, 1, 2, 3)), id="one-of-them-twice-and-all"),
    silent("ses-dkim-partial", part(_unknown_name("mail.example.com")), id="another-name-that-aws-knows"),
    silent("ses-dkim-partial", part(*easy_dkim("a"), _unknown_name(KnownAfterDeploy("x"))), id="a-hidden-name"),
    silent("ses-dkim-partial", part(*easy_dkim("a"), _unknown_name("b.dkim.amazonses.com")), id="a-hidden-name-of-ses"),
    silent("ses-dkim-partial", part(*easy_dkim("a", "dkim.example.net")), id="another-service"),
    silent("ses-dkim-partial", part(record_set("x.example.com", RecordType.CNAME, "a.dkim.amazonses.com")), id="no-dkim-name"),
    silent("ses-dkim-partial", part(*easy_dkim("a", domain=TOKEN)), id="a-domain-that-nobody-knows"),
    silent("ses-dkim-partial", part(record_set(TOKEN, RecordType.CNAME, TOKEN)), id="nobody-knows-what-this-is"),
    silent("ses-dkim-partial", part(declared("a_b", "CNAME", TOKEN)), id="no-name-at-all"),
    silent(
        "ses-dkim-partial",
        part(*easy_dkim("ab"), record_set("c._domainkey.example.com", RecordType.CNAME, TOKEN)),
        id="a-target-that-nobody-knows",
    ),
    silent("ses-dkim-partial", part(*easy_dkim("ab"), declared("c._domainkey.example.com", "?", "x")), id="a-hidden-type"),
    silent("dkim-name-doubled", part(*token_names(1, 2, 3)), id="as-it-is"),
    silent("dkim-name-doubled", part(*token_names(1, 2, 3, after=".")), id="final-dot"),
    silent("dkim-cname-by-hand", part(*easy_dkim("abc")), id="our-own"),
    silent("dkim-cname-by-hand", whole(*typed_dkim("abc")), id="what-dns-says"),
    silent("dkim-cname-by-hand", part(*token_names(1, 2, 3)), id="from-the-identity"),
    silent(
        "dkim-cname-by-hand",
        part(declared("a._domainkey.example.com", "CNAME", "a.dkim.amazonses.com", path="zone", line=1)),
        id="part-of-a-zone-file",
    ),
    silent("ses-unknown-signer", whole(*easy_dkim("abc"), identity()), id="explained"),
    silent("ses-unknown-signer", whole(*easy_dkim("abc"), identity(signs=None)), id="whether-it-signs-is-not-known"),
    silent(
        "ses-unknown-signer",
        whole(*easy_dkim("abcdef"), identity(region="us-east-1"), identity(region="eu-west-1")),
        id="two-regions",
    ),
    silent("ses-unknown-signer", part(*easy_dkim("abcdef"), identity()), id="a-part-of-the-zone"),
    silent("ses-unknown-signer", whole(*easy_dkim("abcdef")), id="no-identity-in-view"),
    silent("ses-verification-txt", part(txt("amazonses.example.com", "a")), id="another-name"),
    _right_target(f"{KEY[:-2]}-a._domainkey.example.com", f"{KEY}.dkim.amazonses.com", id="a-long-name-that-is-no-token"),
    _right_target(NAME, f"{KEY}.dkim.amazonses.com", id="as-ses-gives-it"),
    _right_target(NAME, f"{KEY.upper()}.DKIM.amazonses.com.", id="spelling"),
    _right_target(NAME, f"{KEY}.a31d.dkim.us-west-2.amazonses.com", id="a-cell"),
    _right_target(NAME, f"{KEY}.dkim.ap-northeast-3.amazonses.com", id="a-region"),
    _right_target(NAME, f"{KEY}.dkim.{TOKEN}", id="token"),
    _right_target(NAME, f"{KEY}.dkim.hubspotemail.com", id="another-service"),
    _right_target("s1._domainkey.example.com", f"{KEY}.dkim.amazonses.com", id="a-name-that-somebody-chose"),
    _right_target("www.example.com", "host.example.net", id="another-target"),
]

test_rules = rule_test(LOUD, SILENT)


@pytest.mark.parametrize("rule", ["ses-dkim-partial", "dkim-cname-by-hand"])
def test_a_finding_leads_to_its_records(rule: str) -> None:
    """The place in the sentence is that of no single record."""
    view = part(*typed_dkim("ab"))
    assert [finding.records for finding in findings_of(rule, view)] == [view.records]
