"""Record sets and hosted zones in what `terraform show -json` prints, of a plan or of a state (resources of the AWS provider:
aws_route53_record, aws_route53_zone; `terraform_identities` has those of SES).

Names and TXT values become what the provider sends to Route 53. A plan shows what one configuration will be, so no zone is
complete. Not handled: other providers of DNS, and resources that the plan destroys.

SES identities in Terraform: aws_sesv2_email_identity, and aws_ses_domain_identity and aws_ses_email_identity of the older
API, with the resources that hold their MAIL FROM domain and DKIM.

Private keys stand in plans and states in the clear. Whether one is there is all that leaves this module.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.sources.json_values import items, mapping, mappings, text, whole_number
from ses_email_auth.sources.references import mark
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile
from ses_email_auth.sources.terraform_document import Document, Resource
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, DeclaredValue, Origin, declared_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.sources.terraform_document import Reference, Resource

__all__ = [
    "Identities",
    "is_terraform",
    "read_terraform",
]

_ZONE = "aws_route53_zone"
_QUOTED = frozenset({"TXT", "SPF"})
_TOKENS = re.compile(r"(?:dkim_tokens|tokens)(?:\[([0-9]+)\])?$")
_EASY_DKIM_NAMES = 3


def is_terraform(body: object) -> bool:
    """Whether parsed JSON is a plan or a state as `terraform show -json` prints it."""
    keys = mapping(body)
    return isinstance(keys.get("format_version"), str) and not keys.keys().isdisjoint(
        {"planned_values", "values", "terraform_version"}
    )


def read_terraform(body: object, path: str) -> SourceFile:
    """The record sets, SES identities and hosted zones of a plan or of a state."""
    document = Document(body)
    identities = Identities(document, path)
    zones = _Zones(document)
    reader = _Records(document, zones, identities, path)
    records = [reader.read(each) for each in document.resources if each.type == "aws_route53_record" and not each.is_data]
    seen = identities.seen
    accounts = {identity.account for identity in seen if identity.account}
    regions = {identity.region for identity in seen if identity.region}
    return SourceFile(
        path=path,
        account=accounts.pop() if len(accounts) == 1 else "",
        region=regions.pop() if len(regions) == 1 else "",
        records=records,
        identities=list(seen),
        zones=zones.seen,
    )


class _Zones:
    """The hosted zones by their address and by their id."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.seen: list[DeclaredZone] = []
        self.names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._instances: dict[str, list[str]] = {}
        for resource in document.resources:
            if resource.type == _ZONE:
                self._add(resource)

    def _add(self, resource: Resource) -> None:
        known = text(resource.values.get("zone_id")) or text(resource.values.get("id"))
        zone_id = _bare(known) or resource.address
        name = text(resource.values.get("name")).removesuffix(".")
        is_private = bool(items(resource.values.get("vpc"))) or resource.values.get("private_zone") is True
        self.names[zone_id] = name
        self._ids[resource.address] = zone_id
        self._instances.setdefault(_without_key(resource), []).append(resource.address)
        found = declared_name(name) if name else None
        self.seen.append(DeclaredZone(zone_id=zone_id, name=found, is_private=is_private))

    def of(self, record: Resource) -> str:
        """The id of the zone of `record`, or its address if the id is not known yet; empty if nobody can tell."""
        known = _bare(text(record.values.get("zone_id")))
        if known:
            return known
        references, is_by_instance = self._document.references(record, "zone_id")
        for reference in references:
            instances = self._instances.get(reference.base, [])
            if reference.address in self._ids:
                return self._ids[reference.address]
            if len(instances) == 1 and not reference.key:
                return self._ids[instances[0]]
            if is_by_instance and reference.base + _key(record.index) in self._ids:
                return self._ids[reference.base + _key(record.index)]
        return ""


class _Records:
    def __init__(self, document: Document, zones: _Zones, identities: Identities, path: str) -> None:
        self._document = document
        self._zones = zones
        self._identities = identities
        self._path = path

    def read(self, resource: Resource) -> DeclaredRecordSet:
        zone_id = self._zones.of(resource)
        kind = text(resource.values.get("type")) or "?"
        name = self._name(resource, self._zones.names.get(zone_id, ""))
        identity = ""
        if isinstance(name, KnownAfterDeploy):
            identity = self._identities.address_of(self._document.references(resource, "name")[0])
        return DeclaredRecordSet.of(
            str(name),
            kind,
            self._values(resource, kind.upper()),
            Origin(self._path, resource=resource.address),
            known_name=name if isinstance(name, KnownAfterDeploy) else None,
            ttl=whole_number(resource.values.get("ttl")),
            set_identifier=text(resource.values.get("set_identifier")) or None,
            is_alias=bool(items(resource.values.get("alias"))),
            identity=identity,
            zone_id=zone_id,
        )

    def _name(self, resource: Resource, zone: str) -> str | KnownAfterDeploy:
        full = text(resource.values.get("fqdn"))
        if full:
            return full
        written = resource.values.get("name")
        if not isinstance(written, str):
            return self._unknown(resource, "name", "DkimDNSTokenName")
        name = written.lower().removesuffix(".")
        if zone:  # the provider looks at the end of the text, not at labels
            return name if name.endswith(zone) else f"{name}.{zone}" if name else zone
        return name if _is_full(name) else f"{name}.{mark(f'{resource.address}.zone')}".removeprefix(".")

    def _values(self, resource: Resource, kind: str) -> tuple[DeclaredValue, ...]:
        if "records" not in resource.values and not resource.unknown.get("records"):
            return ()
        written = items(resource.values.get("records")) or ([None] if resource.unknown.get("records") else [])
        return tuple(self._value(resource, value, kind) for value in written)

    def _value(self, resource: Resource, value: object, kind: str) -> DeclaredValue:
        found = value if isinstance(value, str) else self._unknown(resource, "records", "DkimDNSTokenValue")
        # The provider puts quotes around a TXT value and escapes nothing: `a" "b` makes two strings.
        return f'"{found}"' if kind in _QUOTED and isinstance(found, str) else found

    def _unknown(self, resource: Resource, attribute: str, of_ses: str) -> str | KnownAfterDeploy:
        """A mark, or the DKIM name or value of SES where the configuration shows which it is."""
        references, is_by_instance = self._document.references(resource, attribute)
        number = self._dkim_number(references, resource.index if is_by_instance else None)
        return mark(f"{resource.address}.{attribute}") if number is None else KnownAfterDeploy(f"{of_ses}{number}")

    def _dkim_number(self, references: list[Reference], index: object) -> int | None:
        if not self._identities.address_of(references):
            return None
        for reference in references:
            match = _TOKENS.search(reference.attribute)
            if match is None:
                continue
            digits = match[1] or whole_number(index)
            if digits.isdecimal() and digits.isascii() and len(digits) == 1 and int(digits) < _EASY_DKIM_NAMES:
                return int(digits) + 1
        return None


def _bare(zone_id: str) -> str:
    return zone_id.removeprefix("/hostedzone/")


def _key(index: object) -> str:
    return f"[{index}]" if isinstance(index, int) else f'["{index}"]'


def _without_key(resource: Resource) -> str:
    return resource.address if resource.index is None else resource.address.removesuffix(_key(resource.index))


def _is_full(name: str) -> bool:
    """Whether a name is complete, if nobody knows its zone: it has a registrable domain that is a host name."""
    found = declared_name(name) if name else None
    registrable = found.organizational if isinstance(found, DomainName) else None
    return registrable is not None and registrable.is_hostname


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
    def seen(self) -> tuple[DeclaredIdentity, ...]:
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

    def _seen(self, resource: Resource) -> DeclaredIdentity:
        name = text(resource.values.get(_NAMES[resource.type])) or mark(f"{resource.address}.{_NAMES[resource.type]}")
        mail_from = self._of(self._mail_froms, resource)
        arn = _ARN.match(text(resource.values.get("arn")))
        behavior = "" if mail_from is None else text(mail_from.values.get("behavior_on_mx_failure"))
        signing = next(iter(mappings(resource.values.get("dkim_signing_attributes"))), {})
        has_key = self._has_own_key(resource, signing)
        is_new_domain = resource.type == "aws_sesv2_email_identity" and "@" not in name
        bits = _BITS.fullmatch(text(signing.get("next_signing_key_length")))
        return DeclaredIdentity(
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
