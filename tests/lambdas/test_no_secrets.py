"""Private keys appear in no template, log, output, answer or exception. What is looked for is any part of 24 characters."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.stub
import pytest
from aws_cdk import SecretValue

from ses_email_auth import Dkim, EmailAuthError, SesEmailAuth
from ses_email_auth.cdk.dkim import signing_of
from ses_email_auth.lambdas import dkim_ready, managed_key
from tests.cdk.keys import app_with_assets, private_pem, public_pem
from tests.cdk.stacks import imported_zone, new_stack
from tests.lambdas.events import cloudformation
from tests.lambdas.fake_keys import FakeKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PART = 24
OPERATIONS = ["DescribeSecret", "RestoreSecret", "GenerateDataKeyPair", "CreateSecret", "DeleteSecret"]
KEY: dict[str, object] = {"Domain": "example.com", "Selector": "ses", "Generation": 1, "EncryptionKey": "arn:aws:kms:1"}


def held(private_keys: Iterable[str], text: str) -> list[str]:
    """The parts of private keys (base64 on one line) that a text holds, in base64, in hex or as Python shows octets.

    The octets at the beginning and the public numbers stand in every record: what is looked for begins behind them.
    """
    found = []
    flat = "".join(text.split()).replace("\\n", "")
    for key in private_keys:
        secret = key[len(key) // 2 :]  # the private exponent and the primes
        octets = base64.b64decode(key)[len(key) * 3 // 8 :]
        forms = (secret, octets.hex(), repr(octets)[2:-1])
        found += [
            form[at : at + PART] for form in forms for at in range(0, len(form) - PART, 4) if form[at : at + PART] in flat
        ]
    return found


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeKeys:
    """AWS whose errors quote private keys."""
    fake = FakeKeys()
    monkeypatch.setattr(managed_key.boto3, "client", fake.client)
    return fake


def test_the_search_finds_what_it_looks_for() -> None:
    """In every form, also across line ends; the public half is no hit."""
    line = "".join(private_pem().splitlines()[1:-1])
    octets = base64.b64decode(line)
    for text in (private_pem(), f"x {line} y", octets.hex(), repr(octets), json.dumps({"Key": private_pem()}), line[-30:]):
        assert held([line], text)
    assert held([line], public_pem()) == []


@pytest.mark.parametrize("unreachable", [False, True], ids=["refused", "unreachable"])
@pytest.mark.parametrize("failing", ["", *OPERATIONS])
def test_handler(
    aws: FakeKeys, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], failing: str, *, unreachable: bool
) -> None:
    """A whole life, and the same with each call failing at each of its times; all that is logged, printed and answered."""
    caplog.set_level(logging.DEBUG)
    with cloudformation(managed_key.handle) as stack:

        def life() -> None:
            created = stack.create(**KEY)
            stack.update(created.physical_id, old=KEY, **KEY)
            stack.delete(created.physical_id, **KEY)
            stack.create(**KEY)
            stack.create(**KEY | {"Generation": 2})

        aws.failing, aws.unreachable = failing, unreachable
        life()  # from the beginning
        aws.failing = ""
        life()
        aws.failing = failing
        life()  # once keys exist
        said = b"".join(stack.received).decode()
    printed = capfd.readouterr()
    assert aws.private_keys
    assert said.count('"FAILED"') > 0 if failing else '"FAILED"' not in said
    assert held(aws.private_keys, said + caplog.text + printed.out + printed.err) == []
    assert all(not record.exc_info for record in caplog.records)


class Crash(Exception):
    """What nobody thought of, with a key in it."""


@pytest.mark.parametrize("operation", ["generate_data_key_pair", "create_secret", "describe_secret", "delete_secret"])
def test_handler_with_a_fault(
    aws: FakeKeys, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    """Any other exception, whatever it says."""
    caplog.set_level(logging.DEBUG)
    with cloudformation(managed_key.handle) as stack:
        created = stack.create(**KEY)

        def crash(**given: object) -> None:
            raise Crash(aws.private_keys, given)

        monkeypatch.setattr(aws, operation, crash)
        stack.create(**KEY | {"Generation": 2})
        stack.delete(created.physical_id, **KEY)
        said = b"".join(stack.received).decode()
    assert '"FAILED"' in said
    assert held(aws.private_keys, said + caplog.text) == []


def test_botocore_refuses_what_was_sent(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real clients: a parameter that botocore does not take is quoted in its error, and debug logs hold the request."""
    caplog.set_level(logging.WARNING)
    fake = FakeKeys()
    named = {"region_name": "ap-northeast-1", "aws_access_key_id": "1", "aws_secret_access_key": "2"}
    clients = {name: boto3.client(name, **named) for name in ("kms", "secretsmanager")}
    pair = fake.generate_data_key_pair(KeyId="1", KeyPairSpec="RSA_2048")
    message = f"Value '{fake.private_keys[0]}' at 'secretString' failed to satisfy constraint"
    with botocore.stub.Stubber(clients["kms"]) as kms, botocore.stub.Stubber(clients["secretsmanager"]) as secrets:
        kms.add_response("generate_data_key_pair", pair)
        secrets.add_client_error("describe_secret", "ResourceNotFoundException")
        secrets.add_client_error("create_secret", "ValidationException", message)
        monkeypatch.setattr(managed_key.boto3, "client", lambda name, **_: clients.get(name, fake))
        with cloudformation(managed_key.handle) as stack:
            answer = stack.create(**KEY)
    assert answer.reason == "the key cannot be made: CreateSecret failed with ValidationException"
    assert held(fake.private_keys, f"{answer} {caplog.text}") == []


def test_the_wait_never_has_a_key(aws: FakeKeys, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """It gets the public half, and says it when it gives up."""
    with cloudformation(managed_key.handle) as stack:
        value = stack.create(**KEY).data["DkimKeyText1"]
    aws.identities.add("example.com")
    monkeypatch.setattr(dkim_ready, "texts_everywhere", lambda _domain, _name: {"ns": ()})
    ready = {"EmailIdentity": "example.com", "Generation": 1, "Name": "ses-1._domainkey.example.com", "Value": value}
    with cloudformation(dkim_ready.handle) as stack:
        failed = stack.create(**ready, Seconds=0)
        said = b"".join(stack.received).decode()
    assert value in failed.reason
    assert held(aws.private_keys, said + caplog.text) == []


@pytest.mark.parametrize("kind", ["own", "managed", "next", "replica"])
def test_templates(kind: str) -> None:
    """All files of the assembly, the code of functions too."""
    app = app_with_assets()
    stack = new_stack(app, region="us-east-1")
    secret = SecretValue.secrets_manager("dkim")
    kinds = {
        "own": lambda: Dkim.bring_your_own(selector="key-1", private_key=secret, public_key=public_pem()),
        "managed": Dkim.managed_key,
        "next": lambda: Dkim.managed_key(2),
        "replica": lambda: Dkim.replica_of("ap-northeast-1"),
    }
    SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), dkim=kinds[kind]())
    files = [path for path in Path(app.synth().directory).rglob("*") if path.is_file()]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    assert "AWS::" in text
    assert "PRIVATE KEY-----" not in text
    assert held(["".join(private_pem().splitlines()[1:-1])], text) == []


PEM, LINE = private_pem(), "".join(private_pem().splitlines()[1:-1])
REFUSED: dict[str, Callable[[], object]] = {
    "as-text": lambda: _own(private_key=LINE),
    "as-pem": lambda: _own(private_key=PEM),
    "as-octets": lambda: _own(private_key=PEM.encode()),
    "in-plain": lambda: _own(private_key=SecretValue.unsafe_plain_text(LINE)),
    "pem-in-plain": lambda: _own(private_key=SecretValue.unsafe_plain_text(PEM)),
    "as-public-key": lambda: _own(public_key=PEM),
    "as-public-octets": lambda: _own(public_key=PEM.encode()),
    "line-as-public-key": lambda: _own(public_key=LINE),
    "cut-as-public-key": lambda: _own(public_key=PEM[:800]),
    "labelled-as-public": lambda: _own(public_key=PEM.replace("PRIVATE", "PUBLIC")),
    "as-selector": lambda: _own(selector=LINE),
    "as-managed-selector": lambda: Dkim.managed_key(selector=LINE),
    "as-generation": lambda: Dkim.managed_key(LINE),  # type: ignore[arg-type]  # on purpose
    "as-encryption-key": lambda: Dkim.managed_key(encryption_key=LINE),  # type: ignore[arg-type]  # on purpose
    "as-region": lambda: Dkim.replica_of(LINE),
    "as-dkim": lambda: signing_of(LINE, None),  # type: ignore[arg-type]  # on purpose
}


def _own(**changes: Any) -> Dkim:
    given = {"selector": "key-1", "private_key": SecretValue.secrets_manager("dkim"), "public_key": public_pem()}
    return Dkim.bring_your_own(**given | changes)


@pytest.mark.parametrize("case", REFUSED)
def test_exceptions(case: str) -> None:
    """A key in the wrong place is not said, not even by what caused the error."""
    with pytest.raises(EmailAuthError) as caught:
        REFUSED[case]()
    error: BaseException | None = caught.value
    while error is not None:
        assert held([LINE], f"{error} {error!r}") == []
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_the_choice_is_not_shown() -> None:
    """A Dkim in a log."""
    assert held([LINE], repr(_own())) == []
