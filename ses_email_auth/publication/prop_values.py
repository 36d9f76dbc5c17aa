"""The values of props, checked: domain names, names below a domain, lists of texts, seconds.

Every error names the prop, the value, what is allowed and the fix.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from ses_email_auth.domain_name import MAX_NAME, DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName
from ses_email_auth.known_after_deploy import holds_token, is_list_token, is_number_token
from ses_email_auth.records.resource_record_set import MAX_TTL

if TYPE_CHECKING:
    from collections.abc import Iterable


_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:[^}]{0,100}\}{0,2}", re.IGNORECASE)


class Unset(enum.Enum):
    """What `UNSET` is at run time; signatures print it as `<not given>`."""

    UNSET = "not given"

    def __repr__(self) -> str:
        return f"<{self.value}>"


UNSET = cast("None", Unset.UNSET)
"""The default of a prop whose None means "off"; ask `is_given`, never compare.

Type checkers see a None, so that such a prop is written `dmarc_policy: DmarcPolicy | None = UNSET`.
"""


def is_given(value: object) -> bool:
    """Whether the user passed a value, which may be None."""
    return value is not Unset.UNSET


class _Duration(Protocol):
    """A time span, such as `aws_cdk.Duration`."""

    def to_seconds(self) -> float:
        """The span in seconds."""


Seconds: TypeAlias = int | _Duration
"""A time to live: whole seconds, or a span such as `aws_cdk.Duration`."""


def refuse_dynamic_reference(prop: str, text: str) -> None:
    """Refuse a text that CloudFormation would replace by a secret or a parameter: what we publish is read by everyone.

    CloudFormation user guide, "Get values stored in other services using dynamic references": `{{resolve:service:…}}`. Case is
    not looked at, since names are written in lower case.

    Raises:
        EmailAuthError: for such a text.
    """
    reference = _DYNAMIC_REFERENCE.search(text)
    if reference is not None:
        raise EmailAuthError(
            f"{prop!r} holds the dynamic reference {reference.group()!r}, which CloudFormation would replace by what it refers "
            f"to, for everyone to read in public DNS; pass the text itself"
        )


def domain(prop: str, text: object) -> DomainName:
    """The domain that `prop` names: one that mail addresses can end in.

    Raises:
        EmailAuthError: if it is no such name.
    """
    if isinstance(text, DomainName):
        return text
    if not isinstance(text, str):
        raise EmailAuthError(f"{prop!r} must be a domain name, got {text!r}; pass for example 'example.com'")
    refuse_dynamic_reference(prop, text)
    if "@" in text and not holds_token(text):
        raise EmailAuthError(f"{prop!r} must be a domain name, got the address {text!r}; pass the part behind the '@'")
    try:
        name = DomainName(text)
    except InvalidDomainName as error:
        raise EmailAuthError(f"{prop!r} must be a domain name, but {error}; pass for example 'example.com'") from error
    if not name.is_hostname:
        raise EmailAuthError(
            f"{prop!r} must be a domain that mail addresses can end in, got {text!r}; pass for example 'example.com'"
        )
    return name


def identity_domain(domain_name: object, zone_name: DomainName | None, organizational_domain: DomainName | None) -> DomainName:
    """The domain of the identity: `domain_name`, or else the zone's name.

    Raises:
        EmailAuthError: if it is outside of the zone, or a public suffix (unless `organizational_domain` overrides the list).
    """
    if domain_name is None:
        if zone_name is None:
            raise EmailAuthError(
                "'hosted_zone' has no readable name; pass domain_name=, or make the zone by "
                "HostedZone.from_hosted_zone_attributes(hosted_zone_id=..., zone_name=...)"
            )
        if not zone_name.is_hostname:
            raise EmailAuthError(
                f"'hosted_zone' has the name {zone_name.text!r}, in which no mail address can end; pass domain_name="
            )
        name = zone_name
    else:
        name = domain("domain_name", domain_name)
    if zone_name is not None and name.is_at_or_below(zone_name) is False:
        raise EmailAuthError(
            f"'domain_name' must be {zone_name.text!r}, the name of the zone, or a name below it, got {name.text!r}; "
            f"records outside of the zone are never found"
        )
    if organizational_domain is not None:
        if name.is_at_or_below(organizational_domain) is False:
            raise EmailAuthError(
                f"'organizational_domain' must be {name.text!r} or a name above it, got {organizational_domain.text!r}"
            )
    elif name.is_public_suffix:
        raise EmailAuthError(
            f"{name.text!r} is a public suffix, not a domain one can own; if the Public Suffix List is wrong here, "
            f"pass organizational_domain={name.text!r}"
        )
    return name


def check_room(domain: DomainName, prefix: str, what: str) -> None:
    """Refuse a domain below which `prefix` has no room.

    Args:
        domain: the domain of a construct.
        prefix: the labels of a record in front of it.
        what: the record, as `the DMARC record`.

    Raises:
        EmailAuthError: if DNS could not hold the name. A token hides that.
    """
    longest = MAX_NAME - len(prefix) - len(".")
    if domain.is_known and not holds_token(prefix) and len(domain.text) > longest:
        raise EmailAuthError(
            f"'domain_name' must have at most {longest} octets, since the name of {what} is {MAX_NAME - longest} longer and "
            f"DNS takes {MAX_NAME}; got {len(domain.text)}: {domain.text!r}"
        )


def name_below(prop: str, parent: DomainName, text: object, example: str) -> DomainName:
    """The name that `text`, one label or a full name, means below `parent`.

    Anything else with a dot is refused: CDK's own construct makes `mail.other.org.example.com` of `mail.other.org`.

    Raises:
        EmailAuthError: if it is not below `parent`.
    """
    hint = f"pass for example {example!r}"
    if not isinstance(text, str) or not text.strip():
        raise EmailAuthError(f"{prop!r} must be a label below {parent.text!r}, got {text!r}; {hint}")
    if text == parent.text:
        raise EmailAuthError(f"{prop!r} must be below {parent.text!r}, not the domain itself; {hint}")
    if holds_token(text):
        return DomainName(text if text.endswith(f".{parent.text}") else f"{text}.{parent.text}")
    try:
        name = DomainName(text)
        if len(name.labels) == 1 and "." not in text:  # a final dot means a full name; other scripts have dots of their own
            name = parent.child(name.text)
    except InvalidDomainName as error:
        raise EmailAuthError(f"{prop!r} must be a label below {parent.text!r}, but {error}; {hint}") from error
    if name == parent:
        raise EmailAuthError(f"{prop!r} must be below {parent.text!r}, not the domain itself; {hint}")
    if not name.is_subdomain_of(parent) or not name.is_hostname:
        raise EmailAuthError(f"{prop!r} must be a label below {parent.text!r}, got {text!r}; {hint}")
    return name


def text_list(prop: str, values: Iterable[str], example: str) -> tuple[str, ...]:
    """The texts of a list prop, none of them empty.

    Raises:
        EmailAuthError: for one string, a set or a mapping where a list is due, a list token, an entry that is no text or
            empty.
    """
    hint = f"pass a list, for example {example}"
    if isinstance(values, str | bytes):
        raise EmailAuthError(f"{prop!r} must be a list of strings, got the string {values!r}; {hint}")
    if isinstance(values, AbstractSet | Mapping):  # a set has another order in each run, which would change records
        raise EmailAuthError(f"{prop!r} must be a list of strings, got a {type(values).__name__}; {hint}")
    try:
        entries = tuple(values)
    except TypeError as error:
        raise EmailAuthError(f"{prop!r} must be a list of strings, got {values!r}; {hint}") from error
    for entry in entries:
        if not isinstance(entry, str):
            raise EmailAuthError(f"{prop!r} must hold strings, got {entry!r}; {hint}")
        if is_list_token(entry):
            raise EmailAuthError(f"{prop!r} is a list that is known only after the deploy; pass its entries one by one")
        if not entry.strip():
            raise EmailAuthError(f"{prop!r} holds an empty entry; leave it out")
        refuse_dynamic_reference(prop, entry)
    return entries


def seconds(prop: str, value: Seconds) -> int:
    """A TTL in whole seconds.

    Raises:
        EmailAuthError: if it is no whole number of seconds, negative, more than DNS can hold, or a number that is known
            only after the deploy.
    """
    hint = "pass for example Duration.seconds(600)"
    number: object = value
    if hasattr(value, "to_seconds"):
        try:
            number = value.to_seconds()
        except RuntimeError as error:  # jsii, for a Duration of 1500 milliseconds
            raise EmailAuthError(f"{prop!r} must be whole seconds, got a Duration that is none; {hint}") from error
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise EmailAuthError(f"{prop!r} must be a Duration or whole seconds, got {value!r}; {hint}")
    if is_number_token(number):
        raise EmailAuthError(f"{prop!r} is a number that is known only after the deploy; {hint}")
    if not 0 <= number <= MAX_TTL or number != int(number):
        raise EmailAuthError(f"{prop!r} must be whole seconds from 0 to {MAX_TTL}, got {number!r}; {hint}")
    return int(number)
