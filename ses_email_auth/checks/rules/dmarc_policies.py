"""What the DMARC records in view mean together: which one applies to a domain, and whether there is one at all.

Only for rules. The tree walk of RFC 9989 section 4.10 is `ses_email_auth.publication.organizational_domain`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.rules.near_miss import meant_as
from ses_email_auth.checks.rules.record_text import is_hidden
from ses_email_auth.errors import InvalidDomainName
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.organizational_domain import DmarcKnowledge, Policy, Standard, policy_for
from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.seen import RecordInView
    from ses_email_auth.checks.zone_view import DmarcInView, ZoneView
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.organizational_domain import DmarcRecords

__all__ = [
    "ancestry",
    "answers_with_dmarc",
    "dmarc_name",
    "enforced",
    "is_about_dmarc",
    "policies",
    "records_by_name",
    "rivals",
]

# What only a DMARC record says; at _dmarc nothing else has a reason to.
_ABOUT_DMARC = re.compile(r"dmarc1|(?:\A|[;\s])p\s*=\s*(?:none|quarantine|reject)", re.IGNORECASE)


def dmarc_name(domain: DomainName) -> DomainName | None:
    """The name of the DMARC record of `domain`; None if it would be too long."""
    try:
        return domain.child("_dmarc")
    except InvalidDomainName:
        return None


def ancestry(domain: DomainName, last: DomainName) -> Iterator[DomainName]:
    """`domain` and the names above it, up to `last`."""
    step: DomainName | None = domain
    while step is not None:
        yield step
        step = None if step == last else step.parent


def rivals(view: ZoneView) -> Iterator[tuple[DmarcInView, ...]]:
    """The DMARC records that one answer holds: those of a name, but each alternative of a routing policy for itself.

    Equal texts are one record (RFC 2181 section 5).
    """
    found: dict[tuple[DomainName, str | None], dict[str, DmarcInView]] = {}
    for entry in view.dmarc:
        found.setdefault((entry.domain, entry.source.set_identifier), {}).setdefault(entry.source.text, entry)
    for entries in found.values():
        yield tuple(entries.values())


def records_by_name(view: ZoneView) -> DmarcRecords:
    """The DMARC record of each domain that has one in view or told of; names with several answers are not known."""
    found: dict[DomainName, DmarcRecord | DmarcKnowledge] = dict(view.dmarc_elsewhere)
    for entries in rivals(view):
        only = entries[0]
        record = only.record if len(entries) == 1 and only.source.set_identifier is None else None
        found[only.domain] = DmarcKnowledge.UNKNOWN if record is None else record
    return found


def policies(view: ZoneView, domain: DomainName, records: DmarcRecords) -> tuple[Policy, ...]:
    """What receivers of both standards find for mail From `domain`; none where a CNAME or a token hides it."""
    name = dmarc_name(domain)
    if domain not in records and name is not None and answers_with_dmarc(view, name):
        return ()
    found = [policy_for(domain, records, standard) for standard in Standard]
    return tuple(policy for policy in found if isinstance(policy.record, DmarcRecord))


def enforced(policy: Policy) -> DmarcPolicy | None:
    """What is done to mail that fails: `quarantine` or `reject`; None if nothing is."""
    return policy.applied if policy.applied is not DmarcPolicy.NONE else None


def answers_with_dmarc(view: ZoneView, name: DomainName) -> bool:
    """Whether receivers may find a DMARC record at `name`, as far as can be seen.

    A CNAME, an alias, a delegation and a token lead to what is not in view. A text at the very name that was meant to be a
    record counts, right or wrong: other rules speak about it.
    """
    own = view.all_at(name)
    if any(record.type in {RecordType.CNAME, RecordType.NS} for record in own) or view.is_delegated(name):
        return True
    if any(record.type is RecordType.TXT and _may_be_dmarc(record) for record in own):
        return True
    return any(
        record.type is RecordType.CNAME
        or not record.texts
        or any(holds_token(t) or DmarcRecord.is_dmarc(t) for t in record.texts)
        for record in view.answers(name, RecordType.TXT, RecordType.CNAME)
    )


def is_about_dmarc(text: str) -> bool:
    """Whether a text at `_dmarc` was meant to be a record, however it begins."""
    return meant_as(text) == "DMARC" or _ABOUT_DMARC.search(text) is not None


def _may_be_dmarc(record: RecordInView) -> bool:
    return not record.values or any(map(is_hidden, record.values)) or any(map(is_about_dmarc, record.texts))
