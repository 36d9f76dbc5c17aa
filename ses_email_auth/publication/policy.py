"""What a domain says about its mail, whoever sends it: the SPF record of the From domain and the DMARC record (RFC 7208,
RFC 9989 section 4).

An identity below the organizational domain publishes no DMARC record unless a policy is given: an own `p=none` would undo
the `p=reject` of a parent (RFC 9989 section 4.10.1: the record of the author domain wins).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.organizational_domain import DmarcKnowledge
from ses_email_auth.publication.sending import DEFAULT_TTL
from ses_email_auth.publication.wish_values import UNSET, Unset, name_below, text_list
from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
from ses_email_auth.records.report_uri import report_uris
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.spf import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.domain_name import DomainName

__all__ = ["DmarcChoice", "PolicyWish", "choose_dmarc", "from_domains", "inherited_record", "known_dmarc"]


@dataclass(frozen=True, slots=True)
class DmarcChoice:
    """Which DMARC record a domain publishes."""

    record: DmarcRecord | None
    undecided: bool
    """Whether nothing was said, so that a policy further up applies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWish:
    """What is published for a domain as a whole."""

    domain: DomainName
    from_subdomains: tuple[DomainName, ...] = ()
    senders: tuple[str, ...] = (SPF_INCLUDE,)
    """The hosts that SPF at `from_subdomains` includes."""

    spf: SpfRecord
    """The SPF record of the From domain, published or to be added by hand."""

    from_domain_txt: ResourceRecordSet | None
    """The TXT set of the domain; None leaves alone what is there."""

    takes_over: bool = False
    """Whether `from_domain_txt` is a set that exists already."""

    shares: bool = False
    """Whether SPF is added to a set that others own; `from_domain_txt` is None then."""

    from_domain_txt_ttl: int = DEFAULT_TTL
    dmarc: DmarcChoice
    dmarc_ttl: int = DEFAULT_TTL

    @property
    def leaves_spf(self) -> bool:
        """Whether the SPF record of the domain is left to somebody else."""
        return self.from_domain_txt is None and not self.shares

    def records(self) -> dict[str, ResourceRecordSet]:
        """The record sets by the id of the construct child that carries them."""
        records: dict[str, ResourceRecordSet] = {}
        if self.from_domain_txt is not None:
            records["FromDomainTxt"] = self.from_domain_txt
        for position, name in enumerate(self.from_subdomains, 1):
            # Carriers check SPF at the From domain of each mail (standards of Japan's carriers; DMARC does not ask for it).
            label = name.relative_to(self.domain)
            # CDK refuses a token in the id of a construct.
            child = f"FromDomainTxt-Unknown{position}" if holds_token(label) else f"FromDomainTxt-{label}"
            records[child] = ResourceRecordSet(
                name, RecordType.TXT, self.from_domain_txt_ttl, (str(SpfRecord.of_includes(self.senders)),)
            )
        if self.dmarc.record is not None:
            records["Dmarc"] = ResourceRecordSet(
                self.domain.child("_dmarc"), RecordType.TXT, self.dmarc_ttl, (str(self.dmarc.record),)
            )
        return records


def from_domains(domain: DomainName, from_subdomains: Iterable[str], mail_from: DomainName | None) -> tuple[DomainName, ...]:
    """The names below `domain` that mail is sent From.

    Raises:
        EmailAuthError: for a name that is not below `domain`, one given twice, or the MAIL FROM domain.
    """
    entries = text_list("from_subdomains", from_subdomains, "['news']")
    names = tuple(name_below("from_subdomains", domain, entry, "news") for entry in entries)
    for name, entry in zip(names, entries, strict=True):
        if names.count(name) > 1:
            raise EmailAuthError(f"'from_subdomains' holds {entry!r} twice")
        if name == mail_from:
            raise EmailAuthError(
                f"'from_subdomains' holds {entry!r}, which is the MAIL FROM domain; SES wants that name for nothing else"
            )
    return names


def choose_dmarc(
    domain: DomainName,
    organizational_domain: DomainName | None,
    dmarc: DmarcRecord | Unset | None,
    policy: DmarcPolicy | Unset | None,
    rua: Iterable[str],
) -> DmarcChoice:
    """The DMARC record that the props ask for: the whole record, its short form, or the default.

    Raises:
        EmailAuthError: if both forms are given, a value is of the wrong type, or report addresses have no record to stand in.
    """
    addresses = text_list("dmarc_rua", rua, "['dmarc-reports@example.com']")
    if dmarc is not UNSET:
        if dmarc is not None and not isinstance(dmarc, DmarcRecord):
            raise EmailAuthError(f"'dmarc' must be a DmarcRecord, got {dmarc!r}; use DmarcRecord.parse(...)")
        if policy is not UNSET or addresses:
            raise EmailAuthError(
                "'dmarc' is the whole record, so 'dmarc_policy' and 'dmarc_rua' cannot be given beside it; "
                "leave them out, or leave 'dmarc' out"
            )
        return DmarcChoice(dmarc, undecided=False)
    if policy is not UNSET and policy is not None and not isinstance(policy, DmarcPolicy):
        known = str(policy).upper()
        fix = f"DmarcPolicy.{known}" if known in DmarcPolicy.__members__ else "DmarcPolicy.NONE, .QUARANTINE or .REJECT"
        raise EmailAuthError(f"'dmarc_policy' must be a DmarcPolicy, got {policy!r}; use {fix}")
    undecided = False
    if policy is UNSET:
        undecided = domain != (organizational_domain or domain.organizational)
        policy = None if undecided else DmarcPolicy.NONE
    if policy is None:
        if addresses:
            raise EmailAuthError(
                f"'dmarc_rua' has no record to stand in, because {domain.text!r} publishes none; "
                f"pass dmarc_policy=DmarcPolicy.NONE, or leave 'dmarc_rua' out"
            )
        return DmarcChoice(None, undecided=undecided)
    return DmarcChoice(_short_form(policy, addresses), undecided=False)


def inherited_record(
    inherited: str | DmarcRecord | None,
    domain: DomainName,
    own: DmarcRecord | None,
    organizational_domain: DomainName | None,
) -> DmarcRecord | None:
    """What `inherited_dmarc` says, read as receivers read it.

    Raises:
        RecordSyntaxError: if receivers would make nothing of it.
        EmailAuthError: if it speaks for the very name at which another record is to be published.
    """
    if inherited is None:
        return None
    if own is not None and domain == (organizational_domain or domain.organizational):
        raise EmailAuthError(
            f"'inherited_dmarc' says what stands at {domain.text!r} already, and a DMARC record is published there too; "
            f"pass dmarc_policy=None to leave the existing one alone"
        )
    if isinstance(inherited, DmarcRecord):
        return inherited
    if not isinstance(inherited, str):
        raise EmailAuthError(
            f"'inherited_dmarc' must be the text of a DMARC record, got {inherited!r}; pass for example 'v=DMARC1; p=reject'"
        )
    if holds_token(inherited):
        return None  # known only after the deploy, so as good as not given
    reading = DmarcRecord.read(inherited)
    if reading.record is None:
        fault = reading.problems[0].error
        raise RecordSyntaxError(f"'inherited_dmarc': {fault.message}", fault.source, fault.span, fault.reference)
    return reading.record


def known_dmarc(
    domain: DomainName, organizational_domain: DomainName | None, own: DmarcRecord | None, inherited: DmarcRecord | None
) -> dict[DomainName, DmarcRecord | DmarcKnowledge]:
    """What is known of DMARC at `domain` and above it, for the alignment proof.

    Without a record of ours at the organizational domain somebody else's stands there, or none: nobody can tell.
    """
    top = organizational_domain or domain.organizational or domain
    known: dict[DomainName, DmarcRecord | DmarcKnowledge] = {top: DmarcKnowledge.UNKNOWN if inherited is None else inherited}
    if own is not None:
        known[domain] = own
    return known


def _short_form(policy: DmarcPolicy, addresses: tuple[str, ...]) -> DmarcRecord:
    return DmarcRecord(policy=policy, rua=report_uris("'dmarc_rua'", addresses))
