"""AWS::Route53::RecordSet in the classic world, as users reported it: adoption, deletion by value, renames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local.templates import SPF, ZONE, change, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.usefixtures("classic")

NAME = f"{ZONE}."
EXISTS = f"[Tried to create resource record set [name='{NAME}', type='TXT'] but it already exists]"
CHANGED = (
    f"[Tried to delete resource record set [name='{NAME}', type='TXT'] but the values provided do not match the current values]"
)
GOOGLE = '"v=spf1 include:_spf.google.com ~all"'


def test_create_adopts_an_identical_record(aws: LocalAws) -> None:
    """Equal name, type, TTL and values: no error, and from then on the stack owns the record."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(NAME, SPF, '"other"')))
    assert aws.deploy("S", template(Spf=record(zone, "BlackSheep.link", '"other"', SPF))).status == "CREATE_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (600, [SPF, '"other"'])}
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


@pytest.mark.parametrize(
    "existing",
    [
        pytest.param(member(NAME, GOOGLE), id="other-value"),
        pytest.param(member(NAME, SPF, ttl=300), id="other-ttl"),
        pytest.param(member(NAME, SPF, '"more"'), id="one-value-more"),
        pytest.param(member(NAME, SPF.upper()), id="text-is-case-sensitive"),
        pytest.param(member(NAME, '"v=spf1 include:amazonses.com" " ~all"'), id="cut-elsewhere"),
    ],
)
def test_create_over_a_different_record_is_refused(aws: LocalAws, existing: dict[str, object]) -> None:
    """Refused with CloudFormation's sentence; the record stays, and what the stack had made goes."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", existing))
    before = aws.records()
    outcome = aws.deploy("S", template(A=record(zone, f"a.{ZONE}", '"x"'), Spf=record(zone, NAME, SPF, DependsOn="A")))
    assert (outcome.status, outcome.failures) == ("ROLLBACK_COMPLETE", {"Spf": EXISTS})
    assert aws.records() == before


@pytest.mark.parametrize(
    ("rtype", "stands", "wanted"),
    [
        pytest.param("CNAME", "Target.example.com.", "target.example.com", id="cname-case-and-dot"),
        pytest.param("MX", "10 mx.example.com.", "10  MX.example.com", id="mx-space-case-and-dot"),
    ],
)
def test_names_in_values_differ_in_neither_case_nor_dot(aws: LocalAws, rtype: str, stands: str, wanted: str) -> None:
    """A record whose names differ in case or final dot alone is identical: it is adopted and can be deleted."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(f"x.{ZONE}", stands, rtype=rtype)))
    assert aws.deploy("S", template(X=record(zone, f"x.{ZONE}", wanted, rtype=rtype))).status == "CREATE_COMPLETE"
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_a_record_edited_by_hand_blocks_deletion(aws: LocalAws) -> None:
    """Route 53 deletes by value; the stack stays with the edited record."""
    zone = make_zone(aws)
    aws.deploy("S", template(Spf=record(zone, NAME, SPF)))
    change(aws, zone, ("UPSERT", member(NAME, GOOGLE)))
    outcome = aws.destroy("S")
    assert (outcome.status, outcome.failures["Spf"]) == ("DELETE_FAILED", CHANGED)
    assert aws.records() == {(NAME, "TXT"): (600, [GOOGLE])}


def test_a_new_logical_id_alone_loses_the_record(aws: LocalAws) -> None:
    """A renamed logical id: the deployment ends well, and the record is gone."""
    zone = make_zone(aws)
    aws.deploy("S", template(Old=record(zone, NAME, SPF)))
    outcome = aws.deploy("S", template(New=record(zone, NAME, SPF)))
    assert (outcome.status, outcome.failures) == ("UPDATE_COMPLETE", {})
    assert aws.records() == {}


def test_a_new_logical_id_and_a_new_value_at_once_is_refused(aws: LocalAws) -> None:
    """A new logical id and a new value at once are refused, and the record of the old id stays."""
    zone = make_zone(aws)
    aws.deploy("S", template(Old=record(zone, NAME, SPF)))
    outcome = aws.deploy("S", template(New=record(zone, NAME, GOOGLE)))
    assert (outcome.status, outcome.failures) == ("UPDATE_ROLLBACK_COMPLETE", {"New": EXISTS})
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_the_retain_recipe_keeps_the_record(aws: LocalAws, policy: str) -> None:
    """Deploy with DeletionPolicy, then rename; the new logical id owns the record afterwards."""
    zone = make_zone(aws)
    aws.deploy("S", template(Old=record(zone, NAME, SPF)))
    assert aws.deploy("S", template(Old=record(zone, NAME, SPF, DeletionPolicy=policy))).status == "UPDATE_COMPLETE"
    assert aws.deploy("S", template(New=record(zone, NAME, SPF, DeletionPolicy=policy))).status == "UPDATE_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}
    aws.deploy("S", template(New=record(zone, NAME, GOOGLE)))
    assert aws.records() == {(NAME, "TXT"): (600, [GOOGLE])}
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_rollback_deletes_even_an_adopted_record(aws: LocalAws) -> None:
    """It belongs to the stack from its adoption on, so a first deployment that fails takes it away (Retain does not)."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(NAME, SPF)))
    bad = record(zone, f"x.{ZONE}", "no quotes", DependsOn="Spf")
    aws.deploy("S", template(Spf=record(zone, NAME, SPF), Bad=bad))
    assert aws.records() == {}


@pytest.mark.parametrize(
    "second",
    [
        pytest.param({"name": f"a.{ZONE}."}, id="name"),
        pytest.param({"rtype": "CAA", "value": '0 issue "ca.example.com"'}, id="type"),
    ],
)
@pytest.mark.parametrize("policy", [None, "Retain", "RetainExceptOnCreate"])
def test_another_name_or_type_is_a_replacement(aws: LocalAws, second: dict[str, str], policy: str | None) -> None:
    """The new record is made, then the old one is deleted, unless UpdateReplacePolicy keeps it."""
    zone = make_zone(aws)
    policies = {} if policy is None else {"UpdateReplacePolicy": policy}
    aws.deploy("S", template(R=record(zone, NAME, SPF, **policies)))
    name, rtype, value = second.get("name", NAME), second.get("rtype", "TXT"), second.get("value", SPF)
    assert aws.deploy("S", template(R=record(zone, name, value, rtype=rtype, **policies))).status == "UPDATE_COMPLETE"
    kept = {} if policy is None else {(NAME, "TXT"): (600, [SPF])}
    assert aws.records() == {(name, rtype): (600, [value]), **kept}


def test_a_final_dot_more_is_a_replacement_that_loses_the_record(aws: LocalAws) -> None:
    """CloudFormation compares the text of the name: adopted as new, then deleted as old."""
    zone = make_zone(aws)
    aws.deploy("S", template(R=record(zone, ZONE, SPF)))
    assert aws.deploy("S", template(R=record(zone, NAME, SPF))).status == "UPDATE_COMPLETE"
    assert aws.records() == {}


def test_the_same_zone_by_the_other_property_loses_the_record(aws: LocalAws) -> None:
    """HostedZoneId in place of HostedZoneName is a replacement too: adopted as new, then deleted as old."""
    zone = make_zone(aws)
    by_name = {"Type": "AWS::Route53::RecordSet", "Properties": {"HostedZoneName": NAME, **member(NAME, SPF)}}
    aws.deploy("S", template(R=by_name))
    assert aws.deploy("S", template(R=record(zone, NAME, SPF))).status == "UPDATE_COMPLETE"
    assert aws.records() == {}
