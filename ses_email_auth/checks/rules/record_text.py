"""What is wrong with the texts at a name that holds one record of one kind and nothing else: `_mta-sts`, `_smtp._tls`, `_bimi`.

Receivers pass over texts that do not begin like the record; of the others there must be one.

How findings show text that somebody else wrote: short, printable, and never a private key.

Words that are nearly another word: one letter too many, too few, wrong, or two letters that changed places.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault
from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.dkim import private_key_hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import TextInView

__all__ = [
    "PRIVATE_KEY",
    "is_hidden",
    "is_one_off",
    "is_swapped",
    "said",
    "shown",
    "slips_between",
    "text_faults",
]


def is_hidden(value: object) -> bool:
    """Whether a value, a name or a TTL is known only after the deploy."""
    return isinstance(value, KnownAfterDeploy) or holds_token(str(value))


def text_faults(
    texts: Iterable[TextInView],
    *,
    kind: str,
    begin: str,
    is_one: Callable[[str], bool],
    parse: Callable[[str], object],
    effect: str,
) -> Iterator[Fault]:
    """What receivers pass over at each name, and why.

    Args:
        texts: the TXT values at names of this kind.
        kind: what the record is called, with its article.
        begin: how it begins.
        is_one: whether receivers take a text as a record of the kind.
        parse: reads a text, or raises a `RecordSyntaxError`.
        effect: what receivers do with two records.
    """
    # By set: DNS never answers with texts of two, and one that two files tell of is no second record.
    sets: dict[int, list[TextInView]] = {}
    for text in texts:
        sets.setdefault(id(text.record), []).append(text)
    for group in sets.values():
        name = group[0].name
        records = [text for text in group if is_one(text.text)]
        if len(records) > 1:
            yield Fault(
                where=f"{name} TXT",
                message=f"{name} has {len(records)} {kind.split()[1]} records; {effect}",
                fix="keep one of them",
            )
        elif records:
            yield from _syntax(records[0], parse)
        elif not any(_holds_hidden(text.record) for text in group):
            yield Fault(
                where=f"{name} TXT",
                message=f"{shown(group[0].text)} is not {kind} record: it does not begin with {begin!r}, and is passed over",
                fix=f"begin it with {begin!r}, case and spaces included, or remove it",
            )


def _syntax(text: TextInView, parse: Callable[[str], object]) -> Iterator[Fault]:
    try:
        parse(text.text)
    except RecordSyntaxError as error:
        yield Fault(where=text.where, message=f"{shown(text.text)}: {said(error)}", fix="correct it, or remove the record")


def _holds_hidden(record: RecordInView) -> bool:
    return any(map(is_hidden, record.values))


# How the base64 of a private key begins (PKCS#8, PKCS#1, SEC 1), in the middle of other text too; no public key does.
PRIVATE_KEY = re.compile(r"M[A-P][A-Za-z0-9+/]{1,4}(?:[QAgw]IBA|AgE[AB]|CAQ[AE])[A-Za-z0-9+/=]*")
_MOST = 60
_MESSAGE_START, _MESSAGE_END = 80, 100


def shown(text: str, most: int = _MOST) -> str:
    """`text` in quotes, at most `most` characters of it; a private key in it is left out."""
    hidden = private_key_hidden(text)
    kept = PRIVATE_KEY.sub("(not shown)", text if hidden is None else hidden[0])
    return repr(kept[:most]) + ("..." if len(kept) > most else "")


def said(error: RecordSyntaxError) -> str:
    """The message of an error, without the middle of a long one, and without what it quotes of a text with a private key."""
    if private_key_hidden(error.source) is not None or PRIVATE_KEY.search(error.source) is not None:
        return "it holds a private key (not shown)"
    message = error.message
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
