"""Rules on one record set, whatever it is about: what Route 53 refuses (Route 53 developer guide, "Supported DNS record types"
and "Quotas").

Record sets of our own constructs cannot be built wrong. Not handled: values of types that mail does not need.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import is_hidden, quoted_once, shown
from ses_email_auth.errors import visible
from ses_email_auth.records.resource_record_set import MAX_TTL, RecordType
from ses_email_auth.records.route53_txt import MAX_STRING, MAX_VALUE, is_one_plain_string, octets_of, quoted_strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.zone.declared import DeclaredPart, DeclaredRecordSet
    from ses_email_auth.zone.view import ZoneView


def _sets(view: ZoneView, record_type: RecordType) -> Iterator[DeclaredRecordSet]:
    """The sets of one type with values, as files have them."""
    for record in view.seen:
        if record.type is record_type and not record.is_alias:
            yield record


def _in_templates(view: ZoneView) -> Iterator[DeclaredRecordSet]:
    """The sets of CloudFormation templates, which nothing else has checked: they alone have a location in a resource.

    Zone files hold types that Route 53 does not know; the provider of Terraform refuses what is wrong itself.
    """
    return (record for record in view.seen if record.origin.location)


def _fault(record: DeclaredRecordSet, message: str, fix: str, at: DeclaredPart | None = None) -> Fault:
    return Fault(where=visible(record.place), message=message, fix=fix, records=(record if at is None else at,))


def _template(properties: str) -> str:
    return (
        "Resources:\n  Record:\n    Type: AWS::Route53::RecordSet\n    Properties:\n"
        f"      HostedZoneId: Z0123456789EXAMPLE\n      Name: example.com.\n{properties}"
    )


@rule(
    id="txt-quoting",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="Route 53 takes TXT values only as quoted strings of at most 255 octets each, 4,000 characters together.",
    reference="Amazon Route 53 developer guide, TXT record type",
    example=_template("      Type: TXT\n      TTL: 600\n      ResourceRecords:\n        - v=spf1 -all\n"),
)
def txt_quoting(view: ZoneView) -> Iterator[Fault]:
    for record in _sets(view, RecordType.TXT):
        if not record.values:
            yield _fault(record, "the record set has no value", "give it a value, or remove it")
        for index, value in enumerate(record.values):
            text = str(value)
            problem = None if _is_plain(text) or is_hidden(value) else _problem(text, record)
            if problem is not None:
                yield _fault(record, f"{shown(text)} {problem[0]}", problem[1], record.value_at(index))


def _is_plain(value: str) -> bool:
    """Whether a value is one short string without escapes, as most are."""
    return len(value) <= MAX_STRING and value.isascii() and is_one_plain_string(value)


def _problem(value: str, record: DeclaredRecordSet) -> tuple[str, str] | None:
    """What is wrong with a TXT value, and the fix."""
    strings = quoted_strings(value)
    if strings is None:
        if '"' not in value:
            return "is not in quotation marks", f"put it into quotation marks{quoted_once(value)}"
        return "has a quotation mark too many or too few", 'write each string as "..." and a quotation mark within one as \\"'
    longest = max(map(octets_of, strings))
    if longest > MAX_STRING:
        message = f"holds a string of {longest} octets; DNS takes at most {MAX_STRING}"
        return message, 'cut it into several strings, "..." "...", which receivers join without a space'
    if len(value) > MAX_VALUE and record.origin.line is None:  # a zone file knows its lines, and no such limit
        return f"has {len(value)} characters; Route 53 takes at most {MAX_VALUE}", "make the value shorter"
    return None


_UDP = 512  # RFC 1035 section 2.3.4
_EDNS = 1232  # what resolvers take over UDP since DNS flag day 2020


@rule(
    id="txt-set-large",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Resolvers ask for all texts of a name at once; what does not fit into a UDP answer needs TCP.",
    reference="RFC 7208 section 3.4",
    example="\n".join(f'example.com. 600 IN TXT "verification-{n}={"x" * 200}"' for n in range(6)),
)
def txt_set_large(view: ZoneView) -> Iterator[Fault]:
    octets: dict[tuple[DomainName, str | None], int] = {}
    for text in view.texts:
        size = len(text.text) if text.text.isascii() else len(text.text.encode("utf-8", "replace"))
        key = (text.name, text.set_identifier)
        octets[key] = octets.get(key, 0) + size  # the rest of the answer comes on top, some 12 octets a text
    for (name, _), size in octets.items():
        if size > _UDP:
            needs_tcp = size > _EDNS
            limit = f"{_EDNS:,}, so resolvers must ask again over TCP" if needs_tcp else f"{_UDP}, the limit without EDNS"
            yield Fault(
                where=f"{name} TXT",
                message=f"the texts at {name} alone have {size:,} octets, over {limit}",
                fix="remove what nobody needs any more, such as old verification texts" if needs_tcp else "",
                severity=Severity.WARNING if needs_tcp else Severity.INFO,
            )


@rule(
    id="cname-several",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="A name has one CNAME or none; Route 53 refuses a CNAME with several values.",
    reference="RFC 1034 section 3.6.2",
    example=_template("      Type: CNAME\n      TTL: 600\n      ResourceRecords: [a.example.net, b.example.net]\n"),
)
def cname_several(view: ZoneView) -> Iterator[Fault]:
    for record in _sets(view, RecordType.CNAME):
        if len(record.values) != 1:
            count = len(record.values) or "no"
            yield _fault(record, f"a CNAME has one value, and this one has {count}", "keep the one that is meant")


@rule(
    id="value-twice",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="Route 53 refuses a record set that holds a value twice.",
    reference="RFC 2181 section 5",
    example=_template("      Type: A\n      TTL: 600\n      ResourceRecords: [192.0.2.1, 192.0.2.1]\n"),
)
def value_twice(view: ZoneView) -> Iterator[Fault]:
    for record in view.seen:
        if len(record.values) < 2 or len(set(record.values)) == len(record.values):  # noqa: PLR2004 - two may be equal
            continue
        for value, count in Counter(record.values).items():
            if count > 1 and not is_hidden(value):
                again = record.values.index(value, record.values.index(value) + 1)
                message = f"the value {shown(str(value))} stands {count} times"
                yield _fault(record, message, "keep one of them", record.value_at(again))


@rule(
    id="ttl-missing",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="Route 53 refuses a record set with values and without a TTL; only alias records have none.",
    reference="Amazon Route 53 developer guide, values for simple records",
    example=_template("      Type: A\n      ResourceRecords: [192.0.2.1]\n"),
)
def ttl_missing(view: ZoneView) -> Iterator[Fault]:
    for record in _in_templates(view):
        if not record.ttl and not record.is_alias:
            yield _fault(record, "the record set has no TTL", "give it a TTL in seconds, for example 3600")


_TTL_DIGITS = len(str(MAX_TTL))


@rule(
    id="ttl-invalid",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="A TTL is a whole number of seconds from 0 to 2147483647; Route 53 refuses others.",
    reference="RFC 2181 section 8",
    example=_template("      Type: A\n      TTL: 1h\n      ResourceRecords: [192.0.2.1]\n"),
)
def ttl_invalid(view: ZoneView) -> Iterator[Fault]:
    for record in _in_templates(view):
        ttl = record.ttl
        if not ttl or (len(ttl) < _TTL_DIGITS and ttl.isdigit() and ttl.isascii()) or is_hidden(ttl):
            continue
        if not (ttl.isascii() and ttl.isdigit()) or len(ttl) > _TTL_DIGITS or int(ttl) > MAX_TTL:
            message = f"the TTL is {shown(ttl)}; it must be a whole number of seconds up to {MAX_TTL}"
            yield _fault(record, message, "write seconds, for example 3600", record.part("TTL"))


def _weighted(name: str, ttl: int) -> str:
    return (
        f"  {name}:\n    Type: AWS::Route53::RecordSet\n    Properties:\n"
        "      HostedZoneId: Z0123456789EXAMPLE\n      Name: mail.example.com.\n      Type: A\n"
        f"      SetIdentifier: {name}\n      Weight: 1\n      TTL: {ttl}\n      ResourceRecords: [192.0.2.1]\n"
    )


@rule(
    id="ttl-several",
    severity=Severity.INFO,
    need=Need.RECORD,
    reason="The records of one name and type have one TTL: servers, and Route 53 at an import, keep one of several.",
    reference="RFC 2181 section 5.2",
    example=f"Resources:\n{_weighted('Blue', 300)}{_weighted('Green', 3600)}",
)
def ttl_several(view: ZoneView) -> Iterator[Fault]:
    for record in view.seen:
        ttls = [ttl for ttl in (record.ttl, *record.other_ttls) if ttl] if record.other_ttls else []
        if len(ttls) > 1 and record.type is not None:
            message = f"lines of one record set say the TTLs {', '.join(ttls)}; a set has one, and DNS answers with one of them"
            yield _fault(record, message, "give all its lines one TTL")
    for records in _of_one_policy(view):
        different = ", ".join(dict.fromkeys(record.ttl for record in records))
        yield Fault(
            where=visible(records[0].place),
            message=f"the record sets of one routing policy have the TTLs {different}; where they are weighted, "
            "Route 53 gives all the last one",
            fix="give all of them one TTL",
            records=tuple(record.part("TTL") for record in records),
        )


def _of_one_policy(view: ZoneView) -> Iterator[tuple[DeclaredRecordSet, ...]]:
    """The sets of one file that share name, type and a routing policy, and differ in their TTLs.

    Route 53 developer guide, "Values specific for weighted records", TTL.
    """
    by_place: dict[tuple[str, str], list[DeclaredRecordSet]] = {}
    for record in view.seen:
        has_policy = record.set_identifier is not None and not record.set_identifier.startswith("condition ")
        if has_policy and record.ttl and record.type is not None and not is_hidden(record.ttl):
            by_place.setdefault((record.origin.path, record.place), []).append(record)
    for records in by_place.values():
        if len({record.ttl for record in records}) > 1:
            yield tuple(records)


_TYPES = (
    "A",
    "AAAA",
    "CAA",
    "CNAME",
    "DS",
    "HTTPS",
    "MX",
    "NAPTR",
    "NS",
    "PTR",
    "SOA",
    "SPF",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "TXT",
)


@rule(
    id="record-type-unknown",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="Route 53 refuses record types that it does not know.",
    reference="Amazon Route 53 developer guide, supported DNS record types",
    example=_template("      Type: TXTT\n      TTL: 600\n      ResourceRecords: ['\"v=spf1 -all\"']\n"),
)
def record_type_unknown(view: ZoneView) -> Iterator[Fault]:
    for record in _in_templates(view):
        if record.type is None and record.type_text not in _TYPES and "${" not in record.type_text:
            message = f"Route 53 knows no record type {shown(record.type_text)}"
            yield _fault(record, message, f"use one of {', '.join(_TYPES)}", record.part("Type"))
