"""Each example is deployed, changed and destroyed by the real CDK CLI on a local AWS; `-k NAME` runs one alone."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ses_email_auth.lambdas.dns_txt import RESOLVER
from ses_email_auth.local import settings
from tests.deploy.cdk_cli import Cli
from tests.deploy.example_run import DNS_ACCOUNT, PRIVATE_KEY, Example, Run
from tests.deploy.example_table import EXAMPLES
from tests.dns_server import dns_server, from_route53
from tests.local_aws import local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.dns_server import Record
    from tests.local_aws import LocalAws


# Records in another account, keys that functions make, two regions: `make test` deploys these, `make full` all examples.
REPRESENTATIVES = {"cross_account", "managed_key", "tenants"}


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


@pytest.mark.parametrize(
    "example",
    [pytest.param(row, id=row.name, marks=() if row.name in REPRESENTATIVES else pytest.mark.full) for row in EXAMPLES],
)
def test_example(cli: Cli, example: Example, tmp_path: Path) -> None:
    """Each example deploys, updates and is destroyed; what must be seen each time stands in the table."""
    try:
        Run(example, cli, tmp_path / "app").live()
    except BaseException:
        cli.forget()
        raise


# --- the search for private keys -------------------------------------------------------------------------------------

KEYS = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048, 4096)}


@pytest.mark.parametrize("bits", KEYS)
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_private_key_is_seen(bits: int, form: PrivateFormat) -> None:
    """A private key is seen as PEM and as one line, in the midst of other text."""
    pem = KEYS[bits].private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    line = base64.b64encode(KEYS[bits].private_bytes(Encoding.DER, form, NoEncryption())).decode()
    assert PRIVATE_KEY.search(f"x {pem} y") is not None
    assert PRIVATE_KEY.search(f'{{"key":"{line}"}}') is not None


@pytest.mark.parametrize("bits", KEYS)
def test_a_public_key_is_no_finding(bits: int) -> None:
    """A public key is no finding: it stands in DNS."""
    public = KEYS[bits].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    line = base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    assert PRIVATE_KEY.search(pem) is None
    assert PRIVATE_KEY.search(f"v=DKIM1; k=rsa; p={line}") is None
