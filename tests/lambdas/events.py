"""CloudFormation as a handler sees it: real-shaped events, and the place on 127.0.0.1 that takes the answers.

    with cloudformation(handle) as stack:
        created = stack.create(Domain="example.com", Number=3)
        assert created.status == "SUCCESS"
        assert stack.again() == created                   # the same event once more, as Lambda sends it after a crash
        stack.update(created.physical_id, old={"Domain": "example.com"}, Domain="example.org")
        stack.delete(created.physical_id, Domain="example.org")

As in AWS, numbers and flags arrive as texts, the service token stands among the properties, and an answer that is late, too
long, or has the wrong shape is a fault.
"""

from __future__ import annotations

import json
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.lambdas.judge import judging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOGICAL_ID = "EmailAuthSomething1A2B3C4D"
SERVICE_TOKEN = "arn:aws:lambda:ap-northeast-1:123456789012:function:Stack-SesEmailAuthConcern-1A2B3C4D5E6F"
STACK_ID = "arn:aws:cloudformation:ap-northeast-1:123456789012:stack/Stack/51af3dc0-da77-11e4-872e-1234567db123"
NESTED_STACK_ID = (
    "arn:aws:cloudformation:ap-northeast-1:123456789012:stack/Stack-Nested-9Z8Y7X/7b1d0a20-da77-11e4-872e-1234567db123"
)
MAX_ANSWER = 4096


@dataclass(frozen=True)
class Answer:
    """What CloudFormation was told."""

    status: str
    physical_id: str
    reason: str = ""
    data: dict[str, str] = field(default_factory=dict)


@dataclass
class Context:
    """The context object of Lambda, with as much time left as a test wants."""

    remaining_ms: Callable[[], int] = lambda: 120_000
    function_name: str = "Stack-SesEmailAuthConcern-1A2B3C4D5E6F"
    function_version: str = "$LATEST"
    invoked_function_arn: str = SERVICE_TOKEN
    memory_limit_in_mb: str = "128"
    aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    log_group_name: str = "Stack-SesEmailAuthConcernLogs-1A2B3C4D5E6F"
    log_stream_name: str = "2026/11/24/[$LATEST]0123456789abcdef"

    def get_remaining_time_in_millis(self) -> int:
        """The name that Lambda gives it."""
        return self.remaining_ms()


class Stack:
    """Sends events to one handler and takes its answers."""

    def __init__(self, handle: Callable[[dict[str, object], object], None], url: str, received: list[bytes]) -> None:
        self.handle = handle
        self.url = url
        self.received = received
        """The bodies of all answers so far."""
        self.context = Context()
        self.resource_type = "Custom::Something"
        self.logical_id = LOGICAL_ID
        self._last: dict[str, object] = {}

    def event(self, kind: str, properties: dict[str, object], **more: object) -> dict[str, object]:
        """An event as CloudFormation sends it."""
        return {
            "RequestType": kind,
            "ServiceToken": SERVICE_TOKEN,
            "ResponseURL": f"{self.url}/answer?X-Amz-Signature=0123456789abcdef",
            "StackId": STACK_ID,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": self.logical_id,
            "ResourceType": self.resource_type,
            "ResourceProperties": self._sent(properties),
            **more,
        }

    def create(self, **properties: object) -> Answer:
        """A new resource."""
        return self.send(self.event("Create", properties))

    def update(self, physical_id: str, *, old: dict[str, object], **properties: object) -> Answer:
        """Other properties. Another physical id in the answer is a replacement: CloudFormation deletes the old one later."""
        more = {"PhysicalResourceId": physical_id, "OldResourceProperties": self._sent(old)}
        return self.send(self.event("Update", properties, **more))

    def delete(self, physical_id: str, **properties: object) -> Answer:
        """The resource goes."""
        return self.send(self.event("Delete", properties, PhysicalResourceId=physical_id))

    def again(self) -> Answer:
        """The same event once more: what Lambda does when an invocation crashed or timed out."""
        return self.send(self._last)

    def send(self, event: dict[str, object]) -> Answer:
        """Invoke the handler, and check the form of its answer as CloudFormation does."""
        self._last = event
        before = len(self.received)
        with judging():
            self.handle(json.loads(json.dumps(event)), self.context)
        # Another request may have been answered meanwhile.
        (body,) = [each for each in self.received[before:] if json.loads(each)["RequestId"] == event["RequestId"]]
        assert len(body) <= MAX_ANSWER
        answered = json.loads(body)
        assert {name: answered[name] for name in ("StackId", "RequestId", "LogicalResourceId")} == {
            name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")
        }
        assert answered["Status"] in {"SUCCESS", "FAILED"}
        assert answered["PhysicalResourceId"]
        assert answered["Status"] == "SUCCESS" or answered["Reason"]
        return Answer(answered["Status"], answered["PhysicalResourceId"], answered.get("Reason", ""), answered.get("Data", {}))

    @staticmethod
    def _sent(properties: dict[str, object]) -> dict[str, object]:
        sent = {"ServiceToken": SERVICE_TOKEN, "ServiceTimeout": "150"}
        return {**sent, **{name: as_text(value) for name, value in properties.items()}}


def resource_event(status: str, logical_id: str = LOGICAL_ID) -> dict[str, object]:
    """A member of DescribeStackEvents: what became of a custom resource."""
    return {"LogicalResourceId": logical_id, "ResourceStatus": status, "ResourceType": "Custom::Something"}


def stack_event(status: str, stack_id: str = STACK_ID) -> dict[str, object]:
    """The same of the stack itself, or of a stack that is nested in it."""
    name = "Stack" if stack_id == STACK_ID else "Nested"
    kind = {"ResourceStatus": status, "ResourceType": "AWS::CloudFormation::Stack"}
    return {"LogicalResourceId": name, "PhysicalResourceId": stack_id, **kind}


def as_text(value: object) -> object:
    """How CloudFormation passes a value on: numbers and flags as texts, lists and objects as they are."""
    if isinstance(value, dict):
        return {name: as_text(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(entry) for entry in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@contextmanager
def cloudformation(handle: Callable[[dict[str, object], object], None], refusals: int = 0) -> Iterator[Stack]:
    """A stack whose answers are taken on 127.0.0.1; the first `refusals` of them with an error of the server."""
    received: list[bytes] = []
    left = [refusals]

    class Taker(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # The URL is signed for an empty content type; S3 refuses any other.
            ok = self.headers.get("Content-Type", "") == "" and left[0] == 0
            left[0] = max(0, left[0] - 1)
            if ok:
                received.append(body)
            self.send_response(200 if ok else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Stack(handle, f"http://127.0.0.1:{server.server_port}", received)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
