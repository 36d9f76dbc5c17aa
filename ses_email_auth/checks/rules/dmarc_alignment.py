"""Rules on SES identities in files and the DMARC policy that applies to them (RFC 9989 sections 4.4 and 7.4; Amazon SES
developer guide). Domains of our own constructs have an alignment proof instead: `alignment_rules`.

Not handled: From domains below the identity, and what an identity of an address inherits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.dmarc_policies import ancestry, enforced, policies, records_by_name
from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.dmarc import Alignment, DmarcPolicy, DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.seen import SeenIdentity
    from ses_email_auth.checks.zone_view import InView, ZoneView
    from ses_email_auth.publication.organizational_domain import DmarcRecords, Policy

__all__ = ["DMARC_ALIGNMENT_RULES"]

_SIGN = "let SES sign with a key of the domain (Easy DKIM)"


def _unsigned(view: ZoneView) -> Iterator[tuple[SeenIdentity, DomainName, Policy, DmarcPolicy]]:
    """The identities of domains whose mail carries no signature of the domain, under a policy that is enforced."""
    candidates = [
        (identity, domain)
        for identity in view.identities
        if identity.signs is False and not identity.is_address and (domain := identity.domain) is not None
    ]
    if not candidates or view.proofs:
        return
    records, signers = records_by_name(view), _signers(view)
    for identity, domain in candidates:
        # A key in DNS that is not SES's: the program that sends may sign by itself.
        found = () if domain in signers or domain.organizational in signers else policies(view, domain, records)
        for policy in found:
            asked = enforced(policy)
            if asked is not None:
                yield identity, domain, policy, asked
                break


def _signers(view: ZoneView) -> frozenset[DomainName]:
    """The domains with DKIM keys in view."""
    found: set[DomainName] = set()
    for record in (*view.sets(RecordType.TXT), *view.sets(RecordType.CNAME)):
        if isinstance(record.name, DomainName) and record.name.is_known:
            _, _, domain = record.name.text.partition("._domainkey.")
            if domain:
                found.add(DomainName(domain))
    return frozenset(found)


def _nothing_aligns(view: ZoneView) -> Iterator[Fault]:
    for identity, domain, policy, asked in _unsigned(view):
        strict = isinstance(policy.record, DmarcRecord) and policy.record.effective_aspf is Alignment.STRICT
        if identity.mail_from is None:
            leg = "SPF passes for a domain of SES"
        elif strict and identity.mail_from_domain not in {None, domain}:
            leg = f"aspf=s wants MAIL FROM {domain}, not {identity.mail_from_domain}"
        else:
            continue
        yield Fault(
            where=str(domain),
            message=f"mail From {domain} cannot pass DMARC: SES does not sign it, and {leg}; {asked.value} hits it",
            fix=_SIGN,
            # What a partial view does not show can be a weaker record of its own.
            severity=Severity.ERROR if policy.own or view.complete else Severity.WARNING,
            records=_about(view, identity, policy),
        )


def _spf_alone(view: ZoneView) -> Iterator[Fault]:
    for identity, domain, policy, asked in _unsigned(view):
        relaxed = isinstance(policy.record, DmarcRecord) and policy.record.effective_aspf is Alignment.RELAXED
        if identity.mail_from is not None and relaxed:
            yield Fault(
                where=str(domain),
                message=f"mail From {domain} rests on SPF alone, which every forwarder breaks; {asked.value} hits it",
                fix=_SIGN,
                records=_about(view, identity, policy),
            )


def _about(view: ZoneView, identity: SeenIdentity, policy: Policy) -> tuple[InView, ...]:
    return (identity, *view.placed(f"_dmarc.{policy.at} TXT"))


def _aspf_strict(view: ZoneView) -> Iterator[Fault]:
    if view.proofs or not any(record.aspf is Alignment.STRICT for _, _, record in view.dmarc_records):
        return
    records = records_by_name(view)
    found: dict[DomainName, DomainName] = {}
    named: set[DomainName] = set()
    for identity in view.identities:
        domain, mail_from = identity.domain, identity.mail_from_domain
        if domain is not None and mail_from is not None and mail_from.is_subdomain_of(domain):
            named.add(mail_from)
            for policy in policies(view, domain, records):
                _note(found, policy, mail_from)
    for mail_from in view.mail_from_mx:
        if mail_from not in named and mail_from.parent is not None:
            for policy in _above(view, mail_from.parent, records):
                _note(found, policy, mail_from)
    for at, mail_from in found.items():
        yield Fault(
            where=f"_dmarc.{at} TXT",
            message=f"aspf=s asks for the very domain of the From address, and SES sends with MAIL FROM {mail_from}: SPF never "
            "aligns, and DMARC rests on DKIM alone",
            fix="leave out aspf=s",
        )


def _above(view: ZoneView, domain: DomainName, records: DmarcRecords) -> tuple[Policy, ...]:
    """The policies of the first domain above a MAIL FROM domain that has a record: whose identity it is, nobody says."""
    last = domain.organizational
    if last is not None:
        for step in ancestry(domain, last):
            if step in records:
                return policies(view, step, records)
    return ()


def _note(found: dict[DomainName, DomainName], policy: Policy, mail_from: DomainName) -> None:
    record = policy.record
    if isinstance(record, DmarcRecord) and record.aspf is Alignment.STRICT and policy.at is not None:
        found.setdefault(policy.at, mail_from)


_IDENTITY = """Resources:
  Dmarc:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com.
      Name: _dmarc.example.com.
      Type: TXT
      TTL: "600"
      ResourceRecords: ['"v=DMARC1; p=reject; {tags}rua=mailto:dmarc@example.com"']
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
"""
_NO_DKIM = "      DkimAttributes: {SigningEnabled: false}\n"
_MAIL_FROM = "      MailFromAttributes: {MailFromDomain: bounce.example.com}\n"

DMARC_ALIGNMENT_RULES = (
    Rule(
        id="dmarc-nothing-aligns",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="Without a signature of the domain and without its own MAIL FROM all its mail through SES fails DMARC.",
        reference="RFC 9989 section 4.4",
        faults=_nothing_aligns,
        example=_IDENTITY.replace("{tags}", "") + _NO_DKIM,
    ),
    Rule(
        id="dmarc-spf-alone",
        severity=Severity.WARNING,
        need=Need.RECORDS,
        reason="SPF does not survive forwarding; a policy of reject must not rest on it alone.",
        reference="RFC 9989 section 7.4",
        faults=_spf_alone,
        example=_IDENTITY.replace("{tags}", "") + _NO_DKIM + _MAIL_FROM,
    ),
    Rule(
        id="dmarc-aspf-strict",
        severity=Severity.WARNING,
        need=Need.RECORDS,
        reason="MAIL FROM of SES is a subdomain of the identity, which strict SPF alignment never takes.",
        reference="Amazon SES developer guide, complying with DMARC",
        faults=_aspf_strict,
        example=_IDENTITY.replace("{tags}", "aspf=s; ") + _MAIL_FROM,
    ),
)
