"""Writes a sending authorization policy of an SES identity (developer guide, "Using sending authorization").

What this function writes carries an `Id` that names its resource. So a second try knows its own policy from an equal
one of others, and a delete removes its own alone: a rollback does not delete what stood there before.

- Create refuses if others have a policy of that name.
- Update writes the new document; another identity or name is a replacement: CloudFormation deletes the old policy later.
- Delete removes its own policy, and succeeds if that or the whole identity is gone already.
- A request that CloudFormation has cancelled writes nothing any more: the delete or the update back may be over, and a right to
  send would stay for ever.
- SES checks that principals exist, and does not know at once a role that was just made. So a policy that it refuses for its
  principal is tried again until the time is over (terraform-provider-aws #22549, of the first API; the code of SESv2 is likely,
  not documented).

It calls SESv2: IAM knows no resource for the actions of SES, so a role could write the policies of all identities.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from ses_email_auth.lambdas.custom_resource import CONFIG, Failed, Outcome, answer, retry_denied, time_left
from ses_email_auth.lambdas.stack_history import is_given_up, is_rolling_back

if TYPE_CHECKING:
    from ses_email_auth.lambdas.custom_resource import Properties, Request

_PAUSE = 5  # seconds until a policy is tried again whose principal SES does not know
_INVALID_PRINCIPAL = re.compile(r"invalid\b[^.]*\bprincipal|principal\b[^.]*\binvalid", re.IGNORECASE)
_NOT_VERIFIED = re.compile(r"\b(?:not|un)[ -]?(?:yet[ -])?verified", re.IGNORECASE)

_log = logging.getLogger(__name__)


def handle(event: dict[str, object], context: object) -> None:
    """Answer CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    try:
        return _policy(request)
    except ClientError as error:
        message = str(error.response["Error"].get("Message", ""))
        if _NOT_VERIFIED.search(message) is None:
            raise
        # SESv2 API reference: "If you have not verified the identity, this API will return an error". Its words are not known,
        # nor whether it is so: terraform's acceptance test writes such a policy.
        raise Failed(
            f"{error.operation_name} failed: {message}; SES takes a sending policy when the identity is verified: pass "
            "wait_for_verification= to the construct, or add the policy in a later deploy"
        ) from error


def _policy(request: Request) -> Outcome:
    ses = boto3.client("sesv2", config=CONFIG)
    identity, name = str(request.properties["Identity"]), str(request.properties["PolicyName"])
    outcome = Outcome(f"{identity}/{name}")
    if request.kind == "Delete":
        _delete(ses, request, identity, name)
        return Outcome(request.physical_id)
    wanted = _document(request, request.properties)
    standing = _standing(ses, identity, name)
    if standing == wanted:
        return outcome
    if standing is not None and _owner(standing) != _owner(wanted) and outcome.physical_id != request.physical_id:
        raise Failed(
            f"{identity} has a sending policy {name!r} already, which this resource did not write; nothing was changed; choose "
            "another name, or remove that policy"
        )
    _write(ses, request, is_new=standing is None, EmailIdentity=identity, PolicyName=name, Policy=json.dumps(wanted))
    return outcome


def _write(ses: Any, request: Request, *, is_new: bool, **arguments: str) -> None:  # noqa: ANN401 - as above
    """Create or update the policy, unless CloudFormation has given the request up while this function waited."""
    goes_back = request.kind == "Update" and is_rolling_back(request)

    def write(**arguments: object) -> None:
        if not goes_back and is_given_up(request):
            raise Failed("CloudFormation has cancelled the request, so no policy was written")
        (ses.create_email_identity_policy if is_new else ses.update_email_identity_policy)(**arguments)

    while True:
        try:
            retry_denied(write, **arguments)
        except ClientError as error:
            message = str(error.response["Error"].get("Message", ""))
            if _INVALID_PRINCIPAL.search(message) is None:
                raise
            if time_left() < _PAUSE:
                raise Failed(
                    f"{error.operation_name} failed: {message}; SES takes principals that exist: one that was made in this "
                    "deploy may need some minutes, then deploy again; an account whose region is an opt-in one has to switch "
                    "on the region of the identity"
                ) from error
            time.sleep(_PAUSE)
        else:
            break
    if not goes_back and is_given_up(request):  # SES may have let the call wait after the look before it
        _take_back(ses, request, arguments["EmailIdentity"], arguments["PolicyName"])


def _take_back(ses: Any, request: Request, identity: str, name: str) -> None:  # noqa: ANN401 - as above
    """Undo what was written after the delete or the update back may have been done.

    Raises:
        Failed: always; the request is cancelled.
    """
    if request.physical_id == f"{identity}/{name}":
        old = json.dumps(_document(request, request.old_properties))
        retry_denied(ses.update_email_identity_policy, EmailIdentity=identity, PolicyName=name, Policy=old)
    else:
        _delete(ses, request, identity, name)
    raise Failed("CloudFormation has cancelled the request, so the policy was taken back")


def _delete(ses: Any, request: Request, identity: str, name: str) -> None:  # noqa: ANN401 - boto3 carries no types
    try:
        if _owner(_standing(ses, identity, name)) == _owner(_document(request, request.properties)):
            retry_denied(ses.delete_email_identity_policy, EmailIdentity=identity, PolicyName=name)
        else:
            _log.warning("%s/%s is gone, or not ours and is left alone", identity, name)
    except ses.exceptions.NotFoundException:
        _log.warning("there is no %s/%s any more", identity, name)


def _document(request: Request, properties: Properties) -> dict[str, object]:
    """The policy of `properties` with the mark of the resource."""
    policy = properties["Policy"]
    resource = hashlib.sha256(f"{request.stack_id}/{request.logical_id}".encode()).hexdigest()[:32]
    return {**(policy if isinstance(policy, dict) else {}), "Id": f"ses-email-auth-{resource}"}


def _standing(ses: Any, identity: str, name: str) -> object:  # noqa: ANN401 - as above
    """The document that SES has; None without one."""
    policy = retry_denied(ses.get_email_identity_policies, EmailIdentity=identity)["Policies"].get(name)
    try:
        return None if policy is None else json.loads(policy)
    except ValueError:
        return policy


def _owner(document: object) -> object:
    return document.get("Id") if isinstance(document, dict) else None
