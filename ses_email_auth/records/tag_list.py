"""Records that are lists of names and values.

Tag lists are those of DKIM (RFC 6376 section 3.2), DMARC (RFC 9989 section 4.8) and BIMI: "tag=value; tag=value" with white
space around the signs. Field lists are those of MTA-STS (RFC 8461 section 3.1) and TLS-RPT (RFC 8460 section 3): "v=...;
name=value" with no white space around "=", other letters in names, and no empty value.

Here are the frames, and the tags and fields that no standard knows. Not handled, since the standards differ: what the known
ones may say, empty values of tags, duplicate names in a text, case. White space in tag lists is the FWS of DKIM: where a
standard knows no line breaks, the caller refuses them first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError

if TYPE_CHECKING:
    from collections.abc import Iterable

_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # RFC 6376 section 3.2: tag-name = ALPHA *ALNUMPUNC
# RFC 6376 section 3.2: tag-value = [ tval *( 1*(WSP / FWS) tval ) ], tval = 1*VALCHAR; a CDK token is a tval too.
_TAG_VALUE = re.compile(r"(?:[!-:<-~]+(?:(?:[ \t]*\r\n)?[ \t]+[!-:<-~]+)*)?")
_FWS = " \t\r\n"
_FIELD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")  # RFC 8461 section 3.1: sts-ext-name; RFC 8460 section 3: the same
_EXTENSION_VALUE = re.compile(r"[!-:<>-~]+")  # both: visible US-ASCII without ";" and "="
_WSP = " \t"
_SHOWN = 40  # characters of a text in a message


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
    if not _TAG_NAME.fullmatch(name):
        message = f"{name!r} is not a tag name: it must be a letter, then letters, digits or '_'"
        raise RecordSyntaxError(message, text, name_span, reference)
    value_span = _trimmed(text, (equals + 1, end))
    return Tag(name, text[slice(*value_span)], name_span, value_span)


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """`span` without the white space at its ends; an all-white span becomes the empty span at its start."""
    start, end = span
    kept = text[start:end].rstrip(_FWS)
    return start + len(kept) - len(kept.lstrip(_FWS)), start + len(kept)


def value_fault(value: str) -> int | None:
    """Where in `value` the first character stands that no tag value can hold there; None if there is none."""
    rest = _TAG_VALUE.sub("", value, count=1)
    return len(value) - len(rest.lstrip(" \t")) if rest else None


def check_value(name: str, value: str) -> None:
    """Refuse a text that cannot be the value of a tag. It is not shown: people put everything into notes.

    Raises:
        EmailAuthError: if the text is not printable US-ASCII, holds ";" or has white space at an end.
    """
    if value_fault(value) is not None:
        raise EmailAuthError(f"{name} must be printable US-ASCII without ';' and without white space at its ends")


def checked_unknown_tags(
    argument: str, tags: tuple[tuple[str, str], ...], known: tuple[str, ...], *, ignore_case: bool = False
) -> tuple[tuple[str, str], ...]:
    """The (name, value) pairs of an argument as a tuple.

    Raises:
        EmailAuthError: for a name that is none, is a known tag or stands twice, and for a bad value.
    """
    names = set(known)
    for name, value in tags:
        key = name.lower() if ignore_case else name
        if key in names or not _TAG_NAME.fullmatch(name):
            raise EmailAuthError(f"{argument} holds the name {name!r}; it must be a tag name, not a known one, and once only")
        names.add(key)
        check_value(f"the value of the tag {name!r}", value)
    return tuple(tags)


def is_record(text: str, version: str) -> bool:
    """Whether senders take a TXT value as a record of `version`; both RFCs discard what does not begin so, to the letter."""
    return text.startswith(f"{version};")


def read_fields(text: str, *, version: str, known: tuple[str, ...], reference: str) -> tuple[Tag, ...]:
    """The fields behind the version, in order. A final ";" is fine.

    Args:
        text: the whole record.
        version: the field that begins the record, for example `v=STSv1`.
        known: the names whose values the caller checks.
        reference: the section to name in errors.

    Raises:
        RecordSyntaxError: if the version is wrong, or something between two ";" is not `name=value`.
    """
    if not is_record(text, version):
        message = f"it must begin with exactly '{version};', so senders pass over it"
        raise RecordSyntaxError(message, text, (0, min(len(text), len(version) + 1)), reference)
    parts = text.split(";")
    if not parts[-1].strip(_WSP):
        parts.pop()
    fields: list[Tag] = []
    start = len(parts[0]) + 1
    for part in parts[1:]:
        indent = len(part) - len(part.lstrip(_WSP))
        field = _field(text, start + indent, part.strip(_WSP), reference)
        if field.name not in known and not _EXTENSION_VALUE.fullmatch(field.value):
            message = f"the value of {field.name}= must be visible US-ASCII without '='"
            raise RecordSyntaxError(message, text, field.value_span, reference)
        fields.append(field)
        start += len(part) + 1
    return tuple(fields)


def _field(text: str, start: int, part: str, reference: str) -> Tag:
    end = start + len(part)
    if not part:
        raise RecordSyntaxError(
            "a field is missing here; write name=value, and one ';' between fields", text, (start, end), reference
        )
    name, equals, value = part.partition("=")
    if not equals:
        raise RecordSyntaxError(f"{part[:_SHOWN]!r} has no '='; write name=value", text, (start, end), reference)
    at = start + len(name)
    if name.rstrip(_WSP) != name or value.lstrip(_WSP) != value:
        raise RecordSyntaxError("no white space may stand around '='", text, (start, end), reference)
    if not _FIELD_NAME.fullmatch(name):
        message = f"{name[:_SHOWN]!r} is not a field name: 1 to 32 letters, digits, '_', '-' or '.'"
        raise RecordSyntaxError(message, text, (start, at), reference)
    if not value:
        raise RecordSyntaxError(f"{name}= has no value", text, (end, end), reference)
    return Tag(name, value, (start, at), (at + 1, end))


def unknown_fields(fields: Iterable[Tag], known: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The (name, value) of fields that senders ignore, in order."""
    return tuple((field.name, field.value) for field in fields if field.name not in known)


def checked_unknown_fields(pairs: Iterable[tuple[str, str]], known: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Fields that no standard knows.

    Raises:
        EmailAuthError: if a name or a value cannot stand in a record, or the name is a known one.
    """
    checked = tuple((name, value) for name, value in pairs)
    for name, value in checked:
        if name in known or not _FIELD_NAME.fullmatch(name):
            raise EmailAuthError(
                f"other: a field name is 1 to 32 letters, digits, '_', '-' or '.', and not a known one; got {name!r}"
            )
        if not _EXTENSION_VALUE.fullmatch(value):
            raise EmailAuthError(f"other: the value of {name!r} must be visible US-ASCII without ';' and '=', got {value!r}")
    return checked
