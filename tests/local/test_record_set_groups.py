"""AWS::Route53::RecordSetGroup, classic in both worlds: each operation is one batch, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local.templates import SPF, ZONE, change, group, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.usefixtures("every_world")

A, B, C = (member(f"{label}.{ZONE}.", SPF) for label in "abc")
BAD = member(f"bad.{ZONE}.", "no quotes")


def names(aws: LocalAws) -> set[str]:
    """The first labels of the names that exist."""
    return {name.partition(".")[0] for name, _ in aws.records()}


def test_life_of_a_group(aws: LocalAws) -> None:
    """Members come, change and go."""
    zone = make_zone(aws)
    assert aws.deploy("S", template(G=group(zone, A, B))).status == "CREATE_COMPLETE"
    assert aws.records() == {(f"a.{ZONE}.", "TXT"): (600, [SPF]), (f"b.{ZONE}.", "TXT"): (600, [SPF])}
    changed = member(f"b.{ZONE}.", '"new"', ttl=60)
    assert aws.deploy("S", template(G=group(zone, changed, C))).status == "UPDATE_COMPLETE"
    assert aws.records() == {(f"b.{ZONE}.", "TXT"): (60, ['"new"']), (f"c.{ZONE}.", "TXT"): (600, [SPF])}
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_one_bad_member_makes_none(aws: LocalAws) -> None:
    """One bad member: no member is created."""
    zone = make_zone(aws)
    outcome = aws.deploy("S", template(G=group(zone, A, BAD, B)))
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert "enclosed in quotation marks" in outcome.failures["G"]
    assert names(aws) == set()


def test_one_member_that_exists_differently_makes_none(aws: LocalAws) -> None:
    """One member that exists with another value: no member is created, and the error names that member."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(f"b.{ZONE}", '"other"')))
    outcome = aws.deploy("S", template(G=group(zone, A, B)))
    assert outcome.failures == {
        "G": f"[Tried to create resource record set [name='b.{ZONE}.', type='TXT'] but it already exists]"
    }
    assert aws.records() == {(f"b.{ZONE}.", "TXT"): (600, ['"other"'])}


def test_an_update_is_all_or_nothing(aws: LocalAws) -> None:
    """A bad member keeps the removed, the changed and the new one from happening."""
    zone = make_zone(aws)
    aws.deploy("S", template(G=group(zone, A, B)))
    before = aws.records()
    outcome = aws.deploy("S", template(G=group(zone, member(f"b.{ZONE}.", '"new"'), C, BAD)))
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.records() == before


def test_an_applied_update_is_rolled_back_when_another_resource_fails(aws: LocalAws) -> None:
    """A group goes back to its old members when another resource fails."""
    zone = make_zone(aws)
    aws.deploy("S", template(G=group(zone, A, B)))
    before = aws.records()
    bad = record(zone, f"x.{ZONE}", "no quotes", DependsOn="G")
    assert aws.deploy("S", template(G=group(zone, C), Bad=bad)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.records() == before


def test_one_member_edited_by_hand_keeps_all_from_deletion(aws: LocalAws) -> None:
    """One member edited by hand keeps all from deletion; a member that is gone does not count."""
    zone = make_zone(aws)
    aws.deploy("S", template(G=group(zone, A, B, C)))
    change(aws, zone, ("UPSERT", member(f"b.{ZONE}", '"other"')), ("DELETE", C))
    assert aws.destroy("S").status == "DELETE_FAILED"
    assert names(aws) == {"a", "b"}
    change(aws, zone, ("UPSERT", B))
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert names(aws) == set()


def test_from_single_records_to_a_group_loses_the_records(aws: LocalAws) -> None:
    """The trap of a changed layout: adopted by the group, then deleted as the old resources."""
    zone = make_zone(aws)
    aws.deploy("S", template(A=record(zone, f"a.{ZONE}.", SPF)))
    assert aws.deploy("S", template(G=group(zone, A))).status == "UPDATE_COMPLETE"
    assert names(aws) == set()


def test_from_retained_single_records_to_a_group_keeps_them(aws: LocalAws) -> None:
    """From retained single records to a group: the records stay."""
    zone = make_zone(aws)
    aws.deploy("S", template(A=record(zone, f"a.{ZONE}.", SPF, DeletionPolicy="Retain")))
    assert aws.deploy("S", template(G=group(zone, A))).status == "UPDATE_COMPLETE"
    assert names(aws) == {"a"}
