"""What a hosted zone of this account holds at some names, and which name servers it has (Route 53 API reference)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Zone"]

_CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Zone:
    """A hosted zone that was read."""

    zone_id: str
    name_servers: Sequence[str]
    records: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """(name, type) -> values, for the names that were asked for."""

    primary: str = ""
    """The primary name server in its SOA record."""

    @classmethod
    def read(cls, zone_id: str, names: Iterable[str]) -> Zone | None:
        """The zone with `zone_id`; None if there is no such id here, or it cannot be read: a reason is given without it."""
        if not zone_id:
            return None
        route53 = boto3.client("route53", config=_CONFIG)
        try:
            found = route53.get_hosted_zone(Id=zone_id)
            apex = plain(found["HostedZone"]["Name"])
            records: dict[tuple[str, str], list[str]] = {}
            for name in {apex, *map(plain, names)}:
                page = route53.list_resource_record_sets(HostedZoneId=zone_id, StartRecordName=name, MaxItems="20")
                for each in page["ResourceRecordSets"]:
                    if plain(each["Name"]) == name:
                        records[name, each["Type"]] = [value["Value"] for value in each.get("ResourceRecords", [])]
        except (BotoCoreError, ClientError) as error:
            _log.warning("the zone cannot be read: %s", type(error).__name__)
            return None
        servers = [plain(server) for server in found.get("DelegationSet", {}).get("NameServers", [])]
        soa = next(iter(records.get((apex, "SOA"), [])), "")
        return cls(zone_id, servers, records, plain(soa.partition(" ")[0]))

    def is_seen_through(self, primary_name_server: str) -> bool:
        """Whether the SOA record with this primary name server is of this zone."""
        return plain(primary_name_server) in {*self.name_servers, self.primary}


def plain(name: str) -> str:
    """A name in lower case and without its final dot."""
    return name.lower().removesuffix(".")
