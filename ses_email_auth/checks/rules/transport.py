"""Rules on MTA-STS and TLS-RPT records (RFC 8461 section 3.1, RFC 8460 section 3).

A CNAME alone at `_mta-sts` or `_smtp._tls` is fine: somebody hosts the record. Not handled: the policy file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.record_text import text_faults
from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.mta_sts import MtaStsRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.tls_rpt import TlsRptRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ses_email_auth.checks.zone_view import TextInView, ZoneView

__all__ = ["TRANSPORT_RULES"]

_MTA_STS = "_mta-sts."
_TLS_RPT = "_smtp._tls."
# Names that people take for the right ones, and how the records begin there.
_NEARLY_MTA_STS = ("mta-sts.", "_mta_sts.", "_mtasts.", "_sts.")
_NEARLY_TLS_RPT = ("_tls._smtp.", "smtp._tls.", "_smtp.tls.", "_smtp-tls.", "_smtp_tls.", "_tls.", "_tlsrpt.")


def _mta_sts_syntax(view: ZoneView) -> Iterator[Fault]:
    yield from text_faults(
        _below(view, _MTA_STS),
        kind="an MTA-STS",
        begin="v=STSv1;",
        is_one=MtaStsRecord.is_mta_sts,
        parse=MtaStsRecord.parse,
        effect="senders act as if there were none",
    )
    yield from _misplaced(view, _NEARLY_MTA_STS, MtaStsRecord.is_mta_sts, _MTA_STS, "an MTA-STS")


def _tls_rpt_syntax(view: ZoneView) -> Iterator[Fault]:
    yield from text_faults(
        _below(view, _TLS_RPT),
        kind="a TLS-RPT",
        begin="v=TLSRPTv1;",
        is_one=TlsRptRecord.is_tls_rpt,
        parse=TlsRptRecord.parse,
        effect="senders act as if there were none",
    )
    yield from _misplaced(view, _NEARLY_TLS_RPT, TlsRptRecord.is_tls_rpt, _TLS_RPT, "a TLS-RPT")


def _misplaced(
    view: ZoneView, prefixes: tuple[str, ...], is_one: Callable[[str], bool], right: str, kind: str
) -> Iterator[Fault]:
    """Records of a domain that has none at the right name; where there is one, a CNAME of another zone may lead here."""
    for text in view.texts:
        if not text.name.text.startswith(prefixes) or not is_one(text.text) or not text.name.is_known:
            continue
        prefix = next(each for each in prefixes if text.name.text.startswith(each))
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
    if view.complete:
        for name in dict.fromkeys(text.name for text in _below(view, prefix)):
            if name.is_known and not view.is_delegated(name):
                yield DomainName(name.text.removeprefix(prefix))


def _mta_sts_no_host(view: ZoneView) -> Iterator[Fault]:
    for domain in _domains(view, _MTA_STS):
        host = DomainName(f"mta-sts.{domain}")
        if view.is_delegated(host) or view.answers(host, RecordType.A, RecordType.AAAA, RecordType.CNAME):
            continue
        yield Fault(
            where=f"_mta-sts.{domain} TXT",
            message=f"{host} has no address, so senders find no policy at https://{host}/.well-known/mta-sts.txt",
            fix=f"publish {host} and serve the policy there, or remove the record",
        )


def _tls_rpt_no_mx(view: ZoneView) -> Iterator[Fault]:
    for domain in _domains(view, _TLS_RPT):
        if not view.is_delegated(domain) and not view.answers(domain, RecordType.MX):
            yield Fault(
                where=f"_smtp._tls.{domain} TXT",
                message=f"{domain} has no MX; reports tell of mail that is sent to a domain, so there will be none",
            )


TRANSPORT_RULES = (
    Rule(
        id="mta-sts-syntax",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="Senders pass over an MTA-STS record that they cannot read, and over two of them: MTA-STS is off.",
        reference="RFC 8461 section 3.1",
        faults=_mta_sts_syntax,
        example='_mta-sts.example.com. 600 IN TXT "v=STSv1; id=2026-11-24"',
    ),
    Rule(
        id="mta-sts-no-host",
        severity=Severity.WARNING,
        need=Need.ABSENCE,
        reason="The record only says that there is a policy; the policy itself is fetched from the host mta-sts of the domain.",
        reference="RFC 8461 section 3.3",
        faults=_mta_sts_no_host,
        example=(
            "example.com. 600 IN SOA ns.example.net. admin.example.com. 1 7200 900 1209600 300\n"
            '_mta-sts.example.com. 600 IN TXT "v=STSv1; id=20261124;"'
        ),
    ),
    Rule(
        id="tls-rpt-syntax",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="Senders pass over a TLS-RPT record that they cannot read, and over two of them: no report is sent.",
        reference="RFC 8460 section 3",
        faults=_tls_rpt_syntax,
        example='_smtp._tls.example.com. 600 IN TXT "v=TLSRPTv1; rua=tls-reports@example.com"',
    ),
    Rule(
        id="tls-rpt-no-mx",
        severity=Severity.INFO,
        need=Need.ABSENCE,
        reason="TLS reports are about mail to a domain; a domain that takes none gets no report.",
        reference="RFC 8460 section 3",
        faults=_tls_rpt_no_mx,
        example=(
            "example.com. 600 IN SOA ns.example.net. admin.example.com. 1 7200 900 1209600 300\n"
            '_smtp._tls.example.com. 600 IN TXT "v=TLSRPTv1; rua=mailto:tls-reports@example.com"'
        ),
    ),
)
