"""The handler that makes a replica identity: all that CloudFormation would do for one, and nothing to what others made."""

# ruff: noqa: N803 - names of the API

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import botocore
import botocore.session
import pytest
from botocore.exceptions import ParamValidationError, ReadTimeoutError

from ses_email_auth.lambdas import replica_identity as handler
from ses_email_auth.lambdas.custom_resource import NOT_CREATED
from tests.lambdas.events import STACK_ID, Stack, cloudformation, stack_event
from tests.lambdas.fake_keys import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

ARN = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
MARK = {"Key": "ses-email-auth:resource", "Value": f"{STACK_ID}/EmailAuthSomething1A2B3C4D"}
MAIL_FROM = {"MailFromAttributes": {"MailFromDomain": "bounce-us-east-1.example.com"}}


def replica(**changes: object) -> dict[str, object]:
    """The least properties."""
    return {"EmailIdentity": "example.com", "IdentityArn": ARN, "ParentRegion": "ap-northeast-1"} | changes


@dataclass
class FakeSes:
    """SESv2 of one region, in memory."""

    identities: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failing: str = ""
    denials: int = 0
    lost: str = ""
    states: list[tuple[str, str]] = field(default_factory=lambda: [("SUCCESS", "")])
    """Status of DKIM and error that each look shows; the last one stays."""

    events: list[dict[str, Any]] = field(default_factory=list)
    """Of the stack, the newest first."""

    is_old: bool = False
    """Whether botocore does not know replicas."""

    slept: list[float] = field(default_factory=list)

    def client(self, service: str, **_: object) -> FakeSes:
        """What `boto3.client` is in AWS."""
        assert service in {"sesv2", "cloudformation"}
        return self

    def describe_stack_events(self, *, StackName: str) -> dict[str, Any]:
        """Of CloudFormation."""
        assert StackName == STACK_ID
        return {"StackEvents": self.events}

    def create_email_identity(
        self,
        *,
        EmailIdentity: str,
        Tags: list[dict[str, str]],
        DkimSigningAttributes: dict[str, str],
        ConfigurationSetName: str | None = None,
    ) -> None:
        """A new identity."""
        self._called("CreateEmailIdentity")
        if self.is_old:
            raise ParamValidationError(report="Unknown parameter in DkimSigningAttributes: DomainSigningAttributesOrigin")
        if EmailIdentity in self.identities:
            raise refused("CreateEmailIdentity", "AlreadyExistsException")
        origin = DkimSigningAttributes["DomainSigningAttributesOrigin"]
        self.identities[EmailIdentity] = {"Tags": Tags, "DkimAttributes": {"SigningAttributesOrigin": origin}}
        self.identities[EmailIdentity] |= {"ConfigurationSetName": ConfigurationSetName} if ConfigurationSetName else {}

    def get_email_identity(self, *, EmailIdentity: str) -> dict[str, Any]:
        """All of it."""
        self._called("GetEmailIdentity")
        found = self._found("GetEmailIdentity", EmailIdentity)
        status, error = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        dkim = {**found.get("DkimAttributes", {}), "Status": status}
        return {**found, "DkimAttributes": dkim, "VerificationInfo": {"ErrorType": error} if error else {}}

    def delete_email_identity(self, *, EmailIdentity: str) -> None:
        """It goes."""
        self._called("DeleteEmailIdentity")
        self._found("DeleteEmailIdentity", EmailIdentity)
        del self.identities[EmailIdentity]

    def put_email_identity_mail_from_attributes(self, *, EmailIdentity: str, **attributes: str) -> None:
        """None takes it away."""
        self._called("PutEmailIdentityMailFromAttributes")
        self._found("PutEmailIdentityMailFromAttributes", EmailIdentity)["MailFrom"] = attributes

    def put_email_identity_configuration_set_attributes(self, *, EmailIdentity: str, **attributes: str) -> None:
        """None takes it away."""
        self._called("PutEmailIdentityConfigurationSetAttributes")
        found = self._found("PutEmailIdentityConfigurationSetAttributes", EmailIdentity)
        found.pop("ConfigurationSetName", None)
        found |= attributes

    def put_email_identity_feedback_attributes(self, *, EmailIdentity: str, EmailForwardingEnabled: bool) -> None:
        """On or off."""
        self._called("PutEmailIdentityFeedbackAttributes")
        self._found("PutEmailIdentityFeedbackAttributes", EmailIdentity)["Feedback"] = EmailForwardingEnabled

    def tag_resource(self, *, ResourceArn: str, Tags: list[dict[str, str]]) -> None:
        """Add or change."""
        self._called("TagResource")
        found = self.identities[ResourceArn.rpartition("/")[2]]
        keys = {tag["Key"] for tag in Tags}
        found["Tags"] = [tag for tag in found["Tags"] if tag["Key"] not in keys] + Tags

    def untag_resource(self, *, ResourceArn: str, TagKeys: list[str]) -> None:
        """Take away."""
        self._called("UntagResource")
        found = self.identities[ResourceArn.rpartition("/")[2]]
        found["Tags"] = [tag for tag in found["Tags"] if tag["Key"] not in TagKeys]

    def _found(self, operation: str, name: str) -> dict[str, Any]:
        if name not in self.identities:
            raise refused(operation, "NotFoundException")
        return self.identities[name]

    def _called(self, operation: str) -> None:
        if self.denials:
            self.denials -= 1
            raise refused(operation, "AccessDeniedException")
        self.calls.append(operation)
        if operation == self.lost:
            raise ReadTimeoutError(endpoint_url="x")
        if operation == self.failing:
            raise refused(operation, "BadRequestException", "the parent is not verified")


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> FakeSes:
    """SES without identities."""
    fake = FakeSes()
    monkeypatch.setattr(handler.boto3, "client", fake.client)
    monkeypatch.setattr(handler.time, "sleep", fake.slept.append)
    monkeypatch.setattr(handler.time, "monotonic", lambda: sum(fake.slept))
    return fake


@pytest.fixture
def stack(ses: FakeSes) -> Iterator[Stack]:  # noqa: ARG001 - it has to stand before
    """A stack with the handler."""
    with cloudformation(handler.handle) as made:
        yield made


def test_the_least(ses: FakeSes, stack: Stack) -> None:
    """The origin names the parent; the id is the name, as that of an `AWS::SES::EmailIdentity`."""
    created = stack.create(**replica())
    assert (created.status, created.physical_id) == ("SUCCESS", "example.com")
    assert ses.identities == {
        "example.com": {"Tags": [MARK], "DkimAttributes": {"SigningAttributesOrigin": "AWS_SES_AP_NORTHEAST_1"}}
    }
    assert ses.calls == ["CreateEmailIdentity", "GetEmailIdentity"]


def test_everything(ses: FakeSes, stack: Stack) -> None:
    """MAIL FROM, configuration set, feedback, tags."""
    created = stack.create(
        **replica(
            MailFromAttributes={"MailFromDomain": "b.example.com", "BehaviorOnMxFailure": "REJECT_MESSAGE"},
            ConfigurationSetAttributes={"ConfigurationSetName": "news"},
            FeedbackAttributes={"EmailForwardingEnabled": False},
            Tags=[{"Key": "team", "Value": "mail"}],
        )
    )
    assert created.status == "SUCCESS"
    assert ses.identities["example.com"] == {
        "Tags": [{"Key": "team", "Value": "mail"}, MARK],
        "DkimAttributes": {"SigningAttributesOrigin": "AWS_SES_AP_NORTHEAST_1"},
        "ConfigurationSetName": "news",
        "MailFrom": {"MailFromDomain": "b.example.com", "BehaviorOnMxFailure": "REJECT_MESSAGE"},
        "Feedback": False,
    }


def test_the_same_request_again(ses: FakeSes, stack: Stack) -> None:
    """It finds what it made."""
    created = stack.create(**replica(**MAIL_FROM))
    before = str(ses.identities)
    assert stack.again() == created
    assert str(ses.identities) == before


@pytest.mark.parametrize(
    "found",
    [
        pytest.param({"DkimAttributes": {"SigningAttributesOrigin": "AWS_SES"}}, id="Easy-DKIM"),
        pytest.param({"DkimAttributes": {"SigningAttributesOrigin": "AWS_SES_AP_NORTHEAST_1"}}, id="a-replica-of-others"),
        pytest.param(
            {"Tags": [MARK], "DkimAttributes": {"SigningAttributesOrigin": "AWS_SES_EU_WEST_1"}}, id="of-another-parent"
        ),
    ],
)
def test_an_identity_that_exists(ses: FakeSes, stack: Stack, found: dict[str, Any]) -> None:
    """Is refused and left alone, by the deletion that follows, too."""
    ses.identities["example.com"] = found
    failed = stack.create(**replica())
    assert (failed.status, failed.physical_id) == ("FAILED", NOT_CREATED)
    assert failed.reason.startswith(
        "the identity example.com exists in this region already, and SES makes a replica at creation"
    )
    assert stack.delete(NOT_CREATED, **replica()).status == "SUCCESS"
    assert ses.identities == {"example.com": found}


def test_the_parent_is_refused(ses: FakeSes, stack: Stack) -> None:
    """SES says why."""
    ses.failing = "CreateEmailIdentity"
    failed = stack.create(**replica())
    assert (failed.reason, failed.physical_id) == ("CreateEmailIdentity failed: the parent is not verified", NOT_CREATED)


def test_half_made(ses: FakeSes, stack: Stack) -> None:
    """The rollback finds what was made before the failure."""
    ses.failing = "PutEmailIdentityMailFromAttributes"
    failed = stack.create(**replica(**MAIL_FROM))
    assert failed.reason == "PutEmailIdentityMailFromAttributes failed: the parent is not verified"
    assert (failed.status, failed.physical_id) == ("FAILED", "example.com")
    assert stack.delete(failed.physical_id, **replica(**MAIL_FROM)).status == "SUCCESS"
    assert ses.identities == {}


def test_half_made_without_an_answer(ses: FakeSes, stack: Stack) -> None:
    """Also when SES cannot be reached any more."""
    ses.lost = "PutEmailIdentityMailFromAttributes"
    failed = stack.create(**replica(**MAIL_FROM))
    assert (failed.reason, failed.physical_id) == ("SES cannot be asked: ReadTimeoutError", "example.com")
    assert stack.delete(failed.physical_id, **replica(**MAIL_FROM)).status == "SUCCESS"
    assert ses.identities == {}


def test_permissions_that_come_late(ses: FakeSes, stack: Stack) -> None:
    """Another configuration set is another role, made moments before the update: each call is tried again."""
    stack.create(**replica())
    new = replica(ConfigurationSetAttributes={"ConfigurationSetName": "news"})
    ses.denials = 2
    assert stack.update("example.com", old=replica(), **new).status == "SUCCESS"
    assert (ses.slept, ses.identities["example.com"]["ConfigurationSetName"]) == ([2, 4], "news")


def test_after_a_time_out(ses: FakeSes, stack: Stack) -> None:
    """CloudFormation deletes by an id of its own; what the handler made is found by its tag."""
    stack.create(**replica())
    assert stack.delete("Stack-EmailAuthIdentity-1A2B3C", **replica()).status == "SUCCESS"
    assert ses.identities == {}


def test_update(ses: FakeSes, stack: Stack) -> None:
    """In place: each part comes, changes and goes."""
    old = replica(
        **MAIL_FROM,
        ConfigurationSetAttributes={"ConfigurationSetName": "news"},
        FeedbackAttributes={"EmailForwardingEnabled": False},
        Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}],
    )
    stack.create(**old)
    ses.calls.clear()
    new = replica(Tags=[{"Key": "b", "Value": "2"}, {"Key": "c", "Value": "1"}])
    updated = stack.update("example.com", old=old, **new)
    assert (updated.status, updated.physical_id) == ("SUCCESS", "example.com")
    assert ses.identities["example.com"] == {
        "Tags": [MARK, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": "1"}],
        "DkimAttributes": {"SigningAttributesOrigin": "AWS_SES_AP_NORTHEAST_1"},
        "MailFrom": {},
        "Feedback": True,
    }
    assert stack.again() == updated
    ses.calls.clear()
    stack.update("example.com", old=new, **old)
    assert ses.identities["example.com"]["ConfigurationSetName"] == "news"
    stack.update("example.com", old=old, **old)
    assert ses.calls.count("TagResource") == 1


def test_another_parent_is_refused(ses: FakeSes, stack: Stack) -> None:
    """It would take a deletion first: a time without identity."""
    stack.create(**replica())
    before = str(ses.identities)
    failed = stack.update("example.com", old=replica(), **replica(ParentRegion="eu-west-1"))
    assert failed.reason == (
        "the replica example.com is AWS_SES_AP_NORTHEAST_1 and cannot become AWS_SES_EU_WEST_1: SES takes the parent region at "
        "creation alone; take the construct out, deploy, and put it in again"
    )
    assert str(ses.identities) == before
    # The update back, in the rollback, has nothing to do, and may not fail.
    assert stack.update("example.com", old=replica(ParentRegion="eu-west-1"), **replica()).status == "SUCCESS"


def test_another_domain(ses: FakeSes, stack: Stack) -> None:
    """A replacement: the new one is made, then CloudFormation deletes the old one."""
    stack.create(**replica())
    replaced = stack.update("example.com", old=replica(), **replica(EmailIdentity="example.org"))
    assert (replaced.physical_id, set(ses.identities)) == ("example.org", {"example.com", "example.org"})
    stack.delete("example.com", **replica())
    assert set(ses.identities) == {"example.org"}


def test_delete(ses: FakeSes, stack: Stack) -> None:
    """Once, twice, and not what somebody else has made meanwhile."""
    stack.create(**replica())
    assert stack.delete("example.com", **replica()).status == "SUCCESS"
    assert (stack.again().status, ses.identities) == ("SUCCESS", {})
    ses.identities["example.com"] = {"DkimAttributes": {}}
    assert (stack.again().status, set(ses.identities)) == ("SUCCESS", {"example.com"})
    ses.failing = "GetEmailIdentity"
    assert stack.again().status == "FAILED"


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        pytest.param(
            "REPLICATION_PRIMARY_NOT_FOUND", "there is no identity example.com in ap-northeast-1; deploy that one first"
        ),
        pytest.param(
            "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED",
            "the identity in ap-northeast-1 is a replica itself; pass the region of its parent to Dkim.replica_of",
        ),
        pytest.param("REPLICATION_SOMETHING_NEW", "SES cannot copy the key from ap-northeast-1"),
    ],
)
def test_an_error_that_comes_later(ses: FakeSes, stack: Stack, error: str, meaning: str) -> None:
    """SES tells it some seconds after the creation: the create fails with it, and the rollback finds the identity."""
    ses.states = [("PENDING", ""), ("PENDING", ""), ("FAILED", error)]
    failed = stack.create(**replica())
    assert (failed.status, failed.physical_id) == ("FAILED", "example.com")
    assert failed.reason == f"SES made example.com, but not as a replica of ap-northeast-1: {error}, {meaning}"
    assert ses.slept == [5, 5]
    assert stack.delete("example.com", **replica()).status == "SUCCESS"
    assert ses.identities == {}


def test_every_error_of_a_replication_is_known() -> None:
    """Those of the model of SESv2 that is installed."""
    session = botocore.session.get_session()
    errors = session.get_service_model("sesv2").shape_for("VerificationError").enum
    assert handler._REPLICATION_ERRORS.keys() == {error for error in errors if error.startswith("REPLICATION_")}


@pytest.mark.parametrize(
    ("states", "slept"),
    [
        pytest.param([("PENDING", "HOST_NOT_FOUND")], [5, 5, 5, 5, 5], id="pending"),
        pytest.param([("NOT_STARTED", ""), ("TEMPORARY_FAILURE", ""), ("SUCCESS", "")], [5, 5], id="settled"),
        pytest.param([("FAILED", "HOST_NOT_FOUND")], [], id="no-records"),
    ],
)
def test_a_replica_that_is_not_verified_yet(
    ses: FakeSes, stack: Stack, states: list[tuple[str, str]], slept: list[float]
) -> None:
    """Is as good: it is looked at for a short time, and only while it is pending."""
    ses.states = states
    assert stack.create(**replica()).status == "SUCCESS"
    assert ses.slept == slept


@pytest.mark.parametrize("trouble", ["failing", "lost"])
def test_ses_does_not_say_how_the_replica_is(ses: FakeSes, stack: Stack, trouble: str) -> None:
    """The replica is made all the same."""
    setattr(ses, trouble, "GetEmailIdentity")
    assert stack.create(**replica()).status == "SUCCESS"
    assert len(ses.slept) == 5


def test_a_boto3_that_does_not_know_replicas(ses: FakeSes, stack: Stack) -> None:
    """The reason says which version is there, and which one is needed."""
    ses.is_old = True
    failed = stack.create(**replica())
    assert failed.reason == (
        f"this function has boto3 {boto3.__version__} with botocore {botocore.__version__}, which cannot make a replica: "
        "botocore 1.35.78 is needed; Lambda's runtime brings it, so let the function use the newest version of the runtime "
        "(its runtime management configuration), or leave out dkim="
    )


@pytest.mark.parametrize("status", ["ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_a_create_that_is_cancelled(ses: FakeSes, stack: Stack, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """While it waits for its permission, the stack rolls back and its delete finds nothing: no identity may be made then."""
    create = ses.create_email_identity
    waits = [True]

    def denied_once(**arguments: Any) -> None:
        if waits.pop():
            ses.events = [stack_event(status)]
            assert stack.delete("made-up", **replica()).status == "SUCCESS"
            raise refused("CreateEmailIdentity", "AccessDeniedException")
        create(**arguments)

    monkeypatch.setattr(ses, "create_email_identity", denied_once)
    assert stack.create(**replica()).reason == "CloudFormation has cancelled the request, so no identity was made"
    assert ses.identities == {}


def test_cancelled_while_the_call_is_throttled(ses: FakeSes, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call waits in botocore behind the look, and the delete is over: the identity goes."""
    create = ses.create_email_identity

    def throttled(**arguments: Any) -> None:
        ses.events = [stack_event("ROLLBACK_IN_PROGRESS")]
        assert stack.delete("made-up", **replica()).status == "SUCCESS"
        create(**arguments)

    monkeypatch.setattr(ses, "create_email_identity", throttled)
    assert stack.create(**replica()).reason == "CloudFormation has cancelled the request, so the identity was deleted"
    assert ses.identities == {}
