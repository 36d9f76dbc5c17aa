"""Rules on what an SPF record does as a whole, and on domains that need one (RFC 7208 sections 2.4, 3.2, 4.5, 4.6.4, 5.1, 5.2
and 6.1; Amazon SES developer guide, "Using a custom MAIL FROM domain").

Receivers check the MAIL FROM domain; carriers in Japan check the From domain too.

Not handled: records that stand in no file in view, apart from the spelling of their names.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import ONE_SLIP_FROM, is_label_slip, shown, slips_between
from ses_email_auth.checks.rules.zone import doubled_suffixes, undoubled
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import A, All, Include, Ip4, Ip6, Mx, Redirect, SpfQualifier, SpfRecord
from ses_email_auth.ses.hosts import SPF_INCLUDE, is_easy_dkim_target
from ses_email_auth.zone.declared import DeclaredRecordSet
from ses_email_auth.zone.known_includes import CHECKED, KNOWN_INCLUDES, WRONG_SES_INCLUDES
from ses_email_auth.zone.spf_walk import LOOP_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.records.spf import Mechanism
    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.spf_walk import Cost, Lead, SpfInView
    from ses_email_auth.zone.texts import InView, PartInView, TextInView
    from ses_email_auth.zone.view import ZoneView

_FEW = 5  # texts that are merged for a fix, and names of a loop that are shown
_SHOWN = 255


@rule(
    id="spf-multiple",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    for_constructs=True,
    reason="Two SPF records at one name are a permerror for all mail of that name.",
    reference="RFC 7208 section 4.5",
    example='example.com. 600 IN TXT "v=spf1 include:amazonses.com ~all"\n'
    'example.com. 600 IN TXT "v=spf1 include:_spf.google.com ~all"',
)
def spf_multiple(view: ZoneView) -> Iterator[Fault]:
    for name, texts in view.spf.items():
        if len(texts) == 1:
            continue
        # Two equal texts are one record in DNS (RFC 2181 section 5), and one alternative of a routing policy is the answer.
        counts = Counter(identifier for identifier, _ in dict.fromkeys((text.set_identifier, text.text) for text in texts))
        identifier, most = counts.most_common(1)[0]
        if most > 1:
            yield Fault(
                where=f"{name} TXT",
                message=f"{name} has {most} SPF records; receivers answer permerror and believe none",
                fix=_merged([text.text for text in texts if text.set_identifier == identifier]),
                records=texts,
            )


def _merged(texts: list[str]) -> str:
    """The fix: the one record that allows what they all allow, if there is one that can be shown."""
    try:
        first, *others = [SpfRecord.parse(text) for text in texts[:_FEW]]
        for other in others:
            first = first.merge(other)
    except EmailAuthError:  # one breaks the grammar, or two contradict
        return "merge them into one record"
    if len(texts) > _FEW or len(str(first)) > _SHOWN:
        return "merge them into one record"
    return f'merge them into one record: "{first}"'


@rule(
    id="spf-pass-all",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="+all and networks of length 0 authorize every sender of the world; receivers treat it as a sign of spam.",
    reference="RFC 7208 section 5.1",
    example='example.com. 600 IN TXT "v=spf1 +all"',
)
def spf_pass_all(view: ZoneView) -> Iterator[Fault]:
    for entry in view.spf_records:
        for mechanism in entry.reached:
            if mechanism.qualifier is SpfQualifier.PASS and _is_every_host(mechanism):
                yield Fault(
                    where=entry.where,
                    message=f"{_shown(mechanism)} lets every host of the internet send as the domain",
                    fix="use ~all or -all" if isinstance(mechanism, All) else "name the addresses that really send",
                )


def _shown(mechanism: Mechanism) -> str:
    """A mechanism that passes, as it would be written in full."""
    text = f"+{mechanism}"
    return text if len(text) <= _SHOWN else shown(text)


def _is_every_host(mechanism: Mechanism) -> bool:
    if isinstance(mechanism, Ip4 | Ip6):
        return mechanism.prefix_length == 0
    return isinstance(mechanism, All) or (isinstance(mechanism, A | Mx) and 0 in (mechanism.ip4_length, mechanism.ip6_length))


_MAX_LOOKUPS = 10
_NEARLY_MAX = 9
_FEWER = "drop includes that nobody sends through any more, or send from a subdomain"


@rule(
    id="spf-too-many-lookups",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    for_constructs=True,
    reason="More than 10 lookups are a permerror. What is known of includes that are not in view gives a warning at most.",
    reference="RFC 7208 section 4.6.4",
    example='example.com. 600 IN TXT "v=spf1 include:a.example include:b.example include:c.example include:d.example '
    'include:e.example include:f.example include:g.example include:h.example a mx exists:i.example ~all"',
)
def spf_too_many_lookups(view: ZoneView) -> Iterator[Fault]:
    for name in view.spf:
        cost = view.spf_walk.costs.get(name)  # None: it cannot be read, or never ends
        if cost is not None and cost.estimated >= _NEARLY_MAX:
            yield replace(_lookup_fault(f"{name} TXT", cost), records=view.spf[name])


def _lookup_fault(where: str, cost: Cost) -> Fault:
    if cost.in_view > _MAX_LOOKUPS:
        needs = f"SPF needs {cost.in_view} DNS lookups or more"
        return Fault(where=where, message=f"{needs}; receivers stop at {_MAX_LOOKUPS} with permerror", fix=_FEWER)
    estimated = f"an estimated {cost.estimated} DNS lookups (table of known includes, {CHECKED})"
    if cost.estimated > _MAX_LOOKUPS:
        return Fault(
            where=where,
            message=f"SPF needs {estimated}; receivers stop at {_MAX_LOOKUPS} with permerror",
            fix=_FEWER,
            severity=Severity.WARNING,
        )
    needs = f"{cost.in_view} DNS lookups or more" if cost.in_view == cost.estimated else estimated
    return Fault(where=where, message=f"SPF needs {needs}, and {_MAX_LOOKUPS} are allowed", severity=Severity.INFO)


@rule(
    id="spf-include-loop",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    for_constructs=True,
    reason="Records that include each other never end; receivers give up with permerror after 10 lookups.",
    reference="RFC 7208 section 4.6.4",
    example='example.com. 600 IN TXT "v=spf1 include:_spf.example.com ~all"\n'
    '_spf.example.com. 600 IN TXT "v=spf1 include:example.com ~all"',
)
def spf_include_loop(view: ZoneView) -> Iterator[Fault]:
    loops = view.spf_walk.loops
    reported: set[DomainName] = set()
    for name in view.spf if loops else ():
        if name not in loops or name in reported:
            continue
        loop = loops[name]
        if name in loop:
            reported.update(loop)
            if len(loop) < LOOP_KEPT and min(loop) not in view.spf:
                continue  # the zone of that name says it
        steps = [*map(str, loop[:_FEW]), "..." if len(loop) > _FEW else str(loop[0])]
        yield Fault(
            where=f"{name} TXT",
            message=f"the includes of {name} {'go round' if name in loop else 'lead into a loop'}: {' -> '.join(steps)}; "
            f"whoever is not allowed before gets permerror",
            fix=f"take the include of {loop[0]} out of {loop[-1] if len(loop) <= _FEW else 'the loop'}",
            records=tuple(text for step in dict.fromkeys((name, *loop[:_FEW])) for text in _spf_texts(view, step)[:_FEW]),
        )


def _spf_texts(view: ZoneView, name: DomainName) -> list[TextInView]:
    """The SPF records at a name, of this zone or of another in view."""
    zone = None if name in view.spf else view.zone_of(name)
    return list(view.spf[name]) if zone is None else [entry.source for entry in zone.spf_at(name)]


@rule(
    id="spf-include-no-spf",
    severity=Severity.ERROR,
    need=Need.TARGET,
    for_constructs=True,
    reason="An include or redirect of a name without an SPF record is a permerror.",
    reference="RFC 7208 section 5.2",
    example="example.com. 600 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
    'example.com. 600 IN TXT "v=spf1 include:_spf.example.com ~all"',
)
def spf_include_no_spf(view: ZoneView) -> Iterator[Fault]:
    for entry in view.spf_records:
        for name, term in {lead.name: lead.term for lead in entry.leads if lead.name is not None}.items():
            if has_no_spf(view, name):
                yield Fault(
                    where=entry.where,
                    message=f"{name} has no SPF record, so receivers answer permerror when they come to {shown(str(term))}",
                    fix=f"publish an SPF record at {name}, or take the term out",
                )


def has_no_spf(view: ZoneView, name: DomainName) -> bool:
    """Whether DNS answers with no SPF record at a name: its zone is whole in view, this one or another."""
    zone = view.whole_zone_of(name)
    if zone is None:
        return False
    answer = zone.answers(name, RecordType.TXT, RecordType.CNAME)
    if any(record.type is RecordType.CNAME or may_be_spf(record) for record in answer):
        return False
    return not is_moved(zone, name)


def may_be_spf(record: RecordInView) -> bool:
    """Whether a TXT set holds an SPF record, or what cannot be read here: an alias, a token."""
    return not record.values or any(
        isinstance(value, KnownAfterDeploy) or holds_token(text) or SpfRecord.is_spf(text)
        for value, text in zip(record.values, record.texts, strict=True)
    )


def is_moved(view: ZoneView, name: DomainName) -> bool:
    """Whether a DNAME above the name leads elsewhere (RFC 6672)."""
    above = name.parent
    while above is not None:
        if any(record.place.endswith(" DNAME") for record in view.all_at(above)):
            return True
        above = above.parent
    return False


@rule(
    id="spf-include-typo",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="A misspelt include allows nobody, or whoever buys that name, and is a permerror while it has no SPF record.",
    reference="RFC 7208 section 5.2",
    example='example.com. 600 IN TXT "v=spf1 include:amazonse.com ~all"',
)
def spf_include_typo(view: ZoneView) -> Iterator[Fault]:
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


_MOST_SLIPS = 2
_DIGITS = re.compile(r"\d+")
_SES_HOST = re.compile(r"(?:feedback-smtp|inbound-smtp|email-smtp|email)\.[a-z0-9-]+\.amazon(?:ses|aws)\.com")


@functools.lru_cache(maxsize=4096)
def meant_include(host: str) -> str | None:
    """The known include that `host` was meant to be; None if it is known, or nothing says that it is wrong."""
    if host in KNOWN_INCLUDES:
        return None
    if host in WRONG_SES_INCLUDES or _SES_HOST.fullmatch(host):
        return SPF_INCLUDE
    letters = frozenset(host)
    for size in range(len(host) - _MOST_SLIPS, len(host) + _MOST_SLIPS + 1):
        for known, known_letters in _by_length().get(size, ()):
            # Each slip adds and removes one letter at most, so that most hosts need no closer look.
            if len(letters ^ known_letters) <= 2 * _MOST_SLIPS and _is_slip(host, known):
                return known
    return None


@functools.cache
def _by_length() -> dict[int, tuple[tuple[str, frozenset[str]], ...]]:
    by_length: dict[int, tuple[tuple[str, frozenset[str]], ...]] = {}
    for known in KNOWN_INCLUDES:
        by_length[len(known)] = (*by_length.get(len(known), ()), (known, frozenset(known)))
    return by_length


def _is_slip(host: str, known: str) -> bool:
    if _DIGITS.sub("", host) == _DIGITS.sub("", known):
        return False
    slips = slips_between(host, known)
    if slips > _MOST_SLIPS:
        return False
    labels, known_labels = host.split("."), known.split(".")
    if len(labels) != len(known_labels):  # a dot too few or too many
        return slips == 1
    if labels[-2:] == known_labels[-2:] and labels[0] != known_labels[0]:  # spfd.protection.outlook.com exists
        return False
    pairs = [(label, known_label) for label, known_label in zip(labels, known_labels, strict=True) if label != known_label]
    if labels[:-1] == known_labels[:-1]:
        return slips == 1 and len(known_labels[-2]) >= ONE_SLIP_FROM
    return all(is_label_slip(label, known_label, slips) for label, known_label in pairs)


def _is_own(view: ZoneView, entry: SpfInView, host: DomainName | None) -> bool:
    """Whether the author of the record owns the host, and knows how it is spelt."""
    if host is None:
        return False
    if host in view.spf or view.zone_of(host) is not None:
        return True
    owned = entry.name.organizational
    return owned is not None and host.is_at_or_below(owned) is True


_VALUE = f'"v=spf1 include:{SPF_INCLUDE} ~all"'
_MOST_STEPS = 20  # more than ten lookups are a permerror anyway


@rule(
    id="spf-amazonses-at-mail-from-missing",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="Receivers check SPF at the MAIL FROM domain; without SES in its record everything that SES sends fails there.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
    example="bounce.example.com. 600 IN MX 10 feedback-smtp.ap-northeast-1.amazonses.com.\n"
    'bounce.example.com. 600 IN TXT "v=spf1 -all"',
)
def spf_amazonses_at_mail_from_missing(view: ZoneView) -> Iterator[Fault]:
    entries: dict[DomainName, list[SpfInView]] = {}
    for entry in view.spf_records if view.mail_from_mx else ():
        entries.setdefault(entry.name, []).append(entry)
    for name in _mail_from_domains(view):
        sets = view.at(name, RecordType.TXT)
        if name in entries:
            yield from _lacking(view, name, entries, view.at(name, RecordType.MX))
        elif sets and not any(map(may_be_spf, sets)):
            yield _without_spf(view, name, RecordType.TXT)


@spf_amazonses_at_mail_from_missing.also(need=Need.ABSENCE)
def _amazonses_missing_without_txt(view: ZoneView) -> Iterator[Fault]:
    for name in _mail_from_domains(view):
        if not view.at(name, RecordType.TXT):
            yield _without_spf(view, name, RecordType.MX)


def _mail_from_domains(view: ZoneView) -> Iterator[DomainName]:
    """The MAIL FROM domains of the zone, but those about which cname-beside-data and name-doubled speak."""
    for name in view.mail_from_mx:
        is_here = name.is_known and not view.is_delegated(name)
        if is_here and not view.at(name, RecordType.CNAME) and not _is_doubled(view, name):
            yield name


def _without_spf(view: ZoneView, name: DomainName, at: RecordType) -> Fault:
    return Fault(
        where=f"{name} {at.value}",
        message=f"{name} is a MAIL FROM domain of SES and has no SPF record, so nothing that SES sends passes SPF",
        fix=f"publish TXT {_VALUE} at {name}",
        records=(*view.at(name, RecordType.MX), *view.at(name, RecordType.TXT)),
    )


def _is_doubled(view: ZoneView, name: DomainName) -> bool:
    is_declared = any(isinstance(record, DeclaredRecordSet) for record in view.at(name, RecordType.MX))
    return is_declared and undoubled(name.text, doubled_suffixes(view)) is not None


def _lacking(
    view: ZoneView, name: DomainName, entries: Mapping[DomainName, list[SpfInView]], feedback: tuple[RecordInView, ...]
) -> Iterator[Fault]:
    records: tuple[InView | PartInView, ...] = (*feedback, *(entry.source for entry in entries[name]))
    allowed = [_allows_ses(view, entry, entries) for entry in entries[name]]
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


def _allows_ses(view: ZoneView, entry: SpfInView, entries: Mapping[DomainName, list[SpfInView]]) -> bool | None:
    """Whether the record allows SES, or may; None if it lists addresses, which can be those of SES."""
    pending, met, lists_addresses = [(view, entry)], {entry.name}, False
    while pending:
        there, here = pending.pop()
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
            found = () if lead.name is None else _led_to(view, there, lead.name, entries)
            if lead.name is not None and found:
                pending += () if lead.name in met else found
                met.add(lead.name)
            elif not _is_without_ses(lead):
                return True
    return None if lists_addresses else False


def _led_to(
    view: ZoneView, there: ZoneView, name: DomainName, entries: Mapping[DomainName, list[SpfInView]]
) -> tuple[tuple[ZoneView, SpfInView], ...]:
    """The SPF records at a name to which one of the zone `there` leads, and their zone; `entries` are those of `view`."""
    if there is view and name in entries:
        return tuple((view, entry) for entry in entries[name])
    zone = there.zone_of(name)
    return () if zone is None or zone is view else tuple((zone, entry) for entry in zone.spf_at(name))


def _is_without_ses(lead: Lead) -> bool:
    """Whether the record that the term leads to is known, and holds nothing of SES."""
    return lead.host != SPF_INCLUDE and KNOWN_INCLUDES.get(lead.host) is not None


@rule(
    id="from-spf-missing",
    severity=Severity.INFO,
    need=Need.ABSENCE,
    reason="Carriers in Japan look for SPF at the From domain, where the record of the MAIL FROM domain does not count.",
    reference="RFC 7208 section 2.4",
    example="example.com. 600 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
    "a._domainkey.example.com. 600 IN CNAME a.dkim.amazonses.com.\n"
    "b._domainkey.example.com. 600 IN CNAME b.dkim.amazonses.com.\n"
    "c._domainkey.example.com. 600 IN CNAME c.dkim.amazonses.com.",
)
def from_spf_missing(view: ZoneView) -> Iterator[Fault]:
    zone = view.zone
    if zone is None:
        return
    missing = [
        domain for domain in sorted(view.ses_senders) if domain.is_at_or_below(zone) is True and has_no_spf(view, domain)
    ]
    records = _records_by_sender(view) if missing else {}
    for domain in missing:
        yield Fault(
            where=f"{domain} TXT",
            message=f"{domain} sends through SES and has no SPF record; carriers in Japan check the From domain too",
            fix=f"publish TXT {_VALUE} at {domain}",
            records=tuple(records.get(domain.text, ())),
        )


def _records_by_sender(view: ZoneView) -> dict[str, list[InView]]:
    """What makes a domain a sender: its identities, and its Easy DKIM records."""
    records: dict[str, list[InView]] = {}
    for identity in view.identities:
        if identity.domain is not None:
            records.setdefault(identity.domain.text, []).append(identity)
    for record in view.sets(RecordType.CNAME):
        if isinstance(record.name, DomainName) and record.texts and is_easy_dkim_target(record.texts[0]):
            records.setdefault(record.name.text.partition("._domainkey.")[2], []).append(record)
    return records
