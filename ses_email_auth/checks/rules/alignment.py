"""Rules on what the alignment proofs show (RFC 9989 section 4.4; Amazon SES developer guide)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.publication.alignment import LegReason, Verdict
from ses_email_auth.records.dmarc import DmarcPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.publication.alignment import AlignmentProof

__all__ = ["ALIGNMENT_RULES"]

_SIGN = "let SES sign with a key of the domain"
_ENFORCED = (DmarcPolicy.QUARANTINE, DmarcPolicy.REJECT)


def _refused(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        if proof.worst_verdict is Verdict.REFUSED_BY_SES:
            yield Fault(
                where=f"From: {proof.from_domain}",
                message=f"no identity covers mail From {proof.from_domain}, so SES refuses to send it",
                fix=f"make an identity for {proof.from_domain} or a domain above it",
            )


def _fails(view: ZoneView) -> Iterator[Fault]:
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


def _dkim_only(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        worst = _worst(proof)
        # A leg that nobody can judge yet (a token) is no fault.
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


def _spf_only(view: ZoneView) -> Iterator[Fault]:
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


ALIGNMENT_RULES = (
    Rule(
        id="from-not-covered",
        severity=Severity.ERROR,
        need=Need.INTENT,
        reason="SES sends only From addresses that a verified identity covers: the domain itself or a subdomain of it.",
        reference="Amazon SES developer guide, creating identities",
        faults=_refused,
        example=(
            'identity = SesIdentity(name="mail.example.com", dkim_domain=DomainName("mail.example.com"))\n'
            'prove(AlignmentQuestion(from_domain=DomainName("example.com"), identities=(identity,), dmarc_records={}))\n'
        ),
    ),
    Rule(
        id="alignment-fails",
        severity=Severity.ERROR,
        need=Need.INTENT,
        reason="A mail passes DMARC only if DKIM or SPF passes for a domain that belongs to the From domain.",
        reference="RFC 9989 section 4.4",
        faults=_fails,
        example=(
            "SesEmailAuth(\n"
            '    self, "EmailAuth", hosted_zone=zone,\n'
            '    from_subdomains=["news"], dmarc=DmarcRecord.parse("v=DMARC1; p=none; adkim=s; aspf=s"),\n'
            ")\n"
        ),
    ),
    Rule(
        id="alignment-dkim-only",
        severity=Severity.WARNING,
        need=Need.INTENT,
        reason="With one leg, one DNS mistake is enough to lose mail; Microsoft wants SPF and DKIM to pass.",
        reference="RFC 9989 section 4.4",
        faults=_dkim_only,
        example='SesEmailAuth(self, "EmailAuth", hosted_zone=zone, mail_from_subdomain=None)',
    ),
    Rule(
        id="alignment-spf-only",
        severity=Severity.WARNING,
        need=Need.INTENT,
        reason="SPF does not survive forwarding; a policy of reject must not rest on it alone.",
        reference="RFC 9989 section 7.4",
        faults=_spf_only,
        example=(
            "SesEmailAuth(\n"
            '    self, "EmailAuth", hosted_zone=zone,\n'
            '    from_subdomains=["news"], dmarc=DmarcRecord.parse("v=DMARC1; p=reject; adkim=s"),\n'
            ")\n"
        ),
    ),
)
