"""The handler of sending authorization policies: what others wrote is never changed, and each event can come twice."""

# ruff: noqa: N803 - names of the API

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from ses_email_auth.lambdas import sending_policy as handler
from ses_email_auth.lambdas.custom_resource import NOT_CREATED
from tests.lambdas.events import STACK_ID, Context, Stack, cloudformation, stack_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::210987654321:root"}, "Action": "ses:SendEmail"}],
}
OTHER = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "ses:SendEmail"}]}
ID = "example.com/partner"


class NotFound(ClientError):
    """What SESv2 says of an identity that it does not know."""


class FakeSes:
    """SESv2 with its identities and their policies."""

    class exceptions:  # noqa: N801 - boto3's name
        """As boto3 has them."""

        NotFoundException = NotFound

    def __init__(self) -> None:
        self.identities: dict[str, dict[str, str]] = {"example.com": {}, "example.org": {}}
        self.calls: list[str] = []
        self.denials = 0
        self.refusals: list[str] = []
        """The messages with which the next policies are refused."""

        self.events: list[dict[str, object]] = []
        """Of the stack, the newest first."""

        self.slept: list[float] = []
        self.sleep: Callable[[float], None] = self.slept.append

    def wait(self, seconds: float) -> None:
        """What `time.sleep` does."""
        self.sleep(seconds)

    def client(self, service: str, config: object = None) -> FakeSes:
        """What `boto3.client` is in AWS."""
        assert service in {"sesv2", "cloudformation"}
        assert config is not None
        return self

    def describe_stack_events(self, *, StackName: str) -> dict[str, object]:
        """Of CloudFormation."""
        assert StackName == STACK_ID
        return {"StackEvents": self.events}

    def get_email_identity_policies(self, *, EmailIdentity: str) -> dict[str, dict[str, str]]:
        """All of an identity."""
        return {"Policies": dict(self._policies("GetEmailIdentityPolicies", EmailIdentity))}

    def create_email_identity_policy(self, *, EmailIdentity: str, PolicyName: str, Policy: str) -> None:
        """One that is not there yet."""
        policies = self._policies("CreateEmailIdentityPolicy", EmailIdentity)
        self._check()
        assert PolicyName not in policies
        policies[PolicyName] = Policy

    def update_email_identity_policy(self, *, EmailIdentity: str, PolicyName: str, Policy: str) -> None:
        """One that is there."""
        policies = self._policies("UpdateEmailIdentityPolicy", EmailIdentity)
        self._check()
        assert PolicyName in policies
        policies[PolicyName] = Policy

    def delete_email_identity_policy(self, *, EmailIdentity: str, PolicyName: str) -> None:
        """Also one that is gone."""
        self._policies("DeleteEmailIdentityPolicy", EmailIdentity).pop(PolicyName, None)

    def _check(self) -> None:
        if self.refusals:
            raise ClientError({"Error": {"Code": "BadRequestException", "Message": self.refusals.pop(0)}}, "PutPolicy")

    def _policies(self, call: str, identity: str) -> dict[str, str]:
        self.calls.append(call)
        if self.denials:
            self.denials -= 1
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, call)
        if identity not in self.identities:
            raise NotFound({"Error": {"Code": "NotFoundException", "Message": f"no identity {identity}"}}, call)
        return self.identities[identity]

    def holds(self, name: str = "partner", identity: str = "example.com") -> object:
        """The document of a policy without the mark of its resource; None without one."""
        text = self.identities[identity].get(name)
        if text is None:
            return None
        return {name: value for name, value in json.loads(text).items() if name != "Id"}


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> FakeSes:
    """SES in memory."""
    fake = FakeSes()
    monkeypatch.setattr(handler.boto3, "client", fake.client)
    monkeypatch.setattr(handler.time, "sleep", fake.wait)
    return fake


@pytest.fixture
def stack() -> Iterator[Stack]:
    """CloudFormation."""
    with cloudformation(handler.handle) as found:
        yield found


def props(**changes: object) -> dict[str, object]:
    """The properties of one policy."""
    return {"Identity": "example.com", "PolicyName": "partner", "Policy": DOCUMENT} | changes


def test_create_and_again(ses: FakeSes, stack: Stack) -> None:
    """The policy stands; the same event once more changes nothing."""
    created = stack.create(**props())
    assert (created.status, created.physical_id, created.data) == ("SUCCESS", ID, {})
    assert ses.holds() == DOCUMENT
    assert stack.again() == created
    assert ses.calls.count("CreateEmailIdentityPolicy") == 1


def test_a_policy_of_others_is_left_alone(ses: FakeSes, stack: Stack) -> None:
    """Create fails with the way out, and the delete that CloudFormation sends then does nothing."""
    ses.identities["example.com"]["partner"] = json.dumps(OTHER)
    failed = stack.create(**props())
    assert (failed.status, failed.physical_id) == ("FAILED", NOT_CREATED)
    assert failed.reason == (
        "example.com has a sending policy 'partner' already, which this resource did not write; nothing was changed; "
        "choose another name, or remove that policy"
    )
    assert stack.delete(NOT_CREATED, **props()).status == "SUCCESS"
    assert ses.holds() == OTHER


def test_a_policy_that_is_no_json_is_another_one(ses: FakeSes, stack: Stack) -> None:
    """Whatever stands there is not ours."""
    ses.identities["example.com"]["partner"] = "?"
    assert stack.create(**props()).status == "FAILED"


def test_update(ses: FakeSes, stack: Stack) -> None:
    """The document changes in place; one that was removed by hand is written anew."""
    stack.create(**props())
    updated = stack.update(ID, old=props(), **props(Policy=OTHER))
    assert (updated.status, updated.physical_id) == ("SUCCESS", ID)
    assert ses.holds() == OTHER
    ses.identities["example.com"].clear()
    assert stack.update(ID, old=props(Policy=OTHER), **props()).status == "SUCCESS"
    assert ses.holds() == DOCUMENT


@pytest.mark.parametrize(
    ("change", "physical_id"),
    [
        pytest.param({"PolicyName": "friend"}, "example.com/friend", id="name"),
        pytest.param({"Identity": "example.org"}, "example.org/partner", id="identity"),
    ],
)
def test_replacement(ses: FakeSes, stack: Stack, change: dict[str, object], physical_id: str) -> None:
    """Another name or identity is another policy; the old one goes when CloudFormation says so."""
    stack.create(**props())
    assert stack.update(ID, old=props(), **props(**change)).physical_id == physical_id
    assert ses.holds() == DOCUMENT
    stack.delete(ID, **props())
    assert ses.holds() is None
    identity, _, name = physical_id.partition("/")
    assert ses.holds(name, identity) == DOCUMENT


def test_a_refused_replacement_is_rolled_back(ses: FakeSes, stack: Stack) -> None:
    """The old policy keeps its physical id and its text."""
    stack.create(**props())
    ses.identities["example.com"]["friend"] = json.dumps(OTHER)
    failed = stack.update(ID, old=props(), **props(PolicyName="friend"))
    assert (failed.status, failed.physical_id) == ("FAILED", ID)
    back = stack.update(ID, old=props(PolicyName="friend"), **props())
    assert (back.status, back.physical_id) == ("SUCCESS", ID)
    assert (ses.holds(), ses.holds("friend")) == (DOCUMENT, OTHER)


def test_a_replacement_is_rolled_back_later(ses: FakeSes, stack: Stack) -> None:
    """Another resource failed: the old policy still stands and is ours, the new one goes."""
    stack.create(**props())
    stack.update(ID, old=props(), **props(PolicyName="friend"))
    back = stack.update("example.com/friend", old=props(PolicyName="friend"), **props())
    assert (back.status, back.physical_id) == ("SUCCESS", ID)
    stack.delete("example.com/friend", **props(PolicyName="friend"))
    assert (ses.holds(), ses.holds("friend")) == (DOCUMENT, None)


def test_delete_and_again(ses: FakeSes, stack: Stack) -> None:
    """A policy that is gone, and an identity that is gone, are as good."""
    stack.create(**props())
    assert stack.delete(ID, **props()).status == "SUCCESS"
    assert stack.again().status == "SUCCESS"
    ses.identities.clear()
    assert stack.again().status == "SUCCESS"


MADE_UP = "Stack-EmailAuthSomething1A2B3C4D-1OQWIP0ZKBVNM"


@pytest.mark.parametrize("standing", [DOCUMENT, OTHER])
def test_a_policy_of_others_is_never_deleted(ses: FakeSes, stack: Stack, standing: object) -> None:
    """Not by an id that CloudFormation made up, and not if it says the same: a rollback is a delete, too."""
    ses.identities["example.com"]["partner"] = json.dumps(standing)
    assert stack.create(**props()).status == "FAILED"
    for physical_id in (NOT_CREATED, MADE_UP, ID):
        assert stack.delete(physical_id, **props()).status == "SUCCESS"
    assert ses.holds() == standing


def test_delete_after_a_create_that_was_not_heard(ses: FakeSes, stack: Stack) -> None:
    """CloudFormation makes an id up then; what was written goes, and that nothing was written is as good."""
    stack.create(**props())
    assert stack.delete(MADE_UP, **props()).status == "SUCCESS"
    assert ses.holds() is None
    assert stack.again().status == "SUCCESS"


def test_a_construct_that_is_renamed(ses: FakeSes, stack: Stack) -> None:
    """Its policy stands under the old one: refused, so that the delete of the old one cannot take the new one away."""
    stack.create(**props())
    stack.logical_id = "Renamed1A2B3C4D"
    assert stack.create(**props()).status == "FAILED"
    assert ses.holds() == DOCUMENT


def test_permissions_that_come_late(ses: FakeSes, stack: Stack) -> None:
    """The role was made moments before: what AWS denies then is tried again."""
    ses.denials = 2
    assert stack.create(**props()).status == "SUCCESS"
    assert ses.slept == [2, 4]


UNKNOWN = "Policy contains an invalid principal"


def test_a_principal_that_was_just_made(ses: FakeSes, stack: Stack) -> None:
    """SES does not know it at once: the policy is tried again, when it is new and when it changes."""
    ses.refusals = [UNKNOWN, "Principal arn:aws:iam::210987654321:role/x is INVALID"]
    assert stack.create(**props()).status == "SUCCESS"
    assert ses.slept == [5, 5]
    ses.refusals = [UNKNOWN]
    assert stack.update(ID, old=props(), **props(Policy=OTHER)).status == "SUCCESS"
    assert (ses.slept, ses.holds()) == ([5, 5, 5], OTHER)


def test_a_principal_that_is_not_known(ses: FakeSes, stack: Stack) -> None:
    """It is tried for as long as the function may run; the reason says both causes."""
    ses.refusals = [UNKNOWN] * 99
    stack.context = Context(lambda: round(1000 * (120 - sum(ses.slept))))
    failed = stack.create(**props())
    assert failed.reason == (
        "PutPolicy failed: Policy contains an invalid principal; SES takes principals that exist: one that was made in this "
        "deploy may need some minutes, then deploy again; an account whose region is an opt-in one has to switch on the region "
        "of the identity"
    )
    assert 90 < sum(ses.slept) < 110
    assert ses.holds() is None


@pytest.mark.parametrize("message", ["Policy document is malformed", "The principal is missing. The document is invalid."])
def test_a_policy_that_is_wrong(ses: FakeSes, stack: Stack, message: str) -> None:
    """It stays wrong, so it is told at once."""
    ses.refusals = [message]
    assert stack.create(**props()).reason == f"PutPolicy failed: {message}"
    assert ses.slept == []


@pytest.mark.parametrize("message", ["Identity example.com is not verified.", "The identity is unverified", "not yet verified"])
def test_an_identity_that_is_not_verified(ses: FakeSes, stack: Stack, message: str) -> None:
    """SES may refuse its policies: the reason names the prop that waits."""
    ses.refusals = [message]
    assert stack.create(**props()).reason == (
        f"PutPolicy failed: {message}; SES takes a sending policy when the identity is verified: pass wait_for_verification= "
        "to the construct, or add the policy in a later deploy"
    )


@pytest.mark.parametrize("status", ["ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS"])
def test_a_create_that_is_cancelled(ses: FakeSes, stack: Stack, status: str) -> None:
    """While it waits for the principal, the stack rolls back and its delete finds nothing: the right must not come later."""
    ses.refusals = [UNKNOWN]

    def sleep(_: float) -> None:
        ses.events = [stack_event(status)]
        assert stack.delete(MADE_UP, **props()).status == "SUCCESS"

    ses.sleep = sleep
    assert stack.create(**props()).reason == "CloudFormation has cancelled the request, so no policy was written"
    assert ses.holds() is None


def test_an_update_that_is_cancelled(ses: FakeSes, stack: Stack) -> None:
    """The update back was done meanwhile, and is the last word. In the rollback it is no cancelled one."""
    ses.events = [stack_event("UPDATE_IN_PROGRESS")]
    stack.create(**props())
    ses.refusals = [UNKNOWN]

    def sleep(_: float) -> None:
        ses.events = [stack_event("UPDATE_ROLLBACK_IN_PROGRESS")]
        ses.identities["example.com"].clear()  # so that it has something to write
        assert stack.update(ID, old=props(Policy=OTHER), **props()).status == "SUCCESS"

    ses.sleep = sleep
    assert stack.update(ID, old=props(), **props(Policy=OTHER)).status == "FAILED"
    assert ses.holds() == DOCUMENT


def test_an_identity_that_is_not_there(ses: FakeSes, stack: Stack) -> None:
    """Create says what SES says."""
    ses.identities.clear()
    assert stack.create(**props()).reason == "GetEmailIdentityPolicies failed: no identity example.com"


@pytest.mark.parametrize("is_new", [True, False], ids=["create", "update"])
def test_cancelled_while_the_call_is_throttled(
    ses: FakeSes, stack: Stack, monkeypatch: pytest.MonkeyPatch, *, is_new: bool
) -> None:
    """The call waits in botocore behind the look, and what CloudFormation sends meanwhile is over: it is taken back."""
    operation = "create_email_identity_policy" if is_new else "update_email_identity_policy"
    if not is_new:
        stack.create(**props())
    before = ses.holds()
    write = getattr(ses, operation)

    def throttled(**arguments: str) -> None:
        if not ses.events:
            ses.events = [stack_event("ROLLBACK_IN_PROGRESS" if is_new else "UPDATE_ROLLBACK_IN_PROGRESS")]
            back = stack.delete(MADE_UP, **props()) if is_new else stack.update(ID, old=props(Policy=OTHER), **props())
            assert back.status == "SUCCESS"
        write(**arguments)

    monkeypatch.setattr(ses, operation, throttled)
    late = stack.create(**props(Policy=OTHER)) if is_new else stack.update(ID, old=props(), **props(Policy=OTHER))
    assert late.reason == "CloudFormation has cancelled the request, so the policy was taken back"
    assert ses.holds() == before
