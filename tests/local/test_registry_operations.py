"""What the registry adds to AWS::Route53::RecordSet: import, drift, read and a description of the type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.templates import SPF, ZONE, change, dkim_records, group, identity, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

NAME = f"{ZONE}."
GOOGLE = '"v=spf1 include:_spf.google.com ~all"'
RECORD_SET = "AWS::Route53::RecordSet"
RETAIN = {"DeletionPolicy": "Retain"}
Identifiers = dict[str, dict[str, str]]


def of(zone: str, name: str = ZONE, rtype: str = "TXT") -> dict[str, str]:
    """The identifier of a record set without a set identifier."""
    return {"Name": name, "HostedZoneId": zone, "Type": rtype}


def import_set(aws: LocalAws, body: dict[str, Any], identifiers: Identifiers, stack: str = "S") -> dict[str, Any]:
    """Make an IMPORT change set of the stack S and describe it."""
    cloudformation = aws.client("cloudformation")
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName="c",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(body),
        ResourcesToImport=[
            {"ResourceType": body["Resources"][name]["Type"], "LogicalResourceId": name, "ResourceIdentifier": identifier}
            for name, identifier in identifiers.items()
        ],
    )
    return dict(cloudformation.describe_change_set(StackName=stack, ChangeSetName="c"))


def execute(aws: LocalAws) -> None:
    """Execute that change set, which ends well."""
    aws.client("cloudformation").execute_change_set(StackName="S", ChangeSetName="c")
    aws.client("cloudformation").get_waiter("stack_import_complete").wait(
        StackName="S", WaiterConfig={"Delay": 0, "MaxAttempts": 500}
    )


# --- import ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("world", "identifiers"),
    [
        pytest.param("registry", {RECORD_SET: ["Name,HostedZoneId,Type,SetIdentifier"]}, id="registry"),
        pytest.param("classic", {}, id="classic"),
    ],
)
def test_what_identifies_a_record_set(aws: LocalAws, world: str, identifiers: dict[str, list[str]]) -> None:
    """GetTemplateSummary tells it as the CDK CLI reads it: the parts of one identifier with commas between them."""
    aws.play(record_sets=world)
    body = template(R=record("Z", NAME, SPF), G=group("Z", member(NAME, SPF)))
    summary = aws.client("cloudformation").get_template_summary(TemplateBody=json.dumps(body))
    told = summary["ResourceIdentifierSummaries"]
    assert {one["ResourceType"]: one["ResourceIdentifiers"] for one in told} == identifiers


def test_identity_and_records_in_one_change_set(aws: LocalAws) -> None:
    """The names of the DKIM records are `Fn::GetAtt` of the identity that is imported with them."""
    zone = make_zone(aws)
    tokens = aws.client("sesv2").create_email_identity(EmailIdentity=ZONE)["DkimAttributes"]["Tokens"]
    cnames = [member(f"{token}._domainkey.{ZONE}", f"{token}.dkim.amazonses.com", rtype="CNAME") for token in tokens]
    change(aws, zone, *(("CREATE", one) for one in [*cnames, member(NAME, SPF)]))
    before = aws.records()
    body = template(I=identity(), Spf=record(zone, NAME, SPF), **dkim_records(zone, "I"))
    for resource in body["Resources"].values():
        resource["DeletionPolicy"] = "Delete"
    dkim = {f"Dkim{number}": of(zone, cname["Name"], "CNAME") for number, cname in enumerate(cnames, 1)}
    described = import_set(aws, body, {"I": {"EmailIdentity": ZONE}, "Spf": of(zone), **dkim})
    assert described["Status"] == "CREATE_COMPLETE", described.get("StatusReason")
    changes = {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"] for one in described["Changes"]}
    assert {name: (one["Action"], one["PhysicalResourceId"]) for name, one in changes.items()} == {
        "I": ("Import", ZONE),
        "Spf": ("Import", ZONE),
        **{f"Dkim{number}": ("Import", cname["Name"]) for number, cname in enumerate(cnames, 1)},
    }
    execute(aws)
    assert aws.records() == before
    body["Resources"]["Spf"]["Properties"]["ResourceRecords"] = [GOOGLE]
    assert aws.deploy("S", body).status == "UPDATE_COMPLETE"
    assert aws.records() == before | {(NAME, "TXT"): (600, [GOOGLE])}
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_the_spelling_of_an_identifier_does_not_count(aws: LocalAws) -> None:
    """The name may have other letters and a final dot, in the template and in the identifier."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(NAME, SPF)))
    assert import_set(aws, template(R=record(zone, NAME, SPF, **RETAIN)), {"R": of(zone, "BlackSheep.link.")})["Changes"]
    execute(aws)


def test_one_of_two_with_set_identifiers(aws: LocalAws) -> None:
    """The set identifier chooses between record sets of one name."""
    zone = make_zone(aws)
    one = record(zone, NAME, SPF, **RETAIN)
    one["Properties"] |= {"SetIdentifier": "a", "Weight": 1}
    aws.deploy("T", template(R=one))
    aws.destroy("T")
    missing = import_set(aws, template(R=one), {"R": of(zone)})
    assert missing["StatusReason"] == f"Resource of type '{RECORD_SET}' with identifier '{ZONE}|{zone}|TXT' was not found."
    aws.client("cloudformation").delete_change_set(StackName="S", ChangeSetName="c")
    assert import_set(aws, template(R=one), {"R": of(zone) | {"SetIdentifier": "a"}})["Status"] == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", [ZONE, NAME])
def test_what_a_stack_has_is_not_imported(aws: LocalAws, name: str) -> None:
    """The change set fails, with the stack that has it."""
    zone = make_zone(aws)
    by_name = {"Type": RECORD_SET, "Properties": {"HostedZoneName": NAME, **member(NAME, SPF)}}
    aws.deploy("T", template(R=by_name))
    described = import_set(aws, template(R=record(zone, name, SPF, **RETAIN)), {"R": of(zone, name)})
    assert described["Status"] == "FAILED"
    assert f"{name}|{zone}|TXT already exists in stack arn:aws:cloudformation:" in described["StatusReason"]


def test_what_does_not_exist_is_not_imported(aws: LocalAws) -> None:
    """A record set that is not there, and a zone that is not."""
    zone = make_zone(aws)
    for stack, hosted in (("S", zone), ("T", "Z0000000000000")):
        described = import_set(aws, template(R=record(hosted, NAME, SPF, **RETAIN)), {"R": of(hosted)}, stack)
        sentence = f"Resource of type '{RECORD_SET}' with identifier '{ZONE}|{hosted}|TXT' was not found."
        assert (described["Status"], described["StatusReason"]) == ("FAILED", sentence)


@pytest.mark.parametrize(
    ("world", "wanted", "kind"),
    [
        pytest.param("classic", record("Z", NAME, SPF, **RETAIN), RECORD_SET, id="classic"),
        pytest.param("classic", group("Z", member(NAME, SPF)) | RETAIN, f"{RECORD_SET}Group", id="classic-group"),
        pytest.param("registry", group("Z", member(NAME, SPF)) | RETAIN, f"{RECORD_SET}Group", id="registry-group"),
    ],
)
def test_what_cannot_be_imported(aws: LocalAws, world: str, wanted: dict[str, Any], kind: str) -> None:
    """The classic type, and groups in both worlds."""
    aws.play(record_sets=world)
    with pytest.raises(ClientError) as refusal:
        import_set(aws, template(R=wanted), {"R": {"Name": NAME}})
    assert refusal.value.response["Error"]["Message"] == f"ResourceTypes [{kind}] are not supported for Import"


# --- drift -----------------------------------------------------------------------------------------------------------


def drifts(aws: LocalAws) -> dict[str, tuple[str, list[tuple[str, str, str, str]]]]:
    """DetectStackDrift: logical id -> (status, differences)."""
    cloudformation = aws.client("cloudformation")
    detection = cloudformation.detect_stack_drift(StackName="S")["StackDriftDetectionId"]
    done = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    told = cloudformation.describe_stack_resource_drifts(StackName="S")["StackResourceDrifts"]
    answer = {
        drift["LogicalResourceId"]: (
            drift["StackResourceDriftStatus"],
            [
                (one["DifferenceType"], one["PropertyPath"], one["ExpectedValue"], one["ActualValue"])
                for one in drift.get("PropertyDifferences", [])
            ],
        )
        for drift in told
    }
    drifted = sum(status != "IN_SYNC" for status, _ in answer.values())
    assert done["DetectionStatus"] == "DETECTION_COMPLETE"
    assert (done["StackDriftStatus"], done["DriftedStackResourceCount"]) == ("DRIFTED" if drifted else "IN_SYNC", drifted)
    return answer


@pytest.mark.parametrize(
    ("by_hand", "status", "differences"),
    [
        pytest.param(("UPSERT", member(NAME, SPF)), "IN_SYNC", [], id="untouched"),
        pytest.param(
            ("UPSERT", member(NAME, GOOGLE)),
            "MODIFIED",
            [("NOT_EQUAL", "/ResourceRecords/0", SPF, GOOGLE)],
            id="value",
        ),
        pytest.param(
            ("UPSERT", member(NAME, SPF, '"more"')),
            "MODIFIED",
            [("ADD", "/ResourceRecords/1", "null", '"more"')],
            id="one-value-more",
        ),
        pytest.param(("UPSERT", member(NAME, SPF, ttl=60)), "MODIFIED", [("NOT_EQUAL", "/TTL", "600", "60")], id="ttl"),
        pytest.param(("DELETE", member(NAME, SPF)), "DELETED", [], id="deleted"),
    ],
)
def test_what_was_done_by_hand_is_drift(
    aws: LocalAws, by_hand: tuple[str, dict[str, Any]], status: str, differences: list[tuple[str, str, str, str]]
) -> None:
    """The record that was touched has drifted, the other one is in sync."""
    zone = make_zone(aws)
    aws.deploy("S", template(R=record(zone, NAME, SPF), Other=record(zone, f"a.{ZONE}", '"x"')))
    change(aws, zone, by_hand)
    assert drifts(aws) == {"R": (status, differences), "Other": ("IN_SYNC", [])}
    drift = aws.client("cloudformation").detect_stack_resource_drift(StackName="S", LogicalResourceId="R")
    assert drift["StackResourceDrift"]["StackResourceDriftStatus"] == status


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({"Comment": "not read back"}, id="comment"),
        pytest.param({"Name": "BlackSheep.Link."}, id="spelling-of-the-name"),
        pytest.param({"TTL": 600}, id="ttl-as-a-number"),
    ],
)
def test_what_is_no_drift(aws: LocalAws, properties: dict[str, object]) -> None:
    """Properties that are writeOnly, and what the schema's propertyTransform makes equal."""
    wanted = record(make_zone(aws), ZONE, SPF)
    wanted["Properties"] |= properties
    aws.deploy("S", template(R=wanted))
    assert drifts(aws) == {"R": ("IN_SYNC", [])}


@pytest.mark.parametrize(("by_hand", "status"), [(SPF, "IN_SYNC"), (GOOGLE, "MODIFIED")])
def test_drift_in_a_zone_that_is_named(aws: LocalAws, by_hand: str, status: str) -> None:
    """HostedZoneName is writeOnly too."""
    zone = make_zone(aws)
    aws.deploy("S", template(R={"Type": RECORD_SET, "Properties": {"HostedZoneName": NAME, **member(NAME, SPF)}}))
    change(aws, zone, ("UPSERT", member(NAME, by_hand)))
    ((found, _),) = drifts(aws).values()
    assert found == status


def test_drift_of_an_alias(aws: LocalAws) -> None:
    """The final dot of its target is added by the propertyTransform."""
    zone = make_zone(aws)
    target = {"DNSName": f"Target.{ZONE}", "HostedZoneId": zone}
    alias = {"Name": NAME, "Type": "A", "HostedZoneId": zone, "AliasTarget": target | {"EvaluateTargetHealth": False}}
    aws.deploy("S", template(R={"Type": RECORD_SET, "Properties": alias}))
    assert drifts(aws) == {"R": ("IN_SYNC", [])}


def test_drift_right_after_an_import(aws: LocalAws) -> None:
    """What an import did not compare: the template has another value than what stands."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(NAME, GOOGLE)))
    import_set(aws, template(R=record(zone, NAME, SPF, **RETAIN)), {"R": of(zone)})
    execute(aws)
    assert drifts(aws) == {"R": ("MODIFIED", [("NOT_EQUAL", "/ResourceRecords/0", SPF, GOOGLE)])}


def test_no_drift_in_the_classic_world_and_of_groups(aws: LocalAws) -> None:
    """The classic type and groups are not checked: nothing is told of them."""
    zone = make_zone(aws)
    aws.deploy("S", template(G=group(zone, member(f"a.{ZONE}", SPF))))
    assert drifts(aws) == {}
    aws.play(record_sets="classic")
    aws.deploy("S", template(G=group(zone, member(f"a.{ZONE}", SPF)), R=record(zone, NAME, SPF)))
    change(aws, zone, ("UPSERT", member(NAME, GOOGLE)))
    assert drifts(aws) == {}
    with pytest.raises(ClientError, match="not supported for resource type"):
        aws.client("cloudformation").detect_stack_resource_drift(StackName="S", LogicalResourceId="R")


# --- read ------------------------------------------------------------------------------------------------------------


def read(aws: LocalAws, identifier: str) -> tuple[str, dict[str, object]]:
    """GetResource of Cloud Control: identifier and properties."""
    answer = aws.client("cloudcontrol").get_resource(TypeName=RECORD_SET, Identifier=identifier)["ResourceDescription"]
    return answer["Identifier"], json.loads(answer["Properties"])


def test_read(aws: LocalAws) -> None:
    """Cloud Control answers what stands, named by text or by JSON."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(f"*.{ZONE}", SPF)))
    live = {"Name": f"*.{ZONE}", "HostedZoneId": zone, "Type": "TXT", "TTL": "600", "ResourceRecords": [SPF]}
    text = f"*.{ZONE}|{zone}|TXT"
    for identifier in (text, f"{text}|", json.dumps(of(zone, f"*.{ZONE}."))):
        assert read(aws, identifier) == (text, live)


@pytest.mark.parametrize(
    ("world", "identifier", "code"),
    [
        pytest.param("registry", f"{ZONE}|Z|TXT", "ResourceNotFoundException", id="not-there"),
        pytest.param("registry", ZONE, "ResourceNotFoundException", id="half-an-identifier"),
        pytest.param("classic", f"{ZONE}|Z|TXT", "UnsupportedActionException", id="classic"),
    ],
)
def test_what_cannot_be_read(aws: LocalAws, world: str, identifier: str, code: str) -> None:
    """What does not exist, and the classic type."""
    aws.play(record_sets=world)
    with pytest.raises(ClientError) as refusal:
        read(aws, identifier)
    assert refusal.value.response["Error"]["Code"] == code


# --- DescribeType ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("world", "kind", "provisioning"),
    [
        pytest.param("registry", RECORD_SET, "FULLY_MUTABLE", id="registry"),
        pytest.param("classic", RECORD_SET, "NON_PROVISIONABLE", id="classic"),
        pytest.param("registry", f"{RECORD_SET}Group", "NON_PROVISIONABLE", id="group"),
    ],
)
def test_how_a_type_is_provisioned(aws: LocalAws, world: str, kind: str, provisioning: str) -> None:
    """DescribeType tells the worlds apart without a deploy."""
    aws.play(record_sets=world)
    told = aws.client("cloudformation").describe_type(Type="RESOURCE", TypeName=kind)
    assert (told["TypeName"], told["ProvisioningType"]) == (kind, provisioning)


def test_a_type_that_is_not_described(aws: LocalAws) -> None:
    """Other types are not described here."""
    with pytest.raises(ClientError) as refusal:
        aws.client("cloudformation").describe_type(Type="RESOURCE", TypeName="AWS::S3::Bucket")
    assert refusal.value.response["Error"]["Code"] == "TypeNotFoundException"


def test_a_secret_that_stands_has_not_drifted(aws: LocalAws) -> None:
    """Its physical id is its ARN, by which it is found."""
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Description": "ours"}}
    assert aws.deploy("S", template(Secret=secret)).failures == {}
    assert drifts(aws) == {"Secret": ("IN_SYNC", [])}
