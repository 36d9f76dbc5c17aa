"""The handler that makes DKIM keys: one key for each generation and stack, whatever CloudFormation does again."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from ses_email_auth.lambdas import managed_key as handler
from ses_email_auth.lambdas.custom_resource import NOT_CREATED
from ses_email_auth.records.dkim import DkimKeyRecord
from tests.dns_server import txt_strings
from tests.lambdas.events import Stack, cloudformation, stack_event
from tests.lambdas.fake_keys import FakeKeys

if TYPE_CHECKING:
    from collections.abc import Iterator

ENCRYPTION_KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/1"


def key(**changes: object) -> dict[str, object]:
    """The properties of the first generation."""
    return {"Domain": "example.com", "Selector": "ses", "Generation": 1, "EncryptionKey": ENCRYPTION_KEY} | changes


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeKeys:
    """AWS without any secret."""
    fake = FakeKeys()
    monkeypatch.setattr(handler.boto3, "client", fake.client)
    return fake


@pytest.fixture
def stack(aws: FakeKeys) -> Iterator[Stack]:  # noqa: ARG001 - it has to stand before
    """A stack with the handler."""
    with cloudformation(handler.handle) as made:
        yield made


def test_a_key_is_made(aws: FakeKeys, stack: Stack) -> None:
    """The secret holds the private key on one line as SES takes it; the answer has its ARN and the TXT value alone."""
    created = stack.create(**key())
    ((name, secret),) = aws.secrets.items()
    assert re.fullmatch(r"ses-email-auth/example\.com/ses-1/[0-9a-f]{12}", name)
    assert (created.status, created.physical_id, list(created.data)) == ("SUCCESS", secret["ARN"], ["DkimKeyText1"])
    assert secret["KmsKeyId"] == ENCRYPTION_KEY
    assert secret["SecretString"] == aws.private_keys[0]
    assert re.fullmatch(r"[a-zA-Z0-9+/]+={0,2}", secret["SecretString"])


def test_the_record_holds_the_public_half(aws: FakeKeys, stack: Stack) -> None:
    """In strings of at most 255 octets, and it belongs to the private half."""
    value = stack.create(**key()).data["DkimKeyText1"]
    strings = txt_strings(value)
    assert [len(string) for string in strings] == [255, len(b"".join(strings)) - 255]
    record = DkimKeyRecord.parse(b"".join(strings).decode())
    assert str(record).startswith("v=DKIM1; k=rsa; p=")
    private = load_der_private_key(base64.b64decode(aws.private_keys[0]), None)
    assert isinstance(private, RSAPrivateKey)
    assert record.public_key == private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert value == " ".join(f'"{string}"' for string in record.strings)


def test_the_same_request_again(aws: FakeKeys, stack: Stack) -> None:
    """Never a second key."""
    created = stack.create(**key())
    assert stack.again() == created
    assert len(aws.private_keys) == 1


def test_a_key_whose_deletion_was_ordered(aws: FakeKeys, stack: Stack) -> None:
    """A deployment that was rolled back and is tried again gets the same key: its record may be in DNS already."""
    created = stack.create(**key())
    assert stack.delete(created.physical_id, **key()).status == "SUCCESS"
    (secret,) = aws.secrets.values()
    assert secret["DeletedDate"] == "in 30 days"
    assert stack.create(**key()) == created
    assert "DeletedDate" not in secret


def test_generations_are_keys_of_their_own(aws: FakeKeys, stack: Stack) -> None:
    """Another secret, another key."""
    first, second = stack.create(**key()), stack.create(**key(Generation=2))
    assert first.physical_id != second.physical_id
    assert (list(second.data), len(set(aws.private_keys))) == (["DkimKeyText2"], 2)


def test_stacks_have_keys_of_their_own(aws: FakeKeys, stack: Stack) -> None:
    """A stack that is made anew does not meet the secret of the one before, whose deletion takes 30 days."""
    stack.create(**key())
    event = stack.event("Create", key()) | {"StackId": "arn:aws:cloudformation:ap-northeast-1:123456789012:stack/Stack/other"}
    assert stack.send(event).status == "SUCCESS"
    assert len(aws.secrets) == 2


def test_a_renamed_construct_has_a_key_of_its_own(aws: FakeKeys, stack: Stack) -> None:
    """SES refuses the second identity: the rollback deletes the new key, and not the one that signs."""
    created = stack.create(**key())
    stack.logical_id = "Renamed1A2B3C4D"
    renamed = stack.create(**key())
    stack.delete(renamed.physical_id, **key())
    assert {secret["ARN"]: "DeletedDate" in secret for secret in aws.secrets.values()} == {
        created.physical_id: False,
        renamed.physical_id: True,
    }


def test_an_update_changes_nothing(aws: FakeKeys, stack: Stack) -> None:
    """The same id, the same record, no call that makes anything."""
    created = stack.create(**key())
    aws.calls.clear()
    assert stack.update(created.physical_id, old=key(), **key()) == created
    assert aws.calls == ["DescribeSecret"]


@pytest.mark.parametrize("change", [{"Domain": "example.org"}, {"Selector": "mail"}])
def test_a_replacement(aws: FakeKeys, stack: Stack, change: dict[str, object]) -> None:
    """Another domain or selector has another key; the old one goes when CloudFormation deletes it."""
    created = stack.create(**key())
    replaced = stack.update(created.physical_id, old=key(), **key(**change))
    assert replaced.status == "SUCCESS"
    assert replaced.physical_id != created.physical_id
    stack.delete(created.physical_id, **key())
    assert ["DeletedDate" in secret for secret in aws.secrets.values()] == [True, False]


def test_another_encryption_key_is_refused(aws: FakeKeys, stack: Stack) -> None:
    """The one before would go with the stack's next update, and what it encrypts with it."""
    created = stack.create(**key())
    refused = stack.update(created.physical_id, old=key(), **key(EncryptionKey="arn:other"))
    assert (refused.status, refused.physical_id) == ("FAILED", created.physical_id)
    assert refused.reason.startswith("'encryption_key' of a managed key cannot change")
    # The update back, in the rollback, asks for what is there.
    assert stack.update(created.physical_id, old=key(EncryptionKey="arn:other"), **key()) == created
    assert len(aws.private_keys) == 1


def test_delete_twice(aws: FakeKeys, stack: Stack) -> None:
    """And of what is not there."""
    created = stack.create(**key())
    assert stack.delete(created.physical_id, **key()).status == "SUCCESS"
    assert stack.again().status == "SUCCESS"
    aws.secrets.clear()
    assert stack.again().status == "SUCCESS"


@pytest.mark.parametrize("operation", ["DescribeSecret", "GenerateDataKeyPair", "CreateSecret"])
def test_a_creation_that_fails(aws: FakeKeys, stack: Stack, operation: str) -> None:
    """Says which call failed and leaves nothing; the deletion that follows does nothing."""
    aws.failing = operation
    failed = stack.create(**key())
    assert (failed.status, failed.physical_id) == ("FAILED", NOT_CREATED)
    assert failed.reason in {f"the key cannot be {what}: {operation} failed with Oops" for what in ("made", "looked up")}
    aws.calls.clear()
    assert stack.delete(NOT_CREATED, **key()).status == "SUCCESS"
    assert (aws.calls, aws.secrets) == ([], {})


def test_aws_cannot_be_reached(aws: FakeKeys, stack: Stack) -> None:
    """The kind of trouble, not its words."""
    aws.failing, aws.unreachable = "CreateSecret", True
    assert stack.create(**key()).reason == "the key cannot be made: EndpointConnectionError"


def test_a_deletion_that_fails(aws: FakeKeys, stack: Stack) -> None:
    """Is told."""
    created = stack.create(**key())
    aws.failing = "DeleteSecret"
    assert stack.delete(created.physical_id, **key()).reason == "the key cannot be deleted: DeleteSecret failed with Oops"


def test_somebody_changed_the_description(aws: FakeKeys, stack: Stack) -> None:
    """Without it the public key is lost, since the handler may not read the private one."""
    stack.create(**key())
    ((name, secret),) = aws.secrets.items()
    secret["Description"] = "ours"
    assert stack.again().reason == (
        f"the secret {name} has another description than it was made with, so its public key is not known"
    )


@pytest.mark.parametrize("is_ordered", [False, True], ids=["new", "restored"])
def test_a_create_that_is_cancelled(aws: FakeKeys, stack: Stack, *, is_ordered: bool) -> None:
    """The stack rolls back meanwhile, and its delete has found nothing, so no secret may be left."""
    if is_ordered:
        created = stack.create(**key())
        stack.delete(created.physical_id, **key())
    before = str(aws.secrets)
    aws.events = [stack_event("ROLLBACK_IN_PROGRESS")]
    failed = stack.create(**key())
    assert (failed.status, failed.reason) == ("FAILED", "CloudFormation has cancelled the request, so no key was made")
    assert str(aws.secrets) == before


def test_a_rollback_restores_a_key(aws: FakeKeys, stack: Stack) -> None:
    """The update back is no cancelled request."""
    stack.create(**key())
    aws.secrets.clear()
    aws.events = [stack_event("UPDATE_ROLLBACK_IN_PROGRESS")]
    assert stack.update("id", old=key(Generation=2), **key()).status == "SUCCESS"
    assert aws.secrets


@pytest.mark.parametrize("operation", ["create_secret", "restore_secret"])
def test_cancelled_while_the_call_is_throttled(
    aws: FakeKeys, stack: Stack, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    """The call waits in botocore behind the look, and the delete is over: the deletion of the secret is ordered."""
    if operation == "restore_secret":
        stack.delete(stack.create(**key()).physical_id, **key())
    call = getattr(aws, operation)

    def throttled(**arguments: str) -> object:
        aws.events = [stack_event("ROLLBACK_IN_PROGRESS")]
        assert stack.delete("made-up", **key()).status == "SUCCESS"
        return call(**arguments)

    monkeypatch.setattr(aws, operation, throttled)
    assert stack.create(**key()).reason == "CloudFormation has cancelled the request, so the key was deleted"
    assert all("DeletedDate" in secret for secret in aws.secrets.values())
