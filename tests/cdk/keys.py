"""Keys for tests, made once: nothing of them stands in a file."""

from __future__ import annotations

import functools
from typing import Any

from aws_cdk import App, SecretValue
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ses_email_auth import Dkim
from tests.cdk.stacks import DEFAULT_RULES

__all__ = ["SECRET", "app_with_assets", "own_key", "private_pem", "public_pem"]

SECRET = "dkim/blacksheep.link/key-1"


@functools.cache
def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def public_pem(bits: int = 2048) -> str:
    """The public half."""
    return _key(bits).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(bits: int = 2048) -> str:
    """The private half."""
    return _key(bits).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def own_key(**changes: Any) -> Dkim:
    """A key of 2048 bits that somebody brings."""
    given = {"selector": "key-1", "private_key": SecretValue.secrets_manager(SECRET), "public_key": public_pem()} | changes
    return Dkim.bring_your_own(**given)


def app_with_assets(**context: object) -> App:
    """An app whose stacks take functions, which have assets."""
    return App(analytics_reporting=False, context={DEFAULT_RULES: True, **context})
