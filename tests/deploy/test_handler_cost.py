"""What the handlers cost in a local run (Linux: /proc): less than a second and 128 MB each, the import of boto3 included."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, Stack

from ses_email_auth import Dkim, Dns, FromDomainTxt, SendingIdentity, SesEmailAuth
from tests.deploy.stacks import RUA, build, email_auth, in_zone, upload
from tests.dns_server import dns_server, from_route53
from tests.local.templates import ZONE, make_zone

if TYPE_CHECKING:
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

MEGABYTE = 1024  # KiB, as /proc counts
RESOLVER = "SES_EMAIL_AUTH_RESOLVER"
TOKYO, VIRGINIA = "ap-northeast-1", "us-east-1"


def tokyo(stack: Stack, zone: IPublicHostedZone) -> None:
    """Records that functions write, keys that functions make and wait for, a wait for SES, and a policy."""
    auth = SesEmailAuth(
        stack,
        "EmailAuth",
        dns=Dns.route53(zone, adopt=True),
        dkim=Dkim.managed_key(),
        from_domain_txt=FromDomainTxt.shared(),
        dmarc_rua=[RUA],
        wait_for_verification=Duration.seconds(20),
    )
    auth.allow_account("210987654321")


def virginia(stack: Stack, zone: IPublicHostedZone) -> None:
    """An identity that a function makes."""
    SendingIdentity(stack, "EmailAuth", hosted_zone=zone, domain_name=f"m.{ZONE}", dkim=Dkim.replica_of(TOKYO))


def costs(aws: LocalAws) -> dict[str, tuple[float, float]]:
    """What each function has taken so far, its start included, by its name: seconds of a processor, and MB at the most.

    The local AWS keeps the processes of functions. Seconds of the clock would depend on what else the machine does.
    """
    taken = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()  # proc(5): from the state on
            if int(stat[1]) != aws.pid:
                continue
            variables = dict(
                variable.partition("=")[::2]
                for variable in (process / "environ").read_text(encoding="utf-8", errors="replace").split("\0")
            )
            status = dict(line.partition(":")[::2] for line in (process / "status").read_text(encoding="utf-8").splitlines())
        except OSError:  # it has ended
            continue
        ticks = sum(int(tick) for tick in stat[11:13])
        seconds = ticks / os.sysconf("SC_CLK_TCK")
        taken[variables.get("AWS_LAMBDA_FUNCTION_NAME", process.name)] = (
            seconds,
            int(status["VmHWM"].split()[0]) / MEGABYTE,
        )
    return taken


@pytest.mark.full
def test_cost(aws: LocalAws, record_property: Any) -> None:
    """Each function takes less than a second and 128 MB at its first call, its start included."""
    zone = make_zone(aws)
    route53 = aws.client("route53")
    with dns_server(lambda: from_route53(route53)) as server:
        built = build(tokyo, zone, environment={RESOLVER: f"{server.host}:{server.port}"})
        outcome = aws.deploy("S", upload(aws, built))
    assert (outcome.status, outcome.failures) == ("CREATE_COMPLETE", {})
    assert aws.deploy("Parent", in_zone(email_auth(domain_name=f"m.{ZONE}", dmarc_rua=[]), zone)).status == "CREATE_COMPLETE"
    assert aws.deploy("S", upload(aws, build(virginia, zone, VIRGINIA), VIRGINIA), VIRGINIA).status == "CREATE_COMPLETE"
    took = costs(aws)
    record_property("seconds and megabytes", took)
    names = {name.removeprefix("S-SesEmailAuth")[:7] for name in took}
    assert names == {"RecordW", "Managed", "DkimRea", "Verific", "Replica", "SharedS", "Sending"}
    assert max(seconds for seconds, _ in took.values()) < 1, took
    assert max(megabytes for _, megabytes in took.values()) < 128, took
