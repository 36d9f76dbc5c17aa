"""The handler that makes a replica identity: all that CloudFormation would do for one, and nothing to what others made."""

# ruff: noqa: N803 - names of the API

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from ses_email_auth.lambdas import custom_resource
from ses_email_auth.lambdas import replica_identity as handler
from ses_email_auth.lambdas.custom_resource import NOT_CREATED
from tests.lambdas.events import STACK_ID, Stack, cloudformation
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

    def client(self, service: str, **_: object) -> FakeSes:
        """What `boto3.client` is in AWS."""
        assert service == "sesv2"
        return self

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
        if EmailIdentity in self.identities:
            raise refused("CreateEmailIdentity", "AlreadyExistsException")
        origin = DkimSigningAttributes["DomainSigningAttributesOrigin"]
        self.identities[EmailIdentity] = {"Tags": Tags, "DkimAttributes": {"SigningAttributesOrigin": origin}}
        self.identities[EmailIdentity] |= {"ConfigurationSetName": ConfigurationSetName} if ConfigurationSetName else {}

    def get_email_identity(self, *, EmailIdentity: str) -> dict[str, Any]:
        """All of it."""
        self._called("GetEmailIdentity")
        return self._found("GetEmailIdentity", EmailIdentity)

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
    assert ses.calls == ["CreateEmailIdentity"]


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


def test_permissions_that_come_late(ses: FakeSes, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another configuration set is another role, made moments before the update: each call is tried again."""
    stack.create(**replica())
    pauses: list[float] = []
    monkeypatch.setattr(custom_resource.time, "sleep", pauses.append)
    new = replica(ConfigurationSetAttributes={"ConfigurationSetName": "news"})
    ses.denials = 2
    assert stack.update("example.com", old=replica(), **new).status == "SUCCESS"
    assert (pauses, ses.identities["example.com"]["ConfigurationSetName"]) == ([2, 4], "news")


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
