"""What SES does to identities, whoever asks: the API and CloudFormation come here.

Sources: SESv2 API reference, SES developer guide (Easy DKIM, BYODKIM, Deterministic Easy DKIM, custom MAIL FROM), reports on
GitHub for the wording of refusals. What replicas refuse is from the guide; that creation refuses it, and not only verification
later (`VerificationInfo` has error types for it), is a guess.
Not handled: the limit of one key rotation a day, regions without SES, production access.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.local import emulator, emulator_ses
from ses_email_auth.local.identity import (
    DEFAULT_KEY_LENGTH,
    Dkim,
    Identity,
    MailFrom,
    Refused,
    dkim_zone,
    is_domain,
    new_tokens,
    own_key,
    parent_region,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "create",
    "delete",
    "existing",
    "put_configuration_set",
    "put_mail_from",
    "put_signing",
    "refuse_length_in_force",
    "refuse_mail_from_elsewhere",
]


def existing(name: str) -> Identity:
    """The identity.

    Raises:
        Refused: if there is none.
    """
    found = emulator_ses.identities().get(name)
    if found is None:
        raise Refused("NotFoundException", f"Email identity {name} does not exist.")
    return found


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
    for account, region, other, found in emulator_ses.every_identity():
        origin = parent_region(found["DkimAttributes"].get("SigningAttributesOrigin"))
        if (account, other, origin) == (emulator.account(), name, emulator.region()) and region != origin:
            raise Refused("BadRequestException", f"The identity {name} is the parent of a replica in {region}.")
    arn = f"arn:aws:ses:{emulator.region()}:{emulator.account()}:identity/{name}"
    if emulator_ses.is_used_by_tenant(arn):
        text = f"Cannot delete <{arn}> because it has tenant associations. Remove all tenant associations and try again."
        raise Refused("BadRequestException", text)
    emulator_ses.delete_identity(name)


def put_signing(identity: Identity, signing: Mapping[str, object]) -> None:
    """Sign with own keys, as a replica, or with Easy DKIM: whatever `signing` (DkimSigningAttributes) asks for."""
    dkim, kept, name = identity["DkimAttributes"], identity["kept"], identity["EmailIdentity"]
    if not is_domain(name):
        if signing:
            raise Refused("BadRequestException", "DkimSigningAttributes can only be given for a domain.")
        return
    own, origin = own_key(signing), signing.get("DomainSigningAttributesOrigin")
    replicated = parent_region(origin)
    parent = None if replicated is None else _parent(name, replicated)
    for gone in ("SigningHostedZone", "NextSigningKeyLength", "CurrentSigningKeyLength"):
        dkim.pop(gone, None)  # type: ignore[misc]  # a loop over keys of a TypedDict
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


def refuse_length_in_force(identity: Identity, wanted: object) -> None:
    """The guide says that SES refuses to switch to the key length that is in force; the wording is ours."""
    if wanted is not None and wanted == identity["DkimAttributes"].get("CurrentSigningKeyLength"):
        name = identity["EmailIdentity"]
        raise Refused("BadRequestException", f"The DKIM signing key length of the identity <{name}> is {wanted} already.")


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
