"""DNS record sets as Amazon Route 53 takes them (RFC 1035, RFC 2181 section 5; Route 53 developer guide, "Supported DNS
record types").

A set is built whole or not at all: what Route 53 would refuse cannot be constructed. Not handled: alias records and
routing policies, which e-mail authentication does not need.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.route53_txt import MAX_STRING, MAX_VALUE, character_strings, txt_value

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MAX_TTL", "RecordType", "RecordValue", "ResourceRecordSet", "check_together"]

MAX_TTL = 2**31 - 1  # seconds, RFC 2181 section 8
_MX = re.compile(r"([0-9]{1,5}) ([!-~]+)")
_MAX_PREFERENCE = 65535

RecordValue: TypeAlias = "str | tuple[str, ...] | KnownAfterDeploy"
"""One value of a set. TXT: the whole text, cut into strings by us, or a tuple of the strings as they must be cut.
All other types: what stands in a zone file, such as `10 mail.example.com`."""


class RecordType(enum.Enum):
    """The record types that e-mail authentication publishes or meets."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"
    MX = "MX"
    NS = "NS"
    SOA = "SOA"
    TXT = "TXT"


@dataclass(frozen=True, slots=True)
class ResourceRecordSet:
    """All records of one name and type.

    Args:
        name: the absolute name; text is taken too and becomes a `DomainName`.
        type: the record type.
        ttl: whole seconds, from 0 to 2147483647 (RFC 2181 section 8).
        values: at least one, none twice: of TXT the whole text, or a tuple of the strings as they must be cut; of all other
            types what stands in a zone file, such as `10 mail.example.com`.

    Raises:
        EmailAuthError: if Route 53 or DNS would refuse the set.
    """

    name: DomainName | KnownAfterDeploy
    """The absolute name; text is taken too and becomes a `DomainName`."""

    type: RecordType

    ttl: int
    """Whole seconds, from 0 to 2147483647 (RFC 2181 section 8)."""

    values: tuple[RecordValue, ...]
    """At least one, none twice: of TXT the whole text, or a tuple of the strings as they must be cut; of all other types what
    stands in a zone file, such as `10 mail.example.com`."""

    def __post_init__(self) -> None:
        if isinstance(self.name, str):
            object.__setattr__(self, "name", DomainName(self.name))
        _check_kinds(self.type, self.values)
        object.__setattr__(self, "values", tuple(self.values))
        _check_ttl(self.ttl)
        _check_values(self)

    def __str__(self) -> str:
        """One line for each value, in Route 53's form (its escapes are octal; those of a zone file are decimal)."""
        return "\n".join(f"{self.route53_name} {self.ttl} IN {self.type.value} {value}" for value in self.resource_records)

    @property
    def place(self) -> str:
        """The name and the type, as findings name a record: `_dmarc.example.com TXT`."""
        return f"{self.name} {self.type.value}"

    @property
    def route53_name(self) -> str | KnownAfterDeploy:
        """The name with its final dot, as CDK's own records spell it; a name that only AWS knows stays as it is."""
        return self.name if isinstance(self.name, KnownAfterDeploy) else f"{self.name}."

    @property
    def resource_records(self) -> tuple[str | KnownAfterDeploy, ...]:
        """The values as Route 53's `ResourceRecords` takes them: TXT in quoted strings of at most 255 octets."""
        return tuple(_presentation(self.type, value) for value in self.values)

    @property
    def texts(self) -> tuple[str, ...]:
        """Each value as one text, TXT strings joined without a space as receivers join them (RFC 7208 section 3.3)."""
        values = self.values
        if len(values) == 1 and isinstance(values[0], str):  # nearly always, and rules ask often
            return (values[0],)
        return tuple("".join(value) if isinstance(value, tuple) else str(value) for value in values)


def check_together(zone: DomainName, records: Iterable[ResourceRecordSet]) -> None:
    """Check what Route 53 refuses of several sets in one zone.

    Raises:
        EmailAuthError: for a name outside of the zone, two sets of one name and type, a CNAME beside other data
            (RFC 2181 section 10.1) or a CNAME at the zone's apex (RFC 1034 section 4.2.1: SOA and NS stand there).
    """
    types: dict[DomainName, set[RecordType]] = {}
    for record in records:
        if isinstance(record.name, KnownAfterDeploy):
            continue
        if record.name.is_at_or_below(zone) is False:
            raise EmailAuthError(f"{record.name.text!r} is outside of the zone {zone.text!r}; nobody would look there")
        if record.type is RecordType.CNAME and record.name == zone:
            raise EmailAuthError(f"a CNAME cannot stand at {zone.text!r}, the apex of its zone")
        seen = types.setdefault(record.name, set())
        if record.type in seen:
            raise EmailAuthError(f"{record.name.text!r} has two {record.type.value} record sets; put all values into one")
        seen.add(record.type)
        if RecordType.CNAME in seen and len(seen) > 1:
            raise EmailAuthError(f"{record.name.text!r} has a CNAME and other records; a CNAME must stand alone")


def _check_kinds(record_type: object, values: object) -> None:
    if not isinstance(record_type, RecordType):
        known = str(record_type).upper()
        fix = known if known in RecordType.__members__ else "TXT"
        raise EmailAuthError(f"the type of a record set must be a RecordType, got {record_type!r}; use RecordType.{fix}")
    if isinstance(values, str):
        raise EmailAuthError(f"the values of a record set must be a list, got the string {values!r}; pass [{values!r}]")


def _check_ttl(ttl: object) -> None:
    if isinstance(ttl, bool) or not isinstance(ttl, int) or not 0 <= ttl <= MAX_TTL:
        raise EmailAuthError(f"a TTL is a whole number of seconds from 0 to {MAX_TTL}, got {ttl!r}")


def _check_values(record: ResourceRecordSet) -> None:
    where = f"the {record.type.value} record set of {str(record.name)!r}"
    if not record.values:
        raise EmailAuthError(f"{where} has no value")
    presentations = record.resource_records
    if len(set(presentations)) != len(presentations):
        raise EmailAuthError(f"{where} holds a value twice: Route 53 refuses that")
    if record.type is RecordType.CNAME and len(record.values) != 1:
        raise EmailAuthError(f"{where} must have exactly one value (RFC 1034 section 3.6.2)")
    for value, presentation in zip(record.values, presentations, strict=True):
        if record.type is not RecordType.TXT and not isinstance(value, str | KnownAfterDeploy):
            raise EmailAuthError(f"{where}: only a TXT value has several strings, got {value!r}")
        if isinstance(value, tuple):
            _check_strings(where, value)
        if record.type is RecordType.MX:
            _check_mx(where, str(value))
        if isinstance(presentation, str) and len(presentation) > MAX_VALUE and not holds_token(presentation):
            raise EmailAuthError(f"{where} holds a value of {len(presentation)} characters; Route 53 takes at most {MAX_VALUE}")


def _check_strings(where: str, strings: tuple[str, ...]) -> None:
    if not strings:
        raise EmailAuthError(f"{where} has a value without a string; an empty text is ('',)")
    for string in strings:
        if not holds_token(string) and len(string.encode()) > MAX_STRING:
            raise EmailAuthError(f"{where} has a string of {len(string.encode())} octets; at most {MAX_STRING} are allowed")


def _check_mx(where: str, value: str) -> None:
    match = _MX.fullmatch(value)
    if not holds_token(value) and (match is None or int(match[1]) > _MAX_PREFERENCE):
        raise EmailAuthError(
            f"{where} holds {value!r}; an MX value is '<preference> <host>', for example '10 mail.example.com'"
        )


def _presentation(record_type: RecordType, value: RecordValue) -> str | KnownAfterDeploy:
    if isinstance(value, KnownAfterDeploy):
        return value
    if record_type is not RecordType.TXT:
        return value if isinstance(value, str) else " ".join(value)
    return txt_value(character_strings(value) if isinstance(value, str) else value)
