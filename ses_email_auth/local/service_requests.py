"""Requests that AWS would refuse for their form are refused before MiniStack sees them, by the models of `service_models`.

A request is read by the protocol of its service, as AWS documents them (Smithy, "AWS protocols"): REST with JSON (SES v2), REST
with XML (Route 53), query (SES, STS, CloudFormation) and JSON (KMS, Secrets Manager). Other services are not looked at, and
neither are requests without a signature, which name no service, nor operations that the model does not know.

That the form is looked at before the permissions is a guess: AWS documents no order.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from ses_email_auth.local import emulator, service_models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.local.emulator import Response
    from ses_email_auth.local.service_models import List, Map, Operation, Shape, Structure

Tree: TypeAlias = "dict[str, str | Tree]"  # the parameters of the query protocol, cut at their dots

# The codes of AWS for a request whose form is wrong, from its API references (common errors) and public reports.
_CODES = {
    "sesv2": "BadRequestException",
    "ses": "ValidationError",
    "route53": "InvalidInput",
    "sts": "ValidationError",
    "cloudformation": "ValidationError",
    "kms": "ValidationException",
    "secretsmanager": "ValidationException",
}
_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrives; names of headers are in lower case, the path is as it was sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, list[str]]


class Malformed(ValueError):
    """A request that cannot be read."""


def install() -> None:
    """Put all of this into MiniStack."""
    emulator.before_all_requests(lambda *arguments: refuse(Request(*arguments)))


def refuse(request: Request) -> Response | None:
    """The answer of a service that refuses the request for its form; None if it does not."""
    name = _service_name(request)
    if name is None:
        return None
    protocol = service_models.service(name).metadata["protocol"]
    try:
        operation = _operation(name, protocol, request)
        if operation is None:
            return None
        fault = service_models.refusal(name, operation.name, _parameters(protocol, operation, request))
    except Malformed as malformed:
        fault = str(malformed)
    return None if fault is None else _error(name, protocol, fault)


def _service_name(request: Request) -> str | None:
    signed = _SCOPE.search(request.headers.get("authorization", ""))
    name = None if signed is None else signed[1]
    if name == "ses" and request.path.startswith("/v2/"):
        name = "sesv2"
    return name if name in _CODES else None


def _operation(service_name: str, protocol: str, request: Request) -> Operation | None:
    if protocol == "json":
        name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    elif protocol == "query":
        name = _form(request).get("Action", "")
    else:
        candidates = [operation for operation in _routes(service_name) if operation.http["method"] == request.method]
        return next((operation for operation in candidates if _labels(operation, request) is not None), None)
    service = service_models.service(service_name)
    return service.operation_model(name) if name in service.operation_names else None


@functools.cache
def _routes(service_name: str) -> list[Operation]:
    """The operations, those with fewer variable parts in their path first."""
    service = service_models.service(service_name)
    operations = [service.operation_model(name) for name in service.operation_names]
    return sorted(operations, key=lambda operation: operation.http["requestUri"].count("{"))


def _labels(operation: Operation, request: Request) -> dict[str, str] | None:
    """What the path says for its variable parts; None if the path is another one."""
    template, path = (text.partition("?")[0].strip("/").split("/") for text in (operation.http["requestUri"], request.path))
    if len(template) != len(path):
        return None
    labels = {}
    for expected, part in zip(template, path, strict=True):
        if expected.startswith("{"):
            labels[expected.strip("{}")] = unquote(part)
        elif expected != part:
            return None
    return labels


def _parameters(protocol: str, operation: Operation, request: Request) -> Mapping[str, object]:
    shape = operation.input_shape
    if shape is None:
        return {}
    if protocol == "query":
        form = _form(request)
        tree = _tree({name: value for name, value in form.items() if name not in {"Action", "Version"}})
        return cast("Mapping[str, object]", _from_tree(shape, tree))
    if protocol == "json":
        return cast("Mapping[str, object]", _from_json(shape, _json(request.body)))
    return {**_from_place(shape, operation, request), **_from_body(protocol, shape, request.body)}


def _from_place(shape: Structure, operation: Operation, request: Request) -> dict[str, object]:
    """What stands in the path, the query and the headers."""
    labels = _labels(operation, request) or {}
    found: dict[str, object] = {}
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                found[name] = _scalar(member, labels.get(wire, ""))
            case "querystring" if wire in request.query:
                values = request.query[wire]
                is_list = member.type_name == "list"
                found[name] = [*values] if is_list else _scalar(member, values[0])
            case "header" if wire.lower() in request.headers:
                found[name] = _scalar(member, request.headers[wire.lower()])
    return found


def _from_body(protocol: str, shape: Structure, body: bytes) -> dict[str, object]:
    payload = shape.serialization.get("payload")
    if not any("location" not in member.serialization for member in shape.members.values()):
        return {}
    holder = shape if payload is None else shape.members[payload]
    read = _from_json(holder, _json(body)) if protocol == "rest-json" else _from_xml(holder, _root(body))
    if payload is not None:
        return {payload: read}
    if not isinstance(read, dict):
        raise Malformed("the body is not a JSON object")
    return read


def _body_members(shape: Structure) -> dict[str, tuple[str, Shape]]:
    """The members of a body by their names in it."""
    members = shape.members.items()
    return {m.serialization.get("name", name): (name, m) for name, m in members if "location" not in m.serialization}


# --- JSON ---------------------------------------------------------------------------------------------------------------


def _json(body: bytes) -> object:
    try:
        return json.loads(body or b"{}")
    except ValueError as fault:
        raise Malformed(f"the body is not JSON: {fault}") from fault


def _from_json(shape: Shape, value: object) -> object:
    """What the model is asked about; a value of another type is left as it is."""
    if shape.type_name == "structure" and isinstance(value, dict):
        members = _body_members(cast("Structure", shape))
        pairs = [(members.get(wire), wire, member) for wire, member in value.items()]
        return {known[0] if known else wire: _from_json(known[1], m) if known else m for known, wire, m in pairs}
    if shape.type_name == "list" and isinstance(value, list):
        return [_from_json(cast("List", shape).member, member) for member in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _from_json(cast("Map", shape).value, member) for key, member in value.items()}
    return _binary(value) if shape.type_name == "blob" and isinstance(value, str) else value


# --- XML ----------------------------------------------------------------------------------------------------------------


def _root(body: bytes) -> ET.Element:
    if body == b"":
        return ET.Element("Empty")  # boto3 sends none if no member is given: UpdateHostedZoneComment
    try:
        return ET.fromstring(body)  # noqa: S314 - from a client on this machine
    except ET.ParseError as fault:
        raise Malformed(f"Invalid XML ; {fault}") from fault


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _from_xml(shape: Shape, element: ET.Element) -> object:
    if shape.type_name == "structure":
        members = _body_members(cast("Structure", shape))
        found: dict[str, object] = {}
        for child in element:
            name, member = members.get(_tag(child), (_tag(child), None))
            found[name] = child.text if member is None else _from_xml(member, child)
        return found
    if shape.type_name == "list":
        member = cast("List", shape).member
        expected = member.serialization.get("name", "member")
        for child in element:
            if _tag(child) != expected:
                raise Malformed(f"Invalid XML ; found the element '{_tag(child)}' where '{expected}' is expected")
        return [_from_xml(member, child) for child in element]
    return _scalar(shape, element.text or "")


# --- query --------------------------------------------------------------------------------------------------------------


def _form(request: Request) -> dict[str, str]:
    form = parse_qs(request.body.decode(errors="replace"), keep_blank_values=True)
    return {name: values[0] for name, values in {**request.query, **form}.items()}


def _tree(form: Mapping[str, str]) -> Tree:
    """`A.member.1=x` is `{"A": {"member": {"1": "x"}}}`."""
    tree: Tree = {}
    for dotted, value in form.items():
        *above, last = dotted.split(".")
        branch = tree
        for name in above:
            below = branch.setdefault(name, {})
            if isinstance(below, str):
                raise Malformed(f"the parameter {name} has a value and members")
            branch = below
        branch[last] = value
    return tree


def _from_tree(shape: Shape, tree: str | Tree) -> object:
    if isinstance(tree, str):
        empty: dict[str, object] = {"list": [], "map": {}, "structure": {}}
        return empty.get(shape.type_name, tree) if tree == "" else _scalar(shape, tree)
    if shape.type_name == "structure":
        members = _body_members(cast("Structure", shape))
        pairs = [(members.get(wire), wire, member) for wire, member in tree.items()]
        return {known[0] if known else wire: _from_tree(known[1], m) if known else m for known, wire, m in pairs}
    if shape.type_name == "list":
        member = cast("List", shape).member
        return [_from_tree(member, entry) for entry in _numbered(shape, tree, member.serialization.get("name", "member"))]
    if shape.type_name == "map":
        key, value = cast("Map", shape).key, cast("Map", shape).value
        entries = [entry for entry in _numbered(shape, tree, "entry") if isinstance(entry, dict)]
        names = key.serialization.get("name", "key"), value.serialization.get("name", "value")
        return {_from_tree(key, entry.get(names[0], "")): _from_tree(value, entry.get(names[1], "")) for entry in entries}
    raise Malformed(f"a {shape.type_name} has no members: {', '.join(tree)}")


def _numbered(shape: Shape, tree: Tree, between: str) -> list[str | Tree]:
    """The entries of a list or map in their order."""
    entries = tree if shape.serialization.get("flattened") else tree.get(between, {})
    if isinstance(entries, str) or not all(number.isdecimal() for number in entries):
        raise Malformed(f"the members of a {shape.type_name} need numbers: {', '.join(tree)}")
    return [entries[number] for number in sorted(entries, key=int)]


# --- all protocols ------------------------------------------------------------------------------------------------------


def _scalar(shape: Shape, text: str) -> object:
    """A value from text; text that does not fit is left as it is, for the model to refuse."""
    if shape.type_name in {"integer", "long"} and re.fullmatch(r"[+-]?\d+", text) is not None:
        return int(text)
    if shape.type_name in {"float", "double"} and re.fullmatch(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?", text) is not None:
        return float(text)
    if shape.type_name == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    return _binary(text) if shape.type_name == "blob" else text


def _binary(text: str) -> object:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return text


def _error(service_name: str, protocol: str, text: str) -> Response:
    code = _CODES[service_name]
    if protocol == "json":
        return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"__type": code, "message": text}).encode()
    if protocol == "rest-json":
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
        return 400, headers, json.dumps({"message": text}).encode()
    namespace = service_models.service(service_name).metadata.get(
        "xmlNamespace", "https://route53.amazonaws.com/doc/2013-04-01/"
    )
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
    body = f'<ErrorResponse xmlns="{namespace}">{error}<RequestId>local</RequestId></ErrorResponse>'
    return 400, {"Content-Type": "text/xml"}, body.encode()
