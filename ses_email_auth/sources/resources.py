"""The resources of a template that e-mail depends on: Route 53 record sets and zones, and SES identities.

Values of a wrong kind are read as far as they make sense: they are somebody's mistake, and CloudFormation will say so.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.cloudformation import mapping, text_of
from ses_email_auth.sources.references import with_marks
from ses_email_auth.sources.source_file import DeclaredZone
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin, declared_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.sources.cloudformation import Template
    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredValue

__all__ = ["Reader", "zone_id_of"]

_BITS = {"RSA_1024_BIT": 1024, "RSA_2048_BIT": 2048}
_ACCOUNT = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):role/")
_ZONE_PREFIX = "/hostedzone/"
_LOOKED_UP_LATER = "DUMMY"  # the first pass of HostedZone.from_lookup


def zone_id_of(text: DeclaredValue | None) -> str:
    """A hosted zone id without what CDK and people write in front of it; empty if it is not known."""
    found = text.removeprefix(_ZONE_PREFIX) if isinstance(text, str) else ""
    return "" if found == _LOOKED_UP_LATER else _shared(found)


@dataclass(slots=True)
class Reader:
    """Puts what the resources of one template say into `contents`."""

    template: Template
    contents: SourceFile
    construct_paths: Mapping[str, str]
    """By logical id."""

    def read(self) -> None:
        """Read all resources, apart from those whose condition does not hold."""
        for logical_id, resource in self.template.resources.items():
            kind = resource.get("Type")
            read = _READERS.get(kind) if isinstance(kind, str) else None
            holds = self.template.condition(resource["Condition"]) if "Condition" in resource else True
            if read is None or holds is False:
                continue
            written = mapping(resource.get("Properties"))
            properties = mapping(self.template.value(written))
            # Two resources under conditions of which nobody can tell are alternatives, not duplicates.
            alternative = None if holds else f"condition {text_of(resource['Condition'])}"
            read(self, _Given(logical_id, self._construct_path(logical_id, resource), written, properties, alternative))

    def _construct_path(self, logical_id: str, resource: Mapping[str, object]) -> str:
        found = self.construct_paths.get(logical_id)
        if found is None:
            written = mapping(resource.get("Metadata")).get("aws:cdk:path")
            found = written if isinstance(written, str) else ""
        return found

    def record_set(self, given: _Given) -> None:
        """AWS::Route53::RecordSet."""
        self._add(given, given.properties, "Properties", self._zone_id(given.properties), given.written)

    def record_set_group(self, given: _Given) -> None:
        """AWS::Route53::RecordSetGroup: the group names the zone; a member may too."""
        group = self._zone_id(given.properties)
        members, written = (each.get("RecordSets") for each in (given.properties, given.written))
        if not isinstance(members, list):
            return
        same = isinstance(written, list) and len(written) == len(members)
        for index, member in enumerate(members):
            properties = mapping(member)
            raw = mapping(written[index]) if same and isinstance(written, list) else {}
            self._add(given, properties, f"Properties/RecordSets/{index}", group or self._zone_id(properties), raw)

    def written_records(self, given: _Given) -> None:
        """Custom::SesEmailAuthRecords, which our record writer takes: like a group; it may say name and account of the zone."""
        zone_id, name = self._zone_id(given.properties), text_of(given.properties.get("ZoneName"))
        if zone_id:
            known = declared_name(name) if isinstance(name, str) and not holds_token(name) else None
            account = _ACCOUNT.match(with_marks(text_of(given.properties.get("RoleArn")) or ""))
            self.contents.zones.append(DeclaredZone(zone_id=zone_id, name=known, account="" if account is None else account[1]))
        self.record_set_group(given)

    def _add(
        self, given: _Given, properties: Mapping[str, object], location: str, zone_id: str, written: Mapping[str, object]
    ) -> None:
        name, kind = text_of(properties.get("Name")), text_of(properties.get("Type"))
        if name is None or kind is None:
            return
        is_alias = properties.get("AliasTarget") is not None
        identifier = text_of(properties.get("SetIdentifier"))
        self.contents.records.append(
            DeclaredRecordSet.of(
                str(name),
                _shared(with_marks(kind)),
                () if is_alias else _values(properties.get("ResourceRecords")),
                given.origin(self.contents.path, f"{location}/{'AliasTarget' if is_alias else 'ResourceRecords'}"),
                known_name=name if isinstance(name, KnownAfterDeploy) else None,
                ttl=_shared(with_marks(text_of(properties.get("TTL")) or "")),
                set_identifier=given.alternative if identifier is None else with_marks(identifier),
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
        zone_id = text_of(properties.get("HostedZoneId"))
        name = text_of(properties.get("HostedZoneName"))
        if zone_id is not None or name is None:
            return zone_id_of(zone_id)
        spelling = with_marks(name)
        known = None if holds_token(spelling) else declared_name(spelling)
        found = f"name:{spelling if known is None else known}@{self.template.base}"
        if not any(zone.zone_id == found for zone in self.contents.zones[-1:]):
            self.contents.zones.append(DeclaredZone(zone_id=found, name=known))
        return _shared(found)

    def hosted_zone(self, given: _Given) -> None:
        """AWS::Route53::HostedZone. One with VPCs is private."""
        name = text_of(given.properties.get("Name"))
        known = declared_name(name) if isinstance(name, str) and not holds_token(name) else None
        zone_id = _shared(self.template.own(f"{given.logical_id}.Ref"))
        is_private = bool(given.properties.get("VPCs"))
        self.contents.zones.append(DeclaredZone(zone_id=zone_id, name=known, is_private=is_private))

    def dnssec(self, given: _Given) -> None:
        """AWS::Route53::DNSSEC."""
        zone_id = zone_id_of(text_of(given.properties.get("HostedZoneId")))
        if zone_id and given.alternative is None:
            self.contents.zones.append(DeclaredZone(zone_id=zone_id, dnssec_signed=True))

    def identity(self, given: _Given) -> None:
        """AWS::SES::EmailIdentity, and the custom resource that makes a replica: its properties have the same names."""
        name = text_of(given.properties.get("EmailIdentity"))
        if name is None:
            return
        spelling = with_marks(name)
        signing = given.properties.get("DkimSigningAttributes")
        key, selector = (_part(signing, f"DomainSigning{what}") for what in ("PrivateKey", "Selector"))
        bits = _part(signing, "NextSigningKeyLength")
        self.contents.identities.append(
            DeclaredIdentity(
                name=spelling,
                origin=given.origin(self.contents.path, "Properties"),
                account=self.contents.account,
                region=self.contents.region,
                mail_from=_part(given.properties.get("MailFromAttributes"), "MailFromDomain"),
                on_mx_failure=_part(given.properties.get("MailFromAttributes"), "BehaviorOnMxFailure"),
                signs=_signs(given.properties.get("DkimAttributes"), has_default="@" not in spelling or key is not None),
                own_selector=selector,
                own_key=key is not None,
                own_key_in_file=key is not None and key != "" and not holds_token(key),
                easy_dkim_bits=_BITS.get(bits or ""),
                configuration_set=_part(given.properties.get("ConfigurationSetAttributes"), "ConfigurationSetName"),
                alternative=given.alternative,
            )
        )


@dataclass(frozen=True, slots=True)
class _Given:
    """A resource, its properties resolved."""

    logical_id: str
    construct_path: str
    written: Mapping[str, object]
    properties: Mapping[str, object]
    alternative: str | None

    def origin(self, path: str, location: str) -> Origin:
        return Origin(path, _shared(self.logical_id), self.construct_path, _shared(location))


_READERS = {
    "AWS::Route53::RecordSet": Reader.record_set,
    "AWS::Route53::RecordSetGroup": Reader.record_set_group,
    "AWS::Route53::HostedZone": Reader.hosted_zone,
    "AWS::Route53::DNSSEC": Reader.dnssec,
    "AWS::SES::EmailIdentity": Reader.identity,
    "Custom::SesEmailAuthRecords": Reader.written_records,
    "Custom::SesEmailAuthReplicaIdentity": Reader.identity,
}


def _shared(text: str) -> str:
    """One object for equal texts: an app repeats the same few again and again."""
    return sys.intern(text) if type(text) is str else text  # Python refuses subclasses


def _values(given: object) -> tuple[DeclaredValue, ...]:
    members = given if isinstance(given, list) else (given,)
    return tuple(text for text in map(text_of, members) if text is not None)


def _part(attributes: object, name: str) -> str | None:
    """One of the attributes; a mark if the attributes themselves are one."""
    found = attributes if isinstance(attributes, str) else text_of(mapping(attributes).get(name))
    return None if found is None else with_marks(found)


def _signs(attributes: object, *, has_default: bool) -> bool | None:
    """Easy DKIM is on for a domain unless it is switched off; an address takes what its domain has."""
    enabled = _part(attributes, "SigningEnabled")
    if enabled is None:
        return True if has_default else None
    return {"true": True, "false": False}.get(enabled.lower())
