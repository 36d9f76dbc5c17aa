"""Waits until SES has verified an identity and its MAIL FROM domain (SESv2 API reference, "GetEmailIdentity").

- A MAIL FROM domain that is FAILED stays so: "Amazon SES no longer attempts to detect the required MX record" (developer guide,
  "Configuring your custom MAIL FROM domain"). So the same MAIL FROM domain is set again, and waited for.
- How DKIM gets out of FAILED is not documented, so the handler only waits and reports it.
- While a stack rolls back, it does not wait: a time-out there would leave the stack in UPDATE_ROLLBACK_FAILED.

Properties: `Identity`, `MailFrom` (absent without one), `Selector` (of an own key), `Seconds` (to wait), `HostedZoneId` (of a
zone that may be read). All others only cause a new wait when they change.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.custom_resource import Failed, Outcome, answer, error_code, is_throttled, retry_denied, time_limit
from ses_email_auth.lambdas.stack_history import has_rollback_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ses_email_auth.lambdas.custom_resource import Request

_POLL = 10  # seconds
_AGAIN = 60  # seconds after which a MAIL FROM domain that is FAILED once more is set again
_MARGIN = 45  # seconds of the function for the reason and the answer
_CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
_ZONE_CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
_LATE = 20  # seconds of the margin in which a call that began in time may be tried again
_UNKNOWN = "NotFoundException"
_SERVER_ERROR = 500

_SUCCESS, _FAILED, _OWN_KEY = "SUCCESS", "FAILED", "EXTERNAL"

_SHOWN = 80  # letters of a value in a reason
_FIX = (
    "Let it wait longer, or deploy again when public DNS answers with the records; without 'wait_for_verification' the "
    "deployment does not wait, and 'aws sesv2 get-email-identity' tells later"
)

# SESv2 API reference, "VerificationInfo".
_ERRORS = {
    "INVALID_VALUE": "a record has another value",
    "TYPE_NOT_FOUND": "a name has no record of the right type",
    "HOST_NOT_FOUND": "a name does not exist or does not answer",
    "SERVICE_ERROR": "a fault of SES that passes",
    "DNS_SERVER_ERROR": "the name server of the domain has a fault",
    "REPLICATION_ACCESS_DENIED": "the key of the other region may not be used",
    "REPLICATION_PRIMARY_NOT_FOUND": "the other region has no such identity",
    "REPLICATION_PRIMARY_BYO_DKIM_NOT_SUPPORTED": "the identity in the other region has an own key, which cannot be replicated",
    "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED": "the identity in the other region is a replica itself",
    "REPLICATION_PRIMARY_INVALID_REGION": "there is no such region for a replica",
}

_log = logging.getLogger(__name__)


class _Ses(Protocol):
    """The calls that are used."""

    def get_email_identity(self, *, EmailIdentity: str) -> Mapping[str, object]: ...  # noqa: N803 - names of the API
    def put_email_identity_mail_from_attributes(self, **arguments: str) -> object: ...


def handle(event: dict[str, object], context: object) -> None:
    """Answer CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    identity = str(request.properties["Identity"])
    if request.kind == "Delete" or (request.kind == "Update" and has_rollback_status(request, _CONFIG)):
        return Outcome(request.physical_id)
    _wait(request, identity)
    return Outcome(identity)


def _wait(request: Request, identity: str) -> None:
    ses = cast("_Ses", boto3.client("sesv2", config=_CONFIG))
    mail_from, selector = str(request.properties.get("MailFrom", "")), str(request.properties.get("Selector", ""))
    wanted = int(str(request.properties["Seconds"]))
    started = time.monotonic()
    end = started + min(wanted, max(0.0, request.remaining_seconds() - _MARGIN))
    set_again = -float(_AGAIN)
    while True:
        with time_limit(end - time.monotonic() + _LATE):
            state = _IdentityState(identity, mail_from, selector, _look(ses, identity))
            if state.is_verified:
                return
            now = time.monotonic()
            if state.mail_from_has_failed and now - set_again >= _AGAIN:
                _set_mail_from(ses, state)
                set_again = now
        if now >= end:
            zone = _Zone.read(str(request.properties.get("HostedZoneId", "")), state.names)
            raise Failed(_timeout_reason(state, round(now - started), zone))
        time.sleep(min(_POLL, end - now))


def _look(ses: _Ses, identity: str) -> Mapping[str, object]:
    """The answer of GetEmailIdentity; empty if there is none now."""
    try:
        return retry_denied(ses.get_email_identity, EmailIdentity=identity)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if not _passes(error) and status < _SERVER_ERROR:
            raise
        _log.warning("SES does not say: %s", error_code(error))
    except BotoCoreError as error:
        _log.warning("SES cannot be asked: %s", type(error).__name__)
    return {}


def _set_mail_from(ses: _Ses, state: _IdentityState) -> None:
    _log.warning("MAIL FROM %s is FAILED, and is set again", state.mail_from)
    try:
        ses.put_email_identity_mail_from_attributes(
            EmailIdentity=state.identity, MailFromDomain=state.mail_from, BehaviorOnMxFailure=state.behavior_on_mx_failure
        )
    except ClientError as error:
        if not _passes(error):
            raise
        _log.warning("SES did not take it: %s", error_code(error))


def _passes(error: ClientError) -> bool:
    """Whether it passes: 62 waits in a stack ask too often for SES, and a new identity is not known everywhere at once."""
    return is_throttled(error) or error_code(error) == _UNKNOWN


@dataclass(frozen=True, slots=True)
class _IdentityState:
    """An identity as SES has it, beside what is waited for."""

    identity: str
    mail_from: str
    """Empty if no MAIL FROM domain is waited for."""

    selector: str
    """Of an own key; empty if SES chooses."""

    answer: Mapping[str, object]
    """The answer of GetEmailIdentity; empty if there was none."""

    @property
    def is_verified(self) -> bool:
        """Whether the identity may send and DKIM and MAIL FROM are verified."""
        sends = self.answer.get("VerifiedForSendingStatus") is True
        return sends and self.dkim_status == _SUCCESS and self.mail_from_status in {"", _SUCCESS}

    @property
    def dkim_status(self) -> str:
        """The status; another text while SES has not switched to the new key."""
        if self.selector and self.selector not in self.tokens:
            return f"not switched to the selector {self.selector}"
        return self._text("DkimAttributes", "Status")

    @property
    def mail_from_status(self) -> str:
        """The status; empty if no MAIL FROM domain is waited for."""
        if not self.mail_from:
            return ""
        if _plain(self._text("MailFromAttributes", "MailFromDomain")) != _plain(self.mail_from):
            return "not set"
        return self._text("MailFromAttributes", "MailFromDomainStatus")

    @property
    def mail_from_has_failed(self) -> bool:
        """Whether SES has stopped looking for the MAIL FROM domain that is waited for."""
        return self.mail_from_status == _FAILED

    @property
    def behavior_on_mx_failure(self) -> str:
        """What SES does while the MAIL FROM domain is not verified."""
        return self._text("MailFromAttributes", "BehaviorOnMxFailure") or "USE_DEFAULT_VALUE"

    @property
    def tokens(self) -> list[str]:
        """The first labels of the DKIM records."""
        tokens = self._part("DkimAttributes").get("Tokens")
        return [str(token) for token in tokens] if isinstance(tokens, list) else []

    @property
    def dkim_type(self) -> str:
        """The type of the DKIM records."""
        return "TXT" if self._text("DkimAttributes", "SigningAttributesOrigin") == _OWN_KEY else "CNAME"

    @property
    def dkim_names(self) -> list[str]:
        """The names of the DKIM records."""
        return [f"{token}._domainkey.{self.identity}" for token in self.tokens]

    @property
    def names(self) -> list[str]:
        """The names that SES looks up."""
        return [*self.dkim_names, *([self.mail_from] if self.mail_from else [])]

    @property
    def error(self) -> str:
        """The type of the error that SES saw, or empty."""
        return self._text("VerificationInfo", "ErrorType")

    @property
    def last_checked(self) -> str:
        """When SES last looked up the records, or empty."""
        at = self._part("VerificationInfo").get("LastCheckedTimestamp")
        return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC" if isinstance(at, dt.datetime) else ""

    @property
    def primary_name_server(self) -> str:
        """The primary name server of the zone that SES saw, or empty."""
        soa = self._part("VerificationInfo").get("SOARecord")
        return str(soa.get("PrimaryNameServer", "")) if isinstance(soa, Mapping) else ""

    def _part(self, part: str) -> Mapping[str, object]:
        members = self.answer.get(part)
        return members if isinstance(members, Mapping) else {}

    def _text(self, part: str, name: str) -> str:
        value = self._part(part).get(name)
        return "" if value is None else str(value)


def _timeout_reason(state: _IdentityState, seconds: int, zone: _Zone | None) -> str:
    """What is missing, what SES saw, what the zone holds, and whether it is the delegated one."""
    begin = f"SES has not verified {state.identity} within {seconds} s"
    if not state.answer:
        return f"{begin}: it did not answer, or does not know the identity; {_FIX}"
    parts = [f"{begin}. Missing: {_missing(state)}", _last_look(state)]
    parts += ["The hosted zone cannot be read from here"] if zone is None else [_held(state, zone), _delegated(state, zone)]
    return ". ".join(part for part in (*parts, _FIX) if part)


def _missing(state: _IdentityState) -> str:
    missing = []
    if state.dkim_status != _SUCCESS:
        end = " (SES has stopped looking)" if state.dkim_status == _FAILED else ""
        missing.append(f"DKIM is {state.dkim_status or 'unknown'}{end}")
    if state.mail_from_status not in {"", _SUCCESS}:
        missing.append(f"MAIL FROM {state.mail_from} is {state.mail_from_status}")
    return ", ".join(missing) or "SES does not let the identity send yet"


def _last_look(state: _IdentityState) -> str:
    if not state.last_checked:
        return "SES has not looked yet"
    result = f"{state.error} ({_ERRORS.get(state.error, 'see VerificationInfo')})" if state.error else "no error of DKIM"
    return f"SES looked last at {state.last_checked} and saw {result}"


def _held(state: _IdentityState, zone: _Zone) -> str:
    """The records that are missing or differ from what SES looks for, as far as that is known."""
    lines = []
    if state.dkim_status != _SUCCESS:
        lines += [_line(zone, name, state.dkim_type) for name in state.dkim_names]
    if state.mail_from_status not in {"", _SUCCESS}:
        lines.append(_line(zone, state.mail_from, "MX"))
    return f"The zone {zone.zone_id} holds: {'; '.join(lines)}" if lines else ""


def _line(zone: _Zone, name: str, record_type: str) -> str:
    values = zone.records.get((_plain(name), record_type))
    if values is None:
        others = sorted(kind for at, kind in zone.records if at == _plain(name))
        return f"no {record_type} at {name}" + (f", but {' and '.join(others)}" if others else "")
    shown = ", ".join(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..." for value in values)
    return f"{name} {record_type} {shown}"


def _delegated(state: _IdentityState, zone: _Zone) -> str:
    if not state.primary_name_server:
        return ""
    if zone.is_seen_through(state.primary_name_server):
        return "It is the zone that public DNS uses"
    servers = ", ".join(zone.name_servers) or zone.primary
    return (
        f"Public DNS uses another zone, that of {state.primary_name_server}: let the parent of the domain delegate it to the "
        f"name servers of the zone {zone.zone_id}, {servers}"
    )


@dataclass(frozen=True, slots=True)
class _Zone:
    """What a hosted zone of this account holds at some names, and its name servers (Route 53 API reference)."""

    zone_id: str
    name_servers: Sequence[str]
    records: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """(name, type) -> values, for the names that were asked for."""

    primary: str = ""
    """The primary name server in its SOA record."""

    @classmethod
    def read(cls, zone_id: str, names: Iterable[str]) -> _Zone | None:
        """The zone with `zone_id`; None if that is empty or the zone cannot be read: the reason does without it."""
        if not zone_id:
            return None
        route53 = boto3.client("route53", config=_ZONE_CONFIG)
        try:
            zone = route53.get_hosted_zone(Id=zone_id)
            apex = _plain(zone["HostedZone"]["Name"])
            records: dict[tuple[str, str], list[str]] = {}
            for name in {apex, *map(_plain, names)}:
                page = route53.list_resource_record_sets(HostedZoneId=zone_id, StartRecordName=name, MaxItems="20")
                for record_set in page["ResourceRecordSets"]:
                    if _plain(record_set["Name"]) == name:
                        values = [record["Value"] for record in record_set.get("ResourceRecords", [])]
                        records[name, record_set["Type"]] = values
        except (BotoCoreError, ClientError) as error:
            _log.warning("the zone cannot be read: %s", type(error).__name__)
            return None
        servers = [_plain(server) for server in zone.get("DelegationSet", {}).get("NameServers", [])]
        soa = next(iter(records.get((apex, "SOA"), [])), "")
        return cls(zone_id, servers, records, _plain(soa.partition(" ")[0]))

    def is_seen_through(self, primary_name_server: str) -> bool:
        """Whether an SOA record with this primary name server is of this zone."""
        return _plain(primary_name_server) in {*self.name_servers, self.primary}


def _plain(name: str) -> str:
    """A name in lower case and without its final dot."""
    return name.lower().removesuffix(".")
