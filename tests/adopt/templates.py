"""Templates of moves as JSON, and the command line on two of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ses_email_auth.cli.main import main

ZONE = "Z0123456789EXAMPLE"
DMARC = '"v=DMARC1; p=none"'


def record(name: Any, kind: str = "TXT", *values: Any, path: str = "", ttl: str = "600", **more: Any) -> dict[str, Any]:
    """An AWS::Route53::RecordSet; `path` is its construct."""
    properties = {"HostedZoneId": ZONE, "Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": list(values) or [DMARC]}
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    policies = {key: more.pop(key) for key in list(more) if key.endswith("Policy")}
    kept = {key: value for key, value in (properties | more).items() if value is not None}
    return {"Type": "AWS::Route53::RecordSet", "Properties": kept, **metadata, **policies}


def identity(name: Any = "example.com", path: str = "", **properties: Any) -> dict[str, Any]:
    """An AWS::SES::EmailIdentity."""
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    return {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": name, **properties}, **metadata}


def group(*members: dict[str, Any], path: str = "", **more: Any) -> dict[str, Any]:
    """An AWS::Route53::RecordSetGroup of what `record` makes."""
    sets = [{key: value for key, value in each["Properties"].items() if key != "HostedZoneId"} for each in members]
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    return {
        "Type": "AWS::Route53::RecordSetGroup",
        "Properties": {"HostedZoneId": ZONE, "RecordSets": sets},
        **metadata,
        **more,
    }


def template(**resources: dict[str, Any]) -> dict[str, Any]:
    """A template by logical ids."""
    return {"Resources": resources}


def run(old: Any, new: Any, *options: str) -> Result:
    """What the command line does with two templates: dicts, texts or paths."""
    for name, body in (("old", old), ("new", new)):
        with open(f"{name}.json", "w", encoding="utf-8", errors="surrogatepass") as file:  # noqa: PTH123 - short
            file.write(body if isinstance(body, str) else json.dumps(body))
    return CliRunner().invoke(main, ["adopt", "old.json", "new.json", *options])


def said(old: Any, new: Any, *options: str) -> dict[str, Any]:
    """The only stack in its JSON."""
    (stack,) = json.loads(run(old, new, "--format", "json", *options).stdout)["stacks"]
    return dict(stack)


def assembly(name: str, **stacks: dict[str, Any]) -> str:
    """A cloud assembly with these templates by the names of their stacks."""
    folder = Path(name)
    folder.mkdir()
    (folder / "cdk.out").write_text('{"version":"48.0.0"}', encoding="utf-8")
    artifacts = {}
    for stack, body in stacks.items():
        (folder / f"{stack}.template.json").write_text(json.dumps(body), encoding="utf-8")
        artifacts[stack] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://123456789012/eu-west-1",
            "properties": {"templateFile": f"{stack}.template.json", "stackName": stack},
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": artifacts}), encoding="utf-8")
    return name


OLD = template(Policy=record("_dmarc.example.com."))
NEW = template(MailDmarc1A2B3C4D=record("_dmarc.example.com.", path="S/Mail/Dmarc"))
OTHER = template(Topic={"Type": "AWS::SNS::Topic"})
