"""Makes a replica identity and all that belongs to it (Amazon SES developer guide, "Deterministic Easy DKIM").

What this function makes carries a tag that names its resource. Only an identity with that tag counts as its own and is deleted:
a second try of a creation finds what the first one made, and never what others made.

- SES copies the key after it has answered, and tells only then what is wrong ("REPLICATION_…" in VerificationInfo). So the
  function looks for such an error for a short time; one that comes later is seen by `wait_for_verification` alone.
- A creation that CloudFormation has cancelled makes nothing any more: the delete that follows may be over.
- An update in place is not looked at in that way: it would set what a later deployment sets again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast

import boto3
import botocore
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from ses_email_auth.lambdas.custom_resource import (
    CONFIG,
    Failed,
    Outcome,
    Request,
    answer,
    error_code,
    retry_denied,
    time_left,
    time_limit,
)
from ses_email_auth.lambdas.stack_history import is_given_up

if TYPE_CHECKING:
    from ses_email_auth.lambdas.custom_resource import Properties

_MARK = "ses-email-auth:resource"
_MAX_TAG = 256
_BOTOCORE = "1.35.78"  # the first one with the parameter DomainSigningAttributesOrigin

_WATCH = 25  # seconds after the creation in which errors of the replication are looked for
_POLL = 5  # seconds
_WAITS = {"", "NOT_STARTED", "PENDING", "TEMPORARY_FAILURE"}  # statuses of DKIM in which such an error may still come

# SESv2 API reference, "VerificationInfo": what an error means, and what to do.
_REPLICATION_ERRORS = {
    "REPLICATION_ACCESS_DENIED": (
        "SES may not copy the key: a policy of the organization or a permissions boundary may forbid "
        "ses:ReplicateEmailIdentityDKIMSigningKey in {parent}"
    ),
    "REPLICATION_PRIMARY_NOT_FOUND": "there is no identity {name} in {parent}; deploy that one first",
    "REPLICATION_PRIMARY_BYO_DKIM_NOT_SUPPORTED": (
        "the identity in {parent} signs with an own key, which cannot be copied; let it use Easy DKIM, or leave out dkim= here"
    ),
    "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED": (
        "the identity in {parent} is a replica itself; pass the region of its parent to Dkim.replica_of"
    ),
    "REPLICATION_PRIMARY_INVALID_REGION": (
        "SES cannot copy keys from {parent} to this region; pass another region to Dkim.replica_of, or leave out dkim= here"
    ),
}

_log = logging.getLogger(__name__)


class _Ses(Protocol):
    """The calls that are used."""

    def create_email_identity(self, **arguments: object) -> Mapping[str, object]: ...
    def delete_email_identity(self, **arguments: object) -> Mapping[str, object]: ...
    def get_email_identity(self, **arguments: object) -> Mapping[str, object]: ...
    def put_email_identity_configuration_set_attributes(self, **arguments: object) -> Mapping[str, object]: ...
    def put_email_identity_feedback_attributes(self, **arguments: object) -> Mapping[str, object]: ...
    def put_email_identity_mail_from_attributes(self, **arguments: object) -> Mapping[str, object]: ...
    def tag_resource(self, **arguments: object) -> Mapping[str, object]: ...
    def untag_resource(self, **arguments: object) -> Mapping[str, object]: ...


def handle(event: dict[str, object], context: object) -> None:
    """Answer CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    ses = cast("_Ses", boto3.client("sesv2", config=CONFIG))
    new, old = request.properties, request.old_properties
    name = str(new["EmailIdentity"])
    if request.kind == "Delete":
        _delete(ses, request, name)
        return Outcome(request.physical_id)
    if request.kind == "Update" and name == old["EmailIdentity"]:
        if new["ParentRegion"] != old["ParentRegion"]:
            _refuse_another_parent(ses, new)
        _settle(ses, new, old)
    else:
        _create(ses, request, name)
        _settle_new(ses, name, new)
        _watch(ses, name, new)
    return Outcome(name)


def _refuse_another_parent(ses: _Ses, properties: Properties) -> None:
    """Compare with what SES has: the update back, in a rollback, asks for the parent that is there already."""
    name = str(properties["EmailIdentity"])
    standing = _origin_of(retry_denied(ses.get_email_identity, EmailIdentity=name))
    if standing != _origin(properties):
        raise Failed(
            f"the replica {name} is {standing} and cannot become {_origin(properties)}: SES takes the parent region at "
            "creation alone; take the construct out, deploy, and put it in again"
        )


def _create(ses: _Ses, request: Request, name: str) -> None:
    properties = request.properties
    tags = [{"Key": key, "Value": value} for key, value in {**_tags(properties), _MARK: _owner(request)}.items()]
    arguments: dict[str, object] = {"EmailIdentity": name, "Tags": tags}
    configuration_set = _part(properties, "ConfigurationSetAttributes").get("ConfigurationSetName")
    if configuration_set is not None:
        arguments["ConfigurationSetName"] = configuration_set
    arguments["DkimSigningAttributes"] = {"DomainSigningAttributesOrigin": _origin(properties)}
    try:
        retry_denied(_create_if_wanted, ses=ses, request=request, arguments=arguments)
    except ParamValidationError:
        raise Failed(
            f"this function has boto3 {boto3.__version__} with botocore {botocore.__version__}, which cannot make a replica: "
            f"botocore {_BOTOCORE} is needed; Lambda's runtime brings it, so let the function use the newest version of the "
            "runtime (its runtime management configuration), or leave out dkim="
        ) from None
    except ClientError as error:
        if error_code(error) != "AlreadyExistsException":
            raise
        standing = retry_denied(ses.get_email_identity, EmailIdentity=name)
        is_own = _mark(standing) == _owner(request)
        if not is_own or _origin_of(standing) != _origin(properties):
            raise Failed(
                f"the identity {name} exists in this region already, and SES makes a replica at creation alone; delete it "
                "first, or leave out dkim= and keep it"
            ) from None


def _create_if_wanted(*, ses: _Ses, request: Request, arguments: Mapping[str, object]) -> None:
    """Make the identity; the time for a permission that is late may be time enough for a rollback."""
    if request.kind == "Create" and is_given_up(request):
        raise Failed("CloudFormation has cancelled the request, so no identity was made")
    ses.create_email_identity(**arguments)
    if request.kind == "Create" and is_given_up(request):  # SES may have let the call wait after the look before it
        _delete(ses, request, str(arguments["EmailIdentity"]))
        raise Failed("CloudFormation has cancelled the request, so the identity was deleted")


def _watch(ses: _Ses, name: str, properties: Properties) -> None:
    """Look for an error of the replication, as long as it is not settled and at most a short time."""
    with time_limit(_WATCH):
        while True:
            identity = _look(ses, name)
            error = _text(identity, "VerificationInfo", "ErrorType")
            if error.startswith("REPLICATION_"):
                meaning = _REPLICATION_ERRORS.get(error, "SES cannot copy the key from {parent}")
                raise Failed(
                    f"SES made {name}, but not as a replica of {properties['ParentRegion']}: {error}, "
                    f"{meaning.format(name=name, parent=properties['ParentRegion'])}",
                    name,
                )
            if _text(identity, "DkimAttributes", "Status") not in _WAITS or time_left() < _POLL:
                return
            time.sleep(_POLL)


def _look(ses: _Ses, name: str) -> Mapping[str, object]:
    """The identity; empty if SES does not say, which is no reason to fail what is made."""
    try:
        return ses.get_email_identity(EmailIdentity=name)
    except (BotoCoreError, ClientError) as error:
        _log.warning("SES does not say how the replica is: %s", type(error).__name__)
        return {}


def _settle_new(ses: _Ses, name: str, properties: Properties) -> None:
    """Set what SES does not take at creation; if that fails, the rollback finds the identity by its id."""
    try:
        _settle(ses, properties, {})
    except ClientError as error:
        message = error.response["Error"].get("Message", error.response["Error"]["Code"])
        raise Failed(f"{error.operation_name} failed: {message}", name) from None
    except BotoCoreError as error:
        raise Failed(f"SES cannot be asked: {type(error).__name__}", name) from None


def _settle(ses: _Ses, new: Properties, old: Properties) -> None:
    """Set all but the name and the parent; each call sets a value, so a second time does no harm."""
    name = str(new["EmailIdentity"])
    if _part(new, "MailFromAttributes") != _part(old, "MailFromAttributes"):
        retry_denied(ses.put_email_identity_mail_from_attributes, EmailIdentity=name, **_part(new, "MailFromAttributes"))
    if _part(new, "ConfigurationSetAttributes") != _part(old, "ConfigurationSetAttributes") and old:
        retry_denied(
            ses.put_email_identity_configuration_set_attributes, EmailIdentity=name, **_part(new, "ConfigurationSetAttributes")
        )
    if _part(new, "FeedbackAttributes") != _part(old, "FeedbackAttributes"):
        forwards = _part(new, "FeedbackAttributes").get("EmailForwardingEnabled", "true") == "true"
        retry_denied(ses.put_email_identity_feedback_attributes, EmailIdentity=name, EmailForwardingEnabled=forwards)
    wanted, before = _tags(new), _tags(old)
    arn = str(new["IdentityArn"])
    dropped = sorted(before.keys() - wanted.keys())
    if dropped:
        retry_denied(ses.untag_resource, ResourceArn=arn, TagKeys=dropped)
    changed = {key: value for key, value in wanted.items() if before.get(key) != value}
    if changed and old:
        retry_denied(ses.tag_resource, ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in changed.items()])


def _delete(ses: _Ses, request: Request, name: str) -> None:
    try:
        if _mark(retry_denied(ses.get_email_identity, EmailIdentity=name)) == _owner(request):
            retry_denied(ses.delete_email_identity, EmailIdentity=name)
    except ClientError as error:
        if error_code(error) != "NotFoundException":
            raise


def _owner(request: Request) -> str:
    return f"{request.stack_id}/{request.logical_id}"[-_MAX_TAG:]


def _mark(identity: Mapping[str, object]) -> str | None:
    return _tags(identity).get(_MARK)


def _origin_of(identity: Mapping[str, object]) -> str | None:
    return _part(identity, "DkimAttributes").get("SigningAttributesOrigin")


def _origin(properties: Properties) -> str:
    return f"AWS_SES_{properties['ParentRegion']}".upper().replace("-", "_")


def _text(identity: Mapping[str, object], part: str, name: str) -> str:
    members = identity.get(part)
    return str(members.get(name) or "") if isinstance(members, Mapping) else ""


def _tags(properties: Properties) -> dict[str, str]:
    tags = properties.get("Tags")
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags} if isinstance(tags, list) else {}


def _part(properties: Properties, name: str) -> dict[str, str]:
    part = properties.get(name)
    return {key: str(value) for key, value in part.items()} if isinstance(part, dict) else {}
