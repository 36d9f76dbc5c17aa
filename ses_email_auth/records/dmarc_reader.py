"""Reads the text of a DMARC record tag by tag and collects what is wrong with it (RFC 9989 sections 4.7, 4.8 and 4.10.1).

`DmarcRecord.read` is the way in. The historic tags `pct`, `rf` and `ri` are read by RFC 7489 section 6.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.dmarc_values import (
    KNOWN_TAGS,
    REPORT_FORMATS,
    TAG_NAME,
    TAG_VALUE,
    E,
    FailureOption,
    failure_options_fault,
)
from ses_email_auth.records.report_uri import ReportUri
from ses_email_auth.records.tag_list import Tag, scan

if TYPE_CHECKING:
    from ses_email_auth.records.dmarc import DmarcRecord

__all__ = ["DmarcProblem", "DmarcReading", "TagReader"]

GRAMMAR = "RFC 9989 section 4.8"
TAGS = "RFC 9989 section 4.7"
DISCOVERY = "RFC 9989 section 4.10.1"
HISTORIC = "RFC 7489 section 6.3"
_POLICY_TAGS = ("p", "sp", "np")
_LISTS = ("rua", "ruf", "rf")


@dataclass(frozen=True, slots=True)
class DmarcProblem:
    """One thing that is wrong with the text of a DMARC record."""

    error: RecordSyntaxError
    """What, where, and which section says so."""

    voids_record: bool
    """Whether the whole record fails: receivers ignore it, or act as if it said `p=none` (RFC 9989 section 4.10.1).

    False if only the tag, or one URI of it, is ignored."""


@dataclass(frozen=True, slots=True)
class DmarcReading:
    """What a receiver makes of the text of a DMARC record."""

    record: DmarcRecord | None
    """The record as receivers apply it: wrong tags are gone, and it says `p=none` if `p`, `sp` or `np` is wrong and a `rua`
    is right (RFC 9989 section 4.10.1). None if they apply no DMARC."""

    problems: tuple[DmarcProblem, ...]
    """What is wrong, in the order of the text; empty exactly for a text that `DmarcRecord.parse` accepts."""


@dataclass(slots=True)
class TagReader:
    """The tags of one text. Each reading method returns None, or nothing, for a tag that is absent or wrong."""

    text: str
    problems: list[DmarcProblem] = field(default_factory=list)
    is_readable: bool = False
    """Whether there is a frame of tags with the right version first and no tag twice."""

    _known: dict[str, Tag] = field(default_factory=dict)
    _unknown: list[Tag] = field(default_factory=list)
    _names: set[str] = field(default_factory=lambda: {"v"})

    def __post_init__(self) -> None:
        try:
            tags = self._frame()
        except RecordSyntaxError as error:
            self.problems.append(DmarcProblem(error, voids_record=True))
            return
        for tag in tags[1:]:
            self._sort_in(tag)
        self.is_readable = not self.problems

    @property
    def is_void(self) -> bool:
        """Whether a problem so far voids the record."""
        return any(problem.voids_record for problem in self.problems)

    def add(self, message: str, span: tuple[int, int], reference: str, *, voids_record: bool) -> None:
        """Notes a problem."""
        self.problems.append(DmarcProblem(RecordSyntaxError(message, self.text, span, reference), voids_record))

    def in_order(self) -> tuple[DmarcProblem, ...]:
        """The problems in the order of the text."""
        return tuple(sorted(self.problems, key=lambda problem: problem.error.span))

    def choice(self, name: str, kind: type[E]) -> E | None:
        """The value of a tag that takes one word of `kind`."""
        tag = self._value(name)
        if tag is None:
            return None
        try:
            return kind(tag.value.lower())  # RFC 5234 section 2.3: literals are case-insensitive
        except ValueError:
            allowed = ", ".join(repr(member.value) for member in kind)
            self._wrong(tag, f"{name} must be one of {allowed}, got {tag.value!r}", TAGS)
            return None

    def yes_or_no(self, name: str) -> bool | None:
        """The value of a tag that takes `y` or `n`."""
        tag = self._value(name)
        if tag is not None and tag.value.lower() not in ("y", "n"):
            self._wrong(tag, f"{name} must be 'y' or 'n', got {tag.value!r}", TAGS)
            return None
        return None if tag is None else tag.value.lower() == "y"

    def number(self, name: str, maximum: int) -> int | None:
        """The value of a historic tag that takes a whole number."""
        tag = self._value(name)
        if tag is not None and not (re.fullmatch("[0-9]{1,10}", tag.value) and int(tag.value) <= maximum):
            self._wrong(tag, f"{name} must be a whole number from 0 to {maximum}, got {tag.value!r}", HISTORIC)
            return None
        return None if tag is None else int(tag.value)

    def formats(self) -> str | None:
        """The value of the historic tag `rf`."""
        tag = self._value("rf")
        if tag is not None and not (holds_token(tag.value) or REPORT_FORMATS.fullmatch(tag.value)):
            self._wrong(tag, f"rf must be report formats with ':' between them, got {tag.value!r}", HISTORIC)
            return None
        return None if tag is None else tag.value

    def failure_options(self) -> tuple[FailureOption, ...]:
        """The value of `fo`."""
        tag = self._value("fo")
        if tag is None:
            return ()
        try:
            options = [FailureOption(word.lower()) for word in tag.value.split(":")]
        except ValueError:
            self._wrong(tag, f"fo must be '0', '1', 'd', 's' with ':' between them, got {tag.value!r}", TAGS)
            return ()
        fault = failure_options_fault(options)
        if fault is not None:
            self._wrong(tag, f"fo {fault}", TAGS)
            return ()
        return tuple(options)

    def uris(self, name: str) -> tuple[ReportUri, ...]:
        """The URIs of `rua` or `ruf` that are right; each wrong one is a problem of its own."""
        tag = self._value(name)
        if tag is None:
            return ()
        uris: list[ReportUri] = []
        start = tag.value_span[0]
        for item in tag.value.split(","):
            uri = item.strip(" \t")
            at = start + len(item) - len(item.lstrip(" \t"))
            try:
                uris.append(ReportUri.parse(uri))
            except EmailAuthError as error:
                message = f"{name}: {error}" if uri else f"{name} has an empty entry; write one ',' between two URIs"
                self.add(message, (at, at + len(uri)), GRAMMAR, voids_record=False)
            start += len(item) + 1
        return tuple(uris)

    def others(self) -> tuple[tuple[str, str], ...]:
        """The tags that no standard knows, in order. RFC 9989 section 4.7: unknown tags must be ignored."""
        return tuple((tag.name, tag.value) for tag in self._unknown if self._is_well_formed(tag))

    def _frame(self) -> tuple[Tag, ...]:
        broken = re.search(r"[\r\n]", self.text)
        if broken is not None:  # the scanner allows the line breaks of DKIM
            raise RecordSyntaxError("a line break cannot stand in the record", self.text, broken.span(), GRAMMAR)
        tags = scan(self.text, reference=GRAMMAR)
        version = tags[0]
        if version.name_span[0] != 0 or version.name.lower() != "v":
            message = "the record must begin with 'v=DMARC1'; receivers ignore it otherwise"
            raise RecordSyntaxError(message, self.text, (0, version.name_span[1]), GRAMMAR)
        if version.value != "DMARC1":
            message = f"the version must be 'DMARC1' in this very spelling, with a ';' behind it, got {version.value!r}"
            raise RecordSyntaxError(message, self.text, version.value_span, GRAMMAR)
        return tags

    def _sort_in(self, tag: Tag) -> None:
        name = tag.name.lower()
        if name in self._names:
            # RFC 6376 section 3.2, whose syntax DMARC takes over: the entire tag-list is invalid.
            self.add(f"the tag {name!r} stands there twice; keep one", tag.name_span, "RFC 6376 section 3.2", voids_record=True)
            return
        self._names.add(name)
        if name in KNOWN_TAGS:
            self._known[name] = tag
        else:
            self._unknown.append(tag)

    def _value(self, name: str) -> Tag | None:
        tag = self._known.get(name)
        return tag if tag is not None and self._is_well_formed(tag) else None

    def _is_well_formed(self, tag: Tag) -> bool:
        # The lists may have a tab around their separators (RFC 9989 section 4.8: dmarc-urilist), no other value may.
        value = tag.value.replace("\t", " ") if tag.name.lower() in _LISTS else tag.value
        if not TAG_NAME.fullmatch(tag.name):
            self.add(f"the tag name {tag.name!r} may hold letters only", tag.name_span, GRAMMAR, voids_record=False)
        elif not value:
            self._wrong(tag, f"{tag.name} has no value; write one or remove the tag", GRAMMAR)
        elif not (TAG_VALUE.fullmatch(value) or holds_token(value)):
            message = f"{tag.name} holds a character that is not printable US-ASCII, got {tag.value!r}"
            self._wrong(tag, message, GRAMMAR)
        else:
            return True
        return False

    def _wrong(self, tag: Tag, message: str, reference: str) -> None:
        # RFC 9989 section 4.10.1: a wrong p, sp or np ends the enforcement of the record; section 4.8: any other tag with a
        # wrong value takes its default.
        self.add(message, tag.value_span, reference, voids_record=tag.name.lower() in _POLICY_TAGS)
