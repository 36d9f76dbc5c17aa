"""AWS KMS, Secrets Manager and SES as far as the handlers of keys need them, in memory; any call can be made to fail.

What fails says the private key in its error, as nothing of AWS should, so that tests can see whether a handler passes it on.
"""

# ruff: noqa: N803 - names of the API

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def refused(operation: str, code: str, message: str = "") -> ClientError:
    """The error of an AWS call."""
    return ClientError({"Error": {"Code": code, "Message": message or code}}, operation)


@dataclass
class FakeKeys:
    """`client` is what `boto3.client` is in AWS."""

    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name."""

    identities: set[str] = field(default_factory=set)
    private_keys: list[str] = field(default_factory=list)
    """All that were ever made, as SES takes them."""

    calls: list[str] = field(default_factory=list)
    failing: str = ""
    """The operation that fails."""

    events: list[dict[str, Any]] = field(default_factory=list)
    """Of the stack, the newest first."""

    unreachable: bool = False
    """Whether it fails before AWS is reached."""

    def client(self, service: str, **_: object) -> FakeKeys:
        """One object does for all services."""
        assert service in {"cloudformation", "kms", "secretsmanager", "sesv2"}
        return self

    def generate_data_key_pair(self, *, KeyId: str, KeyPairSpec: str) -> dict[str, Any]:
        """A real key pair."""
        assert KeyId
        assert KeyPairSpec == "RSA_2048"
        key = rsa.generate_private_key(65537, 2048)
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self.private_keys.append(base64.b64encode(private).decode())
        self._called("GenerateDataKeyPair")
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"KeyId": KeyId, "PublicKey": public, "PrivateKeyPlaintext": private}

    def create_secret(self, *, Name: str, Description: str, KmsKeyId: str, SecretString: str) -> dict[str, str]:
        """A new secret."""
        self._called("CreateSecret")
        if Name in self.secrets:
            raise refused("CreateSecret", "ResourceExistsException")
        arn = f"arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:{Name}-a1b2c3"
        self.secrets[Name] = {"ARN": arn, "Description": Description, "KmsKeyId": KmsKeyId, "SecretString": SecretString}
        return {"ARN": arn, "Name": Name}

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:
        """All but its value."""
        self._called("DescribeSecret")
        return {name: value for name, value in self._found("DescribeSecret", SecretId).items() if name != "SecretString"}

    def restore_secret(self, *, SecretId: str) -> None:
        """Take the order back."""
        self._called("RestoreSecret")
        self._found("RestoreSecret", SecretId).pop("DeletedDate")

    def delete_secret(self, *, SecretId: str, RecoveryWindowInDays: int) -> None:
        """Order its deletion."""
        self._called("DeleteSecret")
        found = self._found("DeleteSecret", SecretId)
        if "DeletedDate" in found:
            raise refused("DeleteSecret", "InvalidRequestException")
        found["DeletedDate"] = f"in {RecoveryWindowInDays} days"

    def describe_stack_events(self, *, StackName: str) -> dict[str, Any]:
        """What CloudFormation remembers."""
        assert StackName
        return {"StackEvents": self.events}

    def get_email_identity(self, *, EmailIdentity: str) -> dict[str, Any]:
        """Whether it exists."""
        self._called("GetEmailIdentity")
        if EmailIdentity not in self.identities:
            raise refused("GetEmailIdentity", "NotFoundException")
        return {}

    def _found(self, operation: str, name: str) -> dict[str, Any]:
        if name not in self.secrets:
            raise refused(operation, "ResourceNotFoundException")
        return self.secrets[name]

    def _called(self, operation: str) -> None:
        self.calls.append(operation)
        if operation == self.failing:
            said = f"cannot take {self.private_keys}"
            raise EndpointConnectionError(endpoint_url=said) if self.unreachable else refused(operation, "Oops", said)
