"""Texts from outside, for findings: shown short, printable and without private keys, and compared with what they may mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token, readable
from ses_email_auth.records.dkim import private_key_hidden

if TYPE_CHECKING:
    from ses_email_auth.errors import RecordSyntaxError


def is_hidden(value: object) -> bool:
    """Whether a value, a name or a TTL is known only after the deploy."""
    return isinstance(value, KnownAfterDeploy) or holds_token(str(value))


# How the base64 of a private key begins (PKCS#8, PKCS#1, SEC 1), in the middle of other text too; no public key does.
PRIVATE_KEY = re.compile(r"M[A-P][A-Za-z0-9+/]{1,4}(?:[QAgw]IBA|AgE[AB]|CAQ[AE])[A-Za-z0-9+/=]*")
_MOST = 60
_MESSAGE_START, _MESSAGE_END = 80, 100


def shown(text: str, most: int = _MOST) -> str:
    """`text` in quotes, at most `most` characters of it; a private key in it is left out."""
    hidden = private_key_hidden(text)
    kept = readable(PRIVATE_KEY.sub("(not shown)", text if hidden is None else hidden[0]))
    mark = '"' if "'" in kept and '"' not in kept else "'"
    return f"{mark}{visible(kept[:most])}{mark}" + ("..." if len(kept) > most else "")


_QUOTATION_MARK = re.compile(r"\\{0,4}[\"']")


def without_quotes(text: str) -> str:
    """The fix for a text that holds quotation marks, which receivers see as a part of it."""
    return f"take out the quotation marks inside of the text, and keep the pair around it{quoted_once(text)}"


def quoted_once(text: str) -> str:
    """How `text` is written in one pair of quotation marks, to stand behind a fix; nothing for a long text or a private key."""
    clean = " ".join(_QUOTATION_MARK.sub("", text).split())
    is_short = len(clean) <= _MOST and private_key_hidden(clean) is None and PRIVATE_KEY.search(clean) is None
    return f': "{visible(clean)}"' if is_short else ""


def message_of(error: RecordSyntaxError) -> str:
    """The message of an error, without the middle of a long one, and without what it quotes of a text with a private key."""
    if private_key_hidden(error.source) is not None or PRIVATE_KEY.search(error.source) is not None:
        return "it holds a private key (not shown)"
    message = readable(error.message)
    if len(message) <= _MESSAGE_START + _MESSAGE_END:
        return message
    return f"{message[:_MESSAGE_START]} ... {message[-_MESSAGE_END:]}"


def is_one_off(word: str, known: str) -> bool:
    """Whether one slip of a finger makes `word` out of `known`; not for equal words."""
    return abs(len(word) - len(known)) <= 1 and slips_between(word, known) == 1


def is_swapped(word: str, known: str) -> bool:
    """Whether `word` is `known` with two neighbouring letters in each other's place."""
    return word != known and any(
        known[:at] + known[at + 1] + known[at] + known[at + 2 :] == word for at in range(len(known) - 1)
    )


def slips_between(one: str, other: str) -> int:
    """How many slips make one of the other: a letter missing, added, changed or swapped with its neighbour."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row, last = row, [at], before
        for column, other_letter in enumerate(other, 1):
            cost = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != other_letter))
            if at > 1 and column > 1 and letter == other[column - 2] and one[at - 2] == other_letter:
                cost = min(cost, last[column - 2] + 1)
            row.append(cost)
    return row[-1]


ONE_SLIP_FROM = 6
"""So many characters a label must have for one slip to be told from another name."""

_TWO_SLIPS_FROM = 8
_DOUBLED = re.compile(r"(.)\1+")


def is_label_slip(label: str, known: str, slips: int) -> bool:
    """Whether a label of a host was meant to be `known`, and is no other name."""
    if len(known) >= _TWO_SLIPS_FROM:
        return True
    if slips > 1 or len(known) < ONE_SLIP_FROM:
        return False
    # Another letter makes another name; a letter that is missing, doubled or swapped is a slip.
    return len(label) < len(known) or sorted(label) == sorted(known) or _DOUBLED.sub(r"\1", label) == _DOUBLED.sub(r"\1", known)
