"""Adds Amazon SES to the SPF record of a name whose TXT record set others own, and takes back only what it added.

The physical id says what was added, and only that is taken back: the include (`include`), the whole SPF record because there
was none (`record`), or nothing because it was there already (`nothing`). All other values, their order and the TTL are kept.
Nothing is changed in an update, but another zone, name or include is a replacement. What somebody writes at the same time is
not lost: a change names the old values exactly, and is made again upon the new ones.

Not handled: two resources for one name. The second finds the include and adds nothing, so it does not take it back; when the
first goes, the include goes with it, unless both are of one stack: then a construct got another name, and the include stays.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ses_email_auth.lambdas.custom_resource import Failed, Outcome, answer
from ses_email_auth.lambdas.first_try import FirstTry
from ses_email_auth.lambdas.hosted_zone import HostedZone, ZoneIsGone
from ses_email_auth.lambdas.own_stack import other_ids
from ses_email_auth.lambdas.record_set import RecordSet, plain_name, quoted, strings_of
from ses_email_auth.lambdas.shared_spf.spf_text import SpfFault, adding, is_only, is_spf, removing
from ses_email_auth.lambdas.zone_change import make_change

if TYPE_CHECKING:
    from ses_email_auth.lambdas.custom_resource import Properties, Request
    from ses_email_auth.lambdas.hosted_zone import Change
    from ses_email_auth.lambdas.shared_spf.spf_text import Strings

__all__ = ["handle"]

_INCLUDE, _RECORD, _NOTHING = "include", "record", "nothing"
_TRIES = 6

_log = logging.getLogger(__name__)


def handle(event: dict[str, object], context: object) -> None:
    """Called by CloudFormation."""
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
    """What was added."""
    zone, name, first = HostedZone(request.properties), _name(request.properties), FirstTry(request.request_id)
    host, ttl = str(request.properties["Include"]), int(str(request.properties["TTL"]))
    record = (f"v=spf1 include:{host} {request.properties['All']}",)
    added = _NOTHING

    def plan() -> list[Change]:
        nonlocal added
        found = _found(zone, name)
        values = () if found is None else tuple(map(strings_of, found.values))
        place = _place_of_spf(found, values)
        changed = record if place is None else _adding(found, values[place], host)
        if changed is None:
            added = (first.seen() or [_NOTHING])[0]
            first.note([added])
            return []
        added = _RECORD if place is None else _INCLUDE
        first.note([added])
        wanted = (*values, changed) if place is None else (*values[:place], changed, *values[place + 1 :])
        return _replaced(found, _with_values(found, name, wanted, ttl))

    make_change(request, zone, first, plan, _TRIES)
    return added


def _place_of_spf(found: RecordSet | None, values: tuple[Strings, ...]) -> int | None:
    """Which value is the SPF record."""
    places = [place for place, strings in enumerate(values) if is_spf(strings)]
    if found is not None and len(places) > 1:
        raise Failed(
            f"{found.place} holds {len(places)} SPF records, and receivers believe none of them (RFC 7208 section 4.5): "
            f"{found}; nothing was changed; let their owners merge them into one"
        )
    return places[0] if places else None


def _adding(found: RecordSet | None, strings: Strings, host: str) -> Strings | None:
    """The SPF record with the include; None if it has it."""
    try:
        return adding(strings, host)
    except SpfFault as fault:
        text = "".join(strings)
        place = "" if found is None else found.place
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

    def plan() -> list[Change]:
        found = zone.read([name]).get((name, "TXT"))
        values = tuple(map(strings_of, found.values)) if found is not None and found.is_simple else ()
        wanted = []
        for strings in values:
            if added == _RECORD and is_only(strings, host):
                continue
            changed = removing(strings, host) if is_spf(strings) else None
            wanted.append(strings if changed is None else changed)
        if found is None or tuple(wanted) == values:
            _log.warning("'%s' TXT does not include %s any more", name, host)
            return []
        return _replaced(found, _with_values(found, name, tuple(wanted), found.ttl) if wanted else None)

    try:
        make_change(request, zone, FirstTry(request.request_id), plan, _TRIES)
    except ZoneIsGone:
        _log.warning("there is no hosted zone %s any more", zone.zone_id)


def _found(zone: HostedZone, name: str) -> RecordSet | None:
    """The TXT record set."""
    sets = zone.read([name])
    if (name, "CNAME") in sets:
        raise Failed(f"'{name}' is a CNAME, so SPF cannot stand there: {sets[name, 'CNAME']}; nothing was changed")
    found = sets.get((name, "TXT"))
    if found is not None and not found.is_simple:
        raise Failed(f"'{name}' TXT has a routing policy, so nothing was changed; add the include by hand")
    return found


def _with_values(found: RecordSet | None, name: str, values: tuple[Strings, ...], ttl: int) -> RecordSet:
    """The set with other values; those that did not change are kept as they are written."""
    kept = {} if found is None else {strings_of(value): value for value in found.values}
    return RecordSet(name, "TXT", ttl if found is None else found.ttl, tuple(kept.get(each, quoted(each)) for each in values))


def _replaced(old: RecordSet | None, new: RecordSet | None) -> list[Change]:
    gone: list[Change] = [] if old is None else [("DELETE", old)]
    return gone if new is None else [*gone, ("CREATE", new)]


def _identity(properties: Properties) -> str:
    zone_id = str(properties["HostedZoneId"]).removeprefix("/hostedzone/")
    return f"{zone_id}/{_name(properties)}/{properties['Include']}"


def _name(properties: Properties) -> str:
    return plain_name(str(properties["Name"]))


def _base(physical_id: str) -> str:
    return physical_id.rpartition("/")[0]
