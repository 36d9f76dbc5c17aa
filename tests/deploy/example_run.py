"""An example app in its life on the local AWS: deployed, changed, destroyed by the real CDK CLI, and nothing left."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ses_email_auth.local import settings
from tests.local_aws import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.deploy.cdk_cli import Cli, Place
    from tests.local_aws import LocalAws

DOMAIN = "blacksheep.link"
ZONE_ID = "Z0123456789EXAMPLE"
DNS_ACCOUNT = "210987654321"
# A private key as PEM, and as one line of DER in base64: PKCS#8 and PKCS#1, RSA of 1024 to 4096 bits.
PRIVATE_KEY = re.compile(r"PRIVATE KEY-----|MII[A-Za-z0-9+/]{1,5}IBADANBgkqhkiG9w0BAQEFAASC|MII[CEJ][A-Za-z0-9+/]{2}IBAAK[BC]")

Records: TypeAlias = "dict[tuple[str, str], tuple[int, list[str]]]"  # (name, type) -> (TTL, values)
TOKYO: Place = (settings.ACCOUNT, settings.REGION)
VIRGINIA: Place = (settings.ACCOUNT, "us-east-1")


@dataclass(frozen=True, slots=True)
class Zone:
    """A hosted zone that stands before the example is deployed."""

    name: str = DOMAIN
    zone_id: str = ZONE_ID
    account: str = settings.ACCOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A row of the table: what is deployed, what the second deployment changes, and what must be seen."""

    name: str
    stacks: Mapping[str, Place]
    """Where each stack lies, by its name."""

    change: Mapping[str, str]
    """Environment variables of the second deployment."""

    changed: frozenset[str] | None = None
    """The stacks that the change concerns. Default: - all"""

    zones: tuple[Zone, ...] = (Zone(),)
    prepare: Callable[[Run], None] | None = None
    """Makes what else stands before; the example is copied already."""

    deployed: Callable[[Run], None]
    """Looks after the first deployment."""

    after_change: Callable[[Run], None]
    """Looks after the second deployment."""

    destroyed: Callable[[Run], None] | None = None
    """Looks after the destruction, beside all that is looked at always."""


@dataclass(slots=True)
class Run:
    """One example being deployed."""

    example: Example
    cli: Cli
    folder: Path
    before: Records = field(default_factory=dict)
    """The records of all zones before the first deployment, and after it those before the second."""

    printed: list[str] = field(default_factory=list)

    @property
    def aws(self) -> LocalAws:
        """The local AWS."""
        return self.cli.aws

    def live(self) -> None:
        """Deploy, look, change, look, destroy, look."""
        shutil.copytree(ROOT / "examples" / self.example.name, self.folder, ignore=shutil.ignore_patterns("cdk.out"))
        for place in dict.fromkeys(self.example.stacks.values()):
            self.cli.bootstrap(self.folder, place)
        for zone in self.example.zones:
            self.aws.create_zone(zone.name, zone.zone_id, zone.account)
        if self.example.prepare is not None:
            self.example.prepare(self)
        untouched, self.before = self.left(), self.records()
        first = self.before
        self.deploy(dict.fromkeys(self.example.stacks, "CREATE_COMPLETE"))
        self.example.deployed(self)
        self.before = self.records()
        changed = self.example.stacks.keys() if self.example.changed is None else self.example.changed
        after = {name: f"{'UPDATE' if name in changed else 'CREATE'}_COMPLETE" for name in self.example.stacks}
        self.deploy(after, **self.example.change)
        self.example.after_change(self)
        self.scan()
        self.printed.append(self.cli.run(self.folder, "destroy", "--all", "--force", "--app", "cdk.out"))
        assert self.records() == first
        assert self.left() == untouched
        if self.example.destroyed is not None:
            self.example.destroyed(self)
        self.scan()
        for zone in self.example.zones:
            empty(self.aws, zone.zone_id, zone.account)

    def deploy(self, expected: Mapping[str, str], **variables: str) -> None:
        """Deploy all stacks; the app is run with these variables."""
        app = f"{sys.executable} app.py"
        options = ["--all", "--app", app, "--method", "direct", "--require-approval", "never", "--concurrency", "2"]
        self.printed.append(self.cli.run(self.folder, "deploy", *options, **variables))
        assert {name: self.status(name) for name in self.example.stacks} == dict(expected)

    def status(self, stack: str) -> str:
        """Of a stack of the example."""
        account, region = self.example.stacks[stack]
        answer = self.aws.client("cloudformation", region, account).describe_stacks(StackName=stack)
        return str(answer["Stacks"][0]["StackStatus"])

    def outputs(self, stack: str) -> dict[str, str]:
        """Of a stack of the example."""
        account, region = self.example.stacks[stack]
        return self.aws.outputs(stack, region, account)

    def records(self) -> Records:
        """What stands in all zones, names without the final dot."""
        accounts = dict.fromkeys([zone.account for zone in self.example.zones] + [a for a, _ in self.example.stacks.values()])
        records: Records = {}
        for account in accounts:
            records |= {(name.removesuffix("."), kind): value for (name, kind), value in self.aws.records(account).items()}
        return records

    def values(self, name: str, kind: str) -> list[str]:
        """The values of a record that must stand, its TTL aside."""
        records = self.records()
        assert (name, kind) in records, f"no {kind} record {name} among {sorted(records)}"
        return records[name, kind][1]

    def changes(self) -> dict[tuple[str, str], tuple[list[str] | None, list[str] | None]]:
        """The records that the deployment has changed: their values before and now."""
        now = self.records()
        return {
            key: (self.before.get(key, (0, None))[1], now.get(key, (0, None))[1])
            for key in self.before.keys() | now.keys()
            if self.before.get(key) != now.get(key)
        }

    def identity(self, place: Place = TOKYO, name: str = DOMAIN) -> dict[str, Any]:
        """GetEmailIdentity."""
        account, region = place
        return dict(self.aws.client("sesv2", region, account).get_email_identity(EmailIdentity=name))

    def left(self) -> dict[str, list[str]]:
        """What a destroyed stack could leave behind, by place and kind, that of the bootstrap aside."""
        remaining: dict[str, list[str]] = {}
        for account, region in dict.fromkeys(self.example.stacks.values()):
            for kind, names in leftovers(self.aws, account, region).items():
                own = sorted(name for name in names if "cdk-hnb659fds" not in name and "CDKToolkit" not in name)
                remaining[f"{account} {region} {kind}"] = own
        return remaining

    def scan(self) -> None:
        """No private key in what the CLI has printed and written, nor in what the server and the functions have logged."""
        texts = {
            "output of the CLI": "\n".join(self.printed),
            "log of the server": self.aws.log.read_text(encoding="utf-8", errors="replace"),
        }
        for path in (self.folder / "cdk.out").rglob("*"):
            if path.is_file():
                texts[str(path)] = path.read_text(encoding="utf-8", errors="replace")
        known: set[str] = set()
        for account, region in dict.fromkeys(self.example.stacks.values()):
            texts[f"logs of {account} {region}"] = logged(self.aws, account, region)
            known |= secrets(self.aws, account, region)
        for where, text in texts.items():
            assert PRIVATE_KEY.search(text) is None, f"a private key in {where}"
            assert not any(secret in text for secret in known), f"a part of a secret in {where}"


# --- what a local AWS holds ------------------------------------------------------------------------------------------


def leftovers(aws: LocalAws, account: str, region: str) -> dict[str, list[str]]:
    """The names of what is there, by kind."""

    def client(service: str) -> Any:
        return aws.client(service, region, account)

    sesv2, stacks = client("sesv2"), client("cloudformation").list_stacks()["StackSummaries"]
    return {
        "stack": [stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"],
        "identity": [identity["IdentityName"] for identity in sesv2.list_email_identities()["EmailIdentities"]],
        "configuration set": sesv2.list_configuration_sets()["ConfigurationSets"],
        "tenant": [tenant["TenantName"] for tenant in sesv2.list_tenants()["Tenants"]],
        "function": [function["FunctionName"] for function in client("lambda").list_functions()["Functions"]],
        "role": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
        "secret": [secret["Name"] for secret in client("secretsmanager").list_secrets()["SecretList"]],
        "topic": [topic["TopicArn"] for topic in client("sns").list_topics()["Topics"]],
        "rule": [rule["Name"] for rule in client("events").list_rules()["Rules"]],
        "alarm": [alarm["AlarmName"] for alarm in client("cloudwatch").describe_alarms()["MetricAlarms"]],
        "user pool": [pool["Name"] for pool in client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]],
    }


def logged(aws: LocalAws, account: str, region: str) -> str:
    """All that CloudWatch Logs holds."""
    logs = aws.client("logs", region, account)
    texts = []
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        texts += [event["message"] for event in events]
    return "\n".join(texts)


def secrets(aws: LocalAws, account: str, region: str) -> set[str]:
    """A part of each long secret."""
    client = aws.client("secretsmanager", region, account)
    names = [secret["ARN"] for secret in client.list_secrets()["SecretList"]]
    texts = [client.get_secret_value(SecretId=name).get("SecretString", "") for name in names]
    return {text[len(text) // 2 :][:40] for text in texts if len(text) > 100}


def empty(aws: LocalAws, zone_id: str, account: str) -> None:
    """Delete a zone and what the preparation has put into it."""
    route53 = aws.client("route53", account=account)
    for record_set in route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]:
        if record_set["Type"] not in {"NS", "SOA"}:
            batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record_set}]}
            route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)
    route53.delete_hosted_zone(Id=zone_id)
