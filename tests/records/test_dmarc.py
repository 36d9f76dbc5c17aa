"""Tests of DMARC records: building, printing, the defaults, the laws, and a second opinion."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from unittest import mock

import checkdmarc.dmarc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.records.dmarc import DEFAULTS, DMARC_TAGS, Alignment, DmarcPolicy, DmarcRecord, FailureOption, PsdFlag
from ses_email_auth.records.report_uri import ReportUri

TOKEN = "${Token[TOKEN.16]}"
NONE, QUARANTINE, REJECT = DmarcPolicy

_ADDRESSES = st.builds(
    "{}@{}".format,
    st.text("abZ9!%+/=.", min_size=1, max_size=8).map(lambda t: f"x{t}x".replace("..", ".")),
    st.just("e.example"),
)
_URIS = st.one_of(
    _ADDRESSES.filter(lambda a: ".." not in a).map(ReportUri.mailto),
    st.sampled_from(["https://e.example/r", "mailto:a@e.example!10m", "mailto:a%2Cb@xn--r8jz45g.jp"]).map(ReportUri.parse),
)
_FO = st.lists(st.sampled_from(FailureOption), unique=True).filter(
    lambda o: not set(o) >= {FailureOption.ALL_FAIL, FailureOption.ANY_FAIL}
)
_VALUE = st.text("abc09=:/,.!%~", min_size=1, max_size=12)
_OTHER = st.dictionaries(st.text("xyzXYZ", min_size=3, max_size=5).map(lambda n: n.lower()), _VALUE, max_size=3).map(
    lambda d: tuple(d.items())
)


def _maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


RECORDS = (
    st.fixed_dictionaries(
        {
            "policy": _maybe(st.sampled_from(DmarcPolicy)),
            "subdomain_policy": _maybe(st.sampled_from(DmarcPolicy)),
            "nonexistent_subdomain_policy": _maybe(st.sampled_from(DmarcPolicy)),
            "adkim": _maybe(st.sampled_from(Alignment)),
            "aspf": _maybe(st.sampled_from(Alignment)),
            "rua": st.lists(_URIS, max_size=3),
            "ruf": st.lists(_URIS, max_size=2),
            "fo": _FO,
            "psd": _maybe(st.sampled_from(PsdFlag)),
            "testing": _maybe(st.booleans()),
            "pct": _maybe(st.integers(0, 100)),
            "rf": _maybe(st.sampled_from(["afrf", "afrf:x-own"])),
            "ri": _maybe(st.integers(0, 2**32 - 1)),
            "other": _OTHER,
        }
    )
    .filter(lambda tags: tags["policy"] is not None or tags["rua"] != [])
    .map(lambda tags: DmarcRecord(**tags))
)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        pytest.param(
            DmarcRecord(policy=NONE, rua=["dmarc-reports@blacksheep.link"]),
            "v=DMARC1; p=none; rua=mailto:dmarc-reports@blacksheep.link",
            id="reference-example",
        ),
        pytest.param(DmarcRecord(policy=REJECT), "v=DMARC1; p=reject", id="policy-alone"),
        pytest.param(DmarcRecord(rua=["a@e.example"]), "v=DMARC1; rua=mailto:a@e.example", id="no-policy-is-legal-with-rua"),
        pytest.param(
            DmarcRecord(
                policy=REJECT,
                subdomain_policy=REJECT,
                nonexistent_subdomain_policy=REJECT,
                adkim=Alignment.STRICT,
                aspf=Alignment.STRICT,
            ),
            "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s",
            id="parked-domain",
        ),
        pytest.param(
            DmarcRecord(
                policy=QUARANTINE,
                subdomain_policy=NONE,
                nonexistent_subdomain_policy=REJECT,
                adkim=Alignment.RELAXED,
                aspf=Alignment.STRICT,
                rua=["a!b@e.example", "mailto:c@e.example"],
                ruf=[ReportUri.mailto("d@e.example")],
                fo=[FailureOption.ANY_FAIL, FailureOption.DKIM, FailureOption.SPF],
                psd=PsdFlag.NO,
                testing=True,
                pct=0,
                rf="afrf",
                ri=86400,
                other=(("x", "y z"), ("Q", "1")),
            ),
            "v=DMARC1; p=quarantine; sp=none; np=reject; adkim=r; aspf=s; fo=1:d:s; "
            "rua=mailto:a%21b@e.example,mailto:c@e.example; ruf=mailto:d@e.example; "
            "psd=n; t=y; pct=0; rf=afrf; ri=86400; x=y z; Q=1",
            id="every-tag-in-order",
        ),
        pytest.param(
            DmarcRecord(policy=NONE, testing=False, psd=PsdFlag.UNKNOWN), "v=DMARC1; p=none; psd=u; t=n", id="written-defaults"
        ),
        pytest.param(DmarcRecord(policy=NONE, psd=PsdFlag.YES), "v=DMARC1; p=none; psd=y", id="public-suffix-operator"),
        pytest.param(
            DmarcRecord(policy=NONE, rua=[TOKEN, f"mailto:{TOKEN}"], rf=TOKEN, other=(("x", TOKEN),)),
            f"v=DMARC1; p=none; rua=mailto:{TOKEN},mailto:{TOKEN}; rf={TOKEN}; x={TOKEN}",
            id="tokens-to-the-letter",
        ),
    ],
)
def test_str_is_the_exact_text(record: DmarcRecord, text: str) -> None:
    """The text that is published, and it is read back as the same record."""
    assert str(record) == text
    assert DmarcRecord.parse(text) == record


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        pytest.param({}, "policy or rua must be given, or receivers apply no DMARC (RFC 9989 section 4.10.1)", id="nothing"),
        pytest.param({"subdomain_policy": REJECT}, "policy or rua must be given", id="sp-alone"),
        pytest.param(
            {"policy": "reject"}, "policy must be a DmarcPolicy, got 'reject'; use DmarcPolicy.REJECT", id="bare-string"
        ),
        pytest.param(
            {"policy": "REJECT"}, "policy must be a DmarcPolicy, got 'REJECT'; use DmarcPolicy.REJECT", id="bare-upper"
        ),
        pytest.param(
            {"policy": "monitor"},
            "policy must be a DmarcPolicy, got 'monitor'; use DmarcPolicy.NONE or DmarcPolicy.QUARANTINE or DmarcPolicy.REJECT",
            id="unknown-word",
        ),
        pytest.param(
            {"policy": Alignment.STRICT}, "policy must be a DmarcPolicy, got <Alignment.STRICT: 's'>", id="wrong-enum"
        ),
        pytest.param(
            {"policy": NONE, "adkim": "s"}, "adkim must be an Alignment, got 's'; use Alignment.STRICT", id="adkim-string"
        ),
        pytest.param({"policy": NONE, "psd": "y"}, "psd must be a PsdFlag, got 'y'; use PsdFlag.YES", id="psd-string"),
        pytest.param({"policy": NONE, "testing": "y"}, "testing must be True, False or None, got 'y'", id="testing-string"),
        pytest.param({"policy": NONE, "fo": "1"}, "fo must be a list, got '1'; write for example [", id="fo-string"),
        pytest.param({"policy": NONE, "fo": FailureOption.SPF}, "fo must be a list, got <FailureOption.SPF", id="fo-no-list"),
        pytest.param(
            {"policy": NONE, "fo": ["1"]},
            "an entry of fo must be a FailureOption, got '1'; use FailureOption.ANY_FAIL",
            id="fo-entry",
        ),
        pytest.param(
            {"policy": NONE, "fo": [FailureOption("0"), FailureOption("1")]}, "fo holds both '0' and '1'", id="fo-0-and-1"
        ),
        pytest.param({"policy": NONE, "fo": [FailureOption.SPF] * 2}, "fo holds an option twice", id="fo-twice"),
        pytest.param({"policy": NONE, "pct": 101}, "pct must be a whole number from 0 to 100, got 101", id="pct-over"),
        pytest.param({"policy": NONE, "pct": -1}, "pct must be a whole number from 0 to 100, got -1", id="pct-under"),
        pytest.param({"policy": NONE, "pct": True}, "pct must be a whole number from 0 to 100, got True", id="pct-bool"),
        pytest.param(
            {"policy": NONE, "pct": -1.8e308}, "pct must be a whole number from 0 to 100, got -inf", id="pct-number-token"
        ),
        pytest.param({"policy": NONE, "ri": 2**32}, "ri must be a whole number from 0 to 4294967295", id="ri-over-32-bits"),
        pytest.param({"policy": NONE, "rf": "afrf;"}, "rf must be report formats with ':' between them, got 'afrf;'", id="rf"),
        pytest.param(
            {"policy": NONE, "rua": "a@e.example"}, "rua must be a list of addresses, got 'a@e.example'", id="rua-string"
        ),
        pytest.param({"policy": NONE, "ruf": [""]}, "ruf: '' is not a report address: it is empty", id="empty-entry"),
        pytest.param(
            {"policy": NONE, "other": (("x1", "y"),)},
            "other: a tag name must be of the letters a to z, got 'x1'",
            id="other-name",
        ),
        pytest.param(
            {"policy": NONE, "other": (("PCT", "1"),)}, "other: the tag 'PCT' is known or stands there twice", id="other-known"
        ),
        pytest.param(
            {"policy": NONE, "other": (("x", "1"), ("X", "2"))},
            "other: the tag 'X' is known or stands there twice",
            id="other-twice",
        ),
        pytest.param(
            {"policy": NONE, "other": (("x", "a;b"),)},
            "other: the value of 'x' must be printable US-ASCII",
            id="other-semicolon",
        ),
        pytest.param(
            {"policy": NONE, "other": (("x", ""),)}, "other: the value of 'x' must be printable US-ASCII", id="other-empty"
        ),
        pytest.param(
            {"policy": NONE, "other": (("x", "a "),)},
            "other: the value of 'x' must be printable US-ASCII",
            id="other-space-at-the-end",
        ),
    ],
)
def test_an_invalid_record_cannot_be_built(tags: dict[str, object], message: str) -> None:
    """The error names the argument, the value and the fix."""
    with pytest.raises(EmailAuthError) as caught:
        DmarcRecord(**tags)
    assert str(caught.value).startswith(message)


def test_defaults() -> None:
    """Absent tags stay None; the effective values are those of RFC 9989 section 4.7."""
    record = DmarcRecord(rua=["a@e.example"])
    assert record.policy is None
    assert record.effective_policy is NONE
    assert record.effective_adkim is record.effective_aspf is Alignment.RELAXED
    assert record.effective_fo == (FailureOption.ALL_FAIL,)
    assert record.effective_psd is PsdFlag.UNKNOWN
    assert record.effective_testing is False


def test_written_values_win_over_defaults() -> None:
    """What is written is effective."""
    record = DmarcRecord.parse("v=DMARC1; p=reject; adkim=s; aspf=s; fo=1:s; psd=n; t=y")
    assert record.effective_policy is REJECT
    assert record.effective_adkim is record.effective_aspf is Alignment.STRICT
    assert record.effective_fo == (FailureOption.ANY_FAIL, FailureOption.SPF)
    assert record.effective_psd is PsdFlag.NO
    assert record.effective_testing is True


@pytest.mark.parametrize(
    ("text", "subdomain", "nonexistent"),
    [
        pytest.param("v=DMARC1; p=reject", REJECT, REJECT, id="both-from-p"),
        pytest.param("v=DMARC1; p=reject; sp=none", NONE, NONE, id="np-from-sp"),
        pytest.param("v=DMARC1; p=none; np=reject", NONE, REJECT, id="sp-from-p"),
        pytest.param("v=DMARC1; p=none; sp=quarantine; np=reject", QUARANTINE, REJECT, id="all-written"),
    ],
)
def test_policies_inherit(text: str, subdomain: DmarcPolicy, nonexistent: DmarcPolicy) -> None:
    """RFC 9989 section 4.7: np falls back to sp, sp to p."""
    record = DmarcRecord.parse(text)
    assert record.effective_subdomain_policy is subdomain
    assert record.effective_nonexistent_subdomain_policy is nonexistent


@pytest.mark.parametrize(
    ("testing", "applied"),
    [
        pytest.param(True, [NONE, NONE, QUARANTINE], id="one-level-down"),
        pytest.param(False, [NONE, QUARANTINE, REJECT], id="t-n"),
        pytest.param(None, [NONE, QUARANTINE, REJECT], id="no-t"),
    ],
)
def test_applied(testing: bool | None, applied: list[DmarcPolicy]) -> None:  # noqa: FBT001 - a row of the table
    """RFC 9989 section 4.7: t=y takes every policy one level down."""
    record = DmarcRecord(policy=REJECT, testing=testing)
    assert [record.applied(policy) for policy in DmarcPolicy] == applied


def test_each_field_has_a_row() -> None:
    """The fields and arguments of a record are the rows of the table of tags, and the tags that no row knows."""
    fields = [row.field for row in DMARC_TAGS]
    assert sorted(fields) == sorted(
        field.name for field in dataclasses.fields(DmarcRecord) if field.init and field.name != "other"
    )
    assert sorted(fields) == sorted(set(inspect.signature(DmarcRecord).parameters) - {"other"})


@pytest.mark.parametrize(("name", "text"), DEFAULTS.items())
def test_a_default_can_be_written(name: str, text: str) -> None:
    """It is a value that the tag may have, and its canonical text."""
    assert str(DmarcRecord.parse(f"v=DMARC1; p=none; {name}={text}")) == f"v=DMARC1; p=none; {name}={text}"


def test_policies_have_an_order() -> None:
    """None is weaker than quarantine is weaker than reject; a policy is not weaker than itself."""
    assert [policy.strength for policy in DmarcPolicy] == [0, 1, 2]
    assert NONE.is_weaker_than(QUARANTINE)
    assert QUARANTINE.is_weaker_than(REJECT)
    assert not REJECT.is_weaker_than(REJECT)
    assert not REJECT.is_weaker_than(NONE)


def test_verbatim_keeps_the_spelling_and_nothing_else() -> None:
    """The text is printed unchanged; equality and hash do not see it; a changed copy is canonical."""
    text = "V = DMARC1;p=NONE ;rua=mailto:a@e.example , mailto:b@e.example;"
    record = DmarcRecord.verbatim(text)
    plain = DmarcRecord.parse(text)
    assert str(record) == text
    assert str(plain) == "v=DMARC1; p=none; rua=mailto:a@e.example,mailto:b@e.example"
    assert record == plain
    assert hash(record) == hash(plain)
    assert repr(record) == repr(plain)
    assert str(copy.copy(record)) == str(pickle.loads(pickle.dumps(record))) == text  # noqa: S301 - our own bytes
    assert str(dataclasses.replace(record, policy=REJECT, rua=())) == "v=DMARC1; p=reject"


def test_verbatim_makes_the_same_checks() -> None:
    """A wrong text is refused, not carried along."""
    with pytest.raises(RecordSyntaxError, match="p must be one of 'none', 'quarantine', 'reject', got 'bogus'"):
        DmarcRecord.verbatim("v=DMARC1; p=bogus")


@settings(max_examples=100)
@given(RECORDS)
def test_laws(record: DmarcRecord) -> None:
    """parse(str(r)) == r; str is stable; verbatim of it is the same; a receiver finds no problem and takes it as DMARC."""
    text = str(record)
    assert DmarcRecord.parse(text) == record
    assert str(DmarcRecord.parse(text)) == text
    assert DmarcRecord.verbatim(text) == record
    assert DmarcRecord.is_dmarc(text)
    assert not text.endswith((";", " "))


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_checkdmarc_accepts_what_is_emitted(record: DmarcRecord) -> None:
    """A second opinion reads every emitted record, and reads the same in it. Its DNS lookups are taken out."""
    with (
        mock.patch.object(checkdmarc.dmarc, "get_mx_records", return_value=["mx"]),
        mock.patch.object(checkdmarc.dmarc, "verify_dmarc_report_destination"),
    ):
        read = checkdmarc.dmarc.parse_dmarc_record(str(record), "e.example")["tags"]
    words = {tag: item["value"] for tag, item in read.items()}
    assert words["p"] == record.effective_policy.value
    assert words["sp"] == record.effective_subdomain_policy.value
    assert words["np"] == record.effective_nonexistent_subdomain_policy.value
    assert (words["adkim"], words["aspf"]) == (record.effective_adkim.value, record.effective_aspf.value)
    assert words["fo"] == ":".join(option.value for option in record.effective_fo)
    assert words["psd"] == record.effective_psd.value
    assert words["t"] == ("y" if record.effective_testing else "n")
    assert [uri["scheme"] for uri in words.get("rua", [])] == [uri.scheme for uri in record.rua]
    assert [uri["size_limit"] for uri in words.get("ruf", [])] == [uri.size_limit for uri in record.ruf]
