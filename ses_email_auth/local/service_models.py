r"""Whether AWS's own model of a service has something against a call: required members, lengths, patterns, enums and so on.

The models are those of botocore. boto3 looks at required members, types and the shortest length alone before it sends a call;
the service looks at the rest. `service_requests` reads what arrives at the local AWS and asks here. Tests of handlers ask here
too, about the calls on their stand-ins. The sentences are AWS's, from public reports (STS, Lambda, IAM: "1 validation error
detected: Value 'a:b' at 'roleSessionName' failed to satisfy constraint: …"); that of an unknown member is our own.

Patterns are Java's, and a whole value has to match. A pattern that Python cannot read, or reads otherwise (`\p{L}`,
`[a-z&&[^b]]`), is left out: `unread_patterns` lists them. `\w`, `\d` and `\s` mean ASCII, as in Java. The length of a text is
counted in characters, that of a binary value in octets.

Not handled: types that our calls do not use (documents, streams), and how a time is written.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Protocol, cast

from botocore import loaders, model

# Members that botocore does not know are let through, with the reason: they may be newer than the botocore that is pinned here.
_MAY_BE_NEWER = {
    "cloudformation": "the CDK command line of a user calls it, and brings an SDK of its own",
}
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "blob": (bytes, bytearray),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
}


class Shape(Protocol):
    """The type of a request or of a part of it."""

    name: str
    type_name: str
    metadata: Mapping[str, object]
    serialization: Mapping[str, str]


class Structure(Shape, Protocol):
    """Named members."""

    members: Mapping[str, Shape]


class List(Shape, Protocol):
    """Any number of one type."""

    member: Shape


class Map(Shape, Protocol):
    """Keys and values."""

    key: Shape
    value: Shape


class Operation(Protocol):
    """One call of a service."""

    name: str
    http: Mapping[str, str]
    input_shape: Structure | None


class Service(Protocol):
    """A service with its operations."""

    metadata: Mapping[str, str]
    operation_names: list[str]
    shape_names: list[str]

    def operation_model(self, operation_name: str) -> Operation:
        """The operation with this name of the API."""

    def shape_for(self, shape_name: str) -> Shape:
        """The type with this name."""


@functools.cache
def service(name: str) -> Service:
    """A service by the name that boto3 gives it."""
    return cast("Service", model.ServiceModel(loaders.create_loader().load_service_model(name, "service-2"), name))


def refusal(service_name: str, operation: str, parameters: Mapping[str, object], *, knows_all: bool = False) -> str | None:
    """The sentence with which AWS refuses the call; None if the model has nothing against it.

    With `knows_all`, members that the model does not know are refused whatever the service.
    """
    shape = service(service_name).operation_model(operation).input_shape
    knows_all = knows_all or service_name not in _MAY_BE_NEWER
    # An operation without parameters takes none.
    faults = [] if shape is None else list(_faults(shape, parameters, "", knows_all=knows_all))
    if not faults:
        return None
    count = "1 validation error" if len(faults) == 1 else f"{len(faults)} validation errors"
    return f"{count} detected: {'; '.join(faults)}"


def unread_patterns(service_name: str) -> dict[str, str]:
    """The patterns of a service that are not looked at, by the name of their type."""
    shapes = [service(service_name).shape_for(name) for name in service(service_name).shape_names]
    patterns = {shape.name: str(shape.metadata["pattern"]) for shape in shapes if "pattern" in shape.metadata}
    return {name: pattern for name, pattern in patterns.items() if _compiled(pattern) is None}


def _faults(shape: Shape, value: object, path: str, *, knows_all: bool) -> Iterator[str]:
    allowed = _PYTHON_TYPES.get(shape.type_name, (object,))
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed and object not in allowed):
        yield f"{_value_at(shape, value, path)}: Member must be of type {shape.type_name}"
        return
    for constraint in _broken(shape, value):
        yield f"{_value_at(shape, value, path)}: Member must {constraint}"
    if shape.type_name == "structure":
        yield from _structure_faults(cast("Structure", shape), cast("Mapping[str, object]", value), path, knows_all=knows_all)
    elif shape.type_name == "list":
        for number, member in enumerate(cast("list[object]", value), 1):
            yield from _faults(cast("List", shape).member, member, f"{path}.{number}.member", knows_all=knows_all)
    elif shape.type_name == "map":
        for key, member in cast("Mapping[object, object]", value).items():
            yield from _faults(cast("Map", shape).key, key, f"{path}.key", knows_all=knows_all)
            yield from _faults(cast("Map", shape).value, member, f"{path}.{key}.value", knows_all=knows_all)


def _structure_faults(shape: Structure, value: Mapping[str, object], path: str, *, knows_all: bool) -> Iterator[str]:
    for name in cast("list[str]", shape.metadata.get("required", [])):
        if value.get(name) is None:
            yield f"Value null at '{_member_path(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in value.items():
        if member is None:
            continue
        if name in shape.members:
            yield from _faults(shape.members[name], member, _member_path(path, name), knows_all=knows_all)
        elif knows_all:
            # Route 53 refuses it as bad XML. Others leave it out without a word, so that what was asked for is not done.
            known = ", ".join(shape.members)
            yield f"Unknown member '{name}' at '{_member_path(path, name)}': there is only [{known}]"


def _broken(shape: Shape, value: object) -> Iterator[str]:
    """What the value itself has to satisfy and does not."""
    least, most = cast("int | None", shape.metadata.get("min")), cast("int | None", shape.metadata.get("max"))
    noun = "value" if isinstance(value, int | float) else "length"
    measure = _measure(value)
    if least is not None and measure is not None and measure < least:
        yield f"have {noun} greater than or equal to {least}"
    if most is not None and measure is not None and measure > most:
        yield f"have {noun} less than or equal to {most}"
    if not isinstance(value, str):
        return
    pattern = shape.metadata.get("pattern")
    compiled = _compiled(str(pattern)) if pattern is not None else None
    if compiled is not None and compiled.fullmatch(value) is None:
        yield f"satisfy regular expression pattern: {pattern}"
    values = cast("list[str]", shape.metadata.get("enum", []))
    if values and value not in values:
        yield f"satisfy enum value set: [{', '.join(values)}]"


def _measure(value: object) -> float | None:
    """What `min` and `max` of a model are about."""
    if isinstance(value, int | float):
        return value
    return len(value) if isinstance(value, str | bytes | bytearray | list | tuple | Mapping) else None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Python reads sets within sets otherwise than Java, and says so
            return re.compile(pattern, re.ASCII)
    except (re.error, FutureWarning, DeprecationWarning):
        return None


def _member_path(path: str, name: str) -> str:
    """`ChangeBatch.Changes` is `changeBatch.changes` in AWS's sentences."""
    return f"{path}.{name[:1].lower()}{name[1:]}".removeprefix(".")


def _value_at(shape: Shape, value: object, path: str) -> str:
    text = ", ".join(str(member) for member in value) if isinstance(value, list | tuple) else str(value)
    text = f"[{text}]" if isinstance(value, list | tuple) else text
    shown = "" if shape.metadata.get("sensitive") or isinstance(value, bytes | bytearray) else f" '{text}'"
    return f"Value{shown} at '{path}' failed to satisfy constraint"
