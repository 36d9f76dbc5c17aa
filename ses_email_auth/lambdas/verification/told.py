"""What SES sees of an identity, and the reason of a time-out in words for the person who deploys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.lambdas.verification.zone import plain

if TYPE_CHECKING:
    from ses_email_auth.lambdas.verification.zone import Zone

__all__ = ["Seen", "told"]

_SUCCESS, _FAILED, _OWN_KEY = "SUCCESS", "FAILED", "EXTERNAL"

_SHOWN = 80  # letters of a value
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


@dataclass(frozen=True, slots=True)
class Seen:
    """An identity as SES shows it, beside what is waited for."""

    identity: str
    mail_from: str
    """Empty if no MAIL FROM domain is waited for."""

    selector: str
    """Of an own key; empty if SES chooses."""

    said: Mapping[str, object]
    """The answer of GetEmailIdentity; empty if there was none."""

    @property
    def is_verified(self) -> bool:
        """Whether all is as it should be."""
        sends = self.said.get("VerifiedForSendingStatus") is True
        return sends and self.dkim_status == _SUCCESS and self.mail_from_status in {"", _SUCCESS}

    @property
    def dkim_status(self) -> str:
        """The status, or what SES shows instead while it does not know the new key yet."""
        if self.selector and self.selector not in self.tokens:
            return f"not switched to the selector {self.selector}"
        return self._text("DkimAttributes", "Status")

    @property
    def mail_from_status(self) -> str:
        """The status; empty if no MAIL FROM domain is waited for."""
        if not self.mail_from:
            return ""
        if plain(self._text("MailFromAttributes", "MailFromDomain")) != plain(self.mail_from):
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
        found = self._part("DkimAttributes").get("Tokens")
        return [str(token) for token in found] if isinstance(found, list) else []

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
        """What SES says that is wrong, or empty."""
        return self._text("VerificationInfo", "ErrorType")

    @property
    def last_checked(self) -> str:
        """When SES has looked."""
        at = self._part("VerificationInfo").get("LastCheckedTimestamp")
        return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC" if isinstance(at, dt.datetime) else ""

    @property
    def primary_name_server(self) -> str:
        """That of the zone that SES has seen, or empty."""
        soa = self._part("VerificationInfo").get("SOARecord")
        return str(soa.get("PrimaryNameServer", "")) if isinstance(soa, Mapping) else ""

    def _part(self, part: str) -> Mapping[str, object]:
        found = self.said.get(part)
        return found if isinstance(found, Mapping) else {}

    def _text(self, part: str, name: str) -> str:
        value = self._part(part).get(name)
        return "" if value is None else str(value)


def told(seen: Seen, seconds: int, zone: Zone | None) -> str:
    """Why `seen` is not verified: what is missing, what SES saw, what the zone holds, whether it is the delegated one."""
    begin = f"SES has not verified {seen.identity} within {seconds} s"
    if not seen.said:
        return f"{begin}: it did not answer, or does not know the identity; {_FIX}"
    parts = [f"{begin}. Missing: {_missing(seen)}", _seen(seen)]
    parts += ["The hosted zone cannot be read from here"] if zone is None else [_held(seen, zone), _delegated(seen, zone)]
    return ". ".join(part for part in (*parts, _FIX) if part)


def _missing(seen: Seen) -> str:
    missing = []
    if seen.dkim_status != _SUCCESS:
        end = " (SES has stopped looking)" if seen.dkim_status == _FAILED else ""
        missing.append(f"DKIM is {seen.dkim_status or 'unknown'}{end}")
    if seen.mail_from_status not in {"", _SUCCESS}:
        missing.append(f"MAIL FROM {seen.mail_from} is {seen.mail_from_status}")
    return ", ".join(missing) or "SES does not let the identity send yet"


def _seen(seen: Seen) -> str:
    if not seen.last_checked:
        return "SES has not looked yet"
    found = f"{seen.error} ({_ERRORS.get(seen.error, 'see VerificationInfo')})" if seen.error else "no error of DKIM"
    return f"SES looked last at {seen.last_checked} and saw {found}"


def _held(seen: Seen, zone: Zone) -> str:
    """The records that are missing or differ from what SES looks for, as far as that is known."""
    lines = []
    if seen.dkim_status != _SUCCESS:
        lines += [_line(zone, name, seen.dkim_type) for name in seen.dkim_names]
    if seen.mail_from_status not in {"", _SUCCESS}:
        lines.append(_line(zone, seen.mail_from, "MX"))
    return f"The zone {zone.zone_id} holds: {'; '.join(lines)}" if lines else ""


def _line(zone: Zone, name: str, record_type: str) -> str:
    values = zone.records.get((plain(name), record_type))
    if values is None:
        others = sorted(kind for at, kind in zone.records if at == plain(name))
        return f"no {record_type} at {name}" + (f", but {' and '.join(others)}" if others else "")
    shown = ", ".join(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..." for value in values)
    return f"{name} {record_type} {shown}"


def _delegated(seen: Seen, zone: Zone) -> str:
    if not seen.primary_name_server:
        return ""
    if zone.is_seen_through(seen.primary_name_server):
        return "It is the zone that public DNS uses"
    servers = ", ".join(zone.name_servers) or zone.primary
    return (
        f"Public DNS uses another zone, that of {seen.primary_name_server}: let the parent of the domain delegate it to the "
        f"name servers of the zone {zone.zone_id}, {servers}"
    )
