"""How a handler answers CloudFormation: whatever happens is answered, and nothing secret is said."""

from __future__ import annotations

import urllib.error
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from ses_email_auth.lambdas import custom_resource
from ses_email_auth.lambdas.custom_resource import Failed, Outcome, Request, answer, retry_denied
from tests.lambdas.events import Answer, Context, cloudformation
from tests.lambdas.fake_keys import refused

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = "arn:aws:iam::123456789012:role/Stack-EmailAuthVerificationRole"
KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"


def handler(work: Callable[[Request], Outcome]) -> Callable[[dict[str, object], object], None]:
    """A handler that does `work`."""
    return lambda event, context: answer(event, context, work)


def raises(error: Exception) -> Callable[[dict[str, object], object], None]:
    """A handler whose work ends with `error`."""

    def work(_: Request) -> Outcome:
        raise error

    return handler(work)


def aws_error(message: str, code: str = "ValidationException") -> ClientError:
    """An error of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutSomething")


def test_what_a_handler_gets() -> None:
    """The properties as texts, without what CloudFormation needs itself; the old ones of an update alone."""
    seen: list[Request] = []

    def work(request: Request) -> Outcome:
        seen.append(request)
        return Outcome("id", {"Name": "value"})

    with cloudformation(handler(work)) as stack:
        assert stack.create(Domain="example.com", Ttl=600, On=True, Names=["a", 1]) == Answer(
            "SUCCESS", "id", "", {"Name": "value"}
        )
        stack.update("id", old={"Domain": "example.org"}, Domain="example.com")
        stack.delete("id")
    create, update, delete = seen
    assert create.properties == {"Domain": "example.com", "Ttl": "600", "On": "true", "Names": ["a", "1"]}
    assert (create.kind, create.physical_id, create.old_properties) == ("Create", "", {})
    assert (update.kind, update.physical_id, update.old_properties) == ("Update", "id", {"Domain": "example.org"})
    assert (delete.kind, delete.physical_id, delete.properties) == ("Delete", "id", {})
    assert create.stack_id.startswith("arn:aws:cloudformation:")
    assert create.logical_id == "EmailAuthSomething1A2B3C4D"
    assert create.remaining_seconds() == 120


def test_retry_is_told_by_the_request_id() -> None:
    """Lambda sends the same event again: the same request id."""
    seen: list[str] = []

    def work(request: Request) -> Outcome:
        seen.append(request.request_id)
        return Outcome("id")

    with cloudformation(handler(work)) as stack:
        stack.create()
        stack.again()
        stack.create()
    assert seen[0] == seen[1] != seen[2]


def test_failed_create_and_its_delete() -> None:
    """A create that failed made nothing, so the delete that follows does nothing."""
    with cloudformation(raises(Failed("the zone holds another record"))) as stack:
        failed = stack.create()
        assert failed == Answer("FAILED", "not-created", "the zone holds another record")
        assert stack.delete(failed.physical_id) == Answer("SUCCESS", "not-created")


def test_failed_create_that_made_something() -> None:
    """Then its id is answered, so that CloudFormation deletes it."""
    with cloudformation(raises(Failed("half done", "half"))) as stack:
        assert stack.create().physical_id == "half"


def test_failed_update_keeps_the_id() -> None:
    """Any other id would make CloudFormation delete what stands."""
    with cloudformation(raises(Failed("no"))) as stack:
        assert stack.update("id", old={}) == Answer("FAILED", "id", "no")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(aws_error("Bad name."), "PutSomething failed: Bad name.", id="aws"),
        pytest.param(aws_error("", "Throttling"), "PutSomething failed: Throttling", id="aws-without-message"),
        pytest.param(aws_error(f"Value '{KEY}' is bad"), "PutSomething failed: Value '...' is bad", id="aws-repeats-a-key"),
        pytest.param(NoCredentialsError(), "AWS cannot be asked: NoCredentialsError", id="botocore"),
    ],
)
def test_reasons(error: Exception, reason: str) -> None:
    """What AWS says is passed on, but for what may be a key."""
    with cloudformation(raises(error)) as stack:
        assert stack.create().reason == reason


def test_fault_of_ours_is_not_repeated() -> None:
    """The text of an unexpected error may hold a key: its kind and its place are told, here and in the log."""
    with cloudformation(raises(KeyError(KEY))) as stack:
        reason = stack.create().reason
    assert reason.startswith("the handler failed with KeyError at work, line ")
    assert reason.endswith("; this is a fault of ses-email-auth")


def test_nothing_of_the_properties_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The log has the kind of request, the physical id and the reason."""
    with cloudformation(raises(Failed("no"))) as stack, caplog.at_level("DEBUG"):
        stack.create(Secret=KEY)
    assert [record.getMessage() for record in caplog.records if record.name == custom_resource.__name__] == [
        "Create not-created: no"
    ]
    assert KEY not in caplog.text


@pytest.mark.parametrize("letter", ["x", "あ", "\n"])
def test_long_reason_is_cut(letter: str) -> None:
    """CloudFormation takes 4096 bytes; a letter beyond ASCII has six of them. The stack of the test counts."""
    with cloudformation(raises(Failed(letter * 9000))) as stack:
        reason = stack.create().reason
    assert set(reason) == {letter}
    assert len(reason) > 300


def test_long_answer_is_a_failure() -> None:
    """With the id of what was made, so that it is deleted."""
    with cloudformation(handler(lambda _: Outcome("made", {"Key": "x" * 5000}))) as stack:
        failed = stack.create()
    assert (failed.status, failed.physical_id) == ("FAILED", "made")
    assert "CloudFormation takes 4096" in failed.reason


def test_answer_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that fails three times is asked a fourth time; then Lambda has to try again."""
    pauses: list[float] = []
    monkeypatch.setattr(custom_resource.time, "sleep", pauses.append)
    with cloudformation(handler(lambda _: Outcome("id")), refusals=3) as stack:
        assert stack.create().status == "SUCCESS"
    assert pauses == [1, 2, 3]
    with cloudformation(handler(lambda _: Outcome("id")), refusals=4) as stack, pytest.raises(urllib.error.HTTPError):
        stack.create()


class _Sts:
    """STS, which refuses the first `refusals` requests."""

    def __init__(self, refusals: int, code: str = "AccessDenied") -> None:
        self.refusals = refusals
        self.code = code

    def client(self, name: str) -> _Sts:
        assert name == "sts"
        return self

    def assume_role(self, *, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:  # noqa: N803 - names of the API
        assert (RoleArn, RoleSessionName) == (ROLE, "ses-email-auth")
        if self.refusals > 0:
            self.refusals -= 1
            raise aws_error("not yet", self.code)
        return {"Credentials": {"AccessKeyId": "AKID", "SecretAccessKey": "secret", "SessionToken": "token"}}


def _access_key(_: Request) -> Outcome:
    session = boto3.DEFAULT_SESSION
    credentials = None if session is None else session.get_credentials()
    return Outcome("id", {"Key": "" if credentials is None else credentials.access_key})


def test_work_is_done_with_the_role_of_the_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that the work makes have the credentials of the role; afterwards all is as before. A new role is waited for."""
    pauses: list[float] = []
    monkeypatch.setattr(custom_resource.time, "sleep", pauses.append)
    monkeypatch.setattr(boto3, "client", _Sts(2).client)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with cloudformation(handler(_access_key)) as stack:
        assert stack.create(Role=ROLE).data == {"Key": "AKID"}
        assert stack.create().data == {"Key": ""}
    assert boto3.DEFAULT_SESSION is None
    assert pauses == [2, 4]


def test_role_that_may_not_be_assumed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and the session of before is back; what is no refusal is not tried again."""
    pauses: list[float] = []
    monkeypatch.setattr(custom_resource.time, "sleep", pauses.append)
    before = boto3.Session(botocore_session=botocore.session.get_session())
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", before)
    with cloudformation(handler(_access_key)) as stack:
        monkeypatch.setattr(boto3, "client", _Sts(9).client)
        assert stack.create(Role=ROLE) == Answer("FAILED", "not-created", "PutSomething failed: not yet")
        assert pauses == [2, 4, 6, 8, 10]
        monkeypatch.setattr(boto3, "client", _Sts(1, "RegionDisabledException").client)
        assert stack.create(Role=ROLE).status == "FAILED"
    assert pauses == [2, 4, 6, 8, 10]
    assert boto3.DEFAULT_SESSION is before


def test_without_a_context() -> None:
    """A handler that is called by hand has a minute."""
    seen: list[float] = []

    def work(request: Request) -> Outcome:
        seen.append(request.remaining_seconds())
        return Outcome("id")

    with cloudformation(handler(work)) as stack:
        stack.context = None  # type: ignore[assignment]  # as above
        stack.create()
        stack.context = Context(lambda: 500)
        stack.create()
    assert seen == [60, 0.5]


class Caller:
    """Refuses some times."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        self.calls = 0

    def __call__(self, *, name: str) -> str:
        """What it was given."""
        self.calls += 1
        if self.codes:
            raise refused("Something", self.codes.pop(0))
        return name


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which take no time."""
    pauses: list[float] = []
    monkeypatch.setattr(custom_resource.time, "sleep", pauses.append)
    return pauses


def test_permissions_that_come_late(slept: list[float]) -> None:
    """By either name of the refusal."""
    call = Caller("AccessDenied", "AccessDeniedException")
    assert retry_denied(call, name="x") == "x"
    assert (call.calls, slept) == (3, [2, 4])


def test_permissions_that_do_not_come(slept: list[float]) -> None:
    """The last refusal is told."""
    call = Caller(*["AccessDeniedException"] * 9)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        retry_denied(call, name="x")
    assert (call.calls, slept) == (5, [2, 4, 6, 8])


def test_other_trouble(slept: list[float]) -> None:
    """Is told at once."""
    with pytest.raises(ClientError, match="NotFound"):
        retry_denied(Caller("NotFound"), name="x")
    assert slept == []
