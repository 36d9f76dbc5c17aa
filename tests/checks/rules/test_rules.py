"""Tests of what all rules have in common."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Rule, Severity
from ses_email_auth.checks.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.checks.rule_table import Row

ALL = {rule.id for rule in RULES}


def _rows() -> Iterator[Row]:
    """The rows of all modules beside this one that run them."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        module = import_module(f"{__package__}.{path.stem}")
        if hasattr(module, "test_rules"):
            yield from (*module.LOUD, *module.SILENT)


def test_every_rule_has_a_loud_row_and_a_silent_one() -> None:
    """A rule without both rows is not tested."""
    rows = list(_rows())
    assert {row.rule for row in rows if row.is_loud} == ALL
    assert {row.rule for row in rows if not row.is_loud} == ALL


def test_ids_are_unique_and_in_kebab_case() -> None:
    """People acknowledge findings by these ids."""
    assert len(ALL) == len(RULES)
    assert [rule for rule in ALL if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_reason_and_a_reference(rule: Rule) -> None:
    """The reason is a sentence; the reference names a section of an RFC or a draft, or a guide of Amazon."""
    assert re.fullmatch(r"[A-Za-z+].{20,}\.", rule.reason)
    assert re.match(
        r"RFC \d{4}( (section|appendix) \w|,)|draft-[a-z-]+-\d\d section \d|Amazon (SES|Route 53) developer guide, \w",
        rule.reference,
    )


def test_the_severities_of_the_rules() -> None:
    """Error: ignored or refused today. Warning: will hurt. Info: needs no action."""
    by_severity = {severity: {rule.id for rule in RULES if rule.severity is severity} for severity in Severity}
    assert by_severity == {
        Severity.ERROR: {
            "alignment-fails",
            "cname-at-apex",
            "cname-beside-data",
            "cname-several",
            "dkim-ed25519-ses",
            "dkim-multiple",
            "dkim-name-doubled",
            "dkim-sha1",
            "dkim-syntax",
            "dmarc-consent-elsewhere",
            "dmarc-multiple",
            "dmarc-nothing-aligns",
            "dmarc-rua-not-uri",
            "dmarc-syntax",
            "from-not-covered",
            "mail-from-host-misspelt",
            "mail-from-no-mx",
            "mail-from-outside-identity",
            "mail-from-receives",
            "mail-from-shared",
            "mail-from-wrong-region",
            "mta-sts-syntax",
            "mx-null-with-others",
            "mx-syntax",
            "mx-target-missing",
            "name-doubled",
            "name-at-sign",
            "name-outside-zone",
            "null-mx-mail-from",
            "private-key-in-template",
            "private-key-in-txt",
            "record-set-twice",
            "record-type-unknown",
            "ses-dkim-partial",
            "ses-dkim-target",
            "ses-identity-name",
            "ses-identity-twice",
            "ses-own-key-conflict",
            "ses-region",
            "ses-selector",
            "spf-amazonses-at-mail-from-missing",
            "spf-include-loop",
            "spf-include-no-spf",
            "spf-multiple",
            "spf-pass-all",
            "spf-string-join",
            "spf-syntax",
            "spf-too-many-lookups",
            "tls-rpt-syntax",
            "ttl-invalid",
            "ttl-missing",
            "txt-near-miss",
            "txt-quoting",
            "value-twice",
        },
        Severity.WARNING: {
            "alignment-dkim-only",
            "alignment-spf-only",
            "bimi-needs-dmarc",
            "bimi-syntax",
            "cname-target-missing",
            "dkim-key-short",
            "dkim-name-foreign",
            "dkim-testing",
            "dmarc-aspf-strict",
            "dmarc-bad-value",
            "dmarc-inherited",
            "dmarc-missing",
            "dmarc-no-rua",
            "dmarc-p-not-second",
            "dmarc-pct",
            "dmarc-psd",
            "dmarc-rua-external",
            "dmarc-rua-not-mailto",
            "dmarc-rua-undeliverable",
            "dmarc-sp-weaker",
            "dmarc-spf-alone",
            "dmarc-t-alone",
            "dmarc-unknown-tag",
            "dmarc-weaker-than-parent",
            "dmarc-wildcard",
            "host-misspelt",
            "mail-from-cname",
            "mail-from-used-as-from",
            "mta-sts-no-host",
            "mx-to-cname",
            "null-mx-from",
            "ses-address-identity",
            "spf-equals-sign",
            "spf-include-typo",
            "spf-no-all",
            "spf-private-ip",
            "spf-ptr",
            "spf-redirect-ignored",
            "spf-terms-after-all",
            "spf-type99",
            "spf-wide-ip",
            "txt-set-large",
        },
        Severity.INFO: {
            "dkim-cname-by-hand",
            "dkim-granularity",
            "dkim-not-for-email",
            "dkim-revoked",
            "dmarc-consent-no-semicolon",
            "dmarc-deep",
            "dmarc-fo-without-ruf",
            "dmarc-historic-tag",
            "dmarc-np-no-effect",
            "dmarc-org-missing",
            "dmarc-rua-many",
            "dmarc-size-suffix",
            "dmarc-sp-ignored",
            "from-cannot-receive",
            "from-spf-by-hand",
            "from-spf-missing",
            "mail-from-reject-on-create",
            "ses-feedback-nowhere",
            "ses-unknown-signer",
            "ses-verification-txt",
            "spf-duplicate-term",
            "tls-rpt-no-mx",
            "ttl-several",
        },
    }
