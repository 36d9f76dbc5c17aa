"""Tests of the rules on SPF records."""

from __future__ import annotations

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.resource_record_set import ResourceRecordSet
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin
from ses_email_auth.zone.view import ZoneView
from tests.checks.rule_table import findings_of, loud, rule_test, silent
from tests.checks.views import TOKEN, part, txt


def alternative(identifier: str, *texts: str) -> DeclaredRecordSet:
    """One of several weighted TXT sets at example.com."""
    values = tuple(f'"{text}"' for text in texts)
    return DeclaredRecordSet.of("example.com.", "TXT", values, Origin("zone"), set_identifier=identifier)


AT = "example.com TXT"
TEN = " ".join(f"include:i{n}.example.net" for n in range(10))
EIGHT = " ".join(f"include:i{n}.example.net" for n in range(8))
SIX = " ".join(f"include:i{n}.example.net" for n in range(6))
DROP = "drop includes that nobody sends through any more, or send from a subdomain"
GIVE_UP = "whoever is not allowed before gets permerror"
OPEN = "lets every host of the internet send as the domain"

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
        part(alternative("a", "v=spf1 -all"), alternative("b", "v=spf1 a ~all", "v=spf1 mx ~all")),
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
        part(alternative("a", f"v=spf1 {TEN} mx ~all"), alternative("b", "v=spf1 -all")),
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
]

SILENT = [
    silent("spf-multiple", part(txt("example.com", "v=spf1 -all"), txt("example.com", "v=spf1 -all")), id="the-same-twice"),
    silent("spf-multiple", part(alternative("a", "v=spf1 -all"), alternative("b", "v=spf1 ~all")), id="weighted-sets"),
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
    assert max(each.message for each in findings_of("spf-too-many-lookups", view) if each.where == "n0.example.com TXT") == (
        "SPF needs 100 DNS lookups or more; receivers stop at 10 with permerror"
    )


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
    assert [each.where for each in others] == ["n6.example.com TXT"]


def test_two_record_sets_are_both_in_the_finding() -> None:
    """The finding leads to the resources of both stacks, and not to a third set without an SPF record."""
    sets = tuple(
        DeclaredRecordSet.of("example.com", "TXT", (value,), Origin(path))
        for path, value in (("a.json", '"v=spf1 a ~all"'), ("b.json", '"MS=ms123"'), ("c.json", '"v=spf1 mx ~all"'))
    )
    (finding_,) = findings_of("spf-multiple", ZoneView(records=sets))
    assert [origin.path for origin in finding_.origins] == ["a.json", "c.json"]


def test_a_long_term_is_shortened() -> None:
    """A message stays readable whatever the record holds."""
    (finding_,) = findings_of("spf-pass-all", part(txt("example.com", f"v=spf1 a:{'a.' * 200}example/0 -all")))
    assert len(finding_.message) < 150
