"""What kind of CDK object somebody gave us: no wrong one may reach jsii, whose errors name neither the prop nor the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_a"]


def is_a(value: object, kind: type, *interfaces: str) -> bool:
    """Whether `value` is a `kind`, or an object that has one of the jsii `interfaces`, as imported resources have.

    The interfaces of CDK are Protocols in Python; `isinstance` does not take them.
    """
    return isinstance(value, kind) or not set(_interfaces(value)).isdisjoint(interfaces)


def _interfaces(value: object) -> Iterator[str]:
    """The names of the jsii interfaces of an object that CDK returned, or that a Python class says it implements."""
    yield from getattr(getattr(value, "__jsii_ref__", None), "interfaces", None) or ()
    yield from (interface.__jsii_type__ for interface in getattr(type(value), "__jsii_ifaces__", ()))
