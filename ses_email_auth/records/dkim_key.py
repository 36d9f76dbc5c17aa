"""The key inside a DKIM key record (RFC 6376 section 3.6.1, RFC 8301 section 3.2, RFC 8463 section 4.2).

RSA stands in DNS as DER: SubjectPublicKeyInfo, as everyone publishes it (RFC 6376 appendix C), or the RSAPublicKey (PKCS#1)
that section 3.6.1 names. Ed25519 stands there as its raw 32 bytes. Not handled: X.509 certificates, PEM files with several
keys. No error here ever holds a key.
"""

from __future__ import annotations

import base64
import enum
import re

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token

__all__ = ["DkimKeyType", "bits_of", "private_key_hidden", "public_key_from_pem"]

_MIN_BITS, _MAX_BITS = 1024, 4096
_ED25519_OCTETS, _ED25519_BITS = 32, 256
_NOT_SHOWN = "(not shown)"
# A private key in DER begins with SEQUENCE, its length, and the INTEGER 0 or 1 (PKCS#8, PKCS#1, SEC 1); no public key does.
_PRIVATE_DER = re.compile(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01]", re.DOTALL)
_DER_START = 12  # base64 characters that hold the nine octets of the longest such start


class DkimKeyType(enum.Enum):
    """The key types of `k=` (RFC 6376 section 3.6.1, RFC 8463 section 4.2)."""

    RSA = "rsa"
    ED25519 = "ed25519"


def bits_of(key: bytes, key_type: DkimKeyType) -> int:
    """The size of a public key in bits.

    Args:
        key: the octets of `p=`.
        key_type: what `k=` says they are.

    Raises:
        EmailAuthError: if they are no key of that type.
    """
    if key_type is DkimKeyType.ED25519:
        if len(key) != _ED25519_OCTETS:
            raise EmailAuthError(
                f"an Ed25519 key is {_ED25519_OCTETS} octets, the raw key without the SubjectPublicKeyInfo around it "
                f"(RFC 8463 section 4.2), got {len(key)}; DkimKeyRecord.from_pem takes it out"
            )
        return _ED25519_BITS
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - keeps the import of the pure part fast
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    try:
        loaded = load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm):
        loaded = None
    if not isinstance(loaded, RSAPublicKey):
        raise EmailAuthError(
            f"the {len(key)} octets of the key are not an RSA public key (SubjectPublicKeyInfo or PKCS#1, in DER); "
            "was it cut, or is it of another type than k= says?"
        )
    return loaded.key_size


def public_key_from_pem(pem: str | bytes, prop: str = "pem") -> tuple[DkimKeyType, bytes]:
    """The type and the octets of `p=` of a public key in PEM form; RSA always as SubjectPublicKeyInfo.

    Args:
        pem: the key.
        prop: what the user calls it.

    Raises:
        EmailAuthError: for a private key, a key that is neither RSA nor Ed25519, and an RSA key that receivers need not
            or must not accept.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - keeps the import of the pure part fast
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415

    text = pem.decode("latin-1") if isinstance(pem, bytes) else pem
    if holds_token(text):
        raise EmailAuthError(f"{prop!r} holds a CDK token; the key must be known while the app is synthesized")
    if "PRIVATE KEY" in text:
        raise EmailAuthError(
            f"{prop!r} is a private key; pass the public one: openssl pkey -in key.pem -pubout -out public.pem"
        )
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        # "from None": the error of the library could quote what it read.
        raise EmailAuthError(
            f"{prop!r} must be a public key in PEM form, with its line BEGIN PUBLIC KEY or BEGIN RSA PUBLIC KEY"
        ) from None
    if isinstance(key, Ed25519PublicKey):
        return DkimKeyType.ED25519, key.public_bytes_raw()
    if not isinstance(key, RSAPublicKey):
        raise EmailAuthError(f"{prop!r} must be an RSA or an Ed25519 key; DKIM knows no other (RFC 6376, RFC 8463)")
    # RFC 8301 section 3.2: verifiers must refuse keys below 1024 bits, and need not know those above 4096.
    if not _MIN_BITS <= key.key_size <= _MAX_BITS:
        allowed = f"{_MIN_BITS} to {_MAX_BITS} bits (RFC 8301 section 3.2)"
        raise EmailAuthError(f"{prop!r} must be an RSA key of {allowed}, got {key.key_size}; make one of 2048")
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return DkimKeyType.RSA, key.public_bytes(serialization.Encoding.DER, form)


def private_key_hidden(text: str) -> tuple[str, tuple[int, int]] | None:
    """None for a record text without a private key; else the text with each private key replaced, and the first one's place.

    Also finds keys that were cut off or damaged behind their start. A raw Ed25519 seed cannot be told from a public key.
    """
    parts: list[str] = []
    span: tuple[int, int] | None = None
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if _looks_private(name):
            shown = _NOT_SHOWN
        elif _looks_private(value):
            shown = name + equals + _NOT_SHOWN
        else:
            parts.append(part)
            continue
        end = sum(len(earlier) + 1 for earlier in parts) + len(shown)
        parts.append(shown)
        span = span or (end - len(_NOT_SHOWN), end)
    return None if span is None else (";".join(parts), span)


def _looks_private(text: str) -> bool:
    start = re.sub(r"[^A-Za-z0-9+/]", "", text)[:_DER_START]
    der = base64.b64decode(start[: len(start) // 4 * 4])
    return "PRIVATE KEY" in text or _PRIVATE_DER.match(der) is not None
