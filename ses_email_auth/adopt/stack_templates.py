"""Templates by their resources, as moves need them: what each logical id is, and what it publishes.

Reads a template, also one that `aws cloudformation get-template` prints, or a cloud assembly. The reader in `sources` resolves
functions and knows records alone; here they are joined with their resources.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ses_email_auth.sources.assembly import is_assembly, template_files
from ses_email_auth.sources.file_text import file_text, text_of_file
from ses_email_auth.sources.json_values import mapping
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.sources.template import TemplateFile, is_template, read_template_body, read_templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ses_email_auth.sources.source_file import DeclaredZone, SourceFile
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

_RETAINING_POLICIES = frozenset({"Retain", "RetainExceptOnCreate"})
_WITH_RECORDS = frozenset(
    {
        "AWS::Route53::RecordSet",
        "AWS::Route53::RecordSetGroup",
        "AWS::SES::EmailIdentity",
        "Custom::SesEmailAuthRecords",
        "Custom::SesEmailAuthReplicaIdentity",
    }
)


@dataclass(slots=True, kw_only=True)
class StackResource:
    """One resource of a template."""

    logical_id: str
    type: str
    construct_path: str = ""
    """Without a leading slash; empty if the template does not say."""

    is_retained: bool = False
    """Whether AWS keeps it when it leaves the stack."""

    properties: Mapping[str, object] = field(default_factory=dict)
    """As written, functions unresolved."""

    records: list[DeclaredRecordSet] = field(default_factory=list)
    identity: DeclaredIdentity | None = None
    has_condition: bool = False

    @property
    def is_left_out(self) -> bool:
        """Whether it declares nothing because its condition does not hold."""
        return self.has_condition and self.type in _WITH_RECORDS and not self.records and self.identity is None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTemplate:
    """The resources of one stack."""

    path: str
    name: str
    """The name of the stack, with that of its resource behind a slash for a nested one; empty for a file alone."""

    account: str
    region: str
    resources: Mapping[str, StackResource]
    scope: str = ""
    """As in `SourceFile.scope`: what is deployed together."""

    zones: Mapping[str, DeclaredZone] = field(default_factory=dict)
    """The hosted zones that it declares or names, by `DeclaredRecordSet.zone_id`."""

    def is_called(self, name: str) -> bool:
        """Whether `name` is that of the stack, of its parent, or may be."""
        return self.name in {"", name} or self.name.startswith(f"{name}/")


def read_stacks(path: str, *, account: str = "", region: str = "") -> list[StackTemplate]:
    """The stacks of an assembly, or the one of a template.

    Args:
        path: a folder or a file; `-` is standard input.
        account: where the stack of a single file is, as `Ref: AWS::AccountId` gives it. Default: - not known
        region: likewise.

    Raises:
        UnreadableSource: if it is neither, or broken.
    """
    folder = Path(path)
    if folder.name == "manifest.json" and is_assembly(folder.parent):
        folder = folder.parent
    if not folder.is_dir():
        return _joined([TemplateFile(path=path, body=_body(path), account=account, region=region)])
    if not is_assembly(folder):
        raise UnreadableSource(path, "it is no cloud assembly; name a template or the folder that 'cdk synth' writes")
    return _joined(template_files(folder))


def _body(path: str) -> Mapping[str, object]:
    body = read_template_body(file_text(path).text, path)
    if not is_template(body):
        raise UnreadableSource(path, "it is no template; a template has 'Resources' with a 'Type' each")
    return body


def _joined(files: Iterable[TemplateFile]) -> list[StackTemplate]:
    listed = list(files)
    names: dict[str, str] = {}
    stacks: list[StackTemplate] = []
    for file, source in zip(listed, read_templates(listed), strict=True):
        name = names.get(file.path, "") if file.is_nested else file.stack_name
        # A parent stands before what is nested in it.
        names |= {path: f"{name}/{logical_id}" for logical_id, path in file.nested.items()}
        stacks.append(_stack(file, source, name))
    return stacks


def _stack(file: TemplateFile, source: SourceFile, name: str) -> StackTemplate:
    body = read_template_body(text_of_file(file.path), file.path) if file.body is None else file.body
    resources = {
        str(name): _resource(str(name), mapping(resource), file.construct_paths)
        for name, resource in mapping(body.get("Resources")).items()
        if isinstance(mapping(resource).get("Type"), str)
    }

    def resource_of(logical_id: str, type_name: str) -> StackResource:
        # Of Fn::ForEach the template has no resource by that name.
        return resources.setdefault(logical_id, StackResource(logical_id=logical_id, type=type_name))

    for record in source.records:
        resource_of(record.origin.resource, "AWS::Route53::RecordSet").records.append(record)
    for identity in source.identities:
        resource_of(identity.origin.resource, "AWS::SES::EmailIdentity").identity = identity
    return StackTemplate(
        path=file.path,
        name=name,
        account=source.account,
        region=source.region,
        resources=resources,
        scope=source.scope,
        zones={zone.zone_id: zone for zone in source.zones},
    )


def _resource(logical_id: str, body: Mapping[str, object], paths: Mapping[str, str]) -> StackResource:
    path = paths.get(logical_id) or mapping(body.get("Metadata")).get("aws:cdk:path")
    policy = body.get("DeletionPolicy")
    return StackResource(
        logical_id=logical_id,
        type=str(body["Type"]),
        construct_path=path if isinstance(path, str) else "",
        is_retained=isinstance(policy, str) and policy in _RETAINING_POLICIES,
        properties=mapping(body.get("Properties")),
        has_condition="Condition" in body,
    )
