"""Hosted zones that a deploy deletes or makes anew: the registrar knows the name servers of the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.adopt.impact_kinds import RECORD_GOES, finding
from ses_email_auth.adopt.python_text import literal
from ses_email_auth.adopt.record_changes import records_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ses_email_auth.adopt.fates import Deployment, Fate
    from ses_email_auth.adopt.stack_templates import StackResource
    from ses_email_auth.checks.finding import Finding

_ZONE = "AWS::Route53::HostedZone"


def zones_go(deployment: Deployment, fates: Sequence[Fate]) -> Iterator[Finding]:
    """The hosted zones of a stack that are no more in its template, and whose records stand in another one then."""
    old, new = deployment.old, deployment.new
    if old is None or new is None:
        return
    zones = {mark: zone for mark, zone in old.zones.items() if zone.name is not None and not zone.is_private}
    for resource in old.resources.values():
        kept = new.resources.get(resource.logical_id)
        if resource.type != _ZONE or (kept is not None and kept.type == _ZONE):
            continue
        mark, zone = next(((mark, zone) for mark, zone in zones.items() if f"#{resource.logical_id}.Ref]" in mark), ("", None))
        inside = [fate for fate in fates if fate.old.record is not None and fate.old.record.zone_id == mark]
        if zone is None or not inside:
            continue
        heir = _heir(resource, new.resources)
        if heir is None and resource.is_retained:
            continue
        records = records_of(*(fate.old for fate in inside))
        if heir is None:
            message = f"the hosted zone {zone.name} goes, and with it all its records: mail of the domain is lost"
            fix = f"keep {resource.construct_path or resource.logical_id}, or deploy 'DeletionPolicy: Retain' at it first"
        else:
            message = (
                f"the hosted zone {zone.name} gets another logical id ({resource.logical_id} -> {heir.logical_id}): "
                f"CloudFormation makes a new one with other name servers and moves the records there, and the registrar still "
                f"names the old ones"
            )
            fix = f"{heir.construct_path or heir.logical_id}: override_logical_id({literal(resource.logical_id)})"
        yield finding(RECORD_GOES, f"{zone.name} NS", message, fix, records=records)


def _heir(gone: StackResource, resources: Mapping[str, StackResource]) -> StackResource | None:
    """The hosted zone of the new template that has the same name."""
    name = _name(gone)
    return next((zone for zone in resources.values() if zone.type == _ZONE and _name(zone) == name), None)


def _name(zone: StackResource) -> str:
    return str(zone.properties.get("Name")).lower().removesuffix(".")
