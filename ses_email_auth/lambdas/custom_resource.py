"""How a handler answers CloudFormation (user guide, "Custom resource request and response objects").

CloudFormation sends an event through Lambda and waits for a PUT to a URL that the event holds. What is decided here:

- Whatever happens is answered: a handler that says nothing hangs the deployment until its time-out.
- A create that failed has the physical id `NOT_CREATED`, unless the failure names another. CloudFormation then sends a delete
  for that id, which must not touch what others made: it does nothing.
- The work is done with the role that the property `Role` names: boto3's default session has its credentials, so that clients
  have to be made in the work and not before.
- A reason never holds the properties of the event, nor the text of an error that we did not write: either could hold a key.

Not handled: `NoEcho`; no handler returns a secret.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import re
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import boto3
import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.patience import patiently

__all__ = ["NOT_CREATED", "Failed", "Outcome", "Properties", "Request", "answer", "texts"]

NOT_CREATED = "not-created"
"""The physical id of a resource that could not be created."""

Properties: TypeAlias = Mapping[str, object]

_MAX_ANSWER = 4096  # bytes of the whole answer, which CloudFormation refuses beyond that
_OF_CLOUDFORMATION = frozenset({"ServiceToken", "ServiceTimeout", "Role"})
_ROLE_PAUSES = (2, 4, 6, 8, 10)  # seconds: a role that was just made is not known everywhere at once
_ATTEMPTS = 4
# AWS repeats values that it refuses; so long a word may be a key, or the encoded part of one.
_LONG_WORD = re.compile(r"[A-Za-z0-9+/=_-]{60,}")

_log = logging.getLogger(__name__)


class Failed(Exception):
    """What went wrong, in words for the person who deploys."""

    def __init__(self, reason: str, physical_id: str | None = None) -> None:
        """`physical_id` is what was made before the failure, so that CloudFormation's delete finds it."""
        super().__init__(reason)
        self.physical_id = physical_id


@dataclass(frozen=True, slots=True)
class Request:
    """What CloudFormation asks for."""

    kind: str
    """`Create`, `Update` or `Delete`."""

    request_id: str
    """The same again when Lambda tries a failed invocation once more."""

    stack_id: str
    logical_id: str
    physical_id: str
    """Empty for `Create`."""

    properties: Properties
    """Without `ServiceToken`, `ServiceTimeout` and `Role`. Numbers and flags arrive as texts."""

    old_properties: Properties
    """Of an `Update`, else empty."""

    remaining_seconds: Callable[[], float]
    """How long the function may still run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done. After an update another physical id means a replacement: the old one will be deleted."""

    physical_id: str
    data: Mapping[str, str] = field(default_factory=dict)
    """What `Fn::GetAtt` reads."""


def answer(event: Mapping[str, object], context: object, work: Callable[[Request], Outcome]) -> None:
    """Let `work` do what `event` asks for, and tell CloudFormation how it ended."""
    request = _request(event, context)
    try:
        if request.kind == "Delete" and request.physical_id == NOT_CREATED:
            outcome = Outcome(NOT_CREATED)
        else:
            with _role(event.get("ResourceProperties")):
                outcome = work(request)
        body = _body(event, {"Status": "SUCCESS", "PhysicalResourceId": outcome.physical_id, "Data": dict(outcome.data)})
        if len(body) > _MAX_ANSWER:
            reason = f"the answer of the handler has {len(body)} bytes and CloudFormation takes {_MAX_ANSWER}"
            raise Failed(reason, outcome.physical_id)  # noqa: TRY301 - the one place for failures is below
    except Exception as error:  # noqa: BLE001 - what is not answered hangs the deployment
        made = error.physical_id if isinstance(error, Failed) else None
        body = _failure(event, made or request.physical_id or NOT_CREATED, _reason(error))
    _send(event, body)


def texts(properties: Properties, name: str) -> list[str]:
    """A property that is a list of texts; absent is empty."""
    value = properties.get(name, [])
    return [str(entry) for entry in value] if isinstance(value, list) else [str(value)]


def _request(event: Mapping[str, object], context: object) -> Request:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return Request(
        kind=str(event["RequestType"]),
        request_id=str(event["RequestId"]),
        stack_id=str(event["StackId"]),
        logical_id=str(event["LogicalResourceId"]),
        physical_id=str(event.get("PhysicalResourceId", "")),
        properties=_own(event.get("ResourceProperties")),
        old_properties=_own(event.get("OldResourceProperties")),
        remaining_seconds=lambda: 60.0 if remaining is None else cast("float", remaining()) / 1000,
    )


def _own(properties: object) -> Properties:
    found = properties if isinstance(properties, dict) else {}
    return {name: value for name, value in found.items() if name not in _OF_CLOUDFORMATION}


@contextlib.contextmanager
def _role(properties: object) -> Iterator[None]:
    """Let clients of boto3 use the role that `properties` name; without one they use that of the function."""
    arn = properties.get("Role") if isinstance(properties, dict) else None
    before = boto3.DEFAULT_SESSION
    try:
        if arn is not None:
            session = botocore.session.get_session()
            boto3.setup_default_session(botocore_session=session)
            keys = _assume(str(arn))
            session.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        yield
    finally:
        boto3.DEFAULT_SESSION = before


def _assume(arn: str) -> Mapping[str, str]:
    role = patiently(boto3.client("sts").assume_role, _ROLE_PAUSES, RoleArn=arn, RoleSessionName="ses-email-auth")
    return cast("Mapping[str, str]", role["Credentials"])


def _reason(error: Exception) -> str:
    if isinstance(error, Failed):
        return str(error)
    if isinstance(error, ClientError):
        message = error.response["Error"].get("Message") or error.response["Error"].get("Code", "")
        return f"{error.operation_name} failed: {_LONG_WORD.sub('...', message)}"
    if isinstance(error, BotoCoreError):
        return f"AWS cannot be asked: {type(error).__name__}"
    # No traceback: it could hold a key. The place is enough to find the fault.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"
    return f"the handler failed with {type(error).__name__}{place}; this is a fault of ses-email-auth"


def _body(event: Mapping[str, object], answered: Mapping[str, object]) -> bytes:
    said = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    return json.dumps({**answered, **said}).encode()


def _failure(event: Mapping[str, object], physical_id: str, reason: str) -> bytes:
    """A failure whose reason is cut until the answer fits: a letter beyond ASCII takes six bytes."""
    while len(body := _body(event, {"Status": "FAILED", "Reason": reason, "PhysicalResourceId": physical_id})) > _MAX_ANSWER:
        reason = reason[: len(reason) * 3 // 4]
    return body


def _send(event: Mapping[str, object], body: bytes) -> None:
    answered = json.loads(body)
    _log.warning("%s %s: %s", event["RequestType"], answered["PhysicalResourceId"], answered.get("Reason", "done"))
    # CloudFormation signs the URL for an empty content type.
    put = urllib.request.Request(str(event["ResponseURL"]), body, {"Content-Type": ""}, method="PUT")  # noqa: S310 - from AWS
    attempt = 1
    while True:
        try:
            with urllib.request.urlopen(put, timeout=10):  # noqa: S310 - as above
                return
        except (OSError, http.client.HTTPException):
            if attempt == _ATTEMPTS:
                raise  # Lambda then invokes the function again, with the same request
            time.sleep(attempt)
            attempt += 1
