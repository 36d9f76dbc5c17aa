"""Python source of values of others: it means the same text, and holds nothing that steers a terminal."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.adopt.python_text import folded, literal, name_list, value

TEXTS = st.text(st.characters(), max_size=30) | st.sampled_from(['"', "\\", "##[x]", "\\\\n", "'\"", "\ud800"])


@given(TEXTS)
def test_a_text_stays_the_same(text: str) -> None:
    """Quotes, escapes, controls, surrogates and commands of runners."""
    written = literal(text)
    assert ast.literal_eval(written) == text
    assert written.isascii()
    assert written.isprintable()
    assert "##[" not in written


@given(st.lists(TEXTS | st.lists(TEXTS, max_size=3).map(tuple), max_size=4))
def test_a_list_stays_the_same(values: list[str | tuple[str, ...]]) -> None:
    """A tuple of one stays a tuple."""
    assert ast.literal_eval(name_list(values)) == values


@given(st.lists(TEXTS | st.lists(TEXTS, max_size=3).map(tuple), max_size=4))
def test_a_fold_stays_the_same(values: list[str | tuple[str, ...]]) -> None:
    """In whatever lines it stands."""
    lines = list(folded("    value=", name_list(values), ","))
    assert ast.literal_eval("\n".join(lines).strip().removeprefix("value=").removesuffix(",")) == values


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        pytest.param("f(1)", ["  x=f(1),"], id="short"),
        pytest.param("[" * 300 + "]" * 300, ["  x=" + "[" * 300 + "]" * 300 + ","], id="too-deep-for-python"),
        pytest.param(f'"{"a" * 80}"', [f'  x="{"a" * 80}",'], id="nothing-to-fold"),
        pytest.param(
            f'f(["{"a" * 70}", ("b",)], ttl=g(1))',
            ["  x=f(", "      [", f'          "{"a" * 70}",', '          ("b",),', "      ],", "      ttl=g(1),", "  ),"],
            id="call-and-list",
        ),
        pytest.param(
            f'{{"Ref": "{"a" * 70}", "b": ()}}',
            ["  x={", f'      "Ref": "{"a" * 70}",', '      "b": (),', "  },"],
            id="mapping",
        ),
        pytest.param(f'("{"a" * 74}",)', ["  x=(", f'      "{"a" * 74}",', "  ),"], id="one-in-a-tuple"),
    ],
)
def test_folds(code: str, lines: list[str]) -> None:
    """A member a line, with a comma behind each: a tuple of one stays one."""
    assert list(folded("  x=", code, ",")) == lines


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        pytest.param({"Fn::Join": ["", ["a", {"Ref": "B"}]]}, '{"Fn::Join": ["", ["a", {"Ref": "B"}]]}', id="function"),
        pytest.param(None, "None", id="none"),
        pytest.param(True, '"True"', id="flag"),
    ],
)
def test_values_of_a_template(given_: object, written: str) -> None:
    """As an override takes them."""
    assert value(given_) == written
