"""What Hypothesis makes SPF records of: every term that the classes can hold."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.spf import (
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
    Ptr,
    Redirect,
    SpfQualifier,
    SpfRecord,
    UnknownModifier,
)

TOKEN = "${Token[TOKEN.12]}"

qualifiers = st.sampled_from(SpfQualifier)
_transformers = st.from_regex(r"([1-9][0-9]?)?[rR]?[.\-+,/_=]{0,2}", fullmatch=True)
macros = st.builds("%{{{}{}}}".format, st.sampled_from("slodiphvSLODIPHV"), _transformers) | st.sampled_from(["%%", "%_", "%-"])
# Few names, so that two records often share some.
_labels = st.sampled_from(["a", "B", "_spf", "spf_c", "x" * 63, "1", "foo:bar/baz", "a,b=c"])
_pieces = st.lists(_labels | macros, min_size=1, max_size=3).map(".".join)
_top_labels = st.sampled_from(["com", "Example", "xn--zckzah", "c0m", "1-2"])
domains = st.builds("{}.{}{}".format, _pieces, _top_labels, st.sampled_from(["", "."])) | st.builds(
    "{}.{}".format, _pieces, macros
)
macro_strings = st.lists(st.text(string.ascii_letters + ":/=.-+~?_,;\"'<>", max_size=4) | macros, max_size=3).map("".join)

_lengths4 = st.none() | st.integers(0, 32)
_lengths6 = st.none() | st.integers(0, 128)
mechanisms_but_all: st.SearchStrategy[Mechanism] = st.one_of(
    st.builds(Include, domains, qualifier=qualifiers),
    st.builds(Exists, domains, qualifier=qualifiers),
    st.builds(Ptr, st.none() | domains, qualifier=qualifiers),
    st.builds(A, st.none() | domains, _lengths4, _lengths6, qualifier=qualifiers),
    st.builds(Mx, st.none() | domains, _lengths4, _lengths6, qualifier=qualifiers),
    st.builds(Ip4, st.ip_addresses(v=4).map(str), _lengths4, qualifier=qualifiers),
    st.builds(Ip6, st.ip_addresses(v=6).map(str), _lengths6, qualifier=qualifiers),
)
mechanisms: st.SearchStrategy[Mechanism] = mechanisms_but_all | st.builds(All, qualifier=qualifiers)
unknown_names = st.from_regex(r"[a-z][a-z0-9_.\-]{0,4}", fullmatch=True).filter(lambda name: name not in ("redirect", "exp"))
modifiers: st.SearchStrategy[Modifier] = st.one_of(
    st.builds(Redirect, domains), st.builds(Explanation, domains), st.builds(UnknownModifier, unknown_names, macro_strings)
)


def _once(terms: list[Mechanism | Modifier]) -> tuple[Mechanism | Modifier, ...]:
    """`terms` without a second redirect and a second exp."""
    kept: list[Mechanism | Modifier] = []
    for term in terms:
        if not (isinstance(term, Redirect | Explanation) and any(type(other) is type(term) for other in kept)):
            kept.append(term)
    return tuple(kept)


records = st.lists(mechanisms | modifiers, max_size=7).map(_once).map(SpfRecord)


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """A record as people write it: any case of the names, an explicit "+", many spaces."""
    record = draw(records)
    words = [draw(st.sampled_from(["v=spf1", "V=SPF1", "v=sPf1"]))]
    for term in record.terms:
        text = str(term)
        if text.startswith(term.name) and draw(st.booleans()):
            text = term.name.upper() + text.removeprefix(term.name)
        if isinstance(term, Mechanism) and term.qualifier is SpfQualifier.PASS and draw(st.booleans()):
            text = f"+{text}"
        words.append(text)
    spaces = st.sampled_from([" ", "  ", "   "])
    return "".join(word + draw(spaces) for word in words).rstrip() + draw(st.sampled_from(["", " ", "  "]))


@st.composite
def mergeable_pairs(draw: st.DrawFn) -> tuple[SpfRecord, SpfRecord]:
    """Two records that can be merged, which often share terms."""
    first = draw(records)
    shared = draw(st.lists(st.sampled_from(first.terms), max_size=3)) if first.terms else []
    own = draw(st.lists(mechanisms | modifiers, max_size=4))
    second = SpfRecord(_once(draw(st.permutations([*shared, *own]))))
    try:
        first.merge(second)
    except EmailAuthError:
        second = SpfRecord(())
    return first, second
