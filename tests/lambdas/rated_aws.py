"""Many handlers at once against the request rates that AWS documents, in simulated time.

Each handler runs in a thread with real clients of botocore; what they send over HTTP is answered here. One thread runs at a
time, until it sleeps: then the one that wakes first goes on, and the clock jumps there. So a run takes no time, and is always
the same.
"""

from __future__ import annotations

import heapq
import io
import itertools
import json
import re
import threading
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.endpoint import Endpoint
from botocore.loaders import Loader
from botocore.retries import bucket

from ses_email_auth.lambdas import custom_resource

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from botocore.awsrequest import AWSPreparedRequest

    from tests.lambdas.events import Context

LATENCY = 0.1  # seconds that a call takes
XML = "<?xml version='1.0'?>"
CREDENTIALS = "<AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"


@dataclass
class Rate:
    """A token bucket: so many calls a second, after a burst. A call that is refused takes no token."""

    per_second: float
    burst: float
    tokens: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def takes(self, now: float, count: float = 1) -> bool:
        """Whether the call is let through."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens < count:
            return False
        self.tokens -= count
        return True


class Clock:
    """The time of a simulation, and which of its threads runs."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._numbers = itertools.count()
        self._idle = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Let others run for so long."""
        session = boto3.DEFAULT_SESSION  # one for a process; here each thread has its own
        mine = threading.Event()
        heapq.heappush(self._waiting, (self.now + max(0.0, seconds), next(self._numbers), mine))
        self._idle.set()
        mine.wait()
        boto3.DEFAULT_SESSION = session

    def run(self, jobs: list[Callable[[], None]]) -> None:
        """Run all jobs, which begin at once, to their ends."""

        def begin(job: Callable[[], None]) -> None:
            self.sleep(0)
            boto3.DEFAULT_SESSION = None
            try:
                job()
            finally:
                self._idle.set()

        for job in jobs:
            self._idle.clear()
            threading.Thread(target=begin, args=(job,), daemon=True).start()
            self._idle.wait()
        while self._waiting:
            self.now, _, thread = heapq.heappop(self._waiting)
            self._idle.clear()
            thread.set()
            self._idle.wait()


class _Body(io.BytesIO):
    def stream(self, **_: object) -> list[bytes]:
        """As urllib3 has it."""
        return [self.read()]


class RatedAws:
    """STS, CloudFormation, SES and Route 53 of one account."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rates = {
            "sts": Rate(1000, 1000),  # far from any limit
            "cloudformation": Rate(10, 10),  # not documented
            "email": Rate(1, 1),  # SESv2 API reference: "no more than once per second", here for all calls together
            "route53": Rate(10, 50),  # developer guide, "Quotas"
        }
        self.changes = Rate(100, 1500)
        self.policies: dict[str, str] = {}
        self.records: list[str] = []
        self.refused = 0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put it, and its clock, below boto3."""
        clock, loader = self.clock, Loader()
        condition = type("Condition", (threading.Condition,), {"wait": lambda _, timeout: clock.sleep(timeout)})
        monkeypatch.setattr(bucket, "threading", SimpleNamespace(Lock=threading.RLock, Condition=condition))
        monkeypatch.setattr(bucket.Clock, "current_time", lambda _: 1_700_000_000 + clock.now)
        monkeypatch.setattr(time, "sleep", clock.sleep)
        monkeypatch.setattr(time, "monotonic", lambda: clock.now)
        monkeypatch.setattr(Endpoint, "_send", lambda _, request: self._answer(request))
        monkeypatch.setattr(botocore.session.Session, "_register_data_loader", _with_loader(loader))
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "x")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    def run(self, monkeypatch: pytest.MonkeyPatch, handlers: list[Handler], context: type[Context]) -> list[Result]:
        """Send all events at once, and return the answers in their order."""
        results: list[Result] = []
        monkeypatch.setattr(
            custom_resource, "_send", lambda event, body: results.append(Result(event["at"], self.clock.now, json.loads(body)))
        )

        def job(at: int, handler: Handler) -> Callable[[], None]:
            left = context(lambda: round(1000 * (handler.seconds - self.clock.now)))
            return lambda: handler.handle({**handler.event, "at": at}, left)

        self.clock.run([job(at, handler) for at, handler in enumerate(handlers)])
        return sorted(results, key=lambda result: result.at)

    def _answer(self, request: AWSPreparedRequest) -> AWSResponse:
        self.clock.sleep(LATENCY)
        service = re.match(r"https://(\w+)\.", request.url)[1]  # type: ignore[index]  # it matches
        if not self.rates[service].takes(self.clock.now):
            self.refused += 1
            return _throttled(service, request.url)
        body = request.body or b""
        text = body.decode() if isinstance(body, bytes) else str(body)
        status, answer = getattr(self, f"_{service}")(request.method, request.url, text)
        return _response(request.url, status, answer)

    def _sts(self, *_: str) -> tuple[int, str]:
        return 200, _query(
            "AssumeRole", f"<Credentials>{CREDENTIALS}<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>"
        )

    def _cloudformation(self, _method: str, _url: str, body: str) -> tuple[int, str]:
        action = re.search(r"Action=(\w+)", body)[1]  # type: ignore[index]  # it matches
        return 200, _query(action, "<StackEvents/>")

    def _email(self, method: str, url: str, body: str) -> tuple[int, str]:
        if method == "GET":
            return 200, json.dumps({"Policies": self.policies})
        self.policies[url.rpartition("/")[2]] = json.loads(body)["Policy"]
        return 200, "{}"

    def _route53(self, method: str, url: str, body: str) -> tuple[int, str]:
        if method == "GET" and "/change/" in url:
            return 200, _change("GetChangeResponse", "INSYNC")
        if method == "GET":
            empty = "<ResourceRecordSets/><IsTruncated>false</IsTruncated><MaxItems>300</MaxItems>"
            return 200, f"{XML}<ListResourceRecordSetsResponse>{empty}</ListResourceRecordSetsResponse>"
        names = re.findall(r"<Name>(.*?)</Name>", body)
        if not self.changes.takes(self.clock.now, len(names)):
            return 400, _error("Throttling", "Rate exceeded")
        self.records += names
        return 200, _change("ChangeResourceRecordSetsResponse", "PENDING")


@dataclass(frozen=True)
class Handler:
    """An event on its way."""

    handle: Callable[[dict[str, object], object], None]
    event: dict[str, object]
    seconds: float
    """That the function may run."""


@dataclass(frozen=True)
class Result:
    """The answer of one of them."""

    at: int
    second: float
    body: dict[str, Any]


def _with_loader(loader: Loader) -> Callable[[botocore.session.Session], None]:
    """Models are read once, and not for each session."""
    return lambda session: session._components.lazy_register_component("data_loader", lambda: loader)


def _response(url: str, status: int, body: str) -> AWSResponse:
    return AWSResponse(url, status, {"content-type": "text/xml"}, _Body(body.encode()))


def _throttled(service: str, url: str) -> AWSResponse:
    if service == "email":
        response = _response(url, 429, '{"message": "Rate exceeded"}')
        response.headers["x-amzn-errortype"] = "TooManyRequestsException"
        return response
    return _response(url, 400, _error("Throttling", "Rate exceeded"))


def _error(code: str, message: str) -> str:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"{XML}<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"


def _query(action: str, result: str) -> str:
    return f"{XML}<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"


def _change(root: str, status: str) -> str:
    info = (
        f"<ChangeInfo><Id>/change/C1</Id><Status>{status}</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo>"
    )
    return f"{XML}<{root}>{info}</{root}>"
