"""What is known of an SES identity: types, and what SES makes of a request that concerns its DKIM. Pure, but for new tokens.

Sources: SESv2 API reference (GetEmailIdentity, DkimSigningAttributes, VerificationInfo), SES developer guide (Easy DKIM,
BYODKIM, Deterministic Easy DKIM), General Reference (table of DKIM domains). Texts of refusals are ours where none was found.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import string
from typing import TYPE_CHECKING, NotRequired, TypedDict

from cryptography.exceptions import UnsupportedAlgorithm  # in the same environment as MiniStack
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DEFAULT_KEY_LENGTH",
    "Dkim",
    "Identity",
    "Kept",
    "MailFrom",
    "Refused",
    "VerificationInfo",
    "dkim_zone",
    "is_domain",
    "new_tokens",
    "own_key",
    "parent_region",
    "public_key",
]

DEFAULT_KEY_LENGTH = "RSA_2048_BIT"
_REPLICA = "AWS_SES_"
_MIN_BITS, _MAX_BITS = 1024, 2048

# General Reference, "DKIM domains"; all other regions share one zone.
_REGIONS_WITH_DKIM_ZONE = frozenset(
    {
        "af-south-1",
        "ap-northeast-3",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-5",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "il-central-1",
        "me-central-1",
        "us-gov-east-1",
    }
)


class Dkim(TypedDict, total=False):
    """`DkimAttributes` of GetEmailIdentity."""

    SigningEnabled: bool
    Status: str
    Tokens: list[str]
    SigningAttributesOrigin: str
    SigningHostedZone: str
    NextSigningKeyLength: str
    CurrentSigningKeyLength: str


class MailFrom(TypedDict, total=False):
    """`MailFromAttributes` of GetEmailIdentity."""

    MailFromDomain: str
    MailFromDomainStatus: str
    BehaviorOnMxFailure: str


class VerificationInfo(TypedDict, total=False):
    """`VerificationInfo` of GetEmailIdentity. Times are seconds since 1970."""

    LastCheckedTimestamp: float
    LastSuccessTimestamp: float
    ErrorType: str
    SOARecord: dict[str, object]


class Kept(TypedDict, total=False):
    """What SES remembers and never shows."""

    private_key: str
    easy_tokens: list[str]
    policies: dict[str, str]
    """Name to document, as it was put."""

    dns_since: float
    """Since when the records have stood."""

    dkim_error: str
    """`ErrorType` that a control request has set."""


class Identity(TypedDict):
    """What GetEmailIdentity answers, and what is kept with it."""

    EmailIdentity: str
    IdentityType: str
    VerifiedForSendingStatus: bool
    VerificationStatus: str
    FeedbackForwardingStatus: bool
    ConfigurationSetName: NotRequired[str]
    DkimAttributes: Dkim
    MailFromAttributes: MailFrom
    VerificationInfo: VerificationInfo
    Tags: list[dict[str, str]]
    kept: Kept


class Refused(ValueError):
    """What SES does not do; `code` is the name of the error in SESv2."""

    def __init__(self, code: str, text: str) -> None:
        """`text` is the message of the error."""
        super().__init__(text)
        self.code = code


def is_domain(name: str) -> bool:
    """Whether the identity is a domain, and not an address."""
    return "@" not in name


def dkim_zone(region: str) -> str:
    """The zone below which the DKIM keys of a region stand."""
    return f"dkim.{region}.amazonses.com" if region in _REGIONS_WITH_DKIM_ZONE else "dkim.amazonses.com"


def new_tokens() -> list[str]:
    """Three Easy DKIM tokens: 32 letters and digits, never the same again."""
    alphabet = string.ascii_lowercase + string.digits
    return ["".join(secrets.choice(alphabet) for _ in range(32)) for _ in range(3)]


def parent_region(origin: object) -> str | None:
    """The region of the parent if `origin` is that of a Deterministic Easy DKIM replica, else None."""
    if not isinstance(origin, str) or not origin.startswith(_REPLICA):
        return None
    return origin.removeprefix(_REPLICA).lower().replace("_", "-")


def own_key(signing: Mapping[str, object]) -> tuple[str, str] | None:
    """Selector and private key if `signing` brings its own (BYODKIM), else None."""
    selector, private_key = signing.get("DomainSigningSelector"), signing.get("DomainSigningPrivateKey")
    if selector is None and private_key is None:
        return None
    if not isinstance(selector, str) or not isinstance(private_key, str):
        raise Refused("BadRequestException", "DomainSigningSelector and DomainSigningPrivateKey must be given together.")
    # Selector of the API: 1 to 63 characters of this pattern.
    if re.fullmatch(r"(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9]))", selector) is None or len(selector) > 63:  # noqa: PLR2004
        raise Refused("BadRequestException", f"Invalid DomainSigningSelector: {selector}")
    public_key(private_key)
    return selector, private_key


def public_key(private_key: str) -> bytes:
    """The public half in DER, which `p=` of the DKIM record has to hold.

    Raises:
        Refused: if SES does not take the key: RSA of 1024 to 2048 bits, DER in base64 on one line.
    """
    refused = Refused("BadRequestException", "Invalid DomainSigningPrivateKey.")  # never with a part of the key
    try:
        key = load_der_private_key(base64.b64decode(private_key, validate=True), None)
    except (binascii.Error, TypeError, ValueError, UnsupportedAlgorithm):
        raise refused from None
    if not isinstance(key, RSAPrivateKey) or not _MIN_BITS <= key.key_size <= _MAX_BITS:
        raise refused
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
