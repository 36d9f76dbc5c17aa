"""The policy half: what a domain says about its mail as a whole, with the SPF records of its From domains and its DMARC record
(RFC 7208, RFC 9989 section 4).

SPF shares the one TXT record set of the From domain with site tokens and all else there (RFC 7208 section 3.2: one SPF record).
An identity below the organizational domain publishes no DMARC record unless a policy is given: an own `p=none` would undo the
`p=reject` of a parent (RFC 9989 section 4.10.1: the record of the author domain wins).

Not handled: how SPF gets into a set that others own; a function does that when the stack is deployed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token, is_list_token
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge
from ses_email_auth.publication.prop_values import Seconds, check_room, is_given, name_below, seconds, text_list
from ses_email_auth.publication.sending import DEFAULT_TTL
from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
from ses_email_auth.records.report_uri import report_uris
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfQualifier, SpfRecord
from ses_email_auth.ses.hosts import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.domain_name import DomainName

_DMARC = "_dmarc"


@dataclass(frozen=True, slots=True)
class FromDomainTxt:
    """A TXT record set that exists: one to take over, `adopt(...)`, or one that others own, `shared()`.

    A set to take over is published byte for byte. `Dns.route53(zone, adopt=True)` takes over what is the same in name, type,
    values and TTL. CloudFormation itself did so until June 2026 (reported by users, not documented by AWS) and may refuse it
    now; then `cdk import` is the way (docs/moving.md). Deploy it with `removal_policy=RemovalPolicy.RETAIN`: the rollback
    of a deploy that fails could delete the record set, which is the live one. Change it with the next deploy.

    Args:
        values: the TXT values without quotes; one that is cut into several strings is a tuple of these strings.
        ttl: the TTL in seconds.
        is_shared: whether others own the set; `values` and `ttl` then say nothing. Default: False
    """

    values: tuple[str | tuple[str, ...], ...]
    ttl: int
    is_shared: bool = False
    """Whether others own the set; `values` and `ttl` then say nothing."""

    @classmethod
    def shared(cls) -> FromDomainTxt:
        """A record set that others own: a function adds Amazon SES to the one SPF record in it, and leaves all else.

        Where there is no SPF record it makes one, with `spf_qualifier` and `from_domain_txt_ttl`. When the construct goes, it
        takes back what it added. If Amazon SES is there already, nothing is added, and nothing is taken back; so let one
        construct alone share the set of a domain. Two SPF records in the set, or one that leaves no DNS lookup for the
        include, are refused.
        """
        return cls((), 0, is_shared=True)

    @classmethod
    def adopt(cls, values: Iterable[str | tuple[str, ...]], ttl: Seconds) -> FromDomainTxt:
        """The record set as it is now.

        Args:
            values: each TXT value without quotes. A value that is cut into several strings is a tuple of these strings;
                one text of more than 255 octets is cut after every 255.
            ttl: the TTL as it is now.

        Raises:
            EmailAuthError: if `values` is empty or no list, or a value is not what DNS can hold.
        """
        if isinstance(values, str):
            raise EmailAuthError(f"FromDomainTxt.adopt takes a list of TXT values, got the string {values!r}")
        try:
            kept = tuple(value if isinstance(value, str) else tuple(value) for value in values)
        except TypeError as error:
            raise EmailAuthError(f"FromDomainTxt.adopt takes a list of TXT values, got {values!r}") from error
        if any(is_list_token(string) for value in kept for string in ((value,) if isinstance(value, str) else value)):
            raise EmailAuthError(
                "FromDomainTxt.adopt got a list that is known only after the deploy; pass its values one by one"
            )
        if not kept:
            raise EmailAuthError("FromDomainTxt.adopt got no value; without a TXT record there is nothing to take over")
        return cls(kept, seconds("ttl", ttl))

    def at(self, name: DomainName) -> ResourceRecordSet:
        """The record set at `name`."""
        return ResourceRecordSet(name, RecordType.TXT, self.ttl, self.values)


@dataclass(frozen=True, slots=True)
class DmarcChoice:
    """Which DMARC record a domain publishes."""

    record: DmarcRecord | None
    undecided: bool
    """Whether no prop said anything, so that the policy of a domain above applies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPlan:
    """What a domain publishes about its mail."""

    domain: DomainName
    from_subdomains: tuple[DomainName, ...] = ()
    """Names below the domain that mail is sent From; each gets an SPF record."""

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
        """Whether the SPF record of the domain is left to its owner."""
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
                self.domain.child(_DMARC), RecordType.TXT, self.dmarc_ttl, (str(self.dmarc.record),)
            )
        return records


def from_domain_spf(
    spf: SpfRecord | None, includes: Iterable[str], qualifier: SpfQualifier | None, senders: tuple[str, ...] = (SPF_INCLUDE,)
) -> SpfRecord:
    """The SPF record of a From domain: the user's own senders first, then `senders`.

    Raises:
        EmailAuthError: if both a whole record and parts of one are given, or a part is bad.
    """
    entries = text_list("spf_includes", includes, "['_spf.google.com']")
    if spf is not None:
        if not isinstance(spf, SpfRecord):
            raise EmailAuthError(f"'spf' must be an SpfRecord, got {spf!r}; use SpfRecord.parse(...)")
        if entries or qualifier is not None:
            raise EmailAuthError(
                "'spf' is the whole record, so 'spf_includes' and 'spf_qualifier' cannot be given beside it; "
                "leave them out, or leave 'spf' out"
            )
        return spf.merge(SpfRecord.of_includes(senders))
    if qualifier is not None and not isinstance(qualifier, SpfQualifier):
        raise EmailAuthError(f"'spf_qualifier' must be an SpfQualifier, got {qualifier!r}; use SpfQualifier.SOFTFAIL")
    try:
        return SpfRecord.of_includes([*entries, *senders], SpfQualifier.SOFTFAIL if qualifier is None else qualifier)
    except EmailAuthError as error:
        raise EmailAuthError(f"'spf_includes': {error}") from error


def site_values(values: Iterable[str]) -> tuple[str, ...]:
    """The other TXT values that stand beside SPF, such as site tokens.

    Raises:
        EmailAuthError: for an SPF or DMARC record among them, and for quotes, which validators of templates refuse.
    """
    entries = text_list("from_domain_txt_values", values, "['google-site-verification=...']")
    for entry in entries:
        if SpfRecord.is_spf(entry):
            raise EmailAuthError(
                f"'from_domain_txt_values' holds the SPF record {entry!r}; a second one makes receivers believe neither "
                f"(RFC 7208 section 4.5); pass spf=SpfRecord.parse(...) or spf_includes=[...]"
            )
        if DmarcRecord.is_dmarc(entry):
            raise EmailAuthError(
                f"'from_domain_txt_values' holds the DMARC record {entry!r}; it belongs at _dmarc: "
                f"pass dmarc=DmarcRecord.parse(...)"
            )
        if '"' in entry or "\\" in entry:
            raise EmailAuthError(
                f"'from_domain_txt_values' holds {entry!r}; pass the text without quotes and backslashes, "
                f"they are added for you"
            )
    return entries


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
    dmarc: DmarcRecord | None,
    policy: DmarcPolicy | None,
    rua: Iterable[str],
) -> DmarcChoice:
    """The DMARC record that the props ask for: the whole record, its short form, or the default.

    `dmarc` and `policy` may be `UNSET`: None means that no record is wanted.

    Raises:
        EmailAuthError: if both forms are given, a value is of the wrong type, or report addresses have no record to stand in.
    """
    addresses = text_list("dmarc_rua", rua, "['dmarc-reports@example.com']")
    if is_given(dmarc):
        _check_whole_record(dmarc, is_alone=not is_given(policy) and not addresses)
        return _chosen(domain, dmarc)
    undecided = False
    if is_given(policy):
        _check_policy(policy)
    else:
        undecided = domain != (organizational_domain or domain.organizational)
        policy = None if undecided else DmarcPolicy.NONE
    if policy is not None:
        return _chosen(domain, DmarcRecord(policy=policy, rua=report_uris("'dmarc_rua'", addresses)))
    if addresses:
        raise EmailAuthError(
            f"'dmarc_rua' has no record to stand in, because {domain.text!r} publishes none; "
            f"pass dmarc_policy=DmarcPolicy.NONE, or leave 'dmarc_rua' out"
        )
    return DmarcChoice(None, undecided=undecided)


def _chosen(domain: DomainName, record: DmarcRecord | None) -> DmarcChoice:
    if record is not None:
        check_room(domain, _DMARC, "the DMARC record")
    return DmarcChoice(record, undecided=False)


def _check_whole_record(dmarc: DmarcRecord | None, *, is_alone: bool) -> None:
    if dmarc is not None and not isinstance(dmarc, DmarcRecord):
        raise EmailAuthError(f"'dmarc' must be a DmarcRecord, got {dmarc!r}; use DmarcRecord.parse(...)")
    if not is_alone:
        raise EmailAuthError(
            "'dmarc' is the whole record, so 'dmarc_policy' and 'dmarc_rua' cannot be given beside it; "
            "leave them out, or leave 'dmarc' out"
        )


def _check_policy(policy: DmarcPolicy | None) -> None:
    if policy is not None and not isinstance(policy, DmarcPolicy):
        known = str(policy).upper()
        fix = f"DmarcPolicy.{known}" if known in DmarcPolicy.__members__ else "DmarcPolicy.NONE, .QUARANTINE or .REJECT"
        raise EmailAuthError(f"'dmarc_policy' must be a DmarcPolicy, got {policy!r}; use {fix}")


def inherited_record(
    inherited: str | DmarcRecord | None,
    domain: DomainName,
    own: DmarcRecord | None,
    organizational_domain: DomainName | None,
) -> DmarcRecord | None:
    """The record that `inherited_dmarc` means, read as receivers read it; for the proof and the checks, never published.

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
        error = reading.problems[0].error
        raise RecordSyntaxError(f"'inherited_dmarc': {error.message}", error.source, error.span, error.reference)
    return reading.record


def known_dmarc(
    domain: DomainName, organizational_domain: DomainName | None, own: DmarcRecord | None, inherited: DmarcRecord | None
) -> dict[DomainName, DmarcRecord | DmarcKnowledge]:
    """What is known of DMARC at `domain` and above it, for the alignment proof.

    At an organizational domain without a record of ours there may be one of others: that is not known.
    """
    top = organizational_domain or domain.organizational or domain
    known: dict[DomainName, DmarcRecord | DmarcKnowledge] = {top: DmarcKnowledge.UNKNOWN if inherited is None else inherited}
    if own is not None:
        known[domain] = own
    return known
