"""The handler that stands between the record of a new DKIM key and the identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.lambdas import dkim_ready as handler
from ses_email_auth.lambdas.dns_txt import RESOLVER
from tests.dns_server import dns_server
from tests.lambdas.events import Stack, cloudformation
from tests.lambdas.fake_keys import FakeKeys

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = "v=DKIM1; k=rsa; p=" + "A" * 300
VALUE = f'"{TEXT[:255]}" "{TEXT[255:]}"'
READY_ID = "example.com/dkim"


def ready(generation: int = 1, **changes: object) -> dict[str, object]:
    """The properties for one generation."""
    name = f"ses-{generation}._domainkey.example.com"
    named = {"EmailIdentity": "example.com", "Generation": generation, "Name": name, "Value": VALUE, "Seconds": 840}
    return named | changes


class Clock:
    """Time that passes in sleep alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """At once."""
        self.now += seconds


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeKeys:
    """AWS with the identity."""
    fake = FakeKeys(identities={"example.com"})
    monkeypatch.setattr(handler.boto3, "client", fake.client)
    return fake


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Instead of the time of the handler."""
    made = Clock()
    monkeypatch.setattr(handler, "time", made)
    return made


@pytest.fixture
def stack(aws: FakeKeys, clock: Clock) -> Iterator[Stack]:  # noqa: ARG001 - they have to stand before
    """A stack with the handler, which has a quarter of an hour."""
    with cloudformation(handler.handle) as made:
        made.context.remaining_ms = lambda: 900_000
        yield made


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What the name server answers, an entry for each time that it is asked, the last one for ever; `-` is nobody there."""
    answers: list[tuple[str, ...]] = [(TEXT,)]

    def texts(domain: str, name: str) -> dict[str, tuple[str, ...]]:
        assert (domain, name.endswith("._domainkey.example.com")) == ("example.com", True)
        now = answers.pop(0) if len(answers) > 1 else answers[0]
        return {"ns1.example.com": now, "ns2.example.com": now} if now != ("-",) else {}

    monkeypatch.setattr(handler, "texts_everywhere", texts)
    return answers


def test_the_first_key_of_a_new_identity(aws: FakeKeys, clock: Clock, stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """Nobody sends yet, so nobody waits: the zone may not even be delegated."""
    aws.identities.clear()
    dns[:] = [("-",)]
    created = stack.create(**ready())
    assert (created.status, created.physical_id, clock.now) == ("SUCCESS", READY_ID, 0)


def test_an_identity_that_sends_already(clock: Clock, stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """As when Easy DKIM is left: the record has to answer first."""
    dns[:] = [(), ("other",), ("other", TEXT)]
    assert stack.create(**ready()).status == "SUCCESS"
    assert clock.now == 20


def test_the_next_generation(clock: Clock, stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """It waits until the record answers, and keeps its id."""
    dns[:] = [(), (TEXT,)]
    updated = stack.update(READY_ID, old=ready(1), **ready(2))
    assert (updated.status, updated.physical_id, clock.now) == ("SUCCESS", READY_ID, 10)
    assert stack.again() == updated


def test_time_out(clock: Clock, stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """Says who did not answer, and the record to publish; the old key goes on signing."""
    dns[:] = [()]
    failed = stack.update(READY_ID, old=ready(1), **ready(2))
    assert (failed.status, failed.physical_id) == ("FAILED", READY_ID)
    assert failed.reason == (
        "the new DKIM key did not answer in time, so SES still signs with the old one: ns1.example.com, ns2.example.com did "
        "not have it. Publish this record and deploy again, the key stays the same: "
        f"ses-2._domainkey.example.com TXT {VALUE}"
    )
    assert 830 <= clock.now <= 840


def test_nobody_can_be_asked(stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """That is said, too, and is no success."""
    dns[:] = [("-",)]
    assert ": no name server could be reached. " in stack.update(READY_ID, old=ready(1), **ready(2)).reason


def test_it_answers_before_lambda_ends_it(clock: Clock, stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """However long it was told to wait."""
    dns[:] = [()]
    stack.context.remaining_ms = lambda: 60_000
    assert stack.update(READY_ID, old=ready(1), **ready(2)).status == "FAILED"
    assert clock.now <= 40


def test_a_generation_is_left_out(clock: Clock, stack: Stack) -> None:
    """The record of the key that signs now would go in the same deployment."""
    failed = stack.update(READY_ID, old=ready(1), **ready(3))
    assert failed.reason == (
        "'generation' goes from 1 to 3, so the record of the key that signs now would go at once; deploy 2 first"
    )
    assert clock.now == 0


@pytest.mark.parametrize("old", [ready(2), ready(3)], ids=["one-back", "back-from-one-that-was-refused"])
def test_going_back(stack: Stack, dns: list[tuple[str, ...]], old: dict[str, object]) -> None:
    """Is never refused, whatever DNS says: a rollback does it."""
    dns[:] = [("-",)]
    assert stack.update(READY_ID, old=old, **ready(1)).status == "SUCCESS"


def test_another_selector(clock: Clock, stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """Waits like the next generation."""
    dns[:] = [(), (TEXT,)]
    other = ready(1, Name="mail-1._domainkey.example.com")
    assert stack.update(READY_ID, old=ready(1), **other).status == "SUCCESS"
    assert clock.now == 10


def test_another_domain(stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """Has an identity that is made anew; nobody waits."""
    dns[:] = [("-",)]
    replaced = stack.update(READY_ID, old=ready(1), **ready(1, EmailIdentity="example.org"))
    assert replaced.physical_id == "example.org/dkim"
    assert stack.delete(READY_ID, **ready(1)).status == "SUCCESS"


def test_nothing_new(stack: Stack, dns: list[tuple[str, ...]]) -> None:
    """For example another time-out."""
    dns[:] = [("-",)]
    assert stack.update(READY_ID, old=ready(1), **ready(1, Seconds=600)).status == "SUCCESS"


def test_ses_refuses_to_say(aws: FakeKeys, stack: Stack) -> None:
    """Then nobody knows whether mail is sent."""
    aws.failing = "GetEmailIdentity"
    assert stack.create(**ready()).status == "FAILED"


def test_with_real_dns(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record comes over the wire; without an authority that can be found the resolver is asked."""
    with dns_server([("ses-2._domainkey.example.com", "TXT", 60, [VALUE])]) as server:
        monkeypatch.setenv(RESOLVER, f"{server.host}:{server.port}")
        assert stack.update(READY_ID, old=ready(1), **ready(2)).status == "SUCCESS"
