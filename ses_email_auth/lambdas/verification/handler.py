"""Waits until SES has verified an identity and its MAIL FROM domain (SESv2 API reference, "GetEmailIdentity").

- A MAIL FROM domain that is FAILED stays so: "Amazon SES no longer attempts to detect the required MX record" (developer guide,
  "Configuring your custom MAIL FROM domain"). So it is set again, to what it is, and waited for.
- No page says how DKIM that is FAILED gets out of it, so nothing is done but to wait and to tell.
- While a stack rolls back, nothing is waited for: a time-out there would leave the stack in UPDATE_ROLLBACK_FAILED.

Properties: `Identity`, `MailFrom` (absent without one), `Selector` (of an own key), `Seconds` (to wait), `HostedZoneId` (of a
zone that may be read). All others are there so that a change of them waits again.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Protocol, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.custom_resource import Failed, Outcome, answer
from ses_email_auth.lambdas.patience import patiently
from ses_email_auth.lambdas.verification.told import Seen, told
from ses_email_auth.lambdas.verification.zone import Zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.lambdas.custom_resource import Request

__all__ = ["handle"]

_POLL = 10  # seconds
_AGAIN = 60  # seconds after which a MAIL FROM domain that is FAILED once more is set again
_MARGIN = 45  # seconds of the function for the reason and the answer
_CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
# What may pass: 62 waits in a stack ask more often than SES allows, and a new identity is not known everywhere at once.
_PASSING = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "NotFoundException"})
_SERVER_ERROR = 500

_log = logging.getLogger(__name__)


class _Ses(Protocol):
    """The calls that are used."""

    def get_email_identity(self, *, EmailIdentity: str) -> Mapping[str, object]: ...  # noqa: N803 - names of the API
    def put_email_identity_mail_from_attributes(self, **arguments: str) -> object: ...


def handle(event: dict[str, object], context: object) -> None:
    """Answer an event of CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    identity = str(request.properties["Identity"])
    if request.kind == "Delete" or (request.kind == "Update" and _is_rolling_back(request.stack_id)):
        return Outcome(request.physical_id)
    _wait(request, identity)
    return Outcome(identity)


def _is_rolling_back(stack_id: str) -> bool:
    try:
        (stack,) = boto3.client("cloudformation", config=_CONFIG).describe_stacks(StackName=stack_id)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        _log.warning("the stack cannot be read: %s", type(error).__name__)
        return False
    return "ROLLBACK" in str(stack["StackStatus"])


def _wait(request: Request, identity: str) -> None:
    ses = cast("_Ses", boto3.client("sesv2", config=_CONFIG))
    mail_from, selector = str(request.properties.get("MailFrom", "")), str(request.properties.get("Selector", ""))
    wanted = int(str(request.properties["Seconds"]))
    started = time.monotonic()
    end = started + min(wanted, max(0.0, request.remaining_seconds() - _MARGIN))
    set_again = -float(_AGAIN)
    while True:
        seen = Seen(identity, mail_from, selector, _look(ses, identity))
        if seen.is_verified:
            return
        now = time.monotonic()
        if seen.mail_from_has_failed and now - set_again >= _AGAIN:
            _set_mail_from(ses, seen)
            set_again = now
        if now >= end:
            raise Failed(
                told(seen, round(now - started), Zone.read(str(request.properties.get("HostedZoneId", "")), seen.names))
            )
        time.sleep(min(_POLL, end - now))


def _look(ses: _Ses, identity: str) -> Mapping[str, object]:
    """What SES says of the identity; empty if it does not say anything now."""
    try:
        return patiently(ses.get_email_identity, EmailIdentity=identity)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if error.response["Error"].get("Code") not in _PASSING and status < _SERVER_ERROR:
            raise
        _log.warning("SES does not say: %s", error.response["Error"].get("Code"))
    except BotoCoreError as error:
        _log.warning("SES cannot be asked: %s", type(error).__name__)
    return {}


def _set_mail_from(ses: _Ses, seen: Seen) -> None:
    _log.warning("MAIL FROM %s is FAILED, and is set again", seen.mail_from)
    try:
        ses.put_email_identity_mail_from_attributes(
            EmailIdentity=seen.identity, MailFromDomain=seen.mail_from, BehaviorOnMxFailure=seen.behavior_on_mx_failure
        )
    except ClientError as error:
        if error.response["Error"].get("Code") not in _PASSING:
            raise
        _log.warning("SES did not take it: %s", error.response["Error"].get("Code"))
