"""How SES verifies identities: it looks into public DNS, here whenever a request to SES arrives.

Sources: SES developer guide ("Verifying a domain identity", "Setting up a custom MAIL FROM domain", BYODKIM), SESv2 API
reference (VerificationInfo). An identity counts as verified exactly as long as the public zones hold its records. SES itself
looks again and again for 72 hours, gives up for good then (FAILED), and forgives a loss for days. What would take that long can
be asked for, without a signature:

- POST /_ses/delay?seconds=2: from now on, records have to stand that long before they count.
- POST /_ses/mail-from-failed?identity=example.com[&account=..&region=..]: the 72 hours are over; final until it is set again.
- POST /_ses/dkim-failed?identity=...: the same for DKIM.
- POST /_ses/replication-error?error=REPLICATION_ACCESS_DENIED: all replicas have it; without `error` none has.
- POST /_ses/unknown-principals?writes=2: the next two policies are refused, as if their principals were just made.
- POST /_ses/dkim-error?identity=...&error=DNS_SERVER_ERROR: SES cannot look; without `error` it can again.

Which `ErrorType` is told in which case is read off its names. An address counts as verified at once: no mail arrives here.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.local import emulator, emulator_route53, emulator_ses, identity_api, settings
from ses_email_auth.local.emulator_route53 import canonical_name
from ses_email_auth.local.identities import is_domain, parent_region, public_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.local.emulator_ses import Dkim, Identity

_Dns: TypeAlias = "Mapping[tuple[str, str], list[str]]"
_FAILED = "FAILED"
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:[0-7]{3}|.)")

_delay = {"seconds": 0.0}
_replication = {"error": ""}


def install() -> None:
    """Verify before each request to SES."""
    emulator_ses.before_requests(verify_all)
    emulator.answer_control_requests("/_ses/", _control)
    emulator.on_reset(lambda: _delay.update(seconds=0.0))
    emulator.on_reset(lambda: _replication.update(error=""))


def verify_all() -> None:
    """Bring the statuses of all identities (of one account and region) up to date with DNS."""
    dns: dict[tuple[str, str], list[str]] = {}
    for record_set in emulator_route53.public_record_sets():
        key = canonical_name(record_set["Name"]), record_set["Type"]
        dns.setdefault(key, []).extend(record_set.get("ResourceRecords", []))
    for name, identity in emulator_ses.identities().items():
        if is_domain(name):
            _verify_dkim(identity, dns)
        else:
            identity["VerificationStatus"] = "SUCCESS"
        identity["VerifiedForSendingStatus"] = identity["VerificationStatus"] == "SUCCESS"
        emulator_ses.set_verified_in_v1(name, verified=identity["VerifiedForSendingStatus"])
        _verify_mail_from(identity, dns)


def _verify_dkim(identity: Identity, dns: _Dns) -> None:
    dkim, kept, info = identity["DkimAttributes"], identity["kept"], identity["VerificationInfo"]
    now = time.time()
    error = kept.get("dkim_error") or _replication_error(dkim) or _dkim_error(identity, dns)
    if error is not None:
        kept.pop("dns_since", None)
    since = kept.setdefault("dns_since", now) if error is None else now
    if dkim["Status"] != _FAILED:
        dkim["Status"] = "SUCCESS" if error is None and now - since >= _delay["seconds"] else "PENDING"
    identity["VerificationStatus"] = dkim["Status"]
    info.pop("ErrorType", None)
    info["LastCheckedTimestamp"] = now
    if dkim["Status"] == "SUCCESS":
        info["LastSuccessTimestamp"] = now
    elif error is not None:
        info["ErrorType"] = error
    soa = _soa(identity["EmailIdentity"], dns)
    if soa is None:
        info.pop("SOARecord", None)
    else:
        info["SOARecord"] = soa


def _replication_error(dkim: Dkim) -> str | None:
    """The error that all replicas have, of a replica."""
    is_replica = parent_region(dkim.get("SigningAttributesOrigin")) is not None
    return _replication["error"] or None if is_replica else None


def _dkim_error(identity: Identity, dns: _Dns) -> str | None:
    """The first fault of the DKIM records, or None."""
    dkim = identity["DkimAttributes"]
    for token in dkim["Tokens"]:
        key = canonical_name(f"{token}._domainkey.{identity['EmailIdentity']}")
        own = dkim.get("SigningAttributesOrigin") == "EXTERNAL"
        values = dns.get((key, "TXT" if own else "CNAME"))
        if values is None:
            return "TYPE_NOT_FOUND" if any(name == key for name, _ in dns) else "HOST_NOT_FOUND"
        if own:
            right = [_published_key(value) for value in values] == [public_key(identity["kept"]["private_key"])]
        else:
            right = [canonical_name(value) for value in values] == [canonical_name(f"{token}.{dkim['SigningHostedZone']}")]
        if not right:
            return "INVALID_VALUE"
    return None


def _published_key(value: str) -> bytes | None:
    """`p=` of a DKIM record (RFC 6376 section 3.6.1), or None if there is none that can be read."""
    tags = dict(part.strip().partition("=")[::2] for part in _joined_strings(value).split(";"))
    try:
        return base64.b64decode("".join(tags.get("p", "").split()), validate=True) or None
    except binascii.Error:
        return None


def _joined_strings(value: str) -> str:
    """What a reader of a TXT value sees: its strings in one."""
    return "".join(_ESCAPE.sub(lambda escape: escape[0][1:], string) for string in _STRING.findall(value))


def _verify_mail_from(identity: Identity, dns: _Dns) -> None:
    mail_from = identity["MailFromAttributes"]
    if "MailFromDomain" in mail_from and mail_from.get("MailFromDomainStatus") != _FAILED:
        values = dns.get((canonical_name(mail_from["MailFromDomain"]), "MX"), [])
        # "You must publish exactly one MX record": with a second one SES does not set it up.
        right = [canonical_name(value) for value in values] == [f"10 feedback-smtp.{emulator.region()}.amazonses.com."]
        mail_from["MailFromDomainStatus"] = "SUCCESS" if right else "PENDING"


def _soa(name: str, dns: _Dns) -> dict[str, object] | None:
    """The SOA of the zone that `name` lies in."""
    labels = canonical_name(name).split(".")
    for i in range(len(labels) - 1):
        for value in dns.get((".".join(labels[i:]), "SOA"), []):
            server, mailbox, serial, *_ = value.split()
            return {"PrimaryNameServer": server, "AdminEmail": mailbox, "SerialNumber": int(serial)}
    return None


def _control(what: str, query: dict[str, str]) -> dict[str, str]:
    """Do a control request.

    Raises:
        ValueError: if there is no such request or no such identity.
    """
    if what == "delay":
        _delay["seconds"] = float(query.get("seconds", "0"))
        return {"delay": str(_delay["seconds"])}
    if what == "replication-error":
        _replication["error"] = query.get("error", "")
        return {"done": what}
    if what == "unknown-principals":
        identity_api.refuse_principals(int(query.get("writes", "0")))
        return {"done": what}
    account, region = query.get("account", settings.ACCOUNT), query.get("region", settings.REGION)
    identity = emulator_ses.identity_in(account, region, query.get("identity", ""))
    if identity is None:
        raise ValueError(f"no such identity in account {account}, region {region}")
    if what == "mail-from-failed":
        identity["MailFromAttributes"]["MailFromDomainStatus"] = _FAILED
    elif what == "dkim-failed":
        identity["DkimAttributes"]["Status"] = _FAILED
    elif what == "dkim-error":
        identity["kept"]["dkim_error"] = query.get("error", "")
    else:
        raise ValueError(f"no such control request: {what}")
    return {"done": what}
