"""What may stand in the tags of a DKIM key record other than `p=` (RFC 6376 sections 3.2 and 3.6.1).

Not handled: the meaning of quoted-printable in `n=`, and which of the words verifiers know (they ignore the others).
"""

from __future__ import annotations

import re

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import split_at_tokens

__all__ = ["KNOWN_TAGS", "check_unknown_tags", "check_value", "check_words", "is_word", "value_fault"]

KNOWN_TAGS = ("v", "k", "h", "s", "t", "n", "p")
_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# RFC 6376 section 3.2: tag-value = [ tval *( 1*(WSP / FWS) tval ) ], tval = 1*VALCHAR; a CDK token is a tval too.
_TAG_VALUE = re.compile(r"(?:[!-:<-~]+(?:(?:[ \t]*\r\n)?[ \t]+[!-:<-~]+)*)?")
_HYPHENATED_WORD = re.compile(r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?")  # RFC 6376 section 2.10


def check_words(name: str, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The value of the field `name` (`h=`, `s=` or `t=`) as a tuple.

    Raises:
        EmailAuthError: for a bare string, no word, or a text that is not a word.
    """
    if words is None:
        return None
    if isinstance(words, str):
        raise EmailAuthError(f"{name} must be a tuple of strings, got {words!r}; write ({words!r},)")
    if not words:
        raise EmailAuthError(f"{name} must not be empty; None leaves the tag out")
    for word in words:
        if not is_word(word):
            raise EmailAuthError(f"{name} holds {word!r}, which is not a word of letters, digits and inner hyphens")
    return tuple(words)


def is_word(word: str) -> bool:
    """Whether `word` can stand in `h=`, `s=` or `t=`. A CDK token counts as a letter.

    `*` has a meaning in `s=` alone; in the others verifiers ignore it like any word they do not know.
    """
    known = "".join("x" if is_token else part for part, is_token in split_at_tokens(word))
    return word == "*" or _HYPHENATED_WORD.fullmatch(known) is not None


def value_fault(value: str) -> int | None:
    """Where in `value` the first character stands that no tag value can hold there; None if there is none."""
    rest = _TAG_VALUE.sub("", value, count=1)
    return len(value) - len(rest.lstrip(" \t")) if rest else None


def check_value(name: str, value: str) -> None:
    """Refuse a text that cannot be the value of a tag. It is not shown: people put everything into notes.

    Raises:
        EmailAuthError: if the text is not printable US-ASCII, holds ";" or has white space at an end.
    """
    if value_fault(value) is not None:
        raise EmailAuthError(f"{name} must be printable US-ASCII without ';' and without white space at its ends")


def check_unknown_tags(tags: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The (name, value) pairs as a tuple.

    Raises:
        EmailAuthError: for a name that is none, is a known tag or stands twice, and for a bad value.
    """
    seen = set(KNOWN_TAGS)
    for name, value in tags:
        if name in seen or not _TAG_NAME.fullmatch(name):
            raise EmailAuthError(f"unknown_tags holds the name {name!r}; it must be a tag name, not a known one, and once only")
        seen.add(name)
        check_value(f"the value of the tag {name!r}", value)
    return tuple(tags)
