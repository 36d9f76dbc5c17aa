"""Tests of reading DMARC records: what is legal, what is wrong, and what receivers make of it."""

from __future__ import annotations

from unittest import mock

import checkdmarc.dmarc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.records.dmarc import DmarcRecord

RUA = "rua=mailto:a@e.example"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("v=DMARC1;p=none", "v=DMARC1; p=none", id="no-white-space"),
        pytest.param("v=DMARC1; p=none;", "v=DMARC1; p=none", id="final-semicolon"),
        pytest.param("v\t=\tDMARC1\t;\tp = none \t", "v=DMARC1; p=none", id="white-space-round-the-signs"),
        pytest.param("V=DMARC1; P=None; SP=REJECT; T=Y", "v=DMARC1; p=none; sp=reject; t=y", id="literals-have-no-case"),
        pytest.param(f"v=DMARC1; {RUA}; p=reject", f"v=DMARC1; p=reject; {RUA}", id="p-may-stand-anywhere-in-rfc9989"),
        pytest.param(f"v=DMARC1; {RUA}", f"v=DMARC1; {RUA}", id="no-p-with-rua"),
        pytest.param(
            "v=DMARC1; p=none; rua=mailto:a@e.example\t,\tmailto:b@e.example",
            f"v=DMARC1; p=none; {RUA},mailto:b@e.example",
            id="tabs",
        ),
        pytest.param("v=DMARC1; p=none; fo=d:S:0", "v=DMARC1; p=none; fo=d:s:0", id="fo-in-any-order"),
        pytest.param("v=DMARC1; p=none; psd=y", "v=DMARC1; p=none; psd=y", id="psd-y-is-legal"),
        pytest.param("v=DMARC1; p=none; zz=1; Polic=x=y", "v=DMARC1; p=none; zz=1; Polic=x=y", id="unknown-tags-are-kept"),
        pytest.param("v=DMARC1; p=none; pct=050; ri=0; rf=afrf", "v=DMARC1; p=none; pct=50; rf=afrf; ri=0", id="historic-tags"),
        pytest.param("v=DMARC1; p=none; rua=mailto:a@e.example!10M", f"v=DMARC1; p=none; {RUA}!10m", id="obsolete-size-limit"),
        pytest.param("v=DMARC1; p=none; rua=${Token[A.1]}", "v=DMARC1; p=none; rua=${Token[A.1]}", id="token-as-whole-uri"),
    ],
)
def test_legal_texts(text: str, canonical: str) -> None:
    """What RFC 9989 section 4.8 allows is read, and printed in the canonical form, which is stable."""
    record = DmarcRecord.parse(text)
    assert str(record) == canonical
    assert str(DmarcRecord.parse(canonical)) == canonical
    assert DmarcRecord.read(text).problems == ()


VOID = True
TAG_ONLY = False


@pytest.mark.parametrize(
    ("text", "message", "fault", "reference", "voids_record", "left"),
    [
        # The frame (RFC 9989 section 4.8).
        pytest.param("", "a tag is missing here", "", "RFC 9989 section 4.8", VOID, None, id="empty"),
        pytest.param(
            "v=DMARC1; p=none;;", "a tag is missing here", "", "RFC 9989 section 4.8", VOID, None, id="two-semicolons"
        ),
        pytest.param("v=DMARC1; none", "'none' has no '='", "none", "RFC 9989 section 4.8", VOID, None, id="no-equals"),
        pytest.param(
            "v=DMARC1;\r\n p=none", "a line break cannot stand", "\r", "RFC 9989 section 4.8", VOID, None, id="line-break"
        ),
        # The version (section 4.7): first, and exactly DMARC1.
        pytest.param(
            "p=none; v=DMARC1", "must begin with 'v=DMARC1'", "p", "RFC 9989 section 4.8", VOID, None, id="v-not-first"
        ),
        pytest.param(
            " v=DMARC1; p=none", "must begin with 'v=DMARC1'", " v", "RFC 9989 section 4.8", VOID, None, id="leading-space"
        ),
        pytest.param("v=dmarc1; p=none", "got 'dmarc1'", "dmarc1", "RFC 9989 section 4.8", VOID, None, id="version-case"),
        pytest.param(
            "v=DMARC1 p=none", "with a ';' behind it", "DMARC1 p=none", "RFC 9989 section 4.8", VOID, None, id="no-semicolon"
        ),
        pytest.param("v=DMARC2; p=none", "must be 'DMARC1'", "DMARC2", "RFC 9989 section 4.8", VOID, None, id="version-2"),
        # Duplicates make the whole list invalid, unknown tags too.
        pytest.param(
            f"v=DMARC1; p=none; {RUA}; P=none", "'p' stands there twice", "P", "RFC 6376 section 3.2", VOID, None, id="p-twice"
        ),
        pytest.param(
            "v=DMARC1; p=none; v=DMARC1", "'v' stands there twice", "v", "RFC 6376 section 3.2", VOID, None, id="v-twice"
        ),
        pytest.param(
            "v=DMARC1; p=none; x=1; x=2", "'x' stands there twice", "x", "RFC 6376 section 3.2", VOID, None, id="unknown-twice"
        ),
        # p, sp, np (section 4.10.1): with a valid rua the record counts as p=none.
        pytest.param("v=DMARC1; p=bogus", "p must be one of 'none'", "bogus", "RFC 9989 section 4.7", VOID, None, id="p"),
        pytest.param(
            f"v=DMARC1; p=x; {RUA}",
            "p must be one of",
            "x",
            "RFC 9989 section 4.7",
            VOID,
            f"v=DMARC1; p=none; {RUA}",
            id="p-with-rua",
        ),
        pytest.param(
            "v=DMARC1; p=reject; sp=x", "sp must be one of", "x", "RFC 9989 section 4.7", VOID, None, id="sp-undoes-p"
        ),
        pytest.param(
            f"v=DMARC1; p=reject; np=x; sp=reject; {RUA}; adkim=s",
            "np must be one of",
            "x",
            "RFC 9989 section 4.7",
            VOID,
            f"v=DMARC1; p=none; adkim=s; {RUA}",
            id="np-undoes-p-and-sp",
        ),
        pytest.param("v=DMARC1; p=", "p has no value", "", "RFC 9989 section 4.8", VOID, None, id="p-empty"),
        pytest.param(
            "v=DMARC1; p=none\u00a0", "not printable US-ASCII", "none\u00a0", "RFC 9989 section 4.8", VOID, None, id="p-nbsp"
        ),
        pytest.param("v=DMARC1", "neither a p nor a valid rua", "", "RFC 9989 section 4.10.1", VOID, None, id="version-alone"),
        pytest.param(
            "v=DMARC1; sp=reject", "neither a p nor a valid rua", "", "RFC 9989 section 4.10.1", VOID, None, id="sp-alone"
        ),
        # Any other value: the tag alone is ignored (section 4.8).
        pytest.param(
            "v=DMARC1; p=none; adkim=x",
            "adkim must be one of 'r', 's'",
            "x",
            "RFC 9989 section 4.7",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="adkim",
        ),
        pytest.param(
            "v=DMARC1; p=none; aspf=",
            "aspf has no value",
            "",
            "RFC 9989 section 4.8",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="aspf-empty",
        ),
        pytest.param(
            "v=DMARC1; p=none; psd=x",
            "psd must be one of 'y', 'n', 'u'",
            "x",
            "RFC 9989 section 4.7",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="psd",
        ),
        pytest.param(
            "v=DMARC1; p=none; t=yes",
            "t must be 'y' or 'n'",
            "yes",
            "RFC 9989 section 4.7",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="t",
        ),
        pytest.param(
            "v=DMARC1; p=none; fo=2",
            "fo must be '0', '1', 'd', 's'",
            "2",
            "RFC 9989 section 4.7",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="fo",
        ),
        pytest.param(
            "v=DMARC1; p=none; fo=1: d",
            "fo must be '0', '1'",
            "1: d",
            "RFC 9989 section 4.7",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="fo-space",
        ),
        pytest.param(
            "v=DMARC1; p=none; fo=0:1",
            "fo holds both '0' and '1'",
            "0:1",
            "RFC 9989 section 4.7",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="fo-0-1",
        ),
        pytest.param(
            "v=DMARC1; p=none; fo=d:d",
            "fo holds an option twice",
            "d:d",
            "RFC 9989 section 4.7",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="fo-d-d",
        ),
        pytest.param(
            "v=DMARC1; p=none; pct=101",
            "pct must be a whole number",
            "101",
            "RFC 7489 section 6.3",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="pct",
        ),
        pytest.param(
            "v=DMARC1; p=none; ri=1d",
            "ri must be a whole number",
            "1d",
            "RFC 7489 section 6.3",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="ri",
        ),
        pytest.param(
            "v=DMARC1; p=none; rf=a b",
            "rf must be report formats",
            "a b",
            "RFC 7489 section 6.3",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="rf",
        ),
        pytest.param(
            "v=DMARC1; p=none; x_1=y",
            "'x_1' may hold letters only",
            "x_1",
            "RFC 9989 section 4.8",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="name",
        ),
        pytest.param(
            "v=DMARC1; p=none; x=",
            "x has no value",
            "",
            "RFC 9989 section 4.8",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="unknown-empty",
        ),
        pytest.param(
            "v=DMARC1; p=none; x=\u3042",
            "x holds a character",
            "\u3042",
            "RFC 9989 section 4.8",
            TAG_ONLY,
            "v=DMARC1; p=none",
            id="not-ascii",
        ),
        # One bad URI does not spoil the others.
        pytest.param(
            "v=DMARC1; p=none; rua=mailto:b@e.example ,  a@e.example",
            "rua: 'a@e.example' is not a report URI: it has no scheme",
            "a@e.example",
            "RFC 9989 section 4.8",
            TAG_ONLY,
            "v=DMARC1; p=none; rua=mailto:b@e.example",
            id="rua-no-scheme",
        ),
        pytest.param(
            "v=DMARC1; p=none; ruf=mailto:a@e.example,",
            "ruf has an empty entry",
            "",
            "RFC 9989 section 4.8",
            TAG_ONLY,
            "v=DMARC1; p=none; ruf=mailto:a@e.example",
            id="ruf-final-comma",
        ),
    ],
)
def test_faults(text: str, message: str, fault: str, reference: str, voids_record: bool, left: str | None) -> None:  # noqa: FBT001 - a row of the table
    """A fault makes parse raise with place and section; read says what is void and what receivers still apply."""
    with pytest.raises(RecordSyntaxError) as caught:
        DmarcRecord.parse(text)
    error = caught.value
    assert message in error.message
    assert (error.source, text[slice(*error.span)], error.reference) == (text, fault, reference)
    assert "^" in str(error)
    reading = DmarcRecord.read(text)
    assert [problem.error.message for problem in reading.problems] == [error.message]
    assert reading.problems[0].voids_record is voids_record
    assert (None if reading.record is None else str(reading.record)) == left


def test_all_problems_are_listed_in_the_order_of_the_text() -> None:
    """Reading goes on after a fault; parse raises the first."""
    text = "v=DMARC1; adkim=x; rua=a@e.example; t=maybe; zz=; pct=1000"
    reading = DmarcRecord.read(text)
    faults = [text[slice(*problem.error.span)] for problem in reading.problems]
    assert faults == ["x", "a@e.example", "maybe", "", "1000", ""]
    assert [problem.voids_record for problem in reading.problems] == [False] * 5 + [True]
    assert reading.record is None
    with pytest.raises(RecordSyntaxError, match="adkim must be one of"):
        DmarcRecord.parse(text)


def test_a_wrong_policy_and_no_valid_rua_leave_nothing() -> None:
    """RFC 9989 section 4.10.1: a rua without one valid URI does not save the record."""
    assert DmarcRecord.read("v=DMARC1; p=bogus; rua=a@e.example").record is None


def test_the_caret_points_at_the_fault() -> None:
    """The error prints the record with a caret below the fault."""
    with pytest.raises(RecordSyntaxError) as caught:
        DmarcRecord.parse("v=DMARC1; p=bogus")
    assert str(caught.value) == (
        "p must be one of 'none', 'quarantine', 'reject', got 'bogus' (RFC 9989 section 4.7)\n"
        "    v=DMARC1; p=bogus\n"
        "                ^^^^^"
    )


@pytest.mark.parametrize(
    ("text", "is_dmarc"),
    [
        pytest.param("v=DMARC1", True, id="version-alone"),
        pytest.param("v=DMARC1;", True, id="consent-record"),
        pytest.param("V = DMARC1 ; p=bogus", True, id="good-or-bad"),
        pytest.param("v=DMARC1;;;", True, id="broken-behind-the-version"),
        pytest.param("v=dmarc1; p=none", False, id="version-case"),
        pytest.param("v=DMARC12; p=none", False, id="longer-version"),
        pytest.param("v=DMARC1 p=none", False, id="no-semicolon"),
        pytest.param(" v=DMARC1; p=none", False, id="leading-space"),
        pytest.param("v=DMARC1\n", False, id="line-break"),
        pytest.param("p=none; v=DMARC1", False, id="v-not-first"),
        pytest.param("v=spf1 -all", False, id="spf"),
        pytest.param("", False, id="empty"),
    ],
)
def test_is_dmarc(text: str, is_dmarc: bool) -> None:  # noqa: FBT001 - the expectation
    """RFC 9989 section 4.10: texts that do not begin with the version are not DMARC records."""
    assert DmarcRecord.is_dmarc(text) is is_dmarc


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                "p",
                "sp",
                "np",
                "adkim",
                "fo",
                "rua",
                "ruf",
                "psd",
                "t",
                "pct",
                "ri",
                "rf",
                "zz",
                "=",
                "none",
                "reject",
                "r",
                "0:1",
                "1",
            ]
        )
        | st.sampled_from(["y", "n", "mailto:a@e.example", ",", ";", " ", "!", "%", "\u3042", "\t", "=", ";"]),
        max_size=14,
    )
)
def test_read_never_raises_and_agrees_with_parse(parts: list[str]) -> None:
    """Any text is read; parse accepts exactly the texts without a problem; spans lie inside of the text."""
    text = "v=DMARC1;" + "".join(parts)
    reading = DmarcRecord.read(text)
    for problem in reading.problems:
        start, end = problem.error.span
        assert 0 <= start <= end <= len(text)
    if reading.problems:
        with pytest.raises(RecordSyntaxError) as caught:
            DmarcRecord.parse(text)
        assert caught.value is not None
        assert (reading.record is None) <= any(problem.voids_record for problem in reading.problems)
    else:
        assert DmarcRecord.parse(text) == reading.record
    if reading.record is not None:
        assert DmarcRecord.parse(str(reading.record)) == reading.record


def _checkdmarc_accepts(text: str) -> bool:
    with (
        mock.patch.object(checkdmarc.dmarc, "get_mx_records", return_value=["mx"]),
        mock.patch.object(checkdmarc.dmarc, "verify_dmarc_report_destination"),
    ):
        try:
            checkdmarc.dmarc.parse_dmarc_record(text, "e.example")
        except checkdmarc.dmarc.DMARCError:
            return False
    return True


def _accepts(text: str) -> bool:
    return not DmarcRecord.read(text).problems


AGREED = [
    "v=DMARC1; p=none",
    f"v=DMARC1; {RUA}",
    "v=DMARC1; p=none; zz=1",
    "v=DMARC1; p=none;",
    "v=DMARC1; p=none; rua=mailto:a%2Cb%21@e.example",
]
AGREED_WRONG = [
    "v=dmarc1; p=none",
    "v=DMARC1; p=none;; ",
    "v=DMARC1; p=x",
    "v=DMARC1; p=none; p=none",
    "v=DMARC1; p=none; rua=a@e.example",
]


@pytest.mark.parametrize("text", AGREED)
def test_checkdmarc_agrees_on_good_texts(text: str) -> None:
    """Both readers accept the text."""
    assert _accepts(text)
    assert _checkdmarc_accepts(text)


@pytest.mark.parametrize("text", AGREED_WRONG)
def test_checkdmarc_agrees_on_wrong_texts(text: str) -> None:
    """Both readers refuse the text."""
    assert not _accepts(text)
    assert not _checkdmarc_accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("v=DMARC1", id="rfc9989-4.10.1-no-p-and-no-rua-is-no-dmarc"),
        pytest.param("v=DMARC1; p=none; adkim=x", id="rfc9989-4.8-invalid-value-takes-the-default-with-a-warning"),
        pytest.param("v=DMARC1; p=none; fo=0:1", id="rfc9989-4.7-0-and-1-exclude-each-other-warning"),
        pytest.param("v=DMARC1; p=none; fo=d:d", id="rfc9989-4.8-once-each-warning"),
        pytest.param("v=DMARC1; p=none; x=1; x=2", id="rfc6376-3.2-a-tag-may-stand-there-once-known-or-not"),
        pytest.param("v=DMARC1; p=none; pct=101", id="rfc7489-6.3-0-to-100-removed-tags-are-not-looked-at"),
        pytest.param("v=DMARC1; p=none; rua=mailto:a..b@e.example", id="rfc5322-3.2.3-dot-atom"),
        pytest.param("v=DMARC1; p=none; rua=mailto:a@localhost", id="no-mail-goes-to-a-single-label"),
        pytest.param("v=DMARC1; p=none; rua=mailto:a@e.example!10x", id="rfc9989-4.8-size-units-are-k-m-g-t"),
    ],
)
def test_known_disagreements_with_checkdmarc(text: str) -> None:
    """These are accepted by checkdmarc, at most with a warning; the id says why we do not."""
    assert _checkdmarc_accepts(text)
    assert not _accepts(text)
