"""Managed keys through CloudFormation: made, followed by the next, gone back from, tried again, destroyed; and a reader of DNS
that never misses a key that signs.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration

from ses_email_auth import Dkim, Dns, RecordLayout, SesEmailAuth
from ses_email_auth.lambdas.dns_txt import RESOLVER
from tests.deploy.readers import read_dns
from tests.deploy.stacks import RUA, build, identity, upload
from tests.dns_server import dns_server, from_route53
from tests.local.templates import ZONE, make_zone, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import Deployment, LocalAws


class Domain:
    """The stack S with a managed key, in a zone that a name server serves."""

    def __init__(self, aws: LocalAws, zone_id: str, resolver: str) -> None:
        self.aws = aws
        self.zone_id = zone_id
        self.environment = {RESOLVER: resolver}
        self.written = False
        """Whether our own function writes the records, all of them in one batch."""

    def template(self, generation: int, **props: Any) -> dict[str, Any]:
        """Its assets are uploaded."""

        def fill(stack: Stack, zone: IPublicHostedZone) -> None:
            dns = Dns.route53(zone, adopt=self.written)
            SesEmailAuth(stack, "EmailAuth", dns=dns, dmarc_rua=[RUA], dkim=Dkim.managed_key(generation), **props)

        built = build(fill, self.zone_id, environment=self.environment)
        return upload(self.aws, built)

    def deploy(self, generation: int, **props: Any) -> Deployment:
        """Create or update."""
        return self.aws.deploy("S", self.template(generation, **props))

    def selector(self) -> str:
        """What SES signs with, if it finds the public key that fits."""
        dkim = identity(self.aws)["DkimAttributes"]
        assert (dkim["Status"], dkim["SigningAttributesOrigin"]) == ("SUCCESS", "EXTERNAL")
        (selector,) = dkim["Tokens"]
        return str(selector)

    def published(self) -> list[str]:
        """The selectors in the zone."""
        return sorted(name.partition(".")[0] for name, _ in self.aws.records() if "._domainkey." in name)

    def secrets(self) -> dict[str, bool]:
        """The secrets by selector, and whether their deletion is ordered."""
        pages = self.aws.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]
        return {secret["Name"].split("/")[2]: "DeletedDate" in secret for secret in pages}


@pytest.fixture
def domain(aws: LocalAws) -> Iterator[Domain]:
    """Nothing is deployed yet."""
    zone_id = make_zone(aws)
    route53 = aws.client("route53")
    with dns_server(lambda: from_route53(route53)) as server:
        yield Domain(aws, zone_id, f"{server.host}:{server.port}")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(False, id="by-CloudFormation"),
        pytest.param(True, id="by-our-function", marks=pytest.mark.full),
    ],
)
def test_life(domain: Domain, *, written: bool) -> None:
    """Each generation signs once its record answers; the record before stays until the next."""
    domain.written = written
    outcome = domain.deploy(1)
    assert not outcome.failures
    assert outcome.status == "CREATE_COMPLETE"
    assert (domain.selector(), domain.published(), domain.secrets()) == ("ses-1", ["ses-1"], {"ses-1": False})
    first = domain.aws.records()[f"ses-1._domainkey.{ZONE}.", "TXT"]

    with read_dns(domain.aws) as reader:
        assert domain.deploy(2).status == "UPDATE_COMPLETE"
    assert (domain.selector(), domain.published()) == ("ses-2", ["ses-1", "ses-2"])
    assert (reader.missing, reader.other) == (set(), set())
    assert domain.aws.records()[f"ses-1._domainkey.{ZONE}.", "TXT"] == first
    assert domain.aws.records()[f"ses-2._domainkey.{ZONE}.", "TXT"] != first

    with read_dns(domain.aws) as reader:
        assert domain.deploy(3).status == "UPDATE_COMPLETE"
    assert (domain.selector(), domain.published()) == ("ses-3", ["ses-2", "ses-3"])
    assert reader.missing == {(f"ses-1._domainkey.{ZONE}.", "TXT")}
    assert domain.secrets() == {"ses-1": True, "ses-2": False, "ses-3": False}

    assert domain.aws.destroy("S").status == "DELETE_COMPLETE"
    assert domain.aws.records() == {}
    assert set(domain.secrets().values()) == {True}


def test_going_back(domain: Domain) -> None:
    """Going back to the generation before signs with its key again."""
    domain.deploy(1)
    first = domain.aws.records()
    domain.deploy(2)
    assert domain.deploy(1).status == "UPDATE_COMPLETE"
    assert (domain.selector(), domain.aws.records()) == ("ses-1", first)


def test_a_change_that_fails(domain: Domain) -> None:
    """Something else in the stack is refused after SES has the new key: the old one signs again, and the next try finds the
    same new key.
    """
    domain.deploy(1)
    before = domain.aws.records()
    broken = domain.template(2)
    broken["Resources"]["Bad"] = record(domain.zone_id, f"x.{ZONE}", "no quotes", DependsOn=list(broken["Resources"]))
    with read_dns(domain.aws) as reader:
        outcome = domain.aws.deploy("S", broken)
    assert (outcome.status, list(outcome.failures)) == ("UPDATE_ROLLBACK_COMPLETE", ["Bad"])
    assert (domain.selector(), domain.aws.records()) == ("ses-1", before)
    assert (reader.missing, reader.other) == (set(), set())
    assert domain.secrets() == {"ses-1": False, "ses-2": True}
    assert domain.deploy(2).status == "UPDATE_COMPLETE"
    assert (domain.selector(), domain.secrets()) == ("ses-2", {"ses-1": False, "ses-2": False})


def test_a_generation_is_left_out(domain: Domain) -> None:
    """A generation that is left out is refused before SES hears of it; nothing has changed."""
    domain.deploy(1)
    before = domain.aws.records()
    outcome = domain.deploy(3)
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("'generation' goes from 1 to 3" in reason for reason in outcome.failures.values())
    assert (domain.selector(), domain.aws.records()) == ("ses-1", before)


def test_dns_that_does_not_answer(domain: Domain) -> None:
    """Without an answer from DNS the change fails and SES keeps the old key."""
    domain.deploy(1)
    template = domain.template(2)
    unreachable = {RESOLVER: "127.0.0.1:9"}
    for name, resource in template["Resources"].items():
        if name.startswith("SesEmailAuthDkimReady") and resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Environment"] = {"Variables": unreachable}
        if resource["Type"] == "Custom::SesEmailAuthDkimReady":
            resource["Properties"]["Seconds"] = "1"
    outcome = domain.aws.deploy("S", template)
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("no name server could be reached" in reason for reason in outcome.failures.values())
    assert (domain.selector(), domain.published()) == ("ses-1", ["ses-1"])


def test_from_easy_dkim(domain: Domain) -> None:
    """From Easy DKIM to a managed key: the record stands before SES changes."""
    built = build(lambda stack, zone: SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dmarc_rua=[RUA]), domain.zone_id)
    domain.aws.deploy("S", upload(domain.aws, built))
    assert identity(domain.aws)["DkimAttributes"]["SigningAttributesOrigin"] == "AWS_SES"
    assert domain.deploy(1).status == "UPDATE_COMPLETE"
    assert (domain.selector(), domain.published()) == ("ses-1", ["ses-1"])


@pytest.mark.parametrize("layout", [RecordLayout.SEPARATE, pytest.param(RecordLayout.GROUPED, marks=pytest.mark.full)])
def test_with_a_wait(domain: Domain, layout: RecordLayout) -> None:
    """With a wait, SES has verified the new key when the deployment ends."""
    props = {"wait_for_verification": Duration.minutes(2), "record_layout": layout}
    assert not domain.deploy(1, **props).failures
    assert not domain.deploy(2, **props).failures
    assert domain.selector() == "ses-2"


def test_no_private_key_is_said(domain: Domain) -> None:
    """Template, events, resources, outputs and logs of a changed stack hold no private key."""
    domain.deploy(1)
    domain.deploy(2)
    cloudformation, logs = domain.aws.client("cloudformation"), domain.aws.client("logs")
    said = [
        cloudformation.get_template(StackName="S"),
        cloudformation.describe_stacks(StackName="S"),
        cloudformation.describe_stack_events(StackName="S"),
        cloudformation.describe_stack_resources(StackName="S"),
    ]
    for group in logs.describe_log_groups()["logGroups"]:
        with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
            said.append(logs.filter_log_events(logGroupName=group["logGroupName"]))
    text = json.dumps(said, default=str)
    secrets = domain.aws.client("secretsmanager")
    for secret in secrets.list_secrets()["SecretList"]:
        private = secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        assert len(private) > 1000
        assert not [at for at in range(0, len(private) - 40, 20) if private[at : at + 40] in text]
