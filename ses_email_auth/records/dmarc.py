"""DMARC records (RFC 9989 sections 4.7, 4.8 and 4.10.1; the historic tags of RFC 7489 section 6.3 are read and kept).

`DMARC_TAGS` has a row for each tag. A new tag takes a field and an argument of `DmarcRecord`, and a row of the table.

Not handled here: finding the record (the DNS tree walk of RFC 9989 section 4.10) and good practice (`ses_email_auth.checks`).
Of consent to reports (RFC 9990 section 4, RFC 9991 section 5): organizational domains come from the Public Suffix List, so the
tree walk of receivers can see other borders, and the `rua=` override in a consent record is not read.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.report_uri import ReportUri, report_uris
from ses_email_auth.records.tag_list import Tag, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TAGS = "RFC 9989 section 4.7"
_GRAMMAR = "RFC 9989 section 4.8"
_DISCOVERY = "RFC 9989 section 4.10.1"
_HISTORIC = "RFC 7489 section 6.3"

# RFC 9989 section 4.8: dmarc-version, then dmarc-sep or the end.
_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
TAG_NAME = re.compile(r"[A-Za-z]+")  # RFC 9989 section 4.8: dmarc-tag
_TAG_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]+")  # RFC 9989 section 4.8: dmarc-value
_DIGITS = re.compile(r"[0-9]{1,10}")
_REPORT_FORMATS = re.compile(r"[A-Za-z0-9-]+(?:[ \t]*:[ \t]*[A-Za-z0-9-]+)*")  # RFC 7489 section 6.4: dmarc-rfmt
_MAX_PCT = 100
_MAX_RI = 2**32 - 1  # RFC 7489 section 6.3: a 32-bit unsigned integer


class DmarcPolicy(Enum):
    """What receivers are asked to do with mail that fails (RFC 9989 section 4.7, `p`, `sp` and `np`)."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"

    @property
    def strength(self) -> int:
        """0 for `none`, 1 for `quarantine`, 2 for `reject`."""
        return list(DmarcPolicy).index(self)

    def is_weaker_than(self, other: DmarcPolicy) -> bool:
        """Whether this asks for less than `other`."""
        return self.strength < other.strength


class Alignment(Enum):
    """How close an authenticated domain must be to the From domain (RFC 9989 section 4.7, `adkim` and `aspf`)."""

    RELAXED = "r"
    """The same organizational domain."""

    STRICT = "s"
    """The same domain."""


class FailureOption(Enum):
    """When a failure report is wanted (RFC 9989 section 4.7, `fo`)."""

    ALL_FAIL = "0"
    """If nothing gives an aligned pass."""

    ANY_FAIL = "1"
    """If anything gives something other than an aligned pass."""

    DKIM = "d"
    """If a DKIM signature fails, aligned or not."""

    SPF = "s"
    """If SPF fails, aligned or not."""


class PsdFlag(Enum):
    """What the domain is in the DNS tree walk (RFC 9989 section 4.7, `psd`)."""

    YES = "y"
    """A public suffix; for public suffix operators only."""

    NO = "n"
    """An organizational domain: the walk stops here."""

    UNKNOWN = "u"
    """Not said: the walk decides."""


class _Kind(ABC):
    """The values that tags of one kind have: how they are checked, read and written."""

    absent: ClassVar[tuple[()] | None] = None
    """What the field holds if the tag is absent or wrong."""

    separator: ClassVar[str] = ""
    """Stands between the items of a list."""

    may_hold_tabs: ClassVar[bool] = False
    """Lists may have a tab around their separators (RFC 9989 section 4.8: dmarc-urilist), no other value may."""

    write: Callable[[object], str] = str
    """Gives the text of a value, or of one item of a list."""

    @abstractmethod
    def check(self, argument: str, value: object) -> object:
        """The value of an argument of `DmarcRecord`, as the field keeps it.

        Raises:
            EmailAuthError: if it is of another kind.
        """

    @abstractmethod
    def read(self, row: DmarcTag, tag: Tag, reader: _Reader) -> object:
        """The value of `tag` in a text; what is wrong with it goes to `reader`."""


class _Word(_Kind):
    """One word of an enum."""

    write = attrgetter("_value_")

    def __init__(self, enum: type[Enum]) -> None:
        self.enum = enum
        self.members = {str(member.value): member for member in enum}

    def check(self, argument: str, value: object) -> object:
        if value is None or isinstance(value, self.enum):
            return value
        kind = self.enum.__name__
        meant = self.members.get(str(value).lower())
        fix = " or ".join(f"{kind}.{member.name}" for member in (self.enum if meant is None else (meant,)))
        article = "an" if kind.startswith("A") else "a"
        raise EmailAuthError(f"{argument} must be {article} {kind}, got {value!r}; use {fix}")

    def read(self, row: DmarcTag, tag: Tag, reader: _Reader) -> object:
        member = self.members.get(tag.value.lower())  # RFC 5234 section 2.3: literals are case-insensitive
        if member is None:
            allowed = ", ".join(map(repr, self.members))
            reader.wrong_value(row, tag, f"must be one of {allowed}, got {tag.value!r}")
        return member


class _FailureOptions(_Kind):
    """A list without repeats and without both 0 and 1 (RFC 9989 sections 4.7 and 4.8)."""

    absent = ()
    separator = ":"
    option = _Word(FailureOption)
    write = attrgetter("_value_")

    def check(self, argument: str, value: object) -> object:
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise EmailAuthError(f"{argument} must be a list, got {value!r}; write for example [FailureOption.ANY_FAIL]")
        options = [self.option.check(f"an entry of {argument}", entry) for entry in value if entry is not None]
        fault = self._fault(options)
        if fault is not None:
            raise EmailAuthError(f"{argument} {fault}")
        return tuple(options)

    def read(self, row: DmarcTag, tag: Tag, reader: _Reader) -> object:
        options = [self.option.members.get(word.lower()) for word in tag.value.split(":")]
        if None in options:
            allowed = ", ".join(map(repr, self.option.members))
            fault: str | None = f"must be {allowed} with ':' between them, got {tag.value!r}"
        else:
            fault = self._fault(options)
        if fault is not None:
            reader.wrong_value(row, tag, fault)
            return ()
        return tuple(options)

    @staticmethod
    def _fault(options: Sequence[object]) -> str | None:
        if {FailureOption.ALL_FAIL, FailureOption.ANY_FAIL} <= set(options):
            return "holds both '0' and '1', which exclude each other; keep one"
        return "holds an option twice; keep one" if len(set(options)) < len(options) else None


class _ReportUris(_Kind):
    """A list of URIs. A wrong one does not spoil the others."""

    absent = ()
    separator = ","
    may_hold_tabs = True

    def check(self, argument: str, value: object) -> object:
        return report_uris(argument, value)

    def read(self, row: DmarcTag, tag: Tag, reader: _Reader) -> object:
        uris: list[ReportUri] = []
        start = tag.value_span[0]
        for item in tag.value.split(","):
            uri = item.strip(" \t")
            at = start + len(item) - len(item.lstrip(" \t"))
            try:
                uris.append(ReportUri.parse(uri))
            except EmailAuthError as error:
                message = f"{row.name}: {error}" if uri else f"{row.name} has an empty entry; write one ',' between two URIs"
                reader.add(message, (at, at + len(uri)), _GRAMMAR)
            start += len(item) + 1
        return tuple(uris)


class _YesOrNo(_Kind):
    """`y` or `n`."""

    def check(self, argument: str, value: object) -> object:
        if value is None or isinstance(value, bool):
            return value
        raise EmailAuthError(f"{argument} must be True, False or None, got {value!r}")

    def read(self, row: DmarcTag, tag: Tag, reader: _Reader) -> object:
        answer = {"y": True, "n": False}.get(tag.value.lower())
        if answer is None:
            reader.wrong_value(row, tag, f"must be 'y' or 'n', got {tag.value!r}")
        return answer

    @staticmethod
    def write(value: object) -> str:
        return "y" if value else "n"


class _Number(_Kind):
    """A whole number up to a maximum."""

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum

    def check(self, argument: str, value: object) -> object:
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= self.maximum):
            return value
        raise EmailAuthError(f"{argument} must be a whole number from 0 to {self.maximum}, got {value!r}")

    def read(self, row: DmarcTag, tag: Tag, reader: _Reader) -> object:
        if _DIGITS.fullmatch(tag.value) and int(tag.value) <= self.maximum:
            return int(tag.value)
        reader.wrong_value(row, tag, f"must be a whole number from 0 to {self.maximum}, got {tag.value!r}")
        return None


class _ReportFormats(_Kind):
    """One or more formats with ":" between them, kept as one text."""

    may_hold_tabs = True

    def check(self, argument: str, value: object) -> object:
        if value is None or (isinstance(value, str) and self._is_right(value)):
            return value
        message = f"{argument} must be report formats with ':' between them, got {value!r}; the only one in use is 'afrf'"
        raise EmailAuthError(message)

    def read(self, row: DmarcTag, tag: Tag, reader: _Reader) -> object:
        if self._is_right(tag.value):
            return tag.value
        reader.wrong_value(row, tag, f"must be report formats with ':' between them, got {tag.value!r}")
        return None

    @staticmethod
    def _is_right(text: str) -> bool:
        return holds_token(text) or _REPORT_FORMATS.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class DmarcTag:
    """What is known of one tag."""

    name: str
    """The name in the text of a record, in lower case."""

    field: str
    """The field and argument of `DmarcRecord`."""

    kind: _Kind

    default: str | None = None
    """What receivers take if the tag is absent or wrong; None if that depends on other tags."""

    is_decisive: bool = False
    """Whether the tag has a say in whether receivers apply DMARC at all (RFC 9989 section 4.10.1)."""

    voids_record: bool = False
    """Whether a wrong value ends the enforcement of the record (RFC 9989 section 4.10.1), and not the tag alone."""

    is_historic: bool = False
    """Whether RFC 9989 removed the tag; its section is that of RFC 7489 then."""


# In the order in which they are written: p right behind v (RFC 7489 section 6.3); RFC 9989 section 4.7 leaves the order free.
DMARC_TAGS = (
    DmarcTag("p", "policy", _Word(DmarcPolicy), is_decisive=True, voids_record=True),
    DmarcTag("sp", "subdomain_policy", _Word(DmarcPolicy), is_decisive=True, voids_record=True),
    DmarcTag("np", "nonexistent_subdomain_policy", _Word(DmarcPolicy), is_decisive=True, voids_record=True),
    DmarcTag("adkim", "adkim", _Word(Alignment), default="r"),
    DmarcTag("aspf", "aspf", _Word(Alignment), default="r"),
    DmarcTag("fo", "fo", _FailureOptions(), default="0"),
    DmarcTag("rua", "rua", _ReportUris(), is_decisive=True),
    DmarcTag("ruf", "ruf", _ReportUris()),
    DmarcTag("psd", "psd", _Word(PsdFlag), default="u"),
    DmarcTag("t", "testing", _YesOrNo(), default="n"),
    DmarcTag("pct", "pct", _Number(_MAX_PCT), default="100", is_historic=True),
    DmarcTag("rf", "rf", _ReportFormats(), default="afrf", is_historic=True),
    DmarcTag("ri", "ri", _Number(_MAX_RI), default="86400", is_historic=True),
)
_BY_NAME = {row.name: row for row in DMARC_TAGS}
_FIELDS = attrgetter(*(row.field for row in DMARC_TAGS))
_KINDS = {row.field: row.kind for row in DMARC_TAGS}
KNOWN_TAGS = ("v", *_BY_NAME)
DEFAULTS = {row.name: row.default for row in DMARC_TAGS if row.default is not None}


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


@dataclass(frozen=True, slots=True, init=False)
class DmarcRecord:
    """The value of the TXT record at `_dmarc.<domain>`.

    Fields keep what was written, None or () is an absent tag; the `effective_*` properties know the defaults. `str()`
    gives the canonical text, or the original one of a record made by `verbatim`; the spelling is no part of equality.
    """

    policy: DmarcPolicy | None
    """`p`: for mail from the domain itself. Absent, it is `none`."""
    subdomain_policy: DmarcPolicy | None
    """`sp`: for mail from subdomains. Absent, it is `policy`."""
    nonexistent_subdomain_policy: DmarcPolicy | None
    """`np`: for mail from subdomains that DNS answers with NXDOMAIN. Absent, it is `subdomain_policy`."""
    adkim: Alignment | None
    """`adkim`: how close the DKIM domain must be. Absent, it is relaxed."""
    aspf: Alignment | None
    """`aspf`: how close the SPF domain must be. Absent, it is relaxed."""
    rua: tuple[ReportUri, ...]
    """`rua`: where aggregate reports go."""
    ruf: tuple[ReportUri, ...]
    """`ruf`: where failure reports go."""
    fo: tuple[FailureOption, ...]
    """`fo`: when failure reports are wanted."""
    psd: PsdFlag | None
    """`psd`: what the domain is in the tree walk."""
    testing: bool | None
    """`t`: True asks receivers to apply every policy one level down."""
    pct: int | None
    """`pct`: historic, per cent from 0 to 100."""
    rf: str | None
    """`rf`: historic, formats of failure reports."""
    ri: int | None
    """`ri`: historic, seconds between aggregate reports."""
    other: tuple[tuple[str, str], ...]
    """Unknown tags as (name, value), in order; receivers ignore them."""
    _spelling: str | None = field(init=False, compare=False, repr=False)

    def __init__(  # noqa: PLR0913 - one argument for each tag
        self,
        *,
        policy: DmarcPolicy | None = None,
        subdomain_policy: DmarcPolicy | None = None,
        nonexistent_subdomain_policy: DmarcPolicy | None = None,
        adkim: Alignment | None = None,
        aspf: Alignment | None = None,
        rua: Iterable[ReportUri | str] = (),
        ruf: Iterable[ReportUri | str] = (),
        fo: Iterable[FailureOption] = (),
        psd: PsdFlag | None = None,
        testing: bool | None = None,
        pct: int | None = None,
        rf: str | None = None,
        ri: int | None = None,
        other: Iterable[tuple[str, str]] = (),
    ) -> None:
        """The value of the TXT record at `_dmarc.<domain>` (RFC 9989 section 4.7; `pct`, `rf`, `ri`: RFC 7489 section 6.3).

        An argument that is left out leaves its tag out. In `rua` and `ruf` an entry is a `ReportUri`, a bare mail address, or
        the text of a URI.

        Args:
            policy: `p`: for mail from the domain itself. Default: - `none`, if there is a `rua`
            subdomain_policy: `sp`: for mail from subdomains. Default: - that of the domain
            nonexistent_subdomain_policy: `np`: for mail from subdomains that DNS answers with NXDOMAIN. Default: - that of
                subdomains
            adkim: `adkim`: how close the DKIM domain must be. Default: - relaxed
            aspf: `aspf`: how close the SPF domain must be. Default: - relaxed
            rua: `rua`: where aggregate reports go. Default: - no reports
            ruf: `ruf`: where failure reports go. Default: - no reports
            fo: `fo`: when failure reports are wanted. Default: - if nothing gives an aligned pass
            psd: `psd`: what the domain is in the tree walk. Default: - unknown: the walk decides
            testing: `t`: True asks receivers to apply every policy one level down. Default: - False
            pct: `pct`: historic, per cent from 0 to 100. Default: - 100
            rf: `rf`: historic, formats of failure reports. Default: - `afrf`
            ri: `ri`: historic, seconds between aggregate reports. Default: - 86400 seconds
            other: unknown tags as (name, value), in order; receivers ignore them. Default: - none

        Raises:
            EmailAuthError: if a value is of a wrong kind, if `fo` holds both 0 and 1 or an option twice, or if there is neither
                a policy nor a `rua`: receivers then apply no DMARC at all (RFC 9989 section 4.10.1).
        """
        arguments = {
            "policy": policy,
            "subdomain_policy": subdomain_policy,
            "nonexistent_subdomain_policy": nonexistent_subdomain_policy,
            "adkim": adkim,
            "aspf": aspf,
            "rua": rua,
            "ruf": ruf,
            "fo": fo,
            "psd": psd,
            "testing": testing,
            "pct": pct,
            "rf": rf,
            "ri": ri,
        }
        for name, value in arguments.items():
            kind = _KINDS[name]
            object.__setattr__(self, name, value if value is kind.absent else kind.check(name, value))
        object.__setattr__(self, "other", () if other == () else _checked_other(other))
        object.__setattr__(self, "_spelling", None)
        if self.policy is None and not self.rua:
            raise EmailAuthError(
                f"policy or rua must be given, or receivers apply no DMARC ({_DISCOVERY}); use DmarcPolicy.NONE"
            )

    def __str__(self) -> str:
        if self._spelling is not None:
            return self._spelling
        text = "v=DMARC1"
        for row, value in zip(DMARC_TAGS, _FIELDS(self), strict=True):
            if value is None:
                continue
            if isinstance(value, tuple):
                if value:
                    text += f"; {row.name}={row.kind.separator.join(map(row.kind.write, value))}"
            else:
                text += f"; {row.name}={row.kind.write(value)}"
        for name, written in self.other:
            text += f"; {name}={written}"
        return text

    @classmethod
    def parse(cls, text: str) -> DmarcRecord:
        """Reads a record strictly.

        Args:
            text: the value of the TXT record, its strings joined without a space.

        Raises:
            RecordSyntaxError: for the first thing in `text` that RFC 9989 section 4.7, 4.8 or 4.10.1 calls wrong.
        """
        reading = cls.read(text)
        if reading.record is None or reading.problems:
            raise reading.problems[0].error
        return reading.record

    @classmethod
    def verbatim(cls, text: str) -> DmarcRecord:
        """Like `parse`, but `str()` gives `text` unchanged: for taking over a record that stands in DNS already.

        Args:
            text: the value of the TXT record, its strings joined without a space.

        Raises:
            RecordSyntaxError: as `parse`.
        """
        record = cls.parse(text)
        object.__setattr__(record, "_spelling", text)
        return record

    @classmethod
    def read(cls, text: str) -> DmarcReading:
        """What a receiver makes of `text`, and what is wrong with it; never raises.

        Args:
            text: the value of the TXT record, its strings joined without a space.
        """
        reader = _Reader(text)
        record = cls._from(reader) if reader.is_readable else None
        return DmarcReading(record, reader.in_order())

    @staticmethod
    def is_dmarc(text: str) -> bool:
        """Whether a receiver takes a TXT value at `_dmarc` as a DMARC record, good or bad (RFC 9989 section 4.10).

        Args:
            text: the value of the TXT record, its strings joined without a space.
        """
        return _VERSION.match(text) is not None

    @property
    def effective_policy(self) -> DmarcPolicy:
        """The policy for the domain itself. Default: `none` (RFC 9989 section 4.10.1)"""
        return self.policy if self.policy is not None else DmarcPolicy.NONE

    @property
    def effective_subdomain_policy(self) -> DmarcPolicy:
        """The policy for subdomains. Default: that of the domain"""
        return self.subdomain_policy if self.subdomain_policy is not None else self.effective_policy

    @property
    def effective_nonexistent_subdomain_policy(self) -> DmarcPolicy:
        """The policy for names that do not exist. Default: that of subdomains"""
        written = self.nonexistent_subdomain_policy
        return written if written is not None else self.effective_subdomain_policy

    @property
    def effective_adkim(self) -> Alignment:
        """The DKIM alignment. Default: relaxed"""
        return self.adkim if self.adkim is not None else Alignment.RELAXED

    @property
    def effective_aspf(self) -> Alignment:
        """The SPF alignment. Default: relaxed"""
        return self.aspf if self.aspf is not None else Alignment.RELAXED

    @property
    def effective_fo(self) -> tuple[FailureOption, ...]:
        """When failure reports are wanted. Default: if nothing gives an aligned pass"""
        return self.fo or (FailureOption.ALL_FAIL,)

    @property
    def effective_psd(self) -> PsdFlag:
        """What the domain is in the tree walk. Default: unknown"""
        return self.psd if self.psd is not None else PsdFlag.UNKNOWN

    @property
    def effective_testing(self) -> bool:
        """Whether policies apply one level down. Default: False"""
        return self.testing is True

    def applied(self, policy: DmarcPolicy) -> DmarcPolicy:
        """What is left of `policy` after `t=y`: `reject` becomes `quarantine`, `quarantine` becomes `none`."""
        return list(DmarcPolicy)[max(policy.strength - 1, 0)] if self.effective_testing else policy

    def external_destinations(self, domain: DomainName | str) -> tuple[ExternalDestination, ...]:
        """The hosts of `rua` and `ruf` outside the organization of `domain`, one entry each (RFC 9990 section 4).

        Without consent of such a host reporters send nothing to it. Opaque hosts are left out.

        Raises:
            EmailAuthError: if `domain` is not a domain name, or a host cannot consent because the record name is too long.
        """
        name = domain if isinstance(domain, DomainName) else DomainName(domain)
        return external_destinations(name, self.rua + self.ruf)

    @classmethod
    def _from(cls, reader: _Reader) -> DmarcRecord | None:
        fields = {row.field: reader.value(row) for row in DMARC_TAGS if row.is_decisive}
        if reader.is_void:
            # RFC 9989 section 4.10.1: receivers act as if it said p=none, but only for a record with a valid rua.
            fields |= {row.field: None for row in DMARC_TAGS if row.voids_record}
            fields["policy"] = DmarcPolicy.NONE if fields["rua"] else None
        elif fields["policy"] is None and not fields["rua"]:
            message = "there is neither a p nor a valid rua, so receivers apply no DMARC; write 'p=none'"
            reader.add(message, (len(reader.text), len(reader.text)), _DISCOVERY, voids_record=True)
        # The rest is read in any case, so that all problems are reported.
        fields |= {row.field: reader.value(row) for row in DMARC_TAGS if not row.is_decisive}
        other = reader.others()
        if fields["policy"] is None and not fields["rua"]:
            return None
        record = object.__new__(cls)  # the values were checked when they were read
        for name, value in (fields | {"other": other, "_spelling": None}).items():
            object.__setattr__(record, name, value)
        return record


def _checked_other(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Tags that no standard knows: letters, one time each, with a value that can stand in a record."""
    names = set(KNOWN_TAGS)
    checked: list[tuple[str, str]] = []
    for name, value in pairs:
        if not TAG_NAME.fullmatch(name):
            raise EmailAuthError(f"other: a tag name must be of the letters a to z, got {name!r}")
        if name.lower() in names:
            raise EmailAuthError(f"other: the tag {name!r} is known or stands there twice; use its own argument, or keep one")
        if not holds_token(value) and (not _TAG_VALUE.fullmatch(value) or value != value.strip(" ")):
            raise EmailAuthError(f"other: the value of {name!r} must be printable US-ASCII without ';', got {value!r}")
        names.add(name.lower())
        checked.append((name, value))
    return tuple(checked)


class _Reader:
    """The tags of one text, and what is wrong with them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[DmarcProblem] = []
        self._known: dict[str, Tag] = {}
        self._unknown: list[Tag] = []
        try:
            tags = self._frame()
        except RecordSyntaxError as error:
            self.problems.append(DmarcProblem(error, voids_record=True))
        else:
            self._sort(tags)
        self.is_readable = not self.problems
        """Whether there is a frame of tags with the right version first and no tag twice."""

    @property
    def is_void(self) -> bool:
        """Whether a problem so far voids the record."""
        return any(problem.voids_record for problem in self.problems)

    def value(self, row: DmarcTag) -> object:
        """The value of a tag as its field keeps it, also if it is absent or wrong."""
        tag = self._known.get(row.name)
        return row.kind.read(row, tag, self) if tag is not None and self._is_well_formed(tag) else row.kind.absent

    def others(self) -> tuple[tuple[str, str], ...]:
        """The tags that no standard knows, in order. RFC 9989 section 4.7: unknown tags must be ignored."""
        return tuple((tag.name, tag.value) for tag in self._unknown if self._is_well_formed(tag))

    def in_order(self) -> tuple[DmarcProblem, ...]:
        """The problems in the order of the text."""
        return tuple(sorted(self.problems, key=lambda problem: problem.error.span))

    def add(self, message: str, span: tuple[int, int], reference: str, *, voids_record: bool = False) -> None:
        """Notes a problem."""
        self.problems.append(DmarcProblem(RecordSyntaxError(message, self.text, span, reference), voids_record))

    def wrong_value(self, row: DmarcTag, tag: Tag, reason: str) -> None:
        """Notes that a tag has a value which it cannot have; `reason` goes on from its name."""
        self._wrong(tag, f"{row.name} {reason}", _HISTORIC if row.is_historic else _TAGS)

    def _frame(self) -> tuple[Tag, ...]:
        line_break = re.search(r"[\r\n]", self.text)
        if line_break is not None:  # the scanner allows the line breaks of DKIM
            raise RecordSyntaxError("a line break cannot stand in the record", self.text, line_break.span(), _GRAMMAR)
        tags = scan(self.text, reference=_GRAMMAR)
        version = tags[0]
        if version.name_span[0] != 0 or version.name.lower() != "v":
            message = "the record must begin with 'v=DMARC1'; receivers ignore it otherwise"
            raise RecordSyntaxError(message, self.text, (0, version.name_span[1]), _GRAMMAR)
        if version.value != "DMARC1":
            message = f"the version must be 'DMARC1' in this very spelling, with a ';' behind it, got {version.value!r}"
            raise RecordSyntaxError(message, self.text, version.value_span, _GRAMMAR)
        return tags

    def _sort(self, tags: tuple[Tag, ...]) -> None:
        names: set[str] = set()
        for tag in tags:
            name = tag.name.lower()
            if name in names:
                # RFC 6376 section 3.2, whose syntax DMARC takes over: the entire tag-list is invalid.
                message = f"the tag {name!r} stands there twice; keep one"
                self.add(message, tag.name_span, "RFC 6376 section 3.2", voids_record=True)
            elif name in _BY_NAME:
                self._known[name] = tag
            elif names:  # the first one is the version
                self._unknown.append(tag)
            names.add(name)

    def _is_well_formed(self, tag: Tag) -> bool:
        row = _BY_NAME.get(tag.name.lower())
        value = tag.value.replace("\t", " ") if row is not None and row.kind.may_hold_tabs else tag.value
        if not TAG_NAME.fullmatch(tag.name):
            self.add(f"the tag name {tag.name!r} may hold letters only", tag.name_span, _GRAMMAR)
        elif not value:
            self._wrong(tag, f"{tag.name} has no value; write one or remove the tag", _GRAMMAR)
        elif not (_TAG_VALUE.fullmatch(value) or holds_token(value)):
            self._wrong(tag, f"{tag.name} holds a character that is not printable US-ASCII, got {tag.value!r}", _GRAMMAR)
        else:
            return True
        return False

    def _wrong(self, tag: Tag, message: str, reference: str) -> None:
        # RFC 9989 section 4.8: a tag with a wrong value takes its default, unless it voids the record.
        row = _BY_NAME.get(tag.name.lower())
        self.add(message, tag.value_span, reference, voids_record=row is not None and row.voids_record)


@dataclass(frozen=True, slots=True)
class ExternalDestination:
    """A report destination that must consent, by a TXT record in its own zone, before reporters send anything to it."""

    uri: ReportUri
    """The first URI with this host."""

    record_name: DomainName
    """The name of the consent record, `example.com._report._dmarc.reports.example.net`."""

    value: str = "v=DMARC1;"
    """The value of the consent record; older readers need the final ";" (RFC 7489 section 6.4)."""


def external_destinations(domain: DomainName, uris: Iterable[ReportUri]) -> tuple[ExternalDestination, ...]:
    """The hosts of `uris` outside the organization of `domain`, one entry each, in order.

    Hosts that are not known (a CDK token, no host) are left out; so is everything if `domain` is opaque.

    Raises:
        EmailAuthError: if the name of a consent record is over the limits of DNS, so that no consent is possible.
    """
    destinations: dict[DomainName, ExternalDestination] = {}
    for uri in uris:
        host = uri.host
        if host is not None and host not in destinations and domain.is_known and not _is_internal(host, domain):
            destinations[host] = ExternalDestination(uri, _record_name(host, domain))
    return tuple(destinations.values())


def _is_internal(host: DomainName, domain: DomainName) -> bool:
    if host.is_at_or_below(domain) or domain.is_at_or_below(host):
        return True
    return domain.organizational is not None and domain.organizational == host.organizational


def _record_name(host: DomainName, domain: DomainName) -> DomainName:
    try:
        return DomainName(f"{domain}._report._dmarc.{host}")
    except InvalidDomainName as error:
        message = f"{host.text!r} cannot consent to reports about {domain.text!r} (RFC 9990 section 4): {error.reason}"
        raise EmailAuthError(f"{message}; send the reports to a shorter host, or to {domain.text!r} itself") from error
