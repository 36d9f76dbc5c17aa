"""Import and drift of records with the real CDK CLI, in the world of the registry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import App, BootstraplessSynthesizer, Environment, RemovalPolicy, Stack
from aws_cdk.aws_route53 import PublicHostedZone

from ses_email_auth import SesEmailAuth
from ses_email_auth.local import settings
from tests.deploy.cdk_cli import Cli
from tests.deploy.readers import read_dns
from tests.deploy.stacks import RUA, TOKYO, email_auth, identity, in_zone, logical_ids, resources
from tests.local.templates import ZONE, change, make_zone, member

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.stacks import Template
    from tests.local_aws import LocalAws


def assembly(folder: Path, zone_id: str) -> Template:
    """A stack S with a SesEmailAuth in `cdk.out`; returns its template."""
    app = App(outdir=str(folder / "cdk.out"), analytics_reporting=False, default_stack_synthesizer=BootstraplessSynthesizer())
    stack = Stack(app, "S", env=Environment(account=settings.ACCOUNT, region=TOKYO))
    zone = PublicHostedZone.from_public_hosted_zone_attributes(stack, "Zone", hosted_zone_id=zone_id, zone_name=ZONE)
    SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dmarc_rua=[RUA])
    return dict(app.synth().get_stack_by_name("S").template)


def identifiers(template: Template, zone: str, tokens: list[str]) -> dict[str, dict[str, str]]:
    """The file for `--resource-mapping`: of each resource its identifier; a name that is `Fn::GetAtt` is made of a token."""
    ids = logical_ids(template)
    mapping = {ids.pop("Identity"): {"EmailIdentity": ZONE}}
    for child, logical_id in ids.items():
        properties = template["Resources"][logical_id]["Properties"]
        name = properties["Name"]
        if child.startswith("DkimRecord"):
            name = f"{tokens[int(child[-1]) - 1]}._domainkey.{ZONE}"
        mapping[logical_id] = {"Name": name, "HostedZoneId": zone, "Type": properties["Type"]}
    return mapping


def test_identity_and_records_by_the_cdk_cli(aws: LocalAws, tmp_path: Path) -> None:
    """One `cdk import` takes over identity and records, DKIM included; `cdk drift` tells what was changed by hand then."""
    zone = make_zone(aws)
    aws.deploy("Old", in_zone(email_auth(removal_policy=RemovalPolicy.RETAIN), zone))
    aws.destroy("Old")
    before, tokens = aws.records(), identity(aws)["DkimAttributes"]["Tokens"]
    template = assembly(tmp_path, zone)
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(identifiers(template, zone, tokens)), encoding="utf-8")
    cli, app = Cli(aws, tmp_path), ("--app", str(tmp_path / "cdk.out"))
    with read_dns(aws) as reader:
        cli.run(tmp_path, "import", "S", *app, "--resource-mapping", str(mapping))
        assert set(resources(aws)) == set(template["Resources"])
        assert "No drift detected" in cli.run(tmp_path, "drift", "S", *app, "--no-color")
        assert aws.deploy("S", template).status == "UPDATE_COMPLETE"
    assert (reader.missing, reader.other) == (set(), set())
    assert (aws.records(), identity(aws)["DkimAttributes"]["Tokens"]) == (before, tokens)

    change(aws, zone, ("UPSERT", member(ZONE, '"v=spf1 -all"')))
    shown = cli.run(tmp_path, "drift", "S", *app, "--no-color")
    assert "[~] AWS::Route53::RecordSet EmailAuth/FromDomainTxt" in shown
    assert '"v=spf1 -all"' in shown
    assert "1 resource has drifted" in shown
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}
