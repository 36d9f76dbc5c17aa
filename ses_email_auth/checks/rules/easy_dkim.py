"""Rules on the CNAMEs of Easy DKIM (Amazon SES developer guide, "Easy DKIM in Amazon SES")."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.dkim_target import domains_past_the_key
from ses_email_auth.checks.rules.shown import shown
from ses_email_auth.checks.seen import SeenRecordSet
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.ses.hosts import dkim_zone, is_easy_dkim_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.seen import RecordInView
    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["EASY_DKIM_RULES", "NAMES", "typed_cnames"]

NAMES = 3
"""So many DKIM records an identity has."""

_ATTRIBUTE = "DkimDNSTokenName"
_PUBLISH = "publish all three CNAMEs that SES shows"

_ByDomain: TypeAlias = "dict[str, dict[str, RecordInView]]"
"""The CNAMEs of each domain, by their names."""


def typed_cnames(view: ZoneView) -> _ByDomain:
    """The CNAMEs whose name and target stand in full."""
    found: _ByDomain = {}
    for record in view.sets(RecordType.CNAME):
        if record.texts and is_easy_dkim_target(record.texts[0]) and isinstance(record.name, DomainName):
            _, _, domain = record.name.text.partition("._domainkey.")
            if domain and record.name.is_known:
                found.setdefault(domain, {}).setdefault(record.name.text, record)
    return found


def _attribute(record: RecordInView) -> str:
    """Which of the three names of an identity the record has; empty if none."""
    name = record.name
    return name.attribute if isinstance(name, KnownAfterDeploy) and name.attribute.startswith(_ATTRIBUTE) else ""


def _could_be_one(record: RecordInView) -> bool:
    """Whether a name that nobody knows yet could be one of the three."""
    hidden = isinstance(record.name, KnownAfterDeploy) or (record.name is not None and not record.name.is_known)
    return hidden and any(holds_token(text) or "<" in text or is_easy_dkim_target(text) for text in record.texts)


def _partial(view: ZoneView) -> Iterator[Fault]:
    by_identity: dict[tuple[str, str], list[RecordInView]] = {}
    for record in view.sets(RecordType.CNAME):
        if _attribute(record):
            key = (record.origin.path, record.identity) if isinstance(record, SeenRecordSet) else ("", "")
            by_identity.setdefault(key, []).append(record)
        elif _could_be_one(record):
            return
    for (_, identity), records in by_identity.items():
        here = len({_attribute(record) for record in records})
        if here < NAMES:
            yield Fault(
                where=visible(records[0].place) if identity else "_domainkey CNAME",
                message=f"only {here} of the 3 DKIM records of the identity{identity and f' {shown(identity)}'} can be seen; "
                "SES verifies all or nothing",
                fix=_PUBLISH,
                records=tuple(records),
            )
    past = domains_past_the_key(view)
    for domain, named in typed_cnames(view).items():
        yield from () if domain in past else _partial_of(domain, tuple(named.values()))


def _partial_of(domain: str, records: tuple[RecordInView, ...]) -> Iterator[Fault]:
    here = len(records) % NAMES  # a second region or account adds three of its own
    if not here:
        return
    if len(records) < NAMES:
        yield Fault(
            where=f"_domainkey.{domain} CNAME",
            message=f"only {here} of the 3 DKIM records of {domain} can be seen; SES verifies all or nothing",
            fix=_PUBLISH,
            records=records,
        )
    else:
        yield Fault(
            where=f"_domainkey.{domain} CNAME",
            message=f"{domain} has {len(records)} DKIM records of SES; an identity has 3, so some are missing or left over",
            fix="compare them with what SES shows for each region and account, and publish all or none of each three",
            severity=Severity.WARNING,
            records=records,
        )


def _name_doubled(view: ZoneView) -> Iterator[Fault]:
    doubled: dict[str, list[RecordInView]] = {}
    for record in view.sets(RecordType.CNAME):
        if _attribute(record) and isinstance(record.name, KnownAfterDeploy) and record.name.after.strip("."):
            doubled.setdefault(record.name.after, []).append(record)
    for after, records in doubled.items():
        yield Fault(
            where=visible(records[0].place),
            message=f"DKIM names, which end in the domain already, have {shown(after)} behind them; nobody finds them",
            fix="write the name as it is, absolute; in the CDK with CfnRecordSet, since CnameRecord adds the zone",
            records=tuple(records),
        )


def _by_hand(view: ZoneView) -> Iterator[Fault]:
    if view.complete:  # what DNS answers was typed by nobody
        return
    for domain, named in typed_cnames(view).items():
        records = tuple(each for each in named.values() if isinstance(each, SeenRecordSet) and not _is_of_zone_file(each))
        if not records:
            continue
        compare = f"compare it with SigningHostedZone of 'aws sesv2 get-email-identity --email-identity {domain}'"
        # CloudFormation knows the host, of an identity that it makes; Terraform's provider gives the tokens alone, so everybody
        # types it there.
        made_here = any(each.domain is None or str(each.domain) == domain for each in view.identities)
        has_attribute = made_here and any(each.origin.location for each in records)
        yield Fault(
            where=f"_domainkey.{domain} CNAME",
            message=f"the host in the DKIM records of {domain} is typed; it varies by region and cell"
            f"{_other(view, domain, records)}",
            fix=f"take it from the identity (Fn::GetAtt), or {compare}" if has_attribute else compare,
            severity=None if has_attribute else Severity.INFO,
            records=records,
        )


def _is_of_zone_file(record: SeenRecordSet) -> bool:
    return record.origin.resource.startswith("line ")


def _other(view: ZoneView, domain: str, records: tuple[SeenRecordSet, ...]) -> str:
    """What AWS's table says of the regions of the domain's identities, if no record agrees."""
    regions = sorted({each.region for each in view.identities if each.region and str(each.domain) == domain})
    hosts = {record.texts[0].partition(".")[2].lower().removesuffix(".") for record in records}
    if not regions or hosts & set(map(dkim_zone, regions)):
        return ""
    return f", and AWS lists {dkim_zone(regions[0])} for {shown(regions[0])}"


_TYPED_EXAMPLE = """\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
  Dkim:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com.
      Name: token1._domainkey.example.com.
      Type: CNAME
      TTL: "600"
      ResourceRecords:
        - token1.dkim.amazonses.com
"""
_DOUBLED_EXAMPLE = """\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
  Dkim:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com.
      Name: !Sub "${Identity.DkimDNSTokenName1}.example.com."
      Type: CNAME
      TTL: "600"
      ResourceRecords:
        - !GetAtt Identity.DkimDNSTokenValue1
"""

EASY_DKIM_RULES = (
    Rule(
        id="ses-dkim-partial",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="SES gives a domain three DKIM names and signs with any of them; it verifies the domain when all three answer.",
        reference="Amazon SES developer guide, Easy DKIM",
        faults=_partial,
        example="token1._domainkey.example.com. 600 IN CNAME token1.dkim.amazonses.com.",
    ),
    Rule(
        id="dkim-name-doubled",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="SES looks for each DKIM name as it gave it; with the domain twice in it the identity is never verified.",
        reference="Amazon SES developer guide, Easy DKIM",
        faults=_name_doubled,
        example=_DOUBLED_EXAMPLE,
    ),
    Rule(
        id="dkim-cname-by-hand",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="The host of SES's DKIM keys varies by region and cell; one that is typed or copied can be that of another.",
        reference="Amazon SES developer guide, creating identities",
        faults=_by_hand,
        example=_TYPED_EXAMPLE,
    ),
)
