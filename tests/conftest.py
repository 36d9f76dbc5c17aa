"""Fixtures that more than one folder uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_aws import LocalAws, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator


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
