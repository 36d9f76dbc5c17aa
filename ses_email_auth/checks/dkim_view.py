"""The TXT values below `_domainkey`, as a verifier of signatures takes them (RFC 6376 sections 3.6.1 and 3.6.2).

Every TXT at `<selector>._domainkey.<domain>` is a key record to it. Not so at `_domainkey` itself (DomainKeys policies, RFC
4870) and at names such as `_adsp._domainkey` (RFC 5617) and `_report._domainkey` (RFC 6651): no selector has an underscore.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.records.dkim import DkimKeyRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ses_email_auth.checks.zone_view import TextInView, ZoneView

__all__ = ["DkimInView", "dkim_in_view", "keys_in_view"]

_BELOW = "._domainkey."
# RFC 6376 section 3.6.1: words in h=, s= and t= that nobody knows are ignored, and n= is for people.
_IGNORED_VALUES = ("h", "s", "t", "n")
_QUOTED = re.compile(r"(['\"])(.{24}).+?\1")  # enough of a text to know it by, too little for any part of a key
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class DkimInView:
    """A TXT value at a selector."""

    source: TextInView
    selector: str
    domain: str
    key: DkimKeyRecord | None
    """What verifiers make of it; None if they cannot use it."""

    trouble: str = ""
    """What is wrong with the text; empty if nothing is. It holds no key."""

    @property
    def where(self) -> str:
        """The record, for findings."""
        return self.source.where

    @property
    def is_wildcard(self) -> bool:
        """Whether it answers for all selectors that do not exist."""
        return self.selector.startswith("*")


def dkim_in_view(texts: Iterable[TextInView]) -> Iterator[DkimInView]:
    """The values of `texts` that verifiers take as keys, good or bad."""
    for text in texts:
        selector, _, domain = text.name.text.partition(_BELOW)
        if domain and "_" not in selector and text.name.is_known:
            key, trouble = _read(text.text)
            yield DkimInView(text, selector, domain, key, trouble)


def keys_in_view(view: ZoneView) -> Iterator[tuple[DkimInView, DkimKeyRecord, bool]]:
    """The keys that verifiers can read, and whether an identity in view signs with the selector."""
    own = {(each.own_selector.lower(), str(each.domain)) for each in view.identities if each.own_selector is not None}
    own |= {(selector.lower(), domain.text) for selector, domain in view.own_selectors}
    for found in view.dkim:
        if found.key is not None:
            yield found, found.key, (found.selector, found.domain) in own


def _read(text: str, trouble: str = "") -> tuple[DkimKeyRecord | None, str]:
    """The key, and what is wrong with the text first of all; values that verifiers ignore are read past."""
    try:
        return DkimKeyRecord.parse(text), trouble
    except RecordSyntaxError as error:
        rest = _without_ignored_value(text, error)
        if rest is None:
            return None, _sentence(error)
        return _read(rest, trouble or _sentence(error))


def _without_ignored_value(text: str, error: RecordSyntaxError) -> str | None:
    """`text` without the tag in whose value the fault is, if verifiers do without that tag."""
    at = error.span[0]
    start = text.rfind(";", 0, at) + 1
    name, equals, _ = text[start:at].partition("=")
    if not equals or name.strip() not in _IGNORED_VALUES:
        return None
    end = text.find(";", at)
    return text[:start].rstrip("; ") if end < 0 else text[:start] + text[end + 1 :]


def _sentence(error: RecordSyntaxError) -> str:
    return _QUOTED.sub(r"\1\2...\1", error.message)[:_LONGEST]
