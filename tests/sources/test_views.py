"""Tests of how files become zones, and where identities belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile
from ses_email_auth.sources.views import views
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView


def txt(name: str, zone_id: str = "") -> DeclaredRecordSet:
    """A TXT set in a zone."""
    return DeclaredRecordSet.of(name, "TXT", ('"a"',), Origin("f"), zone_id=zone_id)


def zone(zone_id: str, name: str | None = None, *, complete: bool = False, private: bool = False) -> DeclaredZone:
    """A zone that a file declares."""
    found = None if name is None else DomainName(name)
    return DeclaredZone(zone_id=zone_id, name=found, is_complete=complete, is_private=private)


MARK = "${Token[f#Zone.Ref]}"


def file(
    path: str, *parts: DeclaredRecordSet | DeclaredZone | DeclaredIdentity | str, account: str = "", scope: str = ""
) -> SourceFile:
    """A file with these parts; a text is the identity of that name."""
    return SourceFile(
        path=path,
        account=account,
        scope=scope,
        records=[part for part in parts if isinstance(part, DeclaredRecordSet)],
        zones=[part for part in parts if isinstance(part, DeclaredZone)],
        identities=[DeclaredIdentity(name=part, origin=Origin(path)) for part in parts if isinstance(part, str)],
    )


def shape(*files: SourceFile) -> list[tuple[str | None, list[str], list[str]]]:
    """Of each view: the zone, the names of its records, and its identities."""
    return [
        (
            None if view.zone is None else str(view.zone),
            [str(record.name) for record in view.records],
            [identity.name for identity in view.identities],
        )
        for view in views(files)
    ]


GROUPS = [
    pytest.param([], [], id="nothing"),
    pytest.param([file("f", zone("Z1", "example.com"))], [], id="an-empty-zone-is-no-view"),
    pytest.param(
        [file("f", zone("Z1", "example.com"), txt("a.example.com", "Z1")), file("g", txt("b.example.com", "Z1"))],
        [("example.com", ["a.example.com", "b.example.com"], [])],
        id="one-zone-in-two-files",
    ),
    pytest.param(
        [file("f", txt("a.example.com")), file("g", txt("b.example.com"))],
        [(None, ["a.example.com"], []), (None, ["b.example.com"], [])],
        id="unknown-zones-stay-with-their-files",
    ),
    pytest.param(
        [file("f", txt("example.com", "Z"), account="1" * 12), file("g", txt("example.com", "Z"), account="2" * 12)],
        [(None, ["example.com"], []), (None, ["example.com"], [])],
        id="equal-marks-in-two-accounts",
    ),
    pytest.param(
        [file("f", zone("Z", "example.com"), account="1" * 12), file("g", txt("a.example.com", "Z"))],
        [("example.com", ["a.example.com"], [])],
        id="a-stack-without-an-account-finds-the-one-that-is-known",
    ),
    pytest.param(
        [
            file("f", zone(MARK, "example.com"), txt("a.example.com", MARK), account="1" * 12),
            file("g", txt("b.example.com", MARK), account="2" * 12),
        ],
        [("example.com", ["a.example.com", "b.example.com"], [])],
        id="a-stack-of-another-account-refers-to-the-zone",
    ),
    pytest.param(
        [
            file("f", txt("a.example.com", "Z"), account="1" * 12),
            file("g", txt("b.example.com", "Z"), account="2" * 12),
            file("h", txt("c.example.com", "Z")),
        ],
        [(None, ["a.example.com"], []), (None, ["b.example.com"], []), (None, ["c.example.com"], [])],
        id="and-chooses-between-no-two",
    ),
    pytest.param(
        [
            file("f", DeclaredZone(zone_id="Z", account="2" * 12), txt("a.example.com", "Z"), account="1" * 12),
            file("g", zone("Z", "example.com"), txt("b.example.com", "Z"), account="2" * 12),
        ],
        [("example.com", ["a.example.com", "b.example.com"], [])],
        id="a-role-writes-into-a-zone-of-another-account",
    ),
    pytest.param(
        [file("f", zone("Z1", "example.com"), zone("Z2", "example.com"), txt("example.com", "Z1"), txt("example.com", "Z2"))],
        [("example.com", ["example.com"], []), ("example.com", ["example.com"], [])],
        id="two-zones-of-one-name",
    ),
    pytest.param(
        [file("f", zone("Z1", "example.com", private=True), txt("example.com", "Z1"), "example.com")],
        [(None, [], ["example.com"])],
        id="private-zones-are-left-out",
    ),
]

IDENTITIES = [
    pytest.param(
        [file("f", zone("Z1", "example.com"), txt("a.example.com", "Z1"), "news@mail.example.com")],
        [("example.com", ["a.example.com"], ["news@mail.example.com"])],
        id="an-address-below-the-zone",
    ),
    pytest.param(
        [file("f", zone("Z1", "example.com"), txt("a.example.com", "Z1"), "example.net")],
        [("example.com", ["a.example.com"], []), (None, [], ["example.net"])],
        id="another-domain",
    ),
    pytest.param(
        [file("f", txt("a.example.com", "Z1"), "b.example.com")],
        [(None, ["a.example.com"], ["b.example.com"])],
        id="a-nameless-zone-is-about-its-organizational-domains",
    ),
    pytest.param(
        [file("f", txt("com", "Z1"), "com")],
        [(None, ["com"], ["com"])],
        id="a-name-without-an-organizational-domain",
    ),
    pytest.param(
        [file("f", "${Token[T.1]}", "example.com", "a_b")],
        [(None, [], ["${Token[T.1]}", "example.com", "a_b"])],
        id="no-zone-at-all",
    ),
    pytest.param(
        [file("f", "example.com", account="1" * 12), file("g", "example.com", account="2" * 12)],
        [(None, [], ["example.com"]), (None, [], ["example.com"])],
        id="no-zone-in-two-accounts",
    ),
    pytest.param(
        [
            file(
                "f", zone("Z1", "example.com"), zone("Z2", "mail.example.com"), txt("a.example.com", "Z1"), "mail.example.com"
            ),
        ],
        [("example.com", ["a.example.com"], []), ("mail.example.com", [], ["mail.example.com"])],
        id="the-deepest-zone",
    ),
    pytest.param(
        [
            file("f", zone("Z1", "example.com"), txt("example.com", "Z1"), "example.com", account="1" * 12),
            file("g", zone("Z2", "example.com"), txt("example.com", "Z2"), "example.com", account="1" * 12),
        ],
        [("example.com", ["example.com"], ["example.com"]), ("example.com", ["example.com"], ["example.com"])],
        id="its-own-file-first",
    ),
    pytest.param(
        [
            file("f", zone("Z1", "example.com"), txt("example.com", "Z1"), scope="dev"),
            file("g", zone("Z2", "example.com"), txt("example.com", "Z2"), scope="prod"),
            file("h", "example.com", scope="prod"),
        ],
        [("example.com", ["example.com"], []), ("example.com", ["example.com"], ["example.com"])],
        id="its-own-stage-next",
    ),
    pytest.param(
        [
            file("f", zone("Z1", "example.com"), txt("example.com", "Z1"), account="1" * 12),
            file("g", zone("Z2", "example.com"), txt("example.com", "Z2"), account="2" * 12),
            file("h", "example.com", account="2" * 12),
        ],
        [("example.com", ["example.com"], []), ("example.com", ["example.com"], ["example.com"])],
        id="its-own-account-next",
    ),
    pytest.param(
        [
            file("f", zone("Z1", "example.com"), txt("example.com", "Z1"), account="1" * 12),
            file("h", "example.com", account="3" * 12),
        ],
        [("example.com", ["example.com"], ["example.com"])],
        id="else-all",
    ),
    pytest.param(
        [
            file("f", zone("Z1", "example.com"), txt("example.com", "Z1"), "example.com"),
            file(
                "example.com.zone",
                zone("example.com.zone", "example.com", complete=True),
                txt("a.example.com", "example.com.zone"),
            ),
        ],
        [("example.com", ["example.com"], ["example.com"]), ("example.com", ["a.example.com"], ["example.com"])],
        id="and-a-zone-file-beside-the-app",
    ),
    pytest.param(
        [file("example.com.zone", zone("z", "example.com", complete=True), txt("a.example.com", "z"), "example.com")],
        [("example.com", ["a.example.com"], ["example.com"])],
        id="once-in-a-complete-zone",
    ),
]


@pytest.mark.parametrize(("files", "expected"), GROUPS + IDENTITIES)
def test_files_become_zones(files: list[SourceFile], expected: list[tuple[str | None, list[str], list[str]]]) -> None:
    """Records of one zone stand together, and each identity at the zones its mail depends on."""
    assert shape(*files) == expected


def one(*files: SourceFile) -> ZoneView:
    """The one view."""
    (view,) = views(files)
    return view


def test_a_zone_is_complete_if_one_file_has_all_of_it() -> None:
    """The view says so, and whether the zone is signed if that is known."""
    whole = file("f", zone("z", "example.com", complete=True), zone("z"), txt("example.com", "z"))
    assert one(whole).complete
    assert one(whole).dnssec_signed is None
    assert not one(file("f", zone("z", "example.com"), txt("example.com", "z"))).complete


@pytest.mark.parametrize(("said", "expected"), [([None], None), ([False, None], False), ([None, False, True], True)])
def test_a_zone_is_signed_if_one_file_says_so(said: list[bool | None], expected: bool | None) -> None:  # noqa: FBT001 - a column
    """Without a file that says so, it is not known."""
    declared = [DeclaredZone(zone_id="z", dnssec_signed=each) for each in said]
    assert one(file("f", *declared, txt("example.com", "z"))).dnssec_signed is expected


def test_many_identities_of_one_domain_find_their_zones_quickly() -> None:
    """Each stack has its own zone, and nothing is compared with everything: 3,000 of them take well below a second."""
    many = [file(f"f{n}", zone(f"Z{n}", "example.com"), txt("example.com", f"Z{n}"), "example.com") for n in range(3000)]
    assert all(len(view.identities) == 1 for view in views(many))
