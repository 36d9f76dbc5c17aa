"""BIMI records: the TXT at `<selector>._bimi.<domain>` (draft-brand-indicators-for-message-identification-14 section 4.3).

Tag names are read in any case. Not handled: the logo, its certificate, and the DMARC policy that receivers ask for.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.tag_list import Tag, checked_unknown_tags, scan, value_fault

_REFERENCE = "draft-brand-indicators-for-message-identification-14 section 4.3"
_VERSION = re.compile(r"[vV][ \t]*=[ \t]*BIMI1[ \t]*(?:;|\Z)")
_KNOWN = ("v", "l", "a", "avp", "lps")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_CHARACTER = r"(?:[A-Za-z0-9._~:/?@!$&'()*+=-]|%[0-9A-Fa-f]{2})"  # RFC 3986 section 3.3 without "," and ";"
_URI = re.compile(
    rf"[hH][tT][tT][pP][sS]://(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"
    rf"(?:[/?]{_CHARACTER}*)?(?:#{_CHARACTER}*)?"
)
_LINE_BREAK = re.compile(r"[\r\n]")
_PREFIX = re.compile(r"[A-Za-z0-9-]{1,63}")
_URI_FORM = "one https URI with %2C for ','"
_PREFIX_FORM = "prefixes of 1 to 63 letters, digits and hyphens, with ',' between them"


class AvatarPreference(Enum):
    """Which picture a receiver that has several shall show (section 4.3, `avp`)."""

    BRAND = "brand"
    """The logo of the domain."""

    PERSONAL = "personal"
    """The picture of the person."""


@dataclass(frozen=True, slots=True)
class BimiRecord:
    """Where the logo of a domain is. `str()` is the text of the TXT record; fields keep what was written, None is absent.

    Raises:
        EmailAuthError: if a field cannot stand in a record.
    """

    location: str
    """`l`: the https URI of the SVG; empty to decline."""

    authority: str | None = None
    """`a`: the https URI of the certificate; an empty text says the same as None."""

    avp: AvatarPreference | None = None
    """`avp`. Default: - brand"""

    lps: tuple[str, ...] | None = None
    """`lps`: the beginnings of local parts that have a selector of their own. Default: - none"""

    other: tuple[tuple[str, str], ...] = ()
    """(name, value) of tags that receivers ignore, in order."""

    _spelling: str | None = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not _is_location(self.location):
            raise EmailAuthError(f"location must be empty or {_URI_FORM}, got {self.location!r}")
        if self.authority is not None and not _is_authority(self.authority):
            raise EmailAuthError(f"authority must be empty or {_URI_FORM} and a host name, got {self.authority!r}")
        if self.avp is not None and not isinstance(self.avp, AvatarPreference):
            raise EmailAuthError(f"avp must be an AvatarPreference, got {self.avp!r}; use AvatarPreference.BRAND")
        if self.lps is not None:
            object.__setattr__(self, "lps", _checked_prefixes(self.lps))
        object.__setattr__(self, "other", checked_unknown_tags("other", self.other, _KNOWN, ignore_case=True))

    def __str__(self) -> str:
        if self._spelling is not None:
            return self._spelling
        tags = [
            ("v", "BIMI1"),
            ("l", self.location),
            ("a", self.authority),
            ("avp", None if self.avp is None else self.avp.value),
            ("lps", None if self.lps is None else ",".join(self.lps)),
            *self.other,
        ]
        return "; ".join(f"{name}={value}" for name, value in tags if value is not None)

    @classmethod
    def parse(cls, text: str) -> BimiRecord:
        """Reads the text of a record, its strings joined without white space.

        Raises:
            RecordSyntaxError: if receivers could not use the record.
        """
        if not cls.is_bimi(text):
            message = "it must begin with 'v=BIMI1;', so receivers pass over it"
            raise RecordSyntaxError(message, text, (0, min(len(text), len("v=BIMI1;"))), _REFERENCE)
        line_break = _LINE_BREAK.search(text)
        if line_break is not None:  # the draft has *WSP where DKIM folds
            raise RecordSyntaxError("a record holds no line breaks", text, line_break.span(), _REFERENCE)
        tags = scan(text, reference=_REFERENCE)
        known = _known_tags(text, tags)
        if "l" not in known:
            raise RecordSyntaxError("l= is missing; an empty l= declines BIMI", text, (len(text), len(text)), _REFERENCE)
        return cls(
            location=known["l"].value,
            authority=known["a"].value if "a" in known else None,
            avp=AvatarPreference(known["avp"].value.lower()) if "avp" in known else None,
            lps=_prefixes(known["lps"].value) if "lps" in known else None,
            other=tuple((tag.name, tag.value) for tag in tags if tag.name.lower() not in _KNOWN),
        )

    @classmethod
    def verbatim(cls, text: str) -> BimiRecord:
        """Like `parse`, but `str()` gives `text` unchanged: for a record that exists and must not change.

        Raises:
            RecordSyntaxError: as `parse` does.
        """
        record = cls.parse(text)
        object.__setattr__(record, "_spelling", text)
        return record

    @staticmethod
    def is_bimi(text: str) -> bool:
        """Whether receivers take a TXT value below `_bimi` as a BIMI record, good or bad."""
        return _VERSION.match(text) is not None

    @property
    def declines(self) -> bool:
        """Whether the domain asks receivers to show no logo."""
        return not self.location


def _known_tags(text: str, tags: tuple[Tag, ...]) -> dict[str, Tag]:
    seen: dict[str, Tag] = {}
    for tag in tags:
        name = tag.name.lower()
        if name in seen:  # RFC 6376 section 3.2, whose grammar the draft takes
            raise RecordSyntaxError(f"{tag.name[:40]}= stands twice; keep one", text, tag.name_span, _REFERENCE)
        fault = _value_fault(name, tag.value)
        if fault is not None:
            raise RecordSyntaxError(fault, text, tag.value_span, _REFERENCE)
        seen[name] = tag
    return seen


def _value_fault(name: str, value: str) -> str | None:
    """What is wrong with the value of a tag, or None."""
    if value_fault(value) is not None:
        return f"the value of {name[:40]}= must be printable US-ASCII"
    if name == "l" and not _is_location(value):
        return f"l= must be empty or {_URI_FORM}"
    if name == "a" and not _is_authority(value):
        return f"a= must be empty or {_URI_FORM} and a host name"
    if name == "avp" and value.lower() not in {preference.value for preference in AvatarPreference}:
        return "avp= must be brand or personal"
    if name == "lps" and not all(map(_is_prefix, _prefixes(value))):
        return f"lps= must be {_PREFIX_FORM}"
    return None


def _is_location(value: str) -> bool:
    if not value or holds_token(value):
        return True
    return _URI.fullmatch(value) is not None and ("[" not in value or _address(value) is not None)


def _is_authority(value: str) -> bool:
    """Section 4.3: the host of `a=` is a fully qualified domain name, not an address and not a single label."""
    if not value or holds_token(value):
        return True
    if "[" in value or _URI.fullmatch(value) is None:
        return False
    return "." in (urlsplit(value).hostname or "") and _address(value) is None


def _address(uri: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that is the host of a URI."""
    try:
        return ipaddress.ip_address(urlsplit(uri).hostname or "")
    except ValueError:
        return None


def _prefixes(value: str) -> tuple[str, ...]:
    return tuple(prefix.strip() for prefix in value.split(",")) if value else ()


def _is_prefix(text: str) -> bool:
    return holds_token(text) or _PREFIX.fullmatch(text) is not None


def _checked_prefixes(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(prefixes, str):
        raise EmailAuthError(f"lps must be a tuple of strings, got {prefixes!r}; write ({prefixes!r},)")
    for prefix in prefixes:
        if not _is_prefix(prefix):
            raise EmailAuthError(f"lps must hold {_PREFIX_FORM}, got {prefix!r}")
    return tuple(prefixes)
