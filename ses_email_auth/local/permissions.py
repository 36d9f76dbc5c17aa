"""What a role may do: condition keys and resources of Route 53 and SES, which MiniStack's IAM does not know.

Sources: Route 53 developer guide ("Using IAM policy conditions for fine-grained access control"), service authorization
reference of Route 53 and SES v2, SES developer guide (sending authorization). What is sent through another account's identity
needs both: the policies of the caller and those of the identity. Wording of refusals as AWS's, of sending as SES's own, from
public reports.
Not handled: a role whose trust policy names a principal that does not exist (AWS refuses to make it), policies of
organizations, delays until a change is known everywhere. That tags at a creation need ses:TagResource is a guess.
"""

from __future__ import annotations

import contextvars
import json
from email.utils import parseaddr
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs

from ses_email_auth.local import emulator, emulator_iam, emulator_route53, emulator_ses
from ses_email_auth.local.identity import parent_region

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.local.emulator import Response
    from ses_email_auth.local.emulator_iam import Request

__all__ = ["install"]

_SENDING = "/v2/email/outbound-emails"
_CREATION = "/v2/email/identities"
_TAGS = "/v2/email/tags"

# Account and region whose identity a request sends from, if they are not those of the caller.
_sent_by: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar("sent_by", default=None)


def install() -> None:
    """Put all of this into MiniStack."""
    emulator_iam.trust_loopback()
    emulator_iam.every_account_is_in_the_organization()
    emulator_iam.name_roles_of_sessions()
    emulator_iam.let_trust_policies_allow()
    emulator_iam.add_condition_keys(_condition_keys)
    emulator_iam.name_resources(_resource)
    emulator_iam.say_the_resource({"kms", "route53", "secretsmanager", "ses", "sts"})
    emulator_iam.before_sesv2(_refuse_sesv2, instead=[("POST", _SENDING), ("POST", _TAGS)])
    emulator_ses.act_as_owner(_sent_by.get)


def normalized(name: str) -> str:
    r"""A record name as the condition keys have it: lower case, no final dot, other characters as `\052`."""
    kept = "abcdefghijklmnopqrstuvwxyz0123456789-_."
    # A name in canonical form has its escapes already.
    return "".join(c if c in kept or c == "\\" else f"\\{ord(c):03o}" for c in name.lower().removesuffix("."))


def _condition_keys(action: str, body: bytes, parameters: dict[str, list[str]]) -> dict[str, object]:
    if action == "route53:ChangeResourceRecordSets":
        changes = emulator_route53.changes_of(body)
        return {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [normalized(found["Name"]) for _, found in changes],
            "route53:ChangeResourceRecordSetsRecordTypes": [found["Type"] for _, found in changes],
            "route53:ChangeResourceRecordSetsActions": [change for change, _ in changes],
        }
    if action in {"ses:SendEmail", "ses:SendRawEmail"}:
        sender = parameters.get("Source", [""])[0]
        return {"ses:FromAddress": parseaddr(sender)[1]} if sender else {}
    if action == "sts:AssumeRole":
        external = parse_qs(body.decode(errors="replace")).get("ExternalId", parameters.get("ExternalId"))
        return {"sts:ExternalId": external[0]} if external else {}
    if action == "kms:GenerateDataKeyPair":
        return {"kms:DataKeyPairSpec": json.loads(body).get("KeyPairSpec", "")}
    return {}


def _resource(service: str, path: str, parameters: dict[str, list[str]]) -> str | None:
    if service == "route53" and path.startswith("/2013-04-01/change/"):
        return f"arn:aws:route53:::change/{path.rpartition('/')[2]}"
    if service == "ses" and path == _TAGS:
        return parameters.get("ResourceArn", [None])[0]
    if service == "ses" and "Source" in parameters:  # the first API
        return parameters.get("SourceArn", [_identity_arn(parameters["Source"][0])])[0]
    # Service authorization reference: of the first API only what sends is about a resource.
    return "*" if service == "ses" and "Action" in parameters else None


def _refuse_sesv2(request: Request) -> Response | None:
    _sent_by.set(None)
    if request.method != "POST" or request.path not in {_SENDING, _CREATION, _TAGS}:
        return None
    body = json.loads(request.body or b"{}")
    if request.path == _TAGS:  # the ARN stands in the body
        return emulator_iam.refusal(request, "ses:TagResource", str(body.get("ResourceArn")), {})
    return _refuse_creation(request, body) if request.path == _CREATION else _refuse_sending(request, body)


def _refuse_creation(request: Request, body: Mapping[str, object]) -> Response | None:
    """A replica needs a permission on the identity in its parent's region, and tags need one too."""
    name = body.get("EmailIdentity")
    signing = cast("Mapping[str, object]", body.get("DkimSigningAttributes") or {})
    parent = parent_region(signing.get("DomainSigningAttributesOrigin"))
    refused = None
    if parent is not None:
        arn = f"arn:aws:ses:{parent}:{emulator.account()}:identity/{name}"
        refused = emulator_iam.refusal(request, "ses:ReplicateEmailIdentityDKIMSigningKey", arn, {})
    if refused is None and body.get("Tags"):
        arn = f"arn:aws:ses:{emulator.region()}:{emulator.account()}:identity/{name}"
        refused = emulator_iam.refusal(request, "ses:TagResource", arn, {})
    return refused


def _refuse_sending(request: Request, body: Mapping[str, object]) -> Response | None:
    """The caller's policies have to allow identity and configuration set; then the identity's have a say."""
    content = cast("Mapping[str, object]", body.get("Content") or {})
    action = "ses:SendRawEmail" if "Raw" in content else "ses:SendEmail"
    name, address = parseaddr(str(body.get("FromEmailAddress") or ""))
    destination = cast("Mapping[str, list[str]]", body.get("Destination") or {})
    keys: dict[str, object] = {
        "ses:ApiVersion": "2",
        "ses:FromAddress": address,
        "ses:Recipients": [parseaddr(each)[1] for addresses in destination.values() for each in addresses],
    }
    keys |= {"ses:FromDisplayName": name} if name else {}
    feedback = body.get("FeedbackForwardingEmailAddress")
    keys |= {"ses:FeedbackAddress": feedback} if feedback else {}
    identity = str(body.get("FromEmailAddressIdentityArn") or _identity_arn(address))
    resources = [identity]
    if body.get("ConfigurationSetName"):
        where = f"arn:aws:ses:{emulator.region()}:{emulator.account()}"
        resources.append(f"{where}:configuration-set/{body['ConfigurationSetName']}")
    for resource in resources:
        if emulator_iam.refusal(request, action, resource, keys) is not None:
            return _unauthorized(request, action, resource)
    *_, region, account, place = identity.split(":", 5)
    owned = emulator_ses.identity_in(account, region, place.removeprefix("identity/"))
    policies = [] if owned is None else owned["kept"]["policies"].values()
    said = [emulator_iam.policy_says(policy, request.caller, action, identity, keys) for policy in policies]
    if False in said or (account != request.caller.account and True not in said):
        return _unauthorized(request, action, identity)
    if account != request.caller.account:
        _sent_by.set((account, region))
    return None


def _unauthorized(request: Request, action: str, resource: str) -> Response:
    text = f"User `{request.caller.arn}' is not authorized to perform `{action}' on resource `{resource}'"
    return emulator_ses.error("AccessDeniedException", text, 403)


def _identity_arn(sender: str) -> str:
    """The identity of this account that a sender belongs to: its address, its domain, or the nearest domain above."""
    address = parseaddr(sender)[1]
    domain = address.rpartition("@")[2]
    labels = domain.split(".")
    known = emulator_ses.identities()
    candidates = [address, *(".".join(labels[i:]) for i in range(len(labels)))]
    found = next((name for name in candidates if name in known), domain)
    return f"arn:aws:ses:{emulator.region()}:{emulator.account()}:identity/{found}"
