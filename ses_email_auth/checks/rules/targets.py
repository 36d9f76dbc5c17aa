"""Rules on where MX and CNAME records lead: to a name at which nothing stands, or to a host of Google or Microsoft that is
misspelt (RFC 5321 section 5.1, RFC 1034 section 3.6.2).

Not handled: targets in zones that are not whole in view, and names below `_acme-challenge`, where texts come and go.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.easy_dkim import target_problem
from ses_email_auth.checks.rules.mx import relative_address
from ses_email_auth.checks.rules.null_mx import is_null_mx
from ses_email_auth.checks.rules.record_text import is_hidden, is_label_slip, shown, slips_between
from ses_email_auth.checks.rules.spf import is_moved
from ses_email_auth.checks.rules.zone import is_for_mail
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.ses.hosts import host_fault
from ses_email_auth.zone.declared import DeclaredRecordSet, declared_name
from ses_email_auth.zone.known_hosts import KNOWN_HOSTS, KnownHost
from ses_email_auth.zone.texts import value_in_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.texts import InView, PartInView
    from ses_email_auth.zone.view import ZoneView

_FEW = 3  # hosts that are shown
_PARTS = 2
_ADDRESSES = frozenset(("A", "AAAA", "ALIAS", "ANAME", "CNAME"))  # the middle two are some providers' own, as Route 53's alias
_DKIM_NAME = "DkimDNSTokenName"
_SOA = "example.com. 900 IN SOA ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 900\n"


@rule(
    id="mx-target-missing",
    severity=Severity.ERROR,
    need=Need.TARGET,
    reason="Senders deliver to the addresses of the host that an MX names; where it has none, mail waits and comes back.",
    reference="RFC 5321 section 5.1",
    example=f"{_SOA}example.com. 600 IN MX 10 mail.example.com.",
)
def mx_target_missing(view: ZoneView) -> Iterator[Fault]:
    absent = _Absent(view)
    together: dict[tuple[DomainName, str | None], list[RecordInView]] = {}
    for record in view.sets(RecordType.MX):
        if isinstance(record.name, DomainName) and record.name.is_known and not view.is_delegated(record.name):
            identifier = record.set_identifier if isinstance(record, DeclaredRecordSet) else None
            together.setdefault((record.name, identifier), []).append(record)
    for (name, _), records in together.items():
        hosts = {text: _dead_host(record, text, absent) for record in records for text in record.texts}
        dead = list(dict.fromkeys(host for host in hosts.values() if host is not None))
        if dead:
            values = tuple(
                value_in_view(record, index)
                for record in records
                for index, text in enumerate(record.texts)
                if hosts[text] is not None
            )
            yield _undeliverable(view, name, dead, values, all_dead=None not in hosts.values())


def _dead_host(record: RecordInView, text: str, absent: _Absent) -> DomainName | None:
    """The host of an MX value if nothing of it answers; other rules speak about null MX, bad values and hosts of SES."""
    parts = text.split()
    if len(parts) != _PARTS or is_null_mx(text) or is_hidden(text) or "<" in text or host_fault(parts[1]) is not None:
        return None
    host = declared_name(parts[1])
    if host is None or not absent.has_none(host, _ADDRESSES):
        return None
    is_address = isinstance(record, DeclaredRecordSet) and relative_address(absent.view, record, text) is not None
    return None if is_address else host


def _undeliverable(
    view: ZoneView, name: DomainName, dead: list[DomainName], values: tuple[InView | PartInView, ...], *, all_dead: bool
) -> Fault:
    hosts = ", ".join(map(str, dead[:_FEW])) + (f" and {len(dead) - _FEW} more" if len(dead) > _FEW else "")
    have = "has" if len(dead) == 1 else "have"
    effect = f"mail to {name} comes back" if all_dead else "senders lose time, or mail, before they try the other hosts"
    return Fault(
        where=f"{name} MX",
        message=f"{hosts} {have} no A or AAAA record in the zone {_zone_of(view, dead[0])}: {effect}",
        fix=f"give {dead[0]} an A or AAAA record, or name the host that takes mail{_relative(view, dead[0])}",
        severity=None if all_dead else Severity.WARNING,
        records=values,
    )


def _relative(view: ZoneView, target: DomainName) -> str:
    """A hint for a name to which a zone file has appended the zone (RFC 1035 section 5.1); empty if it is unlikely."""
    written = declared_name(target.text.removesuffix(f".{view.zone}"))
    if written is None or written.organizational is None or not written.has_top_level_domain:
        return ""
    return f"; if {written} was meant, write it with the final dot"


@rule(
    id="cname-target-missing",
    severity=Severity.WARNING,
    need=Need.TARGET,
    reason="A CNAME that leads to a name without records gives nothing: no key, no policy, no host.",
    reference="RFC 1034 section 3.6.2",
    example=f"{_SOA}s1._domainkey.example.com. 600 IN CNAME s1.keys.example.com.",
)
def cname_target_missing(view: ZoneView) -> Iterator[Fault]:
    absent = _Absent(view)
    records: dict[tuple[DomainName, DomainName], list[RecordInView]] = {}
    for record in view.sets(RecordType.CNAME):
        name = record.name
        if (
            not isinstance(name, DomainName)
            or not name.is_known
            or len(record.texts) != 1
            or target_problem(record) is not None
        ):
            continue
        target = None if is_hidden(record.texts[0]) or "<" in record.texts[0] else declared_name(record.texts[0])
        if target is None or target == view.zone or any("_acme-challenge" in each.labels for each in (name, target)):
            continue
        if absent.has_none(target) and not view.is_delegated(name):
            records.setdefault((name, target), []).append(record)
    for (name, target), sets in records.items():
        yield Fault(
            where=f"{name} CNAME",
            message=f"it leads to {target}, and the zone {_zone_of(view, target)} has no record there{_effect(name)}",
            fix=f"publish what belongs to {target}, or remove the CNAME{_relative(view, target)}",
            severity=Severity.ERROR if is_for_mail(name.text, frozenset()) else None,
            records=tuple(value_in_view(record, 0) for record in sets),
        )


def _effect(name: DomainName) -> str:
    return ": signatures with this selector fail" if "_domainkey" in name.labels else ""


def _zone_of(view: ZoneView, name: DomainName) -> DomainName | None:
    """The zone that is whole in view and holds `name`."""
    home = view.whole_zone_of(name)
    return None if home is None else home.zone


class _Absent:
    """What is certainly absent from the zones that are whole in view: that of a view, and those beside it."""

    def __init__(self, view: ZoneView) -> None:
        self.view = view

    def has_none(self, name: DomainName, kinds: frozenset[str] | None = None) -> bool:
        """Whether DNS answers with no record of these types at `name`; None stands for all types."""
        zone = self.view.whole_zone_of(name)
        if zone is None or is_moved(zone, name) or any(_may_be(unknown, name) for unknown in zone.unknown_names):
            return False
        return not any(kinds is None or kind in kinds or not kind.isalnum() for kind in map(_kind, _answers(zone, name)))


def _may_be(unknown: DomainName | KnownAfterDeploy, name: DomainName) -> bool:
    """Whether a name that is known after the deploy can be this one; those that SES gives are selectors."""
    is_selector = isinstance(unknown, KnownAfterDeploy) and unknown.attribute.startswith(_DKIM_NAME)
    return not is_selector or "_domainkey" in name.labels


def _answers(zone: ZoneView, name: DomainName) -> Iterable[RecordInView]:
    """All that DNS has for a name: its own records, else those of a wildcard above (RFC 4592 section 3.3.1)."""
    found = zone.all_at(name)
    above = name.parent
    while not found and above is not None:
        found = zone.all_at(above.child("*"))
        above = above.parent
    return found


def _kind(record: RecordInView) -> str:
    return record.place.rpartition(" ")[2]


@rule(
    id="host-misspelt",
    severity=Severity.WARNING,
    need=Need.RECORD,
    reason="A host of Google or Microsoft that is one character off is none of theirs: it does not answer, or a stranger does.",
    reference="RFC 5321 section 5.1",
    example="example.com. 600 IN MX 1 aspmx.l.gogle.com.",
)
def host_misspelt(view: ZoneView) -> Iterator[Fault]:
    for record_type in (RecordType.MX, RecordType.CNAME):
        for record in view.sets(record_type):
            hosts = [text.rpartition(" ")[2].lower().removesuffix(".") for text in record.texts]
            for host in dict.fromkeys(hosts):
                known = None if is_hidden(host) else meant_host(host, record_type)
                if known is None or _is_own(view, record, host):
                    continue
                meant, owner = known
                yield Fault(
                    where=visible(record.place),
                    message=f"{shown(host)} is no host of {owner}; {meant} was meant, as it seems",
                    fix=f"write {meant}",
                    records=(value_in_view(record, hosts.index(host)),),
                )


def _is_own(view: ZoneView, record: RecordInView, host: str) -> bool:
    """Whether the author of the record owns the host, and knows how it is spelt."""
    name = declared_name(host)
    zones = (view.zone, record.name if isinstance(record.name, DomainName) else None)
    owned = (zone.organizational or zone for zone in zones if zone is not None)
    return name is None or any(name.is_at_or_below(zone) is not False for zone in owned)


@functools.lru_cache(maxsize=4096)
def meant_host(host: str, record_type: RecordType) -> tuple[str, str] | None:
    """The host of Google or Microsoft that was meant by one that is a character off, and its owner; None for all others."""
    labels = host.split(".")
    found: tuple[str, str] | None = None
    for known in KNOWN_HOSTS:
        if known.type is not record_type:
            continue
        size = known.text.count(".") + 1
        # With a dot too few or too many the end has another number of labels; a label of the customer stands before it.
        sizes = (size, size - 1, size + 1) if known.is_end else (len(labels),)
        for count in (count for count in sizes if not known.is_end or count < len(labels)):
            end = ".".join(labels[-count:])
            if end == known.text:
                return None
            if found is None and _is_slip(end, known, host):
                found = (host.removesuffix(end) + known.text, known.owner)
    return found


_LONG = 8  # characters of a label that no other name has with one letter changed
_DIGITS = re.compile(r"\d")


def _is_slip(written: str, known: KnownHost, host: str) -> bool:
    """Whether `written`, the host or its end, is one slip away from a known one, and no name of its own."""
    # One slip adds and removes one letter at most, so that most hosts need no closer look.
    if abs(len(written) - len(known.text)) > 1 or len(set(written) ^ set(known.text)) > 2:  # noqa: PLR2004
        return False
    if slips_between(written, known.text) != 1 or _DIGITS.sub("", written) == _DIGITS.sub("", known.text):
        return False
    if known.is_telling or (known.is_end and "._domainkey." in host):
        return True
    labels, known_labels = written.split("."), known.text.split(".")
    if len(labels) != len(known_labels):
        return False
    at = next(at for at, label in enumerate(labels) if label != known_labels[at])
    if at == len(labels) - 1:  # google.co and its like belong to somebody; nothing ends in .con
        name = declared_name(written)
        return name is not None and not name.has_top_level_domain
    label, meant = labels[at], known_labels[at]
    is_other = len(label) == len(meant) < _LONG and sorted(label) != sorted(meant)  # goggle.com is somebody else's
    return is_label_slip(label, meant, 1) and not is_other
