"""What Route 53 and SES hold for a domain, read through boto3, and how that looks in 80 columns.

The AWS that boto3 asks is the one of the environment: in the demo the local one.
"""

from __future__ import annotations

import itertools
import json
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from ses_email_auth import DmarcRecord, DomainName
from ses_email_auth.publication.alignment import AlignmentQuestion, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ses_email_auth import AlignmentProof

__all__ = ["Record", "changes", "identities", "proof", "read_identity", "read_records", "table"]

NAME_COLUMNS, VALUE_COLUMNS = 22, 45
DKIM_TOKEN = re.compile(r"\b(\w{4})\w{24}(\w{4})\b")


@dataclass(frozen=True, slots=True)
class Record:
    """One value that Route 53 holds."""

    name: str
    type: str
    ttl: int
    value: str


def read_records(zone_id: str) -> frozenset[Record]:
    """What stands in the zone, without the NS and SOA that each zone has."""
    pages = boto3.client("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    return frozenset(
        Record(found["Name"].rstrip("."), found["Type"], found["TTL"], value["Value"])
        for found in pages.search("ResourceRecordSets[]")
        for value in found["ResourceRecords"]
        if found["Type"] not in {"NS", "SOA"}
    )


def identities() -> list[str]:
    """The names of all SES identities."""
    found = boto3.client("sesv2").list_email_identities()["EmailIdentities"]
    return [identity["IdentityName"] for identity in found]


def read_identity(domain: str) -> tuple[SesIdentity, str]:
    """The identity of a domain, and what SES says of it.

    Raises:
        RuntimeError: if SES has not found the records of DKIM and MAIL FROM.
    """
    found = boto3.client("sesv2").get_email_identity(EmailIdentity=domain)
    mail_from = found["MailFromAttributes"]
    dkim_status, mail_from_status = found["DkimAttributes"]["Status"], mail_from["MailFromDomainStatus"]
    said = f"DKIM {dkim_status}, MAIL FROM {mail_from_status}, {'' if found['VerifiedForSendingStatus'] else 'not '}verified"
    if said != "DKIM SUCCESS, MAIL FROM SUCCESS, verified":
        raise RuntimeError(f"SES says of {domain}: {said}")
    identity = SesIdentity(
        name=domain,
        dkim_domain=DomainName(domain),
        mail_from=DomainName(mail_from["MailFromDomain"]),
        on_mx_failure=MxFailure(mail_from["BehaviorOnMxFailure"]),
    )
    return identity, f"SES says of {domain}: {said}"


def proof(identity: SesIdentity, records: Iterable[Record], region: str) -> AlignmentProof:
    """The alignment proof of what is deployed. In an app of yours it is `email_auth.alignment`."""
    dmarc = next(json.loads(record.value) for record in records if record.name == f"_dmarc.{identity.name}")
    question = AlignmentQuestion(
        from_domain=identity.domain,
        identities=(identity,),
        dmarc_records={identity.domain: DmarcRecord.parse(dmarc)},
        region=region,
    )
    return prove(question)


def table(records: Iterable[Record], domain: str) -> str:
    """Name, type, TTL in seconds and value; the domain itself first. DKIM tokens are cut short."""
    lines = [f"{'name':<{NAME_COLUMNS}}  type  TTL  value"]
    for record in sorted(records, key=lambda record: (record.name.count("."), record.name, record.type)):
        name, value = (DKIM_TOKEN.sub(r"\1...\2", text) for text in (record.name, record.value))
        names = [name] if len(name) <= NAME_COLUMNS else [name.removesuffix(f".{domain}"), f"  .{domain}"]
        values = textwrap.wrap(value, VALUE_COLUMNS, break_on_hyphens=False)
        facts = [f"{record.type:<5} {record.ttl:>3}"]
        rows = itertools.zip_longest(names, facts, values, fillvalue="")
        lines += [f"{left:<{NAME_COLUMNS}}  {middle:<9}  {right}".rstrip() for left, middle, right in rows]
    return "\n".join(lines)


def changes(before: frozenset[Record], after: frozenset[Record]) -> Iterator[str]:
    """The records that went, marked -, then those that came, marked +."""
    for mark, records in (("-", before - after), ("+", after - before)):
        for record in sorted(records, key=lambda record: (record.name, record.type)):
            yield f"{mark} {record.name} {record.type} {record.ttl} {record.value}"
