"""The prop `wait_for_verification`. Apart from what it brings about, so that who does not wait need not import it."""

from __future__ import annotations

from aws_cdk import Duration

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.prop_values import seconds

__all__ = ["wait_seconds"]

_PROP = "wait_for_verification"
_MAX_MINUTES = 14


def wait_seconds(wait: object) -> int:
    """The prop in seconds.

    Raises:
        EmailAuthError: if it is no Duration of whole seconds, from one second to 14 minutes.
    """
    if not isinstance(wait, Duration):
        raise EmailAuthError(f"{_PROP!r} must be a Duration, got {wait!r}; pass for example Duration.minutes(10)")
    length = seconds(_PROP, wait)
    if length == 0:
        raise EmailAuthError(f"{_PROP!r} must be longer than 0 seconds; leave it out to not wait")
    if length > _MAX_MINUTES * 60:
        raise EmailAuthError(
            f"{_PROP!r} must be at most {_MAX_MINUTES} minutes, since a Lambda function runs 15, got {length} seconds; for a "
            f"longer wait leave it out, deploy what needs the identity later in a stack of its own, and ask "
            f"'aws sesv2 get-email-identity' in between"
        )
    return length
