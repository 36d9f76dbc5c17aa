"""AWS::SES::EmailIdentity with what SES does behind it: DKIM names, verification by DNS, and its refusals.

Sources: SES developer guide (Easy DKIM, BYODKIM, custom MAIL FROM), SESv2 API reference (GetEmailIdentity), General Reference
(table of DKIM domains), reports on GitHub for the wording of refusals.
Verification is done when somebody asks: an identity counts as verified exactly as long as the public zones hold its records
(SES itself looks for up to 72 hours, and forgives a loss for days).
Not handled: key rotation and its limit of once a day, whether a BYODKIM public key fits the private one, regions without SES,
tags of a stack that change later. An address counts as verified at once: no mail arrives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ses_email_auth.local import emulator
from ses_email_auth.local.record_set import canonical_name

if TYPE_CHECKING:
    from ses_email_auth.local.emulator import Created, Dkim, Identity, Properties

__all__ = ["dkim_zone", "install"]

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
_DEFAULT_KEY_LENGTH = "RSA_2048_BIT"


def install() -> None:
    """Put the resource type and the verification into MiniStack."""
    emulator.register("AWS::SES::EmailIdentity", create, update, emulator.delete_identity, replacing=("EmailIdentity",))
    emulator.before_ses_requests(verify_all)


def dkim_zone(region: str) -> str:
    """The zone below which the DKIM keys of a region stand."""
    return f"dkim.{region}.amazonses.com" if region in _REGIONS_WITH_DKIM_ZONE else "dkim.amazonses.com"


def create(_logical_id: str, properties: Properties, stack_name: str) -> Created:
    """Make an identity that does not exist yet."""
    name = str(properties["EmailIdentity"])
    if name in emulator.identities():
        raise ValueError(f"Resource of type 'AWS::SES::EmailIdentity' with identifier '{name}' already exists.")
    _refuse_mail_from_elsewhere(name, properties)
    tags = _tags(properties, stack_name)
    length = _part(properties, "DkimSigningAttributes").get("NextSigningKeyLength", _DEFAULT_KEY_LENGTH)
    return name, _write(name, properties, tags, str(length))


def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """Change all but the name."""
    _refuse_mail_from_elsewhere(physical_id, new)
    tags = _tags(new, stack_name)
    current = emulator.identities()[physical_id]["DkimAttributes"].get("CurrentSigningKeyLength", _DEFAULT_KEY_LENGTH)
    wanted = _part(new, "DkimSigningAttributes").get("NextSigningKeyLength")
    # "If you try to switch to the same key length": the guide says that SES refuses it; the wording is ours.
    if wanted == current and wanted != _part(old, "DkimSigningAttributes").get("NextSigningKeyLength"):
        raise ValueError(f"The DKIM signing key length of the identity <{physical_id}> is {wanted} already.")
    return physical_id, _write(physical_id, new, tags, str(wanted) if wanted is not None else current)


def _write(name: str, properties: Properties, tags: list[dict[str, str]], key_length: str) -> dict[str, str]:
    """Store the identity; returns what Fn::GetAtt answers."""
    identity = emulator.write_identity(name, properties)
    identity["Tags"] = tags
    identity["FeedbackForwardingStatus"] = _flag(_part(properties, "FeedbackAttributes").get("EmailForwardingEnabled"))
    if identity.get("ConfigurationSetName") == "":
        del identity["ConfigurationSetName"]
    if identity["MailFromAttributes"].get("MailFromDomain") == "":
        del identity["MailFromAttributes"]["MailFromDomain"]
    signing = _part(properties, "DkimSigningAttributes")
    dkim: Dkim = {
        "SigningEnabled": _flag(_part(properties, "DkimAttributes").get("SigningEnabled")),
        "Status": "PENDING",
        "NextSigningKeyLength": key_length,
        "CurrentSigningKeyLength": key_length,
    }
    identity["DkimAttributes"] = dkim
    if identity["IdentityType"] != "DOMAIN":
        dkim |= {"Status": "NOT_STARTED", "Tokens": []}
        return {}
    if "DomainSigningSelector" in signing:
        dkim |= {"SigningAttributesOrigin": "EXTERNAL", "Tokens": [str(signing["DomainSigningSelector"])]}
        return {}
    tokens, zone = emulator.dkim_tokens(name), dkim_zone(emulator.region())
    dkim |= {"SigningAttributesOrigin": "AWS_SES", "Tokens": tokens, "SigningHostedZone": zone}
    names = {f"DkimDNSTokenName{i}": f"{token}._domainkey.{name}" for i, token in enumerate(tokens, 1)}
    return names | {f"DkimDNSTokenValue{i}": f"{token}.{zone}" for i, token in enumerate(tokens, 1)}


def _refuse_mail_from_elsewhere(name: str, properties: Properties) -> None:
    mail_from = _part(properties, "MailFromAttributes").get("MailFromDomain")
    domain = name.rpartition("@")[2]
    if mail_from is not None and not str(mail_from).lower().endswith(f".{domain.lower()}"):
        raise ValueError(f"Provided MAIL-FROM domain <{mail_from}> is not subdomain of the domain of the identity <{domain}>.")


def _tags(properties: Properties, stack_name: str) -> list[dict[str, str]]:
    """The tags of the resource and of the stack; AWS hands both to SES, which refuses a key twice (aws-cdk #35298)."""
    own = properties.get("Tags")
    tags = [{"Key": str(tag["Key"]), "Value": str(tag["Value"])} for tag in own] if isinstance(own, list) else []
    tags += emulator.stack_tags(stack_name)
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise ValueError("Duplicate tag keys found")
    return tags


# --- verification ----------------------------------------------------------------------------------------------------


def verify_all() -> None:
    """Bring the statuses of all identities (of one account and region) up to date with DNS."""
    dns: dict[tuple[str, str], list[str]] = {}
    for found in emulator.public_record_sets():
        dns.setdefault((canonical_name(found["Name"]), found["Type"]), []).extend(found.get("ResourceRecords", []))
    for name, identity in emulator.identities().items():
        if identity["IdentityType"] == "DOMAIN":
            signed = _has_dkim(name, identity["DkimAttributes"], dns)
            status = "SUCCESS" if signed else "PENDING"
            identity["DkimAttributes"]["Status"] = status
            identity["VerificationStatus"] = status
            identity["VerifiedForSendingStatus"] = signed
            emulator.set_verified_in_v1(name, verified=signed)
        _verify_mail_from(identity, dns)


def _has_dkim(name: str, dkim: Dkim, dns: Mapping[tuple[str, str], list[str]]) -> bool:
    keys = [canonical_name(f"{token}._domainkey.{name}") for token in dkim["Tokens"]]
    if dkim.get("SigningAttributesOrigin") == "EXTERNAL":
        return all(any("p=" in value for value in dns.get((key, "TXT"), [])) for key in keys)
    zone = dkim.get("SigningHostedZone", dkim_zone(emulator.region()))
    targets = [canonical_name(f"{token}.{zone}") for token in dkim["Tokens"]]
    return bool(targets) and all(
        [canonical_name(value) for value in dns.get((key, "CNAME"), [])] == [target]
        for key, target in zip(keys, targets, strict=True)
    )


def _verify_mail_from(identity: Identity, dns: Mapping[tuple[str, str], list[str]]) -> None:
    mail_from = identity["MailFromAttributes"]
    if "MailFromDomain" in mail_from:
        values = dns.get((canonical_name(mail_from["MailFromDomain"]), "MX"), [])
        # "You must publish exactly one MX record": with a second one SES does not set it up.
        right = [canonical_name(value) for value in values] == [f"10 feedback-smtp.{emulator.region()}.amazonses.com."]
        mail_from["MailFromDomainStatus"] = "SUCCESS" if right else "PENDING"


def _part(properties: Properties, name: str) -> Mapping[str, object]:
    part = properties.get(name)
    return part if isinstance(part, Mapping) else {}


def _flag(value: object) -> bool:
    """A flag of a template, true by default; YAML may carry it as text."""
    return value not in (False, "false")
