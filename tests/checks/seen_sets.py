"""Short ways to write record sets and identities as files have them, and rows of rules that judge their spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, DeclaredValue, Origin
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from ses_email_auth.known_after_deploy import KnownAfterDeploy
    from ses_email_auth.zone.declared import RecordInView


def seen(  # noqa: PLR0913 - as `DeclaredRecordSet.of`
    spelling: str,
    type_text: str,
    *values: DeclaredValue,
    ttl: str = "600",
    set_identifier: str | None = None,
    is_alias: bool = False,
    known_name: KnownAfterDeploy | None = None,
    path: str = "app.template.json",
    resource: str = "Record",
    line: int | None = None,
) -> DeclaredRecordSet:
    """A record set of a template, or of a zone file if it has a line."""
    location = "Properties/ResourceRecords" if line is None else ""
    return DeclaredRecordSet.of(
        spelling,
        type_text,
        values,
        Origin(path=path, resource=resource, location=location, line=line),
        known_name=known_name,
        ttl=ttl,
        set_identifier=set_identifier,
        is_alias=is_alias,
    )


def identity(name: str = "example.com", mail_from: str | None = None) -> DeclaredIdentity:
    """An SES identity of a template."""
    return DeclaredIdentity(name=name, origin=Origin(path="app.template.json", resource="Identity"), mail_from=mail_from)


def files(
    *records: RecordInView,
    zone: str | None = "example.com",
    complete: bool = False,
    identities: tuple[DeclaredIdentity, ...] = (),
) -> ZoneView:
    """What files say of one zone."""
    return ZoneView(records=records, zone=None if zone is None else DomainName(zone), complete=complete, identities=identities)
