"""The resources of a template that e-mail depends on: Route 53 record sets and zones, SES identities, and our custom resources
that stand for them.

Values of a wrong kind are read as far as they make sense; CloudFormation will refuse them.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.cloudformation import text_of
from ses_email_auth.sources.json_values import mapping
from ses_email_auth.sources.references import with_marks
from ses_email_auth.sources.source_file import DeclaredZone
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin, declared_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.sources.cloudformation import Template
    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredValue

_BITS = {"RSA_1024_BIT": 1024, "RSA_2048_BIT": 2048}
_ACCOUNT = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):role/")
_ZONE_PREFIX = "/hostedzone/"
_LOOKED_UP_LATER = "DUMMY"  # the first pass of HostedZone.from_lookup


def zone_id_of(text: DeclaredValue | None) -> str:
    """A hosted zone id without the prefix `/hostedzone/`; empty if it is not known."""
    zone_id = text.removeprefix(_ZONE_PREFIX) if isinstance(text, str) else ""
    return "" if zone_id == _LOOKED_UP_LATER else _shared(zone_id)


@dataclass(slots=True)
class ResourceReader:
    """Adds what the resources of one template declare to `file`."""

    template: Template
    file: SourceFile
    construct_paths: Mapping[str, str]
    """By logical id."""

    def read(self) -> None:
        """Read all resources, but for those whose condition does not hold."""
        for logical_id, resource in self.template.resources.items():
            kind = resource.get("Type")
            read = _READERS.get(kind) if isinstance(kind, str) else None
            holds = self.template.condition(resource["Condition"]) if "Condition" in resource else True
            if read is None or holds is False:
                continue
            written = mapping(resource.get("Properties"))
            properties = mapping(self.template.value(written))
            # Two resources whose conditions are not known are alternatives, not duplicates.
            alternative = None if holds else f"condition {text_of(resource['Condition'])}"
            read(self, _Resource(logical_id, self._construct_path(logical_id, resource), written, properties, alternative))

    def _construct_path(self, logical_id: str, resource: Mapping[str, object]) -> str:
        path: object = self.construct_paths.get(logical_id)
        if path is None:
            path = mapping(resource.get("Metadata")).get("aws:cdk:path")
        return path if isinstance(path, str) else ""

    def record_set(self, resource: _Resource) -> None:
        """AWS::Route53::RecordSet."""
        self._add(resource, resource.properties, "Properties", self._zone_id(resource.properties), resource.written)

    def record_set_group(self, resource: _Resource) -> None:
        """AWS::Route53::RecordSetGroup: the group names the zone; a member may too."""
        group = self._zone_id(resource.properties)
        members, written = (properties.get("RecordSets") for properties in (resource.properties, resource.written))
        if not isinstance(members, list):
            return
        same = isinstance(written, list) and len(written) == len(members)
        for index, member in enumerate(members):
            properties = mapping(member)
            raw = mapping(written[index]) if same and isinstance(written, list) else {}
            self._add(resource, properties, f"Properties/RecordSets/{index}", group or self._zone_id(properties), raw)

    def written_records(self, resource: _Resource) -> None:
        """Custom::SesEmailAuthRecords, which our record writer takes: a group that may also name the zone and its account."""
        zone_id, name = self._zone_id(resource.properties), text_of(resource.properties.get("ZoneName"))
        if zone_id:
            known = declared_name(name) if isinstance(name, str) and not holds_token(name) else None
            account = _ACCOUNT.match(with_marks(text_of(resource.properties.get("RoleArn")) or ""))
            self.file.zones.append(DeclaredZone(zone_id=zone_id, name=known, account="" if account is None else account[1]))
        self.record_set_group(resource)

    def _add(
        self, resource: _Resource, properties: Mapping[str, object], location: str, zone_id: str, written: Mapping[str, object]
    ) -> None:
        name, kind = text_of(properties.get("Name")), text_of(properties.get("Type"))
        if name is None or kind is None:
            return
        is_alias = properties.get("AliasTarget") is not None
        identifier = text_of(properties.get("SetIdentifier"))
        self.file.records.append(
            DeclaredRecordSet.of(
                str(name),
                _shared(with_marks(kind)),
                () if is_alias else _values(properties.get("ResourceRecords")),
                resource.origin(self.file.path, f"{location}/{'AliasTarget' if is_alias else 'ResourceRecords'}"),
                known_name=name if isinstance(name, KnownAfterDeploy) else None,
                ttl=_shared(with_marks(text_of(properties.get("TTL")) or "")),
                set_identifier=resource.alternative if identifier is None else with_marks(identifier),
                is_alias=is_alias,
                identity=self._identity_of(written.get("Name")) if isinstance(name, KnownAfterDeploy) else "",
                zone_id=zone_id,
            )
        )

    def _identity_of(self, name: object) -> str:
        """The identity whose `DkimDNSTokenName` a record name is; empty if it stands in another template."""
        self.template.dkim_of = ""
        self.template.value(name)
        return self.template.dkim_of

    def _zone_id(self, properties: Mapping[str, object]) -> str:
        written = text_of(properties.get("HostedZoneId"))
        name = text_of(properties.get("HostedZoneName"))
        if written is not None or name is None:
            return zone_id_of(written)
        spelling = with_marks(name)
        known = None if holds_token(spelling) else declared_name(spelling)
        zone_id = f"name:{spelling if known is None else known}@{self.template.base}"
        if not any(zone.zone_id == zone_id for zone in self.file.zones[-1:]):
            self.file.zones.append(DeclaredZone(zone_id=zone_id, name=known))
        return _shared(zone_id)

    def hosted_zone(self, resource: _Resource) -> None:
        """AWS::Route53::HostedZone. One with VPCs is private."""
        name = text_of(resource.properties.get("Name"))
        known = declared_name(name) if isinstance(name, str) and not holds_token(name) else None
        zone_id = _shared(self.template.own(f"{resource.logical_id}.Ref"))
        is_private = bool(resource.properties.get("VPCs"))
        self.file.zones.append(DeclaredZone(zone_id=zone_id, name=known, is_created=True, is_private=is_private))

    def dnssec(self, resource: _Resource) -> None:
        """AWS::Route53::DNSSEC."""
        zone_id = zone_id_of(text_of(resource.properties.get("HostedZoneId")))
        if zone_id and resource.alternative is None:
            self.file.zones.append(DeclaredZone(zone_id=zone_id, dnssec_signed=True))

    def identity(self, resource: _Resource) -> None:
        """AWS::SES::EmailIdentity, and the custom resource that makes a replica: its properties have the same names."""
        name = text_of(resource.properties.get("EmailIdentity"))
        if name is None:
            return
        spelling = with_marks(name)
        signing = resource.properties.get("DkimSigningAttributes")
        key, selector = (_part(signing, f"DomainSigning{what}") for what in ("PrivateKey", "Selector"))
        bits = _part(signing, "NextSigningKeyLength")
        self.file.identities.append(
            DeclaredIdentity(
                name=spelling,
                origin=resource.origin(self.file.path, "Properties"),
                account=self.file.account,
                region=self.file.region,
                mail_from=_part(resource.properties.get("MailFromAttributes"), "MailFromDomain"),
                on_mx_failure=_part(resource.properties.get("MailFromAttributes"), "BehaviorOnMxFailure"),
                signs=_signs(resource.properties.get("DkimAttributes"), has_default="@" not in spelling or key is not None),
                own_selector=selector,
                own_key=key is not None,
                own_key_in_file=key is not None and key != "" and not holds_token(key),
                easy_dkim_bits=_BITS.get(bits or ""),
                configuration_set=_part(resource.properties.get("ConfigurationSetAttributes"), "ConfigurationSetName"),
                alternative=resource.alternative,
            )
        )


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource, its properties as written and resolved."""

    logical_id: str
    construct_path: str
    written: Mapping[str, object]
    properties: Mapping[str, object]
    alternative: str | None

    def origin(self, path: str, location: str) -> Origin:
        return Origin(path, _shared(self.logical_id), self.construct_path, _shared(location))


_READERS = {
    "AWS::Route53::RecordSet": ResourceReader.record_set,
    "AWS::Route53::RecordSetGroup": ResourceReader.record_set_group,
    "AWS::Route53::HostedZone": ResourceReader.hosted_zone,
    "AWS::Route53::DNSSEC": ResourceReader.dnssec,
    "AWS::SES::EmailIdentity": ResourceReader.identity,
    "Custom::SesEmailAuthRecords": ResourceReader.written_records,
    "Custom::SesEmailAuthReplicaIdentity": ResourceReader.identity,
}


def _shared(text: str) -> str:
    """One object for equal texts: an app repeats the same few again and again."""
    return sys.intern(text) if type(text) is str else text  # Python refuses subclasses


def _values(records: object) -> tuple[DeclaredValue, ...]:
    members = records if isinstance(records, list) else (records,)
    return tuple(text for text in map(text_of, members) if text is not None)


def _part(attributes: object, name: str) -> str | None:
    """One of the attributes; a mark if the attributes themselves are one."""
    text = attributes if isinstance(attributes, str) else text_of(mapping(attributes).get(name))
    return None if text is None else with_marks(text)


def _signs(attributes: object, *, has_default: bool) -> bool | None:
    """Easy DKIM is on for a domain unless it is switched off; an address takes what its domain has."""
    enabled = _part(attributes, "SigningEnabled")
    if enabled is None:
        return True if has_default else None
    return {"true": True, "false": False}.get(enabled.lower())
