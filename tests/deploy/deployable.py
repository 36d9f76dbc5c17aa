"""Templates of stacks with functions, and their assets, for the local AWS without the CLI."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import App, Environment, Stack
from aws_cdk.aws_route53 import PublicHostedZone

from tests.deploy.stacks import TOKYO
from tests.local.templates import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

__all__ = ["Built", "build", "upload"]

Built = tuple[dict[str, Any], dict[tuple[str, str], bytes]]
"""A template, and its assets by bucket and key."""


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
        if name not in {found["Name"] for found in s3.list_buckets()["Buckets"]}:
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
