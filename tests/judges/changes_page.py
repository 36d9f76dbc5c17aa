"""Writes docs/changes.md from what `prop_changes.py` finds: `python -m tests.judges.changes_page > docs/changes.md`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.judges.prop_changes import prop_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judges.prop_changes import PropChange

_HEAD = """\
# What changes when you change a prop

What CloudFormation does to a deployed stack when one prop gets another value. This page is computed: a test synthesizes each
construct before and after, compares the templates by logical id, and asks the schemas that CloudFormation publishes (the copy
in cfn-lint) which properties change in place. `make changes` writes it anew. Nothing here was tried on a live account.

- **in place**: the resource stays, the properties in brackets change.
- **replaced**: the new resource is made first, the old one is deleted at the end of the deploy.
- **renamed**: a record set gets another `Name`. By the schema of `AWS::Route53::RecordSet` that CloudFormation has published
  since September 2026 it changes in place; by CloudFormation's older specification it is replaced. Which of the two an account
  does, nobody has looked at yet.
- **added**, **deleted at the end**: another logical id. If both are the same record, it is made before it is deleted, and that
  loses it or is refused: see [moving.md](moving.md).
- **refused**: a logical id cannot get another type ("Update of resource type is not permitted"), and nothing is changed.
- **our function is called for**: a custom resource; its function makes the change.

`DkimRecord1`, `MailFromMx`, `Dmarc` and so on are the children of the construct; their roles are left out. Names that begin
with `SesEmailAuth` stand in the stack. Another **construct id** gives all resources other logical ids: keep them with
`logical_ids` ([moving.md](moving.md)). The last column is empty where there is nothing to say of mail.
"""
_MAIN = "SesEmailAuth"
_NOTES = {
    _MAIN: "",
    "SendingIdentity": "As `SesEmailAuth`, of the resources that it has, but for:",
    "DomainPolicy": "As `SesEmailAuth`, of the resources that it has, but for:",
    "SesEmailAuth.from_existing": "As `SesEmailAuth`, of the resources that it has (no identity), but for:",
    "SendingEvents": "",
    "ZoneWriterRole": "",
}


def changes_page(changes: list[PropChange]) -> str:
    """The page, in Markdown."""
    main = {(row.prop, row.case.label): row for row in changes if row.subject == _MAIN}
    lines = [_HEAD]
    for subject, note in _NOTES.items():
        rows = [row for row in changes if row.subject == subject]
        if note:
            rows = [
                row
                for row in rows
                if (row.prop, row.case.label) not in main or not row.is_part_of(main[row.prop, row.case.label])
            ]
        lines += [f"## {subject}\n", *([f"{note}\n"] if note else []), *_table(rows), ""]
    return "\n".join(lines[:-1]) + "\n"


def _is_said(row: PropChange, main: PropChange | None) -> bool:
    return main is not None and row.is_part_of(main)


def _table(rows: list[PropChange]) -> Iterator[str]:
    yield "| prop | from → to | CloudFormation | mail meanwhile |"
    yield "|---|---|---|---|"
    for row in rows:
        yield f"| `{row.prop}` | {row.case.label} | {row.does} | {row.case.meanwhile if row.fates else ''} |"


if __name__ == "__main__":
    sys.stdout.write(changes_page(prop_changes()))
