"""Judges templates by cfn-lint, in this process, with all its rules: CloudFormation's published schemas (required, enums,
patterns, unknown properties), as of the date in its package, for us-east-1. `acknowledged.py` has the exceptions.

cfn-lint takes some 10 ms for a resource, and the templates of the tests differ in one or two resources. So each distinct
resource is judged once, beside empty ones of the types that it refers to.
"""

from __future__ import annotations

import functools
import gc
import json
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

from tests.judges.acknowledged import LINT_RULES_LEFT_OUT, lint_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfnlint.match import Match
    from cfnlint.runner import Runner

    from tests.judges.statements import Template

_REGION = "us-east-1"
_PATH = 2  # a place in a resource: `Resources`, the logical id, and what follows


class SchemaJudge:
    """Remembers what it has judged."""

    def __init__(self) -> None:
        self._verdicts: dict[str, tuple[str, ...]] = {}

    def faults(self, template: Template) -> Iterator[tuple[str, str]]:
        """What is wrong with a template: the logical id of the resource that is wrong, or the section, and a sentence."""
        keys = {name: json.dumps(resource, sort_keys=True) for name, resource in template.get("Resources", {}).items()}
        rest = json.dumps({name: section for name, section in template.items() if name != "Resources"}, sort_keys=True)
        if not keys or not {*keys.values(), rest} <= self._verdicts.keys():
            self._judge(template, keys, rest)
        for name, key in {"": rest, **keys}.items():
            for fault in self._verdicts[key]:
                yield name, fault

    def _judge(self, template: Template, keys: dict[str, str], rest: str) -> None:
        found: dict[str, list[str]] = {key: [] for key in (*keys.values(), rest) if key not in self._verdicts}
        for match in _matches(_part(template, {name for name, key in keys.items() if key in found})):
            path = match.path or []
            key = keys[str(path[1])] if len(path) >= _PATH and path[0] == "Resources" else rest
            if key in found and lint_reason(match.rule.id, match.message) is None:
                found[key].append(f"{match.rule.id} at {'/'.join(map(str, path))}: {match.message}")
        self._verdicts |= {key: tuple(faults) for key, faults in found.items()}


def _part(template: Template, names: set[str]) -> Template:
    """Of the resources those of these names, and what they and the other sections refer to, empty."""
    resources = template.get("Resources", {})
    parts = {
        name: {key: value for key, value in resource.items() if key != "DependsOn"}
        for name, resource in resources.items()
        if name in names
    }
    other_sections = {name: section for name, section in template.items() if name != "Resources"}
    for name in set(_references([parts, other_sections])):
        if name in resources and name not in parts:
            parts[name] = {"Type": resources[name]["Type"], "Properties": {}}
    return {**other_sections, "Resources": parts} if parts else other_sections


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref":
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0]
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def version() -> str:
    """Which data this is."""
    date = json.loads((resources.files("cfnlint.data.schemas") / "version.json").read_text(encoding="utf-8"))["schema_date"]
    return f"cfn-lint {metadata.version('cfn-lint')}, schemas of {date.partition('T')[0]}"


@functools.cache
def schema(resource_type: str) -> dict[str, Any]:
    """The published schema of a type."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415 - takes most of a second

    return dict(PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, resource_type).schema)


def _matches(template: Template) -> list[Match]:
    from cfnlint.decode.decode import decode_str  # noqa: PLC0415 - as above

    runner = _runner()
    gc.disable()  # a third of the time otherwise
    try:
        decoded, errors = decode_str(json.dumps(template))
        return errors or list(runner.validate_template(decoded))
    finally:
        gc.enable()


@functools.cache
def _runner() -> Runner:
    from cfnlint.config import ConfigMixIn  # noqa: PLC0415 - as above
    from cfnlint.runner import Runner  # noqa: PLC0415 - as above

    return Runner(ConfigMixIn(regions=[_REGION], ignore_checks=list(LINT_RULES_LEFT_OUT)))
