"""Rules on SPF records (RFC 7208 sections 3.2, 4.5, 4.6.4, 5.1)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import InvalidDomainName, RecordSyntaxError
from ses_email_auth.records.spf import A, All, Include, Ip4, Ip6, Mx, SpfQualifier, SpfRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.records.spf import Mechanism

__all__ = ["SPF_RULES"]

_MAX_LOOKUPS = 10
_NEARLY_MAX = 9
_ENDLESS = 100


def _records(view: ZoneView) -> Iterator[tuple[DomainName, SpfRecord]]:
    for name, texts in view.spf.items():
        for text in texts:
            try:
                yield name, SpfRecord.parse(text.text)
            except RecordSyntaxError:
                continue


def _spf_multiple(view: ZoneView) -> Iterator[Fault]:
    for name, texts in view.spf.items():
        most = max(Counter(text.set_identifier for text in texts).values())
        if most > 1:
            yield Fault(
                where=f"{name} TXT",
                message=f"{name} has {most} SPF records; receivers answer permerror and believe none",
                fix="merge them into one: spf_includes=[...] or spf=SpfRecord.parse(...)",
            )


def _spf_pass_all(view: ZoneView) -> Iterator[Fault]:
    for name, record in _records(view):
        for mechanism in _reached(record):
            if mechanism.qualifier is SpfQualifier.PASS and _is_everybody(mechanism):
                yield Fault(
                    where=f"{name} TXT",
                    message=f"+{mechanism} lets every host of the internet send as the domain",
                    fix="use ~all or -all" if isinstance(mechanism, All) else "name the addresses that really send",
                )


def _is_everybody(mechanism: Mechanism) -> bool:
    if isinstance(mechanism, Ip4 | Ip6):
        return mechanism.prefix_length == 0
    return isinstance(mechanism, All) or (isinstance(mechanism, A | Mx) and 0 in (mechanism.ip4_length, mechanism.ip6_length))


def _reached(record: SpfRecord) -> Iterator[Mechanism]:
    """The mechanisms that receivers come to; those behind `all` are void (RFC 7208 section 5.1)."""
    for mechanism in record.mechanisms:
        yield mechanism
        if isinstance(mechanism, All):
            return


def _spf_lookups(view: ZoneView) -> Iterator[Fault]:
    records = dict(_records(view))
    for name in records:
        lookups = _lookups(name, records)
        if lookups < _NEARLY_MAX:
            continue
        over = lookups > _MAX_LOOKUPS
        yield Fault(
            where=f"{name} TXT",
            message=(
                f"SPF needs {lookups} DNS lookups or more; receivers stop at {_MAX_LOOKUPS} with permerror"
                if over
                else f"SPF needs {lookups} DNS lookups or more, and {_MAX_LOOKUPS} are allowed"
            ),
            fix="drop includes that nobody sends through any more, or send from a subdomain" if over else "",
            severity=Severity.ERROR if over else Severity.INFO,
        )


def _lookups(name: DomainName, records: dict[DomainName, SpfRecord]) -> int:
    """The lookups of a record and of what it includes, as far as that is in view; a loop counts up to `_ENDLESS`."""
    total, ahead = 0, [name]
    while ahead and total < _ENDLESS:
        record = records[ahead.pop()]
        total += record.dns_lookups
        ahead.extend(target for target in _targets(record) if target in records)
    return total


def _targets(record: SpfRecord) -> Iterator[DomainName]:
    specs = [mechanism.domain for mechanism in _reached(record) if isinstance(mechanism, Include)]
    if record.redirect is not None and record.all_qualifier is None:  # RFC 7208 section 6.1: void beside `all`
        specs.append(record.redirect)
    for spec in specs:
        try:
            yield DomainName(spec)
        except InvalidDomainName:  # a macro, or a name that no zone of ours can hold
            continue


SPF_RULES = (
    Rule(
        id="spf-multiple",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="Two SPF records at one name are a permerror for all mail of that name.",
        reference="RFC 7208 section 4.5",
        faults=_spf_multiple,
    ),
    Rule(
        id="spf-pass-all",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="+all and networks of length 0 authorize every sender of the world; receivers treat it as a sign of spam.",
        reference="RFC 7208 section 5.1",
        faults=_spf_pass_all,
    ),
    Rule(
        id="spf-too-many-lookups",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="More than 10 lookups are a permerror. Only includes whose records are in view are followed.",
        reference="RFC 7208 section 4.6.4",
        faults=_spf_lookups,
    ),
)
