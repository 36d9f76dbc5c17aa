"""Rules on the CNAME records of Easy DKIM (Amazon SES developer guide, "Easy DKIM in Amazon SES"), and on the TXT record by
which SES once verified domains.

SES gives `<token>._domainkey.<domain>` the target `<token>.dkim.<part>.amazonses.com`. Not handled: whether the token and the
part are those of the identity, which only SES knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import is_one_off, shown
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.ses.hosts import is_easy_dkim_target
from ses_email_auth.ses.regions import dkim_zone
from ses_email_auth.zone.declared import DeclaredRecordSet
from ses_email_auth.zone.texts import value_in_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

_NAMES = 3  # so many DKIM records an identity has

_ATTRIBUTE = "DkimDNSTokenName"
_PUBLISH = "publish all three CNAMEs that SES shows"

_ByDomain: TypeAlias = "dict[str, dict[str, RecordInView]]"
"""The CNAMEs of a domain, by their names."""


def _typed_cnames(view: ZoneView) -> _ByDomain:
    """The CNAMEs whose name and target stand in full."""
    by_domain: _ByDomain = {}
    for record in view.sets(RecordType.CNAME):
        if record.texts and is_easy_dkim_target(record.texts[0]) and isinstance(record.name, DomainName):
            _, _, domain = record.name.text.partition("._domainkey.")
            if domain and record.name.is_known:
                by_domain.setdefault(domain, {}).setdefault(record.name.text, record)
    return by_domain


def _attribute(record: RecordInView) -> str:
    """Which of the three names of an identity the record has; empty if none."""
    name = record.name
    return name.attribute if isinstance(name, KnownAfterDeploy) and name.attribute.startswith(_ATTRIBUTE) else ""


def _could_be_one(record: RecordInView) -> bool:
    """Whether a record whose name or target is not known yet could be one of the three."""
    is_key = isinstance(record.name, DomainName) and "._domainkey." in record.name.text
    hidden = isinstance(record.name, KnownAfterDeploy) or (record.name is not None and not record.name.is_known)
    unknown_target = any(holds_token(text) or "<" in text for text in record.texts)
    return ((is_key or hidden) and unknown_target) or (hidden and any(map(is_easy_dkim_target, record.texts)))


@rule(
    id="ses-dkim-partial",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="SES gives a domain three DKIM names and signs with any of them; it verifies the domain when all three answer.",
    reference="Amazon SES developer guide, Easy DKIM",
    example="token1._domainkey.example.com. 600 IN CNAME token1.dkim.amazonses.com.",
)
def ses_dkim_partial(view: ZoneView) -> Iterator[Fault]:
    if not all(record.type_text.isalnum() for record in view.seen):  # one whose type is not known yet could be one of the three
        return
    by_identity: dict[tuple[str, str], list[RecordInView]] = {}
    for record in view.sets(RecordType.CNAME):
        if _attribute(record):
            key = (record.origin.path, record.identity) if isinstance(record, DeclaredRecordSet) else ("", "")
            by_identity.setdefault(key, []).append(record)
        elif _could_be_one(record):
            return
    for (_, identity), records in by_identity.items():
        here = len({_attribute(record) for record in records})
        if here < _NAMES:
            yield Fault(
                where=visible(records[0].place) if identity else "_domainkey CNAME",
                message=f"only {here} of the 3 DKIM records of the identity{identity and f' {shown(identity)}'} can be seen; "
                "SES verifies all or nothing",
                fix=_PUBLISH,
                records=tuple(records),
            )
    past = _domains_past_the_key(view)
    for domain, named in _typed_cnames(view).items():
        yield from () if domain in past else _partial_of(domain, tuple(named.values()))


def _partial_of(domain: str, records: tuple[RecordInView, ...]) -> Iterator[Fault]:
    here = len(records) % _NAMES  # a second region or account adds three of its own
    if not here:
        return
    if len(records) < _NAMES:
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


@rule(
    id="dkim-name-doubled",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="SES looks for each DKIM name as it gave it; with the domain twice in it the identity is never verified.",
    reference="Amazon SES developer guide, Easy DKIM",
    example=_DOUBLED_EXAMPLE,
)
def dkim_name_doubled(view: ZoneView) -> Iterator[Fault]:
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


@rule(
    id="dkim-cname-by-hand",
    severity=Severity.INFO,
    need=Need.RECORD,
    reason="The host of SES's DKIM keys varies by region and cell; one that is typed or copied can be that of another.",
    reference="Amazon SES developer guide, creating identities",
    example=_TYPED_EXAMPLE,
)
def dkim_cname_by_hand(view: ZoneView) -> Iterator[Fault]:
    if view.in_dns:  # what DNS answers was not typed
        return
    for domain, named in _typed_cnames(view).items():
        records = tuple(
            cname for cname in named.values() if isinstance(cname, DeclaredRecordSet) and not _is_of_zone_file(cname)
        )
        if not records:
            continue
        compare = f"compare it with SigningHostedZone of 'aws sesv2 get-email-identity --email-identity {domain}'"
        # CloudFormation knows the host, of an identity that it makes; Terraform's provider gives the tokens alone, so it is
        # always typed there.
        is_declared = any(identity.domain is None or str(identity.domain) == domain for identity in view.identities)
        has_attribute = is_declared and any(record.origin.location for record in records)
        yield Fault(
            where=f"_domainkey.{domain} CNAME",
            message=f"the host in the DKIM records of {domain} is typed; it varies by region and cell"
            f"{_other(view, domain, records)}",
            fix=f"take it from the identity (Fn::GetAtt), or {compare}" if has_attribute else compare,
            records=records,
        )


def _is_of_zone_file(record: DeclaredRecordSet) -> bool:
    return record.origin.resource.startswith("line ")


def _other(view: ZoneView, domain: str, records: tuple[DeclaredRecordSet, ...]) -> str:
    """What AWS's table says of the regions of the domain's identities, if no record agrees."""
    regions = sorted({identity.region for identity in view.identities if identity.region and str(identity.domain) == domain})
    hosts = {record.texts[0].partition(".")[2].lower().removesuffix(".") for record in records}
    if not regions or hosts & set(map(dkim_zone, regions)):
        return ""
    return f", and AWS lists {dkim_zone(regions[0])} for {shown(regions[0])}"


@rule(
    id="ses-unknown-signer",
    severity=Severity.INFO,
    need=Need.ABSENCE,
    reason="As long as DKIM records of another SES identity stand, the account that has it signs as the domain.",
    reference="Amazon SES developer guide, Easy DKIM",
    example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
---
example.com. 900 IN SOA ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 900
a._domainkey.example.com. 600 IN CNAME a.dkim.amazonses.com.
b._domainkey.example.com. 600 IN CNAME b.dkim.amazonses.com.
c._domainkey.example.com. 600 IN CNAME c.dkim.amazonses.com.
d._domainkey.example.com. 600 IN CNAME d.dkim.amazonses.com.
e._domainkey.example.com. 600 IN CNAME e.dkim.amazonses.com.
f._domainkey.example.com. 600 IN CNAME f.dkim.amazonses.com.
""",
)
def ses_unknown_signer(view: ZoneView) -> Iterator[Fault]:
    signing: dict[str, int] = {}
    for identity in view.identities:
        if not identity.is_address:
            easy = identity.own_selector is None and not identity.own_key and identity.signs is not False
            signing[str(identity.domain)] = signing.get(str(identity.domain), 0) + _NAMES * easy
    for domain, named in _typed_cnames(view).items():
        if domain in signing and len(named) > signing[domain]:
            yield Fault(
                where=f"_domainkey.{domain} CNAME",
                message=f"{domain} has {len(named)} DKIM records of SES, and the identities in view explain {signing[domain]}; "
                "another account or region can sign as this domain",
                records=tuple(named.values()),
            )


@rule(
    id="ses-verification-txt",
    severity=Severity.INFO,
    need=Need.RECORD,
    reason="SES once proved domains by a TXT at _amazonses; DKIM proves them today, and receivers never look there.",
    reference="Amazon SES developer guide, creating identities",
    example='_amazonses.example.com. 600 IN TXT "pmBGN/7MjnfhTKUZ06Enqq1PeGUaOkw8lGhcfwefcHU="',
)
def ses_verification_txt(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.TXT):
        if isinstance(record.name, DomainName) and record.name.text.startswith("_amazonses."):
            yield Fault(
                where=visible(record.place),
                message="SES verifies domains by DKIM now; once it shows DKIM as verified, this record can go",
                records=(record,),
            )


_TARGET = re.compile(r"(?P<token>[a-z0-9]{20,63})\.dkim\.(?P<part>(?:[a-z0-9-]+\.){0,2}?)(?P<host>[a-z]+)\.com(?P<more>\..+)?")
_HOST = "amazonses"
_OTHER_HOSTS = ("amazonaws", "amazonse")
_SELECTOR = "._domainkey."


@rule(
    id="ses-dkim-target",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="SES verifies a domain only if each DKIM name leads to its key, by name and target as SES gave them.",
    reference="Amazon SES developer guide, Easy DKIM",
    example="abcdefghijklmnopqrstuvwxyz234567._domainkey.example.com. 600 IN CNAME "
    "abcdefghijklmnopqrstuvwxyz234567.dkim.amazonaws.com.",
)
def ses_dkim_target(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.CNAME):
        problem = target_problem(record)
        if problem is not None:
            yield Fault(where=visible(record.place), message=problem[0], fix=problem[1], records=(value_in_view(record, 0),))


def target_problem(record: RecordInView) -> tuple[str, str] | None:
    """What is wrong with a CNAME that was meant to lead to a key of SES, and the fix; None for all others."""
    name = record.name
    if not isinstance(name, DomainName) or not name.is_known or len(record.texts) != 1 or holds_token(record.texts[0]):
        return None
    match = _TARGET.fullmatch(record.texts[0].lower().removesuffix("."))
    return None if match is None else _problem(name.text, match)


def _problem(name: str, match: re.Match[str]) -> tuple[str, str] | None:
    """What is wrong with a CNAME whose target looks like a key of SES, and the fix."""
    token, host = match["token"], match["host"]
    right = f"{token}.dkim.{match['part']}{_HOST}.com"
    if host != _HOST and host not in _OTHER_HOSTS and not is_one_off(host, _HOST):
        return None
    if host != _HOST:
        return f"its target ends in {host}.com; the DKIM keys of SES are below {_HOST}.com", f"write {right}"
    if match["more"] is not None:
        behind = f"its target has {shown(match['more'][1:])} behind the host of SES, where no key is"
        return behind, f"write {right}. with the final dot"
    first, _, rest = name.partition(".")
    if first == token and not rest.startswith(_SELECTOR[1:]):
        return f"it stands at {name}, and SES and receivers look below _domainkey only", f"write {token}{_SELECTOR}{rest}"
    # A token has always the same length; a selector of another length was chosen by hand.
    if rest.startswith(_SELECTOR[1:]) and first != token and len(first) == len(token) and first.isalnum():
        mixed = f"it leads to the key of {shown(token)}, and each DKIM name of SES leads to the key of its own token"
        return mixed, f"write {first}.dkim.{match['part']}{_HOST}.com"
    return None


def _domains_past_the_key(view: ZoneView) -> frozenset[str]:
    """The domains with a DKIM name about which this rule speaks."""
    names = (fault.where.removesuffix(" CNAME").partition(".")[2] for fault in ses_dkim_target.faults(view))
    return frozenset(name.removeprefix(_SELECTOR[1:]) for name in names)
