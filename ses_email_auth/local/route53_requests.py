"""What Route 53 says of a request as a whole: limits of a change batch, routing policies, and the order of a listing.

Found by the second opinion (moto) and the API reference, where MiniStack and `record_sets` said otherwise:

- quotas of a request (API reference, ChangeResourceRecordSets; developer guide, "Quotas"): 1,000 values and 32,000 characters
  of values, an UPSERT counts twice; the sentence about values is moto's, that about characters a guess;
- a simple record set and a routing policy cannot share name and type (chef-boneyard/route53 #100);
- listings (API reference, ListResourceRecordSets) are in ASCII order of the names with labels reversed, final dot included, so
  that `a-b` stands before `a`; a start with a type needs a name.

CloudFormation's resource types do not come this way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.local import emulator_route53

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.local.emulator_route53 import RecordSet

_MAX_VALUES = 1000
_MAX_CHARACTERS = 32_000


def install() -> None:
    """Put all of this into MiniStack, in front of `record_sets`."""
    emulator_route53.read_no_body_as_no_members()
    emulator_route53.check_record_changes(_refuse)
    emulator_route53.order_listings(_order)
    emulator_route53.check_listings(_listing_fault)


def _refuse(zone_id: str, changes: Sequence[tuple[str, RecordSet]]) -> None:
    faults = [*_over_quota(changes), *_mixed_policies(zone_id, changes)]
    if faults:
        raise ValueError(f"[{', '.join(faults)}]")


def _over_quota(changes: Sequence[tuple[str, RecordSet]]) -> Iterator[str]:
    counted = [
        value for verb, record_set in changes for value in record_set.get("ResourceRecords", []) * (1 + (verb == "UPSERT"))
    ]
    if len(counted) > _MAX_VALUES:
        yield f"Number of records limit of {_MAX_VALUES} exceeded."
    if sum(map(len, counted)) > _MAX_CHARACTERS:
        yield f"Number of characters limit of {_MAX_CHARACTERS} exceeded."


def _mixed_policies(zone_id: str, changes: Sequence[tuple[str, RecordSet]]) -> Iterator[str]:
    """What stands after the batch, so that one may take the other's place in it."""
    deleted = {_key(record_set) for verb, record_set in changes if verb == "DELETE"}
    written = [record_set for verb, record_set in changes if verb != "DELETE"]
    standing = [record_set for record_set in emulator_route53.record_sets(zone_id) if _key(record_set) not in deleted]
    for record_set in written:
        name, rtype, identifier = _key(record_set)
        others = [_key(other) for other in (*standing, *written)]
        if any((name, rtype) == other[:2] and bool(identifier) is not bool(other[2]) for other in others):
            label = f"RRSet with DNS name {name}, type {rtype}"
            yield f"{label} cannot be created as other RRSets exist with the same name and type."


def _key(record_set: RecordSet) -> tuple[str, str, str]:
    return record_set["Name"], record_set["Type"], record_set.get("SetIdentifier", "")


def _order(name: str) -> str:
    return ".".join(reversed(emulator_route53.canonical_name(name).removesuffix(".").split("."))) + "."


def _listing_fault(start_name: str, start_type: str) -> str | None:
    return "The input is not valid" if start_type and not start_name else None
