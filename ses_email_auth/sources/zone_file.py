"""Master files (RFC 1035 section 5; RFC 2308 section 4 for $TTL; RFC 3597 for unknown types and data in hexadecimal) as BIND
reads them.

A reader of our own: it keeps lines and takes zones that no server would load, so that rules can say what is wrong with them. It
cuts the text into entries of tokens, and turns names and values into Route 53's form: absolute names, and escapes in octal
instead of decimal.
Not handled: `$INCLUDE` and `$GENERATE`, which are refused, since a file that is read in part does not tell what is absent;
quoted strings over several lines, which BIND refuses too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.route53_txt import escaped_octets, octal
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile, UnreadableSource
from ses_email_auth.sources.zone_origin import AssumedOrigin, assumed_origin, zone_of_root_soa
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin, declared_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TTL = re.compile(r"[0-9]{1,10}|(?:[0-9]{1,10}[wdhms])+", re.IGNORECASE)
_TTL_PART = re.compile(r"([0-9]+)([a-z]?)")
_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1, "": 1}
_CLASS = re.compile(r"IN|CH|HS|CS|ANY|NONE|AWS|CLASS[0-9]{1,5}")
_CLI53 = "AWS"  # the class under which cli53 exports alias sets: `www 86400 AWS ALIAS A target zone true`
_INTERNET = frozenset({"IN", "CLASS1"})
_CONTROLS = frozenset({"$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE"})
_NUMBERS = {"TYPE16": "TXT", "TYPE99": "SPF"}
# The types of the IANA registry, and two that providers made up (ALIAS, ANAME).
_TYPE_NAMES = """
    A AAAA AFSDB ALIAS AMTRELAY ANAME APL ATMA AVC CAA CDNSKEY CDS CERT CNAME CSYNC DHCID DLV DNAME DNSKEY DOA DS DSYNC
    EID EUI48 EUI64 GPOS HHIT HINFO HIP HTTPS IPN IPSECKEY ISDN KEY KX L32 L64 LOC LP MB MD MF MG MINFO MR MX NAPTR NID
    NIMLOC NINFO NS NSAP NSAP-PTR NSEC NSEC3 NSEC3PARAM NULL NXT OPENPGPKEY PTR PX RESINFO RKEY RP RRSIG RT SIG SINK
    SMIMEA SOA SPF SRV SSHFP SVCB TA TALINK TKEY TLSA TXT URI WALLET WKS X25 ZONEMD BRID CLA
"""
_TYPES = frozenset(_TYPE_NAMES.split())
# The fields that are names, by type.
_NAMES = {
    **dict.fromkeys(("ALIAS", "ANAME", "CNAME", "DNAME", "NS", "PTR", "MB", "MD", "MF", "MG", "MR"), (0,)),
    **dict.fromkeys(("AFSDB", "HTTPS", "KX", "LP", "MX", "RT", "SVCB"), (1,)),
    **dict.fromkeys(("MINFO", "RP", "SOA"), (0, 1)),
    "NAPTR": (5,),
    "PX": (1, 2),
    "SRV": (3,),
}
_GENERIC = r"\#"  # RFC 3597 section 5
_ROOT = "."
_SPECIAL = re.compile(r'[";()\\]')
_WORD = re.compile(r"[^ \t]+")
_TOKEN = re.compile(
    # Possessive, so that a text of megabytes leaves no way back for each of its characters.
    r"""(?P<word>(?:[^ \t";()\\]++|\\.)++)|(?P<string>"(?:[^"\\]++|\\.)*+")|;.*|[^ \t]""",
    re.DOTALL,
)
_SHOWN = 24  # longer than any type, too short for any part of a private key


def is_zone_file(text: str) -> bool:
    """Whether the first entry of `text` is clearly one of a master file, and not prose."""
    for line in text.removeprefix("\ufeff").split("\n"):
        try:
            first = next(_entries(line.replace("(", " ").replace(")", " "), ""), None)
        except UnreadableSource:
            return False
        if first is not None:
            return _is_zone_entry(first)
    return False


def _is_zone_entry(entry: _Entry) -> bool:
    owner = "" if entry.is_continued else entry.tokens[0]
    if owner.upper() in _CONTROLS:
        return True
    head = _Head(entry.tokens[0 if entry.is_continued else 1 :])
    is_clear = bool(head.ttl or head.class_) or owner == "@" or owner.endswith(".")
    return is_clear and _is_type(head.type) and len(head.data) > 0


def read_zone_file(text: str, path: str, origin: DomainName | None = None) -> SourceFile:
    """The records of a master file; those of one owner and type are one set.

    The zone is that of the SOA record, and only a file with one is complete. Without `$ORIGIN`, names are relative to `origin`,
    to the domain in Cloudflare's comment, or to the name of the file (`db.example.com`, `example.com.zone`).

    Args:
        text: the file.
        path: where it is from.
        origin: what names are relative to where the file does not say so. Default: - as above

    Raises:
        UnreadableSource: with the line, for what is no entry of a master file.
    """
    reader = _Reader(path, assumed_origin(text, path, origin))
    for entry in _entries(text, path):
        reader.add(entry)
    return reader.source_file()


class _Reader:
    """Reads the entries of one master file in order."""

    def __init__(self, path: str, assumed: AssumedOrigin) -> None:
        self.path = path
        self.assumed = assumed
        self.origin = f"{assumed.name}." if assumed.name is not None else ""
        self.is_origin_guessed = assumed.is_guess
        self.uses_guess = False
        self.origins: list[str] = []
        self.owner = self.origin
        self.default_ttl: str | None = None
        self.last_ttl = ""
        self.sets: dict[tuple[str, str], _Set] = {}

    def add(self, entry: _Entry) -> None:
        first = entry.tokens[0]
        if first.startswith("$") and not entry.is_continued:
            self._control(entry, first.upper())
            return
        head = _Head(entry.tokens if entry.is_continued else entry.tokens[1:])
        self._check(entry, head)
        if not entry.is_continued:
            if head.type == "SOA" and "." in first and not self.origins:
                # The zone is that of its SOA record, not of the file's name; Cloudflare's exports leave out the final dot.
                self.origin = first = f"{first.removesuffix('.')}."
                self.is_origin_guessed = False
            self.owner = self._absolute(first, entry)
        elif not self.owner:
            raise self._error(entry, "it begins with a blank, so it is about the owner above, and there is none")
        if head.class_ == _CLI53:
            self._add_alias(entry, head)
        elif head.class_ in _INTERNET or not head.class_:
            self._add_record(entry, head)

    def _check(self, entry: _Entry, head: _Head) -> None:
        if not head.type:
            raise self._error(entry, "the record has no type; write for example 'example.com. 600 IN TXT \"text\"'")
        if not _is_type(head.type):
            fix = "; a line that begins with a blank is about the owner above" if entry.is_continued else ""
            raise self._error(entry, f"{_shown(head.type)} is no record type{fix}")
        if not head.data:
            raise self._error(entry, f"the {head.type} record has no value")

    def _add_record(self, entry: _Entry, head: _Head) -> None:
        if head.ttl:
            self.last_ttl = _seconds(head.ttl)
            ttl = self.last_ttl
        else:  # RFC 2308 section 4: $TTL; RFC 1035 section 5.1: else that of the record before
            ttl = self.last_ttl if self.default_ttl is None else self.default_ttl
        try:
            value = _value_text(head.type, head.data, self._resolved)
        except ValueError as error:
            raise self._error(entry, str(error)) from error
        record_set = self.sets.setdefault((self.owner.lower(), head.type), _Set(self.owner, ttl, entry.line))
        record_set.values.setdefault(value, entry.line)
        record_set.ttls[ttl] = None

    def _add_alias(self, entry: _Entry, head: _Head) -> None:
        kind = head.data[0].upper()
        if head.type != "ALIAS" or not _is_type(kind):
            raise self._error(entry, f"{_shown(f'{head.type} {kind}')} is no alias set as cli53 writes it")
        self.sets.setdefault((self.owner.lower(), kind), _Set(self.owner, "", entry.line))

    def _control(self, entry: _Entry, control: str) -> None:
        argument = entry.tokens[1] if len(entry.tokens) > 1 else ""
        if control == "$ORIGIN" and argument:
            self.origin = self._absolute(argument, entry)
            self.is_origin_guessed = self.is_origin_guessed and not argument.endswith(".")
            self.origins.append(self.origin)
        elif control == "$TTL" and _TTL.fullmatch(argument):
            self.default_ttl = _seconds(argument)
        elif control == "$INCLUDE":
            raise self._error(entry, f"{control} is not followed; let 'named-compilezone' write one file of all")
        elif control == "$GENERATE":
            raise self._error(entry, f"{control} is not expanded; let 'named-compilezone' write the records out")
        else:
            raise self._error(entry, f"{_shown(' '.join(entry.tokens[:2]))} is no control entry")

    def _absolute(self, token: str, entry: _Entry) -> str:
        try:
            return self._resolved(_name_text(token))
        except ValueError as error:
            raise self._error(entry, str(error)) from error

    def _resolved(self, name: str) -> str:
        """`name` with its final dot (RFC 1035 section 5.1: a name without one is relative to the origin).

        Raises:
            ValueError: for a relative name without an origin.
        """
        if name.endswith("."):
            return name
        if not self.origin:
            reason = f"{_shown(name)} has no final dot, and no $ORIGIN above says what it is relative to"
            raise ValueError(reason + self.assumed.remedy)
        self.uses_guess = self.uses_guess or self.is_origin_guessed
        if name == "@":
            return self.origin
        return f"{name}." if self.origin == _ROOT else f"{name}.{self.origin}"

    def _error(self, entry: _Entry, reason: str) -> UnreadableSource:
        return UnreadableSource(self.path, f"line {entry.line}: {reason}")

    def source_file(self) -> SourceFile:
        zone_of_root = self._zone_of_root()
        if zone_of_root is not None:
            self._move_root_to(f"{zone_of_root}.")
        records = [
            DeclaredRecordSet.of(
                record_set.spelling,
                kind,
                tuple(record_set.values),
                Origin(self.path, resource=f"line {record_set.line}", line=record_set.line),
                ttl=record_set.ttl,
                other_ttls=tuple(ttl for ttl in record_set.ttls if ttl not in {"", record_set.ttl}),
                is_alias=not record_set.values,
                zone_id=self.path,
                value_lines=tuple(record_set.values.values()) if len(record_set.values) > 1 else (),
            )
            for (_, kind), record_set in self.sets.items()
        ]
        apex = next((record.name for record in records if record.type_text == "SOA"), None)
        kinds = {record.type_text for record in records}
        zone = DeclaredZone(
            zone_id=self.path,
            name=apex if isinstance(apex, DomainName) else self._likely_zone(records),
            # Of a SOA record at the root nobody can tell which zone is whole.
            is_complete="SOA" in kinds and (_ROOT, "SOA") not in self.sets,
            # A server may sign as it answers: that a file holds no signature says nothing.
            dnssec_signed=True if kinds & {"DNSKEY", "RRSIG"} else None,
        )
        guess = self.assumed.name if self.uses_guess else None
        return SourceFile(path=self.path, records=records, zones=[zone], guessed_zone=guess)

    def _zone_of_root(self) -> DomainName | None:
        """The zone whose SOA record stands at the root; None if none does, or nobody can tell."""
        soa = self.sets.get((_ROOT, "SOA"))
        if soa is None:
            return None
        owners = {key: declared_name(key[0]) for key in self.sets if key[0] != _ROOT}
        names = {name for name in owners.values() if isinstance(name, DomainName)}
        apexes = {name for (_, kind), name in owners.items() if isinstance(name, DomainName) and kind == "NS"}
        zone = zone_of_root_soa(self.assumed, next(iter(soa.values)).partition(" ")[0], names, apexes)
        self.uses_guess = self.uses_guess or (zone is not None and self.assumed.is_guess and zone == self.assumed.name)
        return zone

    def _move_root_to(self, apex: str) -> None:
        """Give the records at the root to the zone that is meant."""
        written, self.sets = self.sets, {}
        for (owner, kind), record_set in written.items():
            is_moved = owner == _ROOT
            kept = self.sets.setdefault(
                (apex if is_moved else owner, kind),
                _Set(apex if is_moved else record_set.spelling, record_set.ttl, record_set.line),
            )
            kept.values |= record_set.values

    def _likely_zone(self, records: list[DeclaredRecordSet]) -> DomainName | None:
        """Without a SOA record: `$ORIGIN`, or what is said or assumed beside the records, if nothing speaks against it."""
        names = [record.name for record in records if isinstance(record.name, DomainName)]
        if not names:
            return None
        for zone in self.assumed.said:
            if all(name.is_at_or_below(zone) for name in names):
                return zone
        written = declared_name(self.origins[0]) if self.origins else self.assumed.name
        if written is None or not all(name.is_at_or_below(written) for name in names):
            return None
        # `$ORIGIN www.example.com.` in a part of a zone is a short way to write names, and no apex.
        if written != written.organizational and not any(r.name == written and r.type_text == "NS" for r in records):
            return None
        self.uses_guess = self.uses_guess or (self.assumed.is_guess and not self.origins)
        return written


@dataclass(slots=True)
class _Set:
    """A record set, with the line of its first record."""

    spelling: str
    ttl: str
    line: int
    values: dict[str, int] = field(default_factory=dict)  # the line of each; RFC 2181 section 5: a record counts once
    ttls: dict[str, None] = field(default_factory=dict)  # RFC 2181 section 5.2: there should be one


class _Head:
    """What stands between the owner and the data: TTL and class in any order, then the type."""

    __slots__ = ("class_", "data", "ttl", "type")

    def __init__(self, tokens: list[str]) -> None:
        self.ttl = self.class_ = self.type = ""
        self.data: list[str] = []
        for index, token in enumerate(tokens):
            upper = token.upper()
            if not self.class_ and (upper == "IN" or _CLASS.fullmatch(upper)):
                self.class_ = upper
            elif not self.ttl and _TTL.fullmatch(token):
                self.ttl = token
            else:
                self.type = _NUMBERS.get(upper, upper)
                self.data = tokens[index + 1 :]
                return


def _is_type(kind: str) -> bool:
    return kind in _TYPES or (kind.startswith("TYPE") and kind[4:].isdecimal() and kind.isascii())


def _seconds(ttl: str) -> str:
    if ttl.isdecimal():
        return str(int(ttl))
    return str(sum(int(number) * _SECONDS[unit] for number, unit in _TTL_PART.findall(ttl.lower())))


@dataclass(slots=True)
class _Entry:
    """One record or control entry."""

    line: int
    """Where it begins, counted from 1."""

    is_continued: bool
    """Whether it begins with a blank, so that its owner is that of the entry above."""

    tokens: list[str]
    """Escapes stay as they are written. A quoted string keeps its first quote, and loses its last."""


def _entries(text: str, path: str) -> Iterator[_Entry]:
    """The entries of a file, without comments.

    Raises:
        UnreadableSource: for a quote or a parenthesis that has no partner, or a backslash at the end of a line.
    """
    entry = _Entry(0, is_continued=False, tokens=[])
    depth = 0
    for number, ended in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = ended.removesuffix("\r")
        if depth == 0:
            entry = _Entry(number, is_continued=line.startswith((" ", "\t")), tokens=[])
        if _SPECIAL.search(line) is None:
            entry.tokens += _WORD.findall(line)
        else:
            depth = _scan(line, entry.tokens, depth, f"line {number}", path)
        if depth == 0 and entry.tokens:
            yield entry
    if depth:
        raise UnreadableSource(path, f"line {entry.line}: a '(' of this entry is never closed")


def _scan(line: str, tokens: list[str], depth: int, where: str, path: str) -> int:
    """Add the tokens of `line`; return how many parentheses are open after it."""
    for match in _TOKEN.finditer(line):
        part = match.group()
        if match.lastgroup == "word":
            tokens.append(part)
        elif match.lastgroup == "string":
            tokens.append(part[:-1])
        elif part == "(":
            depth += 1
        elif part == ")":
            depth -= 1
            if depth < 0:
                raise UnreadableSource(path, f"{where}: a ')' closes nothing")
        elif not part.startswith(";"):
            what = "a quote is never closed" if part == '"' else "it ends in a backslash, which escapes nothing"
            raise UnreadableSource(path, f"{where}: {what}")
    return depth


def _shown(token: str) -> str:
    """`token` for a message: printable, and not too long."""
    return repr(token if len(token) <= _SHOWN else f"{token[:_SHOWN]}...")


_ESCAPE = re.compile(r"\\([0-9]{3}|.)", re.DOTALL)
_LAST_OCTET = 255
_DIGITS = 3


def _value_text(kind: str, data: list[str], resolved: Callable[[str], str]) -> str:
    """The data of a record of type `kind` as Route 53 writes it.

    Raises:
        ValueError: for an escape over 255, broken hexadecimal data, or a relative name without an origin.
    """
    if kind in {"TXT", "SPF"}:
        return " ".join(map(_quoted, _strings_of_hex(data)) if data[0] == _GENERIC else map(_string, data))
    fields = [_field(token) for token in data]
    places = () if data[0] == _GENERIC else _NAMES.get(kind, ())
    for index in places:
        if index < len(fields):
            fields[index] = resolved(_name_text(data[index]))
    return " ".join(fields)


def _name_text(token: str) -> str:
    """A name with its escapes in octal. A name in quotes is taken as BIND takes it.

    Raises:
        ValueError: for an escape over 255.
    """
    token = token.removeprefix('"')
    if _is_plain(token) and " " not in token:
        return token
    return "".join(
        chr(octet) if not is_escape and 0x21 <= octet <= 0x7E else octal(octet)  # noqa: PLR2004 - printable ASCII
        for part, is_escape in _parts(token)
        for octet in part
    )


def _field(token: str) -> str:
    if token.startswith('"'):
        return _string(token)
    return token if token == _GENERIC else _name_text(token)


def _string(token: str) -> str:
    token = token.removeprefix('"')
    return f'"{token}"' if _is_plain(token) else _quoted(b"".join(octets for octets, _ in _parts(token)))


def _quoted(octets: bytes) -> str:
    return f'"{escaped_octets(octets)}"'


def _is_plain(token: str) -> bool:
    return token.isascii() and token.isprintable() and "\\" not in token


def _strings_of_hex(data: list[str]) -> list[bytes]:
    r"""RFC 3597 section 5: `\# <length> <hexadecimal>`; RFC 1035 section 3.3.14: each string has its length in front."""
    try:
        octets = bytes.fromhex("".join(data[2:]))
    except ValueError:
        octets = b""
    strings: list[bytes] = []
    at = 0
    while at < len(octets):
        strings.append(octets[at + 1 : at + 1 + octets[at]])
        at += 1 + octets[at]
    if at != len(octets) or not strings or data[1] != str(len(octets)):
        raise ValueError("the data behind '\\#' is no text: a length, then the octets in hexadecimal")
    return strings


def _parts(token: str) -> Iterator[tuple[bytes, bool]]:
    """The octets of `token`, and whether they were escaped."""
    at = 0
    for match in _ESCAPE.finditer(token):
        yield _encoded(token[at : match.start()]), False
        escaped = match[1]
        if len(escaped) == _DIGITS:
            if int(escaped) > _LAST_OCTET:
                raise ValueError(f"'\\{escaped}' is no octet: escapes are three decimal digits, up to 255")
            yield bytes([int(escaped)]), True
        else:
            yield _encoded(escaped), True
        at = match.end()
    yield _encoded(token[at:]), False


def _encoded(text: str) -> bytes:
    """The octets as they stand in the file; one that is not UTF-8 was read as a lone surrogate."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
