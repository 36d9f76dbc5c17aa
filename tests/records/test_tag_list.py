"""Tests of the frame of "tag=value; ..." records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.records.tag_list import Tag, scan

REFERENCE = "RFC 6376 section 3.2"


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(tag.name, tag.value) for tag in scan(text, reference=REFERENCE)]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        pytest.param("v=DMARC1; p=none", [("v", "DMARC1"), ("p", "none")], id="two-tags"),
        pytest.param("v=DMARC1;", [("v", "DMARC1")], id="final-semicolon"),
        pytest.param("v=DMARC1 ; \t", [("v", "DMARC1")], id="white-space-behind-the-final-semicolon"),
        pytest.param(" v\t= DMARC1 ;p = none ", [("v", "DMARC1"), ("p", "none")], id="white-space-everywhere"),
        pytest.param("v=DKIM1; p=", [("v", "DKIM1"), ("p", "")], id="empty-value-is-kept"),
        pytest.param("p=; ", [("p", "")], id="empty-value-before-the-final-semicolon"),
        pytest.param("p=AB\r\n CD; n=x", [("p", "AB\r\n CD"), ("n", "x")], id="folding-white-space-inside-stays"),
        pytest.param("p=AB==; a=b=c", [("p", "AB=="), ("a", "b=c")], id="only-the-first-equals-counts"),
        pytest.param("v=DMARC1 p=none", [("v", "DMARC1 p=none")], id="missing-semicolon-is-part-of-the-value"),
        pytest.param("p=x; P=y; p=z", [("p", "x"), ("P", "y"), ("p", "z")], id="duplicates-and-case-are-the-callers"),
        pytest.param("x_1=y", [("x_1", "y")], id="digits-and-underscore-in-a-name"),
        pytest.param("p=${Token[TOKEN.16]}", [("p", "${Token[TOKEN.16]}")], id="token-unchanged"),
    ],
)
def test_scan_reads_the_frame(text: str, pairs: list[tuple[str, str]]) -> None:
    """Names and values come out as written, without the white space around them."""
    assert _pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "fault", "message"),
    [
        pytest.param("", (0, 0), "a tag is missing here", id="empty"),
        pytest.param("  ", (0, 2), "a tag is missing here", id="white"),
        pytest.param(";", (0, 0), "a tag is missing here", id="lone-semicolon"),
        pytest.param("p=x;;", (4, 4), "a tag is missing here", id="two-final-semicolons"),
        pytest.param("p=x; ; a=b", (4, 5), "a tag is missing here", id="empty-part"),
        pytest.param(";p=x", (0, 0), "a tag is missing here", id="leading-semicolon"),
        pytest.param("v=DMARC1; none ", (10, 14), "'none' has no '='", id="no-equals"),
        pytest.param("v=DMARC1; =none", (10, 11), "the '=' has no tag name before it", id="no-name"),
        pytest.param("v=DMARC1; 1p=x", (10, 12), "'1p' is not a tag name", id="name-starts-with-a-digit"),
        pytest.param("v=DMARC1; s-p=x", (10, 13), "'s-p' is not a tag name", id="hyphen-in-a-name"),
        pytest.param("v x=1", (0, 3), "'v x' is not a tag name", id="white-space-in-a-name"),
        pytest.param("\N{FULLWIDTH LATIN SMALL LETTER V}=1", (0, 1), "is not a tag name", id="full-width-name"),
    ],
)
def test_scan_points_at_the_fault(text: str, fault: tuple[int, int], message: str) -> None:
    """A broken frame raises with the span of the fault and the section."""
    with pytest.raises(RecordSyntaxError) as caught:
        scan(text, reference=REFERENCE)
    assert message in caught.value.message
    assert caught.value.span == fault
    assert caught.value.source == text
    assert caught.value.reference == REFERENCE


@given(
    st.lists(
        st.tuples(st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,9}", fullmatch=True), st.text("aA0=:/+ \t,", max_size=20)), min_size=1
    ),
    st.sampled_from(["", ";", " ; "]),
)
def test_spans_cut_out_what_was_read(pairs: list[tuple[str, str]], end: str) -> None:
    """For every text of the grammar, the spans cut exactly the names and the trimmed values."""
    text = "; ".join(f"{name} ={value}" for name, value in pairs) + end
    tags = scan(text, reference=REFERENCE)
    assert [(tag.name, tag.value) for tag in tags] == [(name, value.strip()) for name, value in pairs]
    for tag in tags:
        assert (text[slice(*tag.name_span)], text[slice(*tag.value_span)]) == (tag.name, tag.value)


@given(st.text("ab=; \t1_", max_size=30))
def test_any_text_is_read_or_refused_with_a_span_inside_it(text: str) -> None:
    """No text makes the scanner fail in another way."""
    try:
        tags = scan(text, reference=REFERENCE)
    except RecordSyntaxError as error:
        start, end = error.span
        assert 0 <= start <= end <= len(text)
    else:
        assert all(isinstance(tag, Tag) for tag in tags)
