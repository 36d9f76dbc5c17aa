"""SPF records (RFC 7208): `SpfRecord`, one record of a domain, and what can be asked of it.

The whole grammar of section 12 is read and written. Not handled: everything that needs DNS or a message (evaluation,
macro expansion, how many lookups an include costs), type 99 records, and that a name must have one record only.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.spf_include import include_host
from ses_email_auth.records.spf_mechanisms import (
    A,
    All,
    Exists,
    Include,
    Ip4,
    Ip6,
    Mx,
    Ptr,
    SpfQualifier,
    check_qualifier,
)
from ses_email_auth.records.spf_merge import merged_terms
from ses_email_auth.records.spf_parser import VERSION, parse_terms
from ses_email_auth.records.spf_terms import (
    Explanation,
    Mechanism,
    Modifier,
    OpaqueTerm,
    Redirect,
    Term,
    UnknownModifier,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "A",
    "All",
    "Exists",
    "Explanation",
    "Include",
    "Ip4",
    "Ip6",
    "Mechanism",
    "Modifier",
    "Mx",
    "OpaqueTerm",
    "Ptr",
    "Redirect",
    "SpfQualifier",
    "SpfRecord",
    "Term",
    "UnknownModifier",
]


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """An SPF record: terms in the order in which receivers try them. `str()` is the text of the TXT value.

    Raises:
        EmailAuthError: if `terms` holds something else than terms.

        RecordSyntaxError: if `redirect` or `exp` occurs twice (section 6).
    """

    terms: tuple[Term, ...]

    _written: str | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.terms, str):
            raise EmailAuthError(f"terms must be a list of terms, got {self.terms!r}; use SpfRecord.parse for text")
        object.__setattr__(self, "terms", tuple(self.terms))
        for term in self.terms:
            if not isinstance(term, Term):
                raise EmailAuthError(
                    f"terms must hold terms such as Include('amazonses.com'), got {term!r}; use SpfRecord.parse for text"
                )
        if sum(isinstance(term, Modifier) for term in self.terms) > 1:
            _check_once(str(self), _placed(self.terms))

    def __str__(self) -> str:
        return " ".join([VERSION, *map(str, self.terms)]) if self._written is None else self._written

    @classmethod
    def parse(cls, text: str) -> SpfRecord:
        """The record that `text` says. `str()` of it is the canonical text: names in lower case, single spaces, no "+".

        Raises:
            RecordSyntaxError: if `text` breaks the grammar (RFC 7208 section 12) or a rule on how often a modifier may occur.
        """
        return _parsed(text)

    @classmethod
    def verbatim(cls, text: str) -> SpfRecord:
        """As `parse`, but `str()` gives `text` unchanged: for taking over a record that exists. Equality ignores the spelling.

        Raises:
            RecordSyntaxError: as `parse`.
        """
        record = cls(cls.parse(text).terms)
        object.__setattr__(record, "_written", text)
        return record

    @classmethod
    def of_includes(cls, includes: Iterable[str], all_qualifier: SpfQualifier = SpfQualifier.SOFTFAIL) -> SpfRecord:
        """The record that lets the servers behind `includes` send, and says `all_qualifier` of all others.

        Each include is a host alone, such as `_spf.google.com`; macros are allowed. Unicode becomes A-labels (RFC 8616
        section 4), case and the final dot go, duplicates go, tokens stay.

        Raises:
            EmailAuthError: if an include is not a host, or `all_qualifier` is not a `SpfQualifier`.
        """
        if isinstance(includes, str):
            raise EmailAuthError(f"includes must be a list of hosts, got {includes!r}; pass [{includes!r}]")
        check_qualifier("all_qualifier", all_qualifier)
        return _of_includes(tuple(includes), all_qualifier)

    @staticmethod
    def is_spf(text: str) -> bool:
        """Whether receivers take this TXT value for an SPF record (section 4.5): the version, then a space or the end.

        The rest is not judged. A value that begins with a token is none, as far as can be told.
        """
        return text.split(" ", 1)[0].lower() == VERSION

    @property
    def is_known(self) -> bool:
        """False if a term holds a CDK token."""
        return not holds_token(str(self))

    @property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """The mechanisms in order, also those behind `all` that never match."""
        return tuple(term for term in self.terms if isinstance(term, Mechanism))

    @property
    def modifiers(self) -> tuple[Modifier, ...]:
        """The modifiers in order, also unknown ones and a `redirect` that `all` makes void."""
        return tuple(term for term in self.terms if isinstance(term, Modifier))

    @property
    def includes(self) -> tuple[str, ...]:
        """The domain-specs of all `include:` terms as written, in order, whatever their qualifier."""
        return tuple(term.domain for term in self.terms if isinstance(term, Include))

    @property
    def redirect(self) -> str | None:
        """The domain-spec of `redirect=` as written, also if `all` makes it void; None if absent."""
        return next((term.domain for term in self.terms if isinstance(term, Redirect)), None)

    @property
    def all_qualifier(self) -> SpfQualifier | None:
        """The qualifier of the first `all`, the only one that counts (section 5.1); None if absent."""
        return next((term.qualifier for term in self.terms if isinstance(term, All)), None)

    @property
    def effective_all(self) -> SpfQualifier | None:
        """What hosts get that nothing else matches: NEUTRAL without `all` and `redirect` (section 4.7).

        None: the record that `redirect` names decides.
        """
        if self.all_qualifier is None and self.redirect is None:
            return SpfQualifier.NEUTRAL
        return self.all_qualifier

    @property
    def dns_lookups(self) -> int:
        """How many terms of this record count against the limit of ten lookups (section 4.6.4).

        Those are include, a, mx, ptr, exists and redirect. What receivers must ignore costs nothing: mechanisms behind
        `all` (section 5.1), and `redirect` if there is an `all` anywhere (sections 5.1 and 6.1). What the included records
        cost in turn is not in it, nor what a token hides.
        """
        count = 0
        for mechanism in self.mechanisms:
            if isinstance(mechanism, All):
                return count
            count += mechanism.costs_lookup
        return count + (self.redirect is not None)

    def merge(self, other: SpfRecord) -> SpfRecord:
        """One record for a domain that sends through what either record allows: nothing that can match is lost.

        - The terms of this record stay as they are and come first, so it wins where the two differ in order.
        - Mechanisms of `other` that this record lacks come before its `all`, in their order. Two that match the same hosts
          are one (`+include:X.example.` is `include:x.example`, `a/32` is `a`). Those behind the `all` of `other` never
          match (section 5.1) and are left out.
        - The `all` of this record stays with its qualifier; adopting a sender neither loosens nor tightens it. The `all` or
          `redirect` of `other` is taken over if this record has neither.
        - A `redirect` of this record still decides. One of `other` would be void beside an `all` (section 6.1); what it lets
          pass is kept as `include:`.
        - Modifiers of `other` that this record lacks are added; of two different `exp` this record's stays.

        A record with nothing to add is returned as it is, with its spelling if it is `verbatim`.

        Raises:
            EmailAuthError: if the two redirect to different domains, or give one mechanism different qualifiers: no record
                can say both.
        """
        terms = merged_terms(self.terms, other.terms)
        return self if terms == self.terms else SpfRecord(terms)


@functools.lru_cache(maxsize=256)  # most domains of an app publish the same few texts, and several rules read them
def _parsed(text: str) -> SpfRecord:
    placed = parse_terms(text)
    _check_once(text, placed)
    return SpfRecord(tuple(term for term, _ in placed))


@functools.lru_cache(maxsize=256)  # as above
def _of_includes(includes: tuple[str, ...], all_qualifier: SpfQualifier) -> SpfRecord:
    hosts = dict.fromkeys(include_host(host) for host in includes)
    return SpfRecord((*(Include(host) for host in hosts), All(qualifier=all_qualifier)))


def _placed(terms: tuple[Term, ...]) -> list[tuple[Term, tuple[int, int]]]:
    """Each term and where it stands in the canonical text."""
    placed: list[tuple[Term, tuple[int, int]]] = []
    start = len(VERSION) + 1
    for term in terms:
        end = start + len(str(term))
        placed.append((term, (start, end)))
        start = end + 1
    return placed


def _check_once(source: str, placed: list[tuple[Term, tuple[int, int]]]) -> None:
    """Section 6: `redirect` and `exp` must not occur more than once each."""
    seen: set[str] = set()
    for term, span in placed:
        if not isinstance(term, Redirect | Explanation):
            continue
        if term.name in seen:
            raise RecordSyntaxError(f"{term.name!r} may occur only once", source, span, "RFC 7208 section 6")
        seen.add(term.name)
