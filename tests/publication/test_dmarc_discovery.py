"""Organizational domains and policy discovery, by the walk of RFC 9989 and by the Public Suffix List of RFC 7489."""

from __future__ import annotations

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.dmarc_discovery import (
    DmarcKnowledge,
    DmarcRecords,
    Policy,
    Standard,
    hidden_from_walk,
    organizational_domain,
    policy_for,
)
from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord

NEW, OLD = Standard.RFC_9989, Standard.RFC_7489
NONE, QUARANTINE, REJECT = DmarcPolicy.NONE, DmarcPolicy.QUARANTINE, DmarcPolicy.REJECT
UNKNOWN = None  # in the tables below: a record that was not given
SEVEN = "b.c.d.e.f.blacksheep.link"
EIGHT, NINE = f"a.{SEVEN}", f"z.a.{SEVEN}"


def records(texts: dict[str, str | None]) -> DmarcRecords:
    """Records by name; the version is added."""
    return {
        DomainName(at): DmarcKnowledge.UNKNOWN if text is None else DmarcRecord.parse(f"v=DMARC1; {text}")
        for at, text in texts.items()
    }


@pytest.mark.parametrize(
    ("name", "texts", "by_walk", "by_list"),
    [
        pytest.param("a.blacksheep.link", {}, "blacksheep.link", "blacksheep.link", id="no-record: the list"),
        pytest.param("foo.kawasaki.jp", {}, "foo.kawasaki.jp", "foo.kawasaki.jp", id="neither: the name itself"),
        pytest.param("a.co.jp", {"a.co.jp": "p=none"}, "a.co.jp", "a.co.jp", id="own-record"),
        pytest.param(
            "a.b.co.jp",
            {"a.b.co.jp": "p=none", "b.co.jp": "p=none"},
            "b.co.jp",
            "b.co.jp",
            id="the-record-of-the-fewest-labels",
        ),
        pytest.param("a.b.co.jp", {"a.b.co.jp": "p=none"}, "a.b.co.jp", "b.co.jp", id="the-walk-knows-no-list"),
        pytest.param("a.b.co.jp", {"co.jp": "p=none"}, "co.jp", "b.co.jp", id="even-a-suffix-without-psd"),
        pytest.param("a.b.co.jp", {"a.b.co.jp": "p=none; psd=n", "b.co.jp": "p=none"}, "a.b.co.jp", "b.co.jp", id="psd-n-here"),
        pytest.param(
            "x.a.b.co.jp",
            {"a.b.co.jp": "p=none; psd=n", "b.co.jp": "p=none; psd=n"},
            "a.b.co.jp",
            "b.co.jp",
            id="psd-n-above: the longest wins",
        ),
        pytest.param("a.b.co.jp", {"co.jp": "p=none; psd=y"}, "b.co.jp", "b.co.jp", id="psd-y: one label below"),
        pytest.param(
            "a.b.co.jp", {"b.co.jp": "p=none; psd=y", "jp": "p=none"}, "a.b.co.jp", "b.co.jp", id="psd-y-ends-the-walk"
        ),
        pytest.param(
            "b.co.jp", {"b.co.jp": "p=none; psd=y"}, "b.co.jp", "b.co.jp", id="psd-y-where-the-walk-starts-is-no-suffix"
        ),
        pytest.param(
            "b.co.jp",
            {"b.co.jp": "p=none; psd=y", "jp": "p=none; psd=y"},
            "co.jp",
            "b.co.jp",
            id="psd-y-at-the-start-does-not-stop-the-walk",
        ),
        pytest.param(
            "a.b.co.jp", {"a.b.co.jp": "p=none", "b.co.jp": UNKNOWN}, "b.co.jp", "b.co.jp", id="not-known-above: the list"
        ),
        pytest.param(NINE, {EIGHT: "p=none; psd=n"}, "blacksheep.link", "blacksheep.link", id="eight-labels-are-skipped"),
        pytest.param(NINE, {SEVEN: "p=none; psd=n"}, SEVEN, "blacksheep.link", id="seven-labels-are-asked"),
        pytest.param(EIGHT, {EIGHT: "p=none; psd=n"}, EIGHT, "blacksheep.link", id="the-name-itself-is-always-asked"),
    ],
)
def test_the_organizational_domain(name: str, texts: dict[str, str | None], by_walk: str, by_list: str) -> None:
    """RFC 9989 section 4.10.2, RFC 7489 section 3.2."""
    known = records(texts)
    assert organizational_domain(DomainName(name), known, NEW).text == by_walk
    assert organizational_domain(DomainName(name), known, OLD).text == by_list


def test_a_name_without_a_record_counts_as_one_that_is_known_to_have_none() -> None:
    """`DmarcKnowledge.NONE` and absence are the same."""
    known = {DomainName("b.co.jp"): DmarcKnowledge.NONE, DomainName("co.jp"): DmarcRecord.parse("v=DMARC1; p=none; psd=y")}
    assert organizational_domain(DomainName("a.b.co.jp"), known, NEW).text == "b.co.jp"


@pytest.mark.parametrize("standard", Standard)
def test_the_override_takes_the_place_of_the_list(standard: Standard) -> None:
    """For names at or below it; a record found by the walk still wins."""
    override = DomainName("foo.kawasaki.jp")
    assert organizational_domain(override.child("a.b"), {}, standard, override) == override
    assert organizational_domain(override, {}, standard, override) == override
    assert organizational_domain(DomainName("a.blacksheep.link"), {}, standard, override).text == "blacksheep.link"


def test_the_override_does_not_hide_a_record() -> None:
    """RFC 9989 receivers know nothing of it."""
    override, known = DomainName("foo.kawasaki.jp"), records({"a.foo.kawasaki.jp": "p=none; psd=n"})
    assert organizational_domain(override.child("b.a"), known, NEW, override).text == "a.foo.kawasaki.jp"
    assert organizational_domain(override.child("b.a"), known, OLD, override) == override


@pytest.mark.parametrize(
    ("name", "texts", "standard", "applied", "tag", "at"),
    [
        pytest.param("a.co.jp", {"a.co.jp": "p=reject; sp=none"}, NEW, REJECT, "p", "a.co.jp", id="own: p"),
        pytest.param("x.a.co.jp", {"a.co.jp": "p=reject"}, NEW, REJECT, "p", "a.co.jp", id="inherited: p-without-sp"),
        pytest.param("x.a.co.jp", {"a.co.jp": "p=none; sp=reject"}, NEW, REJECT, "sp", "a.co.jp", id="inherited: sp"),
        pytest.param(
            "x.a.co.jp",
            {"a.co.jp": "p=reject", "x.a.co.jp": "p=none; sp=reject"},
            NEW,
            NONE,
            "p",
            "x.a.co.jp",
            id="an-own-record-undoes-the-parent",
        ),
        pytest.param("a.co.jp", {}, NEW, None, None, None, id="no-record"),
        pytest.param("x.a.co.jp", {"a.co.jp": UNKNOWN}, NEW, None, None, "a.co.jp", id="not-given-above"),
        pytest.param("a.co.jp", {"a.co.jp": UNKNOWN}, OLD, None, None, "a.co.jp", id="not-given-here"),
        pytest.param("a.co.jp", {"co.jp": "p=reject; psd=y"}, NEW, REJECT, "p", "co.jp", id="the-suffix-in-the-end"),
        pytest.param("x.a.co.jp", {"co.jp": "p=none; sp=reject; psd=y"}, NEW, REJECT, "sp", "co.jp", id="the-suffix's-sp"),
        pytest.param("a.co.jp", {"co.jp": "p=reject; psd=y"}, OLD, None, None, None, id="RFC-7489-asks-no-suffix"),
        pytest.param(
            "a.co.jp", {"co.jp": "p=reject; psd=y", "a.co.jp": "p=none"}, NEW, NONE, "p", "a.co.jp", id="before-the-suffix"
        ),
        pytest.param("jp", {}, NEW, None, None, None, id="top-level"),
        pytest.param("a.co.jp", {"a.co.jp": "p=reject; t=y"}, NEW, QUARANTINE, "p", "a.co.jp", id="t: one-level-down"),
        pytest.param("a.co.jp", {"a.co.jp": "p=reject; t=y"}, OLD, REJECT, "p", "a.co.jp", id="RFC-7489-ignores-t"),
        pytest.param("a.co.jp", {"a.co.jp": "p=quarantine; pct=0"}, NEW, QUARANTINE, "p", "a.co.jp", id="RFC-9989-ignores-pct"),
        pytest.param("a.co.jp", {"a.co.jp": "p=quarantine; pct=0"}, OLD, NONE, "p", "a.co.jp", id="pct-0: one-level-down"),
        pytest.param("a.co.jp", {"a.co.jp": "p=none; pct=0"}, OLD, NONE, "p", "a.co.jp", id="pct-0: none-stays"),
        pytest.param("a.co.jp", {"a.co.jp": "p=reject; pct=1"}, OLD, REJECT, "p", "a.co.jp", id="pct-1: some-is-enough"),
        pytest.param("a.co.jp", {"a.co.jp": "rua=mailto:a@a.co.jp"}, OLD, NONE, "p", "a.co.jp", id="no-p-is-none"),
    ],
)
def test_what_receivers_do_to_forgeries(
    name: str,
    texts: dict[str, str | None],
    standard: Standard,
    applied: DmarcPolicy | None,
    tag: str | None,
    at: str | None,
) -> None:
    """RFC 9989 sections 4.7 and 4.10.1, RFC 7489 sections 6.6.3 and 6.6.4."""
    policy = policy_for(DomainName(name), records(texts), standard)
    assert (policy.applied, policy.tag, policy.at) == (applied, tag, None if at is None else DomainName(at))
    assert policy.own is (at == name)


def test_a_policy_says_where_it_was_found() -> None:
    """With the override as the last resort."""
    known, override = records({"foo.kawasaki.jp": "p=reject"}), DomainName("foo.kawasaki.jp")
    found = policy_for(override.child("a"), known, OLD, override)
    assert found == Policy(known[override], override, own=False, standard=OLD)
    assert policy_for(override.child("a"), known, OLD).at is None


@pytest.mark.parametrize(
    ("name", "texts", "hidden"),
    [
        pytest.param(NINE, {EIGHT: "p=reject"}, True, id="eight-labels-below-nine"),
        pytest.param(NINE, {EIGHT: UNKNOWN}, True, id="one-that-was-not-given"),
        pytest.param(NINE, {SEVEN: "p=reject"}, False, id="seven-labels-are-found"),
        pytest.param(EIGHT, {SEVEN: "p=reject"}, False, id="an-eight-label-name-asks-seven"),
        pytest.param(NINE, {EIGHT: "p=reject", NINE: "p=none"}, False, id="an-own-record-decides"),
        pytest.param(NINE, {}, False, id="no-record"),
    ],
)
def test_a_record_that_the_walk_never_finds(name: str, texts: dict[str, str | None], *, hidden: bool) -> None:
    """RFC 9989 section 5.1.8."""
    assert hidden_from_walk(DomainName(name), records(texts)) is hidden
