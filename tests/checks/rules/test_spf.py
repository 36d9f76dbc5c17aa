"""Tests of the rules on what SPF records do: who may send, where they lead, and whether they allow Amazon SES."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.rules.spf import meant_include
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.known_includes import KNOWN_INCLUDES
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import FEEDBACK, TOKEN, ZONE, declared, easy_dkim, identity, mx, part, record_set, txt, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredRecordSet

AT = "example.com TXT"
TEN = " ".join(f"include:i{n}.example.net" for n in range(10))
EIGHT = " ".join(f"include:i{n}.example.net" for n in range(8))
SIX = " ".join(f"include:i{n}.example.net" for n in range(6))
DROP = "drop includes that nobody sends through any more, or send from a subdomain"
GIVE_UP = "whoever is not allowed before gets permerror"
OPEN = "lets every host of the internet send as the domain"
INCLUDES = txt("example.com", "v=spf1 include:_spf.example.com ~all")
TARGET_NO_RECORD = "_spf.example.com has no SPF record, so receivers answer permerror when they come to"
PUBLISH_TARGET = "publish an SPF record at _spf.example.com, or take the term out"
BOUNCE = "bounce.example.com"
AT_BOUNCE = f"{BOUNCE} TXT"
MX = mx(BOUNCE, FEEDBACK)
NOT_KNOWN = ResourceRecordSet(
    ZONE.child("bounce"), RecordType.MX, 600, (KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com"),)
)
NOT_ALLOWED = f"{BOUNCE} is a MAIL FROM domain of SES, and its SPF record does not allow SES"
BOUNCE_NO_RECORD = f"{BOUNCE} is a MAIL FROM domain of SES and has no SPF record, so nothing that SES sends passes SPF"
ADDRESSES = (
    f"the SPF record of {BOUNCE} names addresses and not include:amazonses.com; SPF fails for what SES sends unless they "
    "are all of SES's"
)
ADD = "put include:amazonses.com in front of all"
PUBLISH_AT_BOUNCE = f'publish TXT "v=spf1 include:amazonses.com ~all" at {BOUNCE}'
JAPAN = "sends through SES and has no SPF record; carriers in Japan check the From domain too"


def _alternative(identifier: str, *texts: str) -> DeclaredRecordSet:
    """One of several weighted TXT sets at example.com."""
    return declared("example.com.", "TXT", *(f'"{text}"' for text in texts), set_identifier=identifier)


def _misspelt(host: str) -> ZoneView:
    """A record with an include."""
    return part(txt("example.com", f"v=spf1 include:{host} ~all"))


def _bounce(*texts: str) -> ZoneView:
    """A MAIL FROM domain with these TXT values."""
    return part(MX, txt(BOUNCE, *texts))


LOUD = [
    loud(
        "spf-multiple",
        part(txt("example.com", "v=spf1 include:amazonses.com ~all", "MS=ms123", "V=SPF1 -all")),
        Severity.ERROR,
        AT,
        "example.com has 2 SPF records; receivers answer permerror and believe none",
        'merge them into one record: "v=spf1 include:amazonses.com ~all"',
        id="two-spf-strings",
    ),
    loud(
        "spf-multiple",
        part(txt("example.com", "v=spf1 include:amazonses.com ~all"), txt("example.com", "v=spf1 mx ~all", "v=spf1 a ~all")),
        Severity.ERROR,
        AT,
        "example.com has 3 SPF records; receivers answer permerror and believe none",
        'merge them into one record: "v=spf1 include:amazonses.com mx a ~all"',
        id="in-two-record-sets",
    ),
    loud(
        "spf-multiple",
        part(txt("example.com", "v=spf1 mx ~all", "v=spf1 ipv4:192.0.2.1 ~all")),
        Severity.ERROR,
        AT,
        "example.com has 2 SPF records; receivers answer permerror and believe none",
        "merge them into one record",
        id="one-that-cannot-be-read",
    ),
    loud(
        "spf-multiple",
        part(txt("example.com", *(f"v=spf1 ip4:192.0.2.{n} ~all" for n in range(6)))),
        Severity.ERROR,
        AT,
        "example.com has 6 SPF records; receivers answer permerror and believe none",
        "merge them into one record",
        id="more-than-anybody-wants-to-see",
    ),
    loud(
        "spf-multiple",
        part(txt("example.com", *(f"v=spf1 {' '.join(f'ip4:192.0.2.{10 * m + n}' for n in range(9))} ~all" for m in (1, 2)))),
        Severity.ERROR,
        AT,
        "example.com has 2 SPF records; receivers answer permerror and believe none",
        "merge them into one record",
        id="too-long-to-show",
    ),
    loud(
        "spf-multiple",
        part(_alternative("a", "v=spf1 -all"), _alternative("b", "v=spf1 a ~all", "v=spf1 mx ~all")),
        Severity.ERROR,
        AT,
        "example.com has 2 SPF records; receivers answer permerror and believe none",
        'merge them into one record: "v=spf1 a mx ~all"',
        id="two-in-one-of-two-weighted-sets",
    ),
    loud(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 a ALL")),
        Severity.ERROR,
        AT,
        f"+all {OPEN}",
        "use ~all or -all",
        id="plus-is-the-default-qualifier",
    ),
    loud(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 ip4:203.0.113.1/0 -all")),
        Severity.ERROR,
        AT,
        f"+ip4:203.0.113.1/0 {OPEN}",
        "name the addresses that really send",
        id="every-ipv4-address",
    ),
    loud(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 ip6:::/0 -all")),
        Severity.ERROR,
        AT,
        f"+ip6:::/0 {OPEN}",
        "name the addresses that really send",
        id="every-ipv6-address",
    ),
    loud(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 a/0 -all")),
        Severity.ERROR,
        AT,
        f"+a/0 {OPEN}",
        "name the addresses that really send",
        id="a-with-length-0",
    ),
    loud(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 mx//0 -all")),
        Severity.ERROR,
        AT,
        f"+mx//0 {OPEN}",
        "name the addresses that really send",
        id="mx-with-ipv6-length-0",
    ),
    loud(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 mx {TEN} ~all")),
        Severity.ERROR,
        AT,
        "SPF needs 11 DNS lookups or more; receivers stop at 10 with permerror",
        DROP,
        id="eleven-in-one-record",
    ),
    loud(
        "spf-too-many-lookups",
        part(
            txt("example.com", f"v=spf1 include:_spf.example.com {EIGHT} ~all"),
            txt("_spf.example.com", "v=spf1 redirect=_more.example.com"),
            txt("_more.example.com", "v=spf1 a mx -all"),
        ),
        Severity.ERROR,
        AT,
        "SPF needs 12 DNS lookups or more; receivers stop at 10 with permerror",
        DROP,
        id="through-an-include-and-a-redirect",
    ),
    loud(
        "spf-too-many-lookups",
        part(_alternative("a", f"v=spf1 {TEN} mx ~all"), _alternative("b", "v=spf1 -all")),
        Severity.ERROR,
        AT,
        "SPF needs 11 DNS lookups or more; receivers stop at 10 with permerror",
        DROP,
        id="the-worst-of-two-weighted-sets",
    ),
    loud(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 include:Mailgun.org. include:sendgrid.net {SIX} ~all")),
        Severity.WARNING,
        AT,
        "SPF needs an estimated 13 DNS lookups (table of known includes, 2026-11); receivers stop at 10 with permerror",
        DROP,
        id="known-includes-are-estimated",
    ),
    loud(
        "spf-too-many-lookups",
        part(
            txt("example.com", f"v=spf1 include:_spf.example.com {SIX} ~all"),
            txt("_spf.example.com", "v=spf1 include:_spf.mailgun.org -all"),
        ),
        Severity.INFO,
        AT,
        "SPF needs an estimated 10 DNS lookups (table of known includes, 2026-11), and 10 are allowed",
        "",
        id="a-known-include-behind-one-in-view",
    ),
    loud(
        "spf-include-loop",
        part(txt("example.com", "v=spf1 include:Example.com. ~all")),
        Severity.ERROR,
        AT,
        f"the includes of example.com go round: example.com -> example.com; {GIVE_UP}",
        "take the include of example.com out of example.com",
        id="a-record-that-includes-itself",
    ),
    loud(
        "spf-include-loop",
        part(
            txt("example.com", "v=spf1 include:i.example.net include:a.example.com ~all"),
            txt("a.example.com", "v=spf1 redirect=example.com"),
        ),
        Severity.ERROR,
        AT,
        f"the includes of example.com go round: example.com -> a.example.com -> example.com; {GIVE_UP}",
        "take the include of example.com out of a.example.com",
        id="a-redirect-back",
    ),
    loud(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 {TEN} ~all")),
        Severity.INFO,
        AT,
        "SPF needs 10 DNS lookups or more, and 10 are allowed",
        "",
        id="ten-are-allowed",
    ),
    loud(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 mx {EIGHT} ~all")),
        Severity.INFO,
        AT,
        "SPF needs 9 DNS lookups or more, and 10 are allowed",
        "",
        id="nine-is-nearly-ten",
    ),
    loud(
        "spf-include-no-spf",
        whole(INCLUDES),
        Severity.ERROR,
        AT,
        f"{TARGET_NO_RECORD} 'include:_spf.example.com'",
        PUBLISH_TARGET,
        id="the-name-does-not-exist",
    ),
    loud(
        "spf-include-no-spf",
        whole(txt("example.com", "v=spf1 mx redirect=_spf.example.com"), txt("_spf.example.com", "MS=ms1")),
        Severity.ERROR,
        AT,
        f"{TARGET_NO_RECORD} 'redirect=_spf.example.com'",
        PUBLISH_TARGET,
        id="a-redirect-to-another-text",
    ),
    loud(
        "spf-include-no-spf",
        whole(INCLUDES, record_set("_spf.example.com", RecordType.A, "192.0.2.1"), txt("*.example.com", "v=spf1 -all")),
        Severity.ERROR,
        AT,
        f"{TARGET_NO_RECORD} 'include:_spf.example.com'",
        PUBLISH_TARGET,
        id="no-wildcard-answers-for-a-name-that-exists",
    ),
    loud(
        "spf-include-typo",
        _misspelt("Amazonse.com."),
        Severity.WARNING,
        AT,
        "'include:Amazonse.com.' is not where Amazon SES keeps its SPF record; amazonses.com was meant, as it seems",
        "write include:amazonses.com",
        id="amazonses",
    ),
    loud(
        "spf-include-typo",
        _misspelt("amazon_ses.com"),
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
    loud(
        "spf-amazonses-at-mail-from-missing",
        _bounce("v=spf1 -all"),
        Severity.ERROR,
        AT_BOUNCE,
        NOT_ALLOWED,
        ADD,
        id="nobody-is-allowed",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        _bounce("v=spf1 include:_spf.google.com mx a ~all"),
        Severity.ERROR,
        AT_BOUNCE,
        NOT_ALLOWED,
        ADD,
        id="another-service-is-allowed",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        part(NOT_KNOWN, txt(BOUNCE, "v=spf1 ?include:amazonses.com ~all")),
        Severity.ERROR,
        AT_BOUNCE,
        NOT_ALLOWED,
        ADD,
        id="neutral-is-not-allowed",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        part(
            MX,
            txt(BOUNCE, "v=spf1 include:_spf.example.com redirect=bounce.example.com"),
            txt("_spf.example.com", "v=spf1 include:_spf.google.com -all include:amazonses.com"),
        ),
        Severity.ERROR,
        AT_BOUNCE,
        NOT_ALLOWED,
        ADD,
        id="through-what-is-in-view",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        _bounce("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"),
        Severity.WARNING,
        AT_BOUNCE,
        ADDRESSES,
        ADD,
        id="addresses-can-be-those-of-ses",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        _bounce("MS=ms1"),
        Severity.ERROR,
        AT_BOUNCE,
        BOUNCE_NO_RECORD,
        PUBLISH_AT_BOUNCE,
        id="another-text-alone",
    ),
    loud(
        "spf-amazonses-at-mail-from-missing",
        whole(MX),
        Severity.ERROR,
        f"{BOUNCE} MX",
        BOUNCE_NO_RECORD,
        PUBLISH_AT_BOUNCE,
        id="no-text-at-all",
    ),
    loud(
        "from-spf-missing",
        whole(*easy_dkim("abc")),
        Severity.INFO,
        "example.com TXT",
        f"example.com {JAPAN}",
        'publish TXT "v=spf1 include:amazonses.com ~all" at example.com',
        id="easy-dkim",
    ),
    loud(
        "from-spf-missing",
        whole(identity("example.com"), txt("example.com", "MS=ms1")),
        Severity.INFO,
        "example.com TXT",
        f"example.com {JAPAN}",
        'publish TXT "v=spf1 include:amazonses.com ~all" at example.com',
        id="an-identity",
    ),
    loud(
        "from-spf-missing",
        whole(identity("info@news.example.com"), txt("example.com", "v=spf1 -all")),
        Severity.INFO,
        "news.example.com TXT",
        f"news.example.com {JAPAN}",
        'publish TXT "v=spf1 include:amazonses.com ~all" at news.example.com',
        id="an-address-below",
    ),
]

SILENT = [
    silent("spf-multiple", part(txt("example.com", "v=spf1 -all"), txt("example.com", "v=spf1 -all")), id="the-same-twice"),
    silent("spf-multiple", part(_alternative("a", "v=spf1 -all"), _alternative("b", "v=spf1 ~all")), id="weighted-sets"),
    silent("spf-include-loop", part(txt("example.com", "v=spf1 -all include:example.com")), id="void-behind-all"),
    silent("spf-include-loop", part(txt("example.com", "v=spf1 ~all redirect=example.com")), id="redirect-is-void-beside-all"),
    silent(
        "spf-include-loop",
        part(
            txt("example.com", "v=spf1 include:a.example.com include:b.example.com ~all"),
            txt("a.example.com", "v=spf1 include:b.example.com -all"),
            txt("b.example.com", "v=spf1 mx -all"),
        ),
        id="twice-is-no-loop",
    ),
    silent(
        "spf-include-loop",
        part(
            txt("example.com", "v=spf1 include:a.example.com ~all"),
            txt("a.example.com", "v=spf1 include:example.com ipv4:192.0.2.1 -all"),
        ),
        id="a-record-that-cannot-be-read-leads-nowhere",
    ),
    silent("spf-too-many-lookups", part(txt("example.com", "v=spf1 include:example.com ~all")), id="a-loop-is-said-once"),
    silent("spf-multiple", part(txt("example.com", "v=spf1 -all", "v=spf10 x", "spf2.0/pra -all")), id="one-is-spf"),
    silent("spf-multiple", part(txt("example.com", "v=spf1 -all"), txt("a.example.com", "v=spf1 -all")), id="two-names"),
    silent("spf-multiple", part(txt("example.com", "v=spf1 -all", TOKEN)), id="nobody-knows-what-a-token-holds"),
    silent("spf-pass-all", part(txt("example.com", "v=spf1 -all +all")), id="a-later-all-is-void"),
    silent("spf-pass-all", part(txt("example.com", "v=spf1 -all ip4:0.0.0.0/0")), id="what-is-behind-all-is-void"),
    silent("spf-pass-all", part(txt("example.com", "v=spf1 ?ip4:0.0.0.0/0 ~all")), id="neutral-is-no-pass"),
    silent("spf-pass-all", part(txt("example.com", "v=spf1 ip4:192.0.2.0/24 a/24 mx//64 ?all")), id="real-networks"),
    silent("spf-pass-all", part(txt("example.com", "v=spf1 allow +all")), id="a-permerror-lets-nobody-send"),
    silent("spf-too-many-lookups", part(txt("example.com", f"v=spf1 {EIGHT} ~all")), id="eight"),
    silent("spf-too-many-lookups", part(txt("example.com", f"v=spf1 -all {TEN}")), id="nothing-behind-all-is-looked-up"),
    silent(
        "spf-too-many-lookups",
        part(
            txt("example.com", f"v=spf1 {EIGHT} ~all include:_spf.example.com redirect=_spf.example.com"),
            txt("_spf.example.com", "v=spf1 a mx -all"),
        ),
        id="void-terms-are-not-followed",
    ),
    silent(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 include:%{{d}}.example.net include:amazonses.com {SIX} ~all")),
        id="an-include-that-is-not-in-view-counts-as-one",
    ),
    silent("spf-include-no-spf", part(INCLUDES), id="not-the-whole-zone"),
    silent("spf-include-no-spf", whole(INCLUDES, zone=None), id="a-zone-without-a-name"),
    silent("spf-include-no-spf", whole(INCLUDES, txt("_spf.example.com", "v=spf1 mx -all")), id="there-it-is"),
    silent("spf-include-no-spf", whole(INCLUDES, txt("*.example.com", "v=spf1 mx -all")), id="a-wildcard-answers"),
    silent(
        "spf-include-no-spf",
        whole(INCLUDES, record_set("_spf.example.com", RecordType.CNAME, "spf.example.net")),
        id="a-cname-leads-elsewhere",
    ),
    silent(
        "spf-include-no-spf", whole(INCLUDES, declared("example.com.", "DNAME", "example.net.")), id="a-dname-leads-elsewhere"
    ),
    silent("spf-include-no-spf", whole(INCLUDES, declared("_spf.example.com.", "TXT", is_alias=True)), id="an-alias"),
    silent("spf-include-no-spf", whole(INCLUDES, declared("_spf.example.com.", "TXT", f'"{TOKEN}"')), id="a-token"),
    silent(
        "spf-include-no-spf",
        whole(INCLUDES, declared("_spf.example.com.", "TXT", KnownAfterDeploy("Region"))),
        id="not-known-yet",
    ),
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
    silent("spf-include-typo", _misspelt("amazonses.com"), id="as-it-should-be"),
    silent("spf-include-typo", _misspelt("%{i}.amazonse.com"), id="a-macro"),
    silent("spf-include-typo", part(txt("amazonse.com", "v=spf1 include:amazonse.com ~all")), id="one-self"),
    silent("spf-include-typo", part(txt("a.amazonse.com", "v=spf1 include:amazonse.com ~all")), id="of-the-same-owner"),
    silent("spf-include-typo", part(*_misspelt("amazonse.com").records, txt("amazonse.com", "v=spf1 mx ~all")), id="in-view"),
    silent(
        "spf-include-typo",
        ZoneView(records=_misspelt("amazonse.com").records, zone=DomainName("amazonse.com")),
        id="the-zone",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        whole(MX, record_set(BOUNCE, RecordType.CNAME, "a.example.net")),
        id="cname-beside-data-says-it",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        whole(declared("bounce.example.com.example.com.", "MX", FEEDBACK)),
        id="name-doubled-says-it",
    ),
    silent("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 include:AmazonSES.com. ~all"), id="as-it-should-be"),
    silent("spf-amazonses-at-mail-from-missing", part(MX), id="the-text-can-be-elsewhere"),
    silent("spf-amazonses-at-mail-from-missing", _bounce(TOKEN, "MS=ms1"), id="a-token"),
    silent("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 include:spf.example.net -all"), id="not-in-view"),
    silent("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 include:amazon.com -all"), id="amazon-includes-it"),
    silent("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 redirect=%{d}.example.net"), id="a-macro"),
    silent("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 exists:%{i}.a.example -all"), id="exists"),
    silent("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 +all"), id="spf-pass-all-says-it"),
    silent("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 ipv4:192.0.2.1 -all"), id="spf-syntax-says-it"),
    silent("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 -all", "v=spf1 +all"), id="spf-multiple-says-it"),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(MX, txt(BOUNCE, "v=spf1 redirect=a.example.com"), txt("a.example.com", "v=spf1 include:amazonses.com ~all")),
        id="through-a-redirect",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(
            MX,
            txt(BOUNCE, "v=spf1 include:n0.example.com -all"),
            *(txt(f"n{n}.example.com", f"v=spf1 include:n{n + 1}.example.com -all") for n in range(30)),
        ),
        id="a-chain-that-nobody-follows",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        whole(MX, record_set(BOUNCE, RecordType.NS, "ns.example.net")),
        id="delegated",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(mx(TOKEN, FEEDBACK), txt(TOKEN, "v=spf1 -all")),
        id="a-name-that-nobody-knows",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(mx(BOUNCE, "10 mail.example.net"), txt(BOUNCE, "v=spf1 -all")),
        id="no-mail-from",
    ),
    silent(
        "spf-amazonses-at-mail-from-missing",
        part(MX, declared(BOUNCE, "TXT", KnownAfterDeploy("Region", "v=spf1 include:"))),
        id="a-text-that-nobody-knows",
    ),
    silent("from-spf-missing", part(*easy_dkim("abc")), id="not-the-whole-zone"),
    silent("from-spf-missing", whole(*easy_dkim("abc"), zone=None), id="a-zone-without-a-name"),
    silent("from-spf-missing", whole(*easy_dkim("abc"), txt("example.com", "v=spf1 mx ~all")), id="there-it-is"),
    silent(
        "from-spf-missing", whole(*easy_dkim("abc", domain="a.example.com"), txt("*.example.com", "v=spf1 -all")), id="wildcard"
    ),
    silent("from-spf-missing", whole(identity("other.example")), id="outside-of-the-zone"),
    silent("from-spf-missing", whole(identity(TOKEN)), id="a-token"),
    silent("from-spf-missing", whole(txt("example.com", "MS=ms1")), id="nobody-sends"),
]

test_rules = rule_test(LOUD, SILENT)


def test_includes_that_fan_out_are_counted_quickly() -> None:
    """Records that include each other have more paths than anyone can walk; the count stops early."""
    names = [f"n{n}.example.com" for n in range(60)]
    view = part(
        *(
            txt(name, f"v=spf1 {' '.join(f'include:{target}' for target in names[at + 1 : at + 8])} -all")
            for at, name in enumerate(names)
        )
    )
    assert max(
        finding.message for finding in findings_of("spf-too-many-lookups", view) if finding.where == "n0.example.com TXT"
    ) == ("SPF needs 100 DNS lookups or more; receivers stop at 10 with permerror")


def test_a_long_chain_needs_no_deep_stack() -> None:
    """Ten thousand records in a row are walked through without recursion, and end in a loop that all of them come to."""
    last = 9_999
    texts = [f"v=spf1 include:n{min(n + 1, last)}.example.com -all" for n in range(last + 1)]
    view = part(*(txt(f"n{n}.example.com", text) for n, text in enumerate(texts)))
    faults = findings_of("spf-include-loop", view)
    assert len(faults) == last + 1
    assert faults[0].message == (
        f"the includes of n0.example.com lead into a loop: n9999.example.com -> n9999.example.com; {GIVE_UP}"
    )
    assert faults[0].fix == "take the include of n9999.example.com out of n9999.example.com"
    assert [record.place for record in faults[0].records if isinstance(record, ResourceRecordSet)] == [
        "n0.example.com TXT",
        "n9999.example.com TXT",
    ]


def test_of_a_large_loop_a_part_is_shown() -> None:
    """Seven records go round; the finding shows five of them, and the one that is not shown has its own."""
    view = part(*(txt(f"n{n}.example.com", f"v=spf1 include:n{(n + 1) % 7}.example.com -all") for n in range(7)))
    fault, *others = findings_of("spf-include-loop", view)
    assert fault.message.startswith("the includes of n0.example.com go round: n0.example.com -> n1.example.com -> ")
    assert " -> n4.example.com -> ...; " in fault.message
    assert fault.fix == "take the include of n0.example.com out of the loop"
    assert len(fault.records) == 5
    assert [finding.where for finding in others] == ["n6.example.com TXT"]


def test_two_record_sets_are_both_in_the_finding() -> None:
    """The finding leads to the resources of both stacks, and not to a third set without an SPF record."""
    sets = tuple(
        declared("example.com", "TXT", value, path=path)
        for path, value in (("a.json", '"v=spf1 a ~all"'), ("b.json", '"MS=ms123"'), ("c.json", '"v=spf1 mx ~all"'))
    )
    (finding,) = findings_of("spf-multiple", ZoneView(records=sets))
    assert [origin.path for origin in finding.origins] == ["a.json", "c.json"]


def test_a_long_term_is_shortened() -> None:
    """A message stays readable whatever the record holds."""
    (finding,) = findings_of("spf-pass-all", part(txt("example.com", f"v=spf1 a:{'a.' * 200}example/0 -all")))
    assert len(finding.message) < 150


def test_a_finding_leads_to_the_mx_and_to_the_text() -> None:
    """They may have different authors."""
    (finding,) = findings_of("spf-amazonses-at-mail-from-missing", _bounce("v=spf1 -all"))
    assert [record.place for record in finding.records if isinstance(record, ResourceRecordSet)] == [
        f"{BOUNCE} MX",
        f"{BOUNCE} TXT",
    ]


def test_a_sender_without_a_record_leads_to_the_identity_and_to_its_keys() -> None:
    """There is no TXT record to lead to."""
    (finding,) = findings_of(
        "from-spf-missing",
        whole(identity("info@example.com"), *easy_dkim("abc"), record_set("www.example.com", RecordType.CNAME, "a.example")),
    )
    assert [origin.path for origin in finding.origins] == ["app.template.json"]
    assert len(findings_of("from-spf-missing", whole(*easy_dkim("abc"), identity(TOKEN)))) == 1
    assert len(finding.records) == 4


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


def test_no_known_include_is_a_slip_of_another() -> None:
    """The services of the table are spelt as they are meant."""
    assert [host for host in KNOWN_INCLUDES if meant_include(host) is not None] == []


def test_many_hosts_are_looked_at_quickly() -> None:
    """Includes of others need no closer look, and those that resemble a known one are cheap too."""
    meant_include("warm.example")
    started = time.perf_counter()
    for n in range(2_000):
        meant_include(f"spf{n}.protection.outlook.example")
        meant_include(f"{n:x}amazonses.com")
    assert time.perf_counter() - started < 2
