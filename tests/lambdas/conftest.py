"""A Route 53 that remembers, for the handlers that write record sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.lambdas import custom_resource, hosted_zone
from tests.lambdas.judge import judged
from tests.lambdas.route53 import Aws, Zone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def zone() -> Zone:
    """An empty one."""
    return Zone()


@pytest.fixture
def aws(zone: Zone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Aws:
    """What the handler calls."""
    found = Aws(zone)
    monkeypatch.setattr("boto3.client", judged(found.client))
    monkeypatch.setattr(hosted_zone.time, "sleep", found.sleep)
    monkeypatch.setattr(custom_resource.tempfile, "gettempdir", lambda: str(tmp_path))
    return found
