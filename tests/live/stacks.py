"""Stacks of a run: synthesized in this process, their assets in a bucket of the run's own; no bootstrap, no command line."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.live.account import records
from tests.live.run import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.live.run import Run

Template = dict[str, Any]
RESOLVER = "SES_EMAIL_AUTH_RESOLVER"
MAX_TEMPLATE = 51_200  # bytes of a TemplateBody
STACK_SECONDS = 20 * 60
_KEY = "AWS::KMS::Key"


@dataclass(slots=True)
class Deployment:
    """How CloudFormation ended."""

    status: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    """Logical id to the reason of its first failure."""

    missing: bool = False
    """Whether what was watched was absent at least once."""

    @property
    def is_complete(self) -> bool:
        """Whether it did what it was asked to."""
        return self.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "IMPORT_COMPLETE"}

    @property
    def reason(self) -> str:
        """The first sentence of AWS about a failure that is not another's consequence."""
        own = [text for text in self.failures.values() if "cancelled" not in text.lower()]
        return (own or [""])[0]


def zone_record(name: str, rtype: str, *values: str, zone_id: str, **policies: str) -> dict[str, Any]:
    """An AWS::Route53::RecordSet of a template."""
    properties = {"HostedZoneId": zone_id, "Name": f"{name}.", "Type": rtype, "TTL": "300", "ResourceRecords": list(values)}
    return {"Type": "AWS::Route53::RecordSet", "Properties": properties, **policies}


def put_record(run: Run, name: str, rtype: str, *values: str) -> None:
    """Make a record by hand, as others would have."""
    record = {"Name": name, "Type": rtype, "TTL": 300, "ResourceRecords": [{"Value": value} for value in values]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    run.client("route53").change_resource_record_sets(HostedZoneId=run.options.zone_id, ChangeBatch=batch)


def standing(run: Run, below: str) -> dict[str, list[str]]:
    """What stands at and below a name: `name TYPE` to the values."""
    return {
        f"{record['Name']} {record['Type']}": [item["Value"] for item in record.get("ResourceRecords", [])]
        for record in records(run)
        if record["Name"] == below or record["Name"].endswith(f".{below}")
    }


# --- templates with the CDK ------------------------------------------------------------------------------------------


def synth(
    run: Run,
    label: str,
    fill: Any,
    place: str = "",
    tags: Mapping[str, str] | None = None,
    context: Mapping[str, bool] | None = None,
) -> Template:
    """The template of a stack that `fill` (of stack and zone) fills; its assets are uploaded."""
    from aws_cdk import App, DefaultStackSynthesizer, Environment, Stack, Tags  # noqa: PLC0415 - a second for the page
    from aws_cdk.aws_route53 import PublicHostedZone  # noqa: PLC0415 - as above

    place = place or run.home
    who, _, region = place.partition("/")
    bucket = run.stack(f"{who}-{region}")
    app = App(analytics_reporting=False, context=dict(context or {}))
    for key, value in (tags or {}).items():
        Tags.of(app).add(key, value)
    stack = Stack(
        app,
        run.stack(label),
        env=Environment(region=region, account=run.account(place) if who != HOME else run.options.account),
        synthesizer=DefaultStackSynthesizer(file_assets_bucket_name=bucket, generate_bootstrap_version_rule=False),
    )
    zone = PublicHostedZone.from_public_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id=run.options.zone_id, zone_name=run.options.domain
    )
    fill(stack, zone)
    assembly = app.synth()
    template = dict(assembly.get_stack_by_name(run.stack(label)).template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function" and run.options.resolver:
            resource["Properties"].setdefault("Environment", {}).setdefault("Variables", {})[RESOLVER] = run.options.resolver
    files = json.loads((Path(assembly.directory) / f"{run.stack(label)}.assets.json").read_text(encoding="utf-8"))["files"]
    for file in files.values():
        if file["source"]["packaging"] == "zip":
            for target in file["destinations"].values():
                _upload(run, place, bucket, target["objectKey"], _zipped(Path(assembly.directory) / file["source"]["path"]))
    return template


def _upload(run: Run, place: str, bucket: str, key: str, body: bytes) -> None:
    s3, region = run.client("s3", place), place.partition("/")[2]
    if f"bucket {place}" not in run.shared:
        run.journal.note("bucket", bucket, place)
        elsewhere = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **elsewhere)
        run.shared[f"bucket {place}"] = bucket
    s3.put_object(Bucket=bucket, Key=key, Body=body)


def _zipped(folder: Path) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*.py")):
            archive.write(path, path.relative_to(folder))
    return target.getvalue()


# --- CloudFormation --------------------------------------------------------------------------------------------------


def deploy(
    run: Run,
    label: str,
    template: Template,
    *,
    place: str = "",
    tags: Mapping[str, str] | None = None,
    watch: Callable[[], bool] | None = None,
) -> Deployment:
    """Create or update a stack and wait for its end, well or not; `watch` says whether something still stands."""
    place = place or run.home
    cloudformation = run.client("cloudformation", place)
    body = json.dumps(template, separators=(",", ":"))
    if len(body) > MAX_TEMPLATE:
        raise ValueError(f"the template {label} has {len(body)} bytes; CloudFormation takes {MAX_TEMPLATE} in a request")
    request: dict[str, Any] = {"StackName": run.stack(label), "TemplateBody": body, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    request["Tags"] = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    run.check_time()
    is_there = exists(run, label, place)
    before = {event["EventId"] for event in events(run, label, place)} if is_there else set()
    run.journal.note("stack", run.stack(label), place)
    try:
        (cloudformation.update_stack if is_there else cloudformation.create_stack)(**request)
    except ClientError as error:
        return Deployment("REFUSED", {"(the request)": error.response["Error"]["Message"]})
    outcome = settled(run, label, place, before, watch)
    if any(resource["Type"] == _KEY for resource in template["Resources"].values()):
        for key in physical_ids(run, run.stack(label), _KEY, place):
            run.journal.note("key", key, place)
    return outcome


def destroy(run: Run, *labels: str) -> dict[str, Deployment]:
    """Delete stacks at the same time and wait for their ends; labels without a stack are left out."""
    cloudformation = run.client("cloudformation")
    begun = []
    for label in [label for label in labels if exists(run, label)]:
        stack_id = cloudformation.describe_stacks(StackName=run.stack(label))["Stacks"][0]["StackId"]
        begun.append((label, stack_id, {event["EventId"] for event in events(run, label)}))
        cloudformation.delete_stack(StackName=run.stack(label))
    return {label: settled(run, label, run.home, before, None, stack_id) for label, stack_id, before in begun}


def settled(
    run: Run, label: str, place: str, before: set[str], watch: Callable[[], bool] | None = None, stack_id: str = ""
) -> Deployment:
    """Wait until a stack is at rest; the failures are those of events that are not in `before`."""
    outcome = Deployment()
    cloudformation = run.client("cloudformation", place)

    def probe() -> bool:
        if watch is not None:
            outcome.missing |= not watch()
        stack = cloudformation.describe_stacks(StackName=stack_id or run.stack(label))["Stacks"][0]
        outcome.status = stack["StackStatus"]
        return not outcome.status.endswith("_IN_PROGRESS")

    run.wait(probe, STACK_SECONDS)
    for event in reversed(events(run, stack_id or label, place)):
        if event["EventId"] not in before and event["ResourceStatus"].endswith("_FAILED"):
            outcome.failures.setdefault(event["LogicalResourceId"], event.get("ResourceStatusReason", ""))
    return outcome


def exists(run: Run, label: str, place: str = "") -> bool:
    """Whether there is a stack of that label."""
    try:
        stack = run.client("cloudformation", place or run.home).describe_stacks(StackName=run.stack(label))["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return bool(stack["StackStatus"] != "DELETE_COMPLETE")


def events(run: Run, label: str, place: str = "") -> list[dict[str, Any]]:
    """The events of a stack, the newest first."""
    name = label if label.startswith("arn:") else run.stack(label)
    pages = run.client("cloudformation", place or run.home).get_paginator("describe_stack_events").paginate(StackName=name)
    return [event for page in pages for event in page["StackEvents"]]


def import_into(run: Run, label: str, template: Template, identifiers: Mapping[str, dict[str, str]]) -> Deployment:
    """What `cdk import` does: a change set of the type IMPORT for a new stack; `identifiers` by logical id."""
    cloudformation = run.client("cloudformation")
    imported = [
        {"ResourceType": template["Resources"][logical_id]["Type"], "LogicalResourceId": logical_id, "ResourceIdentifier": keys}
        for logical_id, keys in identifiers.items()
    ]
    names = {"StackName": run.stack(label), "ChangeSetName": "import"}
    run.check_time()
    run.journal.note("stack", run.stack(label), run.home)
    try:
        cloudformation.create_change_set(
            **names, ChangeSetType="IMPORT", TemplateBody=json.dumps(template), ResourcesToImport=imported
        )
    except ClientError as error:
        return Deployment("REFUSED", {"(the request)": error.response["Error"]["Message"]})
    made = run.wait(lambda: _change_set(cloudformation, names), STACK_SECONDS)
    if made["Status"] != "CREATE_COMPLETE" or made.get("ExecutionStatus", "AVAILABLE") != "AVAILABLE":
        return Deployment("REFUSED", {"(the change set)": made.get("StatusReason", made["Status"])})
    before = {event["EventId"] for event in events(run, label)}
    cloudformation.execute_change_set(**names)
    return settled(run, label, run.home, before)


def _change_set(cloudformation: Any, names: dict[str, str]) -> dict[str, Any] | None:
    answer = dict(cloudformation.describe_change_set(**names))
    return None if answer["Status"] in {"CREATE_PENDING", "CREATE_IN_PROGRESS"} else answer


def outputs(run: Run, label: str, place: str = "") -> dict[str, str]:
    """The outputs of a stack."""
    stack = run.client("cloudformation", place or run.home).describe_stacks(StackName=run.stack(label))["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def physical_ids(run: Run, stack: str, resource_type: str, place: str) -> list[str]:
    """The physical ids of the resources of a type; none if there is no such stack."""
    pages = run.client("cloudformation", place).get_paginator("list_stack_resources").paginate(StackName=stack)
    try:
        listed = [resource for page in pages for resource in page["StackResourceSummaries"]]
    except ClientError:
        return []
    return [r["PhysicalResourceId"] for r in listed if r["ResourceType"] == resource_type and r.get("PhysicalResourceId")]
