"""Rules on what Amazon SES needs, and on what the alignment proof shows (Amazon SES developer guide; RFC 9989 section 4.4)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.publication.alignment import LegReason, MxFailure, Verdict
from ses_email_auth.records.dkim import DkimKeyRecord
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.publication.alignment import AlignmentProof

__all__ = ["SES_RULES"]

_EASY_DKIM_NAMES = 3
_EASY_DKIM_TARGET = re.compile(r"\.dkim(?:\.[a-z0-9-]+)?\.amazonses\.com\.?$", re.IGNORECASE)
_FEEDBACK = re.compile(r"\sfeedback-smtp\.\S+$", re.IGNORECASE)
_WEAK_BITS = 1024
_GOOD_BITS = 2048


def _dkim_partial(view: ZoneView) -> Iterator[Fault]:
    counts: Counter[str] = Counter()
    for record in view.sets(RecordType.CNAME):
        if isinstance(record.name, DomainName) and _EASY_DKIM_TARGET.search(record.texts[0]):
            counts[record.name.text.partition("._domainkey.")[2]] += 1
        elif "DkimDNSTokenName" in str(record.name):
            counts["this identity"] += 1
    for domain, count in counts.items():
        if count % _EASY_DKIM_NAMES:
            yield Fault(
                where=f"_domainkey.{domain} CNAME",
                message=f"{count % _EASY_DKIM_NAMES} of the 3 DKIM records of {domain} are here; SES verifies all or nothing",
                fix="publish all three CNAMEs that SES shows",
            )


def _mail_from_receives(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.MX):
        if len(record.values) > 1 and any(_FEEDBACK.search(text) for text in record.texts):
            yield Fault(
                where=f"{record.name} MX",
                message="a MAIL FROM domain has one MX, that of SES; with a second one SES's set-up fails",
                fix="receive mail at another name",
            )


def _dkim_key_short(view: ZoneView) -> Iterator[Fault]:
    for text in view.texts:
        if "_domainkey" not in text.name.labels:
            continue
        try:
            bits = DkimKeyRecord.parse(text.text).key_bits
        except RecordSyntaxError:
            continue
        if bits is not None and _WEAK_BITS <= bits < _GOOD_BITS:
            yield Fault(where=text.where, message=f"the key has {bits} bits; 2048 are usual", severity=Severity.INFO)
    if view.easy_dkim_bits is not None and view.easy_dkim_bits < _GOOD_BITS:
        yield Fault(
            where="DkimSigningAttributes",
            message=f"SES is asked for keys of {view.easy_dkim_bits} bits",
            fix="leave out dkim_key_length: SES then uses 2048",
        )


def _fails(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        if proof.worst_verdict is Verdict.FAIL:
            yield Fault(
                where=f"From: {proof.from_domain}",
                message=f"mail From {proof.from_domain} cannot pass DMARC, nothing aligns: {_legs(_worst(proof))}",
                fix="use relaxed alignment (leave out adkim and aspf), or make an identity for that domain",
            )


def _worst(proof: AlignmentProof) -> AlignmentProof:
    return proof if proof.rfc7489 is None or proof.verdict is proof.worst_verdict else proof.rfc7489


def _legs(proof: AlignmentProof) -> str:
    return f"DKIM {proof.dkim.domain} ({proof.dkim.reason.value}), SPF {proof.spf.domain} ({proof.spf.reason.value})"


def _dkim_only(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        if proof.worst_verdict is not Verdict.DKIM_ONLY:
            continue
        worst = _worst(proof)
        if worst.spf.reason is LegReason.STRICT:
            message = f"aspf=s asks for MAIL FROM = {proof.from_domain}, and SES wants MAIL FROM below the identity, so SPF can never align"
            fix = "remove aspf=s"
        else:
            message = f"SPF passes for {worst.spf.domain} and can never align; DMARC rests on DKIM alone"
            fix = "set mail_from_subdomain, for example 'bounce'"
        yield Fault(where=f"From: {proof.from_domain}", message=message, fix=fix)


def _spf_only(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs:
        if proof.worst_verdict is Verdict.SPF_ONLY:
            yield Fault(
                where=f"From: {proof.from_domain}",
                message=f"DMARC of mail From {proof.from_domain} rests on SPF alone, which every forwarder breaks",
                fix="remove adkim=s, or make an identity for that domain",
            )


def _by_hand(view: ZoneView) -> Iterator[Fault]:
    for domain, record in view.spf_by_hand:
        yield Fault(
            where=f"{domain} TXT",
            message=f"SPF of {domain} is left to you; this value covers Amazon SES: {record}",
            fix="keep one SPF record: merge it into what is there",
        )


def _reject_on_create(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs[:1]:
        signer = proof.signer
        if signer is not None and signer.mail_from is not None and signer.on_mx_failure is MxFailure.REJECT_MESSAGE:
            yield Fault(
                where=f"{signer.mail_from} MX",
                message="a new identity sends nothing until SES has seen the MX, which takes up to 72 hours",
            )


SES_RULES = (
    Rule(
        id="alignment-fails",
        severity=Severity.ERROR,
        need=Need.INTENT,
        reason="A mail passes DMARC only if DKIM or SPF passes for a domain that belongs to the From domain.",
        reference="RFC 9989 section 4.4",
        faults=_fails,
    ),
    Rule(
        id="alignment-dkim-only",
        severity=Severity.WARNING,
        need=Need.INTENT,
        reason="With one leg, one DNS mistake is enough to lose mail; Microsoft wants SPF and DKIM to pass.",
        reference="RFC 9989 section 4.4",
        faults=_dkim_only,
    ),
    Rule(
        id="alignment-spf-only",
        severity=Severity.WARNING,
        need=Need.INTENT,
        reason="SPF does not survive forwarding; a policy of reject must not rest on it alone.",
        reference="RFC 9989 section 7.4",
        faults=_spf_only,
    ),
    Rule(
        id="ses-dkim-partial",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="SES gives a domain three DKIM names and signs with any of them; it verifies the domain when all three answer.",
        reference="Amazon SES developer guide, Easy DKIM",
        faults=_dkim_partial,
    ),
    Rule(
        id="mail-from-receives",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="SES sets up a custom MAIL FROM domain only if its one MX is SES's feedback host.",
        reference="Amazon SES developer guide, custom MAIL FROM domain",
        faults=_mail_from_receives,
    ),
    Rule(
        id="dkim-key-short",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="Signers should use keys of 2048 bits; below 1024 receivers must reject the signature.",
        reference="RFC 8301 section 3.2",
        faults=_dkim_key_short,
    ),
    Rule(
        id="from-spf-by-hand",
        severity=Severity.INFO,
        need=Need.INTENT,
        reason="Carriers in Japan look for SPF at the From domain too; the record there is somebody else's.",
        reference="RFC 7208 section 3.2",
        faults=_by_hand,
    ),
    Rule(
        id="mail-from-reject-on-create",
        severity=Severity.INFO,
        need=Need.INTENT,
        reason="REJECT_MESSAGE refuses all mail while the MX is not found, and at first it never is.",
        reference="Amazon SES developer guide, custom MAIL FROM domain",
        faults=_reject_on_create,
    ),
)
