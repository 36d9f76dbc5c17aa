"""Tests of the rules on records of Amazon SES that no identity in view needs."""

from __future__ import annotations

from ses_email_auth.checks.finding import Severity
from tests.checks.rule_table import loud, rule_test, silent
from tests.checks.views import easy_dkim, identity, part, txt, whole

WHERE = "_domainkey.example.com CNAME"

LOUD = [
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
]

SILENT = [
    silent("ses-unknown-signer", whole(*easy_dkim("abc"), identity()), id="explained"),
    silent(
        "ses-unknown-signer",
        whole(*easy_dkim("abcdef"), identity(region="us-east-1"), identity(region="eu-west-1")),
        id="two-regions",
    ),
    silent("ses-unknown-signer", part(*easy_dkim("abcdef"), identity()), id="a-part-of-the-zone"),
    silent("ses-unknown-signer", whole(*easy_dkim("abcdef")), id="no-identity-in-view"),
    silent("ses-verification-txt", part(txt("amazonses.example.com", "a")), id="another-name"),
]


test_rules = rule_test(LOUD, SILENT)
