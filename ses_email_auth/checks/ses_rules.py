"""Rules on what Amazon SES needs (Amazon SES developer guide; RFC 8301 section 3.2 for keys)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.publication.alignment import MxFailure
from ses_email_auth.records.dkim import DkimKeyRecord, DkimKeyType
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.domain_name import DomainName

__all__ = ["SES_RULES"]

_EASY_DKIM_NAMES = 3
_UNNAMED = "the identity"
_EASY_DKIM_TARGET = re.compile(r"\.dkim(?:\.[a-z0-9-]+)?\.amazonses\.com\.?$", re.IGNORECASE)
_FEEDBACK = re.compile(r"\sfeedback-smtp\.\S+$", re.IGNORECASE)
_WEAK_BITS = 1024
_GOOD_BITS = 2048


def _dkim_partial(view: ZoneView) -> Iterator[Fault]:
    counts: Counter[str] = Counter()
    for record in view.sets(RecordType.CNAME):
        if isinstance(record.name, KnownAfterDeploy):
            if record.name.attribute.startswith("DkimDNSTokenName"):
                counts[_UNNAMED] += 1
        elif record.name is not None and record.texts and _EASY_DKIM_TARGET.search(record.texts[0]):
            _, _, domain = record.name.text.partition("._domainkey.")
            if domain and not holds_token(domain):
                counts[domain] += 1
    for domain, count in counts.items():
        here = count % _EASY_DKIM_NAMES  # a second region or account adds three of its own
        if here:
            yield Fault(
                where="_domainkey CNAME" if domain is _UNNAMED else f"_domainkey.{domain} CNAME",
                message=f"only {here} of the 3 DKIM records of {domain} can be seen; SES verifies all or nothing",
                fix="publish all three CNAMEs that SES shows",
            )


def _mail_from_receives(view: ZoneView) -> Iterator[Fault]:
    exchanges: dict[DomainName | KnownAfterDeploy | None, list[str]] = {}
    for record in view.sets(RecordType.MX):
        exchanges.setdefault(record.name, []).extend(record.texts)
    for name, texts in exchanges.items():
        of_ses = [text for text in texts if _FEEDBACK.search(text)]
        if len(texts) > 1 and of_ses:
            yield Fault(
                where=f"{name} MX",
                message="a MAIL FROM domain has one MX, that of SES; with a second one SES's set-up fails",
                fix="give each region a MAIL FROM domain of its own"
                if len(of_ses) == len(texts)
                else "receive mail at another name",
            )


def _dkim_key_short(view: ZoneView) -> Iterator[Fault]:
    for text in view.texts:
        if "_domainkey" not in text.name.labels:
            continue
        try:
            key = DkimKeyRecord.parse(text.text)
        except EmailAuthError:
            continue
        bits = key.key_bits
        if bits is None or bits >= _GOOD_BITS or key.effective_key_type is not DkimKeyType.RSA:
            continue
        if bits < _WEAK_BITS:  # RFC 8301 section 3.2: verifiers must not take the signature for valid
            yield Fault(
                where=text.where,
                message=f"the key has {bits} bits; receivers ignore signatures with less than {_WEAK_BITS}",
                fix="make a new key of 2048 bits under a new selector",
                severity=Severity.ERROR,
            )
        else:  # nobody can tell whose selector this is, and receivers take such a key
            yield Fault(where=text.where, message=f"the key has {bits} bits; 2048 are usual", severity=Severity.INFO)
    if view.easy_dkim_bits is not None and view.easy_dkim_bits < _GOOD_BITS:
        yield Fault(
            where="DkimSigningAttributes",
            message=f"SES is asked for keys of {view.easy_dkim_bits} bits",
            fix="leave out dkim_key_length: SES then uses 2048",
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
