"""SPF records (RFC 7208): reading, writing, merging two of one domain, and the record of a list of includes.

The whole grammar of section 12 is read and written; names and the version are case-insensitive (section 4.6.1). Two records are
merged by their terms alone: that one network lies in another, or that two names have the same addresses, is not seen.

`SpfRecord.of_includes` is stricter than the grammar, which allows `include:https://x.example`: outside of macros only letters,
digits, hyphens, underscores and dots pass, and literal names are at most 253 octets. Unicode becomes A-labels (RFC 8616 section
4).

Not handled: everything that needs DNS or a message (evaluation, macro expansion, how many lookups an include costs), type 99
records, and that a name must have one record only.
"""

from __future__ import annotations

import functools
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token, is_list_token
from ses_email_auth.records.spf_terms import (
    IP4_BITS,
    IP6_BITS,
    A,
    All,
    Exists,
    Explanation,
    Include,
    Ip4,
    Ip6,
    Mechanism,
    Modifier,
    Mx,
    OpaqueTerm,
    Ptr,
    Redirect,
    SpfQualifier,
    Term,
    UnknownModifier,
    check_domain_spec,
    check_qualifier,
    domain_spec_meaning,
    literal_text,
    prefix_length,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "VERSION",
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

VERSION = "v=spf1"
_WORD = re.compile(r"[^ ]+")
_TERM = re.compile(r"(?P<qualifier>[+\-~?]?)(?P<name>[A-Za-z][A-Za-z0-9_.-]*)(?P<rest>.*)")
# Both fit every text, so that `next(finditer())` always finds one.
_LENGTHS = re.compile(r"(?P<front>.*?)(?:/(?P<ip4>[0-9]+))?(?://(?P<ip6>[0-9]+))?\Z")  # section 12: dual-cidr-length
_LENGTH = re.compile(r"(?P<front>.*?)(?:/(?P<length>[0-9]+))?\Z")
_SECTIONS = {"all": "5.1", "include": "5.2", "a": "5.3", "mx": "5.4", "ptr": "5.5", "ip4": "5.6", "ip6": "5.6", "exists": "5.7"}
_MISTAKES = {"ipv4": "ip4", "ipv6": "ip6", "ip": "ip4", "includes": "include", "exist": "exists"}
_TERM_START = re.compile(r"[+\-~?]?[A-Za-z0-9]+[:=]|[+\-~?]")  # "include:", "redirect=", "~"
_NOT_IN_HOST = re.compile(r"[^A-Za-z0-9._-]")
_MAX_NAME = 253  # RFC 1035 section 2.3.4, as text without the final dot


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """An SPF record (RFC 7208): terms in the order in which receivers try them. `str()` is the text of the TXT value.

    Args:
        terms: mechanisms and modifiers such as `Include("amazonses.com")`, without the version.

    Raises:
        EmailAuthError: if `terms` holds something else than terms.
        RecordSyntaxError: if `redirect` or `exp` occurs twice (RFC 7208 section 6).
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

        Args:
            text: the value of the TXT record, its strings joined without a space.

        Raises:
            RecordSyntaxError: if `text` breaks the grammar (RFC 7208 section 12) or a rule on how often a modifier may occur.
        """
        return _parsed(text)

    @classmethod
    def verbatim(cls, text: str) -> SpfRecord:
        """As `parse`, but `str()` gives `text` unchanged: for taking over a record that exists. Equality ignores the spelling.

        Args:
            text: the value of the TXT record, its strings joined without a space.

        Raises:
            RecordSyntaxError: as `parse`.
        """
        record = cls(cls.parse(text).terms)
        object.__setattr__(record, "_written", text)
        return record

    @classmethod
    def of_includes(cls, includes: Iterable[str], all_qualifier: SpfQualifier = SpfQualifier.SOFTFAIL) -> SpfRecord:
        """The record that lets the servers behind `includes` send, and says `all_qualifier` of all others.

        Unicode becomes A-labels (RFC 8616 section 4), case and the final dot go, duplicates go, tokens stay.

        Args:
            includes: each a host alone, such as `_spf.google.com`; macros are allowed.
            all_qualifier: what `all` says of all other servers. Default: - SpfQualifier.SOFTFAIL

        Raises:
            EmailAuthError: if an include is not a host, or `all_qualifier` is not a `SpfQualifier`.
        """
        if isinstance(includes, str):
            raise EmailAuthError(f"includes must be a list of hosts, got {includes!r}; pass [{includes!r}]")
        check_qualifier("all_qualifier", all_qualifier)
        return _of_includes(tuple(includes), all_qualifier)

    @staticmethod
    def is_spf(text: str) -> bool:
        """Whether receivers take this TXT value for an SPF record: the version, then a space or the end (RFC 7208 section 4.5).

        The rest is not judged. A value that begins with a token is none, as far as can be told.

        Args:
            text: the value of the TXT record, its strings joined without a space.
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
        terms = _merged_terms(self.terms, other.terms)
        return self if terms == self.terms else SpfRecord(terms)


@functools.lru_cache(maxsize=256)  # most domains of an app publish the same few texts, and several rules read them
def _parsed(text: str) -> SpfRecord:
    placed = _parse_terms(text)
    _check_once(text, placed)
    return SpfRecord(tuple(term for term, _ in placed))


@functools.lru_cache(maxsize=256)  # as above
def _of_includes(includes: tuple[str, ...], all_qualifier: SpfQualifier) -> SpfRecord:
    hosts = dict.fromkeys(_include_host(host) for host in includes)
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


def _parse_terms(text: str) -> list[tuple[Term, tuple[int, int]]]:
    """The terms of the record `text` and where each stands in it.

    Raises:
        RecordSyntaxError: if `text` is not an SPF record or a term breaks the grammar.
    """
    _check_version(text)
    for index, char in enumerate(text):
        if not " " <= char <= "~":
            reference = "RFC 7208 section 4.6.1" if char.isascii() else "RFC 7208 section 3.1"
            message = f"{char!r} is not allowed; a record is visible US-ASCII, its terms separated by spaces"
            raise RecordSyntaxError(message, text, (index, index + 1), reference)
    return [(_term(text, match), match.span()) for match in _WORD.finditer(text, len(VERSION))]


def _check_version(text: str) -> None:
    version = text[: len(VERSION)]
    if version.lower() != VERSION:
        end = text.find(" ") if " " in text.strip() else len(text)
        message = f"this is not an SPF record: it must begin with {VERSION!r}"
        raise RecordSyntaxError(message, text, (0, max(end, 1)), "RFC 7208 section 4.5")
    if text[len(VERSION) : len(VERSION) + 1] not in ("", " "):
        message = f"this is not an SPF record: after {VERSION!r} must come a space or the end"
        raise RecordSyntaxError(message, text, (len(VERSION), len(VERSION) + 1), "RFC 7208 section 4.5")


def _term(source: str, word: re.Match[str]) -> Term:
    start, end = word.span()
    match = _TERM.fullmatch(source, start, end)
    if match is None:
        if holds_token(word.group()):
            return _opaque(source, start, end)
        message = f"{word.group()!r} is not a term: a mechanism such as 'include:' or a modifier such as 'redirect='"
        raise RecordSyntaxError(message, source, (start, end), "RFC 7208 section 4.6.1")
    # Section 4.6.1: what has '=' directly behind the name, before any ':' or '/', is a modifier.
    return _modifier(match) if match["rest"].startswith("=") else _mechanism(match)


def _modifier(match: re.Match[str]) -> Modifier:
    if match["qualifier"]:
        message = f"the modifier {match['name']!r} takes no qualifier"
        raise RecordSyntaxError(message, match.string, match.span("qualifier"), "RFC 7208 section 4.6.1")
    name, value = match["name"].lower(), match["rest"][1:]
    with _located(match.string, match.start("rest") + 1):
        if name == Redirect.name:
            return Redirect(value)
        return Explanation(value) if name == Explanation.name else UnknownModifier(name, value)


def _mechanism(match: re.Match[str]) -> Mechanism | OpaqueTerm:
    name, rest = match["name"].lower(), match["rest"]
    qualifier = SpfQualifier(match["qualifier"] or "+")
    if name in _SECTIONS and (not rest or rest[0] in ":/"):
        if name in ("a", "mx"):
            return _host_mechanism(match, name, qualifier)
        if rest.startswith(":") and name != "all":
            return _mechanism_with_argument(match, name, qualifier)
        if not rest and name in ("all", "ptr"):
            return All(qualifier=qualifier) if name == "all" else Ptr(qualifier=qualifier)
    if rest[:1] not in ("", ":", "/") and holds_token(rest):  # the token may be the rest of the name
        return _opaque(match.string, *match.span())
    raise _no_mechanism(match, name, rest)


def _mechanism_with_argument(match: re.Match[str], name: str, qualifier: SpfQualifier) -> Mechanism:
    argument, start = match["rest"][1:], match.start("rest") + 1
    if name in ("ip4", "ip6"):
        lengths = next(_LENGTH.finditer(match.string, start, match.end()))
        length = _length(lengths, "length", IP4_BITS if name == "ip4" else IP6_BITS)
        with _located(match.string, start):
            if name == "ip4":
                return Ip4(lengths["front"], length, qualifier=qualifier)
            return Ip6(lengths["front"], length, qualifier=qualifier)
    with _located(match.string, start):
        if name == "include":
            return Include(argument, qualifier=qualifier)
        return Exists(argument, qualifier=qualifier) if name == "exists" else Ptr(argument, qualifier=qualifier)


def _host_mechanism(match: re.Match[str], name: str, qualifier: SpfQualifier) -> Mechanism | OpaqueTerm:
    lengths = next(_LENGTHS.finditer(match.string, match.start("rest"), match.end()))
    front = lengths["front"]
    if front and not front.startswith(":"):
        if holds_token(front):
            return _opaque(match.string, *match.span())
        message = f"{match['rest']!r} is no prefix length; write '/24' for IPv4, '//64' for IPv6, or '/24//64'"
        raise RecordSyntaxError(message, match.string, match.span("rest"), "RFC 7208 section 12")
    ip4, ip6 = _length(lengths, "ip4", IP4_BITS), _length(lengths, "ip6", IP6_BITS)
    domain = front[1:] if front else None
    with _located(match.string, match.start("rest") + 1):
        if name == "a":
            return A(domain, ip4, ip6, qualifier=qualifier)
        return Mx(domain, ip4, ip6, qualifier=qualifier)


def _opaque(source: str, start: int, end: int) -> OpaqueTerm:
    with _located(source, start):
        return OpaqueTerm(source[start:end])


def _length(lengths: re.Match[str], group: str, maximum: int) -> int | None:
    if lengths[group] is None:
        return None
    with _located(lengths.string, lengths.start(group)):
        return prefix_length(lengths[group], maximum)


def _no_mechanism(match: re.Match[str], name: str, rest: str) -> RecordSyntaxError:
    """Why this is no mechanism, with the fix for what people get wrong."""
    if name in ("redirect", "exp"):
        message = f"{name!r} is a modifier; write {name + '='!r}"
        return RecordSyntaxError(message, match.string, match.span("name"), "RFC 7208 section 4.6.1")
    if name not in _SECTIONS:
        hint = f"; use {_MISTAKES[name]!r}" if name in _MISTAKES else ""
        message = f"there is no mechanism {match['name']!r}{hint}"
        return RecordSyntaxError(message, match.string, match.span("name"), "RFC 7208 section 4.6.1")
    reference = f"RFC 7208 section {_SECTIONS[name]}"
    if rest:
        message = f"{rest!r} is not allowed after {name!r}"
        return RecordSyntaxError(message, match.string, match.span("rest"), reference)
    kind = "an address" if name in ("ip4", "ip6") else "a domain"
    return RecordSyntaxError(f"{name!r} needs {kind}: '{name}:...'", match.string, match.span("name"), reference)


@contextmanager
def _located(source: str, offset: int) -> Iterator[None]:
    """Say of a fault in a piece where it is in the record."""
    try:
        yield
    except RecordSyntaxError as fault:
        start, end = fault.span
        raise RecordSyntaxError(fault.message, source, (offset + start, offset + end), fault.reference) from None


def _merged_terms(ours: tuple[Term, ...], theirs: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms of `SpfRecord.merge`, which says by what rules.

    Raises:
        EmailAuthError: if no record can say both.
    """
    our_decider, their_decider = _decider(ours), _decider(theirs)
    wanted = _before_all(theirs)
    if isinstance(their_decider, Redirect):
        if isinstance(our_decider, All):
            # Section 6.1 makes it void beside `all`. Section 5.2: include asks that record the same question, "does it
            # pass"; its other results give way to our `all`, as those of their `all` would.
            wanted.append(Include(their_decider.domain))
        elif our_decider is not None and our_decider.meaning != their_decider.meaning:
            raise EmailAuthError(
                f"cannot merge '{our_decider}' with '{their_decider}': a record can redirect only once (RFC 7208 section 6)"
                f"; write one as 'include:{their_decider.domain}' in a record with an 'all'"
            )
    at = _insertion_point(ours)
    front = [*ours[:at], *_missing_mechanisms(_before_all(ours), wanted)]
    tail = list(ours[at:])
    # Section 6.1: a redirect should be the last term.
    last = [tail.pop()] if tail and isinstance(tail[-1], Redirect) else []
    if our_decider is None and their_decider is not None:
        (front if isinstance(their_decider, All) else last).append(their_decider)
    return (*front, *tail, *_missing_modifiers(ours, theirs), *last)


def _decider(terms: tuple[Term, ...]) -> All | Redirect | None:
    """What decides if nothing matches: the first `all`, else the redirect (section 6.1)."""
    for kind in (All, Redirect):
        for term in terms:
            if isinstance(term, kind):
                return term
    return None


def _before_all(terms: tuple[Term, ...]) -> list[Mechanism | OpaqueTerm]:
    """The mechanisms that can match (section 5.1); a term that a token hides may be one."""
    mechanisms: list[Mechanism | OpaqueTerm] = []
    for term in terms:
        if isinstance(term, All):
            break
        if isinstance(term, Mechanism | OpaqueTerm):
            mechanisms.append(term)
    return mechanisms


def _insertion_point(terms: tuple[Term, ...]) -> int:
    """The index of the first `all`; without one, behind the last mechanism."""
    behind = 0
    for index, term in enumerate(terms):
        if isinstance(term, All):
            return index
        if isinstance(term, Mechanism | OpaqueTerm):
            behind = index + 1
    return behind


def _missing_mechanisms(
    ours: list[Mechanism | OpaqueTerm], wanted: list[Mechanism | OpaqueTerm]
) -> list[Mechanism | OpaqueTerm]:
    """Those of `wanted` that `ours` lacks, by meaning."""
    known = _by_meaning(ours)
    missing = []
    for meaning, mechanism in _by_meaning(wanted).items():
        same = known.get(meaning)
        if same is None:
            missing.append(mechanism)
        elif same.qualifier is not mechanism.qualifier:
            raise EmailAuthError(
                f"cannot merge '{same}' with '{mechanism}': both match the same hosts, and the first hides the second"
                " (RFC 7208 section 4.6.2); give both the same qualifier"
            )
    return missing


def _by_meaning(terms: list[Mechanism | OpaqueTerm]) -> dict[tuple[str | int, ...], Mechanism | OpaqueTerm]:
    """Each meaning at its first place; where the first did not match, a repetition does not either."""
    first: dict[tuple[str | int, ...], Mechanism | OpaqueTerm] = {}
    for term in terms:
        first.setdefault(term.meaning, term)
    return first


def _missing_modifiers(ours: tuple[Term, ...], theirs: tuple[Term, ...]) -> list[Explanation | UnknownModifier]:
    """Of `theirs`: unknown modifiers that `ours` lacks, and `exp` if it has none. A redirect is no matter of adding."""
    known = {term.meaning for term in ours if isinstance(term, UnknownModifier)}
    has_explanation = any(isinstance(term, Explanation) for term in ours)
    return [
        term
        for term in theirs
        if (isinstance(term, UnknownModifier) and term.meaning not in known)
        or (isinstance(term, Explanation) and not has_explanation)
    ]


def _include_host(host: str) -> str:
    """The domain-spec for `include:`: A-labels, lower case, no final dot; text with a token stays as it is.

    Raises:
        EmailAuthError: if it is not a host; the sentence says what it looks like and what to pass.
    """
    if not isinstance(host, str):
        raise _refusal(host, "it is no text")
    if is_list_token(host):
        raise _refusal(host, "it is a CDK list token")
    reason = _not_a_host(host)
    if reason is not None:
        raise _refusal(host, reason)
    name = host if holds_token(host) else _normalize(host)
    try:
        check_domain_spec(name)
    except RecordSyntaxError as fault:
        raise _refusal(host, f"{fault.message} ({fault.reference})") from None
    return name


def _normalize(host: str) -> str:
    # By labels: DomainName refuses underscores inside of labels, as in 'spf_c.example.com', and macros.
    try:
        name = ".".join(part if part.isascii() else str(DomainName(part)) for part in host.split("."))
    except InvalidDomainName as fault:
        raise _refusal(host, fault.reason) from None
    literal = literal_text(name)
    bad = _NOT_IN_HOST.search(literal)
    if bad is not None:
        raise _refusal(host, f"{bad.group()!r} is no character of a host")
    name = domain_spec_meaning(name)
    if len(name) > _MAX_NAME and literal_text(name) == name:
        raise _refusal(host, f"it has {len(name)} octets; at most {_MAX_NAME} are allowed")
    return name


def _not_a_host(host: str) -> str | None:
    """What was pasted instead of a host."""
    prefix = _TERM_START.match(host)
    if not host:
        return "it is empty"
    if any(char.isspace() for char in host):
        return "it holds white space"
    if "://" in host:
        return "it is a URL"
    if "@" in host:
        return "it is a mail address"
    return None if prefix is None else f"it begins with {prefix.group()!r}"


def _refusal(host: object, reason: str) -> EmailAuthError:
    return EmailAuthError(f"includes must be hosts, got {host!r}: {reason}; pass the host alone, for example '_spf.google.com'")
