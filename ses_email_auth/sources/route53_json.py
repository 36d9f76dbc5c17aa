"""The JSON that `aws route53 list-resource-record-sets` prints: the record sets of one hosted zone (ListResourceRecordSets in
the Amazon Route 53 API reference).

The list names no zone; its SOA record does. Names and values keep Route 53's octal escapes. Not handled: the JSON that
`change-resource-record-sets` takes.
"""

from __future__ import annotations

from ses_email_auth.domain_name import DomainName
from ses_email_auth.sources.json_values import items, mapping, mappings, text, whole_number
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile, UnreadableSource
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin

_MORE = ("NextToken", "NextRecordName")


def is_route53(body: object) -> bool:
    """Whether parsed JSON is a list of record sets as Route 53 prints it."""
    return isinstance(mapping(body).get("ResourceRecordSets"), list)


def read_route53(body: object, path: str) -> SourceFile:
    """The record sets of a zone. It is complete if its SOA record is there and Route 53 has not cut the list.

    Raises:
        UnreadableSource: if an entry has no name or no type.
    """
    listed = mapping(body)
    records = [_record(entry, index, path) for index, entry in enumerate(items(listed.get("ResourceRecordSets")))]
    apex = next((record.name for record in records if record.type_text == "SOA"), None)
    is_cut = listed.get("IsTruncated") is True or any(listed.get(key) for key in _MORE)
    zone = DeclaredZone(
        zone_id=path,
        name=apex if isinstance(apex, DomainName) else None,
        is_complete=isinstance(apex, DomainName) and not is_cut,
    )
    return SourceFile(path=path, records=records, zones=[zone])


def _record(entry: object, index: int, path: str) -> DeclaredRecordSet:
    resource = f"ResourceRecordSets[{index}]"
    listed = mapping(entry)
    name, kind = text(listed.get("Name")), text(listed.get("Type"))
    if not name or not kind:
        raise UnreadableSource(path, f"{resource} has no Name or no Type; save the list of Route 53 as it is")
    return DeclaredRecordSet.of(
        name,
        kind,
        tuple(text(record.get("Value")) for record in mappings(listed.get("ResourceRecords"))),
        Origin(path, resource=resource),
        ttl=whole_number(listed.get("TTL")),
        set_identifier=text(listed.get("SetIdentifier")) or None,
        is_alias=bool(mapping(listed.get("AliasTarget"))),
        zone_id=path,
    )
