"""A public hosted zone in another account: our function writes the records, through a role there (`ZoneWriterRole`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.cdk.prop_types import check_flag
from ses_email_auth.cdk.record_target import ZoneFacts, ZoneWriter
from ses_email_auth.cdk.record_writer import FunctionTarget
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.prop_values import refuse_dynamic_reference

if TYPE_CHECKING:
    from aws_cdk import Stack

    from ses_email_auth.cdk.record_target import RecordTarget
    from ses_email_auth.cdk.stack_facts import StackFacts

_ZONE_ID = re.compile(r"Z[A-Z0-9]{1,31}")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)  # STS API reference, "AssumeRole"


@dataclass(frozen=True, slots=True)
class CrossAccountDns(FunctionTarget):
    """`Dns.cross_account(...)`."""

    facts: ZoneFacts
    role: ZoneWriter

    def read(self, stack: Stack, facts: StackFacts) -> ZoneFacts:  # noqa: ARG002 - the zone is none of the stack
        """Name and id of the zone, as the user said them."""
        return self.facts

    @property
    def writer(self) -> ZoneWriter:
        """The role in the account of the zone."""
        return self.role


def cross_account_dns(
    *, hosted_zone_id: object, zone_name: object, role_arn: object, external_id: object, adopt: bool
) -> RecordTarget:
    """`Dns.cross_account`, its arguments checked."""
    zone_id = _text("hosted_zone_id", hosted_zone_id, "'Z0123456789EXAMPLE'").removeprefix("/hostedzone/")
    if not holds_token(zone_id) and not _ZONE_ID.fullmatch(zone_id):
        raise EmailAuthError(
            f"'hosted_zone_id' must be the id of a hosted zone, got {hosted_zone_id!r}; pass for example 'Z0123456789EXAMPLE'"
        )
    role = _text("role_arn", role_arn, "'arn:aws:iam::210987654321:role/mail-records'")
    if not holds_token(role) and not _ROLE_ARN.fullmatch(role):
        raise EmailAuthError(
            f"'role_arn' must be the ARN of a role, got {role_arn!r}; pass that of ZoneWriterRole, for example "
            f"'arn:aws:iam::210987654321:role/mail-records'"
        )
    caller = "" if external_id is None else check_external_id(external_id)
    check_flag("adopt", adopt)
    try:
        name = DomainName(_text("zone_name", zone_name, "'example.com'"))
    except InvalidDomainName as error:
        raise EmailAuthError(f"'zone_name' has the value {zone_name!r}, but {error}") from error
    return CrossAccountDns(adopt=adopt, facts=ZoneFacts(name, zone_id), role=ZoneWriter(role, caller))


def check_external_id(external_id: object) -> str:
    """An external id that STS takes.

    Raises:
        EmailAuthError: for any other.
    """
    text = _text("external_id", external_id, "'mail-2026'")
    if not holds_token(text) and not _EXTERNAL_ID.fullmatch(text):
        raise EmailAuthError(
            f"'external_id' must have 2 to 1224 letters, digits and '+=,.@:/-_', got {external_id!r}; pass for example "
            f"'mail-2026'"
        )
    return text


def _text(prop: str, value: object, example: str) -> str:
    if not isinstance(value, str):
        raise EmailAuthError(f"{prop!r} must be a text, got {value!r}; pass for example {example}")
    refuse_dynamic_reference(prop, value)
    return value
