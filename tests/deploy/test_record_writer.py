"""Records that exist, taken over by our function: through CloudFormation, with a reader that asks all the time."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import RemovalPolicy

from ses_email_auth import DmarcPolicy, Dns, DomainPolicy, SesEmailAuth
from tests.deploy.readers import watched
from tests.deploy.stacks import RUA, Built, build, identity, upload
from tests.local.templates import SPF, ZONE, change, make_zone, member, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

TXT, DMARC, NEWS = (f"{ZONE}.", "TXT"), (f"_dmarc.{ZONE}.", "TXT"), (f"news.{ZONE}.", "TXT")
STANDS = [member(ZONE, SPF), member(f"_dmarc.{ZONE}", f'"v=DMARC1; p=none; rua=mailto:{RUA}"')]
# Route 53 refuses it: nothing of this name is there.
BROKEN = {**record("", f"broken.{ZONE}", "no quotes"), "DependsOn": []}


@functools.cache
def built(zone_id: str, kind: type = SesEmailAuth, **props: Any) -> Built:
    """A stack whose records the writer takes over; `props` as they are hashed."""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        kind(stack, "EmailAuth", dns=Dns.route53(zone, adopt=True), dmarc_rua=[RUA], **props)

    return build(fill, zone_id)


def template(aws: LocalAws, zone_id: str, kind: type = SesEmailAuth, *, fails: bool = False, **props: Any) -> dict[str, Any]:
    """The template, its assets uploaded; with a record behind all others that Route 53 refuses."""
    body: dict[str, Any] = json.loads(json.dumps(upload(aws, built(zone_id, kind, **props))))
    if fails:
        body["Resources"]["Broken"] = {**BROKEN, "DependsOn": "EmailAuthRecords2A7B651D"}
        body["Resources"]["Broken"]["Properties"]["HostedZoneId"] = zone_id
    return body


def zone_with(aws: LocalAws, *stands: dict[str, Any]) -> str:
    """A zone in which these record sets stand."""
    zone_id = make_zone(aws)
    for record_set in stands:
        change(aws, zone_id, ("CREATE", record_set))
    return zone_id


def test_taken_over_changed_and_left(aws: LocalAws) -> None:
    """What was taken over is never missing while it changes, and stays when the stack goes."""
    zone_id = zone_with(aws, *STANDS)
    before = aws.records()
    with watched(aws) as watch:
        assert aws.deploy("S", template(aws, zone_id)).failures == {}
        assert aws.deploy("S", template(aws, zone_id, dmarc_policy=DmarcPolicy.REJECT)).status == "UPDATE_COMPLETE"
        assert aws.records()[DMARC] == (600, [f'"v=DMARC1; p=reject; rua=mailto:{RUA}"'])
        assert aws.deploy("S", template(aws, zone_id)).status == "UPDATE_COMPLETE"
        assert identity(aws)["VerifiedForSendingStatus"] is True
        assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert watch.missing <= {DMARC}  # it had another value for a while
    assert aws.records() == before


def test_the_rollback_of_a_first_deploy(aws: LocalAws) -> None:
    """The rollback of a first deploy keeps what was taken over and deletes what was made."""
    zone_id = zone_with(aws, *STANDS)
    before = aws.records()
    with watched(aws) as watch:
        outcome = aws.deploy("S", template(aws, zone_id, fails=True))
    assert (outcome.status, list(outcome.failures)) == ("ROLLBACK_COMPLETE", ["Broken"])
    assert (aws.records(), watch.missing) == (before, set())


def test_another_value_is_refused(aws: LocalAws) -> None:
    """Another value is refused with what stands there; nothing is changed."""
    zone_id = zone_with(aws, {**STANDS[0], "TTL": "60"}, STANDS[1])
    before = aws.records()
    outcome = aws.deploy("S", template(aws, zone_id))
    (reason,) = outcome.failures.values()
    assert f"""'{ZONE}' TXT stands in the zone with another value: {SPF} (TTL 60); this stack wants {SPF} (TTL 600)""" in reason
    assert (outcome.status, aws.records()) == ("ROLLBACK_COMPLETE", before)


@pytest.mark.parametrize("fails", [True, False], ids=["another-resource-fails", "refused-by-the-writer"])
def test_an_update_that_rolls_back(aws: LocalAws, *, fails: bool) -> None:
    """A rolled back update restores the old state and deletes no record that stood before."""
    zone_id = zone_with(aws)
    assert aws.deploy("S", template(aws, zone_id)).failures == {}
    if not fails:
        change(aws, zone_id, ("CREATE", member(f"news.{ZONE}", SPF)))
    before = aws.records()
    props: dict[str, Any] = {"from_subdomains": ("news",)} | ({"dmarc_policy": DmarcPolicy.REJECT} if fails else {})
    outcome = aws.deploy("S", template(aws, zone_id, fails=fails, **props))
    assert (outcome.status, aws.records()) == ("UPDATE_ROLLBACK_COMPLETE", before)
    assert list(outcome.failures) == (["Broken"] if fails else ["EmailAuthRecords2A7B651D"])
    assert (NEWS in before) is not fails


def test_a_record_that_was_changed_by_hand(aws: LocalAws) -> None:
    """A record that was changed by hand is neither overwritten nor deleted."""
    zone_id = zone_with(aws)
    assert aws.deploy("S", template(aws, zone_id, DomainPolicy)).failures == {}
    by_hand = member(f"_dmarc.{ZONE}", '"v=DMARC1; p=quarantine"')
    change(aws, zone_id, ("UPSERT", by_hand))
    outcome = aws.deploy("S", template(aws, zone_id, DomainPolicy, dmarc_policy=DmarcPolicy.REJECT))
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert "was changed outside of this stack: it holds" in next(iter(outcome.failures.values()))
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {DMARC: (600, by_hand["ResourceRecords"])}


def test_another_domain_and_another_zone(aws: LocalAws) -> None:
    """Another domain and another zone are replacements: the new records first, then the old ones go."""
    zone_id, other = zone_with(aws), make_zone(aws, f"mail.{ZONE}")
    assert aws.deploy("S", template(aws, zone_id, DomainPolicy)).failures == {}
    policy: dict[str, Any] = {"dmarc_policy": DmarcPolicy.NONE, "domain_name": f"mail.{ZONE}"}
    assert aws.deploy("S", template(aws, zone_id, DomainPolicy, **policy)).failures == {}
    names = {(f"mail.{ZONE}.", "TXT"), (f"_dmarc.mail.{ZONE}.", "TXT")}
    assert set(aws.records()) == names
    moved = template(aws, other, DomainPolicy, **policy)
    for resource in moved["Resources"].values():
        resource["Properties"] |= {"ZoneName": f"mail.{ZONE}"} if "ZoneName" in resource["Properties"] else {}
    assert aws.deploy("S", moved).failures == {}
    listed = aws.client("route53").list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    assert {record_set["Type"] for record_set in listed} == {"NS", "SOA"}
    assert set(aws.records()) == names
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_retain(aws: LocalAws) -> None:
    """With RETAIN the records stay, and a construct in another stack takes them over."""
    zone_id = zone_with(aws)
    keep = template(aws, zone_id, DomainPolicy, removal_policy=RemovalPolicy.RETAIN)
    assert aws.deploy("S", keep).failures == {}
    before = aws.records()
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == before
    with watched(aws) as watch:
        assert aws.deploy("T", template(aws, zone_id, DomainPolicy)).failures == {}
    assert (aws.records(), watch.missing) == (before, set())


@pytest.mark.parametrize("construct_id", ["EmailAuth", pytest.param("NewName", marks=pytest.mark.full)])
def test_to_the_writer_and_to_another_name(aws: LocalAws, construct_id: str) -> None:
    """With RETAIN in the deploy before, neither a switch from CloudFormation's own records nor a rename loses one."""
    zone_id = zone_with(aws)
    props: dict[str, Any] = {"dmarc_rua": [RUA], "removal_policy": RemovalPolicy.RETAIN}

    def by_cloudformation(stack: Stack, zone: IPublicHostedZone) -> None:
        DomainPolicy(stack, "EmailAuth", hosted_zone=zone, **props)

    def by_the_writer(stack: Stack, zone: IPublicHostedZone) -> None:
        DomainPolicy(stack, construct_id, dns=Dns.route53(zone, adopt=True), **props)

    first = (
        by_cloudformation if construct_id == "EmailAuth" else built(zone_id, DomainPolicy, removal_policy=RemovalPolicy.RETAIN)
    )
    assert aws.deploy("S", upload(aws, build(first, zone_id) if callable(first) else first)).failures == {}
    before = aws.records()
    with watched(aws) as watch:
        assert aws.deploy("S", upload(aws, build(by_the_writer, zone_id))).failures == {}
    assert (aws.records(), watch.missing, len(before)) == (before, set(), 2)


def test_a_new_name_loses_nothing(aws: LocalAws) -> None:
    """A new construct id loses nothing: deleting the old resource leaves what the new one has taken over."""
    zone_id = zone_with(aws)
    assert aws.deploy("S", template(aws, zone_id, DomainPolicy)).failures == {}
    before = aws.records()

    def renamed(stack: Stack, zone: IPublicHostedZone) -> None:
        DomainPolicy(stack, "NewName", dns=Dns.route53(zone, adopt=True), dmarc_rua=[RUA])

    with watched(aws) as watch:
        outcome = aws.deploy("S", upload(aws, build(renamed, zone_id)))
    assert (outcome.status, outcome.failures) == ("UPDATE_COMPLETE", {})
    assert (aws.records(), watch.missing, len(before)) == (before, set(), 2)


def test_one_of_two_domains_leaves_the_stack(aws: LocalAws) -> None:
    """One of two domains leaves the stack: its records go, those of the other stay."""
    zone_id = zone_with(aws)

    def policies(*domains: str) -> Callable[[Stack, IPublicHostedZone], None]:
        def fill(stack: Stack, zone: IPublicHostedZone) -> None:
            for domain in domains:
                DomainPolicy(stack, domain, dns=Dns.route53(zone, adopt=True), domain_name=f"{domain}.{ZONE}")

        return fill

    assert aws.deploy("S", upload(aws, build(policies("a", "b"), zone_id))).failures == {}
    assert set(aws.records()) == {(f"a.{ZONE}.", "TXT"), (f"b.{ZONE}.", "TXT")}
    assert aws.deploy("S", upload(aws, build(policies("b"), zone_id))).failures == {}
    assert set(aws.records()) == {(f"b.{ZONE}.", "TXT")}
