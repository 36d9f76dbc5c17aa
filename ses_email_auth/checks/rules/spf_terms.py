"""Rules on the terms of an SPF record that receivers can read (RFC 7208 sections 4.7, 5.1, 5.5, 5.6, 6.1 and 7.3)."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections import Counter
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import shown
from ses_email_auth.checks.rules.spf_syntax import holds_second_record
from ses_email_auth.records.spf import A, All, Ip4, Ip6, Mx, Ptr, Redirect, SpfQualifier
from ses_email_auth.records.spf_terms import IP4_BITS, IP6_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.spf import Mechanism, SpfRecord
    from ses_email_auth.zone.spf_walk import SpfInView
    from ses_email_auth.zone.view import ZoneView

_TERM_SHOWN = 60


def _records(view: ZoneView) -> Iterator[tuple[SpfInView, SpfRecord]]:
    for entry in view.spf_records:
        if entry.record is not None:
            yield entry, entry.record


@rule(
    id="spf-terms-after-all",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Every host matches all, so what stands behind it is never tried: a sender that was added there fails.",
    reference="RFC 7208 section 5.1",
    example='example.com. 600 IN TXT "v=spf1 ~all include:amazonses.com"',
)
def spf_terms_after_all(view: ZoneView) -> Iterator[Fault]:
    for entry, record in _records(view):
        void = record.mechanisms[len(entry.reached) :]
        if void and not holds_second_record(entry):
            more = f" and {len(void) - 1} more" if len(void) > 1 else ""
            yield Fault(
                where=entry.where,
                message=f"{_named(void[0])}{more} behind {_all(record)}: receivers never come to it",
                fix="move it in front of the first all, or take it out",
            )


@rule(
    id="spf-redirect-ignored",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Receivers ignore redirect wherever there is an all, so the other record never counts.",
    reference="RFC 7208 section 6.1",
    example='example.com. 600 IN TXT "v=spf1 redirect=_spf.example.net ~all"',
)
def spf_redirect_ignored(view: ZoneView) -> Iterator[Fault]:
    for entry, record in _records(view):
        if record.redirect is not None and record.all_qualifier is not None and not holds_second_record(entry):
            yield Fault(
                where=entry.where,
                message=f"redirect={_short(record.redirect)} is ignored because of {_all(record)}",
                fix="take out all, so that the other record decides, or take out redirect",
            )


@rule(
    id="spf-no-all",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Without all and redirect, or with ?all, the result for strangers is neutral, which counts as no record.",
    reference="RFC 7208 section 4.7",
    example='example.com. 600 IN TXT "v=spf1 include:amazonses.com"',
)
def spf_no_all(view: ZoneView) -> Iterator[Fault]:
    included: set[DomainName | None] = set()
    redirected: set[DomainName | None] = set()
    for entry, _ in _records(view):
        for lead in entry.leads:
            (redirected if isinstance(lead.term, Redirect) else included).add(lead.name)
    for entry, record in _records(view):
        if record.redirect is not None or record.all_qualifier not in {None, SpfQualifier.NEUTRAL}:
            continue
        # RFC 7208 section 5.2: for an include it is all the same whether the record ends with neutral or with fail.
        if entry.name in redirected or not (entry.name in included or _is_part(entry.name)):
            yield Fault(
                where=entry.where,
                message=f"{'neither all nor redirect' if record.all_qualifier is None else '?all'}: "
                "mail from every other host is neutral, as if there were no record",  # RFC 7208 section 8.2
                fix="end it with ~all or -all",
            )


def _is_part(name: DomainName) -> bool:
    """Whether the name looks like that of a record to be included, from which no mail comes."""
    label = name.labels[0]
    return label.startswith("_") or "spf" in label


_MACRO = re.compile(r"%(?:[%_-]|\{([A-Za-z]))")


@rule(
    id="spf-ptr",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="The standard says not to publish ptr: reverse lookups are slow, unreliable and a burden on others.",
    reference="RFC 7208 section 5.5",
    example='example.com. 600 IN TXT "v=spf1 ptr ~all"',
)
def spf_ptr(view: ZoneView) -> Iterator[Fault]:
    for entry, record in _records(view):
        if any(isinstance(mechanism, Ptr) for mechanism in entry.reached):
            yield Fault(
                where=entry.where,
                message="ptr is slow and unreliable, so that large receivers skip it, and it costs a lookup",
                fix="name the hosts with a, mx, ip4 or ip6",
            )
        elif "%{p" in entry.source.text.lower() and any(
            (macro[1] or "").lower() == "p" for term in record.terms for macro in _MACRO.finditer(str(term))
        ):
            yield Fault(
                where=entry.where,
                message="%{p} needs the lookups of ptr, which are slow and unreliable",
                fix="use %{i}, the address, or take the term out",
            )


_PRIVATE_LOOK = ("10.", "127.", "169.254.", "172.", "192.168.", "fc", "fd", "fe", "::1")


@rule(
    id="spf-private-ip",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Receivers see the public address of a sender, so a private one allows nobody and hides that one is missing.",
    reference="RFC 7208 section 5.6",
    example='example.com. 600 IN TXT "v=spf1 ip4:192.168.0.0/16 ~all"',
)
def spf_private_ip(view: ZoneView) -> Iterator[Fault]:
    for entry in view.spf_records:
        for mechanism in entry.reached:
            if mechanism.qualifier is SpfQualifier.PASS and _is_private(mechanism):
                yield Fault(
                    where=entry.where,
                    message=f"{mechanism} is private: no receiver on the internet ever sees such an address",
                    fix="name the public address from which mail leaves, or take it out",
                )


def _is_private(mechanism: Mechanism) -> bool:
    if not isinstance(mechanism, Ip4 | Ip6) or not mechanism.address.startswith(_PRIVATE_LOOK):
        return False
    network = mechanism.network
    return network is not None and any(network[0] in private and network[-1] in private for private in _private_networks())


@functools.cache
def _private_networks() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """RFC 1918, RFC 1122 section 3.2.1.3, RFC 3927, RFC 4193, RFC 4291. Networks for documentation are public here."""
    four = ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
    return tuple(map(ipaddress.ip_network, (*four, "::1", "fc00::/7", "fe80::/10")))


# A /16 is 65,536 addresses of IPv4, and registries give a whole provider a /32 of IPv6: no domain sends from more. The record
# of Microsoft 365 has two /15; a domain that copies them lets all its customers send, as one that includes it does.
_WIDEST_IP4 = 16
_WIDEST_IP6 = 32


@rule(
    id="spf-wide-ip",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="A network of such a size belongs to many, and each of them can send as the domain.",
    reference="RFC 7208 section 5.6",
    example='example.com. 600 IN TXT "v=spf1 ip4:52.0.0.0/8 ~all"',
)
def spf_wide_ip(view: ZoneView) -> Iterator[Fault]:
    for entry in view.spf_records:
        for mechanism in entry.reached:
            if mechanism.qualifier is not SpfQualifier.PASS:
                continue
            for bits, length, widest in _lengths(mechanism):
                if 0 < length < widest and not _is_private(mechanism):  # 0 is spf-pass-all's
                    addresses = f"{2 ** (bits - length):,}" if bits == IP4_BITS else f"2^{bits - length}"
                    yield Fault(
                        where=entry.where,
                        message=f"{_named(mechanism)} lets {addresses} addresses send as the domain",
                        fix="name the addresses that really send",
                    )


def _lengths(mechanism: Mechanism) -> Iterator[tuple[int, int, int]]:
    """The prefix lengths that are written, with the bits of an address before, and the shortest usual length behind."""
    if isinstance(mechanism, Ip4 | A | Mx):
        length = mechanism.prefix_length if isinstance(mechanism, Ip4) else mechanism.ip4_length
        if length is not None:
            yield IP4_BITS, length, _WIDEST_IP4
    if isinstance(mechanism, Ip6 | A | Mx):
        length = mechanism.prefix_length if isinstance(mechanism, Ip6) else mechanism.ip6_length
        if length is not None:
            yield IP6_BITS, length, _WIDEST_IP6


_QUALIFIERS = "+-~?"


@rule(
    id="spf-duplicate-term",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="A term that is written twice is legal and useless; an include costs a second lookup.",
    reference="RFC 7208 section 4.6.4",
    example='example.com. 600 IN TXT "v=spf1 ip4:192.0.2.1 ip4:192.0.2.1 ~all"',
)
def spf_duplicate_term(view: ZoneView) -> Iterator[Fault]:
    for entry in view.spf_records:
        words = [word.lstrip(_QUALIFIERS) for word in entry.source.text.lower().split(" ")]
        if len(set(words)) == len(words):  # most records end here
            continue
        times = Counter(str(mechanism).lstrip(_QUALIFIERS).lower() for mechanism in entry.reached)
        for written, count in times.items():
            if count > 1:
                yield Fault(where=entry.where, message=f"{_short(written)} is written {count} times, and once is enough")


def _all(record: SpfRecord) -> str:
    return str(next(mechanism for mechanism in record.mechanisms if isinstance(mechanism, All)))


def _named(mechanism: Mechanism) -> str:
    return _short(str(mechanism))


def _short(text: str) -> str:
    """A term, which is printable, as long as a message bears it."""
    return text if len(text) <= _TERM_SHOWN else shown(text, _TERM_SHOWN)
