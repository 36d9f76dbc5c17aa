"""Change sets, the way in which the CDK CLI deploys and shows differences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import SPF, ZONE, dkim_records, group, identity, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws


def change_set(aws: LocalAws, kind: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Make a change set of the stack S and describe it."""
    cloudformation = aws.client("cloudformation")
    names = {"StackName": "S", "ChangeSetName": "c"}
    cloudformation.create_change_set(**names, ChangeSetType=kind, TemplateBody=json.dumps(body), **options)
    cloudformation.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 0, "MaxAttempts": 50})
    return dict(cloudformation.describe_change_set(**names))


def test_deploy_by_change_set(aws: LocalAws) -> None:
    """The identity gets the tags of the stack, the records are made."""
    zone = make_zone(aws)
    body = template(Identity=identity(), **dkim_records(zone))
    change_set(aws, "CREATE", body, Tags=[{"Key": "stage", "Value": "prod"}])
    aws.client("cloudformation").execute_change_set(StackName="S", ChangeSetName="c")
    aws.client("cloudformation").get_waiter("stack_create_complete").wait(
        StackName="S", WaiterConfig={"Delay": 0, "MaxAttempts": 500}
    )
    answer = aws.client("sesv2").get_email_identity(EmailIdentity=ZONE)
    assert (answer["VerifiedForSendingStatus"], answer["Tags"]) == (True, [{"Key": "stage", "Value": "prod"}])


NEVER, ALWAYS, PERHAPS = "False", "True", "Conditional"


@pytest.mark.parametrize(
    ("logical_id", "key", "value", "classic", "in_place", "replace"),
    [
        pytest.param("R", "ResourceRecords", ['"new"'], NEVER, NEVER, NEVER, id="record-value"),
        pytest.param("R", "TTL", "60", NEVER, NEVER, NEVER, id="record-ttl"),
        pytest.param("R", "Comment", "new", NEVER, NEVER, NEVER, id="record-comment"),
        pytest.param("R", "Name", ZONE, ALWAYS, NEVER, PERHAPS, id="record-name-less-a-dot"),
        pytest.param("R", "Name", f"a.{ZONE}.", ALWAYS, NEVER, PERHAPS, id="record-name"),
        pytest.param("R", "Type", "CAA", NEVER, NEVER, PERHAPS, id="record-type"),
        pytest.param("R", "HostedZoneName", f"{ZONE}.", ALWAYS, ALWAYS, ALWAYS, id="record-zone"),
        pytest.param("G", "RecordSets", [member(f"a.{ZONE}", '"new"')], NEVER, NEVER, NEVER, id="group-members"),
        pytest.param("I", "EmailIdentity", "example.com", ALWAYS, ALWAYS, ALWAYS, id="identity-name"),
        pytest.param("I", "MailFromAttributes", {"MailFromDomain": f"b.{ZONE}"}, NEVER, NEVER, NEVER, id="identity-mail-from"),
    ],
)
def test_what_is_a_replacement(
    aws: LocalAws, every_world: str, logical_id: str, key: str, value: object, classic: str, in_place: str, replace: str
) -> None:
    """A change set says which change is a replacement, as `cdk diff` shows it.

    In the classic world it does not tell of another type of a record, which is one all the same.
    """
    zone = make_zone(aws)
    body = template(R=record(zone, f"{ZONE}.", SPF), G=group(zone, member(f"a.{ZONE}", SPF)), I=identity())
    aws.deploy("S", body)
    body["Resources"][logical_id]["Properties"][key] = value
    changes = [entry["ResourceChange"] for entry in change_set(aws, "UPDATE", body)["Changes"]]
    replacement = {"classic": classic, "in-place": in_place, "replace": replace}[every_world]
    assert [(c["LogicalResourceId"], c["Action"], c["Replacement"]) for c in changes] == [(logical_id, "Modify", replacement)]


def test_an_identity_that_exists_can_be_imported(aws: LocalAws) -> None:
    """An imported identity keeps its tokens and belongs to the stack; a missing one fails the change set."""
    ses = aws.client("sesv2")
    tokens = ses.create_email_identity(EmailIdentity=ZONE)["DkimAttributes"]["Tokens"]
    body = template(I=identity(policies={"DeletionPolicy": "Retain"}))
    aws_template = json.dumps(body)
    summary = aws.client("cloudformation").get_template_summary(TemplateBody=aws_template)["ResourceIdentifierSummaries"]
    assert summary == [
        {"ResourceType": "AWS::SES::EmailIdentity", "LogicalResourceIds": ["I"], "ResourceIdentifiers": ["EmailIdentity"]}
    ]

    def imported(name: str) -> dict[str, Any]:
        body["Resources"]["I"]["Properties"]["EmailIdentity"] = name
        wanted = {"ResourceType": "AWS::SES::EmailIdentity", "LogicalResourceId": "I"}
        identifier = {"ResourceIdentifier": {"EmailIdentity": name}}
        aws.client("cloudformation").create_change_set(
            StackName="S",
            ChangeSetName=name.partition(".")[0],
            ChangeSetType="IMPORT",
            TemplateBody=json.dumps(body),
            ResourcesToImport=[wanted | identifier],
        )
        return dict(aws.client("cloudformation").describe_change_set(StackName="S", ChangeSetName=name.partition(".")[0]))

    failed = imported("gone.example")
    assert failed["StatusReason"] == "Resource of type 'AWS::SES::EmailIdentity' with identifier 'gone.example' was not found."
    assert imported(ZONE)["Status"] == "CREATE_COMPLETE"
    aws.client("cloudformation").execute_change_set(StackName="S", ChangeSetName=ZONE.partition(".")[0])
    aws.client("cloudformation").get_waiter("stack_import_complete").wait(
        StackName="S", WaiterConfig={"Delay": 0, "MaxAttempts": 500}
    )
    zone = make_zone(aws)
    body["Resources"] |= dkim_records(zone, "I")
    assert aws.deploy("S", body).status == "UPDATE_COMPLETE"
    answer = ses.get_email_identity(EmailIdentity=ZONE)
    assert (answer["DkimAttributes"]["Tokens"], answer["VerifiedForSendingStatus"]) == (tokens, True)
