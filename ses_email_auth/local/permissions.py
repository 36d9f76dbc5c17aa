"""What a role may do: condition keys and resources of Route 53 and SES, which MiniStack's IAM does not know.

Sources: Route 53 developer guide ("Using IAM policy conditions for fine-grained access control"), service authorization
reference of Route 53 and SES v2, SES developer guide (sending authorization). What is sent through another account's identity
needs both: the policies of the caller and those of the identity. Wording of refusals as AWS's, of sending as SES's own, from
public reports.
Not handled: a role whose trust policy names a principal that does not exist (AWS refuses to make it), policies of
organizations, delays until a change is known everywhere. That tags at a creation need ses:TagResource is a guess.
"""

# ruff: noqa: SLF001 - MiniStack's private names

from __future__ import annotations

import contextvars
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import parse_qs

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack import app  # type: ignore[import-not-found]  # as above
from ministack.core import iam_actions, iam_evaluator, router  # type: ignore[import-not-found]  # as above
from ministack.services import iam, organizations  # type: ignore[import-not-found]  # as above

from ses_email_auth.local import emulator, emulator_route53, emulator_ses
from ses_email_auth.local.identities import parent_region

if TYPE_CHECKING:
    from ses_email_auth.local.emulator import Response

Keys: TypeAlias = Mapping[str, object]  # condition keys and their values: a text, or a list of them
Headers: TypeAlias = dict[str, str]
Query: TypeAlias = dict[str, list[str]]

_SENDING = "/v2/email/outbound-emails"
_BULK = "/v2/email/outbound-bulk-emails"
_CREATION = "/v2/email/identities"
_TAGS = "/v2/email/tags"

# Account and region whose identity a request sends from, if they are not those of the caller.
_sent_by: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar("sent_by", default=None)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed a request."""

    arn: str
    account: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request to SESv2."""

    method: str
    path: str
    body: bytes
    headers: Headers
    query: Query

    @property
    def caller(self) -> Caller:
        """Who asks."""
        identity = iam_evaluator.resolve_caller_identity(router.extract_access_key_id(self.headers, self.query)) or {}
        return Caller(str(identity.get("userArn", "")), str(identity.get("accountId", "")))


def install() -> None:
    """Put all of this into MiniStack."""
    _trust_loopback()
    _every_account_is_in_the_organization()
    _name_roles_of_sessions()
    _let_trust_policies_allow()
    _add_condition_keys(_condition_keys)
    _name_resources(_resource)
    _name_resource_in_refusals({"kms", "route53", "secretsmanager", "ses", "sts"})
    _before_sesv2(_refuse_sesv2, instead=[("POST", _SENDING), ("POST", _BULK), ("POST", _TAGS)])
    emulator_ses.act_as_owner(_sent_by.get)


def normalized(name: str) -> str:
    r"""A record name as the condition keys have it: lower case, no final dot, other characters as `\052`."""
    kept = "abcdefghijklmnopqrstuvwxyz0123456789-_."
    # A name in canonical form has its escapes already.
    return "".join(c if c in kept or c == "\\" else f"\\{ord(c):03o}" for c in name.lower().removesuffix("."))


def _condition_keys(action: str, body: bytes, parameters: dict[str, list[str]]) -> dict[str, object]:
    if action == "route53:ChangeResourceRecordSets":
        try:
            changes = emulator_route53.changes_of(body)
        except emulator_route53.Malformed:
            return {}  # Route 53 refuses it
        return {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
                normalized(record_set["Name"]) for _, record_set in changes
            ],
            "route53:ChangeResourceRecordSetsRecordTypes": [record_set["Type"] for _, record_set in changes],
            "route53:ChangeResourceRecordSetsActions": [verb for verb, _ in changes],
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
    if request.method != "POST" or request.path not in {_SENDING, _BULK, _CREATION, _TAGS}:
        return None
    body = json.loads(request.body or b"{}")
    if request.path == _TAGS:  # the ARN stands in the body
        return _refusal(request, "ses:TagResource", str(body.get("ResourceArn")), {})
    if request.path == _BULK:
        return _refuse_bulk(request, body)
    return _refuse_creation(request, body) if request.path == _CREATION else _refuse_sending(request, body)


def _refuse_creation(request: Request, body: Mapping[str, object]) -> Response | None:
    """A replica needs a permission on the identity in its parent's region, and tags need one too."""
    name = body.get("EmailIdentity")
    signing = cast("Mapping[str, object]", body.get("DkimSigningAttributes") or {})
    parent = parent_region(signing.get("DomainSigningAttributesOrigin"))
    refused = None
    if parent is not None:
        arn = f"arn:aws:ses:{parent}:{emulator.account()}:identity/{name}"
        refused = _refusal(request, "ses:ReplicateEmailIdentityDKIMSigningKey", arn, {})
    if refused is None and body.get("Tags"):
        arn = f"arn:aws:ses:{emulator.region()}:{emulator.account()}:identity/{name}"
        refused = _refusal(request, "ses:TagResource", arn, {})
    return refused


def _refuse_sending(request: Request, body: Mapping[str, object]) -> Response | None:
    """The caller's policies have to allow identity, recipients and configuration set; then the identity's have a say."""
    content = cast("Mapping[str, object]", body.get("Content") or {})
    action = "ses:SendRawEmail" if "Raw" in content else "ses:SendEmail"
    name, address = parseaddr(str(body.get("FromEmailAddress") or ""))
    destination = cast("Mapping[str, list[str]]", body.get("Destination") or {})
    recipients = [parseaddr(recipient)[1] for addresses in destination.values() for recipient in addresses]
    keys: dict[str, object] = {"ses:ApiVersion": "2", "ses:FromAddress": address, "ses:Recipients": recipients}
    keys |= {"ses:FromDisplayName": name} if name else {}
    feedback = body.get("FeedbackForwardingEmailAddress")
    keys |= {"ses:FeedbackAddress": feedback} if feedback else {}
    identity = str(body.get("FromEmailAddressIdentityArn") or _identity_arn(address))
    resources = [identity, *_recipients_identities(recipients)]
    if body.get("ConfigurationSetName"):
        where = f"arn:aws:ses:{emulator.region()}:{emulator.account()}"
        resources.append(f"{where}:configuration-set/{body['ConfigurationSetName']}")
    for resource in resources:
        if _refusal(request, action, resource, keys) is not None:
            return _unauthorized(request, action, resource)
    *_, region, account, resource = identity.split(":", 5)
    stored = emulator_ses.identity_in(account, region, resource.removeprefix("identity/"))
    policies = [] if stored is None else stored["kept"]["policies"].values()
    decisions = [_policy_says(policy, request.caller, action, identity, keys) for policy in policies]
    if False in decisions or (account != request.caller.account and True not in decisions):
        return _unauthorized(request, action, identity)
    if account != request.caller.account:
        _sent_by.set((account, region))
    return None


def _refuse_bulk(request: Request, body: Mapping[str, object]) -> Response | None:
    """Service authorization reference, "SendBulkEmail": identity, configuration set and template, and no key for an address.

    Not handled: an identity of another account.
    """
    content = cast("Mapping[str, Mapping[str, object]]", body.get("DefaultContent") or {})
    where = f"arn:aws:ses:{emulator.region()}:{emulator.account()}"
    resources = [_identity_arn(str(body.get("FromEmailAddress") or ""))]
    names = {"configuration-set": body.get("ConfigurationSetName"), "template": content.get("Template", {}).get("TemplateName")}
    resources += [f"{where}:{kind}/{name}" for kind, name in names.items() if name]
    for resource in resources:
        if _refusal(request, "ses:SendBulkEmail", resource, {"ses:ApiVersion": "2"}) is not None:
            return _unauthorized(request, "ses:SendBulkEmail", resource)
    return None


def _unauthorized(request: Request, action: str, resource: str) -> Response:
    text = f"User `{request.caller.arn}' is not authorized to perform `{action}' on resource `{resource}'"
    return emulator_ses.error("AccessDeniedException", text, 403)


def _recipients_identities(recipients: Collection[str]) -> list[str]:
    """The recipients that are identities of this account: SES asks for them too, by users' reports (aws-sdk-js #3641)."""
    known = emulator_ses.identities()
    arns = (_identity_arn(recipient) for recipient in recipients)
    return [arn for arn in dict.fromkeys(arns) if arn.rpartition("identity/")[2] in known]


def _identity_arn(sender: str) -> str:
    """The identity of this account that a sender belongs to: its address, its domain, or the nearest domain above."""
    address = parseaddr(sender)[1]
    domain = address.rpartition("@")[2]
    labels = domain.split(".")
    known = emulator_ses.identities()
    candidates = [address, *(".".join(labels[i:]) for i in range(len(labels)))]
    identity = next((name for name in candidates if name in known), domain)
    return f"arn:aws:ses:{emulator.region()}:{emulator.account()}:identity/{identity}"


# --- MiniStack's IAM -------------------------------------------------------------------------------------------------


def _trust_loopback() -> None:
    """Let requests count as sent over TLS: policies that ask for it (CDK's bucket) are no obstacle on loopback."""
    original = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: original(address, True)  # noqa: FBT003 - MiniStack's signature


def _add_condition_keys(keys: Callable[[str, bytes, Query], Keys]) -> None:
    """Let `keys` (action, body, parameters) tell further condition keys of a request; not for SESv2."""
    original = iam_actions.request_tag_context

    def context(service: str, action: str, body: bytes, parameters: Query) -> dict[str, object]:
        return {**original(service, action, body, parameters), **keys(action, body, parameters)}

    iam_actions.request_tag_context = context


def _name_resources(resource: Callable[[str, str, Query], str | None]) -> None:
    """Let `resource` (service, path, parameters) say the ARN that is asked for where MiniStack does not know it."""
    original = iam_actions.extract_resource_arn

    def extract(
        service: str, method: str, path: str, headers: Headers, body: bytes, parameters: Query, region: str, account: str
    ) -> str:
        arn = resource(service, path, parameters)
        return arn or str(original(service, method, path, headers, body, parameters, region, account))

    iam_actions.extract_resource_arn = extract


def _name_resource_in_refusals(services: Collection[str]) -> None:
    """Let refusals of these services name the resource, as those of AWS do."""
    original = iam_actions.access_denied_response

    def denied(service: str, action: str, principal: str, request_id: str, **options: object) -> Response:
        if service in services and not any(options.get(name) for name in ("message", "error_code", "resource_policy_arn")):
            resource, explicit = options.get("resource_arn", "*"), options.get("explicit_deny", False)
            options["message"] = iam_actions.identity_denial_message(action, principal, resource, explicit)
        return cast("Response", original(service, action, principal, request_id, **options))

    iam_actions.access_denied_response = denied


def _every_account_is_in_the_organization() -> None:
    """Let aws:PrincipalOrgID be the one organization that exists, for all accounts; MiniStack has no members."""

    def organization(_account: str) -> str | None:
        known = list(organizations._orgs.to_dict().values())
        return str(known[0]["Id"]) if len(known) == 1 else None

    iam_evaluator._principal_org_id = organization


def _name_roles_of_sessions() -> None:
    """Let aws:PrincipalArn be the ARN of the role, with its path, where a session of a role asks (IAM user guide,
    "AWS global condition context keys").
    """
    original = iam_evaluator._resolve_condition_key

    def resolve(key: str, context: iam_evaluator.EvalContext) -> object:
        parts = context.principal_arn.split(":", 5)
        kind, _, rest = parts[-1].partition("/")
        if key.lower() == "aws:principalarn" and kind == "assumed-role":
            role = iam._roles.get_scoped(parts[4], None, rest.partition("/")[0])
            if role is not None:
                return str(role["Arn"])
        return original(key, context)

    iam_evaluator._resolve_condition_key = resolve


def _let_trust_policies_allow() -> None:
    """Let a role be assumed by whom its trust policy names, in its own account, without a policy of the caller.

    IAM user guide, "Policy evaluation logic for requests within a single account".
    """
    original = iam_evaluator._resource_policy

    def resource_policy(service: str, resource_arn: str) -> tuple[object, str] | None:
        account, _, name = resource_arn.removeprefix("arn:aws:iam::").partition(":role/")
        role = iam._roles.get_scoped(account, None, name.rpartition("/")[2]) if service == "sts" and name else None
        if role is None:
            return cast("tuple[object, str] | None", original(service, resource_arn))
        document = role["AssumeRolePolicyDocument"]
        document = json.loads(document) if isinstance(document, str) else document
        # Such a document is about this role, without saying so.
        return {"Statement": [{**statement, "Resource": "*"} for statement in document["Statement"]]}, account

    iam_evaluator._resource_policy = resource_policy


def _before_sesv2(check: Callable[[Request], Response | None], instead: Collection[tuple[str, str]]) -> None:
    """Let `check` refuse requests to SESv2 that MiniStack has not refused; those to a method and path of `instead` alone."""
    original = app._enforce_ses_v2

    def enforce(method: str, path: str, headers: Headers, body: bytes, query: Query, request_id: str) -> Response | None:
        known = (method, path) not in instead
        refused = cast("Response | None", original(method, path, headers, body, query, request_id)) if known else None
        return refused or check(Request(method, path, body, headers, query))

    app._enforce_ses_v2 = enforce


def _refusal(request: Request, action: str, resource: str, keys: Keys) -> Response | None:
    """How the policies of the caller refuse the action on the resource; None if they allow it."""
    return cast(
        "Response | None",
        app._enforce_data_plane(
            "sesv2",
            action,
            request.headers,
            request.query,
            "",
            resource_arn=resource,
            service_context=dict(keys),
            named_resource=resource,
        ),
    )


def _policy_says(document: str, caller: Caller, action: str, resource: str, keys: Keys) -> bool | None:
    """Whether a policy of the resource allows the caller the action (True), denies it (False), or does not say (None)."""
    context = iam_evaluator.EvalContext(
        principal_arn=caller.arn,
        principal_type="",
        principal_account=caller.account,
        action=action,
        resource_arn=resource,
        region=emulator.region(),
        service_context={name.lower(): value for name, value in keys.items()},
    )
    decision = iam_evaluator.evaluate_resource_policy(document, context).decision
    return {"Allow": True, "Deny": False}.get(decision)
