"""Tests of the rules on where DMARC records stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.checks.views import FEEDBACK, TOKEN, declared, dmarc, identity, mx, part, record_set, txt, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

AT = "_dmarc.example.com TXT"
NONE, REJECT = "v=DMARC1; p=none", "v=DMARC1; p=reject"
KEEP = "keep one; several report addresses go into one rua=, with ',' between them"
BOTH = "example.com has 2 DMARC records; receivers discard all of them"
ONE = "publish one record at _dmarc.example.com; its sp= and np= speak for subdomains"
WITHIN = "a '*' behind _dmarc is no wildcard, so receivers never find the record"
REFUSED = "some receivers refuse or mark its mail"
RECORD = '"v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com"'
PUBLISH = f"publish _dmarc.example.com TXT {RECORD}, with an address that receives mail"
SERVER = mx("example.com", "10 mail.example.net")


def _sends(name: str, *records: RecordInView, zone: str = "example.com") -> ZoneView:
    """A whole zone, and an identity for one of its names."""
    return whole(*records, identity(name), zone=zone)


def _easy_dkim(domain: str) -> ResourceRecordSet:
    return record_set(f"a._domainkey.{domain}", RecordType.CNAME, "a.dkim.amazonses.com")


LOUD = [
    *(
        loud(
            "dmarc-missing",
            whole(SERVER, txt("_dmarc.example.com", text)),
            Severity.WARNING,
            AT,
            f"example.com has a mail server but has no DMARC record; {REFUSED}",
            PUBLISH,
            id=f"another-text-alone-{text}",
        )
        for text in ("v=spf1 -all", "hello")
    ),
    loud(
        "dmarc-multiple",
        part(txt("_dmarc.example.com", NONE, REJECT)),
        Severity.ERROR,
        AT,
        BOTH,
        KEEP,
        id="two-strings-of-a-set",
    ),
    loud(
        "dmarc-multiple",
        part(txt("_dmarc.example.com", NONE, "x"), txt("_dmarc.example.com", REJECT)),
        Severity.ERROR,
        AT,
        BOTH,
        KEEP,
        id="two-sets",
    ),
    loud(
        "dmarc-multiple",
        part(
            declared("_dmarc.example.com", "TXT", f'"{NONE}"', f'"{REJECT}"', set_identifier="a"),
            declared("_dmarc.example.com", "TXT", f'"{NONE}"', set_identifier="b"),
        ),
        Severity.ERROR,
        AT,
        BOTH,
        KEEP,
        id="two-in-one-alternative",
    ),
    loud(
        "dmarc-wildcard",
        part(txt("*.example.com", "x", REJECT)),
        Severity.WARNING,
        "*.example.com TXT",
        "*.example.com answers for names that do not exist; at a name that exists receivers find no DMARC record",
        ONE,
        id="a-wildcard-text",
    ),
    loud(
        "dmarc-wildcard",
        part(txt("*._dmarc.example.com", REJECT)),
        Severity.WARNING,
        "*._dmarc.example.com TXT",
        "receivers ask for _dmarc.example.com, which *._dmarc.example.com does not answer",
        ONE,
        id="below-dmarc",
    ),
    loud(
        "dmarc-wildcard",
        part(declared("_dmarc.*.example.com.", "TXT", f'"{REJECT}"')),
        Severity.WARNING,
        "_dmarc.*.example.com TXT",
        WITHIN,
        ONE,
        id="behind-dmarc",
    ),
    loud(
        "dmarc-wildcard",
        part(declared("_dmarc.\\052.example.com.", "TXT", f'"{REJECT}"')),
        Severity.WARNING,
        "_dmarc.\\052.example.com TXT",
        WITHIN,
        ONE,
        id="behind-dmarc-as-route-53-prints-it",
    ),
    loud(
        "dmarc-wildcard",
        part(record_set("*.example.com", RecordType.CNAME, "app.example.net")),
        Severity.INFO,
        "*.example.com CNAME",
        "*.example.com also answers for _dmarc and _domainkey names that do not exist, from where the CNAME leads",
        "",
        id="a-wildcard-cname",
    ),
    loud(
        "dmarc-missing",
        whole(SERVER),
        Severity.WARNING,
        AT,
        f"example.com has a mail server but has no DMARC record; {REFUSED}",
        PUBLISH,
        id="mx-at-the-organizational-domain",
    ),
    loud(
        "dmarc-missing",
        _sends("example.com", SERVER),
        Severity.WARNING,
        AT,
        f"example.com sends mail through Amazon SES but has no DMARC record; {REFUSED}",
        PUBLISH,
        id="an-identity",
    ),
    loud(
        "dmarc-missing",
        _sends("info@a.example.com", _easy_dkim("b.example.com")),
        Severity.WARNING,
        AT,
        f"a.example.com sends mail through Amazon SES but has no DMARC record, and example.com has none; {REFUSED}",
        PUBLISH,
        id="one-finding-for-an-organization",
    ),
    loud(
        "dmarc-missing",
        whole(_easy_dkim("example.com")),
        Severity.WARNING,
        AT,
        f"example.com sends mail through Amazon SES but has no DMARC record; {REFUSED}",
        PUBLISH,
        id="easy-dkim",
    ),
    loud(
        "dmarc-missing",
        whole(SERVER, txt("*.example.com", "v=spf1 -all")),
        Severity.WARNING,
        AT,
        f"example.com has a mail server but has no DMARC record; {REFUSED}",
        PUBLISH,
        id="a-wildcard-of-another-text",
    ),
    loud(
        "dmarc-org-missing",
        whole(txt("_dmarc.a.example.com", REJECT), txt("_dmarc.b.example.com", REJECT)),
        Severity.INFO,
        "_dmarc.a.example.com TXT",
        "a.example.com has a DMARC record and example.com has none: to RFC 9989 receivers they are two organizations, and DKIM "
        "or SPF of one does not align with mail From the other",
        "publish a record at _dmarc.example.com too",
        id="records-below-only",
    ),
    loud(
        "dmarc-deep",
        dmarc("p=none", "a.b.c.d.e.f.example.com"),
        Severity.INFO,
        "_dmarc.a.b.c.d.e.f.example.com TXT",
        "only mail From a.b.c.d.e.f.example.com itself finds this record: for names below, receivers look at names of 7 labels "
        "and fewer",
        "",
        id="eight-labels",
    ),
]

SILENT = [
    silent("dmarc-missing", whole(SERVER, txt("_dmarc.example.com", "p=none")), id="dmarc-syntax-says-it"),
    silent("dmarc-missing", whole(SERVER, txt("_dmarc.example.com", "x", NONE)), id="a-record-beside-another-text"),
    silent("dmarc-missing", whole(SERVER, txt("_dmarc.example.com", "x", TOKEN)), id="a-token-beside-another-text"),
    silent(
        "dmarc-multiple",
        part(txt("_dmarc.example.com", NONE, "v=spf1 -all"), txt("_dmarc.a.example.com", REJECT)),
        id="one-each",
    ),
    silent(
        "dmarc-multiple",
        part(txt("_dmarc.example.com", NONE), txt("_dmarc.example.com", NONE)),
        id="the-same-record-in-two-files",
    ),
    silent(
        "dmarc-multiple",
        part(
            declared("_dmarc.example.com", "TXT", f'"{NONE}"', set_identifier="a"),
            declared("_dmarc.example.com", "TXT", f'"{REJECT}"', set_identifier="b"),
        ),
        id="alternatives-of-a-routing-policy",
    ),
    silent("dmarc-multiple", part(txt("_dmarc.example.com", NONE, f"v=DMARC1; {TOKEN}")), id="token"),
    silent(
        "dmarc-wildcard",
        part(txt("*._report._dmarc.example.com", "v=DMARC1;"), txt("*.example.com", "v=spf1 -all")),
        id="consent-and-other-texts",
    ),
    silent(
        "dmarc-wildcard",
        part(txt(f"*.{TOKEN}", REJECT), record_set(f"*.{TOKEN}", RecordType.CNAME, "app.example.net")),
        id="names-that-nobody-knows",
    ),
    silent(
        "dmarc-wildcard",
        part(
            record_set("*._domainkey.example.com", RecordType.CNAME, "keys.example.net"),
            record_set("*.example.com", RecordType.A, "192.0.2.1"),
        ),
        id="other-wildcards",
    ),
    silent(
        "dmarc-wildcard",
        part(declared("_dmarc.*.example.com", "TXT", '"x"'), declared("_dmarc.*.example.com", "CNAME", "x.example.net")),
        id="no-dmarc-behind-dmarc",
    ),
    silent("dmarc-missing", part(SERVER), id="a-partial-view"),
    silent("dmarc-missing", whole(SERVER, zone=None), id="a-zone-without-a-name"),
    silent("dmarc-missing", whole(SERVER, txt("_dmarc.example.com", NONE)), id="a-record"),
    silent("dmarc-missing", whole(SERVER, txt("_dmarc.example.com", f"v=DMARC1; {TOKEN}")), id="a-token"),
    silent(
        "dmarc-missing", whole(SERVER, txt("_dmarc.example.com", "v=dmarc1; p=none")), id="a-record-that-others-speak-about"
    ),
    silent(
        "dmarc-missing", whole(SERVER, record_set("_dmarc.example.com", RecordType.CNAME, "x.dmarc.example.net")), id="hosted"
    ),
    silent(
        "dmarc-missing",
        whole(SERVER, record_set("_dmarc.example.com", RecordType.NS, "ns.dmarc.example.net")),
        id="hosted-in-a-zone-of-its-own",
    ),
    silent("dmarc-missing", whole(SERVER, declared("_dmarc.example.com", "TXT", is_alias=True)), id="an-alias"),
    silent("dmarc-missing", whole(SERVER, txt("*.example.com", NONE)), id="a-wildcard"),
    silent(
        "dmarc-missing", whole(SERVER, record_set("*.example.com", RecordType.CNAME, "x.example.net")), id="a-wildcard-cname"
    ),
    silent("dmarc-missing", whole(SERVER, declared("*.example.com", "TXT", is_alias=True)), id="a-wildcard-alias"),
    silent("dmarc-missing", _sends("a.b.example.com", txt("_dmarc.b.example.com", NONE)), id="a-record-on-the-way-up"),
    silent("dmarc-missing", _sends("a.example.com", txt("_dmarc.example.com", NONE)), id="the-record-of-the-organization"),
    silent("dmarc-missing", _sends("mail.example.com", zone="mail.example.com"), id="the-organization-is-out-of-view"),
    silent(
        "dmarc-missing",
        _sends("a.b.example.com", record_set("b.example.com", RecordType.NS, "ns.example.net")),
        id="a-delegated-name",
    ),
    silent("dmarc-missing", _sends("example.net"), id="another-domain"),
    silent("dmarc-missing", _sends("co.jp", zone="co.jp"), id="a-public-suffix"),
    silent(
        "dmarc-missing",
        _sends(".".join(["a" * 60] * 3) + ".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example.com"),
        id="no-room-for-a-record",
    ),
    silent("dmarc-missing", whole(mx("example.com", "0 .")), id="null-mx"),
    silent("dmarc-missing", whole(declared("example.com", "MX", "")), id="an-mx-without-a-value"),
    silent(
        "dmarc-missing", whole(mx("bounce.example.com", FEEDBACK), txt("mail.example.com", "v=spf1 a -all")), id="host-names"
    ),
    silent(
        "dmarc-missing",
        whole(ResourceRecordSet(KnownAfterDeploy("Name"), RecordType.MX, 600, ("10 a.example",))),
        id="an-mx-at-a-name-that-nobody-knows",
    ),
    silent("dmarc-org-missing", part(txt("_dmarc.a.example.com", REJECT)), id="a-partial-view"),
    silent("dmarc-org-missing", whole(txt("_dmarc.a.example.com", REJECT), txt("_dmarc.example.com", NONE)), id="both"),
    silent(
        "dmarc-org-missing",
        whole(txt("_dmarc.a.example.com", REJECT), zone="a.example.com"),
        id="the-organization-is-out-of-view",
    ),
    silent("dmarc-org-missing", whole(txt("_dmarc.co.jp", REJECT), zone="co.jp"), id="a-public-suffix"),
    silent("dmarc-deep", dmarc("p=none", "b.c.d.e.f.example.com"), id="seven-labels"),
    silent("dmarc-deep", dmarc("p=none", TOKEN), id="a-name-that-nobody-knows"),
]


test_rules = rule_test(LOUD, SILENT)


def test_two_records_lead_to_both_sets() -> None:
    """Two stacks can each hold one."""
    one, two = txt("_dmarc.example.com", NONE), declared("_dmarc.example.com", "TXT", f'"{REJECT}"', path="other.template.json")
    (only,) = findings_of("dmarc-multiple", part(one, declared("example.com", "TXT", '"x"'), two))
    assert only.records == (one, two)


def test_a_sender_without_a_record_leads_to_what_shows_that_it_sends() -> None:
    """The identity, the names of Easy DKIM, or the MX."""
    easy = _easy_dkim("example.com")
    view = _sends("example.com", easy, SERVER, record_set("www.example.com", RecordType.CNAME, "example.com"))
    assert [each.records for each in findings_of("dmarc-missing", view)] == [(*view.identities, easy, SERVER)]


def test_each_organization_of_a_zone_is_judged() -> None:
    """A zone can hold several, below a public suffix."""
    view = whole(*(mx(f"{name}.github.io", "10 mail.example.net") for name in "ab"), zone="github.io")
    assert [each.where for each in findings_of("dmarc-missing", view)] == ["_dmarc.a.github.io TXT", "_dmarc.b.github.io TXT"]
    assert DomainName("a.github.io").organizational == DomainName("a.github.io")
