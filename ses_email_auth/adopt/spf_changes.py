"""What another SPF record of a name means for mail (RFC 7208).

A sender is what makes SPF pass: a mechanism in front of `all`, or the record that `redirect` leads to. That an include covers
another one is seen as far as the records behind it are in view.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.adopt.impact_kinds import NEW_SENDER, POLICY_WEAKER, RECORD_CHANGES, RECORD_GOES, SPF_SENDER_GOES, finding
from ses_email_auth.adopt.python_text import long_literal, name_list
from ses_email_auth.checks.finding import Severity
from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.records.spf import All, Include, Ip4, Ip6, Mechanism, Redirect, SpfQualifier, SpfRecord
from ses_email_auth.ses.hosts import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.zone.texts import InView

    _Sender: TypeAlias = Mechanism | Redirect

_WEAKEST_FIRST = (SpfQualifier.PASS, SpfQualifier.NEUTRAL, SpfQualifier.SOFTFAIL, SpfQualifier.FAIL)
_WORDS = {
    SpfQualifier.PASS: "pass",
    SpfQualifier.NEUTRAL: "neutral",
    SpfQualifier.SOFTFAIL: "softfail",
    SpfQualifier.FAIL: "fail",
}
_DEEPEST = 10  # RFC 7208 section 4.6.4: more lookups are an error


def spf_changes(
    where: str,
    old: str,
    new: str,
    *,
    is_ours: bool,
    records_at: Callable[[str], Sequence[str]],
    records: Sequence[InView],
) -> Iterator[Finding]:
    """What receivers do otherwise.

    Args:
        where: the record set, for example `example.com TXT`.
        old: the SPF record that stands.
        new: the one that takes its place.
        is_ours: whether a construct of ours publishes the new one, so that it has our props.
        records_at: the SPF records at a name, after the deploy.
        records: what the findings are about.
    """
    before, after = _parsed(old), _parsed(new)
    if before is None:
        return
    if after is None:
        message = f'receivers cannot read the new SPF record and take it for none: "{new}"'
        yield finding(RECORD_GOES, where, message, f'write it right; the old one is "{old}"', records=records)
        return
    senders, wanted = _senders(before), _senders(after)
    gone = [sender for sender in senders if not _covers(wanted, sender)]
    reached = _Reached(records_at).from_terms(wanted)
    covered = [sender for sender in gone if _covers(reached, sender)]
    lost = [sender for sender in gone if sender not in covered]
    if lost:
        message = f"{_listed(lost)} no longer in the SPF record: mail of such senders fails SPF"
        yield finding(SPF_SENDER_GOES, where, message, _fix(after, lost, is_ours=is_ours), records=records)
    if covered:
        message = f"{_listed(covered)} no longer in the SPF record, and another include in view covers it"
        yield finding(SPF_SENDER_GOES, where, message, severity=Severity.INFO, records=records)
    added = [sender for sender in wanted if not _covers(senders, sender)]
    if added:
        yield finding(NEW_SENDER, where, f"the SPF record gets {', '.join(map(str, added))}", records=records)
    yield from _all_changes(where, before, after, is_ours=is_ours, records=records)


def spf_senders(text: str) -> list[str]:
    """The senders of an SPF record, as written; none for one that cannot be read."""
    record = _parsed(text)
    return [] if record is None else [str(term) for term in _senders(record)]


def _all_changes(
    where: str, before: SpfRecord, after: SpfRecord, *, is_ours: bool, records: Sequence[InView]
) -> Iterator[Finding]:
    old, new = before.effective_all, after.effective_all
    if old is None or new is None or old is new:
        return
    message = f"who is not in the SPF record gets {_WORDS[new]} in place of {_WORDS[old]}"
    if _WEAKEST_FIRST.index(new) > _WEAKEST_FIRST.index(old):
        yield finding(RECORD_CHANGES, where, message, records=records)
        return
    fix = f"spf_qualifier=SpfQualifier.{old.name}" if is_ours else f"end the record in {old.value}all"
    yield finding(POLICY_WEAKER, where, message, fix, records=records)


def _parsed(text: str) -> SpfRecord | None:
    try:
        return SpfRecord.parse(text)
    except RecordSyntaxError:
        return None


def _senders(record: SpfRecord) -> list[_Sender]:
    """What makes SPF pass, in order."""
    senders: list[_Sender] = []
    for term in record.terms:
        if isinstance(term, All):
            return [*senders, term] if term.qualifier is SpfQualifier.PASS else senders
        if isinstance(term, Redirect) or (isinstance(term, Mechanism) and term.qualifier is SpfQualifier.PASS):
            senders.append(term)
    return senders


def _covers(senders: Sequence[_Sender], wanted: _Sender) -> bool:
    """Whether all hosts of `wanted` are among those of `senders`."""
    return any(
        isinstance(sender, All) or _meaning(sender) == _meaning(wanted) or _holds_network(sender, wanted) for sender in senders
    )


def _meaning(term: _Sender) -> tuple[str | int, ...]:
    """A redirect lets pass what an include of the same name does."""
    return ("include", *term.meaning[1:]) if isinstance(term, Redirect) else term.meaning


def _holds_network(sender: object, wanted: object) -> bool:
    if (isinstance(sender, Ip4) and isinstance(wanted, Ip4)) or (isinstance(sender, Ip6) and isinstance(wanted, Ip6)):
        one, another = sender.network, wanted.network
    else:
        return False
    return one is not None and another is not None and another.subnet_of(one)  # type: ignore[arg-type]  # of one version


class _Reached:
    """The senders in the records that includes lead to."""

    def __init__(self, records_at: Callable[[str], Sequence[str]]) -> None:
        self._records_at = records_at
        self._seen: set[str] = set()

    def from_terms(self, terms: Sequence[_Sender], depth: int = 0) -> list[_Sender]:
        """The senders of all records that `terms` lead to."""
        return list(itertools.chain.from_iterable(self._from(term, depth) for term in terms))

    def _from(self, term: _Sender, depth: int) -> Iterator[_Sender]:
        if not isinstance(term, Include | Redirect) or term.domain.lower() in self._seen or depth >= _DEEPEST:
            return
        self._seen.add(term.domain.lower())
        for text in self._records_at(term.domain.lower()):
            record = _parsed(text)
            if record is not None:
                senders = [sender for sender in _senders(record) if not isinstance(sender, All)]
                yield from senders
                yield from self.from_terms(senders, depth + 1)


def _listed(terms: Sequence[object]) -> str:
    return f"{', '.join(map(str, terms))} {'is' if len(terms) == 1 else 'are'}"


def _fix(after: SpfRecord, lost: Sequence[_Sender], *, is_ours: bool) -> str:
    """The prop of our construct where includes are missing, else the whole record."""
    kept = [domain for domain in after.includes if domain.lower() != SPF_INCLUDE]
    includes = [term.domain for term in lost if isinstance(term, Include)]
    missing = [domain for domain in includes if domain.lower() != SPF_INCLUDE]
    whole = _whole(after, lost)
    prop = f"spf_includes={name_list([*kept, *missing])}"
    if len(missing) == len(lost):
        return prop if is_ours else f'write "{whole}"; with SesEmailAuth {prop}'
    fix = f"spf=SpfRecord.parse({long_literal(whole)}); it takes the place of spf_includes" if is_ours else f'write "{whole}"'
    return f"{fix}; for the includes alone: {prop}" if missing else fix


def _whole(after: SpfRecord, lost: Sequence[_Sender]) -> str:
    """The new record with what it lacks."""
    terms = [term for term in lost if not isinstance(term, Redirect)]
    terms += [Include(term.domain) for term in lost if isinstance(term, Redirect)]
    try:
        return str(after.merge(SpfRecord(tuple(terms))))
    except EmailAuthError:  # the new one has the same sender with another qualifier
        return " ".join(["v=spf1", *map(str, terms), *map(str, after.terms)])
