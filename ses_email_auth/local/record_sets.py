"""Record sets: Route 53's ChangeResourceRecordSets. What CloudFormation does with them is in `route53_resources`.

Sources: Route 53 API reference (ChangeResourceRecordSets, ResourceRecordSet), developer guide "Supported DNS record types"
and "DNS domain name format"; wording of refusals as quoted in public bug reports. A batch is all or nothing.

An example names a hosted zone by its id: POST /_route53/next-zone-id?id=Z... makes the next zone that is created have it.

Not handled: alias targets and routing policies (stored, not checked), the form of types that e-mail does not need, limits of
a batch, the apex SOA and NS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.local import emulator, emulator_route53

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_email_auth.local.emulator_route53 import RecordSet

# The enum RRType of the API.
_TYPES = re.compile("A|AAAA|CAA|CNAME|DS|HTTPS|MX|NAPTR|NS|PTR|SOA|SPF|SRV|SSHFP|SVCB|TLSA|TXT")
_TYPES_WITH_NAMES = frozenset({"CNAME", "MX", "NS", "PTR", "SRV"})
_MAX_VALUE = 4000  # RData of the API: characters, quotation marks included
_MAX_TTL = 2**31 - 1  # RFC 2181 section 8, seconds
_MAX_STRING = 255  # RFC 1035 section 3.3.14, octets
_MAX_LABEL, _MAX_NAME = 63, 255  # RFC 1035 section 2.3.4, octets
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_STRINGS = re.compile(rf"\s*{_STRING.pattern}(?:\s*{_STRING.pattern})*\s*")
_ESCAPE = re.compile(r"\\(?:[0-7]{3}|.)")
# RFC 1035 section 3.3.9: 16 bits
_PREFERENCE = re.compile(r"(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])\s")

_next_zone_ids: list[str] = []


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a batch; `action` is CREATE, DELETE or UPSERT."""

    action: str
    zone_id: str
    record_set: RecordSet


def install() -> None:
    """Put the API call into MiniStack."""
    emulator.answer_control_requests("/_route53/next-zone-id", _choose_next_zone_id)
    emulator.on_reset(_next_zone_ids.clear)
    emulator_route53.store_zone_names_in_lower_case()
    emulator_route53.choose_zone_ids(lambda: _next_zone_ids.pop() if _next_zone_ids else None)
    emulator_route53.answer_record_changes(lambda zone_id, changes: apply([Change(a, zone_id, r) for a, r in changes]))


def _choose_next_zone_id(_path: str, query: dict[str, str]) -> dict[str, str]:
    if "id" not in query:
        raise ValueError("no id; POST /_route53/next-zone-id?id=Z... names the zone that is created next")
    _next_zone_ids[:] = [query["id"]]
    return {"id": query["id"]}


def apply(changes: Sequence[Change]) -> None:
    """Do all the changes or none. Raises ValueError with Route 53's sentence for each fault, in brackets."""
    zones: dict[str, dict[tuple[str, str, str], RecordSet]] = {}
    faults: list[str] = []
    with emulator_route53.change_lock():
        for change in changes:
            if change.zone_id not in zones:
                zones[change.zone_id] = {
                    key(record_set): record_set for record_set in emulator_route53.record_sets(change.zone_id)
                }
            faults += _apply_one(change, zones[change.zone_id])
        # Against the outcome: one batch may delete a CNAME and create another type in its place.
        faults += [fault for change in changes if (fault := _cname_fault(change, zones[change.zone_id])) is not None]
        if faults:
            raise ValueError(f"[{', '.join(dict.fromkeys(faults))}]")
        for zone_id, record_sets in zones.items():
            emulator_route53.store_record_sets(zone_id, list(record_sets.values()))


def _apply_one(change: Change, zone: dict[tuple[str, str, str], RecordSet]) -> list[str]:
    """Do one change in `zone`, or say why not."""
    record_set = change.record_set
    zone_name = emulator_route53.zone_name(change.zone_id)
    if zone_name is None:
        return [f"No hosted zone found with ID: {change.zone_id}"]
    existing = zone.get(key(record_set))
    label = f"resource record set [name='{record_set['Name']}', type='{record_set['Type']}']"
    if change.action == "DELETE":
        if existing is None:
            return [f"Tried to delete {label} but it was not found"]
        if not is_same(existing, record_set):
            return [f"Tried to delete {label} but the values provided do not match the current values"]
        del zone[key(record_set)]
        return []
    faults = refusals(record_set, zone_name)
    if change.action == "CREATE" and existing is not None:
        faults.append(f"Tried to create {label} but it already exists")
    if not faults:
        zone[key(record_set)] = record_set
    return faults


def _cname_fault(change: Change, zone: dict[tuple[str, str, str], RecordSet]) -> str | None:
    name, rtype, _ = key(change.record_set)
    others = {other for owner, other, _ in zone if owner == name and other != rtype}
    # RFC 1034 section 3.6.2: a CNAME stands alone.
    if change.action == "DELETE" or not others or (rtype != "CNAME" and "CNAME" not in others):
        return None
    return (
        f"RRSet of type {rtype} with DNS name {name} is not permitted as it conflicts with other records "
        f"with the same DNS name in zone {emulator_route53.zone_name(change.zone_id)}"
    )


# --- what Route 53 refuses about one record set -------------------------------------------------------------------------


def key(record_set: RecordSet) -> tuple[str, str, str]:
    """What makes a record set one and not another within its zone."""
    return record_set["Name"], record_set["Type"], record_set.get("SetIdentifier", "")


def is_same(one: RecordSet, other: RecordSet) -> bool:
    """Whether a DELETE that gives `other` removes `one`: all fields equal, the values in any order."""
    return _comparable(one) == _comparable(other)


def refusals(record_set: RecordSet, zone: str) -> list[str]:
    """What Route 53 answers if `record_set` cannot stand in the zone with the name `zone`, whatever else stands there."""
    name, rtype = record_set["Name"], record_set["Type"]
    if _TYPES.fullmatch(rtype) is None:
        return [
            f"Value '{rtype}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [{_TYPES.pattern}]"
        ]
    if name != zone and not name.endswith("." + zone):
        return [f"RRSet with DNS name {name} is not permitted in zone {zone}"]
    faults = [
        f"FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '{label}'"
        for label in name.split(".")
        if _octets(label) > _MAX_LABEL
    ]
    if _octets(name) > _MAX_NAME:
        faults.append(f"FATAL problem: DomainNameTooLong (Domain name is too long) encountered with '{name}'")
    if rtype == "CNAME" and name == zone:  # RFC 1034 section 3.6.2: the apex has SOA and NS
        faults.append(f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone}")
    return faults if "AliasTarget" in record_set else faults + _value_refusals(record_set)


def _value_refusals(record_set: RecordSet) -> list[str]:
    name, rtype = record_set["Name"], record_set["Type"]
    ttl, values = record_set.get("TTL", ""), record_set.get("ResourceRecords", [])
    if ttl == "" or not values:
        allowed = "[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]"
        change = f"Change with [Name={name}, Type={rtype}, SetIdentifier={record_set.get('SetIdentifier', 'null')}]"
        return [f"Invalid request: Expected exactly one of {allowed}, but found none in {change}"]
    faults = []
    if not ttl.isdecimal() or int(ttl) > _MAX_TTL:
        faults.append(f"Invalid TTL '{ttl}': Member must be an integer from 0 to {_MAX_TTL}")
    if rtype == "CNAME" and len(values) > 1:
        faults.append(f"RRSet of type CNAME with DNS name {name} must have exactly one Resource Record")
    seen = set()
    for value in values:
        if value in seen:
            faults.append(f"Duplicate Resource Record: '{value}'")
        seen.add(value)
        fault = _data_fault(rtype, value)
        if fault is not None:
            faults.append(f"Invalid Resource Record: 'FATAL problem: {fault} encountered with '{value}''")
    return faults


def _data_fault(rtype: str, value: str) -> str | None:
    fault = None
    if len(value) > _MAX_VALUE:
        fault = f"ValueTooLong (Member must have length less than or equal to {_MAX_VALUE})"
    elif rtype in {"TXT", "SPF"} and _STRINGS.fullmatch(value) is None:
        fault = "InvalidCharacterString (Value should be enclosed in quotation marks)"
    elif rtype in {"TXT", "SPF"} and any(_octets(string) > _MAX_STRING for string in _STRING.findall(value)):
        fault = "CharacterStringTooLong (Value is too long)"
    elif rtype == "MX" and len(value.split()) != 2:  # noqa: PLR2004 - preference and host
        fault = "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"
    elif rtype == "MX" and _PREFERENCE.match(value) is None:
        fault = "InvalidMXPriority (Priority is not a number from 0 to 65535)"
    elif rtype == "CNAME" and re.search(r"\s", value) is not None:
        fault = "UnsupportedCharacter (Value contains unsupported characters)"
    return fault


def _octets(text: str) -> int:
    r"""An escape is one octet: `\052` in a name, `\"` in a TXT."""
    return len(_ESCAPE.sub("x", text))


def _comparable(record_set: RecordSet) -> dict[str, object]:
    rtype = record_set["Type"]
    fields: dict[str, object] = dict(record_set)
    if "TTL" in record_set:
        fields["TTL"] = record_set["TTL"].lstrip("0")
    if "AliasTarget" in record_set:
        target = record_set["AliasTarget"]
        fields["AliasTarget"] = {**target, "DNSName": _comparable_value("CNAME", str(target.get("DNSName", "")))}
    if "ResourceRecords" in record_set:
        fields["ResourceRecords"] = sorted(_comparable_value(rtype, value) for value in record_set["ResourceRecords"])
    return fields


def _comparable_value(rtype: str, value: str) -> str:
    """Names differ in neither case nor final dot; anything else, how a long TXT is cut included, is compared as text."""
    return " ".join(value.lower().split()).removesuffix(".") if rtype in _TYPES_WITH_NAMES else value
