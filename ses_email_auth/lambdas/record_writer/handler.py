"""The record sets of one domain, written with one ChangeBatch: all or none.

- A record set that this resource did not write is never changed or deleted: a change names the old values exactly.
- Create refuses what stands already. With `Adopt` it takes over what is equal, and remembers in the physical id that it did:
  as long as such a record set is unchanged, a delete leaves it, since the rollback of a first deployment is a delete too.
- A delete leaves what another resource of the stack has taken over, so that a new name of the construct loses nothing.
- Update writes only what differs. Another zone or domain is a replacement: the new records first, then a delete of the old.
- The update back after one that was refused does nothing.

Not handled: taking over in an update, because the physical id cannot change there; what stands already is refused.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ses_email_auth.lambdas.custom_resource import Failed, Outcome, answer
from ses_email_auth.lambdas.first_try import FirstTry
from ses_email_auth.lambdas.hosted_zone import HostedZone, ZoneIsGone
from ses_email_auth.lambdas.own_stack import is_rolling_back, last_update_failed, other_ids
from ses_email_auth.lambdas.record_set import RecordSet
from ses_email_auth.lambdas.record_writer.steps import Step, stands, were_done
from ses_email_auth.lambdas.zone_change import UNCHANGED, make_change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.lambdas.custom_resource import Properties, Request
    from ses_email_auth.lambdas.hosted_zone import Change
    from ses_email_auth.lambdas.record_set import Key

__all__ = ["handle"]

_TRIES = 3
_DIGITS = 8  # of a fingerprint
_MAX_ID = 1024  # characters of a physical id
_SHOWN = 3  # conflicts in one sentence
_ADOPT = ", or pass adopt=True to take it over"
_ONLY_FIRST = " and deploy again: only the first deployment of a construct can take over what exists"

_log = logging.getLogger(__name__)


def handle(event: dict[str, object], context: object) -> None:
    """Called by CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    if request.kind == "Create":
        return _create(request)
    if request.kind == "Delete":
        _delete(request)
    elif _base(request.physical_id) != _identity(request.properties):
        return _create(request)
    elif _identity(request.old_properties) == _identity(request.properties):
        _update(request)
    else:  # the way back from a replacement that failed: here nothing was written
        _log.warning("%s stands as before", request.physical_id)
    return Outcome(request.physical_id)


def _create(request: Request) -> Outcome:
    zone, wanted, first = HostedZone(request.properties), _sets(request.properties), FirstTry(request.request_id)
    adopts = str(request.properties.get("Adopt", "")).lower() == "true"
    # The way back from a replacement: the old records stand still, and are ours.
    goes_back = request.kind == "Update" and is_rolling_back(request)
    physical_id = ""

    def plan() -> list[Change]:
        nonlocal physical_id
        found = zone.read(each.name for each in wanted.values())
        equal = [each for key, each in wanted.items() if each.is_like(found.get(key))]
        _refuse([stands(each, found[key]) for key, each in wanted.items() if key in found and each not in equal])
        noted = first.seen()
        if noted is None:
            if not adopts and not goes_back:
                _refuse([_stands_equally(each, _ADOPT) for each in equal])
            noted = [each.fingerprint for each in equal] if adopts else []
        physical_id = _physical_id(request.properties, noted)
        first.note(noted)
        return [("CREATE", each) for each in wanted.values() if each not in equal]

    make_change(request, zone, first, plan, _TRIES)
    return Outcome(physical_id)


def _update(request: Request) -> None:
    zone, first = HostedZone(request.properties), FirstTry(request.request_id)
    old, new = _sets(request.old_properties), _sets(request.properties)
    keys = [key for key in {**new, **old} if not (key in old and key in new and old[key].is_like(new[key]))]
    goes_back = bool(keys) and last_update_failed(request)

    def plan() -> list[Change]:
        try:
            found = zone.read(name for name, _ in keys)
        except Failed as error:
            if not goes_back:
                raise
            _log.warning("the update before failed, and nothing can be seen of it: %s", error)
            return []
        steps = [Step(old.get(key), new.get(key), found.get(key)) for key in keys]
        if goes_back and not were_done(steps):
            _log.warning("the update before was refused, so there is nothing to take back")
            return []
        if first.seen() is None:
            _refuse([_stands_equally(step.new, _ONLY_FIRST) for step in steps if step.new is not None and step.is_strange])
        _refuse([conflict for step in steps if (conflict := step.conflict) is not None])
        first.note([])
        return [change for step in steps for change in step.changes()]

    if keys:
        make_change(request, zone, first, plan, _TRIES)


def _delete(request: Request) -> None:
    if _base(request.physical_id) != _identity(request.properties):
        # CloudFormation makes an id up for a create that was not answered: what that one has written nobody knows.
        _log.warning("%s is no id of this handler, so all is left alone", request.physical_id)
        return
    zone, ours = HostedZone(request.properties), _sets(request.properties)
    taken_over = _adopted(request.physical_id)
    for other in other_ids(request):
        taken_over |= _adopted(other) if _base(other) == _identity(request.properties) else set()

    def plan() -> list[Change]:
        found = zone.read(each.name for each in ours.values())
        return [("DELETE", found[key]) for key, each in ours.items() if key in found and _goes(each, found[key], taken_over)]

    try:
        make_change(request, zone, FirstTry(request.request_id), plan, _TRIES)
    except ZoneIsGone:
        _log.warning("there is no hosted zone %s any more", zone.zone_id)


def _goes(ours: RecordSet, found: RecordSet, taken_over: set[str]) -> bool:
    """Whether a delete deletes what was found."""
    if not ours.is_like(found):
        _log.warning("%s was changed by others and is left alone: %s", ours.place, found)
        return False
    if ours.fingerprint in taken_over:
        _log.warning("%s was taken over as it is and is left alone", ours.place)
        return False
    return True


def _refuse(conflicts: list[str]) -> None:
    if conflicts:
        more = f"; and {len(conflicts) - _SHOWN} more" if len(conflicts) > _SHOWN else ""
        raise Failed(f"{'; '.join(conflicts[:_SHOWN])}{more}; {UNCHANGED}")


def _stands_equally(wanted: RecordSet, fix: str) -> str:
    return (
        f"{wanted.place} stands in the zone already, as this stack wants it, but was not written by it: {wanted}; "
        f"remove it there{fix}"
    )


def _sets(properties: Properties) -> dict[Key, RecordSet]:
    members = properties.get("RecordSets", [])
    sets = [RecordSet.wanted(member) for member in members if isinstance(member, dict)] if isinstance(members, list) else []
    return {each.key: each for each in sets}


def _identity(properties: Mapping[str, object]) -> str:
    return f"{str(properties['HostedZoneId']).removeprefix('/hostedzone/')}/{properties['Domain']}"


def _physical_id(properties: Properties, adopted: list[str]) -> str:
    physical_id = f"{_identity(properties)}/{''.join(adopted)}".rstrip("/")
    if len(physical_id) > _MAX_ID:
        raise Failed(f"{len(adopted)} record sets are too many to be taken over at once; {UNCHANGED}")
    return physical_id


def _base(physical_id: str) -> str:
    return "/".join(physical_id.split("/")[:2])


def _adopted(physical_id: str) -> set[str]:
    digits = physical_id[len(_base(physical_id)) :].removeprefix("/")
    return {digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)}
