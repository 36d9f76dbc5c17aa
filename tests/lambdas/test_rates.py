"""Large stacks at the request rates of AWS: all resources begin at once, and each function has two minutes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.lambdas import record_writer, sending_policy, verification
from tests.lambdas.events import STACK_ID, Context, as_text
from tests.lambdas.rated_aws import Handler, Rate, RatedAws

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 120
ROLE = "arn:aws:iam::123456789012:role/ses-email-auth/Stack-Role"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ses:SendEmail"}]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RatedAws:
    """AWS with its rates, and a clock of its own."""
    rated = RatedAws()
    rated.install(monkeypatch)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    random.seed(1)
    return rated


def create(
    handle: Callable[[dict[str, object], object], None], number: int, seconds: float = SECONDS, **properties: object
) -> Handler:
    """The creation of a resource."""
    event = {
        "RequestType": "Create",
        "ResponseURL": "https://example.com",
        "StackId": STACK_ID,
        "RequestId": f"{handle.__module__}-{number}",
        "LogicalResourceId": f"Resource{number}",
        "ResourceProperties": {"Role": ROLE, **{name: as_text(value) for name, value in properties.items()}},
    }
    return Handler(handle, event, seconds)


def policy(number: int) -> Handler:
    """A sending policy."""
    return create(sending_policy.handle, number, Identity="example.com", PolicyName=f"partner-{number}", Policy=DOCUMENT)


def domain(number: int) -> Handler:
    """The records of a domain, as the defaults of the construct make them."""
    name = f"d{number}.example.com"
    places = [
        (f"{name}.", "TXT"),
        (f"_dmarc.{name}.", "TXT"),
        (f"bounce.{name}.", "TXT"),
        (f"bounce.{name}.", "MX"),
        *((f"{key}._domainkey.{name}.", "CNAME") for key in "abc"),
    ]
    sets = [{"Name": at, "Type": kind, "TTL": 600, "ResourceRecords": ['"x"']} for at, kind in places]
    return create(record_writer.handle, number, HostedZoneId="Z1", Domain=name, RecordSets=sets)


def test_thirty_domains_and_twenty_policies(aws: RatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """All succeed, and a third of the time is left. By the rates alone it takes 40 s."""
    results = aws.run(monkeypatch, [*map(domain, range(30)), *map(policy, range(20))], Context)
    assert [result.body["Reason"] for result in results if result.body["Status"] != "SUCCESS"] == []
    assert (len(results), len(aws.policies), len(aws.records)) == (50, 20, 30 * 7)
    assert aws.refused > 100
    assert max(result.second for result in results) < SECONDS * 2 / 3


def test_no_time_is_left(aws: RatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """SES refuses for as long as the function runs: the reason says so, in time for the answer."""
    aws.rates["email"] = Rate(0, 0)
    (result,) = aws.run(monkeypatch, [policy(1)], Context)
    assert SECONDS - 30 < result.second < SECONDS - 10
    assert result.body["Reason"] == (
        "GetEmailIdentityPolicies failed: Rate exceeded; AWS was asked too often until the time was over: deploy again, or "
        "with fewer resources at once"
    )
    assert aws.refused > 10


def test_a_wait_keeps_its_own_time(aws: RatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """SES refuses all the time: the wait ends with its reason when it shall, although the function may run longer."""
    aws.rates["email"] = Rate(0, 0)
    wait = create(verification.handle, 1, seconds=900, Identity="example.com", Seconds=60)
    (result,) = aws.run(monkeypatch, [wait], Context)
    assert 50 < result.second < 90
    assert result.body["Reason"].startswith("SES has not verified example.com within")
