"""Writes the record sets of one domain: all or none, as `zone_change` says.

- A record set that this resource did not write is never changed or deleted: a change names the old values exactly.
- Create refuses what stands already. With `Adopt` it takes over record sets that are equal, and keeps their fingerprints in the
  physical id: a delete leaves such a set while it is unchanged, since the rollback of a first deployment is a delete too.
- A delete leaves what another resource of the stack has taken over, so that a new name of the construct loses nothing.
- Update writes only what differs. Another zone or domain is a replacement: the new records first, then a delete of the old.
- The update back after one that was refused does nothing.
- A create or an update that CloudFormation has cancelled writes nothing any more, or takes back what it wrote. The delete that
  follows names an id that CloudFormation made up, and leaves all alone: it cannot know what the create wrote.

Not handled: taking over in an update, because the physical id cannot change there; what stands already is refused.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.lambdas.custom_resource import Failed, Outcome, RetryNote, answer
from ses_email_auth.lambdas.hosted_zone import HostedZone, RecordSet, ZoneIsGone
from ses_email_auth.lambdas.stack_history import is_given_up, is_rolling_back, last_update_failed, other_ids
from ses_email_auth.lambdas.zone_change import UNCHANGED, ZoneChange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ses_email_auth.lambdas.custom_resource import Properties, Request
    from ses_email_auth.lambdas.hosted_zone import Change, Key

_TRIES = 3
_DIGITS = 8  # of a fingerprint
_MAX_ID = 1024  # characters of a physical id
_SHOWN = 3  # conflicts in one sentence
_ADOPT = ", or pass adopt=True to take it over"
_ONLY_FIRST = " and deploy again: only the first deployment of a construct can take over what exists"

_log = logging.getLogger(__name__)


def handle(event: dict[str, object], context: object) -> None:
    """Answer CloudFormation."""
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
    zone, wanted, note = HostedZone(request.properties), _sets(request.properties), RetryNote(request.request_id)
    adopts = str(request.properties.get("Adopt", "")).lower() == "true"
    # The way back from a replacement: the old records still stand, and are ours.
    goes_back = request.kind == "Update" and is_rolling_back(request)
    physical_id = ""

    def plan() -> list[Change]:
        nonlocal physical_id
        standing = zone.read(name for name, _ in wanted)
        equal = [record_set for key, record_set in wanted.items() if record_set.is_like(standing.get(key))]
        different = [key for key, record_set in wanted.items() if key in standing and record_set not in equal]
        _refuse([_stands_differently(wanted[key], standing[key]) for key in different])
        adopted = note.read()
        if adopted is None:
            if not adopts and not goes_back:
                _refuse([_stands_equally(record_set, _ADOPT) for record_set in equal])
            adopted = [record_set.fingerprint for record_set in equal] if adopts else []
        physical_id = _physical_id(request.properties, adopted)
        note.write(adopted)
        return [("CREATE", record_set) for record_set in wanted.values() if record_set not in equal]

    ZoneChange(request, zone, note, _TRIES, _given_up(request, goes_back=goes_back)).make(plan)
    return Outcome(physical_id)


def _update(request: Request) -> None:
    zone, note = HostedZone(request.properties), RetryNote(request.request_id)
    old, new = _sets(request.old_properties), _sets(request.properties)
    keys = [key for key in {**new, **old} if not (key in old and key in new and old[key].is_like(new[key]))]
    if not keys:
        return
    has_failed = last_update_failed(request)
    goes_back = has_failed or is_rolling_back(request)

    def plan() -> list[Change]:
        try:
            standing = zone.read(name for name, _ in keys)
        except Failed as error:
            if not has_failed:
                raise
            _log.warning("the update before failed, and nothing can be seen of it: %s", error)
            return []
        steps = [_Step(old.get(key), new.get(key), standing.get(key), key[1]) for key in keys]
        if has_failed:
            steps = _done(steps)
            if not steps:
                _log.warning("the update before was refused, so there is nothing to take back")
                return []
        if note.read() is None:
            _refuse([_stands_equally(step.new, _ONLY_FIRST) for step in steps if step.new is not None and step.is_foreign])
        _refuse([conflict for step in steps if (conflict := step.conflict) is not None])
        note.write([])
        return [change for step in steps for change in step.changes()]

    ZoneChange(request, zone, note, _TRIES, _given_up(request, goes_back=goes_back), goes_back).make(plan)


def _delete(request: Request) -> None:
    if _base(request.physical_id) != _identity(request.properties):
        # CloudFormation makes up an id for a create without an answer; what that create wrote is not known.
        _log.warning("%s is no id of this handler, so all is left alone", request.physical_id)
        return
    zone, ours = HostedZone(request.properties), _sets(request.properties)
    taken_over = _adopted(request.physical_id)
    for other in other_ids(request):
        taken_over |= _adopted(other) if _base(other) == _identity(request.properties) else set()

    def plan() -> list[Change]:
        standing = zone.read(name for name, _ in ours)
        keys = [key for key in ours if key in standing and _may_delete(ours[key], standing[key], taken_over)]
        return [("DELETE", standing[key]) for key in keys]

    try:
        ZoneChange(request, zone, RetryNote(request.request_id), _TRIES, lambda: False).make(plan)
    except ZoneIsGone:
        _log.warning("there is no hosted zone %s any more", zone.zone_id)


def _given_up(request: Request, *, goes_back: bool) -> Callable[[], bool]:
    """Whether the request is not wanted any more; the way back, which a rollback asks for, always is."""
    return lambda: not goes_back and is_given_up(request)


def _may_delete(ours: RecordSet, standing: RecordSet, taken_over: set[str]) -> bool:
    """Whether a delete takes away the record set that stands in the zone."""
    if not ours.is_like(standing):
        _log.warning("%s was changed by others and is left alone: %s", ours.place, standing)
        return False
    if ours.fingerprint in taken_over:
        _log.warning("%s was taken over as it is and is left alone", ours.place)
        return False
    return True


def _refuse(conflicts: list[str]) -> None:
    if conflicts:
        more = f"; and {len(conflicts) - _SHOWN} more" if len(conflicts) > _SHOWN else ""
        raise Failed(f"{'; '.join(conflicts[:_SHOWN])}{more}; {UNCHANGED}")


@dataclass(frozen=True, slots=True)
class _Step:
    """One record set of an update: as it was, as it shall be, and as it stands in the zone."""

    old: RecordSet | None
    new: RecordSet | None
    standing: RecordSet | None
    type: str
    """Of the record set, for example `MX`."""

    @property
    def is_done(self) -> bool:
        """Whether it is as it shall be."""
        return self.standing is None if self.new is None else self.new.is_like(self.standing)

    @property
    def is_as_it_was(self) -> bool:
        """Whether it is still what it was."""
        return self.standing is None if self.old is None else self.old.is_like(self.standing)

    @property
    def is_foreign(self) -> bool:
        """Whether it is new in this update, and yet stands already as it shall be."""
        return self.old is None and self.is_done

    @property
    def conflict(self) -> str | None:
        """What is wrong if others have written it; None if they have not."""
        if self.is_done or self.is_as_it_was or self.standing is None:
            return None
        if self.old is None:
            return None if self.new is None else _stands_differently(self.new, self.standing)
        wanted = "" if self.new is None else f", or give it the new value: {self.new}"
        return (
            f"{self.old.place} was changed outside of this stack: it holds {self.standing}, this stack wrote {self.old}; "
            f"put that back{wanted}, and deploy again"
        )

    def changes(self) -> list[Change]:
        """The changes of the zone that are still to be made."""
        if self.is_done:
            return []
        deletes: list[Change] = [] if self.standing is None else [("DELETE", self.standing)]
        return deletes if self.new is None else [*deletes, ("CREATE", self.new)]


def _done(steps: Sequence[_Step]) -> list[_Step]:
    """The steps that the update which they take back has done although it counts as failed, as after a time-out.

    It has done all, or nothing but MX records is missing. A set that it added proves nothing: it may have stood there before.
    """
    for done in (list(steps), [step for step in steps if step.type != "MX"]):
        if all(step.is_as_it_was for step in done) and any(step.new is not None for step in done):
            return done
    return []


def _stands_differently(wanted: RecordSet, standing: RecordSet) -> str:
    """The conflict with a record set that others have written."""
    return (
        f"{wanted.place} stands in the zone with another value: {standing}; this stack wants {wanted}; remove it there, or "
        f"give it that value and pass adopt=True"
    )


def _stands_equally(wanted: RecordSet, fix: str) -> str:
    return (
        f"{wanted.place} stands in the zone already, as this stack wants it, but was not written by it: {wanted}; "
        f"a deploy that failed may have left it; remove it there{fix}"
    )


def _sets(properties: Properties) -> dict[Key, RecordSet]:
    members = properties.get("RecordSets", [])
    dicts = [member for member in members if isinstance(member, dict)] if isinstance(members, list) else []
    sets = map(RecordSet.from_properties, dicts)
    return {record_set.key: record_set for record_set in sets}


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
