"""The opinion of cdk-nag: the AwsSolutions rules over a whole app, in tests only.

app = new_app()
...
assert nag_findings(app) == []
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import Validations

if TYPE_CHECKING:
    from aws_cdk import App

__all__ = ["ask_nag", "nag_findings", "said_by_nag"]

_PACK = "AwsSolutions"


def nag_findings(app: App) -> list[str]:
    """What cdk-nag finds and nobody has acknowledged, a line each. The app is synthesized."""
    ask_nag(app)
    with suppress(RuntimeError):  # what is found fails the synthesis
        app.synth()
    return said_by_nag(Path(app.outdir))


def ask_nag(app: App) -> None:
    """Let cdk-nag look at the app when it is synthesized."""
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415 - it wants a newer `constructs` than the oldest one we are tried with

    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def said_by_nag(outdir: Path) -> list[str]:
    """What it said of a synthesized app: the rule, the construct and the sentence."""
    report = outdir / "validation-report.json"
    if not report.exists():
        return []
    return [
        f"{violation['ruleName']} at {construct['constructPath']}: {violation['description']}"
        for plugin in json.loads(report.read_text(encoding="utf-8"))["pluginReports"]
        if plugin["pluginName"] == _PACK
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]
