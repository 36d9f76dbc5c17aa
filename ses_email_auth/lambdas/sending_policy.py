"""Writes a sending authorization policy of an SES identity (developer guide, "Using sending authorization").

What this function writes carries an `Id` that names its resource. So a second try knows its own policy from an equal
one of others, and a delete removes its own alone: a rollback does not delete what stood there before.

- Create refuses if others have a policy of that name.
- Update writes the new document; another identity or name is a replacement: CloudFormation deletes the old policy later.
- Delete removes its own policy, and succeeds if that or the whole identity is gone already.

It calls SESv2: IAM knows no resource for the actions of SES, so a role could write the policies of all identities.
"""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import boto3

from ses_email_auth.lambdas.custom_resource import CONFIG, Failed, Outcome, answer, retry_denied

if TYPE_CHECKING:
    from ses_email_auth.lambdas.custom_resource import Request

_log = logging.getLogger(__name__)


def handle(event: dict[str, object], context: object) -> None:
    """Answer CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    ses = boto3.client("sesv2", config=CONFIG)
    identity, name = str(request.properties["Identity"]), str(request.properties["PolicyName"])
    outcome = Outcome(f"{identity}/{name}")
    if request.kind == "Delete":
        _delete(ses, request, identity, name)
        return Outcome(request.physical_id)
    wanted = _document(request)
    standing = _standing(ses, identity, name)
    if standing == wanted:
        return outcome
    if standing is not None and _owner(standing) != _owner(wanted) and outcome.physical_id != request.physical_id:
        raise Failed(
            f"{identity} has a sending policy {name!r} already, which this resource did not write; nothing was changed; choose "
            "another name, or remove that policy"
        )
    write = ses.create_email_identity_policy if standing is None else ses.update_email_identity_policy
    retry_denied(write, EmailIdentity=identity, PolicyName=name, Policy=json.dumps(wanted))
    return outcome


def _delete(ses: Any, request: Request, identity: str, name: str) -> None:  # noqa: ANN401 - boto3 carries no types
    try:
        if _owner(_standing(ses, identity, name)) == _owner(_document(request)):
            retry_denied(ses.delete_email_identity_policy, EmailIdentity=identity, PolicyName=name)
        else:
            _log.warning("%s/%s is gone, or not ours and is left alone", identity, name)
    except ses.exceptions.NotFoundException:
        _log.warning("there is no %s/%s any more", identity, name)


def _document(request: Request) -> dict[str, object]:
    """The policy with the mark of the resource."""
    policy = request.properties["Policy"]
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
