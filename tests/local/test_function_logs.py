"""Where functions log: a log group of their own that is gone is not made again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import function

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

CODE = "def handle(event, context):\n    print('hello')\n"


def groups(aws: LocalAws) -> list[str]:
    """The log groups."""
    return [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]]


@pytest.mark.parametrize("own", [pytest.param(True, id="its-own"), pytest.param(False, id="the-usual-one")])
def test_a_log_group_that_is_gone(aws: LocalAws, *, own: bool) -> None:
    """The usual one is made by the first line, one that the function names is not."""
    resources: dict[str, Any] = function(CODE)
    if own:
        resources["Function"]["Properties"]["LoggingConfig"] = {"LogGroup": "ours"}
    resources["Logs"] = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "ours"}}
    aws.deploy("Logs", {"Resources": resources, "Outputs": {"Name": {"Value": {"Ref": "Function"}}}})
    name = aws.outputs("Logs")["Name"]
    aws.client("lambda").invoke(FunctionName=name)
    assert groups(aws) == (["ours"] if own else sorted([f"/aws/lambda/{name}", "ours"]))
    aws.client("logs").delete_log_group(logGroupName="ours")
    aws.client("lambda").invoke(FunctionName=name)
    assert groups(aws) == ([] if own else [f"/aws/lambda/{name}"])
