"""AWS::Route53::RecordSet: what is the same in both worlds of record sets, however a name is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local.templates import SPF, ZONE, change, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.usefixtures("every_world")

NAME = f"{ZONE}."
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


def test_another_zone_is_a_replacement(aws: LocalAws) -> None:
    """Another zone moves the record."""
    first, second = make_zone(aws), make_zone(aws, f"mail.{ZONE}")
    aws.deploy("S", template(R=record(first, f"mail.{ZONE}", SPF)))
    assert aws.deploy("S", template(R=record(second, f"mail.{ZONE}", SPF))).status == "UPDATE_COMPLETE"
    sets = aws.client("route53").list_resource_record_sets
    assert [r["Type"] for r in sets(HostedZoneId=first)["ResourceRecordSets"]] == ["NS", "SOA"]
    assert [r["Type"] for r in sets(HostedZoneId=second)["ResourceRecordSets"]] == ["NS", "SOA", "TXT"]


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
