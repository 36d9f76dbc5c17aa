"""Where DMARC reports go: the URIs of `rua` and `ruf` (RFC 9989 sections 4.7 and 4.8, RFC 3986, RFC 6068).

Addresses are those of RFC 5321 section 4.1.2 with a dot-atom or quoted local part, in US-ASCII. Not handled: comments,
address literals (`a@[192.0.2.1]`), white space in quoted local parts; whether the mailbox exists or takes reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName
from ses_email_auth.known_after_deploy import holds_token

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")  # RFC 3986 section 3.1
_SIZE_LIMIT = re.compile(r"!([0-9]+[kmgt]?)\Z", re.IGNORECASE)  # RFC 9989 section 4.8: obs-dmarc-uri
_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@$&'()*+=-]|%[0-9A-Fa-f]{2})+")  # RFC 3986 section 2 without "!", "," and ";"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322 section 3.2.3
_QUOTED = r'"(?:[!#-\[\]-~]|\\[!-~])*"'  # RFC 5321 section 4.1.2
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*|{_QUOTED}")
# In a URI "%2C" and "%3B" cannot be the end of an address, so a local part may hold them without quotes: receivers take it.
_ESCAPED_LOCAL_PART = re.compile(rf"{_ATOM}(?:[.,;]{_ATOM})*|{_QUOTED}")
# RFC 6068 section 2 wants "%", "/", "?", "#", "&", ";", "=" encoded, RFC 9989 section 4.8 also "," and "!"; these may stay.
# So may brackets, but checkdmarc refuses them.
_SAFE = "$'*+"
_NOT_IN_URI = '!#"\\^`{|}'  # RFC 9989 section 4.8, and RFC 3986 section 2: such a sign stands in a URI as its escape only
_MAX_LOCAL_PART = 64  # RFC 5321 section 4.5.3.1.1, octets
_MAX_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3: a path of 256 octets with its angle brackets
_EXAMPLE = "'dmarc-reports@example.com'"


@dataclass(frozen=True, slots=True)
class ReportUri:
    """A place that reports are sent to, in the one spelling in which two equal places are equal.

    Build it with `ReportUri.mailto("dmarc-reports@example.com")` or `ReportUri.parse("mailto:dmarc-reports@example.com")`.
    A text that holds a CDK token is kept to the letter; `is_known` is then False. `mailto` puts `mailto:` before it if it has
    no scheme.

    Args:
        text: the URI as it is published, without a size limit.
        size_limit: the obsolete size limit, `10m` of `mailto:a@example.com!10m`. Default: - none

    Raises:
        EmailAuthError: if the text is not a URI, or a `mailto:` URI without one real address; for a size limit that is not a
            number and k, m, g, t or nothing.
    """

    text: str
    """The URI as it is published, without a size limit."""

    size_limit: str | None = None
    """The obsolete size limit, `10m` of `mailto:a@example.com!10m`. Reporters ignore it (RFC 9989 section 4.8)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _normalize(self.text))
        if self.size_limit is not None:
            if not _SIZE_LIMIT.fullmatch(f"!{self.size_limit}"):
                raise EmailAuthError(f"size_limit must be a number and k, m, g, t or nothing, got {self.size_limit!r}")
            object.__setattr__(self, "size_limit", self.size_limit.lower())

    def __str__(self) -> str:
        return self.text if self.size_limit is None else f"{self.text}!{self.size_limit}"

    @classmethod
    def mailto(cls, address: str) -> ReportUri:
        """The URI of a mail address, for example `dmarc-reports@example.com`.

        A Unicode domain becomes A-labels; what a URI cannot hold is percent-encoded (RFC 6068 section 2).

        Args:
            address: one bare address, without a display name, `mailto:` or escapes.

        Raises:
            EmailAuthError: if `address` is not one bare address.
        """
        if holds_token(address):
            return cls(address if _SCHEME.match(address) else f"mailto:{address}")
        if address.lower().startswith("mailto:"):
            raise EmailAuthError(f"{address!r} is a URI already; use ReportUri.parse, or leave 'mailto:' away")
        return cls(f"mailto:{_encoded(address, address, _LOCAL_PART)}")

    @classmethod
    def parse(cls, text: str) -> ReportUri:
        """Reads a URI as it stands in a record, a size limit included.

        Any scheme is legal, only `mailto` must be supported by reporters (RFC 9989 section 4.7).

        Args:
            text: one URI, for example `mailto:a@example.com!10m`.

        Raises:
            EmailAuthError: if `text` is not a URI, or a `mailto:` URI without one real address.
        """
        suffix = None if holds_token(text) else _SIZE_LIMIT.search(text)
        return cls(text) if suffix is None else cls(text[: suffix.start()], suffix[1])

    @property
    def is_known(self) -> bool:
        """False if the text holds a CDK token."""
        return not holds_token(self.text)

    @property
    def scheme(self) -> str:
        """The scheme in lower case: `mailto`, `https`; empty if a token hides it."""
        scheme = _SCHEME.match(self.text)
        return "" if scheme is None else scheme[1].lower()

    @property
    def address(self) -> str | None:
        """The mail address, decoded; None for another scheme than `mailto` and for an opaque text."""
        if self.scheme != "mailto" or not self.is_known:
            return None
        return unquote(self.text.removeprefix("mailto:").partition("?")[0])

    @property
    def host(self) -> DomainName | None:
        """The domain that takes the reports; None if there is none, it is an IP address, or a token hides it."""
        if not self.is_known:
            return None
        name = urlsplit(self.text).hostname if self.address is None else self.address.rpartition("@")[2]
        try:
            host = DomainName(name or "")
        except InvalidDomainName:
            return None
        return host if host.is_hostname and not host.labels[-1].isdigit() else None


def report_uris(name: str, entries: object) -> tuple[ReportUri, ...]:
    """The entries of a prop or argument `name`: each a `ReportUri`, a bare mail address, or the text of a URI.

    Raises:
        EmailAuthError: if `entries` is no list (a bare string is none), or an entry is empty or wrong.
    """
    if isinstance(entries, (str, ReportUri)) or not isinstance(entries, Iterable):
        raise EmailAuthError(f"{name} must be a list of addresses, got {entries!r}; write for example [{_EXAMPLE}]")
    return tuple(_report_uri(name, entry) for entry in entries)


def _report_uri(name: str, entry: object) -> ReportUri:
    if isinstance(entry, ReportUri):
        return entry
    if not isinstance(entry, str):
        raise EmailAuthError(
            f"an entry of {name} must be an address or a ReportUri, got {entry!r}; write for example {_EXAMPLE}"
        )
    try:
        return ReportUri.parse(entry) if _SCHEME.match(entry) else ReportUri.mailto(entry)
    except EmailAuthError as error:
        raise EmailAuthError(f"{name}: {error}") from error


def _normalize(text: str) -> str:
    if holds_token(text):
        return text
    scheme = _SCHEME.match(text)
    if scheme is None:
        raise EmailAuthError(f"{text!r} is not a report URI: it has no scheme; write for example 'mailto:a@example.com'")
    if scheme[1].lower() == "mailto":
        return _normalize_mailto(text, text[scheme.end() :])
    _check_uri(text, text)
    try:
        rest = urlsplit(text)
    except ValueError as error:
        raise EmailAuthError(f"{text!r} is not a report URI: {error}") from error
    if not (rest.netloc or rest.path):
        raise EmailAuthError(f"{text!r} is not a report URI: nothing stands behind the scheme")
    return scheme[1].lower() + text[scheme.end(1) :]


def _normalize_mailto(written: str, rest: str) -> str:
    to, question, fields = rest.partition("?")
    if to.lower().startswith("mailto:"):
        raise EmailAuthError(f"{written!r} holds 'mailto:' twice; write it once")
    if to.startswith("//"):
        raise EmailAuthError(f"{written!r} is not a report URI: 'mailto:' takes no '//'; leave it away")
    for sign in _NOT_IN_URI:
        if sign in rest:
            raise EmailAuthError(f"{written!r} is not a report URI: write %{ord(sign):02X} for {sign!r}")
    if re.search(r"%(?![0-9A-Fa-f]{2})", rest):
        raise EmailAuthError(f"{written!r} is not a report URI: a '%' must begin an escape; write %25 for the sign itself")
    if question:
        _check_uri(written, fields)
    local_part = _LOCAL_PART if re.search("[,;]", to) else _ESCAPED_LOCAL_PART
    return f"mailto:{_encoded(written, unquote(to), local_part)}{question}{fields}"


def _check_uri(written: str, text: str) -> None:
    if not _URI.fullmatch(text):
        message = "it holds a character that a URI in a record cannot hold; percent-encode it, for example %2C for ','"
        raise EmailAuthError(f"{written!r} is not a report URI: {message}")


def _encoded(written: str, address: str, local_part_form: re.Pattern[str]) -> str:
    """`address` as it stands in a `mailto:` URI."""
    reason = _fault(address, local_part_form)
    if reason is not None:
        raise EmailAuthError(f"{written!r} is not a report address: {reason}")
    local_part, _, domain = address.rpartition("@")
    try:
        host = DomainName(domain)
    except InvalidDomainName as error:
        raise EmailAuthError(f"{written!r} is not a report address: {error}") from error
    if not host.is_hostname:
        raise EmailAuthError(
            f"{written!r} is not a report address: no mail goes to {domain!r}; write a host like 'example.com'"
        )
    if len(local_part) + 1 + len(host.text) > _MAX_ADDRESS:
        raise EmailAuthError(
            f"{written!r} is not a report address: it is over {_MAX_ADDRESS} octets (RFC 5321 section 4.5.3.1.3)"
        )
    return f"{quote(local_part, safe=_SAFE)}@{host.text}"


def _fault(address: str, local_part_form: re.Pattern[str]) -> str | None:
    """What is wrong with the form of `address`, or None; the frequent mistakes come first, with a sentence of their own."""
    local_part, at, domain = address.rpartition("@")
    is_local_part = local_part_form.fullmatch(local_part) is not None
    suspect = domain if is_local_part else address  # a quoted local part may hold ",", ";", "<" and "@"
    faults = (
        (not address.strip(), f"it is empty; write for example {_EXAMPLE}"),
        (re.search("[<>]", suspect), "a display name or angle brackets are not allowed; write the bare address"),
        (re.search(r"\s", suspect), "it holds white space; remove it"),
        (re.search("[,;]", suspect), "it holds ',' or ';'; write each address as an entry of its own"),
        (not at, f"it has no '@'; write for example {_EXAMPLE}"),
        (not local_part, "nothing stands before the '@'"),
        (not is_local_part and "@" in local_part, "it has more than one '@'"),
        (not local_part.isascii(), "the part before '@' must be US-ASCII (RFC 9989 section 4.8); use another mailbox"),
        (
            len(local_part) > _MAX_LOCAL_PART,
            f"the part before '@' is over {_MAX_LOCAL_PART} octets (RFC 5321 section 4.5.3.1.1)",
        ),
        (not is_local_part, f"{local_part!r} is not a dot-atom of RFC 5322 section 3.2.3; remove the odd dot or character"),
    )
    return next((reason for is_wrong, reason in faults if is_wrong), None)
