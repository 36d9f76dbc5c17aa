"""Tests of templates in YAML, also hostile ones."""

from __future__ import annotations

import sys
import time

import pytest
import yaml

from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.sources.yaml_template import parse_yaml

READS = [
    pytest.param("a: !Ref Zone", {"a": {"Ref": "Zone"}}, id="ref"),
    pytest.param("a: !Condition Yes", {"a": {"Condition": "Yes"}}, id="condition"),
    pytest.param("a: !Sub 'x.${Zone}'", {"a": {"Fn::Sub": "x.${Zone}"}}, id="sub"),
    pytest.param("a: !GetAtt Id.Outputs.X", {"a": {"Fn::GetAtt": ["Id", "Outputs.X"]}}, id="get-att-text"),
    pytest.param("a: !GetAtt [Id, X]", {"a": {"Fn::GetAtt": ["Id", "X"]}}, id="get-att-list"),
    pytest.param("a: !If [A, !Ref B, {c: d}]", {"a": {"Fn::If": ["A", {"Ref": "B"}, {"c": "d"}]}}, id="if"),
    pytest.param("a: !Foo x", {"a": {"Fn::Foo": "x"}}, id="an-unknown-tag"),
    pytest.param("a: ! x", {"a": "x"}, id="the-tag-without-a-name"),
    pytest.param("a: !!str 600", {"a": "600"}, id="a-tag-of-yaml"),
    pytest.param("a: 0600\nb: 2010-09-09\nc: 1.50", {"a": "0600", "b": "2010-09-09", "c": "1.50"}, id="numbers-stay-text"),
    pytest.param(
        "a: true\nb: No\nc: 'yes'\nd:\ne: ~", {"a": True, "b": False, "c": "yes", "d": None, "e": None}, id="booleans"
    ),
    pytest.param("true: x\n~: y", {"true": "x", "none": "y"}, id="keys-that-are-no-texts"),
    pytest.param("a: 1\na: 2", {"a": "2"}, id="the-last-of-equal-keys"),
    pytest.param("a: &x {b: c}\nd: *x", {"a": {"b": "c"}, "d": {"b": "c"}}, id="alias"),
    pytest.param(
        "a: &x {b: c, e: f}\nd:\n  <<: *x\n  b: g", {"a": {"b": "c", "e": "f"}, "d": {"b": "g", "e": "f"}}, id="merge"
    ),
    pytest.param("<<: [{a: 1}, {a: 2, b: 3}, x]", {"a": "1", "b": "3"}, id="merge-of-a-list"),
    pytest.param("a: |\n  x\n  y\n", {"a": "x\ny\n"}, id="block"),
    pytest.param("a: 1\n---\nb: 2", {"a": "1"}, id="first-document"),
    pytest.param("a: " + "9" * 5000, {"a": "9" * 5000}, id="huge-number"),
    pytest.param("", None, id="empty"),
]


@pytest.mark.parametrize(("text", "value"), READS)
def test_yaml_is_read_as_cloudformation_reads_it(text: str, value: object) -> None:
    """Short forms in their long form; numbers and dates as they were written."""
    assert parse_yaml(text, "t.yaml") == value


LAUGHS = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))])
CHAIN = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200))])

REFUSED = [
    pytest.param("a: [", "line 2: did not find expected node content", id="syntax"),
    pytest.param("a: *x", "the alias 'x' stands for nothing", id="alias-for-nothing"),
    pytest.param("a: &x [*x]", "or for something that holds it", id="alias-of-itself"),
    pytest.param(LAUGHS, "it grows to more than 2000000 values", id="billion-laughs"),
    pytest.param(CHAIN, "it is nested deeper than 128 levels", id="deep-by-aliases"),
    pytest.param("[" * 100_000 + "]" * 100_000, "it is nested deeper than 128 levels", id="deep"),
    pytest.param("? [a]\n: b", "a key is a list or a mapping", id="list-as-a-key"),
    pytest.param("a: \x00", "characters that YAML forbids", id="null-character"),
    pytest.param("a: \ud800", "characters that YAML forbids", id="surrogate"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_bad_yaml_is_refused_at_once(text: str, reason: str) -> None:
    """Whatever it holds, the answer is a sentence, and it comes soon."""
    started = time.perf_counter()
    with pytest.raises(UnreadableSource) as caught:
        parse_yaml(text, "t.yaml")
    assert reason in caught.value.reason
    assert time.perf_counter() - started < 5


def test_without_pyyaml_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """YAML is for the command line; the construct does not need it."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(UnreadableSource, match=r"ses-email-auth\[cli\]"):
        parse_yaml("a: b", "t.yaml")


def test_yaml_is_read_without_libyaml_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The C parser is faster, not other."""
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert parse_yaml("a: !Ref b", "t.yaml") == {"a": {"Ref": "b"}}
    with pytest.raises(UnreadableSource):
        parse_yaml("a: [", "t.yaml")
