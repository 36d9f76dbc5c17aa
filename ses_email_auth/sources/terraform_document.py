"""The resources in what `terraform show -json` prints, of a plan or of a state, and their references (Terraform's "JSON output
format").

Some values of a plan are not known yet; its configuration says what they refer to. References are followed through variables
and outputs of modules. Not handled: local values, which the format leaves out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ses_email_auth.sources.json_values import items, mapping, mappings, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KEY = r'\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]'
_MODULE = re.compile(rf"module\.([\w-]+)(?:{_KEY})?")
_OUTPUT = re.compile(rf"(module\.[\w-]+(?:{_KEY})?)\.([\w-]+)")
_REFERENCE = re.compile(rf"((?:data\.)?[\w-]+\.[\w-]+)({_KEY})?(?:\.(.*))?", re.DOTALL)
_NO_RESOURCES = frozenset({"count", "each", "local", "module", "path", "self", "terraform", "var"})


@dataclass(frozen=True, slots=True)
class Resource:
    """One instance of a resource or of a data source."""

    address: str
    type: str
    module: str
    """The address of its module; empty for the root."""

    index: object
    """The key of `for_each`, the number of `count`, or None."""

    values: Mapping[str, object]
    unknown: Mapping[str, object]
    """True at each attribute that is known only after the apply."""

    is_data: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """What an expression refers to."""

    base: str
    """The address of a resource without its key."""

    key: str
    """The key of an instance with its brackets; empty if the expression names none."""

    attribute: str

    @property
    def address(self) -> str:
        """The address with its key, if there is one."""
        return self.base + self.key


class Document:
    """A plan or a state.

    Args:
        body: the parsed JSON.
    """

    def __init__(self, body: object) -> None:
        self._body = mapping(body)
        self._modules = dict(_modules(mapping(mapping(self._body.get("configuration")).get("root_module"))))

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """The resources of the state, or those that the plan leads to; data sources too."""
        unknown = {
            text(change.get("address")): mapping(mapping(change.get("change")).get("after_unknown"))
            for change in mappings(self._body.get("resource_changes"))
            if change.get("deposed") is None  # such an entry has the address of the instance that stays
        }
        prior = mapping(mapping(self._body.get("prior_state")).get("values"))
        resources: dict[str, Resource] = {}
        for values in (mapping(self._body.get("planned_values")), mapping(self._body.get("values"))):
            for resource in _resources(mapping(values.get("root_module")), unknown):
                resources[resource.address] = resource
        for resource in _resources(mapping(prior.get("root_module")), {}):
            if resource.is_data:  # which the plan has read; managed resources are as they were before
                resources.setdefault(resource.address, resource)
        return tuple(resources.values())

    @property
    def providers(self) -> Mapping[str, object]:
        """The configured providers by their key."""
        return mapping(mapping(self._body.get("configuration")).get("provider_config"))

    def variable(self, name: str) -> str:
        """The value of a variable of the root module; empty if it is no text."""
        return text(mapping(mapping(self._body.get("variables")).get(name)).get("value"))

    def configured(self, resource: Resource) -> Mapping[str, object]:
        """The configuration of `resource`; empty for a state."""
        module = self._modules.get(_path(resource.module), {})
        inner = resource.address.removeprefix(f"{resource.module}.") if resource.module else resource.address
        match = _REFERENCE.match(inner)
        return {} if match is None else mapping(mapping(module.get("by_address")).get(match[1]))

    def references(self, resource: Resource, attribute: str) -> tuple[list[Reference], bool]:
        """What the expression of `attribute` refers to, the most precise first; and whether that depends on the instance."""
        expression = mapping(self.configured(resource).get("expressions")).get(attribute)
        names = [text(name) for name in items(mapping(expression).get("references"))]
        is_by_instance = any(name.startswith(("each.", "count.")) for name in names)
        return list(self._followed(names, resource.module, set())), is_by_instance

    def _followed(self, names: list[str], module: str, seen: set[tuple[str, str]]) -> Iterator[Reference]:
        prefix = f"{module}." if module else ""
        for name in names:
            if (module, name) in seen:
                continue
            seen.add((module, name))
            match = _REFERENCE.fullmatch(name)
            output = _OUTPUT.match(name)
            if name.startswith("var."):
                outer, call = _outer(module)
                called = mapping(mapping(self._modules.get(_path(outer), {}).get("module_calls")).get(call))
                expression = mapping(called.get("expressions")).get(name.split(".")[1].partition("[")[0])
                yield from self._followed(_named(expression), outer, seen)
            elif output is not None:
                inner = prefix + output[1]
                outputs = mapping(self._modules.get(_path(inner), {}).get("outputs"))
                expression = mapping(outputs.get(output[2])).get("expression")
                yield from self._followed(_named(expression), inner, seen)
            elif match is not None and match[1].partition(".")[0] not in _NO_RESOURCES:
                yield Reference(prefix + match[1], match[2] or "", match[3] or "")


def _named(expression: object) -> list[str]:
    return [text(name) for name in items(mapping(expression).get("references"))]


def _path(module: str) -> tuple[str, ...]:
    """The names of the calls that lead to a module, without keys."""
    return tuple(match[1] for match in _MODULE.finditer(module))


def _outer(module: str) -> tuple[str, str]:
    """The address of the module around `module`, and the name of the call."""
    calls = list(_MODULE.finditer(module))
    return (module[: calls[-1].start()].removesuffix("."), calls[-1][1]) if calls else ("", "")


def _modules(root: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], dict[str, object]]]:
    """The configured modules by their path, with their resources by address."""
    waiting: list[tuple[tuple[str, ...], Mapping[str, object]]] = [((), root)]
    while waiting:
        path, module = waiting.pop()
        yield (
            path,
            {
                "by_address": {text(resource.get("address")): resource for resource in mappings(module.get("resources"))},
                "module_calls": module.get("module_calls"),
                "outputs": module.get("outputs"),
            },
        )
        for name, call in mapping(module.get("module_calls")).items():
            waiting.append(((*path, name), mapping(mapping(call).get("module"))))


def _resources(root: Mapping[str, object], unknown: Mapping[str, Mapping[str, object]]) -> Iterator[Resource]:
    waiting = [root]
    while waiting:
        module = waiting.pop()
        waiting.extend(reversed(mappings(module.get("child_modules"))))
        for entry in mappings(module.get("resources")):
            if entry.get("deposed_key") is not None:  # replaced already, and destroyed by the next apply
                continue
            address = text(entry.get("address"))
            yield Resource(
                address=address,
                type=text(entry.get("type")),
                module=text(module.get("address")),
                index=entry.get("index"),
                values=mapping(entry.get("values")),
                unknown=unknown.get(address, {}),
                is_data=entry.get("mode") == "data",
            )
