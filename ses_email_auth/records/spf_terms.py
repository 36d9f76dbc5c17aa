"""The terms of SPF records, mechanisms and modifiers, as value objects (RFC 7208 sections 4.6, 5, 6, 7 and 12).

A term that breaks the grammar cannot be built. Fields keep what was written: None is absent, a domain-spec keeps its spelling;
an IPv6 address gets the form of RFC 5952. The `source` of an error is the wrong piece of the term. Text that holds a CDK token
is not judged, except that it must not end the term.

Not handled: lookups, macro expansion (which needs a message), and the texts that `exp=` points at.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token

IP4_BITS = 32
IP6_BITS = 128
_MODIFIER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")  # section 12: name
_HIDDEN_KIND = re.compile(r"[+\-~?]?(?:[a-z0-9_.-]*|(?:a|mx)/[0-9/]*)(?=\$\{Token\[)", re.IGNORECASE)
_MACRO = re.compile(r"%(?:[%_-]|\{(?P<letter>[A-Za-z])(?P<parts>[0-9]*)[Rr]?[.\-+,/_=]*\})")
_TOP_LABEL = re.compile(r"[0-9A-Za-z]*[A-Za-z][0-9A-Za-z]*|[0-9A-Za-z]+-[0-9A-Za-z-]*[0-9A-Za-z]")
_IP4_LIKE = re.compile(r"[0-9]+(?:\.[0-9]+){3}(?:/[0-9]+)?")
_HIDDEN = "\0"  # stands for each character of a macro, whose expansion is not known
_MAX_LABEL = 63


class SpfQualifier(enum.Enum):
    """The result when a mechanism matches (section 4.6.2)."""

    PASS = "+"  # noqa: S105 - the RFC's word
    FAIL = "-"
    SOFTFAIL = "~"
    NEUTRAL = "?"


@dataclass(frozen=True, slots=True)
class _Mechanism:
    """What all mechanisms share. Errors: `EmailAuthError`; for text that breaks the grammar `RecordSyntaxError`."""

    name: ClassVar[str]
    costs_lookup: ClassVar[bool] = True
    """Whether evaluating it counts against the limit of ten (section 4.6.4)."""

    qualifier: SpfQualifier = field(default=SpfQualifier.PASS, kw_only=True)

    def __post_init__(self) -> None:
        check_qualifier("qualifier", self.qualifier)
        self._check()

    def __str__(self) -> str:
        return f"{self.qualifier.value}{self.name}{self._argument()}".removeprefix("+")

    @property
    def meaning(self) -> tuple[str | int, ...]:
        """Equal for two mechanisms that match the same hosts, however they are spelt; the qualifier is left out."""
        return (self.name,)

    def _check(self) -> None:
        """Check the fields of a subclass; a hook, since `super()` does not work in slotted dataclasses before Python 3.14."""

    def _argument(self) -> str:
        return ""


class All(_Mechanism):
    """`all`: matches every host (section 5.1)."""

    __slots__ = ()
    name: ClassVar[str] = "all"
    costs_lookup: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class _DomainMechanism(_Mechanism):
    domain: str

    @property
    def meaning(self) -> tuple[str | int, ...]:
        """As in `_Mechanism`."""
        return (self.name, domain_spec_meaning(self.domain))

    def _check(self) -> None:
        check_domain_spec(self.domain)

    def _argument(self) -> str:
        return f":{self.domain}"


class Include(_DomainMechanism):
    """`include:`: matches if the record of that domain passes (section 5.2)."""

    __slots__ = ()
    name: ClassVar[str] = "include"


class Exists(_DomainMechanism):
    """`exists:`: matches if that domain has an A record (section 5.7)."""

    __slots__ = ()
    name: ClassVar[str] = "exists"


@dataclass(frozen=True, slots=True)
class Ptr(_Mechanism):
    """`ptr`: matches by reverse lookup (section 5.5, which says not to publish it)."""

    name: ClassVar[str] = "ptr"
    domain: str | None = None

    @property
    def meaning(self) -> tuple[str | int, ...]:
        """As in `_Mechanism`."""
        return (self.name, "" if self.domain is None else domain_spec_meaning(self.domain))

    def _check(self) -> None:
        if self.domain is not None:
            check_domain_spec(self.domain)

    def _argument(self) -> str:
        return "" if self.domain is None else f":{self.domain}"


@dataclass(frozen=True, slots=True)
class _HostMechanism(_Mechanism):
    domain: str | None = None
    ip4_length: int | None = None
    """Leading bits to compare for IPv4, 0 to 32; absent is 32."""

    ip6_length: int | None = None
    """Leading bits to compare for IPv6, 0 to 128; absent is 128."""

    @property
    def meaning(self) -> tuple[str | int, ...]:
        """As in `_Mechanism`."""
        return (
            self.name,
            "" if self.domain is None else domain_spec_meaning(self.domain),
            IP4_BITS if self.ip4_length is None else self.ip4_length,
            IP6_BITS if self.ip6_length is None else self.ip6_length,
        )

    def _check(self) -> None:
        if self.domain is not None:
            check_no_length(self.domain)
            check_domain_spec(self.domain)
        _check_length("ip4_length", self.ip4_length, IP4_BITS)
        _check_length("ip6_length", self.ip6_length, IP6_BITS)

    def _argument(self) -> str:
        domain = "" if self.domain is None else f":{self.domain}"
        ip4 = "" if self.ip4_length is None else f"/{self.ip4_length}"
        ip6 = "" if self.ip6_length is None else f"//{self.ip6_length}"
        return domain + ip4 + ip6


class A(_HostMechanism):
    """`a`: matches the addresses of the domain, by default of the record's own (section 5.3)."""

    __slots__ = ()
    name: ClassVar[str] = "a"


class Mx(_HostMechanism):
    """`mx`: matches the addresses of the domain's MX hosts (section 5.4)."""

    __slots__ = ()
    name: ClassVar[str] = "mx"


@dataclass(frozen=True, slots=True)
class _NetworkMechanism(_Mechanism):
    costs_lookup: ClassVar[bool] = False
    maximum: ClassVar[int]
    address: str
    prefix_length: int | None = None
    """Leading bits to compare; absent is all of them: 32 for IPv4, 128 for IPv6."""

    @property
    def network(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
        """The addresses that match; None if a token hides them."""
        if holds_token(self.address):
            return None
        length = self.maximum if self.prefix_length is None else self.prefix_length
        return ipaddress.ip_network((self.address, length), strict=False)

    @property
    def meaning(self) -> tuple[str | int, ...]:
        """As in `_Mechanism`."""
        return (self.name, self._argument() if self.network is None else str(self.network))

    def _check(self) -> None:
        check_no_length(self.address)
        check = ip4_address if self.maximum == IP4_BITS else ip6_address
        object.__setattr__(self, "address", check(self.address))
        _check_length("prefix_length", self.prefix_length, self.maximum)

    def _argument(self) -> str:
        return f":{self.address}" + ("" if self.prefix_length is None else f"/{self.prefix_length}")


class Ip4(_NetworkMechanism):
    """`ip4:`: matches an IPv4 network (section 5.6). Host bits may be set: `192.0.2.1/24` is legal."""

    __slots__ = ()
    name: ClassVar[str] = "ip4"
    maximum: ClassVar[int] = IP4_BITS


class Ip6(_NetworkMechanism):
    """`ip6:`: matches an IPv6 network (section 5.6). Host bits may be set."""

    __slots__ = ()
    name: ClassVar[str] = "ip6"
    maximum: ClassVar[int] = IP6_BITS


@dataclass(frozen=True, slots=True)
class _DomainModifier:
    """What `redirect` and `exp` share.

    Raises:
        RecordSyntaxError: if the domain breaks the grammar.
    """

    name: ClassVar[str]
    domain: str

    def __post_init__(self) -> None:
        check_domain_spec(self.domain)

    def __str__(self) -> str:
        return f"{self.name}={self.domain}"

    @property
    def meaning(self) -> tuple[str, ...]:
        """Equal for two modifiers that say the same, however they are spelt."""
        return (self.name, domain_spec_meaning(self.domain))


class Redirect(_DomainModifier):
    """`redirect=`: if nothing matches, the record of that domain decides (section 6.1)."""

    __slots__ = ()
    name: ClassVar[str] = "redirect"


class Explanation(_DomainModifier):
    """`exp=`: where the text for refused senders is (section 6.2)."""

    __slots__ = ()
    name: ClassVar[str] = "exp"


@dataclass(frozen=True, slots=True)
class UnknownModifier:
    """A modifier that RFC 7208 does not define; receivers ignore it (section 6). The name is kept in lower case.

    Raises:
        RecordSyntaxError: if name or value breaks the grammar.
    """

    name: str
    value: str
    """A macro-string, possibly empty."""

    def __post_init__(self) -> None:
        if not _MODIFIER_NAME.fullmatch(self.name):
            raise RecordSyntaxError(
                f"{self.name!r} is not a modifier name: a letter, then letters, digits, '-', '_' and '.'",
                self.name,
                (0, len(self.name)),
                "RFC 7208 section 12",
            )
        object.__setattr__(self, "name", self.name.lower())
        if self.name in (Redirect.name, Explanation.name):
            raise EmailAuthError(f"{self.name!r} is a modifier of RFC 7208; use Redirect or Explanation")
        check_macro_string(self.value)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"

    @property
    def meaning(self) -> tuple[str, ...]:
        """Name and value: what else may mean the same is not known."""
        return (self.name, self.value)


@dataclass(frozen=True, slots=True)
class OpaqueTerm:
    """A term of which a CDK token hides the kind, such as `${Token[TOKEN.7]}`; it is carried along unchanged.

    Raises:
        RecordSyntaxError: if no token is in it, its kind is plain (`include:${Token[TOKEN.7]}`), or it would end the term.
    """

    text: str

    def __post_init__(self) -> None:
        check_macro_string(self.text)
        if not (holds_token(self.text) and _HIDDEN_KIND.match(self.text)):
            raise RecordSyntaxError(
                f"{self.text!r} is no term whose kind a CDK token hides",
                self.text,
                (0, len(self.text)),
                "RFC 7208 section 4.6.1",
            )

    def __str__(self) -> str:
        return self.text

    @property
    def qualifier(self) -> SpfQualifier | None:
        """The text may begin with one, but it is compared as part of `meaning`."""
        return None

    @property
    def meaning(self) -> tuple[str, ...]:
        """The text: what it means is not known."""
        return ("token", self.text)


Mechanism: TypeAlias = All | Include | A | Mx | Ptr | Ip4 | Ip6 | Exists
Modifier: TypeAlias = Redirect | Explanation | UnknownModifier
Term: TypeAlias = Mechanism | Modifier | OpaqueTerm


def check_qualifier(field_name: str, value: object) -> None:
    """Refuse everything that is no `SpfQualifier`, with the member that its text stands for.

    Raises:
        EmailAuthError: if it is none.
    """
    if isinstance(value, SpfQualifier):
        return
    fix = next((str(member) for member in SpfQualifier if member.value == value), "one of " + ", ".join(map(str, SpfQualifier)))
    raise EmailAuthError(f"{field_name} must be a SpfQualifier, got {value!r}; use {fix}")


def _check_length(field_name: str, value: int | None, maximum: int) -> None:
    if value is not None and not (type(value) is int and 0 <= value <= maximum):
        raise EmailAuthError(f"{field_name} must be a whole number from 0 to {maximum}, got {value!r}")


def check_macro_string(text: str) -> None:
    """Check a macro-string (section 7.1).

    Raises:
        RecordSyntaxError: if a character is not visible US-ASCII, or a `%` does not begin a macro that is allowed here.
    """
    for index, char in enumerate(text):
        if not "\x21" <= char <= "\x7e":  # macro-literal; SP ends a term
            raise RecordSyntaxError(
                f"{char!r} is not allowed here; only visible US-ASCII is", text, (index, index + 1), "RFC 7208 section 7.1"
            )
    if holds_token(text):
        return
    at = text.find("%")
    while at != -1:
        at = text.find("%", _macro_end(text, at))


def check_domain_spec(text: str) -> None:
    """Check a domain-spec (sections 4.8 and 7.1): a macro-string that ends in a dot and a top-level label, or in a macro.

    Raises:
        RecordSyntaxError: as for `check_macro_string`, and if the end is wrong or literal text makes an empty label or one
            over 63 octets.
    """
    if not text:
        raise RecordSyntaxError("the domain is empty", text, (0, 0), "RFC 7208 section 7.1")
    check_macro_string(text)
    if holds_token(text):
        return
    masked = _masked(text)
    _check_labels(text, masked)
    _check_domain_end(text, masked)


def literal_text(text: str) -> str:
    """`text` without its macros."""
    return _masked(text).replace(_HIDDEN, "")


def domain_spec_meaning(text: str) -> str:
    """The one spelling of all domain-specs that mean the same: literal text in lower case, no final dot.

    The case of a macro letter stays: upper case asks for URL escaping (section 7.3). Text with a token stays whole.
    """
    if holds_token(text):
        return text
    pairs = zip(text, _masked(text), strict=True)
    return "".join(char if mask == _HIDDEN else char.lower() for char, mask in pairs).removesuffix(".")


def ip4_address(text: str) -> str:
    """`text` if it is an ip4-network (section 5.6): four decimal octets without leading zeros.

    Raises:
        RecordSyntaxError: otherwise.
    """
    if holds_token(text):
        check_macro_string(text)
        return text
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        raise RecordSyntaxError(
            f"{text!r} is not an IPv4 address: four decimal numbers up to 255 without leading zeros",
            text,
            (0, len(text)),
            "RFC 7208 section 5.6",
        ) from None
    return text


def ip6_address(text: str) -> str:
    """The text of an ip6-network (section 5.6, RFC 4291 section 2.2) in the one form of RFC 5952.

    Raises:
        RecordSyntaxError: if it is not an IPv6 address.
    """
    if holds_token(text):
        check_macro_string(text)
        return text
    try:
        # ipaddress reads a zone id behind "%", which no DNS record can mean; without "%" it is not one.
        address = ipaddress.IPv6Address(text.replace("%", "!"))
    except ValueError:
        raise RecordSyntaxError(
            f"{text!r} is not an IPv6 address", text, (0, len(text)), "RFC 7208 section 5.6, RFC 4291 section 2.2"
        ) from None
    # Python 3.13 changed how it prints mapped addresses; RFC 5952 section 5 wants the dotted form.
    return address.compressed if address.ipv4_mapped is None else f"::ffff:{address.ipv4_mapped}"


def prefix_length(digits: str, maximum: int) -> int:
    """The number of a cidr-length (section 12).

    Raises:
        RecordSyntaxError: if it has a leading zero or is over `maximum`.
    """
    reference = "RFC 7208 section 12"
    if digits.startswith("0") and digits != "0":
        raise RecordSyntaxError(
            f"the prefix length {digits!r} must not have a leading zero", digits, (0, len(digits)), reference
        )
    if len(digits) > len(str(maximum)) or int(digits) > maximum:
        raise RecordSyntaxError(
            f"the prefix length {digits} is over the maximum {maximum}", digits, (0, len(digits)), reference
        )
    return int(digits)


def check_no_length(text: str) -> None:
    """Text with a token is not judged, but its prefix length has a field of its own, or `parse(str(r))` would not be `r`.

    Raises:
        RecordSyntaxError: if it ends in one.
    """
    length = re.search(r"/[0-9]*\Z", text)
    if length is not None and holds_token(text):
        raise RecordSyntaxError(
            f"{length.group()!r} is no part of {text!r}; a prefix length is a number of its own",
            text,
            length.span(),
            "RFC 7208 section 12",
        )


def _macro_end(text: str, at: int) -> int:
    """Where the macro that begins at `at` ends."""
    match = _MACRO.match(text, at)
    if match is None:
        close = text.find("}", at) + 1 if text.startswith("%{", at) else 0
        raise RecordSyntaxError(
            "this is no macro; write '%{' letter digits 'r' delimiters '}', or '%%' for a percent sign",
            text,
            (at, close or min(at + 2, len(text))),
            "RFC 7208 section 7.1",
        )
    letter = match["letter"]
    if letter is not None and letter.lower() in "crt":
        raise RecordSyntaxError(
            f"the macro letter {letter!r} is allowed in the text of an explanation only",
            text,
            match.span(),
            "RFC 7208 section 7.2",
        )
    if letter is not None and letter.lower() not in "slodiphv":
        raise RecordSyntaxError(
            f"there is no macro letter {letter!r}; use one of s, l, o, d, i, p, h, v",
            text,
            match.span(),
            "RFC 7208 section 7.2",
        )
    if match["parts"] and not match["parts"].strip("0"):
        raise RecordSyntaxError("the number of parts must not be zero", text, match.span("parts"), "RFC 7208 section 7.3")
    return match.end()


def _check_labels(text: str, masked: str) -> None:
    """Section 4.8: the result is a DNS name. Receivers differ on a malformed one (no match or permerror), so it is refused."""
    reference = "RFC 7208 section 4.8, RFC 1035 section 2.3.4"
    at = 0
    for label in masked.removesuffix(".").split("."):
        octets = len(label.replace(_HIDDEN, ""))
        if not label:
            message = "the domain has an empty label; dots must stand alone between labels"
            raise RecordSyntaxError(message, text, (at, at + 1), reference)
        if octets > _MAX_LABEL:
            message = f"a label has {octets} octets; at most {_MAX_LABEL} are allowed"
            raise RecordSyntaxError(message, text, (at, at + len(label)), reference)
        at += len(label) + 1


def _check_domain_end(text: str, masked: str) -> None:
    """Section 12: domain-end = ( "." toplabel [ "." ] ) / macro-expand."""
    if masked.endswith(_HIDDEN):
        return
    name = masked.removesuffix(".")
    rest, dot, last = name.rpartition(".")
    if dot and _TOP_LABEL.fullmatch(last):
        return
    reason = "must be letters, digits and inner hyphens, with at least one letter or hyphen"
    if _IP4_LIKE.fullmatch(name):
        reason = "is part of an address, not of a name; use ip4"
    elif _HIDDEN in last:
        reason = "must not hold a macro and end in plain text"
    elif not dot:
        reason = "must follow a dot; a domain needs at least two labels"
    elif "/" in last:
        reason = "has a '/'; only a, mx, ip4 and ip6 take a prefix length"
    start = len(rest) + len(dot)
    shown = text[start:]
    raise RecordSyntaxError(f"the last label {shown!r} {reason}", text, (start, len(text)), "RFC 7208 section 7.1")


def _masked(text: str) -> str:
    """`text` with each character of each macro hidden, so that positions stay and a dot in a macro is none."""
    return _MACRO.sub(lambda match: _HIDDEN * len(match.group()), text)
