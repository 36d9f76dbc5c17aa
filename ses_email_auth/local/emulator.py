"""Every name of MiniStack that this package uses, private ones included, with types. Nothing else here imports MiniStack.

That is why its version is pinned exactly; `tests/local` fails when one of these names changes its meaning.
"""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, NotRequired, TypeAlias, TypedDict, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack import app  # type: ignore[import-not-found]  # as above
from ministack.core import lambda_runtime, responses  # type: ignore[import-not-found]  # as above
from ministack.services import cloudformation, route53, ses, ses_v2  # type: ignore[import-not-found]  # as above
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]  # as above

from ses_email_auth.local.record_set import RecordSet, canonical_name

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

Properties: TypeAlias = Mapping[str, object]  # of a resource, references resolved
Created: TypeAlias = tuple[str, dict[str, str]]  # physical id and what Fn::GetAtt answers
Response: TypeAlias = tuple[int, dict[str, str], bytes]
Create: TypeAlias = Callable[[str, Properties, str], Created]  # logical id, properties, stack name
Update: TypeAlias = Callable[[str, Properties, Properties, str], Created]  # physical id, old and new properties, stack name
Delete: TypeAlias = Callable[[str, Properties], None]  # physical id, properties
Handler: TypeAlias = Callable[[str, str, dict[str, str], bytes, dict[str, object]], Awaitable[Response]]


class Dkim(TypedDict, total=False):
    """`DkimAttributes` of GetEmailIdentity."""

    SigningEnabled: bool
    Status: str
    Tokens: list[str]
    SigningAttributesOrigin: str
    SigningHostedZone: str
    NextSigningKeyLength: str
    CurrentSigningKeyLength: str


class MailFrom(TypedDict, total=False):
    """`MailFromAttributes` of GetEmailIdentity."""

    MailFromDomain: str
    MailFromDomainStatus: str
    BehaviorOnMxFailure: str


class Identity(TypedDict):
    """What GetEmailIdentity answers, as MiniStack stores it."""

    IdentityType: str
    VerifiedForSendingStatus: bool
    VerificationStatus: NotRequired[str]
    FeedbackForwardingStatus: NotRequired[bool]
    ConfigurationSetName: NotRequired[str]
    DkimAttributes: Dkim
    MailFromAttributes: MailFrom
    Tags: list[dict[str, str]]


# --- the process -----------------------------------------------------------------------------------------------------


def run() -> None:
    """Serve until stopped."""
    app.main()


def end_workers() -> None:
    """End the Lambda functions that are kept warm; MiniStack itself leaves them behind."""
    lambda_runtime.reset()


def region() -> str:
    """The region of the request or stack that is being worked on."""
    return str(responses.get_region())


# --- CloudFormation --------------------------------------------------------------------------------------------------


def register(resource_type: str, create: Create, update: Update, delete: Delete, *, replacing: tuple[str, ...]) -> None:
    """Make CloudFormation use these for `resource_type`. A ValueError is the reason of a failure.

    A change of a property in `replacing` creates the new resource through `create` and deletes the old one at the end.
    """
    provisioners._RESOURCE_HANDLERS[resource_type] = {"create": create, "update": update, "delete": delete}
    provisioners._REPLACING_PROPERTIES[resource_type] = replacing


def check_before_delete(resource_type: str, check: Callable[[str], None]) -> None:
    """Call `check` with the physical id before MiniStack deletes a resource of that type."""
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    original: Delete = handlers["delete"]

    def delete(physical_id: str, properties: Properties) -> None:
        check(physical_id)
        original(physical_id, properties)

    handlers["delete"] = delete


def delete_predecessor(delete: Delete, physical_id: str, properties: Properties) -> None:
    """Delete what an update replaced: at the end of the stack's update, and not under UpdateReplacePolicy Retain."""
    provisioners._delete_predecessor(delete, physical_id, properties)


def stack_tags(stack_name: str) -> list[dict[str, str]]:
    """The tags of a stack, or none if there is no such stack (a nested one that is being created)."""
    stack = cast("dict[str, list[dict[str, str]]] | None", cloudformation._stacks.get(stack_name))
    return [] if stack is None else stack.get("Tags", [])


# --- Route 53 --------------------------------------------------------------------------------------------------------


def change_lock() -> AbstractContextManager[object]:
    """Held while record sets are read and written."""
    return cast("AbstractContextManager[object]", route53._lock)


def zone_name(zone_id: str) -> str | None:
    """The canonical name of a hosted zone of this account, or None if there is no such zone."""
    zone = cast("dict[str, str] | None", route53._zones.get(zone_id))
    return None if zone is None else canonical_name(zone["name"])


def record_sets(zone_id: str) -> list[RecordSet]:
    """The record sets of a zone, in a list of its own."""
    return [_canonical(found) for found in route53._records.get(zone_id, [])]


def store_record_sets(zone_id: str, found: list[RecordSet]) -> None:
    """Make `found` the record sets of a zone."""
    route53._records[zone_id] = found


def public_record_sets() -> list[RecordSet]:
    """The record sets of all public zones, whatever the account: what the world sees, if each zone is delegated."""
    zones = route53._zones.to_dict()
    stored = route53._records.to_dict()
    return [found for zone, sets in stored.items() if zone in zones and not zones[zone].get("private") for found in sets]


def record_set_of(properties: Properties) -> RecordSet:
    """The record set that the properties of an AWS::Route53::RecordSet mean."""
    return _canonical(provisioners._r53_record_set_build_rs(dict(properties)))


def zone_id_of(properties: Properties) -> str:
    """The id of the zone that HostedZoneId or HostedZoneName means."""
    return str(provisioners._r53_resolve_hosted_zone_id(dict(properties)))


def answer_record_changes(change: Callable[[str, list[tuple[str, RecordSet]]], None]) -> None:
    """Let `change` (zone id, actions with record sets) do ChangeResourceRecordSets; a ValueError is InvalidChangeBatch."""

    def answer(zone_id: str, body: bytes) -> Response:
        root = route53._parse_body(body)
        if root is None:
            return cast("Response", route53._error_response("InvalidInput", "Invalid XML"))
        if zone_name(zone_id) is None:
            text = f"No hosted zone found with ID: {zone_id}"
            return cast("Response", route53._error_response("NoSuchHostedZone", text, 404))
        batch = route53._find(root, "ChangeBatch")
        parsed = [
            (
                str(route53._text(element, "Action")),
                _canonical(route53._parse_record_set(route53._find(element, "ResourceRecordSet"))),
            )
            for element in route53._findall(route53._find(batch, "Changes"), "Change")
        ]
        try:
            change(zone_id, parsed)
        except ValueError as refusal:
            return cast("Response", route53._error_response("InvalidChangeBatch", str(refusal)))
        with change_lock():
            done = route53._new_change(route53._text(batch, "Comment"))
        return cast(
            "Response",
            route53._xml_response(
                "ChangeResourceRecordSetsResponse",
                lambda element: route53._build_change_info_el(element, done),
            ),
        )

    route53._change_resource_record_sets = answer


def _canonical(record_set: RecordSet) -> RecordSet:
    return {**record_set, "Name": canonical_name(record_set["Name"])}


# --- SES -------------------------------------------------------------------------------------------------------------


def identities() -> dict[str, Identity]:
    """The identities of this account and region; the values are the stored ones."""
    return dict(ses_v2._identities.items())


def write_identity(name: str, properties: Properties) -> Identity:
    """Let MiniStack store the identity in SES and SESv2, made if need be; returns what SESv2 stores."""
    return cast("Identity", provisioners._ses_email_identity_apply(name, properties))


def delete_identity(physical_id: str, properties: Properties) -> None:
    """Delete it from SES and SESv2."""
    provisioners._ses_email_identity_delete(physical_id, properties)


def dkim_tokens(identity: str) -> list[str]:
    """The three Easy DKIM tokens of a domain, always the same for a domain."""
    return list(ses._dkim_tokens(identity))


def set_verified_in_v1(identity: str, *, verified: bool) -> None:
    """SES refuses to send for an identity that is verified in neither API."""
    stored = ses._identities.get(identity)
    if stored is not None:
        stored["VerificationStatus"] = "Success" if verified else "Pending"


def before_ses_requests(prepare: Callable[[], None]) -> None:
    """Call `prepare` before each request to SES or SESv2, in the account and region of the request."""
    for module in (ses, ses_v2):
        module.handle_request = _prepared(module.handle_request, prepare)


def _prepared(original: Handler, prepare: Callable[[], None]) -> Handler:
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, object]) -> Response:
        prepare()
        return await original(method, path, headers, body, query)

    return handle
