"""The words that DMARC tags take (RFC 9989 section 4.7), and the checks of what a caller passes for them.

Import these names from `ses_email_auth.records.dmarc`.

Consent of report destinations in other organizations (RFC 9990 section 4, for failure reports RFC 9991 section 5).

Organizational domains come from the Public Suffix List; the DNS tree walk that receivers do can see other borders. Not
handled: the `rua=` override in the consent record.

Reads the text of a DMARC record tag by tag and collects what is wrong with it (RFC 9989 sections 4.7, 4.8 and 4.10.1).

`DmarcRecord.read` is the way in. The historic tags `pct`, `rf` and `ri` are read by RFC 7489 section 6.3.

The canonical order and spelling of DMARC tags (RFC 9989 section 4.8; RFC 7489 section 6.3 for the place of `p`).

DMARC records (RFC 9989 sections 4.7, 4.8 and 4.10.1; the historic tags of RFC 7489 section 6.3 are kept).

Not handled here: finding the record (the DNS tree walk of RFC 9989 section 4.10), good practice (`ses_email_auth.checks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.report_uri import ReportUri, report_uris
from ses_email_auth.records.tag_list import Tag, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Alignment",
    "DmarcPolicy",
    "DmarcProblem",
    "DmarcReading",
    "DmarcRecord",
    "ExternalDestination",
    "FailureOption",
    "PsdFlag",
    "TagReader",
    "external_destinations",
    "tags",
]

# RFC 9989 section 4.7, and the three tags of RFC 7489 section 6.3 that it made historic.
KNOWN_TAGS = ("v", "p", "sp", "np", "adkim", "aspf", "fo", "rua", "ruf", "psd", "t", "pct", "rf", "ri")
TAG_NAME = re.compile(r"[A-Za-z]+")  # RFC 9989 section 4.8: dmarc-tag
TAG_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]+")  # RFC 9989 section 4.8: dmarc-value
REPORT_FORMATS = re.compile(r"[A-Za-z0-9-]+(?:[ \t]*:[ \t]*[A-Za-z0-9-]+)*")  # RFC 7489 section 6.4: dmarc-rfmt
MAX_PCT = 100
MAX_RI = 2**32 - 1  # RFC 7489 section 6.3: a 32-bit unsigned integer


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


E = TypeVar("E", bound=Enum)


def checked_enum(name: str, value: object, kind: type[E]) -> E | None:
    """`value` if it is None or a member of `kind`; a bare string is refused with the member to use."""
    if value is None or isinstance(value, kind):
        return value
    members = [f"{kind.__name__}.{member.name}" for member in kind]
    meant = [f"{kind.__name__}.{member.name}" for member in kind if member.value == str(value).lower()]
    article = "an" if kind.__name__.startswith("A") else "a"
    raise EmailAuthError(f"{name} must be {article} {kind.__name__}, got {value!r}; use {' or '.join(meant or members)}")


def checked_failure_options(value: object) -> tuple[FailureOption, ...]:
    """The options of `fo`: a list without repeats and without both 0 and 1 (RFC 9989 sections 4.7 and 4.8)."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise EmailAuthError(f"fo must be a list, got {value!r}; write for example [FailureOption.ANY_FAIL]")
    options = [option for entry in value if (option := checked_enum("an entry of fo", entry, FailureOption)) is not None]
    fault = failure_options_fault(options)
    if fault is not None:
        raise EmailAuthError(f"fo {fault}")
    return tuple(options)


def failure_options_fault(options: list[FailureOption]) -> str | None:
    """What forbids these options to stand together, or None."""
    if {FailureOption.ALL_FAIL, FailureOption.ANY_FAIL} <= set(options):
        return "holds both '0' and '1', which exclude each other; keep one"
    return "holds an option twice; keep one" if len(set(options)) < len(options) else None


def checked_flag(name: str, value: object) -> bool | None:
    """`value` if it is a bool or None."""
    if value is None or isinstance(value, bool):
        return value
    raise EmailAuthError(f"{name} must be True, False or None, got {value!r}")


def checked_number(name: str, value: object, maximum: int) -> int | None:
    """`value` if it is None or a whole number from 0 to `maximum`."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= maximum):
        return value
    raise EmailAuthError(f"{name} must be a whole number from 0 to {maximum}, got {value!r}")


def checked_formats(value: str | None) -> str | None:
    """The value of `rf`: one or more report formats with ":" between them."""
    if value is None or holds_token(value) or REPORT_FORMATS.fullmatch(value):
        return value
    raise EmailAuthError(f"rf must be report formats with ':' between them, got {value!r}; the only one in use is 'afrf'")


def checked_other(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Tags that no standard knows: letters, one time each, with a value that can stand in a record."""
    seen = set(KNOWN_TAGS)
    checked: list[tuple[str, str]] = []
    for name, value in pairs:
        if not TAG_NAME.fullmatch(name):
            raise EmailAuthError(f"other: a tag name must be of the letters a to z, got {name!r}")
        if name.lower() in seen:
            raise EmailAuthError(f"other: the tag {name!r} is known or stands there twice; use its own argument, or keep one")
        if not holds_token(value) and (not TAG_VALUE.fullmatch(value) or value != value.strip(" ")):
            raise EmailAuthError(f"other: the value of {name!r} must be printable US-ASCII without ';', got {value!r}")
        seen.add(name.lower())
        checked.append((name, value))
    return tuple(checked)


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
    found: dict[DomainName, ExternalDestination] = {}
    for uri in uris:
        host = uri.host
        if host is not None and host not in found and domain.is_known and not _is_internal(host, domain):
            found[host] = ExternalDestination(uri, _record_name(host, domain))
    return tuple(found.values())


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


def tags(record: DmarcRecord) -> Iterator[tuple[str, str]]:
    """The tags of `record` as (name, value): v, p, sp, np, adkim, aspf, fo, rua, ruf, psd, t, pct, rf, ri, unknown ones."""
    yield "v", "DMARC1"
    # RFC 7489 section 6.3: p comes right behind v; RFC 9989 section 4.7 leaves the order behind v free.
    policies = (("p", record.policy), ("sp", record.subdomain_policy), ("np", record.nonexistent_subdomain_policy))
    for name, word in (*policies, ("adkim", record.adkim), ("aspf", record.aspf)):
        if word is not None:
            yield name, word.value
    if record.fo:
        yield "fo", ":".join(option.value for option in record.fo)
    for name, uris in (("rua", record.rua), ("ruf", record.ruf)):
        if uris:
            yield name, ",".join(map(str, uris))
    if record.psd is not None:
        yield "psd", record.psd.value
    if record.testing is not None:
        yield "t", "y" if record.testing else "n"
    for name, value in (("pct", record.pct), ("rf", record.rf), ("ri", record.ri)):
        if value is not None:
            yield name, str(value)
    yield from record.other


_VERSION = re.compile(
    r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)"
)  # RFC 9989 section 4.8: dmarc-version, then dmarc-sep or the end

_NP = "nonexistent_subdomain_policy"


@dataclass(frozen=True, slots=True, init=False)
class DmarcRecord:
    """The value of the TXT record at `_dmarc.<domain>`.

    Fields keep what was written, None or () is an absent tag; the `effective_*` properties know the defaults. `str()`
    gives the canonical text, or the original one of a record made by `verbatim`; the spelling is no part of equality.

    In `rua` and `ruf` an entry is a `ReportUri`, a bare mail address, or the text of a URI.

    Raises:
        EmailAuthError: if a value is of a wrong kind, if `fo` holds both 0 and 1 or an option twice, or if there is neither
            a policy nor a `rua`: receivers then apply no DMARC at all (RFC 9989 section 4.10.1).
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
        put = partial(object.__setattr__, self)
        put("policy", checked_enum("policy", policy, DmarcPolicy))
        put("subdomain_policy", checked_enum("subdomain_policy", subdomain_policy, DmarcPolicy))
        put(_NP, checked_enum(_NP, nonexistent_subdomain_policy, DmarcPolicy))
        put("adkim", checked_enum("adkim", adkim, Alignment))
        put("aspf", checked_enum("aspf", aspf, Alignment))
        put("rua", report_uris("rua", rua))
        put("ruf", report_uris("ruf", ruf))
        put("fo", checked_failure_options(fo))
        put("psd", checked_enum("psd", psd, PsdFlag))
        put("testing", checked_flag("testing", testing))
        put("pct", checked_number("pct", pct, MAX_PCT))
        put("rf", checked_formats(rf))
        put("ri", checked_number("ri", ri, MAX_RI))
        put("other", checked_other(other))
        put("_spelling", None)
        if self.policy is None and not self.rua:
            raise EmailAuthError(
                f"policy or rua must be given, or receivers apply no DMARC ({DISCOVERY}); use DmarcPolicy.NONE"
            )

    def __str__(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in tags(self)) if self._spelling is None else self._spelling

    @classmethod
    def parse(cls, text: str) -> DmarcRecord:
        """Reads a record strictly.

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

        Raises:
            RecordSyntaxError: as `parse`.
        """
        record = cls.parse(text)
        object.__setattr__(record, "_spelling", text)
        return record

    @classmethod
    def read(cls, text: str) -> DmarcReading:
        """What a receiver makes of `text`, and what is wrong with it; never raises."""
        reader = TagReader(text)
        record = cls._from(reader) if reader.is_readable else None
        return DmarcReading(record, reader.in_order())

    @staticmethod
    def is_dmarc(text: str) -> bool:
        """Whether a receiver takes a TXT value at `_dmarc` as a DMARC record, good or bad (RFC 9989 section 4.10)."""
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

    @staticmethod
    def _from(reader: TagReader) -> DmarcRecord | None:
        policies = [reader.choice(name, DmarcPolicy) for name in ("p", "sp", "np")]
        rua = reader.uris("rua")
        if reader.is_void:
            # RFC 9989 section 4.10.1: receivers act as if it said p=none, but only for a record with a valid rua.
            policies = [DmarcPolicy.NONE if rua else None, None, None]
        elif policies[0] is None and not rua:
            message = "there is neither a p nor a valid rua, so receivers apply no DMARC; write 'p=none'"
            reader.add(message, (len(reader.text), len(reader.text)), DISCOVERY, voids_record=True)
        applies = policies[0] is not None or bool(rua)
        record = DmarcRecord(
            policy=policies[0] if applies else DmarcPolicy.NONE,  # the rest is read too, so that every problem is found
            subdomain_policy=policies[1],
            nonexistent_subdomain_policy=policies[2],
            adkim=reader.choice("adkim", Alignment),
            aspf=reader.choice("aspf", Alignment),
            rua=rua,
            ruf=reader.uris("ruf"),
            fo=reader.failure_options(),
            psd=reader.choice("psd", PsdFlag),
            testing=reader.yes_or_no("t"),
            pct=reader.number("pct", MAX_PCT),
            rf=reader.formats(),
            ri=reader.number("ri", MAX_RI),
            other=reader.others(),
        )
        return record if applies else None
