"""What stands of the sending half, the DKIM records and those of the MAIL FROM domain, as arguments of `SesEmailAuth`.

Whoever has DKIM records of SES has an identity: CloudFormation must not make it again, so `from_existing` is written, with the
tokens that stand. Not handled: own keys (BYODKIM).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.hosts import feedback_region, is_easy_dkim_target
from ses_email_auth.ses.spf import SPF_INCLUDE
from ses_email_auth.sources.existing_mail import seconds_of
from ses_email_auth.sources.move_losses import Loss
from ses_email_auth.sources.python_text import literal, name_list

if TYPE_CHECKING:
    from ses_email_auth.checks.seen import SeenRecordSet
    from ses_email_auth.sources.take_over_draft import TakeOver

__all__ = ["OUR_SPF", "sending"]

OUR_SPF = str(SpfRecord.of_includes([SPF_INCLUDE]))
_NAMES = 3  # of Easy DKIM, in each region
_TOKEN = re.compile(r"[a-z0-9]{32}")


def sending(made: TakeOver, region: str | None) -> None:
    """Write the arguments of the identity that sends from `region`."""
    _dkim(made)
    _mail_from(made, region)


def _dkim(made: TakeOver) -> None:
    suffix = f"._domainkey.{made.found.domain}"
    found = {
        name.removesuffix(suffix): record
        for (name, kind), record in made.found.records.items()
        if kind == "CNAME" and name.endswith(suffix) and any(is_easy_dkim_target(str(value)) for value in record.values)
    }
    made.is_existing = bool(found or made.found.identities)
    if not found:
        if not made.is_existing:
            made.fresh += [f"<token {number}>{suffix} CNAME" for number in range(1, _NAMES + 1)]
        return
    zones = {_signing_zone(token, record) for token, record in found.items()}
    ttls = {seconds_of(record) for record in found.values()}
    if len(found) != _NAMES or len(ttls) != 1 or len(zones) != 1 or "" in zones:
        made.hand_work.append(
            Loss(
                f"there are {len(found)} DKIM records of SES, with the TTLs {', '.join(sorted(map(str, ttls)))}; we publish "
                f"{_NAMES} for a region, with one TTL, each <token>{suffix} to <token> in the zone of SES",
                "ask SES which are in use ('aws sesv2 get-email-identity --query DkimAttributes'); give these to dkim_tokens",
            )
        )
        return
    made.equal += [f"{token}{suffix} CNAME" for token in found]
    made.arguments["dkim_tokens"] = name_list(found)
    made.arguments["dkim_signing_zone"] = literal(zones.pop())
    made.set_ttl("the DKIM records", "dkim_ttl", ttls.pop())


def _signing_zone(token: str, record: SeenRecordSet) -> str:
    """Where SES keeps the key; empty if the record is not as we would write it."""
    value = str(record.values[0])
    if record.origin.line is not None:  # a zone file has a final dot at every name, whatever Route 53 was given
        value = value.removesuffix(".")
    if _TOKEN.fullmatch(token) is None or not value.startswith(f"{token}.") or value != value.lower().removesuffix("."):
        return ""
    return value.removeprefix(f"{token}.")


def _mail_from(made: TakeOver, region: str | None) -> None:
    found = {
        name: feedback_region(str(record.values[0]))
        for (name, kind), record in made.found.records.items()
        if kind == "MX" and len(record.values) == 1 and feedback_region(str(record.values[0])) is not None
    }
    named = [name for name, place in found.items() if region in {None, place}]
    places = ", ".join(f"{name} ({found[name]})" for name in sorted(named or found))
    if found and not named:
        made.hand_work.append(
            Loss(f"no name is a MAIL FROM domain of {region}; there is {places}", "name that region by --region")
        )
        return
    if len(named) > 1:
        made.hand_work.append(
            Loss(
                f"several names are a MAIL FROM domain: {places}",
                "name the home region by --region; the others become a SendingIdentity each",
            )
        )
        return
    mail_from = DomainName(named[0]) if named else _said(made)
    if mail_from is None:
        return
    made.region = found.get(mail_from.text)
    made.arguments["mail_from_subdomain"] = literal(made.below(mail_from))
    _compare(made, (mail_from.text, "MX"), "mail_from_mx_ttl", f"10 feedback-smtp.{made.region}.amazonses.com")
    _compare(made, (mail_from.text, "TXT"), "mail_from_spf_ttl", f'"{OUR_SPF}"')


def _said(made: TakeOver) -> DomainName | None:
    """The MAIL FROM domain that has no MX here: the one of the identity, or the one that a new identity gets."""
    said = {each.mail_from_domain for each in made.found.identities} - {None}
    if len(said) == 1:
        return said.pop()
    return None if made.is_existing else made.found.domain.child("bounce")


def _compare(made: TakeOver, key: tuple[str, str], ttl: str, wanted: str) -> None:
    """Whether a record set with one value is the one that we publish."""
    record = made.standing(key)
    if record is None:
        return
    values = tuple(map(str, record.values))
    is_same = values == (wanted,) or (record.origin.line is not None and values == (f"{wanted}.",))
    if is_same:
        made.keep(key, ttl, record)
    else:
        made.hand_work.append(
            Loss(f"{' '.join(key)} is {', '.join(values)}, and we publish {wanted}", "change it to that value first")
        )
