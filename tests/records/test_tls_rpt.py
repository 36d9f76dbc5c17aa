"""Tests of TLS-RPT records."""

from __future__ import annotations

import re

import checkdmarc.smtp_tls_reporting as checkdmarc_tls_rpt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.records.report_uri import ReportUri
from ses_email_auth.records.tls_rpt import TlsRptRecord
from tests.records.test_mta_sts import others

TOKEN = "${Token[TOKEN.16]}"
REFERENCE = "RFC 8460 section 3"

uris = st.sampled_from(
    [
        *("a@example.com", "a!b@example.com", "mailto:a%2Cb=c@xn--r8jz45g.jp", "mailto:x.y+z@reports.example.com"),
        *("https://example.com", "https://example.com:8443/in?a=1&b=2#c", "https://[2001:db8::1]/x"),
    ]
)
records = st.builds(TlsRptRecord, st.lists(uris, min_size=1, max_size=3), others)


@pytest.mark.parametrize(
    ("text", "rua", "canonical"),
    [
        pytest.param("v=TLSRPTv1;rua=mailto:a@example.com", ["mailto:a@example.com"], None, id="rfc-example"),
        pytest.param("v=TLSRPTv1; rua=https://example.com/v1;", ["https://example.com/v1"], None, id="https"),
        pytest.param(
            "v=TLSRPTv1; rua=mailto:a@example.com \t, https://e.example/?a=b",
            ["mailto:a@example.com", "https://e.example/?a=b"],
            "v=TLSRPTv1; rua=mailto:a@example.com,https://e.example/?a=b",
            id="spaces-around-commas",
        ),
        pytest.param(
            "v=TLSRPTv1; rua=mailto:a@example.com; x-y=1; rua=mailto:b@example.com",
            ["mailto:a@example.com", "mailto:b@example.com"],
            "v=TLSRPTv1; rua=mailto:a@example.com,mailto:b@example.com; x-y=1",
            id="two-rua-are-one-list",
        ),
        pytest.param("v=TLSRPTv1; rua=MAILTO:a%21b@Example.com", ["mailto:a%21b@example.com"], None, id="case-and-escape"),
        pytest.param(f"v=TLSRPTv1; rua={TOKEN},mailto:{TOKEN}", [TOKEN, f"mailto:{TOKEN}"], None, id="tokens-to-the-letter"),
    ],
)
def test_records_are_read(text: str, rua: list[str], canonical: str | None) -> None:
    """Where reports go; `verbatim` keeps the spelling."""
    record = TlsRptRecord.parse(text)
    assert [str(uri) for uri in record.rua] == rua
    assert str(record) == (canonical or f"v=TLSRPTv1; rua={','.join(rua)}")
    assert TlsRptRecord.is_tls_rpt(text)
    assert str(TlsRptRecord.verbatim(text)) == text
    assert TlsRptRecord.verbatim(text) == record


FAULTS = [
    pytest.param("v=TLSRPTv1", (0, 10), "must begin with exactly 'v=TLSRPTv1;'", id="version-alone"),
    pytest.param("v=tlsrptv1; rua=mailto:a@e.example", (0, 11), "must begin with exactly", id="lower-case"),
    pytest.param("v=TLSRPTv1 ; rua=mailto:a@e.example", (0, 11), "must begin with exactly", id="space-behind-the-version"),
    pytest.param("v=TLSRPT1; rua=mailto:a@e.example", (0, 11), "must begin with exactly", id="other-version"),
    pytest.param(" v=TLSRPTv1; rua=mailto:a@e.example", (0, 11), "must begin with exactly", id="leading-space"),
    pytest.param("v=TLSRPTv1;", (11, 11), "rua= is missing", id="no-rua"),
    pytest.param("v=TLSRPTv1; RUA=mailto:a@e.example", (34, 34), "names are case-sensitive", id="rua-in-capitals"),
    pytest.param("v=TLSRPTv1; rua=", (16, 16), "rua= has no value", id="empty-rua"),
    pytest.param("v=TLSRPTv1; rua=a@e.example", (16, 27), "it has no scheme", id="bare-address"),
    pytest.param("v=TLSRPTv1; rua=mailto:a@e.example, b@e.example", (36, 47), "it has no scheme", id="second-bare-address"),
    pytest.param("v=TLSRPTv1; rua=mailto:a@e.example,", (35, 35), "it has no scheme", id="comma-at-the-end"),
    pytest.param("v=TLSRPTv1; rua=mailto:a@e.example, ,mailto:b@e.example", (35, 35), "no scheme", id="nothing-between-commas"),
    pytest.param("v=TLSRPTv1; rua=mailto:a@e.example!10m", (16, 38), "TLS-RPT knows no size limit", id="size-limit"),
    pytest.param("v=TLSRPTv1; rua=http://e.example/", (16, 33), "mailto: and https: only, not to http:", id="http"),
    pytest.param("v=TLSRPTv1; rua=https:/x", (16, 24), "it has no host", id="https-without-a-host"),
    pytest.param("v=TLSRPTv1; rua=mailto:a@e.example; v=TLSRPTv1", (36, 37), "v= stands twice", id="two-versions"),
    pytest.param("v=TLSRPTv1; rua = mailto:a@e.example", (12, 36), "no white space may stand", id="spaces-around-equals"),
]


@pytest.mark.parametrize(("text", "span", "message"), FAULTS)
def test_faults_are_pointed_at(text: str, span: tuple[int, int], message: str) -> None:
    """The error names the section and the place."""
    with pytest.raises(RecordSyntaxError, match=re.escape(message)) as caught:
        TlsRptRecord.parse(text)
    assert (caught.value.source, caught.value.span, caught.value.reference) == (text, span, REFERENCE)


@pytest.mark.parametrize(
    ("rua", "message"),
    [
        pytest.param([], "rua must hold at least one address", id="none"),
        pytest.param("a@e.example", "rua must be a list of addresses", id="a-bare-string"),
        pytest.param(["http://e.example/"], "rua holds 'http://e.example/': reports go to mailto: and https: only", id="http"),
        pytest.param([ReportUri.parse("mailto:a@e.example!1k")], "TLS-RPT knows no size limit", id="size-limit"),
    ],
)
def test_an_invalid_record_cannot_be_built(rua: list[str], message: str) -> None:
    """What could not be read is not built."""
    with pytest.raises(EmailAuthError, match=re.escape(message)):
        TlsRptRecord(rua)


@given(records)
def test_what_is_printed_is_read_back(record: TlsRptRecord) -> None:
    """The first law, and a second opinion: checkdmarc reads the same URIs."""
    assert TlsRptRecord.parse(str(record)) == record
    if '"' not in str(record):  # checkdmarc takes quotation marks off, as if they came from a zone file
        tags = checkdmarc_tls_rpt.parse_smtp_tls_reporting_record(str(record))["tags"]
        assert tags["rua"]["value"] == [str(uri) for uri in record.rua]


PARTS = ["v=TLSRPTv1;", ";", " ", "rua=", "mailto:a@e.example", "https://e.example/", ",", "!", "=", "http:", TOKEN, "\u65e5"]


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_any_text_is_read_or_refused_with_a_span_inside_it(text: str) -> None:
    """The second law: what is read prints in a canonical form that is stable."""
    try:
        record = TlsRptRecord.parse(text)
    except RecordSyntaxError as error:
        start, end = error.span
        assert 0 <= start <= end <= len(text)
    else:
        assert TlsRptRecord.parse(str(record)) == record
        assert str(TlsRptRecord.parse(str(record))) == str(record)


# Rows of FAULTS that checkdmarc takes.
CHECKDMARC_TAKES = {
    "space-behind-the-version": "the grammar allows it, section 3 lets senders discard it; checkdmarc warns",
    "leading-space": "section 3 lets senders discard it; checkdmarc strips it",
    "two-versions": "no grammar has it; checkdmarc warns",
}


@pytest.mark.parametrize(("text", "name"), [pytest.param(row.values[0], row.id, id=row.id) for row in FAULTS])
def test_checkdmarc_refuses_the_same(text: str, name: str) -> None:
    """The disagreements are listed above."""
    if name in CHECKDMARC_TAKES:
        assert "rua" in checkdmarc_tls_rpt.parse_smtp_tls_reporting_record(text)["tags"]
    else:
        with pytest.raises(checkdmarc_tls_rpt.SMTPTLSReportingError):
            checkdmarc_tls_rpt.parse_smtp_tls_reporting_record(text)
