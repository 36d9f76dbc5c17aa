"""Words that are nearly another word: one letter too many, too few, wrong, or two letters that changed places."""

from __future__ import annotations

__all__ = ["is_one_off", "is_swapped"]


def is_one_off(word: str, known: str) -> bool:
    """Whether one slip of a finger makes `word` out of `known`; not for equal words."""
    if len(word) == len(known):
        places = [at for at, letters in enumerate(zip(word, known, strict=True)) if letters[0] != letters[1]]
        return len(places) == 1 or is_swapped(word, known)
    shorter, longer = sorted((word, known), key=len)
    return len(longer) == len(shorter) + 1 and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def is_swapped(word: str, known: str) -> bool:
    """Whether `word` is `known` with two neighbouring letters in each other's place."""
    return word != known and any(
        known[:at] + known[at + 1] + known[at] + known[at + 2 :] == word for at in range(len(known) - 1)
    )
