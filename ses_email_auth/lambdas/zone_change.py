"""A change of a hosted zone that is planned upon what stands there, and planned again if somebody else was faster."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from ses_email_auth.lambdas.custom_resource import Failed
from ses_email_auth.lambdas.hosted_zone import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_email_auth.lambdas.custom_resource import Request
    from ses_email_auth.lambdas.first_try import FirstTry
    from ses_email_auth.lambdas.hosted_zone import Change, HostedZone

__all__ = ["UNCHANGED", "make_change"]

UNCHANGED = "nothing was changed"

_log = logging.getLogger(__name__)


def make_change(request: Request, zone: HostedZone, first: FirstTry, plan: Callable[[], list[Change]], tries: int) -> None:
    """Make the changes that `plan` wants, which looks at the zone again each time that Route 53 refuses them.

    Raises:
        Failed: if they are refused `tries` times, or not allowed.
        ZoneIsGone: if there is no such zone.
    """
    refusal = ""
    for attempt in range(tries):
        changes = plan()
        try:
            if changes:
                zone.change(changes, request.remaining_seconds)
        except Refused as error:
            refusal = str(error)
            _log.warning("refused: %s", refusal)
            if not error.was_sent_before:
                first.forget()
            time.sleep(attempt)
        else:
            return
    raise Failed(f"Route 53 refuses the change, {UNCHANGED}: {refusal}")
