"""Record sets, hosted zones and SES identities in what `terraform show -json` prints, of a plan or of a state.

Resources of the AWS provider: aws_route53_record and aws_route53_zone; aws_sesv2_email_identity, and aws_ses_domain_identity
and aws_ses_email_identity of the older API, with the resources that hold their MAIL FROM domain and DKIM. Names and TXT values
become what the provider sends to Route 53. A plan shows what one configuration will be, so no zone is complete. Private keys
stand in plans and states in the clear; all that leaves this module is whether there is one. A null can be a value that is not
known, which the format writes like one that is absent: nothing is said from it. What the plan destroys declares nothing.
Not handled: other providers of DNS.
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
from ses_email_auth.sources.terraform_document import Document
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, DeclaredValue, Origin, declared_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ses_email_auth.sources.terraform_document import Reference, Resource

_ZONE = "aws_route53_zone"
_QUOTED = frozenset({"TXT", "SPF"})
_TOKENS = re.compile(r"(?:dkim_tokens|tokens)(?:\[([0-9]+)\])?$")
_EASY_DKIM_NAMES = 3

# The attribute with the domain or the address, by type.
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


def is_terraform(body: object) -> bool:
    """Whether parsed JSON is a plan or a state as `terraform show -json` prints it."""
    keys = mapping(body)
    return isinstance(keys.get("format_version"), str) and not keys.keys().isdisjoint(
        {"planned_values", "values", "terraform_version"}
    )


def read_terraform(body: object, path: str) -> SourceFile:
    """The record sets, SES identities and hosted zones of a plan or a state."""
    document = Document(body)
    zones = _Zones(document)
    identities = _Identities(document, path)
    records = _Records(document, zones, identities, path)
    accounts = {identity.account for identity in identities.declared if identity.account}
    regions = {identity.region for identity in identities.declared if identity.region}
    return SourceFile(
        path=path,
        account=accounts.pop() if len(accounts) == 1 else "",
        region=regions.pop() if len(regions) == 1 else "",
        records=[records.read(resource) for resource in document.resources if _is_record(resource)],
        identities=list(identities.declared),
        zones=zones.declared,
        terraform="plan" if "planned_values" in mapping(body) else "state",
    )


def _is_record(resource: Resource) -> bool:
    return resource.type == "aws_route53_record" and not resource.is_data


class _Records:
    """The record sets of a plan or a state."""

    def __init__(self, document: Document, zones: _Zones, identities: _Identities, path: str) -> None:
        self._document = document
        self._zones = zones
        self._identities = identities
        self._path = path

    def read(self, resource: Resource) -> DeclaredRecordSet:
        zone_id = self._zones.of(resource)
        kind = text(resource.values.get("type")) or "?"
        name = self._name(resource, self._zones.names.get(zone_id, ""))
        is_unknown = resource.unknown.get("set_identifier") is True
        unknown_identifier = mark(f"{resource.address}.set_identifier") if is_unknown else None
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
            set_identifier=text(resource.values.get("set_identifier")) or unknown_identifier,
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
        written = resource.values.get("records")
        if written is None and not items(resource.values.get("alias")):
            written = [None]  # null or left out: a value that is not known looks like one that is absent ("JSON output format")
        return tuple(self._value(resource, value, kind) for value in items(written))

    def _value(self, resource: Resource, value: object, kind: str) -> DeclaredValue:
        text = value if isinstance(value, str) else self._unknown(resource, "records", "DkimDNSTokenValue")
        # The provider puts quotes around a TXT value and escapes nothing: `a" "b` makes two strings.
        return f'"{text}"' if kind in _QUOTED and isinstance(text, str) else text

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


def _is_full(name: str) -> bool:
    """Whether a name in an unknown zone is complete: it has a registrable domain that is a host name."""
    full = declared_name(name) if name else None
    registrable = full.organizational if isinstance(full, DomainName) else None
    return registrable is not None and registrable.is_hostname


class _Zones:
    """The hosted zones by their address and by their id."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.declared: list[DeclaredZone] = []
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
        known_name = declared_name(name) if name else None
        self.declared.append(
            DeclaredZone(zone_id=zone_id, name=known_name, is_created=not resource.is_data, is_private=is_private)
        )

    def of(self, record: Resource) -> str:
        """The id of the zone of `record`, or its address if the id is not known yet; empty if neither is known."""
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
        return self._around(record)

    def _around(self, record: Resource) -> str:
        """The zone of a record that names none: that of its full name, or the only one if it has no name either."""
        name = text(record.values.get("fqdn"))
        if not name and text(record.values.get("name")):
            return ""
        inside = [zone_id for zone_id, zone in self.names.items() if not name or f".{name}".endswith(f".{zone}")]
        return inside[0] if len(inside) == 1 else ""


def _bare(zone_id: str) -> str:
    return zone_id.removeprefix("/hostedzone/")


def _key(index: object) -> str:
    return f"[{index}]" if isinstance(index, int) else f'["{index}"]'


def _without_key(resource: Resource) -> str:
    return resource.address if resource.index is None else resource.address.removesuffix(_key(resource.index))


class _Identities:
    """The SES identities of a plan or a state."""

    def __init__(self, document: Document, path: str) -> None:
        self._document = document
        self._path = path
        self._mail_froms = self._by_name(_MAIL_FROMS)
        self._dkims = self._by_name({_DKIM: "domain"})

    def _by_name(self, types: dict[str, str]) -> dict[tuple[str, str], Resource]:
        return {
            (self._named_by(resource, types[resource.type]).lower(), self._region(resource)): resource
            for resource in self._document.resources
            if resource.type in types
        }

    def _named_by(self, resource: Resource, attribute: str) -> str:
        """The name of the identity that a resource is about, also if it refers to that by an id that is not known yet."""
        written = text(resource.values.get(attribute))
        if written:
            return written
        references, _ = self._document.references(resource, attribute)
        addresses = (reference.address for reference in references)
        identity = next((self._identities[address] for address in addresses if address in self._identities), None)
        return "" if identity is None else text(identity.values.get(_NAMES[identity.type]))

    def _of(self, table: dict[tuple[str, str], Resource], resource: Resource) -> Resource | None:
        """The resource of `table` for an identity. A state of provider 5 has no region where it has no ARN."""
        name, region = self._key(resource)
        if not name:  # it may be any
            return None
        return table.get((name, region)) or table.get((name, ""))

    @cached_property
    def _identities(self) -> dict[str, Resource]:
        """By address."""
        resources = self._document.resources
        return {resource.address: resource for resource in resources if resource.type in _NAMES and not resource.is_data}

    @cached_property
    def declared(self) -> tuple[DeclaredIdentity, ...]:
        """The identities, in their order."""
        return tuple(self._declared(resource) for resource in self._identities.values())

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The identity of each resource with DKIM names, by the address of that resource with its key and without."""
        owners: dict[str, str] = {}
        addresses = {self._key(identity): identity.address for identity in self._identities.values()}
        pairs = [(identity.address, identity) for identity in self._identities.values()]
        pairs += [(addresses.get(key, dkim.address), dkim) for key, dkim in self._dkims.items()]
        for owner, resource in pairs:
            index = resource.index
            owners[resource.address] = owner
            owners.setdefault(resource.address.removesuffix(f"[{index}]").removesuffix(f'["{index}"]'), owner)
        return owners

    def address_of(self, references: Iterable[Reference]) -> str:
        """The address of the identity whose DKIM names the references are about; empty if they are about none."""
        for reference in references:
            if "tokens" in reference.attribute or "dkim_signing_attributes" in reference.attribute:
                return self._owners.get(reference.address) or self._owners.get(reference.base) or ""
        return ""

    def _key(self, resource: Resource) -> tuple[str, str]:
        return (text(resource.values.get(_NAMES[resource.type])).lower(), self._region(resource))

    def _declared(self, resource: Resource) -> DeclaredIdentity:
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
            dkim_tokens=() if has_key else self._dkim_tokens(resource, signing),
            configuration_set=text(resource.values.get("configuration_set_name")) or None,
        )

    def _mail_from(self, resource: Resource) -> str | None:
        written = text(resource.values.get("mail_from_domain"))
        # The newer resource without one stands for the MAIL FROM domain of SES; the older one must have it.
        is_unknown = resource.unknown.get("mail_from_domain") is True or resource.type == "aws_ses_domain_mail_from"
        return written or (mark(f"{resource.address}.mail_from_domain") if is_unknown else None)

    def _dkim_tokens(self, resource: Resource, signing: Mapping[str, object]) -> tuple[str, ...]:
        """The tokens, in the order in which SES answered the provider."""
        dkim = self._of(self._dkims, resource)
        listed = items(signing.get("tokens")) or ([] if dkim is None else items(dkim.values.get("dkim_tokens")))
        return tuple(token for token in listed if isinstance(token, str))

    def _has_own_key(self, resource: Resource, signing: Mapping[str, object]) -> bool:
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
