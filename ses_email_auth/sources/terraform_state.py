"""A `terraform.tfstate` of version 4, the file in which Terraform and OpenTofu keep what they have made, in the form that
`terraform show -json` prints (`internal/states/statefile` of Terraform; the format is not documented and may change).

Deposed instances, which the next apply destroys, are left out. Not handled: attributes in the flat form of Terraform 0.11, so
not known; encrypted states of OpenTofu.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.sources.json_values import mapping, mappings, text
from ses_email_auth.sources.terraform import read_terraform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ses_email_auth.sources.source_file import SourceFile

_VERSION = 4


def is_state_file(body: object) -> bool:
    """Whether parsed JSON is a state of version 4 as Terraform keeps it."""
    keys = mapping(body)
    is_of_terraform = not keys.keys().isdisjoint({"lineage", "serial", "terraform_version"})
    return keys.get("version") == _VERSION and "resources" in keys and is_of_terraform


def read_state_file(body: object, path: str) -> SourceFile:
    """The record sets, SES identities and hosted zones of a state."""
    return read_terraform(_as_shown(body), path)


def _as_shown(body: object) -> dict[str, object]:
    """The state as `terraform show -json` prints it."""
    modules: dict[str, list[Mapping[str, object]]] = {}
    for resource in mappings(mapping(body).get("resources")):
        module = text(resource.get("module"))
        is_data = resource.get("mode") == "data"
        names = (module, "data" if is_data else "", text(resource.get("type")), text(resource.get("name")))
        address = ".".join(name for name in names if name)
        for instance in mappings(resource.get("instances")):
            if instance.get("deposed") is not None:
                continue
            index = instance.get("index_key")
            shown = {
                "address": address + _key(index),
                "mode": resource.get("mode"),
                "type": resource.get("type"),
                "index": index,
                "values": instance.get("attributes"),
            }
            modules.setdefault(module, []).append(shown)
    root = modules.pop("", [])
    children = [{"address": module, "resources": resources} for module, resources in modules.items()]
    return {"format_version": "1.0", "values": {"root_module": {"resources": root, "child_modules": children}}}


def _key(index: object) -> str:
    """The brackets of an instance of `count` or `for_each`."""
    if isinstance(index, str):
        return f"[{json.dumps(index, ensure_ascii=False)}]"
    return f"[{index}]" if isinstance(index, int) else ""


def without_replaced(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The files without the states of Terraform that another file replaces.

    That is a plan of the same resources, or a state named before, such as `terraform.tfstate` beside its backup. What both have
    would count twice, and what the plan removes would still be there.
    """
    planned = {resource for file in files if file.terraform == "plan" for resource in (*_records(file), *_identities(file))}
    stands: set[tuple[str, str]] = set()
    kept: list[SourceFile] = []
    for file in files:
        records = _records(file) if file.terraform == "state" else set()
        identities = _identities(file) if file.terraform == "state" else set()
        # Zones are one world for all accounts and regions; an identity is another one in each.
        if planned.isdisjoint(records | identities) and stands.isdisjoint(records):
            kept.append(file)
            stands |= records
    return kept


def _records(file: SourceFile) -> set[tuple[str, str]]:
    """The addresses of record sets, each with its zone: many configurations use the same address."""
    return {(record.zone_id, record.origin.resource) for record in file.records if record.zone_id}


def _identities(file: SourceFile) -> set[tuple[str, str]]:
    return {(identity.name, identity.origin.resource) for identity in file.identities}
