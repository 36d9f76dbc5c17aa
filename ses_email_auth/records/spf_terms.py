"""The modifiers of an SPF record, and what a term can be (RFC 7208 sections 4.6.1, 6 and 12).

The mechanisms are in `spf_mechanisms`. The texts that `exp=` points at are not handled: they are records of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.spf_macro import check_domain_spec, check_macro_string, domain_spec_meaning
from ses_email_auth.records.spf_mechanisms import A, All, Exists, Include, Ip4, Ip6, Mx, Ptr, SpfQualifier

__all__ = [
    "Explanation",
    "Mechanism",
    "Modifier",
    "OpaqueTerm",
    "Redirect",
    "Term",
    "UnknownModifier",
]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")  # section 12: name
_HIDDEN_KIND = re.compile(r"[+\-~?]?(?:[a-z0-9_.-]*|(?:a|mx)/[0-9/]*)(?=\$\{Token\[)", re.IGNORECASE)


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
        if not _NAME.fullmatch(self.name):
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
        """Name and value: nobody knows what else may mean the same."""
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
