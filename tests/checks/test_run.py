"""Tests of how rules are run: the order of their findings, tokens, and zones about which they say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.checks.finding import Fault, Finding, Need, Rule, Severity
from ses_email_auth.checks.run import check
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.alignment import AlignmentQuestion, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.view import ZoneView
from tests.zone.views import FEEDBACK, TOKEN, ZONE, mx, part, record_set, txt, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

WORST_FIRST = [Severity.ERROR, Severity.WARNING, Severity.INFO]


def test_the_worst_comes_first_and_the_order_of_rules_is_kept() -> None:
    """Within a severity findings come in the order of the rules and of the records."""

    def rule(name: str, severity: Severity, *faults: Severity | None) -> Rule:
        def find(_: ZoneView) -> Iterator[Fault]:
            yield from (Fault(where=str(at), message="m", severity=fault) for at, fault in enumerate(faults))

        return Rule(id=name, severity=severity, need=Need.RECORD, reason="r", reference="RFC 1", faults=find)

    rules = (
        rule("a", Severity.INFO, None, Severity.ERROR),
        rule("b", Severity.WARNING, None, None),
        rule("c", Severity.ERROR, None),
        rule("d", Severity.WARNING, Severity.INFO),
    )
    assert [(finding.id, finding.where, finding.severity) for finding in check(part(), rules)] == [
        ("a", "1", Severity.ERROR),
        ("c", "0", Severity.ERROR),
        ("b", "0", Severity.WARNING),
        ("b", "1", Severity.WARNING),
        ("a", "0", Severity.INFO),
        ("d", "0", Severity.INFO),
    ]


def test_a_rule_that_raises_hides_no_other_finding() -> None:
    """What it had found is kept, the next rule runs, and the failure is a warning of its own."""

    def broken(_: ZoneView) -> Iterator[Fault]:
        yield Fault(where="example.com TXT", message="m")
        raise ValueError

    def sound(_: ZoneView) -> Iterator[Fault]:
        yield Fault(where="example.com TXT", message="m")

    rules = [
        Rule(id=name, severity=Severity.INFO, need=Need.RECORD, reason="r", reference="RFC 1", faults=faults)
        for name, faults in (("broken", broken), ("sound", sound))
    ]
    failed, *others = check(part(), rules)
    assert (failed.id, failed.severity) == ("rule-failed", Severity.WARNING)
    assert failed.message == "the rule broken failed with ValueError and has judged nothing in example.com"
    assert [finding.id for finding in others] == ["broken", "sound"]


def test_what_tokens_hide_is_one_line() -> None:
    """Two sets hold tokens, in a name or in a value, with a fault that cannot be seen; they are counted, not judged."""
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
    """Its one finding is an info: whether the reports arrive is not known yet."""
    assert [(finding.id, finding.severity, finding.message) for finding in check(_reference_example())] == [
        (
            "dmarc-rua-undeliverable",
            Severity.INFO,
            "cannot tell whether reports arrive; blacksheep.link has no MX in this app",
        )
    ]


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(
            whole(record_set("_dmarc.example.com", RecordType.CNAME, "example.com.hosted.example.net")), id="hosted-dmarc"
        ),
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
    """Services consent by wildcards in zones that are out of view."""
    view = part(txt("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:a@rua.example.net"))
    assert {finding.severity for finding in check(view)} == {Severity.INFO}


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
    """Texts come from anywhere. Findings are sorted, each has a sentence without control characters, each fault a fix."""
    view = ZoneView(
        records=tuple(record for record in records if record is not None), zone=zone, complete=complete, dnssec_signed=signed
    )
    findings = check(view)
    assert [finding for finding in findings if not f"{finding}{finding.where}".isprintable()] == []
    assert [finding for finding in findings if not finding.fix and finding.severity is not Severity.INFO] == []
    ranks = [WORST_FIRST.index(finding.severity) for finding in findings]
    assert ranks == sorted(ranks)
    assert sum(finding.id == "cannot-tell" for finding in findings) == (view.hidden > 0)
