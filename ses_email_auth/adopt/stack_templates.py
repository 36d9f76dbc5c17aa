"""Templates by their resources, as a move from one to another needs them: what each logical id is, and what it publishes.

A file in JSON or YAML, what `aws cloudformation get-template` prints (the template below `TemplateBody`), or a cloud assembly.
Built on `template`, which resolves functions; here the resources are put together again.
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

    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

__all__ = [
    "StackResource",
    "StackTemplate",
    "read_stacks",
]

_KEEPS = frozenset({"Retain", "RetainExceptOnCreate"})


@dataclass(slots=True, kw_only=True)
class StackResource:
    """One resource of a template."""

    logical_id: str
    type: str
    construct_path: str = ""
    """Without a leading slash; empty if the template does not say."""

    is_retained: bool = False
    """Whether what it stands for stays when the resource leaves the stack."""

    written: Mapping[str, object] = field(default_factory=dict)
    """The properties, functions unresolved."""

    records: list[DeclaredRecordSet] = field(default_factory=list)
    identity: DeclaredIdentity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTemplate:
    """The resources of one stack."""

    path: str
    name: str
    """The name of the stack; empty for a template whose stack nobody can tell, such as a file or a nested stack."""

    account: str
    region: str
    resources: Mapping[str, StackResource]


def read_stacks(path: str, *, account: str = "", region: str = "") -> list[StackTemplate]:
    """The stacks of an assembly, or the one of a template.

    Args:
        path: a folder or a file; `-` is standard input.

        account: where the stack of a single file is, as `Ref: AWS::AccountId` gives it. Default: - nobody can tell

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
    found = read_template_body(file_text(path).text, path)
    wrapped = found.get("TemplateBody")
    if "Resources" not in found and wrapped is not None:
        # JSON templates are printed as an object, YAML templates as one text.
        found = read_template_body(wrapped, path) if isinstance(wrapped, str) else mapping(wrapped)
    if not is_template(found):
        raise UnreadableSource(path, "it is no template; a template has 'Resources' with a 'Type' each")
    return found


def _joined(files: Iterable[TemplateFile]) -> list[StackTemplate]:
    listed = list(files)
    read = zip(listed, read_templates(listed), strict=True)
    return [_stack(file, contents) for file, contents in read]


def _stack(file: TemplateFile, contents: SourceFile) -> StackTemplate:
    body = read_template_body(text_of_file(file.path), file.path) if file.body is None else file.body
    resources = {
        str(name): _resource(str(name), mapping(each), file.construct_paths)
        for name, each in mapping(body.get("Resources")).items()
        if isinstance(mapping(each).get("Type"), str)
    }
    for record in contents.records:
        origin = record.origin
        # Of Fn::ForEach the template has no resource by that name.
        made = resources.setdefault(origin.resource, StackResource(logical_id=origin.resource, type="AWS::Route53::RecordSet"))
        made.records.append(record)
    for identity in contents.identities:
        made = resources.setdefault(
            identity.origin.resource, StackResource(logical_id=identity.origin.resource, type="AWS::SES::EmailIdentity")
        )
        made.identity = identity
    return StackTemplate(
        path=file.path,
        name=file.stack_name,
        account=contents.account,
        region=contents.region,
        resources=resources,
    )


def _resource(logical_id: str, body: Mapping[str, object], paths: Mapping[str, str]) -> StackResource:
    path = paths.get(logical_id) or mapping(body.get("Metadata")).get("aws:cdk:path")
    policy = body.get("DeletionPolicy")
    return StackResource(
        logical_id=logical_id,
        type=str(body["Type"]),
        construct_path=path if isinstance(path, str) else "",
        is_retained=isinstance(policy, str) and policy in _KEEPS,
        written=mapping(body.get("Properties")),
    )
