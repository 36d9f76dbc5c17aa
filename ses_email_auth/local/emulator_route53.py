"""MiniStack's Route 53, private names included: zones, and the form in which record sets are stored."""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack.services import route53  # type: ignore[import-not-found]  # as above
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]  # as above

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ses_email_auth.local.emulator import Created, Properties, Response


class Malformed(ValueError):
    """A change batch that cannot be read."""


class RecordSet(TypedDict):
    """A resource record set in MiniStack's own form."""

    Name: str
    Type: str
    TTL: NotRequired[str]
    ResourceRecords: NotRequired[list[str]]
    SetIdentifier: NotRequired[str]
    AliasTarget: NotRequired[dict[str, object]]


def canonical_name(name: str) -> str:
    r"""The name as Route 53 stores and lists it: lower case, final dot, `*` as `\052`."""
    return name.lower().removesuffix(".").replace("*", "\\052") + "."


def choose_zone_ids(choose: Callable[[], str | None]) -> None:
    """Let `choose` answer the id of a new zone; None leaves it to chance."""
    original = route53._zone_id
    route53._zone_id = lambda: choose() or original()


def store_zone_names_in_lower_case() -> None:
    """As Route 53 does (developer guide, "DNS domain name format"), so that another spelling finds the zone."""
    with_dot, functions = route53._normalise_name, provisioners._RESOURCE_HANDLERS["AWS::Route53::HostedZone"]
    create, update = functions["create"], functions["update"]

    def in_lower_case(properties: Properties) -> Properties:
        return {**properties, "Name": str(properties.get("Name", "")).lower()}

    def updated(physical_id: str, old: Properties, new: Properties, *rest: object, **options: object) -> Created:
        return cast("Created", update(physical_id, in_lower_case(old), in_lower_case(new), *rest, **options))

    route53._normalise_name = lambda name: with_dot(name and name.lower())  # None if a request has no name
    functions["create"] = lambda logical_id, properties, *rest: create(logical_id, in_lower_case(properties), *rest)
    functions["update"] = updated


def read_no_body_as_no_members() -> None:
    """Route 53 takes it so where no member is required: boto3 sends no body in UpdateHostedZoneComment."""
    original = route53._parse_body
    route53._parse_body = lambda body: original(body or b"<Empty/>")


def change_lock() -> AbstractContextManager[object]:
    """Held while record sets are read and written."""
    return cast("AbstractContextManager[object]", route53._lock)


def zone_name(zone_id: str) -> str | None:
    """The canonical name of a hosted zone of this account, or None if there is no such zone."""
    zone = cast("dict[str, str] | None", route53._zones.get(zone_id))
    return None if zone is None else canonical_name(zone["name"])


def record_sets(zone_id: str) -> list[RecordSet]:
    """The record sets of a zone, in a list of its own."""
    return [_canonical(record_set) for record_set in route53._records.get(zone_id, [])]


def store_record_sets(zone_id: str, record_sets: list[RecordSet]) -> None:
    """Replace all record sets of a zone."""
    route53._records[zone_id] = record_sets


def public_record_sets() -> list[RecordSet]:
    """The record sets of all public zones, whatever the account: what the world sees, if each zone is delegated."""
    zones = route53._zones.to_dict()
    stored = route53._records.to_dict()
    return [
        record_set
        for zone, record_sets in stored.items()
        if zone in zones and not zones[zone].get("private")
        for record_set in record_sets
    ]


def record_set_of(properties: Properties) -> RecordSet:
    """The record set that the properties of an AWS::Route53::RecordSet mean."""
    return _canonical(provisioners._r53_record_set_build_rs(dict(properties)))


def zone_id_of(properties: Properties) -> str:
    """The id of the zone that HostedZoneId or HostedZoneName means."""
    return str(provisioners._r53_resolve_hosted_zone_id(dict(properties)))


def answer_record_changes(change: Callable[[str, list[tuple[str, RecordSet]]], None]) -> None:
    """Let `change` (zone id, actions with record sets) do ChangeResourceRecordSets; a ValueError is InvalidChangeBatch."""

    def answer(zone_id: str, body: bytes) -> Response:
        if (root := route53._parse_body(body)) is None:
            return cast("Response", route53._error_response("InvalidInput", "Invalid XML"))
        if zone_name(zone_id) is None:
            text = f"No hosted zone found with ID: {zone_id}"
            return cast("Response", route53._error_response("NoSuchHostedZone", text, 404))
        try:
            change(zone_id, changes_of(body))
        except ValueError as refusal:
            return cast("Response", route53._error_response("InvalidChangeBatch", str(refusal)))
        with change_lock():
            info = route53._new_change(route53._text(route53._find(root, "ChangeBatch"), "Comment"))
        return cast(
            "Response",
            route53._xml_response(
                "ChangeResourceRecordSetsResponse",
                lambda element: route53._build_change_info_el(element, info),
            ),
        )

    route53._change_resource_record_sets = answer


def check_record_changes(check: Callable[[str, list[tuple[str, RecordSet]]], None]) -> None:
    """Call `check` (zone id, actions with record sets) before ChangeResourceRecordSets; a ValueError is InvalidChangeBatch."""
    original = route53._change_resource_record_sets

    def answer(zone_id: str, body: bytes) -> Response:
        try:
            check(zone_id, changes_of(body))
        except ValueError as refusal:
            return cast("Response", route53._error_response("InvalidChangeBatch", str(refusal)))
        return cast("Response", original(zone_id, body))

    route53._change_resource_record_sets = answer


def order_listings(key: Callable[[str], str]) -> None:
    """List record sets, and find where a listing starts, by what `key` makes of their names."""
    route53._name_sort_key = key


def check_listings(fault: Callable[[str, str], str | None]) -> None:
    """Let `fault` (name and type to start with, each may be empty) refuse ListResourceRecordSets as InvalidInput."""
    original = route53._list_resource_record_sets

    def answer(zone_id: str, query: dict[str, list[str]]) -> Response:
        text = fault(query.get("name", [""])[0], query.get("type", [""])[0])
        refused = None if text is None else route53._error_response("InvalidInput", text)
        return cast("Response", refused or original(zone_id, query))

    route53._list_resource_record_sets = answer


def changes_of(body: bytes) -> list[tuple[str, RecordSet]]:
    """The actions of a ChangeResourceRecordSets request with their record sets. Raises Malformed if one cannot be read."""
    element = route53._parse_body(body)
    for name in ("ChangeBatch", "Changes"):
        element = None if element is None else route53._find(element, name)
    if element is None:
        raise Malformed("Invalid XML")
    return [_change_of(change) for change in route53._findall(element, "Change")]


def _change_of(change: object) -> tuple[str, RecordSet]:
    record_set = route53._find(change, "ResourceRecordSet")
    if record_set is None or not all(route53._text(record_set, name) for name in ("Name", "Type")):
        raise Malformed("Invalid XML")
    return str(route53._text(change, "Action")), _canonical(route53._parse_record_set(record_set))


def _canonical(record_set: RecordSet) -> RecordSet:
    return {**record_set, "Name": canonical_name(record_set["Name"])}
