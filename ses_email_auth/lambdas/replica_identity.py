"""Makes a replica identity and all that belongs to it (Amazon SES developer guide, "Deterministic Easy DKIM").

What this function makes carries a tag that names its resource. Only an identity with that tag counts as its own and is deleted:
a second try of a creation finds what the first one made, and never what others made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.custom_resource import CONFIG, Failed, Outcome, Request, answer, error_code, retry_denied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.lambdas.custom_resource import Properties

_MARK = "ses-email-auth:resource"
_MAX_TAG = 256


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
        retry_denied(ses.create_email_identity, **arguments)
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


def _tags(properties: Properties) -> dict[str, str]:
    tags = properties.get("Tags")
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags} if isinstance(tags, list) else {}


def _part(properties: Properties, name: str) -> dict[str, str]:
    part = properties.get(name)
    return {key: str(value) for key, value in part.items()} if isinstance(part, dict) else {}
