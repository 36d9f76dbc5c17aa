"""The alignment proof for what files declare: `publication.alignment_proof` asked with their identities and DMARC records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.publication.alignment import AlignmentQuestion, IdentityKind, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.alignment import AlignmentProof
    from ses_email_auth.publication.dmarc_discovery import DmarcRecords
    from ses_email_auth.zone.declared import DeclaredIdentity
    from ses_email_auth.zone.view import ZoneView

__all__ = ["proof_of"]


def proof_of(from_domain: DomainName, identities: Iterable[DeclaredIdentity], views: Iterable[ZoneView]) -> AlignmentProof:
    """The proof for mail From `from_domain`; a domain without a DMARC record in view may have one elsewhere."""
    records: DmarcRecords = {domain: record for view in views for domain, _, record in view.dmarc_records}
    organization = from_domain.organizational or from_domain
    if not any(from_domain.is_at_or_below(domain) for domain in records):
        records = {organization: DmarcKnowledge.UNKNOWN}
    seen = tuple(identities)
    regions = {identity.region for identity in seen}
    return prove(
        AlignmentQuestion(
            from_domain=from_domain,
            identities=tuple(_ses_identity(identity) for identity in seen if identity.domain is not None),
            dmarc_records=records,
            region=(next(iter(regions)) or None) if len(regions) == 1 else None,
        )
    )


def _ses_identity(identity: DeclaredIdentity) -> SesIdentity:
    rejects = identity.on_mx_failure == MxFailure.REJECT_MESSAGE.value
    return SesIdentity(
        name=identity.name,
        kind=IdentityKind.ADDRESS if identity.is_address else IdentityKind.DOMAIN,
        dkim_domain=None if identity.signs is False else identity.domain,
        mail_from=identity.mail_from_domain,
        on_mx_failure=MxFailure.REJECT_MESSAGE if rejects else MxFailure.USE_DEFAULT_VALUE,
    )
