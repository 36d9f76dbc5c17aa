"""The OpenSPF suite for RFC 7208: `SpfRecord.parse` gives every record the verdict that the suite states.

The suite is not in this repository; `fetch_openspf.py` gets it. Environment: OPENSPF_SUITE, the path of the file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.records.spf import SpfRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_PATH = Path(__file__).parents[2] / ".venv" / "openspf" / "rfc7208-tests.yml"

# Permerrors of the suite that the text of the record does not cause: it must parse.
NOT_SYNTAX = {
    "multitxt1": "two records at one name, section 4.5",
    "multitxt2": "two records at one name, section 4.5",
    "multispf1": "two records at one name, section 4.5",
    "include-permerror": "the included record is wrong, section 5.2",
    "include-none": "the included name has no record, section 5.2",
    "redirect-none": "the name redirected to has no record, section 6.1",
    "redirect-loop": "more than ten lookups, section 4.6.4",
    "include-loop": "more than ten lookups, section 4.6.4",
    "mx-limit": "more than ten MX hosts, section 4.6.4",
    "mech-over-limit": "more than ten lookups, section 4.6.4",
    "include-over-limit": "more than ten lookups, section 4.6.4",
    "void-over-limit": "more than two void lookups, section 4.6.4",
}

# The suite allows two verdicts, since section 4.8 leaves a malformed name undefined. Ours:
EITHER = {
    "invalid-domain-empty-label": False,  # literal text: refused, as the author can see it
    "invalid-domain-long": False,  # as above
    "invalid-domain-long-via-macro": True,  # depends on the HELO name of the sender
}

# Tests whose name has no SPF record, so that nothing is parsed.
NO_RECORD = {
    "toolonglabel": "the domain is malformed, section 4.3",
    "emptylabel": "the domain is malformed, section 4.3",
    "helo-not-fqdn": "the domain is no FQDN, section 4.3",
    "helo-domain-literal": "the domain is an address, section 4.3",
    "domain-literal": "the domain is an address, section 4.3",
    "spfonly": "only a record of type 99, section 3.1",
    "txttimeout": "DNS does not answer, section 4.4",
    "nospftxttimeout": "DNS does not answer, section 4.4",
    "alltimeout": "DNS does not answer, section 4.4",
    "nospace1": "'v=spf1mx' is no SPF record, section 4.5",
    "nospf": "no TXT record, section 4.5",
}


@dataclass(frozen=True)
class Case:
    """One test of the suite: the TXT values at the name it starts at, and the results that it allows."""

    scenario: str
    name: str
    results: frozenset[str]
    texts: tuple[str, ...]

    @property
    def records(self) -> list[str]:
        """The SPF records among the TXT values."""
        return [text for text in self.texts if SpfRecord.is_spf(text)]


def suite_path() -> Path:
    """Where the suite is; fails with the fix if it is not there."""
    path = Path(os.environ.get("OPENSPF_SUITE", DEFAULT_PATH))
    if not path.is_file():
        pytest.fail(
            f"the OpenSPF suite is not at {path}; run 'python tests/records/fetch_openspf.py {DEFAULT_PATH.parent}'"
            " or set OPENSPF_SUITE to its path"
        )
    return path


def texts_at(zone: dict[str, list[object]], name: str) -> tuple[str, ...]:
    """The TXT values at `name`. Type SPF stands for TXT unless the name has TXT entries, as the suite says of itself."""
    found: dict[str, list[str]] = {"SPF": [], "TXT": []}
    for entry in zone.get(name.lower(), []):
        for kind, value in entry.items() if isinstance(entry, dict) else ():
            if kind in found:
                found[kind].append("".join(value) if isinstance(value, list) else value)
    return tuple(text for text in found["TXT"] or found["SPF"] if text != "NONE")


def cases() -> Iterator[Case]:
    """All tests of all scenarios."""
    for scenario in yaml.safe_load_all(suite_path().read_text(encoding="utf-8")):
        zone = {str(name).lower(): entries for name, entries in scenario["zonedata"].items()}
        for name, test in scenario["tests"].items():
            _, at, domain = test["mailfrom"].rpartition("@")
            result = test["result"]
            results = frozenset(result if isinstance(result, list) else [result])
            yield Case(scenario["description"], name, results, texts_at(zone, domain if at else test["helo"]))


@pytest.fixture(scope="module")
def suite() -> list[Case]:
    """The whole suite."""
    return list(cases())


def parses(text: str) -> bool:
    """Whether `SpfRecord.parse` takes it."""
    try:
        SpfRecord.parse(text)
    except RecordSyntaxError:
        return False
    return True


def test_every_case_gets_the_verdict_of_the_suite(suite: list[Case]) -> None:
    """A permerror of syntax is refused, everything else parses; no case is left out."""
    wrong = []
    counts = {"refused": 0, "parsed": 0}
    for case in suite:
        if case.name in NO_RECORD:
            continue
        expected = EITHER.get(case.name, "permerror" not in case.results or case.name in NOT_SYNTAX)
        counts["parsed" if expected else "refused"] += 1
        wrong += [(case.scenario, case.name, text) for text in case.records if parses(text) is not expected]
    assert wrong == []
    assert counts == {"refused": 65, "parsed": 127}  # and 11 without a record


def test_the_suite_is_whole(suite: list[Case]) -> None:
    """203 cases in 16 scenarios; every case has exactly the records that its classification says."""
    assert len(suite) == 203
    assert len({case.scenario for case in suite}) == 16
    assert {case.name for case in suite if not case.records} == set(NO_RECORD)


def test_the_lists_hold_no_case_that_needs_no_exception(suite: list[Case]) -> None:
    """Each entry of NOT_SYNTAX is a permerror of the suite; each of EITHER may be one or not."""
    by_name = {case.name: case.results for case in suite}
    assert len(by_name) == len(suite)
    assert all("permerror" in by_name[name] for name in NOT_SYNTAX)
    assert {name for name, results in by_name.items() if "permerror" in results and len(results) > 1} == {*EITHER, "multispf1"}


def test_two_records_are_counted_as_two(suite: list[Case]) -> None:
    """`is_spf` finds the records of section 4.5 among all TXT values: the version in any case, then a space or the end."""
    counts = {case.name: len(case.records) for case in suite}
    assert {name for name, count in counts.items() if count > 1} == {"multitxt1", "multitxt2", "multispf1"}


def test_records_that_only_includes_and_redirects_reach(suite: list[Case]) -> None:
    """Every record of the zones parses, or is one that a tested name already showed to be wrong."""
    refused_at_start = {text for case in suite for text in case.records if not parses(text)}
    records = set()
    for scenario in yaml.safe_load_all(suite_path().read_text(encoding="utf-8")):
        zone = {str(name).lower(): entries for name, entries in scenario["zonedata"].items()}
        records |= {text for name in zone for text in texts_at(zone, name) if SpfRecord.is_spf(text)}
    assert len(records) == 168
    assert {text for text in records if not parses(text)} == refused_at_start


def test_canonical_text_of_every_record_is_stable(suite: list[Case]) -> None:
    """`str(parse(t))` says the same as `t`, and is its own canonical text."""
    records = {text for case in suite for text in case.records if parses(text)}
    for text in records:
        record = SpfRecord.parse(text)
        assert SpfRecord.parse(str(record)) == record == SpfRecord.verbatim(text)
        assert str(SpfRecord.verbatim(text)) == text


def test_an_absent_suite_fails_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    """No skip: who has no suite is told how to get it."""
    monkeypatch.setenv("OPENSPF_SUITE", "/does/not/exist.yml")
    with pytest.raises(pytest.fail.Exception, match="fetch_openspf"):
        suite_path()
