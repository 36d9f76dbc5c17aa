"""Tests of the rules on the terms of SPF records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import part, txt

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

AT = "example.com TXT"
TO_FRONT = "move it in front of the first all, or take it out"
NEUTRAL_ALL = "?all: mail from every other host is neutral, as if there were no record"
NEUTRAL = "neither all nor redirect: mail from every other host is neutral, as if there were no record"
END = "end it with ~all or -all"
SLOW = "ptr is slow and unreliable, so that large receivers skip it, and it costs a lookup"
SLOW_MACRO = "%{p} needs the lookups of ptr, which are slow and unreliable"
HOSTS = "name the hosts with a, mx, ip4 or ip6"
ADDRESS = "use %{i}, the address, or take the term out"
NEVER_SEEN = "is private: no receiver on the internet ever sees such an address"
PUBLIC = "name the public address from which mail leaves, or take it out"
REALLY = "name the addresses that really send"


def _spf(terms: str, name: str = "example.com") -> ZoneView:
    """One SPF record."""
    return part(txt(name, f"v=spf1 {terms}"))


LOUD = [
    loud(
        "spf-terms-after-all",
        _spf("~all include:amazonses.com exp=a.example"),
        Severity.WARNING,
        AT,
        "include:amazonses.com behind ~all: receivers never come to it",
        TO_FRONT,
        id="an-include",
    ),
    loud(
        "spf-terms-after-all",
        _spf("mx -all ip4:192.0.2.1 ~all"),
        Severity.WARNING,
        AT,
        "ip4:192.0.2.1 and 1 more behind -all: receivers never come to it",
        TO_FRONT,
        id="a-second-all",
    ),
    loud(
        "spf-redirect-ignored",
        _spf("redirect=_spf.example.net ~all"),
        Severity.WARNING,
        AT,
        "redirect=_spf.example.net is ignored because of ~all",
        "take out all, so that the other record decides, or take out redirect",
        id="in-front-of-all",
    ),
    loud("spf-no-all", _spf("include:amazonses.com"), Severity.WARNING, AT, NEUTRAL, END, id="an-include-alone"),
    loud("spf-no-all", part(txt("example.com", "v=spf1")), Severity.WARNING, AT, NEUTRAL, END, id="nothing-at-all"),
    loud(
        "spf-no-all",
        part(txt("example.com", "v=spf1 redirect=_spf.example.com"), txt("_spf.example.com", "v=spf1 mx")),
        Severity.WARNING,
        "_spf.example.com TXT",
        NEUTRAL,
        END,
        id="the-target-of-a-redirect",
    ),
    loud("spf-no-all", _spf("mx", "*.example.com"), Severity.WARNING, "*.example.com TXT", NEUTRAL, END, id="wildcard"),
    loud("spf-no-all", _spf("mx ?all"), Severity.WARNING, AT, NEUTRAL_ALL, END, id="neutral"),
    loud("spf-no-all", _spf("include:a.example ?ALL -all"), Severity.WARNING, AT, NEUTRAL_ALL, END, id="the-first-all-counts"),
    loud(
        "spf-no-all",
        part(txt("example.com", "v=spf1 redirect=_spf.example.com"), txt("_spf.example.com", "v=spf1 mx ?all")),
        Severity.WARNING,
        "_spf.example.com TXT",
        NEUTRAL_ALL,
        END,
        id="a-neutral-target-of-a-redirect",
    ),
    loud("spf-ptr", _spf("ptr ~all"), Severity.WARNING, AT, SLOW, HOSTS, id="ptr"),
    loud("spf-ptr", _spf("-ptr:example.net exists:%{p}.a.example ~all"), Severity.WARNING, AT, SLOW, HOSTS, id="ptr-and-p"),
    loud("spf-ptr", _spf("exists:%{i}.%{P2r}.a.example ~all"), Severity.WARNING, AT, SLOW_MACRO, ADDRESS, id="the-macro-p"),
    loud("spf-ptr", _spf("~all exp=%{p}.a.example"), Severity.WARNING, AT, SLOW_MACRO, ADDRESS, id="in-an-explanation"),
    loud(
        "spf-private-ip",
        _spf("ip4:192.168.1.1/24 -all"),
        Severity.WARNING,
        AT,
        f"ip4:192.168.1.1/24 {NEVER_SEEN}",
        PUBLIC,
        id="192-168",
    ),
    loud("spf-private-ip", _spf("ip4:10.0.0.0/8 -all"), Severity.WARNING, AT, f"ip4:10.0.0.0/8 {NEVER_SEEN}", PUBLIC, id="10"),
    loud(
        "spf-private-ip", _spf("ip4:172.31.9.9 -all"), Severity.WARNING, AT, f"ip4:172.31.9.9 {NEVER_SEEN}", PUBLIC, id="172-16"
    ),
    loud("spf-private-ip", _spf("ip4:127.0.0.1 -all"), Severity.WARNING, AT, f"ip4:127.0.0.1 {NEVER_SEEN}", PUBLIC, id="127"),
    loud(
        "spf-private-ip",
        _spf("ip4:169.254.1.1 -all"),
        Severity.WARNING,
        AT,
        f"ip4:169.254.1.1 {NEVER_SEEN}",
        PUBLIC,
        id="169-254",
    ),
    loud("spf-private-ip", _spf("ip6:FD12::/48 -all"), Severity.WARNING, AT, f"ip6:fd12::/48 {NEVER_SEEN}", PUBLIC, id="fd"),
    loud("spf-private-ip", _spf("ip6:fe80::1 -all"), Severity.WARNING, AT, f"ip6:fe80::1 {NEVER_SEEN}", PUBLIC, id="fe80"),
    loud("spf-private-ip", _spf("ip6:::1 -all"), Severity.WARNING, AT, f"ip6:::1 {NEVER_SEEN}", PUBLIC, id="loopback"),
    loud(
        "spf-wide-ip",
        _spf("ip4:52.0.0.0/8 -all"),
        Severity.WARNING,
        AT,
        "ip4:52.0.0.0/8 lets 16,777,216 addresses send as the domain",
        REALLY,
        id="a-network-of-a-cloud",
    ),
    loud(
        "spf-wide-ip",
        _spf("ip6:2400::/31 -all"),
        Severity.WARNING,
        AT,
        "ip6:2400::/31 lets 2^97 addresses send as the domain",
        REALLY,
        id="more-than-a-provider",
    ),
    loud(
        "spf-wide-ip",
        _spf("a/15 -all"),
        Severity.WARNING,
        AT,
        "a/15 lets 131,072 addresses send as the domain",
        REALLY,
        id="around-a-host",
    ),
    loud(
        "spf-wide-ip",
        _spf("mx//16 -all"),
        Severity.WARNING,
        AT,
        "mx//16 lets 2^112 addresses send as the domain",
        REALLY,
        id="around-an-mx",
    ),
    loud(
        "spf-wide-ip",
        _spf("ip4:172.0.0.0/8 -all"),
        Severity.WARNING,
        AT,
        "ip4:172.0.0.0/8 lets 16,777,216 addresses send as the domain",
        REALLY,
        id="more-than-the-private-part",
    ),
    loud(
        "spf-wide-ip",
        _spf("ip4:10.0.0.0/7 -all"),
        Severity.WARNING,
        AT,
        "ip4:10.0.0.0/7 lets 33,554,432 addresses send as the domain",
        REALLY,
        id="more-than-10",
    ),
    loud(
        "spf-wide-ip",
        _spf("ip4:192.168.0.0/15 -all"),
        Severity.WARNING,
        AT,
        "ip4:192.168.0.0/15 lets 131,072 addresses send as the domain",
        REALLY,
        id="more-than-192-168",
    ),
    loud(
        "spf-duplicate-term",
        _spf("include:Amazonses.com mx ~include:amazonSES.com -all"),
        Severity.INFO,
        AT,
        "include:amazonses.com is written 2 times, and once is enough",
        "",
        id="an-include",
    ),
    loud(
        "spf-duplicate-term",
        _spf("ip4:192.0.2.1 ip4:192.0.2.1 ip4:192.0.2.2 +ip4:192.0.2.1 -all"),
        Severity.INFO,
        AT,
        "ip4:192.0.2.1 is written 3 times, and once is enough",
        "",
        id="an-address",
    ),
]

SILENT = [
    silent("spf-terms-after-all", _spf("mx ~all v=spf1 a ~all"), id="spf-syntax-says-that-there-are-two-records"),
    silent("spf-redirect-ignored", _spf("mx ~all v=spf1 redirect=a.example"), id="so-it-does-of-a-redirect"),
    silent("spf-terms-after-all", _spf("mx -all exp=a.example foo=bar"), id="modifiers-may-stand-anywhere"),
    silent("spf-terms-after-all", _spf("mx"), id="no-all"),
    silent("spf-terms-after-all", _spf("-all ipv4:192.0.2.1"), id="spf-syntax-says-it"),
    silent("spf-redirect-ignored", _spf("mx redirect=_spf.example.net"), id="redirect-alone"),
    silent("spf-redirect-ignored", _spf("mx -all"), id="all-alone"),
    silent("spf-no-all", _spf("mx ~all"), id="softfail"),
    silent("spf-no-all", _spf("mx -all"), id="fail"),
    silent("spf-no-all", _spf("mx ~all ?all"), id="the-second-all-is-never-reached"),
    silent("spf-no-all", _spf("mx ?all redirect=a.example"), id="spf-redirect-ignored-says-it"),
    silent("spf-no-all", _spf("mx ?all", "_spf.example.com"), id="a-neutral-record-to-be-included"),
    silent(
        "spf-no-all",
        part(txt("example.com", "v=spf1 include:mail.example.com -all"), txt("mail.example.com", "v=spf1 mx ?all")),
        id="a-neutral-one-that-is-included",
    ),
    silent("spf-no-all", _spf("redirect=a.example"), id="redirect-decides"),
    silent("spf-no-all", _spf("mx", "_spf.example.com"), id="a-record-to-be-included"),
    silent("spf-no-all", _spf("mx", "spf1.example.com"), id="another"),
    silent(
        "spf-no-all",
        part(txt("example.com", "v=spf1 include:mail.example.com -all"), txt("mail.example.com", "v=spf1 mx")),
        id="one-that-is-included",
    ),
    silent("spf-ptr", _spf("mx -all ptr"), id="behind-all"),
    silent("spf-ptr", _spf("exists:%{i}.%%{p}.%{d}.a.example -all"), id="a-percent-sign-and-no-macro"),
    silent("spf-private-ip", _spf("ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"), id="networks-for-documentation"),
    silent("spf-private-ip", _spf("ip4:172.32.0.0/16 ip4:192.169.0.1 ip6:fc0::/16 ip6:fe00::1 -all"), id="near-to-private"),
    silent("spf-private-ip", _spf("ip4:10.0.0.0/7 -all"), id="10-and-public-addresses"),
    silent("spf-private-ip", _spf("ip4:192.168.0.0/15 -all"), id="192-168-and-public-addresses"),
    silent("spf-private-ip", _spf("-ip4:10.0.0.0/8 a mx -all"), id="refused"),
    silent("spf-private-ip", _spf("-all ip4:10.0.0.1"), id="behind-all"),
    silent("spf-wide-ip", _spf("ip4:203.0.0.0/16 ip6:2001:4860:4000::/36 ip6:2400::/32 a/24 mx//64 -all"), id="usual"),
    silent("spf-wide-ip", _spf("ip4:192.0.2.1 ip6:2001:db8::1 a mx -all"), id="single-addresses"),
    silent("spf-wide-ip", _spf("ip4:0.0.0.0/0 ip6:::/0 a/0 -all"), id="spf-pass-all-says-it"),
    silent("spf-wide-ip", _spf("ip4:10.0.0.0/8 ip6:fd00::/8 -all"), id="spf-private-ip-says-it"),
    silent("spf-wide-ip", _spf("?ip4:52.0.0.0/8 -all"), id="neutral"),
    silent("spf-duplicate-term", _spf("foo=a foo=a  mx -all ip4:192.0.2.1 ip4:192.0.2.1"), id="modifiers-and-void-terms"),
    silent("spf-duplicate-term", _spf("a a/24 a:b.example mx -all -all"), id="different-terms"),
]

test_rules = rule_test(LOUD, SILENT)


def test_a_long_term_is_shortened() -> None:
    """A message stays readable whatever the record holds."""
    (finding,) = findings_of("spf-redirect-ignored", _spf(f"redirect={'a.' * 200}example -all"))
    assert finding.message == f"redirect='{'a.' * 30}'... is ignored because of -all"
