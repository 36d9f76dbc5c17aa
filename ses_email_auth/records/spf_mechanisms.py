"""The mechanisms of an SPF record as value objects (RFC 7208 sections 4.6.2, 5 and 12).

A mechanism that breaks the grammar cannot be built. Fields keep what was written: None is absent, a domain-spec keeps its
spelling; an IPv6 address gets the form of RFC 5952. Nothing is looked up or expanded.
"""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass, field
from typing import ClassVar

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.spf_macro import (
    check_domain_spec,
    check_no_length,
    domain_spec_meaning,
    ip4_address,
    ip6_address,
)

__all__ = [
    "A",
    "All",
    "Exists",
    "Include",
    "Ip4",
    "Ip6",
    "Mx",
    "Ptr",
    "SpfQualifier",
    "check_qualifier",
]
_IP4_BITS = 32
_IP6_BITS = 128


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
            _IP4_BITS if self.ip4_length is None else self.ip4_length,
            _IP6_BITS if self.ip6_length is None else self.ip6_length,
        )

    def _check(self) -> None:
        if self.domain is not None:
            check_no_length(self.domain)
            check_domain_spec(self.domain)
        _check_length("ip4_length", self.ip4_length, _IP4_BITS)
        _check_length("ip6_length", self.ip6_length, _IP6_BITS)

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
        check = ip4_address if self.maximum == _IP4_BITS else ip6_address
        object.__setattr__(self, "address", check(self.address))
        _check_length("prefix_length", self.prefix_length, self.maximum)

    def _argument(self) -> str:
        return f":{self.address}" + ("" if self.prefix_length is None else f"/{self.prefix_length}")


class Ip4(_NetworkMechanism):
    """`ip4:`: matches an IPv4 network (section 5.6). Host bits may be set: `192.0.2.1/24` is legal."""

    __slots__ = ()
    name: ClassVar[str] = "ip4"
    maximum: ClassVar[int] = _IP4_BITS


class Ip6(_NetworkMechanism):
    """`ip6:`: matches an IPv6 network (section 5.6). Host bits may be set."""

    __slots__ = ()
    name: ClassVar[str] = "ip6"
    maximum: ClassVar[int] = _IP6_BITS


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
