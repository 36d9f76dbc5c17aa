"""Makes one generation of a DKIM key and keeps its private half in Secrets Manager.

AWS KMS makes the pair (`GenerateDataKeyPair`): base64 of `PrivateKeyPlaintext` is the PKCS#8 on one line that SES takes, base64
of `PublicKey` is `p=`. The public half stands in the description of the secret, so that this function never reads a private one
again. The name of the secret follows from the stack and the logical id: a second try gets the same key, and a key whose
deletion was ordered by a rollback is restored.

A creation that CloudFormation has cancelled makes no secret any more, and restores none: the delete that follows may be over,
and the secret would cost for ever. A key pair that KMS has made leaves nothing behind there.

The text of an error of these calls is never passed on: it could quote what was sent.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Protocol, cast

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.custom_resource import CONFIG, Failed, Outcome, Request, answer, error_code, retry_denied
from ses_email_auth.lambdas.stack_history import is_given_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.lambdas.custom_resource import Properties

_SPEC = "RSA_2048"
_MARK = "public key: "
_MAX_STRING = 255  # octets of one string of a TXT record
_RECOVERY_DAYS = 30


class _Secrets(Protocol):
    """The calls that are used."""

    def create_secret(self, **arguments: object) -> Mapping[str, object]: ...
    def delete_secret(self, **arguments: object) -> Mapping[str, object]: ...
    def describe_secret(self, **arguments: object) -> Mapping[str, object]: ...
    def restore_secret(self, **arguments: object) -> Mapping[str, object]: ...


class _Kms(Protocol):
    """As above."""

    def generate_data_key_pair(self, **arguments: object) -> Mapping[str, bytes]: ...


def handle(event: dict[str, object], context: object) -> None:
    """Answer CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    secrets = cast("_Secrets", boto3.client("secretsmanager", config=CONFIG))
    name = _secret_name(request)
    if request.kind == "Delete":
        _delete(secrets, name)
        return Outcome(request.physical_id)
    arn, public_key = _existing(secrets, request, name) or _create(secrets, request, name)
    if _is_cancelled(request):  # AWS may have let the call wait after the look before it
        _delete(secrets, name)
        raise Failed("CloudFormation has cancelled the request, so the key was deleted")
    return Outcome(arn, {f"DkimKeyText{request.properties['Generation']}": _txt(public_key)})


def _names(properties: Properties) -> tuple[str, ...]:
    return tuple(str(properties[name]) for name in ("Domain", "Selector", "Generation"))


def _secret_name(request: Request) -> str:
    """The same in each try of one resource, and another one in a stack that is created again.

    A construct with a new name is another resource: the rollback of its creation must not delete the key that signs.
    """
    domain, selector, generation = _names(request.properties)
    resource = hashlib.sha256(f"{request.stack_id}/{request.logical_id}".encode()).hexdigest()[:12]
    return f"ses-email-auth/{domain}/{selector}-{generation}/{resource}"


def _existing(secrets: _Secrets, request: Request, name: str) -> tuple[str, str] | None:
    """ARN and public key of a secret that was made before."""
    try:
        secret = retry_denied(secrets.describe_secret, SecretId=name)
        if "DeletedDate" in secret:
            _refuse_cancelled(request)
            secrets.restore_secret(SecretId=name)
    except (ClientError, BotoCoreError) as error:
        if _code(error) == "ResourceNotFoundException":
            return None
        raise _failed("looked up", error) from None
    if _key_id(secret.get("KmsKeyId")) != _key_id(request.properties["EncryptionKey"]):
        raise Failed(
            "'encryption_key' of a managed key cannot change, its secrets would be lost with the old one; give it back, or "
            "take another selector= for new keys"
        )
    _, mark, public_key = str(secret.get("Description", "")).partition(_MARK)
    if not mark:
        raise Failed(f"the secret {name} has another description than it was made with, so its public key is not known")
    return str(secret["ARN"]), public_key


def _create(secrets: _Secrets, request: Request, name: str) -> tuple[str, str]:
    domain, selector, generation = _names(request.properties)
    encryption_key = str(request.properties["EncryptionKey"])
    kms = cast("_Kms", boto3.client("kms", config=CONFIG))
    try:
        pair = retry_denied(kms.generate_data_key_pair, KeyId=encryption_key, KeyPairSpec=_SPEC)
        public_key = base64.b64encode(pair["PublicKey"]).decode("ascii")
        _refuse_cancelled(request)
        secret = retry_denied(
            secrets.create_secret,
            Name=name,
            Description=f"private DKIM key of {domain}, selector {selector}-{generation}; {_MARK}{public_key}",
            KmsKeyId=encryption_key,
            SecretString=base64.b64encode(pair["PrivateKeyPlaintext"]).decode("ascii"),
        )
    except (ClientError, BotoCoreError) as error:
        raise _failed("made", error) from None
    return str(secret["ARN"]), public_key


def _refuse_cancelled(request: Request) -> None:
    if _is_cancelled(request):
        raise Failed("CloudFormation has cancelled the request, so no key was made")


def _is_cancelled(request: Request) -> bool:
    return request.kind == "Create" and is_given_up(request)


def _delete(secrets: _Secrets, name: str) -> None:
    """Order the deletion; until AWS has done it, the key can be restored."""
    try:
        secrets.delete_secret(SecretId=name, RecoveryWindowInDays=_RECOVERY_DAYS)
    except (ClientError, BotoCoreError) as error:
        # InvalidRequestException: its deletion is ordered already.
        if _code(error) not in {"ResourceNotFoundException", "InvalidRequestException"}:
            raise _failed("deleted", error) from None


def _txt(public_key: str) -> str:
    """The value of the record as Route 53 takes it."""
    text = f"v=DKIM1; k=rsa; p={public_key}"
    strings = [text[at : at + _MAX_STRING] for at in range(0, len(text), _MAX_STRING)]
    return " ".join(f'"{string}"' for string in strings)


def _key_id(key: object) -> str:
    """The id of a key that is named by its ARN or by its id."""
    return str(key).rpartition("/")[2]


def _code(error: ClientError | BotoCoreError) -> str:
    return error_code(error) if isinstance(error, ClientError) else type(error).__name__


def _failed(what: str, error: ClientError | BotoCoreError) -> Failed:
    operation = f"{error.operation_name} failed with " if isinstance(error, ClientError) else ""
    return Failed(f"the key cannot be {what}: {operation}{_code(error)}")
