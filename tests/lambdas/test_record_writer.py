"""The record writer: all or none, never what others wrote, and the same result however often CloudFormation asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from ses_email_auth.lambdas import custom_resource
from ses_email_auth.lambdas.record_writer import handle
from tests.lambdas.events import NESTED_STACK_ID, cloudformation, resource_event, stack_event
from tests.lambdas.route53 import Aws, Zone, refusal, txt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lambdas.events import Stack

D = "example.com"
ROLE = "arn:aws:iam::210987654321:role/mail-records"
SPF, DMARC = txt(D, "v=spf1 include:amazonses.com ~all"), txt(f"_dmarc.{D}", "v=DMARC1; p=none")
REJECT = txt(f"_dmarc.{D}", "v=DMARC1; p=reject")
MX = txt(f"bounce.{D}", "10 feedback-smtp.ap-northeast-1.amazonses.com", kind="MX")
NEWS = txt(f"news.{D}", "v=spf1 include:amazonses.com ~all")
ID = f"Z1/{D}"


@pytest.fixture
def stack(aws: Aws) -> Iterator[Stack]:  # noqa: ARG001 - in place before the handler runs
    """CloudFormation."""
    with cloudformation(handle) as found:
        yield found


def props(*sets: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The properties of a resource that writes `sets`."""
    return {"HostedZoneId": "Z1", "ZoneName": D, "Domain": D, "RecordSets": list(sets), **more}


def test_batches_and_a_stable_id(stack: Stack, zone: Zone, aws: Aws) -> None:
    """Create writes all, MX records apart; update what differs alone; delete takes all away. Each reads one page."""
    created = stack.create(**props(SPF, DMARC, MX))
    assert (created.status, created.physical_id) == ("SUCCESS", ID)
    assert zone.batches == [[f"CREATE {D}. TXT", f"CREATE _dmarc.{D}. TXT"], [f"CREATE bounce.{D}. MX"]]
    assert zone.sets[f"_dmarc.{D}.", "TXT"]["TTL"] == 600
    updated = stack.update(ID, old=props(SPF, DMARC, MX), **props(SPF, REJECT, NEWS))
    assert (updated.status, updated.physical_id) == ("SUCCESS", ID)
    changed = [f"DELETE _dmarc.{D}. TXT", f"CREATE _dmarc.{D}. TXT", f"CREATE news.{D}. TXT"]
    assert zone.batches[2:] == [changed, [f"DELETE bounce.{D}. MX"]]
    assert stack.delete(ID, **props(SPF, REJECT, NEWS)).status == "SUCCESS"
    assert (zone.sets, zone.batches[4:]) == ({}, [[f"DELETE {D}. TXT", f"DELETE _dmarc.{D}. TXT", f"DELETE news.{D}. TXT"]])
    assert stack.delete(ID, **props(SPF, REJECT, NEWS)).status == "SUCCESS"
    assert (len(zone.batches), zone.pages, aws.assumed, aws.slept) == (5, 4, [], [])


def test_through_a_role(stack: Stack, zone: Zone, aws: Aws) -> None:
    """The role in the account of the zone is assumed, with the external id if there is one."""
    assert stack.create(**props(SPF, RoleArn=ROLE, ExternalId="mail")).status == "SUCCESS"
    assert aws.assumed == [{"RoleArn": ROLE, "RoleSessionName": f"ses-email-auth-{D}", "ExternalId": "mail"}]
    assert aws.keys == [{"aws_access_key_id": "A", "aws_secret_access_key": "S", "aws_session_token": "T"}]
    assert zone.values(D) is not None


@pytest.mark.parametrize(
    ("stands", "reason"),
    [
        pytest.param(
            REJECT,
            f"""'_dmarc.{D}' TXT stands in the zone with another value: "v=DMARC1; p=reject" (TTL 600); this stack wants """
            f""""v=DMARC1; p=none" (TTL 600); remove it there, or give it that value and pass adopt=True; nothing was """
            f"changed",
            id="other",
        ),
        pytest.param(
            DMARC,
            f"""'_dmarc.{D}' TXT stands in the zone already, as this stack wants it, but was not written by it: """
            f""""v=DMARC1; p=none" (TTL 600); a deploy that failed may have left it; remove it there, or pass adopt=True to """
            f"take it over; nothing was changed",
            id="equal",
        ),
    ],
)
def test_what_stands_is_refused(stack: Stack, zone: Zone, stands: dict[str, Any], reason: str) -> None:
    """The sentence names record, value and fix; the delete of the rollback touches nothing."""
    zone.put(stands)
    before = dict(zone.sets)
    refused = stack.create(**props(SPF, DMARC))
    assert (refused.status, refused.physical_id, refused.reason) == ("FAILED", "not-created", reason)
    assert stack.delete(refused.physical_id, **props(SPF, DMARC)).status == "SUCCESS"
    assert (zone.sets, zone.batches) == (before, [])


def test_many_conflicts_are_counted(stack: Stack, zone: Zone) -> None:
    """The answer has an end."""
    sets = [txt(f"n{number}.{D}", "x" * 200) for number in range(9)]
    for each in sets:
        zone.put({**each, "TTL": 60})
    reason = stack.create(**props(*sets)).reason
    assert reason.endswith("; and 6 more; nothing was changed")
    assert reason.count("stands in the zone") == 3


@pytest.mark.parametrize(
    ("stands", "wanted", "more"),
    [
        pytest.param(txt(D, "a", "b"), txt(D, "b", "a"), {}, id="order-of-values"),
        pytest.param(txt(D, 'a\\052\\"'), txt(D, 'a*\\"'), {}, id="escapes"),
        pytest.param(txt(f"*.{D}", "a"), txt(f"*.{D}", "a"), {}, id="wildcard"),
        pytest.param(txt(D, "10 Mail.Example.com.", kind="MX"), txt(D, "10 mail.example.com", kind="MX"), {}, id="host"),
    ],
)
def test_equal_records(stack: Stack, zone: Zone, stands: dict[str, Any], wanted: dict[str, Any], more: dict[str, Any]) -> None:
    """What DNS answers alike is alike, and is left as it is."""
    zone.put(stands, **more)
    assert stack.create(**props(wanted, Adopt=True)).status == "SUCCESS"
    assert zone.batches == []


@pytest.mark.parametrize(
    ("stands", "more", "shown"),
    [
        pytest.param(txt(D, "a", ttl=60), {}, '"a" (TTL 60)', id="ttl"),
        pytest.param({**txt(D), "ResourceRecords": ['"" "a"']}, {}, '"" "a" (TTL 600)', id="cut-elsewhere"),
        pytest.param(
            txt(D, "a"), {"SetIdentifier": "x", "Weight": 1}, "an alias or a record with a routing policy", id="policy"
        ),
        pytest.param(txt(D, "A"), {}, '"A" (TTL 600)', id="case-of-a-text"),
    ],
)
def test_unequal_records(stack: Stack, zone: Zone, stands: dict[str, Any], more: dict[str, Any], shown: str) -> None:
    """Adopt takes over what is equal, nothing else."""
    zone.put(stands, **more)
    refused = stack.create(**props(txt(D, "a"), Adopt=True))
    assert (refused.status, zone.batches) == ("FAILED", [])
    assert f"another value: {shown}; this stack wants" in refused.reason


def test_taken_over_stays_in_a_rollback(stack: Stack, zone: Zone) -> None:
    """The physical id remembers what stood before; a delete leaves it and takes the rest."""
    zone.put(DMARC)
    created = stack.create(**props(SPF, DMARC, Adopt=True))
    assert (created.status, zone.batches) == ("SUCCESS", [[f"CREATE {D}. TXT"]])
    assert created.physical_id.startswith(f"{ID}/")
    assert len(created.physical_id) == len(ID) + 9
    assert stack.delete(created.physical_id, **props(SPF, DMARC, Adopt=True)).status == "SUCCESS"
    assert list(zone.sets) == [(f"_dmarc.{D}.", "TXT")]


def test_changed_after_it_was_taken_over(stack: Stack, zone: Zone) -> None:
    """What this resource changed is its own; what was changed back in a rollback is again what stood before."""
    zone.put(DMARC)
    physical_id = stack.create(**props(DMARC, Adopt=True)).physical_id
    assert stack.update(physical_id, old=props(DMARC), **props(REJECT)).physical_id == physical_id
    assert stack.update(physical_id, old=props(REJECT), **props(DMARC)).physical_id == physical_id
    assert stack.delete(physical_id, **props(DMARC)).status == "SUCCESS"
    assert zone.values(f"_dmarc.{D}") == ['"v=DMARC1; p=none"']
    stack.update(physical_id, old=props(DMARC), **props(REJECT))
    assert stack.delete(physical_id, **props(REJECT)).status == "SUCCESS"
    assert zone.sets == {}


def test_too_many_to_remember(stack: Stack, zone: Zone) -> None:
    """A physical id has 1 KB."""
    sets = [txt(f"n{number}.{D}", "x") for number in range(130)]
    for each in sets:
        zone.put(each)
    assert stack.create(**props(*sets, Adopt=True)).reason == (
        "130 record sets are too many to be taken over at once; nothing was changed"
    )


@pytest.mark.parametrize("adopt", [True, False])
def test_tried_again_after_a_time_out(stack: Stack, zone: Zone, *, adopt: bool) -> None:
    """The first try has written and could not answer; the second finds its own records, and tells them from others."""
    if adopt:
        zone.put(DMARC)
    first = stack.create(**props(SPF, DMARC, Adopt=adopt))
    again = stack.again()
    assert (again, len(zone.batches)) == (first, 1)
    stack.delete(again.physical_id, **props(SPF, DMARC))
    assert list(zone.sets) == ([(f"_dmarc.{D}.", "TXT")] if adopt else [])


def test_tried_again_in_another_environment(stack: Stack, zone: Zone, tmp_path: Path) -> None:
    """Without the note of the first try nobody knows whose the records are: they are refused, and nothing is deleted."""
    stack.create(**props(SPF))
    for note in tmp_path.iterdir():
        note.unlink()
    again = stack.again()
    assert (again.status, again.physical_id) == ("FAILED", "not-created")
    assert "was not written by it" in again.reason
    assert zone.values(D) is not None


def test_an_answer_of_route_53_that_was_lost(stack: Stack, zone: Zone) -> None:
    """The batch is sent again by botocore and is refused: the zone holds what the first one wrote."""
    zone.before_change = [lambda: zone.put(SPF)]
    zone.errors["change_resource_record_sets"] = [refusal("InvalidChangeBatch", attempts=1)]
    assert stack.create(**props(SPF)).status == "SUCCESS"
    zone.sets.clear()
    zone.before_change = [lambda: zone.put(SPF)]
    assert "was not written by it" in stack.create(**props(SPF)).reason


def test_a_change_that_somebody_made_meanwhile(stack: Stack, zone: Zone) -> None:
    """The zone is read again after a refusal, and the sentence says what it holds now."""
    zone.before_change = [lambda: zone.put(REJECT)]
    assert "another value" in stack.create(**props(SPF, DMARC)).reason
    assert list(zone.sets) == [(f"_dmarc.{D}.", "TXT")]


def test_a_record_that_route_53_does_not_take(stack: Stack, zone: Zone) -> None:
    """Its own sentence is passed on after three tries."""
    zone.errors["change_resource_record_sets"] = [
        refusal("InvalidChangeBatch", "[RRSet with DNS name x. is not permitted]")
    ] * 3
    assert stack.create(**props(SPF)).reason == (
        "Route 53 refuses the change, nothing was changed: [RRSet with DNS name x. is not permitted]"
    )


def test_changed_by_hand(stack: Stack, zone: Zone) -> None:
    """An update is refused whole; a delete leaves that record and takes the others; a hand-made equal change is fine."""
    stack.create(**props(SPF, DMARC))
    zone.put(REJECT)
    before = dict(zone.sets)
    refused = stack.update(ID, old=props(SPF, DMARC), **props(NEWS, txt(f"_dmarc.{D}", "v=DMARC1; p=quarantine")))
    assert (refused.status, refused.physical_id, zone.sets) == ("FAILED", ID, before)
    assert refused.reason == (
        f"""'_dmarc.{D}' TXT was changed outside of this stack: it holds "v=DMARC1; p=reject" (TTL 600), this stack wrote """
        f""""v=DMARC1; p=none" (TTL 600); put that back, or give it the new value: "v=DMARC1; p=quarantine" (TTL 600), and """
        f"deploy again; nothing was changed"
    )
    dropped = stack.update(ID, old=props(SPF, DMARC), **props(SPF))
    assert "put that back, and deploy again" in dropped.reason
    assert stack.update(ID, old=props(SPF, DMARC), **props(SPF, REJECT)).status == "SUCCESS"
    zone.put(DMARC)
    assert stack.delete(ID, **props(SPF, REJECT)).status == "SUCCESS"
    assert list(zone.sets) == [(f"_dmarc.{D}.", "TXT")]


def test_removed_by_hand(stack: Stack, zone: Zone) -> None:
    """An update writes the new value, and does not miss what it would delete."""
    stack.create(**props(SPF, DMARC))
    zone.sets.clear()
    assert stack.update(ID, old=props(SPF, DMARC), **props(REJECT)).status == "SUCCESS"
    assert list(zone.sets) == [(f"_dmarc.{D}.", "TXT")]


@pytest.mark.parametrize("adopt", [True, False])
def test_an_update_that_adds_what_stands(stack: Stack, zone: Zone, aws: Aws, *, adopt: bool) -> None:
    """It is refused, equal or not, and the way back, which looks as if it had been written, deletes nothing."""
    stack.create(**props(SPF))
    zone.put(NEWS)
    before = dict(zone.sets)
    refused = stack.update(ID, old=props(SPF, Adopt=adopt), **props(SPF, NEWS, Adopt=adopt))
    assert (refused.status, refused.physical_id) == ("FAILED", ID)
    assert "remove it there and deploy again: only the first deployment" in refused.reason
    aws.events = [resource_event("UPDATE_IN_PROGRESS"), resource_event("UPDATE_FAILED")]
    back = stack.update(ID, old=props(SPF, NEWS, Adopt=adopt), **props(SPF, Adopt=adopt))
    assert (back.status, back.physical_id, zone.sets) == ("SUCCESS", ID, before)
    zone.put({**NEWS, "TTL": 60})
    aws.events = []
    assert "another value" in stack.update(ID, old=props(SPF), **props(SPF, NEWS, MX)).reason


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([], id="no-events"),
        pytest.param([resource_event("UPDATE_COMPLETE")], id="it-was-done"),
        pytest.param(
            [
                resource_event("UPDATE_FAILED", "Another"),
                stack_event("UPDATE_IN_PROGRESS"),
                resource_event("UPDATE_FAILED"),
            ],
            id="it-failed-in-another-operation",
        ),
    ],
)
def test_the_way_back_from_an_update_that_was_done(stack: Stack, zone: Zone, aws: Aws, events: list[dict[str, Any]]) -> None:
    """Something else failed: the old state is written again."""
    stack.create(**props(SPF, DMARC))
    before = dict(zone.sets)
    stack.update(ID, old=props(SPF, DMARC), **props(NEWS, REJECT))
    aws.events = events
    assert stack.update(ID, old=props(NEWS, REJECT), **props(SPF, DMARC)).status == "SUCCESS"
    assert zone.sets == before


def test_a_way_back_that_failed_is_continued(stack: Stack, zone: Zone, aws: Aws) -> None:
    """What failed was the way back and not the update: what that added goes."""
    stack.create(**props(SPF))
    before = dict(zone.sets)
    assert stack.update(ID, old=props(SPF), **props(SPF, NEWS)).status == "SUCCESS"
    update = [resource_event("UPDATE_COMPLETE"), stack_event("UPDATE_IN_PROGRESS")]
    aws.events = [stack_event("UPDATE_ROLLBACK_IN_PROGRESS"), *update]
    zone.errors["change_resource_record_sets"] = [refusal("AccessDenied")]
    assert stack.update(ID, old=props(SPF, NEWS), **props(SPF)).status == "FAILED"
    failed = [stack_event("UPDATE_ROLLBACK_FAILED"), resource_event("UPDATE_FAILED")]
    aws.events = [stack_event("UPDATE_ROLLBACK_IN_PROGRESS"), *failed, *aws.events]
    assert stack.update(ID, old=props(SPF, NEWS), **props(SPF)).status == "SUCCESS"
    assert zone.sets == before


def test_the_way_back_beside_a_nested_stack(stack: Stack, zone: Zone, aws: Aws) -> None:
    """Its events look like those of the stack but for the id: what the refused update never did is not taken back."""
    zone.put(NEWS)
    stack.create(**props(SPF))
    before = dict(zone.sets)
    stack.update(ID, old=props(SPF), **props(SPF, NEWS))
    aws.events = [stack_event("UPDATE_IN_PROGRESS", NESTED_STACK_ID), resource_event("UPDATE_FAILED")]
    assert stack.update(ID, old=props(SPF, NEWS), **props(SPF)).status == "SUCCESS"
    assert zone.sets == before


def test_the_way_back_from_an_update_that_ran_out_of_time(stack: Stack, zone: Zone, aws: Aws) -> None:
    """CloudFormation counts it as failed, and yet it was done: the old values prove it."""
    stack.create(**props(SPF, DMARC))
    before = dict(zone.sets)
    stack.update(ID, old=props(SPF, DMARC), **props(SPF, REJECT, NEWS))
    aws.events = [resource_event("UPDATE_FAILED")]
    assert stack.update(ID, old=props(SPF, REJECT, NEWS), **props(SPF, DMARC)).status == "SUCCESS"
    assert zone.sets == before


def test_the_way_back_when_the_zone_cannot_be_reached(stack: Stack, zone: Zone, aws: Aws) -> None:
    """An update that failed because of that has changed nothing, so the rollback ends well."""
    stack.create(**props(SPF))
    denied = refusal("AccessDenied")
    zone.errors["list_resource_record_sets"] = [denied] * 9
    assert stack.update(ID, old=props(SPF), **props(SPF, NEWS)).status == "FAILED"
    zone.errors["list_resource_record_sets"] = [denied] * 9
    aws.events = [resource_event("UPDATE_FAILED")]
    assert stack.update(ID, old=props(SPF, NEWS), **props(SPF)).status == "SUCCESS"


def test_the_events_of_a_stack_with_a_new_role(stack: Stack, aws: Aws) -> None:
    """What it may ask is not in force at once."""
    stack.create(**props(SPF))
    aws.slept.clear()
    aws.event_errors = [refusal("AccessDenied")]
    assert stack.update(ID, old=props(SPF), **props(SPF, DMARC)).status == "SUCCESS"
    assert aws.slept[0] == 2


def test_an_update_is_tried_again(stack: Stack, zone: Zone) -> None:
    """What it has added is its own in the second try."""
    stack.create(**props(SPF))
    updated = stack.update(ID, old=props(SPF), **props(SPF, NEWS))
    assert stack.again() == updated
    assert len(zone.batches) == 2


def test_nothing_to_change(stack: Stack, zone: Zone) -> None:
    """Another role or another spelling is no change of records; the zone is not even read."""
    assert stack.update(ID, old=props(SPF), **props(SPF, RoleArn=ROLE)).status == "SUCCESS"
    assert (zone.pages, zone.batches) == (0, [])


def test_another_domain_is_a_replacement(stack: Stack, zone: Zone) -> None:
    """The new records are written first, under a new id; then CloudFormation deletes the old ones."""
    stack.create(**props(SPF))
    new = {**props(NEWS), "Domain": f"news.{D}"}
    replaced = stack.update(ID, old=props(SPF), **new)
    assert (replaced.status, replaced.physical_id) == ("SUCCESS", f"Z1/news.{D}")
    assert len(zone.sets) == 2
    assert stack.delete(ID, **props(SPF)).status == "SUCCESS"
    assert list(zone.sets) == [(f"news.{D}.", "TXT")]


def test_a_replacement_that_is_refused(stack: Stack, zone: Zone) -> None:
    """The old records stand, and the way back does nothing."""
    stack.create(**props(SPF))
    zone.put(NEWS)
    before, new = dict(zone.sets), {**props(NEWS), "Domain": f"news.{D}"}
    refused = stack.update(ID, old=props(SPF), **new)
    assert (refused.status, refused.physical_id) == ("FAILED", ID)
    back = stack.update(ID, old=new, **props(SPF))
    assert (back.status, back.physical_id, zone.sets) == ("SUCCESS", ID, before)


def test_a_replacement_is_rolled_back_later(stack: Stack, zone: Zone, aws: Aws) -> None:
    """Another resource failed: the old records stand still and are ours, under the old id; the new ones go."""
    stack.create(**props(SPF))
    before, new = dict(zone.sets), {**props(NEWS), "Domain": f"news.{D}"}
    replaced = stack.update(ID, old=props(SPF), **new)
    aws.events = [resource_event("UPDATE_IN_PROGRESS"), stack_event("UPDATE_ROLLBACK_IN_PROGRESS")]
    back = stack.update(replaced.physical_id, old=new, **props(SPF))
    assert (back.status, back.physical_id) == ("SUCCESS", ID)
    stack.delete(replaced.physical_id, **new)
    assert zone.sets == before
    assert stack.delete(ID, **props(SPF)).status == "SUCCESS"
    assert zone.sets == {}


def test_a_construct_that_is_renamed(stack: Stack, zone: Zone, aws: Aws) -> None:
    """The new resource takes the records over, and the delete of the old one leaves them; what is the old one's alone goes."""
    stack.create(**props(SPF, DMARC, NEWS))
    old_name, stack.logical_id = stack.logical_id, "Renamed1A2B3C4D"
    renamed = stack.create(**props(SPF, DMARC, Adopt=True))
    old_one = {"LogicalResourceId": old_name, "PhysicalResourceId": ID, "ResourceStatus": "DELETE_IN_PROGRESS"}
    new_one = {"LogicalResourceId": "Renamed1A2B3C4D", "PhysicalResourceId": renamed.physical_id}
    gone = {"LogicalResourceId": "Gone", "ResourceStatus": "DELETE_COMPLETE"}
    aws.resources = [gone, old_one, new_one | {"ResourceStatus": "CREATE_COMPLETE"}]
    stack.logical_id = old_name
    assert stack.delete(ID, **props(SPF, DMARC, NEWS)).status == "SUCCESS"
    assert set(zone.sets) == {(f"{D}.", "TXT"), (f"_dmarc.{D}.", "TXT")}


def test_the_new_name_is_deleted_too(stack: Stack, zone: Zone, aws: Aws) -> None:
    """A resource that is gone keeps nothing: CloudFormation still lists it, with its physical id."""
    stack.create(**props(SPF))
    old_name, stack.logical_id = stack.logical_id, "Renamed1A2B3C4D"
    renamed = stack.create(**props(SPF, Adopt=True))
    new_one = {"LogicalResourceId": stack.logical_id, "PhysicalResourceId": renamed.physical_id}
    aws.resources = [new_one | {"ResourceStatus": "DELETE_COMPLETE"}]
    stack.logical_id = old_name
    assert stack.delete(ID, **props(SPF)).status == "SUCCESS"
    assert zone.sets == {}


def test_a_delete_when_the_stack_cannot_be_read(stack: Stack, zone: Zone, aws: Aws) -> None:
    """It is no reason to leave records behind."""
    stack.create(**props(SPF))
    aws.event_errors = [refusal("ValidationError")]
    assert stack.delete(ID, **props(SPF)).status == "SUCCESS"
    assert zone.sets == {}


def test_an_id_that_cloudformation_made_up(stack: Stack, zone: Zone) -> None:
    """After a create that was not answered nobody knows what it wrote: nothing is deleted."""
    zone.put(SPF)
    assert stack.delete("Stack-EmailAuthRecords-1A2B3C4D5E6F", **props(SPF)).status == "SUCCESS"
    assert zone.values(D) is not None


def test_a_zone_that_is_gone(stack: Stack, zone: Zone) -> None:
    """A delete has nothing to do; a create says so."""
    zone.errors["list_resource_record_sets"] = [refusal("NoSuchHostedZone")] * 2
    assert stack.delete(ID, **props(SPF)).status == "SUCCESS"
    assert stack.create(**props(SPF)).reason.startswith("there is no hosted zone Z1, so nothing was changed; pass the id")
    zone.errors["change_resource_record_sets"] = [refusal("NoSuchHostedZone")]
    assert stack.create(**props(SPF)).reason.startswith("there is no hosted zone Z1")


def test_a_role_that_may_write_less(stack: Stack, zone: Zone) -> None:
    """The sentence names the role, the zone and every record."""
    zone.errors["change_resource_record_sets"] = [refusal("AccessDenied")]
    refused = (
        f"{ROLE} may not do this in the hosted zone Z1: CREATE '_dmarc.{D}' TXT; nothing was changed; let ZoneWriterRole allow "
        f"these names, in the account of the zone"
    )
    assert stack.create(**props(DMARC, RoleArn=ROLE)).reason == refused
    zone.errors["change_resource_record_sets"] = [refusal("AccessDenied")]
    assert stack.create(**props(SPF, DMARC, RoleArn=ROLE)).reason == (
        refused.replace("CREATE", f"CREATE '{D}' TXT; CREATE", 1)
        + f"; the TXT record of '{D}' itself needs ZoneWriterRole(from_domain_txt=True)"
    )
    zone.errors["list_resource_record_sets"] = [refusal("AccessDenied")]
    assert stack.create(**props(SPF, RoleArn=ROLE)).reason.startswith(f"{ROLE} may not read the hosted zone Z1; let Zone")


def test_permissions_of_the_own_account(stack: Stack, zone: Zone, aws: Aws) -> None:
    """They are not in force at once: reading is tried again; what stays forbidden is told."""
    zone.errors["list_resource_record_sets"] = [refusal("AccessDenied")] * 4
    assert stack.create(**props(SPF)).status == "SUCCESS"
    assert aws.slept == [2, 4, 6, 8]
    zone.errors["change_resource_record_sets"] = [refusal("AccessDeniedException")]
    assert stack.create(**props(DMARC)).reason == (
        f"the function may not do this in the hosted zone Z1: CREATE '_dmarc.{D}' TXT; nothing was changed; a policy of the "
        f"organization or a permissions boundary may forbid it"
    )


def test_a_role_that_cannot_be_assumed(stack: Stack, aws: Aws) -> None:
    """It is tried for half a minute; then the sentence says what may be wrong."""
    aws.role_errors = [refusal("AccessDenied")] * 4
    assert stack.create(**props(SPF, RoleArn=ROLE)).status == "SUCCESS"
    assert aws.slept == [2, 4, 6, 8]
    aws.role_errors = [refusal("AccessDenied")] * (len(custom_resource._PAUSES) + 1)
    assert stack.create(**props(DMARC, RoleArn=ROLE)).reason == (
        f"{ROLE} cannot be assumed: it does not exist, or does not trust "
        f"arn:aws:sts::123456789012:assumed-role/writer/session, or asks for another external id, or a policy of an "
        f"organization forbids sts:AssumeRole in us-east-1; deploy the stack with ZoneWriterRole in the account of the zone "
        f"first, with this account in 'trusted'"
    )
    aws.role_errors = [refusal("AccessDenied")] * (len(custom_resource._PAUSES) + 2)
    assert "does not trust this function" in stack.create(**props(DMARC, RoleArn=ROLE)).reason
    aws.role_errors = [refusal("ValidationError", "no such thing")]
    assert "no such thing" in stack.create(**props(DMARC, RoleArn=ROLE)).reason


@pytest.mark.parametrize("call", ["list_resource_record_sets", "change_resource_record_sets"])
def test_other_errors_are_passed_on(stack: Stack, zone: Zone, call: str) -> None:
    """With the message of AWS."""
    zone.errors[call] = [refusal("Throttling", "Rate exceeded")]
    assert "Rate exceeded" in stack.create(**props(SPF)).reason


@pytest.mark.parametrize(
    ("statuses", "errors", "remaining", "slept"),
    [
        pytest.param(["PENDING", "PENDING", "INSYNC"], [], 120, [1, 2], id="in-sync"),
        pytest.param(["PENDING"], [], 120, [1, 2, 3, *[5] * 10], id="a-minute-at-most"),
        pytest.param(["PENDING"], [], 22, [1, 2], id="no-time-left"),
        pytest.param(["PENDING"], [refusal("AccessDenied")], 120, [], id="may-not-ask"),
        pytest.param(["PENDING"], [ReadTimeoutError(endpoint_url="x")], 120, [], id="no-answer"),
    ],
)
def test_waiting_for_the_name_servers(
    stack: Stack, zone: Zone, aws: Aws, statuses: list[str], errors: list[Exception], remaining: int, slept: list[float]
) -> None:
    """What waits for the record of a key finds it; but to wait is no reason to fail. Other records are not waited for."""
    zone.statuses, zone.errors["get_change"] = statuses, errors
    stack.context.remaining_ms = lambda: remaining * 1000
    assert stack.create(**props(SPF, txt(f"mail-1._domainkey.{D}", "p=MIIB"))).status == "SUCCESS"
    assert (
        stack.create(**props(NEWS, txt(f"token._domainkey.{D}", "token.dkim.amazonses.com", kind="CNAME"))).status == "SUCCESS"
    )
    assert aws.slept == slept
