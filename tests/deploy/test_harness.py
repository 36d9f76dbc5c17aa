"""That the harness of the examples would see what it looks for."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.deploy.examples import PRIVATE_KEY

KEYS = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048, 4096)}


@pytest.mark.parametrize("bits", KEYS)
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_private_key_is_seen(bits: int, form: PrivateFormat) -> None:
    """As PEM and as one line, in the midst of other text."""
    pem = KEYS[bits].private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    line = base64.b64encode(KEYS[bits].private_bytes(Encoding.DER, form, NoEncryption())).decode()
    assert PRIVATE_KEY.search(f"x {pem} y") is not None
    assert PRIVATE_KEY.search(f'{{"key":"{line}"}}') is not None


@pytest.mark.parametrize("bits", KEYS)
def test_a_public_key_is_no_finding(bits: int) -> None:
    """It stands in DNS."""
    public = KEYS[bits].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    line = base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    assert PRIVATE_KEY.search(pem) is None
    assert PRIVATE_KEY.search(f"v=DKIM1; k=rsa; p={line}") is None
