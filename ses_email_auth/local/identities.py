"""Operations on SES identities, shared by the API and CloudFormation: create, delete, signing, MAIL FROM, configuration set.

Sources: SESv2 API reference, SES developer guide (Easy DKIM, BYODKIM, Deterministic Easy DKIM, custom MAIL FROM), General
Reference (table of DKIM domains), reports on GitHub for the wording of refusals; texts are ours where there is no report.
What replicas refuse is from the guide; that creation refuses it, and not only verification later (`VerificationInfo` has error
types for it), is a guess.
Not handled: the limit of one key rotation a day, regions without SES, production access.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import string
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm  # in the same environment as MiniStack
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from ses_email_auth.local import emulator, emulator_ses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.local.emulator_ses import Dkim, Identity, MailFrom

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


class Refused(ValueError):
    """What SES does not do; `code` is the name of the error in SESv2."""

    def __init__(self, code: str, text: str) -> None:
        """`text` is the message of the error."""
        super().__init__(text)
        self.code = code


def existing(name: str) -> Identity:
    """The identity.

    Raises:
        Refused: if there is none.
    """
    identity = emulator_ses.identities().get(name)
    if identity is None:
        raise Refused("NotFoundException", f"Email identity {name} does not exist.")
    return identity


def create(name: str, signing: Mapping[str, object], tags: list[dict[str, str]], configuration_set: str | None) -> Identity:
    """Make an identity that does not exist yet."""
    if name in emulator_ses.identities():
        raise Refused("AlreadyExistsException", f"Email identity {name} already exist.")
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise Refused("BadRequestException", "Duplicate tag keys found")
    identity: Identity = {
        "EmailIdentity": name,
        "IdentityType": "DOMAIN" if is_domain(name) else "EMAIL_ADDRESS",
        "VerifiedForSendingStatus": False,
        "VerificationStatus": "PENDING",
        "FeedbackForwardingStatus": True,
        "DkimAttributes": {"SigningEnabled": True, "Status": "NOT_STARTED", "Tokens": []},
        "MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        "VerificationInfo": {},
        "Tags": tags,
        "kept": {"policies": {}},
    }
    put_configuration_set(identity, configuration_set)
    put_signing(identity, signing)
    emulator_ses.store_identity(name, identity)
    return identity


def delete(name: str) -> None:
    """Delete an identity; not while it has replicas (developer guide, Deterministic Easy DKIM) or a tenant uses it."""
    for account, region, other, identity in emulator_ses.every_identity():
        origin = parent_region(identity["DkimAttributes"].get("SigningAttributesOrigin"))
        if (account, other, origin) == (emulator.account(), name, emulator.region()) and region != origin:
            raise Refused("BadRequestException", f"The identity {name} is the parent of a replica in {region}.")
    arn = f"arn:aws:ses:{emulator.region()}:{emulator.account()}:identity/{name}"
    if emulator_ses.is_used_by_tenant(arn):
        text = f"Cannot delete <{arn}> because it has tenant associations. Remove all tenant associations and try again."
        raise Refused("BadRequestException", text)
    emulator_ses.delete_identity(name)


def put_signing(identity: Identity, signing: Mapping[str, object]) -> None:
    """Sign with own keys, as a replica, or with Easy DKIM, as `signing` (DkimSigningAttributes) asks."""
    dkim, kept, name = identity["DkimAttributes"], identity["kept"], identity["EmailIdentity"]
    if not is_domain(name):
        if signing:
            raise Refused("BadRequestException", "DkimSigningAttributes can only be given for a domain.")
        return
    own, origin = own_key(signing), signing.get("DomainSigningAttributesOrigin")
    replicated = parent_region(origin)
    parent = None if replicated is None else _parent(name, replicated)
    for member in ("SigningHostedZone", "NextSigningKeyLength", "CurrentSigningKeyLength"):
        dkim.pop(member, None)  # type: ignore[misc]  # a loop over keys of a TypedDict
    dkim["Status"] = "PENDING"
    kept.pop("private_key", None)
    kept.pop("dns_since", None)
    if own is not None:
        selector, kept["private_key"] = own
        # The guide names no hosted zone for own keys; AWS returned none in reports.
        dkim |= {"SigningAttributesOrigin": "EXTERNAL", "Tokens": [selector]}
        return
    if parent is not None:
        dkim |= {
            "SigningAttributesOrigin": str(origin),
            "Tokens": list(parent["Tokens"]),
            "SigningHostedZone": parent["SigningHostedZone"],
            "NextSigningKeyLength": parent["NextSigningKeyLength"],
            "CurrentSigningKeyLength": parent["CurrentSigningKeyLength"],
        }
        return
    length = str(signing.get("NextSigningKeyLength", DEFAULT_KEY_LENGTH))
    dkim |= {
        "SigningAttributesOrigin": "AWS_SES",
        "Tokens": list(kept.setdefault("easy_tokens", new_tokens())),
        "SigningHostedZone": dkim_zone(emulator.region()),
        # The new key is in force at once; SES takes up to a few days.
        "NextSigningKeyLength": length,
        "CurrentSigningKeyLength": length,
    }


def refuse_length_in_force(identity: Identity, length: object) -> None:
    """The guide says that SES refuses to switch to the key length that is in force; the wording is ours."""
    if length is not None and length == identity["DkimAttributes"].get("CurrentSigningKeyLength"):
        name = identity["EmailIdentity"]
        raise Refused("BadRequestException", f"The DKIM signing key length of the identity <{name}> is {length} already.")


def put_mail_from(identity: Identity, domain: object, behavior: object) -> None:
    """Set the MAIL FROM domain; setting it again is what starts a set-up that has failed anew."""
    refuse_mail_from_elsewhere(identity["EmailIdentity"], domain)
    mail_from: MailFrom = {"BehaviorOnMxFailure": str(behavior or "USE_DEFAULT_VALUE")}
    if domain is not None and domain != "":
        mail_from |= {"MailFromDomain": str(domain), "MailFromDomainStatus": "PENDING"}
    identity["MailFromAttributes"] = mail_from


def refuse_mail_from_elsewhere(name: str, domain: object) -> None:
    """SES's sentence for a MAIL FROM domain that is not below the identity."""
    above = name.rpartition("@")[2]
    if domain is not None and domain != "" and not str(domain).lower().endswith(f".{above.lower()}"):
        raise Refused(
            "BadRequestException",
            f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity <{above}>.",
        )


def put_configuration_set(identity: Identity, name: str | None) -> None:
    """Make it the default configuration set of the identity; None takes it away."""
    if name is None or name == "":
        identity.pop("ConfigurationSetName", None)
        return
    if not emulator_ses.has_configuration_set(name):
        raise Refused("NotFoundException", f"Configuration set <{name}> does not exist.")
    identity["ConfigurationSetName"] = name


def _parent(name: str, region: str) -> Dkim:
    """What a replica signs with."""
    if region == emulator.region():
        raise Refused("BadRequestException", f"The parent of a replica must be in another region than {region}.")
    parent = emulator_ses.identity_in(emulator.account(), region, name)
    if parent is None:
        raise Refused("BadRequestException", f"There is no identity {name} in {region} to replicate.")
    origin = parent["DkimAttributes"].get("SigningAttributesOrigin")
    if origin != "AWS_SES":
        raise Refused("BadRequestException", f"The identity {name} in {region} does not use Easy DKIM, but {origin}.")
    return parent["DkimAttributes"]


# --- names, keys and tokens -----------------------------------------------------------------------------------------------


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
