"""The two states that `impact` compares: what stands, and what shall be deployed.

A state is made of stacks. A template is a stack; a zone file, a list of Route 53 and what Terraform prints count as a stack of
which each record is a resource. Who owns the records decides what a deploy deletes.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ses_email_auth.adopt.stack_templates import StackResource, StackTemplate, read_stacks
from ses_email_auth.sources.assembly import assemblies_below, is_assembly
from ses_email_auth.sources.file_text import STANDARD_INPUT, file_text
from ses_email_auth.sources.json_values import mapping, mappings, text
from ses_email_auth.sources.read import read
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.sources.template import is_template_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.sources.source_file import SourceFile

_SUFFIXES = frozenset({".json", ".yaml", ".yml", ".template", ".zone"})


class Owner(enum.Enum):
    """Who makes and deletes the records."""

    CLOUDFORMATION = "CloudFormation"
    TERRAFORM = "Terraform"
    ZONE = "whoever publishes the zone"


class Kind(enum.Enum):
    """What a file or folder is."""

    ASSEMBLY = "a cdk.out folder"
    TEMPLATE = "a template"
    DEPLOYED_TEMPLATE = "what 'aws cloudformation get-template' prints"
    ZONE_FILE = "a zone file"
    ROUTE53_LIST = "a list of Route 53"
    CHANGE_BATCH = "a change batch of Route 53"
    TERRAFORM_STATE = "a state of Terraform"
    TERRAFORM_PLAN = "a plan of Terraform"

    @property
    def owner(self) -> Owner:
        """Who makes and deletes its records."""
        if self in {Kind.ASSEMBLY, Kind.TEMPLATE, Kind.DEPLOYED_TEMPLATE}:
            return Owner.CLOUDFORMATION
        return Owner.TERRAFORM if self in {Kind.TERRAFORM_STATE, Kind.TERRAFORM_PLAN} else Owner.ZONE

    @property
    def is_deployed(self) -> bool:
        """Whether only what is deployed has this form."""
        return self in {Kind.DEPLOYED_TEMPLATE, Kind.ZONE_FILE, Kind.ROUTE53_LIST, Kind.TERRAFORM_STATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What one argument of the command holds."""

    path: str
    kind: Kind
    stacks: tuple[StackTemplate, ...]
    is_complete: bool = False
    """Whether all records of its zones are in it."""

    deleted: frozenset[tuple[str, str]] = frozenset()
    """Names and types that a change batch deletes."""

    forgotten: frozenset[str] = frozenset()
    """Addresses that a plan of Terraform takes out of the state without a deletion."""

    moved: tuple[tuple[str, str], ...] = ()
    """Addresses of a plan of Terraform, each with the address before."""


def read_state(path: str, *, origin: DomainName | None = None, beside: State | None = None) -> State:
    """What a file or folder holds.

    Args:
        path: the file or folder; `-` is a template on standard input.
        origin: as in `sources.read`. Default: - the name of the file
        beside: the other state, which says where a single template is deployed. Default: - not known

    Raises:
        UnreadableSource: if it cannot be read, or is of no known format.
    """
    if not path or "\0" in path:
        raise UnreadableSource(path, "it is no path")
    folder = _assembly(path)
    if folder is not None:
        return State(path=path, kind=Kind.ASSEMBLY, stacks=tuple(read_stacks(str(folder))))
    if path != STANDARD_INPUT and Path(path).is_dir():
        return _folder(path, origin=origin, beside=beside)
    body = _json(path)
    kind = _kind(path, body)
    if kind.owner is Owner.CLOUDFORMATION:
        account, region = _place(beside)
        return State(path=path, kind=kind, stacks=tuple(read_stacks(path, account=account, region=region)))
    sources = read([path], origin=origin)
    changes = mappings(body.get("resource_changes"))
    return State(
        path=path,
        kind=kind,
        stacks=tuple(map(_stack_of, sources)),
        is_complete=any(zone.is_complete for source in sources for zone in source.zones),
        deleted=_deleted(body),
        forgotten=frozenset(
            text(change.get("address")) for change in changes if mapping(change.get("change")).get("actions") == ["forget"]
        ),
        moved=tuple(
            (text(change.get("address")), text(change["previous_address"]))
            for change in changes
            if text(change.get("previous_address"))
        ),
    )


def _assembly(path: str) -> Path | None:
    """The cloud assembly that a path names, or the only one below it; None if there is none.

    Raises:
        UnreadableSource: if there are several.
    """
    folder = Path(path)
    if path == STANDARD_INPUT:
        return None
    if folder.name == "manifest.json" and is_assembly(folder.parent):
        return folder.parent
    if not folder.is_dir() or is_assembly(folder):
        return folder if folder.is_dir() else None
    below = assemblies_below(folder)
    if len(below) > 1:
        raise UnreadableSource(path, f"it holds {len(below)} cloud assemblies; name one of them: {below[0]}")
    return below[0] if below else None


def _folder(path: str, *, origin: DomainName | None, beside: State | None) -> State:
    """Templates, each of the stack that its file is named after, as several `get-template` write them; or zone files.

    Raises:
        UnreadableSource: if nothing in it can be read, or it holds both.
    """
    states = [
        read_state(str(file), origin=origin, beside=beside)
        for file in sorted(Path(path).iterdir())
        if file.is_file() and file.suffix in _SUFFIXES
    ]
    kinds = {state.kind.owner for state in states}
    if len(kinds) != 1:
        raise UnreadableSource(path, "it is no cloud assembly, and no folder of templates alone or of zone files alone")
    stacks = tuple(
        replace(stack, name=Path(stack.path).stem if state.kind.owner is Owner.CLOUDFORMATION else "")
        for state in states
        for stack in state.stacks
    )
    return replace(states[0], path=path, stacks=stacks, is_complete=all(state.is_complete for state in states))


def _deleted(body: Mapping[str, object]) -> frozenset[tuple[str, str]]:
    """What a change batch deletes and does not create again."""
    batch = mapping(body.get("ChangeBatch")) or body
    actions: dict[tuple[str, str], set[str]] = {}
    for change in mappings(batch.get("Changes")):
        record = mapping(change.get("ResourceRecordSet"))
        key = (text(record.get("Name")).lower().removesuffix("."), text(record.get("Type")).upper())
        actions.setdefault(key, set()).add(text(change.get("Action")))
    return frozenset(key for key, done in actions.items() if done == {"DELETE"})


def _place(beside: State | None) -> tuple[str, str]:
    """The account and the region of all stacks of a state; empty where they differ."""
    stacks = () if beside is None else beside.stacks
    accounts, regions = {stack.account for stack in stacks}, {stack.region for stack in stacks}
    return accounts.pop() if len(accounts) == 1 else "", regions.pop() if len(regions) == 1 else ""


def _json(path: str) -> Mapping[str, object]:
    """The parsed JSON; empty for a file that is none."""
    if path == STANDARD_INPUT or not Path(path).is_file():
        return {}
    content = file_text(path).text
    if not content.lstrip().startswith("{"):
        return {}
    try:
        return mapping(json.loads(content))
    except (ValueError, RecursionError):
        return {}


_KEYS = {
    Kind.DEPLOYED_TEMPLATE: {"TemplateBody"},
    Kind.TEMPLATE: {"Resources"},
    Kind.ROUTE53_LIST: {"ResourceRecordSets"},
    Kind.CHANGE_BATCH: {"Changes", "ChangeBatch"},
    Kind.TERRAFORM_PLAN: {"planned_values", "resource_changes"},
    Kind.TERRAFORM_STATE: {"terraform_version", "values", "lineage"},
}


def _kind(path: str, body: Mapping[str, object]) -> Kind:
    """What a file is: by the keys of its JSON, else by its text."""
    if path == STANDARD_INPUT:
        return Kind.DEPLOYED_TEMPLATE
    known = next((kind for kind, keys in _KEYS.items() if body.keys() & keys), None)
    if known is not None:
        return known
    is_text = not body and Path(path).is_file()
    return Kind.TEMPLATE if is_text and is_template_text(file_text(path).text) else Kind.ZONE_FILE


def _stack_of(source: SourceFile) -> StackTemplate:
    """A file that is no template, as a stack whose resources are its records and identities."""
    resources: dict[str, StackResource] = {}
    for record in source.records:
        type_name = "aws_route53_record" if "." in record.origin.resource else ""
        resources.setdefault(
            record.origin.resource, StackResource(logical_id=record.origin.resource, type=type_name)
        ).records.append(record)
    for identity in source.identities:
        name = identity.origin.resource
        resources[name] = StackResource(logical_id=name, type=name.rpartition(".")[0].rpartition(".")[2], identity=identity)
    return StackTemplate(
        path=source.path,
        name="",
        account=source.account,
        region=source.region,
        resources=resources,
        zones={zone.zone_id: zone for zone in source.zones},
    )
