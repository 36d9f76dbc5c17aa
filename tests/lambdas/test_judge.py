"""The judge of calls on stand-ins: what AWS would refuse fails the test, and no handler can hide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from ses_email_auth.lambdas.custom_resource import Outcome, Request, answer
from tests.lambdas.events import cloudformation
from tests.lambdas.judge import judged

if TYPE_CHECKING:
    from collections.abc import Callable


class _Anything:
    """A stand-in that takes whatever it is asked."""

    region = "eu-west-1"

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        return lambda **parameters: {name: parameters}


@pytest.mark.parametrize(
    ("service", "method", "parameters", "sentence"),
    [
        pytest.param("sts", "assume_role", {"RoleArn": "r" * 20, "RoleSessionName": "a b"}, "pattern", id="pattern"),
        pytest.param("sts", "assume_role", {"RoleArn": "r" * 20}, "must not be null", id="required"),
        pytest.param("kms", "generate_data_key_pair", {"KeyId": "k", "KeyPairSpec": "RSA_1024"}, "enum value set", id="enum"),
        pytest.param("secretsmanager", "create_secret", {"Name": "n" * 513}, "less than or equal to 512", id="max"),
        pytest.param("secretsmanager", "describe_secret", {"SecretId": ""}, "greater than or equal to 1", id="min"),
        pytest.param("secretsmanager", "describe_secret", {"SecretId": 1}, "be of type string", id="type"),
        pytest.param("cloudformation", "describe_stacks", {"Stack": "s"}, "Unknown member 'Stack'", id="unknown-member"),
        pytest.param("route53", "get_hosted_zone", {"Id": "Z" * 33}, "less than or equal to 32", id="id-of-a-zone"),
    ],
)
def test_refused(service: str, method: str, parameters: dict[str, Any], sentence: str) -> None:
    """By each kind of constraint."""
    client = judged(lambda _: _Anything())(service)
    with pytest.raises(pytest.fail.Exception, match=sentence):
        getattr(client, method)(**parameters)


def test_what_is_right_reaches_the_stand_in() -> None:
    """With its parameters; what is no call is the stand-in's own."""
    client = judged(lambda _: _Anything())("kms")
    assert client.describe_key(KeyId="k") == {"describe_key": {"KeyId": "k"}}
    assert client.region == "eu-west-1"


def test_an_operation_that_does_not_exist() -> None:
    """A method that boto3 would not have."""
    client = judged(lambda _: _Anything())("kms")
    with pytest.raises(AssertionError, match="kms has no operation describe_keys"):
        _ = client.describe_keys


def test_a_handler_cannot_answer_that_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test ends, whatever the handler catches."""

    def work(_: Request) -> Outcome:
        boto3.client("kms").describe_key(KeyId="")
        return Outcome("id")

    monkeypatch.setattr(boto3, "client", lambda _: _Anything())
    with (
        cloudformation(lambda event, context: answer(event, context, work)) as stack,
        pytest.raises(pytest.fail.Exception, match="AWS would refuse DescribeKey"),
    ):
        stack.create()
