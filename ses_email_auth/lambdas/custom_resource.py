"""How a handler answers CloudFormation (user guide, "Custom resource request and response objects"), and how calls are retried.

CloudFormation sends an event through Lambda and waits for a PUT to a URL that the event holds. What is decided here:

- Every event gets an answer: without one, the deployment hangs until its time-out.
- A create that failed has the physical id `NOT_CREATED`, unless the failure names another. CloudFormation then sends a delete
  for that id, which does nothing: it must not touch what others made.
- The work is done with the role that the property `Role` names: boto3's default session has its credentials, so that clients
  have to be made in the work and not before.
- A reason never holds the properties of the event, nor the text of an error that we did not write: either could hold a key.
- The role of a resource is made moments before the handler uses it, so calls that are denied are tried again (IAM user guide,
  "Changes that I make are not always immediately visible").
- Calls that AWS throttles are tried again until the time of the function is over, less what the answer needs.
- Only CloudFormation is answered, and only for the stack of the function (`_refuse_forged`).
- Lambda invokes a function again if it ended without an answer; `RetryNote` is what the second try knows of the first.

Not handled: `NoEcho`; no handler returns a secret.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import logging
import os
import random
import re
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from botocore.model import OperationModel

NOT_CREATED = "not-created"
"""The physical id of a resource that could not be created."""

CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"mode": "adaptive", "total_max_attempts": 4})
"""For clients in functions that run two minutes.

The attempts are for lost answers and faults of AWS. A call that is throttled is tried again as long as there is time: SES takes
one call a second, Route 53 ten, and a stack may have many resources. In the adaptive mode a client that was throttled also
sends what follows more slowly.
"""

STACK_ID_VARIABLE = "SES_EMAIL_AUTH_STACK_ID"
"""The environment variable of a function that names its stack."""

Properties: TypeAlias = Mapping[str, object]

_MAX_ANSWER = 4096  # bytes of the whole answer, which CloudFormation refuses beyond that
_CLOUDFORMATION_PROPERTIES = frozenset({"ServiceToken", "ServiceTimeout", "Role"})
# Seconds. Some need 15 (aws-sdk-js #850), and 20 are too few in up to a third of deployments (aws-cdk #29391, ca-west-1).
_PAUSES = (2, 4, 6, 8, 10, 10)
_ANSWER_ATTEMPTS = 4
_ANSWER_SECONDS = 15  # of the function, which are kept for the answer
_DENIED = {"AccessDenied", "AccessDeniedException"}
_THROTTLED = frozenset(
    {
        "PriorRequestNotComplete",  # Route 53, of one hosted zone
        "RequestLimitExceeded",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_LONGEST_PAUSE = 8  # seconds before a call that was throttled is tried again
# The bucket of CloudFormation in each partition (user guide, "Set up VPC endpoints": its region has no dashes).
_ANSWER_HOST = re.compile(
    r"cloudformation-custom-resource-response-[a-z0-9-]+\.s3(?:[.-](?:dualstack\.)?[a-z]+(?:-[a-z]+)+-[0-9]+)?"
    r"\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_ROLE = "arn:{partition}:iam::{account}:role/"
_TOO_OFTEN = "AWS was asked too often until the time was over: deploy again, or with fewer resources at once"
# AWS repeats values that it refuses; so long a word may be a key, or the encoded part of one.
_LONG_WORD = re.compile(r"[A-Za-z0-9+/=_-]{60,}")

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

_time_left: ContextVar[Callable[[], float]] = ContextVar("_time_left", default=lambda: 60.0)


class Forged(Exception):
    """An event that CloudFormation did not send for the stack of this function. It gets no answer."""


class Failed(Exception):
    """A failure whose text is the reason that CloudFormation shows to the person who deploys."""

    def __init__(self, reason: str, physical_id: str | None = None) -> None:
        """`physical_id` names what was made before the failure, so that CloudFormation's delete finds it."""
        super().__init__(reason)
        self.physical_id = physical_id


@dataclass(frozen=True, slots=True)
class Request:
    """What CloudFormation asks a handler to do."""

    kind: str
    """`Create`, `Update` or `Delete`."""

    request_id: str
    """The same in each try of one request."""

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
    """The result of the work. Another physical id after an update is a replacement: the old resource will be deleted."""

    physical_id: str
    data: Mapping[str, str] = field(default_factory=dict)
    """What `Fn::GetAtt` reads."""


def answer(event: Mapping[str, object], context: object, work: Callable[[Request], Outcome]) -> None:
    """Let `work` do what `event` asks for, and send the result to CloudFormation.

    Raises:
        Forged: for an event of others. Nothing is done then, and nothing is sent.
    """
    _refuse_forged(event)
    request = _request(event, context)
    limit = _time_left.set(lambda: request.remaining_seconds() - _ANSWER_SECONDS)
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
        half_made = error.physical_id if isinstance(error, Failed) else None
        body = _failure(event, half_made or request.physical_id or NOT_CREATED, _reason(error))
    finally:
        _time_left.reset(limit)
    _send(event, body)


def retry_denied(call: Callable[..., _T], pauses: Sequence[int] = _PAUSES, /, **arguments: object) -> _T:
    """The result of `call`, which is tried again after each of the pauses (in seconds, 40 together) while AWS denies it.

    It ends earlier when the time of the function is over.
    """
    for pause in pauses:
        try:
            return call(**arguments)
        except ClientError as error:
            if not is_denied(error) or pause > time_left():
                raise
            time.sleep(pause)
    return call(**arguments)


def time_left() -> float:
    """The seconds that the work may still take: what is left of the function, without what the answer needs."""
    return _time_left.get()()


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Try no call again after that many seconds, although the function may run longer."""
    outer, end = _time_left.get(), time.monotonic() + seconds
    limit = _time_left.set(lambda: min(outer(), end - time.monotonic()))
    try:
        yield
    finally:
        _time_left.reset(limit)


def is_denied(error: ClientError) -> bool:
    """Whether a permission is missing."""
    return error_code(error) in _DENIED


def is_throttled(error: ClientError) -> bool:
    """Whether AWS was asked more often than it allows."""
    return error_code(error) in _THROTTLED


def error_code(error: ClientError) -> str:
    """The code of an error of AWS, for example `NotFoundException`; empty without one."""
    return str(error.response["Error"].get("Code", ""))


class RetryNote:
    """What a handler saw before its first change, noted for a second try of the same request.

    After a time-out, or when CloudFormation could not be reached, Lambda invokes the function again. The zone then holds what
    the first try wrote, which looks like records that stood there before. So what stood is noted in the temporary folder,
    which lives as long as Lambda keeps the execution environment ("Lambda execution environment lifecycle"). Without the note
    nothing counts as ours: a record may be left behind, but none of others is deleted.
    """

    def __init__(self, request_id: str) -> None:
        """`request_id` is the same in each try."""
        name = hashlib.sha256(request_id.encode()).hexdigest()[:32]
        self._file = Path(tempfile.gettempdir()) / f"ses-email-auth-{name}.json"

    def read(self) -> list[str] | None:
        """The texts of the note; None in the first try, and where the note is lost."""
        try:
            texts = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return [str(text) for text in texts] if isinstance(texts, list) else None

    def write(self, texts: list[str]) -> None:
        """Note what stood before the first change of this request; later calls change nothing."""
        if not self._file.exists():
            self._file.write_text(json.dumps(texts), encoding="utf-8")

    def delete(self) -> None:
        """Take the note back: the change was refused, so what stands now is not of this request."""
        self._file.unlink(missing_ok=True)


def _refuse_forged(event: Mapping[str, object]) -> None:
    """Refuse what CloudFormation does not send.

    An event says which records and policies to write, and where to send the answer. So whoever may invoke the function could
    use it, if nothing but the event said what is allowed. A function without the variable was not deployed by this library, as
    in a test; only who may change the function can take the variable away.
    """
    stack_id = os.environ.get(STACK_ID_VARIABLE)
    if stack_id is None:
        return
    properties = event.get("ResourceProperties")
    role = properties.get("Role") if isinstance(properties, dict) else None
    _, partition, _, _, account, *_ = stack_id.split(":")
    if event.get("StackId") != stack_id:
        fault = f"the event is of another stack than that of the function, {stack_id}"
    elif not _is_answer_url(str(event.get("ResponseURL"))):
        fault = "the 'ResponseURL' of the event is not one of CloudFormation"
    elif role is not None and not str(role).startswith(_ROLE.format(partition=partition, account=account)):
        fault = "the 'Role' of the event is not a role of the account of the stack"
    else:
        return
    _log.error("refused, nothing was done: %s", fault)
    raise Forged(fault)


def _is_answer_url(url: str) -> bool:
    """Whether CloudFormation takes answers there: in a bucket of its own, or at the endpoint of the local AWS."""
    try:
        parts = urllib.parse.urlsplit(url)
        local = urllib.parse.urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    except ValueError:
        return False
    if local.netloc and (parts.scheme, parts.netloc) == (local.scheme, local.netloc):
        return True
    return parts.scheme == "https" and _ANSWER_HOST.fullmatch(parts.netloc.lower()) is not None


def _request(event: Mapping[str, object], context: object) -> Request:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return Request(
        kind=str(event["RequestType"]),
        request_id=str(event["RequestId"]),
        stack_id=str(event["StackId"]),
        logical_id=str(event["LogicalResourceId"]),
        physical_id=str(event.get("PhysicalResourceId", "")),
        properties=_properties(event.get("ResourceProperties")),
        old_properties=_properties(event.get("OldResourceProperties")),
        remaining_seconds=lambda: 60.0 if remaining is None else cast("float", remaining()) / 1000,
    )


def _properties(event_properties: object) -> Properties:
    members = event_properties if isinstance(event_properties, dict) else {}
    return {name: value for name, value in members.items() if name not in _CLOUDFORMATION_PROPERTIES}


@contextlib.contextmanager
def _role(properties: object) -> Iterator[None]:
    """Let clients of boto3 use the role that `properties` name; without one they use that of the function."""
    arn = properties.get("Role") if isinstance(properties, dict) else None
    before = boto3.DEFAULT_SESSION
    try:
        if arn is not None:
            session = botocore.session.get_session()
            session.register("needs-retry.*.*", _pause_if_throttled)  # so long a name is asked before botocore's own handler
            boto3.setup_default_session(botocore_session=session)
            keys = _assume(str(arn))
            session.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        yield
    finally:
        boto3.DEFAULT_SESSION = before


def _assume(arn: str) -> Mapping[str, str]:
    role = retry_denied(boto3.client("sts", config=CONFIG).assume_role, RoleArn=arn, RoleSessionName="ses-email-auth")
    return cast("Mapping[str, str]", role["Credentials"])


def _pause_if_throttled(
    response: tuple[object, Mapping[str, Mapping[str, object]]] | None,
    operation: OperationModel,
    attempts: int,
    **_: object,
) -> float | None:
    """Seconds until a call that was throttled is tried again; None for all others, about which botocore decides.

    Raises:
        ClientError: that of AWS, if there is no time left.
    """
    parsed = {} if response is None else response[1]
    error = parsed.get("Error", {})
    if error.get("Code") not in _THROTTLED:
        return None
    pause = random.uniform(0.5, 1) * min(2.0**attempts, _LONGEST_PAUSE)  # noqa: S311 - no secret
    if pause > time_left():
        message = f"{error.get('Message') or error['Code']}; {_TOO_OFTEN}"
        raise ClientError({**parsed, "Error": {**error, "Message": message}}, operation.name)
    return pause


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


def _body(event: Mapping[str, object], result: Mapping[str, object]) -> bytes:
    request = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    return json.dumps({**result, **request}).encode()


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
            if attempt == _ANSWER_ATTEMPTS:
                raise  # Lambda then invokes the function again, with the same request
            time.sleep(attempt)
            attempt += 1
