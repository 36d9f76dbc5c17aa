"""Logs of Lambda functions that name their log group: they go nowhere once the group is gone.

Source: Lambda developer guide ("Configuring CloudWatch log groups"): whoever shall make a missing group needs
logs:CreateLogGroup, which the roles of our functions do not have. MiniStack makes the group again when a function logs its last
lines, after its stack has deleted it.
"""

# ruff: noqa: SLF001 - MiniStack's private names

from __future__ import annotations

from typing import TYPE_CHECKING, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack.services import cloudwatch_logs, lambda_svc  # type: ignore[import-not-found]  # as above

if TYPE_CHECKING:
    from collections.abc import Mapping


def install() -> None:
    """Put this behaviour into MiniStack."""
    original = lambda_svc._emit_lambda_logs

    def emit(function: Mapping[str, object], *arguments: object, **options: object) -> None:
        config = cast("Mapping[str, object]", function.get("config") or function)
        usual = f"/aws/lambda/{config.get('FunctionName')}"
        group = cast("Mapping[str, str]", config.get("LoggingConfig") or {}).get("LogGroup", usual)
        if group == usual or group in cloudwatch_logs._log_groups:
            original(function, *arguments, **options)

    lambda_svc._emit_lambda_logs = emit
