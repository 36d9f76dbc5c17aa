"""Rules on where DMARC reports go (RFC 9989 sections 4.7 and 4.8, RFC 9990 section 4, RFC 5321 section 5.1, RFC 7505).

Not handled: hosts outside of the zone in view, and whether a mailbox exists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
from ses_email_auth.records.dmarc_external import ExternalDestination, external_destinations
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.domain_name import DomainName

__all__ = ["REPORT_RULES"]

_URI_AS_TAG = re.compile(r"mailto:|https?:", re.IGNORECASE)


def _no_rua(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in view.dmarc_records:
        if not record.rua:
            enforces = {record.effective_policy, record.effective_subdomain_policy} != {DmarcPolicy.NONE}
            blind = ", which is enforcing blind" if enforces else ""
            yield Fault(
                where=where,
                message=f"nobody gets reports about mail From {domain}{blind}",
                fix="pass dmarc_rua=[...] with an address that can receive mail",
            )


def _rua_not_uri(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dmarc:
        for problem in entry.reading.problems:
            part = _part_at(problem.error.source, problem.error.span[0])
            tag = part.partition("=")[0].strip().lower()
            if _URI_AS_TAG.match(part):
                yield Fault(
                    where=entry.where,
                    message=f"a ';' ends the list of report URIs, so {part!r} is read as a tag and spoils the record",
                    fix="write ',' between two URIs",
                )
            elif tag in {"rua", "ruf"}:
                yield Fault(
                    where=entry.where,
                    message=problem.error.message,
                    fix=f"write {tag}=mailto:dmarc-reports@{entry.domain}",
                )


def _part_at(source: str, at: int) -> str:
    """What stands between two `;` around the character at `at`."""
    start = source.rfind(";", 0, at) + 1
    return source[start:].partition(";")[0].strip()


def _rua_external(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in view.dmarc_records:
        for uri in dict.fromkeys(record.rua + record.ruf):
            try:
                destinations = external_destinations(domain, (uri,))
            except EmailAuthError:  # RFC 9990 section 4: no name, no consent, no reports
                yield Fault(
                    where=where,
                    message=f"{uri.host} cannot consent to reports about {domain}: its record would have too long a name",
                    fix="name an address at a shorter host",
                    severity=Severity.ERROR,
                )
                continue
            for destination in destinations:
                yield from _consent_faults(view, where, destination)


def _consent_faults(view: ZoneView, where: str, destination: ExternalDestination) -> Iterator[Fault]:
    in_full_view = view.complete and view.zone is not None and destination.record_name.is_at_or_below(view.zone)
    if in_full_view and _consents(view, destination):
        return
    yield Fault(
        where=where,
        message=f"reports to {destination.uri} are sent only if its owner allows it",
        fix=f'ask for this record, unless they have it: {destination.record_name} TXT "{destination.value}"',
        severity=Severity.WARNING if in_full_view else Severity.INFO,
    )


def _consents(view: ZoneView, destination: ExternalDestination) -> bool:
    """RFC 9990 section 4: a DMARC record at the name, by a wildcard too. Where a CNAME leads is not in view."""
    found = view.answers(destination.record_name, RecordType.TXT, RecordType.CNAME)
    return any(
        record.type is RecordType.CNAME or holds_token(text) or DmarcRecord.is_dmarc(text)
        for record in found
        for text in record.texts
    )


def _rua_undeliverable(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        hosts = dict.fromkeys(uri.host for uri in record.rua if uri.scheme == "mailto")
        for host in hosts:
            if host is not None and view.zone is not None and host.is_at_or_below(view.zone):
                yield from _host_faults(view, where, host)


def _host_faults(view: ZoneView, where: str, host: DomainName) -> Iterator[Fault]:
    fix = "name an address that receives mail"
    exchanges = [text for record in view.answers(host, RecordType.MX) for text in record.texts]
    if any(text.split()[-1] == "." for text in exchanges):  # RFC 7505 section 3
        yield Fault(where=where, message=f"{host} takes no mail (null MX), so every report bounces", fix=fix)
    elif any("feedback-smtp." in text.lower() for text in exchanges):
        yield Fault(where=where, message=f"{host} is a MAIL FROM domain: SES takes bounces there, and no reports", fix=fix)
    elif exchanges or view.is_delegated(host):
        return
    # RFC 5321 section 5.1: without an MX the address of the host itself is used; a CNAME leads to another host.
    elif not view.answers(host, RecordType.A, RecordType.AAAA, RecordType.CNAME):
        if view.complete:
            yield Fault(where=where, message=f"{host} has no MX, so every report bounces", fix=fix)
        else:
            yield Fault(
                where=where,
                message=f"cannot tell whether reports arrive; {host} has no MX in this app",
                severity=Severity.INFO,
            )


def _fo_without_ruf(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        if record.fo and not record.ruf:
            yield Fault(where=where, message="fo is ignored without ruf", fix="leave out fo")


REPORT_RULES = (
    Rule(
        id="dmarc-no-rua",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="Without reports nobody learns who sends as the domain, or whether genuine mail fails.",
        reference="RFC 9989 section 4.7",
        faults=_no_rua,
    ),
    Rule(
        id="dmarc-rua-not-uri",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="Receivers read URIs: a bare address, a space or a second mailto: makes them send no report.",
        reference="RFC 9989 section 4.8",
        faults=_rua_not_uri,
    ),
    Rule(
        id="dmarc-rua-external",
        severity=Severity.WARNING,
        need=Need.ABSENCE,
        reason="Reports go to another organization only if that organization publishes its consent.",
        reference="RFC 9990 section 4",
        faults=_rua_external,
    ),
    Rule(
        id="dmarc-rua-undeliverable",
        severity=Severity.WARNING,
        need=Need.ABSENCE,
        reason="Reports are mail: an address that takes none loses them.",
        reference="RFC 5321 section 5.1, RFC 7505",
        faults=_rua_undeliverable,
    ),
    Rule(
        id="dmarc-fo-without-ruf",
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="fo says when failure reports are wanted; without ruf none are.",
        reference="RFC 9989 section 4.7",
        faults=_fo_without_ruf,
    ),
)
