"""Put our resource types into MiniStack and run it. Import this after the environment is set: MiniStack reads it at import."""

from __future__ import annotations

import sys

from ses_email_auth.local import emulator, identities, record_sets

__all__ = ["serve"]


def serve() -> None:
    """Serve until SIGINT or SIGTERM; then end the Lambda workers that are still warm."""
    record_sets.install()
    identities.install()
    sys.argv = sys.argv[:1]  # MiniStack has a command line of its own
    try:
        emulator.run()
    finally:
        emulator.end_workers()
