"""Tests of findings, of how a rule is declared, and of what it is run over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Fault, Finding, Need, Rule, Severity, rule
from ses_email_auth.checks.run import check
from ses_email_auth.zone.view import ZoneView

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


def test_the_decorator_returns_the_rule() -> None:
    """Users pass it on as it is."""
    declared = _declared(Need.RECORD)
    assert isinstance(declared, Rule)
    assert (declared.id, declared.severity, declared.need) == ("acme-mail", Severity.ERROR, Need.RECORD)
    assert (declared.example, declared.for_constructs, declared.parts) == ("", False, [])


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
    declared = _declared(need)
    assert [finding.message for finding in check(IN_PART, [declared])] == in_part
    assert [finding.message for finding in check(WHOLE, [declared])] == ["first"]


def test_a_part_of_a_rule_differs_in_its_need_alone() -> None:
    """Each part is run over what it needs; its findings have the id, the severity and the reference of the rule."""
    declared = _declared(Need.ABSENCE)

    @declared.also(need=Need.RECORD)
    def acme_mail_in_part(_: ZoneView) -> Iterator[Fault]:
        yield Fault(where="example.com TXT", message="second")

    assert [fault.message for fault in acme_mail_in_part(IN_PART)] == ["second"]
    (in_part,) = check(IN_PART, [declared])
    assert (in_part.id, in_part.severity, in_part.reference) == ("acme-mail", Severity.ERROR, "ACME 1")
    assert in_part.message == "second"
    assert [finding.message for finding in check(WHOLE, [declared])] == ["first", "second"]
