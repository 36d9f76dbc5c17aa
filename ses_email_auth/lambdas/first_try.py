"""What a handler saw before it changed anything, for the case that the same request comes again.

Lambda invokes a function again if it ended without an answer: after a time-out, or when CloudFormation could not be reached.
The zone then holds what the first try wrote, and nobody could tell it from records that stood there before. So what stood is
noted in the temporary folder, which outlives a time-out as long as Lambda keeps the execution environment ("Lambda execution
environment lifecycle"). Where the note is lost, nothing counts as ours: then a record may be left behind, but none of others
is deleted.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

__all__ = ["FirstTry"]


class FirstTry:
    """The note of one request."""

    def __init__(self, request_id: str) -> None:
        """`request_id` is the same in every try."""
        name = hashlib.sha256(request_id.encode()).hexdigest()[:32]
        self._file = Path(tempfile.gettempdir()) / f"ses-email-auth-{name}.json"

    def seen(self) -> list[str] | None:
        """What was noted; None in the first try, and where the note is lost."""
        try:
            noted = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return [str(entry) for entry in noted] if isinstance(noted, list) else None

    def note(self, seen: list[str]) -> None:
        """Note what stood before the first change of this request; later calls change nothing."""
        if not self._file.exists():
            self._file.write_text(json.dumps(seen), encoding="utf-8")

    def forget(self) -> None:
        """What stands now is not of this request."""
        self._file.unlink(missing_ok=True)
