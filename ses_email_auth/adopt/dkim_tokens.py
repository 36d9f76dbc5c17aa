"""The DKIM records that SES has for an identity, as `dkim_tokens` of a draft.

A region has three records of Easy DKIM, and their names are tokens that only SES knows. For `from_existing` any order of the
tokens will do: the same three records stand afterwards. Where regions share a zone of keys, a name does not say whose it is;
Terraform's state does, and so does a zone of keys that a region has of its own ("DKIM domains" of the AWS General Reference).
Not handled: own keys (BYODKIM), whose record is left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.adopt.draft import ttl_of
from ses_email_auth.adopt.python_text import literal, name_list
from ses_email_auth.ses.hosts import is_easy_dkim_target
from ses_email_auth.ses.regions import REGIONS_WITH_DKIM_ZONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.adopt.draft import Draft
    from ses_email_auth.adopt.existing import Existing
    from ses_email_auth.zone.declared import DeclaredRecordSet

_RECORDS = 3  # of Easy DKIM, in each region
_AS_PRINTED = "without dkim_tokens they stay as they are"
_TOKEN = re.compile(r"[a-z0-9]{32}")
_ZONE_OF_REGION = re.compile(r"(?:.*\.)?dkim\.([a-z0-9-]+)\.amazonses\.com")


def dkim_records(existing: Existing) -> dict[str, DeclaredRecordSet]:
    """The records of Easy DKIM, by their tokens."""
    suffix = _suffix(existing)
    return {
        name.removesuffix(suffix): record
        for (name, kind), record in existing.records.items()
        if kind == "CNAME" and name.endswith(suffix) and any(is_easy_dkim_target(str(value)) for value in record.values)
    }


def take_over_dkim(draft: Draft, records: Mapping[str, DeclaredRecordSet]) -> None:
    """Write the tokens and the zone of their keys, or say why nobody can tell them.

    Args:
        draft: its region is known by now, if anything says it.
        records: by token, as `dkim_records` has them.
    """
    suffix = _suffix(draft.existing)
    if not draft.is_existing:
        draft.new += [f"<token {number}>{suffix} CNAME" for number in range(1, _RECORDS + 1)]
        return
    by_zone: dict[str, list[str]] = {}
    for token, record in records.items():
        by_zone.setdefault(_signing_zone(token, record), []).append(token)
    zone, tokens = _of_region(draft, by_zone)
    ttls = {ttl_of(records[token]) for token in tokens}
    if zone and len(tokens) == _RECORDS and len(ttls) == 1:
        draft.taken_over += [f"{token}{suffix} CNAME" for token in tokens]
        draft.arguments["dkim_tokens"] = name_list(tokens)
        draft.arguments["dkim_signing_zone"] = literal(zone)
        draft.set_ttl("the DKIM records", "dkim_ttl", ttls.pop())
        if len(records) > _RECORDS:
            draft.notes.append(
                f"{len(records) - _RECORDS} more DKIM records of SES stay as they are: another region signs with them, or none "
                f"does any more"
            )
    elif records:
        _cannot_tell(draft, by_zone, zone, sorted("not known" if ttl is None else str(ttl) for ttl in ttls))
    else:
        draft.notes.append(_left_alone(draft))


def _suffix(existing: Existing) -> str:
    return f"._domainkey.{existing.domain}"


def _signing_zone(token: str, record: DeclaredRecordSet) -> str:
    """Where SES keeps the key; empty if the record is not as we would write it."""
    value = str(record.values[0])
    if record.origin.line is not None:  # a zone file has a final dot at every name, whatever Route 53 was given
        value = value.removesuffix(".")
    if _TOKEN.fullmatch(token) is None or not value.startswith(f"{token}.") or value != value.lower().removesuffix("."):
        return ""
    return value.removeprefix(f"{token}.")


def _of_region(draft: Draft, by_zone: Mapping[str, list[str]]) -> tuple[str, list[str]]:
    """The zone of the keys and the tokens of the region of the draft; empty if nobody can tell."""
    known = {
        identity.dkim_tokens
        for identity in draft.existing.identities
        if identity.dkim_tokens and (draft.region is None or identity.region in {"", draft.region})
    }
    for zone, tokens in by_zone.items():
        if len(known) == 1 and known <= {tuple(token for token in next(iter(known)) if token in tokens)}:
            return zone, list(known.pop())  # in the order of SES
    if len(by_zone) == 1:
        return next(iter(by_zone.items()))
    if draft.region is not None:
        own = [zone for zone in by_zone if _region_of(zone) == draft.region]
        if not own and draft.region not in REGIONS_WITH_DKIM_ZONE:
            own = [zone for zone in by_zone if zone and _region_of(zone) is None]
        if len(own) == 1:
            return own[0], by_zone[own[0]]
    return "", []


def _region_of(zone: str) -> str | None:
    """The region that a zone of keys names; None for the one that most regions share."""
    match = _ZONE_OF_REGION.fullmatch(zone)
    return None if match is None else match[1]


def _left_alone(draft: Draft) -> str:
    """Why the draft has no tokens, of which the files know none."""
    existing = draft.existing
    if any(identity.own_key for identity in existing.identities):
        return "the identity signs with a key of its own: its DKIM record stays as it is"
    if existing.dkim_by_attribute:
        return f"the DKIM records are in the file, under names that SES chooses: {_AS_PRINTED}"
    return (
        f"its DKIM records are not in the file: {_AS_PRINTED}. To publish them here, give dkim_tokens and dkim_signing_zone, "
        f"which SES knows (aws sesv2 get-email-identity --email-identity {draft.domain} --query DkimAttributes)"
    )


def _cannot_tell(draft: Draft, by_zone: Mapping[str, list[str]], zone: str, ttls: list[str]) -> None:
    count = sum(map(len, by_zone.values()))
    there_are = f"there {'is 1 DKIM record' if count == 1 else f'are {count} DKIM records'} of SES"
    if zone and len(by_zone[zone]) == _RECORDS:
        draft.needs(
            f"{there_are}, with the TTLs {', '.join(ttls)}, and we publish one TTL", f"give them one TTL; {_AS_PRINTED}"
        )
    elif "" in by_zone:
        draft.needs(
            f"{there_are}, and not all are as we write them: <token>{_suffix(draft.existing)} to <token> in the zone of SES, "
            f"without a final dot",
            f"write them so first; {_AS_PRINTED}",
        )
    else:
        draft.dkim_records = {zone: list(tokens) for zone, tokens in by_zone.items()}
        draft.needs(
            f"{there_are}, a region has {_RECORDS}, and the file does not say which are those of your region",
            f"ask SES in that region ('aws sesv2 get-email-identity --email-identity {draft.domain} --query DkimAttributes'): "
            f"dkim_tokens are its Tokens, dkim_signing_zone is its SigningHostedZone; {_AS_PRINTED}",
        )
