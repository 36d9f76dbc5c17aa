"""docs/proof.md: each claim has a judge, and a place where it is judged."""

from __future__ import annotations

import re

from tests.live.settings import DOCS, ROOT


def test_each_claim_has_a_judge_and_a_place() -> None:
    """Four cells, none empty; each test that is named is there, and holds tests."""
    page = (DOCS / "proof.md").read_text(encoding="utf-8")
    _, _, *rows = [line for line in page.splitlines() if line.startswith("|")]
    assert len(rows) > 20
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 4, row
        assert all(cells), row
        places = re.findall(r"`(tests/[\w/.]+)`", cells[2])
        assert places, row
        for place in places:
            files = list((ROOT / place).rglob("test_*.py")) if place.endswith("/") else [ROOT / place]
            assert files, place
            assert any("\ndef test_" in file.read_text(encoding="utf-8") for file in files), place


def test_who_has_not_asked_is_said() -> None:
    """As long as there are no answers, the page says that nobody has asked; then it may not say so any more."""
    asked = any((DOCS / "live").glob("*.json"))
    for page in ("proof.md", "live.md"):
        assert ("obody has" in (DOCS / page).read_text(encoding="utf-8")) is not asked, page
