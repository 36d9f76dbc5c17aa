"""How often a construct talks to Node: each call costs about 0.3 ms, and a domain of 500 pays for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Tags
from jsii._kernel.providers.process import _NodeProcess

from ses_email_auth import RecordLayout, SesEmailAuth
from tests.cdk.stacks import imported_zone, new_app, new_stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

DOMAINS = 20


class Calls:
    """Counts what goes to the Node process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        send: Callable[..., Any] = _NodeProcess.send

        def counted(process: Any, request: Any, response: Any) -> Any:
            self.count += 1
            return send(process, request, response)

        monkeypatch.setattr(_NodeProcess, "send", counted)


def domains(stack: Stack, numbers: range, layout: RecordLayout) -> None:
    """Some domains, each with its imported zone."""
    for n in numbers:
        zone = imported_zone(stack, f"domain-{n}.example", f"Zone{n}")
        SesEmailAuth(stack, f"EmailAuth{n}", hosted_zone=zone, dmarc_rua=[f"dmarc@domain-{n}.example"], record_layout=layout)


@pytest.mark.parametrize("flag", [pytest.param(False, id="flag-off"), pytest.param(True, id="flag-on")])
@pytest.mark.parametrize(
    ("layout", "floor", "most"),
    [
        pytest.param(RecordLayout.SEPARATE, 15, 20, id="separate"),
        pytest.param(RecordLayout.GROUPED, 9, 14, id="grouped"),
    ],
)
def test_calls_per_domain(monkeypatch: pytest.MonkeyPatch, layout: RecordLayout, floor: int, most: int, *, flag: bool) -> None:
    """Zone, identity and records, from the first line to the end of the synthesis: no more than plain CDK needs for them.
    Only tags of a stack, with the feature flag off, cost more.
    """
    app = new_app(**{"core:explicitStackTags": flag})
    stack = new_stack(app)
    domains(stack, range(1), layout)  # what a stack costs once
    calls = Calls(monkeypatch)
    domains(stack, range(1, 1 + DOMAINS), layout)
    built = calls.count
    Tags.of(app).add("team", "mail")
    app.synth()
    assert built / DOMAINS <= floor
    assert calls.count / DOMAINS <= (floor + 1 if flag else most)
