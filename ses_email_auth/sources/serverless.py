"""The resources of a `serverless.yml` as one CloudFormation template, and the variables of the Serverless Framework (its guide
for AWS, "Variables" and "AWS resources").

`resources` is a mapping with the sections of a template, or a list of such mappings, which the framework merges. A variable,
such as `${self:custom.domain}`, is a value that is not known: a mark, the same for the same variable of one file. What belongs
to CloudFormation, such as `${AWS::Region}` within `Fn::Sub`, stays. Not handled: resources in other files (`${file(…)}`), which
can be named themselves, and `resources.extensions`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.sources.json_values import mapping, mappings
from ses_email_auth.sources.references import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEEDED = frozenset({"service", "provider", "resources"})
_VARIABLE = re.compile(r"\$\{\s*(?:[a-z][\w-]*(?:\([^()]*\))?:|file\()")
_OF_A_PLUGIN = re.compile(r"#\{[A-Za-z][\w:.]*\}")  # serverless-pseudo-parameters, which writes Fn::Sub for it
_WITHOUT_BRACES = str.maketrans("", "", "${}")  # within a mark they would end it
_BRACES = re.compile(r"[{}]")
_DEEPEST = 64


def is_serverless(body: object) -> bool:
    """Whether parsed YAML or JSON is the configuration of a service with resources."""
    return mapping(body).keys() >= _NEEDED


def template_of(body: Mapping[str, object], path: str) -> Mapping[str, object]:
    """The template that the resources of a service make, its variables unknown."""
    resources = body["resources"]
    sections: dict[str, object] = {"Resources": {}}
    for part in mappings(resources if isinstance(resources, list) else [resources]):
        for name, section in part.items():
            before = sections.get(name)
            sections[name] = {**before, **section} if isinstance(before, dict) and isinstance(section, dict) else section
    return mapping(_Variables(path, is_service=True).replaced(sections))


def holds_variables(text: str) -> bool:
    """Whether a file holds variables of the framework: a part of a service may stand in a file of its own."""
    return _VARIABLE.search(text) is not None


def without_variables(body: Mapping[str, object], path: str) -> Mapping[str, object]:
    """A template with a mark in place of each variable."""
    return mapping(_Variables(path, is_service=False).replaced(body))


class _Variables:
    """The variables of one file. What YAML has once and shows in many places is replaced once."""

    def __init__(self, path: str, *, is_service: bool) -> None:
        self._path = path
        self._is_service = is_service
        self._known: dict[int, object] = {}

    def replaced(self, value: object, depth: int = 0) -> object:
        """`value` with a mark for each variable, down to a depth that no template has."""
        if isinstance(value, str):
            text = self._marked(value) if "${" in value else value
            return _OF_A_PLUGIN.sub(lambda match: self._mark(match.group()), text) if self._is_service else text
        if not isinstance(value, dict | list) or depth > _DEEPEST:
            return value
        if id(value) not in self._known:
            if isinstance(value, dict):
                self._known[id(value)] = {name: self.replaced(member, depth + 1) for name, member in value.items()}
            else:
                self._known[id(value)] = [self.replaced(member, depth + 1) for member in value]
        return self._known[id(value)]

    def _marked(self, text: str) -> str:
        """Variables within a variable belong to it."""
        parts: list[str] = []
        at = 0
        while (variable := _VARIABLE.search(text, at)) is not None:
            end = _end(text, variable.start())
            parts += [text[at : variable.start()], self._mark(text[variable.start() : end])]
            at = end
        return "".join([*parts, text[at:]])

    def _mark(self, variable: str) -> str:
        return mark(f"{self._path}#{variable.translate(_WITHOUT_BRACES)}")


def _end(text: str, start: int) -> int:
    """Where the variable that begins at `start` ends; the end of the text if no brace closes it."""
    depth = 0
    for match in _BRACES.finditer(text, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    return len(text)
