"""The union of two SPF records for one domain that sends through both (RFC 7208 sections 4.6.2, 5.1, 5.2, 6 and 6.1).

Works on the terms alone: that one network lies in another, or that two names have the same addresses, is not seen.
"""

from __future__ import annotations

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.spf_mechanisms import All, Include
from ses_email_auth.records.spf_terms import Explanation, Mechanism, OpaqueTerm, Redirect, Term, UnknownModifier

__all__ = ["merged_terms"]


def merged_terms(ours: tuple[Term, ...], theirs: tuple[Term, ...]) -> tuple[Term, ...]:
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
    found: list[Mechanism | OpaqueTerm] = []
    for term in terms:
        if isinstance(term, All):
            break
        if isinstance(term, Mechanism | OpaqueTerm):
            found.append(term)
    return found


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
