"""The values of a template as CloudFormation reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ses_email_auth.known_after_deploy import KnownAfterDeploy

if TYPE_CHECKING:
    from ses_email_auth.sources.references import Text

__all__ = ["NO_VALUE", "mapping", "text_of"]

_MAPPINGS = (dict, Mapping)  # the check for Mapping is slow
_LONGEST_NUMBER = 1 << 64


class _NoValue:
    """What `{"Ref": "AWS::NoValue"}` stands for."""


NO_VALUE: Final = _NoValue()


def mapping(value: object) -> Mapping[str, object]:
    """`value` if it is a mapping, else an empty one."""
    return value if isinstance(value, _MAPPINGS) else {}


def text_of(value: object) -> Text | None:
    """`value` as CloudFormation reads a text: numbers and booleans are texts too. None for anything else."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, KnownAfterDeploy):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < _LONGEST_NUMBER else None
    return repr(value) if isinstance(value, float) else None
