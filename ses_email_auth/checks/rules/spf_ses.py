"""Rules on SPF for what Amazon SES sends: at the MAIL FROM domain, which receivers check, and at the From domain, which
carriers in Japan check too (Amazon SES developer guide, "Using a custom MAIL FROM domain"; RFC 7208 section 2.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.known_includes import KNOWN_INCLUDES
from ses_email_auth.checks.rules.doubled_name import doubled_suffixes, undoubled
from ses_email_auth.checks.rules.spf_target import has_no_spf, may_be_spf
from ses_email_auth.checks.seen import SeenRecordSet
from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import A, Include, Ip4, Ip6, Mx, SpfQualifier
from ses_email_auth.ses.hosts import is_easy_dkim_target
from ses_email_auth.ses.spf import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.checks.seen import RecordInView
    from ses_email_auth.checks.spf_walk import Lead, SpfInView
    from ses_email_auth.checks.zone_view import InView, ZoneView

__all__ = ["SPF_SES_RULES"]

_VALUE = f'"v=spf1 include:{SPF_INCLUDE} ~all"'
_MOST_STEPS = 20  # more than ten lookups are a permerror anyway


def _amazonses_missing(view: ZoneView) -> Iterator[Fault]:
    entries: dict[DomainName, list[SpfInView]] = {}
    for entry in view.spf_records if view.mail_from_mx else ():
        entries.setdefault(entry.name, []).append(entry)
    for name in view.mail_from_mx:
        sets = view.at(name, RecordType.TXT)
        if not name.is_known or view.is_delegated(name) or not (sets or view.complete):
            continue
        records = (*view.at(name, RecordType.MX), *sets)
        if view.at(name, RecordType.CNAME) or _is_doubled(view, name):  # cname-beside-data, name-doubled
            continue
        if name in entries:
            yield from _lacking(name, entries, records)
        elif not any(map(may_be_spf, sets)):
            yield Fault(
                where=f"{name} {'TXT' if sets else 'MX'}",
                message=f"{name} is a MAIL FROM domain of SES and has no SPF record, so nothing that SES sends passes SPF",
                fix=f"publish TXT {_VALUE} at {name}",
                records=records,
            )


def _is_doubled(view: ZoneView, name: DomainName) -> bool:
    is_seen = any(isinstance(record, SeenRecordSet) for record in view.at(name, RecordType.MX))
    return is_seen and undoubled(name.text, doubled_suffixes(view)) is not None


def _lacking(
    name: DomainName, entries: Mapping[DomainName, list[SpfInView]], records: tuple[RecordInView, ...]
) -> Iterator[Fault]:
    allowed = [_allows_ses(entry, entries) for entry in entries[name]]
    if True in allowed:
        return
    if None in allowed:
        yield Fault(
            where=f"{name} TXT",
            message=f"the SPF record of {name} names addresses and not include:{SPF_INCLUDE}; SPF fails for what SES sends "
            "unless they are all of SES's",
            fix=f"put include:{SPF_INCLUDE} in front of all",
            severity=Severity.WARNING,
            records=records,
        )
        return
    yield Fault(
        where=f"{name} TXT",
        message=f"{name} is a MAIL FROM domain of SES, and its SPF record does not allow SES",
        fix=f"put include:{SPF_INCLUDE} in front of all",
        records=records,
    )


def _allows_ses(entry: SpfInView, entries: Mapping[DomainName, list[SpfInView]]) -> bool | None:
    """False if it surely does not. None if it lists addresses, which can be SES's. True if it does, or nobody can tell."""
    ahead, met, lists_addresses = [entry], {entry.name}, False
    while ahead:
        here = ahead.pop()
        if here.record is None or len(met) > _MOST_STEPS:
            return True
        for mechanism in here.reached:
            if mechanism.qualifier is SpfQualifier.PASS and not isinstance(mechanism, A | Mx | Include):
                if not isinstance(mechanism, Ip4 | Ip6):  # all; exists and ptr, which can mean anything
                    return True
                lists_addresses = True
        for lead in here.leads:
            if not lead.passes:
                continue
            if lead.name is not None and lead.name in entries:
                ahead += [] if lead.name in met else entries[lead.name]
                met.add(lead.name)
            elif not _is_without_ses(lead):
                return True
    return None if lists_addresses else False


def _is_without_ses(lead: Lead) -> bool:
    """Whether the record behind it was seen, and holds nothing of SES."""
    return lead.host != SPF_INCLUDE and KNOWN_INCLUDES.get(lead.host) is not None


def _from_spf_missing(view: ZoneView) -> Iterator[Fault]:
    zone = view.zone
    if not view.complete or zone is None:
        return
    missing = [
        domain for domain in sorted(view.ses_senders) if domain.is_at_or_below(zone) is True and has_no_spf(view, domain)
    ]
    seen = _seen_by_domain(view) if missing else {}
    for domain in missing:
        yield Fault(
            where=f"{domain} TXT",
            message=f"{domain} sends through SES and has no SPF record; carriers in Japan check the From domain too",
            fix=f"publish TXT {_VALUE} at {domain}",
            records=tuple(seen.get(domain.text, ())),
        )


def _seen_by_domain(view: ZoneView) -> dict[str, list[InView]]:
    """What makes a domain a sender: its identities, and its Easy DKIM records."""
    found: dict[str, list[InView]] = {}
    for identity in view.identities:
        if identity.domain is not None:
            found.setdefault(identity.domain.text, []).append(identity)
    for record in view.sets(RecordType.CNAME):
        if isinstance(record.name, DomainName) and record.texts and is_easy_dkim_target(record.texts[0]):
            found.setdefault(record.name.text.partition("._domainkey.")[2], []).append(record)
    return found


SPF_SES_RULES = (
    Rule(
        id="spf-amazonses-at-mail-from-missing",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="Receivers check SPF at the MAIL FROM domain; without SES in its record everything that SES sends fails there.",
        reference="Amazon SES developer guide, custom MAIL FROM domain",
        faults=_amazonses_missing,
        example="bounce.example.com. 600 IN MX 10 feedback-smtp.ap-northeast-1.amazonses.com.\n"
        'bounce.example.com. 600 IN TXT "v=spf1 -all"',
    ),
    Rule(
        id="from-spf-missing",
        severity=Severity.INFO,
        need=Need.ABSENCE,
        reason="Carriers in Japan look for SPF at the From domain, where the record of the MAIL FROM domain does not count.",
        reference="RFC 7208 section 2.4",
        faults=_from_spf_missing,
        example="example.com. 600 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
        "a._domainkey.example.com. 600 IN CNAME a.dkim.amazonses.com.\n"
        "b._domainkey.example.com. 600 IN CNAME b.dkim.amazonses.com.\n"
        "c._domainkey.example.com. 600 IN CNAME c.dkim.amazonses.com.",
    ),
)
