"""Custom resources: which events a handler gets, with what in them, and what its answer does to the stack."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import RECORDER, custom, events_of, function, invoked, make_zone, record, template

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_aws import LocalAws


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Where the recorder writes."""
    return tmp_path / "events"


def stack(events: Path, resource: dict[str, Any] | None = None, **others: dict[str, Any]) -> dict[str, Any]:
    """A stack with the recorder and its custom resource C."""
    own = {} if resource is None else {"C": resource}
    return template(**function(RECORDER, events=events), **own, **others)


def kinds(events: Path) -> list[tuple[str, str | None]]:
    """The requests with the physical ids that they name."""
    return [(event["RequestType"], event.get("PhysicalResourceId")) for event in events_of(events)]


def failing(aws: LocalAws) -> dict[str, Any]:
    """A record that Route 53 refuses, made after C."""
    return record(make_zone(aws), "x.blacksheep.link", "no quotes", DependsOn="C")


def test_life(aws: LocalAws, events: Path) -> None:
    """Create, update and delete, each with what AWS puts into it; numbers and flags are texts."""
    body = stack(events, custom(Number=1, Flag=True, List=[1, {"a": False}], Text="t"))
    body["Outputs"] = {"Id": {"Value": {"Ref": "C"}}}
    assert aws.deploy("S", body).status == "CREATE_COMPLETE"
    assert aws.outputs("S") == {"Id": "made"}
    body["Resources"]["C"]["Properties"]["Number"] = 2
    assert aws.deploy("S", body).status == "UPDATE_COMPLETE"
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    create, update, delete = events_of(events)
    assert create["ResourceProperties"].pop("ServiceToken").startswith("arn:aws:lambda:ap-northeast-1:123456789012:function:")
    assert create["ResourceProperties"] == {
        "ServiceTimeout": "20",
        "Number": "1",
        "Flag": "true",
        "List": ["1", {"a": "false"}],
        "Text": "t",
    }
    assert (create["ResourceType"], create["LogicalResourceId"]) == ("Custom::Recorded", "C")
    assert create["StackId"].startswith("arn:aws:cloudformation:ap-northeast-1:123456789012:stack/S/")
    assert create["ResponseURL"].startswith(aws.endpoint)
    assert kinds(events) == [("Create", None), ("Update", "made"), ("Delete", "made")]
    assert (update["OldResourceProperties"]["Number"], update["ResourceProperties"]["Number"]) == ("1", "2")
    assert delete["ResourceProperties"]["Number"] == "2"
    assert len({event["RequestId"] for event in (create, update, delete)}) == 3


def test_an_update_that_does_not_concern_it(aws: LocalAws, events: Path) -> None:
    """An update that leaves the custom resource as it is sends no event."""
    aws.deploy("S", stack(events, custom()))
    assert aws.deploy("S", stack(events, custom(), T={"Type": "AWS::SNS::Topic"})).status == "UPDATE_COMPLETE"
    assert kinds(events) == [("Create", None)]


def test_data_is_what_get_att_reads(aws: LocalAws, events: Path) -> None:
    """`Fn::GetAtt` reads the answered data; a name that was not answered fails the deployment."""
    body = stack(events, custom(Create={"Data": {"Key": "value"}}))
    body["Outputs"] = {"Key": {"Value": {"Fn::GetAtt": ["C", "Key"]}}}
    assert aws.deploy("S", body).status == "CREATE_COMPLETE"
    assert aws.outputs("S") == {"Key": "value"}
    body["Outputs"] = {"Key": {"Value": {"Fn::GetAtt": ["C", "Other"]}}}
    assert aws.deploy("S", body).status == "UPDATE_ROLLBACK_COMPLETE"


def test_another_physical_id_is_a_replacement(aws: LocalAws, events: Path) -> None:
    """An update that answers another physical id deletes the old resource at the end, with the old properties."""
    aws.deploy("S", stack(events, custom(Create={"PhysicalResourceId": "one"}, Version="1")))
    changed = custom(Update={"PhysicalResourceId": "two"}, Version="2")
    assert aws.deploy("S", stack(events, changed)).status == "UPDATE_COMPLETE"
    assert kinds(events) == [("Create", None), ("Update", "one"), ("Delete", "one")]
    assert events_of(events)[-1]["ResourceProperties"]["Version"] == "1"
    aws.destroy("S")
    assert kinds(events)[-1] == ("Delete", "two")


def test_a_creation_that_fails(aws: LocalAws, events: Path) -> None:
    """A failed creation shows the reason of the handler, and the rollback deletes the id that it answered."""
    failed = custom(Create={"Status": "FAILED", "Reason": "no such zone", "PhysicalResourceId": "not-created"})
    outcome = aws.deploy("S", stack(events, failed))
    assert outcome.status == "ROLLBACK_COMPLETE"
    said = "Received response status [FAILED] from custom resource. Message returned: no such zone (RequestId: "
    assert outcome.failures["C"].startswith(said)
    assert kinds(events) == [("Create", None), ("Delete", "not-created")]


def test_a_creation_that_fails_in_an_update(aws: LocalAws, events: Path) -> None:
    """A failed creation in an update is rolled back as in a first deployment."""
    aws.deploy("S", stack(events))
    failed = custom(Create={"Status": "FAILED", "Reason": "no", "PhysicalResourceId": "not-created"})
    assert aws.deploy("S", stack(events, failed)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert kinds(events) == [("Create", None), ("Delete", "not-created")]


def test_a_deletion_that_fails(aws: LocalAws, events: Path) -> None:
    """A failed deletion leaves the stack."""
    failed = custom(Delete={"Status": "FAILED", "Reason": "not empty"})
    aws.deploy("S", stack(events, failed))
    outcome = aws.destroy("S")
    assert outcome.status == "DELETE_FAILED"
    assert "Message returned: not empty (RequestId: " in outcome.failures["C"]
    assert kinds(events) == [("Create", None), ("Delete", "made")]


def test_a_rollback_deletes_what_was_created(aws: LocalAws, events: Path) -> None:
    """A created custom resource is deleted when another resource fails."""
    assert aws.deploy("S", stack(events, custom(), Bad=failing(aws))).status == "ROLLBACK_COMPLETE"
    assert kinds(events) == [("Create", None), ("Delete", "made")]


def test_a_rollback_updates_back(aws: LocalAws, events: Path) -> None:
    """A failed update is followed by an update back, with the old and new properties changed over."""
    aws.deploy("S", stack(events, custom(Version="1")))
    assert aws.deploy("S", stack(events, custom(Version="2"), Bad=failing(aws))).status == "UPDATE_ROLLBACK_COMPLETE"
    assert kinds(events) == [("Create", None), ("Update", "made"), ("Update", "made")]
    back = events_of(events)[-1]
    assert (back["OldResourceProperties"]["Version"], back["ResourceProperties"]["Version"]) == ("2", "1")


def test_a_rollback_deletes_a_replacement(aws: LocalAws, events: Path) -> None:
    """After a failed replacement the new resource is deleted and the old one is left alone."""
    aws.deploy("S", stack(events, custom(Create={"PhysicalResourceId": "one"})))
    changed = custom(Update={"PhysicalResourceId": "two"})
    assert aws.deploy("S", stack(events, changed, Bad=failing(aws))).status == "UPDATE_ROLLBACK_COMPLETE"
    assert kinds(events) == [("Create", None), ("Update", "one"), ("Delete", "two")]
    aws.destroy("S")
    assert kinds(events)[-1] == ("Delete", "one")


def test_an_update_that_fails(aws: LocalAws, events: Path) -> None:
    """An update that failed is sent back to the old properties."""
    aws.deploy("S", stack(events, custom(Version="1")))
    outcome = aws.deploy("S", stack(events, custom(Version="2", Update={"Status": "FAILED", "Reason": "no"})))
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert kinds(events) == [("Create", None), ("Update", "made"), ("Update", "made")]
    assert events_of(events)[-1]["ResourceProperties"]["Version"] == "1"


def test_a_replacement_that_fails(aws: LocalAws, events: Path) -> None:
    """A failed update that names another id: that id is deleted, the old one is not updated back (aws-cdk #17040)."""
    aws.deploy("S", stack(events, custom()))
    failed = custom(Update={"Status": "FAILED", "Reason": "no", "PhysicalResourceId": "half-made"})
    assert aws.deploy("S", stack(events, failed)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert kinds(events) == [("Create", None), ("Update", "made"), ("Delete", "half-made")]
    aws.destroy("S")
    assert kinds(events)[-1] == ("Delete", "made")


def test_a_handler_that_never_answers(aws: LocalAws, events: Path) -> None:
    """ServiceTimeout ends the wait, however long the function may run; CloudFormation deletes an id that it makes up."""
    started = time.monotonic()
    outcome = aws.deploy("S", stack(events, custom(timeout=1, Create="silence")))
    assert (outcome.status, time.monotonic() - started < 10) == ("ROLLBACK_COMPLETE", True)
    assert outcome.failures["C"].startswith("CloudFormation did not receive a response from your Custom Resource.")
    (_, nothing), (kind, made_up) = kinds(events)
    assert (nothing, kind) == (None, "Delete")
    assert str(made_up).startswith("S-C-")


def test_a_handler_that_crashes_is_tried_again(aws: LocalAws, events: Path) -> None:
    """Lambda repeats an asynchronous call twice, with the same event."""
    outcome = aws.deploy("S", stack(events, custom(timeout=6, Create="crash")))
    assert outcome.status == "ROLLBACK_COMPLETE"
    creates = [event["RequestId"] for event in events_of(events) if event["RequestType"] == "Create"]
    assert (len(creates), len(set(creates))) == (3, 1)


def test_how_often_is_up_to_the_function(aws: LocalAws, events: Path) -> None:
    """AWS::Lambda::EventInvokeConfig sets how often Lambda repeats a call."""
    name = {"Ref": "Function"}
    once = {"FunctionName": name, "Qualifier": "$LATEST", "MaximumRetryAttempts": 0}
    retries = {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": once}
    crashing = custom(timeout=2, Create="crash") | {"DependsOn": "Retries"}
    assert aws.deploy("S", stack(events, crashing, Retries=retries)).status == "ROLLBACK_COMPLETE"
    assert [kind for kind, _ in kinds(events)] == ["Create", "Delete"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param({"PhysicalResourceId": ""}, "Invalid PhysicalResourceId", id="empty-id"),
        pytest.param({"PhysicalResourceId": None}, "Invalid PhysicalResourceId", id="no-id"),
        pytest.param({"PhysicalResourceId": "x" * 1025}, "Invalid PhysicalResourceId", id="id-too-long"),
        pytest.param({"Status": "DONE"}, "Invalid Response object: Value of property Status is not valid", id="status"),
        pytest.param({"RequestId": "x"}, "Invalid Response object: Value of property RequestId is not valid", id="request"),
        pytest.param({"Data": [1]}, "Invalid Response object: Value of property Data is not valid", id="data"),
        pytest.param({"Data": {"a": "x" * 4096}}, "Response object is too long.", id="too-long"),
    ],
)
def test_an_answer_that_is_refused(aws: LocalAws, events: Path, answer: dict[str, Any], reason: str) -> None:
    """An answer that CloudFormation refuses fails the creation with its reason."""
    outcome = aws.deploy("S", stack(events, custom(Create=answer)))
    assert (outcome.status, outcome.failures["C"]) == ("ROLLBACK_COMPLETE", reason)


def test_a_service_token_of_nothing(aws: LocalAws) -> None:
    """A service token that is no function fails the deployment."""
    token = "arn:aws:lambda:ap-northeast-1:123456789012:function:gone"
    lost = {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"ServiceToken": token}}
    outcome = aws.deploy("S", template(C=lost))
    assert outcome.failures == {"C": f"Invalid service token: there is no Lambda function {token}"}


def test_the_function_runs_with_its_role(aws: LocalAws) -> None:
    """A function runs in the account and region of the stack, with boto3 at hand."""
    code = "import boto3\ndef handle(event, context):\n"
    code += "    return [boto3.client('sts').get_caller_identity()['Arn'], boto3.client('s3').meta.region_name]\n"
    arn, region = invoked(aws, code, region="eu-west-1")
    assert arn.startswith("arn:aws:sts::123456789012:assumed-role/Invoked-Role-")
    assert region == "eu-west-1"
