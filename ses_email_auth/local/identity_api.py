"""The requests of SESv2 that concern identities and their tags, and sending authorization policies in SES and SESv2.

Sources: SESv2 API reference, SES API reference (PutIdentityPolicy and its siblings), developer guide ("Using sending
authorization"). That a policy is JSON with statements is checked, not what they say. SES checks too that principals
exist; here a control request says how many are not known yet (`verification`). The words of the refusal: terraform-provider-aws
#22549.
Not handled: certificates of identities, paging of lists, and what the first API does to identities (VerifyDomainIdentity and
its siblings): MiniStack keeps that apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote
from xml.sax.saxutils import escape

from ses_email_auth.local import emulator, emulator_ses, identities
from ses_email_auth.local.identities import Refused, is_domain, parent_region

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_email_auth.local.emulator import Response
    from ses_email_auth.local.emulator_ses import Body, Identity

_IDENTITY = re.compile(r"/identities/(?P<name>[^/]+)(?:/(?P<part>[a-z-]+)(?:/(?P<rest>[^/]+))?)?")
_ORIGINS = ("AWS_SES", "EXTERNAL")
_POLICY_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_POLICIES = 20  # developer guide: "You can have up to 20 policies per identity"
# SES's codes for those of SESv2.
_V1_CODES = {
    "BadRequestException": "InvalidParameterValue",
    "InvalidPolicy": "InvalidPolicy",
    "LimitExceededException": "LimitExceeded",
    "NotFoundException": "InvalidParameterValue",
}

_unknown_principals = {"writes": 0}


def refuse_principals(writes: int) -> None:
    """Refuse the principals of the next policies that are written."""
    _unknown_principals["writes"] = writes


def install() -> None:
    """Put the operations into MiniStack."""
    emulator_ses.answer_rest(answer)
    emulator.on_reset(lambda: refuse_principals(0))
    emulator_ses.answer_actions(
        {
            "PutIdentityPolicy": _v1("PutIdentityPolicy", _put_v1),
            "DeleteIdentityPolicy": _v1("DeleteIdentityPolicy", _delete_v1),
            "GetIdentityPolicies": _v1("GetIdentityPolicies", _get_v1),
            "ListIdentityPolicies": _v1("ListIdentityPolicies", _list_v1),
        }
    )


def answer(method: str, path: str, body: Body, query: dict[str, list[str]]) -> Response | None:
    """Do a request, or leave it to MiniStack (None)."""
    try:
        if path == "/tags":
            return _tags(method, str(body.get("ResourceArn") or query.get("ResourceArn", [""])[0]), body, query)
        if path == "/identities" and method == "POST":
            return _create(body)
        if path in {"/identities", "/list-identities"}:
            return _list(body)
        place = _IDENTITY.fullmatch(path)
        if place is None:
            return None
        return _one(method, unquote(place["name"]), place["part"], place["rest"], body)
    except Refused as refused:
        known = {"NotFoundException": 404, "LimitExceededException": 400}
        code = "BadRequestException" if refused.code == "InvalidPolicy" else refused.code
        return emulator_ses.error(code, str(refused), known.get(refused.code, 400))


def _create(body: Body) -> Response:
    name = str(body.get("EmailIdentity") or "")
    if not name or ("@" not in name and "." not in name):
        raise Refused("BadRequestException", f"Invalid email identity: {name}")
    signing = _signing(body.get("DkimSigningAttributes"))
    origin = signing.get("DomainSigningAttributesOrigin")
    if origin in _ORIGINS:  # API reference, DkimSigningAttributes: "All values except AWS_SES and EXTERNAL"
        raise Refused("BadRequestException", f"DomainSigningAttributesOrigin must not be {origin} in CreateEmailIdentity.")
    tags = cast("list[dict[str, str]]", body.get("Tags") or [])
    identity = identities.create(name, signing, list(tags), _configuration_set(body))
    return emulator_ses.json_answer(
        {name: identity[name] for name in ("IdentityType", "VerifiedForSendingStatus", "DkimAttributes")}
    )


def _list(body: Body) -> Response:
    """All of them on one page."""
    conditions = cast("dict[str, str]", body.get("Filter") or {})
    listed = [
        {
            "IdentityName": name,
            "IdentityType": identity["IdentityType"],
            "SendingEnabled": True,
            "VerificationStatus": identity["VerificationStatus"],
        }
        for name, identity in emulator_ses.identities().items()
        if conditions.get("IDENTITY_NAME_CONTAINS", "") in name
        and conditions.get("IDENTITY_TYPE", identity["IdentityType"]) == identity["IdentityType"]
        and conditions.get("VERIFICATION_STATUS", identity["VerificationStatus"]) == identity["VerificationStatus"]
    ]
    return emulator_ses.json_answer({"EmailIdentities": listed})


def _one(method: str, name: str, part: str | None, rest: str | None, body: Body) -> Response | None:
    """What concerns one identity."""
    if part == "policies":
        return _answer_policy_request(method, name, None if rest is None else unquote(rest), body)
    identity = identities.existing(name)
    if part is None and method == "GET":
        shown = {member: value for member, value in identity.items() if member not in {"kept", "EmailIdentity"}}
        return emulator_ses.json_answer({**shown, "Policies": identity["kept"]["policies"]})
    if part is None and method == "DELETE":
        identities.delete(name)
    elif method != "PUT" or part is None:
        return None
    elif (part, rest) == ("dkim", "signing"):
        return _put_signing(identity, body)
    else:
        _put(identity, part, body)
    return emulator_ses.json_answer({})


def _put(identity: Identity, part: str, body: Body) -> None:
    match part:
        case "mail-from":
            identities.put_mail_from(identity, body.get("MailFromDomain"), body.get("BehaviorOnMxFailure"))
        case "feedback":
            identity["FeedbackForwardingStatus"] = bool(body.get("EmailForwardingEnabled", False))
        case "configuration-set":
            identities.put_configuration_set(identity, _configuration_set(body))
        case "dkim":
            identity["DkimAttributes"]["SigningEnabled"] = bool(body.get("SigningEnabled", False))
        case _:
            raise Refused("NotFoundException", f"Unknown part of an identity: {part}")


def _put_signing(identity: Identity, body: Body) -> Response:
    """PutEmailIdentityDkimSigningAttributes."""
    origin, signing = body.get("SigningAttributesOrigin"), _signing(body.get("SigningAttributes"))
    if "DomainSigningAttributesOrigin" in signing:  # API reference: "None of the values are allowed"
        raise Refused("BadRequestException", "DomainSigningAttributesOrigin is not allowed here; use SigningAttributesOrigin.")
    own = "DomainSigningSelector" in signing or "DomainSigningPrivateKey" in signing
    if origin not in _ORIGINS:
        if parent_region(origin) is None:
            raise Refused("BadRequestException", f"Invalid SigningAttributesOrigin: {origin}")
        signing = {**signing, "DomainSigningAttributesOrigin": origin}
    elif own is not (origin == "EXTERNAL"):
        raise Refused("BadRequestException", f"SigningAttributes do not fit the SigningAttributesOrigin {origin}.")
    if not is_domain(identity["EmailIdentity"]):
        raise Refused("BadRequestException", "DKIM of an address is that of its domain.")
    if identity["DkimAttributes"].get("SigningAttributesOrigin") == origin == "AWS_SES":
        identities.refuse_length_in_force(identity, signing.get("NextSigningKeyLength"))
    identities.put_signing(identity, signing)
    dkim = identity["DkimAttributes"]
    body = {"DkimStatus": dkim["Status"], "DkimTokens": dkim["Tokens"], "SigningHostedZone": dkim.get("SigningHostedZone")}
    return emulator_ses.json_answer({member: value for member, value in body.items() if value is not None})


def _configuration_set(body: Body) -> str | None:
    name = body.get("ConfigurationSetName")
    return None if name is None else str(name)


def _signing(attributes: object) -> Mapping[str, object]:
    return attributes if isinstance(attributes, Mapping) else {}


def _tags(method: str, arn: str, body: Body, query: dict[str, list[str]]) -> Response | None:
    """Tags of an identity of this account and region; of anything else MiniStack keeps them."""
    before = f"arn:aws:ses:{emulator.region()}:{emulator.account()}:identity/"
    if not arn.startswith(before):
        return None
    identity = identities.existing(arn.removeprefix(before))
    if method == "POST":
        tags = {tag["Key"]: tag for tag in cast("list[dict[str, str]]", body.get("Tags") or [])}
        identity["Tags"] = [*(tag for tag in identity["Tags"] if tag["Key"] not in tags), *tags.values()]
    elif method == "DELETE":
        identity["Tags"] = [tag for tag in identity["Tags"] if tag["Key"] not in query.get("TagKeys", [])]
    return emulator_ses.json_answer({"Tags": identity["Tags"]} if method == "GET" else {})


# --- sending authorization policies, of both APIs -------------------------------------------------------------------------


def _answer_policy_request(method: str, identity: str, policy: str | None, body: Body) -> Response | None:
    """SESv2: .../identities/{identity}/policies[/{policy}]."""
    policies = _policies(identity)
    if policy is None:
        return emulator_ses.json_answer({"Policies": policies}) if method == "GET" else None
    if method == "POST" and policy in policies:
        raise Refused("AlreadyExistsException", f"Policy <{policy}> already exists for identity <{identity}>.")
    if method == "PUT" and policy not in policies:
        raise Refused("NotFoundException", f"Policy <{policy}> does not exist for identity <{identity}>.")
    if method in {"POST", "PUT"}:
        _put_policy(policies, policy, str(body.get("Policy", "")))
    elif method == "DELETE":
        policies.pop(policy, None)
    else:
        return None
    return emulator_ses.json_answer({})


def _policies(identity: str) -> dict[str, str]:
    return identities.existing(identity)["kept"]["policies"]


def _put_policy(policies: dict[str, str], name: str, document: str) -> None:
    if _POLICY_NAME.fullmatch(name) is None:
        raise Refused("BadRequestException", f"Invalid policy name: {name}")
    try:
        parsed = json.loads(document)
    except json.JSONDecodeError:
        parsed = None
    statements = parsed.get("Statement") if isinstance(parsed, dict) else None
    listed = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(entry, dict) and {"Effect", "Principal", "Action"} <= entry.keys() for entry in listed):
        raise Refused("InvalidPolicy", "Policy document is invalid: it must be JSON whose statements name principal and action")
    if _unknown_principals["writes"] > 0:
        _unknown_principals["writes"] -= 1
        raise Refused("BadRequestException", "Policy document is invalid: invalid principal")
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
    _put_policy(_policies(parameters.get("Identity", "")), parameters.get("PolicyName", ""), parameters.get("Policy", ""))
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
