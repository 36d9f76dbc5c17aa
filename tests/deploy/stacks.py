"""Stacks of our constructs for the local AWS: synthesized in this process, deployed through boto3, with their assets."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import App, BootstraplessSynthesizer, Environment, RemovalPolicy, Stack, assertions
from aws_cdk.aws_route53 import PublicHostedZone

from ses_email_auth import DomainPolicy, SesEmailAuth
from ses_email_auth.local import settings
from tests.local.templates import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

TOKYO = settings.REGION
RUA = f"dmarc-reports@{ZONE}"
_ZONE_ID = "Z0123456789EXAMPLE"  # stands in templates until the zone has been made, so that tests can share them

Template = dict[str, Any]
Built = tuple[Template, dict[tuple[str, str], bytes]]
"""A template, and its assets by bucket and key."""


def bare_app(**context: Any) -> App:
    """An app whose stacks need no bootstrap."""
    return App(analytics_reporting=False, default_stack_synthesizer=BootstraplessSynthesizer(), context=context)


def synth(fill: Callable[[Stack, IPublicHostedZone], object], region: str | None = TOKYO) -> Template:
    """The template of a stack that `fill` fills; the zone is blacksheep.link."""
    stack = Stack(bare_app(), "S", env=Environment(region=region))
    zone = PublicHostedZone.from_public_hosted_zone_attributes(stack, "Zone", hosted_zone_id=_ZONE_ID, zone_name=ZONE)
    fill(stack, zone)
    return dict(assertions.Template.from_stack(stack).to_json())


def email_auth(region: str | None = TOKYO, construct_id: str = "EmailAuth", **props: Any) -> Template:
    """The template of a stack with one SesEmailAuth for blacksheep.link; reports go to `RUA` unless `props` say otherwise."""
    if not {"dmarc", "dmarc_policy", "dmarc_rua"} & set(props):
        props["dmarc_rua"] = [RUA]
    return synth(lambda stack, zone: SesEmailAuth(stack, construct_id, hosted_zone=zone, **props), region)


@functools.cache
def policy_alone(construct_id: str = "EmailAuth", policy: RemovalPolicy | None = None) -> str:
    """The template of a stack with a DomainPolicy, as text."""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        DomainPolicy(stack, construct_id, hosted_zone=zone, dmarc_rua=[RUA], removal_policy=policy)

    return json.dumps(synth(fill))


@functools.cache
def plain() -> str:
    """The template of `email_auth()` as text: most tests begin with it."""
    return json.dumps(email_auth())


def in_zone(template: Template | str, zone_id: str) -> Template:
    """`template` with the id of the zone that exists."""
    text = template if isinstance(template, str) else json.dumps(template)
    return dict(json.loads(text.replace(_ZONE_ID, zone_id)))


def logical_ids(template: Template, construct_id: str = "EmailAuth") -> dict[str, str]:
    """Child id -> logical id: a logical id is the path without signs, then eight digits of a hash."""
    return {logical_id.removeprefix(construct_id)[:-8]: logical_id for logical_id in template["Resources"]}


def identity(aws: LocalAws, name: str = ZONE, region: str = TOKYO) -> dict[str, Any]:
    """GetEmailIdentity."""
    return dict(aws.client("sesv2", region).get_email_identity(EmailIdentity=name))


def change_set(
    aws: LocalAws, template: Template, kind: str = "UPDATE", stack: str = "S", **options: Any
) -> dict[str, tuple[str, str]]:
    """What a change set says before it is executed: logical id -> (action, replacement)."""
    cloudformation = aws.client("cloudformation")
    names = {"StackName": stack, "ChangeSetName": "c"}
    cloudformation.create_change_set(**names, ChangeSetType=kind, TemplateBody=json.dumps(template), **options)
    cloudformation.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 0, "MaxAttempts": 50})
    changes = [change["ResourceChange"] for change in cloudformation.describe_change_set(**names)["Changes"]]
    return {change["LogicalResourceId"]: (change["Action"], change.get("Replacement", "")) for change in changes}


def resources(aws: LocalAws) -> dict[str, str]:
    """The resources of the stack S: logical id -> physical id."""
    listed = aws.client("cloudformation").describe_stack_resources(StackName="S")["StackResources"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in listed}


# --- stacks with functions and their assets, without the CLI ---------------------------------------------------------


def build(
    fill: Callable[[Stack, IPublicHostedZone], object],
    zone_id: str,
    region: str = TOKYO,
    environment: Mapping[str, str] | None = None,
) -> Built:
    """The stack that `fill` fills; its functions get the variables of `environment`."""
    app = App(analytics_reporting=False)
    stack = Stack(app, "S", env=Environment(region=region, account="123456789012"))
    zone = PublicHostedZone.from_public_hosted_zone_attributes(stack, "Zone", hosted_zone_id=zone_id, zone_name=ZONE)
    fill(stack, zone)
    assembly = app.synth()
    template = dict(assembly.get_stack_by_name("S").template)
    template.pop("Rules", None)  # the check of the bootstrap
    template.pop("Parameters", None)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function" and environment:
            resource["Properties"]["Environment"] = {"Variables": dict(environment)}
    folder = Path(assembly.directory)
    files = json.loads((folder / "S.assets.json").read_text(encoding="utf-8"))["files"].values()
    zips = [(file["source"]["path"], file["destinations"]) for file in files if file["source"]["packaging"] == "zip"]
    return template, {
        (place["bucketName"], place["objectKey"]): _zipped(folder / path) for path, places in zips for place in places.values()
    }


def upload(aws: LocalAws, built: Built, region: str = TOKYO) -> dict[str, Any]:
    """Put the assets where the template looks for them; returns the template."""
    s3 = aws.client("s3", region)
    for (bucket, key), body in built[1].items():
        name = bucket.replace("${AWS::AccountId}", "123456789012").replace("${AWS::Region}", region)
        if name not in {existing["Name"] for existing in s3.list_buckets()["Buckets"]}:
            elsewhere = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=name, **elsewhere)
        s3.put_object(Bucket=name, Key=key, Body=body)
    return built[0]


def _zipped(folder: Path) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*.py")):
            archive.write(path, path.relative_to(folder))
    return target.getvalue()
