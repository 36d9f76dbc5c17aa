"""The arguments of `SesEmailAuth` whose first deploy equals what exists in DNS, so that it can be taken over or imported.

Our record writer takes over a record set whose name, type, TTL and values are the same. CloudFormation itself did so until
June 2026, and may refuse it now (docs/moving.md, "Two worlds"). What no argument can express is left alone, or is hand work:
what to change in DNS before. Nothing that exists is ever to be removed for a record of ours.

Where an identity exists CloudFormation must not make it again: then `from_existing` is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from ses_email_auth.adopt.dkim_tokens import dkim_records, take_over_dkim
from ses_email_auth.adopt.draft import Draft, ttl_of
from ses_email_auth.adopt.existing import choose_domain
from ses_email_auth.adopt.mail_from import OUR_SPF, find_mail_from, publish_mail_from
from ses_email_auth.adopt.python_text import literal, name_list
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.sending import DEFAULT_TTL
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.route53_txt import character_strings, txt_strings
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.hosts import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredRecordSet, DeclaredValue

_LIST = "aws route53 list-resource-record-sets"


def take_over(
    sources: Iterable[SourceFile], domain: str | None = None, region: str | None = None, *, is_all: bool = True
) -> Draft:
    """The construct that takes over one domain.

    Args:
        sources: what the readers have read.
        domain: which domain. Default: - that of the only SES identity, or of the only zone
        region: which region, where several have a MAIL FROM domain. Default: - the only one
        is_all: whether every file could be read; what is absent from the others may stand all the same.

    Raises:
        EmailAuthError: if several domains could be meant, or if another zone answers for the domain.
    """
    existing = choose_domain(sources, domain)
    if existing.zone != existing.domain and existing.has(existing.domain, "NS"):
        raise EmailAuthError(
            f"{existing.domain} is delegated to a zone of its own (NS records), where its records belong; name that zone too, "
            f"by another --zone ('{_LIST}')"
        )
    existing.is_complete &= is_all
    draft = Draft(existing=existing)
    draft.arguments["hosted_zone"] = "zone"
    if draft.domain != existing.zone:
        draft.arguments["domain_name"] = literal(draft.domain.text)
    records = dkim_records(existing)
    draft.is_existing = bool(records or existing.identities)
    mail_from = find_mail_from(draft, region)
    take_over_dkim(draft, records)
    if mail_from is not None:
        publish_mail_from(draft, mail_from)
    elif not draft.is_existing:
        draft.arguments["mail_from_subdomain"] = "None"  # the default is a name at which others may have records
    _take_over_from_domain(draft)
    _take_over_from_subdomains(draft)
    _take_over_dmarc(draft)
    draft.arguments["removal_policy"] = "RemovalPolicy.RETAIN"
    return draft


# --- the policy half -------------------------------------------------------------------------------------------------


def _take_over_from_domain(draft: Draft) -> None:
    key = (draft.domain.text, "TXT")
    what = draft.existing.obstacle(draft.domain, "TXT")
    if what:
        _leave_from_domain(draft, what)
        return
    record = draft.existing.records.get(key)
    if record is None:
        draft.new.append(" ".join(key))
        return
    values = _txt_values(record)
    if values == (OUR_SPF,):
        draft.take_over(key, "from_domain_txt_ttl", record)
        return
    ttl = ttl_of(record)
    if values is None or ttl is None:
        draft.arguments["from_domain_spf"] = "False"
        is_unknown = _holds_unknown(record)
        why = "holds what the file does not say" if is_unknown else "has no TTL here, or is written otherwise than we would"
        draft.needs(f"{' '.join(key)} {why}: nothing changes it (from_domain_spf=False)", "write FromDomainTxt.adopt by hand")
        return
    draft.taken_over.append(" ".join(key))
    draft.arguments["from_domain_txt"] = f"FromDomainTxt.adopt({name_list(values)}, ttl=Duration.seconds({ttl}))"
    _split_for_later(draft, record.texts, ttl)


def _leave_from_domain(draft: Draft, what: str) -> None:
    """The TXT set of the domain cannot be ours."""
    domain = draft.domain
    draft.arguments["from_domain_spf"] = "False"
    texts = [text for record in draft.existing.routed.get((domain.text, "TXT"), ()) for text in record.texts]
    policies = [text for text in texts if SpfRecord.is_spf(text)]
    if draft.existing.has(domain, "CNAME"):
        draft.notes.append(
            f"{domain} has a CNAME, beside which no TXT can stand: nothing changes it (from_domain_spf=False), and receivers "
            f"read the SPF record of its target"
        )
    elif policies and all(f"include:{SPF_INCLUDE}" in text.lower().split() for text in policies):
        draft.notes.append(f"{domain} TXT: {what} with SES in the SPF; nothing changes it (from_domain_spf=False)")
    else:
        draft.needs(
            f"{domain} TXT: {what}, which no argument can write; nothing changes it (from_domain_spf=False)",
            f"add include:{SPF_INCLUDE} to the SPF there, if it is missing",
        )


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
    place = (draft.domain.text, "TXT")
    is_ours = " ".join(place) in draft.taken_over and "from_domain_txt" not in draft.arguments
    ttl = ttl_of(draft.existing.records[place]) if is_ours else DEFAULT_TTL  # one prop is the TTL of them all
    labels = []
    for (text, kind), record in draft.existing.records.items():
        name = DomainName(text)
        if kind != "TXT" or name == draft.domain or not name.is_hostname or literal(draft.below(name)) == mail_from:
            continue
        if draft.existing.has(name, "MX") or draft.existing.obstacle(name, "TXT"):
            continue
        if _txt_values(record) == (OUR_SPF,) and ttl_of(record) == ttl:
            labels.append(draft.below(name))
            draft.taken_over.append(f"{name} TXT")
    if labels:
        draft.arguments["from_subdomains"] = name_list(sorted(labels))


def _take_over_dmarc(draft: Draft) -> None:
    name = draft.domain.child("_dmarc")
    key = (name.text, "TXT")
    what = draft.existing.obstacle(name, "TXT")
    if what:
        draft.arguments["dmarc_policy"] = "None"
        draft.notes.append(
            f"{name} has {what}: the DMARC record comes from there, and nothing changes it (dmarc_policy=None). Give its "
            f'text as inherited_dmarc="…", and the proof knows it'
        )
        return
    record = draft.existing.records.get(key)
    if record is None:
        draft.new.append(" ".join(key))
        return
    dmarc = _dmarc_text(draft, " ".join(key), record)
    if dmarc is None:
        draft.arguments["dmarc_policy"] = "None"  # or the first deploy would be refused
        return
    draft.take_over(key, "dmarc_ttl", record)
    draft.arguments["dmarc"] = f"DmarcRecord.verbatim({literal(dmarc)})"


def _dmarc_text(draft: Draft, place: str, record: DeclaredRecordSet) -> str | None:
    """The record to the letter; None for one that cannot be written again, with the reason in the draft."""
    if _holds_unknown(record):
        draft.needs(
            f"the file does not say all of {place}", f"write dmarc=DmarcRecord.verbatim(…) with what stands ('{_LIST}')"
        )
        return None
    values = _txt_values(record)
    if values is None or len(values) != 1 or not isinstance(values[0], str):
        draft.needs(f"{place} is not one text", "write the DMARC record as one value, in one string")
        return None
    try:
        return str(DmarcRecord.verbatim(values[0]))
    except EmailAuthError as error:
        draft.needs(f"{place} is no DMARC record: {error}", "mend it first")
        return None


# --- one record set --------------------------------------------------------------------------------------------------


def _holds_unknown(record: DeclaredRecordSet) -> bool:
    return not all(map(_is_known, record.values))


def _is_known(value: DeclaredValue) -> TypeGuard[str]:
    return isinstance(value, str) and not holds_token(value)


def _txt_values(record: DeclaredRecordSet) -> tuple[str | tuple[str, ...], ...] | None:
    """The values as `FromDomainTxt.adopt` takes them; None if that would not give the same text again."""
    values: list[str | tuple[str, ...]] = []
    for written in record.values:
        if not _is_known(written):
            return None
        strings = txt_strings(written)
        text = "".join(strings)
        values.append(text if character_strings(text) == strings else strings)
    try:
        again = ResourceRecordSet(DomainName("example.com"), RecordType.TXT, 0, tuple(values)).resource_records
    except EmailAuthError:
        return None
    return tuple(values) if again == record.values else None
