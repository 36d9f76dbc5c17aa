"""Tests of the rules on MX records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType
from tests.checks.rule_table import loud, rule_test, silent
from tests.zone.views import TOKEN, declared, mx, part, record_set

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

ERROR = Severity.ERROR
MX = "example.com MX"
MX_FIX = "write '<preference> <host>', for example '10 mail.example.com'"


def _mx(*values: str) -> ZoneView:
    return part(declared("example.com", "MX", *values))


LOUD = [
    *(
        loud(
            "mx-syntax",
            _mx(f"10 192.0.2.1.{zone}"),
            ERROR,
            MX,
            f"'10 192.0.2.1.{zone}' has an IP address where a host name must stand, with example.com appended",
            MX_FIX,
            id=f"an-address-to-which-a-zone-file-appends-{zone}",
        )
        for zone in ("example.com.", "Example.COM")
    ),
    loud("mx-syntax", _mx("mail.example.com"), ERROR, MX, "'mail.example.com' has no preference", MX_FIX, id="host-alone"),
    loud("mx-syntax", _mx("10"), ERROR, MX, "'10' has no host", MX_FIX, id="preference-alone"),
    loud("mx-syntax", _mx(""), ERROR, MX, "'' has no host", MX_FIX, id="empty"),
    loud(
        "mx-syntax",
        _mx("x mail.example.com"),
        ERROR,
        MX,
        "'x mail.example.com' has no preference from 0 to 65535",
        MX_FIX,
        id="x",
    ),
    loud(
        "mx-syntax",
        _mx(f"{'9' * 9} a.example"),
        ERROR,
        MX,
        "'999999999 a.example' has no preference from 0 to 65535",
        MX_FIX,
        id="nine-digits",
    ),
    loud(
        "mx-syntax",
        _mx("65536 a.example"),
        ERROR,
        MX,
        "'65536 a.example' has a preference over 65535",
        MX_FIX,
        id="preference-of-65536",
    ),
    loud(
        "mx-syntax",
        _mx("10 a.example b.example"),
        ERROR,
        MX,
        "'10 a.example b.example' has more than a preference and a host",
        MX_FIX,
        id="two-hosts",
    ),
    loud(
        "mx-syntax",
        _mx("10 192.0.2.1"),
        ERROR,
        MX,
        "'10 192.0.2.1' has an IP address where a host name must stand",
        MX_FIX,
        id="ipv4",
    ),
    loud(
        "mx-syntax",
        _mx("10 2001:db8::1"),
        ERROR,
        MX,
        "'10 2001:db8::1' has an IP address where a host name must stand",
        MX_FIX,
        id="ipv6",
    ),
    loud(
        "mx-syntax",
        _mx("10 https://mail.example.com"),
        ERROR,
        MX,
        "'10 https://mail.example.com' has an address or a URL where a host name must stand",
        MX_FIX,
        id="url",
    ),
    loud(
        "mx-syntax",
        _mx("10 me@example.com"),
        ERROR,
        MX,
        "'10 me@example.com' has an address or a URL where a host name must stand",
        MX_FIX,
        id="mail-address",
    ),
    loud("mx-syntax", _mx(), ERROR, MX, "the record set has no value", MX_FIX, id="no-mx-value"),
    loud(
        "mx-to-cname",
        part(mx("example.com", "10 Mail.example.com."), record_set("mail.example.com", RecordType.CNAME, "host.example.net")),
        Severity.WARNING,
        MX,
        "the host mail.example.com is a CNAME; an MX must lead to a name with addresses, and some senders refuse it",
        "give mail.example.com A and AAAA records, or name the host that it leads to",
        id="the-host-is-a-cname",
    ),
]

SILENT = [
    silent(
        "mx-syntax",
        part(declared("example.com", "MX", "10 192.0.2.1.example.com."), declared("192.0.2.1.example.com", "A", "192.0.2.1")),
        id="a-host-of-digits-that-exists",
    ),
    silent("mx-syntax", _mx("10 192.0.2.1.example.net.", "10 192.0.2.1.com"), id="digits-in-front-of-another-name"),
    silent("mx-syntax", _mx("0 .", "10 mail.example.com.", "65535\ta_b.example.com", "010 4.example"), id="good"),
    silent(
        "mx-syntax",
        part(
            declared("example.com", "MX", KnownAfterDeploy("Region", "10 a."), TOKEN),
            declared("a.example", "MX", is_alias=True),
        ),
        id="unknown",
    ),
    silent("mx-syntax", part(mx("example.com", "10 mail.example.com")), id="ours"),
    silent(
        "mx-to-cname",
        part(
            mx("example.com", "10 mail.example.com", "0 .", TOKEN),
            record_set("www.example.com", RecordType.CNAME, "a.example.net"),
        ),
        id="another-name-is-a-cname",
    ),
    silent(
        "mx-to-cname",
        part(
            declared("example.com", "MX", "10 mail.example.com"),
            declared("mail.example.com", "CNAME", "a.example.net", set_identifier="condition IsTest"),
        ),
        id="a-cname-that-may-not-be-deployed",
    ),
]

test_rules = rule_test(LOUD, SILENT)
