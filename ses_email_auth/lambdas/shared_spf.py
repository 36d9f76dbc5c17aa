"""Adds Amazon SES to the SPF record of a name whose TXT record set others own, and takes back only what it added.

The physical id says what was added, and only that is taken back: the include (`include`), the whole SPF record because there
was none (`record`), or nothing because it was there already (`nothing`). All other values, their order and the TTL are kept.
An update changes nothing, unless zone, name or include differ: that is a replacement. What others write at the same time is not
lost: a change names the old values exactly, and is made again upon the new ones. A create that CloudFormation has cancelled
adds nothing any more, or takes it back (`zone_change`).

The SPF record gets one term more or less, all else stays byte for byte (RFC 7208 sections 3.3, 4.5, 4.6 and 12). Strings are
joined without a space before they are read, so a term can be cut in two; strings stay cut where they were.

Not handled: two resources for one name. The second finds the include and adds nothing, so it does not take it back; when the
first goes, the include goes with it, unless both are of one stack: then a construct got another name, and the include stays.
Nor records that an include or a redirect leads to, so what they cost is not counted.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.lambdas.custom_resource import Failed, Outcome, RetryNote, answer
from ses_email_auth.lambdas.hosted_zone import HostedZone, RecordSet, ZoneIsGone, plain_name, quoted, strings_of
from ses_email_auth.lambdas.stack_history import is_given_up, is_rolling_back, other_ids
from ses_email_auth.lambdas.zone_change import ZoneChange

if TYPE_CHECKING:
    from ses_email_auth.lambdas.custom_resource import Properties, Request
    from ses_email_auth.lambdas.hosted_zone import Change

Strings: TypeAlias = tuple[str, ...]

_INCLUDE, _RECORD, _NOTHING = "include", "record", "nothing"
_TRIES = 6

_VERSION = re.compile(r"v=spf1(?= |$)", re.IGNORECASE)
_TERM = re.compile(r"[^ ]+")
# What an include has to stand in front of: `all`, behind which nothing is read (section 5.1), and modifiers, by custom.
_LATE = re.compile(r"[+\-~?]?all$|(?:redirect|exp)=", re.IGNORECASE)
_LOOKUP = re.compile(r"[+\-~?]?(?:include:|exists:|(?:a|mx|ptr)(?:[:/]|$))|redirect=", re.IGNORECASE)  # section 4.6.4
_MAX_LOOKUPS = 10
_MAX_STRING = 255

_log = logging.getLogger(__name__)


def handle(event: dict[str, object], context: object) -> None:
    """Answer CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    if request.kind == "Delete":
        _take_back(request)
        return Outcome(request.physical_id)
    if request.kind == "Update" and _base(request.physical_id) == _identity(request.properties):
        return Outcome(request.physical_id)
    added = _add(request)
    return Outcome(f"{_identity(request.properties)}/{added}")


def _add(request: Request) -> str:
    """Add the include, and return what was added."""
    zone, name, note = HostedZone(request.properties), _name(request.properties), RetryNote(request.request_id)
    host, ttl = str(request.properties["Include"]), int(str(request.properties["TTL"]))
    record = (f"v=spf1 include:{host} {request.properties['All']}",)
    added = _NOTHING

    def plan() -> list[Change]:
        nonlocal added
        standing = _txt(zone, name)
        values = () if standing is None else tuple(map(strings_of, standing.values))
        place = _place_of_spf(standing, values)
        changed = record if place is None else _with_include(standing, values[place], host)
        if changed is None:
            added = (note.read() or [_NOTHING])[0]
            note.write([added])
            return []
        added = _RECORD if place is None else _INCLUDE
        note.write([added])
        wanted = (*values, changed) if place is None else (*values[:place], changed, *values[place + 1 :])
        return _replace(standing, _with_values(standing, name, wanted, ttl))

    # The update back from a replacement, which a rollback asks for, is always wanted.
    goes_back = request.kind == "Update" and is_rolling_back(request)
    change = ZoneChange(request, zone, note, _TRIES, lambda: not goes_back and is_given_up(request))
    change.make(plan, lambda _: _without(zone, name, host, added))
    return added


def _place_of_spf(standing: RecordSet | None, values: tuple[Strings, ...]) -> int | None:
    """The place of the SPF record among the values; None without one."""
    places = [place for place, strings in enumerate(values) if is_spf(strings)]
    if standing is not None and len(places) > 1:
        raise Failed(
            f"{standing.place} holds {len(places)} SPF records, and receivers believe none of them (RFC 7208 section 4.5): "
            f"{standing}; nothing was changed; let their owners merge them into one"
        )
    return places[0] if places else None


def _with_include(standing: RecordSet | None, strings: Strings, host: str) -> Strings | None:
    """The SPF record with the include; None if it has it."""
    try:
        return adding(strings, host)
    except SpfFault as fault:
        text = "".join(strings)
        place = "" if standing is None else standing.place
        raise Failed(f"the SPF record at {place} cannot include {host}: {fault}: {text!r}; nothing was changed") from fault


def _take_back(request: Request) -> None:
    base, _, added = request.physical_id.rpartition("/")
    if base != _identity(request.properties) or added not in {_INCLUDE, _RECORD}:
        _log.warning("%s has added nothing", request.physical_id)
        return
    if any(_base(other) == base for other in other_ids(request)):
        _log.warning("%s is left to another resource of the stack", request.physical_id)
        return
    zone, name, host = HostedZone(request.properties), _name(request.properties), str(request.properties["Include"])

    try:
        ZoneChange(request, zone, RetryNote(request.request_id), _TRIES, lambda: False).make(
            lambda: _without(zone, name, host, added)
        )
    except ZoneIsGone:
        _log.warning("there is no hosted zone %s any more", zone.zone_id)


def _without(zone: HostedZone, name: str, host: str, added: str) -> list[Change]:
    """The changes that take away what was added; none if it is not there any more."""
    standing = zone.read([name]).get((name, "TXT"))
    values = tuple(map(strings_of, standing.values)) if standing is not None and standing.is_simple else ()
    wanted = []
    for strings in values:
        if added == _RECORD and is_only(strings, host):
            continue
        changed = removing(strings, host) if is_spf(strings) else None
        wanted.append(strings if changed is None else changed)
    if standing is None or tuple(wanted) == values:
        _log.warning("'%s' TXT does not include %s any more", name, host)
        return []
    return _replace(standing, _with_values(standing, name, tuple(wanted), standing.ttl) if wanted else None)


def _txt(zone: HostedZone, name: str) -> RecordSet | None:
    """The TXT record set at `name`; None without one."""
    sets = zone.read([name])
    if (name, "CNAME") in sets:
        raise Failed(f"'{name}' is a CNAME, so SPF cannot stand there: {sets[name, 'CNAME']}; nothing was changed")
    standing = sets.get((name, "TXT"))
    if standing is not None and not standing.is_simple:
        raise Failed(f"'{name}' TXT has a routing policy, so nothing was changed; add the include by hand")
    return standing


def _with_values(standing: RecordSet | None, name: str, values: tuple[Strings, ...], ttl: int) -> RecordSet:
    """The set with other values; values that did not change stay as they are written."""
    written = {} if standing is None else {strings_of(value): value for value in standing.values}
    texts = tuple(written.get(strings, quoted(strings)) for strings in values)
    return RecordSet(name, "TXT", ttl if standing is None else standing.ttl, texts)


def _replace(old: RecordSet | None, new: RecordSet | None) -> list[Change]:
    deletes: list[Change] = [] if old is None else [("DELETE", old)]
    return deletes if new is None else [*deletes, ("CREATE", new)]


def _identity(properties: Properties) -> str:
    zone_id = str(properties["HostedZoneId"]).removeprefix("/hostedzone/")
    return f"{zone_id}/{_name(properties)}/{properties['Include']}"


def _name(properties: Properties) -> str:
    return plain_name(str(properties["Name"]))


def _base(physical_id: str) -> str:
    return physical_id.rpartition("/")[0]


class SpfFault(ValueError):
    """A reason why the include cannot be added."""


def is_only(strings: Strings, host: str) -> bool:
    """Whether the only terms of a record are the include of the host and an `all`."""
    terms = "".join(strings).split(" ")
    return is_spf(strings) and [_include(term)[1] for term in terms[1:-1]] == [host.lower()] and terms[-1].endswith("all")


def is_spf(strings: Strings) -> bool:
    """Whether receivers take a TXT value for an SPF record (section 4.5)."""
    return _VERSION.match("".join(strings)) is not None


def adding(strings: Strings, host: str) -> Strings | None:
    """The record with `include:host` in front of its `all`; None if it includes the host already.

    Raises:
        SpfFault: if the record says that the host may not send, or would need more lookups than receivers do.
    """
    text = "".join(strings)
    terms = list(_TERM.finditer(text))[1:]
    for term in terms:
        qualifier, included = _include(term[0])
        if included == host.lower():
            if qualifier == "+":
                return None
            raise SpfFault(f"it holds {term[0]!r}, which is another verdict on the same senders")
    lookups = sum(_LOOKUP.match(term[0]) is not None for term in terms)
    if lookups >= _MAX_LOOKUPS:
        raise SpfFault(
            f"it has {lookups} terms that cost a DNS lookup, and receivers do {_MAX_LOOKUPS} at most (RFC 7208 section 4.6.4)"
        )
    late = next((term.start() for term in terms if _LATE.match(term[0])), None)
    if late is not None:
        return _spliced(strings, late, late, f"include:{host} ")
    end = len(text.rstrip(" "))
    return _spliced(strings, end, end, f" include:{host}")


def removing(strings: Strings, host: str) -> Strings | None:
    """The record without `include:host`; None if it is not there."""
    text = "".join(strings)
    for term in _TERM.finditer(text):
        if _include(term[0]) == ("+", host.lower()):
            end = len(text) - len(text[term.end() :].lstrip(" "))
            if end == len(text):  # it is the last one: the space in front of it goes
                return _spliced(strings, len(text[: term.start()].rstrip(" ")), end, "")
            return _spliced(strings, term.start(), end, "")
    return None


def _include(term: str) -> tuple[str, str]:
    """Qualifier and host of an include; an empty host for other terms."""
    qualifier, rest = (term[0], term[1:]) if term[0] in "+-~?" else ("+", term)
    name, _, host = rest.partition(":")
    return qualifier, host.lower().removesuffix(".") if name.lower() == "include" else ""


def _spliced(strings: Strings, start: int, end: int, new: str) -> Strings:
    """`strings` with the characters from `start` to `end`, counted over all of them, replaced by `new`."""
    offsets = [sum(map(len, strings[:place])) for place in range(len(strings))]
    into = max(place for place, offset in enumerate(offsets) if offset <= start)
    result: list[str] = []
    for place, (string, offset) in enumerate(zip(strings, offsets, strict=True)):
        # The slices keep all of a string before `start` or behind `end`, and nothing of one between them.
        changed = string[: max(start - offset, 0)] + (new if place == into else "") + string[max(end - offset, 0) :]
        if changed or not string:
            result += [changed[cut : cut + _MAX_STRING] for cut in range(0, max(len(changed), 1), _MAX_STRING)]
    return tuple(result)
