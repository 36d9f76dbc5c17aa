"""Shows every template that a test synthesizes to the judges; what they find fails the test at that line.

A synthesis that is refused is not looked at: tests of refusals write faults on purpose, and nothing is deployed from them. All
else counts, whoever made the resource: what a grant of ours writes stands in the policy of a role that is not ours. Apps that
the CDK CLI synthesizes in another process are shown by `tests/deploy/cdk_cli.py`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.judges import iam_data, iam_judge, schema_judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

_SUFFIX = ".template.json"
_SCHEMA_JUDGE = schema_judge.SchemaJudge()
_VERDICTS: dict[str, list[str]] = {}


class JudgedWrong(AssertionError):
    """A template has faults: the construct, the fault and the data that says so."""


def watch(patched: pytest.MonkeyPatch) -> None:
    """Look at each template from now on."""
    import aws_cdk  # noqa: PLC0415 - tests without the CDK shall not pay for it
    from aws_cdk import assertions  # noqa: PLC0415 - as above

    for stage in (aws_cdk.Stage, aws_cdk.App):
        patched.setattr(stage, "synth", _watched_synth(stage.synth))
    patched.setattr(assertions.Template, "from_stack", staticmethod(_watched_from_stack(assertions.Template.from_stack)))


def judge(folder: Path) -> None:
    """Judge all templates of a cloud assembly, those of nested stages and stacks too.

    Raises:
        JudgedWrong: with all faults.
    """
    faults = [fault for file in sorted(folder.rglob(f"*{_SUFFIX}")) for fault in _faults_of(file)]
    if faults:
        data = f"{iam_data.version()}; {schema_judge.version()}"
        raise JudgedWrong("\n".join([f"{len(faults)} faults in what was synthesized, by {data}:", *faults]))


def _watched_synth(synth: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(synth)
    def watched(*args: Any, **kwargs: Any) -> Any:
        assembly = synth(*args, **kwargs)
        judge(Path(assembly.directory))
        return assembly

    return watched


def _watched_from_stack(from_stack: Callable[..., Any]) -> Callable[..., Any]:
    from aws_cdk import Stage  # noqa: PLC0415 - as above

    @functools.wraps(from_stack)
    def watched(stack: Any, *args: Any, **kwargs: Any) -> Any:
        template = from_stack(stack, *args, **kwargs)
        stage = Stage.of(stack)
        assert stage is not None
        judge(Path(stage.outdir))
        return template

    return watched


def _faults_of(file: Path) -> list[str]:
    content = file.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    if key not in _VERDICTS:
        try:
            template = json.loads(content)
        except ValueError:  # a test has spoilt it: CDK writes JSON
            return []
        _VERDICTS[key] = list(_sentences(template, file))
    return _VERDICTS[key]


def _sentences(template: dict[str, Any], file: Path) -> Iterator[str]:
    paths: dict[str, str] = {}
    for faults in (iam_judge.faults, _SCHEMA_JUDGE.faults):
        for logical_id, fault in faults(template):
            paths = paths or _construct_paths(file.parent)
            yield f"{paths.get(logical_id, file.name)} ({logical_id}): {fault}"


def _construct_paths(folder: Path) -> dict[str, str]:
    """Construct paths by logical id, as the manifest has them."""
    paths = {}
    for artifact in json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("artifacts", {}).values():
        entries = dict(artifact.get("metadata", {}))
        if "additionalMetadataFile" in artifact:
            entries |= json.loads((folder / artifact["additionalMetadataFile"]).read_text(encoding="utf-8"))
        for path, notes in entries.items():
            paths |= {note["data"]: path.strip("/") for note in notes if note["type"] == "aws:cdk:logicalId"}
    return paths
