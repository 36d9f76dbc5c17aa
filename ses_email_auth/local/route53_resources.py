"""CloudFormation's AWS::Route53::RecordSet, in two worlds, and AWS::Route53::RecordSetGroup.

AWS has moved the type of record sets to CloudFormation's registry; which behaviour an account meets is something that only an
account can tell. So both are played, and `--record-sets` or POST /_route53/record-sets?world=...&renames=... chooses:

classic, as users reported it until June 2026 (AWS documents none of it):

- CREATE of a record set that exists with equal name, type, TTL and values adopts it: no error, the stack owns it
  (aws-cloudformation/cloudformation-coverage-roadmap #560, seen for NS and through CDK). Anything different is refused.
- DELETE removes by value, even if another logical id stands for the same record set (#364, #330): renaming a logical id
  therefore removes the record in a deployment that ends well.
- an update overwrites whatever stands there; another text of `Name`, be it a final dot, of `HostedZoneId` or `HostedZoneName`
  is a replacement ("Update requires: Replacement" of the template reference).
- nothing can be imported or read, and no drift is seen.

registry, as the schema says that cfn-lint 1.57 and later have of 2026-09-17, and as handlers of registry types must behave
("Resource type handler contract" and "Contract tests" of the CloudFormation CLI user guide); nobody has tried it on AWS:

- the identifier is Name, HostedZoneId, Type and SetIdentifier; a name is compared in lower case without its final dot. What
  exists is refused, whatever its values are (contract_create_create); what is gone cannot be updated, and its deletion is a
  success; what was edited by hand is overwritten or deleted.
- HostedZoneId and HostedZoneName are createOnly: another one, even of the same zone, is a replacement, whose creation comes
  first and is refused if the record set is there already.
- `Name`, `Type` and `SetIdentifier` are not createOnly. What a change does is not known. Either the update handler makes the
  new record set and takes the old one away (`in-place`, in one batch: a guess, two batches are possible), or CloudFormation
  replaces what has another identifier (`replace`), since the contract lets no handler change an identifier. A third outcome is
  not played: a refusal. That an `in-place` change leaves the physical id as it was, is a guess; so is its refusal where the new
  record set exists.
- it can be imported and read, drift is seen; DescribeType says FULLY_MUTABLE (classic: NON_PROVISIONABLE). `Comment` and
  `HostedZoneName` are writeOnly, so they never drift.
- an identifier is shown as its values joined by `|`. That a missing SetIdentifier is left out there, and in an import, is a
  guess: the API takes no empty text (ResourceIdentifierPropertyValue has a minimum of 1).
- an import compares nothing of the template with what stands, not even `Name`; what AWS compares is not known.
- the physical id is the name, as `Ref` is documented.

AWS::Route53::RecordSetGroup has no handlers in its schema: it is classic in both worlds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.local import emulator, emulator_registry, emulator_route53, settings
from ses_email_auth.local.record_sets import Change, apply, is_same, key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ses_email_auth.local.emulator import Created, Properties
    from ses_email_auth.local.emulator_route53 import RecordSet

RECORD_SET, GROUP = "AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"

_IDENTIFIER = ("Name", "HostedZoneId", "Type", "SetIdentifier")  # primaryIdentifier of the schema
_CREATE_ONLY = ("HostedZoneId", "HostedZoneName")
# All properties of the schema but the writeOnly ones.
_READABLE = frozenset(
    {
        *_IDENTIFIER,
        "AliasTarget",
        "CidrRoutingConfig",
        "Failover",
        "GeoLocation",
        "GeoProximityLocation",
        "HealthCheckId",
        "MultiValueAnswer",
        "Region",
        "ResourceRecords",
        "TTL",
        "Weight",
    }
)

_CHOICES = {"world": settings.WORLDS, "renames": settings.RENAMES}
_played = {"world": settings.WORLDS[0], "renames": settings.RENAMES[0]}


def install(world: str, renames: str) -> None:
    """Put the resource types into MiniStack; a reset goes back to what is given here."""
    emulator.register(GROUP, create_group, update_group, delete_group, replacing=())
    emulator_registry.refuse_import(GROUP)
    emulator_registry.let_describe(GROUP, "NON_PROVISIONABLE")
    emulator.check_before_delete("AWS::Route53::HostedZone", _refuse_if_not_empty)
    # The physical id is the name, whatever the zone and the type.
    emulator.replace_under_the_same_id({RECORD_SET})
    emulator.answer_control_requests("/_route53/record-sets", _control)
    emulator.on_reset(lambda: play(world, renames))
    play(world, renames)


def play(world: str, renames: str) -> None:
    """Treat record sets as one world does, from now on."""
    _played.update(world=world, renames=renames)
    if world == "classic":
        # The text counts: a final dot more is a replacement. The type is dealt with in `update_classic`.
        emulator.register(RECORD_SET, create_classic, update_classic, delete_classic, replacing=("Name", *_CREATE_ONLY))
        emulator_registry.refuse_import(RECORD_SET)
        emulator_registry.refuse_drift(RECORD_SET)
        emulator_registry.let_read(RECORD_SET, None)
        emulator_registry.let_describe(RECORD_SET, "NON_PROVISIONABLE")
        return
    if renames == "replace":
        perhaps = tuple(name for name in _IDENTIFIER if name not in _CREATE_ONLY)
        emulator.register(RECORD_SET, create, update_or_replace, delete, replacing=_CREATE_ONLY, perhaps_replacing=perhaps)
    else:
        emulator.register(RECORD_SET, create, update_in_place, delete, replacing=_CREATE_ONLY)
    emulator_registry.let_import(
        RECORD_SET,
        _IDENTIFIER,
        find,
        physical_id="Name",
        optional=frozenset({"SetIdentifier"}),
        identify=_identify,
    )
    emulator_registry.let_drift(RECORD_SET, read_for_drift, _READABLE)
    emulator_registry.let_read(RECORD_SET, read_identifier)
    emulator_registry.let_describe(RECORD_SET, "FULLY_MUTABLE")


def _control(_path: str, query: dict[str, str]) -> dict[str, str]:
    """Change what is named, and answer what is played."""
    for name, value in query.items():
        if value not in _CHOICES.get(name, ()):
            allowed = "; ".join(f"{choice}: {', '.join(values)}" for choice, values in _CHOICES.items())
            raise ValueError(f"no such choice: {name}={value}; there are {allowed}")
    play(**(_played | query))
    return dict(_played)


# --- AWS::Route53::RecordSet of the registry -------------------------------------------------------------------------


def create(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    """CREATE; what exists is refused. `Ref` answers the name as it was written."""
    wanted = _change("CREATE", properties)
    _refuse_if_it_exists(wanted)
    apply([wanted])
    return str(properties["Name"]), {}


def update_in_place(physical_id: str, old: Properties, new: Properties, _stack_name: str) -> Created:
    """Values and TTL by UPSERT; another name, type or set identifier by one batch."""
    before, after = _change("DELETE", old), _change("UPSERT", new)
    standing = _existing(before)
    if standing is None:
        raise ValueError(f"{_resource(before)} was not found.")
    if _identifier(old) == _identifier(new):
        apply([after])
        return physical_id, {}
    _refuse_if_it_exists(after)
    apply([Change("DELETE", before.zone_id, standing), Change("CREATE", after.zone_id, after.record_set)])
    return physical_id, {}


def update_or_replace(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """Values and TTL by UPSERT; what has another name, type or set identifier is created, the old one deleted at the end."""
    if _identifier(old) == _identifier(new):
        return update_in_place(physical_id, old, new, stack_name)
    created = create("", new, stack_name)
    emulator.delete_predecessor(delete, physical_id, old)
    return created


def delete(_physical_id: str, properties: Properties) -> None:
    """DELETE of what stands under the identifier; if nothing does, that is a success."""
    named = _change("DELETE", properties)
    standing = _existing(named)
    if standing is not None:
        apply([Change("DELETE", named.zone_id, standing)])


def find(identifier: Mapping[str, str]) -> Created | None:
    """One that exists, to be imported; None if there is none."""
    return None if _existing(_change("DELETE", identifier)) is None else (identifier["Name"], {})


def read_identifier(text: str) -> tuple[str, dict[str, object]] | None:
    """The identifier and the properties of what stands, for Cloud Control; an identifier may be JSON too."""
    given = json.loads(text) if text.startswith("{") else dict(zip(_IDENTIFIER, text.split("|"), strict=False))
    if not {"Name", "HostedZoneId", "Type"} <= set(given):
        return None
    named = _change("DELETE", given)
    standing = _existing(named)
    return None if standing is None else (_identifier_text(named), _properties(named.zone_id, standing))


def read_for_drift(_physical_id: str, properties: Properties) -> dict[str, object] | None:
    """What stands, with what the schema's propertyTransform makes equal written as in the template."""
    named = _change("DELETE", properties)
    standing = _existing(named)
    if standing is None:
        return None
    live = _properties(named.zone_id, standing) | {name: properties[name] for name in _IDENTIFIER if name in properties}
    alias, expected = live.get("AliasTarget"), properties.get("AliasTarget")
    if isinstance(alias, dict) and isinstance(expected, dict) and _plain(alias["DNSName"]) == _plain(expected["DNSName"]):
        live["AliasTarget"] = {**alias, "DNSName": expected["DNSName"]}
    return live


def _properties(zone_id: str, record_set: RecordSet) -> dict[str, object]:
    """A record set as properties, the name as the schema has it."""
    name = record_set["Name"].removesuffix(".").replace("\\052", "*")
    return {**record_set, "Name": name, "HostedZoneId": zone_id}


def _refuse_if_it_exists(change: Change) -> None:
    if _existing(change) is not None:
        raise ValueError(f"{_resource(change)} already exists.")


def _resource(change: Change) -> str:
    """How CloudFormation's sentences begin."""
    return f"Resource of type '{RECORD_SET}' with identifier '{_identifier_text(change)}'"


def _identifier_text(change: Change) -> str:
    properties = _properties(change.zone_id, change.record_set)
    return "|".join(str(properties[name]) for name in _IDENTIFIER if name in properties)


def _identify(properties: Mapping[str, object]) -> tuple[str, str, str, str] | None:
    """What tells two record sets apart; None if the zone that is named does not exist."""
    try:
        return _identifier(properties)
    except ValueError:
        return None


def _plain(name: object) -> str:
    return str(name).lower().removesuffix(".")


# --- the classic AWS::Route53::RecordSet -----------------------------------------------------------------------------


def create_classic(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    """CREATE, or adopt. `Ref` answers the name as it was written."""
    apply(_creations([properties]))
    return str(properties["Name"]), {}


def update_classic(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """UPSERT: an edit by hand is overwritten. Another zone, type or set identifier is another record set."""
    if _identifier(old) != _identifier(new):
        created = create_classic("", new, stack_name)
        emulator.delete_predecessor(delete_classic, physical_id, old)
        return created
    apply([_change("UPSERT", new)])
    return physical_id, {}


def delete_classic(_physical_id: str, properties: Properties) -> None:
    """DELETE by value."""
    apply(_deletions([properties]))


# --- AWS::Route53::RecordSetGroup ------------------------------------------------------------------------------------


def create_group(logical_id: str, properties: Properties, stack_name: str) -> Created:
    """All members in one batch. That a group adopts as single record sets do is a guess: there is no report of it."""
    apply(_creations(_members(properties)))
    physical_id = f"{stack_name}-{logical_id}"
    return physical_id, {"Id": physical_id}


def update_group(physical_id: str, old: Properties, new: Properties, _stack_name: str) -> Created:
    """The members that differ, in one batch; a member that is written as before is not touched."""
    before = {_identifier(member): member for member in _members(old)}
    after = {_identifier(member): member for member in _members(new)}
    apply(
        [
            *_deletions([member for identifier, member in before.items() if identifier not in after]),
            *_creations([member for identifier, member in after.items() if identifier not in before]),
            *(
                _change("UPSERT", member)
                for identifier, member in after.items()
                if identifier in before and member != before[identifier]
            ),
        ]
    )
    return physical_id, {"Id": physical_id}


def delete_group(_physical_id: str, properties: Properties) -> None:
    """All members in one batch: one that was edited by hand keeps them all."""
    apply(_deletions(_members(properties)))


def _members(properties: Properties) -> list[Properties]:
    """The members as properties of single record sets: the zone stands at the group."""
    zone = {name: properties[name] for name in ("HostedZoneId", "HostedZoneName") if name in properties}
    members = properties.get("RecordSets")
    return [{**zone, **member} for member in members] if isinstance(members, list) else []


# --- both ------------------------------------------------------------------------------------------------------------


def _change(action: str, properties: Properties) -> Change:
    return Change(action, emulator_route53.zone_id_of(properties), emulator_route53.record_set_of(properties))


def _identifier(properties: Properties) -> tuple[str, str, str, str]:
    return emulator_route53.zone_id_of(properties), *key(emulator_route53.record_set_of(properties))


def _existing(change: Change) -> RecordSet | None:
    record_sets = emulator_route53.record_sets(change.zone_id)
    return next((standing for standing in record_sets if key(standing) == key(change.record_set)), None)


def _creations(members: Sequence[Properties]) -> list[Change]:
    """CREATE for every record set that does not stand there already to the letter."""
    changes = [_change("CREATE", properties) for properties in members]
    return [c for c in changes if (standing := _existing(c)) is None or not is_same(standing, c.record_set)]


def _deletions(members: Sequence[Properties]) -> list[Change]:
    """DELETE for every record set that still exists.

    What AWS does with one that is gone is in no report that we know. CloudFormation's contract for handlers makes
    "not found" on delete a success, and the last step of a renamed logical id, two deletions of one record, ends well in the
    reports; so it is no error here.
    """
    return [change for properties in members if _existing(change := _change("DELETE", properties)) is not None]


def _refuse_if_not_empty(zone_id: str) -> None:
    apex = emulator_route53.zone_name(zone_id)
    if any(r["Type"] not in {"NS", "SOA"} or r["Name"] != apex for r in emulator_route53.record_sets(zone_id)):
        raise ValueError(
            "The specified hosted zone contains non-required resource record sets and so cannot be deleted. "
            "(Service: AmazonRoute53; Status Code: 400; Error Code: HostedZoneNotEmpty)"
        )
