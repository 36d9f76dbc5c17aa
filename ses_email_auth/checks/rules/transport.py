"""Rules on MTA-STS, TLS-RPT and BIMI records (RFC 8461 section 3.1, RFC 8460 section 3,
draft-brand-indicators-for-message-identification-14).

A CNAME alone at `_mta-sts` or `_smtp._tls` is fine: the record is hosted elsewhere. Not handled: the policy file of MTA-STS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import is_hidden, message_of, shown, without_quotes
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.records.bimi import BimiRecord
from ses_email_auth.records.dmarc import DmarcPolicy
from ses_email_auth.records.mta_sts import MtaStsRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.tls_rpt import TlsRptRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ses_email_auth.records.dmarc import DmarcRecord
    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.texts import TextInView
    from ses_email_auth.zone.view import ZoneView

_MTA_STS = "_mta-sts."
_TLS_RPT = "_smtp._tls."
# Names that people take for the right ones, and how the records begin there.
_NEARLY_MTA_STS = ("mta-sts.", "_mta_sts.", "_mtasts.", "_sts.")
_NEARLY_TLS_RPT = ("_tls._smtp.", "smtp._tls.", "_smtp.tls.", "_smtp-tls.", "_smtp_tls.", "_tls.", "_tlsrpt.")


def _text_faults(
    texts: Iterable[TextInView],
    *,
    kind: str,
    begin: str,
    is_one: Callable[[str], bool],
    parse: Callable[[str], object],
    effect: str,
) -> Iterator[Fault]:
    """What receivers pass over at these names, and why.

    Args:
        texts: the TXT values at names of this kind.
        kind: what the record is called, with its article.
        begin: how it begins.
        is_one: whether receivers take a text as a record of the kind.
        parse: reads a text, or raises a `RecordSyntaxError`.
        effect: what receivers do with two records.
    """
    # By set: DNS never answers with texts of two, and one that two files tell of is no second record.
    sets: dict[int, list[TextInView]] = {}
    for text in texts:
        sets.setdefault(id(text.record), []).append(text)
    for group in sets.values():
        name = group[0].name
        records = [text for text in group if is_one(text.text)]
        if len(records) > 1:
            yield Fault(
                where=f"{name} TXT",
                message=f"{name} has {len(records)} {kind.split()[1]} records; {effect}",
                fix="keep one of them",
                records=tuple(records),
            )
        elif records:
            yield from _syntax(records[0], parse)
        elif not any(_holds_hidden(text.record) for text in group):
            yield Fault(
                where=group[0].where,
                message=f"{shown(group[0].text)} is not {kind} record: it does not begin with {begin!r}, and is passed over",
                fix=_begin(group[0].text, begin),
            )


def _begin(text: str, begin: str) -> str:
    if text.startswith(('"', "'")) and begin in text:
        return without_quotes(text)
    return f"begin it with {begin!r}, case and spaces included, or remove it"


def _syntax(text: TextInView, parse: Callable[[str], object]) -> Iterator[Fault]:
    try:
        parse(text.text)
    except RecordSyntaxError as error:
        yield Fault(
            where=text.where, message=f"{shown(text.text)}: {message_of(error)}", fix="correct it, or remove the record"
        )


def _holds_hidden(record: RecordInView) -> bool:
    return any(map(is_hidden, record.values))


def _misplaced(
    view: ZoneView, prefixes: tuple[str, ...], is_one: Callable[[str], bool], right: str, kind: str
) -> Iterator[Fault]:
    """Records of a domain that has none at the right name; where there is one, a CNAME of another zone may lead here."""
    for text in view.texts:
        if not text.name.text.startswith(prefixes) or not is_one(text.text) or not text.name.is_known:
            continue
        prefix = next(prefix for prefix in prefixes if text.name.text.startswith(prefix))
        domain = text.name.text.removeprefix(prefix)
        if not view.all_at(DomainName(f"{right}{domain}")):
            yield Fault(
                where=text.where,
                message=f"{text.name} holds {kind} record; senders look at {right}{domain} only",
                fix=f"move it to {right}{domain}",
            )


def _below(view: ZoneView, prefix: str) -> list[TextInView]:
    return [text for text in view.texts if text.name.text.startswith(prefix)]


def _domains(view: ZoneView, prefix: str) -> Iterator[DomainName]:
    """The domains of a whole zone that have a record of this kind, good or bad; those in other zones are left out."""
    for name in dict.fromkeys(text.name for text in _below(view, prefix)):
        if name.is_known and not view.is_delegated(name):
            yield DomainName(name.text.removeprefix(prefix))


@rule(
    id="mta-sts-syntax",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="Senders pass over an MTA-STS record that they cannot read, and over two of them: MTA-STS is off.",
    reference="RFC 8461 section 3.1",
    example='_mta-sts.example.com. 600 IN TXT "v=STSv1; id=2026-11-24"',
)
def mta_sts_syntax(view: ZoneView) -> Iterator[Fault]:
    yield from _text_faults(
        _below(view, _MTA_STS),
        kind="an MTA-STS",
        begin="v=STSv1;",
        is_one=MtaStsRecord.is_mta_sts,
        parse=MtaStsRecord.parse,
        effect="senders act as if there were none",
    )
    yield from _misplaced(view, _NEARLY_MTA_STS, MtaStsRecord.is_mta_sts, _MTA_STS, "an MTA-STS")


@rule(
    id="mta-sts-no-host",
    severity=Severity.WARNING,
    need=Need.ABSENCE,
    reason="The record only says that there is a policy; the policy itself is fetched from the host mta-sts of the domain.",
    reference="RFC 8461 section 3.3",
    example="example.com. 600 IN SOA ns.example.net. admin.example.com. 1 7200 900 1209600 300\n"
    '_mta-sts.example.com. 600 IN TXT "v=STSv1; id=20261124;"',
)
def mta_sts_no_host(view: ZoneView) -> Iterator[Fault]:
    for domain in _domains(view, _MTA_STS):
        host = DomainName(f"mta-sts.{domain}")
        if view.is_delegated(host) or view.answers(host, RecordType.A, RecordType.AAAA, RecordType.CNAME):
            continue
        yield Fault(
            where=f"_mta-sts.{domain} TXT",
            message=f"{host} has no address, so senders find no policy at https://{host}/.well-known/mta-sts.txt",
            fix=f"publish {host} and serve the policy there, or remove the record",
        )


@rule(
    id="tls-rpt-syntax",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="Senders pass over a TLS-RPT record that they cannot read, and over two of them: no report is sent.",
    reference="RFC 8460 section 3",
    example='_smtp._tls.example.com. 600 IN TXT "v=TLSRPTv1; rua=tls-reports@example.com"',
)
def tls_rpt_syntax(view: ZoneView) -> Iterator[Fault]:
    yield from _text_faults(
        _below(view, _TLS_RPT),
        kind="a TLS-RPT",
        begin="v=TLSRPTv1;",
        is_one=TlsRptRecord.is_tls_rpt,
        parse=TlsRptRecord.parse,
        effect="senders act as if there were none",
    )
    yield from _misplaced(view, _NEARLY_TLS_RPT, TlsRptRecord.is_tls_rpt, _TLS_RPT, "a TLS-RPT")


@rule(
    id="tls-rpt-no-mx",
    severity=Severity.INFO,
    need=Need.ABSENCE,
    reason="TLS reports are about mail to a domain; a domain that takes none gets no report.",
    reference="RFC 8460 section 3",
    example="example.com. 600 IN SOA ns.example.net. admin.example.com. 1 7200 900 1209600 300\n"
    '_smtp._tls.example.com. 600 IN TXT "v=TLSRPTv1; rua=mailto:tls-reports@example.com"',
)
def tls_rpt_no_mx(view: ZoneView) -> Iterator[Fault]:
    for domain in _domains(view, _TLS_RPT):
        if not view.is_delegated(domain) and not view.answers(domain, RecordType.MX):
            yield Fault(
                where=f"_smtp._tls.{domain} TXT",
                message=f"{domain} has no MX; reports tell of mail that is sent to a domain, so there will be none",
            )


def _texts(view: ZoneView) -> list[TextInView]:
    return [text for text in view.texts if "._bimi." in text.name.text]


@rule(
    id="bimi-syntax",
    severity=Severity.WARNING,
    need=Need.RECORD,
    reason="Receivers show no logo for a BIMI record that they cannot read; the mail itself is not harmed.",
    reference="draft-brand-indicators-for-message-identification-14 section 4.3",
    example='default._bimi.example.com. 600 IN TXT "v=BIMI1; l=http://example.com/logo.svg"',
)
def bimi_syntax(view: ZoneView) -> Iterator[Fault]:
    yield from _text_faults(
        _texts(view),
        kind="a BIMI",
        begin="v=BIMI1;",
        is_one=BimiRecord.is_bimi,
        parse=BimiRecord.parse,
        effect="receivers show no logo",
    )
    for text in view.texts:
        if text.name.text.startswith("_bimi.") and BimiRecord.is_bimi(text.text):
            yield Fault(
                where=text.where,
                message=f"{shown(text.text)} is a BIMI record without a selector; receivers look at default.{text.name}",
                fix=f"move it to default.{text.name}",
            )


_FULL = 100


@rule(
    id="bimi-needs-dmarc",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    reason="Logos are shown only for domains whose DMARC policy is quarantine or reject for all mail and all subdomains.",
    reference="draft-brand-indicators-for-message-identification-14 section 7.1",
    example='default._bimi.example.com. 600 IN TXT "v=BIMI1; l=https://example.com/logo.svg"\n'
    '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"',
)
def bimi_needs_dmarc(view: ZoneView) -> Iterator[Fault]:
    known: dict[DomainName | None, tuple[DmarcRecord, TextInView | None]]
    known = {name: (record, None) for name, record in view.dmarc_elsewhere.items()}
    known |= {
        entry.domain: (entry.record, entry.source)
        for entry in view.dmarc
        if entry.record is not None and entry.source.set_identifier is None
    }
    for text in _texts(view):
        if not _shows_logo(text.text):
            continue
        domain = DomainName(text.name.text.partition("._bimi.")[2])
        for name in dict.fromkeys((domain, domain.organizational)):
            record, source = known.get(name, (None, None))
            faults = [] if record is None else list(_too_weak(record))
            if faults:
                yield Fault(
                    where=text.where,
                    message=f"receivers show no logo for {domain} while the DMARC record of {name} says {', '.join(faults)}",
                    fix="publish p=quarantine or p=reject, for subdomains too and for all mail",
                    records=(text.record,) if source is None else (text.record, source),
                )


def _shows_logo(text: str) -> bool:
    try:
        return BimiRecord.is_bimi(text) and not BimiRecord.parse(text).declines
    except RecordSyntaxError:
        return False


def _too_weak(record: DmarcRecord) -> Iterator[str]:
    """Section 7.1; it does not speak of t=y, which applies the policies one level down."""
    if record.effective_policy is DmarcPolicy.NONE:
        yield "p=none"
    if record.subdomain_policy is DmarcPolicy.NONE:
        yield "sp=none"
    if record.effective_policy is DmarcPolicy.QUARANTINE and record.pct is not None and record.pct < _FULL:
        yield f"pct={record.pct}"
    if record.effective_testing:
        yield "t=y"
