"""Tests of the rules on SPF for what Amazon SES sends."""

from __future__ import annotations

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.checks.views import FEEDBACK, TOKEN, ZONE, mx, part, record_set, txt, whole

NAME = "bounce.example.com"
AT = f"{NAME} TXT"
MX = mx(NAME, FEEDBACK)
NOT_KNOWN = ResourceRecordSet(
    ZONE.child("bounce"), RecordType.MX, 600, (KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com"),)
)
NOT_ALLOWED = f"{NAME} is a MAIL FROM domain of SES, and its SPF record does not allow SES"
NO_RECORD = f"{NAME} is a MAIL FROM domain of SES and has no SPF record, so nothing that SES sends passes SPF"
ADDRESSES = (
    f"the SPF record of {NAME} names addresses and not include:amazonses.com; SPF fails for what SES sends unless they are all "
    "of SES's"
)
ADD = "put include:amazonses.com in front of all"
PUBLISH = f'publish TXT "v=spf1 include:amazonses.com ~all" at {NAME}'
JAPAN = "sends through SES and has no SPF record; carriers in Japan check the From domain too"


def bounce(*texts: str) -> ZoneView:
    """A MAIL FROM domain with these TXT values."""
    return part(MX, txt(NAME, *texts))


def keys(domain: str = "example.com") -> tuple[ResourceRecordSet, ...]:
    """Three Easy DKIM records."""
    return tuple(
        record_set(f"{token}._domainkey.{domain}", RecordType.CNAME, f"{token}.dkim.amazonses.com") for token in ("a", "b", "c")
    )


def sender(name: str, *records: ResourceRecordSet, complete: bool = True) -> ZoneView:
    """A zone with an identity of SES."""
    identity = DeclaredIdentity(name=name, origin=Origin("app.json"))
    return ZoneView(records=records, zone=ZONE, complete=complete, identities=(identity,))


LOUD = [
    loud(
        "spf-amazonses-at-mail-from-missing",
        bounce("v=spf1 -all"),
        Severity.ERROR,
        AT,
        NOT_ALLOWED,
        ADD,
        id="nobody-is-allowed",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        bounce("v=spf1 include:_spf.google.com mx a ~all"),
        Severity.ERROR,
        AT,
        NOT_ALLOWED,
        ADD,
        id="another-service-is-allowed",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        part(NOT_KNOWN, txt(NAME, "v=spf1 ?include:amazonses.com ~all")),
        Severity.ERROR,
        AT,
        NOT_ALLOWED,
        ADD,
        id="neutral-is-not-allowed",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        part(
            MX,
            txt(NAME, "v=spf1 include:_spf.example.com redirect=bounce.example.com"),
            txt("_spf.example.com", "v=spf1 include:_spf.google.com -all include:amazonses.com"),
        ),
        Severity.ERROR,
        AT,
        NOT_ALLOWED,
        ADD,
        id="through-what-is-in-view",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        bounce("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"),
        Severity.WARNING,
        AT,
        ADDRESSES,
        ADD,
        id="addresses-can-be-those-of-ses",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing", bounce("MS=ms1"), Severity.ERROR, AT, NO_RECORD, PUBLISH, id="another-text-alone"
    ),
    loud(
        "spf-amazonses-at-mail-from-missing", whole(MX), Severity.ERROR, f"{NAME} MX", NO_RECORD, PUBLISH, id="no-text-at-all"
    ),
    loud(
        "from-spf-missing",
        whole(*keys()),
        Severity.INFO,
        "example.com TXT",
        f"example.com {JAPAN}",
        'publish TXT "v=spf1 include:amazonses.com ~all" at example.com',
        id="easy-dkim",
    ),
    loud(
        "from-spf-missing",
        sender("example.com", txt("example.com", "MS=ms1")),
        Severity.INFO,
        "example.com TXT",
        f"example.com {JAPAN}",
        'publish TXT "v=spf1 include:amazonses.com ~all" at example.com',
        id="an-identity",
    ),
    loud(
        "from-spf-missing",
        sender("info@news.example.com", txt("example.com", "v=spf1 -all")),
        Severity.INFO,
        "news.example.com TXT",
        f"news.example.com {JAPAN}",
        'publish TXT "v=spf1 include:amazonses.com ~all" at news.example.com',
        id="an-address-below",
    ),
]

SILENT = [
    silent(
        "spf-amazonses-at-mail-from-missing",
        whole(MX, record_set(NAME, RecordType.CNAME, "a.example.net")),
        id="cname-beside-data-says-it",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        whole(DeclaredRecordSet.of("bounce.example.com.example.com.", "MX", (FEEDBACK,), Origin("zone"))),  # type: ignore[arg-type]  # as files have it
        id="name-doubled-says-it",
    ),
    silent("spf-amazonses-at-mail-from-missing", bounce("v=spf1 include:AmazonSES.com. ~all"), id="as-it-should-be"),
    silent("spf-amazonses-at-mail-from-missing", part(MX), id="the-text-can-be-elsewhere"),
    silent("spf-amazonses-at-mail-from-missing", bounce(TOKEN, "MS=ms1"), id="a-token"),
    silent("spf-amazonses-at-mail-from-missing", bounce("v=spf1 include:spf.example.net -all"), id="not-in-view"),
    silent("spf-amazonses-at-mail-from-missing", bounce("v=spf1 include:amazon.com -all"), id="amazon-includes-it"),
    silent("spf-amazonses-at-mail-from-missing", bounce("v=spf1 redirect=%{d}.example.net"), id="a-macro"),
    silent("spf-amazonses-at-mail-from-missing", bounce("v=spf1 exists:%{i}.a.example -all"), id="exists"),
    silent("spf-amazonses-at-mail-from-missing", bounce("v=spf1 +all"), id="spf-pass-all-says-it"),
    silent("spf-amazonses-at-mail-from-missing", bounce("v=spf1 ipv4:192.0.2.1 -all"), id="spf-syntax-says-it"),
    silent("spf-amazonses-at-mail-from-missing", bounce("v=spf1 -all", "v=spf1 +all"), id="spf-multiple-says-it"),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(MX, txt(NAME, "v=spf1 redirect=a.example.com"), txt("a.example.com", "v=spf1 include:amazonses.com ~all")),
        id="through-a-redirect",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(
            MX,
            txt(NAME, "v=spf1 include:n0.example.com -all"),
            *(txt(f"n{n}.example.com", f"v=spf1 include:n{n + 1}.example.com -all") for n in range(30)),
        ),
        id="a-chain-that-nobody-follows",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        whole(MX, record_set(NAME, RecordType.NS, "ns.example.net")),
        id="delegated",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(mx(TOKEN, FEEDBACK), txt(TOKEN, "v=spf1 -all")),
        id="a-name-that-nobody-knows",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing", part(mx(NAME, "10 mail.example.net"), txt(NAME, "v=spf1 -all")), id="no-mail-from"
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(MX, DeclaredRecordSet.of(NAME, "TXT", (KnownAfterDeploy("Region", "v=spf1 include:"),), Origin("a"))),
        id="a-text-that-nobody-knows",
    ),
    silent("from-spf-missing", part(*keys()), id="not-the-whole-zone"),
    silent("from-spf-missing", ZoneView(records=keys(), complete=True), id="a-zone-without-a-name"),
    silent("from-spf-missing", whole(*keys(), txt("example.com", "v=spf1 mx ~all")), id="there-it-is"),
    silent("from-spf-missing", whole(*keys("a.example.com"), txt("*.example.com", "v=spf1 -all")), id="wildcard"),
    silent("from-spf-missing", sender("other.example"), id="outside-of-the-zone"),
    silent("from-spf-missing", sender(TOKEN), id="a-token"),
    silent("from-spf-missing", whole(txt("example.com", "MS=ms1")), id="nobody-sends"),
]


test_rules = rule_test(LOUD, SILENT)


def test_a_finding_leads_to_the_mx_and_to_the_text() -> None:
    """Whoever wrote the one may not have written the other."""
    (said,) = findings_of("spf-amazonses-at-mail-from-missing", bounce("v=spf1 -all"))
    assert [record.place for record in said.records if isinstance(record, ResourceRecordSet)] == [f"{NAME} MX", f"{NAME} TXT"]


def test_a_sender_without_a_record_leads_to_the_identity_and_to_its_keys() -> None:
    """There is no TXT record to lead to."""
    (said,) = findings_of(
        "from-spf-missing", sender("info@example.com", *keys(), record_set("www.example.com", RecordType.CNAME, "a.example"))
    )
    assert [origin.path for origin in said.origins] == ["app.json"]
    unknown = DeclaredIdentity(name=TOKEN, origin=Origin("app.json"))
    assert len(findings_of("from-spf-missing", ZoneView(records=keys(), zone=ZONE, complete=True, identities=(unknown,)))) == 1
    assert len(said.records) == 4
