"""A judge of the calls that handlers make on stand-ins of AWS: what the service itself would refuse is the end of the test."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest
from botocore import xform_name

from ses_email_auth.local import service_models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@cache
def operations(service: str) -> dict[str, str]:
    """The operations of a service by the names of boto3's methods."""
    return {xform_name(name): name for name in service_models.service(service).operation_names}


class JudgedClient:
    """A stand-in of a client, whose calls are looked at before they are made."""

    def __init__(self, service: str, client: Any) -> None:
        self._service = service
        self._client = client

    def __getattr__(self, name: str) -> Any:
        """A method with the judge before it; anything else as the stand-in has it."""
        found = getattr(self._client, name)
        operation = operations(self._service).get(name)
        if operation is None:
            assert not callable(found) or isinstance(found, type), f"{self._service} has no operation {name}"
            return found

        def call(**parameters: Any) -> Any:
            refusal = service_models.refusal(self._service, operation, parameters, knows_all=True)
            if refusal is not None:
                # Not an Exception: a handler would answer CloudFormation that it failed, as some tests expect.
                pytest.fail(f"AWS would refuse {operation}: {refusal}")
            return found(**parameters)

        return call


def judged(make: Callable[..., Any]) -> Callable[..., Any]:
    """`boto3.client`, or what stands in for it, with a judge before each client."""

    def client(service: str, *arguments: Any, **options: Any) -> Any:
        made = make(service, *arguments, **options)
        return made if isinstance(made, JudgedClient) else JudgedClient(service, made)

    return client


@contextmanager
def judging() -> Iterator[None]:
    """Let all clients that are made meanwhile have a judge."""
    with mock.patch.object(boto3, "client", judged(boto3.client)):
        yield
