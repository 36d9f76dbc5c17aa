"""What a run makes, written down before it is made: a run that was killed can be cleaned up by it.

One JSON object a line: kind, name and place. The file is for this machine alone and never published.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Made:
    """Something that the run has made, or was about to make."""

    kind: str
    """`stack`, `bucket`, `identity` or `key` (of KMS)."""

    name: str
    place: str
    """`home` or `second` for the account, a slash and the region."""


class Journal:
    """The file of one run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries = (
            [Made(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
        )

    def note(self, kind: str, name: str, place: str) -> None:
        """Write down what is about to be made."""
        made = Made(kind, name, place)
        if made in self.entries:
            return
        self.entries.append(made)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"kind": kind, "name": name, "place": place}) + "\n")

    def close(self) -> None:
        """Nothing is left: the file has served."""
        self._path.unlink(missing_ok=True)
