"""AWS::Route53::RecordSet and RecordSetGroup as AWS is reported to treat them: adoption, deletion, renames, rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local.templates import SPF, ZONE, change, group, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

NAME = f"{ZONE}."
EXISTS = f"[Tried to create resource record set [name='{NAME}', type='TXT'] but it already exists]"
CHANGED = (
    f"[Tried to delete resource record set [name='{NAME}', type='TXT'] but the values provided do not match the current values]"
)
GOOGLE = '"v=spf1 include:_spf.google.com ~all"'


def test_life_of_a_record(aws: LocalAws) -> None:
    """A record is created, changed in place and deleted."""
    zone = make_zone(aws)
    assert aws.deploy("S", template(Spf=record(zone, NAME, SPF))).status == "CREATE_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}
    assert aws.deploy("S", template(Spf=record(zone, NAME, GOOGLE, ttl=60))).status == "UPDATE_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (60, [GOOGLE])}
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


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


def test_an_update_overwrites_an_edit_by_hand(aws: LocalAws) -> None:
    """An edit by hand is overwritten without an error, but only when the record changes in the template."""
    zone = make_zone(aws)
    aws.deploy("S", template(Spf=record(zone, NAME, SPF)))
    change(aws, zone, ("UPSERT", member(NAME, GOOGLE)))
    aws.deploy("S", template(Spf=record(zone, NAME, SPF), Other=record(zone, f"a.{ZONE}", '"x"')))
    assert aws.records()[NAME, "TXT"] == (600, [GOOGLE])
    assert aws.deploy("S", template(Spf=record(zone, NAME, SPF, ttl=60))).status == "UPDATE_COMPLETE"
    assert aws.records()[NAME, "TXT"] == (60, [SPF])


def test_a_record_that_is_gone_does_not_block_deletion(aws: LocalAws) -> None:
    """A record that was deleted by hand is no error when its stack deletes it (an assumption about AWS)."""
    zone = make_zone(aws)
    aws.deploy("S", template(Spf=record(zone, NAME, SPF)))
    change(aws, zone, ("DELETE", member(NAME, SPF)))
    assert aws.destroy("S").status == "DELETE_COMPLETE"


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


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_deletion_policy_keeps_the_record_of_a_deleted_stack(aws: LocalAws, policy: str) -> None:
    """Retain and RetainExceptOnCreate keep the record of a deleted stack."""
    zone = make_zone(aws)
    aws.deploy("S", template(Spf=record(zone, NAME, SPF, DeletionPolicy=policy)))
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        pytest.param("Delete", {}, id="delete"),
        pytest.param("Retain", {(NAME, "TXT"): (600, [SPF])}, id="retain-leaves-it-behind"),
        pytest.param("RetainExceptOnCreate", {}, id="retain-except-on-create"),
    ],
)
def test_deletion_policy_in_a_first_deployment_that_fails(aws: LocalAws, policy: str, left: dict[object, object]) -> None:
    """RetainExceptOnCreate is the one that keeps records and leaves nothing behind here."""
    zone = make_zone(aws)
    good = record(zone, NAME, SPF, DeletionPolicy=policy)
    bad = record(zone, f"x.{ZONE}", "no quotes", DependsOn="Spf")
    assert aws.deploy("S", template(Spf=good, Bad=bad)).status == "ROLLBACK_COMPLETE"
    assert aws.records() == left


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


def test_another_zone_is_a_replacement(aws: LocalAws) -> None:
    """Another zone moves the record."""
    first, second = make_zone(aws), make_zone(aws, f"mail.{ZONE}")
    aws.deploy("S", template(R=record(first, f"mail.{ZONE}", SPF)))
    assert aws.deploy("S", template(R=record(second, f"mail.{ZONE}", SPF))).status == "UPDATE_COMPLETE"
    sets = aws.client("route53").list_resource_record_sets
    assert [r["Type"] for r in sets(HostedZoneId=first)["ResourceRecordSets"]] == ["NS", "SOA"]
    assert [r["Type"] for r in sets(HostedZoneId=second)["ResourceRecordSets"]] == ["NS", "SOA", "TXT"]


def test_a_final_dot_more_is_a_replacement_that_loses_the_record(aws: LocalAws) -> None:
    """CloudFormation compares the text of the name: adopted as new, then deleted as old."""
    zone = make_zone(aws)
    aws.deploy("S", template(R=record(zone, ZONE, SPF)))
    assert aws.deploy("S", template(R=record(zone, NAME, SPF))).status == "UPDATE_COMPLETE"
    assert aws.records() == {}


def test_a_failed_update_restores_the_old_values(aws: LocalAws) -> None:
    """A failed update takes back its changes and deletes what it made."""
    zone = make_zone(aws)
    aws.deploy("S", template(Spf=record(zone, NAME, SPF)))
    changed = record(zone, NAME, GOOGLE, ttl=60)
    added = record(zone, f"a.{ZONE}", '"x"')
    bad = record(zone, f"x.{ZONE}", "no quotes", DependsOn=["Spf", "Added"])
    assert aws.deploy("S", template(Spf=changed, Added=added, Bad=bad)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}


def test_a_zone_with_records_of_others_is_not_deleted(aws: LocalAws) -> None:
    """The stack ends in DELETE_FAILED, the zone and the record stay."""
    zone = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": ZONE}}
    aws.deploy("S", template(Zone=zone, Spf=record({"Ref": "Zone"}, NAME, SPF)))
    zone_id = aws.client("route53").list_hosted_zones()["HostedZones"][0]["Id"].removeprefix("/hostedzone/")
    foreign = member(f"www.{ZONE}", '"x"')
    change(aws, zone_id, ("CREATE", foreign))
    outcome = aws.destroy("S")
    assert outcome.status == "DELETE_FAILED"
    assert "non-required resource record sets" in outcome.failures["Zone"]
    assert aws.records() == {(f"www.{ZONE}.", "TXT"): (600, ['"x"'])}
    change(aws, zone_id, ("DELETE", foreign))
    assert aws.destroy("S").status == "DELETE_COMPLETE"


def test_the_zone_may_be_given_by_its_name(aws: LocalAws) -> None:
    """A zone can be named by HostedZoneName instead of HostedZoneId."""
    make_zone(aws)
    by_name = {"Type": "AWS::Route53::RecordSet", "Properties": {"HostedZoneName": NAME, **member(NAME, SPF)}}
    assert aws.deploy("S", template(Spf=by_name)).status == "CREATE_COMPLETE"
    assert aws.records() == {(NAME, "TXT"): (600, [SPF])}


def test_a_zone_of_another_account_is_unknown(aws: LocalAws) -> None:
    """Records can only be made in the account of the zone."""
    zone = make_zone(aws, account="210987654321")
    outcome = aws.deploy("S", template(Spf=record(zone, NAME, SPF)))
    assert outcome.failures == {"Spf": f"[No hosted zone found with ID: {zone}]"}


# --- AWS::Route53::RecordSetGroup: each operation is one batch, all or nothing ------------------------------------------

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
