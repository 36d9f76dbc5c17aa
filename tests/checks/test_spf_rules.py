"""Tests of the rules on SPF records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from tests.checks.views import TOKEN, finding, found, part, txt

if TYPE_CHECKING:
    from ses_email_auth.checks.zone_view import ZoneView

AT = "example.com TXT"
TEN = " ".join(f"include:i{n}.example.net" for n in range(10))
EIGHT = " ".join(f"include:i{n}.example.net" for n in range(8))
SIX = " ".join(f"include:i{n}.example.net" for n in range(6))
DROP = "drop includes that nobody sends through any more, or send from a subdomain"
OPEN = "lets every host of the internet send as the domain"

LOUD = [
    pytest.param(
        "spf-multiple",
        part(txt("example.com", "v=spf1 include:amazonses.com ~all", "MS=ms123", "V=SPF1 -all")),
        Severity.ERROR,
        AT,
        "example.com has 2 SPF records; receivers answer permerror and believe none",
        "merge them into one: spf_includes=[...] or spf=SpfRecord.parse(...)",
        id="two-spf-strings",
    ),
    pytest.param(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 a ALL")),
        Severity.ERROR,
        AT,
        f"+all {OPEN}",
        "use ~all or -all",
        id="plus-is-the-default-qualifier",
    ),
    pytest.param(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 ip4:203.0.113.1/0 -all")),
        Severity.ERROR,
        AT,
        f"+ip4:203.0.113.1/0 {OPEN}",
        "name the addresses that really send",
        id="every-ipv4-address",
    ),
    pytest.param(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 ip6:::/0 -all")),
        Severity.ERROR,
        AT,
        f"+ip6:::/0 {OPEN}",
        "name the addresses that really send",
        id="every-ipv6-address",
    ),
    pytest.param(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 a/0 -all")),
        Severity.ERROR,
        AT,
        f"+a/0 {OPEN}",
        "name the addresses that really send",
        id="a-with-length-0",
    ),
    pytest.param(
        "spf-pass-all",
        part(txt("example.com", "v=spf1 mx//0 -all")),
        Severity.ERROR,
        AT,
        f"+mx//0 {OPEN}",
        "name the addresses that really send",
        id="mx-with-ipv6-length-0",
    ),
    pytest.param(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 mx {TEN} ~all")),
        Severity.ERROR,
        AT,
        "SPF needs 11 DNS lookups or more; receivers stop at 10 with permerror",
        DROP,
        id="eleven-in-one-record",
    ),
    pytest.param(
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
    pytest.param(
        "spf-too-many-lookups",
        part(txt("example.com", "v=spf1 include:example.com ~all")),
        Severity.ERROR,
        AT,
        "SPF needs 100 DNS lookups or more; receivers stop at 10 with permerror",
        DROP,
        id="a-record-that-includes-itself",
    ),
    pytest.param(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 {TEN} ~all")),
        Severity.INFO,
        AT,
        "SPF needs 10 DNS lookups or more, and 10 are allowed",
        "",
        id="ten-are-allowed",
    ),
    pytest.param(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 mx {EIGHT} ~all")),
        Severity.INFO,
        AT,
        "SPF needs 9 DNS lookups or more, and 10 are allowed",
        "",
        id="nine-is-nearly-ten",
    ),
]

SILENT = [
    pytest.param("spf-multiple", part(txt("example.com", "v=spf1 -all", "v=spf10 x", "spf2.0/pra -all")), id="one-is-spf"),
    pytest.param("spf-multiple", part(txt("example.com", "v=spf1 -all"), txt("a.example.com", "v=spf1 -all")), id="two-names"),
    pytest.param("spf-multiple", part(txt("example.com", "v=spf1 -all", TOKEN)), id="nobody-knows-what-a-token-holds"),
    pytest.param("spf-pass-all", part(txt("example.com", "v=spf1 -all +all")), id="a-later-all-is-void"),
    pytest.param("spf-pass-all", part(txt("example.com", "v=spf1 -all ip4:0.0.0.0/0")), id="what-is-behind-all-is-void"),
    pytest.param("spf-pass-all", part(txt("example.com", "v=spf1 ?ip4:0.0.0.0/0 ~all")), id="neutral-is-no-pass"),
    pytest.param("spf-pass-all", part(txt("example.com", "v=spf1 ip4:192.0.2.0/24 a/24 mx//64 ?all")), id="real-networks"),
    pytest.param("spf-pass-all", part(txt("example.com", "v=spf1 allow +all")), id="a-permerror-lets-nobody-send"),
    pytest.param("spf-too-many-lookups", part(txt("example.com", f"v=spf1 {EIGHT} ~all")), id="eight"),
    pytest.param("spf-too-many-lookups", part(txt("example.com", f"v=spf1 -all {TEN}")), id="nothing-behind-all-is-looked-up"),
    pytest.param(
        "spf-too-many-lookups",
        part(
            txt("example.com", f"v=spf1 {EIGHT} ~all include:_spf.example.com redirect=_spf.example.com"),
            txt("_spf.example.com", "v=spf1 a mx -all"),
        ),
        id="void-terms-are-not-followed",
    ),
    pytest.param(
        "spf-too-many-lookups",
        part(txt("example.com", f"v=spf1 include:%{{d}}.example.net include:amazonses.com {SIX} ~all")),
        id="an-include-that-is-not-in-view-counts-as-one",
    ),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []


def test_includes_that_fan_out_are_counted_quickly() -> None:
    """Records that include each other have more paths than anyone can walk; the count stops early."""
    names = [f"n{n}.example.com" for n in range(12)]
    view = part(*(txt(name, f"v=spf1 {' '.join(f'include:{target}' for target in names)} -all") for name in names))
    assert {each.message for each in found("spf-too-many-lookups", view)} == {
        "SPF needs 108 DNS lookups or more; receivers stop at 10 with permerror"
    }
