"""Which zone a master file is about where it does not say so itself, by `$ORIGIN` or by a SOA record with an absolute owner.

Said by the user (`--origin`), by the comment `;; Domain:` of Cloudflare's exports, or taken from the name of the file:
`example.com.zone`, `db.example.com`. A name whose last label is no top-level domain (`corp.internal`), or rather that of a
stage (`prod`), is the name of a file and of nothing else. Cloudflare's exports until 2018 have their SOA record at the root,
below `$ORIGIN .`: `zone_of_root_soa` finds the zone that is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from ses_email_auth.zone.declared import declared_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ses_email_auth.domain_name import DomainName

_NO_ZONES = frozenset({"bak", "conf", "log", "md", "old", "orig", "part", "py", "rst", "tmp"})
_STAGES = frozenset({"prod"})  # a top-level domain too, but one without domains that people register
_FILE_NAME = re.compile(r"(?:db\.|named\.)?(.+?)(?:\.(?:zone|db|dns|hosts|txt))?", re.IGNORECASE)
_DOMAIN_COMMENT = re.compile(r";+[ \t]*Domain:[ \t]*([^ \t\r]+)[ \t\r]*", re.IGNORECASE)
_ROOT = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedOrigin:
    """The zone of a file that does not name it, and how that is known."""

    name: DomainName | None = None
    is_guess: bool = False
    """Whether only the name of the file says so."""

    said: tuple[DomainName, ...] = ()
    """What the user or the comment says, in this order."""

    doubt: str = ""
    """Why the name of the file is not taken, to stand behind a sentence; empty if nothing was doubted."""

    @property
    def remedy(self) -> str:
        """What to do where a name is relative to nothing."""
        return f"{self.doubt}; give --origin NAME, or write '$ORIGIN NAME.' as the first line"


def assumed_origin(text: str, path: str, given: DomainName | None) -> AssumedOrigin:
    """What `text` at `path` is relative to until it says something else."""
    comment = _domain_of_comment(text)
    said = tuple(name for name in (given, comment) if name is not None)
    if said:
        return AssumedOrigin(name=said[0], said=said)
    name = _name_of_file(path)
    if name is not None and (name.labels[-1] in _STAGES or not name.has_top_level_domain):
        return AssumedOrigin(doubt=f" ({str(name)!r}, the name of the file, does not look like a zone)")
    return AssumedOrigin(name=name, is_guess=name is not None)


def _domain_of_comment(text: str) -> DomainName | None:
    """The domain that a comment in front of the first entry names."""
    for line in text.removeprefix("\ufeff").split("\n"):
        if line.strip() and not line.startswith(";"):
            return None
        match = _DOMAIN_COMMENT.fullmatch(line)
        name = None if match is None else declared_name(match[1])
        if name is not None and name.is_known and name.is_hostname:
            return name
    return None


def _name_of_file(path: str) -> DomainName | None:
    match = _FILE_NAME.fullmatch(PurePath(path).name)
    name = None if match is None else declared_name(match[1])
    if name is None or not name.is_known or not name.is_hostname or name.labels[-1] in _NO_ZONES:
        return None
    return name


def zone_of_root_soa(
    assumed: AssumedOrigin, primary_server: str, names: Collection[DomainName], apexes: Collection[DomainName]
) -> DomainName | None:
    """The zone of a file whose SOA record stands at the root; None if nothing that names one fits all records.

    A wrong zone would have records missed that stand elsewhere. So the server that the SOA record names as primary counts only
    if it is the zone itself, as in Cloudflare's old exports, or if its domain has name servers in the file.

    Args:
        assumed: what is said beside the records.
        primary_server: the first field of the SOA record (MNAME, RFC 1035 section 3.3.13).
        names: the names of all other records.
        apexes: those that have NS records.
    """
    for zone in _candidates(assumed, declared_name(primary_server), names, apexes):
        if all(name.is_at_or_below(zone) for name in names):
            return zone
    return None


def _candidates(
    assumed: AssumedOrigin, server: DomainName | None, names: Collection[DomainName], apexes: Collection[DomainName]
) -> Iterator[DomainName]:
    yield from assumed.said
    if server is not None:
        if server in names:
            yield server
        if server.organizational in apexes and server.organizational is not None:
            yield server.organizational
    if assumed.is_guess and assumed.name is not None and assumed.name in names:
        yield assumed.name
