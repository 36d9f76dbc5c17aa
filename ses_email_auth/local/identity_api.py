"""The operations of SESv2 on identities, their tags and their policies.

Source: SESv2 API reference. Not handled: certificates of identities, paging of lists, and what the first API does to identities
(VerifyDomainIdentity and its siblings): MiniStack keeps that apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from ses_email_auth.local import emulator, emulator_ses, identities
from ses_email_auth.local.identity import Refused, is_domain, parent_region
from ses_email_auth.local.identity_policies import answer_policy_request

if TYPE_CHECKING:
    from ses_email_auth.local.emulator import Response
    from ses_email_auth.local.emulator_ses import Body
    from ses_email_auth.local.identity import Identity

__all__ = ["install"]

_IDENTITY = re.compile(r"/identities/(?P<name>[^/]+)(?:/(?P<part>[a-z-]+)(?:/(?P<rest>[^/]+))?)?")
_ORIGINS = ("AWS_SES", "EXTERNAL")


def install() -> None:
    """Put the operations into MiniStack."""
    emulator_ses.answer_rest(answer)


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
    wanted = body.get("ConfigurationSetName")
    identity = identities.create(name, signing, list(tags), None if wanted is None else str(wanted))
    return emulator_ses.json_answer(
        {name: identity[name] for name in ("IdentityType", "VerifiedForSendingStatus", "DkimAttributes")}
    )


def _list(body: Body) -> Response:
    """All of them on one page."""
    wanted = cast("dict[str, str]", body.get("Filter") or {})
    found = [
        {
            "IdentityName": name,
            "IdentityType": identity["IdentityType"],
            "SendingEnabled": True,
            "VerificationStatus": identity["VerificationStatus"],
        }
        for name, identity in emulator_ses.identities().items()
        if wanted.get("IDENTITY_NAME_CONTAINS", "") in name
        and wanted.get("IDENTITY_TYPE", identity["IdentityType"]) == identity["IdentityType"]
        and wanted.get("VERIFICATION_STATUS", identity["VerificationStatus"]) == identity["VerificationStatus"]
    ]
    return emulator_ses.json_answer({"EmailIdentities": found})


def _one(method: str, name: str, part: str | None, rest: str | None, body: Body) -> Response | None:
    """What concerns one identity."""
    if part == "policies":
        return answer_policy_request(method, name, None if rest is None else unquote(rest), body)
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
            wanted = body.get("ConfigurationSetName")
            identities.put_configuration_set(identity, None if wanted is None else str(wanted))
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
    found = {"DkimStatus": dkim["Status"], "DkimTokens": dkim["Tokens"], "SigningHostedZone": dkim.get("SigningHostedZone")}
    return emulator_ses.json_answer({member: value for member, value in found.items() if value is not None})


def _signing(given: object) -> Mapping[str, object]:
    return given if isinstance(given, Mapping) else {}


def _tags(method: str, arn: str, body: Body, query: dict[str, list[str]]) -> Response | None:
    """Tags of an identity of this account and region; of anything else MiniStack keeps them."""
    before = f"arn:aws:ses:{emulator.region()}:{emulator.account()}:identity/"
    if not arn.startswith(before):
        return None
    identity = identities.existing(arn.removeprefix(before))
    if method == "POST":
        wanted = {tag["Key"]: tag for tag in cast("list[dict[str, str]]", body.get("Tags") or [])}
        identity["Tags"] = [*(tag for tag in identity["Tags"] if tag["Key"] not in wanted), *wanted.values()]
    elif method == "DELETE":
        identity["Tags"] = [tag for tag in identity["Tags"] if tag["Key"] not in query.get("TagKeys", [])]
    return emulator_ses.json_answer({"Tags": identity["Tags"]} if method == "GET" else {})
