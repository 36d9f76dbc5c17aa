"""Parts of CloudFormation templates without the CDK, Lambda functions that record their events, and changes of a zone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.local_aws import LocalAws

ZONE = "blacksheep.link"
SPF = '"v=spf1 include:amazonses.com ~all"'

# Writes each event to the file EVENTS, and answers what the property `Create`, `Update` or `Delete` says.
RECORDER = """
import json, os, urllib.request
def handle(event, context):
    with open(os.environ["EVENTS"], "a", encoding="utf-8") as out:
        out.write(json.dumps(event) + "\\n")
    wanted = json.loads(event["ResourceProperties"].get(event["RequestType"], "{}"))
    if wanted == "crash":
        raise ValueError("crash")
    if wanted == "silence":
        return
    answer = {"Status": "SUCCESS", "PhysicalResourceId": event.get("PhysicalResourceId", "made")}
    answer |= {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")} | wanted
    body = json.dumps(answer).encode()
    put = urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")
    urllib.request.urlopen(put).close()
"""


def template(**resources: dict[str, Any]) -> dict[str, Any]:
    """A template with these resources by their logical ids."""
    return {"Resources": resources}


def record(
    zone_id: str | dict[str, str], name: str, *values: str, rtype: str = "TXT", ttl: int = 600, **policies: str
) -> dict[str, Any]:
    """An AWS::Route53::RecordSet; `policies` are DeletionPolicy and the like."""
    properties = {"HostedZoneId": zone_id, **member(name, *values, rtype=rtype, ttl=ttl)}
    return {"Type": "AWS::Route53::RecordSet", "Properties": properties, **policies}


def member(name: str, *values: str, rtype: str = "TXT", ttl: int = 600) -> dict[str, Any]:
    """A member of a group."""
    return {"Name": name, "Type": rtype, "TTL": str(ttl), "ResourceRecords": list(values)}


def group(zone_id: str, *members: dict[str, Any]) -> dict[str, Any]:
    """An AWS::Route53::RecordSetGroup."""
    return {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"HostedZoneId": zone_id, "RecordSets": list(members)}}


def identity(name: str = ZONE, *, policies: dict[str, str] | None = None, **properties: Any) -> dict[str, Any]:
    """An AWS::SES::EmailIdentity."""
    return {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": name, **properties}, **(policies or {})}


def dkim_records(zone_id: str, logical_id: str = "Identity") -> dict[str, Any]:
    """The three CNAMEs of an identity of the same template."""
    return {
        f"Dkim{i}": {
            "Type": "AWS::Route53::RecordSet",
            "Properties": {
                "HostedZoneId": zone_id,
                "Name": {"Fn::GetAtt": [logical_id, f"DkimDNSTokenName{i}"]},
                "Type": "CNAME",
                "TTL": "600",
                "ResourceRecords": [{"Fn::GetAtt": [logical_id, f"DkimDNSTokenValue{i}"]}],
            },
        }
        for i in (1, 2, 3)
    }


def make_zone(aws: LocalAws, name: str = ZONE, account: str = "123456789012") -> str:
    """Create a public hosted zone; returns its id."""
    answer = aws.client("route53", account=account).create_hosted_zone(Name=name, CallerReference=name)
    return str(answer["HostedZone"]["Id"].removeprefix("/hostedzone/"))


def change(aws: LocalAws, zone_id: str, *changes: tuple[str, dict[str, Any]], account: str = "123456789012") -> None:
    """ChangeResourceRecordSets: actions with members."""
    batch = [
        {
            "Action": action,
            "ResourceRecordSet": {
                **wanted,
                "TTL": int(wanted["TTL"]),
                "ResourceRecords": [{"Value": value} for value in wanted["ResourceRecords"]],
            },
        }
        for action, wanted in changes
    ]
    aws.client("route53", account=account).change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": batch})


# --- Lambda functions and custom resources ---------------------------------------------------------------------------


def role(*statements: dict[str, Any], trust: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """An AWS::IAM::Role that Lambda takes, or `trust` (a principal and conditions)."""
    trusted = {"Principal": {"Service": "lambda.amazonaws.com"}} if trust is None else trust
    policy = {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}
    assume = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **trusted}]}
    own = {"AssumeRolePolicyDocument": assume, "Policies": [policy] if statements else []}
    return {"Type": "AWS::IAM::Role", "Properties": own | properties}


def function(code: str, *statements: dict[str, Any], events: Path | None = None, timeout: int = 30) -> dict[str, Any]:
    """A function `Function` with `index.handle`, and its `Role` that may do what the statements say."""
    properties = {
        "Runtime": "python3.13",
        "Handler": "index.handle",
        "Timeout": timeout,
        "Code": {"ZipFile": code},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Environment": {"Variables": {"EVENTS": str(events)}},
    }
    return {"Role": role(*statements), "Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}


def custom(timeout: int = 20, **properties: Any) -> dict[str, Any]:
    """A custom resource of that function; what it shall answer is written as JSON."""
    answers = {name: json.dumps(value) for name, value in properties.items() if name in {"Create", "Update", "Delete"}}
    own = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "ServiceTimeout": timeout}
    return {"Type": "Custom::Recorded", "Properties": own | properties | answers}


def events_of(path: Path) -> list[dict[str, Any]]:
    """The events that the recorder has got."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def invoked(aws: LocalAws, code: str, statements: Sequence[dict[str, Any]] = (), region: str = "ap-northeast-1") -> Any:
    """What `handle` returns when it runs with a role that may do this."""
    aws.deploy("Invoked", {"Resources": function(code, *statements)}, region)
    name = aws.client("cloudformation", region).describe_stack_resource(StackName="Invoked", LogicalResourceId="Function")
    answer = aws.client("lambda", region).invoke(FunctionName=name["StackResourceDetail"]["PhysicalResourceId"], Payload="{}")
    return json.loads(answer["Payload"].read())
