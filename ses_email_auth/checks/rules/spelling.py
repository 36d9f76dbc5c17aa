"""Words that are nearly another word: one letter too many, too few, wrong, or two letters that changed places."""

from __future__ import annotations

__all__ = ["is_one_off", "is_swapped", "slips_between"]


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
