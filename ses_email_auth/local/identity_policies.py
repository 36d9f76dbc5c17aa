"""Sending authorization policies of an identity: one store behind SES and SESv2, and who may send by them.

Sources: SES API reference (PutIdentityPolicy and its siblings), SESv2 API reference (CreateEmailIdentityPolicy and its
siblings), developer guide ("Using sending authorization"). That a policy is JSON with statements is checked, not what they say.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from ses_email_auth.local import emulator_ses, identities
from ses_email_auth.local.identity import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_email_auth.local.emulator import Response
    from ses_email_auth.local.emulator_ses import Body

__all__ = ["answer_policy_request", "install"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_V1_CODES = {
    "BadRequestException": "InvalidParameterValue",
    "InvalidPolicy": "InvalidPolicy",
    "LimitExceededException": "LimitExceeded",
    "NotFoundException": "InvalidParameterValue",
}
_MAX_POLICIES = 20  # developer guide: "You can have up to 20 policies per identity"


def install() -> None:
    """Put the actions of SES into MiniStack; SESv2's are done by `identity_api`."""
    emulator_ses.answer_actions(
        {
            "PutIdentityPolicy": _v1("PutIdentityPolicy", _put_v1),
            "DeleteIdentityPolicy": _v1("DeleteIdentityPolicy", _delete_v1),
            "GetIdentityPolicies": _v1("GetIdentityPolicies", _get_v1),
            "ListIdentityPolicies": _v1("ListIdentityPolicies", _list_v1),
        }
    )


def answer_policy_request(method: str, identity: str, policy: str | None, body: Body) -> Response | None:
    """SESv2: .../identities/{identity}/policies[/{policy}]."""
    policies = _policies(identity)
    if policy is None:
        return emulator_ses.json_answer({"Policies": policies}) if method == "GET" else None
    if method == "POST" and policy in policies:
        raise Refused("AlreadyExistsException", f"Policy <{policy}> already exists for identity <{identity}>.")
    if method == "PUT" and policy not in policies:
        raise Refused("NotFoundException", f"Policy <{policy}> does not exist for identity <{identity}>.")
    if method in {"POST", "PUT"}:
        _put(policies, policy, str(body.get("Policy", "")))
    elif method == "DELETE":
        policies.pop(policy, None)
    else:
        return None
    return emulator_ses.json_answer({})


def _policies(identity: str) -> dict[str, str]:
    return identities.existing(identity)["kept"]["policies"]


def _put(policies: dict[str, str], name: str, document: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise Refused("BadRequestException", f"Invalid policy name: {name}")
    try:
        parsed = json.loads(document)
    except json.JSONDecodeError:
        parsed = None
    statements = parsed.get("Statement") if isinstance(parsed, dict) else None
    listed = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(found, dict) and {"Effect", "Principal", "Action"} <= found.keys() for found in listed):
        raise Refused("InvalidPolicy", "Policy document is invalid: it must be JSON whose statements name principal and action")
    if name not in policies and len(policies) >= _MAX_POLICIES:
        raise Refused("LimitExceededException", f"An identity can have {_MAX_POLICIES} policies.")
    policies[name] = document


def _v1(action: str, do: Callable[[dict[str, str]], str]) -> Callable[[dict[str, str]], Response]:
    def answer(parameters: dict[str, str]) -> Response:
        try:
            return emulator_ses.xml_answer(action, do(parameters))
        except Refused as refused:
            return emulator_ses.xml_error(_V1_CODES[refused.code], str(refused))

    return answer


def _put_v1(parameters: dict[str, str]) -> str:
    _put(_policies(parameters.get("Identity", "")), parameters.get("PolicyName", ""), parameters.get("Policy", ""))
    return ""


def _delete_v1(parameters: dict[str, str]) -> str:
    """One that is gone is no error: the API reference calls the operation idempotent."""
    _policies(parameters.get("Identity", "")).pop(parameters.get("PolicyName", ""), None)
    return ""


def _get_v1(parameters: dict[str, str]) -> str:
    policies = _policies(parameters.get("Identity", ""))
    asked = [value for name, value in parameters.items() if name.startswith("PolicyNames.member.")]
    entries = "".join(
        f"<entry><key>{escape(name)}</key><value>{escape(policies[name])}</value></entry>" for name in asked if name in policies
    )
    return f"<Policies>{entries}</Policies>"


def _list_v1(parameters: dict[str, str]) -> str:
    names = "".join(f"<member>{escape(name)}</member>" for name in _policies(parameters.get("Identity", "")))
    return f"<PolicyNames>{names}</PolicyNames>"
