"""Custom resources that are worked on while others fail: what CloudFormation sends, and which failures it shows."""

from __future__ import annotations

import http
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import RECORDER, custom, events_of, function, template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_aws import LocalAws

# A create or update is answered as many seconds late as the property says.
SLOW = RECORDER.replace(
    "    wanted =",
    "    import time\n    time.sleep(int(event['ResourceProperties'].get(event['RequestType'] + 'Seconds', 0)))\n    wanted =",
)
REFUSED = {"Status": "FAILED", "Reason": "no", "PhysicalResourceId": "not-created"}
CANCELLED = "Resource creation cancelled"


@pytest.fixture
def events(tmp_path: Path, aws: LocalAws) -> Iterator[Path]:
    """Where the function records; on a local AWS that works side by side. Waits until no function works any more."""
    assert aws.request("POST", "/_side-by-side/on") == http.HTTPStatus.OK
    yield tmp_path / "events"
    until = time.monotonic() + 20
    while aws.request("POST", "/_side-by-side/idle") != http.HTTPStatus.OK:
        assert time.monotonic() < until
        time.sleep(0.05)


def stack(events: Path, **resources: dict[str, Any]) -> dict[str, Any]:
    """The function and custom resources of it; they are made in the order of their names."""
    return template(**function(SLOW, events=events), **resources)


def sent(events: Path) -> list[tuple[str, str, str]]:
    """What was sent for `C`: request, physical id and version."""
    return [
        (event["RequestType"], event.get("PhysicalResourceId", ""), event["ResourceProperties"]["Version"])
        for event in events_of(events)
        if event["LogicalResourceId"] == "C"
    ]


def test_a_creation_that_is_cancelled(aws: LocalAws, events: Path) -> None:
    """The delete is sent while the creation runs, for an id that CloudFormation made up; the late answer is not heard."""
    outcome = aws.deploy("S", stack(events, B=custom(Create=REFUSED, CreateSeconds=1), C=custom(Version="1", CreateSeconds=3)))
    assert (outcome.status, outcome.failures["C"]) == ("ROLLBACK_COMPLETE", CANCELLED)
    (create, (kind, made_up, version)) = sent(events)
    assert (create, kind, version) == (("Create", "", "1"), "Delete", "1")
    assert made_up.startswith("S-C-")


def test_an_update_that_is_cancelled(aws: LocalAws, events: Path) -> None:
    """The update back is sent while the update runs."""
    assert aws.deploy("S", stack(events, C=custom(Version="1"))).status == "CREATE_COMPLETE"
    outcome = aws.deploy("S", stack(events, B=custom(Create=REFUSED, CreateSeconds=1), C=custom(Version="2", UpdateSeconds=3)))
    assert (outcome.status, outcome.failures["C"]) == ("UPDATE_ROLLBACK_COMPLETE", "Resource update cancelled")
    assert sent(events) == [("Create", "", "1"), ("Update", "made", "2"), ("Update", "made", "1")]


def test_what_was_done_before_another_failed(aws: LocalAws, events: Path) -> None:
    """It is not cancelled, but deleted by its own id."""
    outcome = aws.deploy("S", stack(events, B=custom(Create=REFUSED, CreateSeconds=1), C=custom(Version="1")))
    assert list(outcome.failures) == ["B"]
    assert sent(events) == [("Create", "", "1"), ("Delete", "made", "1")]


def test_two_that_fail(aws: LocalAws, events: Path) -> None:
    """Each fails with its own reason, and is deleted by the id that it answered."""
    outcome = aws.deploy("S", stack(events, B=custom(Create=REFUSED, CreateSeconds=1), C=custom(Version="1", Create=REFUSED)))
    assert all("Message returned: no" in reason for reason in outcome.failures.values())
    assert (set(outcome.failures), sent(events)[-1]) == ({"B", "C"}, ("Delete", "not-created", "1"))


def test_nothing_fails(aws: LocalAws, events: Path) -> None:
    """Attributes and dependencies are as one after the other, and what did not change is not sent."""
    c = custom(Version="1", CreateSeconds=1, Create={"Data": {"Key": "value"}})
    body = stack(events, B=custom(), C=c, D=custom(From={"Fn::GetAtt": ["C", "Key"]}))
    assert aws.deploy("S", body).status == "CREATE_COMPLETE"
    assert aws.deploy("S", body | {"Outputs": {"Key": {"Value": {"Fn::GetAtt": ["C", "Key"]}}}}).status == "UPDATE_COMPLETE"
    assert (aws.outputs("S"), sent(events)) == ({"Key": "value"}, [("Create", "", "1")])
    assert [event["ResourceProperties"].get("From") for event in events_of(events)][-1] == "value"


def test_a_request_that_is_not_known(aws: LocalAws) -> None:
    """It is refused, as is the question whether a request waits while none does."""
    assert aws.request("POST", "/_side-by-side/held") == http.HTTPStatus.BAD_REQUEST
    assert aws.request("POST", "/_side-by-side/other") == http.HTTPStatus.BAD_REQUEST
    assert aws.request("POST", "/_side-by-side/idle") == http.HTTPStatus.OK
