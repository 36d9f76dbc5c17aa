"""Put our resource types into MiniStack and run it. Import this after the environment is set: MiniStack reads it at import."""

from __future__ import annotations

import sys

from ses_email_auth.local import (
    custom_resources,
    emulator,
    emulator_lambda,
    identity_api,
    identity_policies,
    identity_resource,
    permissions,
    record_sets,
    ses_resources,
    verification,
)

__all__ = ["serve"]


def serve() -> None:
    """Serve until SIGINT or SIGTERM; then end the Lambda workers that are still warm."""
    record_sets.install()
    custom_resources.install()
    identity_resource.install()
    identity_api.install()
    identity_policies.install()
    ses_resources.install()
    verification.install()
    permissions.install()  # last: what is sent by another account's identity is looked at in that account
    sys.argv = sys.argv[:1]  # MiniStack has a command line of its own
    try:
        emulator.run()
    finally:
        emulator_lambda.end_workers()
