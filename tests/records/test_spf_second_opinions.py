"""pyspf (strict) and checkdmarc take what `SpfRecord` prints and refuse what it refuses; disagreements are listed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import checkdmarc.spf
import pytest
import spf as pyspf
from hypothesis import given, settings

from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.spf import A, Mx, SpfRecord
from ses_email_auth.records.spf_terms import literal_text
from tests.records.spf_strategies import records
from tests.records.test_spf import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWERS: dict[str, object] = {
    "TXT": (b"v=spf1 -all",),
    "A": "203.0.113.1",
    "AAAA": "2001:db8:ffff::1",
    "MX": (10, "mx.example.org"),
    "PTR": "ptr.example.org",
}

# Legal, but pyspf refuses them.
PYSPF_TOO_STRICT = [
    pytest.param("v=spf1 foo=1 foo=2", "MUST appear at most once", id="section-6-ignores-unknown-modifiers-however-often"),
    pytest.param("v=spf1 foo=100%%", "invalid-macro-char", id="section-7.1-allows-a-percent-sign-at-the-end"),
    pytest.param("v=spf1 a:x.%%/24", "invalid-macro-char", id="section-7.1-also-before-a-prefix-length"),
    pytest.param("v=spf1 include:%{d} -all", "trivial recursion", id="section-5.2-a-loop-is-no-fault-of-syntax"),
]
# Rows of FAULTS that pyspf's strict mode gives no permerror.
PYSPF_TOO_LAX = {
    "empty": "section 4.5: the result is none, not permerror",
    "no-version": "as above",
    "leading-space": "as above",
    "other-version": "as above",
    "semicolon": "as above",
    "not-ascii": "section 3.1: pyspf checks it when it reads DNS",
    "label-of-64": "section 4.8 leaves it open: pyspf says no match",
    "64-beside-a-macro": "as above",
    "open-bracket": "section 7.1: pyspf looks at the character behind the percent sign only",
    "no-delimiter": "section 7.1: as above",
    "zero-parts": "section 7.3: MUST be nonzero",
    "redirect-twice": "section 4.6.1: names are case-insensitive",
}
# Rows of FAULTS that checkdmarc takes.
CHECKDMARC_TOO_LAX = {
    "leading-space": "section 4.5: it trims",
    "tab-is-no-separator": "section 4.6.1",
    "include-with-length": "section 5.2",
    "one-label": "section 7.1: a warning there",
    "address-as-domain": "section 7.1",
    "top-label-of-digits": "section 7.1",
    "top-label-begins-with-hyphen": "section 7.1",
    "text-behind-the-last-macro": "section 7.1",
    "empty-label": "section 4.8 leaves it open",
    "leading-dot": "section 4.8",
    "label-of-64": "section 4.8",
    "64-beside-a-macro": "section 4.8",
    "percent-at-the-end": "section 7.1: macros in unknown modifiers are not read",
    "letter-for-explanations-only": "section 7.2",
}
# Neither knows tokens; 5000 digits end both with a ValueError of int().
PLAIN_FAULTS = {
    str(row.id): str(row.values[0])
    for row in FAULTS
    if not holds_token(str(row.values[0])) and row.id != "length-of-5000-digits"
}


@pytest.fixture(autouse=True, scope="module")
def no_network() -> Iterator[None]:
    """DNS answers for every name, and never counts against a limit: only syntax is asked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyspf, "DNSLookup", lambda name, kind, *_: [((name, kind), ANSWERS[kind])] if kind in ANSWERS else [])
        patch.setattr(pyspf, "MAX_LOOKUP", 1000)
        patch.setattr(pyspf, "MAX_VOID_LOOKUPS", 1000)
        patch.setattr(checkdmarc.spf, "query_dns", None)
        patch.setattr(checkdmarc.spf, "get_a_records", lambda *_, **__: ["203.0.113.1"])
        patch.setattr(checkdmarc.spf, "get_mx_records", lambda *_, **__: [{"preference": 10, "hostname": "mx.example.org"}])
        patch.setattr(checkdmarc.spf, "get_txt_records", lambda *_, **__: ["text"])
        patch.setattr(checkdmarc.spf, "query_spf_record", lambda *_, **__: {"record": "v=spf1 -all", "warnings": []})
        yield


def checkdmarc_says(text: str) -> str | None:
    """The reason why checkdmarc refuses `text`; None if it takes it."""
    try:
        checkdmarc.spf.parse_spf_record(text, "sender.example.org", ignore_too_many_lookups=True)
    except checkdmarc.spf.SPFError as error:
        return str(error)
    return None


def pyspf_says(text: str) -> str | None:
    """The reason why pyspf's strict mode gives a permerror; None if it gives none."""
    query = pyspf.query(i="198.51.100.9", s="me@sender.example.org", h="helo.example.org", strict=True)
    result, _, reason = query.check(text)
    return reason if result == "permerror" else None


def pyspf_is_too_strict(record: SpfRecord) -> bool:
    """The first three cases of PYSPF_TOO_STRICT."""
    names = [modifier.name for modifier in record.modifiers]
    return len(names) != len(set(names)) or any(re.search(r"(?<!%)(%%)+(/|\Z)", str(term)) for term in record.terms)


def checkdmarc_is_too_strict(record: SpfRecord) -> bool:
    """Section 7.1 allows a slash in a domain-spec; checkdmarc takes it for a prefix length in `a` and `mx`."""
    return any(
        isinstance(term, A | Mx) and term.domain is not None and "/" in literal_text(term.domain) for term in record.mechanisms
    )


@given(records)
@settings(max_examples=80)
def test_both_accept_every_record_of_ours(record: SpfRecord) -> None:
    """Whatever terms it is made of."""
    text = str(record)
    if not pyspf_is_too_strict(record):
        reason = pyspf_says(text)
        assert reason is None or "trivial recursion" in reason, reason
    if not checkdmarc_is_too_strict(record):
        assert checkdmarc_says(text) is None


@pytest.mark.parametrize(("text", "reason"), PYSPF_TOO_STRICT)
def test_pyspf_is_too_strict_as_listed(text: str, reason: str) -> None:
    """An entry that is no longer true goes."""
    SpfRecord.parse(text)
    assert reason in str(pyspf_says(text))


def test_checkdmarc_is_too_strict_as_listed() -> None:
    """The one case; the OpenSPF suite has it as `a-colon-domain`."""
    text = "v=spf1 a:foo:bar/baz.example.com"
    SpfRecord.parse(text)
    assert "not a valid CIDR" in str(checkdmarc_says(text))


def test_pyspf_refuses_what_is_refused_here() -> None:
    """But for the listed cases."""
    assert {name for name, text in PLAIN_FAULTS.items() if pyspf_says(text) is None} == set(PYSPF_TOO_LAX)


def test_checkdmarc_refuses_what_is_refused_here() -> None:
    """But for the listed cases."""
    assert {name for name, text in PLAIN_FAULTS.items() if checkdmarc_says(text) is None} == set(CHECKDMARC_TOO_LAX)


@pytest.mark.parametrize("includes", [[], ["amazonses.com"], ["_spf.google.com", "spf_c.example.com", "%{d}._spf.example.net"]])
def test_checkdmarc_counts_the_same_lookups(includes: list[str]) -> None:
    """The included records of this test cost nothing themselves."""
    record = SpfRecord.of_includes(includes)
    results = checkdmarc.spf.parse_spf_record(str(record), "sender.example.org")
    assert results["dns_lookups"] == record.dns_lookups == len(includes)
