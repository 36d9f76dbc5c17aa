"""Record sets and SES identities as files declare them, right or wrong.

`ResourceRecordSet` cannot hold what Route 53 would refuse; `DeclaredRecordSet` can, so that a rule can say what is wrong. TXT
values are in Route 53's form: quoted strings with octal escapes ("Supported DNS record types" of the Route 53 developer
guide).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import InvalidDomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.route53_txt import txt_strings, unescaped

DeclaredValue: TypeAlias = "str | KnownAfterDeploy"
"""A value in Route 53's form, or one that is known after the deploy."""


VALUES = "ResourceRecords"
"""The property with the values of a record set, as CloudFormation and Route 53 call it."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a resource that a finding speaks about."""

    name: str
    """The property as CloudFormation calls it: `ResourceRecords`, `TTL`, `Name`, `MailFromAttributes/MailFromDomain`."""

    text: str = ""
    """The value, as far as it is known; empty for other properties."""

    index: int = 0
    """Which of several values."""

    count: int = 0
    """How many values there are; 0 for a property that has no list."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """The text as files may have it: Terraform writes TXT values without the outer quotes. None if it is not known."""
        if not self.text:
            return ()
        is_quoted = len(self.text) > 1 and self.text[0] == self.text[-1] == '"'
        return (self.text, self.text[1:-1]) if is_quoted else (self.text,)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record set or an identity is declared."""

    path: str
    """The file, as the user named it."""

    resource: str = ""
    """A logical id of CloudFormation, an address of Terraform, or a line of a zone file."""

    construct_path: str = ""
    """The path of the CDK construct, without a leading slash; empty where there is none."""

    location: str = ""
    """The place in the resource, for example `Properties/ResourceRecords`."""

    line: int | None = None
    """The line in the file, counted from 1; None if it is not known."""

    part: Part | None = None
    """The part of the resource that is meant. Default: - the whole"""


class RecordInView(Protocol):
    """What rules ask of a record set: one of our constructs, or one of a file."""

    @property
    def name(self) -> DomainName | KnownAfterDeploy | None:
        """The absolute name; None for one that `DomainName` refuses, such as `a_b.example.com`."""

    @property
    def type(self) -> RecordType | None:
        """None for a type that no rule looks at."""

    @property
    def values(self) -> tuple[object, ...]:
        """As written; a `KnownAfterDeploy` is a value whose text is not known yet."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Each value as one text, TXT strings joined."""

    @property
    def place(self) -> str:
        """The name and the type, as findings name a record: `_dmarc.example.com TXT`."""


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredRecordSet:
    """A record set as a file declares it. Two of them are equal only if they are the same object."""

    spelling: str
    """The name as it was written; absolute, with or without the final dot."""

    name: DomainName | KnownAfterDeploy | None
    """The name that `spelling` stands for; None if `DomainName` refuses it."""

    type_text: str
    """The type in upper case, even one that Route 53 does not know."""

    type: RecordType | None
    """None for a type that no rule looks at."""

    values: tuple[DeclaredValue, ...]
    """In Route 53's form, as written; a value that is not known yet holds a CDK token or is a `KnownAfterDeploy`. An alias has
    none."""

    origin: Origin

    ttl: str = ""
    """As it was written; empty if there is none."""

    set_identifier: str | None = None
    """Of a routing policy; sets with one share their name and type on purpose."""

    is_alias: bool = False

    identity: str = ""
    """The resource whose `DkimDNSTokenName` the name is: a logical id or an address in the same file. Empty for other names."""

    zone_id: str = ""
    """The hosted zone, as precise as the file is: an id of Route 53, or a mark that all records of one zone share. Empty if it
    is not known."""

    other_ttls: tuple[str, ...] = ()
    """Further TTLs that lines of a zone file give the same set."""

    value_lines: tuple[int, ...] = ()
    """The line of each value, where a reader counts lines and they differ."""

    @classmethod
    def of(  # noqa: PLR0913 - all but the first four are rare
        cls,
        spelling: str,
        type_text: str,
        values: tuple[DeclaredValue, ...],
        origin: Origin,
        *,
        known_name: KnownAfterDeploy | None = None,
        ttl: str = "",
        set_identifier: str | None = None,
        is_alias: bool = False,
        identity: str = "",
        zone_id: str = "",
        other_ttls: tuple[str, ...] = (),
        value_lines: tuple[int, ...] = (),
    ) -> DeclaredRecordSet:
        """The set with this spelling, its name and type read."""
        upper = type_text.upper()
        return cls(
            spelling=spelling,
            name=declared_name(spelling) if known_name is None else known_name,
            type_text=upper,
            type=RecordType.__members__.get(upper),
            values=values,
            origin=origin,
            ttl=ttl,
            set_identifier=set_identifier,
            is_alias=is_alias,
            identity=identity,
            zone_id=zone_id,
            other_ttls=other_ttls,
            value_lines=value_lines,
        )

    def value_at(self, index: int) -> DeclaredPart:
        """One of the values, for a finding about it."""
        value = self.values[index]
        return DeclaredPart(self, Part(VALUES, value if isinstance(value, str) else "", index, len(self.values)))

    def part(self, name: str) -> DeclaredPart:
        """One of `Name`, `Type` and `TTL`, for a finding about it."""
        return DeclaredPart(self, Part(name))

    @property
    def place(self) -> str:
        """The name and the type, as findings name a record: `_dmarc.example.com TXT`."""
        return f"{self.spelling.removesuffix('.').lower() if self.name is None else self.name} {self.type_text}"

    @property
    def texts(self) -> tuple[str, ...]:
        """Each value as one text, TXT strings joined without a space as receivers join them (RFC 7208 section 3.3)."""
        if self.type is not RecordType.TXT:
            return tuple(map(str, self.values))
        return tuple("".join(txt_strings(value)) if isinstance(value, str) else str(value) for value in self.values)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DeclaredIdentity:
    """An `AWS::SES::EmailIdentity`, or what Terraform calls `aws_sesv2_email_identity` and `aws_ses_domain_identity`."""

    name: str
    """A domain or an address, as written; it can hold a CDK token."""

    origin: Origin

    account: str = ""
    """Empty if it is not known."""

    region: str = ""
    """Empty if it is not known."""

    mail_from: str | None = None
    """The MAIL FROM domain as written; None means SES's own."""

    on_mx_failure: str | None = None
    """`BehaviorOnMxFailure` as written."""

    signs: bool | None = None
    """Whether SES signs with a key of the domain; None if it is not known. Easy DKIM is on unless it is switched off."""

    own_selector: str | None = None
    """The selector of an own key (BYODKIM)."""

    own_key: bool = False
    """Whether an own private key is given. The key itself never leaves the file."""

    own_key_in_file: bool = False
    """Whether that key stands in the file itself, instead of a reference to a secret."""

    easy_dkim_bits: int | None = None
    """The key length that is asked of Easy DKIM."""

    dkim_tokens: tuple[str, ...] = ()
    """The tokens of Easy DKIM in the order of SES, as Terraform's state keeps them; empty if they are not known."""

    configuration_set: str | None = None

    alternative: str | None = None
    """The condition under which it is declared, if it is not known whether that holds; one of two may never exist."""

    def part(self, name: str) -> DeclaredPart:
        """A property as CloudFormation calls it, for a finding about it: `DkimSigningAttributes/DomainSigningSelector`."""
        return DeclaredPart(self, Part(name))

    @property
    def domain(self) -> DomainName | None:
        """The domain, also of an address; None if it is not known or not a domain name."""
        return _known_name(self.name.rpartition("@")[2])

    @property
    def is_address(self) -> bool:
        """Whether it is an address."""
        return "@" in self.name

    @property
    def mail_from_domain(self) -> DomainName | None:
        """`mail_from` as a name; None if there is none, or it is not known or not a domain name."""
        return None if self.mail_from is None else _known_name(self.mail_from)


@dataclass(frozen=True, slots=True)
class DeclaredPart:
    """A value or a property that a finding points at."""

    record: DeclaredRecordSet | DeclaredIdentity
    part: Part

    @property
    def origin(self) -> Origin:
        """Where it stands."""
        origin = self.record.origin
        if origin.line is None:
            return replace(origin, part=self.part)
        lines = self.record.value_lines if isinstance(self.record, DeclaredRecordSet) and self.part.name == VALUES else ()
        if not lines:
            return origin
        line = lines[self.part.index]
        return replace(origin, resource=f"line {line}", line=line)


def declared_name(spelling: str) -> DomainName | None:
    """The domain name that is written as `spelling`, octal escapes of Route 53 resolved; None if it is not one."""
    text = spelling if holds_token(spelling) else unescaped(spelling)
    try:
        return DomainName(text)
    except InvalidDomainName:
        return None


def _known_name(spelling: str) -> DomainName | None:
    name = declared_name(spelling)
    return name if name is not None and name.is_known else None
