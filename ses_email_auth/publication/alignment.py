"""The words of the alignment proof: the question, its answer, and the reasons in it.

`alignment_proof` computes the answer, `alignment_text` writes it for people.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName

if TYPE_CHECKING:
    from ses_email_auth.known_after_deploy import KnownAfterDeploy
    from ses_email_auth.publication.organizational_domain import DmarcRecords
    from ses_email_auth.records.dmarc import Alignment, DmarcPolicy

__all__ = [
    "AlignmentProof",
    "AlignmentQuestion",
    "Assumption",
    "Break",
    "IdentityKind",
    "Leg",
    "LegReason",
    "MxFailure",
    "SesIdentity",
    "Verdict",
]


class IdentityKind(enum.Enum):
    """What an SES identity is."""

    DOMAIN = "domain"
    ADDRESS = "address"


class MxFailure(enum.Enum):
    """What SES does when it does not find the MX of the MAIL FROM domain (`BehaviorOnMxFailure`)."""

    USE_DEFAULT_VALUE = "USE_DEFAULT_VALUE"
    REJECT_MESSAGE = "REJECT_MESSAGE"


class Verdict(enum.Enum):
    """How mail passes DMARC, the best first."""

    BOTH = "BOTH"
    DKIM_ONLY = "DKIM_ONLY"
    SPF_ONLY = "SPF_ONLY"
    CANNOT_TELL = "CANNOT_TELL"
    FAIL = "FAIL"
    REFUSED_BY_SES = "REFUSED_BY_SES"

    @property
    def rank(self) -> int:
        """0 for the best, counting up."""
        return list(Verdict).index(self)


class LegReason(enum.Enum):
    """Why an identifier aligns with the From domain, or not."""

    SAME_DOMAIN = "same domain"
    BELOW_FROM = "below the From domain"
    ABOVE_FROM = "above the From domain"
    SAME_ORGANIZATION = "same organizational domain"
    STRICT = "strict alignment asks for the same domain"
    OTHER_ORGANIZATION = "other organizational domain"
    NOT_SIGNED = "SES does not sign with a key of this domain"
    PENDING = "not before SES reports SUCCESS"
    SES_DOMAIN = "SES's own domain"
    SES_REFUSES = "SES refuses to send"
    TOKEN = "known after the deploy"  # noqa: S105 - no password


class Assumption(enum.Enum):
    """What a proof takes for granted."""

    DKIM_SUCCESS = "SES reports DKIM SUCCESS"
    MAIL_FROM_SUCCESS = "SES reports MAIL FROM SUCCESS"
    RELAXED = "alignment is relaxed: the DMARC record was not given"
    WALK_LIMIT = "the DMARC record is deeper than RFC 9989 receivers look"


class Break(enum.Enum):
    """What makes a leg fail though everything is set up right."""

    MX_LOST = "the MX of the MAIL FROM domain is lost"
    FORWARDER = "a forwarder sends the mail on"
    MAILING_LIST = "a mailing list edits the mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class SesIdentity:
    """One SES identity of a region, as far as it matters to DMARC."""

    name: str
    """A domain name, or an address for `IdentityKind.ADDRESS`."""

    kind: IdentityKind = IdentityKind.DOMAIN

    dkim_domain: DomainName | None = None
    """The `d=` of its signature; None if SES signs with no key of ours. An address inherits its domain's."""

    dkim_known: bool = True
    """False while SES has not confirmed the key, for example just after a switch to an own key."""

    mail_from: DomainName | None = None
    """The custom MAIL FROM domain; None means SES's own."""

    on_mx_failure: MxFailure = MxFailure.USE_DEFAULT_VALUE

    @property
    def domain(self) -> DomainName:
        """The domain of the identity, also of an address."""
        return DomainName(self.name.rpartition("@")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentQuestion:
    """What is asked: does mail From this domain pass DMARC?"""

    from_domain: DomainName
    """The domain of the From address (the author domain)."""

    identities: tuple[SesIdentity, ...]
    """All identities of the region that are known."""

    dmarc_records: DmarcRecords = field(default_factory=dict)

    organizational_domain: DomainName | None = None
    """Overrides the Public Suffix List, for example where a private entry of it is in the way."""

    region: str | None = None
    """None in a stack without a region."""

    local_part: str | None = None
    """The part before the `@`, where an address identity may be used; None stands for any address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One of the two identifiers that DMARC looks at."""

    domain: DomainName | KnownAfterDeploy | None
    """The domain that passes DKIM or SPF; None if there is none."""

    aligned: bool | None
    """None: cannot tell."""

    reason: LegReason

    mode: Alignment
    """`adkim` or `aspf` in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentProof:
    """The answer to an `AlignmentQuestion`, by the rules of RFC 9989.

    `str()` prints it in English, `explain("ja")` in Japanese; both fit into 80 columns, but for names longer than that.
    """

    from_domain: DomainName
    local_part: str | None
    region: str | None
    signer: SesIdentity | None
    """The most specific identity that covers the address; SES takes its settings. None if SES would refuse to send, or if
    a token hides which one it is."""

    dkim: Leg
    spf: Leg
    spf_on_mx_failure: Leg
    """What takes the place of `spf` when SES does not find the MX of the MAIL FROM domain."""

    policy: DmarcPolicy | None
    """What receivers do to forgeries, after `sp` and `t`; None without a record, or with one that was not given."""

    policy_at: DomainName | None
    """The name that carries the `_dmarc` record; None if there is none."""

    policy_tag: str | None
    """`p` or `sp`."""

    verdict: Verdict
    assumptions: tuple[Assumption, ...]
    breaks_when: tuple[Break, ...]
    rfc7489: AlignmentProof | None = None
    """The answer of receivers that still follow RFC 7489, where it differs."""

    @property
    def worst_verdict(self) -> Verdict:
        """The worse of the verdicts of both standards."""
        return self.verdict if self.rfc7489 is None else max(self.verdict, self.rfc7489.verdict, key=lambda v: v.rank)

    def __str__(self) -> str:
        return self.explain()

    def explain(self, language: str = "en") -> str:
        """The proof as text, in `en` or `ja`."""
        from ses_email_auth.publication.alignment_text import explain  # noqa: PLC0415 - most apps never print it

        return explain(self, language)
