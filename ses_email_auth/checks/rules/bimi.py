"""Rules on BIMI records (draft-brand-indicators-for-message-identification-14). Mail is delivered whatever they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.record_text import text_faults
from ses_email_auth.checks.rules.shown import shown
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.records.bimi import BimiRecord
from ses_email_auth.records.dmarc import DmarcPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.seen import RecordInView
    from ses_email_auth.checks.zone_view import TextInView, ZoneView
    from ses_email_auth.records.dmarc import DmarcRecord

__all__ = ["BIMI_RULES"]

_FULL = 100


def _texts(view: ZoneView) -> list[TextInView]:
    return [text for text in view.texts if "._bimi." in text.name.text]


def _bimi_syntax(view: ZoneView) -> Iterator[Fault]:
    yield from text_faults(
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


def _bimi_needs_dmarc(view: ZoneView) -> Iterator[Fault]:
    known: dict[DomainName | None, tuple[DmarcRecord, RecordInView | None]]
    known = {name: (record, None) for name, record in view.dmarc_elsewhere.items()}
    known |= {
        entry.domain: (entry.record, entry.source.record)
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
    """Section 7.1; it does not speak of t=y, which applies each policy one level down."""
    if record.effective_policy is DmarcPolicy.NONE:
        yield "p=none"
    if record.subdomain_policy is DmarcPolicy.NONE:
        yield "sp=none"
    if record.effective_policy is DmarcPolicy.QUARANTINE and record.pct is not None and record.pct < _FULL:
        yield f"pct={record.pct}"
    if record.effective_testing:
        yield "t=y"


BIMI_RULES = (
    Rule(
        id="bimi-syntax",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="Receivers show no logo for a BIMI record that they cannot read; the mail itself is not harmed.",
        reference="draft-brand-indicators-for-message-identification-14 section 4.3",
        faults=_bimi_syntax,
        example='default._bimi.example.com. 600 IN TXT "v=BIMI1; l=http://example.com/logo.svg"',
    ),
    Rule(
        id="bimi-needs-dmarc",
        severity=Severity.WARNING,
        need=Need.RECORDS,
        reason="Logos are shown only for domains whose DMARC policy is quarantine or reject for all mail and all subdomains.",
        reference="draft-brand-indicators-for-message-identification-14 section 7.1",
        faults=_bimi_needs_dmarc,
        example=(
            'default._bimi.example.com. 600 IN TXT "v=BIMI1; l=https://example.com/logo.svg"\n'
            '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"'
        ),
    ),
)
