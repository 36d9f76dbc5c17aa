"""Which include of a mail service a misspelt one was meant to be.

Hosts of other people are near to each other too (`spf.mailnet.com`, `_spf1.mailgun.org`), so the shorter a label is, the
fewer slips count, and digits and the first label of a service's own domain are never one.
"""

from __future__ import annotations

import functools
import re

from ses_email_auth.checks.known_includes import KNOWN_INCLUDES, WRONG_SES_INCLUDES
from ses_email_auth.checks.rules.spelling import slips_between
from ses_email_auth.ses.spf import SPF_INCLUDE

__all__ = ["meant_include"]

_MOST_SLIPS = 2
_TWO_SLIPS_FROM = 8  # characters of a label
_ONE_SLIP_FROM = 6
_DIGITS = re.compile(r"\d+")
_DOUBLED = re.compile(r"(.)\1+")
_SES_HOST = re.compile(r"(?:feedback-smtp|inbound-smtp|email-smtp|email)\.[a-z0-9-]+\.amazon(?:ses|aws)\.com")


@functools.lru_cache(maxsize=4096)
def meant_include(host: str) -> str | None:
    """The known include that `host` was meant to be; None if it is known, or nothing says that it is wrong."""
    if host in KNOWN_INCLUDES:
        return None
    if host in WRONG_SES_INCLUDES or _SES_HOST.fullmatch(host):
        return SPF_INCLUDE
    letters = frozenset(host)
    for size in range(len(host) - _MOST_SLIPS, len(host) + _MOST_SLIPS + 1):
        for known, known_letters in _by_length().get(size, ()):
            # Each slip adds and removes one letter at most, so that most hosts need no closer look.
            if len(letters ^ known_letters) <= 2 * _MOST_SLIPS and _is_slip(host, known):
                return known
    return None


@functools.cache
def _by_length() -> dict[int, tuple[tuple[str, frozenset[str]], ...]]:
    found: dict[int, tuple[tuple[str, frozenset[str]], ...]] = {}
    for known in KNOWN_INCLUDES:
        found[len(known)] = (*found.get(len(known), ()), (known, frozenset(known)))
    return found


def _is_slip(host: str, known: str) -> bool:
    if _DIGITS.sub("", host) == _DIGITS.sub("", known):
        return False
    slips = slips_between(host, known)
    if slips > _MOST_SLIPS:
        return False
    labels, known_labels = host.split("."), known.split(".")
    if len(labels) != len(known_labels):  # a dot too few or too many
        return slips == 1
    if labels[-2:] == known_labels[-2:] and labels[0] != known_labels[0]:  # spfd.protection.outlook.com exists
        return False
    pairs = [(label, known_label) for label, known_label in zip(labels, known_labels, strict=True) if label != known_label]
    if labels[:-1] == known_labels[:-1]:
        return slips == 1 and len(known_labels[-2]) >= _ONE_SLIP_FROM
    return all(_is_label_slip(label, known_label, slips) for label, known_label in pairs)


def _is_label_slip(label: str, known: str, slips: int) -> bool:
    if len(known) >= _TWO_SLIPS_FROM:
        return True
    if slips > 1 or len(known) < _ONE_SLIP_FROM:
        return False
    # Another letter makes another name; a letter that is missing, doubled or swapped is a slip.
    return len(label) < len(known) or sorted(label) == sorted(known) or _DOUBLED.sub(r"\1", label) == _DOUBLED.sub(r"\1", known)
