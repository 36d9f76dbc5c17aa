"""Tests of the rules on how SPF records are written, and of how misspelt includes are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.zone.views import TOKEN, declared, part, txt

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredValue
    from ses_email_auth.zone.view import ZoneView

AT = "example.com TXT"
PERMERROR = "receivers answer permerror for all mail of example.com:"
CORRECT = "correct the term, or take it out"
ONE_RECORD = "write one record: v=spf1 once in front, the terms of both, and one all at the end"
NO_IP4 = "is not an IPv4 address: four decimal numbers up to 255 without leading zeros"
JOINED = "receivers join them without a space, and answer permerror or see no SPF record"
SPACE = "put a space inside of the quotation marks, between the two terms"
UNREAD = "receivers ask for TXT alone; nobody reads a record of type SPF"
MOVE = "publish its text as TXT, and delete it"


def _file(type_text: str, *values: DeclaredValue, name: str = "example.com.") -> ZoneView:
    """One set of a file."""
    return part(declared(name, type_text, *values), zone=None)


LOUD = [
    *(
        loud(
            "spf-syntax",
            part(txt("example.com", f"v=spf1 include:a.example {terms}")),
            Severity.ERROR,
            AT,
            "two SPF records stand in one string: receivers stop at the all of the first, and ignore the second",
            ONE_RECORD,
            id=f"two-records-in-one-string-{number}",
        )
        for number, terms in enumerate(["~all v=spf1 include:b.example ~all", "-all V=SPF1 redirect=b.example"])
    ),
    loud(
        "spf-syntax",
        _file("TXT", '"v=spf1 mx ~all" "v=spf1 a ~all"'),
        Severity.ERROR,
        AT,
        f"{PERMERROR} the modifier 'allv' takes no qualifier (in '~allv=spf1')",
        ONE_RECORD,
        id="two-records-in-two-strings-of-one-value",
    ),
    *(
        loud(
            "spf-syntax",
            part(txt("example.com", f"v=spf1 {term} ~all")),
            Severity.ERROR,
            AT,
            f"{PERMERROR} {message} (in '{term}')",
            fix,
            id=term,
        )
        for term, message, fix in (
            ("-ip4:2001:db8::1", f"'2001:db8::1' {NO_IP4}", "write -ip6:2001:db8::1"),
            ("ip4:2001:db8::/64", "the prefix length 64 is over the maximum 32", "write ip6:2001:db8::/64"),
            ("IP6:192.0.2.1", "'192.0.2.1' is not an IPv6 address", "write ip4:192.0.2.1"),
            ("ip4:mail.example.com", f"'mail.example.com' {NO_IP4}", "write a:mail.example.com"),
            ("ip4:192.0.2", f"'192.0.2' {NO_IP4}", CORRECT),
            ("ip4:mail", f"'mail' {NO_IP4}", CORRECT),
            ("ip4:192.0.2.1/33", "the prefix length 33 is over the maximum 32", CORRECT),
        )
    ),
    loud(
        "spf-equals-sign",
        part(txt("example.com", "v=spf1 include=_spf.example.net ~all")),
        Severity.WARNING,
        AT,
        "'include=_spf.example.net' allows nobody: with '=' it is a modifier, which receivers ignore",
        "write include:_spf.example.net",
        id="an-equals-sign-for-a-colon",
    ),
    loud(
        "spf-equals-sign",
        part(txt("example.com", "v=spf1 mx IP4=192.0.2.1 ~all")),
        Severity.WARNING,
        AT,
        "'ip4=192.0.2.1' allows nobody: with '=' it is a modifier, which receivers ignore",
        "write ip4:192.0.2.1",
        id="an-equals-sign-behind-ip4",
    ),
    loud(
        "spf-syntax",
        part(txt("example.com", "v=spf1 ipv4:192.0.2.1 ~all")),
        Severity.ERROR,
        AT,
        f"{PERMERROR} there is no mechanism 'ipv4'; use 'ip4' (in 'ipv4:192.0.2.1')",
        CORRECT,
        id="unknown-mechanism",
    ),
    loud(
        "spf-syntax",
        part(txt("example.com", "MS=ms1", "v=spf1 include:localhost ~all")),
        Severity.ERROR,
        AT,
        f"{PERMERROR} the last label 'localhost' must follow a dot; a domain needs at least two labels "
        "(in 'include:localhost')",
        CORRECT,
        id="a-domain-of-one-label",
    ),
    loud(
        "spf-syntax",
        part(txt("example.com", "v=spf1 ip4:192.0.2.04 ~all")),
        Severity.ERROR,
        AT,
        f"{PERMERROR} '192.0.2.04' is not an IPv4 address: four decimal numbers up to 255 without leading zeros "
        "(in 'ip4:192.0.2.04')",
        CORRECT,
        id="leading-zero",
    ),
    loud(
        "spf-syntax",
        part(txt("example.com", "v=spf1 redirect=a.example redirect=b.example")),
        Severity.ERROR,
        AT,
        f"{PERMERROR} 'redirect' may occur only once (in 'redirect=b.example')",
        CORRECT,
        id="two-redirects",
    ),
    loud(
        "spf-syntax",
        part(txt("example.com", "v=spf1 -all;")),
        Severity.ERROR,
        AT,
        f"{PERMERROR} ';' is not allowed after 'all' (in '-all;')",
        CORRECT,
        id="a-semicolon-at-the-end",
    ),
    loud(
        "spf-syntax",
        part(txt("example.com", "v=spf1 : -all")),
        Severity.ERROR,
        AT,
        f"{PERMERROR} ':' is not a term: a mechanism such as 'include:' or a modifier such as 'redirect='",
        CORRECT,
        id="a-term-that-the-message-quotes",
    ),
    loud(
        "spf-syntax",
        part(txt("example.com", "v=spf1 a\tmx -all")),
        Severity.ERROR,
        AT,
        f"{PERMERROR} '\\t' is not allowed; a record is visible US-ASCII, its terms separated by spaces (in 'a\\tmx')",
        CORRECT,
        id="a-tab",
    ),
    loud(
        "spf-syntax",
        _file("TXT", '"v=spf1 ipv6:2001:db8::1 " "~all"'),
        Severity.ERROR,
        AT,
        f"{PERMERROR} there is no mechanism 'ipv6'; use 'ip6' (in 'ipv6:2001:db8::1')",
        CORRECT,
        id="in-two-strings",
    ),
    loud(
        "spf-string-join",
        _file("TXT", '"v=spf1 include:a.example" "include:b.example ~all"'),
        Severity.ERROR,
        AT,
        f"a string ends with 'include:a.example' and the next one begins with 'include:b.example'; {JOINED}",
        SPACE,
        id="two-includes",
    ),
    loud(
        "spf-string-join",
        _file("TXT", '"v=spf1 ip4:192.0.2.1" "~all"'),
        Severity.ERROR,
        AT,
        f"a string ends with 'ip4:192.0.2.1' and the next one begins with '~all'; {JOINED}",
        SPACE,
        id="all-in-a-string-of-its-own",
    ),
    loud(
        "spf-string-join",
        _file("TXT", '"v=spf1" "mx" "-all"'),
        Severity.ERROR,
        AT,
        f"a string ends with 'v=spf1' and the next one begins with 'mx'; {JOINED}",
        SPACE,
        id="the-version-alone",
    ),
    loud(
        "spf-string-join",
        part(txt("example.com", ("v=spf1 ", "mx", "redirect=_spf.example.com"))),
        Severity.ERROR,
        AT,
        f"a string ends with 'mx' and the next one begins with 'redirect=_spf.example.com'; {JOINED}",
        SPACE,
        id="strings-of-ours",
    ),
    loud("spf-type99", _file("SPF", '"v=spf1 -all"'), Severity.WARNING, "example.com SPF", UNREAD, MOVE, id="alone"),
    loud(
        "spf-type99",
        _file("spf", '"v=spf1 -all"', name="a_b.example.com."),
        Severity.WARNING,
        "a_b.example.com SPF",
        UNREAD,
        MOVE,
        id="at-an-odd-name",
    ),
    loud(
        "spf-type99",
        part(declared("example.com", "SPF", '"v=spf1 -all"'), declared("example.com", "TXT", '"v=spf1 -all"'), zone=None),
        Severity.WARNING,
        "example.com SPF",
        UNREAD,
        "delete it; the TXT record is enough",
        id="beside-txt",
    ),
]

SILENT = [
    silent("spf-syntax", part(txt("example.com", "v=spf1 mx v=spf1 a ~all")), id="the-second-counts-too"),
    silent("spf-equals-sign", part(txt("example.com", "v=spf1 ra=postmaster exp=e.example.net mx ~all")), id="modifiers"),
    silent("spf-equals-sign", part(txt("example.com", "v=spf1 include:a.example ~all")), id="a-colon"),
    silent("spf-equals-sign", part(txt("example.com", "v=spf1 incl:a.example ~all")), id="no-record-at-all"),
    silent("spf-syntax", part(txt("example.com", "v=spf1 foo=bar A:Example.COM/24//64 -all")), id="unknown-modifiers-are-fine"),
    silent("spf-syntax", part(txt("example.com", "v=spf10 ipv4:x", "spf2.0/pra ipv4:x")), id="no-spf-record"),
    silent("spf-syntax", part(txt("example.com", f"v=spf1 ipv4:{TOKEN} -all")), id="a-token"),
    silent("spf-syntax", _file("TXT", KnownAfterDeploy("Region", "v=spf1 ipv4:", " -all")), id="known-after-deploy"),
    silent("spf-syntax", part(txt("example.com", "v=spf1 ｉnclude:a.example -all")), id="txt-near-miss-says-it"),
    silent("spf-syntax", part(txt("example.com", 'v=spf1 "a" -all')), id="txt-near-miss-says-that-too"),
    silent("spf-syntax", _file("TXT", '"v=spf1 ip4:192.0.2.1" "-all"'), id="spf-string-join-says-it"),
    silent("spf-string-join", _file("TXT", '"v=spf1 include:a.example " "include:b.example ~all"'), id="space-before"),
    silent("spf-string-join", _file("TXT", '"v=spf1 include:a.example" " include:b.example ~all"'), id="space-behind"),
    silent("spf-string-join", _file("TXT", '"v=spf1 include:a.exam" "ple.com ~all"'), id="cut-in-a-host"),
    silent("spf-string-join", _file("TXT", '"v=spf1 mx ~" "include:a.example -" "all"'), id="cut-behind-a-qualifier"),
    silent("spf-string-join", _file("TXT", '"v=spf1 inc" "lude:a.example ip4" ":192.0.2.1 -all"'), id="cut-in-a-name"),
    silent("spf-string-join", _file("TXT", '"v=spf1 ip6:2001:db8::" "a:1 -all"'), id="cut-in-an-ipv6-address"),
    silent("spf-string-join", _file("TXT", f'"v=spf1 mx" "include:{TOKEN} -all"'), id="a-token-in-a-string"),
    silent("spf-string-join", _file("TXT", '"v=spf1 mx" "include:a.b -all"', name="x-.example.com."), id="no-name"),
    silent("spf-string-join", _file("TXT", '"v=spf1" "~all"'), id="txt-near-miss-says-it-already"),
    silent("spf-string-join", _file("TXT", '"k=rsa; p=AAAA" "ip4:BBBB"', '"v=spf1 -all"'), id="no-spf-text"),
    silent("spf-string-join", part(txt("example.com", ("v=spf1 mx ", "-all"))), id="strings-of-ours-with-a-space"),
    silent("spf-string-join", _file("TXT", KnownAfterDeploy("Region")), id="a-value-that-nobody-knows"),
    silent("spf-type99", _file("TXT", '"v=spf1 -all"'), id="txt"),
    silent("spf-type99", part(txt("example.com", "v=spf1 -all")), id="our-own-records-are-txt"),
]


test_rules = rule_test(LOUD, SILENT)


def test_a_long_record_gives_a_short_message() -> None:
    """Whatever a term holds, the message stays readable."""
    (finding,) = findings_of("spf-syntax", part(txt("example.com", f"v=spf1 {'x' * 3900}:y -all")))
    assert len(finding.message) < 400
    assert finding.message.isprintable()


def test_what_is_joined_is_no_syntax_error_too_though_another_text_is() -> None:
    """One rule reports each broken text."""
    view = _file("TXT", '"v=spf1 ip4:192.0.2.1" "-all"', '"v=spf1 ipv4:192.0.2.1 -all"')
    assert len(findings_of("spf-syntax", view)) == len(findings_of("spf-string-join", view)) == 1
