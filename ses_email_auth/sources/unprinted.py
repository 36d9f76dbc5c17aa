"""Files that hold no records yet: another program makes a file of them that can be read. An error names its command.

Recognised by what is in them, as all files are; only a JSON that could be anything is also asked for its name.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from ses_email_auth.sources.file_text import UnknownFormat
from ses_email_auth.sources.json_values import mapping, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_PRINT_PLAN: Final = "'terraform plan -out plan && terraform show -json plan > plan.json'"
_TERRAFORM: Final = (
    f"it is the configuration of Terraform, whose values are not known yet; run {_PRINT_PLAN}, and name plan.json"
)
_CDK: Final = "it belongs to the code of a CDK app; run 'cdk synth', and name the folder cdk.out"
_SERVERLESS: Final = (
    "it is the configuration of a Serverless service without resources; run 'serverless package', and name "
    ".serverless/cloudformation-template-update-stack.json"
)
_NO_STATE: Final = f"it is what 'terraform show -json' prints where there is no state; run {_PRINT_PLAN}, and name plan.json"

_HCL = re.compile(
    r'^(?:(?:resource|data)[ \t]+"[\w-]+"[ \t]+"[\w-]+"|(?:module|provider|variable|output)[ \t]+"[\w-]+"|terraform|locals)'
    r"[ \t]*\{",
    re.MULTILINE,
)
_CDK_CODE = re.compile(r"""^[ \t]*(?:from|import)[ \t]+aws_cdk\b|["']aws-cdk-lib\b|["']@aws-cdk/""", re.MULTILINE)
_SERVERLESS_KEYS = re.compile(r"^(service|provider|functions)[ \t]*:", re.MULTILINE)
_SERVERLESS_CODE = re.compile(r"""["']@serverless/typescript["']""")
_BLOCKS = frozenset({"data", "locals", "module", "output", "provider", "resource", "terraform", "variable"})
_SERVICE = frozenset({"service", "provider", "functions"})


class UnprintedSource(UnknownFormat):
    """A file of which another program makes one that can be read."""


def advice_on_text(content: str) -> str:
    """What to run, for a text that is no JSON; empty if it is nothing that is known."""
    if _HCL.search(content):
        return _TERRAFORM
    if _SERVICE.issubset(_SERVERLESS_KEYS.findall(content)) or _SERVERLESS_CODE.search(content):
        return _SERVERLESS
    return _CDK if _CDK_CODE.search(content) else ""


def advice_on_json(body: object, path: str) -> str:
    """What to run, for parsed JSON; empty likewise."""
    keys: Mapping[str, object] = mapping(body)
    if keys.keys() == {"format_version"}:
        return _NO_STATE
    name = PurePath(path).name
    if _is_terraform(keys, name):
        return _TERRAFORM
    if keys.keys() >= _SERVICE:
        return _SERVERLESS
    is_cdk = bool(text(keys.get("app"))) and (name == "cdk.json" or "context" in keys or "watch" in keys)
    return _CDK if is_cdk or name == "cdk.context.json" else ""


def _is_terraform(keys: Mapping[str, object], name: str) -> bool:
    """Whether JSON is a configuration, as Terraform reads from `*.tf.json`."""
    if name.endswith(".tf.json"):
        return not keys.keys().isdisjoint(_BLOCKS)
    return any(str(kind).startswith("aws_") for kind in mapping(keys.get("resource")))
