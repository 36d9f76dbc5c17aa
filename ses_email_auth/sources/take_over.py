"""The arguments of `SesEmailAuth` whose first deploy equals what stands in DNS, so that CloudFormation takes the records over.

CloudFormation takes a record set over if name, type, TTL and values are the same (reported by users, not documented by AWS).
What no argument can express is said, with what to change in DNS before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.sending import DEFAULT_TTL
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.sources.existing_mail import choose_domain, seconds_of, txt_values
from ses_email_auth.sources.move_losses import Loss
from ses_email_auth.sources.python_text import literal, name_list
from ses_email_auth.sources.take_over_draft import TakeOver
from ses_email_auth.sources.take_over_sending import OUR_SPF, sending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.sources.contents import Contents

__all__ = ["take_over"]


def take_over(contents: Iterable[Contents], domain: str | None = None, region: str | None = None) -> TakeOver:
    """The arguments for one domain.

    Args:
        contents: what the readers have read.

        domain: which domain. Default: - that of the only SES identity, or of the only zone

        region: which region, where several have a MAIL FROM domain. Default: - the only one

    Raises:
        EmailAuthError: if nobody can tell which domain is meant.
    """
    made = TakeOver(found=choose_domain(contents, domain))
    own, zone = made.found.domain, made.found.zone
    made.arguments["hosted_zone"] = "zone"
    if own != zone:
        made.arguments["domain_name"] = literal(own.text)
    sending(made, region)
    _from_domain(made)
    _from_subdomains(made)
    _dmarc(made)
    made.arguments["removal_policy"] = "RemovalPolicy.RETAIN"
    return made


def _from_domain(made: TakeOver) -> None:
    key = (made.found.domain.text, "TXT")
    record = made.standing(key)
    if record is None:
        return
    values = txt_values(record)
    if values == (OUR_SPF,):
        made.keep(key, "from_domain_txt_ttl", record)
        return
    ttl = seconds_of(record)
    if values is None or ttl is None:
        made.hand_work.append(
            Loss(f"{' '.join(key)} has no TTL here, or is written otherwise than we would", "write FromDomainTxt.adopt by hand")
        )
        return
    made.equal.append(" ".join(key))
    made.arguments["from_domain_txt"] = f"FromDomainTxt.adopt({name_list(values)}, ttl=Duration.seconds({ttl}))"
    _say_later(made, record.texts, ttl)


def _say_later(made: TakeOver, texts: Iterable[str], ttl: int) -> None:
    """What takes the place of `from_domain_txt` in the next deploy."""
    spf = [text for text in texts if SpfRecord.is_spf(text)]
    others = [text for text in texts if not SpfRecord.is_spf(text)]
    if len(spf) > 1:
        made.hand_work.append(Loss(f"{made.found.domain} has {len(spf)} SPF records", "merge them: receivers believe neither"))
    if len(spf) == 1:
        try:
            made.later["spf"] = f"SpfRecord.parse({literal(str(SpfRecord.verbatim(spf[0])))})"
        except EmailAuthError as error:
            made.hand_work.append(Loss(f"the SPF record of {made.found.domain} is broken: {error}", "mend it first"))
    if others:
        made.later["from_domain_txt_values"] = name_list(others)
    if ttl != DEFAULT_TTL:
        made.later["from_domain_txt_ttl"] = f"Duration.seconds({ttl})"


def _from_subdomains(made: TakeOver) -> None:
    mail_from = made.arguments.get("mail_from_subdomain")
    txt = made.found.txt(made.found.domain)
    ttl = DEFAULT_TTL if txt is None or "from_domain_txt" in made.arguments else seconds_of(txt)
    labels = []
    for (text, kind), record in made.found.records.items():
        name = DomainName(text)
        if kind != "TXT" or name == made.found.domain or not name.is_hostname or literal(made.below(name)) == mail_from:
            continue
        if txt_values(record) == (OUR_SPF,) and (text, "MX") not in made.found.records and seconds_of(record) == ttl:
            labels.append(made.below(name))
            made.equal.append(f"{name} TXT")
    if labels:
        made.arguments["from_subdomains"] = name_list(sorted(labels))


def _dmarc(made: TakeOver) -> None:
    key = (made.found.domain.child("_dmarc").text, "TXT")
    record = made.standing(key)
    if record is None:
        return
    values = txt_values(record)
    if values is None or len(values) != 1 or not isinstance(values[0], str):
        made.hand_work.append(Loss(f"{' '.join(key)} is not one text", "write the DMARC record as one value, in one string"))
        return
    try:
        parsed = DmarcRecord.verbatim(values[0])
    except EmailAuthError as error:
        made.hand_work.append(Loss(f"{' '.join(key)} is no DMARC record: {error}", "mend it first"))
        return
    made.keep(key, "dmarc_ttl", record)
    made.arguments["dmarc"] = f"DmarcRecord.verbatim({literal(str(parsed))})"
