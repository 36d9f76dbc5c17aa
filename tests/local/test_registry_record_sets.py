"""AWS::Route53::RecordSet in the world of the registry: by its published schema, and by the contract of handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import SPF, ZONE, change, group, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

NAME = f"{ZONE}."
GOOGLE = '"v=spf1 include:_spf.google.com ~all"'
IN_PLACE_AND_REPLACE = pytest.mark.parametrize("renames", ["in-place", "replace"])
Records = dict[tuple[str, str], tuple[int, list[str]]]


def exists(zone: str, name: str = ZONE, rtype: str = "TXT") -> str:
    """CloudFormation's sentence."""
    return f"Resource of type 'AWS::Route53::RecordSet' with identifier '{name}|{zone}|{rtype}' already exists."


def by_zone_name(name: str, *values: str, zone_name: str = NAME) -> dict[str, Any]:
    """A record whose zone is named, not identified."""
    return {"Type": "AWS::Route53::RecordSet", "Properties": {"HostedZoneName": zone_name, **member(name, *values)}}


def physical_id(aws: LocalAws) -> str:
    """That of the resource R in stack S."""
    detail = aws.client("cloudformation").describe_stack_resource(StackName="S", LogicalResourceId="R")
    return str(detail["StackResourceDetail"]["PhysicalResourceId"])


# --- what exists is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "existing",
    [
        pytest.param(member(NAME, SPF), id="equal"),
        pytest.param(member(NAME, GOOGLE), id="other-value"),
        pytest.param(member(NAME, SPF, ttl=300), id="other-ttl"),
    ],
)
@pytest.mark.parametrize("name", [ZONE, NAME, "BlackSheep.LINK"])
def test_what_exists_is_refused_whatever_its_values_are(aws: LocalAws, existing: dict[str, Any], name: str) -> None:
    """A second creation fails with AlreadyExists; the record stays, and what the stack had made goes."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", existing))
    before = aws.records()
    outcome = aws.deploy("S", template(A=record(zone, f"a.{ZONE}", '"x"'), R=record(zone, name, SPF, DependsOn="A")))
    assert (outcome.status, outcome.failures) == ("ROLLBACK_COMPLETE", {"R": exists(zone)})
    assert aws.records() == before


def test_another_type_beside_it_is_not_the_same(aws: LocalAws) -> None:
    """The type is part of the identifier."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(NAME, SPF)))
    caa = record(zone, NAME, '0 issue "ca.example.com"', rtype="CAA")
    assert aws.deploy("S", template(R=caa)).status == "CREATE_COMPLETE"


def test_a_set_identifier_tells_record_sets_apart(aws: LocalAws) -> None:
    """The set identifier is part of the identifier, and of the sentence."""
    zone = make_zone(aws)

    def weighted(identifier: str) -> dict[str, Any]:
        one = record(zone, NAME, SPF)
        one["Properties"] |= {"SetIdentifier": identifier, "Weight": 1}
        return one

    assert aws.deploy("S", template(A=weighted("a"), B=weighted("b"))).status == "CREATE_COMPLETE"
    assert aws.deploy("T", template(A=weighted("a"))).failures == {"A": exists(zone, rtype="TXT|a")}


@pytest.mark.parametrize("policy", ["Delete", "Retain", "RetainExceptOnCreate"])
@pytest.mark.parametrize("value", [pytest.param(SPF, id="equal"), pytest.param(GOOGLE, id="other-value")])
def test_a_new_logical_id_is_refused_and_nothing_is_lost(aws: LocalAws, policy: str, value: str) -> None:
    """A renamed logical id is a second creation; a policy does not help."""
    zone = make_zone(aws)
    aws.deploy("S", template(Old=record(zone, NAME, SPF, DeletionPolicy=policy)))
    outcome = aws.deploy("S", template(New=record(zone, NAME, value, DeletionPolicy=policy)))
    assert (outcome.status, outcome.failures) == ("UPDATE_ROLLBACK_COMPLETE", {"New": exists(zone)})
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}


# --- edited or deleted by hand ---------------------------------------------------------------------------------------


def test_a_record_edited_by_hand_is_deleted(aws: LocalAws) -> None:
    """It is deleted by its identifier, whatever its values are."""
    zone = make_zone(aws)
    aws.deploy("S", template(R=record(zone, NAME, SPF)))
    change(aws, zone, ("UPSERT", member(NAME, GOOGLE, ttl=60)))
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_a_record_that_is_gone_cannot_be_updated(aws: LocalAws) -> None:
    """An update of what does not exist fails with NotFound, so the contract of handlers."""
    zone = make_zone(aws)
    aws.deploy("S", template(R=record(zone, NAME, SPF)))
    change(aws, zone, ("DELETE", member(NAME, SPF)))
    outcome = aws.deploy("S", template(R=record(zone, NAME, GOOGLE)))
    sentence = f"Resource of type 'AWS::Route53::RecordSet' with identifier '{ZONE}|{zone}|TXT' was not found."
    assert (outcome.status, outcome.failures) == ("UPDATE_ROLLBACK_COMPLETE", {"R": sentence})
    assert aws.records() == {}
    assert aws.destroy("S").status == "DELETE_COMPLETE"


# --- another name or type --------------------------------------------------------------------------------------------


@IN_PLACE_AND_REPLACE
@pytest.mark.parametrize("spelling", [NAME, "BlackSheep.Link", "BLACKSHEEP.LINK."])
def test_another_spelling_is_no_change(aws: LocalAws, renames: str, spelling: str) -> None:
    """Letters and the final dot do not count: the resource stays what it is."""
    zone = make_zone(aws)
    aws.play(renames=renames)
    aws.deploy("S", template(R=record(zone, ZONE, SPF)))
    assert aws.deploy("S", template(R=record(zone, spelling, SPF))).status == "UPDATE_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}
    assert physical_id(aws) == ZONE


@pytest.mark.parametrize(
    ("renames", "policy", "old_stays"),
    [
        pytest.param("in-place", None, False, id="in-place"),
        pytest.param("in-place", "Retain", False, id="in-place-is-no-replacement-to-retain"),
        pytest.param("replace", None, False, id="replace"),
        pytest.param("replace", "Retain", True, id="replace-and-retain"),
        pytest.param("replace", "RetainExceptOnCreate", True, id="replace-and-retain-except-on-create"),
    ],
)
@pytest.mark.parametrize(
    ("name", "rtype", "value"),
    [
        pytest.param(f"a.{ZONE}.", "TXT", SPF, id="name"),
        pytest.param(NAME, "CAA", '0 issue "ca.example.com"', id="type"),
    ],
)
def test_another_name_or_type(
    aws: LocalAws, renames: str, policy: str | None, *, old_stays: bool, name: str, rtype: str, value: str
) -> None:
    """The new record is there, the old one is gone unless a replacement retains it; and a rollback takes all of it back."""
    zone = make_zone(aws)
    aws.play(renames=renames)
    policies = {} if policy is None else {"UpdateReplacePolicy": policy}
    old: Records = {(NAME, "TXT"): (600, [SPF])}
    assert aws.deploy("S", template(R=record(zone, NAME, SPF, **policies))).status == "CREATE_COMPLETE"
    renamed = record(zone, name, value, rtype=rtype, **policies)
    bad = record(zone, f"x.{ZONE}", "no quotes", DependsOn="R")
    assert aws.deploy("S", template(R=renamed, Bad=bad)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.records() == old
    assert aws.deploy("S", template(R=renamed)).status == "UPDATE_COMPLETE"
    assert aws.records() == {(name, rtype): (600, [value])} | (old if old_stays else {})
    aws.destroy("S")
    assert aws.records() == (old if old_stays else {})


@IN_PLACE_AND_REPLACE
def test_a_name_that_is_taken_is_refused(aws: LocalAws, renames: str) -> None:
    """The old record and the one that has the name stay as they are."""
    zone = make_zone(aws)
    aws.play(renames=renames)
    aws.deploy("S", template(R=record(zone, NAME, SPF)))
    change(aws, zone, ("CREATE", member(f"a.{ZONE}", GOOGLE)))
    before = aws.records()
    outcome = aws.deploy("S", template(R=record(zone, f"a.{ZONE}.", SPF)))
    assert (outcome.status, outcome.failures) == ("UPDATE_ROLLBACK_COMPLETE", {"R": exists(zone, f"a.{ZONE}")})
    assert aws.records() == before


@pytest.mark.parametrize(
    ("renames", "status", "rtype"),
    [
        pytest.param("in-place", "UPDATE_COMPLETE", "CNAME", id="in-place"),
        pytest.param("replace", "UPDATE_ROLLBACK_COMPLETE", "TXT", id="replace"),
    ],
)
def test_from_txt_to_cname(aws: LocalAws, renames: str, status: str, rtype: str) -> None:
    """A CNAME stands alone (RFC 1034 section 3.6.2): one batch can exchange them, a creation before the deletion cannot."""
    zone = make_zone(aws)
    aws.play(renames=renames)
    aws.deploy("S", template(R=record(zone, f"a.{ZONE}", SPF)))
    assert aws.deploy("S", template(R=record(zone, f"a.{ZONE}", "b.example.com", rtype="CNAME"))).status == status
    assert list(aws.records()) == [(f"a.{ZONE}.", rtype)]


# --- another zone ----------------------------------------------------------------------------------------------------


@IN_PLACE_AND_REPLACE
@pytest.mark.parametrize("policy", [None, "Retain"])
def test_the_same_zone_by_the_other_property_is_refused(aws: LocalAws, renames: str, policy: str | None) -> None:
    """HostedZoneId and HostedZoneName are createOnly: the new resource is made first, and exists already."""
    zone = make_zone(aws)
    aws.play(renames=renames)
    policies = {} if policy is None else {"UpdateReplacePolicy": policy}
    aws.deploy("S", template(R=by_zone_name(NAME, SPF) | policies))
    outcome = aws.deploy("S", template(R=record(zone, NAME, SPF, **policies)))
    assert (outcome.status, outcome.failures) == ("UPDATE_ROLLBACK_COMPLETE", {"R": exists(zone)})
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}


@pytest.mark.parametrize("policy", [None, "Retain"])
def test_another_zone_with_a_rollback(aws: LocalAws, policy: str | None) -> None:
    """The record moves to the other zone, whose name is the same physical id; a rollback leaves it where it was."""
    first, second = make_zone(aws), make_zone(aws, f"mail.{ZONE}")
    policies = {} if policy is None else {"UpdateReplacePolicy": policy}
    aws.deploy("S", template(R=record(first, f"mail.{ZONE}", SPF, **policies)))
    moved = record(second, f"mail.{ZONE}", SPF, **policies)
    bad = record(first, f"x.{ZONE}", "no quotes", DependsOn="R")

    def zones() -> list[str]:
        list_records = aws.client("route53").list_resource_record_sets
        sets = {zone: list_records(HostedZoneId=zone)["ResourceRecordSets"] for zone in (first, second)}
        return [zone for zone, standing in sets.items() if "TXT" in {record_set["Type"] for record_set in standing}]

    assert aws.deploy("S", template(R=moved, Bad=bad)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert zones() == [first]
    assert aws.deploy("S", template(R=moved)).status == "UPDATE_COMPLETE"
    assert zones() == ([second] if policy is None else [first, second])


# --- beside the group, which is classic ------------------------------------------------------------------------------


def test_from_a_group_to_single_records_is_refused(aws: LocalAws) -> None:
    """The creation of the single record is refused; the group keeps its members."""
    zone = make_zone(aws)
    aws.deploy("S", template(G=group(zone, member(NAME, SPF))))
    outcome = aws.deploy("S", template(R=record(zone, NAME, SPF)))
    assert (outcome.status, outcome.failures) == ("UPDATE_ROLLBACK_COMPLETE", {"R": exists(zone)})
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}


def test_a_group_that_changes_a_value_while_it_takes_over_is_refused(aws: LocalAws) -> None:
    """A group takes over what is equal alone; the single record stays."""
    zone = make_zone(aws)
    aws.deploy("S", template(R=record(zone, NAME, SPF)))
    assert aws.deploy("S", template(G=group(zone, member(NAME, GOOGLE)))).status == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}


# --- which world is played -------------------------------------------------------------------------------------------


def adopts(aws: LocalAws) -> bool:
    """Whether an equal record is taken over, which is the classic world."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(NAME, SPF)))
    return aws.deploy("S", template(R=record(zone, NAME, SPF))).status == "CREATE_COMPLETE"


def test_a_reset_goes_back_to_the_registry(aws: LocalAws) -> None:
    """The registry is the default; a reset plays again what the start said."""
    assert not adopts(aws)
    aws.reset()
    aws.play(record_sets="classic")
    assert adopts(aws)
    aws.reset()
    assert not adopts(aws)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("", 200, id="nothing-changes-nothing"),
        pytest.param("?world=classic&renames=replace", 200, id="both"),
        pytest.param("?world=other", 400, id="unknown-world"),
        pytest.param("?renames=classic", 400, id="choice-of-the-other"),
        pytest.param("?record_sets=classic", 400, id="unknown-name"),
    ],
)
def test_what_the_control_request_takes(aws: LocalAws, query: str, status: int) -> None:
    """A choice that does not exist is refused."""
    assert aws.request("POST", f"/_route53/record-sets{query}") == status
