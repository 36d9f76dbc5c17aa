"""How a handler answers CloudFormation: whatever happens is answered, and nothing secret is said."""

from __future__ import annotations

import contextlib
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from ses_email_auth.lambdas import custom_resource
from ses_email_auth.lambdas.custom_resource import Failed, Forged, Outcome, Request, answer, retry_denied, time_left, time_limit
from tests.lambdas.events import NESTED_STACK_ID, STACK_ID, Answer, Context, Stack, cloudformation
from tests.lambdas.fake_keys import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

    def __init__(self, refusals: int, code: str = "AccessDenied", role: str = ROLE) -> None:
        self.refusals = refusals
        self.code = code
        self.role = role

    def client(self, name: str, config: object = None) -> _Sts:
        assert name == "sts"
        assert config is custom_resource.CONFIG  # botocore's own limits are longer than the function may run
        return self

    def assume_role(self, *, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:  # noqa: N803 - names of the API
        assert (RoleArn, RoleSessionName) == (self.role, "ses-email-auth")
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
        assert pauses == [2, 4, 6, 8, 10, 10]
        monkeypatch.setattr(boto3, "client", _Sts(1, "RegionDisabledException").client)
        assert stack.create(Role=ROLE).status == "FAILED"
    assert pauses == [2, 4, 6, 8, 10, 10]
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
    assert (call.calls, slept) == (7, [2, 4, 6, 8, 10, 10])


@pytest.mark.parametrize(
    ("seconds", "pauses"),
    [
        pytest.param(120, [2, 4, 6, 8, 10, 10], id="all"),
        pytest.param(40, [2, 4, 6, 8], id="some"),
        pytest.param(15, [], id="only-for-the-answer"),
    ],
)
def test_permissions_that_do_not_come_in_time(slept: list[float], seconds: int, pauses: list[float]) -> None:
    """The function keeps the seconds that its answer needs."""

    def work(_: Request) -> Outcome:
        retry_denied(Caller(*["AccessDenied"] * 9), name="x")
        return Outcome("id")

    with cloudformation(handler(work)) as stack:
        stack.context = Context(lambda: round(1000 * (seconds - sum(slept))))
        assert stack.create().status == "FAILED"
    assert slept == pauses


def test_a_shorter_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the function, and only for as long as it is wanted."""
    clock = [100.0]
    monkeypatch.setattr(custom_resource.time, "monotonic", lambda: clock[0])
    outer = time_left()
    with time_limit(10):
        assert time_left() == 10
        clock[0] += 4
        assert time_left() == 6
        with time_limit(60):
            assert time_left() == 6
    assert time_left() == outer


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that knows its stack, as the construct deploys it in AWS."""
    monkeypatch.setenv(custom_resource.STACK_ID_VARIABLE, STACK_ID)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def forged(changes: dict[str, object]) -> dict[str, object]:
    """An event of CloudFormation with changes."""
    event = Stack(handler(lambda _: Outcome("id")), "https://example.com", []).event("Create", {"Role": OWN_ROLE})
    return {**event, "ResponseURL": f"{BUCKET}/x?X-Amz-Signature=1"} | changes


OWN_ROLE = "arn:aws:iam::123456789012:role/ses-email-auth/Stack-EmailAuthRecordsRole"
BUCKET = "https://cloudformation-custom-resource-response-apnortheast1.s3.ap-northeast-1.amazonaws.com"
HOST = BUCKET.removeprefix("https://")


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"StackId": NESTED_STACK_ID}, id="another-stack"),
        pytest.param({"StackId": None}, id="no-stack"),
        pytest.param({"ResponseURL": None}, id="no-url"),
        pytest.param({"ResponseURL": f"http://{HOST}/x"}, id="in-the-clear"),
        pytest.param({"ResponseURL": "https://example.com/x"}, id="another-host"),
        pytest.param({"ResponseURL": f"https://example.com/{HOST}"}, id="in-the-path"),
        pytest.param({"ResponseURL": f"https://{HOST}.example.com/x"}, id="as-subdomain"),
        pytest.param({"ResponseURL": f"https://{HOST}:8443/x"}, id="another-port"),
        pytest.param({"ResponseURL": f"https://{HOST}@example.com/x"}, id="as-user"),
        pytest.param({"ResponseURL": "https://[::1/x"}, id="no-address"),
        pytest.param({"ResponseURL": "https://some-bucket.s3.amazonaws.com/x"}, id="another-bucket"),
        pytest.param({"ResponseURL": "http://127.0.0.1:4566/x"}, id="this-machine"),
        pytest.param({"ResponseURL": "http://169.254.169.254/latest"}, id="metadata"),
        pytest.param({"ResponseURL": "file:///etc/passwd"}, id="file"),
        pytest.param({"ResponseURL": "/x"}, id="no-host"),
        pytest.param({"ResourceProperties": {"Role": OWN_ROLE.replace("1234", "9999")}}, id="another-account"),
        pytest.param({"ResourceProperties": {"Role": {"Ref": "Role"}}}, id="no-arn"),
    ],
)
def test_an_event_of_others(monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]) -> None:
    """Nothing is done and nothing is sent: neither to AWS nor to the URL."""
    monkeypatch.setattr(boto3, "client", _never)
    monkeypatch.setattr(custom_resource.urllib.request, "urlopen", _never)
    with pytest.raises(Forged):
        answer(forged(changes), Context(), _never)


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    "url",
    [
        pytest.param(BUCKET, id="region"),
        pytest.param("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com", id="us-east-1"),
        pytest.param("https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com", id="dash"),
        pytest.param("https://cloudformation-custom-resource-response-usgovwest1.s3.us-gov-west-1.amazonaws.com", id="gov"),
        pytest.param("https://cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn", id="china"),
        pytest.param("https://cloudformation-custom-resource-response-eusce1.s3.eusc-de-east-1.amazonaws.eu", id="europe"),
        pytest.param(
            "https://cloudformation-custom-resource-response-x1.s3.dualstack.ca-west-1.amazonaws.com", id="dual-stack"
        ),
    ],
)
@pytest.mark.parametrize("properties", [{"Role": OWN_ROLE}, {}, None])
def test_an_event_of_cloudformation(monkeypatch: pytest.MonkeyPatch, url: str, properties: object) -> None:
    """The forms of the URL that are known, and resources with a role and without."""
    sent: list[str] = []

    @contextlib.contextmanager
    def take(put: urllib.request.Request, timeout: float) -> Iterator[None]:
        assert timeout
        sent.append(put.full_url)
        yield

    monkeypatch.setattr(custom_resource.urllib.request, "urlopen", take)
    monkeypatch.setattr(boto3, "client", _Sts(0, role=OWN_ROLE).client)
    answer(forged({"ResponseURL": f"{url}/x", "ResourceProperties": properties}), Context(), lambda _: Outcome("id"))
    assert sent == [f"{url}/x"]


def test_the_local_aws_takes_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the endpoint that the environment of the function names, and nowhere else."""
    monkeypatch.setenv(custom_resource.STACK_ID_VARIABLE, STACK_ID)
    with cloudformation(handler(lambda _: Outcome("id"))) as stack:
        monkeypatch.setenv("AWS_ENDPOINT_URL", stack.url)
        assert stack.create().status == "SUCCESS"
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        with pytest.raises(Forged):
            stack.create()


def _never(*_: object, **__: object) -> Outcome:
    raise AssertionError("a forged event was taken")


def test_other_trouble(slept: list[float]) -> None:
    """Is told at once."""
    with pytest.raises(ClientError, match="NotFound"):
        retry_denied(Caller("NotFound"), name="x")
    assert slept == []
