"""MiniStack's SES and SESv2, private names included, and the form in which identities are stored: `Identity`.

Source of that form: SESv2 API reference (GetEmailIdentity, VerificationInfo).
"""

# ruff: noqa: SLF001 - private names are what this module is for

from __future__ import annotations

import http
import json
from typing import TYPE_CHECKING, NotRequired, TypeAlias, TypedDict, cast
from urllib.parse import parse_qs

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack.services import ses, ses_v2  # type: ignore[import-not-found]  # as above

from ses_email_auth.local import emulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_email_auth.local.emulator import Handler, Response

_MINISTACK: Handler = ses_v2.handle_request  # before anything is put in front of it

Body: TypeAlias = dict[str, object]
# Method, path below /v2/email, body, query. None leaves the request to MiniStack.
RestAnswer: TypeAlias = "Callable[[str, str, Body, dict[str, list[str]]], Response | None]"


class Dkim(TypedDict, total=False):
    """`DkimAttributes` of GetEmailIdentity."""

    SigningEnabled: bool
    Status: str
    Tokens: list[str]
    SigningAttributesOrigin: str
    SigningHostedZone: str
    NextSigningKeyLength: str
    CurrentSigningKeyLength: str


class MailFrom(TypedDict, total=False):
    """`MailFromAttributes` of GetEmailIdentity."""

    MailFromDomain: str
    MailFromDomainStatus: str
    BehaviorOnMxFailure: str


class VerificationInfo(TypedDict, total=False):
    """`VerificationInfo` of GetEmailIdentity. Times are seconds since 1970."""

    LastCheckedTimestamp: float
    LastSuccessTimestamp: float
    ErrorType: str
    SOARecord: dict[str, object]


class Kept(TypedDict, total=False):
    """What SES remembers and never shows."""

    private_key: str
    easy_tokens: list[str]
    policies: dict[str, str]
    """Name to document, as it was put."""

    dns_since: float
    """Since when the records have stood."""

    dkim_error: str
    """`ErrorType` that a control request has set."""


class Identity(TypedDict):
    """What GetEmailIdentity answers, and what is kept with it."""

    EmailIdentity: str
    IdentityType: str
    VerifiedForSendingStatus: bool
    VerificationStatus: str
    FeedbackForwardingStatus: bool
    ConfigurationSetName: NotRequired[str]
    DkimAttributes: Dkim
    MailFromAttributes: MailFrom
    VerificationInfo: VerificationInfo
    Tags: list[dict[str, str]]
    kept: Kept


def identities() -> dict[str, Identity]:
    """The identities of this account and region; the values are the stored ones."""
    return dict(ses_v2._identities.items())


def identity_in(account: str, region: str, name: str) -> Identity | None:
    """An identity of any account and region."""
    return cast("Identity | None", ses_v2._identities.get_scoped(account, region, name))


def every_identity() -> list[tuple[str, str, str, Identity]]:
    """Account, region, name and what is stored, of all identities."""
    return [(*key, identity) for key, identity in ses_v2._identities.all_items()]


def store_identity(name: str, identity: Identity) -> None:
    """Store a new one, for SES and SESv2."""
    ses_v2._identities[name] = identity
    ses._identities[name] = ses._make_identity(name, "EmailAddress" if "@" in name else "Domain")


def is_used_by_tenant(arn: str) -> bool:
    """Whether a tenant of this account and region is associated with it."""
    return ses_v2._tenant_delete_block(arn) is not None


def delete_identity(name: str) -> None:
    """Delete it from SES and SESv2."""
    ses._identities.pop(name, None)
    ses_v2._identities.pop(name, None)


def set_verified_in_v1(identity: str, *, verified: bool) -> None:
    """SES refuses to send for an identity that is verified in neither API."""
    stored = ses._identities.get(identity)
    if stored is not None:
        stored["VerificationStatus"] = "Success" if verified else "Pending"


def has_configuration_set(name: str) -> bool:
    """Whether this account and region have a configuration set of that name."""
    return name in ses_v2._config_sets


def act_as_owner(owner: Callable[[], tuple[str, str] | None]) -> None:
    """Do a request to SESv2 in the account and region that `owner` answers, if it answers any."""
    original: Handler = ses_v2.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, object]) -> Response:
        place = owner()
        if place is None:
            return await original(method, path, headers, body, query)
        with emulator.acting_for(*place):
            return await original(method, path, headers, body, query)

    ses_v2.handle_request = handle


def before_requests(prepare: Callable[[], None]) -> None:
    """Call `prepare` before each request to SES or SESv2, in the account and region of the request."""
    for module in (ses, ses_v2):
        module.handle_request = _prepared(module.handle_request, prepare)


def answer_rest(answer: RestAnswer) -> None:
    """Let `answer` do requests to SESv2 first."""
    original: Handler = ses_v2.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, object]) -> Response:
        below = path.rstrip("/").removeprefix("/v2/email")
        parsed = json.loads(body) if body else {}
        response = answer(method, below, parsed, cast("dict[str, list[str]]", query))
        return response if response is not None else await original(method, path, headers, body, query)

    ses_v2.handle_request = handle


def answer_actions(answers: dict[str, Callable[[dict[str, str]], Response]]) -> None:
    """Let these do the actions of SES (the first API) with these names; they get the parameters."""
    original: Handler = ses.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, object]) -> Response:
        form = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
        parameters = {name: values[0] for name, values in {**cast("dict[str, list[str]]", query), **form}.items()}
        answer = None if path.startswith("/v2/") else answers.get(parameters.get("Action", ""))
        return answer(parameters) if answer is not None else await original(method, path, headers, body, query)

    ses.handle_request = handle


def ask(method: str, path: str, body: Body, query: dict[str, list[str]] | None = None) -> Body:
    """What MiniStack answers to a request to SESv2 about tenants or templates. A refusal is a ValueError."""

    async def answer() -> Response:
        return await _MINISTACK(
            method, f"/v2/email{path}", {}, json.dumps(body).encode(), cast("dict[str, object]", query or {})
        )

    try:
        answer().send(None)
    except StopIteration as done:  # it never waits for anything
        status, _, content = done.value
    parsed = json.loads(content or b"{}")
    if status >= http.HTTPStatus.BAD_REQUEST:
        raise ValueError(parsed.get("message", ""))
    return cast("Body", parsed)


def json_answer(body: object) -> Response:
    """What SESv2 answers when all is well."""
    return cast("Response", ses_v2.json_response(body))


def error(code: str, text: str, status: int = 400) -> Response:
    """What SESv2 answers when it refuses."""
    return cast("Response", ses_v2._json_err(code, text, status))


def xml_answer(action: str, inner: str) -> Response:
    """What SES answers when all is well; `inner` is XML."""
    return cast("Response", ses._xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>"))


def xml_error(code: str, text: str) -> Response:
    """What SES answers when it refuses."""
    return cast("Response", ses._error(code, text, 400, "Sender"))


def _prepared(original: Handler, prepare: Callable[[], None]) -> Handler:
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, object]) -> Response:
        prepare()
        return await original(method, path, headers, body, query)

    return handle
