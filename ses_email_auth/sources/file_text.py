"""The text of a file, a pipe or standard input.

UTF-8, or UTF-16 with a byte order mark, as PowerShell writes what a program prints. At most 64 MiB: a list of 10,000 record
sets, the most that Route 53 allows in a zone, is below 4.
"""

from __future__ import annotations

import codecs
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from ses_email_auth.sources.source_file import UnreadableSource

STANDARD_INPUT = "-"
_MOST_OCTETS = 64 * 1024 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ZIP = b"PK\x03\x04"


class UnknownFormat(UnreadableSource):
    """A file of no known format; in a folder it is passed over."""


@dataclass(frozen=True, slots=True)
class FileText:
    """A text, and how it was written."""

    text: str
    """Octets that are not UTF-8 are lone surrogates (`surrogateescape`)."""

    is_utf8: bool
    """Whether all octets are UTF-8."""

    is_plain: bool
    """Whether opening the path again gives the same text: a file in UTF-8, and no pipe."""


def file_text(path: str) -> FileText:
    """The text of a file without its byte order mark. `-` is standard input.

    Raises:
        UnreadableSource: if it cannot be opened.
        UnknownFormat: if it is empty, too large or binary.
    """
    octets, is_file = _octets(path)
    if len(octets) > _MOST_OCTETS:
        raise UnknownFormat(path, f"it has more than {_MOST_OCTETS >> 20} MiB, which is no zone and no template")
    if octets.startswith(_ZIP):
        reason = "it is a zip archive; print a plan of Terraform with 'terraform show -json' first"
        raise UnknownFormat(path, f"{reason}: terraform show -json plan > plan.json")
    text, is_utf8 = _decoded(octets)
    if "\0" in text:
        raise UnknownFormat(path, "it is binary")
    if not text.strip():
        raise UnknownFormat(path, "it is empty")
    return FileText(text, is_utf8, is_plain=is_file and not octets.startswith(_UTF_16))


def text_of_file(path: str) -> str:
    """The text of a regular file in UTF-8, such as one that an assembly names. A pipe, which could block, is refused.

    Raises:
        UnreadableSource: if it cannot be read, is no regular file, is no UTF-8, or is larger than 64 MiB.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - any text, also one that is no path
        text = Path(path).read_text(encoding="utf-8") if _is_readable(status) else ""
    except OSError as error:
        raise UnreadableSource(path, (error.strerror or "it cannot be opened").lower()) from error
    except UnicodeDecodeError as error:
        raise UnreadableSource(path, "it is no UTF-8") from error
    except ValueError as error:  # a path with a null character
        raise UnreadableSource(path, "it is no path") from error
    if not _is_readable(status):
        raise UnreadableSource(path, f"it is no regular file, or larger than {_MOST_OCTETS >> 20} MiB")
    return text


def _is_readable(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_size <= _MOST_OCTETS


def _octets(path: str) -> tuple[bytes, bool]:
    if path == STANDARD_INPUT:
        return sys.stdin.buffer.read(_MOST_OCTETS + 1), False
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_OCTETS + 1), Path(path).is_file()
    except OSError as error:
        raise UnreadableSource(path, (error.strerror or str(error)).lower()) from error


def _decoded(octets: bytes) -> tuple[str, bool]:
    try:
        return octets.decode("utf-16" if octets.startswith(_UTF_16) else "utf-8-sig"), True
    except UnicodeDecodeError:
        return octets.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape"), False
