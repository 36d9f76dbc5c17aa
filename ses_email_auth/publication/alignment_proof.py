"""Proves whether mail of a domain, sent through SES, passes DMARC, by DKIM or by SPF, and what that depends on (RFC 9989
sections 4.4 and 5.3, RFC 7489 section 3.1).

Computed for receivers of both standards; the older answer is kept only where it differs. Not handled: what a receiver does
beyond DMARC, and senders other than SES.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.alignment import (
    AlignmentProof,
    AlignmentQuestion,
    Assumption,
    Break,
    IdentityKind,
    Leg,
    LegReason,
    MxFailure,
    SesIdentity,
    Verdict,
)
from ses_email_auth.publication.dmarc_discovery import (
    DmarcKnowledge,
    Policy,
    Standard,
    hidden_from_walk,
    organizational_domain,
    policy_for,
)
from ses_email_auth.records.dmarc import Alignment, DmarcRecord
from ses_email_auth.ses.regions import default_mail_from_domain

if TYPE_CHECKING:
    from collections.abc import Iterator


def prove(question: AlignmentQuestion) -> AlignmentProof:
    """Answer `question` for receivers of RFC 9989, with the answer of RFC 7489 beside it where the two differ."""
    proof = _prove(question, Standard.RFC_9989)
    older = _prove(question, Standard.RFC_7489)
    return proof if older == proof else replace(proof, rfc7489=older)


def _prove(question: AlignmentQuestion, standard: Standard) -> AlignmentProof:
    policy = policy_for(question.from_domain, question.dmarc_records, standard, question.organizational_domain)
    signer = _signer(question)
    dkim, spf, on_mx_failure = _legs(question, standard, signer, policy)
    hidden = standard is Standard.RFC_9989 and hidden_from_walk(question.from_domain, question.dmarc_records)
    return AlignmentProof(
        from_domain=question.from_domain,
        local_part=question.local_part,
        region=question.region,
        signer=signer,
        dkim=dkim,
        spf=spf,
        spf_on_mx_failure=on_mx_failure,
        policy=policy.applied,
        policy_at=policy.at,
        policy_tag=policy.tag,
        verdict=Verdict.CANNOT_TELL if hidden and signer is not None else _verdict(signer, dkim, spf),
        assumptions=tuple(_assumptions(policy, dkim, spf, hidden=hidden)),
        breaks_when=tuple(_breaks(signer, dkim, spf)),
    )


def _signer(question: AlignmentQuestion) -> SesIdentity | None:
    """The most specific identity that covers the From address: address, then the longest domain name (SES developer guide)."""
    address = None if question.local_part is None else f"{question.local_part}@{question.from_domain}"
    addresses = (i for i in question.identities if i.kind is IdentityKind.ADDRESS and i.name == address)
    domains = (
        i for i in question.identities if i.kind is IdentityKind.DOMAIN and question.from_domain.is_at_or_below(i.domain)
    )
    of_address = next(addresses, None)
    of_domain = max(domains, key=lambda identity: len(identity.domain.text), default=None)
    if of_address is None or of_domain is None:
        return of_address or of_domain
    if of_address.dkim_domain is not None:
        return of_address
    # The guide: an address identity inherits DKIM from its domain's identity. Of MAIL FROM it does not say so.
    return replace(of_address, dkim_domain=of_domain.dkim_domain, dkim_known=of_domain.dkim_known)


def _legs(question: AlignmentQuestion, standard: Standard, signer: SesIdentity | None, policy: Policy) -> tuple[Leg, Leg, Leg]:
    """DKIM, SPF, and what takes the place of SPF when the MX of the MAIL FROM domain is lost."""
    record = policy.record if isinstance(policy.record, DmarcRecord) else None
    adkim = Alignment.RELAXED if record is None else record.effective_adkim
    aspf = Alignment.RELAXED if record is None else record.effective_aspf
    if signer is None:
        may_be_covered = any(question.from_domain.is_at_or_below(identity.domain) is None for identity in question.identities)
        reason = LegReason.TOKEN if may_be_covered else LegReason.SES_REFUSES
        dkim, spf = (Leg(domain=None, aligned=None, reason=reason, mode=mode) for mode in (adkim, aspf))
        return dkim, spf, spf
    return (_dkim_leg(question, standard, signer, adkim), *_spf_legs(question, standard, signer, aspf))


def _dkim_leg(question: AlignmentQuestion, standard: Standard, signer: SesIdentity, mode: Alignment) -> Leg:
    if signer.dkim_domain is None:
        return Leg(domain=None, aligned=False, reason=LegReason.NOT_SIGNED, mode=mode)
    leg = _compare(question, standard, signer.dkim_domain, mode)
    if leg.aligned and not signer.dkim_known:
        return replace(leg, aligned=None, reason=LegReason.PENDING)
    return leg


def _spf_legs(question: AlignmentQuestion, standard: Standard, signer: SesIdentity, mode: Alignment) -> tuple[Leg, Leg]:
    default = default_mail_from_domain(question.region)
    ses_domain = DomainName(default) if isinstance(default, str) else default
    ses_leg = Leg(domain=ses_domain, aligned=False, reason=LegReason.SES_DOMAIN, mode=mode)
    if signer.mail_from is None:
        return ses_leg, ses_leg
    spf = _compare(question, standard, signer.mail_from, mode)
    if signer.on_mx_failure is MxFailure.REJECT_MESSAGE:
        return spf, Leg(domain=None, aligned=None, reason=LegReason.SES_REFUSES, mode=mode)
    return spf, ses_leg


def _compare(question: AlignmentQuestion, standard: Standard, identifier: DomainName, mode: Alignment) -> Leg:
    """Identifier alignment (RFC 9989 section 4.4)."""
    author = question.from_domain
    aligned, reason = _relation(question, standard, identifier)
    if mode is Alignment.STRICT and identifier != author and aligned is True:
        aligned, reason = False, LegReason.STRICT
    return Leg(domain=identifier, aligned=aligned, reason=reason, mode=mode)


def _relation(question: AlignmentQuestion, standard: Standard, identifier: DomainName) -> tuple[bool | None, LegReason]:
    """Relaxed alignment: both names have the same organizational domain."""
    author = question.from_domain
    if identifier == author:
        return True, LegReason.SAME_DOMAIN
    if author.is_known and identifier.is_known:
        organizations = {
            organizational_domain(name, question.dmarc_records, standard, question.organizational_domain)
            for name in (author, identifier)
        }
        if len(organizations) > 1:
            return False, LegReason.OTHER_ORGANIZATION
    if identifier.is_at_or_below(author):
        return True, LegReason.BELOW_FROM
    if author.is_at_or_below(identifier):
        return True, LegReason.ABOVE_FROM
    known = author.is_known and identifier.is_known
    return (True, LegReason.SAME_ORGANIZATION) if known else (None, LegReason.TOKEN)


def _verdict(signer: SesIdentity | None, dkim: Leg, spf: Leg) -> Verdict:
    """One aligned pass is enough (RFC 9989 section 5.3.5); only what is certain counts."""
    if signer is None:
        return Verdict.REFUSED_BY_SES if spf.reason is LegReason.SES_REFUSES else Verdict.CANNOT_TELL
    if dkim.aligned and spf.aligned:
        return Verdict.BOTH
    if dkim.aligned:
        return Verdict.DKIM_ONLY
    if spf.aligned:
        return Verdict.SPF_ONLY
    return Verdict.FAIL if dkim.aligned is False and spf.aligned is False else Verdict.CANNOT_TELL


def _assumptions(policy: Policy, dkim: Leg, spf: Leg, *, hidden: bool) -> Iterator[Assumption]:
    if dkim.aligned:
        yield Assumption.DKIM_SUCCESS
    if spf.aligned:
        yield Assumption.MAIL_FROM_SUCCESS
    if policy.record is DmarcKnowledge.UNKNOWN:
        yield Assumption.RELAXED
    if hidden:
        yield Assumption.WALK_LIMIT


def _breaks(signer: SesIdentity | None, dkim: Leg, spf: Leg) -> Iterator[Break]:
    refuses = signer is not None and signer.mail_from is not None and signer.on_mx_failure is MxFailure.REJECT_MESSAGE
    if spf.aligned or refuses:
        yield Break.MX_LOST
    if spf.aligned:
        yield Break.FORWARDER
    if dkim.aligned:
        yield Break.MAILING_LIST
