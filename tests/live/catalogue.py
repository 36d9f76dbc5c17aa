"""All questions, in the order in which they are asked."""

from __future__ import annotations

from tests.live import ask_functions, ask_identity, ask_records, ask_sending

QUESTIONS = (
    *ask_identity.FIRST,
    *ask_records.QUESTIONS,
    *ask_identity.QUESTIONS,
    *ask_functions.QUESTIONS,
    *ask_sending.QUESTIONS,
    *ask_identity.LAST,
)
