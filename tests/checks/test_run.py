"""Tests of what all rules have in common, and of the order of findings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.checks.finding import Fault, Finding, Need, Rule, Severity
from ses_email_auth.checks.rules import RULES
from ses_email_auth.checks.run import check
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.alignment import AlignmentQuestion, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.view import ZoneView
from tests.checks.rules import (
    test_alignment,
    test_bimi,
    test_dkim,
    test_dkim_key,
    test_dkim_target,
    test_dmarc,
    test_dmarc_alignment,
    test_dmarc_presence,
    test_dmarc_report_uris,
    test_dmarc_reports,
    test_dmarc_syntax,
    test_easy_dkim,
    test_feedback,
    test_identity,
    test_left_over,
    test_mail_from,
    test_mail_from_identity,
    test_near_miss,
    test_null_mx,
    test_private_key,
    test_record_set,
    test_spf,
    test_spf_by_hand,
    test_spf_ses,
    test_spf_syntax,
    test_spf_target,
    test_spf_term,
    test_transport,
    test_zone,
)
from tests.checks.views import FEEDBACK, TOKEN, ZONE, mx, other, part, txt, whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

TABLES = (
    test_alignment,
    test_dmarc_alignment,
    test_dmarc_presence,
    test_dmarc,
    test_dmarc_syntax,
    test_dmarc_reports,
    test_dmarc_report_uris,
    test_spf_by_hand,
    test_feedback,
    test_spf,
    test_spf_ses,
    test_spf_syntax,
    test_spf_target,
    test_spf_term,
    test_bimi,
    test_record_set,
    test_transport,
    test_zone,
    test_dkim_key,
    test_dkim_target,
    test_dkim,
    test_easy_dkim,
    test_left_over,
    test_identity,
    test_mail_from_identity,
    test_mail_from,
    test_null_mx,
    test_private_key,
)
NEAR_MISS = {"txt-near-miss"} if test_near_miss.LOUD and test_near_miss.SILENT else set()
ALL = {rule.id for rule in RULES}
WORSE_FIRST = [Severity.ERROR, Severity.WARNING, Severity.INFO]


def test_every_rule_has_a_row_where_it_speaks_and_one_where_it_is_silent() -> None:
    """A rule without both rows is not tested."""
    assert {row.values[0] for table in TABLES for row in table.LOUD} | NEAR_MISS == ALL
    assert {row.values[0] for table in TABLES for row in table.SILENT} | NEAR_MISS == ALL


def test_ids_are_unique_and_in_kebab_case() -> None:
    """People acknowledge findings by these ids."""
    assert len(ALL) == len(RULES)
    assert [each for each in ALL if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", each)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_why_and_who_says_so(rule: Rule) -> None:
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
            "name-doubled",
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
            "dkim-cname-by-hand",
            "dkim-key-short",
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
            "dmarc-rua-many",
            "dmarc-rua-not-mailto",
            "dmarc-rua-undeliverable",
            "dmarc-sp-weaker",
            "dmarc-spf-alone",
            "dmarc-t-alone",
            "dmarc-unknown-tag",
            "dmarc-weaker-than-parent",
            "dmarc-wildcard",
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
            "dkim-granularity",
            "dkim-not-for-email",
            "dkim-revoked",
            "dmarc-consent-no-semicolon",
            "dmarc-deep",
            "dmarc-fo-without-ruf",
            "dmarc-historic-tag",
            "dmarc-np-no-effect",
            "dmarc-org-missing",
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
        },
    }


def test_the_worst_comes_first_and_the_order_of_rules_is_kept() -> None:
    """Within a severity findings come in the order of the rules and of the records."""

    def rule(name: str, severity: Severity, *faults: Severity | None) -> Rule:
        def find(_: ZoneView) -> Iterator[Fault]:
            yield from (Fault(where=str(at), message="m", severity=each) for at, each in enumerate(faults))

        return Rule(id=name, severity=severity, need=Need.RECORD, reason="r", reference="RFC 1", faults=find)

    rules = (
        rule("a", Severity.INFO, None, Severity.ERROR),
        rule("b", Severity.WARNING, None, None),
        rule("c", Severity.ERROR, None),
        rule("d", Severity.WARNING, Severity.INFO),
    )
    assert [(each.id, each.where, each.severity) for each in check(part(), rules)] == [
        ("a", "1", Severity.ERROR),
        ("c", "0", Severity.ERROR),
        ("b", "0", Severity.WARNING),
        ("b", "1", Severity.WARNING),
        ("a", "0", Severity.INFO),
        ("d", "0", Severity.INFO),
    ]


def test_a_finding_prints_its_fix_and_who_says_so() -> None:
    """One line; the fix is left out where nothing needs to be done."""
    said = Finding(id="a-b", severity=Severity.ERROR, message="bad", fix="mend it", reference="RFC 1", where="x TXT")
    assert str(said) == "a-b: bad; mend it (RFC 1)"
    assert str(replace(said, fix="")) == "a-b: bad (RFC 1)"


def test_what_tokens_hide_is_one_line() -> None:
    """Two sets hold tokens, in a name or in a value, with a fault that nobody can see; they are counted, not judged."""
    view = whole(
        txt("_dmarc.example.com", f"v=DMARC1; p=reject; pct=1; rua={TOKEN}"),
        txt(f"s._domainkey.{TOKEN}", "v=DKIM1; p=AAAA"),
        txt("example.com", "v=spf1 -all", "MS=ms123"),
        mx("example.com", "10 mail.example.net"),
    )
    assert check(view) == (
        Finding(
            id="cannot-tell",
            severity=Severity.INFO,
            message="2 record sets hold text that is known only after the deploy; rules on texts skip it",
            fix="",
            reference="AWS CDK developer guide, tokens",
            where="",
        ),
    )


def _reference_example() -> ZoneView:
    """What a deploy to ap-northeast-1 publishes for blacksheep.link."""
    domain = DomainName("blacksheep.link")
    record = DmarcRecord.parse("v=DMARC1; p=none; rua=mailto:dmarc-reports@blacksheep.link")
    identity = SesIdentity(name=domain.text, dkim_domain=domain, mail_from=domain.child("bounce"))
    dkim = (
        ResourceRecordSet(
            KnownAfterDeploy(f"DkimDNSTokenName{n}"), RecordType.CNAME, 600, (KnownAfterDeploy(f"DkimDNSTokenValue{n}"),)
        )
        for n in (1, 2, 3)
    )
    return ZoneView(
        zone=domain,
        records=(
            *dkim,
            mx("bounce.blacksheep.link", FEEDBACK),
            txt("bounce.blacksheep.link", "v=spf1 include:amazonses.com ~all"),
            txt("blacksheep.link", "v=spf1 include:amazonses.com ~all"),
            txt("_dmarc.blacksheep.link", str(record)),
        ),
        proofs=(
            prove(
                AlignmentQuestion(
                    from_domain=domain, identities=(identity,), dmarc_records={domain: record}, region="ap-northeast-1"
                )
            ),
        ),
    )


def test_the_reference_example_gives_no_warning() -> None:
    """Its one finding is an info: nobody knows yet whether the reports arrive."""
    assert [(each.id, each.severity, each.message) for each in check(_reference_example())] == [
        (
            "dmarc-rua-undeliverable",
            Severity.INFO,
            "cannot tell whether reports arrive; blacksheep.link has no MX in this app",
        )
    ]


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(whole(other("_dmarc.example.com", RecordType.CNAME, "example.com.hosted.example.net")), id="hosted-dmarc"),
        pytest.param(part(txt("example.com", "MS=ms123", "v=spf1 -all", "google-site-verification=v=spf1")), id="site-tokens"),
        pytest.param(part(txt("example.com", *(f"site-{n}=v=DMARC1;" for n in range(20)), "v=spf1 -all")), id="twenty-tokens"),
        pytest.param(
            part(
                txt("_dmarc.example.com", "v=DMARC1;p=none;rua=mailto:a@example.com"), mx("example.com", "10 mail.example.net")
            ),
            id="dmarc-without-spaces",
        ),
        pytest.param(part(txt("example.net._report._dmarc.example.com", "v=DMARC1;")), id="consent-to-reports"),
        pytest.param(part(txt("*.example.com", "v=spf1 -all"), txt("*._domainkey.example.com", "v=DKIM1; p=")), id="parked"),
        pytest.param(whole(), id="an-empty-zone"),
    ],
)
def test_what_many_domains_have_gives_no_finding(view: ZoneView) -> None:
    """A false alarm teaches people to look away."""
    assert check(view) == ()


def test_reports_to_a_service_give_no_warning_offline() -> None:
    """Services consent by wildcards in zones that nobody can see here."""
    view = part(txt("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:a@rua.example.net"))
    assert {each.severity for each in check(view)} == {Severity.INFO}


WORDS = st.sampled_from(
    [
        *("v=spf1 ", "v=DMARC1; ", "v=DKIM1; ", "ｖ＝ＤＭＡＲＣ１；", "\u3000", "\u200b", '"', "\\", ";", ",", " ", "="),
        *("p=reject", "p=none; ", "sp=none; ", "np=none; ", "t=y; ", "pct=0; ", "fo=1; ", "p=AAAA", "k=ed25519; "),
        *("rua=mailto:a@example.com", "rua=a", "ruf=mailto:x@example.net;"),
        *("include:a.example.com ", "redirect=example.com", "+all", "ip4:0.0.0.0/0 ", "a/0 ", "%{i}"),
        *(TOKEN, "\x00", "\x1b[2J", "\n", "\x85", "\u202e", "日本語", "\U0001f600"),
    ]
)
TEXTS = st.one_of(st.lists(WORDS, max_size=6).map("".join), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
NAMES = st.sampled_from(
    [
        *("example.com", "*.example.com", "a.example.com", "_dmarc.example.com", "_dmarc.a.example.com", "dmarc.example.com"),
        *(
            "s._domainkey.example.com",
            "x.example._report._dmarc.example.com",
            "_dmarc",
            "com",
            f"_dmarc.{TOKEN}",
            TOKEN,
            "日本語.jp",
        ),
    ]
).map(DomainName)
HOSTS = st.sampled_from(["mail.example.com", "feedback-smtp.us-east-1.amazonses.com", ".", "a.dkim.amazonses.com", TOKEN])


@st.composite
def _record_sets(draw: st.DrawFn) -> ResourceRecordSet | None:
    kind = draw(st.sampled_from([RecordType.TXT, RecordType.TXT, RecordType.TXT, *RecordType]))
    if kind is RecordType.TXT:
        values = draw(st.lists(TEXTS, min_size=1, max_size=3))
    else:
        values = [f"10 {host}" if kind is RecordType.MX else host for host in draw(st.lists(HOSTS, min_size=1, max_size=2))]
    try:
        return ResourceRecordSet(draw(NAMES), kind, 600, tuple(values))
    except EmailAuthError:  # Route 53 would refuse it
        return None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_record_sets(), max_size=6),
    st.sampled_from([None, ZONE, DomainName("com"), DomainName(TOKEN)]),
    st.booleans(),
    st.sampled_from([None, True, False]),
)
def test_no_rule_ever_raises(
    records: list[ResourceRecordSet | None],
    zone: DomainName | None,
    complete: bool,  # noqa: FBT001 - drawn by Hypothesis
    signed: bool | None,  # noqa: FBT001
) -> None:
    """Texts come from anybody. Findings are sorted, each has a sentence without control characters, each fault a fix."""
    view = ZoneView(
        records=tuple(record for record in records if record is not None), zone=zone, complete=complete, dnssec_signed=signed
    )
    findings = check(view)
    assert [each for each in findings if not f"{each}{each.where}".isprintable()] == []
    assert [each for each in findings if not each.fix and each.severity is not Severity.INFO] == []
    ranks = [WORSE_FIRST.index(each.severity) for each in findings]
    assert ranks == sorted(ranks)
    assert sum(each.id == "cannot-tell" for each in findings) == (view.hidden > 0)


@pytest.mark.parametrize("table", [*TABLES, test_near_miss], ids=lambda table: table.__name__.rpartition(".")[2])
def test_every_warning_has_a_fix(table: ModuleType) -> None:
    """No fault without a fix, in no row of the tables."""
    assert [row.id for row in table.LOUD if not row.values[-1] and Severity.INFO not in row.values] == []
