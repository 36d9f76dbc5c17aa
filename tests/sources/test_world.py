"""Tests of the world that the zones of one call make: where a name belongs, and what is told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.sources import world
from ses_email_auth.sources.views import views
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin
from ses_email_auth.zone.spf_walk import Cost
from tests.sources.test_views import file, txt, zone

if TYPE_CHECKING:
    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.view import ZoneView

DEV, PROD = "1" * 12, "2" * 12
ASKER = file("a", zone("ZA", "example.com"), txt("example.com", "ZA"))


def ns(name: str, zone_id: str) -> DeclaredRecordSet:
    """A delegation."""
    return DeclaredRecordSet.of(name, "NS", ("ns.example.org",), Origin("f"), zone_id=zone_id)


def spf(name: str, zone_id: str, *terms: str) -> DeclaredRecordSet:
    """An SPF record in a zone."""
    return DeclaredRecordSet.of(name, "TXT", (f'"v=spf1 {" ".join(terms)} ~all"',), Origin("f"), zone_id=zone_id)


def view(files: list[SourceFile], path: str = "a") -> ZoneView:
    """The view of the zone that the file declares: by a TXT record with the text of its zone id."""
    zone_id = next(source.records[0].zone_id for source in files if source.path == path)
    return next(view for view in views(files) if any(record.zone_id == zone_id for record in view.seen))


def other(path: str = "b", *, account: str = "", scope: str = "", complete: bool = False, private: bool = False) -> SourceFile:
    """A file with a zone example.net of its own."""
    return file(
        path,
        zone(path, "example.net", complete=complete, private=private),
        txt(f"{path}.example.net", path),
        account=account,
        scope=scope,
    )


def asker(*, account: str = "", scope: str = "") -> SourceFile:
    """A file with the zone that asks."""
    return file("a", zone("ZA", "example.com"), txt("example.com", "ZA"), account=account, scope=scope)


MAIL = (zone("c", "mail.example.net"), txt("c.mail.example.net", "c"))

HOMES = [
    pytest.param([ASKER], "mail.example.com", ["example.com"], id="its-own-zone"),
    pytest.param([ASKER], "example.net", None, id="nothing-of-it-is-in-view"),
    pytest.param([ASKER, other()], "mail.example.net", ["b.example.net"], id="another-zone"),
    pytest.param([ASKER, other()], "${Token[T.1]}.example.net", None, id="a-name-that-is-not-known"),
    pytest.param(
        [ASKER, other(), file("c", *MAIL)],
        "x.mail.example.net",
        ["c.mail.example.net"],
        id="the-deepest-zone",
    ),
    pytest.param(
        [ASKER, file("b", txt("*.example.net", "ZB"), txt("b.example.net", "ZB"))],
        "c.example.net",
        ["*.example.net", "b.example.net"],
        id="a-zone-without-a-name",
    ),
    pytest.param(
        [ASKER, file("b", txt("b.mail.example.net", "ZB"), txt("c.mail.example.net", "ZB"))],
        "c.example.net",
        None,
        id="which-holds-nothing-near-it",
    ),
    pytest.param([ASKER, *(other(f"z{n}") for n in range(51))], "example.net", None, id="more-parts-than-are-gone-through"),
    pytest.param(
        [ASKER, *(file(f"z{n}", zone(f"z{n}", "example.com"), txt("x.example.com", f"z{n}")) for n in range(50))],
        "x.example.com",
        ["example.com"],
        id="but-for-its-own",
    ),
    pytest.param(
        [ASKER, file("b", zone("b", "example.net"), txt("x.mail.example.net", "b")), file("c", *MAIL)],
        "x.mail.example.net",
        None,
        id="a-zone-above-that-has-the-name-too",
    ),
    pytest.param(
        [
            ASKER,
            file("b", zone("b", "example.net"), ns("mail.example.net", "b"), txt("x.mail.example.net", "b")),
            file("c", *MAIL),
        ],
        "x.mail.example.net",
        ["c.mail.example.net"],
        id="a-zone-above-that-delegates-it",
    ),
    pytest.param([ASKER, other(private=True)], "example.net", None, id="a-private-zone"),
    pytest.param([asker(account=DEV), other(account=PROD)], "example.net", None, id="another-account"),
    pytest.param([asker(account=DEV), other(account=DEV)], "example.net", ["b.example.net"], id="the-same-account"),
    pytest.param([asker(), other(account=PROD)], "example.net", ["b.example.net"], id="an-account-and-none"),
    pytest.param([asker(scope="dev"), other(scope="prod")], "example.net", None, id="another-stage"),
    pytest.param([asker(scope="dev"), other(scope="dev")], "example.net", ["b.example.net"], id="the-same-stage"),
    pytest.param([asker(), other(scope="prod")], "example.net", ["b.example.net"], id="a-zone-file-beside-one-stage"),
    pytest.param([asker(), other(scope="dev"), other("c", scope="prod")], "example.net", None, id="one-of-two-stages"),
    pytest.param(
        [asker(scope="prod"), other(scope="dev"), other("c", scope="prod")],
        "example.net",
        ["c.example.net"],
        id="its-own-stage",
    ),
    pytest.param([ASKER, other(), other("c")], "example.net", ["b.example.net", "c.example.net"], id="a-zone-in-two-files"),
    pytest.param([ASKER, other(complete=True), other("c", complete=True)], "example.net", None, id="two-exports-of-a-zone"),
    pytest.param(
        [ASKER, other(complete=True), other("c")], "example.net", ["b.example.net", "c.example.net"], id="an-export-and-an-app"
    ),
]


@pytest.mark.parametrize(("files", "name", "expected"), HOMES)
def test_the_zone_of_a_name(files: list[SourceFile], name: str, expected: list[str] | None) -> None:
    """Stages and accounts that are known to differ are never joined, nor is a private zone."""
    found = view(files).zone_of(DomainName(name))
    assert (None if found is None else [str(record.name) for record in found.records]) == expected


def test_a_zone_of_which_two_exports_are_in_view_sees_itself() -> None:
    """Each is judged for itself, with what templates add to it."""
    files = [other("b", complete=True), other("c", complete=True), other("d")]
    for path in ("b", "c"):
        found = view(files, path).zone_of(DomainName("example.net"))
        assert found is not None
        assert [str(record.name) for record in found.records] == [f"{path}.example.net", "d.example.net"]


def test_the_view_itself_if_nothing_else_is_in_view_of_its_zone() -> None:
    """So that nothing is indexed twice."""
    own = view([ASKER, other()])
    assert own.zone_of(DomainName("mail.example.com")) is own


WHOLE = [
    pytest.param([zone("b", "example.net", complete=True), txt("b.example.net", "b")], True, id="whole"),
    pytest.param([zone("b", "example.net"), txt("b.example.net", "b")], False, id="a-part"),
    pytest.param([zone("b", complete=True), txt("b.example.net", "b")], False, id="no-name"),
    pytest.param([zone("b", "example.net", complete=True), ns("mail.example.net", "b")], False, id="delegated"),
]


@pytest.mark.parametrize(("parts", "is_whole"), WHOLE)
def test_the_zone_whose_silence_counts(parts: list[DeclaredRecordSet], is_whole: bool) -> None:  # noqa: FBT001 - a column
    """It is whole, and does not delegate the name."""
    found = view([ASKER, file("b", *parts)]).whole_zone_of(DomainName("x.mail.example.net"))
    assert (found is not None) is is_whole


def walk_of(*files: SourceFile) -> tuple[dict[str, Cost], dict[str, tuple[str, ...]]]:
    """Costs and loops of the records of the first file."""
    walk = view(list(files), files[0].path).spf_walk
    own = {record.name.text for record in files[0].records if isinstance(record.name, DomainName)}
    costs = {name.text: cost for name, cost in walk.costs.items() if name.text in own}
    return costs, {name.text: tuple(map(str, loop)) for name, loop in walk.loops.items() if name.text in own}


def domain(letter: str, *terms: str, account: str = "", scope: str = "") -> SourceFile:
    """A file with the zone `<letter>.example` and its SPF record."""
    name = f"{letter}.example"
    return file(letter, zone(letter, name), spf(name, letter, *terms), account=account, scope=scope)


WALKS = [
    pytest.param([domain("a", "include:b.example"), domain("b", "a", "mx")], 3, [], id="through-another-zone"),
    pytest.param(
        [domain("a", "include:b.example", "include:b.example"), domain("b", "include:c.example"), domain("c", "a")],
        6,
        [],
        id="through-two-and-twice",
    ),
    pytest.param([domain("a", "include:b.example"), domain("b", "include:a.example")], None, ["b", "a"], id="a-loop"),
    pytest.param(
        [domain("a", "include:b.example"), domain("b", "include:c.example"), domain("c", "include:b.example")],
        None,
        ["b", "c"],
        id="into-a-loop",
    ),
    pytest.param(
        [domain("a", "include:b.example", scope="1"), domain("b", "a", scope="2")], 1, [], id="not-into-another-stage"
    ),
    pytest.param(
        [domain("a", "include:b.example", scope="1"), domain("b", "include:c.example"), domain("c", "a", scope="2")],
        2,
        [],
        id="nor-by-way-of-a-third",
    ),
    pytest.param(
        [
            domain("a", "include:b.example"),
            domain("b", "include:c.example", scope="1"),
            domain("c", "include:d.example"),
            domain("d", "a", scope="2"),
        ],
        3,
        [],
        id="nor-from-stage-to-stage",
    ),
    pytest.param(
        [
            domain("a", "include:b.example"),
            domain("b", "a"),
            file("c", zone("c", "b.example"), spf("b.example", "c", "mx", "a")),
        ],
        1,
        [],
        id="two-files-disagree",
    ),
    pytest.param([domain("a", "include:x.a.example"), domain("b", "a")], 1, [], id="a-name-of-its-own-zone-without-spf"),
]


@pytest.mark.parametrize(("files", "lookups", "loop"), WALKS)
def test_spf_through_other_zones(files: list[SourceFile], lookups: int | None, loop: list[str]) -> None:
    """Includes are followed as receivers follow them, as far as what is in view belongs together."""
    costs, loops = walk_of(*files)
    assert costs == ({} if lookups is None else {"a.example": Cost(lookups, lookups)})
    assert loops == ({"a.example": tuple(f"{letter}.example" for letter in loop)} if loop else {})


def test_many_zones_that_include_one_another_are_walked_once() -> None:
    """A chain through 2,000 zones, and each checked: what is known of a name is kept."""
    files = [domain(f"a{n}", f"include:a{n + 1}.example") for n in range(2000)]
    costs = [view.spf_walk.costs[DomainName(f"a{n}.example")].in_view for n, view in enumerate(views(files))]
    assert costs[-3:] == [3, 2, 1]
    assert costs[0] == 100


def test_few_views_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were asked for last; a view that was dropped is made again."""
    monkeypatch.setattr(world, "_MOST_KEPT", 2)
    own = view([ASKER, *(file(n, zone(n, f"{n}.example"), txt(f"{n}.example", n)) for n in "bcd")])
    first = own.zone_of(DomainName("b.example"))
    assert own.zone_of(DomainName("b.example")) is first
    for name in ("c.example", "b.example", "d.example"):
        assert own.zone_of(DomainName(name)) is not None
    assert own.zone_of(DomainName("b.example")) is first
    own.zone_of(DomainName("c.example"))
    own.zone_of(DomainName("d.example"))
    again = own.zone_of(DomainName("b.example"))
    assert again is not first
    assert again == first
