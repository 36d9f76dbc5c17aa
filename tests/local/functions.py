"""Lambda functions for these tests, as parts of a template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.local_aws import LocalAws

# Writes each event to the file EVENTS, and answers what the property `Create`, `Update` or `Delete` says.
RECORDER = """
import json, os, urllib.request
def handle(event, context):
    with open(os.environ["EVENTS"], "a") as out:
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
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def invoked(aws: LocalAws, code: str, statements: Sequence[dict[str, Any]] = (), region: str = "ap-northeast-1") -> Any:
    """What `handle` returns when it runs with a role that may do this."""
    aws.deploy("Invoked", {"Resources": function(code, *statements)}, region)
    name = aws.client("cloudformation", region).describe_stack_resource(StackName="Invoked", LogicalResourceId="Function")
    answer = aws.client("lambda", region).invoke(FunctionName=name["StackResourceDetail"]["PhysicalResourceId"], Payload="{}")
    return json.loads(answer["Payload"].read())
