"""A run: its names, its clients, its clock and its journal. All that is asked gets one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.live.journal import Journal
from tests.live.settings import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.live.settings import Options

HOME, SECOND = "home", "second"
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.1, 5.0, 1.2  # seconds


class OutOfTime(Exception):
    """The ceiling on time was reached."""


class Interrupted(BaseException):
    """A signal has asked to stop; it passes all that catches errors."""


@dataclass
class Run:
    """One run."""

    options: Options
    deadline: float = 0.0
    """On the clock of `time.monotonic`; 0: none."""

    journal: Journal = field(init=False)
    shared: dict[str, Any] = field(default_factory=dict)
    """What several questions look at, by name."""

    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.journal = Journal(self.options.journals / f"{self.options.run}.jsonl")

    @property
    def home(self) -> str:
        """Account and region in which most is made."""
        return f"{HOME}/{self.options.region}"

    @property
    def replica_region(self) -> str:
        """Another region, which every account has."""
        return "us-west-2" if self.options.region == "us-east-1" else "us-east-1"

    def name(self, label: str) -> str:
        """A domain name of this run."""
        return f"{label}.{self.options.run}.{self.options.base}"

    def stack(self, label: str) -> str:
        """The name of a stack of this run, and of other things that have no domain name."""
        return f"ses-live-{self.options.run}-{label}"

    def client(self, service: str, place: str = "") -> Any:
        """A boto3 client, the same one for the same arguments."""
        who, _, region = (place or self.home).partition("/")
        key = (service, who, region)
        if key not in self._clients:
            config = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=10, read_timeout=60)
            profile = self.options.second_profile if who == SECOND else None
            try:
                self._clients[key] = boto3.Session(profile_name=profile, region_name=region).client(service, config=config)
            except BotoCoreError as error:
                raise Refused(f"boto3 cannot be used: {error}") from None
        return self._clients[key]

    def as_role(self, service: str, role_arn: str, place: str = "") -> Any:
        """A client of a role of this run."""
        _, _, region = (place or self.home).partition("/")
        keys = self.patiently(
            lambda: self.client("sts", place).assume_role(RoleArn=role_arn, RoleSessionName=self.options.run)["Credentials"]
        )
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=region)
        return session.client(service, config=Config(retries={"mode": "standard", "total_max_attempts": 5}))

    def account(self, place: str = "") -> str:
        """The account of a place."""
        try:
            return str(self.client("sts", place).get_caller_identity()["Account"])
        except (BotoCoreError, ClientError) as error:
            raise Refused(f"sts get-caller-identity fails, so nobody knows whose account this is: {error}") from None

    def close(self) -> None:
        """Close the connections of all clients."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    # --- time ---

    def check_time(self) -> None:
        """Raise OutOfTime behind the deadline."""
        if self.deadline and time.monotonic() > self.deadline:
            raise OutOfTime

    def wait(self, probe: Callable[[], Any], seconds: float) -> Any:
        """What `probe` answers when it answers something true, or its last answer after that many seconds."""
        pause, end = _FIRST_PAUSE, time.monotonic() + seconds
        while not (answer := probe()) and time.monotonic() < end:
            self.check_time()
            time.sleep(min(pause, max(0.0, end - time.monotonic())))
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
        return answer

    def patiently(self, call: Callable[[], Any], seconds: float = 60) -> Any:
        """Call again while access is denied: a new role is not known everywhere at once."""

        def probe() -> Any:
            try:
                return [call()]
            except ClientError as error:
                if "AccessDenied" not in error.response["Error"]["Code"] or time.monotonic() > end:
                    raise
                return None

        end = time.monotonic() + seconds
        return self.wait(probe, seconds + 1)[0]
