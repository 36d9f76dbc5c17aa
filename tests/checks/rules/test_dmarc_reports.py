"""Tests of the rules on DMARC reports: whether they arrive, and how their addresses are written."""

from __future__ import annotations

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.resource_record_set import RecordType
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import FEEDBACK, REPORTS, TOKEN, declared, dmarc, mx, part, record_set, txt, whole

AT = "_dmarc.example.com TXT"
ADD_RUA = "add a rua with an address that can receive mail (in our constructs: dmarc_rua=[...])"
RECEIVES = "name an address that receives mail"
DMARC = txt("_dmarc.example.com", f"v=DMARC1; p=none; {REPORTS}")

# Two organizations in one zone: github.io is on the Public Suffix List.
SUFFIX_DMARC = txt("_dmarc.a.github.io", "v=DMARC1; p=none; rua=mailto:x@b.github.io")
SEEN_DMARC = declared("_dmarc.a.github.io.", "TXT", '"v=DMARC1; p=none; rua=mailto:x@b.github.io"')
CONSENT = "a.github.io._report._dmarc.b.github.io"
LONG = ".".join(["a" * 60] * 3) + ".com"
WRITE = "write rua=mailto:dmarc-reports@example.com"
THREE = "mailto:a@example.com,mailto:b@example.com, mailto:c@example.com"
TWO_AT_MOST = "name 2 at most, and pass the reports on from there"

LOUD = [
    loud(
        "dmarc-no-rua",
        dmarc("p=none"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com",
        ADD_RUA,
        id="no-rua",
    ),
    loud(
        "dmarc-no-rua",
        dmarc("p=reject"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com, so its policy is enforced blind",
        ADD_RUA,
        id="no-rua-at-reject",
    ),
    loud(
        "dmarc-no-rua",
        dmarc("p=none; sp=quarantine"),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com, so its policy is enforced blind",
        ADD_RUA,
        id="no-rua-with-a-policy-for-subdomains",
    ),
    loud(
        "dmarc-no-rua",
        part(txt("_dmarc.example.com", "v=DMARC1; p=reject"), txt("example.com", "MS=ms1", "v=spf1 -all")),
        Severity.INFO,
        AT,
        "nobody gets reports about mail From example.com",
        ADD_RUA,
        id="no-rua-of-a-parked-domain",
    ),
    loud(
        "dmarc-no-rua",
        part(txt("_dmarc.example.com", "v=DMARC1; p=reject"), txt("example.com", "v=spf1 mx -all")),
        Severity.WARNING,
        AT,
        "nobody gets reports about mail From example.com, so its policy is enforced blind",
        ADD_RUA,
        id="no-rua-of-a-domain-that-sends",
    ),
    loud(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, zone="github.io"),
        Severity.WARNING,
        "_dmarc.a.github.io TXT",
        "reports to mailto:x@b.github.io are sent only if its owner allows it",
        f'ask for this record, unless they have it: {CONSENT} TXT "v=DMARC1;"',
        id="no-consent-in-a-complete-zone",
    ),
    loud(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, txt(CONSENT, "consent"), zone="github.io"),
        Severity.WARNING,
        "_dmarc.a.github.io TXT",
        "reports to mailto:x@b.github.io are sent only if its owner allows it",
        f'ask for this record, unless they have it: {CONSENT} TXT "v=DMARC1;"',
        id="another-text-is-no-consent",
    ),
    loud(
        "dmarc-rua-external",
        dmarc("p=none; rua=mailto:x@reports.example.net,mailto:x@reports.example.net"),
        Severity.INFO,
        AT,
        "reports to mailto:x@reports.example.net are sent only if its owner allows it",
        'ask for this record, unless they have it: example.com._report._dmarc.reports.example.net TXT "v=DMARC1;"',
        id="offline-it-is-an-info",
    ),
    loud(
        "dmarc-rua-external",
        part(txt(f"_dmarc.{LONG}", "v=DMARC1; p=none; rua=mailto:x@" + "b" * 60 + ".example.net"), zone=None),
        Severity.ERROR,
        f"_dmarc.{LONG} TXT",
        f"{'b' * 60}.example.net cannot consent to reports about {LONG}: its record would have too long a name",
        "name an address at a shorter host",
        id="consent-is-impossible",
    ),
    loud(
        "dmarc-rua-undeliverable",
        part(DMARC, mx("example.com", "0 .")),
        Severity.WARNING,
        AT,
        "example.com takes no mail (null MX), so every report bounces",
        RECEIVES,
        id="null-mx",
    ),
    loud(
        "dmarc-rua-undeliverable",
        part(txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@b.example.com"), mx("b.example.com", FEEDBACK)),
        Severity.WARNING,
        AT,
        "b.example.com is a MAIL FROM domain: SES takes bounces there, and no reports",
        RECEIVES,
        id="mail-from-domain",
    ),
    loud(
        "dmarc-rua-undeliverable",
        whole(DMARC, txt("example.com", "v=spf1 -all"), mx("*.example.com", "10 mail.example.net")),
        Severity.WARNING,
        AT,
        "example.com has no MX, so every report bounces",
        RECEIVES,
        id="nothing-takes-mail",
    ),
    loud(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@r.example.com"),
            txt("r.example.com", "-"),
            mx("*.example.com", "10 mail.example.net"),
        ),
        Severity.WARNING,
        AT,
        "r.example.com has no MX, so every report bounces",
        RECEIVES,
        id="no-wildcard-answers-for-a-name-that-exists",
    ),
    loud(
        "dmarc-rua-undeliverable",
        dmarc("p=none; rua=mailto:a@example.com,mailto:b@example.com"),
        Severity.INFO,
        AT,
        "cannot tell whether reports arrive; example.com has no MX in this app",
        "",
        id="an-mx-may-be-out-of-view",
    ),
    loud(
        "dmarc-fo-without-ruf",
        dmarc(f"p=none; {REPORTS}; fo=1:d"),
        Severity.INFO,
        AT,
        "fo is ignored without ruf",
        "leave out fo",
        id="fo-without-ruf",
    ),
    loud(
        "dmarc-consent-no-semicolon",
        part(txt("*._report._dmarc.example.com", "v=DMARC1")),
        Severity.INFO,
        "*._report._dmarc.example.com TXT",
        "RFC 7489 receivers want a ';' behind v=DMARC1, and may see no consent without it",
        "write v=DMARC1;",
        id="consent-to-everyone",
    ),
    loud(
        "dmarc-consent-elsewhere",
        part(txt("a.example._report._dmarc.example.com", "v=DMARC1; rua=mailto:x@reports.example.com")),
        Severity.ERROR,
        "a.example._report._dmarc.example.com TXT",
        "its rua names reports.example.com, and only example.com is allowed here, so reporters send nothing at all",
        "leave out rua, or name an address at example.com",
        id="another-host",
    ),
    loud(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, record_set("_dmarc.b.github.io", RecordType.NS, "ns.example.net"), zone="github.io"),
        Severity.INFO,
        "_dmarc.a.github.io TXT",
        "reports to mailto:x@b.github.io are sent only if its owner allows it",
        f'ask for this record, unless they have it: {CONSENT} TXT "v=DMARC1;"',
        id="consent-in-a-delegated-zone",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="bare-address",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto: a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'mailto: a@example.com' is not a report address: it holds white space; remove it",
        WRITE,
        id="space-behind-mailto",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto:mailto:a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'mailto:mailto:a@example.com' holds 'mailto:' twice; write it once",
        WRITE,
        id="mailto-twice",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua=mailto:a@example.com;mailto:b@example.com"),
        Severity.ERROR,
        AT,
        "a ';' ends the list of report URIs, so 'mailto:b@example.com' is read as a tag and spoils the record",
        "write ',' between two URIs",
        id="semicolon-between-uris",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("p=none; rua="),
        Severity.ERROR,
        AT,
        "rua has no value; write one or remove the tag",
        WRITE,
        id="empty-rua",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc(f"p=none; {REPORTS}; RUF=a@example.com; fo=1"),
        Severity.ERROR,
        AT,
        "ruf: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        "write ruf=mailto:dmarc-reports@example.com",
        id="ruf-too",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc("sp=none; rua=a@example.com"),
        Severity.ERROR,
        AT,
        "rua: 'a@example.com' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="beside-a-missing-p-only-the-uri",
    ),
    loud(
        "dmarc-rua-not-uri",
        dmarc(f"p=none; rua={'a' * 300}"),
        Severity.ERROR,
        AT,
        f"rua: '{'a' * 74} ... {'a' * 19}' is not a report URI: it has no scheme; write for example 'mailto:a@example.com'",
        WRITE,
        id="a-long-text-is-cut",
    ),
    loud(
        "dmarc-rua-many",
        dmarc(f"p=none; rua={THREE}"),
        Severity.INFO,
        AT,
        "rua names 3 places; RFC 7489 receivers need to send reports to 2 only",
        TWO_AT_MOST,
        id="three",
    ),
    loud(
        "dmarc-rua-many",
        dmarc(f"p=none; {REPORTS}; ruf={THREE}; fo=1"),
        Severity.INFO,
        AT,
        "ruf names 3 places; RFC 7489 receivers need to send reports to 2 only",
        TWO_AT_MOST,
        id="ruf-too",
    ),
    loud(
        "dmarc-rua-not-mailto",
        dmarc("p=none; rua=https://example.com/dmarc"),
        Severity.WARNING,
        AT,
        "rua: reporters must know mailto: only, and few send anything to 'https://example.com/dmarc'",
        "name a mail address in rua too",
        id="https-alone",
    ),
    loud(
        "dmarc-rua-not-mailto",
        dmarc(f"p=none; {REPORTS},https://example.com/dmarc"),
        Severity.INFO,
        AT,
        "rua: reporters must know mailto: only, and few send anything to 'https://example.com/dmarc'",
        "",
        id="https-beside-mailto",
    ),
    loud(
        "dmarc-size-suffix",
        dmarc(f"p=none; {REPORTS}!10M"),
        Severity.INFO,
        AT,
        "the size limit '!10m' is obsolete, and reporters ignore it",
        "leave the size limit out",
        id="ten-megabytes",
    ),
]

SILENT = [
    silent("dmarc-consent-no-semicolon", part(txt("a.example._report._dmarc.example.com", "v=DMARC1;")), id="with-a-semicolon"),
    silent(
        "dmarc-consent-no-semicolon",
        part(txt(f"a.example._report._dmarc.{TOKEN}", "v=DMARC1"), txt("a.example._report._dmarc.example.com", "x")),
        id="nothing-to-see",
    ),
    silent(
        "dmarc-consent-elsewhere",
        part(txt("a.example._report._dmarc.example.com", "v=DMARC1; rua=mailto:x@Example.com")),
        id="the-same-host",
    ),
    silent(
        "dmarc-consent-elsewhere",
        part(txt("a.example._report._dmarc.example.com", "v=DMARC1; rua=x", "v=DMARC1;")),
        id="no-uri",
    ),
    silent(
        "dmarc-consent-elsewhere",
        part(txt("a.example._report._dmarc.example.com", "v=DMARC1; rua=https://192.0.2.1/")),
        id="no-host",
    ),
    silent(
        "dmarc-rua-external",
        whole(SEEN_DMARC, declared(CONSENT, "TXT", is_alias=True), zone="github.io"),
        id="consent-behind-an-alias",
    ),
    silent(
        "dmarc-rua-external",
        whole(SEEN_DMARC, declared(CONSENT, "CNAME", is_alias=True), zone="github.io"),
        id="consent-behind-a-cname-without-a-value",
    ),
    silent(
        "dmarc-rua-undeliverable",
        whole(DMARC, declared("example.com", "MX", is_alias=True)),
        id="mx-behind-an-alias",
    ),
    silent("dmarc-rua-undeliverable", whole(DMARC, declared("example.com", "A", is_alias=True)), id="a-behind-an-alias"),
    silent(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@r.example.com"),
            declared("*.example.com", "A", is_alias=True),
        ),
        id="a-of-a-wildcard-behind-an-alias",
    ),
    silent("dmarc-rua-undeliverable", whole(DMARC, declared("example.com", "MX", "")), id="an-mx-without-a-value"),
    silent("dmarc-no-rua", dmarc(f"p=reject; {REPORTS}"), id="reports"),
    silent("dmarc-no-rua", dmarc("p=reject; rua=dmarc@example.com"), id="a-wrong-rua-is-said-by-another-rule"),
    silent("dmarc-no-rua", part(txt("a.example.net._report._dmarc.example.com", "v=DMARC1;")), id="consent-is-no-policy"),
    silent("dmarc-no-rua", part(record_set("_dmarc.example.com", RecordType.CNAME, "x.dmarc.example.net")), id="hosted-dmarc"),
    silent("dmarc-no-rua", part(txt("_dmarc.example.com", f"v=DMARC1; p=none; rua={TOKEN}")), id="token"),
    silent("dmarc-no-rua", part(txt("_dmarc.example.com", "v=spf1 -all", "x")), id="other-texts-at-the-name"),
    silent("dmarc-no-rua", part(txt("_dmarc.example.com", "v=DMARC1; foo=bar")), id="receivers-apply-no-dmarc-anyway"),
    silent("dmarc-rua-external", dmarc("p=none; rua=mailto:a@mail.example.com"), id="same-organization"),
    silent("dmarc-rua-external", whole(SUFFIX_DMARC, txt(CONSENT, "v=DMARC1;"), zone="github.io"), id="consent"),
    silent(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, txt("*._report._dmarc.b.github.io", "v=DMARC1"), zone="github.io"),
        id="consent-to-everyone",
    ),
    silent(
        "dmarc-rua-external",
        whole(SUFFIX_DMARC, record_set(CONSENT, RecordType.CNAME, "consent.example.net"), zone="github.io"),
        id="consent-behind-a-cname",
    ),
    silent("dmarc-rua-external", whole(SUFFIX_DMARC, txt(CONSENT, TOKEN), zone="github.io"), id="consent-in-a-token"),
    silent("dmarc-rua-undeliverable", part(DMARC, mx("example.com", "10 mail.example.net")), id="mx"),
    silent("dmarc-rua-undeliverable", whole(DMARC, mx("example.com", f"10 {TOKEN}")), id="mx-in-a-token"),
    silent("dmarc-rua-undeliverable", whole(DMARC, record_set("example.com", RecordType.A, "192.0.2.1")), id="a-for-mx"),
    silent("dmarc-rua-undeliverable", whole(DMARC, record_set("example.com", RecordType.AAAA, "2001:db8::1")), id="aaaa"),
    silent("dmarc-rua-undeliverable", dmarc("p=none; rua=mailto:a@example.net"), id="host-in-another-zone"),
    silent("dmarc-rua-undeliverable", dmarc("p=none; rua=https://example.com/reports"), id="no-mail"),
    silent("dmarc-rua-undeliverable", whole(DMARC, zone=None), id="zone-without-a-name"),
    silent(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@r.example.com"),
            mx("*.example.com", "10 mail.example.net"),
        ),
        id="mx-of-a-wildcard",
    ),
    silent(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@r.example.com"),
            record_set("r.example.com", RecordType.CNAME, "mail.example.net"),
        ),
        id="host-behind-a-cname",
    ),
    silent(
        "dmarc-rua-undeliverable",
        whole(
            txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:a@x.r.example.com"),
            record_set("r.example.com", RecordType.NS, "ns.example.net"),
        ),
        id="host-in-a-delegated-zone",
    ),
    silent("dmarc-fo-without-ruf", dmarc("p=none; fo=1; ruf=mailto:a@example.com"), id="fo-with-ruf"),
    silent("dmarc-fo-without-ruf", dmarc("p=none"), id="no-fo"),
    silent("dmarc-rua-not-uri", dmarc("p=none;rua=mailto:a@example.com,mailto:b@example.com"), id="no-space"),
    silent("dmarc-rua-not-uri", dmarc("p=none; rua=mailto:a@example.com!10m, https://example.com/r"), id="obsolete-size"),
    silent("dmarc-rua-not-uri", dmarc("p=bogus; adkim=x; rua=mailto:a@example.com"), id="other-tags-are-wrong"),
    silent("dmarc-rua-not-uri", dmarc(f"p=none; {REPORTS}; {REPORTS}"), id="twice-is-a-fault-of-the-record"),
    silent("dmarc-rua-not-uri", dmarc("sp=none"), id="a-missing-p-is-a-fault-of-the-record"),
    silent(
        "dmarc-rua-many", dmarc("p=none; rua=mailto:a@example.com,mailto:b@example.com,mailto:a@example.com"), id="two-places"
    ),
    silent("dmarc-rua-not-mailto", dmarc(f"p=none; {REPORTS}; ruf=mailto:a@example.com"), id="mail"),
    silent("dmarc-size-suffix", dmarc(f"p=none; {REPORTS}"), id="no-limit"),
]

test_rules = rule_test(LOUD, SILENT)


def test_every_destination_must_consent() -> None:
    """Each host of another organization is named, those of ruf too, and one that cannot consent hides no other."""
    host = "b" * 60 + ".example.net"
    view = part(
        txt(f"_dmarc.{LONG}", f"v=DMARC1; p=none; rua=mailto:x@{host},mailto:x@c.example; ruf=mailto:x@d.example; fo=1"),
        zone=None,
    )
    assert [(finding.severity, finding.message[:28]) for finding in findings_of("dmarc-rua-external", view)] == [
        (Severity.ERROR, "b" * 28),
        (Severity.INFO, "reports to mailto:x@c.exampl"),
        (Severity.INFO, "reports to mailto:x@d.exampl"),
    ]


def test_every_wrong_uri_is_named() -> None:
    """Two wrong URIs of one list are two findings."""
    view = dmarc("p=none; rua=a@example.com,b@example.com")
    assert [finding.message.partition(" is ")[0] for finding in findings_of("dmarc-rua-not-uri", view)] == [
        "rua: 'a@example.com'",
        "rua: 'b@example.com'",
    ]
