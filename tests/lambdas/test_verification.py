"""Waiting until SES has verified an identity: when it ends, what is done about FAILED, and what a time-out says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from ses_email_auth.lambdas import verification as handler
from tests.lambdas.events import Answer, Stack, cloudformation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOMAIN = "blacksheep.link"
WAITS = {"Identity": DOMAIN, "MailFrom": f"bounce.{DOMAIN}", "Dkim": "EasyDkim", "Seconds": "60", "HostedZoneId": "Z1"}
LOOKED = dt.datetime(2026, 11, 24, 12, 3, 10, tzinfo=dt.UTC)
OURS, THEIRS = "ns-1.awsdns-01.org", "ns1.registrar.example"


def shown(dkim: str = "SUCCESS", mail_from: str = "SUCCESS", **more: Any) -> dict[str, Any]:
    """An answer of GetEmailIdentity."""
    return {
        "VerifiedForSendingStatus": dkim == "SUCCESS",
        "DkimAttributes": {"Status": dkim, "Tokens": ["a1", "b2", "c3"], "SigningAttributesOrigin": "AWS_SES"},
        "MailFromAttributes": {
            "MailFromDomain": f"bounce.{DOMAIN}",
            "MailFromDomainStatus": mail_from,
            "BehaviorOnMxFailure": "REJECT_MESSAGE",
        },
        "VerificationInfo": {"LastCheckedTimestamp": LOOKED},
        **more,
    }


def error(code: str, status: int = 400) -> ClientError:
    """An error of AWS."""
    answer = {"Error": {"Code": code, "Message": f"{code}!"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetEmailIdentity")  # type: ignore[arg-type]


@dataclass
class _World:
    """SES, Route 53, CloudFormation and the clock."""

    said: list[dict[str, Any] | Exception] = field(default_factory=lambda: [shown()])
    """What GetEmailIdentity answers, one after the other; the last one from then on."""

    status: str | Exception = "CREATE_IN_PROGRESS"
    after_set: dict[str, Any] | None = None
    """What GetEmailIdentity answers once the MAIL FROM domain was set."""

    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    zone_error: Exception | None = None
    set_errors: list[Exception] = field(default_factory=list)
    now: float = 0.0
    asked: list[float] = field(default_factory=list)
    was_set: list[tuple[float, dict[str, str]]] = field(default_factory=list)

    def client(self, name: str, **_: Any) -> Any:
        """`boto3.client`."""
        assert name in {"sesv2", "route53", "cloudformation"}
        return self

    def get_email_identity(self, *, EmailIdentity: str) -> dict[str, Any]:  # noqa: N803 - names of the API
        assert EmailIdentity == DOMAIN
        self.asked.append(self.now)
        said = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(said, Exception):
            raise said
        return said

    def put_email_identity_mail_from_attributes(self, **arguments: str) -> None:
        self.was_set.append((self.now, arguments))
        if self.set_errors:
            raise self.set_errors.pop(0)
        if self.after_set is not None:
            self.said = [self.after_set]

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - as above
        assert ":stack/" in StackName
        if isinstance(self.status, Exception):
            raise self.status
        return {"Stacks": [{"StackStatus": self.status}]}

    def get_hosted_zone(self, *, Id: str) -> dict[str, Any]:  # noqa: N803 - as above
        if self.zone_error is not None:
            raise self.zone_error
        return {"HostedZone": {"Id": Id, "Name": f"{DOMAIN}."}, "DelegationSet": {"NameServers": [OURS, "ns-2.awsdns-02.com"]}}

    def list_resource_record_sets(self, *, StartRecordName: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - as above
        stranger = {"Name": "zzz.blacksheep.link.", "Type": "A", "ResourceRecords": [{"Value": "192.0.2.1"}]}
        soa = {
            "Name": f"{DOMAIN}.",
            "Type": "SOA",
            "ResourceRecords": [{"Value": f"{OURS}. a.example. 1 7200 900 1209600 86400"}],
        }
        here = [soa] if StartRecordName == DOMAIN else self.records.get(StartRecordName, [])
        return {"ResourceRecordSets": [*here, stranger]}

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    """All that the handler sees."""
    made = _World()
    monkeypatch.setattr(boto3, "client", made.client)
    monkeypatch.setattr(handler.time, "sleep", made.sleep)
    monkeypatch.setattr(handler.time, "monotonic", lambda: made.now)
    return made


@pytest.fixture
def stack(world: _World) -> Iterator[Stack]:
    """CloudFormation; the function may run 15 minutes."""
    with cloudformation(handler.handle) as made:
        made.context.remaining_ms = lambda: int(900_000 - world.now * 1000)
        yield made


DONE = Answer("SUCCESS", DOMAIN)


def test_permissions_that_come_late(world: _World, stack: Stack) -> None:
    """The role was made moments before."""
    world.said = [error("AccessDeniedException"), error("AccessDeniedException"), shown()]
    assert (stack.create(**WAITS), world.asked) == (DONE, [0, 2, 6])


def test_verified_at_once(world: _World, stack: Stack) -> None:
    """The physical id is the domain; a retry of the same event says the same."""
    assert stack.create(**WAITS) == DONE
    assert stack.again() == DONE
    assert world.now == 0


def test_every_ten_seconds(world: _World, stack: Stack) -> None:
    """SES is asked every ten seconds until DKIM and MAIL FROM are verified and the identity may send."""
    world.said = [
        shown("PENDING", "PENDING"),
        shown("SUCCESS", "PENDING"),
        shown(VerifiedForSendingStatus=False),
        shown("TEMPORARY_FAILURE"),
        shown(),
    ]
    assert stack.create(**WAITS) == DONE
    assert world.asked == [0, 10, 20, 30, 40]


def test_without_mail_from(world: _World, stack: Stack) -> None:
    """Where no MAIL FROM domain is wanted, its status does not matter."""
    world.said = [shown("SUCCESS", "FAILED")]
    assert stack.create(**{name: value for name, value in WAITS.items() if name != "MailFrom"}) == DONE
    assert world.was_set == []


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(error("TooManyRequestsException", 429), id="asked-too-often"),
        pytest.param(error("NotFoundException", 404), id="not-known-everywhere-yet"),
        pytest.param(error("InternalFailure", 500), id="fault-of-ses"),
        pytest.param(ConnectTimeoutError(endpoint_url="https://email.example"), id="network"),
    ],
)
def test_trouble_that_passes(world: _World, stack: Stack, trouble: Exception) -> None:
    """One question without an answer is no failure."""
    world.said = [trouble, shown()]
    assert stack.create(**WAITS) == DONE


def test_trouble_that_stays(world: _World, stack: Stack) -> None:
    """What waiting does not help is told within a minute; nothing was made."""
    world.said = [error("AccessDeniedException", 403)]
    assert stack.create(**WAITS) == Answer("FAILED", "not-created", "GetEmailIdentity failed: AccessDeniedException!")
    assert world.now == 40


def test_mail_from_failed_is_set_again(world: _World, stack: Stack) -> None:
    """FAILED is final in SES: the same values are set once more, and the wait goes on."""
    world.said = [shown("SUCCESS", "FAILED")]
    world.after_set = shown()
    assert stack.create(**WAITS) == DONE
    values = {"EmailIdentity": DOMAIN, "MailFromDomain": f"bounce.{DOMAIN}", "BehaviorOnMxFailure": "REJECT_MESSAGE"}
    assert world.was_set == [(0, values)]


def test_mail_from_that_fails_for_ever(world: _World, stack: Stack) -> None:
    """It is set again once a minute at most."""
    world.said = [shown("SUCCESS", "FAILED")]
    answer = stack.create(**{**WAITS, "Seconds": "150"})
    assert [at for at, _ in world.was_set] == [0, 60, 120]
    assert "MAIL FROM bounce.blacksheep.link is FAILED" in answer.reason


def test_mail_from_of_somebody_else(world: _World, stack: Stack) -> None:
    """Another MAIL FROM domain than the wanted one is not waited for, and never set."""
    world.said = [shown(MailFromAttributes={"MailFromDomain": "other.blacksheep.link", "MailFromDomainStatus": "FAILED"})]
    assert "MAIL FROM bounce.blacksheep.link is not set" in stack.create(**WAITS).reason
    assert world.was_set == []


def test_new_key(world: _World, stack: Stack) -> None:
    """After a change of the key the old one still counts as verified: the new selector has to be there."""
    old = shown(DkimAttributes={"Status": "SUCCESS", "Tokens": ["ses-1"], "SigningAttributesOrigin": "EXTERNAL"})
    new = shown(DkimAttributes={"Status": "SUCCESS", "Tokens": ["ses-2"], "SigningAttributesOrigin": "EXTERNAL"})
    world.said, world.status = [old, new], "UPDATE_IN_PROGRESS"
    key = {"Dkim": "ManagedKey"}
    assert stack.update(DOMAIN, old={**WAITS, **key, "Selector": "ses-1"}, **{**WAITS, **key, "Selector": "ses-2"}) == DONE
    assert world.asked == [0, 10]


def test_time_out(world: _World, stack: Stack) -> None:
    """What is missing, what SES saw, what the zone holds, whether it is the delegated one, what to do."""
    info = {"LastCheckedTimestamp": LOOKED, "ErrorType": "HOST_NOT_FOUND", "SOARecord": {"PrimaryNameServer": THEIRS}}
    world.said = [shown("PENDING", "PENDING", VerificationInfo=info)]
    world.records = {
        f"a1._domainkey.{DOMAIN}": [
            {"Name": f"a1._domainkey.{DOMAIN}.", "Type": "CNAME", "ResourceRecords": [{"Value": "a1.dkim.amazonses.com"}]}
        ],
        f"b2._domainkey.{DOMAIN}": [
            {"Name": f"b2._domainkey.{DOMAIN}.", "Type": "TXT", "ResourceRecords": [{"Value": '"v=DKIM1"'}]}
        ],
        f"bounce.{DOMAIN}": [
            {"Name": f"bounce.{DOMAIN}.", "Type": "MX", "ResourceRecords": [{"Value": "10 mail.example.com"}]},
        ],
    }
    assert stack.create(**WAITS) == Answer(
        "FAILED",
        "not-created",
        "SES has not verified blacksheep.link within 60 s. "
        "Missing: DKIM is PENDING, MAIL FROM bounce.blacksheep.link is PENDING. "
        "SES looked last at 2026-11-24 12:03:10 UTC and saw HOST_NOT_FOUND (a name does not exist or does not answer). "
        "The zone Z1 holds: a1._domainkey.blacksheep.link CNAME a1.dkim.amazonses.com; "
        "no CNAME at b2._domainkey.blacksheep.link, but TXT; no CNAME at c3._domainkey.blacksheep.link; "
        "bounce.blacksheep.link MX 10 mail.example.com. "
        "Public DNS uses another zone, that of ns1.registrar.example: let the parent of the domain delegate it to the name "
        "servers of the zone Z1, ns-1.awsdns-01.org, ns-2.awsdns-02.com. "
        "Let it wait longer, or deploy again when public DNS answers with the records; without 'wait_for_verification' the "
        "deployment does not wait, and 'aws sesv2 get-email-identity' tells later",
    )
    assert world.asked == [0, 10, 20, 30, 40, 50, 60]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        pytest.param(
            lambda world: world.said[0]["VerificationInfo"].update(SOARecord={"PrimaryNameServer": f"{OURS.upper()}."}),
            "It is the zone that public DNS uses. ",
            id="delegated",
        ),
        pytest.param(lambda world: world.said[0].update(VerificationInfo={}), "SES has not looked yet. ", id="not-looked"),
        pytest.param(
            lambda world: world.said[0]["DkimAttributes"].update(Status="FAILED"),
            "DKIM is FAILED (SES has stopped looking), MAIL",
            id="dkim-failed",
        ),
        pytest.param(lambda world: world.said.__setitem__(0, error("NotFoundException")), "or does not know", id="no-identity"),
        pytest.param(
            lambda world: setattr(world, "zone_error", error("AccessDenied")), "The hosted zone cannot be read", id="no-zone"
        ),
        pytest.param(
            lambda world: world.said[0].update(shown("SUCCESS", "SUCCESS", VerifiedForSendingStatus=False)),
            "Missing: SES does not let the identity send yet. ",
            id="does-not-send",
        ),
        pytest.param(
            lambda world: world.said[0]["VerificationInfo"].update(ErrorType="BRAND_NEW"),
            "saw BRAND_NEW (see VerificationInfo)",
            id="unknown-error",
        ),
    ],
)
def test_reasons(world: _World, stack: Stack, change: Callable[[_World], None], part: str) -> None:
    """Each thing that is known is said, and nothing that is not."""
    world.said = [shown("PENDING", "PENDING")]
    change(world)
    assert part in stack.create(**WAITS).reason


def test_foreign_zone(world: _World, stack: Stack) -> None:
    """Without the id of a zone of this account Route 53 is not asked."""
    world.said, world.zone_error = [shown("PENDING")], AssertionError()
    answer = stack.create(**{name: value for name, value in WAITS.items() if name != "HostedZoneId"})
    assert "The hosted zone cannot be read from here" in answer.reason


def test_long_key_in_zone(world: _World, stack: Stack) -> None:
    """A long value is cut: the whole reason has to fit."""
    world.said = [
        shown("PENDING", DkimAttributes={"Status": "PENDING", "Tokens": ["k"], "SigningAttributesOrigin": "EXTERNAL"})
    ]
    key = {"Name": f"k._domainkey.{DOMAIN}.", "Type": "TXT", "ResourceRecords": [{"Value": '"' + "A" * 392 + '"'}]}
    world.records = {f"k._domainkey.{DOMAIN}": [key]}
    assert f'k._domainkey.{DOMAIN} TXT "{"A" * 79}...' in stack.create(**WAITS).reason


def test_answers_before_lambda_ends_it(world: _World, stack: Stack) -> None:
    """However long it may wait, 45 seconds are kept for the answer."""
    world.said = [shown("PENDING")]
    stack.context.remaining_ms = lambda: int(100_000 - world.now * 1000)
    assert "within 55 s" in stack.create(**{**WAITS, "Seconds": "840"}).reason


def test_another_domain(world: _World, stack: Stack) -> None:
    """Another domain is another physical id, so CloudFormation deletes the old one, for which nothing has to be done."""
    world.status = "UPDATE_IN_PROGRESS"
    answer = stack.update("old.example", old={**WAITS, "Identity": "old.example"}, **WAITS)
    assert answer == DONE
    assert stack.delete("old.example", **{**WAITS, "Identity": "old.example"}) == Answer("SUCCESS", "old.example")
    assert len(world.asked) == 1


@pytest.mark.parametrize(("code", "status"), [("TooManyRequestsException", "SUCCESS"), ("BadRequestException", "FAILED")])
def test_mail_from_that_cannot_be_set(world: _World, stack: Stack, code: str, status: str) -> None:
    """Too many requests pass, so it is tried a minute later; any other refusal is told."""
    world.said = [shown("SUCCESS", "FAILED")]
    world.after_set, world.set_errors = shown(), [error(code)]
    assert stack.create(**{**WAITS, "Seconds": "90"}).status == status


def test_failed_update_keeps_its_id(world: _World, stack: Stack) -> None:
    """An update that is not verified in time fails with the id that stands."""
    world.said, world.status = [shown("PENDING")], "UPDATE_IN_PROGRESS"
    answer = stack.update(DOMAIN, old={**WAITS, "Dkim": "OwnKey"}, **WAITS)
    assert (answer.status, answer.physical_id) == ("FAILED", DOMAIN)


def test_no_wait_in_a_rollback(world: _World, stack: Stack) -> None:
    """A stack that goes back is not held up: a time-out would leave it in UPDATE_ROLLBACK_FAILED."""
    world.said, world.status = [shown("PENDING")], "UPDATE_ROLLBACK_IN_PROGRESS"
    assert stack.update(DOMAIN, old=WAITS, **WAITS) == DONE
    assert world.asked == []


def test_stack_that_cannot_be_read(world: _World, stack: Stack) -> None:
    """Then it waits, as always."""
    world.status = error("Throttling")
    assert stack.update(DOMAIN, old=WAITS, **WAITS) == DONE
    assert world.asked == [0]


def test_delete(world: _World, stack: Stack) -> None:
    """Nothing is done, whatever the id is: after a time-out CloudFormation makes one up."""
    world.said = [AssertionError()]
    for physical_id in (DOMAIN, "not-created", "Stack-EmailAuthVerification-1A2B3C"):
        assert stack.delete(physical_id, **WAITS) == Answer("SUCCESS", physical_id)
