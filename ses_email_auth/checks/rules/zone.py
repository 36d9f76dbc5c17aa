"""Rules on the record sets of a zone together, and on their names (RFC 1034 sections 3.6.2 and 4.2.1, RFC 2181 section 10.1).

Sets of a routing policy share name and type by intent; sets under conditions that cannot be decided are marked likewise. In a
view of a whole zone a set may stand in two files, in what DNS has and in what is deployed: only sets of one file count as two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.mail_from import another_mail_from
from ses_email_auth.checks.rules.record_text import is_hidden
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token, readable
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.route53_txt import unescaped
from ses_email_auth.ses.hosts import is_feedback_mx
from ses_email_auth.zone.declared import DeclaredRecordSet, declared_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

_MAIL_LABELS = frozenset(("_domainkey", "_dmarc", "_mta-sts", "_tls"))
_LONGEST = 260  # characters: a name and a type
_BESIDE_CNAME = frozenset(("CNAME", "RRSIG", "NSEC"))  # RFC 4035 section 2.5


_TWICE = "Name: _dmarc.example.com.\n      Type: TXT\n      ResourceRecords: ['\"v=DMARC1; p={}\"']"


def _template(*sets: str, zone: bool = False) -> str:
    lines = ["Resources:"]
    if zone:
        lines += ["  Zone:", "    Type: AWS::Route53::HostedZone", "    Properties: {Name: example.com}"]
    for number, properties in enumerate(sets, 1):
        lines += [
            f"  Record{number}:",
            "    Type: AWS::Route53::RecordSet",
            "    Properties:",
            f"      HostedZoneId: {'{Ref: Zone}' if zone else 'Z0123456789EXAMPLE'}",
            f"      {properties}",
            "      TTL: 600",
        ]
    return "\n".join(lines) + "\n"


@rule(
    id="record-set-twice",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="A zone has one record set of a name and type. Of two resources one is refused, or takes over the other's.",
    reference="RFC 2181 section 5",
    example=_template(_TWICE.format("none"), _TWICE.format("reject")),
)
def record_set_twice(view: ZoneView) -> Iterator[Fault]:
    sets: dict[tuple[str, str], list[DeclaredRecordSet]] = {}
    for record in view.seen:
        text = _name(record)
        if text is not None and record.set_identifier is None and record.type_text.isalnum():
            sets.setdefault((record.origin.path if view.in_dns else "", f"{text} {record.type_text}"), []).append(record)
    for (_, place), group in sets.items():
        if len(group) > 1:
            yield Fault(
                where=visible(place),
                message=f"{_shown_name(place)} stands in {len(group)} resources, {_what_happens(group)}",
                fix="keep one resource with all values",
                records=tuple(group),
            )


def _what_happens(group: list[DeclaredRecordSet]) -> str:
    if any(record.is_alias or any(map(is_hidden, record.values)) for record in group):
        return "and Route 53 refuses the second, or it takes over the record of the first"
    if len({(frozenset(record.values), record.ttl) for record in group}) == 1:
        return "with the same values: the second can take over the record of the first, and deleting one deletes it for both"
    return "with different values or TTLs; Route 53 refuses the second"


@rule(
    id="cname-beside-data",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="A name with a CNAME has no other records: Route 53 refuses them, and resolvers see only the CNAME.",
    reference="RFC 2181 section 10.1",
    example='www.example.com. 600 IN CNAME host.example.net.\nwww.example.com. 600 IN TXT "v=spf1 -all"',
)
def cname_beside_data(view: ZoneView) -> Iterator[Fault]:
    mail_froms = _mail_froms(view)
    for name in dict.fromkeys(record.name for record in view.sets(RecordType.CNAME) if _stands_alone(record)):
        if not isinstance(name, DomainName) or name == view.zone:
            continue
        here = tuple(filter(_stands_alone, view.all_at(name)))
        kinds = ", ".join(dict.fromkeys(kind for kind in map(_type, here) if kind.isalnum() and kind not in _BESIDE_CNAME))
        if kinds:
            is_mail_from = name in view.mail_from_mx or name.text in mail_froms
            yield Fault(
                where=f"{name} CNAME",
                message=f"{name} has a CNAME and {kinds}; a CNAME must stand alone, and Route 53 refuses both together",
                fix=f"{another_mail_from(name)}; the CNAME usually belongs to another e-mail provider"
                if is_mail_from
                else "remove the CNAME, or all that stands beside it",
                records=here,
            )


def _stands_alone(record: RecordInView) -> bool:
    """Whether a set is no alternative to others: those of a routing policy, and of conditions that cannot be decided."""
    return not isinstance(record, DeclaredRecordSet) or record.set_identifier is None


def _type(record: RecordInView) -> str:
    return record.place.rpartition(" ")[2]


@rule(
    id="cname-at-apex",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="The apex of a zone has SOA and NS records, beside which no CNAME can stand.",
    reference="RFC 1034 section 4.2.1",
    example=_template("Name: example.com.\n      Type: CNAME\n      ResourceRecords: [host.example.net]", zone=True),
)
def cname_at_apex(view: ZoneView) -> Iterator[Fault]:
    for record in () if view.zone is None else view.at(view.zone, RecordType.CNAME):
        yield Fault(
            where=record.place,
            message=f"{view.zone} is the apex of its zone, where SOA and NS stand; Route 53 refuses a CNAME there",
            fix="use an alias record of type A, or the addresses themselves",
            records=(record,),
        )


@rule(
    id="name-at-sign",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="Only a zone file has @ for the zone itself. To Route 53 it is a letter of a name, for which nobody asks.",
    reference="Amazon Route 53 developer guide, DNS domain name format",
    example=_template("Name: '@'\n      Type: TXT\n      ResourceRecords: ['\"v=spf1 -all\"']", zone=True),
)
def name_at_sign(view: ZoneView) -> Iterator[Fault]:
    mail_froms = _mail_froms(view)
    for record in view.seen:
        text = unescaped(record.spelling).removesuffix(".")
        text = text if holds_token(text) else text.lower()
        if "@" not in text or _SERVICES.search(text) is not None:
            continue
        if _AT_LABEL.search(text) is not None:
            problem = "the @ in {} does not stand for the zone; it is a part of the name, and nobody looks there"
            meant, is_dead = _AT_LABEL.sub("", text), True
        elif record.type in _MAIL_TYPES:
            problem = "{} is written like an address; nobody looks for a record at such a name"
            meant = text.replace("@", ".")
            is_dead = not view.in_dns or is_for_mail(meant, mail_froms)
        else:
            continue
        yield Fault(
            where=visible(record.place),
            message=problem.format("the name" if text == "@" else _shown_name(text)),
            fix=_without_at(meant, record, view),
            severity=Severity.ERROR if is_dead else Severity.WARNING,
            records=(record.part("Name"),),
        )


_AT_LABEL = re.compile(r"(?<![^.])@(?:\.|$)")
_SERVICES = re.compile(r"\._(?:tcp|udp)(?:\.|$)", re.IGNORECASE)  # RFC 6763 section 4.1.1: names of services are free text
_MAIL_TYPES = frozenset((RecordType.TXT, RecordType.MX, RecordType.CNAME))


def _without_at(rest: str, record: DeclaredRecordSet, view: ZoneView) -> str:
    """The fix for a name of which `rest` is left without the sign."""
    rest = rest.removesuffix(".")
    zone = None if view.zone is None or not view.zone.is_known else view.zone.text
    if zone is None and (not rest or rest.startswith("_")) and "." not in rest:
        return "write the name of the zone for the @"
    whole = rest if zone is None or holds_token(rest) or f".{rest}".endswith(f".{zone}") else f"{rest}.{zone}".removeprefix(".")
    name = declared_name(whole)
    if name is not None and name == view.zone and record.type is RecordType.CNAME:
        return f"a CNAME cannot stand at {whole} either: use an alias record of type A there, or the addresses themselves"
    there = () if not isinstance(name, DomainName) or record.type is None else view.at(name, record.type)
    if there:
        return f"put the values into the record set of {_shown_name(whole)}, which exists too, and remove this one"
    return f"write {_shown_name(whole)}"


@rule(
    id="name-outside-zone",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="Names are absolute in Route 53, CloudFormation adds nothing; a name outside of the zone is refused.",
    reference="Amazon Route 53 developer guide, DNS domain name format",
    example=_template("Name: _dmarc\n      Type: TXT\n      ResourceRecords: ['\"v=DMARC1; p=none\"']", zone=True),
)
def name_outside_zone(view: ZoneView) -> Iterator[Fault]:
    if view.zone is None or not view.zone.is_known:
        return
    zone = view.zone.text
    mail_froms = _mail_froms(view)
    for record in view.seen:
        text = _name(record)
        if text is None or text.endswith(f".{zone}") or text == zone or "@" in text:
            continue  # of names with @ `name-at-sign` speaks
        # Route 53 refuses it; a server of another kind passes over it.
        refused = not view.in_dns or is_for_mail(f"{text}.{zone}", mail_froms)
        yield Fault(
            where=visible(record.place),
            message=f"{_shown_name(text)} is not in the zone {zone}; Route 53 refuses it, and nobody asks this zone for it",
            fix=f"write the whole name, {_shown_name(text)}.{zone}, or put it into the zone that it belongs to",
            severity=Severity.ERROR if refused else Severity.WARNING,
            records=(record.part("Name"),),
        )


@rule(
    id="name-doubled",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="A panel or a zone file appends the zone to a name without a final dot; receivers then look in vain.",
    reference="RFC 1035 section 5.1",
    example=_template(
        "Name: _dmarc.example.com.example.com.\n      Type: TXT\n      ResourceRecords: ['\"v=DMARC1; p=none\"']", zone=True
    ),
)
def name_doubled(view: ZoneView) -> Iterator[Fault]:
    suffixes = doubled_suffixes(view)
    mail_froms = _mail_froms(view)
    for record in view.seen:
        text = _name(record)
        meant = None if text is None else undoubled(text, suffixes)
        if text is not None and meant is not None:
            yield Fault(
                where=visible(record.place),
                message=f"{_shown_name(text)} holds the domain twice, so nobody looks there",
                fix=f"write {_shown_name(meant)}; a name without its final dot may have got the domain appended",
                severity=Severity.ERROR if is_for_mail(meant, mail_froms) or _is_feedback(record) else Severity.WARNING,
                records=(record.part("Name"),),
            )


def doubled_suffixes(view: ZoneView) -> tuple[tuple[str, int], ...] | None:
    """What the name of a set ends in if the zone was appended to a whole name, and how much is to be cut off."""
    zone = view.zone
    if zone is None or not zone.is_known or not view.seen:
        return None
    domains = dict.fromkeys(name.text for name in (zone, zone.organizational) if name is not None and "." in name.text)
    return tuple((f"{domain}.{zone}", len(zone.text) + 1) for domain in domains)


def undoubled(text: str, suffixes: tuple[tuple[str, int], ...] | None) -> str | None:
    """The name that was meant; None if nothing is doubled."""
    if suffixes is not None:
        for suffix, cut in suffixes:
            if text.endswith(suffix) and (text == suffix or text[-len(suffix) - 1] == "."):
                return text[:-cut]
        return None
    last = text.rpartition(".")[2]
    if text.count(f".{last}") < 2:  # noqa: PLR2004 - no domain can stand there twice
        return None
    labels = text.split(".")
    for count in range(2, len(labels) // 2 + 1):
        if labels[-count:] == labels[-2 * count : -count]:
            return ".".join(labels[:-count])
    return None


def _name(record: DeclaredRecordSet) -> str | None:
    """The name of a set as text; None if it is known only after the deploy."""
    name = record.name
    if isinstance(name, KnownAfterDeploy):
        return None
    text = record.spelling.removesuffix(".").lower() if name is None else name.text
    return None if "${" in text else text


def _shown_name(text: str) -> str:
    """A name for a message, which can be none that DNS takes."""
    text = readable(text)
    return visible(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")


def _mail_froms(view: ZoneView) -> frozenset[str]:
    """The MAIL FROM domains that identities name."""
    domains = (identity.mail_from_domain for identity in view.identities)
    return frozenset(domain.text for domain in domains if domain is not None)


def is_for_mail(meant: str, mail_froms: frozenset[str]) -> bool:
    """Whether mail depends on the name that was meant."""
    return meant in mail_froms or not _MAIL_LABELS.isdisjoint(meant.split("."))


def _is_feedback(record: DeclaredRecordSet) -> bool:
    """Whether a set makes its name a MAIL FROM domain."""
    return record.type is RecordType.MX and any(map(is_feedback_mx, record.texts))
