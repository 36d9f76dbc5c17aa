"""Checks the types of props before jsii sees them: its errors name neither the prop nor the fix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token

if TYPE_CHECKING:
    import enum
    from collections.abc import Iterator


_ACCOUNT_ID = re.compile(r"[0-9]{12}")


def check_enum(prop: str, value: object, example: enum.Enum) -> None:
    """Refuse what is no member of the enum of `example`.

    Raises:
        EmailAuthError: with the member that is meant, or else `example`.
    """
    enum_type = type(example)
    if not isinstance(value, enum_type):
        name = enum_type.__name__
        member = enum_type.__members__.get(str(value).upper(), example)
        article = "an" if name[0] in "AEIO" else "a"
        raise EmailAuthError(f"{prop!r} must be {article} {name}, got {value!r}; use {name}.{member.name}")


def check_flag(prop: str, value: object) -> None:
    """Refuse what is neither True nor False.

    Raises:
        EmailAuthError: for it; 0 and None are no flags.
    """
    if not isinstance(value, bool):
        raise EmailAuthError(f"{prop!r} must be True or False, got {value!r}")


def check_removal_policy(policy: object) -> None:
    """Check the prop `removal_policy`.

    Raises:
        EmailAuthError: if it is no `RemovalPolicy`, or one that our resources cannot have.
    """
    if policy is not None:
        check_enum("removal_policy", policy, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    if policy is RemovalPolicy.SNAPSHOT:
        raise EmailAuthError(
            "'removal_policy' cannot be SNAPSHOT, there is nothing to take a snapshot of; use RemovalPolicy.RETAIN"
        )


def is_account_id(value: object) -> bool:
    """Whether `value` is the 12 digits of an AWS account as text, or a token for them."""
    return isinstance(value, str) and (holds_token(value) or _ACCOUNT_ID.fullmatch(value) is not None)


def is_a(value: object, kind: type, *interfaces: str) -> bool:
    """Whether `value` is a `kind`, or an object that has one of the jsii `interfaces`, as imported resources have.

    The interfaces of CDK are Protocols in Python; `isinstance` does not take them.
    """
    return isinstance(value, kind) or not set(_interfaces(value)).isdisjoint(interfaces)


def _interfaces(value: object) -> Iterator[str]:
    """The names of the jsii interfaces of an object that CDK returned, or that a Python class says it implements."""
    yield from getattr(getattr(value, "__jsii_ref__", None), "interfaces", None) or ()
    yield from (interface.__jsii_type__ for interface in getattr(type(value), "__jsii_ifaces__", ()))
