"""A public hosted zone in another account: our function writes the records, through a role there (`ZoneWriterRole`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.cdk.dns import Dns, ZoneFacts
from ses_email_auth.cdk.kinds import check_flag
from ses_email_auth.cdk.record_writer import Writer, written_records
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName
from ses_email_auth.known_after_deploy import holds_token

if TYPE_CHECKING:
    from aws_cdk import CfnResource, Stack

    from ses_email_auth.cdk.dns import Publication
    from ses_email_auth.cdk.stack_facts import StackFacts

__all__ = ["CrossAccountDns"]

_ZONE_ID = re.compile(r"Z[A-Z0-9]{1,31}")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)  # STS API reference, "AssumeRole"


@dataclass(frozen=True, slots=True)
class CrossAccountDns(Dns):
    """`Dns.cross_account(...)`."""

    facts: ZoneFacts
    writer: Writer
    adopt: bool

    @classmethod
    def of(
        cls, *, hosted_zone_id: str, zone_name: str, role_arn: str, external_id: str | None = None, adopt: bool = False
    ) -> CrossAccountDns:
        """With all arguments checked.

        Raises:
            EmailAuthError: for an argument of a wrong form.
        """
        zone_id = _text("hosted_zone_id", hosted_zone_id, "'Z0123456789EXAMPLE'").removeprefix("/hostedzone/")
        if not holds_token(zone_id) and not _ZONE_ID.fullmatch(zone_id):
            raise EmailAuthError(
                f"'hosted_zone_id' must be the id of a hosted zone, got {hosted_zone_id!r}; pass for example "
                f"'Z0123456789EXAMPLE'"
            )
        role = _text("role_arn", role_arn, "'arn:aws:iam::210987654321:role/mail-records'")
        if not holds_token(role) and not _ROLE_ARN.fullmatch(role):
            raise EmailAuthError(
                f"'role_arn' must be the ARN of a role, got {role_arn!r}; pass that of ZoneWriterRole, for example "
                f"'arn:aws:iam::210987654321:role/mail-records'"
            )
        if external_id is not None:
            check_external_id(external_id)
        check_flag("adopt", adopt)
        try:
            name = DomainName(_text("zone_name", zone_name, "'example.com'"))
        except InvalidDomainName as error:
            raise EmailAuthError(f"'zone_name' has the value {zone_name!r}, but {error}") from error
        return cls(ZoneFacts(name, zone_id, one_resource=True), Writer(role, external_id or ""), adopt)

    def read(self, stack: Stack, facts: StackFacts) -> ZoneFacts:  # noqa: ARG002 - the zone is none of the stack
        """Name and id of the zone, as they were given."""
        return self.facts

    def zone_writer(self) -> Writer:
        """The role in the account of the zone."""
        return self.writer

    def publish(self, publication: Publication) -> dict[str, CfnResource]:
        """One custom resource."""
        return {"Records": written_records(publication, self.writer, adopt=self.adopt)} if publication.records else {}


def check_external_id(external_id: object) -> None:
    """Check an external id.

    Raises:
        EmailAuthError: for one that STS does not take.
    """
    text = _text("external_id", external_id, "'mail-2026'")
    if not holds_token(text) and not _EXTERNAL_ID.fullmatch(text):
        raise EmailAuthError(
            f"'external_id' must have 2 to 1224 letters, digits and '+=,.@:/-_', got {external_id!r}; pass for example "
            f"'mail-2026'"
        )


def _text(prop: str, value: object, example: str) -> str:
    if not isinstance(value, str):
        raise EmailAuthError(f"{prop!r} must be a text, got {value!r}; pass for example {example}")
    return value
