"""Tests of the rules on domains that say they take no mail, or do not say that they do."""

from __future__ import annotations

from dataclasses import replace

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.resource_record_set import RecordType
from tests.checks.rule_table import loud, rule_test, silent
from tests.zone.views import FEEDBACK, declared, easy_dkim, identity, mx, part, record_set, whole

BOUNCE = "bounce.example.com"
REFUSE = "the MAIL FROM domain bounce.example.com has a null MX; receivers refuse mail from a domain that takes none"
OF_SES = "keep the MX of SES alone: 10 feedback-smtp.<region>.amazonses.com"

LOUD = [
    loud(
        "null-mx-mail-from",
        part(mx(BOUNCE, "0 .", FEEDBACK)),
        Severity.ERROR,
        f"{BOUNCE} MX",
        REFUSE,
        OF_SES,
        id="beside-the-mx-of-ses",
    ),
    loud(
        "null-mx-mail-from",
        part(mx(BOUNCE, "0 ."), identity(mail_from=BOUNCE)),
        Severity.ERROR,
        f"{BOUNCE} MX",
        REFUSE,
        OF_SES,
        id="of-an-identity",
    ),
    loud(
        "null-mx-from",
        part(mx("example.com", "0 ."), identity("a@example.com")),
        Severity.WARNING,
        "example.com MX",
        "example.com sends through SES, and its null MX says that it takes no mail; replies are lost",
        "publish the MX of a host that takes its mail, or remove the null MX",
        id="an-identity",
    ),
    loud(
        "null-mx-from",
        part(mx("example.com", "0 ."), mx("example.com", "0 ."), *easy_dkim("abc")),
        Severity.WARNING,
        "example.com MX",
        "example.com sends through SES, and its null MX says that it takes no mail; replies are lost",
        "publish the MX of a host that takes its mail, or remove the null MX",
        id="easy-dkim-said-once",
    ),
    loud(
        "mx-null-with-others",
        part(mx("example.com", "0 .", "10 mail.example.com")),
        Severity.ERROR,
        "example.com MX",
        "a null MX stands beside other MX records; it must stand alone, and senders differ in what they do",
        "remove '0 .' if the domain takes mail, else the others",
        id="two",
    ),
    loud(
        "from-cannot-receive",
        whole(identity(), *easy_dkim("abc")),
        Severity.INFO,
        "example.com MX",
        "example.com sends mail and has no MX, so replies to it may be lost",
        "",
        id="no-mx",
    ),
]

SILENT = [
    silent("null-mx-mail-from", part(mx(BOUNCE, FEEDBACK), mx("example.com", "0 .")), id="another-name"),
    silent("null-mx-from", part(mx("example.com", "0 .")), id="sends-nothing"),
    silent("null-mx-from", part(mx("example.com", "10 mail.example.com"), identity()), id="receives"),
    silent("null-mx-from", part(mx(BOUNCE, "0 ."), identity(BOUNCE), identity(mail_from=BOUNCE)), id="a-mail-from-domain"),
    silent("mx-null-with-others", part(mx("example.com", "0 .")), id="alone"),
    silent("mx-null-with-others", part(mx("example.com", "10 mail.example.com")), id="none"),
    silent("mx-null-with-others", part(mx(BOUNCE, "0 .", FEEDBACK)), id="a-mail-from-domain"),
    silent(
        "mx-null-with-others",
        part(
            declared("example.com", "MX", "0 .", set_identifier="a"),
            declared("example.com", "MX", "10 mail.example.com", set_identifier="b"),
        ),
        id="routing-policy",
    ),
    silent("from-cannot-receive", part(identity()), id="a-part-of-the-zone"),
    silent("from-cannot-receive", whole(identity(), mx("example.com", "10 a.example")), id="mx"),
    silent(
        "from-cannot-receive",
        whole(identity("a.example.com"), mx("*.example.com", "10 a.example")),
        id="wildcard",
    ),
    silent(
        "from-cannot-receive",
        whole(identity("a.example.com"), record_set("a.example.com", RecordType.CNAME, "a.example.net")),
        id="cname",
    ),
    silent(
        "from-cannot-receive",
        whole(identity("a.example.com"), record_set("a.example.com", RecordType.NS, "a.example.net")),
        id="delegated",
    ),
    silent("from-cannot-receive", whole(identity("example.net")), id="another-zone"),
    silent("from-cannot-receive", replace(whole(identity()), zone=None), id="a-zone-not-known"),
]


test_rules = rule_test(LOUD, SILENT)
