"""Calls that wait for their permission: IAM user guide, "Changes that I make are not always immediately visible".

The role of a resource is made moments before the handler uses it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["CONFIG", "is_denied", "patiently"]

CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 6})
"""Of clients in functions that run two minutes: SES takes one call a second, and a stack may have many resources."""

_DENIED = {"AccessDenied", "AccessDeniedException"}
_PAUSES = (2, 4, 6, 8)  # seconds

_T = TypeVar("_T")


def patiently(call: Callable[..., _T], pauses: Sequence[int] = _PAUSES, /, **arguments: object) -> _T:
    """What `call` returns; it is called again after each of the pauses (in seconds, 20 together) while AWS denies it."""
    for pause in pauses:
        try:
            return call(**arguments)
        except ClientError as error:
            if not is_denied(error):
                raise
            time.sleep(pause)
    return call(**arguments)


def is_denied(error: ClientError) -> bool:
    """Whether a permission is missing."""
    return error.response["Error"].get("Code") in _DENIED
