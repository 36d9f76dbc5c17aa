"""A sending authorization policy of an SES identity (developer guide, "Using sending authorization").

What this function writes carries an `Id` that names its resource. So it knows a second try from a policy of others that says
the same, and takes away its own alone: a rollback does not delete what stood there before.

- Create refuses a policy of that name that is not its own: others need it.
- Update writes the new document; another identity or name is a replacement, whose old policy CloudFormation deletes later.
- Delete takes the own policy away; that it, or the whole identity, is gone already is as good.

The actions of SESv2: those of SES know no resource in IAM, so a role could write the policies of all identities.
"""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import boto3

from ses_email_auth.lambdas.custom_resource import Failed, Outcome, answer
from ses_email_auth.lambdas.patience import CONFIG, patiently

if TYPE_CHECKING:
    from ses_email_auth.lambdas.custom_resource import Request

__all__ = ["handle"]

_log = logging.getLogger(__name__)


def handle(event: dict[str, object], context: object) -> None:
    """Called by CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    ses = boto3.client("sesv2", config=CONFIG)
    identity, name = str(request.properties["Identity"]), str(request.properties["PolicyName"])
    outcome = Outcome(f"{identity}/{name}")
    if request.kind == "Delete":
        _delete(ses, request, identity, name)
        return Outcome(request.physical_id)
    wanted = _document(request)
    found = _found(ses, identity, name)
    if found == wanted:
        return outcome
    if found is not None and _owner(found) != _owner(wanted) and outcome.physical_id != request.physical_id:
        raise Failed(
            f"{identity} has a sending policy {name!r} already, which this resource did not write; nothing was changed; choose "
            "another name, or remove that policy"
        )
    write = ses.create_email_identity_policy if found is None else ses.update_email_identity_policy
    patiently(write, EmailIdentity=identity, PolicyName=name, Policy=json.dumps(wanted))
    return outcome


def _delete(ses: Any, request: Request, identity: str, name: str) -> None:  # noqa: ANN401 - boto3 carries no types
    try:
        if _owner(_found(ses, identity, name)) == _owner(_document(request)):
            patiently(ses.delete_email_identity_policy, EmailIdentity=identity, PolicyName=name)
        else:
            _log.warning("%s/%s is gone, or not ours and is left alone", identity, name)
    except ses.exceptions.NotFoundException:
        _log.warning("there is no %s/%s any more", identity, name)


def _document(request: Request) -> dict[str, object]:
    """The policy with the mark of the resource."""
    policy = request.properties["Policy"]
    resource = hashlib.sha256(f"{request.stack_id}/{request.logical_id}".encode()).hexdigest()[:32]
    return {**(policy if isinstance(policy, dict) else {}), "Id": f"ses-email-auth-{resource}"}


def _found(ses: Any, identity: str, name: str) -> object:  # noqa: ANN401 - as above
    """The document that stands there; None without one."""
    policy = patiently(ses.get_email_identity_policies, EmailIdentity=identity)["Policies"].get(name)
    try:
        return None if policy is None else json.loads(policy)
    except ValueError:
        return policy


def _owner(document: object) -> object:
    return document.get("Id") if isinstance(document, dict) else None
