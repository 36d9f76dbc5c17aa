"""Which DMARC record receivers find for a domain, and which domains are one organization (RFC 9989 section 4.10; RFC 7489
sections 3.2 and 6.6.3).

Asks no DNS: the records are those that an app publishes or names. A name that is not in the mapping has none.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord, PsdFlag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.domain_name import DomainName

MAX_WALK_LABELS = 7  # RFC 9989 section 4.10: a longer name is cut to seven labels after the first query


class DmarcKnowledge(enum.Enum):
    """What is known of the DMARC record at a name, where the record itself is not."""

    NONE = "none"
    """There is no record."""

    UNKNOWN = "unknown"
    """There may be a record; the app does not say."""


DmarcRecords: TypeAlias = "Mapping[DomainName, DmarcRecord | DmarcKnowledge]"
"""DMARC records by the name they speak for, without `_dmarc`. A name that is not in the mapping has none."""


class Standard(enum.Enum):
    """The rules by which a receiver finds records and organizational domains."""

    RFC_9989 = "RFC 9989"
    RFC_7489 = "RFC 7489"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a receiver finds when it looks for the policy of an author domain."""

    record: DmarcRecord | DmarcKnowledge
    at: DomainName | None
    """The name whose `_dmarc` holds `record`; None if there is no record anywhere."""

    own: bool
    """Whether `at` is the author domain itself, so that `p` applies and not `sp`."""

    standard: Standard

    @property
    def tag(self) -> str | None:
        """The tag that decides over forgeries; None without a readable record."""
        if not isinstance(self.record, DmarcRecord):
            return None
        return "p" if self.own or self.record.subdomain_policy is None else "sp"

    @property
    def applied(self) -> DmarcPolicy | None:
        """What receivers do to forgeries of the author domain, after `t`, or `pct=0` by the older standard."""
        if not isinstance(self.record, DmarcRecord):
            return None
        asked = self.record.effective_policy if self.own else self.record.effective_subdomain_policy
        if self.standard is Standard.RFC_9989:
            return self.record.applied(asked)  # section 4.7, t
        # RFC 7489 does not know t; what pct leaves out gets the next weaker policy (section 6.6.4).
        return list(DmarcPolicy)[max(asked.strength - 1, 0)] if self.record.pct == 0 else asked


def organizational_domain(
    name: DomainName, records: DmarcRecords, standard: Standard, override: DomainName | None = None
) -> DomainName:
    """The organizational domain of `name`; the name itself where neither records nor the Public Suffix List give one."""
    by_suffix = override if override is not None and name.is_at_or_below(override) else name.organizational or name
    if standard is Standard.RFC_7489:
        return by_suffix
    shortest: DomainName | None = None
    for step in _walk(name):
        record = records.get(step, DmarcKnowledge.NONE)
        if record is DmarcKnowledge.UNKNOWN:
            return by_suffix
        if not isinstance(record, DmarcRecord):
            continue
        if record.effective_psd is PsdFlag.NO:  # 4.10.2 step 1
            return step
        if record.effective_psd is PsdFlag.YES and step != name:  # step 2: one label below the public suffix domain
            return _label_below(name, step)
        shortest = step  # step 3: in the end, the record with the fewest labels
    return by_suffix if shortest is None else shortest


def policy_for(name: DomainName, records: DmarcRecords, standard: Standard, override: DomainName | None = None) -> Policy:
    """The policy for mail of the author domain `name` (RFC 9989 section 4.10.1, RFC 7489 section 6.6.3)."""
    own = records.get(name, DmarcKnowledge.NONE)
    if own is not DmarcKnowledge.NONE:
        return Policy(own, name, own=True, standard=standard)
    at = organizational_domain(name, records, standard, override)
    record = records.get(at, DmarcKnowledge.NONE)
    if record is DmarcKnowledge.NONE and standard is Standard.RFC_9989 and at.parent is not None:
        suffix = records.get(at.parent)
        if isinstance(suffix, DmarcRecord) and suffix.effective_psd is PsdFlag.YES:  # 4.10.1: in the end, the suffix's own
            at, record = at.parent, suffix
    return Policy(record, None if record is DmarcKnowledge.NONE else at, own=False, standard=standard)


def hidden_from_walk(name: DomainName, records: DmarcRecords) -> bool:
    """Whether the record for `name` stands between it and the part that the walk looks at (RFC 9989 section 5.1.8)."""
    if records.get(name, DmarcKnowledge.NONE) is not DmarcKnowledge.NONE:
        return False
    walked = set(_walk(name))
    return any(
        step not in walked and records.get(step, DmarcKnowledge.NONE) is not DmarcKnowledge.NONE for step in _ancestry(name)
    )


def _walk(name: DomainName) -> Iterator[DomainName]:
    """The names that a tree walk asks, in its order."""
    for step in _ancestry(name):
        if step == name or len(step.labels) <= MAX_WALK_LABELS:
            yield step


def _ancestry(name: DomainName) -> Iterator[DomainName]:
    step: DomainName | None = name
    while step is not None:
        yield step
        step = step.parent


def _label_below(name: DomainName, ancestor: DomainName) -> DomainName:
    *_, below = (step for step in _ancestry(name) if step.is_subdomain_of(ancestor))
    return below
