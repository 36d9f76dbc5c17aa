"""The "tag=value; tag=value" text that DMARC (RFC 9989 section 4.8) and DKIM (RFC 6376 section 3.2) share.

Only the frame is read here. Not handled, because the two standards differ: which names and values are allowed, empty
values, duplicate names, case. White space is the FWS of DKIM: a caller whose standard knows no line breaks refuses them first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ses_email_auth.errors import RecordSyntaxError

__all__ = ["Tag", "scan"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # RFC 6376 section 3.2: tag-name = ALPHA *ALNUMPUNC
_FWS = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Tag:
    """One `name=value`. Spans are (start, end), counted in characters of the scanned text."""

    name: str
    """The name as it was written."""

    value: str
    """The value as it was written, without the white space around it; it can be empty."""

    name_span: tuple[int, int]
    """Where the name stands."""

    value_span: tuple[int, int]
    """Where the value stands; an empty value has an empty span."""


def scan(text: str, *, reference: str) -> tuple[Tag, ...]:
    """The tags of `text`, in order; at least one. A final ";" is fine.

    Args:
        text: the whole record.

        reference: the section to name in errors, for example "RFC 9989 section 4.8".

    Raises:
        RecordSyntaxError: if nothing stands between two ";", a part has no "=", or a name is empty or is not a letter
            followed by letters, digits and "_".
    """
    parts = text.split(";")
    # The ";" behind the last tag is optional in both grammars.
    if len(parts) > 1 and not parts[-1].strip(_FWS):
        parts.pop()
    tags: list[Tag] = []
    start = 0
    for part in parts:
        tags.append(_tag(text, (start, start + len(part)), reference))
        start += len(part) + 1
    return tuple(tags)


def _tag(text: str, span: tuple[int, int], reference: str) -> Tag:
    start, end = _trimmed(text, span)
    if start == end:
        raise RecordSyntaxError("a tag is missing here; write name=value, and one ';' between tags", text, span, reference)
    equals = text.find("=", start, end)
    if equals < 0:
        message = f"{text[start:end]!r} has no '='; write name=value"
        raise RecordSyntaxError(message, text, (start, end), reference)
    name_span = _trimmed(text, (start, equals))
    name = text[slice(*name_span)]
    if not name:
        raise RecordSyntaxError("the '=' has no tag name before it; write name=value", text, (equals, equals + 1), reference)
    if not _NAME.fullmatch(name):
        message = f"{name!r} is not a tag name: it must be a letter, then letters, digits or '_'"
        raise RecordSyntaxError(message, text, name_span, reference)
    value_span = _trimmed(text, (equals + 1, end))
    return Tag(name, text[slice(*value_span)], name_span, value_span)


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """`span` without the white space at its ends; an all-white span becomes the empty span at its start."""
    start, end = span
    kept = text[start:end].rstrip(_FWS)
    return start + len(kept) - len(kept.lstrip(_FWS)), start + len(kept)
