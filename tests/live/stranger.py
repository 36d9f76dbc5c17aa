"""`python -m tests.live` as a process that knows the local AWS by an endpoint and keys alone; for the tests of this folder."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.dns_server import dns_server, from_route53
from tests.local_aws import ROOT, own_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_aws import LocalAws

DOMAIN, ZONE_ID = "example.com", "Z0123456789EXAMPLE"
ACCOUNT, SECOND = "123456789012", "210987654321"
REGION, REPLICA, OPT_IN = "us-east-1", "us-west-2", "af-south-1"


@dataclass(frozen=True, slots=True)
class Place:
    """A local AWS with a zone, and where the suite writes."""

    aws: LocalAws
    folder: Path
    resolver: str

    def environment(self, **given: str) -> dict[str, str]:
        """What a person would set, and a second account's profile."""
        credentials = self.folder / "credentials"
        credentials.write_text(f"[second]\naws_access_key_id={SECOND}\naws_secret_access_key=local\n", encoding="utf-8")
        return own_environment() | {
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_EC2_METADATA_DISABLED": "true",
            "SES_EMAIL_AUTH_RESOLVER": self.resolver,
            "JSII_NODE": os.environ["JSII_NODE"],
            "DOMAIN": DOMAIN,
            "ZONE_ID": ZONE_ID,
            "ACCOUNT": ACCOUNT,
            "OUT": str(self.folder / "out"),
            "JOURNALS": str(self.folder / "journals"),
            **given,
        }

    def start(self, terminal: int = subprocess.DEVNULL, **given: str) -> subprocess.Popen[str]:
        """A run that goes on; `terminal` is where it reads what a person types."""
        command = [sys.executable, "-m", "tests.live"]
        pipes: dict[str, Any] = {"stdin": terminal, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=self.environment(**given), cwd=ROOT, encoding="utf-8", **pipes)

    def run(self, **given: str) -> tuple[int, str, str]:
        """A run to its end: exit code, output, errors."""
        with self.start(**given) as child:
            out, errors = child.communicate(timeout=600)
        return child.returncode, out, errors

    def left(self) -> dict[str, list[str]]:
        """All that stands in the places where a run makes something, but for what is scheduled to be deleted."""
        found = {"records": sorted(f"{name} {rtype}" for name, rtype in self.aws.records())}
        places = [(REGION, ACCOUNT), (REPLICA, ACCOUNT), (REGION, SECOND), (OPT_IN, SECOND)]
        for region, account in places:

            def client(service: str, region: str = region, account: str = account) -> Any:
                return self.aws.client(service, region, account)

            stacks = client("cloudformation").list_stacks()["StackSummaries"]
            kms = [client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in client("kms").list_keys()["Keys"]]
            kinds = {
                "stacks": [stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"],
                "identities": [entry["IdentityName"] for entry in client("sesv2").list_email_identities()["EmailIdentities"]],
                "sets": client("sesv2").list_configuration_sets()["ConfigurationSets"],
                "functions": [entry["FunctionName"] for entry in client("lambda").list_functions()["Functions"]],
                "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
                "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
                "logs": [group["logGroupName"] for group in client("logs").describe_log_groups()["logGroups"]],
                "topics": [topic["TopicArn"] for topic in client("sns").list_topics()["Topics"]],
                "queues": client("sqs").list_queues().get("QueueUrls", []),
                "secrets": [secret["Name"] for secret in client("secretsmanager").list_secrets()["SecretList"]],
                "keys": [key["KeyId"] for key in kms if key["KeyState"] == "Enabled"],
            }
            for kind, names in kinds.items():
                found[f"{kind} of {account} {region}"] = sorted(names)
        return {kind: names for kind, names in found.items() if names}


@contextlib.contextmanager
def place(aws: LocalAws, folder: Path) -> Iterator[Place]:
    """A zone that is empty, and a resolver that sees it."""
    aws.create_zone(DOMAIN, ZONE_ID)
    route53 = aws.client("route53")
    with dns_server(lambda: from_route53(route53)) as server:
        yield Place(aws, folder, f"{server.host}:{server.port}")
