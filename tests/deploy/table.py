"""The table of examples: where their stacks lie, what the second deployment changes, and what must be seen each time."""

from __future__ import annotations

from tests.deploy import rows_keys, rows_outside, rows_places, rows_sending, rows_waiting

__all__ = ["EXAMPLES"]

EXAMPLES = [
    *rows_waiting.EXAMPLES,
    *rows_places.EXAMPLES,
    *rows_outside.EXAMPLES,
    *rows_keys.EXAMPLES,
    *rows_sending.EXAMPLES,
]
