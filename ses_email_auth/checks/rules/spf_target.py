"""Rules on the names to which SPF records lead (RFC 7208 sections 5.2 and 6.1).

Not handled: targets outside of the zone in view, apart from their spelling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.shown import shown
from ses_email_auth.checks.rules.spf_spelling import meant_include
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import Redirect, SpfRecord
from ses_email_auth.ses.spf import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.seen import RecordInView
    from ses_email_auth.checks.spf_walk import SpfInView
    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.domain_name import DomainName

__all__ = ["SPF_TARGET_RULES", "has_no_spf", "may_be_spf"]


def _spf_include_no_spf(view: ZoneView) -> Iterator[Fault]:
    if not view.complete or view.zone is None:
        return
    for entry in view.spf_records:
        for name, term in {lead.name: lead.term for lead in entry.leads if lead.name is not None}.items():
            if name.is_at_or_below(view.zone) and has_no_spf(view, name):
                yield Fault(
                    where=entry.where,
                    message=f"{name} has no SPF record, so receivers answer permerror when they come to {shown(str(term))}",
                    fix=f"publish an SPF record at {name}, or take the term out",
                )


def has_no_spf(view: ZoneView, name: DomainName) -> bool:
    """Whether DNS answers with no SPF record at a name of a zone that is completely in view."""
    if name in view.spf or view.is_delegated(name):
        return False
    found = view.answers(name, RecordType.TXT, RecordType.CNAME)
    if any(record.type is RecordType.CNAME or may_be_spf(record) for record in found):
        return False
    return not _is_moved(view, name)


def may_be_spf(record: RecordInView) -> bool:
    """Whether a TXT set holds an SPF record, or what nobody can read here: an alias, a token."""
    return not record.values or any(
        isinstance(value, KnownAfterDeploy) or holds_token(text) or SpfRecord.is_spf(text)
        for value, text in zip(record.values, record.texts, strict=True)
    )


def _is_moved(view: ZoneView, name: DomainName) -> bool:
    """Whether a DNAME above the name leads elsewhere (RFC 6672)."""
    above = name.parent
    while above is not None:
        if view.placed(f"{above} DNAME"):
            return True
        above = above.parent
    return False


def _spf_include_typo(view: ZoneView) -> Iterator[Fault]:
    for entry in view.spf_records:
        for lead in entry.leads:
            meant = meant_include(lead.host)
            if meant is None or _is_own(view, entry, lead.name):
                continue
            yield Fault(
                where=entry.where,
                message=f"{shown(str(lead.term))} is not where {'Amazon SES' if meant == SPF_INCLUDE else 'the service'} keeps "
                f"its SPF record; {meant} was meant, as it seems",
                fix=f"write {lead.term.name}{'=' if isinstance(lead.term, Redirect) else ':'}{meant}",
            )


def _is_own(view: ZoneView, entry: SpfInView, host: DomainName | None) -> bool:
    """Whether the author of the record owns the host, and knows how it is spelt."""
    if host is None:
        return False
    if host in view.spf or (view.zone is not None and host.is_at_or_below(view.zone) is True):
        return True
    owned = entry.name.organizational
    return owned is not None and host.is_at_or_below(owned) is True


SPF_TARGET_RULES = (
    Rule(
        id="spf-include-no-spf",
        severity=Severity.ERROR,
        need=Need.ABSENCE,
        reason="An include or redirect of a name without an SPF record is a permerror.",
        reference="RFC 7208 section 5.2",
        faults=_spf_include_no_spf,
        example="example.com. 600 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
        'example.com. 600 IN TXT "v=spf1 include:_spf.example.com ~all"',
    ),
    Rule(
        id="spf-include-typo",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="A misspelt include allows nobody, or whoever buys that name, and is a permerror while it has no SPF record.",
        reference="RFC 7208 section 5.2",
        faults=_spf_include_typo,
        example='example.com. 600 IN TXT "v=spf1 include:amazonse.com ~all"',
    ),
)
