"""What identifies the identities and record sets of a stack for `cdk import --resource-mapping`. Pure.

The identifiers are those of CloudFormation's published schemas (2026-09-17): `EmailIdentity` of AWS::SES::EmailIdentity, and
`Name`, `HostedZoneId`, `Type` and `SetIdentifier` of AWS::Route53::RecordSet. The schema makes a name lower case and takes off
its final dot (`propertyTransform`). A set without a routing policy has no `SetIdentifier`, and an empty one cannot be sent
(API reference, `ResourceToImport`: 1 to 2048 characters), so it is left out. The CDK CLI hands each entry of the file on as it
is; without a file it asks for each identifier, and skips the resource at an empty answer. Whether an account can import record
sets, nobody has tried: an import that is refused changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.adopt.template_moves import Entry, entries
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.adopt.stack_templates import StackResource, StackTemplate
    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredRecordSet

_IDENTITY = "AWS::SES::EmailIdentity"
_RECORD_SET = "AWS::Route53::RecordSet"
_GROUP = "AWS::Route53::RecordSetGroup"
_DKIM_NAME = re.compile(r"DkimDNSTokenName([1-3])")
_TOKEN = re.compile(r"[a-z0-9]{32}")
_TOKENS = 3  # of Easy DKIM
_ROUTE53_ID = re.compile(r"Z[A-Z0-9]+")


@dataclass(slots=True)
class ImportMapping:
    """The file, and what has to be said about it."""

    identifiers: dict[str, dict[str, str]] = field(default_factory=dict)
    """By logical id. An identifier that is not known is empty."""

    unclear: list[str] = field(default_factory=list)
    """What has to be written into the file by hand."""

    notes: list[str] = field(default_factory=list)
    """What is not in the file, and what the deploy after the import changes."""


def import_mapping(stack: StackTemplate, sources: Sequence[SourceFile] = (), dkim_tokens: Sequence[str] = ()) -> ImportMapping:
    """The identifiers of all that CloudFormation can import, and why the rest is not among them.

    Args:
        stack: the stack that shall own it.
        sources: what stands: a list of the zone, Terraform's state. Default: - not known
        dkim_tokens: the Easy DKIM tokens of the only identity, in the order in which SES lists them. Default: - those of
            Terraform's state

    Raises:
        EmailAuthError: for tokens that are no three different ones, or that could be those of several identities.
    """
    domains = {
        resource.identity.name.lower().removesuffix(".")
        for resource in stack.resources.values()
        if resource.identity is not None and resource.type == _IDENTITY
    }
    mapping = ImportMapping()
    view = _ZoneView(sources)
    names = _Names(view, _given_tokens(dkim_tokens, domains))
    for resource in stack.resources.values():
        if resource.type == _IDENTITY and resource.identity is not None:
            _map_identity(mapping, resource)
        elif resource.type != _RECORD_SET and (resource.records or resource.identity is not None):
            mapping.notes.append(_not_importable(resource))
    for entry in entries(stack):
        if entry.resource.type == _RECORD_SET and entry.record is not None:
            _map_record(mapping, entry, entry.record, names)
    mapping.unclear += names.questions()
    if not mapping.identifiers:
        mapping.unclear.append(f"the template holds no {_IDENTITY} and no {_RECORD_SET} that stands")
    elif not sources and any("Type" in identifier for identifier in mapping.identifiers.values()):
        mapping.notes.append(
            "nobody has looked whether these records stand, and one that does not makes CloudFormation refuse the whole "
            "import: name the zone by --zone (aws route53 list-resource-record-sets)"
        )
    return mapping


def _given_tokens(tokens: Sequence[str], domains: set[str]) -> dict[str, tuple[str, ...]]:
    if not tokens:
        return {}
    if len(set(tokens)) != _TOKENS or any(_TOKEN.fullmatch(token) is None for token in tokens):
        raise EmailAuthError(
            f"--dkim-tokens takes the three tokens of 32 letters and digits that SES lists, got {' '.join(tokens)!r}"
        )
    if len(domains) != 1:
        raise EmailAuthError(f"--dkim-tokens goes with one identity, and the stack has {len(domains)}")
    return {domains.pop(): tuple(tokens)}


def _map_identity(mapping: ImportMapping, resource: StackResource) -> None:
    name = "" if resource.identity is None else resource.identity.name
    if holds_token(name):
        mapping.unclear.append(
            f"the template does not say which identity {resource.logical_id} is; write its name into the file"
        )
    mapping.identifiers[resource.logical_id] = {"EmailIdentity": "" if holds_token(name) else name}


def _map_record(mapping: ImportMapping, entry: Entry, record: DeclaredRecordSet, names: _Names) -> None:
    logical_id = entry.resource.logical_id
    name = names.of(entry, record)
    place = f"{name} {record.type_text}"
    # Two records of one name whose conditions are not known are told apart by these, which are no identifiers.
    set_identifier = record.set_identifier if "SetIdentifier" in entry.resource.properties else None
    standing = names.view.find(name, record, set_identifier)
    if name and standing is None and names.view.is_complete_for(name):
        mapping.notes.append(f"{place} ({logical_id}) does not stand: the deploy after the import makes it")
        return
    identifier = {"Name": name, "HostedZoneId": record.zone_id, "Type": record.type_text}
    if set_identifier is not None:
        identifier["SetIdentifier"] = set_identifier
    if _ROUTE53_ID.fullmatch(record.zone_id) is None:
        identifier["HostedZoneId"] = ""
        mapping.unclear.append(
            f"the template does not say the id of the hosted zone of {logical_id}; write it into the file "
            f"('aws route53 list-hosted-zones-by-name')"
        )
    mapping.identifiers[logical_id] = identifier
    if standing is not None:
        mapping.notes += _differences(place, standing, record, set_identifier)


def _not_importable(resource: StackResource) -> str:
    place = resource.construct_path or resource.logical_id
    if resource.type == _GROUP:
        return (
            f"{place} is a {_GROUP}, which CloudFormation cannot import: its members are no resources of their own, and its "
            f"published schema has no handlers; use RecordLayout.SEPARATE for an import"
        )
    sentence = f"{place} is a custom resource, which CloudFormation cannot import"
    if not resource.records:
        return sentence
    return f"{sentence}; with Dns.route53(zone, adopt=True) the deploy after the import takes its records over"


def _differences(
    place: str, standing: DeclaredRecordSet, wanted: DeclaredRecordSet, set_identifier: str | None
) -> Iterator[str]:
    """What the import leaves as it is, and the deploy after it changes. What is known after the deploy is not compared."""
    changes = []
    if standing.is_alias or standing.set_identifier != set_identifier:
        changes.append("it is an alias or has a routing policy")
    elif standing.ttl and standing.ttl != wanted.ttl:
        changes.append(f"TTL {standing.ttl} -> {wanted.ttl}")
    values, wanted_values = _values(standing), _values(wanted)
    if not standing.is_alias and wanted_values is not None and values is not None and sorted(values) != sorted(wanted_values):
        changes.append(f"{', '.join(values)} -> {', '.join(wanted_values)}")
    if changes:
        yield f"{place} stands otherwise, and the deploy after the import changes it: {'; '.join(changes)}"


def _values(record: DeclaredRecordSet) -> list[str] | None:
    """The values as Route 53 has them; None if one is not known."""
    values = [value for value in record.values if isinstance(value, str) and not holds_token(value)]
    if len(values) != len(record.values):
        return None
    # A zone file has a final dot at every name.
    is_name = record.origin.line is not None and record.type_text in {"CNAME", "MX"}
    return [value.removesuffix(".") for value in values] if is_name else values


class _ZoneView:
    """What the files say that stands in public DNS and in SES."""

    def __init__(self, sources: Sequence[SourceFile]) -> None:
        self._records: list[tuple[str, DeclaredRecordSet]] = []
        self._tokens: dict[str, set[tuple[str, ...]]] = {}
        self._complete: set[DomainName] = set()
        for file in sources:
            private = {zone.zone_id for zone in file.zones if zone.is_private}
            self._complete |= {zone.name for zone in file.zones if zone.is_complete and zone.name is not None}
            self._records += [(_in_registry(record), record) for record in file.records if record.zone_id not in private]
            for identity in file.identities:
                if len(identity.dkim_tokens) == _TOKENS:
                    self._tokens.setdefault(identity.name.lower().removesuffix("."), set()).add(identity.dkim_tokens)

    def find(self, name: str, wanted: DeclaredRecordSet, set_identifier: str | None) -> DeclaredRecordSet | None:
        """The record set that stands at `name`, of the type and in the zone of `wanted`; best that with the set identifier."""
        found = [
            record
            for its_name, record in self._records
            if its_name == name
            and record.type_text == wanted.type_text
            and (_ROUTE53_ID.fullmatch(record.zone_id) is None or record.zone_id == wanted.zone_id)
        ]
        return min(found, key=lambda record: record.set_identifier != set_identifier, default=None)

    def is_complete_for(self, name: str) -> bool:
        """Whether what is not in the files does not exist: the whole zone that the name is in is among them."""
        zones = {zone.text for zone in self._complete}
        delegated = {its_name for its_name, record in self._records if record.type_text == "NS"}
        nearest = max((zone for zone in zones | delegated if _is_at_or_below(name, zone)), key=len, default="")
        return nearest in zones

    def tokens_of(self, domain: str) -> tuple[str, ...]:
        """The tokens in the order of SES, if exactly one identity of that name is in the files."""
        found = self._tokens.get(domain, set())
        return next(iter(found)) if len(found) == 1 else ()

    def dkim_names(self, domain: str) -> list[str]:
        """The names of DKIM records that stand; nobody can tell their order."""
        return [
            name for name, record in self._records if name.endswith(f"._domainkey.{domain}") and record.type_text == "CNAME"
        ]


class _Names:
    """The names that record sets have in CloudFormation's registry."""

    def __init__(self, view: _ZoneView, tokens: dict[str, tuple[str, ...]]) -> None:
        self.view, self._tokens = view, tokens
        self._of_ses: dict[str, list[str]] = {}
        self._unknown: list[str] = []

    def of(self, entry: Entry, record: DeclaredRecordSet) -> str:
        """The name; empty if it is not known."""
        logical_id = entry.resource.logical_id
        if not isinstance(record.name, KnownAfterDeploy) and not holds_token(record.spelling):
            return _in_registry(record)
        attribute = _DKIM_NAME.fullmatch(record.name.attribute) if isinstance(record.name, KnownAfterDeploy) else None
        owner = entry.stack.resources.get(record.identity)
        if attribute is None or owner is None or owner.identity is None or holds_token(owner.identity.name):
            self._unknown.append(logical_id)
            return ""
        domain = owner.identity.name.lower().removesuffix(".")
        tokens = self._tokens.get(domain) or self.view.tokens_of(domain)
        if tokens:
            return f"{tokens[int(attribute[1]) - 1]}._domainkey.{domain}"
        self._of_ses.setdefault(domain, []).append(logical_id)
        return ""

    def questions(self) -> Iterator[str]:
        """How to find the names that were not known."""
        for logical_id in self._unknown:
            yield f"the template does not say the name of {logical_id}; write it into the file"
        for domain, logical_ids in self._of_ses.items():
            names = self.view.dkim_names(domain)
            order = f", and a zone does not say which of {', '.join(names)} is the first" if names else ""
            yield (
                f'only SES knows the names of {", ".join(logical_ids)}{order}; add --dkim-tokens "$(aws sesv2 '
                f'get-email-identity --email-identity {domain} --query DkimAttributes.Tokens --output text)"'
            )


def _is_at_or_below(name: str, zone: str) -> bool:
    return name == zone or name.endswith(f".{zone}")


def _in_registry(record: DeclaredRecordSet) -> str:
    """A name that is known as the schema compares it: lower case, without a final dot."""
    return record.name.text if isinstance(record.name, DomainName) else record.spelling.lower().removesuffix(".")
