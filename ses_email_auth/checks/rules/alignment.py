"""Rules on DMARC alignment (RFC 9989 sections 4.4 and 7.4; Amazon SES developer guide).

They look at the alignment proofs of our constructs, and at SES identities in files with the DMARC policies that apply to them.
Not handled: From domains below an identity in a file, and what an identity of an address inherits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.dmarc import ancestry, enforced, policies, records_by_name
from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.alignment import LegReason, Verdict
from ses_email_auth.records.dmarc import Alignment, DmarcPolicy, DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.publication.alignment import AlignmentProof
    from ses_email_auth.publication.dmarc_discovery import DmarcRecords, Policy
    from ses_email_auth.zone.declared import DeclaredIdentity
    from ses_email_auth.zone.texts import InView
    from ses_email_auth.zone.view import ZoneView

_SIGN = "let SES sign with a key of the domain"
_ENFORCED = (DmarcPolicy.QUARANTINE, DmarcPolicy.REJECT)


@rule(
    id="from-not-covered",
    severity=Severity.ERROR,
    need=Need.INTENT,
    for_constructs=True,
    reason="SES sends only From addresses that a verified identity covers: the domain itself or a subdomain of it.",
    reference="Amazon SES developer guide, creating identities",
    example='identity = SesIdentity(name="mail.example.com", dkim_domain=DomainName("mail.example.com"))\n'
    'prove(AlignmentQuestion(from_domain=DomainName("example.com"), identities=(identity,), dmarc_records={}))\n',
)
def from_not_covered(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        if proof.worst_verdict is Verdict.REFUSED_BY_SES:
            yield Fault(
                where=f"From: {proof.from_domain}",
                message=f"no identity covers mail From {proof.from_domain}, so SES refuses to send it",
                fix=f"make an identity for {proof.from_domain} or a domain above it",
            )


@rule(
    id="alignment-fails",
    severity=Severity.ERROR,
    need=Need.INTENT,
    for_constructs=True,
    reason="A mail passes DMARC only if DKIM or SPF passes for a domain that belongs to the From domain.",
    reference="RFC 9989 section 4.4",
    example="SesEmailAuth(\n"
    '    self, "EmailAuth", hosted_zone=zone,\n'
    '    from_subdomains=["news"], dmarc=DmarcRecord.parse("v=DMARC1; p=none; adkim=s; aspf=s"),\n'
    ")\n",
)
def alignment_fails(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        if proof.worst_verdict is not Verdict.FAIL:
            continue
        worst = _worst(proof)
        fix = "make an identity for that domain"
        if worst.dkim.reason is LegReason.NOT_SIGNED:
            fix = _SIGN
        elif LegReason.STRICT in (worst.dkim.reason, worst.spf.reason):
            fix = f"use relaxed alignment (leave out adkim and aspf), or {fix}"
        yield Fault(
            where=f"From: {proof.from_domain}",
            message=f"mail From {proof.from_domain} cannot pass DMARC, nothing aligns: {_legs(worst)}",
            fix=fix,
        )


def _worst(proof: AlignmentProof) -> AlignmentProof:
    return proof if proof.rfc7489 is None or proof.verdict is proof.worst_verdict else proof.rfc7489


def _legs(proof: AlignmentProof) -> str:
    legs = (("DKIM", proof.dkim), ("SPF", proof.spf))
    return ", ".join(f"{name} {leg.domain or 'none'} ({leg.reason.value})" for name, leg in legs)


@rule(
    id="alignment-dkim-only",
    severity=Severity.WARNING,
    need=Need.INTENT,
    for_constructs=True,
    reason="With one leg, one DNS mistake is enough to lose mail; Microsoft wants SPF and DKIM to pass.",
    reference="RFC 9989 section 4.4",
    example='SesEmailAuth(self, "EmailAuth", hosted_zone=zone, mail_from_subdomain=None)',
)
def alignment_dkim_only(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        worst = _worst(proof)
        # A leg that cannot be judged yet (a token) is no fault.
        if proof.worst_verdict is not Verdict.DKIM_ONLY or worst.spf.aligned is None:
            continue
        message = f"SPF passes for {worst.spf.domain} and can never align; DMARC rests on DKIM alone"
        fix = "set mail_from_subdomain, for example 'bounce'"
        if worst.spf.reason is LegReason.STRICT:
            asked = f"aspf=s asks for MAIL FROM = {proof.from_domain}"
            message = f"{asked}, and SES wants MAIL FROM below the identity, so SPF can never align"
            fix = "remove aspf=s"
        elif worst.spf.reason is LegReason.OTHER_ORGANIZATION:
            fix = f"use a MAIL FROM domain of the organization of {proof.from_domain}"
        yield Fault(where=f"From: {proof.from_domain}", message=message, fix=fix)


@rule(
    id="alignment-spf-only",
    severity=Severity.WARNING,
    need=Need.INTENT,
    for_constructs=True,
    reason="SPF does not survive forwarding; a policy of reject must not rest on it alone.",
    reference="RFC 9989 section 7.4",
    example="SesEmailAuth(\n"
    '    self, "EmailAuth", hosted_zone=zone,\n'
    '    from_subdomains=["news"], dmarc=DmarcRecord.parse("v=DMARC1; p=reject; adkim=s"),\n'
    ")\n",
)
def alignment_spf_only(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        worst = _worst(proof)
        if proof.worst_verdict is not Verdict.SPF_ONLY or worst.dkim.aligned is None:
            continue
        message = f"DMARC of mail From {proof.from_domain} rests on SPF alone, which every forwarder breaks"
        fix, severity = "remove adkim=s, or make an identity for that domain", Severity.WARNING
        if worst.dkim.reason is LegReason.NOT_SIGNED:
            fix = _SIGN
            if worst.policy in _ENFORCED and worst.spf_on_mx_failure.aligned is False:
                # RFC 9989 section 7.4: a domain with p=reject must not rely on SPF alone.
                message, severity = f"{message}; once the MX is lost, {worst.policy.value} hits all of it", Severity.ERROR
        yield Fault(where=f"From: {proof.from_domain}", message=message, fix=fix, severity=severity)


_SIGN_AS = "let SES sign with a key of the domain (Easy DKIM)"


def _unsigned(view: ZoneView) -> Iterator[tuple[DeclaredIdentity, DomainName, Policy, DmarcPolicy]]:
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
        if domain in signers or domain.organizational in signers:
            continue
        for policy in policies(view, domain, records):
            asked = enforced(policy)
            if asked is not None:
                yield identity, domain, policy, asked
                break


def _signers(view: ZoneView) -> frozenset[DomainName]:
    """The domains with DKIM keys in view."""
    signers: set[DomainName] = set()
    for record in (*view.sets(RecordType.TXT), *view.sets(RecordType.CNAME)):
        if isinstance(record.name, DomainName) and record.name.is_known:
            _, _, domain = record.name.text.partition("._domainkey.")
            if domain:
                signers.add(DomainName(domain))
    return frozenset(signers)


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


@rule(
    id="dmarc-nothing-aligns",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="Without a signature of the domain and without its own MAIL FROM all its mail through SES fails DMARC.",
    reference="RFC 9989 section 4.4",
    example=_IDENTITY.replace("{tags}", "") + _NO_DKIM,
)
def dmarc_nothing_aligns(view: ZoneView) -> Iterator[Fault]:
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
            fix=_SIGN_AS,
            # What a partial view does not show can be a weaker record of its own.
            severity=Severity.ERROR if policy.own or view.complete else Severity.WARNING,
            records=_about(view, identity, policy),
        )


@rule(
    id="dmarc-spf-alone",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    reason="SPF does not survive forwarding; a policy of reject must not rest on it alone.",
    reference="RFC 9989 section 7.4",
    example=_IDENTITY.replace("{tags}", "") + _NO_DKIM + _MAIL_FROM,
)
def dmarc_spf_alone(view: ZoneView) -> Iterator[Fault]:
    for identity, domain, policy, asked in _unsigned(view):
        relaxed = isinstance(policy.record, DmarcRecord) and policy.record.effective_aspf is Alignment.RELAXED
        if identity.mail_from is not None and relaxed:
            yield Fault(
                where=str(domain),
                message=f"mail From {domain} rests on SPF alone, which every forwarder breaks; {asked.value} hits it",
                fix=_SIGN_AS,
                records=_about(view, identity, policy),
            )


def _about(view: ZoneView, identity: DeclaredIdentity, policy: Policy) -> tuple[InView, ...]:
    return (identity, *view.placed(f"_dmarc.{policy.at} TXT"))


@rule(
    id="dmarc-aspf-strict",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    reason="MAIL FROM of SES is a subdomain of the identity, which strict SPF alignment never takes.",
    reference="Amazon SES developer guide, complying with DMARC",
    example=_IDENTITY.replace("{tags}", "aspf=s; ") + _MAIL_FROM,
)
def dmarc_aspf_strict(view: ZoneView) -> Iterator[Fault]:
    if view.proofs or not any(record.aspf is Alignment.STRICT for _, _, record in view.dmarc_records):
        return
    records = records_by_name(view)
    strict: dict[DomainName, DomainName] = {}
    named: set[DomainName] = set()
    for identity in view.identities:
        domain, mail_from = identity.domain, identity.mail_from_domain
        if domain is not None and mail_from is not None and mail_from.is_subdomain_of(domain):
            named.add(mail_from)
            for policy in policies(view, domain, records):
                _note_strict(strict, policy, mail_from)
    for mail_from in view.mail_from_mx:
        if mail_from not in named and mail_from.parent is not None:
            for policy in _above(view, mail_from.parent, records):
                _note_strict(strict, policy, mail_from)
    for at, mail_from in strict.items():
        yield Fault(
            where=f"_dmarc.{at} TXT",
            message=f"aspf=s asks for the very domain of the From address, and SES sends with MAIL FROM {mail_from}: SPF never "
            "aligns, and DMARC rests on DKIM alone",
            fix="leave out aspf=s",
        )


def _above(view: ZoneView, domain: DomainName, records: DmarcRecords) -> tuple[Policy, ...]:
    """The policies of the first domain with a record above a MAIL FROM domain whose identity is not in view."""
    last = domain.organizational
    if last is not None:
        for step in ancestry(domain, last):
            if step in records:
                return policies(view, step, records)
    return ()


def _note_strict(strict: dict[DomainName, DomainName], policy: Policy, mail_from: DomainName) -> None:
    record = policy.record
    if isinstance(record, DmarcRecord) and record.aspf is Alignment.STRICT and policy.at is not None:
        strict.setdefault(policy.at, mail_from)
