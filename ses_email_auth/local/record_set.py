"""One Route 53 resource record set: when two are the same, and what Route 53 refuses about one by itself. Pure.

Sources: Route 53 API reference (ChangeResourceRecordSets, ResourceRecordSet), developer guide "Supported DNS record types"
and "DNS domain name format"; wording of refusals as quoted in public bug reports.
Not handled: alias targets, routing policies (they pass unchecked), and the form of types that e-mail does not need.
"""

from __future__ import annotations

import re
from typing import NotRequired, TypedDict

__all__ = ["RecordSet", "canonical_name", "is_same", "joined_strings", "key", "refusals"]


class RecordSet(TypedDict):
    """A resource record set in MiniStack's own form."""

    Name: str
    Type: str
    TTL: NotRequired[str]
    ResourceRecords: NotRequired[list[str]]
    SetIdentifier: NotRequired[str]
    AliasTarget: NotRequired[dict[str, object]]


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


def canonical_name(name: str) -> str:
    r"""The name as Route 53 stores and lists it: lower case, final dot, `*` as `\052`."""
    return name.lower().removesuffix(".").replace("*", "\\052") + "."


def joined_strings(value: str) -> str:
    """What a reader of a TXT value sees: its strings in one."""
    return "".join(_ESCAPE.sub(lambda found: found[0][1:], string) for string in _STRING.findall(value))


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
        if len(label) > _MAX_LABEL
    ]
    if len(name) > _MAX_NAME:
        faults.append(f"FATAL problem: DomainNameTooLong (Domain name is too long) encountered with '{name}'")
    if rtype == "CNAME" and name == zone:  # RFC 1034 section 3.6.2: the apex has SOA and NS
        faults.append(f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone}")
    return faults if "AliasTarget" in record_set else faults + _value_refusals(record_set)


def _value_refusals(record_set: RecordSet) -> list[str]:
    name, rtype = record_set["Name"], record_set["Type"]
    ttl, values = record_set.get("TTL", ""), record_set.get("ResourceRecords", [])
    if ttl == "" or not values:
        wanted = "[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]"
        found = f"Change with [Name={name}, Type={rtype}, SetIdentifier={record_set.get('SetIdentifier', 'null')}]"
        return [f"Invalid request: Expected exactly one of {wanted}, but found none in {found}"]
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
    elif rtype in {"TXT", "SPF"} and any(len(_ESCAPE.sub("x", string)) > _MAX_STRING for string in _STRING.findall(value)):
        fault = "CharacterStringTooLong (Value is too long)"
    elif rtype == "MX" and len(value.split()) != 2:  # noqa: PLR2004 - preference and host
        fault = "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"
    elif rtype == "MX" and _PREFERENCE.match(value) is None:
        fault = "InvalidMXPriority (Priority is not a number from 0 to 65535)"
    elif rtype == "CNAME" and re.search(r"\s", value) is not None:
        fault = "UnsupportedCharacter (Value contains unsupported characters)"
    return fault


def _comparable(record_set: RecordSet) -> dict[str, object]:
    rtype = record_set["Type"]
    fields: dict[str, object] = dict(record_set)
    if "TTL" in record_set:
        fields["TTL"] = record_set["TTL"].lstrip("0")
    if "ResourceRecords" in record_set:
        fields["ResourceRecords"] = sorted(_comparable_value(rtype, value) for value in record_set["ResourceRecords"])
    return fields


def _comparable_value(rtype: str, value: str) -> str:
    """Names differ in neither case nor final dot; anything else, how a long TXT is cut included, is compared as text."""
    return " ".join(value.lower().split()).removesuffix(".") if rtype in _TYPES_WITH_NAMES else value
