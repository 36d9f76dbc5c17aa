"""Puts into record sets and identities what other templates say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.seen import SeenIdentity, SeenRecordSet
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.references import with_marks
from ses_email_auth.sources.resources import zone_id_of

if TYPE_CHECKING:
    from ses_email_auth.checks.seen import SeenValue
    from ses_email_auth.sources.contents import Contents
    from ses_email_auth.sources.references import References

__all__ = ["filled"]


def filled(contents: Contents, references: References) -> Contents:
    """`contents` with every mark replaced that another template answers."""
    if references.requests:
        contents.records = [_record(each, references) if _holds_mark(each) else each for each in contents.records]
        contents.identities = [_identity(each, references) for each in contents.identities]
        contents.zones = [replace(each, zone_id=zone_id_of(references.filled(each.zone_id))) for each in contents.zones]
    return contents


def _holds_mark(record: SeenRecordSet) -> bool:
    return (
        holds_token(record.zone_id)
        or holds_token(record.spelling)
        or any(holds_token(value) for value in record.values if isinstance(value, str))
    )


def _record(record: SeenRecordSet, references: References) -> SeenRecordSet:
    given = record.name if isinstance(record.name, KnownAfterDeploy) else record.spelling
    name = references.filled(given)
    values: tuple[SeenValue, ...] = tuple(references.filled(value) for value in record.values)
    return SeenRecordSet.of(
        str(name),
        record.type_text,
        values,
        record.origin,
        known_name=name if isinstance(name, KnownAfterDeploy) else None,
        ttl=record.ttl,
        set_identifier=record.set_identifier,
        is_alias=record.is_alias,
        identity=record.identity,
        zone_id=zone_id_of(references.filled(record.zone_id)),
    )


def _identity(identity: SeenIdentity, references: References) -> SeenIdentity:
    mail_from = identity.mail_from
    return replace(
        identity,
        name=with_marks(references.filled(identity.name)),
        mail_from=None if mail_from is None else with_marks(references.filled(mail_from)),
    )
