"""Tests of MTA-STS records, and of the fields that they share with TLS-RPT records."""

from __future__ import annotations

import re
import string

import checkdmarc.mta_sts
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.records.mta_sts import MtaStsRecord

TOKEN = "${Token[TOKEN.16]}"
REFERENCE = "RFC 8461 section 3.1"

ids = st.text(string.ascii_letters + string.digits, min_size=1, max_size=32)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", fullmatch=True)
values = st.text("".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in ";="), min_size=1, max_size=12)
others = st.lists(st.tuples(names.filter(lambda name: name not in {"v", "id", "rua"}), values), max_size=3).map(tuple)
records = st.builds(MtaStsRecord, ids, others)


@pytest.mark.parametrize(
    ("text", "policy_id", "other", "canonical"),
    [
        pytest.param("v=STSv1; id=20160831085700Z;", "20160831085700Z", (), "v=STSv1; id=20160831085700Z;", id="rfc-example"),
        pytest.param("v=STSv1;id=1", "1", (), "v=STSv1; id=1;", id="without-spaces-and-final-semicolon"),
        pytest.param("v=STSv1;\t id=1 \t; ", "1", (), "v=STSv1; id=1;", id="white-space-around-semicolons"),
        pytest.param("v=STSv1; x.y-z_1=a:b; id=1", "1", (("x.y-z_1", "a:b"),), "v=STSv1; id=1; x.y-z_1=a:b;", id="unknown"),
        pytest.param("v=STSv1; ID=x; id=1;", "1", (("ID", "x"),), "v=STSv1; id=1; ID=x;", id="names-are-case-sensitive"),
        pytest.param("v=STSv1; b=1; id=1; b=2; a=3", "1", (("b", "1"), ("b", "2"), ("a", "3")), None, id="unknown-in-order"),
        pytest.param(f"v=STSv1; id={TOKEN};", TOKEN, (), f"v=STSv1; id={TOKEN};", id="token-to-the-letter"),
    ],
)
def test_records_are_read(text: str, policy_id: str, other: tuple[tuple[str, str], ...], canonical: str | None) -> None:
    """The id, and the rest in order; `verbatim` keeps the spelling."""
    record = MtaStsRecord.parse(text)
    assert (record.policy_id, record.other) == (policy_id, other)
    assert str(record) == (canonical or str(MtaStsRecord.parse(str(record))))
    assert MtaStsRecord.is_mta_sts(text)
    assert str(MtaStsRecord.verbatim(text)) == text
    assert MtaStsRecord.verbatim(text) == record


FAULTS = [
    pytest.param("", (0, 0), "must begin with exactly 'v=STSv1;'", id="empty"),
    pytest.param("v=STSv1", (0, 7), "must begin with exactly 'v=STSv1;'", id="version-alone"),
    pytest.param("v=stsv1; id=1;", (0, 8), "must begin with exactly 'v=STSv1;'", id="lower-case"),
    pytest.param("v = STSv1; id=1;", (0, 8), "must begin with exactly 'v=STSv1;'", id="spaces-in-the-version"),
    pytest.param("v=STSv1 ; id=1;", (0, 8), "must begin with exactly 'v=STSv1;'", id="space-behind-the-version"),
    pytest.param(" v=STSv1; id=1;", (0, 8), "must begin with exactly 'v=STSv1;'", id="leading-space"),
    pytest.param("v=STSv1, id=1;", (0, 8), "must begin with exactly 'v=STSv1;'", id="comma"),
    pytest.param("v=STSv1 id=1;", (0, 8), "must begin with exactly 'v=STSv1;'", id="missing-semicolon"),
    pytest.param("v=STSv1;", (8, 8), "id= is missing", id="no-id"),
    pytest.param("v=STSv1; Id=1", (13, 13), "id= is missing (names are case-sensitive)", id="id-in-capitals"),
    pytest.param("v=STSv1; id=2026-11-24", (12, 22), "without hyphens", id="hyphens-in-the-id"),
    pytest.param(f"v=STSv1; id={'1' * 33}", (12, 45), "1 to 32 letters and digits", id="id-of-33"),
    pytest.param("v=STSv1; id=", (12, 12), "id= has no value", id="empty-id"),
    pytest.param("v=STSv1; id=1 2", (12, 15), "1 to 32 letters", id="space-in-the-id"),
    pytest.param("v=STSv1; id =1", (9, 14), "no white space may stand around '='", id="space-before-equals"),
    pytest.param("v=STSv1; id= 1", (9, 14), "no white space may stand around '='", id="space-behind-equals"),
    pytest.param("v=STSv1; id=1; id=1", (15, 17), "id= stands twice", id="two-ids"),
    pytest.param("v=STSv1; v=STSv1; id=1", (9, 10), "v= stands twice", id="two-versions"),
    pytest.param("v=STSv1;; id=1", (8, 8), "a field is missing here", id="two-semicolons"),
    pytest.param("v=STSv1; id", (9, 11), "'id' has no '='", id="no-equals"),
    pytest.param("v=STSv1; =1", (9, 9), "'' is not a field name", id="no-name"),
    pytest.param(f"v=STSv1; {'n' * 33}=1", (9, 42), "is not a field name", id="name-of-33"),
    pytest.param("v=STSv1; id=1; x=a=b", (17, 20), "visible US-ASCII without '='", id="equals-in-an-extension"),
    pytest.param("v=STSv1; id=1; x=\u65e5", (17, 18), "visible US-ASCII", id="not-ascii"),
]


@pytest.mark.parametrize(("text", "span", "message"), FAULTS)
def test_faults_are_pointed_at(text: str, span: tuple[int, int], message: str) -> None:
    """The error names the section and the place."""
    with pytest.raises(RecordSyntaxError, match=re.escape(message)) as caught:
        MtaStsRecord.parse(text)
    assert (caught.value.source, caught.value.span, caught.value.reference) == (text, span, REFERENCE)


@pytest.mark.parametrize(
    ("policy_id", "other", "message"),
    [
        pytest.param("", (), "policy_id must be 1 to 32 letters and digits, without hyphens, got ''", id="empty-id"),
        pytest.param("a-b", (), "policy_id must be 1 to 32 letters and digits", id="hyphen"),
        pytest.param("1", (("id", "2"),), "and not a known one; got 'id'", id="known-name"),
        pytest.param("1", (("a b", "2"),), "a field name is 1 to 32 letters", id="bad-name"),
        pytest.param("1", (("a", "2;3"),), "the value of 'a' must be visible US-ASCII", id="bad-value"),
    ],
)
def test_an_invalid_record_cannot_be_built(policy_id: str, other: tuple[tuple[str, str], ...], message: str) -> None:
    """What could not be read is not built."""
    with pytest.raises(EmailAuthError, match=re.escape(message)):
        MtaStsRecord(policy_id, other)


@given(records)
def test_what_is_printed_is_read_back(record: MtaStsRecord) -> None:
    """The first law, and a second opinion: checkdmarc reads the same id."""
    assert MtaStsRecord.parse(str(record)) == record
    assert checkdmarc.mta_sts.parse_mta_sts_record(str(record))["tags"] == {"v": "STSv1", "id": record.policy_id}


@given(
    st.lists(st.sampled_from(["v=STSv1", ";", " ", "id=", "a1", "=", "-", "x.y", TOKEN, "\u65e5", "\n"]), max_size=8).map(
        "".join
    )
)
def test_any_text_is_read_or_refused_with_a_span_inside_it(text: str) -> None:
    """The second law: what is read prints in a canonical form that is stable."""
    try:
        record = MtaStsRecord.parse(text)
    except RecordSyntaxError as error:
        start, end = error.span
        assert 0 <= start <= end <= len(text)
    else:
        assert MtaStsRecord.parse(str(record)) == record
        assert str(MtaStsRecord.parse(str(record))) == str(record)


# Rows of FAULTS that checkdmarc takes.
CHECKDMARC_TAKES = {
    "leading-space": "section 3.1 lets senders discard it; checkdmarc's parser skips white space",
    "space-behind-the-version": "the grammar allows it, section 3.1 lets senders discard it; checkdmarc warns",
    "two-ids": "section 3.2 says of policies that the first counts; of records nobody says which; checkdmarc warns",
    "two-versions": "as above",
}


@pytest.mark.parametrize(("text", "name"), [pytest.param(row.values[0], row.id, id=row.id) for row in FAULTS])
def test_checkdmarc_refuses_the_same(text: str, name: str) -> None:
    """The disagreements are listed above."""
    if name in CHECKDMARC_TAKES:
        assert "id" in checkdmarc.mta_sts.parse_mta_sts_record(text)["tags"]
    else:
        with pytest.raises(checkdmarc.mta_sts.MTASTSError):
            checkdmarc.mta_sts.parse_mta_sts_record(text)
