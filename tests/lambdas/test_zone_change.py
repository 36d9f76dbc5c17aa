"""Two batches of which both are done or none, and requests that CloudFormation has cancelled: through the record writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ses_email_auth.lambdas.custom_resource import time_left
from ses_email_auth.lambdas.record_writer import handle
from tests.lambdas.events import cloudformation, resource_event, stack_event
from tests.lambdas.route53 import Aws, Zone, refusal, txt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.lambdas.events import Stack

D = "example.com"
ROLE = "arn:aws:iam::210987654321:role/mail-records"
ID = f"Z1/{D}"
DMARC, REJECT = txt(f"_dmarc.{D}", "v=DMARC1; p=none"), txt(f"_dmarc.{D}", "v=DMARC1; p=reject")
NEWS = txt(f"news.{D}", "v=spf1 include:amazonses.com ~all")
MX = txt(f"bounce.{D}", "10 feedback-smtp.ap-northeast-1.amazonses.com", kind="MX")
OTHER_MX = txt(f"bounce.{D}", "10 feedback-smtp.us-east-1.amazonses.com", kind="MX")
KEY = txt(f"mail-1._domainkey.{D}", "p=MIIB")
CANCELLED = [stack_event("ROLLBACK_IN_PROGRESS"), resource_event("CREATE_FAILED"), stack_event("CREATE_IN_PROGRESS")]
UPDATE_CANCELLED = [resource_event("UPDATE_FAILED"), stack_event("UPDATE_IN_PROGRESS")]
NOT_WANTED = "the stack is rolled back or deleted, so this request is not wanted any more; nothing was changed"


class Crash(BaseException):
    """The function ends in the midst of its work."""


@pytest.fixture
def stack(aws: Aws) -> Iterator[Stack]:  # noqa: ARG001 - in place before the handler runs
    """CloudFormation."""
    with cloudformation(handle) as found:
        yield found


def props(*sets: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The properties of a resource that writes `sets`."""
    return {"HostedZoneId": "Z1", "ZoneName": D, "Domain": D, "RecordSets": list(sets), **more}


def nothing() -> None:
    """The first batch is not disturbed."""


def raising(error: BaseException) -> Callable[[], None]:
    """What makes a batch fail."""

    def fail() -> None:
        raise error

    return fail


# --- two batches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(
            refusal("AccessDenied"),
            f"{ROLE} may not do this in the hosted zone Z1: CREATE 'bounce.{D}' MX; nothing was changed; let ZoneWriterRole "
            f"allow these names, in the account of the zone; an MX record needs its name in 'mail_from_names' there",
            id="denied",
        ),
        pytest.param(refusal("Throttling", "Rate exceeded"), "ChangeResourceRecordSets failed: Rate exceeded", id="other"),
    ],
)
def test_the_second_batch_fails(stack: Stack, zone: Zone, error: Exception, reason: str) -> None:
    """What the first one wrote is taken back."""
    zone.before_change = [nothing, raising(error)]
    refused = stack.create(**props(DMARC, MX, RoleArn=ROLE))
    assert (refused.status, refused.physical_id, zone.sets) == ("FAILED", "not-created", {})
    assert refused.reason.startswith(reason)
    assert zone.batches == [[f"CREATE _dmarc.{D}. TXT"], [f"DELETE _dmarc.{D}. TXT"]]


def test_the_second_batch_of_an_update_fails(stack: Stack, zone: Zone) -> None:
    """The old values stand again, and the update back has nothing to do."""
    stack.create(**props(DMARC, MX))
    before = dict(zone.sets)
    zone.before_change = [nothing, raising(refusal("AccessDenied"))]
    assert stack.update(ID, old=props(DMARC, MX), **props(REJECT, NEWS, OTHER_MX)).status == "FAILED"
    assert zone.sets == before
    batches = len(zone.batches)
    assert stack.update(ID, old=props(REJECT, NEWS, OTHER_MX), **props(DMARC, MX)).status == "SUCCESS"
    assert (zone.sets, len(zone.batches)) == (before, batches)


def test_what_others_wrote_meanwhile_stays(stack: Stack, zone: Zone) -> None:
    """Taking back deletes by value, and puts nothing where something stands."""
    stack.create(**props(DMARC, MX))

    def others() -> None:
        zone.put(txt(f"_dmarc.{D}", "v=DMARC1; p=quarantine"))
        raise refusal("AccessDenied")

    zone.before_change = [nothing, others]
    assert stack.update(ID, old=props(DMARC, MX), **props(REJECT, NEWS, OTHER_MX)).status == "FAILED"
    assert zone.values(f"_dmarc.{D}") == ['"v=DMARC1; p=quarantine"']
    assert zone.values(f"news.{D}") is None


def test_the_second_batch_is_refused(stack: Stack, zone: Zone) -> None:
    """Somebody was faster: nothing is left of the first batch, and the sentence says what stands there."""
    zone.before_change = [nothing, lambda: zone.put(OTHER_MX)]
    refused = stack.create(**props(DMARC, MX))
    assert refused.reason.startswith(f"'bounce.{D}' MX stands in the zone with another value: 10 feedback-smtp.us-east-1.")
    assert list(zone.sets) == [(f"bounce.{D}.", "MX")]


def test_what_cannot_be_taken_back(stack: Stack, zone: Zone, aws: Aws) -> None:
    """It is tried three times; then the reason names both faults and what is left."""
    zone.before_change = [nothing, *[raising(refusal("AccessDenied"))] * 4]
    reason = stack.create(**props(DMARC, MX)).reason
    assert reason.startswith(
        f"the function may not do this in the hosted zone Z1: CREATE 'bounce.{D}' MX; nothing was changed;"
    )
    assert f"; '_dmarc.{D}' TXT had been written before, and could not be taken back: the function may not do this" in reason
    assert reason.endswith("; look at them by hand")
    assert (list(zone.sets), aws.slept) == ([(f"_dmarc.{D}.", "TXT")], [0, 1, 2])


def test_a_function_that_ends_between_the_batches(stack: Stack, zone: Zone) -> None:
    """Lambda tries again, and the second try writes the rest."""
    zone.before_change = [nothing, raising(Crash())]
    with pytest.raises(Crash):
        stack.create(**props(DMARC, MX))
    assert list(zone.sets) == [(f"_dmarc.{D}.", "TXT")]
    assert stack.again().status == "SUCCESS"
    assert set(zone.sets) == {(f"_dmarc.{D}.", "TXT"), (f"bounce.{D}.", "MX")}
    assert stack.delete(ID, **props(DMARC, MX)).status == "SUCCESS"
    assert zone.sets == {}


def test_an_update_that_ends_between_the_batches(stack: Stack, zone: Zone, aws: Aws, tmp_path: Path) -> None:
    """Where the note is lost, too, the update back takes back the half that was done, as the old values prove."""
    stack.create(**props(DMARC, MX))
    before = dict(zone.sets)
    zone.before_change = [nothing, raising(Crash())]
    with pytest.raises(Crash):
        stack.update(ID, old=props(DMARC, MX), **props(REJECT, NEWS, OTHER_MX))
    for note in tmp_path.iterdir():
        note.unlink()
    aws.events = [resource_event("UPDATE_FAILED"), stack_event("UPDATE_IN_PROGRESS")]
    assert stack.update(ID, old=props(REJECT, NEWS, OTHER_MX), **props(DMARC, MX)).status == "SUCCESS"
    assert zone.sets == before


def test_an_update_back_that_ends_between_its_batches(stack: Stack, zone: Zone, aws: Aws, tmp_path: Path) -> None:
    """MX goes first there: Lambda tries again without the note, and the half that is left proves itself."""
    stack.create(**props(DMARC, MX))
    before = dict(zone.sets)
    stack.update(ID, old=props(DMARC, MX), **props(REJECT, OTHER_MX))
    aws.events = UPDATE_CANCELLED  # its answer was lost
    zone.before_change = [nothing, raising(Crash())]
    with pytest.raises(Crash):
        stack.update(ID, old=props(REJECT, OTHER_MX), **props(DMARC, MX))
    for note in tmp_path.iterdir():
        note.unlink()
    assert stack.again().status == "SUCCESS"
    assert zone.sets == before


def test_a_second_batch_that_is_throttled(stack: Stack, zone: Zone) -> None:
    """It leaves time for taking back the first."""
    left: list[float] = []

    def note() -> None:
        left.append(time_left())

    def throttled() -> None:
        note()
        raise refusal("Throttling", "Rate exceeded")

    zone.before_change = [note, throttled, note]
    assert stack.create(**props(DMARC, MX)).status == "FAILED"
    assert left[2] - left[1] > 14
    assert zone.sets == {}


# --- requests that are cancelled -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(CANCELLED, id="rolls-back"),
        pytest.param(CANCELLED[1:], id="cancelled"),
        pytest.param([stack_event("DELETE_IN_PROGRESS")], id="stack-is-deleted"),
        pytest.param([stack_event("ROLLBACK_COMPLETE")], id="rolled-back"),
    ],
)
def test_a_create_that_is_not_wanted(stack: Stack, zone: Zone, aws: Aws, events: list[dict[str, object]]) -> None:
    """The delete came first, with an id that CloudFormation made up: nothing is written any more."""
    aws.events = events
    assert stack.delete("Stack-EmailAuthRecords-1A2B3C4D5E6F", **props(DMARC, MX)).status == "SUCCESS"
    late = stack.create(**props(DMARC, MX))
    assert (late.status, late.reason, zone.batches) == ("FAILED", NOT_WANTED, [])


@pytest.mark.parametrize("batch", [1, 2])
def test_a_create_that_is_cancelled_while_it_writes(stack: Stack, zone: Zone, aws: Aws, batch: int) -> None:
    """What it wrote is taken back, what it took over stays, and the next deploy finds the zone as it was."""
    zone.put(NEWS)
    before = dict(zone.sets)

    def cancel() -> None:
        aws.events = CANCELLED

    zone.before_change = [*[nothing] * (batch - 1), cancel]
    late = stack.create(**props(DMARC, MX, NEWS, Adopt=True))
    assert (late.status, late.reason, zone.sets) == ("FAILED", NOT_WANTED, before)
    assert len(zone.batches) == 2 * batch
    aws.events = [stack_event("CREATE_IN_PROGRESS")]
    assert stack.create(**props(DMARC, MX, NEWS, Adopt=True)).status == "SUCCESS"


def test_a_create_that_is_cancelled_while_it_waits(stack: Stack, zone: Zone, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for the name servers ends, and what was written is taken back."""
    zone.statuses = ["PENDING"]
    looks = iter([False, False])

    def describe_stack_events(**_: object) -> dict[str, Any]:
        aws.events = [stack_event("CREATE_IN_PROGRESS")] if next(looks, None) is False else CANCELLED
        return {"StackEvents": aws.events}

    monkeypatch.setattr(aws, "describe_stack_events", describe_stack_events)
    assert stack.create(**props(KEY)).reason == NOT_WANTED
    assert (zone.sets, aws.slept) == ({}, [1])


@pytest.mark.parametrize("batch", [0, 1, 2])
def test_an_update_that_is_cancelled(stack: Stack, zone: Zone, aws: Aws, batch: int) -> None:
    """The update back comes first and finds nothing to do; the late update writes nothing, or takes it back."""
    stack.create(**props(DMARC, MX))
    before, old, new = dict(zone.sets), props(DMARC, MX), props(REJECT, NEWS, OTHER_MX)

    def cancel_and_go_back() -> None:
        aws.events = [stack_event("UPDATE_ROLLBACK_IN_PROGRESS"), *UPDATE_CANCELLED]
        zone.before_change = []
        if batch == 0:
            assert stack.update(ID, old=new, **old).status == "SUCCESS"

    aws.events = [stack_event("UPDATE_IN_PROGRESS")]
    if batch == 0:
        zone.before_list = [cancel_and_go_back]
    else:
        zone.before_change = [*[nothing] * (batch - 1), cancel_and_go_back]
    late = stack.update(ID, old=old, **new)
    assert (late.status, late.reason, zone.sets) == ("FAILED", NOT_WANTED, before)
    aws.events = [stack_event("UPDATE_IN_PROGRESS")]
    assert stack.update(ID, old=old, **new).status == "SUCCESS"


def test_the_way_back_is_written(stack: Stack, zone: Zone, aws: Aws) -> None:
    """Another resource failed after the update was done: the rollback is no reason to refuse its own request."""
    stack.create(**props(DMARC, MX))
    before = dict(zone.sets)
    assert stack.update(ID, old=props(DMARC, MX), **props(REJECT, OTHER_MX)).status == "SUCCESS"
    aws.events = [
        resource_event("UPDATE_IN_PROGRESS"),
        stack_event("UPDATE_ROLLBACK_IN_PROGRESS"),
        resource_event("UPDATE_COMPLETE"),
        stack_event("UPDATE_IN_PROGRESS"),
    ]
    assert stack.update(ID, old=props(REJECT, OTHER_MX), **props(DMARC, MX)).status == "SUCCESS"
    assert zone.sets == before


def test_a_cancelled_update_that_cannot_take_all_back(stack: Stack, zone: Zone, aws: Aws) -> None:
    """MX is taken back first, so the update back can tell what is left of it."""
    stack.create(**props(DMARC, MX))
    before, old, new = dict(zone.sets), props(DMARC, MX), props(REJECT, OTHER_MX)
    aws.events = [stack_event("UPDATE_IN_PROGRESS")]

    def cancel() -> None:
        aws.events = UPDATE_CANCELLED

    zone.before_change = [nothing, cancel, nothing, *[raising(refusal("AccessDenied"))] * 3]
    late = stack.update(ID, old=old, **new)
    assert f"'_dmarc.{D}' TXT, 'bounce.{D}' MX had been written before, and could not be taken back" in late.reason
    assert stack.update(ID, old=new, **old).status == "SUCCESS"
    assert zone.sets == before


def test_a_replacement_that_is_cancelled(stack: Stack, zone: Zone, aws: Aws) -> None:
    """The records of the other domain are not written, and the old ones stand."""
    stack.create(**props(DMARC))
    before = dict(zone.sets)
    aws.events = [stack_event("UPDATE_IN_PROGRESS")]

    def cancel() -> None:
        aws.events = [stack_event("UPDATE_ROLLBACK_IN_PROGRESS")]

    zone.before_change = [cancel]
    late = stack.update(ID, old=props(DMARC), **{**props(NEWS), "Domain": f"news.{D}"})
    assert (late.reason, late.physical_id, zone.sets) == (NOT_WANTED, ID, before)


def test_events_that_cannot_be_read(stack: Stack, zone: Zone, aws: Aws) -> None:
    """They are no reason to refuse what nearly always is wanted."""
    aws.event_errors = [refusal("Throttling")] * 3
    assert stack.create(**props(DMARC)).status == "SUCCESS"
    assert zone.values(f"_dmarc.{D}") is not None
