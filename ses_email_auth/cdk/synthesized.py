"""A stack of an app, synthesized and read as the readers of files read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import Stage

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.sources.assembly import read_assembly

if TYPE_CHECKING:
    from aws_cdk import Stack

    from ses_email_auth.sources.source_file import SourceFile


def source_files_of(stack: Stack) -> list[SourceFile]:
    """The record sets and identities of `stack` and the stacks nested in it, and the zones of the whole app.

    Synthesizes the app. References into other stacks of the app are followed.

    Raises:
        EmailAuthError: if the stack belongs to no app.
    """
    app = stack.node.root
    if not isinstance(app, Stage):
        raise EmailAuthError(f"the stack {stack.node.path!r} is in no App, so it cannot be synthesized; make it below an App")
    inside = f"{stack.node.path}/"
    return [
        replace(
            file,
            records=[record for record in file.records if record.origin.construct_path.startswith(inside)],
            identities=[identity for identity in file.identities if identity.origin.construct_path.startswith(inside)],
        )
        for file in read_assembly(Path(app.synth().directory))
    ]
