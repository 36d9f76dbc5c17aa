"""All that a domain publishes, and the proof of it: the sending half, the policy half, or both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ses_email_auth.publication.alignment import AlignmentProof, AlignmentQuestion, Verdict
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.resource_record_set import check_together

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.dmarc_discovery import DmarcRecords
    from ses_email_auth.publication.policy import PolicyPlan
    from ses_email_auth.publication.sending import SendingPlan
    from ses_email_auth.records.resource_record_set import ResourceRecordSet


class AlignmentProofs(tuple[AlignmentProof, ...]):
    """The proofs of a construct, one for each From domain, its own domain first; `str()` prints them all."""

    __slots__ = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of any From domain, by either standard."""
        return max((proof.worst_verdict for proof in self), key=lambda verdict: verdict.rank)

    def explain(self, language: str = "en") -> str:
        """All proofs as text, in `en` or `ja`."""
        return "\n\n".join(proof.explain(language) for proof in self)

    def __str__(self) -> str:
        return self.explain()


@dataclass(frozen=True, kw_only=True)
class DomainPlan:
    """What is to be published for one domain.

    Raises:
        EmailAuthError: if the record sets do not go together in one zone.
    """

    domain: DomainName
    """The domain that sends, or that the policy is for."""

    zone: DomainName | None
    """The hosted zone; None if its name cannot be read."""

    sending: SendingPlan | None
    policy: PolicyPlan | None
    dmarc_records: DmarcRecords
    """What is known of DMARC at the domain and above it."""

    organizational_domain: DomainName | None = None
    """Overrides the Public Suffix List."""

    def __post_init__(self) -> None:
        check_together(self.zone or self.domain, self.records.values())

    @cached_property
    def records(self) -> Mapping[str, ResourceRecordSet]:
        """The record sets by construct child id, in the order in which people read them."""
        sending = {} if self.sending is None else self.sending.records()
        return sending if self.policy is None else sending | self.policy.records()

    @cached_property
    def proofs(self) -> AlignmentProofs:
        """The alignment proof of each From domain; none where nothing is sent."""
        if self.sending is None:
            return AlignmentProofs()
        identity = self.sending.ses_identity()
        subdomains = () if self.policy is None else self.policy.from_subdomains
        return AlignmentProofs(
            prove(
                AlignmentQuestion(
                    from_domain=from_domain,
                    identities=(identity,),
                    dmarc_records=self.dmarc_records,
                    organizational_domain=self.organizational_domain,
                    region=self.sending.region,
                )
            )
            for from_domain in (self.domain, *subdomains)
        )
