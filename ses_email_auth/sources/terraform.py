"""Record sets and hosted zones in what `terraform show -json` prints, of a plan or of a state (resources of the AWS provider:
aws_route53_record, aws_route53_zone; `terraform_identities` has those of SES).

Names and TXT values become what the provider sends to Route 53. A plan shows what one configuration will be, so no zone is
complete. Not handled: other providers of DNS, and resources that the plan destroys.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.seen import Origin, SeenRecordSet, SeenValue, seen_name
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.sources.contents import Contents, SeenZone
from ses_email_auth.sources.json_values import items, mapping, text, whole_number
from ses_email_auth.sources.references import mark
from ses_email_auth.sources.terraform_identities import Identities
from ses_email_auth.sources.terraform_resources import Document, Resource

if TYPE_CHECKING:
    from ses_email_auth.sources.terraform_resources import Reference

__all__ = ["is_terraform", "read_terraform"]

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


def read_terraform(body: object, path: str) -> Contents:
    """The record sets, SES identities and hosted zones of a plan or of a state."""
    document = Document(body)
    identities = Identities(document, path)
    zones = _Zones(document)
    reader = _Records(document, zones, identities, path)
    records = [reader.read(each) for each in document.resources if each.type == "aws_route53_record" and not each.is_data]
    seen = identities.seen
    accounts = {identity.account for identity in seen if identity.account}
    regions = {identity.region for identity in seen if identity.region}
    return Contents(
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
        self.seen: list[SeenZone] = []
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
        found = seen_name(name) if name else None
        self.seen.append(SeenZone(zone_id=zone_id, name=found, is_private=is_private))

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

    def read(self, resource: Resource) -> SeenRecordSet:
        zone_id = self._zones.of(resource)
        kind = text(resource.values.get("type")) or "?"
        name = self._name(resource, self._zones.names.get(zone_id, ""))
        identity = ""
        if isinstance(name, KnownAfterDeploy):
            identity = self._identities.address_of(self._document.references(resource, "name")[0])
        return SeenRecordSet.of(
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

    def _values(self, resource: Resource, kind: str) -> tuple[SeenValue, ...]:
        if "records" not in resource.values and not resource.unknown.get("records"):
            return ()
        written = items(resource.values.get("records")) or ([None] if resource.unknown.get("records") else [])
        return tuple(self._value(resource, value, kind) for value in written)

    def _value(self, resource: Resource, value: object, kind: str) -> SeenValue:
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
    found = seen_name(name) if name else None
    registrable = found.organizational if isinstance(found, DomainName) else None
    return registrable is not None and registrable.is_hostname
