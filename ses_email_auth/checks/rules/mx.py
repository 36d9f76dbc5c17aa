"""Rules on MX records (RFC 5321 section 5.1, RFC 2181 section 10.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import is_hidden, shown
from ses_email_auth.errors import visible
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.declared import DeclaredRecordSet, declared_name
from ses_email_auth.zone.texts import value_in_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

_MAX_PREFERENCE = 65535  # RFC 1035 section 3.3.9: 16 bits
_PARTS = 2
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}\.?")
_IPV4_AND_ZONE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}\.([^.]+\..+)")
_EXAMPLE = "write '<preference> <host>', for example '10 mail.example.com'"


@rule(
    id="mx-syntax",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="An MX value is a preference and a host name; Route 53 or senders refuse anything else.",
    reference="RFC 5321 section 5.1",
    example="Resources:\n  Record:\n    Type: AWS::Route53::RecordSet\n    Properties:\n"
    "      HostedZoneId: Z0123456789EXAMPLE\n      Name: example.com.\n"
    "      Type: MX\n      TTL: 600\n      ResourceRecords: [mail.example.com]\n",
)
def mx_syntax(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.MX):
        if not isinstance(record, DeclaredRecordSet) or record.is_alias:
            continue
        if not record.values:
            yield Fault(where=visible(record.place), message="the record set has no value", fix=_EXAMPLE, records=(record,))
        for index, value in enumerate(record.values):
            problem = None if is_hidden(value) else _problem(str(value)) or relative_address(view, record, str(value))
            if problem is not None:
                message = f"{shown(str(value))} {problem}"
                yield Fault(where=visible(record.place), message=message, fix=_EXAMPLE, records=(record.value_at(index),))


def _problem(value: str) -> str | None:
    parts = value.split()
    if len(parts) < _PARTS:
        return "has no preference" if parts and not parts[0].isdigit() else "has no host"
    preference, host = parts[0], parts[1]
    if len(parts) > _PARTS:
        return "has more than a preference and a host"
    if not (preference.isascii() and preference.isdigit()) or len(preference.lstrip("0")) > len(str(_MAX_PREFERENCE)):
        return f"has no preference from 0 to {_MAX_PREFERENCE}"
    if int(preference) > _MAX_PREFERENCE:
        return f"has a preference over {_MAX_PREFERENCE}"
    if "@" in host or "/" in host:
        return "has an address or a URL where a host name must stand"
    # RFC 5321 section 5.1: the data of an MX is a domain name; an address is not resolved.
    return "has an IP address where a host name must stand" if ":" in host or _IPV4.fullmatch(host) else None


def relative_address(view: ZoneView, record: DeclaredRecordSet, value: str) -> str | None:
    """RFC 1035 section 5.1: a zone file takes an address without a final dot for a name below the zone."""
    host = value.split()[1].lower().removesuffix(".")
    match = _IPV4_AND_ZONE.fullmatch(host)
    if match is None or not f".{record.name}".endswith(f".{match[1]}"):
        return None
    name = declared_name(host)
    if name is None or view.answers(name, RecordType.A, RecordType.AAAA, RecordType.CNAME):
        return None
    return f"has an IP address where a host name must stand, with {match[1]} appended"


@rule(
    id="mx-to-cname",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    reason="An MX that leads to a CNAME is forbidden; many senders follow it, and some return the mail.",
    reference="RFC 2181 section 10.3",
    example="example.com. 600 IN MX 10 mail.example.com.\nmail.example.com. 600 IN CNAME host.example.net.",
)
def mx_to_cname(view: ZoneView) -> Iterator[Fault]:
    # Sets with an identifier may be alternatives of which another is deployed.
    aliases = {
        str(record.name): record
        for record in view.sets(RecordType.CNAME)
        if not isinstance(record, DeclaredRecordSet) or record.set_identifier is None
    }
    for record in view.sets(RecordType.MX):
        for index, text in enumerate(record.texts):
            name = text.strip().rpartition(" ")[2].removesuffix(".").lower()
            alias = aliases.get(name) or _alias_elsewhere(view, name)
            if alias is not None:
                yield Fault(
                    where=visible(record.place),
                    message=f"the host {name} is a CNAME; an MX must lead to a name with addresses, and some senders refuse it",
                    fix=f"give {name} A and AAAA records, or name the host that it leads to",
                    records=(value_in_view(record, index), alias),
                )


def _alias_elsewhere(view: ZoneView, host: str) -> RecordInView | None:
    """The CNAME at a host in another zone that is in view; None if there is none, or if it may be one of several."""
    name = None if is_hidden(host) else declared_name(host)
    zone = None if name is None else view.zone_of(name)
    found = () if name is None or zone is None or zone is view else zone.at(name, RecordType.CNAME)
    plain = [record for record in found if not isinstance(record, DeclaredRecordSet) or record.set_identifier is None]
    return plain[0] if len(plain) == 1 else None
