"""SES identities in Terraform: aws_sesv2_email_identity, and aws_ses_domain_identity and aws_ses_email_identity of the older
API, with the resources that hold their MAIL FROM domain and DKIM.

Private keys stand in plans and states in the clear. Whether one is there is all that leaves this module.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from ses_email_auth.checks.seen import Origin, SeenIdentity
from ses_email_auth.sources.json_values import items, mapping, mappings, text
from ses_email_auth.sources.references import mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.sources.terraform_resources import Document, Reference, Resource

__all__ = ["Identities"]

# What each type calls the domain or the address.
_NAMES = {
    "aws_sesv2_email_identity": "email_identity",
    "aws_ses_domain_identity": "domain",
    "aws_ses_email_identity": "email",
}
_MAIL_FROMS = {"aws_sesv2_email_identity_mail_from_attributes": "email_identity", "aws_ses_domain_mail_from": "domain"}
_DKIM = "aws_ses_domain_dkim"
_BEHAVIORS = {"UseDefaultValue": "USE_DEFAULT_VALUE", "RejectMessage": "REJECT_MESSAGE"}
_ARN = re.compile(r"arn:[a-z-]+:ses:([a-z0-9-]+):([0-9]{12}):")
_BITS = re.compile(r"RSA_([0-9]{4})_BIT")


class Identities:
    """The identities of a plan or of a state.

    Args:
        document: where they are.

        path: the file, as it was given.
    """

    def __init__(self, document: Document, path: str) -> None:
        self._document = document
        self._path = path
        self._mail_froms = self._by_name(_MAIL_FROMS)
        self._dkims = self._by_name({_DKIM: "domain"})

    def _by_name(self, types: dict[str, str]) -> dict[tuple[str, str], Resource]:
        return {
            (self._named_by(each, types[each.type]).lower(), self._region(each)): each
            for each in self._document.resources
            if each.type in types
        }

    def _named_by(self, resource: Resource, attribute: str) -> str:
        """The identity that a resource is about, also if it names it by an id that nobody knows yet."""
        written = text(resource.values.get(attribute))
        if written:
            return written
        references, _ = self._document.references(resource, attribute)
        found = next((self._named[each.address] for each in references if each.address in self._named), None)
        return "" if found is None else text(found.values.get(_NAMES[found.type]))

    def _of(self, table: dict[tuple[str, str], Resource], resource: Resource) -> Resource | None:
        """What `table` has for an identity. A state of provider 5 tells no region of what has no ARN."""
        name, region = self._key(resource)
        return table.get((name, region)) or table.get((name, ""))

    @cached_property
    def _named(self) -> dict[str, Resource]:
        return {each.address: each for each in self._document.resources if each.type in _NAMES and not each.is_data}

    @cached_property
    def seen(self) -> tuple[SeenIdentity, ...]:
        """The identities, in their order."""
        return tuple(self._seen(each) for each in self._named.values())

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The identity that each resource with DKIM names belongs to, by the address of that with its key and without."""
        found: dict[str, str] = {}
        names = {self._key(each): each.address for each in self._named.values()}
        pairs = [(each.address, each) for each in self._named.values()]
        pairs += [(names.get(key, each.address), each) for key, each in self._dkims.items()]
        for owner, each in pairs:
            found[each.address] = owner
            found.setdefault(each.address.removesuffix(f"[{each.index}]").removesuffix(f'["{each.index}"]'), owner)
        return found

    def address_of(self, references: Iterable[Reference]) -> str:
        """The address of the identity whose DKIM names something refers to; empty if it refers to none."""
        for reference in references:
            if "tokens" in reference.attribute or "dkim_signing_attributes" in reference.attribute:
                return self._owners.get(reference.address) or self._owners.get(reference.base) or ""
        return ""

    def _key(self, resource: Resource) -> tuple[str, str]:
        return (text(resource.values.get(_NAMES[resource.type])).lower(), self._region(resource))

    def _seen(self, resource: Resource) -> SeenIdentity:
        name = text(resource.values.get(_NAMES[resource.type])) or mark(f"{resource.address}.{_NAMES[resource.type]}")
        mail_from = self._of(self._mail_froms, resource)
        arn = _ARN.match(text(resource.values.get("arn")))
        behavior = "" if mail_from is None else text(mail_from.values.get("behavior_on_mx_failure"))
        signing = next(iter(mappings(resource.values.get("dkim_signing_attributes"))), {})
        has_key = self._has_own_key(resource, signing)
        is_new_domain = resource.type == "aws_sesv2_email_identity" and "@" not in name
        bits = _BITS.fullmatch(text(signing.get("next_signing_key_length")))
        return SeenIdentity(
            name=name,
            origin=Origin(self._path, resource=resource.address),
            account="" if arn is None else arn[2],
            region=self._region(resource),
            mail_from=None if mail_from is None else self._mail_from(mail_from),
            on_mx_failure=_BEHAVIORS.get(behavior, behavior) or None,
            # The newer API switches Easy DKIM on for a domain; the older one needs a resource that asks for it.
            signs=True if is_new_domain or self._of(self._dkims, resource) is not None else None,
            own_selector=text(signing.get("domain_signing_selector")) or None,
            own_key=has_key,
            own_key_in_file=has_key and self._is_key_written_out(resource),
            easy_dkim_bits=None if bits is None or has_key else int(bits[1]),
            configuration_set=text(resource.values.get("configuration_set_name")) or None,
        )

    def _mail_from(self, resource: Resource) -> str | None:
        if resource.unknown.get("mail_from_domain") is True:
            return mark(f"{resource.address}.mail_from_domain")
        return text(resource.values.get("mail_from_domain")) or None

    def _has_own_key(self, resource: Resource, signing: dict[str, object]) -> bool:
        unknown = next(iter(mappings(resource.unknown.get("dkim_signing_attributes"))), {})
        return (
            bool(text(signing.get("domain_signing_private_key")))
            or unknown.get("domain_signing_private_key") is True
            or signing.get("signing_attributes_origin") == "EXTERNAL"
        )

    def _is_key_written_out(self, resource: Resource) -> bool:
        """Whether the configuration itself has the key, instead of a reference to where it is kept."""
        expressions = mapping(self._document.configured(resource).get("expressions"))
        return any(
            bool(text(mapping(block.get("domain_signing_private_key")).get("constant_value")))
            for block in mappings(expressions.get("dkim_signing_attributes"))
        )

    def _region(self, resource: Resource) -> str:
        """The region: of the resource (provider 6), of its ARN, or of its provider."""
        arn = _ARN.match(text(resource.values.get("arn")))
        own = text(resource.values.get("region")) or ("" if arn is None else arn[1])
        if own:
            return own
        key = text(self._document.configured(resource).get("provider_config_key"))
        expressions = mapping(mapping(self._document.providers.get(key)).get("expressions"))
        region = mapping(expressions.get("region"))
        constant = text(region.get("constant_value"))
        names = [text(name) for name in items(region.get("references"))]
        variables = [self._document.variable(name.removeprefix("var.")) for name in names if name.startswith("var.")]
        return constant or next((value for value in variables if value), "")
