"""Rules on what makes an SPF record worthless as a whole (RFC 7208 sections 3.2, 4.5, 4.6.4, 5.1, 5.2)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.known_includes import CHECKED
from ses_email_auth.checks.rules.shown import shown
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.spf import A, All, Ip4, Ip6, Mx, SpfQualifier, SpfRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.spf_walk import Cost
    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.spf import Mechanism

__all__ = ["SPF_RULES"]

_MAX_LOOKUPS = 10
_NEARLY_MAX = 9
_FEW = 5  # texts that are merged for a fix, and names of a loop that are shown
_SHOWN = 255
_FEWER = "drop includes that nobody sends through any more, or send from a subdomain"


def _spf_multiple(view: ZoneView) -> Iterator[Fault]:
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
                records=tuple({id(text.record): text.record for text in texts}.values()),
            )


def _merged(texts: list[str]) -> str:
    """The fix: the one record that allows what they all allow, if there is one that can be shown."""
    try:
        first, *others = [SpfRecord.parse(text) for text in texts[:_FEW]]
        for other in others:
            first = first.merge(other)
    except EmailAuthError:  # one breaks the grammar, or they contradict each other
        return "merge them into one record"
    if len(texts) > _FEW or len(str(first)) > _SHOWN:
        return "merge them into one record"
    return f'merge them into one record: "{first}"'


def _spf_pass_all(view: ZoneView) -> Iterator[Fault]:
    for entry in view.spf_records:
        for mechanism in entry.reached:
            if mechanism.qualifier is SpfQualifier.PASS and _is_everybody(mechanism):
                yield Fault(
                    where=entry.where,
                    message=f"{_shown(mechanism)} lets every host of the internet send as the domain",
                    fix="use ~all or -all" if isinstance(mechanism, All) else "name the addresses that really send",
                )


def _shown(mechanism: Mechanism) -> str:
    """A mechanism that passes, as it would be written in full."""
    text = f"+{mechanism}"
    return text if len(text) <= _SHOWN else shown(text)


def _is_everybody(mechanism: Mechanism) -> bool:
    if isinstance(mechanism, Ip4 | Ip6):
        return mechanism.prefix_length == 0
    return isinstance(mechanism, All) or (isinstance(mechanism, A | Mx) and 0 in (mechanism.ip4_length, mechanism.ip6_length))


def _spf_lookups(view: ZoneView) -> Iterator[Fault]:
    for name in view.spf:
        cost = view.spf_walk.costs.get(name)  # None: it cannot be read, or never ends
        if cost is not None and cost.estimated >= _NEARLY_MAX:
            yield _lookup_fault(f"{name} TXT", cost)


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


def _spf_include_loop(view: ZoneView) -> Iterator[Fault]:
    loops = view.spf_walk.loops
    said: set[DomainName] = set()
    for name in view.spf if loops else ():
        if name not in loops or name in said:
            continue
        loop = loops[name]
        if name in loop:
            said.update(loop)
        steps = [*map(str, loop[:_FEW]), "..." if len(loop) > _FEW else str(loop[0])]
        yield Fault(
            where=f"{name} TXT",
            message=f"the includes of {name} {'go round' if name in loop else 'lead into a loop'}: {' -> '.join(steps)}; "
            f"whoever is not allowed before gets permerror",
            fix=f"take the include of {loop[0]} out of {loop[-1] if len(loop) <= _FEW else 'the loop'}",
            records=tuple(text.record for each in dict.fromkeys((name, *loop[:_FEW])) for text in view.spf[each][:_FEW]),
        )


SPF_RULES = (
    Rule(
        id="spf-multiple",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="Two SPF records at one name are a permerror for all mail of that name.",
        reference="RFC 7208 section 4.5",
        faults=_spf_multiple,
        example='example.com. 600 IN TXT "v=spf1 include:amazonses.com ~all"\n'
        'example.com. 600 IN TXT "v=spf1 include:_spf.google.com ~all"',
    ),
    Rule(
        id="spf-pass-all",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="+all and networks of length 0 authorize every sender of the world; receivers treat it as a sign of spam.",
        reference="RFC 7208 section 5.1",
        faults=_spf_pass_all,
        example='example.com. 600 IN TXT "v=spf1 +all"',
    ),
    Rule(
        id="spf-too-many-lookups",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="More than 10 lookups are a permerror. What is known of includes that are not in view gives a warning at most.",
        reference="RFC 7208 section 4.6.4",
        faults=_spf_lookups,
        example='example.com. 600 IN TXT "v=spf1 include:a.example include:b.example include:c.example include:d.example '
        'include:e.example include:f.example include:g.example include:h.example a mx exists:i.example ~all"',
    ),
    Rule(
        id="spf-include-loop",
        severity=Severity.ERROR,
        need=Need.RECORDS,
        reason="Records that include each other never end; receivers give up with permerror after 10 lookups.",
        reference="RFC 7208 section 4.6.4",
        faults=_spf_include_loop,
        example='example.com. 600 IN TXT "v=spf1 include:_spf.example.com ~all"\n'
        '_spf.example.com. 600 IN TXT "v=spf1 include:example.com ~all"',
    ),
)
