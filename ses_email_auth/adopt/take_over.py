"""The arguments of `SesEmailAuth` whose first deploy equals what exists in DNS, so that it can be taken over or imported.

Our record writer takes over a record set whose name, type, TTL and values are the same. CloudFormation itself did so until
June 2026, and may refuse it now (docs/moving.md, "Two worlds"). What no argument can express is hand work: what to change
in DNS before.

Where DKIM records of SES exist there is an identity, which CloudFormation must not make again: then `from_existing` is written,
with the tokens of these records. Not handled: own keys (BYODKIM).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.adopt.move_problem import MoveProblem
from ses_email_auth.adopt.python_text import literal, name_list
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.publication.sending import DEFAULT_TTL
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.route53_txt import character_strings, txt_strings
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.hosts import SPF_INCLUDE, feedback_region, is_easy_dkim_target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

_OUR_SPF = str(SpfRecord.of_includes([SPF_INCLUDE]))
_LONGEST_TTL = 10  # digits
_DKIM_RECORDS = 3  # of Easy DKIM, in each region
_DKIM_TOKEN = re.compile(r"[a-z0-9]{32}")


# --- what exists -----------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Existing:
    """The records and identities of one domain."""

    domain: DomainName
    zone: DomainName | None
    """The name of its hosted zone; None if it is not known."""

    is_complete: bool = False
    """Whether a file holds all of the zone, so that what is not there does not exist."""

    records: dict[tuple[str, str], DeclaredRecordSet] = field(default_factory=dict)
    """By name and type."""

    routed: set[tuple[str, str]] = field(default_factory=set)
    """Aliases and sets with a routing policy: CloudFormation would have to know all of it."""

    identities: list[DeclaredIdentity] = field(default_factory=list)


def choose_domain(sources: Iterable[SourceFile], wanted: str | None) -> Existing:
    """What exists for the domain `wanted`, or for the only one in the files.

    Raises:
        EmailAuthError: if it is no domain name, if several domains could be meant, or if the files do not know the domain.
    """
    files = list(sources)
    zones = {zone.name for file in files for zone in file.zones if zone.name is not None and not zone.is_private}
    if wanted is not None:
        existing = _existing(files, DomainName(wanted), zones)
        if existing.zone is None and not (existing.records or existing.routed or existing.identities):
            raise EmailAuthError(
                f"the files say nothing of {existing.domain.text!r}; name another domain by --domain{_listed(zones)}"
            )
        return existing
    identities = {i.domain for file in files for i in file.identities if not i.is_address and i.domain is not None}
    candidates = identities or zones
    if len(candidates) != 1:
        raise EmailAuthError(f"nobody can tell which domain is meant; name it by --domain{_listed(candidates)}")
    return _existing(files, next(iter(candidates)), zones)


def _listed(domains: Iterable[DomainName]) -> str:
    names = sorted(domain.text for domain in domains)
    return f": {', '.join(names)}" if names else ""


def _existing(files: Iterable[SourceFile], domain: DomainName, zones: Iterable[DomainName]) -> Existing:
    """What exists for `domain` in the nearest of `zones`; records of private zones do not count."""
    above = [zone for zone in zones if domain.is_at_or_below(zone)]
    existing = Existing(domain=domain, zone=max(above, key=lambda zone: len(zone.labels), default=None))
    for file in files:
        existing.identities += [i for i in file.identities if i.domain == domain and not i.is_address]
        existing.is_complete |= any(zone.is_complete for zone in file.zones if zone.name == existing.zone)
        others = {z.zone_id for z in file.zones if z.is_private or (z.name is not None and z.name != existing.zone)}
        for record in file.records:
            name = record.name
            if record.zone_id in others or not isinstance(name, DomainName) or not name.is_known:
                continue
            if not name.is_at_or_below(domain):
                continue
            key = (name.text, record.type_text)
            if record.set_identifier is not None or record.is_alias:
                existing.routed.add(key)
            else:
                existing.records[key] = record
    return existing


# --- the draft of the construct --------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Draft:
    """The arguments of the construct, and what its first deploy does."""

    existing: Existing
    arguments: dict[str, str] = field(default_factory=dict)
    """Props with their values as Python."""

    taken_over: list[str] = field(default_factory=list)
    """The record sets that exist and stay as they are."""

    new: list[str] = field(default_factory=list)
    """The ones that the first deploy adds."""

    hand_work: list[MoveProblem] = field(default_factory=list)
    later: dict[str, str] = field(default_factory=dict)
    """What takes the place of `from_domain_txt` in the deploy after that."""

    is_existing: bool = False
    """Whether the identity exists already, so that nothing may make it again."""

    region: str | None = None
    """The region that the MX of the MAIL FROM domain names."""

    @property
    def domain(self) -> DomainName:
        """The domain of the construct."""
        return self.existing.domain

    def existing_record(self, key: tuple[str, str]) -> DeclaredRecordSet | None:
        """The record set that exists at a place of ours; None notes that it is new, or why ours cannot stand there."""
        name, kind = key
        if key in self.existing.routed or (name, "CNAME") in {*self.existing.records, *self.existing.routed}:
            self.needs(
                f"{name} has a CNAME, an alias or a routing policy, so {kind} cannot stand there",
                "replace it by a plain record",
            )
            return None
        record = self.existing.records.get(key)
        if record is None:
            self.new.append(" ".join(key))
        return record

    def take_over(self, key: tuple[str, str], ttl_prop: str, record: DeclaredRecordSet) -> None:
        """Note that `record` stays as it is; `ttl_prop` is the prop that keeps its TTL."""
        self.taken_over.append(" ".join(key))
        self.set_ttl(" ".join(key), ttl_prop, _ttl_of(record))

    def set_ttl(self, place: str, ttl_prop: str, ttl: int | None) -> None:
        """Set a prop to the TTL of the records at `place`, unless that is the default."""
        if ttl is None:
            self.needs(f"the file does not say the TTL of {place}", f"add {ttl_prop}=Duration.seconds(…)")
        elif ttl != DEFAULT_TTL:
            self.arguments[ttl_prop] = f"Duration.seconds({ttl})"

    def needs(self, message: str, fix: str) -> None:
        """Note hand work."""
        self.hand_work.append(MoveProblem(message, fix))

    def below(self, name: DomainName) -> str:
        """A name as the props take it: one label, or the full name."""
        label = name.relative_to(self.domain)
        return name.text if "." in label else label


def take_over(sources: Iterable[SourceFile], domain: str | None = None, region: str | None = None) -> Draft:
    """The construct that takes over one domain.

    Args:
        sources: what the readers have read.
        domain: which domain. Default: - that of the only SES identity, or of the only zone
        region: which region, where several have a MAIL FROM domain. Default: - the only one

    Raises:
        EmailAuthError: if several domains could be meant.
    """
    draft = Draft(existing=choose_domain(sources, domain))
    draft.arguments["hosted_zone"] = "zone"
    if draft.domain != draft.existing.zone:
        draft.arguments["domain_name"] = literal(draft.domain.text)
    _take_over_dkim(draft)
    _take_over_mail_from(draft, region)
    _take_over_from_domain(draft)
    _take_over_from_subdomains(draft)
    _take_over_dmarc(draft)
    draft.arguments["removal_policy"] = "RemovalPolicy.RETAIN"
    return draft


# --- the sending half ------------------------------------------------------------------------------------------------


def _take_over_dkim(draft: Draft) -> None:
    suffix = f"._domainkey.{draft.domain}"
    by_token = {
        name.removesuffix(suffix): record
        for (name, kind), record in draft.existing.records.items()
        if kind == "CNAME" and name.endswith(suffix) and any(is_easy_dkim_target(str(value)) for value in record.values)
    }
    draft.is_existing = bool(by_token or draft.existing.identities)
    if not by_token:
        if not draft.is_existing:
            draft.new += [f"<token {number}>{suffix} CNAME" for number in range(1, _DKIM_RECORDS + 1)]
        return
    zones = {_signing_zone(token, record) for token, record in by_token.items()}
    ttls = {_ttl_of(record) for record in by_token.values()}
    if len(by_token) != _DKIM_RECORDS or len(ttls) != 1 or len(zones) != 1 or "" in zones:
        draft.needs(
            f"there are {len(by_token)} DKIM records of SES, with the TTLs {', '.join(sorted(map(str, ttls)))}; we publish "
            f"{_DKIM_RECORDS} for a region, with one TTL, each <token>{suffix} to <token> in the zone of SES",
            "ask SES which are in use ('aws sesv2 get-email-identity --query DkimAttributes'); give these to dkim_tokens",
        )
        return
    draft.taken_over += [f"{token}{suffix} CNAME" for token in by_token]
    draft.arguments["dkim_tokens"] = name_list(by_token)
    draft.arguments["dkim_signing_zone"] = literal(zones.pop())
    draft.set_ttl("the DKIM records", "dkim_ttl", ttls.pop())


def _signing_zone(token: str, record: DeclaredRecordSet) -> str:
    """Where SES keeps the key; empty if the record is not as we would write it."""
    value = str(record.values[0])
    if record.origin.line is not None:  # a zone file has a final dot at every name, whatever Route 53 was given
        value = value.removesuffix(".")
    if _DKIM_TOKEN.fullmatch(token) is None or not value.startswith(f"{token}.") or value != value.lower().removesuffix("."):
        return ""
    return value.removeprefix(f"{token}.")


def _take_over_mail_from(draft: Draft, region: str | None) -> None:
    regions = {
        name: feedback_region(str(record.values[0]))
        for (name, kind), record in draft.existing.records.items()
        if kind == "MX" and len(record.values) == 1 and feedback_region(str(record.values[0])) is not None
    }
    names = [name for name, its_region in regions.items() if region in {None, its_region}]
    places = ", ".join(f"{name} ({regions[name]})" for name in sorted(names or regions))
    if regions and not names:
        draft.needs(f"no name is a MAIL FROM domain of {region}; there is {places}", "name that region by --region")
        return
    if len(names) > 1:
        draft.needs(
            f"several names are a MAIL FROM domain: {places}",
            "name the home region by --region; the others become a SendingIdentity each",
        )
        return
    mail_from = DomainName(names[0]) if names else _mail_from_without_mx(draft)
    if mail_from is None:
        return
    draft.region = regions.get(mail_from.text)
    draft.arguments["mail_from_subdomain"] = literal(draft.below(mail_from))
    _compare(draft, (mail_from.text, "MX"), "mail_from_mx_ttl", f"10 feedback-smtp.{draft.region}.amazonses.com")
    _compare(draft, (mail_from.text, "TXT"), "mail_from_spf_ttl", f'"{_OUR_SPF}"')


def _mail_from_without_mx(draft: Draft) -> DomainName | None:
    """The MAIL FROM domain of the identity, or the one that a new identity gets."""
    names = {identity.mail_from_domain for identity in draft.existing.identities} - {None}
    if len(names) == 1:
        return names.pop()
    return None if draft.is_existing else draft.domain.child("bounce")


def _compare(draft: Draft, key: tuple[str, str], ttl_prop: str, wanted: str) -> None:
    """Take over a record set with one value if it is the one that we publish."""
    record = draft.existing_record(key)
    if record is None:
        return
    values = tuple(map(str, record.values))
    if values == (wanted,) or (record.origin.line is not None and values == (f"{wanted}.",)):
        draft.take_over(key, ttl_prop, record)
    else:
        draft.needs(f"{' '.join(key)} is {', '.join(values)}, and we publish {wanted}", "change it to that value first")


# --- the policy half -------------------------------------------------------------------------------------------------


def _take_over_from_domain(draft: Draft) -> None:
    key = (draft.domain.text, "TXT")
    record = draft.existing_record(key)
    if record is None:
        return
    values = _txt_values(record)
    if values == (_OUR_SPF,):
        draft.take_over(key, "from_domain_txt_ttl", record)
        return
    ttl = _ttl_of(record)
    if values is None or ttl is None:
        draft.needs(
            f"{' '.join(key)} has no TTL here, or is written otherwise than we would", "write FromDomainTxt.adopt by hand"
        )
        return
    draft.taken_over.append(" ".join(key))
    draft.arguments["from_domain_txt"] = f"FromDomainTxt.adopt({name_list(values)}, ttl=Duration.seconds({ttl}))"
    _split_for_later(draft, record.texts, ttl)


def _split_for_later(draft: Draft, texts: Iterable[str], ttl: int) -> None:
    """The props that take the place of `from_domain_txt` in the next deploy."""
    spf = [text for text in texts if SpfRecord.is_spf(text)]
    others = [text for text in texts if not SpfRecord.is_spf(text)]
    if len(spf) > 1:
        draft.needs(f"{draft.domain} has {len(spf)} SPF records", "merge them: receivers believe neither")
    if len(spf) == 1:
        try:
            draft.later["spf"] = f"SpfRecord.parse({literal(str(SpfRecord.verbatim(spf[0])))})"
        except EmailAuthError as error:
            draft.needs(f"the SPF record of {draft.domain} is broken: {error}", "mend it first")
    if others:
        draft.later["from_domain_txt_values"] = name_list(others)
    if ttl != DEFAULT_TTL:
        draft.later["from_domain_txt_ttl"] = f"Duration.seconds({ttl})"


def _take_over_from_subdomains(draft: Draft) -> None:
    mail_from = draft.arguments.get("mail_from_subdomain")
    txt = draft.existing.records.get((draft.domain.text, "TXT"))
    ttl = DEFAULT_TTL if txt is None or "from_domain_txt" in draft.arguments else _ttl_of(txt)
    labels = []
    for (text, kind), record in draft.existing.records.items():
        name = DomainName(text)
        if kind != "TXT" or name == draft.domain or not name.is_hostname or literal(draft.below(name)) == mail_from:
            continue
        if _txt_values(record) == (_OUR_SPF,) and (text, "MX") not in draft.existing.records and _ttl_of(record) == ttl:
            labels.append(draft.below(name))
            draft.taken_over.append(f"{name} TXT")
    if labels:
        draft.arguments["from_subdomains"] = name_list(sorted(labels))


def _take_over_dmarc(draft: Draft) -> None:
    key = (draft.domain.child("_dmarc").text, "TXT")
    record = draft.existing_record(key)
    if record is None:
        return
    values = _txt_values(record)
    if values is None or len(values) != 1 or not isinstance(values[0], str):
        draft.needs(f"{' '.join(key)} is not one text", "write the DMARC record as one value, in one string")
        return
    try:
        dmarc = DmarcRecord.verbatim(values[0])
    except EmailAuthError as error:
        draft.needs(f"{' '.join(key)} is no DMARC record: {error}", "mend it first")
        return
    draft.take_over(key, "dmarc_ttl", record)
    draft.arguments["dmarc"] = f"DmarcRecord.verbatim({literal(str(dmarc))})"


# --- one record set --------------------------------------------------------------------------------------------------


def _txt_values(record: DeclaredRecordSet) -> tuple[str | tuple[str, ...], ...] | None:
    """The values as `FromDomainTxt.adopt` takes them; None if that would not give the same text again."""
    values: list[str | tuple[str, ...]] = []
    for written in record.values:
        if isinstance(written, KnownAfterDeploy) or holds_token(written):
            return None
        strings = txt_strings(written)
        text = "".join(strings)
        values.append(text if character_strings(text) == strings else strings)
    try:
        again = ResourceRecordSet(DomainName("example.com"), RecordType.TXT, 0, tuple(values)).resource_records
    except EmailAuthError:
        return None
    return tuple(values) if again == record.values else None


def _ttl_of(record: DeclaredRecordSet) -> int | None:
    """The TTL in seconds; None if the file does not say."""
    written = record.ttl
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= _LONGEST_TTL else None
