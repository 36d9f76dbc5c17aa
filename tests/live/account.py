"""Looks before anything is made: whose account, whose zone, and whether the world asks that zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dns.exception
import dns.resolver
from botocore.exceptions import BotoCoreError, ClientError

from tests.live.run import SECOND
from tests.live.settings import Refused

if TYPE_CHECKING:
    from tests.live.run import Run


def check(run: Run) -> list[str]:
    """What a person should know before going on.

    Raises:
        Refused: if this is not the account or not a zone to work in. Nothing was made.
    """
    options = run.options
    caller = run.account()
    if caller != options.account:
        raise Refused(f"the credentials are of the account {caller}, not of ACCOUNT={options.account}; nothing was made")
    zone = _zone(run)
    _check_records(run)
    if options.second_profile and (second := run.account(f"{SECOND}/{options.region}")) == options.account:
        raise Refused(f"SECOND_ACCOUNT_PROFILE={options.second_profile} is of the account {second}, the same; nothing was made")
    return _check_delegation(run, zone)


def resolver(run: Run) -> dns.resolver.Resolver:
    """The resolver that the run is told to ask, else the one of this machine."""
    address, _, port = run.options.resolver.partition(":")
    if not address:
        return dns.resolver.Resolver()
    chosen = dns.resolver.Resolver(configure=False)
    chosen.nameservers, chosen.port = [address], int(port or 53)
    return chosen


def records(run: Run) -> list[dict[str, Any]]:
    """All record sets of the zone, names without the final dot."""
    pages = run.client("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=run.options.zone_id)
    return [record | {"Name": record["Name"].removesuffix(".")} for page in pages for record in page["ResourceRecordSets"]]


def _zone(run: Run) -> dict[str, Any]:
    options = run.options
    try:
        answer = run.client("route53").get_hosted_zone(Id=options.zone_id)
    except (BotoCoreError, ClientError) as error:
        raise Refused(f"the zone {options.zone_id} cannot be read: {error}; nothing was made") from None
    name = answer["HostedZone"]["Name"].removesuffix(".")
    if name != options.domain:
        raise Refused(f"the zone {options.zone_id} is that of {name}, not of DOMAIN={options.domain}; nothing was made")
    if answer["HostedZone"].get("Config", {}).get("PrivateZone"):
        raise Refused(f"the zone {options.zone_id} is private, and SES looks into public DNS alone; nothing was made")
    return dict(answer)


def _check_records(run: Run) -> None:
    """The zone is empty, or nothing stands at and below the child; what a run that is to be cleaned up made is no obstacle."""
    options = run.options
    own = f".{options.run}.{options.base}"
    if options.child:
        standing = [r for r in records(run) if r["Name"] == options.base or r["Name"].endswith(f".{options.base}")]
    else:
        standing = [r for r in records(run) if r["Type"] not in {"NS", "SOA"} or r["Name"] != options.domain]
    strange = [f"{r['Name']} {r['Type']}" for r in standing if not (options.is_cleaning and r["Name"].endswith(own))]
    if strange and not options.is_cleaning:
        place = f"at or below {options.base}" if options.child else "in the zone"
        advice = "take another CHILD" if options.child else "take an empty zone, or give CHILD=name to work below a new name"
        shown = ", ".join(strange[:5]) + (" …" if len(strange) > 5 else "")
        raise Refused(f"something stands {place} already: {shown}; {advice}; nothing was made")


def _check_delegation(run: Run, zone: dict[str, Any]) -> list[str]:
    options = run.options
    wanted = {name.lower().removesuffix(".") for name in zone.get("DelegationSet", {}).get("NameServers", [])}
    if options.endpoint:
        return [f"AWS_ENDPOINT_URL is set: what answers at {options.endpoint} is not AWS, and the delegation is not looked at"]
    try:
        answer = resolver(run).resolve(options.domain, "NS")
        found = {str(data.target).lower().removesuffix(".") for data in answer}
    except (dns.exception.DNSException, OSError) as error:
        raise Refused(f"public DNS has no name servers of {options.domain} ({error}); delegate it; nothing was made") from None
    if found != wanted:
        raise Refused(
            f"{options.domain} is delegated to {', '.join(sorted(found))}, but the zone {options.zone_id} has "
            f"{', '.join(sorted(wanted))}; set these at the registrar; nothing was made"
        )
    return []
