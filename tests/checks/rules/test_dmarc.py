"""Tests of the rules on DMARC policies, and on where DMARC records stand and where they are missing."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.rules import RULES
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import FEEDBACK, TOKEN, declared, dmarc, identity, mx, part, record_set, txt, whole

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

AT = "_dmarc.example.com TXT"
AT_MAIL = "_dmarc.mail.example.com TXT"
DECIDE = "pass dmarc_policy=None to say that this is meant, or DmarcPolicy.X to publish one"
ONCE = "once reports show that no genuine mail of subdomains fails"
WAIT = "leave out t=y, and take the next policy only when the reports allow it"
NONE, REJECT = "v=DMARC1; p=none", "v=DMARC1; p=reject"
KEEP = "keep one; several report addresses go into one rua=, with ',' between them"
BOTH = "example.com has 2 DMARC records; receivers discard all of them"
ONE = "publish one record at _dmarc.example.com; its sp= and np= speak for subdomains"
WITHIN = "a '*' behind _dmarc is no wildcard, so receivers never find the record"
REFUSED = "some receivers refuse or mark its mail"
RECORD = '"v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com"'
PUBLISH = f"publish _dmarc.example.com TXT {RECORD}, with an address that receives mail"
SERVER = mx("example.com", "10 mail.example.net")


def _two(mail: str, parent: str) -> ZoneView:
    """Records at mail.example.com and at example.com."""
    return part(txt("_dmarc.mail.example.com", f"v=DMARC1; {mail}"), txt("_dmarc.example.com", f"v=DMARC1; {parent}"))


def _elsewhere(mail: str, name: str, parent: str) -> ZoneView:
    """A record at mail.example.com, and one outside of the view that the user told of."""
    return replace(
        dmarc(mail, "mail.example.com"), dmarc_elsewhere={DomainName(name): DmarcRecord.parse(f"v=DMARC1; {parent}")}
    )


def _undecided(name: str) -> ZoneView:
    return replace(part(), dmarc_undecided=(DomainName(name),))


def _sends(name: str, *records: RecordInView, zone: str = "example.com") -> ZoneView:
    """A whole zone, and an identity for one of its names."""
    return whole(*records, identity(name), zone=zone)


def _easy_dkim(domain: str) -> ResourceRecordSet:
    return record_set(f"a._domainkey.{domain}", RecordType.CNAME, "a.dkim.amazonses.com")


LOUD = [
    loud(
        "dmarc-inherited",
        _undecided("mail.example.com"),
        Severity.WARNING,
        AT_MAIL,
        "mail.example.com publishes no DMARC record of its own, so the policy of example.com applies (its sp=, else its p=)",
        DECIDE,
        id="nothing-said-below-the-organizational-domain",
    ),
    loud(
        "dmarc-inherited",
        _undecided("github.io"),
        Severity.WARNING,
        "_dmarc.github.io TXT",
        "github.io publishes no DMARC record of its own, so that of the domain above it, if there is one, applies",
        DECIDE,
        id="nothing-said-at-a-private-suffix",
    ),
    loud(
        "dmarc-weaker-than-parent",
        _two("p=none", "p=reject"),
        Severity.WARNING,
        AT_MAIL,
        "none here takes the place of reject, the policy of example.com: anyone may forge @mail.example.com again",
        "leave the record out, or publish p=reject",
        id="none-below-reject",
    ),
    loud(
        "dmarc-weaker-than-parent",
        _two("p=quarantine", "p=none; sp=reject"),
        Severity.WARNING,
        AT_MAIL,
        "quarantine here takes the place of reject, the policy of example.com: forged mail @mail.example.com is let in again",
        "leave the record out, or publish p=reject",
        id="quarantine-below-sp",
    ),
    loud(
        "dmarc-weaker-than-parent",
        _two("p=reject; t=y", "p=reject"),
        Severity.WARNING,
        AT_MAIL,
        "quarantine here takes the place of reject, the policy of example.com: forged mail @mail.example.com is let in again",
        "leave the record out, or publish p=reject",
        id="t-weakens-the-own-record",
    ),
    loud(
        "dmarc-weaker-than-parent",
        _elsewhere("p=none", "example.com", "p=quarantine"),
        Severity.WARNING,
        AT_MAIL,
        "none here takes the place of quarantine, the policy of example.com: anyone may forge @mail.example.com again",
        "leave the record out, or publish p=quarantine",
        id="a-parent-that-somebody-told-of",
    ),
    loud(
        "dmarc-t-alone",
        dmarc("p=reject; t=y"),
        Severity.WARNING,
        AT,
        "t=y is not known to RFC 7489 receivers: they apply p=reject in full",
        WAIT,
        id="t-at-reject",
    ),
    loud(
        "dmarc-t-alone",
        dmarc("p=none; sp=quarantine; t=y; pct=50"),
        Severity.WARNING,
        AT,
        "t=y is not known to RFC 7489 receivers: they apply sp=quarantine in full",
        WAIT,
        id="t-with-sp",
    ),
    loud(
        "dmarc-pct",
        dmarc("p=quarantine; pct=25"),
        Severity.WARNING,
        AT,
        "RFC 9989 receivers do not know pct=25: they apply p=quarantine to all mail",
        "leave out pct",
        id="pct-at-quarantine",
    ),
    loud(
        "dmarc-pct",
        dmarc("p=none; sp=reject; pct=0"),
        Severity.WARNING,
        AT,
        "RFC 9989 receivers do not know pct=0: they apply sp=reject to all mail",
        "leave out pct",
        id="pct-with-sp",
    ),
    loud(
        "dmarc-pct",
        dmarc("p=quarantine; t=y; pct=0"),
        Severity.INFO,
        AT,
        "pct=0 and t=y together: old and new receivers apply none in place of p=quarantine",
        "",
        id="pct-0-beside-t",
    ),
    loud(
        "dmarc-pct",
        dmarc("p=reject; t=y; pct=20"),
        Severity.WARNING,
        AT,
        "RFC 9989 receivers do not know pct=20: they apply p=reject to all mail, one level down by t=y: quarantine",
        "leave out pct",
        id="pct-beside-t",
    ),
    loud(
        "dmarc-pct",
        dmarc("p=reject; pct=100"),
        Severity.INFO,
        AT,
        "pct=100 is historic and changes nothing here",
        "leave out pct",
        id="pct-100",
    ),
    loud(
        "dmarc-pct",
        dmarc("p=none; pct=20"),
        Severity.INFO,
        AT,
        "pct=20 is historic and changes nothing here",
        "leave out pct",
        id="pct-at-none",
    ),
    loud(
        "dmarc-sp-ignored",
        dmarc("p=none; sp=none", "mail.example.com"),
        Severity.INFO,
        AT_MAIL,
        "sp is ignored below the organizational domain example.com",
        "leave out sp",
        id="sp-below-the-organizational-domain",
    ),
    loud(
        "dmarc-np-no-effect",
        part(txt("_dmarc.example.com", "v=DMARC1; p=none; np=reject"), record_set("*.example.com", RecordType.A, "192.0.2.1")),
        Severity.INFO,
        AT,
        "np never applies, since *.example.com makes every name exist",
        "use sp",
        id="np-with-a-wildcard",
    ),
    loud(
        "dmarc-np-no-effect",
        replace(dmarc("p=none; np=reject"), dnssec_signed=True),
        Severity.INFO,
        AT,
        "np may never apply: Route 53 answers unknown names of a signed zone without NXDOMAIN",
        "use sp",
        id="np-in-a-signed-zone",
    ),
    loud(
        "dmarc-sp-weaker",
        dmarc("p=reject; sp=none"),
        Severity.WARNING,
        AT,
        "sp=none is weaker than p=reject: anyone may forge mail of subdomains",
        f"leave out sp, {ONCE}",
        id="sp-none",
    ),
    loud(
        "dmarc-sp-weaker",
        dmarc("p=reject; sp=quarantine"),
        Severity.WARNING,
        AT,
        "sp=quarantine is weaker than p=reject: forged mail of subdomains is let in",
        f"leave out sp, {ONCE}",
        id="sp-quarantine",
    ),
    loud(
        "dmarc-sp-weaker",
        dmarc("p=quarantine; np=none"),
        Severity.WARNING,
        AT,
        "np=none is weaker than p=quarantine: anyone may forge mail of subdomains that do not exist",
        f"leave out np, {ONCE}",
        id="np-below-p",
    ),
    loud(
        "dmarc-sp-weaker",
        dmarc("p=none; sp=reject; np=quarantine"),
        Severity.WARNING,
        AT,
        "np=quarantine is weaker than sp=reject: forged mail of subdomains that do not exist is let in",
        f"leave out np, {ONCE}",
        id="np-below-sp",
    ),
    loud(
        "dmarc-sp-weaker",
        dmarc("p=reject; sp=none; psd=n", "mail.example.com"),
        Severity.WARNING,
        AT_MAIL,
        "sp=none is weaker than p=reject: anyone may forge mail of subdomains",
        f"leave out sp, {ONCE}",
        id="psd-n-makes-it-organizational",
    ),
    loud(
        "dmarc-psd",
        dmarc("p=reject; psd=y; ruf=mailto:a@example.com"),
        Severity.WARNING,
        AT,
        "psd=y says that example.com is a public suffix: names below it then no longer align with each other",
        "leave out psd",
        id="no-public-suffix",
    ),
    loud(
        "dmarc-psd",
        dmarc("p=reject; psd=y; ruf=mailto:a@example.com", "co.jp"),
        Severity.WARNING,
        "_dmarc.co.jp TXT",
        "a public suffix must not ask for failure reports",
        "leave out ruf",
        id="failure-reports-of-a-suffix",
    ),
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
    silent(
        "dmarc-sp-weaker",
        dmarc("p=reject; sp=none; np=none", "mail.example.com"),
        id="below-the-organizational-domain-nobody-asks",
    ),
    silent("dmarc-sp-weaker", dmarc("p=none; sp=none; np=none"), id="nothing-is-weaker-than-none"),
    silent("dmarc-sp-weaker", dmarc("p=none; sp=quarantine; np=reject"), id="stronger"),
    silent("dmarc-psd", dmarc("p=reject; psd=y", "co.jp"), id="a-public-suffix"),
    silent("dmarc-psd", dmarc("p=reject; psd=y", TOKEN), id="a-name-that-nobody-knows"),
    silent("dmarc-psd", dmarc("p=reject; psd=n; ruf=mailto:a@example.com"), id="psd-n"),
    silent("dmarc-inherited", part(), id="decided"),
    silent("dmarc-weaker-than-parent", _two("p=reject", "p=reject"), id="as-strong"),
    silent(
        "dmarc-weaker-than-parent",
        part(
            declared("_dmarc.mail.example.com", "TXT", '"v=DMARC1; p=none"'),
            declared("_dmarc.example.com", "TXT", '"v=DMARC1; p=none"', set_identifier="condition IsTest"),
            declared("_dmarc.example.com", "TXT", '"v=DMARC1; p=reject"', set_identifier="condition IsProduction"),
        ),
        id="a-parent-that-varies",
    ),
    silent("dmarc-weaker-than-parent", _two("p=quarantine", "p=reject; sp=none"), id="stronger-than-sp"),
    silent("dmarc-weaker-than-parent", _two("p=quarantine", "p=reject; t=y"), id="t-weakens-the-parent"),
    silent("dmarc-weaker-than-parent", _elsewhere("p=none", "notexample.com", "p=reject"), id="another-domain"),
    silent("dmarc-weaker-than-parent", _elsewhere("p=none", "mail.example.com", "p=reject"), id="the-same-name"),
    silent("dmarc-weaker-than-parent", _elsewhere("p=none", TOKEN, "p=reject"), id="a-name-that-nobody-knows"),
    silent("dmarc-weaker-than-parent", _two("p=none", "p=bogus"), id="a-parent-that-receivers-ignore"),
    silent("dmarc-t-alone", dmarc("p=none; t=y"), id="nothing-to-weaken"),
    silent("dmarc-t-alone", dmarc("p=reject; t=n"), id="t-is-off"),
    silent("dmarc-t-alone", dmarc("p=reject; t=y; pct=0"), id="both-generations-weaken-the-policy"),
    silent("dmarc-pct", dmarc("p=reject"), id="no-pct"),
    silent("dmarc-sp-ignored", dmarc("p=none; sp=reject"), id="at-the-organizational-domain"),
    silent("dmarc-sp-ignored", dmarc("p=none; np=reject", "mail.example.com"), id="no-sp"),
    silent("dmarc-sp-ignored", dmarc("p=none; sp=reject; psd=n", "mail.example.com"), id="psd-n-makes-it-organizational"),
    silent("dmarc-sp-ignored", dmarc("p=none; sp=reject", "github.io"), id="no-organizational-domain"),
    silent("dmarc-sp-ignored", dmarc("p=none; sp=reject", TOKEN), id="a-name-that-nobody-knows"),
    silent("dmarc-np-no-effect", dmarc("p=none; np=reject"), id="np-in-a-plain-zone"),
    silent("dmarc-np-no-effect", replace(dmarc("p=none; sp=reject"), dnssec_signed=True), id="no-np"),
    silent(
        "dmarc-np-no-effect",
        part(
            txt("_dmarc.example.com", "v=DMARC1; p=none; np=reject"),
            txt("*._domainkey.example.com", "v=DKIM1; p="),
            record_set("*.app.example.com", RecordType.A, "192.0.2.1"),
        ),
        id="a-wildcard-deeper-down-leaves-names-that-do-not-exist",
    ),
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


def test_every_name_is_held_against_the_organizational_domain() -> None:
    """RFC 9989 section 4.10.2: without an own record the one with the fewest labels applies, not the nearest."""
    view = part(
        txt("_dmarc.a.mail.example.com", "v=DMARC1; p=none"),
        txt("_dmarc.mail.example.com", "v=DMARC1; p=none; sp=none"),
        txt("_dmarc.example.com", "v=DMARC1; p=none; sp=reject"),
        txt("_dmarc.news.example.com", "v=DMARC1; p=reject"),
    )
    assert [finding.where for finding in findings_of("dmarc-weaker-than-parent", view)] == [
        "_dmarc.a.mail.example.com TXT",
        AT_MAIL,
    ]


def test_a_weaker_record_leads_to_both_records() -> None:
    """The finding is about the own record and about that of the parent, which another file may hold."""
    view = _two("p=none", "p=reject")
    assert [finding.records for finding in findings_of("dmarc-weaker-than-parent", view)] == [view.records]


def test_many_records_take_no_time() -> None:
    """Each record is held against the names above it, not against all others."""
    records = (declared(f"_dmarc.a{n}.b{n % 10}.example.com", "TXT", '"v=DMARC1; p=none; np=none"') for n in range(3000))
    view = part(declared("_dmarc.example.com", "TXT", '"v=DMARC1; p=reject"'), *records)
    rules = [rule for rule in RULES if any(row.rule == rule.id for row in LOUD)]
    start = time.process_time()
    assert sum(1 for rule in rules for _ in rule.faults(view)) == 3000
    assert time.process_time() - start < 3


def test_two_records_lead_to_both_sets() -> None:
    """Two stacks can each hold one."""
    one, two = txt("_dmarc.example.com", NONE), declared("_dmarc.example.com", "TXT", f'"{REJECT}"', path="other.template.json")
    (finding,) = findings_of("dmarc-multiple", part(one, declared("example.com", "TXT", '"x"'), two))
    assert finding.records == (one, two)


def test_a_sender_without_a_record_leads_to_what_shows_that_it_sends() -> None:
    """The identity, the names of Easy DKIM, or the MX."""
    easy = _easy_dkim("example.com")
    view = _sends("example.com", easy, SERVER, record_set("www.example.com", RecordType.CNAME, "example.com"))
    assert [finding.records for finding in findings_of("dmarc-missing", view)] == [(*view.identities, easy, SERVER)]


def test_each_organization_of_a_zone_is_judged() -> None:
    """A zone can hold several, below a public suffix."""
    view = whole(*(mx(f"{name}.github.io", "10 mail.example.net") for name in "ab"), zone="github.io")
    assert [finding.where for finding in findings_of("dmarc-missing", view)] == [
        "_dmarc.a.github.io TXT",
        "_dmarc.b.github.io TXT",
    ]
    assert DomainName("a.github.io").organizational == DomainName("a.github.io")
