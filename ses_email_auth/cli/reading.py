"""Reading what was named, so that a path that cannot be read hides no other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ses_email_auth.sources.contents import UnreadableSource
from ses_email_auth.sources.read import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_email_auth.sources.contents import Contents

__all__ = ["read_all"]


def read_all(paths: Sequence[str]) -> tuple[list[Contents], list[UnreadableSource]]:
    """What can be read of `paths`, and what cannot."""
    contents: list[Contents] = []
    unreadable: list[UnreadableSource] = []
    files = []
    for path in dict.fromkeys(paths):
        if os.path.isfile(path) or os.path.isdir(path):  # noqa: PTH112, PTH113 - those of Path raise for odd names
            files.append(path)
        else:  # a pipe or standard input, which can be read only once, or nothing
            found, errors = _read([path])
            contents += found
            unreadable += errors
    found, errors = _read(files)
    return contents + found, unreadable + errors


def _read(paths: list[str]) -> tuple[list[Contents], list[UnreadableSource]]:
    """All together, since one template imports from another; if that fails, without those that fail alone."""
    try:
        return read(paths), []
    except UnreadableSource as error:
        if len(paths) == 1:
            return [], [error]
        broken = {path: errors for path in paths for _, errors in [_read([path])] if errors}
        if not broken:
            return [], [error]
        found, errors = _read([path for path in paths if path not in broken])
        return found, [*(error for each in broken.values() for error in each), *errors]
