"""Domain names as e-mail authentication needs them (RFC 1035, RFC 5890-5892, RFC 8552, UTS 46).

Unicode becomes A-labels (RFC 8616 section 4: SPF, DKIM and DMARC records hold A-labels), case and the final dot go.
Organizational domains come from the Public Suffix List; the DNS tree walk of RFC 9989 section 4.10 is not done here,
since it needs DNS. Not handled: escaped octets in names (RFC 1035 section 5.1).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import idna

from ses_email_auth.errors import InvalidDomainName
from ses_email_auth.known_after_deploy import holds_token

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

__all__ = ["MAX_NAME", "DomainName"]

_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_UNDERSCORED_LABEL = re.compile(r"_[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_MAX_LABEL = 63  # RFC 1035 section 2.3.4, octets
MAX_NAME = 253
"""Octets of a name as text without the final dot (RFC 1035 section 2.3.4: 255 on the wire)."""


@dataclass(frozen=True, slots=True, order=True)
class DomainName:
    """A domain name in the one form in which two equal names are equal: lower case, A-labels, no final dot.

    Labels are host labels (letters, digits, hyphens). The underscored labels of RFC 8552 (`_dmarc`) and a leftmost `*`
    are accepted too, because DNS records need them; `is_hostname` tells such names apart.

    A name that holds a CDK token is kept to the letter; `is_known` is then False and every question about it that
    cannot be answered is answered with None.

    Args:
        text: the name in ASCII or Unicode, in any case, with or without the final dot.

    Raises:
        InvalidDomainName: if the text is empty, a label is bad or over 63 octets, or the name is over 253 octets.
    """

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _normalize(self.text))

    def __hash__(self) -> int:
        """That of the text, which Python keeps: names are looked up again and again."""
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    @property
    def is_known(self) -> bool:
        """False if the name holds a CDK token."""
        return not holds_token(self.text)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels from left to right; a name with a token in it is one opaque label."""
        return tuple(self.text.split(".")) if self.is_known else (self.text,)

    @property
    def is_hostname(self) -> bool:
        """Whether mail addresses can end in this name: two labels or more, no underscore, no wildcard. Opaque names count."""
        return not self.is_known or (len(self.labels) > 1 and not any(c in self.text for c in "_*"))

    @property
    def parent(self) -> DomainName | None:
        """The name without its leftmost label; None at the top level and for an opaque name."""
        _, dot, rest = self.text.partition(".")
        return _part(rest) if dot and self.is_known else None

    @property
    def is_public_suffix(self) -> bool:
        """Whether the name is an entry of the Public Suffix List, so that no mail domain can be the name itself."""
        return self.is_known and self.organizational is None

    @property
    def organizational(self) -> DomainName | None:
        """The registrable domain by the Public Suffix List (RFC 7489 section 3.2); None for a suffix or an opaque name.

        `foo.kawasaki.jp` has none: the list holds `*.kawasaki.jp`.
        """
        registrable = _registrable(self.text) if self.is_known else None
        return None if registrable is None else _part(registrable)

    @property
    def has_top_level_domain(self) -> bool:
        """Whether the last label is a top-level domain of the Public Suffix List, or `arpa`; True where a token hides it."""
        return not self.is_known or _is_top_level(self.labels[-1])

    def child(self, prefix: str) -> DomainName:
        """The name `prefix` (one or more labels) below this one."""
        return DomainName(f"{prefix}.{self.text}")

    def is_at_or_below(self, other: DomainName) -> bool | None:
        """Whether this is `other` or a subdomain of it; None if a token hides the answer."""
        if self.text == other.text or self.text.endswith(f".{other.text}"):
            return True
        return False if self.is_known and other.is_known else None

    def is_subdomain_of(self, other: DomainName | str) -> bool | None:
        """Whether this is properly below `other` (RFC 9499 section 7), by whole labels; None if a token hides the answer."""
        parent = other if isinstance(other, DomainName) else DomainName(other)
        return False if self == parent else self.is_at_or_below(parent)

    def relative_to(self, zone: DomainName | str) -> str:
        """The host column of a DNS panel: the labels in front of `zone`, or `@` for the zone itself.

        Raises:
            InvalidDomainName: if the name is outside of `zone`, or a token hides whether it is.
        """
        origin = zone if isinstance(zone, DomainName) else DomainName(zone)
        if not self.is_at_or_below(origin):
            raise InvalidDomainName(self.text, f"it is not in the zone {origin.text!r}")
        return self.text.removesuffix(origin.text).removesuffix(".") or "@"


def _part(text: str) -> DomainName:
    """The end of a name as a name: it is in that form already, and walks up the tree are many."""
    name = object.__new__(DomainName)
    object.__setattr__(name, "text", text)
    return name


@functools.lru_cache(maxsize=1024)  # one domain asks for the same few names some thirty times
def _normalize(text: str) -> str:
    if holds_token(text):
        return text
    written = text
    if not text.isascii():
        text = _to_a_labels(text)
    text = text.lower().removesuffix(".")
    if not text:
        raise InvalidDomainName(written, "it is empty")
    for index, label in enumerate(text.split(".")):
        _check_label(written, label, leftmost=index == 0)
    if len(text) > MAX_NAME:
        raise InvalidDomainName(written, f"it has {len(text)} octets; at most {MAX_NAME} are allowed")
    return text


@functools.lru_cache(maxsize=1024)
def _registrable(text: str) -> str | None:
    return _public_suffix_list().privatesuffix(text)


def _is_top_level(label: str) -> bool:
    return _public_suffix_list().publicsuffix(label, accept_unknown=False) is not None


def _to_a_labels(text: str) -> str:
    """UTS 46 mapping (full-width letters, the ideographic full stop) and IDNA 2008 encoding, label by label."""
    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
    except idna.IDNAError as error:
        raise InvalidDomainName(text, _reason(error)) from error
    return ".".join(label if label.isascii() else _to_a_label(text, label) for label in mapped.split("."))


def _to_a_label(written: str, label: str) -> str:
    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError as error:
        raise InvalidDomainName(written, _reason(error)) from error


def _check_label(written: str, label: str, *, leftmost: bool) -> None:
    if not label:
        raise InvalidDomainName(written, "it has an empty label; dots must stand alone between labels")
    if len(label) > _MAX_LABEL:
        raise InvalidDomainName(written, f"the label {label!r} has {len(label)} octets; at most {_MAX_LABEL} are allowed")
    if label == "*" and leftmost:
        return
    if not (_HOST_LABEL.fullmatch(label) or _UNDERSCORED_LABEL.fullmatch(label)):
        raise InvalidDomainName(written, f"the label {label!r} may hold letters, digits and inner hyphens only")
    if label.startswith("xn--"):
        try:
            idna.ulabel(label)
        except idna.IDNAError as error:
            raise InvalidDomainName(written, f"the label {label!r} is not a valid A-label ({_reason(error)})") from error


def _reason(error: idna.IDNAError) -> str:
    text = str(error).rstrip(".") or type(error).__name__
    return text[:1].lower() + text[1:]


@functools.cache
def _public_suffix_list() -> PublicSuffixList:
    """Built on first use: it takes 27 ms."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - keeps the import of the pure part fast

    return PublicSuffixList()
