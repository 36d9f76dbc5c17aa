"""Tests of BIMI records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import checkdmarc.bimi
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.records.bimi import AvatarPreference, BimiRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "${Token[TOKEN.16]}"
REFERENCE = "draft-brand-indicators-for-message-identification-14 section 4.3"
SVG, PEM = "https://example.com/logo.svg", "https://example.com/mark.pem"

locations = st.sampled_from(["", SVG, "https://a/x%2Cy.svg", "https://[2001:db8::1]:8443/?a=b#c", "https://192.0.2.1"])
authorities = st.none() | st.sampled_from(["", PEM, "https://a.example:443/m?x=1"])
prefixes = st.lists(st.text("abzABZ09-", min_size=1, max_size=63), max_size=3).map(tuple)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
values = st.text("ab09=:/,.!%~", max_size=12)
others = st.dictionaries(names.map(str.lower).filter(lambda n: n not in {"v", "l", "a", "avp", "lps"}), values, max_size=3).map(
    lambda tags: tuple(tags.items())
)
records = st.builds(
    BimiRecord, locations, authorities, st.none() | st.sampled_from(AvatarPreference), st.none() | prefixes, others
)


@pytest.fixture(autouse=True, scope="module")
def no_network() -> Iterator[None]:
    """Nothing can be fetched."""

    def refuse(*_: object, **__: object) -> None:
        raise requests.RequestException

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "get", refuse)
        yield


@pytest.mark.parametrize(
    ("text", "record", "canonical"),
    [
        pytest.param(f"v=BIMI1; l={SVG}; a={PEM};", BimiRecord(SVG, PEM), f"v=BIMI1; l={SVG}; a={PEM}", id="logo-and-mark"),
        pytest.param("v=BIMI1; l=; a=;", BimiRecord("", ""), "v=BIMI1; l=; a=", id="declines"),
        pytest.param("v=BIMI1;l=", BimiRecord(""), "v=BIMI1; l=", id="without-spaces"),
        pytest.param(f" V = BIMI1 ;\tL= {SVG}"[1:], BimiRecord(SVG), f"v=BIMI1; l={SVG}", id="capitals-and-white-space"),
        pytest.param(
            f"v=BIMI1; avp=Personal; lps=News , shop-1; l={SVG}; X_1=a b; z=",
            BimiRecord(SVG, None, AvatarPreference.PERSONAL, ("News", "shop-1"), (("X_1", "a b"), ("z", ""))),
            f"v=BIMI1; l={SVG}; avp=personal; lps=News,shop-1; X_1=a b; z=",
            id="every-tag",
        ),
        pytest.param(f"v=BIMI1; l={SVG}; lps=", BimiRecord(SVG, lps=()), f"v=BIMI1; l={SVG}; lps=", id="no-prefix"),
        pytest.param(
            f"v=BIMI1; l=https://{TOKEN}/x; a={TOKEN}; lps={TOKEN}",
            BimiRecord(f"https://{TOKEN}/x", TOKEN, lps=(TOKEN,)),
            f"v=BIMI1; l=https://{TOKEN}/x; a={TOKEN}; lps={TOKEN}",
            id="tokens-to-the-letter",
        ),
    ],
)
def test_records_are_read(text: str, record: BimiRecord, canonical: str) -> None:
    """Every tag; `verbatim` keeps the spelling."""
    assert BimiRecord.parse(text) == record
    assert str(BimiRecord.parse(text)) == canonical
    assert BimiRecord.is_bimi(text)
    assert record.declines is (record.location == "")
    assert str(BimiRecord.verbatim(text)) == text


FAULTS = [
    pytest.param("v=BIMI2; l=", (0, 8), "must begin with 'v=BIMI1;'", id="other-version"),
    pytest.param("v=bimi1; l=", (0, 8), "must begin with 'v=BIMI1;'", id="version-in-small-letters"),
    pytest.param("l=; v=BIMI1", (0, 8), "must begin with 'v=BIMI1;'", id="version-not-first"),
    pytest.param("v=BIMI1", (7, 7), "l= is missing", id="version-alone"),
    pytest.param(f"v=BIMI1; a={PEM}", (39, 39), "l= is missing", id="no-location"),
    pytest.param("v=BIMI1; l=http://example.com/x.svg", (11, 35), "l= must be empty or one https URI", id="http"),
    pytest.param("v=BIMI1; l=example.com/x.svg", (11, 28), "l= must be empty or one https URI", id="no-scheme"),
    pytest.param(f"v=BIMI1; l={SVG},{SVG}", (11, 68), "with %2C for ','", id="two-locations"),
    pytest.param("v=BIMI1; l=https://a.example/a b", (11, 32), "one https URI", id="space-in-the-uri"),
    pytest.param("v=BIMI1; l=https://a.example/%zz", (11, 32), "one https URI", id="broken-escape"),
    pytest.param("v=BIMI1; l=https://[::::]/", (11, 26), "one https URI", id="no-ipv6-address"),
    pytest.param("v=BIMI1; l=; a=self", (15, 19), "a= must be empty or one https URI", id="self"),
    pytest.param("v=BIMI1; l=; a=https://localhost/x", (15, 34), "and a host name", id="one-label-for-the-mark"),
    pytest.param("v=BIMI1; l=; a=https://192.0.2.1/x", (15, 34), "and a host name", id="ipv4-for-the-mark"),
    pytest.param("v=BIMI1; l=; a=https://[2001:db8::1]/x", (15, 38), "and a host name", id="ipv6-for-the-mark"),
    pytest.param("v=BIMI1; l=; avp=logo", (17, 21), "avp= must be brand or personal", id="avp"),
    pytest.param("v=BIMI1; l=; avp=", (17, 17), "avp= must be brand or personal", id="empty-avp"),
    pytest.param("v=BIMI1; l=; lps=a_b", (17, 20), "lps= must be prefixes", id="underscore-in-lps"),
    pytest.param("v=BIMI1; l=; lps=a,,b", (17, 21), "lps= must be prefixes", id="empty-prefix"),
    pytest.param("v=BIMI1; l=; L=", (13, 14), "L= stands twice", id="duplicate"),
    pytest.param("v=BIMI1; l=; x=\u65e5", (15, 16), "the value of x= must be printable US-ASCII", id="not-ascii"),
    pytest.param("v=BIMI1; l=;; a=", (12, 12), "a tag is missing here", id="two-semicolons"),
    pytest.param("v=BIMI1;\r\n l=", (8, 9), "no line breaks", id="line-break"),
]


@pytest.mark.parametrize(("text", "span", "message"), FAULTS)
def test_faults_are_pointed_at(text: str, span: tuple[int, int], message: str) -> None:
    """The error names the section and the place."""
    with pytest.raises(RecordSyntaxError, match=re.escape(message)) as caught:
        BimiRecord.parse(text)
    assert (caught.value.source, caught.value.span, caught.value.reference) == (text, span, REFERENCE)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"location": "http://a.example"}, "location must be empty or one https URI", id="location"),
        pytest.param({"location": "", "authority": "https://a/"}, "authority must be empty or one https URI", id="authority"),
        pytest.param({"location": "", "avp": "brand"}, "avp must be an AvatarPreference, got 'brand'", id="avp"),
        pytest.param({"location": "", "lps": "news"}, "lps must be a tuple of strings, got 'news'", id="lps-a-bare-string"),
        pytest.param({"location": "", "lps": ("",)}, "lps must hold prefixes of 1 to 63", id="lps"),
        pytest.param({"location": "", "other": (("A", ""),)}, "other holds the name 'A'", id="known-tag"),
        pytest.param({"location": "", "other": (("x", ""), ("X", ""))}, "other holds the name 'X'", id="twice"),
        pytest.param({"location": "", "other": (("x", "a;b"),)}, "must be printable US-ASCII", id="value"),
    ],
)
def test_an_invalid_record_cannot_be_built(fields: dict[str, str], message: str) -> None:
    """What could not be read is not built."""
    with pytest.raises(EmailAuthError, match=re.escape(message)):
        BimiRecord(**fields)  # type: ignore[arg-type]


def _read(text: str) -> dict[str, dict[str, object]]:
    tags = checkdmarc.bimi.parse_bimi_record(text)["tags"]
    assert isinstance(tags, dict)
    return tags


@given(records)
def test_what_is_printed_is_read_back(record: BimiRecord) -> None:
    """The first law, and a second opinion: checkdmarc reads the same."""
    assert BimiRecord.parse(str(record)) == record
    tags = _read(str(record))
    assert tags["l"]["value"] == record.location
    assert ("a" in tags, "avp" in tags) == (record.authority is not None, record.avp is not None)
    assert tags.get("lps", {}).get("value") == (None if record.lps is None else [prefix.lower() for prefix in record.lps])


PARTS = ["v=BIMI1", ";", " ", "l=", "a=", SVG, "avp=", "brand", "lps=", "a,b", "x=", "=", "https://[", TOKEN, "\u65e5", "\n"]


@given(st.lists(st.sampled_from(PARTS), max_size=10).map("".join))
def test_any_text_is_read_or_refused_with_a_span_inside_it(text: str) -> None:
    """The second law: what is read prints in a canonical form that is stable."""
    try:
        record = BimiRecord.parse(text)
    except RecordSyntaxError as error:
        start, end = error.span
        assert 0 <= start <= end <= len(text)
    else:
        assert BimiRecord.parse(str(record)) == record
        assert str(BimiRecord.parse(str(record))) == str(record)


@pytest.mark.parametrize("text", [pytest.param(row.values[0], id=row.id) for row in FAULTS if row.id != "line-break"])
def test_checkdmarc_refuses_the_same(text: str) -> None:
    """The one disagreement: its parser skips line breaks, where the draft has spaces and tabs."""
    with pytest.raises(checkdmarc.bimi.BIMIError):
        checkdmarc.bimi.parse_bimi_record(text)


@pytest.mark.parametrize("text", ["V=BIMI1; l=", "v=BIMI1; l=; avp=Brand"])
def test_checkdmarc_is_too_strict(text: str) -> None:
    """Literal text in a grammar has no case (RFC 5234 section 2.3); checkdmarc wants small letters in `v` and `avp`."""
    assert BimiRecord.parse(text).declines
    with pytest.raises(checkdmarc.bimi.BIMIError):
        checkdmarc.bimi.parse_bimi_record(text)
