"""Each example is deployed, changed and destroyed by the real CDK CLI on a local AWS; `-k NAME` runs one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.lambdas.dns_txt import RESOLVER
from ses_email_auth.local import settings
from tests.deploy.cdk_cli import Cli
from tests.deploy.examples import DNS_ACCOUNT, Example, Run
from tests.deploy.table import EXAMPLES
from tests.dns_server import dns_server, from_route53
from tests.local_aws import local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.dns_server import Record
    from tests.local_aws import LocalAws


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """The CDK CLI with a local AWS that all examples share, since `cdk bootstrap` takes its time.

    Functions that ask DNS are led to a name server with the records of that AWS.
    """
    running: list[LocalAws] = []

    def records() -> list[Record]:
        clients = [aws.client("route53", account=account) for aws in running for account in (settings.ACCOUNT, DNS_ACCOUNT)]
        return [record for client in clients for record in from_route53(client)]

    with (
        dns_server(records) as server,
        local_aws(**{RESOLVER: f"{server.host}:{server.port}"}) as aws,
    ):
        running.append(aws)
        yield Cli(aws, tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("example", [pytest.param(found, id=found.name) for found in EXAMPLES])
def test_example(cli: Cli, example: Example, tmp_path: Path) -> None:
    """Deploys, updates and is destroyed; what must be seen each time stands in the table."""
    try:
        Run(example, cli, tmp_path / "app").live()
    except BaseException:
        cli.forget()
        raise
