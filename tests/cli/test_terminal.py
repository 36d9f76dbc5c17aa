"""What is printed is no command of the runner that prints the log."""

from __future__ import annotations

import pytest

from ses_email_auth.cli.terminal import harmless


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        pytest.param("::error::x", r"\x3a:error::x", id="command"),
        pytest.param("  ::error::x", r"  \x3a:error::x", id="behind-spaces"),
        pytest.param(":::", r"\x3a::", id="three"),
        pytest.param("ip6:::1 ::x", "ip6:::1 ::x", id="in-a-line"),
        pytest.param("", "", id="empty"),
    ],
)
def test_harmless(line: str, printed: str) -> None:
    """A runner takes `::` at the start of a line for a command, also behind spaces."""
    assert harmless(line) == printed
