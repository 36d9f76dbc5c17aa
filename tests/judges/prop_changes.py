"""What a changed prop does to a deployed stack, by the published schemas (cfn-lint has them): two templates are compared by
logical id, and what changed at an id by the createOnlyProperties of its type.

Not handled: what a custom resource does with an update; our functions decide that, not a schema.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import App, DefaultStackSynthesizer, Environment, Stack

from tests.judges.prop_cases import ABSENT, SUBJECTS
from tests.judges.schema_judge import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judges.prop_cases import Case, Props, Subject
    from tests.judges.statements import Template

_ID = "Mail"
_RECORD = "AWS::Route53::RecordSet"


@dataclass(frozen=True, slots=True)
class PropChange:
    """A row: what CloudFormation does when a prop gets another value."""

    subject: str
    prop: str
    case: Case
    fates: dict[str, tuple[str, ...]]

    @property
    def does(self) -> str:
        """In words."""
        phrases: dict[str, list[str]] = {}
        for words, children in self.fates.items():
            word, _, detail = words.partition(" ")
            what = "all resources" if word == "retain" else ", ".join(children)
            phrases.setdefault(word, []).append(f"{what}{detail and f' ({detail})'}")
        return "; ".join(f"{_WORDS[word]}: {' and '.join(whats)}" for word, whats in phrases.items()) or "nothing"

    def is_part_of(self, other: PropChange) -> bool:
        """Whether it is the same, of fewer resources."""
        return self.fates.keys() == other.fates.keys() and all({*self.fates[key]} <= {*other.fates[key]} for key in self.fates)


def prop_changes() -> list[PropChange]:
    """All rows, by one synthesis."""
    app = App(
        analytics_reporting=False, default_stack_synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    )
    wanted = [
        (subject, prop, case, f"S{n}-{m}-{k}")
        for n, subject in enumerate(SUBJECTS)
        for m, (prop, cases) in enumerate(subject.cases.items())
        for k, case in enumerate(cases)
    ]
    for subject, _, case, name in wanted:
        _stack(app, f"{name}-before", subject, case, is_after=False)
        _stack(app, f"{name}-after", subject, case, is_after=True)
    folder = Path(app.synth().directory)
    return [
        PropChange(subject.name, prop, case, fates(*(_synthesized(folder, f"{name}-{side}") for side in ("before", "after"))))
        for subject, prop, case, name in wanted
    ]


def _stack(app: App, name: str, subject: Subject, case: Case, *, is_after: bool) -> None:
    stack = Stack(app, name, env=Environment(account="123456789012", region="ap-northeast-1"))
    props: Props = {**subject.base(stack), **case.before(stack), **(case.after(stack) if is_after else {})}
    subject.make(stack, _ID, **{prop: value for prop, value in props.items() if value is not ABSENT})


def _synthesized(folder: Path, stack: str) -> tuple[Template, dict[str, str]]:
    """The resources of a stack, and their names as people see them by logical id."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["artifacts"][stack]
    entries = dict(manifest.get("metadata", {}))
    if "additionalMetadataFile" in manifest:
        entries |= json.loads((folder / manifest["additionalMetadataFile"]).read_text(encoding="utf-8"))
    template = json.loads((folder / f"{stack}.template.json").read_text(encoding="utf-8"))
    ids = {note["data"]: path for path, notes in entries.items() for note in notes if note["type"] == "aws:cdk:logicalId"}
    return template.get("Resources", {}), {logical_id: _child(path) for logical_id, path in ids.items()}


def _child(path: str) -> str:
    """`/Stack/Mail/RecordsRole0a1b2c3d/Resource` -> `RecordsRole`: a changed permission is a new role."""
    name = path.split("/", 2)[2].removeprefix(f"{_ID}/").removesuffix("/Resource")
    return re.sub(r"Role[0-9a-f]{8}$", "Role", name)


def fates(before: tuple[Template, dict[str, str]], after: tuple[Template, dict[str, str]]) -> dict[str, tuple[str, ...]]:
    """What CloudFormation does: a word of `_WORDS` and the properties that say so -> the resources, by their names."""
    (old, names), (new, new_names) = before, after
    names = {**names, **new_names}
    replaced = _replaced(old, new)
    said: dict[str, list[str]] = {}
    for logical_id in [*old, *(name for name in new if name not in old)]:
        for word, detail in _fate(old.get(logical_id), new.get(logical_id), replaced):
            said.setdefault(f"{word}{detail}", []).append(names[logical_id])
    if "refuse" in said:  # nothing else happens then
        said = {"refuse": said["refuse"]}
    return {words: tuple(_without_parts(said[words])) for words in sorted(said, key=_order)}


def _replaced(old: Template, new: Template) -> frozenset[str]:
    """The resources that get another identity, so that what refers to them changes too."""
    replaced: frozenset[str] = frozenset()
    while True:
        more = frozenset(
            name
            for name in old.keys() & new.keys()
            if any(word == "replace" for word, _ in _fate(old[name], new[name], replaced))
        )
        if more == replaced:
            return replaced
        replaced = more


def _without_parts(children: list[str]) -> Iterator[str]:
    """A function stands for its role and its log group too, a custom resource for its role."""
    functions = {name.removesuffix("/EventInvokeConfig") for name in children if name.endswith("/EventInvokeConfig")}
    parts = {
        f"{function}{part}" for function in functions for part in ("Logs", "Role", "Role/DefaultPolicy", "/EventInvokeConfig")
    }
    for name in dict.fromkeys(children):
        if name not in parts and name.removesuffix("Role") not in {*children} - {name}:
            yield f"our function `{name}`" if name in functions else f"`{name}`"


_WORDS = {
    "refuse": "**refused**, since a resource cannot get another type",
    "update": "in place",
    "rename": "renamed",
    "maybe": "in place or replaced, AWS decides",
    "replace": "replaced",
    "call": "our function is called for",
    "add": "added",
    "remove": "deleted at the end",
    "retain": "another DeletionPolicy, which touches nothing",
}


def _order(words: str) -> int:
    return list(_WORDS).index(words.partition(" ")[0])


def _fate(old: dict[str, Any] | None, new: dict[str, Any] | None, replaced: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What becomes of a logical id: a word of `_WORDS`, and the properties that say so."""
    if old is None:
        yield "add", ""
    elif new is None:
        yield "remove", ""
    elif old["Type"] != new["Type"]:
        yield "refuse", ""
    else:
        if {key: old.get(key) for key in _POLICIES} != {key: new.get(key) for key in _POLICIES}:
            yield "retain", ""
        word, changed = _update(old["Type"], old.get("Properties", {}), _marked(new.get("Properties", {}), replaced))
        if changed:
            yield word, " " + ", ".join(f"`{name}`" for name in changed)


_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


def _marked(value: Any, replaced: frozenset[str]) -> Any:
    """A value in which a reference to a resource that is replaced is another one than before."""
    if isinstance(value, dict):
        target = value.get("Ref") or (value.get("Fn::GetAtt") or [None])[0]
        return {"new": value} if target in replaced else {key: _marked(inner, replaced) for key, inner in value.items()}
    return [_marked(inner, replaced) for inner in value] if isinstance(value, list) else value


def _update(resource_type: str, old: dict[str, Any], new: dict[str, Any]) -> tuple[str, list[str]]:
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if resource_type.startswith("Custom::"):
        return "call", changed
    known = schema(resource_type)
    for word, key in (("replace", "createOnlyProperties"), ("maybe", "conditionalCreateOnlyProperties")):
        fixed = [path for path in known.get(key, ()) if _value(old, path) != _value(new, path)]
        if fixed:
            return word, [path.split("/")[2] for path in fixed]
    return "rename" if resource_type == _RECORD and "Name" in changed else "update", changed


def _value(properties: dict[str, Any], path: str) -> Any:
    """The value at `/properties/EventDestination/Name`; None if there is none."""
    value: Any = properties
    for name in path.split("/")[2:]:
        value = value.get(name) if isinstance(value, dict) else None
    return value
