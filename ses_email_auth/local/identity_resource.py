"""AWS::SES::EmailIdentity of CloudFormation.

Source: CloudFormation template reference, and reports on GitHub for tags. What an update calls is a guess: here a part of the
properties that did not change is not set again, so a MAIL FROM domain that has failed stays so.
Not handled: tags of a stack that change later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ses_email_auth.local import emulator, emulator_imports, emulator_ses, identities
from ses_email_auth.local.identity import is_domain

if TYPE_CHECKING:
    from ses_email_auth.local.emulator import Created, Properties
    from ses_email_auth.local.identity import Identity

__all__ = ["install"]


def install() -> None:
    """Put the resource type into MiniStack."""
    emulator.register("AWS::SES::EmailIdentity", create, update, delete, replacing=("EmailIdentity",))
    emulator_imports.let_import("AWS::SES::EmailIdentity", "EmailIdentity", find)


def create(_logical_id: str, properties: Properties, stack_name: str) -> Created:
    """Make an identity that does not exist yet."""
    name = str(properties["EmailIdentity"])
    if name in emulator_ses.identities():
        raise ValueError(f"Resource of type 'AWS::SES::EmailIdentity' with identifier '{name}' already exists.")
    identities.refuse_mail_from_elsewhere(name, _part(properties, "MailFromAttributes").get("MailFromDomain"))
    signing = _part(properties, "DkimSigningAttributes")
    identity = identities.create(name, signing, _tags(properties, stack_name), _configuration_set(properties))
    _put_mail_from(identity, properties)
    _put_flags(identity, properties)
    return name, _attributes(identity)


def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """Change all but the name; what is taken out of the template goes back to its default."""
    identity = identities.existing(physical_id)
    identities.refuse_mail_from_elsewhere(physical_id, _part(new, "MailFromAttributes").get("MailFromDomain"))
    tags = _tags(new, stack_name)
    before, wanted = _part(old, "DkimSigningAttributes"), dict(_part(new, "DkimSigningAttributes"))
    if before != wanted:
        if not wanted and "DomainSigningSelector" not in before:
            wanted = {"NextSigningKeyLength": identity["DkimAttributes"].get("CurrentSigningKeyLength")}
        elif "DomainSigningSelector" not in before:
            identities.refuse_length_in_force(identity, wanted.get("NextSigningKeyLength"))
        identities.put_signing(identity, wanted)
    identities.put_configuration_set(identity, _configuration_set(new))
    if _part(old, "MailFromAttributes") != _part(new, "MailFromAttributes"):
        _put_mail_from(identity, new)
    _put_flags(identity, new)
    identity["Tags"] = tags
    return physical_id, _attributes(identity)


def delete(physical_id: str, _properties: Properties) -> None:
    """Delete it, if it is still there."""
    if physical_id in emulator_ses.identities():
        identities.delete(physical_id)


def find(name: str) -> Created | None:
    """One that exists, to be imported; None if there is none."""
    identity = emulator_ses.identities().get(name)
    return None if identity is None else (name, _attributes(identity))


def _attributes(identity: Identity) -> dict[str, str]:
    """What Fn::GetAtt answers: names and values of the three CNAMEs, which only Easy DKIM has."""
    dkim, name = identity["DkimAttributes"], identity["EmailIdentity"]
    if not is_domain(name) or dkim.get("SigningAttributesOrigin") == "EXTERNAL":
        return {}
    tokens, zone = dkim["Tokens"], dkim["SigningHostedZone"]
    names = {f"DkimDNSTokenName{i}": f"{token}._domainkey.{name}" for i, token in enumerate(tokens, 1)}
    return names | {f"DkimDNSTokenValue{i}": f"{token}.{zone}" for i, token in enumerate(tokens, 1)}


def _put_mail_from(identity: Identity, properties: Properties) -> None:
    wanted = _part(properties, "MailFromAttributes")
    identities.put_mail_from(identity, wanted.get("MailFromDomain"), wanted.get("BehaviorOnMxFailure"))


def _put_flags(identity: Identity, properties: Properties) -> None:
    identity["FeedbackForwardingStatus"] = _flag(_part(properties, "FeedbackAttributes").get("EmailForwardingEnabled"))
    identity["DkimAttributes"]["SigningEnabled"] = _flag(_part(properties, "DkimAttributes").get("SigningEnabled"))


def _configuration_set(properties: Properties) -> str | None:
    name = _part(properties, "ConfigurationSetAttributes").get("ConfigurationSetName")
    return None if name is None else str(name)


def _tags(properties: Properties, stack_name: str) -> list[dict[str, str]]:
    """The tags of the resource and of the stack; AWS hands both to SES, which refuses a key twice (aws-cdk #35298)."""
    own = properties.get("Tags")
    tags = [{"Key": str(tag["Key"]), "Value": str(tag["Value"])} for tag in own] if isinstance(own, list) else []
    tags += emulator.stack_tags(stack_name)
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise ValueError("Duplicate tag keys found")
    return tags


def _part(properties: Properties, name: str) -> Mapping[str, object]:
    part = properties.get(name)
    return part if isinstance(part, Mapping) else {}


def _flag(value: object) -> bool:
    """A flag of a template, true by default; YAML may carry it as text."""
    return value not in (False, "false")
