"""Tests of findings, of how a rule is declared, and of what it is run over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Fault, Finding, Need, Rule, Severity, rule
from ses_email_auth.checks.run import check
from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin
from ses_email_auth.zone.view import ZoneView
from tests.zone.views import declared

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_PART = ZoneView(records=())
WHOLE = ZoneView(records=(), complete=True)


def _declared(need: Need) -> Rule:
    @rule(id="acme-mail", severity=Severity.ERROR, need=need, reason="r", reference="ACME 1")
    def acme_mail(_: ZoneView) -> Iterator[Fault]:
        yield Fault(where="example.com TXT", message="first")

    return acme_mail


def test_a_finding_prints_its_fix_and_its_reference() -> None:
    """One line; the fix is left out where nothing needs to be done."""
    finding = Finding(id="a-b", severity=Severity.ERROR, message="bad", fix="mend it", reference="RFC 1", where="x TXT")
    assert str(finding) == "a-b: bad; mend it (RFC 1)"
    assert str(replace(finding, fix="")) == "a-b: bad (RFC 1)"


@pytest.mark.parametrize(
    ("where", "name"),
    [
        pytest.param("example.com TXT", "example.com", id="record"),
        pytest.param("From: example.com", "example.com", id="from"),
        pytest.param("example.com", "example.com", id="identity"),
        pytest.param("", "", id="nothing"),
        pytest.param(
            "_dmarc.<value known after deploy>.example.com TXT", "_dmarc.<value known after deploy>.example.com", id="token"
        ),
        pytest.param("a<b TXT", "a<b", id="half-a-mark"),
    ],
)
def test_a_finding_names_what_it_is_about(where: str, name: str) -> None:
    """The DNS name without the type."""
    assert Finding(id="a-b", severity=Severity.ERROR, message="bad", fix="", reference="RFC 1", where=where).name == name


def test_what_is_not_known_is_said_in_words() -> None:
    """No mark of a reader and no token reaches people; the records are found all the same."""
    mark = "${Token[cdk.out/app.json#Stage]}"
    record = declared(f"_dmarc.{mark}.example.com", "TXT", '"x"')

    @rule(id="acme-mail", severity=Severity.ERROR, need=Need.RECORD, reason="r", reference="ACME 1")
    def acme_mail(_: ZoneView) -> Iterator[Fault]:
        yield Fault(where=record.place, message=f"bad at {mark}", fix=f"write {mark}")

    finding = check(ZoneView(records=(record,)), [acme_mail])[0]
    assert (finding.where, finding.name) == ("_dmarc.<Stage>.example.com TXT", "_dmarc.<Stage>.example.com")
    assert (finding.message, finding.fix, finding.records) == ("bad at <Stage>", "write <Stage>", (record,))


def test_the_decorator_returns_the_rule() -> None:
    """Users pass it on as it is."""
    acme = _declared(Need.RECORD)
    assert isinstance(acme, Rule)
    assert (acme.id, acme.severity, acme.need) == ("acme-mail", Severity.ERROR, Need.RECORD)
    assert (acme.example, acme.for_constructs, acme.parts) == ("", False, [])


@pytest.mark.parametrize(
    ("need", "in_part"),
    [
        pytest.param(Need.RECORD, ["first"], id="record"),
        pytest.param(Need.RECORDS, ["first"], id="records"),
        pytest.param(Need.INTENT, ["first"], id="intent"),
        pytest.param(Need.ABSENCE, [], id="absence"),
    ],
)
def test_only_whole_zones_show_that_something_is_absent(need: Need, in_part: list[str]) -> None:
    """A record that is not in view can be in the zone all the same."""
    acme = _declared(need)
    assert [finding.message for finding in check(IN_PART, [acme])] == in_part
    assert [finding.message for finding in check(WHOLE, [acme])] == ["first"]


def test_a_part_of_a_rule_differs_in_its_need_alone() -> None:
    """Each part is run over what it needs; its findings have the id, the severity and the reference of the rule."""
    acme = _declared(Need.ABSENCE)

    @acme.also(need=Need.RECORD)
    def acme_mail_in_part(_: ZoneView) -> Iterator[Fault]:
        yield Fault(where="example.com TXT", message="second")

    assert [fault.message for fault in acme_mail_in_part(IN_PART)] == ["second"]
    (in_part,) = check(IN_PART, [acme])
    assert (in_part.id, in_part.severity, in_part.reference) == ("acme-mail", Severity.ERROR, "ACME 1")
    assert in_part.message == "second"
    assert [finding.message for finding in check(WHOLE, [acme])] == ["first", "second"]


ZONE_SET = DeclaredRecordSet.of(
    "example.com.", "TXT", ('"a"', '"b"'), Origin("a.zone", resource="line 3", line=3), value_lines=(3, 7)
)
STACK_SET = DeclaredRecordSet.of("example.com.", "TXT", ('"a"', '"b"'), Origin("a.json", resource="Txt"))
IDENTITY = DeclaredIdentity(name="example.com", origin=Origin("a.json", resource="Identity"))
OURS = ResourceRecordSet(DomainName("example.com"), RecordType.TXT, ttl=300, values=(("b",),))


def _said_of(fault: Fault, view: ZoneView) -> Finding:
    return _declared(Need.RECORD).finding(fault, view)


def test_a_finding_about_a_text_points_at_it_alone() -> None:
    """The place of a text knows which of several is meant; the finding keeps the plain name."""
    view = ZoneView(records=(ZONE_SET, STACK_SET))
    _, second, _, in_stack = view.texts
    finding = _said_of(Fault(where=second.where, message="bad"), view)
    assert (finding.where, type(finding.where)) == ("example.com TXT", str)
    assert finding.records == (ZONE_SET,)
    assert finding.places == (Origin("a.zone", resource="line 7", line=7),)
    assert finding.origins == (ZONE_SET.origin,)
    (place,) = _said_of(Fault(where=in_stack.where, message="bad"), view).places
    assert place.resource == "Txt"
    assert place.part is not None
    assert (place.part.text, place.part.index, place.part.count) == ('"b"', 1, 2)


def test_a_finding_points_at_parts_before_it_names_whole_records() -> None:
    """Also at two of one record; and a text whose record is given stands for that."""
    view = ZoneView(records=(ZONE_SET,))
    first, second = view.texts
    both = _said_of(Fault(where="x TXT", message="bad", records=(STACK_SET, second, first)), view)
    assert [place.line for place in both.places] == [7, 3, None]
    assert both.records == (STACK_SET, ZONE_SET)
    with_source = _said_of(Fault(where=second.where, message="bad", records=(ZONE_SET, IDENTITY)), view)
    assert [(place.path, place.line) for place in with_source.places] == [("a.zone", 7), ("a.json", None)]
    assert with_source.records == (ZONE_SET, IDENTITY)


def test_a_finding_points_at_a_property() -> None:
    """Of a record set or of an identity; a zone file has them all in one line."""
    fault = Fault(
        where="x", message="bad", records=(IDENTITY.part("EmailIdentity"), STACK_SET.part("TTL"), ZONE_SET.part("TTL"))
    )
    finding = _said_of(fault, IN_PART)
    assert [place.part and place.part.name for place in finding.places] == ["EmailIdentity", "TTL", None]
    assert finding.places[2] == ZONE_SET.origin


def test_what_our_constructs_publish_stands_in_no_file() -> None:
    """The text is what the finding is about, and has no place."""
    view = ZoneView(records=(OURS,))
    assert OURS.type is RecordType.TXT
    finding = _said_of(Fault(where=view.texts[0].where, message="bad"), view)
    assert (finding.records, finding.places) == ((OURS,), ())
