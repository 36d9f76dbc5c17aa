"""The private names of MiniStack's IAM: who asks, what a role's policies allow, and how a refusal reads."""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack import app  # type: ignore[import-not-found]  # as above
from ministack.core import iam_actions, iam_evaluator, router  # type: ignore[import-not-found]  # as above
from ministack.services import iam, organizations  # type: ignore[import-not-found]  # as above

from ses_email_auth.local import emulator

if TYPE_CHECKING:
    from ses_email_auth.local.emulator import Response

__all__ = [
    "Caller",
    "Request",
    "add_condition_keys",
    "before_sesv2",
    "every_account_is_in_the_organization",
    "let_trust_policies_allow",
    "name_resources",
    "name_roles_of_sessions",
    "policy_says",
    "refusal",
    "say_the_resource",
    "trust_loopback",
]

Keys: TypeAlias = Mapping[str, object]  # condition keys and their values: a text, or a list of them
Headers: TypeAlias = dict[str, str]
Query: TypeAlias = dict[str, list[str]]


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
        found = iam_evaluator.resolve_caller_identity(router.extract_access_key_id(self.headers, self.query)) or {}
        return Caller(str(found.get("userArn", "")), str(found.get("accountId", "")))


def trust_loopback() -> None:
    """Let requests count as sent over TLS: policies that ask for it (CDK's bucket) are no obstacle on loopback."""
    original = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: original(address, True)  # noqa: FBT003 - MiniStack's signature


def add_condition_keys(keys: Callable[[str, bytes, Query], Keys]) -> None:
    """Let `keys` (action, body, parameters) tell further condition keys of a request; not for SESv2."""
    original = iam_actions.request_tag_context

    def context(service: str, action: str, body: bytes, parameters: Query) -> dict[str, object]:
        return {**original(service, action, body, parameters), **keys(action, body, parameters)}

    iam_actions.request_tag_context = context


def name_resources(resource: Callable[[str, str, Query], str | None]) -> None:
    """Let `resource` (service, path, parameters) say the ARN that is asked for where MiniStack does not know it."""
    original = iam_actions.extract_resource_arn

    def extract(
        service: str, method: str, path: str, headers: Headers, body: bytes, parameters: Query, region: str, account: str
    ) -> str:
        found = resource(service, path, parameters)
        return found or str(original(service, method, path, headers, body, parameters, region, account))

    iam_actions.extract_resource_arn = extract


def say_the_resource(services: Collection[str]) -> None:
    """Let refusals of these services name the resource, as those of AWS do."""
    original = iam_actions.access_denied_response

    def denied(service: str, action: str, principal: str, request_id: str, **options: object) -> Response:
        if service in services and not any(options.get(name) for name in ("message", "error_code", "resource_policy_arn")):
            resource, explicit = options.get("resource_arn", "*"), options.get("explicit_deny", False)
            options["message"] = iam_actions.identity_denial_message(action, principal, resource, explicit)
        return cast("Response", original(service, action, principal, request_id, **options))

    iam_actions.access_denied_response = denied


def every_account_is_in_the_organization() -> None:
    """Let aws:PrincipalOrgID be the one organization that exists, for all accounts; MiniStack has no members."""

    def organization(_account: str) -> str | None:
        found = list(organizations._orgs.to_dict().values())
        return str(found[0]["Id"]) if len(found) == 1 else None

    iam_evaluator._principal_org_id = organization


def name_roles_of_sessions() -> None:
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


def let_trust_policies_allow() -> None:
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
        return {"Statement": [{**each, "Resource": "*"} for each in document["Statement"]]}, account

    iam_evaluator._resource_policy = resource_policy


def before_sesv2(check: Callable[[Request], Response | None], instead: Collection[tuple[str, str]]) -> None:
    """Let `check` refuse requests to SESv2 that MiniStack has not refused; those to a method and path of `instead` alone."""
    original = app._enforce_ses_v2

    def enforce(method: str, path: str, headers: Headers, body: bytes, query: Query, request_id: str) -> Response | None:
        known = (method, path) not in instead
        refused = cast("Response | None", original(method, path, headers, body, query, request_id)) if known else None
        return refused or check(Request(method, path, body, headers, query))

    app._enforce_ses_v2 = enforce


def refusal(request: Request, action: str, resource: str, keys: Keys) -> Response | None:
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


def policy_says(document: str, caller: Caller, action: str, resource: str, keys: Keys) -> bool | None:
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
