"""Between the flat signature of a construct and the class of its props, which name the same; tests keep the two equal."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

__all__ = ["given", "spread"]


def given(arguments: Mapping[str, object], props: type[DataclassInstance]) -> dict[str, Any]:
    """The arguments (`locals()` of the constructor) that are props."""
    return {field.name: arguments[field.name] for field in fields(props)}


def spread(props: DataclassInstance) -> dict[str, Any]:
    """The fields of `props` by name; `dataclasses.asdict` would copy the constructs in them."""
    return {field.name: getattr(props, field.name) for field in fields(props)}
