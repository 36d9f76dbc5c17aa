"""What Amazon SES asks of a DKIM key of one's own (guide: "Provide your own DKIM authentication token (BYODKIM)"; the shapes
`Selector` and `PrivateKey` of the sesv2 API, botocore 1.44.5).

Not handled: Ed25519 (RFC 8463), which SES cannot sign with, and keys behind a passphrase. No error here ever holds a key.
"""

from __future__ import annotations

import base64
import binascii
import re

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token

# Stricter than RFC 6376 section 3.1, which allows several labels with dots.
_SELECTOR = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?")
_MAX_SELECTOR = 63
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)
_RSA_LABELS = ("RSA PRIVATE KEY", "PRIVATE KEY")  # PKCS#1 and PKCS#8
_MIN_BITS, _MAX_BITS = 1024, 2048


def check_selector(selector: str) -> None:
    """Refuse a selector that SES would refuse; one that holds a CDK token passes.

    Raises:
        EmailAuthError: if it is not one label of 1 to 63 letters, digits and inner hyphens.
    """
    if holds_token(selector):
        return
    if len(selector) > _MAX_SELECTOR or _SELECTOR.fullmatch(selector) is None:
        # A long text is not shown: it could be a key in the wrong place.
        got = repr(selector) if len(selector) <= _MAX_SELECTOR else f"a text of {len(selector)} characters"
        raise EmailAuthError(
            f"the DKIM selector must be 1 to {_MAX_SELECTOR} letters, digits and inner hyphens, without dots and underscores, "
            f"got {got}; pass for example 'key-2026'"
        )


def check_public_key(kind: str, bits: int | None) -> None:
    """Refuse a public key to which SES could hold no private one.

    Args:
        kind: as in `k=` of its record.
        bits: its size.

    Raises:
        EmailAuthError: if it is no RSA key of 1024 to 2048 bits.
    """
    if kind != "rsa" or bits is None or not _MIN_BITS <= bits <= _MAX_BITS:
        raise EmailAuthError(
            f"'public_key' must be an RSA key of {_MIN_BITS} to {_MAX_BITS} bits, SES signs with no other; got {kind} of "
            f"{bits} bits; make a key with 'openssl genrsa -out key.pem 2048'"
        )


def private_key_body(pem: str | bytes) -> str:
    """The private key in the form of `DomainSigningPrivateKey`: the base64 of a PEM file on one line, without BEGIN and END.

    A text that holds a CDK token (a secret) comes back unchanged.

    Args:
        pem: an RSA private key of 1024 to 2048 bits, PKCS#1 or PKCS#8, without a passphrase.

    Raises:
        EmailAuthError: if it is anything else. The sentence never holds a part of the key.
    """
    text = pem.decode("latin-1") if isinstance(pem, bytes) else pem
    if holds_token(text):
        return text
    blocks = _PEM.findall(text)
    if len(blocks) != 1:
        raise _refusal(f"found {len(blocks)} PEM blocks; pass the whole PEM file with its BEGIN and END lines")
    label, body = blocks[0]
    if "ENCRYPTED" in label or "ENCRYPTED" in body:
        raise _refusal("this one has a passphrase; remove it with 'openssl pkey -in key.pem -out plain.pem'")
    if label not in _RSA_LABELS:
        raise _refusal(f"this is a file of the kind {label!r}; make a key with 'openssl genrsa -out key.pem 2048'")
    line = "".join(body.split())
    _check_rsa(line)
    return line


def _check_rsa(line: str) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - 30 ms, which most users never need
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_private_key  # noqa: PLC0415

    try:
        key = load_der_private_key(base64.b64decode(line, validate=True), password=None)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        # "from None": the error of the library could quote what it read.
        raise _refusal("this one cannot be read; was it cut, or are its line ends written as a backslash and an n?") from None
    if not isinstance(key, RSAPrivateKey):
        raise _refusal(
            "this is a key of another kind, which SES cannot sign with; make one with 'openssl genrsa -out key.pem 2048'"
        )
    if not _MIN_BITS <= key.key_size <= _MAX_BITS:
        raise _refusal(f"this one has {key.key_size} bits; make a key with 'openssl genrsa -out key.pem 2048'")


def _refusal(reason: str) -> EmailAuthError:
    return EmailAuthError(
        f"the private key must be an RSA key of {_MIN_BITS} to {_MAX_BITS} bits in PEM form (PKCS#1 or PKCS#8) "
        f"without a passphrase: {reason}"
    )
