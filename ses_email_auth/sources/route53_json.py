"""The JSON of Route 53: what `aws route53 list-resource-record-sets` prints, and the change batch that
`aws route53 change-resource-record-sets` takes (ListResourceRecordSets and ChangeResourceRecordSets in the Amazon Route 53 API
reference).

A list names no zone; its SOA record does. Names and values keep Route 53's octal escapes. A change batch declares what it
creates and upserts, and says nothing of the rest of the zone. What it deletes is declared by none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.sources.json_values import items, mapping, mappings, text, whole_number
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile, UnreadableSource
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTED = "ResourceRecordSets"
_CHANGES = "Changes"
_ACTIONS = {"CREATE": True, "UPSERT": True, "DELETE": False}
"""Whether the record set is there afterwards."""

_MORE = ("NextToken", "NextRecordName")


def is_route53(body: object) -> bool:
    """Whether parsed JSON is a list of record sets as Route 53 prints it."""
    return isinstance(mapping(body).get(_LISTED), list)


def read_route53(body: object, path: str) -> SourceFile:
    """The record sets of a zone. It is complete if its SOA record is there and Route 53 has not cut the list.

    Raises:
        UnreadableSource: if an entry has no name or no type.
    """
    listed = mapping(body)
    entries = enumerate(items(listed.get(_LISTED)))
    records = [_record(entry, Origin(path, resource=f"{_LISTED}[{index}]"), path) for index, entry in entries]
    apex = next((record.name for record in records if record.type_text == "SOA"), None)
    is_cut = listed.get("IsTruncated") is True or any(listed.get(key) for key in _MORE)
    zone = DeclaredZone(
        zone_id=path,
        name=apex if isinstance(apex, DomainName) else None,
        is_complete=isinstance(apex, DomainName) and not is_cut,
    )
    return SourceFile(path=path, records=records, zones=[zone])


def is_change_batch(body: object) -> bool:
    """Whether parsed JSON is a change batch: for `--change-batch`, or for `--cli-input-json`."""
    changes = mappings(_batch(body).get(_CHANGES))
    return any("ResourceRecordSet" in change for change in changes)  # a change set of CloudFormation has `Changes` too


def _batch(body: object) -> Mapping[str, object]:
    return mapping(mapping(body).get("ChangeBatch", body))


def read_change_batch(body: object, path: str) -> SourceFile:
    """The record sets that a change batch creates or upserts.

    Raises:
        UnreadableSource: if a change has no action that Route 53 knows, or its record set has no name or no type.
    """
    written = text(mapping(body).get("HostedZoneId"))
    zone_id = written.removeprefix("/hostedzone/")
    records: list[DeclaredRecordSet] = []
    for index, entry in enumerate(items(_batch(body).get(_CHANGES))):
        resource = f"{_CHANGES}[{index}]"
        change = mapping(entry)
        action = text(change.get("Action"))
        if action not in _ACTIONS:
            raise UnreadableSource(path, f"{resource} has the action {action[:60]!r}; Route 53 knows {', '.join(_ACTIONS)}")
        record = _record(change.get("ResourceRecordSet"), Origin(path, resource=resource), zone_id)
        if _ACTIONS[action]:
            records.append(record)
    return SourceFile(path=path, records=records)


def _record(entry: object, origin: Origin, zone_id: str) -> DeclaredRecordSet:
    listed = mapping(entry)
    name, kind = text(listed.get("Name")), text(listed.get("Type"))
    if not name or not kind:
        raise UnreadableSource(origin.path, f"{origin.resource} has no Name or no Type; each record set of Route 53 has both")
    return DeclaredRecordSet.of(
        name,
        kind,
        tuple(text(record.get("Value")) for record in mappings(listed.get("ResourceRecords"))),
        origin,
        ttl=whole_number(listed.get("TTL")),
        set_identifier=text(listed.get("SetIdentifier")) or None,
        is_alias=bool(mapping(listed.get("AliasTarget"))),
        zone_id=zone_id,
    )
