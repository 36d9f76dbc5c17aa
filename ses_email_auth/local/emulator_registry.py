"""MiniStack's import, drift, Cloud Control and DescribeType, private names included: what the registry is for.

Sources: CloudFormation API reference (CreateChangeSet, GetTemplateSummary, DetectStackDrift, DescribeType), its user guide
("Import AWS resources into a CloudFormation stack", "Detect unmanaged configuration changes"), Cloud Control API user guide
("Identifying resources").
The CDK CLI takes the properties of a composite identifier, joined by commas, from GetTemplateSummary.
Not handled: ImportExistingResources for a type whose identifier has a part that may be missing.
"""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack.services import cloudcontrol, cloudformation, secretsmanager  # type: ignore[import-not-found]  # as above
from ministack.services.cloudformation import (  # type: ignore[import-not-found]  # as above
    changesets,
    drift,
    handlers,
    provisioners,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ses_email_auth.local.emulator import Created, Properties, Resource, Response

Identifier: TypeAlias = Mapping[str, str]  # of a resource to import: property -> value; a part that is missing is ""
Find: TypeAlias = Callable[[Identifier], "Created | None"]
Identify: TypeAlias = Callable[[Mapping[str, object]], "Hashable"]
Read: TypeAlias = Callable[[str, "Properties"], "dict[str, object] | None"]  # physical id, properties of the template
ReadOne: TypeAlias = Callable[[str], "tuple[str, dict[str, object]] | None"]  # identifier -> identifier, properties

_EntryToImport: TypeAlias = Mapping[str, object]

# By resource type.
_identifiers: dict[str, tuple[str, ...]] = {}  # in the order of the schema
_optional: dict[str, frozenset[str]] = {}  # properties of an identifier that may be missing
_identities: dict[str, Identify] = {}  # what tells two resources apart, if that is not the text of the identifier
_reads: dict[str, ReadOne | None] = {}  # None: Cloud Control knows the type and cannot read it
_not_importable: set[str] = set()
_provisioning: dict[str, str] = {}  # FULLY_MUTABLE, IMMUTABLE or NON_PROVISIONABLE


# --- import ----------------------------------------------------------------------------------------------------------


def let_import(
    resource_type: str,
    identifier: tuple[str, ...],
    find: Find,
    *,
    physical_id: str | None = None,
    optional: frozenset[str] = frozenset(),
    identify: Identify | None = None,
) -> None:
    """Let a resource that exists be imported.

    Args:
        resource_type: the type.
        identifier: the properties of its primary identifier, in the order of the schema.
        find: looks it up; None if there is none.
        physical_id: which of the properties is the physical id. Default: the last one.
        optional: the properties that may be missing.
        identify: reads from an identifier, and from the properties of a resource that a stack has, what is equal for the same
            resource. Default: the text of the physical id.
    """
    last = identifier[-1] if physical_id is None else physical_id
    keys = (*(key for key in identifier if key != last), last)  # MiniStack shows the last one as the physical id

    def problem(*values: str) -> str | None:
        given = dict(zip(keys, values, strict=True))
        if find(given) is not None:
            return None
        text = "|".join(given[key] for key in identifier).rstrip("|")
        return str(changesets._IMPORT_NOT_FOUND.format(type=resource_type, value=text))

    _wrap()
    changesets._IMPORT_LOOKUPS[resource_type] = (keys, problem)
    provisioners._RESOURCE_HANDLERS[resource_type]["import"] = find
    _identifiers[resource_type] = identifier
    _optional[resource_type] = optional
    if identify is not None:
        _identities[resource_type] = identify
    _not_importable.discard(resource_type)


def refuse_import(resource_type: str) -> None:
    """Let nothing of this type be imported, as those that are not in the registry."""
    _wrap()
    changesets._IMPORT_LOOKUPS.pop(resource_type, None)
    provisioners._RESOURCE_HANDLERS[resource_type].pop("import", None)
    _not_importable.add(resource_type)


@functools.cache
def _wrap() -> None:
    """Put ours around MiniStack's functions, once."""
    _summarize_identifiers()
    original_extract, original_changes = changesets._extract_resources_to_import, changesets._import_changes
    original_owner = changesets._import_owner

    def extract(parameters: object) -> list[dict[str, object]]:
        entries = cast("list[dict[str, object]]", original_extract(parameters))
        for entry in entries:
            identifier = cast("dict[str, str]", entry["ResourceIdentifier"])
            for key in _optional.get(str(entry["ResourceType"]), frozenset()) if identifier else ():
                identifier.setdefault(key, "")
        return entries

    def changes(entries: list[_EntryToImport], template: object, difference: object) -> object:
        refused = sorted({str(entry["ResourceType"]) for entry in entries} & _not_importable)
        if refused:
            raise ValueError(f"ResourceTypes [{', '.join(refused)}] are not supported for Import")
        return original_changes(entries, template, difference)

    def owner(entries: list[_EntryToImport]) -> str | None:
        ours = [entry for entry in entries if entry["ResourceType"] in _identities]
        stacks = [reason for entry in ours if (reason := _owner(entry)) is not None]
        return stacks[0] if stacks else original_owner([entry for entry in entries if entry not in ours])

    changesets._extract_resources_to_import = extract
    changesets._import_changes = changes
    changesets._import_owner = owner


def _owner(entry: _EntryToImport) -> str | None:
    """That a stack has the resource already, or None."""
    resource_type, identifier = str(entry["ResourceType"]), cast("Identifier", entry["ResourceIdentifier"])
    identify = _identities[resource_type]
    for stack in cloudformation._stacks.values():
        for resource in cast("dict[str, Resource]", stack.get("_resources", {})).values():
            if resource["ResourceType"] == resource_type and identify(resource["Properties"]) == identify(identifier):
                text = "|".join(identifier[key] for key in _identifiers[resource_type]).rstrip("|")
                return f"{text} already exists in stack {stack['StackId']}"
    return None


def _summarize_identifiers() -> None:
    """Let GetTemplateSummary tell what identifies the resources that can be imported, as the CDK CLI asks it to."""
    original = handlers._get_template_summary

    def summary(parameters: object) -> Response:
        status, headers, body = cast("Response", original(parameters))
        text, _ = handlers._resolve_template(parameters)
        resources = handlers._parse_template(text).get("Resources", {}) if text else {}
        summaries = ""
        for kind, (keys, _) in changesets._IMPORT_LOOKUPS.items():
            ids = "".join(f"<member>{name}</member>" for name, resource in resources.items() if resource.get("Type") == kind)
            identifier = ",".join(_identifiers.get(kind, keys))
            if ids:
                summaries += (
                    f"<member><ResourceType>{kind}</ResourceType><LogicalResourceIds>{ids}</LogicalResourceIds>"
                    f"<ResourceIdentifiers><member>{identifier}</member></ResourceIdentifiers></member>"
                )
        end = b"</GetTemplateSummaryResult>"
        block = f"<ResourceIdentifierSummaries>{summaries}</ResourceIdentifierSummaries>".encode()
        return status, headers, body.replace(end, block + end)

    handlers._ACTION_HANDLERS["GetTemplateSummary"] = summary


# --- drift -----------------------------------------------------------------------------------------------------------


def let_drift(resource_type: str, read: Read, properties: frozenset[str]) -> None:
    """Let `read` say what stands, None if nothing does; `properties` are compared if the template sets them.

    An import ends with a check for drift, says the user guide, so a stack that is IMPORT_COMPLETE can be checked too.
    """
    drift._DRIFT_READERS[resource_type] = (read, properties)
    drift.DRIFT_DETECTABLE_STATUSES |= {"IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}


def refuse_drift(resource_type: str) -> None:
    """Let drift of this type not be detected."""
    drift._DRIFT_READERS.pop(resource_type, None)


def find_secrets_by_arn() -> None:
    """Their physical id is the ARN; MiniStack looks for it among the names, and so says of each that it was deleted."""
    read, properties = drift._DRIFT_READERS["AWS::SecretsManager::Secret"]
    drift._DRIFT_READERS["AWS::SecretsManager::Secret"] = (
        lambda physical_id, expected: read(secretsmanager._resolve(physical_id)[0], expected),
        properties,
    )


# --- Cloud Control ---------------------------------------------------------------------------------------------------


def let_read(resource_type: str, read: ReadOne | None) -> None:
    """Let GetResource answer what `read` does; None refuses it as for types that are not in the registry."""
    _wrap_get_resource()
    _reads[resource_type] = read


@functools.cache
def _wrap_get_resource() -> None:
    original = cloudcontrol._get_resource

    def get_resource(request: dict[str, str]) -> Response:
        resource_type, identifier = request["TypeName"], request["Identifier"]
        if resource_type not in _reads:
            return cast("Response", original(request))
        read = _reads[resource_type]
        if read is None:
            text = f"Resource type {resource_type} does not support READ action"
            return cast("Response", cloudcontrol.error_response_json("UnsupportedActionException", text, 400))
        found = read(identifier)
        if found is None:
            text = f"Resource of type '{resource_type}' with identifier '{identifier}' was not found."
            return cast("Response", cloudcontrol.error_response_json("ResourceNotFoundException", text, 400))
        description = {"Identifier": found[0], "Properties": json.dumps(found[1])}
        return cast("Response", cloudcontrol.json_response({"TypeName": resource_type, "ResourceDescription": description}))

    cloudcontrol._get_resource = get_resource


# --- DescribeType ----------------------------------------------------------------------------------------------------


def let_describe(resource_type: str, provisioning_type: str) -> None:
    """Let DescribeType answer FULLY_MUTABLE, IMMUTABLE, or NON_PROVISIONABLE for a type without handlers."""
    _provisioning[resource_type] = provisioning_type
    handlers._ACTION_HANDLERS["DescribeType"] = _describe_type


def _describe_type(parameters: Mapping[str, list[str]]) -> Response:
    resource_type = str(handlers._p(parameters, "TypeName"))
    if resource_type not in _provisioning:
        text = f"The type '{resource_type}' cannot be found."
        return cast("Response", handlers._error("TypeNotFoundException", text, 404))
    body = (
        f"<TypeName>{resource_type}</TypeName><Type>RESOURCE</Type>"
        f"<ProvisioningType>{_provisioning[resource_type]}</ProvisioningType>"
    )
    answer = f"<DescribeTypeResult>{body}</DescribeTypeResult>"
    return cast("Response", handlers._xml(200, "DescribeTypeResponse", answer))
