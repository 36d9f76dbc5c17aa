"""Rules on DMARC reports: the URIs that they go to, and whether they arrive (RFC 9989 sections 4.7 and 4.8, RFC 9990 section 4,
RFC 5321 section 5.1, RFC 7505).

Not handled: the grammar of the URIs (`dmarc_syntax`), hosts outside of the zone in view, and whether a mailbox exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.dmarc_syntax import is_of_rua
from ses_email_auth.checks.rules.record_text import shown
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord, ExternalDestination, external_destinations
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.report_uri import ReportUri
    from ses_email_auth.zone.texts import TextInView
    from ses_email_auth.zone.view import ZoneView

_MAX_URIS = 2


def _lists(record: DmarcRecord) -> tuple[tuple[str, tuple[ReportUri, ...]], ...]:
    return (("rua", record.rua), ("ruf", record.ruf))


@rule(
    id="dmarc-rua-many",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="Receivers that follow RFC 7489 need to support two URIs; a third one gets fewer reports or none.",
    reference="RFC 7489 section 6.2",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; '
    'rua=mailto:a@example.com,mailto:b@example.com,mailto:c@example.com"',
)
def dmarc_rua_many(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        for tag, uris in _lists(record):
            count = len(set(uris))
            if count > _MAX_URIS:
                yield Fault(
                    where=where,
                    message=f"{tag} names {count} places; RFC 7489 receivers need to send reports to {_MAX_URIS} only",
                    fix=f"name {_MAX_URIS} at most, and pass the reports on from there",
                )


@rule(
    id="dmarc-rua-not-mailto",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Any URI is legal, but reporters need to support mailto: only, and most do no more.",
    reference="RFC 9989 section 4.7",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=https://example.com/dmarc"',
)
def dmarc_rua_not_mailto(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        for tag, uris in _lists(record):
            others = [uri for uri in uris if uri.scheme not in {"mailto", ""}]
            if others:
                yield Fault(
                    where=where,
                    message=f"{tag}: reporters must know mailto: only, and few send anything to {shown(others[0].text)}",
                    fix=f"name a mail address in {tag} too" if len(others) == len(uris) else "",
                    severity=Severity.WARNING if len(others) == len(uris) else Severity.INFO,
                )


@rule(
    id="dmarc-size-suffix",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="A size limit behind a report URI is obsolete: reporters no longer look at it.",
    reference="RFC 9989 section 4.8",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com!10m"',
)
def dmarc_size_suffix(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        limits = [f"!{uri.size_limit}" for uri in record.rua + record.ruf if uri.size_limit is not None]
        if limits:
            yield Fault(
                where=where,
                message=f"the size limit {shown(limits[0])} is obsolete, and reporters ignore it",
                fix="leave the size limit out",
            )


_NO_SENDER = ["v=spf1", "-all"]


@rule(
    id="dmarc-no-rua",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Without reports nobody learns who sends as the domain, or whether genuine mail fails.",
    reference="RFC 9989 section 4.7",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none"',
)
def dmarc_no_rua(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dmarc:
        record = entry.record
        if record is not None and not record.rua and not any(map(is_of_rua, entry.reading.problems)):
            policies = {record.effective_policy, record.effective_subdomain_policy}
            blind = "" if policies == {DmarcPolicy.NONE} else ", so its policy is enforced blind"
            parked = policies == {DmarcPolicy.REJECT} and _sends_nothing(view, entry.domain)
            yield Fault(
                where=entry.where,
                message=f"nobody gets reports about mail From {entry.domain}{'' if parked else blind}",
                fix="add a rua with an address that can receive mail (in our constructs: dmarc_rua=[...])",
                severity=Severity.INFO if parked else Severity.WARNING,
            )


def _sends_nothing(view: ZoneView, domain: DomainName) -> bool:
    """Whether SPF says that no host sends as `domain`, so that reports tell of forgeries alone."""
    texts = view.spf.get(domain, ())
    return domain not in view.ses_senders and bool(texts) and all(text.text.lower().split() == _NO_SENDER for text in texts)


@rule(
    id="dmarc-rua-external",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    for_constructs=True,
    reason="Reports go to another organization only if that organization publishes its consent.",
    reference="RFC 9990 section 4",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.net"',
)
def dmarc_rua_external(view: ZoneView) -> Iterator[Fault]:
    for domain, where, uri in _report_uris(view):
        destinations = _destinations(domain, uri)
        if destinations is None:
            yield Fault(
                where=where,
                message=f"{uri.host} cannot consent to reports about {domain}: its record would have too long a name",
                fix="name an address at a shorter host",
                severity=Severity.ERROR,
            )
        for destination in destinations or ():
            name = destination.record_name
            if not _consents(view.zone_of(name) or view, name):
                is_absent = view.whole_zone_of(name) is not None
                yield _consent_wanted(where, destination, Severity.WARNING if is_absent else Severity.INFO)


def _report_uris(view: ZoneView) -> Iterator[tuple[DomainName, str, ReportUri]]:
    for domain, where, record in view.dmarc_records:
        for uri in dict.fromkeys(record.rua + record.ruf):
            yield domain, where, uri


def _destinations(domain: DomainName, uri: ReportUri) -> tuple[ExternalDestination, ...] | None:
    """The owners that must consent; None if that is impossible (RFC 9990 section 4: no name, no consent, no reports)."""
    try:
        return external_destinations(domain, (uri,))
    except EmailAuthError:
        return None


def _consent_wanted(where: str, destination: ExternalDestination, severity: Severity) -> Fault:
    return Fault(
        where=where,
        message=f"reports to {destination.uri} are sent only if its owner allows it",
        fix=f'ask for this record, unless they have it: {destination.record_name} TXT "{destination.value}"',
        severity=severity,
    )


def _consents(view: ZoneView, name: DomainName) -> bool:
    """RFC 9990 section 4: a DMARC record at the name, by a wildcard too. Where a CNAME or an alias leads is not in view."""
    return any(
        record.type is RecordType.CNAME
        or not record.texts
        or any(holds_token(text) or DmarcRecord.is_dmarc(text) for text in record.texts)
        for record in view.answers(name, RecordType.TXT, RecordType.CNAME)
    )


_MAILBOX = "name an address that receives mail"


@rule(
    id="dmarc-rua-undeliverable",
    severity=Severity.WARNING,
    need=Need.TARGET,
    for_constructs=True,
    reason="Reports are mail: an address that takes none loses them.",
    reference="RFC 5321 section 5.1, RFC 7505",
    example="example.com. 900 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
    '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"',
)
def dmarc_rua_undeliverable(view: ZoneView) -> Iterator[Fault]:
    for where, host, home in _report_hosts(view):
        if view.whole_zone_of(host) is not None and _has_no_server(home, host):
            yield Fault(where=where, message=f"{host} has no MX, so every report bounces", fix=_MAILBOX)


@dmarc_rua_undeliverable.also(need=Need.RECORDS)
def _rua_undeliverable_by_mx(view: ZoneView) -> Iterator[Fault]:
    for where, host, home in _report_hosts(view):
        exchanges = [text for record in home.answers(host, RecordType.MX) for text in record.texts]
        if any(text.split()[-1:] == ["."] for text in exchanges):  # RFC 7505 section 3
            yield Fault(where=where, message=f"{host} takes no mail (null MX), so every report bounces", fix=_MAILBOX)
        elif any("feedback-smtp." in text.lower() for text in exchanges):
            message = f"{host} is a MAIL FROM domain: SES takes bounces there, and no reports"
            yield Fault(where=where, message=message, fix=_MAILBOX)
        elif view.zone is not None and host.is_at_or_below(view.zone) and not home.complete and _has_no_server(home, host):
            message = f"cannot tell whether reports arrive; {host} has no MX in this app"
            yield Fault(where=where, message=message, severity=Severity.INFO)


def _report_hosts(view: ZoneView) -> Iterator[tuple[str, DomainName, ZoneView]]:
    """The hosts of report addresses whose zones are in view, and those zones."""
    for _, where, record in view.dmarc_records:
        for host in dict.fromkeys(uri.host for uri in record.rua if uri.scheme == "mailto"):
            home = None if host is None else view.zone_of(host)
            if host is not None and home is not None:
                yield where, host, home


def _has_no_server(view: ZoneView, host: DomainName) -> bool:
    """RFC 5321 section 5.1: without an MX the address of the host itself is used; a CNAME leads to another host."""
    kinds = (RecordType.MX, RecordType.A, RecordType.AAAA, RecordType.CNAME)
    return not (view.is_delegated(host) or view.answers(host, *kinds))


@rule(
    id="dmarc-fo-without-ruf",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="fo says when failure reports are wanted; without ruf none are.",
    reference="RFC 9989 section 4.7",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com; fo=1"',
)
def dmarc_fo_without_ruf(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        if record.fo and not record.ruf:
            yield Fault(where=where, message="fo is ignored without ruf", fix="leave out fo")


def _consents_given(view: ZoneView) -> Iterator[tuple[TextInView, str]]:
    """The texts that consent to reports, and the host that takes them."""
    for text in view.texts:
        _, at, host = text.name.text.partition("._report._dmarc.")
        if at and text.name.is_known and DmarcRecord.is_dmarc(text.text):
            yield text, host


@rule(
    id="dmarc-consent-no-semicolon",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="The grammar of the older standard wants a ; behind the version, in a consent to reports too.",
    reference="RFC 7489 section 6.4",
    example='example.net._report._dmarc.example.com. 600 IN TXT "v=DMARC1"',
)
def dmarc_consent_no_semicolon(view: ZoneView) -> Iterator[Fault]:
    for text, _ in _consents_given(view):
        if ";" not in text.text:
            yield Fault(
                where=text.where,
                message="RFC 7489 receivers want a ';' behind v=DMARC1, and may see no consent without it",
                fix="write v=DMARC1;",
            )


@rule(
    id="dmarc-consent-elsewhere",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="A consent to reports may name another mailbox, but none at another host.",
    reference="RFC 9990 section 4",
    example='example.net._report._dmarc.example.com. 600 IN TXT "v=DMARC1; rua=mailto:dmarc@example.org"',
)
def dmarc_consent_elsewhere(view: ZoneView) -> Iterator[Fault]:
    for text, host in _consents_given(view):
        record = DmarcRecord.read(text.text).record if "rua" in text.text.lower() else None
        strangers = [uri.host for uri in record.rua if uri.host is not None and uri.host.text != host] if record else []
        for stranger in strangers[:1]:
            yield Fault(
                where=text.where,
                message=f"its rua names {stranger}, and only {host} is allowed here, so reporters send nothing at all",
                fix=f"leave out rua, or name an address at {host}",
            )
