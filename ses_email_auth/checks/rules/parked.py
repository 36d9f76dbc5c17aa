"""The rule on domains that send and take no mail (M3AAWG, "Protecting Parked Domains", 2015).

It is not one of `RULES`: records do not show whether a domain is parked, so users ask for it. Only the apex of a zone is
judged. Not handled: SPF at host names, which wildcards do not cover.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity, rule
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.dkim import DkimKeyRecord
from ses_email_auth.records.dmarc import DmarcPolicy
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

_NO_SENDER = "v=spf1 -all"


@rule(
    id="parked-unprotected",
    severity=Severity.INFO,
    need=Need.ABSENCE,
    reason="Forgers like domains without mail: nothing says that mail from them is never genuine.",
    reference="RFC 7505 section 3, RFC 7208 section 10.1.2",
    example="example.com. 600 IN SOA ns.example.net. admin.example.com. 1 7200 900 1209600 300",
)
def parked_unprotected(view: ZoneView) -> Iterator[Fault]:
    zone = view.zone
    if zone is None or zone.organizational is None or _has_mail(view, zone):
        return
    missing = list(_missing(view, zone))
    if missing:
        yield Fault(
            where=f"{zone} TXT",
            message=f"{zone} has no mail, and lacks {_listed([what for what, _ in missing])}; anybody may send in its name",
            fix=f"publish {'; '.join(record for _, record in missing)}",
            records=view.at(zone, RecordType.SOA, RecordType.TXT),
        )


def _has_mail(view: ZoneView, zone: DomainName) -> bool:
    """Whether mail goes to the apex, or anything but `v=spf1 -all` or a revoked key says who sends."""
    if any(_host(text) for record in view.at(zone, RecordType.MX) for text in record.texts):
        return True
    if view.ses_senders or any(text.text.strip().lower() != _NO_SENDER for text in view.spf.get(zone, ())):
        return True
    return any(
        isinstance(record.name, KnownAfterDeploy) or ("._domainkey." in str(record.name) and not _is_revoked(record))
        for kind in (RecordType.CNAME, RecordType.TXT)
        for record in view.sets(kind)
    )


def _host(mx: str) -> str:
    """The host of an MX value; empty for a null MX (RFC 7505)."""
    return mx.strip().rpartition(" ")[2].removesuffix(".")


def _is_revoked(record: RecordInView) -> bool:
    try:
        return all(DkimKeyRecord.parse(text).is_revoked for text in record.texts)
    except EmailAuthError:
        return False


def _missing(view: ZoneView, zone: DomainName) -> Iterator[tuple[str, str]]:
    """What a parked domain lacks: in words, and as a record."""
    if zone not in view.spf:
        yield "an SPF record that names no sender", f'{zone} TXT "{_NO_SENDER}"'
    # Below the organizational domain the record above counts, which is in another zone.
    if zone == zone.organizational and not _rejects(view, zone):
        yield "a DMARC policy of reject", f'_dmarc.{zone} TXT "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s"'
    if not view.placed(f"*._domainkey.{zone} TXT"):
        yield "a revoked DKIM key for every selector", f'*._domainkey.{zone} TXT "v=DKIM1; p="'
    if not view.at(zone, RecordType.MX):
        yield "a null MX", f"{zone} MX 0 ."


def _rejects(view: ZoneView, zone: DomainName) -> bool:
    """Whether forged mail is rejected; a CNAME leads to a record that is not in view."""
    if view.placed(f"_dmarc.{zone} CNAME"):
        return True
    return any(
        domain == zone and record.applied(record.effective_policy) is DmarcPolicy.REJECT
        for domain, _, record in view.dmarc_records
    )


PARKED_RULES: tuple[Rule, ...] = (parked_unprotected,)


def _listed(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
